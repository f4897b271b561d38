/* What whole-set functions and `top` came to over a part, or over all parts. */
#ifndef TX_AGGREGATES_AGGREGATES_H
#define TX_AGGREGATES_AGGREGATES_H

#include <triax/aggregates.h>

#include "base/context.h"
#include "base/exact_sum.h"
#include "compile/compile.h"
#include "expr/node.h"

/* These numbers are written into bytes: they stay. */
enum { TX_WHOLE_TOTAL = 1, TX_WHOLE_MEAN, TX_WHOLE_STDDEV, TX_WHOLE_PERCENTILE, TX_WHOLE_TOP };
/* A top is found in steps: how its values are spread; who stands around the edge; the edge. Others have one phase. */
enum { TX_PHASE_SPREAD = 1, TX_PHASE_AROUND, TX_PHASE_DONE };

/* Values in [low, high], or one value where both are the same. Cells may overlap where high > low. */
typedef struct tx_cell {
  double low, high;
  uint64_t count;
  double weight; /* of a top with `of`: about what they sum to */
} tx_cell;

/* A customer near the edge of a top. */
typedef struct tx_candidate {
  double by, of;
  triax_text key;
} tx_candidate;

/* One whole-set function, or one top. */
typedef struct tx_whole {
  uint64_t id;     /* of the expression, or of the segment and judgement */
  uint8_t kind;    /* TX_WHOLE_… */
  uint8_t phase;   /* TX_PHASE_… */
  bool settled;    /* was fed into the plan: not to be summed over parts */
  uint64_t present;
  tx_exact_sum sum;     /* top: of `of` */
  tx_exact_sum squares; /* stddev; top: of `of` above the candidates */
  tx_cell *cells;       /* by low, then high */
  size_t cell_count;
  double error;         /* of ranks, as a share */
  uint64_t above;       /* top: how many stand above the candidates */
  tx_candidate *candidates; /* in order of rank; TX_PHASE_DONE: the last that holds, or none */
  size_t candidate_count;
} tx_whole;

struct triax_aggregates {
  triax_context *context;
  tx_count count;
  uint64_t policy; /* its fingerprint */
  int32_t as_of;
  bool has_as_of;
  uint64_t open;   /* how many are not known even once this is merged */
  tx_whole *items; /* by id */
  size_t item_count, capacity;
  tx_arena keys;
};

triax_status tx_wholes_new(triax_context *context, size_t items, triax_aggregates **aggregates, triax_error *error);
const tx_whole *tx_wholes_find(const triax_aggregates *aggregates, uint64_t id);
void tx_wholes_sort(triax_aggregates *aggregates);
/* Cells or candidates of `count`, uninitialised, belonging to the item. */
bool tx_whole_cells(triax_context *context, tx_whole *item, size_t count);
bool tx_whole_candidates(triax_context *context, tx_whole *item, size_t count);
/* A copy, with its keys in the aggregates' arena. */
bool tx_whole_copy(triax_aggregates *to, tx_whole *item, const tx_whole *from);

/* --- cells (cells.c) --- */

/* Sorts cells, joins equal values, takes neighbours together above `most` cells, and finds the error. */
triax_status tx_cells_finish(triax_context *context, tx_whole *item, size_t most, triax_error *error);
/* Percentiles of such cells, as an engine's function: allocates its arrays. */
triax_status tx_cells_apply(triax_context *context, const tx_whole *item, tx_aggregate *aggregate, triax_error *error);
/* Where the edge of a top must lie: *low <= edge <= *high; *any false: nobody holds. */
triax_status tx_cells_bracket(triax_context *context, const tx_whole *item, double share, bool sums, double *low,
                              double *high, bool *any, triax_error *error);

/* --- tops (top.c) --- */

/* Candidates by rank. */
int tx_candidate_order(const tx_candidate *a, const tx_candidate *b);
/* Puts candidates into order; spare has as much room. */
void tx_candidates_sort(tx_candidate *items, tx_candidate *spare, size_t count);
/* The edge that merged candidates come to. */
tx_top_cutoff tx_top_conclude(const tx_whole *item, double share, bool sums);

/* --- names (names.c) --- */

/* What the policy says, as a number. */
uint64_t tx_policy_fingerprint(const triax_policy *policy);
/* Per node of the module, the same wherever the expression stands; NULL: no memory. Free module->count of them. */
uint64_t *tx_node_fingerprints(triax_context *context, const tx_module *module);
uint64_t tx_whole_id(uint64_t node, bool units);
uint64_t tx_top_id(uint32_t segment, bool unheld);

/* --- given to a plan (feed.c) --- */

struct tx_plan_given {
  triax_context *context;
  triax_aggregates *from;
  tx_aggregates *functions[2];     /* over customers, over units; op 0: not known */
  tx_top_given *tops[2];           /* per segment: with hold, without */
  const tx_whole **spreads[2];     /* per segment: TX_PHASE_SPREAD, or NULL */
  size_t segments;
};
/* Checks that the aggregates are of this policy and date, and sets compiled->given. */
triax_status tx_plan_given_new(triax_context *context, const triax_aggregates *aggregates, tx_compiled *compiled,
                               int32_t as_of, bool has_as_of, tx_plan_given **given, triax_error *error);
void tx_plan_given_free(tx_plan_given *given);
/* Whole-set functions given over customers, or over families; NULL: none. */
const tx_aggregates *tx_given_functions(const tx_compiled *compiled, bool units);

#endif
