/* The engine against the scalar evaluator: random expressions over random columns, every row, every bit. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expr/kernel.h"
#include "expr/program_private.h"
#include "expr_random.h"

#define AS_OF 20030

static uint64_t bits_of(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

typedef struct trial {
  const expr_table *table;
  const tx_module *module;
  tx_data *data;
  const uint32_t *roots;
  uint64_t seed;
  bool has_as_of;
} trial;

static void differ(const trial *of, size_t root, size_t row, const char *what) {
  fail_msg("seed %llu, root %zu (type %d), row %zu of %zu: %s", (unsigned long long)of->seed, root,
           of->module->nodes[of->roots[root]].type.kind, row, of->table->rows, what);
}

static void compare_value(const trial *of, const tx_vector *vector, size_t root, size_t row, size_t i,
                          const tx_value *value) {
  tx_value settled = *value;
  tx_value_settle(of->module, of->roots[root], &settled);
  value = &settled;
  bool nan = value->type.kind == TX_DOUBLE && value->state == TX_PRESENT && isnan(value->number); /* a column's own */
  bool present = value->state == TX_PRESENT && !nan;
  int64_t integer = 0;
  if (tx_bit(vector->present, i) != present) differ(of, root, row, "presence");
  if ((vector->fault && tx_bit(vector->fault, i)) != (value->state == TX_FAULT)) differ(of, root, row, "fault");
  switch (value->type.kind) {
  case TX_BOOL:
    if (tx_bit(vector->truth, i) != (present && value->boolean)) differ(of, root, row, "truth");
    break;
  case TX_DOUBLE:
    if (present && bits_of(vector->numbers[i]) != bits_of(value->number)) differ(of, root, row, "number");
    if (!present && !isnan(vector->numbers[i])) differ(of, root, row, "a missing number is not NaN");
    break;
  case TX_STRING:
    if (present && !tx_text_equal(tx_dictionary_text(vector->dictionary, vector->codes[i]), value->text)) {
      differ(of, root, row, "text");
    }
    break;
  default:
    if (present && tx_value_integer(value, &integer) && vector->integers[i] != integer) {
      differ(of, root, row, "integer");
    }
    break;
  }
}

static void compare_row(const trial *of, const tx_run *run, size_t count, size_t first, size_t i) {
  tx_arena arena;
  tx_value variables[EXPR_COLUMNS];
  tx_arena_init(&arena, of->table->context);
  for (size_t k = 0; k < EXPR_COLUMNS; k++) {
    assert_int_equal(tx_value_of_column(of->table->columns[k], first + i, &arena, &variables[k]), TRIAX_OK);
  }
  tx_scalar scalar = {of->module, variables, tx_data_aggregates(of->data), AS_OF, of->has_as_of, &arena};
  for (size_t root = 0; root < count; root++) {
    tx_value value;
    tx_vector vector;
    assert_int_equal(tx_scalar_eval(&scalar, of->roots[root], &value), TRIAX_OK);
    tx_run_root(run, root, &vector);
    compare_value(of, &vector, root, first + i, i, &value);
  }
  tx_arena_free(&arena);
}

#define ROOTS 6

static void compare_all(const trial *of) {
  tx_run *run = NULL;
  assert_int_equal(tx_run_new(of->data, &run, NULL), TRIAX_OK);
  for (size_t first = 0; first < of->table->rows; first += TX_BATCH) {
    size_t count = of->table->rows - first < TX_BATCH ? of->table->rows - first : TX_BATCH;
    assert_int_equal(tx_run_batch(run, first, count, NULL), TRIAX_OK);
    for (size_t i = 0; i < count; i++) compare_row(of, run, ROOTS, first, i);
    for (size_t root = 0; root < ROOTS; root++) {
      tx_vector vector;
      tx_run_root(run, root, &vector);
      for (size_t i = count; i < TX_BATCH; i++) assert_false(tx_bit(vector.present, i));
    }
  }
  tx_run_free(run);
}

static void try_seed(uint64_t seed, size_t rows, size_t variant) {
  static const int kinds[ROOTS] = {TX_BOOL, TX_BOOL, TX_DOUBLE, TX_INT, TX_STRING, TX_TIMESTAMP};
  expr_random random = {seed};
  expr_table table;
  uint32_t roots[ROOTS];
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  assert_true(expr_table_make(&table, context, &random, rows));
  tx_module *module = expr_module(&table);
  assert_non_null(module);
  for (size_t i = 0; i < ROOTS; i++) {
    roots[i] = expr_random_tree(module, &random, kinds[i], 2 + (int)expr_random_below(&random, 4));
    assert_int_not_equal(roots[i], TX_NO_INDEX);
  }
  tx_program *program = NULL;
  assert_int_equal(tx_program_new(context, module, roots, ROOTS, &program, NULL), TRIAX_OK);
  program->kernels = tx_kernels_variant(variant);
  trial of = {&table, module, NULL, roots, seed, seed % 5 != 0};
  triax_error error = {0};
  triax_status status = tx_data_new(program, (const tx_column *const *)table.columns, rows, AS_OF, of.has_as_of, NULL,
                                    &of.data, &error);
  if (status != TRIAX_OK) fail_msg("seed %llu: %s", (unsigned long long)seed, error.message);
  compare_all(&of);
  tx_data_free(of.data);
  tx_program_free(program);
  tx_module_free(module);
  expr_table_free(&table);
  triax_context_unref(context);
}

static void test_agrees_with_scalar(void **state) {
  (void)state;
  static const size_t rows[] = {0, 1, 63, 64, 65, 300};
  uint64_t trials = 400;
  for (uint64_t seed = 1; seed <= trials; seed++) {
    for (size_t variant = 0; tx_kernels_variant(variant); variant++) try_seed(seed, rows[seed % 6], variant);
  }
}

static void test_agrees_across_batches(void **state) {
  (void)state;
  static const size_t rows[] = {1023, 1024, 1025, 2100};
  for (uint64_t seed = 1000; seed < 1024; seed++) try_seed(seed, rows[seed % 4], seed % 2 && tx_kernels_variant(1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_agrees_with_scalar),
      cmocka_unit_test(test_agrees_across_batches),
  };
  return cmocka_run_group_tests_name("expr_program_random", tests, NULL, NULL);
}
