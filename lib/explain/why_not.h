/* Why not another CSM, as keys of a document. */
#ifndef TX_EXPLAIN_WHY_NOT_H
#define TX_EXPLAIN_WHY_NOT_H

#include "plan/plan.h"

/* KEY and, where the team has names, KEY_name. */
void tx_put_csm_name(triax_document *document, const triax_plan *plan, const char *key, uint32_t csm);
/* A handful of others (`why_not`), and how many there are of each kind (`others`). */
triax_status tx_put_others(triax_document *document, const triax_plan *plan, size_t row, triax_error *error);

#endif
