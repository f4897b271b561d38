/* The plan in figures, as a document: what summary.json holds. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "document/write.h"
#include "plan/sums.h"
#include "results/summary.h"
#include "results/tables.h"

static void put_head(const triax_plan *plan, triax_document *d) {
  const triax_policy *policy = plan->compiled->policy;
  char date[16];
  if (policy->name.bytes) tx_put_text(d, "policy", policy->name);
  if (plan->has_as_of) {
    size_t length = tx_format_date(plan->as_of, date);
    tx_put_text(d, "as_of", (triax_text){date, length});
  }
  tx_put_text(d, "triax", triax_text_of(TRIAX_VERSION));
  if (policy->customers.base_currency.bytes) tx_put_text(d, "currency", policy->customers.base_currency);
}

static uint64_t set_bits(const triax_plan *plan, const uint64_t *unit_bits) {
  uint64_t count = 0;
  if (!plan->segmentation.folded) return tx_popcount(unit_bits, plan->rows);
  for (size_t row = 0; row < plan->rows; row++) count += tx_bit(unit_bits, plan->segmentation.families.member_of[row]);
  return count;
}

static void put_customers(const triax_plan *plan, const tx_sums *sums, triax_document *d) {
  tx_put_map(d, "customers");
  tx_put_count(d, "count", plan->rows);
  if (sums->has_money) tx_put_number(d, "arr", sums->total_money);
  if (plan->segmentation.folded) tx_put_count(d, "families", plan->segmentation.families.count);
  tx_put_count(d, "unsegmented", sums->customers[sums->count - 1]);
  tx_put_count(d, "uncertain", set_bits(plan, plan->segmentation.result.uncertain));
  tx_put_count(d, "held", set_bits(plan, plan->segmentation.result.held));
  if (plan->segmentation.result.unmatched_override) {
    tx_put_count(d, "overrides_that_name_no_segment", plan->segmentation.result.unmatched_override);
  }
  tx_put_end(d);
}

/* --- segments --- */

static void copy_node(const triax_document *from, triax_node node, const char *key, triax_document *to);

static void copy_children(const triax_document *from, triax_node node, triax_document *to) {
  for (triax_node child = triax_document_first(from, node); child != TRIAX_NO_NODE;
       child = triax_document_next(from, child)) {
    triax_text name = triax_document_key(from, child);
    copy_node(from, child, name.bytes, to); /* keys of a copied document end in NUL */
  }
}

static void copy_node(const triax_document *from, triax_node node, const char *key, triax_document *to) {
  switch (triax_document_kind(from, node)) {
  case TRIAX_KIND_MAP:
    tx_put_map(to, key);
    copy_children(from, node, to);
    tx_put_end(to);
    return;
  case TRIAX_KIND_LIST:
    tx_put_list(to, key);
    copy_children(from, node, to);
    tx_put_end(to);
    return;
  case TRIAX_KIND_NUMBER:
    tx_put_number(to, key, triax_document_as_number(from, node));
    return;
  case TRIAX_KIND_BOOLEAN:
    tx_put_boolean(to, key, triax_document_as_boolean(from, node));
    return;
  case TRIAX_KIND_MISSING:
    triax_document_missing(to, triax_text_of(key));
    return;
  default:
    tx_put_text(to, key, triax_document_as_text(from, node));
    return;
  }
}

/* Whether a segment is this one, or anywhere below it. */
static bool is_within(const tx_segmentation_model *model, uint32_t segment, size_t above) {
  while (segment != TX_NO_SEGMENT && segment != above) segment = model->segments[segment].parent;
  return segment != TX_NO_SEGMENT;
}

/* The share of a segment's customers (those that can be judged) who meet a success criterion. */
static void put_success(const triax_plan *plan, size_t segment, triax_document *d) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  const tx_policy_segment *traits = &plan->compiled->policy->segmentation.segments[segment];
  if (!traits->success_count || !plan->success) return;
  tx_put_map(d, "success");
  for (size_t k = 0; k < traits->success_count; k++) {
    const tx_input *input = &plan->success->inputs[traits->success[k].input];
    uint64_t met = 0, judged = 0;
    for (size_t row = 0; row < plan->rows; row++) {
      if (!is_within(model, tx_plan_segment(plan, row), segment) || !tx_input_known(input, row)) continue;
      judged++;
      met += tx_input_true(input, row);
    }
    tx_put_map(d, traits->success[k].name.bytes);
    tx_put_count(d, "met", met);
    tx_put_count(d, "judged", judged);
    tx_put_number(d, "share", judged ? (double)met / (double)judged : NAN);
    tx_put_end(d);
  }
  tx_put_end(d);
}

static void put_texts(triax_document *d, const char *key, const triax_text *texts, size_t count) {
  if (!count) return;
  tx_put_list(d, key);
  for (size_t i = 0; i < count; i++) tx_put_text(d, NULL, texts[i]);
  tx_put_end(d);
}

static void put_segment(const triax_plan *plan, const tx_sums *sums, size_t place, triax_document *d) {
  static const char *const touches[] = {"", "high", "low", "tech"};
  const tx_policy_segmentation *policy = &plan->compiled->policy->segmentation;
  size_t s = sums->order[place];
  const tx_policy_segment *traits = &policy->segments[s];
  tx_put_map(d, NULL);
  tx_put_text(d, "segment", policy->model.segments[s].path);
  tx_put_count(d, "customers", sums->customers[place]);
  tx_put_number(d, "share", sums->share[place]);
  if (sums->has_money) tx_put_number(d, "arr", sums->money[place]);
  if (sums->has_money) tx_put_number(d, "arr_share", sums->money_share[place]);
  if (plan->health.model) tx_put_number(d, "mean_health", sums->mean_health[place]);
  if (traits->touch) tx_put_text(d, "touch", triax_text_of(touches[traits->touch]));
  put_texts(d, "roles", traits->roles, traits->role_count);
  put_texts(d, "services", traits->services, traits->service_count);
  if (plan->allocation.given) tx_put_count(d, "owned", sums->owned[place]);
  if (plan->allocation.given) tx_put_count(d, "uncovered", sums->uncovered[place]);
  if (plan->attention.given) tx_put_number(d, "hours", sums->hours[place]);
  put_success(plan, s, d);
  if (traits->meta != TRIAX_NO_NODE) copy_node(plan->compiled->policy->document, traits->meta, "meta", d);
  tx_put_end(d);
}

/* --- health --- */

static void put_health(const triax_plan *plan, const tx_sums *sums, triax_document *d) {
  const tx_plan_score *score = &plan->health;
  const uint64_t *bands = score->bands, scored = plan->rows - score->missing;
  if (!score->model) return;
  tx_put_map(d, "health");
  tx_put_number(d, "mean", scored ? sums->health / (double)scored : NAN);
  tx_put_count(d, "scored", scored);
  tx_put_map(d, "bands");
  for (size_t b = score->model->band_count; b-- > 0;) tx_put_count(d, score->model->bands[b].name.bytes, bands[b]);
  tx_put_count(d, "unknown", bands[score->model->band_count]);
  tx_put_end(d);
  tx_put_map(d, "metrics");
  for (size_t m = 0; m < score->model->metric_count; m++) {
    const tx_health_metric *metric = &score->model->metrics[m];
    tx_put_map(d, metric->name.bytes);
    if (metric->value != TX_NO_INPUT) tx_put_count(d, "missing", score->stage->tallies[metric->value].unknown);
    if (metric->category_count) tx_put_count(d, "not_among_categories", score->uncategorised[m]);
    tx_put_end(d);
  }
  tx_put_end(d);
  tx_put_end(d);
}

/* --- allocation and attention --- */

static const char *const objective_words[] = {"uncovered_value", "over_fte", "points", "imbalance"};

/* The objective's parts in their order, the first `count` of them. */
static void put_objective(triax_document *d, const char *key, const double *parts, int count) {
  tx_put_map(d, key);
  for (int part = 0; part < count; part++) tx_put_number(d, objective_words[part], parts[part]);
  tx_put_end(d);
}

/* Part by part: reached, the best there can be, and the difference. A part's bound is for plans that are no worse than
 * this one in each of the parts above. */
static void put_certificate(triax_document *d, const double *reached, const double *bound,
                            const tx_allocation_result *result) {
  tx_put_list(d, "certificate");
  for (int part = 0; part < 4; part++) {
    bool known = part < result->bounded, equal = known && reached[part] == bound[part];
    tx_put_map(d, NULL);
    tx_put_text(d, "part", triax_text_of(objective_words[part]));
    tx_put_number(d, "reached", reached[part]);
    if (known) {
      tx_put_number(d, "bound", bound[part]);
      tx_put_number(d, "gap", equal ? 0 : fabs(reached[part] - bound[part]) / fmax(1, fabs(bound[part])));
    }
    tx_put_text(d, "state", equal ? TX_TEXT("proven best") : known ? TX_TEXT("within") : TX_TEXT("not proven"));
    tx_put_end(d);
  }
  tx_put_end(d);
}

/* What was reached, what was proven, and in which part the two first differ. */
static void put_proof(const tx_allocation_result *result, triax_document *d) {
  const double reached[] = {result->uncovered_value, result->over, result->points, result->imbalance};
  const double bound[] = {result->bound_uncovered_value, result->bound_over, result->bound_points,
                          result->bound_imbalance};
  int part = 0;
  while (part < result->bounded && reached[part] == bound[part]) part++;
  put_objective(d, "objective", reached, 4);
  put_objective(d, "bound", bound, result->bounded);
  put_certificate(d, reached, bound, result);
  tx_put_number(d, "gap", result->gap);
  if (!result->optimal && part < result->bounded) tx_put_text(d, "gap_in", triax_text_of(objective_words[part]));
  tx_put_boolean(d, "optimal", result->optimal);
  if (result->stopped) tx_put_boolean(d, "stopped", true);
}

static void put_pools(const triax_plan *plan, triax_document *d) {
  const tx_allocation_result *result = plan->allocation.result;
  const triax_table *pools = plan->tables[TRIAX_PLAN_POOLS];
  tx_put_list(d, "pools");
  for (size_t g = 0; pools && g < result->group_count; g++) {
    const tx_allocation_group *group = &result->groups[g];
    tx_put_map(d, NULL);
    tx_put_text(d, "pool", triax_table_text(pools, triax_table_find(pools, TX_TEXT("pool")), g));
    size_t roles = triax_table_find(pools, TX_TEXT("roles"));
    if (triax_table_items(pools, roles, g)) {
      tx_put_list(d, "roles");
      for (size_t r = 0; r < triax_table_items(pools, roles, g); r++) {
        tx_put_text(d, NULL, triax_table_item(pools, roles, g, r));
      }
      tx_put_end(d);
    }
    tx_put_count(d, "customers", group->customers);
    tx_put_count(d, "csms", group->csms);
    tx_put_number(d, "load", group->load);
    tx_put_number(d, "capacity", group->capacity);
    tx_put_count(d, "uncovered", group->uncovered);
    if (group->uncovered) {
      tx_put_number(d, "uncovered_value", group->uncovered_value);
      tx_put_text(d, "in_the_way", triax_table_text(pools, triax_table_find(pools, TX_TEXT("in_the_way")), g));
      tx_put_number(d, "short_by", group->short_by);
      tx_put_count(d, "hire", group->hires);
    }
    tx_put_end(d);
  }
  tx_put_end(d);
}

/* Rows of a table as maps of its columns; lists and missing values are left out. */
static void put_rows(const triax_table *table, const char *key, triax_document *d) {
  if (!table) return;
  tx_put_list(d, key);
  for (size_t row = 0; row < triax_table_rows(table); row++) {
    tx_put_map(d, NULL);
    for (size_t c = 0; c < triax_table_columns(table); c++) {
      char name[64];
      triax_text column = triax_table_name(table, c), text = triax_table_text(table, c, row);
      snprintf(name, sizeof name, "%.*s", (int)(column.length < 60 ? column.length : 60), column.bytes);
      if (!triax_table_has(table, c, row)) continue;
      if (triax_table_type(table, c) == TRIAX_TYPE_STRINGS) continue;
      if (text.bytes) tx_put_text(d, name, text);
      else tx_put_number(d, name, triax_table_number(table, c, row));
    }
    tx_put_end(d);
  }
  tx_put_end(d);
}

static void put_hires(const triax_plan *plan, triax_document *d) {
  put_rows(plan->tables[TRIAX_PLAN_HIRES], "hires", d);
}

static void put_tradeoff(const triax_plan *plan, triax_document *d) {
  put_rows(plan->tables[TRIAX_PLAN_TRADEOFF], "tradeoff", d);
}

static void put_overlays(const triax_plan *plan, triax_document *d) {
  const tx_policy_allocation *policy = &plan->compiled->policy->allocation;
  if (!policy->overlay_count) return;
  tx_put_list(d, "overlays");
  for (size_t o = 0; o < policy->overlay_count; o++) {
    const tx_overlay_given *given = &plan->allocation.overlays[o];
    tx_put_map(d, NULL);
    tx_put_text(d, "overlay", policy->overlays[o].name);
    tx_put_count(d, "customers", given->customers);
    tx_put_count(d, "csms", given->specialists);
    if (policy->overlays[o].accounts > 0) tx_put_number(d, "room", given->room);
    tx_put_count(d, "uncovered", given->customers - given->covered);
    if (given->customers > given->covered) {
      double each = policy->overlays[o].accounts > 0 ? floor(policy->overlays[o].accounts + 1e-6) : INFINITY;
      if (each >= 1) tx_put_number(d, "hire", fmax(1, ceil((double)(given->customers - given->covered) / each)));
    }
    tx_put_end(d);
  }
  tx_put_end(d);
}

static void put_dissolved(const triax_plan *plan, triax_document *d) {
  const tx_allocation_result *result = plan->allocation.result;
  const tx_allocation_input *input = &plan->allocation.input;
  bool any = false;
  for (size_t p = 0; p < input->pool_count; p++) any = any || result->dissolved[p] != TX_ALLOCATION_NONE;
  if (!any) return;
  tx_put_map(d, "dissolved_pools");
  for (size_t p = 0; p < input->pool_count; p++) {
    uint32_t into = result->dissolved[p];
    if (into == TX_ALLOCATION_NONE) continue;
    tx_put_text(d, input->pools[p].name.bytes, into == p ? TX_TEXT("nobody took them") : input->pools[into].name);
  }
  tx_put_end(d);
}

/* Customers whose present owner is still in the team: those left uncovered or unowned by now are among them. */
static uint64_t count_owned(const triax_plan *plan) {
  const uint32_t *owner = plan->allocation.input.owner;
  uint64_t count = 0;
  for (size_t row = 0; owner && row < plan->rows; row++) count += owner[row] != TX_ALLOCATION_NONE;
  return count;
}

double tx_plan_continuity(const triax_plan *plan) {
  const uint8_t *stands = plan->allocation.result->stands;
  uint64_t stayed = 0, had = count_owned(plan);
  for (size_t row = 0; row < plan->rows; row++) stayed += stands[row] == TX_STANDS_KEPT || stands[row] == TX_STANDS_FROZEN;
  return had ? (double)stayed / (double)had : NAN;
}

static void put_allocation(const triax_plan *plan, triax_document *d) {
  static const char *const words[] = {"unowned", "kept", "frozen", "moved", "new", "uncovered"};
  const tx_allocation_result *result = plan->allocation.result;
  uint64_t counts[TX_STANDS_UNCOVERED + 1] = {0};
  if (!plan->allocation.given) return;
  for (size_t row = 0; row < plan->rows; row++) counts[result->stands[row]]++;
  tx_put_map(d, "allocation");
  uint64_t here = 0;
  for (size_t csm = 0; csm < plan->csms; csm++) here += tx_bit(plan->allocation.input.here, csm);
  tx_put_count(d, "csms", plan->csms);
  tx_put_count(d, "csms_here", here);
  for (int k = 0; k <= TX_STANDS_UNCOVERED; k++) tx_put_count(d, words[k], counts[k]);
  tx_put_count(d, "orphans", plan->allocation.orphans);
  tx_put_number(d, "continuity", tx_plan_continuity(plan));
  put_proof(result, d);
  put_pools(plan, d);
  put_hires(plan, d);
  put_tradeoff(plan, d);
  put_dissolved(plan, d);
  put_overlays(plan, d);
  tx_put_end(d);
}

static void put_attention(const triax_plan *plan, triax_document *d) {
  const tx_attention_result *result = &plan->attention.result;
  if (!plan->attention.given) return;
  double available = 0, given = 0, short_by = 0, slack = 0;
  uint64_t overbooked = 0, missing = 0;
  for (size_t csm = 0; csm < plan->csms; csm++) {
    available += result->books[csm].available;
    given += result->books[csm].given;
    short_by += result->books[csm].short_by;
    slack += result->books[csm].slack;
    overbooked += result->books[csm].state == TX_BOOK_OVERBOOKED;
    missing += result->books[csm].missing;
  }
  tx_put_map(d, "attention");
  tx_put_number(d, "hours_available", available);
  tx_put_number(d, "hours_given", given);
  tx_put_count(d, "books_overbooked", overbooked);
  tx_put_number(d, "hours_short", short_by);
  tx_put_number(d, "hours_slack", slack);
  tx_put_count(d, "accounts_without_weight", missing);
  tx_put_end(d);
}

static void put_tests(const triax_plan *plan, triax_document *d) {
  const triax_table *tests = plan->tables[TRIAX_PLAN_TESTS];
  size_t unknown = triax_table_find(tests, TX_TEXT("unknown")), path = triax_table_find(tests, TX_TEXT("path"));
  size_t missing = triax_table_find(tests, TX_TEXT("missing"));
  tx_put_list(d, "not_judged");
  for (size_t row = 0; row < triax_table_rows(tests); row++) {
    if (!triax_table_integer(tests, unknown, row)) continue;
    tx_put_map(d, NULL);
    tx_put_text(d, "test", triax_table_text(tests, path, row));
    tx_put_number(d, "customers", (double)triax_table_integer(tests, unknown, row));
    tx_put_text(d, "missing", triax_table_text(tests, missing, row));
    tx_put_end(d);
  }
  tx_put_end(d);
}

triax_status tx_plan_summarise(triax_plan *plan, triax_error *error) {
  const tx_sums *sums = plan->sums;
  triax_document *d = NULL;
  triax_status status = tx_document_result(plan->context, &d, error);
  if (status == TRIAX_OK) {
    put_head(plan, d);
    put_customers(plan, sums, d);
    tx_put_list(d, "segments");
    for (size_t s = 0; s + 1 < sums->count; s++) put_segment(plan, sums, s, d);
    tx_put_end(d);
    put_health(plan, sums, d);
    tx_summarise_trend(plan, d);
    put_allocation(plan, d);
    put_attention(plan, d);
    status = tx_summarise_transition(plan, d);
    tx_summarise_plays(plan, d);
    tx_summarise_forecast(plan, d);
    put_tests(plan, d);
    if (status == TRIAX_OK) status = triax_document_finish(d, error);
    else tx_no_memory(error);
  }
  if (status == TRIAX_OK) plan->summary = d;
  else triax_document_free(d);
  return status;
}
