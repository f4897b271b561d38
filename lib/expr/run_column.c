/* All rows of a root at once: columns and bitmaps, in pieces on the context's threads. */
#include <string.h>

#include "expr/program_private.h"

#define GRAIN ((size_t)65536)   /* rows a piece at most; whole batches, so that pieces never share a word */
#define PIECE_STEPS 4194304.0 /* elementary steps a piece, some milliseconds: between two the host may cancel */

size_t tx_program_grain(const tx_program *program) {
  const double rows = PIECE_STEPS / (tx_program_cost(program) + 1);
  const size_t batches = rows >= (double)GRAIN ? GRAIN / TX_BATCH : (size_t)(rows / TX_BATCH);
  return (batches ? batches : 1) * TX_BATCH;
}

typedef struct gathering {
  const tx_data *data;
  const tx_code *code;
  tx_run **runs;    /* by worker, made when first needed */
  uint64_t *faults; /* by worker */
  const size_t *roots;
  size_t root_count;
  /* One of: */
  unsigned char *values;        /* doubles, int64, int32 dates or codes of the only root */
  uint64_t *const *truth;       /* by root */
  uint64_t *const *known;       /* by root; NULL or holding NULLs */
  uint64_t *present;            /* of the only root, or NULL */
  uint64_t *bits;               /* truths of the only root */
} gathering;

static uint64_t count_bits(const uint64_t *words, size_t count) {
  uint64_t bits = 0;
  for (size_t w = 0; w < count; w++) {
    for (uint64_t word = words[w]; word; word &= word - 1) bits++;
  }
  return bits;
}

static void copy_values(const gathering *work, const tx_vector *vector, size_t first, size_t count) {
  if (vector->numbers) {
    memcpy((double *)(void *)work->values + first, vector->numbers, count * sizeof(double));
    return;
  }
  for (size_t i = 0; i < count; i++) {
    bool present = tx_bit(vector->present, i);
    if (vector->codes) {
      ((uint32_t *)(void *)work->values)[first + i] = present ? vector->codes[i] : TX_NO_CODE;
    } else if (vector->type.kind == TX_DATE) {
      ((int32_t *)(void *)work->values)[first + i] = present ? (int32_t)vector->integers[i] : 0;
    } else {
      ((int64_t *)(void *)work->values)[first + i] = present ? vector->integers[i] : 0;
    }
  }
}

static void gather_root(const gathering *work, size_t i, const tx_vector *vector, size_t first, size_t count) {
  size_t word = first / 64, bytes = (count + 63) / 64 * sizeof(uint64_t);
  if (work->values) copy_values(work, vector, first, count);
  if (work->bits) memcpy(work->bits + word, vector->truth, bytes);
  if (work->present) memcpy(work->present + word, vector->present, bytes);
  if (work->truth && work->truth[i]) memcpy(work->truth[i] + word, vector->truth, bytes);
  if (work->known && work->known[i]) memcpy(work->known[i] + word, vector->present, bytes);
}

static triax_status gather_piece(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  const gathering *work = user;
  triax_status status = TRIAX_OK;
  if (!work->runs[worker]) status = tx_run_make(work->data, work->code, &work->runs[worker], error);
  for (size_t first = begin; status == TRIAX_OK && first < end; first += TX_BATCH) {
    size_t count = end - first < TX_BATCH ? end - first : TX_BATCH;
    status = tx_run_batch(work->runs[worker], first, count, error);
    for (size_t i = 0; status == TRIAX_OK && i < work->root_count; i++) {
      tx_vector vector;
      tx_run_root(work->runs[worker], work->roots[i], &vector);
      gather_root(work, i, &vector, first, count);
      if (vector.fault) work->faults[worker] += count_bits(vector.fault, tx_words(count));
    }
  }
  return status;
}

static triax_status gather(gathering *work, uint64_t *faults, triax_error *error) {
  triax_context *context = work->data->context;
  size_t threads = tx_context_threads(context);
  uint64_t sum = 0;
  work->runs = tx_calloc(context, threads, sizeof *work->runs);
  work->faults = tx_calloc(context, threads, sizeof *work->faults);
  triax_status status = TRIAX_OK;
  if (!work->runs || !work->faults) {
    status = tx_no_memory(error);
  } else {
    status = tx_parallel_for(context, "evaluating", work->data->rows, tx_program_grain(work->data->program),
                             gather_piece, work, error);
  }
  for (size_t i = 0; work->runs && work->faults && i < threads; i++) {
    tx_run_free(work->runs[i]);
    sum += work->faults[i];
  }
  tx_free_array(context, work->runs, threads, sizeof *work->runs);
  tx_free_array(context, work->faults, threads, sizeof *work->faults);
  if (status == TRIAX_OK && faults) *faults = sum;
  return status;
}

triax_status tx_data_truths(const tx_data *data, const size_t *roots, size_t count, uint64_t *const *truth,
                            uint64_t *const *known, uint64_t *faults, triax_error *error) {
  gathering work = {.data = data, .code = &data->code, .roots = roots, .root_count = count, .truth = truth,
                    .known = known};
  return gather(&work, faults, error);
}

static int32_t column_type(tx_type type) {
  switch (type.kind) {
  case TX_BOOL: return TRIAX_TYPE_BOOLEAN;
  case TX_DOUBLE: return TRIAX_TYPE_NUMBER;
  case TX_INT: return TRIAX_TYPE_INTEGER;
  case TX_DATE: return TRIAX_TYPE_DATE;
  case TX_TIMESTAMP: return TRIAX_TYPE_TIMESTAMP;
  case TX_STRING: return TRIAX_TYPE_STRING;
  default: return 0;
  }
}

static size_t value_size(tx_type type) {
  return type.kind == TX_DATE || type.kind == TX_STRING ? 4 : type.kind == TX_BOOL ? 0 : 8;
}

/* Fills `values` (or bits) and presence, then makes the column of them. */
static triax_status gather_column(gathering *work, const tx_root *root, tx_column **column, uint64_t *faults,
                                  triax_error *error) {
  triax_context *context = work->data->context;
  size_t rows = work->data->rows, words = tx_words(rows);
  bool truths = root->type.kind == TX_BOOL, strings = root->type.kind == TX_STRING;
  size_t size = truths ? words * sizeof(uint64_t) : rows * value_size(root->type);
  void *data = tx_alloc(context, size);
  bool planes = !strings && root->known;
  uint64_t *present = planes ? tx_alloc_array(context, words, sizeof *present) : NULL;
  if (truths) work->bits = data;
  else work->values = data;
  work->present = present;
  triax_status status = data && (present || !planes) ? gather(work, faults, error) : tx_no_memory(error);
  if (status != TRIAX_OK) {
    tx_free(context, data, size);
    tx_free_array(context, present, words, sizeof *present);
    return status;
  }
  tx_column *made = strings ? tx_column_take_codes(context, rows, data, root->dictionary)
                            : tx_column_take(context, column_type(root->type), rows, data, size, present);
  if (!made) return tx_no_memory(error);
  *column = made;
  return TRIAX_OK;
}

triax_status tx_code_column(const tx_data *data, const tx_code *code, size_t root, tx_column **column,
                            uint64_t *faults, triax_error *error) {
  const tx_root *of = &code->roots[root];
  if (of->column) {
    if (faults) *faults = 0;
    *column = tx_column_ref(data->columns[of->column - 1]);
    return TRIAX_OK;
  }
  gathering work = {.data = data, .code = code, .roots = &root, .root_count = 1};
  return gather_column(&work, of, column, faults, error);
}

/* By code of its own: the data's runs all roots, and whoever asks for each in turn would pay for all each time. */
static triax_status column_alone(const tx_data *data, size_t root, tx_column **column, uint64_t *faults,
                                 triax_error *error) {
  tx_code code = {0};
  triax_status status = tx_code_make(&code, data, &data->program->roots[root], 1);
  if (status == TRIAX_OK) status = tx_code_column(data, &code, 0, column, faults, error);
  else if (status == TRIAX_ENOMEM) tx_no_memory(error);
  tx_code_free(&code, data->context);
  return status;
}

triax_status tx_data_column(const tx_data *data, size_t root, tx_column **column, uint64_t *faults,
                            triax_error *error) {
  const tx_root *of = &data->code.roots[root];
  if (!of->column && of->type.kind == TX_STRING && (of->type.lists == 1 || data->made[root])) {
    return tx_data_make_column(data, data->program->roots[root], column, NULL, faults, error);
  }
  if (!of->column && (of->type.lists || !column_type(of->type))) {
    return tx_fail(error, TRIAX_EUNSUPPORTED, "This kind of value cannot be a column: convert it to a number or a string.");
  }
  bool alone = !of->column && data->program->root_count > 1;
  return alone ? column_alone(data, root, column, faults, error)
               : tx_code_column(data, &data->code, root, column, faults, error);
}
