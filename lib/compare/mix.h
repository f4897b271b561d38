/* The rules of one plan on the data of another: one account's inputs to one step, value by value. */
#ifndef TX_COMPARE_MIX_H
#define TX_COMPARE_MIX_H

#include "compare/compare.h"

/* Variables of the rules' module, then two more: the columns of the previous segment and of the override. */
typedef struct tx_mix {
  triax_context *context;
  const triax_plan *rules, *other; /* other NULL: its own data alone */
  const tx_stage *stage;
  size_t variables, count;         /* count: with the two more */
  const tx_column **own, **moved;  /* NULL: not there, or of another type */
  triax_text *names;
  bool *reads, *derived;
  tx_value *own_values, *moved_values, *values, *inputs;
  int32_t as_of;
  tx_arena lists, scratch; /* behind values and inputs, of the account at hand */
} tx_mix;

/* stage NULL (the step did not run) gives no mix. */
triax_status tx_mix_open(triax_context *context, const triax_plan *rules, const triax_plan *other,
                         const tx_stage *stage, tx_mix **mix, triax_error *error);
void tx_mix_free(tx_mix *mix);
/* Takes an account: values are the rules' own, as of the rules' day. moved SIZE_MAX: own data alone. */
triax_status tx_mix_load(tx_mix *mix, size_t own, size_t moved, triax_error *error);
/* Whether a variable that the step reads differs between the two. */
bool tx_mix_differs(const tx_mix *mix, size_t variable);
/* Fills inputs from values; texts and lists made on the way live until the next account. */
triax_status tx_mix_evaluate(tx_mix *mix, triax_error *error);
/* The factors in their order: TX_CAUSE_DATA, _MISSING, _HEALTH, _SEGMENT, _TIME. */
#define TX_MIX_FACTORS 5
extern const int tx_mix_factors[TX_MIX_FACTORS];
/* Whether a variable differs, and by this factor. */
bool tx_mix_belongs(const tx_mix *mix, size_t variable, int factor);
/* Moves all that belongs to a factor; false when nothing does. */
bool tx_mix_step(tx_mix *mix, int factor);
/* An input that is a number, as evaluated; NaN: missing. */
double tx_mix_number(const tx_mix *mix, uint32_t input);
/* "arr 700000 -> 800000" */
void tx_mix_write(const tx_mix *mix, size_t variable, tx_writer *writer);

#endif
