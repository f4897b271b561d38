/* One customer's explanation in the making: what the files of explain share. */
#ifndef TX_EXPLAIN_EXPLAIN_H
#define TX_EXPLAIN_EXPLAIN_H

#include "plan/plan.h"

typedef struct tx_explain_job {
  const triax_plan *plan;
  size_t row, unit;
  triax_document *document;
  tx_arena arena;
  triax_error *error;
} tx_explain_job;

void tx_explain_sentence(triax_document *d, const char *key, const triax_plan *plan, size_t row,
                         void (*write)(const triax_plan *, size_t, tx_writer *));
/* A value as a reader wants it: numbers as numbers, text without quotes, dates as 2026-11-21,
 * the rest as an expression would print it. */
void tx_explain_scalar(triax_document *d, const char *key, const tx_value *value);
/* The values that an expression read. */
void tx_explain_reads(tx_explain_job *job, const tx_stage *stage, size_t expr, size_t row);

/* score.c: health or a score under its name, to the last point. TRIAX_ENOMEM alone. */
triax_status tx_explain_score(tx_explain_job *job, const char *key, const tx_plan_score *score);

/* follow.c: the customer's move, actions and withheld actions. TRIAX_ENOMEM alone. */
triax_status tx_explain_follow(tx_explain_job *job);

#endif
