/* The summary, and parts of it that stand in files of their own. */
#ifndef TX_RESULTS_SUMMARY_H
#define TX_RESULTS_SUMMARY_H

#include "plan/plan.h"

triax_status tx_plan_summarise(triax_plan *plan, triax_error *error);

/* `forecast`: all by year (every scenario), headcount by segment (the base), the scenarios' differences for all. */
void tx_summarise_forecast(const triax_plan *plan, triax_document *d);
/* Kept accounts as a share of those whose owner is still in the team; NaN: there are none. */
double tx_plan_continuity(const triax_plan *plan);
/* TRIAX_ENOMEM when memory is short. */
triax_status tx_summarise_transition(const triax_plan *plan, triax_document *d);
/* `trend`: rows of the history, and how many customers dropped. */
void tx_summarise_trend(const triax_plan *plan, triax_document *d);
void tx_summarise_plays(const triax_plan *plan, triax_document *d);

#endif
