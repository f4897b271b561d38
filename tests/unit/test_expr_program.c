/* The engine on small cases worked out by hand: missing values, faults, whole-set functions, threads, memory. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expr/program_private.h"
#include "fault.h"

#define NONE ((double)NAN)
#define AS_OF 20000 /* 2024-10-04 */

/* --- a bench of expressions over a few columns --- */

#define MOST 8

typedef struct desk {
  triax_context *context;
  size_t rows, count;
  const char *names[MOST];
  tx_column *columns[MOST];
  tx_module *module;
  tx_arena arena;
  uint32_t roots[16];
  size_t root_count;
  tx_program *program;
  tx_data *data;
} desk;

static triax_text text_of(const char *text) { return (triax_text){text, strlen(text)}; }

static void open_desk(desk *of, triax_context *context, size_t rows) {
  *of = (desk){.context = context, .rows = rows};
  tx_arena_init(&of->arena, context);
}

static void close_desk(desk *of) {
  tx_data_free(of->data);
  tx_program_free(of->program);
  tx_module_free(of->module);
  tx_arena_free(&of->arena);
  for (size_t i = 0; i < of->count; i++) tx_column_unref(of->columns[i]);
}

static bool add_column(desk *of, const char *name, tx_column_builder *builder) {
  tx_column *column = builder ? tx_column_builder_finish(builder) : NULL;
  tx_column_builder_free(builder);
  if (!column) return false;
  of->names[of->count] = name;
  of->columns[of->count++] = column;
  return true;
}

static bool numbers(desk *of, const char *name, const double *values) {
  tx_column_builder *builder = tx_column_builder_new(of->context, TRIAX_TYPE_NUMBER);
  bool good = builder != NULL;
  for (size_t i = 0; good && i < of->rows; i++) good = tx_column_builder_number(builder, values[i]);
  if (good) return add_column(of, name, builder);
  tx_column_builder_free(builder);
  return false;
}

static bool texts(desk *of, const char *name, const char *const *values) {
  tx_column_builder *builder = tx_column_builder_new(of->context, TRIAX_TYPE_STRING);
  bool good = builder != NULL;
  for (size_t i = 0; good && i < of->rows; i++) {
    good = values[i] ? tx_column_builder_text(builder, text_of(values[i])) : tx_column_builder_missing(builder);
  }
  if (good) return add_column(of, name, builder);
  tx_column_builder_free(builder);
  return false;
}

#define GONE INT64_MIN
static bool integers(desk *of, const char *name, int32_t type, const int64_t *values) {
  tx_column_builder *builder = tx_column_builder_new(of->context, type);
  bool good = builder != NULL;
  for (size_t i = 0; good && i < of->rows; i++) {
    good = values[i] == GONE ? tx_column_builder_missing(builder) : tx_column_builder_integer(builder, values[i]);
  }
  if (good) return add_column(of, name, builder);
  tx_column_builder_free(builder);
  return false;
}

static triax_status compile(desk *of, const char *const *sources, size_t count, const tx_aggregates *aggregates) {
  static tx_expr_faults faults;
  triax_status status = tx_module_new(of->context, &of->module, NULL);
  for (size_t i = 0; status == TRIAX_OK && i < of->count; i++) {
    uint32_t variable;
    status = tx_module_variable(of->module, text_of(of->names[i]), tx_type_of_column(of->columns[i]->type),
                                of->columns[i], &variable);
  }
  for (size_t i = 0; status == TRIAX_OK && i < count; i++) {
    tx_syntax *syntax;
    memset(&faults, 0, sizeof faults);
    status = tx_syntax_parse(&of->arena, text_of(sources[i]), &syntax, &faults);
    if (status == TRIAX_OK) status = tx_module_check(of->module, syntax, TX_EXPECT_ANY, &of->roots[i], &faults);
    if (status == TRIAX_EPOLICY) fail_msg("%s: %s", sources[i], faults.fault[0].message);
  }
  of->root_count = count;
  if (status == TRIAX_OK) status = tx_program_new(of->context, of->module, of->roots, count, &of->program, NULL);
  if (status != TRIAX_OK) return status;
  return tx_data_new(of->program, (const tx_column *const *)of->columns, of->rows, AS_OF, true, aggregates, &of->data,
                     NULL);
}

static void ready(desk *of, const char *const *sources, size_t count) {
  assert_int_equal(compile(of, sources, count, NULL), TRIAX_OK);
}

static triax_context *plain_context(void) {
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  return context;
}

/* T, F, ? for missing, ! for a fault; or numbers with _ where missing. */
static void expect_truths(const desk *of, size_t root, const char *expected) {
  tx_run *run = NULL;
  tx_vector vector;
  assert_int_equal(tx_run_new(of->data, &run, NULL), TRIAX_OK);
  assert_int_equal(tx_run_batch(run, 0, of->rows, NULL), TRIAX_OK);
  tx_run_root(run, root, &vector);
  for (size_t i = 0; i < of->rows; i++) {
    char is = tx_bit(vector.present, i) ? (tx_bit(vector.truth, i) ? 'T' : 'F')
                                        : (vector.fault && tx_bit(vector.fault, i) ? '!' : '?');
    if (is != expected[i]) fail_msg("root %zu, row %zu: %c, not %c", root, i, is, expected[i]);
    assert_true(tx_bit(vector.present, i) || !tx_bit(vector.truth, i));
  }
  tx_run_free(run);
}

static void expect_numbers(const desk *of, size_t root, const double *expected) {
  tx_column *column = NULL;
  assert_int_equal(tx_data_column(of->data, root, &column, NULL, NULL), TRIAX_OK);
  assert_int_equal(column->rows, of->rows);
  for (size_t i = 0; i < of->rows; i++) {
    double is = column->numbers[i];
    bool same = isnan(expected[i]) ? isnan(is) && !tx_column_has(column, i)
                                   : is == expected[i] && signbit(is) == signbit(expected[i]);
    if (!same) fail_msg("root %zu, row %zu: %.17g, not %.17g", root, i, is, expected[i]);
  }
  tx_column_unref(column);
}

/* --- cases --- */

static void test_absorbs_missing(void **state) {
  (void)state;
  desk of;
  triax_context *context = plain_context();
  open_desk(&of, context, 9);
  /* All nine pairs of true, false, missing by two numbers. */
  assert_true(numbers(&of, "a", (double[]){1, 1, 1, 0, 0, 0, NONE, NONE, NONE}));
  assert_true(numbers(&of, "b", (double[]){1, 0, NONE, 1, 0, NONE, 1, 0, NONE}));
  const char *sources[] = {"a > 0.5 && b > 0.5", "a > 0.5 || b > 0.5",     "!(a > 0.5)",
                           "a > 0.5 ? b > 0.5 : false", "has(a) && has(b)", "a.orValue(0.0) > 0.5",
                           "a == b",             "a != b"};
  ready(&of, sources, 8);
  expect_truths(&of, 0, "TF?FFF?F?");
  expect_truths(&of, 1, "TTTTF?T??");
  expect_truths(&of, 2, "FFFTTT???");
  expect_truths(&of, 3, "TF?FFF???");
  expect_truths(&of, 4, "TTFTTFFFF");
  expect_truths(&of, 5, "TTTFFFFFF");
  expect_truths(&of, 6, "TF?FT????");
  expect_truths(&of, 7, "FT?TF????");
  close_desk(&of);
  triax_context_unref(context);
}

static void test_boundaries_of_doubles(void **state) {
  (void)state;
  desk of;
  const double inf = (double)INFINITY;
  triax_context *context = plain_context();
  open_desk(&of, context, 6);
  assert_true(numbers(&of, "x", (double[]){0.0, -0.0, inf, -inf, 750000, NONE}));
  const char *sources[] = {"x >= 750000", "x == 0", "x - x == 0.0", "1.0 / x", "x - x", "-x", "x in [0, 750000]"};
  ready(&of, sources, 7);
  expect_truths(&of, 0, "FFTFT?");
  expect_truths(&of, 1, "TTFFF?");
  expect_truths(&of, 2, "TTFFT?"); /* inf - inf is NaN: a value that equals nothing … */
  expect_numbers(&of, 3, (double[]){NONE, NONE, 0.0, -0.0, 1.0 / 750000, NONE}); /* a result is finite or none */
  expect_numbers(&of, 4, (double[]){0, 0, NONE, NONE, 0, NONE}); /* … and that a column has not */
  expect_numbers(&of, 5, (double[]){-0.0, 0.0, NONE, NONE, -750000, NONE});
  expect_truths(&of, 6, "TTFFT?");
  close_desk(&of);
  triax_context_unref(context);
}

static void test_faults_are_told_from_missing(void **state) {
  (void)state;
  desk of;
  triax_context *context = plain_context();
  open_desk(&of, context, 5);
  assert_true(integers(&of, "i", TRIAX_TYPE_INTEGER, (int64_t[]){INT64_MAX, 1, 0, GONE, -7}));
  assert_true(integers(&of, "j", TRIAX_TYPE_INTEGER, (int64_t[]){1, 2, 0, 0, 2}));
  const char *sources[] = {"i + j > 0", "i / j == 0", "i % j == -1"};
  ready(&of, sources, 3);
  expect_truths(&of, 0, "!TF?F");
  expect_truths(&of, 1, "FT!?F"); /* 9223372036854775807, 0, x / 0, missing, -3 */
  expect_truths(&of, 2, "FF!?T");
  close_desk(&of);
  triax_context_unref(context);
}

static void test_faults_count(void **state) {
  (void)state;
  desk of;
  uint64_t faults = 99;
  tx_column *column = NULL;
  triax_context *context = plain_context();
  open_desk(&of, context, 5);
  assert_true(integers(&of, "i", TRIAX_TYPE_INTEGER, (int64_t[]){INT64_MAX, 1, 0, GONE, -7}));
  assert_true(integers(&of, "j", TRIAX_TYPE_INTEGER, (int64_t[]){1, 2, 0, 0, 2}));
  const char *sources[] = {"i / j", "i / j == 0 && j == 9", "(i / j).orValue(5) == 5", "i * 2"};
  ready(&of, sources, 4);
  assert_int_equal(tx_data_column(of.data, 0, &column, &faults, NULL), TRIAX_OK);
  assert_int_equal(faults, 1);
  assert_int_equal(column->missing, 2);
  assert_true(column->integers[0] == INT64_MAX && column->integers[4] == -3 && column->integers[2] == 0);
  tx_column_unref(column);
  expect_truths(&of, 1, "FFFFF"); /* false on the right absorbs the fault on the left */
  expect_truths(&of, 2, "FFTTF");
  assert_int_equal(tx_data_column(of.data, 3, &column, &faults, NULL), TRIAX_OK);
  assert_int_equal(faults, 1);
  tx_column_unref(column);
  close_desk(&of);
  triax_context_unref(context);
}

static void test_dictionaries(void **state) {
  (void)state;
  desk of;
  triax_context *context = plain_context();
  open_desk(&of, context, 6);
  assert_true(texts(&of, "owner", (const char *[]){"ann", "bob", NULL, "cid", "ann", ""}));
  assert_true(texts(&of, "csm", (const char *[]){"ann", "ann", "bob", NULL, "dee", ""}));
  const char *sources[] = {"owner == \"ann\"", "owner == csm", "owner != csm", "owner.orValue(\"none\") == \"none\"",
                           "owner.size() > 0 ? owner : csm", "owner < csm", "owner + csm == \"annann\"",
                           "double(owner) > 0.0", "owner in [\"bob\", \"cid\"]", "owner.upperAscii() + \"!\""};
  ready(&of, sources, 10);
  expect_truths(&of, 0, "TF?FTF");
  expect_truths(&of, 1, "TF??FT");
  expect_truths(&of, 2, "FT??TF");
  expect_truths(&of, 3, "FFTFFF");
  expect_truths(&of, 5, "FF??TF");
  expect_truths(&of, 6, "TF??FF");
  expect_truths(&of, 7, "!!?!!!");
  expect_truths(&of, 8, "FT?TFF");
  const char *chosen[] = {"ann", "bob", NULL, "cid", "ann", ""}, *loud[] = {"ANN!", "BOB!", NULL, "CID!", "ANN!", "!"};
  const char **expected[] = {chosen, loud};
  const size_t roots[] = {4, 9};
  for (size_t k = 0; k < 2; k++) {
    tx_column *column = NULL;
    assert_int_equal(tx_data_column(of.data, roots[k], &column, NULL, NULL), TRIAX_OK);
    for (size_t i = 0; i < of.rows; i++) {
      assert_int_equal(tx_column_has(column, i), expected[k][i] != NULL);
      if (!expected[k][i]) continue;
      triax_text text = tx_dictionary_text(column->dictionary, tx_column_code(column, i));
      assert_true(tx_text_equal_c(text, expected[k][i]));
    }
    tx_column_unref(column);
  }
  close_desk(&of);
  triax_context_unref(context);
}

static void test_dates(void **state) {
  (void)state;
  desk of;
  triax_context *context = plain_context();
  open_desk(&of, context, 4);
  assert_true(integers(&of, "renewal", TRIAX_TYPE_DATE, (int64_t[]){20000, 20014, 19990, GONE}));
  const char *sources[] = {"days_until(renewal) >= 0 && days_until(renewal) <= 14", "days_since(renewal)",
                           "renewal > date(\"2024-10-04\")"};
  ready(&of, sources, 3);
  expect_truths(&of, 0, "TTF?");
  expect_numbers(&of, 1, (double[]){0, -14, 10, NONE});
  expect_truths(&of, 2, "FTF?");
  close_desk(&of);
  triax_context_unref(context);
}

static void test_whole_set(void **state) {
  (void)state;
  desk of;
  triax_context *context = plain_context();
  open_desk(&of, context, 6);
  /* Population standard deviation of 2, 4, 4, 0, -0.0: mean 2, squares 0 + 4 + 4 + 4 + 4 = 16, / 5. */
  assert_true(numbers(&of, "x", (double[]){2, 4, 4, 0.0, -0.0, NONE}));
  assert_true(numbers(&of, "none", (double[]){NONE, NONE, NONE, NONE, NONE, NONE}));
  const char *sources[] = {"total(x)",      "mean(x)",           "stddev(x)",
                           "percentile(x)", "x / total(x)",      "percentile(percentile(x) * 10.0)",
                           "mean(none)",    "percentile(none)", "(x - mean(x)) / stddev(x) > 1.0"};
  ready(&of, sources, 9);
  double deviation = sqrt(16.0 / 5.0);
  expect_numbers(&of, 0, (double[]){10, 10, 10, 10, 10, 10});
  expect_numbers(&of, 1, (double[]){2, 2, 2, 2, 2, 2});
  expect_numbers(&of, 2, (double[]){deviation, deviation, deviation, deviation, deviation, deviation});
  expect_numbers(&of, 3, (double[]){2.5 / 5, 4.0 / 5, 4.0 / 5, 1.0 / 5, 1.0 / 5, NONE});
  expect_numbers(&of, 4, (double[]){2.0 / 10, 4.0 / 10, 4.0 / 10, 0, -0.0, NONE});
  expect_numbers(&of, 5, (double[]){2.5 / 5, 4.0 / 5, 4.0 / 5, 1.0 / 5, 1.0 / 5, NONE});
  expect_numbers(&of, 6, (double[]){NONE, NONE, NONE, NONE, NONE, NONE});
  expect_numbers(&of, 7, (double[]){NONE, NONE, NONE, NONE, NONE, NONE});
  expect_truths(&of, 8, "FTTFF?");
  /* The same set's results, used for one row. */
  desk one;
  open_desk(&one, context, 1);
  assert_true(numbers(&one, "x", (double[]){3}));
  assert_true(numbers(&one, "none", (double[]){1}));
  assert_int_equal(compile(&one, sources, 9, tx_data_aggregates(of.data)), TRIAX_OK);
  expect_numbers(&one, 0, (double[]){10});
  expect_numbers(&one, 3, (double[]){3.0 / 5});
  close_desk(&one);
  close_desk(&of);
  triax_context_unref(context);
}

static void test_sums_keep_what_rounding_drops(void **state) {
  (void)state;
  desk of;
  triax_context *context = plain_context();
  open_desk(&of, context, 4);
  assert_true(numbers(&of, "x", (double[]){1e100, 1, -1e100, 1}));
  assert_true(numbers(&of, "y", (double[]){(double)INFINITY, 1, 1e308, 1e308}));
  const char *sources[] = {"total(x)", "total(y)"};
  ready(&of, sources, 2);
  expect_numbers(&of, 0, (double[]){2, 2, 2, 2});
  expect_numbers(&of, 1, (double[]){NONE, NONE, NONE, NONE}); /* infinite: no result */
  close_desk(&of);
  triax_context_unref(context);
}

/* An infinite value of a column is a value, and ranks at the end. One that an expression came to, be it by mere choice, is
 * no result and ranks nowhere. Of four, 3 is above 1 and 2: (2 + 1/2) / 4. */
static void test_infinite_values_rank(void **state) {
  (void)state;
  desk of;
  triax_context *context = plain_context();
  open_desk(&of, context, 4);
  assert_true(numbers(&of, "x", (double[]){(double)INFINITY, 1, 2, 3}));
  const char *sources[] = {"percentile(x)", "percentile(x.orValue(x))", "percentile(x < 0.0 ? 0.0 : x)",
                           "percentile(x + 1.0)"};
  ready(&of, sources, 4);
  expect_numbers(&of, 0, (double[]){0.875, 0.125, 0.375, 0.625});
  for (size_t i = 1; i < 4; i++) expect_numbers(&of, i, (double[]){NONE, 0.5 / 3, 1.5 / 3, 2.5 / 3});
  close_desk(&of);
  triax_context_unref(context);
}

static void test_no_rows(void **state) {
  (void)state;
  desk of;
  tx_column *column = NULL;
  triax_context *context = plain_context();
  open_desk(&of, context, 0);
  assert_true(numbers(&of, "x", NULL));
  assert_true(texts(&of, "s", NULL));
  const char *sources[] = {"x > 1 && s == \"a\"", "mean(x)", "s + \"!\"", "percentile(x) + 1.0"};
  ready(&of, sources, 4);
  for (size_t root = 0; root < 4; root++) {
    assert_int_equal(tx_data_column(of.data, root, &column, NULL, NULL), TRIAX_OK);
    assert_int_equal(column->rows, 0);
    tx_column_unref(column);
  }
  close_desk(&of);
  triax_context_unref(context);
}

/* Chains as long as the language allows must not need stack. */
static void test_long_chains(void **state) {
  (void)state;
  desk of;
  static char sum[16384], tests[16384];
  size_t length = (size_t)snprintf(sum, sizeof sum, "x"), tested = (size_t)snprintf(tests, sizeof tests, "x>0");
  for (int i = 0; i < 1500; i++) length += (size_t)snprintf(sum + length, sizeof sum - length, "+x");
  for (int i = 1; i < 1000; i++) tested += (size_t)snprintf(tests + tested, sizeof tests - tested, "||x>%d", i);
  triax_context *context = plain_context();
  open_desk(&of, context, 3);
  assert_true(numbers(&of, "x", (double[]){2, 0, NONE}));
  const char *sources[] = {sum, tests};
  ready(&of, sources, 2);
  expect_numbers(&of, 0, (double[]){3002, 0, NONE});
  expect_truths(&of, 1, "TF?");
  assert_int_equal(of.data->code.step_count, 1500 + 1 + 1000 + 1); /* one step for all of the ||, one to end the sum */
  close_desk(&of);
  triax_context_unref(context);
}

/* --- threads, memory --- */

static const char *const mixed[] = {"x > 0.5 && s == \"a\" || x / y > 2.0", "x * 2.0 + percentile(y)",
                                    "x > y ? s : s + \"!\"", "total(x) - mean(y)", "s.orValue(\"z\")"};

static bool mixed_columns(desk *of) {
  double *values = malloc((of->rows + 1) * sizeof *values);
  const char **words = malloc((of->rows + 1) * sizeof *words);
  bool good = values && words;
  uint64_t random = 5;
  for (size_t k = 0; good && k < 2; k++) {
    for (size_t i = 0; i < of->rows; i++) {
      random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      values[i] = random >> 60 == 0 ? NONE : (double)(random >> 40) / 7e6;
      words[i] = (const char *[]){"a", "b", "c", NULL}[random >> 62];
    }
    good = numbers(of, k ? "y" : "x", values);
  }
  good = good && texts(of, "s", words);
  free(values);
  free(words);
  return good;
}

static uint64_t hash_column(const tx_column *column) {
  uint64_t hash = tx_text_hash((triax_text){column->data, column->data_size});
  if (column->present) {
    hash ^= 3 * tx_text_hash((triax_text){(const char *)column->present, tx_words(column->rows) * 8});
  }
  if (column->dictionary) {
    const tx_dictionary *dictionary = column->dictionary;
    hash ^= 5 * tx_text_hash((triax_text){dictionary->bytes, (size_t)dictionary->offsets[dictionary->size]});
  }
  return hash;
}

static void test_threads_do_not_matter(void **state) {
  (void)state;
  uint64_t first[6] = {0};
  for (uint32_t threads = 1; threads <= 8; threads = threads == 1 ? 2 : threads * 4) {
    triax_context_options options = {.struct_size = sizeof options, .threads = threads};
    triax_context *context = NULL;
    desk of;
    assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
    open_desk(&of, context, 200001);
    assert_true(mixed_columns(&of));
    ready(&of, mixed, 5);
    for (size_t root = 0; root < 5; root++) {
      tx_column *column = NULL;
      assert_int_equal(tx_data_column(of.data, root, &column, NULL, NULL), TRIAX_OK);
      uint64_t hash = hash_column(column);
      if (threads == 1) first[root] = hash;
      assert_true(hash == first[root]);
      tx_column_unref(column);
    }
    uint64_t *truth = calloc(tx_words(of.rows), 8), *known = calloc(tx_words(of.rows), 8);
    assert_int_equal(tx_data_truths(of.data, (size_t[]){0}, 1, &truth, &known, NULL, NULL), TRIAX_OK);
    uint64_t hash = tx_text_hash((triax_text){(const char *)truth, tx_words(of.rows) * 8}) ^
                    tx_text_hash((triax_text){(const char *)known, tx_words(of.rows) * 8});
    if (threads == 1) first[5] = hash;
    assert_true(hash == first[5]);
    free(truth);
    free(known);
    close_desk(&of);
    triax_context_unref(context);
  }
}

static triax_status everything(triax_context *context, void *user) {
  desk of;
  (void)user;
  open_desk(&of, context, 70);
  triax_status status = mixed_columns(&of) ? TRIAX_OK : TRIAX_ENOMEM;
  if (status == TRIAX_OK) status = compile(&of, mixed, 5, NULL);
  for (size_t root = 0; status == TRIAX_OK && root < 5; root++) {
    tx_column *column = NULL;
    status = tx_data_column(of.data, root, &column, NULL, NULL);
    if (status == TRIAX_OK) tx_column_unref(column);
    else assert_null(column);
  }
  close_desk(&of);
  return status;
}

static void test_failing_memory(void **state) {
  (void)state;
  assert_true(fault_run(everything, NULL) > 50);
}

static void test_canceling(void **state) {
  (void)state;
  fault_cancel_run(everything, NULL);
}

static void test_wrong_columns(void **state) {
  (void)state;
  desk of;
  triax_context *context = plain_context();
  open_desk(&of, context, 2);
  assert_true(numbers(&of, "x", (double[]){1, 2}));
  assert_true(texts(&of, "s", (const char *[]){"a", "b"}));
  const char *sources[] = {"x > 1"};
  ready(&of, sources, 1);
  tx_data *data = NULL;
  const tx_column *wrong[] = {of.columns[1], of.columns[1]}, *none[] = {NULL, NULL}, *spare[] = {of.columns[0], NULL};
  assert_int_equal(tx_data_new(of.program, wrong, 2, 0, false, NULL, &data, NULL), TRIAX_EINVAL);
  assert_int_equal(tx_data_new(of.program, none, 2, 0, false, NULL, &data, NULL), TRIAX_EINVAL);
  assert_int_equal(tx_data_new(of.program, spare, 3, 0, false, NULL, &data, NULL), TRIAX_EINVAL);
  assert_null(data);
  assert_int_equal(tx_data_new(of.program, spare, 2, 0, false, NULL, &data, NULL), TRIAX_OK);
  tx_run *run = NULL;
  assert_int_equal(tx_run_new(data, &run, NULL), TRIAX_OK);
  assert_int_equal(tx_run_batch(run, 1, 1, NULL), TRIAX_EINVAL);
  assert_int_equal(tx_run_batch(run, 0, 3, NULL), TRIAX_EINVAL);
  tx_run_free(run);
  tx_data_free(data);
  close_desk(&of);
  triax_context_unref(context);
}

static void test_cost(void **state) {
  (void)state;
  desk of;
  triax_context *context = plain_context();
  open_desk(&of, context, 1);
  assert_true(numbers(&of, "x", (double[]){1}));
  const char *sources[] = {"x > 1.0 && x < 2.0"};
  ready(&of, sources, 1);
  assert_true(tx_program_cost(of.program) == 3.0);
  close_desk(&of);
  /* A macro's body counts once an item: 50 + 3 × (50 + 2 × 1), one step of the body being '<'. */
  open_desk(&of, context, 1);
  assert_true(numbers(&of, "x", (double[]){1}));
  const char *nested[] = {"[1.0, 2.0, 3.0].all(a, [x, 5.0].exists(b, a < b))"};
  ready(&of, nested, 1);
  assert_true(tx_program_cost(of.program) >= 206.0 && tx_program_cost(of.program) < 400.0);
  close_desk(&of);
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_absorbs_missing),
      cmocka_unit_test(test_boundaries_of_doubles),
      cmocka_unit_test(test_faults_are_told_from_missing),
      cmocka_unit_test(test_faults_count),
      cmocka_unit_test(test_dictionaries),
      cmocka_unit_test(test_dates),
      cmocka_unit_test(test_whole_set),
      cmocka_unit_test(test_sums_keep_what_rounding_drops),
      cmocka_unit_test(test_infinite_values_rank),
      cmocka_unit_test(test_no_rows),
      cmocka_unit_test(test_long_chains),
      cmocka_unit_test(test_threads_do_not_matter),
      cmocka_unit_test(test_failing_memory),
      cmocka_unit_test(test_canceling),
      cmocka_unit_test(test_wrong_columns),
      cmocka_unit_test(test_cost),
  };
  return cmocka_run_group_tests_name("expr_program", tests, NULL, NULL);
}
