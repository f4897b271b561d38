/* What a reader of the forecast should know: chances that are missing or none, and whose. */
#include "results/notes.h"

#include <math.h>

#include "base/number.h"
#include "base/text.h"

static const char *count_of(uint64_t count, char buffer[TX_NUMBER_SIZE]) {
  tx_format_int64((int64_t)count, buffer);
  return buffer;
}

static tx_finding finding_at(const tx_policy_expr *expr, int32_t level) {
  return (tx_finding){.level = level, .path = expr->path, .line = expr->line, .column = expr->column, .width = 1};
}

/* The first customers whose value is outside: "A, B and 3 more". */
static void write_outside(const triax_plan *plan, const double *values, double least, double most, tx_writer *writer) {
  char number[TX_NUMBER_SIZE];
  uint64_t found = 0;
  for (size_t row = 0; row < plan->rows; row++) {
    if (!(values[row] < least || values[row] > most)) continue;
    if (++found > 3) continue;
    if (found > 1) tx_write_c(writer, ", ");
    tx_write(writer, tx_people_key(&plan->compiled->customers->people, row));
  }
  if (found <= 3) return;
  tx_write_c(writer, " and ");
  tx_write_c(writer, count_of(found - 3, number));
  tx_write_c(writer, " more");
}

static uint64_t count_outside(const triax_plan *plan, const double *values, double least, double most) {
  uint64_t found = 0;
  for (size_t row = 0; row < plan->rows; row++) found += values[row] < least || values[row] > most;
  return found;
}

typedef struct value_kind {
  const char *what, *range;
  double least, most;
} value_kind;

/* One expression: what is outside of its range, then what is missing. Of a scenario only what the base does not miss. */
static void note_values(const triax_plan *plan, uint32_t input, uint32_t base, const value_kind *kind,
                        tx_report *report) {
  const tx_stage *stage = plan->forecast.stage;
  char number[TX_NUMBER_SIZE], text[400] = "";
  tx_writer writer = {text, sizeof text, 0};
  if (input == TX_NO_INPUT || !stage->inputs[input].column) return;
  const double *values = stage->inputs[input].column->numbers;
  const tx_policy_expr *expr = &stage->step->exprs->items[input];
  uint64_t outside = count_outside(plan, values, kind->least, kind->most);
  uint64_t missing = stage->tallies[input].unknown;
  bool nobody = missing + outside >= plan->rows;
  if (base != TX_NO_INPUT && missing == stage->tallies[base].unknown) missing = 0;
  if (outside) {
    tx_finding finding = finding_at(expr, TRIAX_LEVEL_WARNING);
    write_outside(plan, values, kind->least, kind->most, &writer);
    tx_report_add(report, &finding, "%s of %s %s %s (%s): as if missing", kind->what, count_of(outside, number),
                  outside == 1 ? "customer is" : "customers is", kind->range, text);
  }
  if (missing) {
    tx_finding finding = finding_at(expr, nobody ? TRIAX_LEVEL_WARNING : TRIAX_LEVEL_NOTE);
    writer = (tx_writer){text, sizeof text, 0};
    text[0] = 0;
    tx_stage_write_blame(stage, input, &writer);
    tx_report_add(report, &finding, "%s of %s %s missing%s%s%s: %s", kind->what, count_of(missing, number),
                  missing == 1 ? "customer is" : "customers is", text[0] ? " (" : "", text, text[0] ? ")" : "",
                  nobody ? "nobody has one, so that nothing can be forecast" : "as the mean of their segment");
  }
}

static void note_pair(const triax_plan *plan, const tx_policy_scenario *scenario, tx_report *report) {
  static const value_kind stays = {"the chance to stay", "outside of 0 to 1", 0, 1};
  static const value_kind grows = {"the growth", "below -1", -1, INFINITY};
  const tx_policy_forecast *base = &plan->compiled->policy->forecast;
  if (scenario) {
    note_values(plan, scenario->retention, base->retention, &stays, report);
    note_values(plan, scenario->expansion, base->expansion, &grows, report);
  } else {
    note_values(plan, base->retention, TX_NO_INPUT, &stays, report);
    note_values(plan, base->expansion, TX_NO_INPUT, &grows, report);
  }
}

void tx_note_forecast(const triax_plan *plan, tx_report *report) {
  const tx_policy_forecast *policy = &plan->compiled->policy->forecast;
  const tx_plan_forecast *part = &plan->forecast;
  char number[TX_NUMBER_SIZE];
  note_pair(plan, NULL, report);
  for (size_t s = 0; s < policy->scenario_count; s++) note_pair(plan, &policy->scenarios[s], report);
  if (part->outlooks[0].result.missing_arr) {
    tx_finding finding = {.level = TRIAX_LEVEL_NOTE, .path = "forecast", .width = 1};
    tx_report_add(report, &finding, "the ARR of %s %s missing: it counts as nothing",
                  count_of(part->outlooks[0].result.missing_arr, number),
                  part->outlooks[0].result.missing_arr == 1 ? "customer is" : "customers is");
  }
  if (part->missing_cost) {
    tx_finding finding = finding_at(&policy->inputs.items[policy->cost], TRIAX_LEVEL_NOTE);
    tx_report_add(report, &finding, "the cost of %s %s missing: as a full-time CSM's mean",
                  count_of(part->missing_cost, number), part->missing_cost == 1 ? "CSM is" : "CSMs is");
  }
}
