/* Raw data under a schema: types, missing values, money, keys, and what is said about bad data. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/text.h"
#include "fault.h"
#include "table/table.h"

#define T(string) triax_text_of(string)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A raw table of text columns; cells row by row, NULL is missing. */
static triax_status raw_of(triax_context *context, size_t columns, size_t rows, const char *const *cells,
                           triax_table **raw) {
  triax_table_builder *builder = NULL;
  triax_status status = triax_table_builder_new(context, &builder, NULL);
  for (size_t i = 0; !status && i < columns; i++) {
    status = triax_table_builder_column(builder, T(cells[i]), TRIAX_TYPE_TEXT, NULL, NULL);
    for (size_t row = 1; !status && row <= rows; row++) {
      triax_text text = T(cells[row * columns + i]);
      status = triax_table_builder_texts(builder, i, &text, 1, NULL);
    }
  }
  if (!status) status = triax_table_builder_finish(builder, raw, NULL);
  triax_table_builder_free(builder);
  return status;
}

typedef struct fixture {
  triax_context *context;
  triax_table *raw, *loaded, *aside;
  triax_messages *messages;
  triax_error error;
  tx_schema schema;
  tx_load_options options;
} fixture;

static void begin(fixture *f) {
  memset(f, 0, sizeof *f);
  assert_int_equal(triax_context_new(NULL, &f->context, NULL), TRIAX_OK);
  f->schema.what = "customers";
  f->options.decimal_sign = '.';
}

static void drop(fixture *f) {
  triax_table_unref(f->raw);
  triax_table_unref(f->loaded);
  triax_table_unref(f->aside);
  triax_messages_free(f->messages);
  f->raw = f->loaded = f->aside = NULL;
  f->messages = NULL;
}

static void end(fixture *f) {
  drop(f);
  triax_context_unref(f->context);
}

static triax_status load_again(fixture *f) {
  triax_table_unref(f->loaded);
  triax_table_unref(f->aside);
  triax_messages_free(f->messages);
  f->loaded = f->aside = NULL;
  assert_int_equal(triax_messages_new(f->context, &f->messages, NULL), TRIAX_OK);
  tx_report report;
  tx_report_init(&report, f->context, f->messages, &f->error, NULL);
  return tx_table_load(f->context, f->raw, &f->schema, &f->options, &f->loaded, &f->aside, &report);
}

static triax_status load(fixture *f, size_t columns, size_t cells, const char *const *data) {
  drop(f);
  assert_int_equal(raw_of(f->context, columns, cells / columns - 1, data, &f->raw), TRIAX_OK);
  return load_again(f);
}

#define LOAD(f, columns, ...)                                                                                          \
  load(f, columns, COUNT(((const char *const[]){__VA_ARGS__})), (const char *const[]){__VA_ARGS__})

static size_t column(const fixture *f, const char *name) {
  size_t found = triax_table_find(f->loaded, T(name));
  assert_true(found != SIZE_MAX);
  return found;
}

static int32_t type(const fixture *f, const char *name) { return triax_table_type(f->loaded, column(f, name)); }

static double number(const fixture *f, const char *name, size_t row) {
  return triax_table_number(f->loaded, column(f, name), row);
}

static void assert_string(const fixture *f, const char *name, size_t row, const char *expected) {
  triax_text text = triax_table_text(f->loaded, column(f, name), row);
  assert_int_equal(text.length, strlen(expected));
  assert_memory_equal(text.bytes, expected, text.length);
}

static void assert_says(const fixture *f, size_t i, const char *part) {
  const char *text = triax_messages_text(f->messages, i);
  if (!strstr(text, part)) print_message("got: %s\nwanted: %s\n", text, part);
  assert_non_null(strstr(text, part));
}

static void absent_columns_are_named_with_the_nearest(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const tx_declaration declared[] = {{.name = T("arr"), .type = TRIAX_TYPE_MONEY, .at = {7, 5}},
                                     {.name = T("seats"), .from = T("Seats (30d)"), .type = TRIAX_TYPE_NUMBER}};
  const triax_text wanted[] = {T("vertical"), T("arr"), T("employees")};
  f.schema.key = T("account_id");
  f.schema.family = T("parent");
  f.schema.declarations = declared;
  f.schema.declaration_count = 2;
  f.schema.wanted = wanted;
  f.schema.wanted_count = 3;
  assert_int_equal(LOAD(&f, 4, "account", "ar", "Seats (30)", "verticle"), TRIAX_EDATA);
  assert_null(f.loaded);
  assert_int_equal(f.error.count, 6);
  assert_string_equal(f.error.path, "customers.key");
  assert_non_null(strstr(f.error.message, "no column 'account_id'"));
  assert_says(&f, 1, "customers.family: the data of the customers has no column 'parent'");
  assert_says(&f, 2,
              "7:5: error: customers.columns.arr: the data of the customers has no column 'arr'; did you mean 'ar'?");
  assert_says(&f, 3, "no column 'Seats (30d)'; did you mean 'Seats (30)'?");
  assert_says(&f, 4, "no column 'vertical'; did you mean 'verticle'?");
  assert_says(&f, 5, "no column 'employees'");
  /* Every name once, however often the policy has it. */
  const tx_declaration again[] = {{.name = T("id"), .from = T("Key"), .type = TRIAX_TYPE_STRING},
                                  {.name = T("arr"), .type = TRIAX_TYPE_MONEY, .currency = T("code")},
                                  {.name = T("code"), .type = TRIAX_TYPE_STRING}};
  const triax_text twice[] = {T("id"), T("code"), T("parent"), T("parent")};
  f.schema = (tx_schema){.what = "customers",
                         .family = T("parent"),
                         .declarations = again,
                         .declaration_count = 3,
                         .wanted = twice,
                         .wanted_count = 4};
  assert_int_equal(LOAD(&f, 2, "arr", "other"), TRIAX_EDATA);
  assert_int_equal(f.error.count, 3);
  end(&f);
}

static void headers_match_but_for_case_and_blanks(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const triax_text wanted[] = {T("arr"), T("seats")};
  f.schema.wanted = wanted;
  f.schema.wanted_count = 2;
  assert_int_equal(LOAD(&f, 5, " ID", "ARR ", "seats", "Seats", "Other ", "1", "2", "3", "4", "5"), TRIAX_OK);
  assert_true(number(&f, "arr", 0) == 2);
  assert_true(number(&f, "seats", 0) == 3);
  assert_true(number(&f, "Seats", 0) == 4);
  assert_true(number(&f, "Other ", 0) == 5);
  assert_string(&f, "id", 0, "1");
  assert_int_equal(triax_table_columns(f.loaded), 5);
  assert_int_equal(LOAD(&f, 3, "Arr", "ARR", "seats", "1", "2", "3"), TRIAX_EDATA);
  assert_says(&f, 0, "column 'arr' could be 'Arr' or 'ARR'");
  end(&f);
}

static void names_taken_by_the_policy_are_reported(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const tx_declaration declared[] = {{.name = T("arr"), .from = T("ARR (USD)"), .type = TRIAX_TYPE_MONEY}};
  f.schema.declarations = declared;
  f.schema.declaration_count = 1;
  assert_int_equal(LOAD(&f, 2, "arr", "ARR (USD)", "1", "2"), TRIAX_OK);
  assert_int_equal(triax_table_columns(f.loaded), 1);
  assert_true(number(&f, "arr", 0) == 2);
  assert_int_equal(triax_messages_level(f.messages, 0), TRIAX_LEVEL_WARNING);
  assert_says(&f, 0, "column 'arr' of the data is not used");
  end(&f);
}

static int32_t looks(fixture *f, const char *a, const char *b, const char *c) {
  assert_int_equal(LOAD(f, 1, "x", a, b, c), TRIAX_OK);
  return type(f, "x");
}

static void undeclared_columns_go_by_looks(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  assert_int_equal(looks(&f, "1", " -2.5e3 ", "NA"), TRIAX_TYPE_NUMBER);
  assert_int_equal(triax_table_missing(f.loaded, 0), 1);
  assert_true(number(&f, "x", 1) == -2500);
  assert_int_equal(looks(&f, "2026-11-21", "", "n/a"), TRIAX_TYPE_DATE);
  assert_int_equal(looks(&f, "2026-11-21", "2026-11-21T10:00:00Z", NULL), TRIAX_TYPE_TIMESTAMP);
  assert_int_equal(looks(&f, "TRUE", "false", "-"), TRIAX_TYPE_BOOLEAN);
  assert_int_equal(looks(&f, "1", "two", "3"), TRIAX_TYPE_STRING);
  assert_int_equal(looks(&f, "1", "2026-11-21", "3"), TRIAX_TYPE_STRING);
  assert_int_equal(looks(&f, "2026-02-30", "2026-02-28", "2026-02-28"), TRIAX_TYPE_STRING);
  assert_int_equal(looks(&f, "yes", "no", "no"), TRIAX_TYPE_STRING);
  assert_int_equal(looks(&f, "inf", "1", "2"), TRIAX_TYPE_STRING);
  assert_int_equal(looks(&f, "02139", "10001", "94103"), TRIAX_TYPE_STRING);
  assert_int_equal(looks(&f, "9007199254740993", "1", "2"), TRIAX_TYPE_STRING);
  assert_int_equal(looks(&f, "0", "0.5", "00.5"), TRIAX_TYPE_NUMBER);
  assert_int_equal(looks(&f, "", "  ", NULL), TRIAX_TYPE_NUMBER);
  assert_int_equal(triax_table_missing(f.loaded, 0), 3);
  assert_int_equal(looks(&f, "NA", "NA", ""), TRIAX_TYPE_STRING);
  assert_string(&f, "x", 0, "NA");
  assert_int_equal(triax_table_missing(f.loaded, 0), 1);
  assert_int_equal(LOAD(&f, 1, "x"), TRIAX_OK);
  assert_int_equal(triax_table_rows(f.loaded), 0);
  f.options.date_order = TX_DATE_DMY;
  assert_int_equal(looks(&f, "21/11/2026", "2026-11-21", ""), TRIAX_TYPE_DATE);
  assert_int_equal(triax_table_integer(f.loaded, 0, 0), triax_table_integer(f.loaded, 0, 1));
  end(&f);
}

static void one_odd_text_among_numbers_is_pointed_out(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const triax_text wanted[] = {T("arr")};
  f.schema.wanted = wanted;
  f.schema.wanted_count = 1;
  assert_int_equal(LOAD(&f, 1, "arr", "1", "2", "3", "4", "$5", "6"), TRIAX_OK);
  assert_int_equal(triax_messages_level(f.messages, 0), TRIAX_LEVEL_WARNING);
  assert_says(&f, 0, "row 5, '$5'");
  end(&f);
}

static void declared(fixture *f, const tx_declaration *declaration) {
  f->schema.declarations = declaration;
  f->schema.declaration_count = 1;
}

static void values_that_do_not_parse_are_errors(void **state) {
  (void)state;
  static const struct {
    int32_t type;
    const char *text, *says;
  } cases[] = {
      {TRIAX_TYPE_NUMBER, "abc", "row 2, column 'x': 'abc' is not a number"},
      {TRIAX_TYPE_NUMBER, "nan", "'nan' is not a number"},
      {TRIAX_TYPE_NUMBER, "1e999", "'1e999' is not a number"},
      {TRIAX_TYPE_NUMBER, "$1,200.50", "allow loose numbers and state their decimal sign"},
      {TRIAX_TYPE_MONEY, "1.2M", "'1.2M' is not an amount of money; if numbers are written like this"},
      {TRIAX_TYPE_INTEGER, "2.5", "'2.5' is not a whole number within 64 bits; round it"},
      {TRIAX_TYPE_INTEGER, "9223372036854775808", "declare the column as number"},
      {TRIAX_TYPE_BOOLEAN, "maybe", "'maybe' is not true or false"},
      {TRIAX_TYPE_DATE, "21.11.2026", "state their order (day-month-year)"},
      {TRIAX_TYPE_DATE, "11/21/2026", "state their order (month-day-year)"},
      {TRIAX_TYPE_DATE, "01/02/2026", "(day-month-year or month-day-year)"},
      {TRIAX_TYPE_DATE, "2026-02-30", "there is no such day"},
      {TRIAX_TYPE_DATE, "2026-11-21T10:00:00Z", "declare the column as timestamp"},
      {TRIAX_TYPE_DATE, "soon", "write it as 2026-11-21"},
      {TRIAX_TYPE_TIMESTAMP, "soon", "write it as 2026-11-21T10:00:00Z"},
  };
  fixture f;
  begin(&f);
  for (size_t i = 0; i < COUNT(cases); i++) {
    tx_declaration x = {.name = T("x"), .type = cases[i].type};
    declared(&f, &x);
    assert_int_equal(LOAD(&f, 1, "x", "", cases[i].text, "None"), TRIAX_EDATA);
    assert_int_equal(f.error.count, 1);
    assert_says(&f, 0, cases[i].says);
    assert_null(f.loaded);
  }
  end(&f);
}

static void declared_types_read_what_they_may(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  tx_declaration x = {.name = T("x"), .type = TRIAX_TYPE_INTEGER};
  declared(&f, &x);
  assert_int_equal(LOAD(&f, 1, "x", "007", "5.0", "1e3", "-9223372036854775808", "#N/A"), TRIAX_OK);
  assert_int_equal(triax_table_integer(f.loaded, 0, 0), 7);
  assert_int_equal(triax_table_integer(f.loaded, 0, 2), 1000);
  assert_true(triax_table_integer(f.loaded, 0, 3) == INT64_MIN);
  assert_int_equal(triax_table_missing(f.loaded, 0), 1);
  x.type = TRIAX_TYPE_BOOLEAN;
  assert_int_equal(LOAD(&f, 1, "x", "Yes", "no", "1", "0", "TRUE", "null"), TRIAX_OK);
  assert_int_equal(triax_table_integer(f.loaded, 0, 0), 1);
  assert_int_equal(triax_table_integer(f.loaded, 0, 3), 0);
  x.type = TRIAX_TYPE_DATE;
  assert_int_equal(LOAD(&f, 1, "x", "1970-01-02", "1969-12-31T00:00:00Z", "1970-01-01 00:00:00"), TRIAX_OK);
  assert_int_equal(triax_table_dates(f.loaded, 0)[0], 1);
  assert_int_equal(triax_table_dates(f.loaded, 0)[1], -1);
  x.type = TRIAX_TYPE_STRING;
  assert_int_equal(LOAD(&f, 1, "x", "NA", " ", " a b ", "-"), TRIAX_OK);
  assert_string(&f, "x", 0, "NA");
  assert_int_equal(triax_table_has(f.loaded, 0, 1), 0);
  assert_string(&f, "x", 2, "a b");
  assert_string(&f, "x", 3, "-");
  const triax_text markers[] = {T("?")};
  f.schema.missing_markers = markers;
  f.schema.missing_marker_count = 1;
  x.type = TRIAX_TYPE_NUMBER;
  assert_int_equal(LOAD(&f, 1, "x", "?", "", "2"), TRIAX_OK);
  assert_int_equal(triax_table_missing(f.loaded, 0), 2);
  assert_int_equal(LOAD(&f, 1, "x", "NA"), TRIAX_EDATA);
  end(&f);
}

static void lists_are_split(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  tx_declaration x = {.name = T("x"), .type = TRIAX_TYPE_STRINGS};
  declared(&f, &x);
  assert_int_equal(LOAD(&f, 1, "x", " a ; b;;a", "", ";", "NA"), TRIAX_OK);
  assert_int_equal(triax_table_items(f.loaded, 0, 0), 2);
  assert_true(tx_text_equal_c(triax_table_item(f.loaded, 0, 0, 1), "b"));
  assert_int_equal(triax_table_has(f.loaded, 0, 1), 0);
  assert_int_equal(triax_table_has(f.loaded, 0, 2), 1);
  assert_int_equal(triax_table_items(f.loaded, 0, 2), 0);
  assert_true(tx_text_equal_c(triax_table_item(f.loaded, 0, 3, 0), "NA"));
  x.separator = T(", ");
  assert_int_equal(LOAD(&f, 1, "x", "a, b,c"), TRIAX_OK);
  assert_true(tx_text_equal_c(triax_table_item(f.loaded, 0, 0, 1), "b,c"));
  end(&f);
}

static void loose(fixture *f, char sign, const char *text, double expected) {
  tx_declaration x = {.name = T("x"), .type = TRIAX_TYPE_NUMBER};
  declared(f, &x);
  f->options.loose_numbers = true;
  f->options.decimal_sign = sign;
  triax_status status = LOAD(f, 1, "x", text);
  if (isnan(expected)) {
    assert_int_equal(status, TRIAX_EDATA);
  } else {
    assert_int_equal(status, TRIAX_OK);
    if (number(f, "x", 0) != expected) print_message("%s: %.17g\n", text, number(f, "x", 0));
    assert_true(number(f, "x", 0) == expected);
  }
}

static void loose_numbers_only_when_said(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  loose(&f, '.', "$1,200.50", 1200.5);
  loose(&f, '.', "-$ 1,200", -1200);
  loose(&f, '.', "$-3", -3);
  loose(&f, '.', "(1,200.25)", -1200.25);
  loose(&f, '.', "1.2M", 1200000);
  loose(&f, '.', "0.1k", 100);
  loose(&f, '.', "3bn", 3e9);
  loose(&f, '.', "47 %", 0.47);
  loose(&f, '.', "1 234 567", 1234567);
  loose(&f, '.',
        "1\xc2\xa0"
        "234",
        1234);
  loose(&f, '.', "1'234.5", 1234.5);
  loose(&f, '.', "2.5e3", 2500);
  loose(&f, ',',
        "\xe2\x82\xac"
        "1.200,50",
        1200.5);
  loose(&f, ',', "1.200,50 \xe2\x82\xac", 1200.5);
  loose(&f, ',', "1.200", 1200);
  loose(&f, ',', "1,5", 1.5);
  loose(&f, ',', "47,5%", 0.475);
  loose(&f, '.', "1,5", (double)NAN);
  loose(&f, '.', "1.200,50", (double)NAN);
  assert_says(&f, 0, "is the other decimal sign meant?");
  loose(&f, ',', "1.2", (double)NAN);
  loose(&f, '.', "1,2000", (double)NAN);
  loose(&f, '.', ",100", (double)NAN);
  loose(&f, '.', "$", (double)NAN);
  loose(&f, '.', "()", (double)NAN);
  loose(&f, '.', "1.2.3", (double)NAN);
  loose(&f, '.', "k", (double)NAN);
  loose(&f, '.', ".", (double)NAN);
  loose(&f, '.', "--5", (double)NAN);
  end(&f);
}

static void money_comes_to_base(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  tx_declaration arr = {.name = T("arr"), .type = TRIAX_TYPE_MONEY, .currency = T("code")};
  const tx_rate rates[] = {{T("GBP"), 1.25}, {T("EUR"), 1.5}};
  declared(&f, &arr);
  f.schema.base_currency = T("USD");
  f.schema.rates = rates;
  f.schema.rate_count = 2;
  assert_int_equal(LOAD(&f, 2, "arr", "code", "100", "USD", "100", " GBP", "100", "EUR", "", "XXX", "", ""), TRIAX_OK);
  assert_int_equal(type(&f, "arr"), TRIAX_TYPE_MONEY);
  assert_true(number(&f, "arr", 0) == 100 && number(&f, "arr", 1) == 125 && number(&f, "arr", 2) == 150);
  assert_int_equal(triax_table_missing(f.loaded, 0), 2);
  assert_int_equal(LOAD(&f, 2, "arr", "code", "1", "EUX", "1", "", "1.7e308", "EUR", "1", "QQQ"), TRIAX_EDATA);
  assert_int_equal(f.error.count, 4);
  assert_says(&f, 0, "row 1, column 'code': currency 'EUX' has no rate; did you mean 'EUR'?");
  assert_says(&f, 1, "row 2, column 'code': the amount has no currency code");
  assert_says(&f, 2, "row 3, column 'arr': the amount in base currency is beyond");
  assert_says(&f, 3, "currency 'QQQ' has no rate; add it under currency.rates");
  assert_int_equal(LOAD(&f, 1, "arr", "1"), TRIAX_EDATA);
  assert_says(&f, 0, "no column 'code'");
  end(&f);
}

static void stand_ins_fill_gaps(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const tx_rate rates[] = {{T("EUR"), 2}};
  const tx_declaration all[] = {
      {.name = T("n"), .type = TRIAX_TYPE_NUMBER, .stand_in = T("1.5")},
      {.name = T("m"), .type = TRIAX_TYPE_MONEY, .stand_in = T("10k"), .currency = T("c")},
      {.name = T("c"), .type = TRIAX_TYPE_STRING, .stand_in = T("EUR")},
      {.name = T("b"), .type = TRIAX_TYPE_BOOLEAN, .stand_in = T("true")},
      {.name = T("l"), .type = TRIAX_TYPE_STRINGS, .stand_in = T("x; y")},
      {.name = T("d"), .type = TRIAX_TYPE_DATE, .stand_in = T("1970-01-03")},
      {.name = T("i"), .type = TRIAX_TYPE_INTEGER, .stand_in = T("0")},
  };
  f.schema.declarations = all;
  f.schema.declaration_count = COUNT(all);
  f.schema.base_currency = T("USD");
  f.schema.rates = rates;
  f.schema.rate_count = 1;
  assert_int_equal(LOAD(&f, 7, "n", "m", "c", "b", "l", "d", "i", "1", "5", "", "false", "y", "1970-01-02", "4", "", "",
                        "", "", "", "", ""),
                   TRIAX_OK);
  for (size_t i = 0; i < 7; i++) assert_int_equal(triax_table_missing(f.loaded, i), 0);
  assert_true(number(&f, "n", 0) == 1 && number(&f, "n", 1) == 1.5);
  assert_true(number(&f, "m", 0) == 10 && number(&f, "m", 1) == 10000);
  assert_string(&f, "c", 1, "EUR");
  assert_true(number(&f, "b", 0) == 0 && number(&f, "b", 1) == 1);
  assert_true(tx_text_equal_c(triax_table_item(f.loaded, 4, 0, 0), "y"));
  assert_int_equal(triax_table_items(f.loaded, 4, 1), 2);
  assert_true(number(&f, "d", 1) == 2 && number(&f, "i", 0) == 4 && number(&f, "i", 1) == 0);
  tx_declaration bad = {.name = T("x"), .type = TRIAX_TYPE_DATE, .stand_in = T("never"), .at = {4, 9}};
  declared(&f, &bad);
  assert_int_equal(LOAD(&f, 1, "x", "2026-11-21"), TRIAX_EPOLICY);
  assert_string_equal(f.error.path, "customers.columns.x.missing");
  assert_int_equal(f.error.line, 4);
  end(&f);
}

static void keys_are_trimmed_strings_that_occur_once(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  assert_int_equal(LOAD(&f, 2, "id", "n", "007", "1", " 8 ", "2", "7", "3"), TRIAX_OK);
  assert_string(&f, "id", 0, "007");
  assert_string(&f, "id", 1, "8");
  assert_int_equal(LOAD(&f, 1, "id", "a", " a", "", "a ", "NA", "na"), TRIAX_EDATA);
  assert_int_equal(f.error.count, 3);
  assert_says(&f, 0, "row 2, column 'id': the key 'a' is in row 1 already");
  assert_says(&f, 1, "row 3, column 'id': the key is missing");
  assert_says(&f, 2, "row 4, column 'id': the key 'a' is in row 1 already");
  tx_declaration wrong = {.name = T("id"), .type = TRIAX_TYPE_NUMBER, .stand_in = T("9")};
  declared(&f, &wrong);
  assert_int_equal(LOAD(&f, 1, "id", "1", "2"), TRIAX_OK);
  assert_int_equal(type(&f, "id"), TRIAX_TYPE_STRING);
  assert_int_equal(LOAD(&f, 1, "id", "1", ""), TRIAX_EDATA);
  f.schema.declaration_count = 0;
  assert_int_equal(LOAD(&f, 1, "n", "1", "1"), TRIAX_OK); /* no key, none needed */
  end(&f);
}

static void families_and_currencies_stay_strings(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  f.schema.family = T("parent");
  assert_int_equal(LOAD(&f, 2, "id", "parent", "1", "10", "2", " 10", "3", ""), TRIAX_OK);
  assert_int_equal(type(&f, "parent"), TRIAX_TYPE_STRING);
  assert_string(&f, "parent", 1, "10");
  end(&f);
}

static void errors_stop_at_twenty_in_the_order_of_rows(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const char *cells[2 * 101] = {"a", "b"};
  for (int i = 0; i < 100; i++) {
    cells[2 + 2 * i] = i < 50 ? "1" : "x";
    cells[3 + 2 * i] = i % 10 == 9 ? "y" : "2";
  }
  const tx_declaration both[] = {{.name = T("a"), .type = TRIAX_TYPE_NUMBER},
                                 {.name = T("b"), .type = TRIAX_TYPE_NUMBER}};
  f.schema.declarations = both;
  f.schema.declaration_count = 2;
  assert_int_equal(load(&f, 2, COUNT(cells), cells), TRIAX_EDATA);
  assert_int_equal(triax_messages_count(f.messages), 20);
  assert_int_equal(f.error.count, 60);
  assert_says(&f, 0, "row 10, column 'b'");
  assert_says(&f, 5, "row 51, column 'a'");
  assert_says(&f, 15, "row 60, column 'b'");
  end(&f);
}

static void bad_rows_can_be_set_aside(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const tx_declaration both[] = {{.name = T("n"), .type = TRIAX_TYPE_NUMBER},
                                 {.name = T("d"), .from = T("Day"), .type = TRIAX_TYPE_DATE}};
  f.schema.declarations = both;
  f.schema.declaration_count = 2;
  f.options.set_aside = true;
  assert_int_equal(
      LOAD(&f, 3, "id", "n", "Day", "a", "1", "2026-11-21", "b", "x", "never", "a", "2", "", "", "3", "", "c", "4", ""),
      TRIAX_OK);
  assert_int_equal(triax_table_rows(f.loaded), 2);
  assert_string(&f, "id", 1, "c");
  assert_true(number(&f, "n", 1) == 4);
  assert_int_equal(triax_messages_count(f.messages), 0);
  static const char *const expected[4][4] = {{"b", "n", "x", "'x' is not a number"},
                                             {"b", "Day", "never", "'never' is not a date"},
                                             {"a", "id", "a", "the key 'a' is in row 1 already"},
                                             {NULL, "id", NULL, "the key is missing"}};
  const double rows[4] = {2, 2, 3, 4};
  assert_int_equal(triax_table_rows(f.aside), 4);
  for (size_t i = 0; i < 4; i++) {
    assert_true(triax_table_number(f.aside, 0, i) == rows[i]);
    for (size_t k = 0; k < 4; k++) {
      triax_text text = triax_table_text(f.aside, k + 1, i);
      assert_int_equal(text.bytes != NULL, expected[i][k] != NULL);
      if (text.bytes) assert_memory_equal(text.bytes, expected[i][k], strlen(expected[i][k]));
    }
  }
  assert_int_equal(LOAD(&f, 2, "n", "Day", "1", ""), TRIAX_OK);
  assert_int_equal(triax_table_rows(f.aside), 0);
  assert_int_equal(triax_table_columns(f.aside), 5);
  assert_int_equal(LOAD(&f, 2, "n", "Day", "x", ""), TRIAX_OK);
  assert_int_equal(triax_table_rows(f.loaded), 0);
  assert_int_equal(LOAD(&f, 1, "n", "x"), TRIAX_EDATA); /* a column that is absent cannot be set aside */
  end(&f);
}

/* A typed raw table of one column "x" with the values 0, 1 and 2.5 (or 2). */
static void typed_raw(fixture *f, int32_t of, double third) {
  drop(f);
  triax_table_builder *builder = NULL;
  triax_table_builder_new(f->context, &builder, NULL);
  triax_table_builder_column(builder, T("x"), of, NULL, NULL);
  double numbers[] = {0, 1, third};
  int64_t integers[] = {0, 1, third < 9e18 ? (int64_t)third : INT64_MAX};
  uint8_t booleans[] = {0, 1, 1};
  triax_text texts[] = {T("0"), T("1"), T("x")}, items[] = {T("a")};
  switch (of) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
    triax_table_builder_numbers(builder, 0, numbers, NULL, 3, NULL);
    break;
  case TRIAX_TYPE_BOOLEAN:
    triax_table_builder_booleans(builder, 0, booleans, NULL, 3, NULL);
    break;
  case TRIAX_TYPE_STRING:
    triax_table_builder_texts(builder, 0, texts, 3, NULL);
    break;
  case TRIAX_TYPE_STRINGS:
    triax_table_builder_strings(builder, 0, items, 1, NULL);
    break;
  default:
    triax_table_builder_integers(builder, 0, integers, NULL, 3, NULL);
    break;
  }
  assert_int_equal(triax_table_builder_finish(builder, &f->raw, NULL), TRIAX_OK);
  triax_table_builder_free(builder);
}

static triax_status convert(fixture *f, int32_t from, double third, int32_t to) {
  tx_declaration x = {.name = T("x"), .type = to};
  if (to) declared(f, &x);
  if (!to) f->schema.declaration_count = 0;
  typed_raw(f, from, third);
  return load_again(f);
}

static void typed_columns_convert_where_nothing_is_lost(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 2.5, TRIAX_TYPE_MONEY), TRIAX_OK);
  assert_int_equal(type(&f, "x"), TRIAX_TYPE_MONEY);
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 2, TRIAX_TYPE_INTEGER), TRIAX_OK);
  assert_int_equal(triax_table_integers(f.loaded, 0)[2], 2);
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 2.5, TRIAX_TYPE_INTEGER), TRIAX_EDATA);
  assert_says(&f, 0, "row 3, column 'x': 2.5 is not a whole number");
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 1e19, TRIAX_TYPE_INTEGER), TRIAX_EDATA);
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, (double)INFINITY, TRIAX_TYPE_MONEY), TRIAX_EDATA);
  assert_int_equal(convert(&f, TRIAX_TYPE_INTEGER, 2, 0), TRIAX_OK);
  assert_int_equal(type(&f, "x"), TRIAX_TYPE_NUMBER);
  assert_int_equal(convert(&f, TRIAX_TYPE_INTEGER, 0x1p60, 0), TRIAX_OK);
  assert_int_equal(type(&f, "x"), TRIAX_TYPE_INTEGER);
  assert_int_equal(convert(&f, TRIAX_TYPE_INTEGER, 0x1p60, TRIAX_TYPE_NUMBER), TRIAX_EDATA);
  assert_int_equal(convert(&f, TRIAX_TYPE_BOOLEAN, 0, TRIAX_TYPE_NUMBER), TRIAX_OK);
  assert_true(number(&f, "x", 2) == 1);
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 1, TRIAX_TYPE_BOOLEAN), TRIAX_OK);
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 2, TRIAX_TYPE_BOOLEAN), TRIAX_EDATA);
  assert_int_equal(convert(&f, TRIAX_TYPE_DATE, 2, TRIAX_TYPE_TIMESTAMP), TRIAX_OK);
  assert_true(triax_table_integers(f.loaded, 0)[2] == 2 * TX_MICROSECONDS_PER_DAY);
  assert_int_equal(convert(&f, TRIAX_TYPE_DATE, INT32_MAX, TRIAX_TYPE_TIMESTAMP), TRIAX_EDATA);
  assert_int_equal(convert(&f, TRIAX_TYPE_TIMESTAMP, 0, TRIAX_TYPE_DATE), TRIAX_EDATA);
  assert_says(&f, 0, "row 2, column 'x': 1970-01-01T00:00:00.000001Z has a time of day");
  assert_int_equal(convert(&f, TRIAX_TYPE_STRING, 0, TRIAX_TYPE_NUMBER), TRIAX_EDATA);
  assert_says(&f, 0, "row 3, column 'x': 'x' is not a number");
  assert_int_equal(convert(&f, TRIAX_TYPE_STRING, 0, TRIAX_TYPE_STRINGS), TRIAX_OK);
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 2.5, TRIAX_TYPE_STRING), TRIAX_OK);
  assert_string(&f, "x", 2, "2.5");
  assert_int_equal(convert(&f, TRIAX_TYPE_DATE, 2, TRIAX_TYPE_STRING), TRIAX_OK);
  assert_string(&f, "x", 2, "1970-01-03");
  assert_int_equal(convert(&f, TRIAX_TYPE_STRINGS, 0, TRIAX_TYPE_NUMBER), TRIAX_EDATA);
  assert_says(&f, 0, "column 'x' of the data is of type strings, which cannot be taken as number");
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 2, TRIAX_TYPE_DATE), TRIAX_EDATA);
  f.schema.key = T("x");
  assert_int_equal(convert(&f, TRIAX_TYPE_INTEGER, 0x1p60, 0), TRIAX_OK);
  assert_string(&f, "x", 2, "1152921504606846976");
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 1e15, 0), TRIAX_OK);
  assert_string(&f, "x", 2, "1000000000000000");
  assert_int_equal(convert(&f, TRIAX_TYPE_NUMBER, 1, 0), TRIAX_EDATA);
  end(&f);
}

static triax_status load_mixed(triax_context *context, void *user) {
  static const char *const cells[] = {"id",  "arr",        "c", "tags", "when", "n", "s",   "1", "5",     "EUR",
                                      "a;b", "2026-11-21", "1", " s",   "2",    "",  "EUX", "",  "never", "",
                                      "",    "3",          "x", "",     "b",    "",  "2",   "t"};
  const tx_declaration declarations[] = {
      {.name = T("arr"), .type = TRIAX_TYPE_MONEY, .currency = T("c"), .stand_in = T("0")},
      {.name = T("tags"), .type = TRIAX_TYPE_STRINGS, .stand_in = T("z")},
      {.name = T("when"), .type = TRIAX_TYPE_DATE}};
  const tx_rate rates[] = {{T("EUR"), 2}};
  tx_schema schema = {.what = "customers",
                      .declarations = declarations,
                      .declaration_count = 3,
                      .base_currency = T("USD"),
                      .rates = rates,
                      .rate_count = 1};
  tx_load_options options = {TX_DATE_ISO, false, '.', *(bool *)user};
  triax_table *raw = NULL, *loaded = NULL, *aside = NULL;
  triax_status status = raw_of(context, 7, 3, cells, &raw);
  if (!status) {
    triax_error error;
    tx_report report;
    tx_report_init(&report, context, NULL, &error, NULL);
    status = tx_table_load(context, raw, &schema, &options, &loaded, &aside, &report);
    if (status) assert_int_equal(error.status, status);
    if (status == TRIAX_EDATA && !options.set_aside) status = TRIAX_OK;
  }
  triax_table_unref(raw);
  triax_table_unref(loaded);
  triax_table_unref(aside);
  return status;
}

static void memory_may_fail_and_hosts_may_cancel_anywhere(void **state) {
  (void)state;
  bool set_aside = false;
  assert_true(fault_run(load_mixed, &set_aside) > 50);
  assert_true(fault_cancel_run(load_mixed, &set_aside) > 5);
  set_aside = true;
  assert_true(fault_run(load_mixed, &set_aside) > 50);
}

enum { MANY_KEYS = 40000 };

/* Keys that need no trimming, or one that does (*user): both ways to strings. */
static triax_status load_many(triax_context *context, void *user) {
  static char keys[MANY_KEYS][8];
  static triax_text texts[MANY_KEYS];
  triax_table_builder *builder = NULL;
  triax_table *raw = NULL, *loaded = NULL;
  for (int i = 0; i < MANY_KEYS; i++) {
    snprintf(keys[i], sizeof keys[i], "k%05d%s", i, *(bool *)user && i == 7 ? " " : "");
    texts[i] = T(keys[i]);
  }
  triax_status status = triax_table_builder_new(context, &builder, NULL);
  if (!status) status = triax_table_builder_column(builder, T("id"), TRIAX_TYPE_TEXT, NULL, NULL);
  if (!status) status = triax_table_builder_texts(builder, 0, texts, MANY_KEYS, NULL);
  if (!status) status = triax_table_builder_finish(builder, &raw, NULL);
  triax_table_builder_free(builder);
  if (status) return status;
  tx_schema schema = {.what = "customers"};
  tx_report report;
  tx_report_init(&report, context, NULL, NULL, NULL);
  status = tx_table_load(context, raw, &schema, NULL, &loaded, NULL, &report);
  tx_report_finish(&report);
  if (!status) {
    assert_int_equal(triax_table_type(loaded, 0), TRIAX_TYPE_STRING);
    for (size_t row = 0; row < MANY_KEYS; row += 7) {
      triax_text text = triax_table_text(loaded, 0, row);
      assert_int_equal(text.length, 6);
      assert_memory_equal(text.bytes, keys[row], 6);
    }
  }
  triax_table_unref(raw);
  triax_table_unref(loaded);
  return status;
}

/* Every pass over rows or texts looks at the host at each 8192nd step, 5 times here: which texts are in use, whether they
 * stay as they are or what they become, room for the keys' places, and the keys. */
static void hosts_may_cancel_in_every_pass_over_many_keys(void **state) {
  (void)state;
  bool blank = false;
  assert_true(fault_cancel_run(load_many, &blank) >= 20);
  assert_true(fault_run(load_many, &blank) > 10);
  blank = true;
  assert_true(fault_cancel_run(load_many, &blank) >= 20);
  assert_true(fault_run(load_many, &blank) > 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(absent_columns_are_named_with_the_nearest),
      cmocka_unit_test(headers_match_but_for_case_and_blanks),
      cmocka_unit_test(names_taken_by_the_policy_are_reported),
      cmocka_unit_test(undeclared_columns_go_by_looks),
      cmocka_unit_test(one_odd_text_among_numbers_is_pointed_out),
      cmocka_unit_test(values_that_do_not_parse_are_errors),
      cmocka_unit_test(declared_types_read_what_they_may),
      cmocka_unit_test(lists_are_split),
      cmocka_unit_test(loose_numbers_only_when_said),
      cmocka_unit_test(money_comes_to_base),
      cmocka_unit_test(stand_ins_fill_gaps),
      cmocka_unit_test(keys_are_trimmed_strings_that_occur_once),
      cmocka_unit_test(families_and_currencies_stay_strings),
      cmocka_unit_test(errors_stop_at_twenty_in_the_order_of_rows),
      cmocka_unit_test(bad_rows_can_be_set_aside),
      cmocka_unit_test(typed_columns_convert_where_nothing_is_lost),
      cmocka_unit_test(memory_may_fail_and_hosts_may_cancel_anywhere),
      cmocka_unit_test(hosts_may_cancel_in_every_pass_over_many_keys),
  };
  return cmocka_run_group_tests_name("table_load", tests, NULL, NULL);
}
