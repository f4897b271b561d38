/* Findings that a reader of a plan should see: notes and warnings on the data. */
#ifndef TX_RESULTS_NOTES_H
#define TX_RESULTS_NOTES_H

#include "plan/plan.h"

void tx_plan_notes(const triax_plan *plan, tx_report *report);
void tx_note_forecast(const triax_plan *plan, tx_report *report);

#endif
