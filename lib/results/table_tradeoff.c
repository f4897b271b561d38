/* The table of the trade-off between moves and balance. */
#include "results/tables.h"

static double moved_of(const tx_tradeoff_point *p) { return (double)p->moved; }
static double money_of(const tx_tradeoff_point *p) { return p->money; }
static double imbalance_of(const tx_tradeoff_point *p) { return p->imbalance; }
static double share_of(const tx_tradeoff_point *p) { return p->share; }
static double earned_of(const tx_tradeoff_point *p) { return p->earned; }
static double uncovered_of(const tx_tradeoff_point *p) { return p->uncovered_value; }
static double emptiest_of(const tx_tradeoff_point *p) { return p->emptiest; }
static double fullest_of(const tx_tradeoff_point *p) { return p->fullest; }

triax_status tx_tabulate_tradeoff(triax_plan *plan, triax_error *error) {
  static const struct {
    const char *name;
    double (*of)(const tx_tradeoff_point *);
    int32_t type;
  } columns[] = {{"moved", moved_of, TRIAX_TYPE_INTEGER},      {"arr", money_of, TRIAX_TYPE_MONEY},
                 {"imbalance", imbalance_of, TRIAX_TYPE_NUMBER}, {"balance_share", share_of, TRIAX_TYPE_NUMBER},
                 {"points", earned_of, TRIAX_TYPE_NUMBER},     {"uncovered_value", uncovered_of, TRIAX_TYPE_NUMBER},
                 {"emptiest", emptiest_of, TRIAX_TYPE_NUMBER}, {"fullest", fullest_of, TRIAX_TYPE_NUMBER}};
  const tx_plan_allocation *part = &plan->allocation;
  if (!part->tradeoff_count) return TRIAX_OK;
  tx_tabulate t;
  tx_tabulate_open(&t, plan->context, part->tradeoff_count);
  tx_column_builder *how = tx_tabulate_begin(&t, TRIAX_TYPE_STRING);
  bool fine = how != NULL;
  for (size_t p = 0; fine && p < t.rows; p++) fine = tx_column_builder_text(how, triax_text_of(part->tradeoff[p].how));
  tx_tabulate_end(&t, "how", how, fine);
  for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
    tx_column_builder *builder = tx_tabulate_begin(&t, columns[c].type);
    fine = builder != NULL;
    for (size_t p = 0; fine && p < t.rows; p++) {
      double value = columns[c].of(&part->tradeoff[p]);
      fine = columns[c].type == TRIAX_TYPE_INTEGER ? tx_column_builder_integer(builder, (int64_t)value)
                                                   : tx_column_builder_number(builder, value);
    }
    tx_tabulate_end(&t, columns[c].name, builder, fine);
  }
  return tx_tabulate_close(&t, &plan->tables[TRIAX_PLAN_TRADEOFF], error);
}
