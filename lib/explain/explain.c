/* Why one customer is treated as it is, down to each test, metric, CSM and hour. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "document/write.h"
#include "explain/explain.h"
#include "explain/why_not.h"
#include "expr/node.h"
#include "results/tables.h"
#include "results/why.h"

void tx_explain_sentence(triax_document *d, const char *key, const triax_plan *plan, size_t row,
                         void (*write)(const triax_plan *, size_t, tx_writer *)) {
  char buffer[1024] = "";
  tx_writer writer = {buffer, sizeof buffer, 0};
  write(plan, row, &writer);
  if (writer.length) tx_put_text(d, key, triax_text_of(buffer));
}

void tx_explain_scalar(triax_document *d, const char *key, const tx_value *value) {
  char buffer[512];
  if (value->state != TX_PRESENT) {
    triax_document_missing(d, triax_text_of(key));
  } else if (tx_type_is(value->type, TX_STRING)) {
    tx_put_text(d, key, value->text);
  } else if (tx_type_is(value->type, TX_DOUBLE)) {
    tx_put_number(d, key, value->number);
  } else if (tx_type_is(value->type, TX_INT)) {
    tx_put_number(d, key, (double)value->integer);
  } else if (tx_type_is(value->type, TX_BOOL)) {
    tx_put_boolean(d, key, value->boolean);
  } else if (tx_type_is(value->type, TX_DATE)) {
    tx_put_text(d, key, (triax_text){buffer, tx_format_date((int32_t)value->integer, buffer)});
  } else {
    tx_value_print(value, buffer, sizeof buffer);
    tx_put_text(d, key, triax_text_of(buffer));
  }
}

/* A column's value at a row; a column that is not there leaves no key. */
static void put_value(tx_explain_job *job, const char *key, const tx_column *column, size_t row) {
  tx_value value;
  if (column && tx_value_of_column(column, row, &job->arena, &value) == TRIAX_OK) {
    tx_explain_scalar(job->document, key, &value);
  }
}

void tx_explain_reads(tx_explain_job *job, const tx_stage *stage, size_t expr, size_t row) {
  if (!stage->read_count[expr]) return;
  tx_put_map(job->document, "values");
  for (size_t v = 0; v < stage->read_count[expr]; v++) {
    uint32_t variable = stage->reads[expr][v];
    char name[256];
    triax_text text = tx_module_variable_name(stage->module, variable);
    snprintf(name, sizeof name, "%.*s", (int)(text.length < 200 ? text.length : 200), text.bytes);
    put_value(job, name, stage->columns[variable], row);
  }
  tx_put_end(job->document);
}

/* --- segment --- */

/* The threshold that the unit had to meet: hold moves it for those whose previous segment is known. */
static double threshold_of(const tx_explain_job *job, uint32_t number) {
  const triax_plan *plan = job->plan;
  const tx_policy_segmentation *policy = &plan->compiled->policy->segmentation;
  const triax_table *table = plan->segmentation.folded ? plan->segmentation.units
                                                       : plan->compiled->customers->people.table;
  const tx_column *column = policy->previous.bytes ? tx_table_column(table, policy->previous) : NULL;
  uint32_t previous = TX_NO_SEGMENT;
  if (column && column->dictionary && tx_column_has(column, job->unit)) {
    bool ambiguous = false;
    previous = tx_segment_find(policy->model.segments, policy->model.count,
                               tx_dictionary_text(column->dictionary, tx_column_code(column, job->unit)), &ambiguous);
  }
  return tx_segmentation_threshold(&policy->model, number, previous);
}

/* The others whom a family is judged with, up to a handful. */
static void put_family(tx_explain_job *job) {
  const triax_plan *plan = job->plan;
  size_t count = 0;
  for (size_t row = 0; plan->segmentation.folded && row < plan->rows; row++) {
    if (row == job->row || plan->segmentation.families.member_of[row] != job->unit) continue;
    if (count == 0) tx_put_list(job->document, "judged_with");
    if (++count <= 12) tx_put_text(job->document, NULL, tx_people_key(&plan->compiled->customers->people, row));
  }
  if (count > 12) tx_put_text(job->document, NULL, TX_TEXT("…"));
  if (count) tx_put_end(job->document);
}

static void put_outcome(triax_document *d, bool truth, bool known) {
  tx_put_text(d, "outcome", triax_text_of(!known ? "could not be judged" : truth ? "holds" : "does not hold"));
}

static triax_status put_when(tx_explain_job *job, uint32_t when) {
  const tx_stage *stage = job->plan->segmentation.stage;
  bool truth = false, known = false;
  triax_status status = tx_stage_truth(stage, when, job->unit, &truth, &known, job->error);
  if (status != TRIAX_OK) return status;
  tx_put_text(job->document, "when", job->plan->compiled->policy->segmentation.inputs.items[when].source);
  put_outcome(job->document, truth, known);
  tx_explain_reads(job, stage, when, job->unit);
  return TRIAX_OK;
}

static triax_status put_test(tx_explain_job *job, uint32_t number) {
  const triax_plan *plan = job->plan;
  triax_document *d = job->document;
  const tx_policy_segmentation *policy = &plan->compiled->policy->segmentation;
  const tx_segment *segment = &policy->model.segments[number];
  triax_status status = TRIAX_OK;
  tx_put_map(d, NULL);
  tx_put_text(d, "segment", segment->path);
  if (segment->test == TX_TEST_WHEN) {
    status = put_when(job, segment->when);
  } else if (segment->test == TX_TEST_REST) {
    tx_put_text(d, "test", TX_TEXT("the rest"));
  } else {
    uint32_t by_input = tx_segment_by(&policy->model, number);
    double by = plan->segmentation.stage->inputs[by_input].column->numbers[job->unit];
    tx_put_text(d, "by", policy->inputs.items[by_input].source);
    tx_put_number(d, "value", by);
    if (segment->test == TX_TEST_AT_LEAST) {
      double threshold = threshold_of(job, number);
      tx_put_number(d, "at_least", segment->at_least);
      if (threshold < segment->at_least || threshold > segment->at_least) tx_put_number(d, "with_hold", threshold);
      put_outcome(d, by >= threshold, !isnan(by));
    } else {
      const tx_top_cutoff *cutoff = &plan->segmentation.result.cutoffs[number];
      tx_put_number(d, "top_share", segment->share);
      tx_put_number(d, "cut_off", cutoff->any ? cutoff->value : NAN);
      if (isnan(by)) put_outcome(d, false, false);
      else tx_put_text(d, "outcome", cutoff->any && by >= cutoff->value ? TX_TEXT("at or above the cut-off")
                                                                        : TX_TEXT("does not hold"));
    }
  }
  tx_put_end(d);
  return status;
}

/* The tests that were tried on the way: each level from its first segment to the one that took the customer. */
static triax_status put_tests(tx_explain_job *job, uint32_t segment) {
  const tx_segmentation_model *model = &job->plan->compiled->policy->segmentation.model;
  uint32_t way[TRIAX_DOCUMENT_DEPTH];
  size_t depth = 0;
  for (uint32_t s = segment; s != TX_NO_SEGMENT && depth < TRIAX_DOCUMENT_DEPTH; s = model->segments[s].parent) {
    way[depth++] = s;
  }
  uint32_t first = 0, last = (uint32_t)model->top_count;
  triax_status status = TRIAX_OK;
  tx_put_list(job->document, "tests");
  for (size_t level = 0; status == TRIAX_OK && level <= depth && first < last; level++) {
    uint32_t taken = level < depth ? way[depth - 1 - level] : last - 1;
    for (uint32_t s = first; status == TRIAX_OK && s <= taken && s < last; s++) status = put_test(job, s);
    if (level == depth) break;
    first = model->segments[taken].first;
    last = model->segments[taken].last;
  }
  tx_put_end(job->document);
  return status;
}

static triax_status put_segment(tx_explain_job *job) {
  static const char *const placed[] = {"test", "override", "dwell", "nowhere"};
  const triax_plan *plan = job->plan;
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  const tx_segmentation_result *result = &plan->segmentation.result;
  uint32_t segment = tx_place_at(&result->segment, job->unit);
  triax_document *d = job->document;
  tx_put_map(d, "segment");
  tx_put_text(d, "segment", segment == TX_NO_SEGMENT ? (triax_text){NULL, 0} : model->segments[segment].path);
  tx_explain_sentence(d, "why", plan, job->row, tx_why_segment);
  tx_put_text(d, "placed_by", triax_text_of(placed[tx_placed_at(result, job->unit)]));
  put_family(job);
  if (tx_bit(result->uncertain, job->unit)) tx_put_boolean(d, "uncertain", 1);
  if (tx_bit(result->held, job->unit) && result->has_unheld) {
    uint32_t unheld = tx_place_at(&result->unheld, job->unit);
    tx_put_text(d, "without_hold", unheld == TX_NO_SEGMENT ? TX_TEXT("none") : model->segments[unheld].path);
  }
  const triax_status status = put_tests(job, segment);
  tx_put_end(d);
  return status;
}

/* --- CSM --- */

static void put_specialists(const triax_plan *plan, size_t row, triax_document *d) {
  bool any = false;
  for (size_t o = 0; o < plan->compiled->policy->allocation.overlay_count; o++) {
    const tx_overlay_given *given = &plan->allocation.overlays[o];
    if (!tx_bit(given->wanted, row)) continue;
    if (!any) tx_put_map(d, "specialists");
    any = true;
    tx_put_text(d, plan->compiled->policy->allocation.overlays[o].name.bytes,
                given->csm[row] == TX_ALLOCATION_NONE ? TX_TEXT("none has room")
                                                      : plan->allocation.input.csm_keys[given->csm[row]]);
  }
  if (any) tx_put_end(d);
}

static triax_status put_csm(tx_explain_job *job) {
  triax_status status = TRIAX_OK;
  const triax_plan *plan = job->plan;
  const tx_allocation_result *result = plan->allocation.result;
  triax_document *d = job->document;
  uint32_t csm = result->csm[job->row];
  tx_put_map(d, "csm");
  if (csm != TX_ALLOCATION_NONE) tx_put_csm_name(d, plan, "csm", csm);
  tx_put_text(d, "allocation", tx_word_stands(result->stands[job->row]));
  tx_explain_sentence(d, "why", plan, job->row, tx_why_csm);
  put_value(job, "pool", tx_plan_derived(plan, TX_DERIVED_POOL), job->row);
  if (csm != TX_ALLOCATION_NONE) {
    tx_put_list(d, "earned");
    for (size_t p = 0; p < plan->allocation.input.prefer_count; p++) {
      if (!(result->earned[job->row] >> p & 1)) continue;
      tx_put_map(d, NULL);
      tx_put_number(d, "points", plan->allocation.input.prefer[p].points);
      tx_put_text(d, "why", plan->allocation.input.prefer[p].why);
      tx_put_end(d);
    }
    tx_put_end(d);
    tx_put_number(d, "book_load", result->books[csm].load);
    tx_put_number(d, "book_fte", result->books[csm].fte);
    tx_put_count(d, "book_accounts", result->books[csm].accounts);
  }
  if (result->stands[job->row] != TX_STANDS_UNWANTED) status = tx_put_others(d, plan, job->row, job->error);
  put_specialists(plan, job->row, d);
  tx_put_end(d);
  return status;
}

/* --- hours --- */

static void put_hours(tx_explain_job *job) {
  const triax_plan *plan = job->plan;
  const tx_attention_result *result = &plan->attention.result;
  const tx_policy_attention *policy = &plan->compiled->policy->attention;
  triax_document *d = job->document;
  uint32_t csm = plan->allocation.result->csm[job->row];
  char date[16];
  if (csm == TX_ALLOCATION_NONE) return;
  tx_put_map(d, "attention");
  tx_put_number(d, "hours", result->hours[job->row]);
  tx_explain_sentence(d, "why", plan, job->row, tx_why_hours);
  if (policy->by != TX_NO_INPUT) {
    tx_put_text(d, "by", policy->inputs.items[policy->by].source);
    tx_put_number(d, "weight", plan->attention.input.weight[job->row]);
  }
  tx_put_number(d, "least", plan->attention.input.low[job->row]);
  tx_put_number(d, "most", plan->attention.input.high[job->row]);
  tx_put_number(d, "book_hours", result->books[csm].available);
  tx_put_number(d, "book_given", result->books[csm].given);
  if (policy->model.touch_hours > 0) {
    tx_put_number(d, "touches", result->touches[job->row]);
    if (plan->has_as_of && result->next_touch[job->row] != INT32_MIN) {
      size_t length = tx_format_date(result->next_touch[job->row], date);
      tx_put_text(d, "next_touch", (triax_text){date, length});
    }
    if (result->rank[job->row]) tx_put_count(d, "place_on_the_list", result->rank[job->row]);
  }
  tx_put_end(d);
}

/* --- the whole --- */

static triax_status put_all(tx_explain_job *job) {
  const triax_plan *plan = job->plan;
  triax_status status = TRIAX_OK;
  tx_put_text(job->document, "customer", tx_people_key(&plan->compiled->customers->people, job->row));
  size_t name = triax_table_find(plan->compiled->customers->people.table, TX_TEXT("name"));
  if (name != SIZE_MAX) {
    put_value(job, "name", plan->compiled->customers->people.table->fields[name].column, job->row);
  }
  status = put_segment(job);
  if (status == TRIAX_OK && plan->health.model) status = tx_explain_score(job, "health", &plan->health);
  for (size_t s = 0; status == TRIAX_OK && s < plan->compiled->policy->score_count; s++) {
    status = tx_explain_score(job, plan->scores[s].model->name.bytes, &plan->scores[s]);
  }
  if (status != TRIAX_OK) return status;
  if (plan->allocation.given) status = put_csm(job);
  if (plan->attention.given) put_hours(job);
  if (status == TRIAX_OK) status = tx_explain_follow(job);
  return status;
}

triax_status triax_plan_explain(const triax_plan *plan, triax_text key, triax_document **explanation,
                                triax_error *error) {
  if (!plan || !explanation || !key.bytes) return tx_fail(error, TRIAX_EINVAL, "a plan, a key and a place are wanted");
  size_t row = tx_people_find(&plan->compiled->customers->people, key);
  if (row == SIZE_MAX) return tx_people_not_found(&plan->compiled->customers->people, "customer", key, error);
  tx_explain_job job = {.plan = plan, .row = row, .error = error};
  job.unit = tx_plan_unit(plan, row);
  triax_status status = tx_document_result(plan->context, &job.document, error);
  if (status != TRIAX_OK) return status;
  tx_arena_init(&job.arena, plan->context);
  status = put_all(&job);
  if (status == TRIAX_ENOMEM) tx_no_memory(error);
  if (status == TRIAX_OK) status = triax_document_finish(job.document, error);
  tx_arena_free(&job.arena);
  if (status == TRIAX_OK) *explanation = job.document;
  else triax_document_free(job.document);
  return status;
}
