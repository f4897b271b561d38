/* All tables of a plan, and the words in them. */
#include "results/tables.h"

#include "base/text.h"

triax_text tx_word_stands(int stands) {
  static const char *const words[] = {"unowned", "kept", "frozen", "moved", "new", "uncovered"};
  return triax_text_of(stands >= 0 && stands <= TX_STANDS_UNCOVERED ? words[stands] : "unowned");
}

triax_text tx_word_way(int way) {
  static const char *const words[] = {"",         "no pool",      "nobody in the pool", "other pool", "role",    "away",
                                      "not eligible", "capacity", "cap",                "points",     "balance", "family",
                                      "frozen"};
  return triax_text_of(way >= 0 && way <= TX_WAY_FROZEN ? words[way] : "");
}

triax_text tx_word_why_not(int way) {
  static const char *const words[] = {"it has this CSM",
                                      "no pool takes it",
                                      "its pool has no CSM",
                                      "does not serve its pool",
                                      "has none of its segment's roles",
                                      "is not here on the plan's date",
                                      "is not eligible",
                                      "is full",
                                      "is at a cap",
                                      "would earn fewer points",
                                      "would be worse balanced, or worse for others",
                                      "its family is with another CSM",
                                      "it is frozen with its CSM"};
  return triax_text_of(way >= 0 && way <= TX_WAY_FROZEN ? words[way] : "");
}

triax_text tx_word_uncovered(int way) {
  switch (way) {
  case TX_WAY_NO_POOL:
    return TX_TEXT("no pool takes it");
  case TX_WAY_EMPTY_POOL:
    return TX_TEXT("its pool has no CSM");
  case TX_WAY_ROLE:
    return TX_TEXT("no CSM of its pool has a role of its segment");
  case TX_WAY_NOT_ELIGIBLE:
    return TX_TEXT("no CSM of its pool is eligible");
  case TX_WAY_FULL:
    return TX_TEXT("every CSM who could take it is full");
  case TX_WAY_CAP:
    return TX_TEXT("every CSM who could take it is at a further cap");
  default:
    return TX_TEXT("nobody could take it");
  }
}

triax_status tx_plan_tabulate(triax_plan *plan, triax_error *error) {
  static triax_status (*const makers[])(triax_plan *, triax_error *) = {
      tx_tabulate_customers, tx_tabulate_segments, tx_tabulate_tests,    tx_tabulate_metrics, tx_tabulate_csms,
      tx_tabulate_pools,     tx_tabulate_overlays, tx_tabulate_week,     tx_tabulate_moves,
      tx_tabulate_books,     tx_tabulate_handovers,
      tx_tabulate_tradeoff,  tx_tabulate_hires,
      tx_tabulate_forecast,  tx_tabulate_headcount, tx_tabulate_scenarios, tx_tabulate_trend};
  triax_status status = TRIAX_OK;
  for (size_t m = 0; status == TRIAX_OK && m < sizeof makers / sizeof *makers; m++) status = makers[m](plan, error);
  return status;
}
