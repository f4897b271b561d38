/* The plan in figures: plays. */
#include "results/summary.h"

#include "base/text.h"
#include "document/write.h"
#include "results/tables.h"

static void put_reasons(triax_document *d, const uint64_t withheld[TX_WITHHELD_REASONS]) {
  tx_put_map(d, "withheld");
  for (int r = 0; r < TX_WITHHELD_REASONS; r++) tx_put_count(d, tx_word_withheld(r).bytes, withheld[r]);
  tx_put_end(d);
}

static uint64_t sum_of(const tx_play_counts *counts) {
  uint64_t sum = 0;
  for (int r = 0; r < TX_WITHHELD_REASONS; r++) sum += counts->withheld[r];
  return sum;
}

static void put_play(const triax_plan *plan, uint32_t number, triax_document *d) {
  const tx_policy_play *play = &plan->compiled->policy->plays.plays[number];
  const tx_play_counts *counts = &plan->plays.counts[number];
  tx_put_map(d, NULL);
  tx_put_text(d, "play", play->name);
  tx_put_count(d, "fired", counts->fired);
  tx_put_count(d, "not_judged", plan->plays.stage->tallies[play->when].unknown);
  tx_put_count(d, "new", counts->made);
  tx_put_count(d, "updated", counts->updated);
  tx_put_count(d, "withheld", sum_of(counts));
  tx_put_end(d);
}

static void put_log(const triax_plan *plan, triax_document *d) {
  const tx_plan_plays *part = &plan->plays;
  if (!part->sent) return;
  tx_put_map(d, "log");
  tx_put_count(d, "rows", part->sent_count);
  tx_put_count(d, "unknown_customers", part->unknown_customers);
  tx_put_count(d, "unknown_plays", part->unknown_plays);
  tx_put_count(d, "after_the_date", part->not_yet);
  tx_put_end(d);
}

void tx_summarise_plays(const triax_plan *plan, triax_document *d) {
  const tx_plan_plays *part = &plan->plays;
  uint64_t made = 0, updated = 0, withheld[TX_WITHHELD_REASONS] = {0};
  if (!part->given) return;
  size_t count = plan->compiled->policy->plays.count;
  for (size_t p = 0; p < count; p++) {
    made += part->counts[p].made;
    updated += part->counts[p].updated;
    for (int r = 0; r < TX_WITHHELD_REASONS; r++) withheld[r] += part->counts[p].withheld[r];
  }
  tx_put_map(d, "plays");
  tx_put_count(d, "new", made);
  tx_put_count(d, "updated", updated);
  put_reasons(d, withheld);
  tx_put_list(d, "list");
  for (size_t i = 0; i < count; i++) put_play(plan, part->order[i], d);
  tx_put_end(d);
  put_log(plan, d);
  tx_put_end(d);
}
