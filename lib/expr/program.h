/* Roots of a module, compiled for columns and run in batches that stay in cache.
 *
 *   program = tx_program_new(module, roots)      immutable: which operations in which order
 *   run     = tx_run_new(program, columns)       bound to data: dictionary predicates are tables now, whole-set
 *                                                functions are computed (threads are used), scratch for one thread
 *   tx_run_batch(run, first, count); tx_run_root(run, i) …
 *
 * Missing values: every vector has a presence plane. Truths carry two: definitely true, and known. */
#ifndef TX_EXPR_PROGRAM_H
#define TX_EXPR_PROGRAM_H

#include "expr/expr.h"

/* Rows per batch; a multiple of 64. */
#define TX_BATCH 1024

typedef struct tx_program tx_program;
typedef struct tx_data tx_data; /* a program bound to columns: shared by the runs of several threads */
typedef struct tx_run tx_run;   /* one thread's scratch */

/* The module must outlive the program. */
triax_status tx_program_new(triax_context *context, const tx_module *module, const uint32_t *roots, size_t count,
                            tx_program **program, triax_error *error);
void tx_program_free(tx_program *program);
/* Rough cost in elementary steps per row, known before running. It says how many rows are done between two looks at
 * whether to go on. */
double tx_program_cost(const tx_program *program);
/* As many rows, whole batches, as take some milliseconds at most: between two such pieces the host may cancel. */
size_t tx_program_grain(const tx_program *program);

/* Binds columns, one per variable of the module (NULL for those that the roots do not read), all of `rows` rows.
 * Their types must be those of the variables. Computes whole-set functions over all rows, on the context's threads;
 * the same bits for any number of them. aggregates: NULL, or results of an earlier run to be used instead. */
triax_status tx_data_new(const tx_program *program, const tx_column *const *columns, size_t rows, int32_t as_of,
                         bool has_as_of, const tx_aggregates *aggregates, tx_data **data, triax_error *error);
void tx_data_free(tx_data *data);
/* The whole-set functions' results; belongs to the data. */
const tx_aggregates *tx_data_aggregates(const tx_data *data);

triax_status tx_run_new(const tx_data *data, tx_run **run, triax_error *error);
void tx_run_free(tx_run *run);
/* Evaluates all roots for rows [first, first + count), count <= TX_BATCH, first a multiple of 64. Allocates nothing,
 * except for strings made on the way. */
triax_status tx_run_batch(tx_run *run, size_t first, size_t count, triax_error *error);

/* A root's values for the batch just run. Pointers hold until the next batch. Rows past `count` are garbage in
 * values, 0 in planes. */
typedef struct tx_vector {
  tx_type type;
  const double *numbers;     /* double: NaN where missing */
  const int64_t *integers;   /* int, uint (bits), date (days), timestamp (microseconds), duration (microseconds) */
  const uint32_t *codes;     /* string: into dictionary (one dictionary for the whole data) */
  const tx_dictionary *dictionary;
  const uint64_t *truth;     /* bool: definitely true */
  const uint64_t *present;   /* known, present: never NULL */
  bool all_present;          /* it is so in every row of the data; false where that is not known beforehand */
  const uint64_t *fault;     /* missing through a fault; NULL when the root cannot fault */
} tx_vector;
void tx_run_root(const tx_run *run, size_t root, tx_vector *vector);
/* The column that a root is as it stands, or NULL. */
const tx_column *tx_data_bare(const tx_data *data, size_t root);

/* Convenience: one root over all rows as a column (bool, double, int, date, timestamp, string, list of string), on
 * the context's threads. faults (may be NULL) receives how many rows were missing through a fault. */
triax_status tx_data_column(const tx_data *data, size_t root, tx_column **column, uint64_t *faults,
                            triax_error *error);
/* Convenience: all roots, which must be bool, over all rows as bitmaps of (rows + 63) / 64 words each: truth[i] and
 * known[i] (known may be NULL, or hold NULLs). */
triax_status tx_data_truths(const tx_data *data, const size_t *roots, size_t count, uint64_t *const *truth,
                            uint64_t *const *known, uint64_t *faults, triax_error *error);

#endif
