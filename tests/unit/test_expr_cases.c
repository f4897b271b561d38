/* Case files: cel-spec's (TRIAX_CEL_CASES, see docs/), and our own for what we add and for missing values. */
#include "expr_case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "numbers.h"

typedef struct tally {
  char tier;
  unsigned run, passed;
} tally;

static tally *tally_of(tally *tallies, char tier) {
  for (; tallies->tier && tallies->tier != tier; tallies++) {
  }
  tallies->tier = tier;
  return tallies;
}

static const char *kind_of(const tx_value *value, char buffer[64]) {
  static const char *const names[] = {"",          "bool",     "int",  "uint", "double", "string",
                                      "timestamp", "duration", "date", "null", "free"};
  if (value->type.lists == 0) return names[value->type.kind];
  snprintf(buffer, 64, "list<%s>", names[value->type.kind]);
  return buffer;
}

/* The corpus writes items as "int:1" and takes the type of an empty list from the whole expression. */
static bool is_value(const tx_value *value, const char *kind, const char *wanted, size_t length) {
  char printed[512], buffer[64];
  if (value->state != TX_PRESENT) return false;
  if (value->type.lists > 0 && value->list.count == 0) return strcmp(wanted, "[]") == 0;
  if (strcmp(kind_of(value, buffer), kind) != 0) return false;
  if (value->type.lists > 0) {
    size_t at = 1;
    snprintf(printed, sizeof printed, "[");
    for (size_t i = 0; i < value->list.count; i++) {
      at += (size_t)snprintf(printed + at, sizeof printed - at, "%s%s:", i ? "," : "",
                             kind_of(&value->list.items[i], buffer));
      at += tx_value_print(&value->list.items[i], printed + at, sizeof printed - at);
    }
    snprintf(printed + at, sizeof printed - at, "]");
    return strcmp(printed, wanted) == 0;
  }
  switch (value->type.kind) {
  case TX_STRING:
    return value->text.length == length && memcmp(value->text.bytes, wanted, length) == 0;
  case TX_DOUBLE: {
    double number = number_of_test(wanted, NULL);
    return number == value->number && signbit(number) == signbit(value->number);
  }
  case TX_UINT:
    return value->natural == strtoull(wanted, NULL, 10);
  default:
    tx_value_print(value, printed, sizeof printed);
    return strcmp(printed, wanted) == 0;
  }
}

static bool passes(const expr_case *c, const char *kind, const char *wanted, size_t length) {
  if (strcmp(kind, "compile_error") == 0) return !c->checked;
  if (strcmp(kind, "deduced_type") == 0) return c->checked;
  if (strcmp(kind, "runtime_error") == 0) return c->checked && c->status == TRIAX_OK && c->value.state == TX_FAULT;
  return c->checked && c->status == TRIAX_OK && is_value(&c->value, kind, wanted, length);
}

/* A named time zone cannot be a value of ours: tier Z must be refused. */
static bool run_cel_line(triax_context *context, char **fields, size_t *lengths) {
  expr_case c;
  const char *kind = fields[7][0] == 'Z' ? "compile_error" : fields[5];
  bool ready = expr_case_begin(&c, context, fields[4]);
  if (ready) expr_case_run(&c, fields[3], TX_EXPECT_ANY);
  bool passed = ready && passes(&c, kind, fields[6], lengths[6]);
  if (!passed) {
    char got[256] = "";
    if (c.checked) tx_value_print(&c.value, got, sizeof got);
    print_message("tier %s, %s: %s\n  wanted %s %s, got %s%s\n", fields[7], fields[2], fields[3], kind, fields[6], got,
                  c.checked ? "" : c.faults.fault[0].message);
  }
  expr_case_end(&c);
  return passed;
}

static void test_cel(void **state) {
  const char *path = getenv("TRIAX_CEL_CASES");
  FILE *file = path ? fopen(path, "rb") : NULL;
  if (!file) {
    print_message("cel-spec's cases are not here: set TRIAX_CEL_CASES to their file\n");
    skip();
  }
  static char line[65536];
  tally tallies[16] = {{0}};
  unsigned failed = 0, number = 0;
  triax_context *context = *state;
  while (fgets(line, sizeof line, file)) {
    char *fields[9];
    size_t lengths[9];
    if (line[0] == '#' || expr_case_fields(line, fields, lengths, 9) < 8 || ++number == 1) continue;
    tally *t = tally_of(tallies, fields[7][0]);
    bool passed = run_cel_line(context, fields, lengths);
    t->run++;
    t->passed += passed;
    failed += !passed;
  }
  fclose(file);
  for (tally *t = tallies; t->tier; t++) print_message("tier %c: %u of %u\n", t->tier, t->passed, t->run);
  assert_int_equal(failed, 0);
  assert_true(tallies[0].run > 0);
}

static void test_own(void **state) {
  FILE *file = fopen("tests/conformance/expressions.tsv", "rb");
  if (!file) fail_msg("tests/conformance/expressions.tsv is part of the project: run from the root of the sources");
  static char line[65536];
  unsigned failed = 0, run = 0;
  while (fgets(line, sizeof line, file)) {
    char *fields[5], got[1024], kind[64];
    size_t lengths[5];
    if (line[0] == '#' || line[0] == '\n') continue;
    assert_true(expr_case_fields(line, fields, lengths, 5) >= 4);
    expr_case c;
    bool ready = expr_case_begin(&c, *state, fields[1]);
    if (ready) expr_case_run(&c, fields[0], TX_EXPECT_ANY);
    if (!c.checked) snprintf(got, sizeof got, "error");
    if (c.checked) tx_value_print(&c.value, got, sizeof got);
    const char *type = c.checked ? tx_type_name(tx_module_type(c.module, c.root), kind) : "";
    if (!ready || strcmp(got, fields[3]) != 0 || strcmp(type, fields[2]) != 0) {
      failed++;
      print_message("%s  [%s]\n  wanted %s %s, got %s %s %s\n", fields[0], fields[1], fields[2], fields[3], type, got,
                    c.checked ? "" : c.faults.fault[0].message);
    }
    run++;
    expr_case_end(&c);
  }
  fclose(file);
  print_message("%u cases of our own\n", run);
  assert_int_equal(failed, 0);
  assert_true(run > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cel), cmocka_unit_test(test_own)};
  return cmocka_run_group_tests_name("expression cases", tests, expr_case_set_up, expr_case_tear_down);
}
