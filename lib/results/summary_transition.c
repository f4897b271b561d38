/* The plan in figures: the transition. */
#include <math.h>

#include "base/date.h"
#include "base/sum.h"
#include "base/text.h"
#include "document/write.h"
#include "results/summary.h"
#include "results/tables.h"

typedef struct transition_sums {
  uint64_t states[TX_MOVE_STATES], segments, fresh, hands, nobody, knows; /* nobody: of the hands, to no CSM */
  size_t weeks;
  tx_sum moved, all;
} transition_sums;

static double arr_of(const tx_column *money, size_t row) {
  return money && isfinite(money->numbers[row]) ? money->numbers[row] : 0;
}

static void add_up(const triax_plan *plan, transition_sums *sums) {
  const tx_column *money = tx_plan_money(plan);
  for (size_t row = 0; row < plan->rows; row++) tx_sum_add(&sums->all, arr_of(money, row));
  for (size_t i = 0; i < plan->transition.count; i++) {
    const tx_plan_move *move = &plan->transition.moves[i];
    sums->states[move->state]++;
    sums->segments += move->segment_changes;
    if (move->week != TX_NO_WEEK && move->week >= sums->weeks) sums->weeks = (size_t)move->week + 1;
    if (!move->owner_changes) continue;
    if (!move->from_owner.bytes) {
      sums->fresh++;
      continue;
    }
    sums->hands++;
    sums->nobody += plan->allocation.given && plan->allocation.result->csm[move->row] == TX_ALLOCATION_NONE;
    sums->knows += move->knows;
    tx_sum_add(&sums->moved, arr_of(money, move->row));
  }
}

static void put_date(triax_document *d, const char *key, int64_t day) {
  char date[16];
  if (day > INT32_MAX) return;
  size_t length = tx_format_date((int32_t)day, date);
  tx_put_text(d, key, (triax_text){date, length});
}

typedef struct week_sums {
  uint64_t moves, owners; /* in all; those whose owner changes */
  tx_sum arr;
} week_sums;

/* The moves of each week that has any. */
static triax_status put_weeks(const triax_plan *plan, size_t weeks, triax_document *d) {
  const tx_column *money = tx_plan_money(plan);
  week_sums *sums = tx_calloc(plan->context, weeks, sizeof *sums);
  for (size_t i = 0; sums && i < plan->transition.count; i++) {
    const tx_plan_move *move = &plan->transition.moves[i];
    if (move->week == TX_NO_WEEK) continue;
    sums[move->week].moves++;
    sums[move->week].owners += move->owner_changes;
    tx_sum_add(&sums[move->week].arr, arr_of(money, move->row));
  }
  tx_put_list(d, "weeks");
  for (size_t w = 0; sums && w < weeks; w++) {
    if (!sums[w].moves) continue;
    tx_put_map(d, NULL);
    tx_put_count(d, "week", w + 1);
    put_date(d, "date", plan->transition.start + 7 * (int64_t)w);
    tx_put_count(d, "moves", sums[w].moves);
    tx_put_count(d, "change_owner", sums[w].owners);
    if (money) tx_put_number(d, "arr", tx_sum_of(&sums[w].arr));
    tx_put_end(d);
  }
  tx_put_end(d);
  bool fine = sums != NULL;
  tx_free_array(plan->context, sums, weeks, sizeof *sums);
  return fine ? TRIAX_OK : TRIAX_ENOMEM;
}

triax_status tx_summarise_transition(const triax_plan *plan, triax_document *d) {
  transition_sums sums = {.segments = 0};
  if (!plan->transition.given) return TRIAX_OK;
  add_up(plan, &sums);
  tx_put_map(d, "transition");
  put_date(d, "start", plan->transition.start);
  tx_put_count(d, "segment_changes", sums.segments);
  tx_put_count(d, "new_owners", sums.fresh);
  tx_put_count(d, "change_hands", sums.hands);
  tx_put_count(d, "to_nobody", sums.nobody);
  if (plan->compiled->policy->transition.known.bytes) tx_put_count(d, "to_who_knows_them", sums.knows);
  if (tx_plan_money(plan)) {
    tx_put_number(d, "arr_moved", tx_sum_of(&sums.moved));
    tx_put_number(d, "arr_share_moved", tx_sum_of(&sums.all) > 0 ? tx_sum_of(&sums.moved) / tx_sum_of(&sums.all) : NAN);
  }
  if (plan->allocation.given) tx_put_number(d, "continuity", tx_plan_continuity(plan));
  tx_put_map(d, "moves");
  for (int s = 0; s < TX_MOVE_STATES; s++) tx_put_count(d, tx_word_move(s).bytes, sums.states[s]);
  tx_put_end(d);
  tx_put_count(d, "weeks_needed", sums.weeks);
  triax_status status = put_weeks(plan, sums.weeks, d);
  tx_put_end(d);
  return status;
}
