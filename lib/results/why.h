/* Why each customer is treated as it is: one line each, of facts that many customers share. */
#ifndef TX_RESULTS_WHY_H
#define TX_RESULTS_WHY_H

#include "plan/plan.h"

/* The sentence of every row, as a string column; NULL when memory is short. */
tx_column *tx_why_column(const triax_plan *plan);

/* Parts of it, for explanations too: each writes a clause without a full stop. */
void tx_why_segment(const triax_plan *plan, size_t row, tx_writer *writer);
void tx_why_health(const triax_plan *plan, size_t row, tx_writer *writer);
void tx_why_csm(const triax_plan *plan, size_t row, tx_writer *writer);
void tx_why_hours(const triax_plan *plan, size_t row, tx_writer *writer);

/* "arr >= 750000": a segment's test in words. */
void tx_why_test(const triax_plan *plan, uint32_t segment, tx_writer *writer);

/* The metric that cost a customer most, SIZE_MAX when none did. */
size_t tx_why_worst_metric(const tx_plan_score *score, size_t row);

#endif
