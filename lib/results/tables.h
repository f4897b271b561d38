/* The tables of a plan, and the words for what the models number. */
#ifndef TX_RESULTS_TABLES_H
#define TX_RESULTS_TABLES_H

#include "plan/plan.h"
#include "plan/texts.h"
#include "table/tabulate.h"

/* Makes all of them. */
triax_status tx_plan_tabulate(triax_plan *plan, triax_error *error);

/* The tables, each in its file. */
triax_status tx_tabulate_customers(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_csms(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_segments(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_pools(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_tests(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_metrics(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_trend(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_overlays(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_week(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_moves(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_books(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_handovers(triax_plan *plan, triax_error *error);

/* The keys of customers of the moves that are chosen (NULL: all); NULL when memory is short. */
tx_column *tx_moving_customers(const triax_plan *plan, bool (*chosen)(const tx_plan_move *), size_t *count);
/* "scheduled": how a move stands. */
triax_text tx_word_move(int state);
triax_status tx_tabulate_tradeoff(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_hires(triax_plan *plan, triax_error *error);

triax_status tx_tabulate_forecast(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_headcount(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_scenarios(triax_plan *plan, triax_error *error);

/* Columns METRIC.points … of a score whose parts were kept. */
void tx_tabulate_parts(const triax_plan *plan, const tx_plan_score *score, tx_tabulate *tabulate);

/* Words for what the models number. */
triax_text tx_word_stands(int stands);
triax_text tx_word_way(int way);
/* "full": why a customer is not with a CSM. */
triax_text tx_word_why_not(int way);
/* "its pool is full": why nobody could take a customer. */
triax_text tx_word_uncovered(int way);
/* "its CSM has left": why an account moves, or stays against what would be. */
void tx_write_why_move(const triax_plan *plan, const tx_plan_move *move, tx_line *line);

#endif
