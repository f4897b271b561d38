/* Segmentation by hand: every expected segment is worked out from the rules. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

#include "base/memory.h"
#include "segmentation/private.h"

#define NONE TX_NO_SEGMENT
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define INPUTS 8

/* Inputs of a set of units. */
typedef struct sheet {
  triax_context *context;
  tx_column *columns[INPUTS], *keys;
  uint64_t truth[INPUTS][4], known[INPUTS][4];
  tx_input inputs[INPUTS];
} sheet;

static void open_sheet(sheet *s) {
  memset(s, 0, sizeof *s);
  assert_int_equal(triax_context_new(NULL, &s->context, NULL), TRIAX_OK);
}

static void close_sheet(sheet *s) {
  for (size_t i = 0; i < INPUTS; i++) tx_column_unref(s->columns[i]);
  tx_column_unref(s->keys);
  triax_context_unref(s->context);
}

static void set_column(sheet *s, size_t input, int kind, tx_column *column) {
  assert_non_null(column);
  tx_column_unref(s->columns[input]);
  s->columns[input] = column;
  s->inputs[input] = (tx_input){.type = {(uint8_t)kind, 0}, .column = column};
}

static void set_numbers(sheet *s, size_t input, const double *values, size_t rows) {
  tx_column_builder *builder = tx_column_builder_new(s->context, TRIAX_TYPE_NUMBER);
  for (size_t i = 0; i < rows; i++) assert_true(tx_column_builder_number(builder, values[i]));
  set_column(s, input, TX_DOUBLE, tx_column_builder_finish(builder));
  tx_column_builder_free(builder);
}

static tx_column *texts(sheet *s, const char *const *values, size_t rows) {
  tx_column_builder *builder = tx_column_builder_new(s->context, TRIAX_TYPE_STRING);
  for (size_t i = 0; i < rows; i++)
    assert_true(values[i] ? tx_column_builder_text(builder, triax_text_of(values[i]))
                          : tx_column_builder_missing(builder));
  tx_column *column = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  return column;
}

/* Days; INT64_MIN: missing. */
static void set_dates(sheet *s, size_t input, int32_t type, const int64_t *values, size_t rows) {
  tx_column_builder *builder = tx_column_builder_new(s->context, type);
  for (size_t i = 0; i < rows; i++)
    assert_true(values[i] == INT64_MIN ? tx_column_builder_missing(builder)
                                       : tx_column_builder_integer(builder, values[i]));
  set_column(s, input, type == TRIAX_TYPE_DATE ? TX_DATE : TX_TIMESTAMP, tx_column_builder_finish(builder));
  tx_column_builder_free(builder);
}

/* One character a unit: '1' true, '0' false, '?' not known. */
static void set_truths(sheet *s, size_t input, const char *values) {
  memset(s->truth[input], 0, sizeof s->truth[input]);
  memset(s->known[input], 0, sizeof s->known[input]);
  for (size_t i = 0; values[i]; i++) {
    if (values[i] == '1') tx_bit_set(s->truth[input], i);
    if (values[i] != '?') tx_bit_set(s->known[input], i);
  }
  s->inputs[input] = (tx_input){.type = {TX_BOOL, 0}, .truth = s->truth[input], .known = s->known[input]};
}

static void set_keys(sheet *s, const char *const *values, size_t rows) {
  tx_column_unref(s->keys);
  s->keys = texts(s, values, rows);
}

static tx_value value_at(const tx_input *input, size_t row) {
  tx_value value = {.state = TX_PRESENT, .type = input->type};
  if (input->type.kind == TX_BOOL) {
    value.state = tx_input_known(input, row) ? TX_PRESENT : TX_MISSING;
    value.boolean = tx_input_true(input, row);
    return value;
  }
  if (!tx_column_has(input->column, row)) {
    value.state = TX_MISSING;
    return value;
  }
  if (input->type.kind == TX_DOUBLE) value.number = input->column->numbers[row];
  if (input->type.kind == TX_STRING)
    value.text = tx_dictionary_text(input->column->dictionary, tx_column_code(input->column, row));
  if (input->type.kind == TX_DATE) value.integer = input->column->dates[row];
  if (input->type.kind == TX_TIMESTAMP) value.time.seconds = input->column->integers[row] / 1000000;
  return value;
}

/* Each unit alone must come to where the set's run puts it. */
static void check_alone(sheet *s, const tx_segmentation_model *model, size_t rows, int32_t as_of,
                        const tx_segmentation_result *result) {
  for (size_t row = 0; row < rows; row++) {
    tx_value values[INPUTS];
    for (size_t i = 0; i < model->input_count; i++) values[i] = value_at(&s->inputs[i], row);
    triax_text key = TX_TEXT("");
    if (s->keys) key = tx_dictionary_text(s->keys->dictionary, tx_column_code(s->keys, row));
    int placed = -1;
    bool uncertain = false;
    assert_int_equal(tx_segmentation_one(model, values, key, result->cutoffs, as_of, &placed, &uncertain),
                     tx_place_at(&result->segment, row));
    assert_int_equal(placed, tx_placed_at(result, row));
    assert_int_equal(uncertain, tx_bit(result->uncertain, row));
  }
}

static void assert_places(const tx_places *places, const uint32_t *expected, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (tx_place_at(places, i) != expected[i]) fail_msg("unit %zu: %u", i, (unsigned)tx_place_at(places, i));
  }
}

static tx_units units_of(const sheet *s, size_t rows, int32_t as_of) {
  return (tx_units){.rows = rows, .inputs = s->inputs, .keys = s->keys, .as_of = as_of};
}

static tx_segmentation_result run(sheet *s, const tx_segmentation_model *model, size_t rows, int32_t as_of) {
  tx_segmentation_result result;
  triax_error error;
  const tx_units units = units_of(s, rows, as_of);
  const triax_status status = tx_segmentation_run(s->context, model, &units, &result, &error);
  if (status) fail_msg("%s", error.message);
  check_alone(s, model, rows, as_of, &result);
  return result;
}

static void expect(sheet *s, const tx_segmentation_model *model, size_t rows, int32_t as_of, const uint32_t *expected) {
  tx_segmentation_result result = run(s, model, rows, as_of);
  for (size_t i = 0; i < rows; i++)
    if (tx_place_at(&result.segment, i) != expected[i])
      fail_msg("unit %zu: segment %u, not %u", i, (unsigned)tx_place_at(&result.segment, i), (unsigned)expected[i]);
  tx_segmentation_result_free(s->context, model, &result);
}

#define LEAF(name_, path_, parent_)                                                                                    \
  .name = {name_, sizeof(name_) - 1}, .path = {path_, sizeof(path_) - 1}, .parent = (parent_)
#define NO_INPUTS .by = TX_NO_INPUT, .previous = TX_NO_INPUT, .override_ = TX_NO_INPUT, .since = TX_NO_INPUT

/* global >= 750k, enterprise >= 150k (strategic by input 1, core the rest), scale the rest. */
static const tx_segment example[] = {
    {LEAF("global", "global", NONE), .test = TX_TEST_AT_LEAST, .at_least = 750e3},
    {LEAF("enterprise", "enterprise", NONE), .test = TX_TEST_AT_LEAST, .at_least = 150e3, .first = 3, .last = 5},
    {LEAF("scale", "scale", NONE), .test = TX_TEST_REST},
    {LEAF("strategic", "enterprise/strategic", 1), .test = TX_TEST_WHEN, .when = 1},
    {LEAF("core", "enterprise/core", 1), .test = TX_TEST_REST},
};

static tx_segmentation_model example_model(void) {
  return (tx_segmentation_model){.segments = example,
                                 .count = 5,
                                 .top_count = 3,
                                 .by = 0,
                                 .previous = TX_NO_INPUT,
                                 .override_ = TX_NO_INPUT,
                                 .since = TX_NO_INPUT,
                                 .input_count = 2};
}

static void test_boundaries(void **state) {
  (void)state;
  const tx_segmentation_model model = example_model();
  const double arr[] = {750e3, 749999.99, 150e3, 149999.99, NAN, INFINITY, -INFINITY, 200e3};
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, arr, 8);
  set_truths(&s, 1, "1101111?");
  tx_segmentation_result r = run(&s, &model, 8, 0);
  const uint32_t expected[] = {0, 3, 4, 2, 2, 0, 2, 4};
  assert_places(&r.segment, expected, sizeof expected / sizeof *expected);
  /* The unit without a number, and the one whose tier is not known, are in doubt. */
  assert_int_equal(r.uncertain[0], 0x90);
  assert_int_equal(r.yes[0], 2);
  assert_int_equal(r.no[0], 5);
  assert_int_equal(r.unknown[0], 1);
  assert_int_equal(r.yes[1], 3);
  assert_int_equal(r.unknown[1], 1);
  assert_int_equal(r.yes[2], 3);
  assert_int_equal(r.yes[3], 1);
  assert_int_equal(r.no[3], 1);
  assert_int_equal(r.unknown[3], 1);
  assert_int_equal(r.yes[4], 2);
  assert_false(r.has_unheld);
  assert_int_equal(r.held[0], 0);
  tx_segmentation_result_free(s.context, &model, &r);
  close_sheet(&s);
}

static void test_unsegmented(void **state) {
  (void)state;
  static const tx_segment segments[] = {
      {LEAF("a", "a", NONE), .test = TX_TEST_AT_LEAST, .at_least = 10, .first = 2, .last = 3},
      {LEAF("b", "b", NONE), .test = TX_TEST_WHEN, .when = 1},
      {LEAF("inner", "a/inner", 0), .test = TX_TEST_WHEN, .when = 1},
  };
  const tx_segmentation_model model = {.segments = segments,
                                       .count = 3,
                                       .top_count = 2,
                                       .by = 0,
                                       .previous = TX_NO_INPUT,
                                       .override_ = TX_NO_INPUT,
                                       .since = TX_NO_INPUT,
                                       .input_count = 2};
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, (double[]){10, 10, 9, 9, NAN, NAN, 10}, 7);
  set_truths(&s, 1, "101001?");
  tx_segmentation_result r = run(&s, &model, 7, 0);
  const uint32_t expected[] = {2, 0, 1, NONE, NONE, 1, 0}; /* inside a, where nothing holds: in a itself */
  assert_places(&r.segment, expected, sizeof expected / sizeof *expected);
  assert_int_equal(tx_placed_at(&r, 1), TX_PLACED_BY_TEST);
  assert_int_equal(tx_placed_at(&r, 3), TX_PLACED_NOWHERE);
  assert_int_equal(r.uncertain[0], 0x70);
  tx_segmentation_result_free(s.context, &model, &r);
  close_sheet(&s);
}

static void test_none(void **state) {
  (void)state;
  const tx_segmentation_model model = example_model();
  const tx_segmentation_model empty = {NO_INPUTS};
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, NULL, 0);
  set_truths(&s, 1, "");
  expect(&s, &model, 0, 0, NULL);
  expect(&s, &empty, 0, 0, NULL);
  expect(&s, &empty, 1, 0, (uint32_t[]){NONE});
  close_sheet(&s);
}

/* --- top -------------------------------------------------------------------------------------------------------- */

static void test_top_share(void **state) {
  (void)state;
  static double arr[100];
  static char names[100][8];
  const char *keys[100];
  /* share, units, expected: 10 % of 70 are 7, though 0.1 × 70 is 7.000000000000001, and 0.29 × 100 below 29 */
  static const struct {
    double share;
    size_t units, expected;
  } cases[] = {{0.10, 70, 7}, {0.29, 100, 29}, {0.57, 100, 57}, {0.10, 69, 6},    {0.10, 9, 0}, {0.5, 1, 0},
               {1, 100, 100}, {0, 100, 0},     {0.07, 100, 7},  {0.999, 100, 99}, {1, 1, 1}};
  for (size_t i = 0; i < 100; i++) {
    arr[i] = (double)(i * 37 % 100);
    snprintf(names[i], sizeof names[i], "k%02d", (int)i);
    keys[i] = names[i];
  }
  for (size_t c = 0; c < COUNT(cases); c++) {
    const tx_segment segments[] = {
        {LEAF("top", "top", NONE), .test = TX_TEST_TOP, .share = cases[c].share, .of = TX_NO_INPUT}};
    const tx_segmentation_model model = {.segments = segments,
                                         .count = 1,
                                         .top_count = 1,
                                         .by = 0,
                                         .previous = TX_NO_INPUT,
                                         .override_ = TX_NO_INPUT,
                                         .since = TX_NO_INPUT,
                                         .input_count = 1};
    sheet s;
    open_sheet(&s);
    set_numbers(&s, 0, arr, cases[c].units);
    set_keys(&s, keys, cases[c].units);
    tx_segmentation_result r = run(&s, &model, cases[c].units, 0);
    assert_int_equal(r.yes[0], cases[c].expected);
    for (size_t i = 0; i < cases[c].units; i++) {
      size_t above = 0;
      for (size_t j = 0; j < cases[c].units; j++) above += arr[j] > arr[i];
      assert_int_equal(tx_place_at(&r.segment, i), above < cases[c].expected ? 0 : NONE);
    }
    tx_segmentation_result_free(s.context, &model, &r);
    close_sheet(&s);
  }
}

/* Ties by key in byte order; missing numbers do not rank; a level ranks all of its units, whoever took them. */
static void test_top_ties_and_levels(void **state) {
  (void)state;
  static const tx_segment segments[] = {
      {LEAF("named", "named", NONE), .test = TX_TEST_WHEN, .when = 1},
      {LEAF("top", "top", NONE), .test = TX_TEST_TOP, .share = 0.5, .of = TX_NO_INPUT, .first = 3, .last = 5},
      {LEAF("rest", "rest", NONE), .test = TX_TEST_REST},
      {LEAF("best", "top/best", 1), .test = TX_TEST_TOP, .share = 0.5, .of = TX_NO_INPUT},
      {LEAF("good", "top/good", 1), .test = TX_TEST_REST},
  };
  const tx_segmentation_model model = {.segments = segments,
                                       .count = 5,
                                       .top_count = 3,
                                       .by = 0,
                                       .previous = TX_NO_INPUT,
                                       .override_ = 2,
                                       .since = TX_NO_INPUT,
                                       .input_count = 3};
  sheet s;
  open_sheet(&s);
  /* Ranked: A 9 (named), then the 5s: B, a, b, é, then 1, 1. Seven rank, ⌊3.5⌋ = 3: A, B, a. */
  set_numbers(&s, 0, (double[]){5, 5, 9, NAN, 5, 5, 1, 1}, 8);
  set_keys(&s, (const char *[]){"b", "a", "A", "zz", "\xC3\xA9", "B", "y", "x"}, 8);
  set_truths(&s, 1, "00100000");
  set_column(&s, 2, TX_STRING, texts(&s, (const char *[8]){0}, 8));
  /* In top: B, a; ⌊2 × 0.5⌋ = 1: B is best. */
  tx_segmentation_result r = run(&s, &model, 8, 0);
  const uint32_t expected[] = {2, 4, 0, 2, 2, 3, 2, 2};
  assert_places(&r.segment, expected, sizeof expected / sizeof *expected);
  assert_int_equal(r.uncertain[0], 8);
  tx_segmentation_result_free(s.context, &model, &r);
  /* An override into top ranks inside of it: x and y are not ahead of B, but ⌊4 × 0.5⌋ = 2 are best now: B, a. */
  set_column(&s, 2, TX_STRING, texts(&s, (const char *[8]){0, 0, 0, 0, 0, 0, "top/good", "top"}, 8));
  expect(&s, &model, 8, 0, (uint32_t[]){2, 3, 0, 2, 2, 3, 4, 4});
  close_sheet(&s);
}

static void test_top_of(void **state) {
  (void)state;
  tx_segment segments[] = {{LEAF("top", "top", NONE), .test = TX_TEST_TOP, .share = 0.5, .of = 1}};
  const tx_segmentation_model model = {.segments = segments,
                                       .count = 1,
                                       .top_count = 1,
                                       .by = 0,
                                       .previous = TX_NO_INPUT,
                                       .override_ = TX_NO_INPUT,
                                       .since = TX_NO_INPUT,
                                       .input_count = 2};
  sheet s;
  open_sheet(&s);
  set_keys(&s, (const char *[]){"a", "b", "c", "d", "e", "f"}, 6);
  set_numbers(&s, 0, (double[]){6, 5, 4, 3, 2, NAN}, 6);
  /* Missing and negative count 0; the unit that does not rank counts nothing. 100 in all; 50 are reached at c. */
  set_numbers(&s, 1, (double[]){40, NAN, 10, -30, 50, 1000}, 6);
  expect(&s, &model, 6, 0, (uint32_t[]){0, 0, 0, NONE, NONE, NONE});
  segments[0].share = 0.51;
  expect(&s, &model, 6, 0, (uint32_t[]){0, 0, 0, 0, 0, NONE});
  segments[0].share = 0.4;
  expect(&s, &model, 6, 0, (uint32_t[]){0, NONE, NONE, NONE, NONE, NONE});
  segments[0].share = 0;
  expect(&s, &model, 6, 0, (uint32_t[]){NONE, NONE, NONE, NONE, NONE, NONE});
  segments[0].share = 1;
  expect(&s, &model, 6, 0, (uint32_t[]){0, 0, 0, 0, 0, NONE});
  /* Nothing to share. */
  set_numbers(&s, 1, (double[]){0, 0, -1, NAN, 0, 0}, 6);
  expect(&s, &model, 6, 0, (uint32_t[]){NONE, NONE, NONE, NONE, NONE, NONE});
  /* Five that rank, of 0.1 each: 60 % are three of them, though 0.1 + 0.1 + 0.1 and 0.6 × 0.5 round apart. */
  set_numbers(&s, 1, (double[]){0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 6);
  segments[0].share = 0.6;
  expect(&s, &model, 6, 0, (uint32_t[]){0, 0, 0, NONE, NONE, NONE});
  set_numbers(&s, 1, (double[]){1, INFINITY, 1, 1, 1, 1}, 6);
  expect(&s, &model, 6, 0, (uint32_t[]){0, 0, NONE, NONE, NONE, NONE});
  close_sheet(&s);
}

/* --- hold, dwell, override -------------------------------------------------------------------------------------- */

static void test_hold(void **state) {
  (void)state;
  tx_segmentation_model model = example_model();
  model.previous = 2;
  model.margin = 0.05;
  model.input_count = 3;
  sheet s;
  open_sheet(&s);
  /* Up to global takes 787,500; staying global needs 712,500; staying enterprise 142,500, coming up to it 157,500. */
  const double arr[] = {787500, 787499, 712500, 712499, 142500, 142499, 157500, 157499, 760e3, 149e3, 760e3, NAN};
  const char *previous[] = {"enterprise", "enterprise/core", "global", "global", "enterprise", "enterprise",
                            "scale",      "scale",           NULL,     NULL,     "nowhere",    "global"};
  set_numbers(&s, 0, arr, 12);
  set_truths(&s, 1, "000000000000");
  set_column(&s, 2, TX_STRING, texts(&s, previous, 12));
  tx_segmentation_result r = run(&s, &model, 12, 0);
  const uint32_t expected[] = {0, 4, 0, 4, 4, 2, 4, 2, 0, 2, 0, 2};
  const uint32_t unheld[] = {0, 0, 4, 4, 2, 2, 4, 4, 0, 2, 0, 2};
  assert_places(&r.segment, expected, sizeof expected / sizeof *expected);
  assert_places(&r.unheld, unheld, sizeof unheld / sizeof *unheld);
  assert_int_equal(r.held[0], 1 << 1 | 1 << 2 | 1 << 4 | 1 << 7);
  assert_int_equal(r.unmatched_previous, 1);
  tx_segmentation_result_free(s.context, &model, &r);
  close_sheet(&s);
}

/* A negative threshold is harder to go up to too: -100 × 1.1 would be easier. And inside a parent hold looks at the
 * previous tier only where the parent is the same. */
static void test_hold_inside_and_negative(void **state) {
  (void)state;
  static const tx_segment segments[] = {
      {LEAF("a", "a", NONE), .test = TX_TEST_WHEN, .when = 1, .first = 2, .last = 4},
      {LEAF("b", "b", NONE), .test = TX_TEST_REST, .first = 4, .last = 6},
      {LEAF("up", "a/up", 0), .test = TX_TEST_AT_LEAST, .at_least = -100},
      {LEAF("down", "a/down", 0), .test = TX_TEST_REST},
      {LEAF("up", "b/up", 1), .test = TX_TEST_AT_LEAST, .at_least = -100},
      {LEAF("down", "b/down", 1), .test = TX_TEST_REST},
  };
  const tx_segmentation_model model = {.segments = segments,
                                       .count = 6,
                                       .top_count = 2,
                                       .by = 0,
                                       .previous = 2,
                                       .override_ = TX_NO_INPUT,
                                       .since = TX_NO_INPUT,
                                       .margin = 0.1,
                                       .input_count = 3};
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, (double[]){-95, -90, -105, -111, -95, -105, -95}, 7);
  set_truths(&s, 1, "1111111");
  set_column(&s, 2, TX_STRING,
             texts(&s, (const char *[]){"a/down", "a/down", "a/up", "a/up", "b/down", "b/up", "down"}, 7));
  /* The last names "down", which two segments have: not known. */
  expect(&s, &model, 7, 0, (uint32_t[]){3, 2, 2, 3, 2, 3, 2});
  close_sheet(&s);
}

static void test_dwell_and_override(void **state) {
  (void)state;
  tx_segmentation_model model = example_model();
  model.previous = 2;
  model.since = 3;
  model.override_ = 4;
  model.dwell = 90;
  model.input_count = 5;
  sheet s;
  open_sheet(&s);
  const char *previous[] = {"global", "global", "global", NULL, "enterprise", "global", "global", "enterprise/core"};
  const char *override[] = {NULL, NULL, NULL, NULL, NULL, "scale", "no such", NULL};
  const int64_t since[] = {911, 910, INT64_MIN, 990, 990, 990, 990, 1010};
  set_numbers(&s, 0, (double[]){1, 1, 1, 1, 1, 800e3, 1, 1}, 8);
  set_truths(&s, 1, "11111111");
  set_column(&s, 2, TX_STRING, texts(&s, previous, 8));
  set_dates(&s, 3, TRIAX_TYPE_DATE, since, 8);
  set_column(&s, 4, TX_STRING, texts(&s, override, 8));
  tx_segmentation_result r = run(&s, &model, 8, 1000);
  /* 89 days: stays. 90: goes. Without since: goes. Into enterprise: judged inside. Dated ahead: stays. */
  const uint32_t expected[] = {0, 2, 2, 2, 3, 2, 0, 4};
  assert_places(&r.segment, expected, sizeof expected / sizeof *expected);
  assert_int_equal(tx_placed_at(&r, 0), TX_PLACED_BY_DWELL);
  assert_int_equal(tx_placed_at(&r, 1), TX_PLACED_BY_TEST);
  assert_int_equal(tx_placed_at(&r, 4), TX_PLACED_BY_DWELL);
  assert_int_equal(tx_placed_at(&r, 5), TX_PLACED_BY_OVERRIDE);
  assert_int_equal(r.unmatched_override, 1);
  assert_int_equal(r.held[0], 1 | 1 << 4 | 1 << 6 | 1 << 7);
  assert_int_equal(tx_place_at(&r.unheld, 6), 2);
  assert_int_equal(tx_place_at(&r.unheld, 5), 2);
  /* An override to a parent is judged further inside of it; a name that only one segment has will do. */
  tx_segmentation_result_free(s.context, &model, &r);
  set_column(&s, 4, TX_STRING, texts(&s, (const char *[]){"enterprise", "core", "enterprise/strategic"}, 3));
  set_truths(&s, 1, "010");
  expect(&s, &model, 3, 1000, (uint32_t[]){4, 4, 3});
  /* Timestamps: noon of day 910 is 89.5 days ago, midnight 90. */
  set_column(&s, 4, TX_STRING, texts(&s, (const char *[2]){0}, 2));
  set_dates(&s, 3, TRIAX_TYPE_TIMESTAMP,
            (int64_t[]){INT64_C(910) * 86400000000 + 43200000000, INT64_C(910) * 86400000000}, 2);
  expect(&s, &model, 2, 1000, (uint32_t[]){0, 2});
  close_sheet(&s);
}

static void test_find(void **state) {
  (void)state;
  static const tx_segment segments[] = {{LEAF("a", "a", NONE)}, {LEAF("b", "b", NONE)},  {LEAF("a", "b/a", 1)},
                                        {LEAF("c", "b/c", 1)},  {LEAF("d", "b/c/d", 3)}, {LEAF("d", "a/d", 0)}};
  bool ambiguous = true;
  assert_int_equal(tx_segment_find(segments, 6, TX_TEXT("a"), &ambiguous), 0); /* a path wins over a name */
  assert_false(ambiguous);
  assert_int_equal(tx_segment_find(segments, 6, TX_TEXT("c"), NULL), 3);
  assert_int_equal(tx_segment_find(segments, 6, TX_TEXT("d"), &ambiguous), NONE);
  assert_true(ambiguous);
  assert_int_equal(tx_segment_find(segments, 6, TX_TEXT("B"), &ambiguous), NONE);
  assert_false(ambiguous);
}

static void test_models_at_fault(void **state) {
  (void)state;
  static const tx_segment faults[][2] = {
      {{LEAF("a", "a", NONE), .test = TX_TEST_AT_LEAST, .at_least = NAN}, {LEAF("b", "b", NONE)}},
      {{LEAF("a", "a", NONE), .test = TX_TEST_WHEN, .when = 1}, {LEAF("b", "b", NONE)}},
      {{LEAF("a", "a", NONE), .test = TX_TEST_TOP, .share = 1.1, .of = TX_NO_INPUT}, {LEAF("b", "b", NONE)}},
      {{LEAF("a", "a", NONE), .test = TX_TEST_TOP, .share = 0.1, .of = TX_NO_INPUT}, {LEAF("b", "b", NONE)}},
      {{LEAF("a", "a", NONE), .test = 9}, {LEAF("b", "b", NONE)}},
      {{LEAF("a", "a", 1)}, {LEAF("b", "b", NONE)}},
      {{LEAF("a", "a", NONE), .first = 0, .last = 2}, {LEAF("b", "b", NONE)}},
  };
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, (double[]){1}, 1);
  for (size_t i = 0; i < COUNT(faults); i++) {
    const tx_segmentation_model model = {.segments = faults[i],
                                         .count = 2,
                                         .top_count = 2,
                                         .by = 0,
                                         .previous = TX_NO_INPUT,
                                         .override_ = TX_NO_INPUT,
                                         .since = TX_NO_INPUT,
                                         .input_count = 1};
    tx_segmentation_result result = {.rows = 77};
    triax_error error;
    const tx_units units = {.rows = 1, .inputs = s.inputs};
    assert_int_equal(tx_segmentation_run(s.context, &model, &units, &result, &error), TRIAX_EINVAL);
    assert_int_equal(result.rows, 77);
    assert_true(strlen(error.message) > 20);
  }
  close_sheet(&s);
}

/* --- many units ------------------------------------------------------------------------------------------------- */

static uint32_t draw(uint64_t *seed) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*seed >> 33);
}

/* Thousands of units, few distinct numbers: the selection against counting, and threads against none. */
static void test_many(void **state) {
  (void)state;
  enum { MANY = 70000 };
  static const tx_segment segments[] = {
      {LEAF("top", "top", NONE), .test = TX_TEST_TOP, .share = 0.123, .of = TX_NO_INPUT},
      {LEAF("half", "half", NONE), .test = TX_TEST_TOP, .share = 0.4, .of = 0},
  };
  const tx_segmentation_model model = {.segments = segments,
                                       .count = 2,
                                       .top_count = 2,
                                       .by = 0,
                                       .previous = TX_NO_INPUT,
                                       .override_ = TX_NO_INPUT,
                                       .since = TX_NO_INPUT,
                                       .input_count = 1};
  sheet s;
  open_sheet(&s);
  double *arr = malloc(MANY * sizeof *arr);
  const char **keys = malloc(MANY * sizeof *keys);
  char(*names)[12] = malloc(MANY * sizeof *names);
  assert_true(arr && keys && names);
  uint64_t seed = 3;
  for (size_t i = 0; i < MANY; i++) {
    arr[i] = draw(&seed) % 20 ? draw(&seed) % 50 : (double)NAN;
    snprintf(names[i], sizeof names[i], "%d", (int)((i * 7919) % MANY));
    keys[i] = names[i];
  }
  set_numbers(&s, 0, arr, MANY);
  set_keys(&s, keys, MANY);
  tx_segmentation_result one, four;
  const tx_units units = units_of(&s, MANY, 0);
  assert_int_equal(tx_segmentation_run(s.context, &model, &units, &one, NULL), TRIAX_OK);
  size_t present = 0, at[51] = {0};
  for (size_t i = 0; i < MANY; i++) present += arr[i] == arr[i];
  assert_int_equal(one.yes[0], (size_t)((double)present * 0.123));
  for (size_t i = 0; i < MANY; i++)
    if (tx_place_at(&one.segment, i) == 0) at[(size_t)arr[i]]++;
  /* Full above one number, none below. */
  size_t partly = 0;
  for (size_t v = 0; v < 50; v++) {
    size_t all = 0;
    for (size_t i = 0; i < MANY; i++) all += arr[i] == (double)v;
    partly += at[v] && at[v] < all;
    if (v && at[v - 1]) assert_int_equal(at[v], all);
  }
  assert_true(partly <= 1);
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.threads = 4;
  triax_context *threads = NULL;
  assert_int_equal(triax_context_new(&options, &threads, NULL), TRIAX_OK);
  assert_int_equal(tx_segmentation_run(threads, &model, &units, &four, NULL), TRIAX_OK);
  assert_memory_equal(one.segment.small, four.segment.small, MANY);
  assert_memory_equal(one.yes, four.yes, sizeof *one.yes * 2);
  assert_memory_equal(one.no, four.no, sizeof *one.no * 2);
  tx_segmentation_result_free(threads, &model, &four);
  tx_segmentation_result_free(s.context, &model, &one);
  triax_context_unref(threads);
  free(arr);
  free(keys);
  free(names);
  close_sheet(&s);
}

/* --- memory that fails ------------------------------------------------------------------------------------------ */

static triax_status segment_tops(triax_context *context, void *user) {
  static const tx_segment segments[] = {
      {LEAF("a", "a", NONE), .test = TX_TEST_TOP, .share = 0.5, .of = TX_NO_INPUT, .first = 1, .last = 2},
      {LEAF("b", "a/b", 0), .test = TX_TEST_TOP, .share = 0.5, .of = 0}};
  const tx_segmentation_model model = {.segments = segments,
                                       .count = 2,
                                       .top_count = 1,
                                       .by = 0,
                                       .previous = 1,
                                       .override_ = 1,
                                       .since = TX_NO_INPUT,
                                       .margin = 0.1,
                                       .input_count = 2};
  const sheet *s = user;
  tx_segmentation_result result = {.rows = 77};
  const tx_units units = units_of(s, 3, 0);
  triax_status status = tx_segmentation_run(context, &model, &units, &result, NULL);
  if (status) assert_int_equal(result.rows, 77);
  else tx_segmentation_result_free(context, &model, &result);
  return status;
}

typedef struct calls {
  size_t made, stop; /* the call that stops the work; 0: none */
} calls;

static int32_t count_calls(void *user, const char *stage, double done) {
  calls *count = user;
  (void)stage;
  (void)done;
  return ++count->made == count->stop;
}

/* One selection over many units looks often enough at whether to go on, and stops at any such look. */
static void test_tops_can_be_canceled(void **state) {
  (void)state;
  enum { UNITS = 600000 };
  static const tx_segment segments[] = {
      {LEAF("a", "a", NONE), .test = TX_TEST_TOP, .share = 0.3, .of = 0},
      {LEAF("b", "b", NONE), .test = TX_TEST_TOP, .share = 0.5, .of = TX_NO_INPUT}};
  const tx_segmentation_model model = {.segments = segments, .count = 2, .top_count = 2, .by = 0,
                                       .previous = TX_NO_INPUT, .override_ = TX_NO_INPUT, .since = TX_NO_INPUT,
                                       .input_count = 1};
  sheet s;
  open_sheet(&s);
  double *arr = malloc(UNITS * sizeof *arr);
  assert_non_null(arr);
  uint64_t seed = 5;
  for (size_t i = 0; i < UNITS; i++) arr[i] = (double)draw(&seed);
  set_numbers(&s, 0, arr, UNITS);
  const char **keys = malloc(UNITS * sizeof *keys); /* the unit at a cut-off is told by its key */
  assert_non_null(keys);
  for (size_t i = 0; i < UNITS; i++) keys[i] = "";
  set_keys(&s, keys, UNITS);
  free(keys);
  const tx_units units = units_of(&s, UNITS, 0);
  calls count = {0, 0};
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.progress = count_calls;
  options.progress_user = &count;
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  tx_segmentation_result result = {.rows = 77};
  assert_int_equal(tx_segmentation_run(context, &model, &units, &result, NULL), TRIAX_OK);
  tx_segmentation_result_free(context, &model, &result);
  const size_t all = count.made;
  /* Twice to gather, once to sum, and each of the two parts all units at least once: 9 looks each; 19 for the judging. */
  assert_true(all >= 5 * (UNITS >> 16) + UNITS / (32 * TX_BATCH));
  for (size_t stop = 1; stop <= all; stop += 7) {
    count = (calls){0, stop};
    result.rows = 77;
    assert_int_equal(tx_segmentation_run(context, &model, &units, &result, NULL), TRIAX_ECANCELED);
    assert_int_equal(count.made, stop);
    assert_int_equal(result.rows, 77);
  }
  triax_context_unref(context);
  free(arr);
  close_sheet(&s);
}

/* Bands of one each, the last for what is below; unit i of value i is in band count - 1 - i. */
static void check_many_siblings(uint32_t count) {
  enum { UNITS = 1003 };
  static tx_segment segments[600];
  static double values[UNITS];
  for (uint32_t b = 0; b < count; b++) {
    segments[b] = (tx_segment){.path = {"s", 1},
                               .name = {"s", 1},
                               .parent = TX_NO_SEGMENT,
                               .test = TX_TEST_AT_LEAST,
                               .at_least = (double)(count - 1 - b),
                               .of = TX_NO_INPUT};
  }
  for (size_t i = 0; i < UNITS; i++) values[i] = (double)i;
  values[7] = (double)NAN; /* cannot be judged: in none, uncertain */
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, values, UNITS);
  const tx_segmentation_model model = {.segments = segments,
                                       .count = count,
                                       .top_count = count,
                                       .by = 0,
                                       .previous = TX_NO_INPUT,
                                       .override_ = TX_NO_INPUT,
                                       .since = TX_NO_INPUT,
                                       .input_count = 1};
  tx_segmentation_result result;
  const tx_units units = units_of(&s, UNITS, 0);
  assert_int_equal(tx_segmentation_run(s.context, &model, &units, &result, NULL), TRIAX_OK);
  for (size_t i = 0; i < UNITS; i++) {
    const uint32_t band = i == 7 ? NONE : i >= count ? 0 : (uint32_t)(count - 1 - i);
    assert_int_equal(tx_place_at(&result.segment, i), band);
    assert_int_equal(tx_placed_at(&result, i), i == 7 ? TX_PLACED_NOWHERE : TX_PLACED_BY_TEST);
    assert_int_equal(tx_bit(result.uncertain, i), i == 7);
  }
  assert_int_equal(result.yes[0], UNITS - count + 1);
  assert_int_equal(result.unknown[0], 1);
  assert_int_equal(result.yes[count - 1], 1);
  assert_int_equal(result.segment.small == NULL, count > 255);
  tx_segmentation_result_free(s.context, &model, &result);
  close_sheet(&s);
}

/* Up to 255 segments are a byte each, beside the one for none; more are not. */
static void test_more_siblings_than_a_byte(void **state) {
  (void)state;
  static const uint32_t bands[] = {254, 255, 256, 257, 600};
  for (size_t i = 0; i < sizeof bands / sizeof *bands; i++) check_many_siblings(bands[i]);
}

static void test_memory(void **state) {
  (void)state;
  sheet s;
  open_sheet(&s);
  set_numbers(&s, 0, (double[]){1, 2, 3}, 3);
  set_column(&s, 1, TX_STRING, texts(&s, (const char *[]){"a", NULL, NULL}, 3));
  set_keys(&s, (const char *[]){"x", "y", "z"}, 3);
  assert_true(fault_run(segment_tops, &s) < 60);
  assert_true(fault_cancel_run(segment_tops, &s) > 0);
  close_sheet(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_boundaries),
      cmocka_unit_test(test_unsegmented),
      cmocka_unit_test(test_none),
      cmocka_unit_test(test_top_share),
      cmocka_unit_test(test_top_ties_and_levels),
      cmocka_unit_test(test_top_of),
      cmocka_unit_test(test_hold),
      cmocka_unit_test(test_hold_inside_and_negative),
      cmocka_unit_test(test_dwell_and_override),
      cmocka_unit_test(test_find),
      cmocka_unit_test(test_models_at_fault),
      cmocka_unit_test(test_many),
      cmocka_unit_test(test_tops_can_be_canceled),
      cmocka_unit_test(test_more_siblings_than_a_byte),
      cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests_name("segmentation", tests, NULL, NULL);
}
