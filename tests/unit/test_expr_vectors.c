/* What has a vector form must not fall back to single rows, and must come to what single rows come to. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expr/program_private.h"
#include "expr_random.h"

#define ROWS 1100

static const char *const sources[] = {
    "s in l",
    "!(t in l) || s == t",
    "s.lowerAscii() in l",
    "s < t",
    "s >= t && t > s",
    "(s < t ? s : t) <= s",
    "int(x) > 3",
    "int(x * 1e18) < 0 || int(y) == 7",
    "m + duration(\"36h\") > m",
    "m - duration(\"1000000h\") < timestamp(\"2020-01-01T00:00:00Z\")",
    "m - timestamp(\"2024-02-29T12:00:00Z\") > duration(\"24h\")",
    "(m - timestamp(\"1700-01-01T00:00:00Z\")) - duration(\"1s\") < duration(\"2000000h\")",
    "x / y > 2.0",
};
#define SOURCES (sizeof sources / sizeof *sources)

static uint32_t compile(tx_module *module, tx_arena *arena, const char *source) {
  static tx_expr_faults faults;
  memset(&faults, 0, sizeof faults);
  tx_syntax *syntax;
  uint32_t root = 0;
  triax_status status = tx_syntax_parse(arena, (triax_text){source, strlen(source)}, &syntax, &faults);
  if (status == TRIAX_OK) status = tx_module_check(module, syntax, TX_EXPECT_ANY, &root, &faults);
  if (status != TRIAX_OK) fail_msg("%s: %s", source, faults.fault[0].message);
  return root;
}

static void same_row(const tx_data *data, const tx_vector *vector, uint32_t node, size_t row, size_t at) {
  tx_value variables[EXPR_COLUMNS], value;
  tx_arena scratch;
  tx_arena_init(&scratch, data->context);
  for (size_t c = 0; c < EXPR_COLUMNS; c++) {
    assert_int_equal(tx_value_of_column(data->columns[c], row, &scratch, &variables[c]), TRIAX_OK);
  }
  assert_int_equal(tx_data_scalar(data, node, variables, &scratch, &value), TRIAX_OK);
  const bool known = tx_bit(vector->present, at), fault = vector->fault && tx_bit(vector->fault, at);
  if (known != (value.state == TX_PRESENT) || fault != (value.state == TX_FAULT) ||
      (known && tx_bit(vector->truth, at) != value.boolean)) {
    fail_msg("row %zu: state %d, known %d, fault %d", row, (int)value.state, known, fault);
  }
  tx_arena_free(&scratch);
}

static void test_vectors(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++) {
    expr_random random = {seed};
    expr_table table;
    triax_context *context = NULL;
    tx_arena arena;
    assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
    assert_true(expr_table_make(&table, context, &random, ROWS));
    tx_module *module = expr_module(&table);
    tx_arena_init(&arena, context);
    for (size_t i = 0; i < SOURCES; i++) {
      const uint32_t root = compile(module, &arena, sources[i]);
      tx_program *program;
      tx_data *data;
      tx_run *run;
      assert_int_equal(tx_program_new(context, module, &root, 1, &program, NULL), TRIAX_OK);
      const tx_column *const *columns = (const tx_column *const *)table.columns;
      assert_int_equal(tx_data_new(program, columns, ROWS, 20000, true, NULL, &data, NULL), TRIAX_OK);
      assert_int_equal(tx_run_new(data, &run, NULL), TRIAX_OK);
      if (data->code.slow) fail_msg("%s is evaluated row by row", sources[i]);
      for (size_t first = 0; first < ROWS; first += TX_BATCH) {
        const size_t count = ROWS - first < TX_BATCH ? ROWS - first : TX_BATCH;
        tx_vector vector;
        assert_int_equal(tx_run_batch(run, first, count, NULL), TRIAX_OK);
        tx_run_root(run, 0, &vector);
        for (size_t row = 0; row < count; row++) same_row(data, &vector, root, first + row, row);
      }
      tx_run_free(run);
      tx_data_free(data);
      tx_program_free(program);
    }
    tx_module_free(module);
    tx_arena_free(&arena);
    expr_table_free(&table);
    triax_context_unref(context);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
  return cmocka_run_group_tests_name("expr_vectors", tests, NULL, NULL);
}
