/* What a host's log hears of a plan in the making: its size before, and what each step came to. */
#include "planning/log.h"

#include <math.h>

#include "base/date.h"
#include "base/number.h"
#include "expr/kernel.h"

#define SAY(plan, ...) tx_log((plan)->context, TRIAX_LEVEL_DETAIL, __VA_ARGS__)

void tx_plan_log_opened(const triax_plan *plan) {
  if (!tx_logs(plan->context)) return;
  char date[16] = "";
  if (plan->has_as_of) tx_format_date(plan->as_of, date);
  const char *instructions = tx_kernels_best() == &tx_kernels_portable ? "portable" : "AVX2";
  SAY(plan, "plan: steps %zu, customers %zu, CSMs %zu%s%s; threads at most %zu, instructions %s",
      plan->compiled->step_count, plan->rows, plan->csms, plan->has_as_of ? ", as of " : "", date,
      tx_context_threads(plan->context), instructions);
  if (plan->given) SAY(plan, "plan: whole-set functions are those given");
  if (plan->plays.sent) {
    SAY(plan, "plan: rows sent to its customers %zu", plan->plays.sent_count);
  }
  if (plan->trend.given) SAY(plan, "plan: rows of history %lld", (long long)plan->trend.rows);
}

static void log_score(const triax_plan *plan, const char *name, const tx_plan_score *score) {
  SAY(plan, "%s: metrics %zu, limits %zu, customers with a value %zu of %zu", name, score->model->metric_count,
      score->model->limit_count, plan->rows - score->missing, plan->rows);
}

static void log_segmentation(const triax_plan *plan) {
  const tx_segmentation_result *result = &plan->segmentation.result;
  size_t nowhere = 0;
  for (size_t unit = 0; unit < result->rows; unit++) nowhere += tx_place_at(&result->segment, unit) == TX_NO_SEGMENT;
  SAY(plan, "segmentation: segments %zu, %s in none %zu of %zu", plan->compiled->policy->segmentation.model.count,
      plan->segmentation.folded ? "families" : "customers", nowhere, result->rows);
}

/* How the search for books ended. */
static void write_end(const tx_allocation_result *result, tx_writer *writer) {
  char number[TX_NUMBER_SIZE + 320];
  if (result->optimal) {
    tx_write_c(writer, "proven best");
  } else if (isnan(result->gap)) {
    tx_write_c(writer, "best as far as proven");
  } else {
    tx_format_fixed(100 * result->gap, 4, number);
    tx_write_c(writer, number);
    tx_write_c(writer, " % from the bound");
  }
  if (result->stopped) tx_write_c(writer, ", ended by the host");
}

static void log_allocation(const triax_plan *plan) {
  const tx_plan_allocation *part = &plan->allocation;
  const tx_allocation_result *result = part->result;
  size_t wanted = 0, owned = 0;
  if (!result) {
    SAY(plan, "allocation: there is no team");
    return;
  }
  for (size_t row = 0; row < plan->rows; row++) {
    wanted += result->stands[row] != TX_STANDS_UNWANTED;
    owned += result->csm[row] != TX_ALLOCATION_NONE;
  }
  char end[120];
  tx_writer writer = {end, sizeof end, 0};
  write_end(result, &writer);
  SAY(plan, "allocation: customers with a CSM %zu of %zu%s; %s", owned, wanted,
      plan->previous && plan->previous->allocation.result ? ", from the books of the previous plan" : "", end);
}

static void log_attention(const triax_plan *plan) {
  size_t books = 0, overbooked = 0;
  for (size_t csm = 0; csm < plan->csms && plan->attention.result.books; csm++) {
    const tx_book *book = &plan->attention.result.books[csm];
    books += book->state != TX_BOOK_EMPTY;
    overbooked += book->state == TX_BOOK_OVERBOOKED;
  }
  SAY(plan, "attention: books %zu, of which overbooked %zu", books, overbooked);
}

static void log_plays(const triax_plan *plan) {
  uint64_t made = 0, updated = 0, withheld = 0;
  size_t count = plan->compiled->policy->plays.count;
  for (size_t p = 0; p < count; p++) {
    const tx_play_counts *counts = &plan->plays.counts[p];
    made += counts->made;
    updated += counts->updated;
    for (int reason = 0; reason < TX_WITHHELD_REASONS; reason++) withheld += counts->withheld[reason];
  }
  SAY(plan, "plays: plays %zu, actions new %lld, updated %lld, withheld %lld", count, (long long)made,
      (long long)updated, (long long)withheld);
}

static void log_transition(const triax_plan *plan) {
  size_t scheduled = 0;
  for (size_t m = 0; m < plan->transition.count; m++) {
    scheduled += plan->transition.moves[m].state == TX_MOVE_SCHEDULED;
  }
  SAY(plan, "transition: moves %zu, of which have a week %zu", plan->transition.count, scheduled);
}

void tx_plan_log_step(const triax_plan *plan, const tx_step *step) {
  if (!tx_logs(plan->context)) return;
  switch (step->kind) {
  case TX_STEP_HEALTH:
    log_score(plan, "health", &plan->health);
    break;
  case TX_STEP_SCORE:
    log_score(plan, step->name, &plan->scores[step->score]);
    break;
  case TX_STEP_SEGMENTATION:
    log_segmentation(plan);
    break;
  case TX_STEP_ALLOCATION:
    log_allocation(plan);
    break;
  case TX_STEP_ATTENTION:
    log_attention(plan);
    break;
  case TX_STEP_PLAYS:
    log_plays(plan);
    break;
  case TX_STEP_FORECAST:
    SAY(plan, "forecast: scenarios beside the base %zu",
        plan->forecast.outlook_count ? plan->forecast.outlook_count - 1 : 0);
    break;
  case TX_STEP_TRANSITION:
    log_transition(plan);
    break;
  default:
    SAY(plan, "%s: criteria %zu", step->name, step->exprs ? step->exprs->count : 0);
    break;
  }
}
