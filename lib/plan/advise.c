/* Notes on what the data did, and advice on what is known to go wrong (policy.md section 11). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "expr/node.h"
#include "plan/make.h"
#include "plan/sums.h"

static bool allowed(const triax_plan *plan, const char *code) {
  const triax_policy *policy = plan->compiled->policy;
  for (size_t i = 0; i < policy->allow_count; i++) {
    if (tx_text_equal_c(policy->allow[i], code)) return true;
  }
  return false;
}

static tx_finding note(const char *path) {
  return (tx_finding){.level = TRIAX_LEVEL_NOTE, .path = path, .width = 1};
}

static tx_finding advice(const char *code, const char *path, int32_t line, int32_t column) {
  return (tx_finding){.level = TRIAX_LEVEL_WARNING, .code = code, .path = path, .line = line, .column = column,
                      .width = 1};
}

/* "1,234" is for people; counts here are short. */
static const char *count_text(uint64_t count, char buffer[TX_NUMBER_SIZE]) {
  tx_format_int64((int64_t)count, buffer);
  return buffer;
}

static const char *percent_text(double share, char buffer[TX_NUMBER_SIZE]) {
  tx_format_double(round(share * 1000) / 10, buffer);
  return buffer;
}

/* "1 account", "2 accounts". */
static const char *things(uint64_t count, const char *one, const char *many) { return count == 1 ? one : many; }

/* --- notes --- */

static void note_allocation(const triax_plan *plan, tx_report *report) {
  const tx_allocation_result *result = plan->allocation.result;
  char number[TX_NUMBER_SIZE];
  if (plan->allocation.orphans) {
    tx_finding finding = note("allocation.owner");
    tx_report_add(report, &finding, "%s %s an owner who has left or is not in the team",
                  count_text(plan->allocation.orphans, number),
                  things(plan->allocation.orphans, "account names", "accounts name"));
  }
  for (size_t p = 0; p < plan->allocation.input.pool_count; p++) {
    uint32_t into = result->dissolved[p];
    if (into == TX_ALLOCATION_NONE) continue;
    triax_text name = plan->allocation.input.pools[p].name, other = plan->allocation.input.pools[into].name;
    tx_finding finding = note("allocation.pools");
    tx_report_add(report, &finding, "the pool '%.*s' is too small to specialise: %s%.*s", (int)name.length, name.bytes,
                  into == p ? "nobody takes its customers" : "its customers go to ", into == p ? 0 : (int)other.length,
                  other.bytes);
  }
  if (result->missing_need) {
    tx_finding finding = note("allocation.capacity");
    tx_report_add(report, &finding, "%s %s no value for a further cap: that counts as nothing",
                  count_text(result->missing_need, number), things(result->missing_need, "account has", "accounts have"));
  }
}

static void note_segments(const triax_plan *plan, tx_report *report) {
  const tx_segmentation_result *result = &plan->segmentation.result;
  char number[TX_NUMBER_SIZE];
  uint64_t nowhere = 0;
  for (size_t row = 0; row < plan->rows; row++) nowhere += plan->segmentation.segment[row] == TX_NO_SEGMENT;
  if (nowhere) {
    tx_finding finding = note("segmentation");
    finding.level = TRIAX_LEVEL_WARNING;
    tx_report_add(report, &finding, "%s %s in no segment: no test holds and no segment takes the rest",
                  count_text(nowhere, number), things(nowhere, "customer is", "customers are"));
  }
  if (result->unmatched_override) {
    tx_finding finding = note("segmentation.override");
    finding.level = TRIAX_LEVEL_WARNING;
    tx_report_add(report, &finding, "%s %s no segment of the policy",
                  count_text(result->unmatched_override, number),
                  things(result->unmatched_override, "override names", "overrides name"));
  }
}

/* Sections that need another which is not there. */
static void note_idle(const triax_plan *plan, tx_report *report) {
  const triax_policy *policy = plan->compiled->policy;
  if (policy->attention.given && !policy->allocation.given) {
    tx_finding finding = note("attention");
    finding.level = TRIAX_LEVEL_WARNING;
    tx_report_add(report, &finding, "hours are shared over books: without 'allocation' nobody gets any");
  }
}

static void note_later(const triax_plan *plan, tx_report *report) {
  const triax_policy *policy = plan->compiled->policy;
  const char *const names[] = {"transition"};
  const bool given[] = {policy->has_transition};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!given[i]) continue;
    tx_finding finding = note(names[i]);
    finding.level = TRIAX_LEVEL_WARNING;
    tx_report_add(report, &finding, "this version does not act on '%s' yet: the section is passed over", names[i]);
  }
}

void tx_plan_notes(const triax_plan *plan, tx_report *report) {
  note_segments(plan, report);
  if (plan->allocation.given) note_allocation(plan, report);
  if (plan->forecast.given) tx_plan_note_forecast(plan, report);
  note_idle(plan, report);
  note_later(plan, report);
}

/* --- advice --- */

static void advise_top(const triax_plan *plan, const tx_sums *sums, tx_report *report) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  if (allowed(plan, "T101") || model->top_count < 2 || sums->share[sums->place[0]] <= 0.10 || plan->rows < 20) return;
  char percent[TX_NUMBER_SIZE];
  const tx_policy_segment *top = &plan->compiled->policy->segmentation.segments[0];
  tx_finding finding = advice("T101", top->document_path, top->line, top->column);
  finding.hint = "raise its threshold: the top segment is for those whom you could not bear to lose";
  tx_report_add(report, &finding, "the top segment '%.*s' holds %s %% of the customers; over 10 %% it is no longer a top",
                (int)model->segments[0].name.length, model->segments[0].name.bytes,
                percent_text(sums->share[sums->place[0]], percent));
}

static void advise_small(const triax_plan *plan, const tx_sums *sums, tx_report *report) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  for (size_t s = 0; s < model->count && !allowed(plan, "T105"); s++) {
    const tx_policy_segment *segment = &plan->compiled->policy->segmentation.segments[s];
    bool leaf = model->segments[s].first == model->segments[s].last;
    if (!leaf || sums->customers[sums->place[s]] == 0 || sums->customers[sums->place[s]] >= 5 || plan->rows < 50) continue;
    char number[TX_NUMBER_SIZE];
    tx_finding finding = advice("T105", segment->document_path, segment->line, segment->column);
    finding.hint = "merge it with its neighbour, or name its customers through an override";
    tx_report_add(report, &finding, "the segment '%.*s' has only %s customers", (int)model->segments[s].path.length,
                  model->segments[s].path.bytes, count_text(sums->customers[sums->place[s]], number));
  }
}

/* Whether everything that segments go by is money. */
static bool spend_alone(const triax_plan *plan) {
  const tx_stage *stage = plan->segmentation.stage;
  bool any = false;
  for (size_t i = 0; i < stage->exprs; i++) {
    for (size_t v = 0; stage->root[i] != TX_NO_INPUT && v < stage->read_count[i]; v++) {
      const tx_source_column *source = &plan->compiled->sources[stage->reads[i][v]];
      if (source->derived >= 0) return false;
      const tx_column *column = plan->columns[stage->reads[i][v]];
      triax_text name = tx_module_variable_name(stage->module, stage->reads[i][v]);
      if (column->type != TRIAX_TYPE_MONEY && !tx_text_equal_c(name, "arr")) return false;
      any = true;
    }
  }
  return any;
}

static void advise_spend(const triax_plan *plan, tx_report *report) {
  if (allowed(plan, "T102") || plan->compiled->policy->segmentation.model.count < 2 || !spend_alone(plan)) return;
  const triax_policy *policy = plan->compiled->policy;
  if (policy->attention.given && policy->attention.by != TX_NO_INPUT) return; /* need or potential speaks there */
  if (policy->scores || policy->has_health) return;
  tx_finding finding = advice("T102", "segmentation", 0, 0);
  finding.hint = "let need, potential or preference have a say: in a tier, in a score, or in attention.by";
  tx_report_add(report, &finding, "customers are told apart by spend alone");
}

static void advise_capacity(const triax_plan *plan, tx_report *report) {
  const triax_policy *policy = plan->compiled->policy;
  const tx_policy_allocation *allocation = &policy->allocation;
  if (allowed(plan, "T107") || !allocation->given || !allocation->accounts_given) return;
  double first = 0;
  size_t owned = 0;
  for (size_t s = 0; s < policy->segmentation.model.top_count; s++) {
    if (allocation->unowned[s]) continue;
    if (owned++ && allocation->accounts[s] != first) return;
    first = allocation->accounts[s];
  }
  if (owned < 2) return;
  tx_finding finding = advice("T107", "allocation.capacity.accounts", 0, 0);
  finding.hint = "segments exist because their customers need different amounts of time";
  tx_report_add(report, &finding, "every segment has the same number of accounts a CSM");
}

static void advise_metrics(const triax_plan *plan, tx_report *report) {
  const tx_plan_score *score = &plan->health;
  for (size_t m = 0; score->model && m < score->model->metric_count && !allowed(plan, "T111"); m++) {
    const tx_health_metric *metric = &score->model->metrics[m];
    uint64_t missing = score->stage->tallies[metric->value].unknown;
    if (plan->rows == 0 || 2 * missing <= plan->rows || metric->applies != TX_NO_INPUT) continue;
    const tx_policy_expr *expr = &score->stage->step->exprs->items[metric->value];
    char percent[TX_NUMBER_SIZE];
    tx_finding finding = advice("T111", expr->path, expr->line, expr->column);
    finding.hint = "find the data, say where it applies (applies_when), or leave the metric out";
    tx_report_add(report, &finding, "the metric '%.*s' is missing for %s %% of the customers",
                  (int)metric->name.length, metric->name.bytes,
                  percent_text((double)missing / (double)plan->rows, percent));
  }
}

/* Tests that no customer meets: of segments that were tried at all. */
static void advise_empty(const triax_plan *plan, const tx_sums *sums, tx_report *report) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  for (size_t s = 0; s < model->count && !allowed(plan, "T113"); s++) {
    const tx_policy_segment *segment = &plan->compiled->policy->segmentation.segments[s];
    if (sums->customers[sums->place[s]] || plan->rows == 0 || model->segments[s].test == TX_TEST_REST) continue;
    tx_finding finding = advice("T113", segment->document_path, segment->line, segment->column);
    uint64_t tried = plan->segmentation.result.yes[s] + plan->segmentation.result.no[s] +
                     plan->segmentation.result.unknown[s];
    tx_report_add(report, &finding, "no customer is in the segment '%.*s': %s",
                  (int)model->segments[s].path.length, model->segments[s].path.bytes,
                  tried ? "none meets its test" : "those above it take everybody");
  }
}

void tx_plan_advise(const triax_plan *plan, tx_report *report) {
  tx_sums sums;
  if (tx_sums_by_segment(plan, &sums, NULL) != TRIAX_OK) {
    tx_report_no_memory(report);
    return;
  }
  advise_top(plan, &sums, report);
  advise_spend(plan, report);
  advise_small(plan, &sums, report);
  advise_capacity(plan, report);
  advise_metrics(plan, report);
  advise_empty(plan, &sums, report);
  tx_sums_free(&sums);
}

/* --- the check --- */

/* Without customers only the policy itself can be checked, which its making did. */
triax_status triax_plan_check(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                              const triax_team *team, const triax_plan_options *options, triax_messages *messages,
                              triax_error *error) {
  if (!context || !policy) return tx_fail(error, TRIAX_EINVAL, "a check needs a context and a policy");
  tx_plan_inputs inputs = {.policy = policy, .customers = customers, .team = team};
  triax_status status = tx_options_copy(options, TX_PLAN_OPTIONS_FIRST, sizeof inputs.options, &inputs.options,
                                        "triax_plan_options", error);
  if (status != TRIAX_OK || !customers) return status;
  triax_error own;
  tx_report report;
  memset(&own, 0, sizeof own);
  tx_report_init(&report, context, messages, error ? error : &own, &policy->source);
  triax_plan *plan = NULL;
  status = tx_plan_make(context, &inputs, TX_PLAN_WHOLE, &report, &plan);
  if (status == TRIAX_OK) tx_plan_advise(plan, &report);
  status = tx_plan_finish(&report, status);
  triax_plan_unref(plan);
  return status;
}
