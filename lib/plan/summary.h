/* Parts of the summary that stand in files of their own. */
#ifndef TX_PLAN_SUMMARY_H
#define TX_PLAN_SUMMARY_H

#include "plan/plan.h"

void tx_summarise_plays(const triax_plan *plan, triax_document *d);

#endif
