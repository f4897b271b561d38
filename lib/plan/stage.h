/* A step's expressions over one table: compiled together, evaluated, and counted.
 *
 * Counting: for every test and value, how many rows were true, how many could not be judged, and which columns were
 * missing there. */
#ifndef TX_PLAN_STAGE_H
#define TX_PLAN_STAGE_H

#include "base/text.h"
#include "compile/compile.h"
#include "expr/kernel.h"

/* What one expression came to over all rows. */
typedef struct tx_tally {
  uint64_t yes;      /* bool: true */
  uint64_t unknown;  /* missing, or missing through a fault */
  uint64_t faults;   /* missing through a fault */
  uint64_t *blame;   /* per variable read, in the order of `reads`: unknown rows where that column is missing */
} tx_tally;

typedef struct tx_stage {
  triax_context *context;
  const tx_step *step;
  const tx_module *module;
  const tx_kernels *kernels;
  int over;
  size_t rows;
  size_t exprs;
  uint32_t *root;      /* per expression: its number among the program's roots; TX_NO_INPUT: not over this table */
  tx_program *program; /* NULL when there is no expression */
  tx_data *data;
  const tx_column *const *columns; /* borrowed: per variable */
  uint32_t **reads;    /* per expression: variables */
  size_t *read_count;
  tx_tally *tallies;   /* per expression */
  tx_input *inputs;    /* per expression: filled by tx_stage_evaluate */
  uint64_t **owned_truth, **owned_known;
  tx_column **owned_columns;
  tx_arena arena;
} tx_stage;

/* Compiles and binds the expressions of a step that are over one table. columns: per variable of the module. */
triax_status tx_stage_open(const tx_compiled *compiled, const tx_step *step, int over, const tx_column *const *columns,
                           size_t rows, int32_t as_of, bool has_as_of, tx_stage **stage, triax_error *error);
/* The same over families folded to one row each. */
triax_status tx_stage_open_units(const tx_compiled *compiled, const tx_step *step, const tx_column *const *columns,
                                 size_t rows, int32_t as_of, bool has_as_of, tx_stage **stage, triax_error *error);
void tx_stage_free(tx_stage *stage);
/* Evaluates all of them over all rows into inputs, with tallies. */
triax_status tx_stage_evaluate(tx_stage *stage, triax_error *error);
/* Those of numbers and texts alone; truths are then for a run to tell, batch by batch. */
triax_status tx_stage_evaluate_columns(tx_stage *stage, triax_error *error);
/* What a test says of one row. */
triax_status tx_stage_truth(const tx_stage *stage, size_t expr, size_t row, bool *truth, bool *known,
                            triax_error *error);
/* Whether an expression is one of the stage's, and a test. */
bool tx_stage_tests(const tx_stage *stage, size_t expr);
/* The column that an expression is as it stands (truths apart), or NULL; and the tallies of all of them, which need no
 * look at the rows. */
const tx_column *tx_stage_bare(const tx_stage *stage, size_t expr);
void tx_stage_tally_bare(tx_stage *stage);
/* Adds to a tally what a stretch of 64-row words says. known, faults may be NULL; values of bool have truth.
 * Bits past the end are 0. */
void tx_stage_tally(const tx_stage *stage, size_t expr, tx_tally *tally, size_t first_word, size_t rows,
                    const uint64_t *truth, const uint64_t *known, const uint64_t *faults);
/* "arr 12, seats 3": the columns missing where an expression could not be judged, most first. blame: per variable. */
void tx_write_blame(const tx_module *module, const uint32_t *reads, size_t read_count, const uint64_t *blame,
                    tx_writer *writer);
void tx_stage_write_blame(const tx_stage *stage, size_t expr, tx_writer *writer);
/* A fresh set of tallies (for a worker), and their sum into the stage's. */
tx_tally *tx_stage_tallies(const tx_stage *stage);
void tx_stage_add(tx_stage *stage, const tx_tally *tallies);
void tx_stage_tallies_free(const tx_stage *stage, tx_tally *tallies);

#endif
