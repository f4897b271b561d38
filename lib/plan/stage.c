/* Evaluating a step's expressions together. */
#include "plan/stage.h"

#include <string.h>

#include "aggregates/aggregates.h"
#include "base/number.h"

static bool list_reads(tx_stage *stage, size_t expr, uint32_t root) {
  size_t count = tx_module_reads(stage->module, root, NULL, 0);
  stage->reads[expr] = tx_arena_calloc(&stage->arena, count + 1, sizeof(uint32_t));
  if (!stage->reads[expr]) return false;
  tx_module_reads(stage->module, root, stage->reads[expr], count);
  stage->read_count[expr] = count;
  return true;
}

static bool set_up(tx_stage *stage) {
  size_t n = stage->exprs + 1;
  stage->root = tx_arena_calloc(&stage->arena, n, sizeof *stage->root);
  stage->reads = tx_arena_calloc(&stage->arena, n, sizeof *stage->reads);
  stage->read_count = tx_arena_calloc(&stage->arena, n, sizeof *stage->read_count);
  stage->inputs = tx_arena_calloc(&stage->arena, n, sizeof *stage->inputs);
  stage->owned_truth = tx_arena_calloc(&stage->arena, n, sizeof *stage->owned_truth);
  stage->owned_known = tx_arena_calloc(&stage->arena, n, sizeof *stage->owned_known);
  stage->owned_columns = tx_arena_calloc(&stage->arena, n, sizeof *stage->owned_columns);
  return stage->root && stage->reads && stage->read_count && stage->inputs && stage->owned_truth &&
         stage->owned_known && stage->owned_columns;
}

/* The program's roots: the step's expressions over this table. */
static triax_status choose_roots(tx_stage *stage, uint32_t **roots, size_t *count) {
  *roots = tx_arena_calloc(&stage->arena, stage->exprs + 1, sizeof **roots);
  if (!*roots) return TRIAX_ENOMEM;
  *count = 0;
  for (size_t i = 0; i < stage->exprs; i++) {
    uint32_t node = stage->step->roots[i];
    stage->root[i] = TX_NO_INPUT;
    if (node == TX_NO_INDEX || stage->step->exprs->items[i].over != stage->over) continue;
    stage->root[i] = (uint32_t)*count;
    (*roots)[(*count)++] = node;
    stage->inputs[i].type = tx_module_type(stage->module, node);
    if (!list_reads(stage, i, node)) return TRIAX_ENOMEM;
  }
  return TRIAX_OK;
}

static triax_status open_stage(const tx_compiled *compiled, const tx_step *step, int over,
                               const tx_column *const *columns, size_t rows, int32_t as_of, bool has_as_of,
                               const tx_aggregates *given, tx_stage **stage, triax_error *error) {
  tx_stage *made = tx_calloc(compiled->context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = compiled->context;
  made->step = step;
  made->over = over;
  made->rows = rows;
  made->columns = columns;
  made->exprs = step->exprs->count;
  made->module = tx_compiled_module(compiled, over);
  made->kernels = tx_kernels_best();
  tx_arena_init(&made->arena, compiled->context);
  uint32_t *roots = NULL;
  size_t count = 0;
  triax_status status = set_up(made) ? choose_roots(made, &roots, &count) : TRIAX_ENOMEM;
  if (status == TRIAX_OK) {
    made->tallies = tx_stage_tallies(made);
    if (!made->tallies) status = TRIAX_ENOMEM;
  }
  if (status == TRIAX_ENOMEM) tx_no_memory(error);
  if (status == TRIAX_OK && count) {
    status = tx_program_new(compiled->context, made->module, roots, count, &made->program, error);
  }
  if (status == TRIAX_OK && count) {
    status = tx_data_new(made->program, columns, rows, as_of, has_as_of, given, &made->data, error);
  }
  if (status == TRIAX_OK) *stage = made;
  else tx_stage_free(made);
  return status;
}

triax_status tx_stage_open(const tx_compiled *compiled, const tx_step *step, int over, const tx_column *const *columns,
                           size_t rows, int32_t as_of, bool has_as_of, tx_stage **stage, triax_error *error) {
  const tx_aggregates *given = over == TX_OVER_CUSTOMERS ? tx_given_functions(compiled, false) : NULL;
  return open_stage(compiled, step, over, columns, rows, as_of, has_as_of, given, stage, error);
}

triax_status tx_stage_open_units(const tx_compiled *compiled, const tx_step *step, const tx_column *const *columns,
                                 size_t rows, int32_t as_of, bool has_as_of, tx_stage **stage, triax_error *error) {
  return open_stage(compiled, step, TX_OVER_CUSTOMERS, columns, rows, as_of, has_as_of,
                    tx_given_functions(compiled, true), stage, error);
}

void tx_stage_free(tx_stage *stage) {
  if (!stage) return;
  size_t words = tx_words(stage->rows);
  for (size_t i = 0; stage->owned_columns && i < stage->exprs; i++) {
    if (stage->owned_truth[i]) tx_free_array(stage->context, stage->owned_truth[i], words, sizeof(uint64_t));
    if (stage->owned_known[i]) tx_free_array(stage->context, stage->owned_known[i], words, sizeof(uint64_t));
    tx_column_unref(stage->owned_columns[i]);
  }
  tx_stage_tallies_free(stage, stage->tallies);
  tx_data_free(stage->data);
  tx_program_free(stage->program);
  tx_arena_free(&stage->arena);
  tx_free(stage->context, stage, sizeof *stage);
}

bool tx_stage_tests(const tx_stage *stage, size_t expr) {
  return stage->root[expr] != TX_NO_INPUT && tx_type_is(stage->inputs[expr].type, TX_BOOL);
}

/* --- tallies --- */

static size_t blame_total(const tx_stage *stage) {
  size_t total = 0;
  for (size_t i = 0; i < stage->exprs; i++) total += stage->read_count[i];
  return total;
}

tx_tally *tx_stage_tallies(const tx_stage *stage) {
  size_t size = (stage->exprs + 1) * sizeof(tx_tally) + blame_total(stage) * sizeof(uint64_t);
  tx_tally *tallies = tx_calloc(stage->context, 1, size);
  if (!tallies) return NULL;
  uint64_t *blame = (uint64_t *)(void *)(tallies + stage->exprs + 1);
  for (size_t i = 0; i < stage->exprs; i++) {
    tallies[i].blame = blame;
    blame += stage->read_count[i];
  }
  return tallies;
}

void tx_stage_tallies_free(const tx_stage *stage, tx_tally *tallies) {
  if (!tallies) return;
  tx_free(stage->context, tallies, (stage->exprs + 1) * sizeof(tx_tally) + blame_total(stage) * sizeof(uint64_t));
}

void tx_stage_add(tx_stage *stage, const tx_tally *tallies) {
  for (size_t i = 0; i < stage->exprs; i++) {
    stage->tallies[i].yes += tallies[i].yes;
    stage->tallies[i].unknown += tallies[i].unknown;
    stage->tallies[i].faults += tallies[i].faults;
    for (size_t v = 0; v < stage->read_count[i]; v++) stage->tallies[i].blame[v] += tallies[i].blame[v];
  }
}

static void blame(const tx_stage *stage, size_t expr, tx_tally *tally, size_t first_word, size_t rows,
                  const uint64_t *known) {
  for (size_t w = 0; w < tx_words(rows); w++) {
    const uint64_t in = rows - 64 * w >= 64 ? UINT64_MAX : (UINT64_C(1) << (rows - 64 * w)) - 1;
    const uint64_t unknown = ~known[w] & in;
    for (size_t v = 0; unknown && v < stage->read_count[expr]; v++) {
      const tx_column *column = stage->columns[stage->reads[expr][v]];
      if (column && column->present) tally->blame[v] += tx_bits_in(unknown & ~column->present[first_word + w]);
    }
  }
}

void tx_stage_tally(const tx_stage *stage, size_t expr, tx_tally *tally, size_t first_word, size_t rows,
                    const uint64_t *truth, const uint64_t *known, const uint64_t *faults) {
  const size_t words = tx_words(rows), unknown = known ? rows - stage->kernels->count(known, words) : 0;
  if (truth) tally->yes += stage->kernels->count(truth, words);
  if (faults) tally->faults += stage->kernels->count(faults, words);
  tally->unknown += unknown;
  if (unknown) blame(stage, expr, tally, first_word, rows, known);
}

const tx_column *tx_stage_bare(const tx_stage *stage, size_t expr) {
  const tx_column *column = stage->root[expr] == TX_NO_INPUT ? NULL : tx_data_bare(stage->data, stage->root[expr]);
  return column && column->type != TRIAX_TYPE_BOOLEAN ? column : NULL;
}

void tx_stage_tally_bare(tx_stage *stage) {
  for (size_t i = 0; i < stage->exprs; i++) {
    const tx_column *column = tx_stage_bare(stage, i);
    if (!column) continue;
    stage->tallies[i].unknown += column->missing;
    for (size_t v = 0; v < stage->read_count[i]; v++) stage->tallies[i].blame[v] += column->missing;
  }
}

void tx_write_blame(const tx_module *module, const uint32_t *reads, size_t read_count, const uint64_t *blame,
                    tx_writer *writer) {
  uint64_t last = UINT64_MAX;
  size_t after = SIZE_MAX;
  for (size_t n = 0; n < read_count; n++) { /* few variables: select the next largest each time */
    size_t best = SIZE_MAX;
    for (size_t v = 0; v < read_count; v++) {
      uint64_t count = blame[v];
      bool next = count < last || (count == last && after != SIZE_MAX && v > after);
      if (count && next && (best == SIZE_MAX || count > blame[best])) best = v;
    }
    if (best == SIZE_MAX) return;
    char number[TX_NUMBER_SIZE];
    triax_text text = {number, tx_format_int64((int64_t)blame[best], number)};
    if (writer->length) tx_write_c(writer, ", ");
    tx_write(writer, tx_module_variable_name(module, reads[best]));
    tx_write_c(writer, " ");
    tx_write(writer, text);
    last = blame[best];
    after = best;
  }
}

void tx_stage_write_blame(const tx_stage *stage, size_t expr, tx_writer *writer) {
  tx_write_blame(stage->module, stage->reads[expr], stage->read_count[expr], stage->tallies[expr].blame, writer);
}

/* --- evaluation --- */

static triax_status evaluate_column(tx_stage *stage, size_t i, triax_error *error) {
  tx_column *column;
  triax_status status = tx_data_column(stage->data, stage->root[i], &column, &stage->tallies[i].faults, error);
  if (status != TRIAX_OK) return status;
  stage->owned_columns[i] = column;
  stage->inputs[i].column = column;
  if (column->present) tx_stage_tally(stage, i, &stage->tallies[i], 0, stage->rows, NULL, column->present, NULL);
  return TRIAX_OK;
}

static triax_status evaluate_truths(tx_stage *stage, triax_error *error) {
  size_t n = stage->exprs + 1, count = 0, words = tx_words(stage->rows);
  size_t *roots = tx_arena_calloc(&stage->arena, n, sizeof *roots);
  size_t *exprs = tx_arena_calloc(&stage->arena, n, sizeof *exprs);
  uint64_t **truth = tx_arena_calloc(&stage->arena, n, sizeof *truth);
  uint64_t **known = tx_arena_calloc(&stage->arena, n, sizeof *known);
  uint64_t *faults = tx_arena_calloc(&stage->arena, n, sizeof *faults);
  if (!roots || !exprs || !truth || !known || !faults) return tx_no_memory(error);
  for (size_t i = 0; i < stage->exprs; i++) {
    if (!tx_stage_tests(stage, i)) continue;
    truth[count] = stage->owned_truth[i] = tx_alloc_array(stage->context, words, sizeof(uint64_t));
    known[count] = stage->owned_known[i] = tx_alloc_array(stage->context, words, sizeof(uint64_t));
    if (!truth[count] || !known[count]) return tx_no_memory(error);
    exprs[count] = i;
    roots[count++] = stage->root[i];
  }
  if (!count) return TRIAX_OK;
  triax_status status = tx_data_truths(stage->data, roots, count, truth, known, faults, error);
  for (size_t k = 0; status == TRIAX_OK && k < count; k++) {
    size_t i = exprs[k];
    stage->inputs[i].truth = truth[k];
    stage->inputs[i].known = known[k];
    tx_stage_tally(stage, i, &stage->tallies[i], 0, stage->rows, truth[k], known[k], NULL);
    stage->tallies[i].faults = faults[k];
  }
  return status;
}

triax_status tx_stage_evaluate_columns(tx_stage *stage, triax_error *error) {
  triax_status status = TRIAX_OK;
  for (size_t i = 0; status == TRIAX_OK && i < stage->exprs; i++) {
    if (stage->root[i] == TX_NO_INPUT || tx_stage_tests(stage, i)) continue;
    status = evaluate_column(stage, i, error);
  }
  return status;
}

triax_status tx_stage_evaluate(tx_stage *stage, triax_error *error) {
  if (!stage->program) return TRIAX_OK;
  triax_status status = evaluate_truths(stage, error);
  return status == TRIAX_OK ? tx_stage_evaluate_columns(stage, error) : status;
}

triax_status tx_stage_truth(const tx_stage *stage, size_t expr, size_t row, bool *truth, bool *known,
                            triax_error *error) {
  tx_run *run = NULL;
  tx_vector vector;
  const size_t first = row / 64 * 64;
  triax_status status = tx_run_new(stage->data, &run, error);
  if (status == TRIAX_OK) status = tx_run_batch(run, first, stage->rows - first < 64 ? stage->rows - first : 64, error);
  if (status == TRIAX_OK) {
    tx_run_root(run, stage->root[expr], &vector);
    *truth = tx_bit(vector.truth, row - first);
    *known = tx_bit(vector.present, row - first);
  }
  tx_run_free(run);
  return status;
}
