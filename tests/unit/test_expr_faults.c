/* What is said of faulty expressions: where, in which words, with which suggestion. */
#include "expr_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The columns that the cases may use. */
#define BINDINGS                                                                                                       \
  "arr:double=1;employees:int=5;seats:int=3;vertical:string=finance;renewal:date=2026-12-01;products:list<string>="    \
  "[\"a\"];active:bool=true;login:timestamp=2026-11-20T00:00:00Z;customer.arr:double=2"

typedef struct expectation {
  const char *source;
  const char *at;      /* the stretch of the source that is pointed at; its first occurrence */
  const char *message; /* a part of the message */
  const char *hint;    /* a part of the hint, or NULL */
} expectation;

static void expect(triax_context *context, const expectation *e, const tx_expr_fault *fault) {
  const char *place = strstr(e->source, e->at);
  bool right = fault->offset == (size_t)(place - e->source) && fault->length == strlen(e->at) &&
               strstr(fault->message, e->message) && (!e->hint || strstr(fault->hint, e->hint));
  if (!right) {
    print_message("%s\n  wanted %s at '%s' (%s)\n  got    %s at %u+%u (%s)\n", e->source, e->message, e->at,
                  e->hint ? e->hint : "", fault->message, fault->offset, fault->length, fault->hint);
  }
  (void)context;
  assert_true(right);
}

static void check_all(triax_context *context, const expectation *list, size_t count, int32_t level) {
  for (size_t i = 0; i < count; i++) {
    expr_case c;
    assert_true(expr_case_begin(&c, context, BINDINGS));
    expr_case_run(&c, list[i].source, TX_EXPECT_ANY);
    assert_int_equal(c.checked, level == TRIAX_LEVEL_WARNING);
    assert_true(c.faults.count > 0);
    assert_int_equal(c.faults.fault[0].level, level);
    expect(context, &list[i], &c.faults.fault[0]);
    expr_case_end(&c);
  }
}
#define CHECK(list, level) check_all(*state, list, sizeof(list) / sizeof *(list), level)

static void test_foreign_habits(void **state) {
  static const expectation list[] = {
      {"arr = 1", "=", "equality is written '=='", "=="},
      {"arr > 1 and active", "and", "'and' is written '&&'", NULL},
      {"active or active", "or", "'or' is written '||'", NULL},
      {"not active", "not", "'not' is written '!'", NULL},
      {"arr <> 1", "<>", "write '!='", NULL},
      {"active & active", "&", "write '&&'", NULL},
      {"active | active", "|", "write '||'", NULL},
      {"arr > 10%", "10%", "a share is a plain number", "0.1"},
      {"arr >= 750k", "750k", "is not a number", "750000"},
      {"arr > 14d", "14d", "is not a number", "days_until"},
      {"vertical == “finance”", "“", "no meaning here", "straight quotes"},
      {"arr ≥ 1", "≥", "write '>='", NULL},
      {"if arr > 1", "if", "reserved word", "test ? value : otherwise"},
      {"active == True", "True", "is written 'true'", NULL},
      {"arr > 1;", ";", "no meaning here", "one value"},
      {"arr > 0,5", ",", "comma", "point"},
      {"# x", "#", "no meaning here", "//"},
      {"arr is null", "is", "'is' is written '=='", NULL},
  };
  CHECK(list, TRIAX_LEVEL_ERROR);
}

static void test_brackets(void **state) {
  static const expectation list[] = {
      {"(arr > 1", "(", "is not closed", NULL},
      {"arr > 1)", ")", "closes nothing", NULL},
      {"(arr > 1]", "]", "meets a '('", NULL},
      {"arr in [1, 2", "[", "is not closed", NULL},
      {"vertical == \"finance", "\"", "is not closed", NULL},
      {"vertical == 'it", "'", "is not closed", NULL},
      {"()", ")", "parentheses are empty", NULL},
      {"size(vertical,)", ")", "missing behind the comma", NULL},
      {"arr +", "", "ends too early", NULL},
      {"arr > 1 ? 2", "?", "has no ':'", "otherwise"},
      {"arr : 2", ":", "has no '?'", NULL},
      {"{1: 2}", "{", "maps and messages", "square brackets"},
      {"arr arr", "arr", "was not expected", NULL},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    expr_case c;
    assert_true(expr_case_begin(&c, *state, BINDINGS));
    expr_case_run(&c, list[i].source, TX_EXPECT_ANY);
    assert_false(c.checked);
    bool mended = strcmp(list[i].source, "arr +") == 0 || strcmp(list[i].source, "arr arr") == 0;
    if (!mended) expect(*state, &list[i], &c.faults.fault[0]);
    if (mended) assert_int_equal(c.faults.fault[0].offset, i == 8 ? 5 : 4);
    expr_case_end(&c);
  }
}

static void test_names(void **state) {
  static const expectation list[] = {
      {"ar > 1", "ar", "no column or definition 'ar'", "did you mean 'arr'?"},
      {"Arr > 1", "Arr", "no column or definition", "did you mean 'arr'?"},
      {"employes > 1", "employes", "no column", "'employees'"},
      {"customer.ar > 1", "customer.ar", "no column", "'customer.arr'"},
      {"vertical.lowerasci() == \"a\"", "lowerasci", "no function", "lowerAscii"},
      {"maths.floor(arr)", "maths", "no column", NULL},
      {"math.flor(arr)", "math.flor", "no function", "math.floor()"},
      {"days_till(renewal)", "days_till", "no function", "days_until()"},
      {"lowerAscii(vertical) == \"a\"", "lowerAscii", "x.lowerAscii(…)", NULL},
      {"vertical.string() == \"a\"", "string", "string(x)", NULL},
      {"size > 1", "size", "needs parentheses", NULL},
      {"renewal.getFullYear > 2026", "renewal.getFullYear", "needs parentheses", NULL},
      {"arr(1)", "arr", "is not a function", NULL},
      {"arr.total > 1", "arr.total", "needs parentheses", NULL},
      {"arr.x > 1", "arr.x", "'arr' is a double and has no field 'x'", NULL},
      {"products.exists(p, q == \"a\")", "q", "no column or definition 'q'", NULL},
      {"products.exists(prod, prodd == \"a\")", "prodd", "no column", "'prod'"},
  };
  CHECK(list, TRIAX_LEVEL_ERROR);
}

static void test_types(void **state) {
  static const expectation list[] = {
      {"arr + employees", "+", "'arr' (double) and 'employees' (int)", "write double(employees)"},
      {"employees * 2.5", "*", "'employees' (int) and '2.5' (double)", "write double(employees)"},
      {"(employees - seats) / arr", "/", "(int)", "write double((employees - seats))"},
      {"vertical == 1", "==", "'vertical' (string) and '1' (int)", NULL},
      {"renewal == \"2026-11-21\"", "==", "(date) and", "write date(\"2026-11-21\")"},
      {"login > \"2026-11-21\"", ">", "(timestamp)", "write timestamp("},
      {"renewal < 30", "<", "(date) and '30' (int)", "days_until(renewal)"},
      {"products == \"a\"", "==", "(list of string)", "write \"a\" in products"},
      {"vertical in \"finance\"", "in", "needs a list", "contains"},
      {"employees && active", "employees", "needs true or false", "compare it"},
      {"arr % 2", "%", "(double)", "math.floor"},
      {"arr > 1 > 2", ">", "(bool) and '2' (int)", "do not chain"},
      {"active ? 1 : \"x\"", "?", "of one type", NULL},
      {"[1, \"a\"]", "\"a\"", "items of a list", NULL},
      {"math.floor(employees)", "math.floor", "cannot take (int)", "write double(employees)"},
      {"math.least(arr, employees)", "math.least", "cannot take (double, int)", "write double(employees)"},
      {"vertical.contains(1)", "contains", "after a string cannot take (int)", "(string)"},
      {"vertical.matches(\"a(\")", "\"a(\"", "at its character 2: this '(' is not closed", NULL},
      {"vertical.matches(\"(?=a)\")", "\"(?=a)\"", "looking ahead", NULL},
      {"vertical.matches(\"\\\\1\")", "\"\\\\1\"", "back-references", NULL},
      {"login.getHours(\"Europe/Berlin\")", "\"Europe/Berlin\"", "time zones", "+02:00"},
      {"has(arr + 1)", "arr + 1", "has() takes the name", "!= null"},
      {"arr.orValue(\"x\")", "\"x\"", "string for a double", NULL},
      {"employees.orValue(0.5)", "0.5", "double for a int", "double(employees).orValue"},
      {"arr > null", "null", "only beside == and !=", "orValue"},
      {"products.all(p, size(p))", "size(p)", "must be true or false", NULL},
      {"arr.all(p, true)", "arr", "need a list", NULL},
      {"[1.0].map(x, total(x))", "x", "variable of a macro", NULL},
      {"total(vertical)", "vertical", "needs a number", NULL},
      {"-vertical == \"a\"", "-", "needs a number with a sign", NULL},
      {"products[\"a\"] == \"a\"", "\"a\"", "a position in a list is an int", NULL},
      {"vertical[0] == \"a\"", "[", "needs a list", "charAt"},
      {"\"\\q\" == vertical", "\\q", "escape does not exist", "r\""},
      {"arr > 9223372036854775808", "9223372036854775808", "too large for an int", ".0"},
      {"arr > 99999999999999999999", "99999999999999999999", "too large for 64 bits", ".0"},
      {"arr > 1e999", "1e999", "too large for a double", NULL},
      {"products.exists(p, p == \"a\", 1)", "exists", "takes a name and one expression", NULL},
      {"products.exists(1, 2)", "exists", "list.all(x, test)", NULL},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    expectation one = list[i];
    expr_case c;
    assert_true(expr_case_begin(&c, *state, BINDINGS));
    expr_case_run(&c, one.source, TX_EXPECT_ANY);
    assert_false(c.checked);
    const tx_expr_fault *fault = &c.faults.fault[0];
    /* Operators may occur more than once in a source: the place only has to show the same text. */
    size_t length = strlen(one.at);
    bool right = fault->length == length && memcmp(one.source + fault->offset, one.at, length) == 0 &&
                 strstr(fault->message, one.message) && (!one.hint || strstr(fault->hint, one.hint));
    if (!right)
      print_message("%s\n  got %s at %u+%u (%s)\n", one.source, fault->message, fault->offset, fault->length,
                    fault->hint);
    assert_true(right);
    expr_case_end(&c);
  }
}

static void test_warnings(void **state) {
  static const expectation list[] = {
      {"1 / 2 > employees", "1 / 2", "to a whole number, here 0", "1.0"},
      {"employees > 1 / 0", "1 / 0", "never has a value", NULL},
      {"renewal > date(\"2026-02-30\")", "\"2026-02-30\"", "is not a date", "2026-11-21"},
      {"login > timestamp(\"2026-02-30\")", "\"2026-02-30\"", "is not a timestamp", "2026-11-21T10"},
      {"arr / 0 > 1.0", "arr / 0", "divides by zero", NULL},
      {"login - login > duration(\"3 days\")", "\"3 days\"", "is not a duration", "36h"},
  };
  CHECK(list, TRIAX_LEVEL_WARNING);
}

/* Several faults are told in one go. */
static void test_many(void **state) {
  expr_case c;
  assert_true(expr_case_begin(&c, *state, BINDINGS));
  expr_case_run(&c, "ar > 1 && employes < 2 || vertical.contains(3)", TX_EXPECT_ANY);
  assert_int_equal(c.faults.count, 3);
  expr_case_end(&c);
  assert_true(expr_case_begin(&c, *state, BINDINGS));
  expr_case_run(&c, "math.least(1 +, 2, * 3) + size([1 1, 2])", TX_EXPECT_ANY);
  assert_int_equal(c.faults.count, 3);
  expr_case_end(&c);
  char source[1024] = "[x0";
  for (int i = 1; i < 40; i++) snprintf(source + strlen(source), 16, ", x%d", i);
  strcat(source, "]");
  assert_true(expr_case_begin(&c, *state, ""));
  expr_case_run(&c, source, TX_EXPECT_ANY);
  assert_int_equal(c.faults.count, 40);
  assert_int_equal(c.status, TRIAX_EPOLICY);
  expr_case_end(&c);
}

static void test_expectations(void **state) {
  static const struct {
    const char *source;
    tx_expect expect;
    const char *result; /* printed value, or NULL for an error */
  } list[] = {
      {"arr > 0", TX_EXPECT_TRUTH, "true"},
      {"arr", TX_EXPECT_TRUTH, NULL},
      {"vertical", TX_EXPECT_TRUTH, NULL},
      {"active", TX_EXPECT_NUMBER, "1.0"},
      {"!active", TX_EXPECT_NUMBER, "0.0"},
      {"employees", TX_EXPECT_NUMBER, "5.0"},
      {"7", TX_EXPECT_NUMBER, "7.0"},
      {"7u", TX_EXPECT_NUMBER, "7.0"},
      {"active ? 1 : 0", TX_EXPECT_NUMBER, "1.0"},
      {"vertical", TX_EXPECT_NUMBER, NULL},
      {"renewal", TX_EXPECT_NUMBER, NULL},
      {"renewal", TX_EXPECT_DATE, "date(\"2026-12-01\")"},
      {"login", TX_EXPECT_DATE, "timestamp(\"2026-11-20T00:00:00Z\")"},
      {"\"2026-12-01\"", TX_EXPECT_DATE, NULL},
      {"vertical", TX_EXPECT_CATEGORY, "\"finance\""},
      {"active", TX_EXPECT_CATEGORY, "true"},
      {"employees", TX_EXPECT_CATEGORY, "5"},
      {"arr", TX_EXPECT_CATEGORY, NULL},
      {"arr", TX_EXPECT_NUMBER_OR_CATEGORY, "1.0"},
      {"products", TX_EXPECT_NUMBER_OR_CATEGORY, NULL},
      {"null", TX_EXPECT_ANY, NULL},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    expr_case c;
    char printed[64];
    assert_true(expr_case_begin(&c, *state, BINDINGS));
    expr_case_run(&c, list[i].source, list[i].expect);
    assert_int_equal(c.checked, list[i].result != NULL);
    if (c.checked) tx_value_print(&c.value, printed, sizeof printed);
    if (c.checked) assert_string_equal(printed, list[i].result);
    expr_case_end(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_foreign_habits), cmocka_unit_test(test_brackets), cmocka_unit_test(test_names),
      cmocka_unit_test(test_types),          cmocka_unit_test(test_warnings), cmocka_unit_test(test_many),
      cmocka_unit_test(test_expectations),
  };
  return cmocka_run_group_tests_name("faults of expressions", tests, expr_case_set_up, expr_case_tear_down);
}
