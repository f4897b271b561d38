/* Token soup, and valid sources with something torn: nothing crashes, and every answer is one that is promised. */
#include "expr_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "expr_random.h"
#include "fault.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))
#define BINDINGS                                                                                                       \
  "x:double=1.5;n:int=3;u:uint=4;s:string=finance;b:bool=true;l:list<string>=[\"a\",\"bb\"];d:date=2026-12-01;"        \
  "t:timestamp=2026-11-20T18:00:00Z;r:duration=90s;a.b:double=2;m:double=missing;q:bool=missing;k:list<int>=[int:1]"

static const char *const TOKENS[] = {"x",
                                     "n",
                                     "u",
                                     "s",
                                     "b",
                                     "l",
                                     "d",
                                     "t",
                                     "r",
                                     "a.b",
                                     "m",
                                     "q",
                                     "k",
                                     "as_of",
                                     "null",
                                     "true",
                                     "1",
                                     "0",
                                     "2.5",
                                     "3u",
                                     "9223372036854775807",
                                     "1e308",
                                     "\"a\"",
                                     "'finance'",
                                     "\"2026-01-01\"",
                                     "r\"a+\"",
                                     "(",
                                     ")",
                                     "[",
                                     "]",
                                     ",",
                                     ".",
                                     "?",
                                     ":",
                                     "+",
                                     "-",
                                     "*",
                                     "/",
                                     "%",
                                     "&&",
                                     "||",
                                     "!",
                                     "==",
                                     "!=",
                                     "<",
                                     "<=",
                                     ">",
                                     ">=",
                                     " in ",
                                     "size(",
                                     "has(",
                                     ".orValue(",
                                     ".all(v, ",
                                     ".exists(v, ",
                                     ".exists_one(v, ",
                                     ".filter(v, ",
                                     ".map(v, ",
                                     "v",
                                     "math.least(",
                                     "math.abs(",
                                     "math.bitNot(",
                                     ".contains(",
                                     ".matches(",
                                     ".split(",
                                     ".join(",
                                     ".substring(",
                                     ".replace(",
                                     ".trim()",
                                     ".charAt(",
                                     ".indexOf(",
                                     "int(",
                                     "double(",
                                     "string(",
                                     "uint(",
                                     "bool(",
                                     "date(",
                                     "timestamp(",
                                     "duration(",
                                     "days_until(",
                                     ".getHours(",
                                     ".getFullYear()",
                                     "total(",
                                     "percentile(",
                                     "mean(",
                                     "dyn(",
                                     "{",
                                     "}",
                                     "=",
                                     "and",
                                     "//",
                                     "\n",
                                     "\"",
                                     "\\",
                                     "\xC3",
                                     "é",
                                     "0x",
                                     "1k",
                                     "strings.quote("};

static const char *const SOURCES[] = {
    "x * 2 + n.orValue(1) > 3 && s in [\"finance\", 'telco'] || !b",
    "l.filter(v, v != \"a\").map(v, size(v))[0] + k[0] * 2 - n % 2",
    "days_until(d) >= 0 && days_until(d) <= 60.5 ? math.least(x, a.b, 3) : math.round(m)",
    "s.matches(\"^f(i|n)+[a-z]{2,4}$\") && s.substring(1, 3).contains(\"in\") && 'x' + s != s.replace(\"f\", \"\")",
    "percentile(x - mean(x)) > 0.5 || total(m) / 2 < stddev(a.b)",
    "timestamp(\"2026-01-01T00:00:00Z\") + duration(\"1h\") < t && (t - r).getHours(\"+02:00\") == 20 && d - as_of > r",
    "has(m) ? m : has(x) && x != null ? x : 0",
    "[[1, 2], []].exists(v, v.exists(w, w > 1 && size(v) in k)) == (q || b)",
    "strings.quote(s.split(\"\", 3).join(\"-\")).upperAscii().reverse().indexOf(\"N\", 1) == int(double(u) * 1.5)",
    "r\"raw\\n\" < '''triple \" quoted''' && \"\\u00e9\\x41\\101\" > \"\"",
};

static uint32_t soup(expr_random *random, char *text, uint32_t room) {
  uint32_t tokens = 1 + expr_random_below(random, 24), length = 0;
  for (uint32_t i = 0; i < tokens; i++) {
    const char *token = TOKENS[expr_random_below(random, COUNT(TOKENS))];
    uint32_t more = (uint32_t)strlen(token);
    if (length + more + 1 >= room) break;
    memcpy(text + length, token, more);
    length += more;
  }
  text[length] = '\0';
  return length;
}

/* A valid source with up to three stretches taken out or tokens put in; a quarter stays whole. */
static uint32_t torn(expr_random *random, char *text, uint32_t room) {
  const char *source = SOURCES[expr_random_below(random, COUNT(SOURCES))];
  uint32_t length = (uint32_t)strlen(source), changes = expr_random_below(random, 4);
  memcpy(text, source, length);
  for (uint32_t i = 0; i < changes && length > 8; i++) {
    uint32_t at = expr_random_below(random, length), size = 1 + expr_random_below(random, 6);
    if (size > length - at) size = length - at;
    const char *token = TOKENS[expr_random_below(random, COUNT(TOKENS))];
    uint32_t more = (uint32_t)strlen(token);
    bool removes = expr_random_below(random, 2);
    if (!removes) size = 0;
    if (removes && expr_random_below(random, 2)) more = 0;
    if (length - size + more + 1 >= room) break;
    memmove(text + at + more, text + at + size, length - at - size);
    memcpy(text + at, token, more);
    length = length - size + more;
  }
  text[length] = '\0';
  return length;
}

static void check_faults(const tx_expr_faults *faults, uint32_t length) {
  for (size_t i = 0; i < faults->count && i < TX_EXPR_FAULTS; i++) {
    const tx_expr_fault *fault = &faults->fault[i];
    assert_true(fault->offset <= length && fault->length <= length - fault->offset);
    assert_true(fault->message[0] != '\0');
    if (tx_utf8_check(triax_text_of(fault->message)) != SIZE_MAX) print_message("%s\n", fault->message);
    assert_true(tx_utf8_check(triax_text_of(fault->message)) == SIZE_MAX);
    assert_true(tx_utf8_check(triax_text_of(fault->hint)) == SIZE_MAX);
  }
}

static void check_value(const expr_case *c) {
  char printed[256];
  tx_type type = tx_module_type(c->module, c->root);
  assert_true(c->status == TRIAX_OK || c->status == TRIAX_ELIMIT);
  if (c->status != TRIAX_OK) return;
  tx_value_print(&c->value, printed, sizeof printed);
  assert_true(tx_utf8_check(triax_text_of(printed)) == SIZE_MAX);
  if (c->value.state == TX_PRESENT && type.kind != TX_FREE && c->value.type.kind != TX_FREE) {
    assert_int_equal(c->value.type.kind, type.kind);
    assert_int_equal(c->value.type.lists, type.lists);
  }
}

static uint32_t run_many(triax_context *context, uint64_t seed, uint32_t times,
                         uint32_t (*make)(expr_random *, char *, uint32_t)) {
  expr_random random = {seed};
  uint32_t checked = 0;
  char text[1024];
  for (uint32_t i = 0; i < times; i++) {
    expr_case c;
    uint32_t length = make(&random, text, sizeof text);
    assert_true(expr_case_begin(&c, context, BINDINGS));
    expr_case_run(&c, text, (tx_expect)expr_random_below(&random, 6));
    check_faults(&c.faults, length);
    if (c.checked) {
      check_value(&c);
    } else {
      assert_true(c.status == TRIAX_EPOLICY || c.status == TRIAX_ELIMIT);
      assert_true(c.faults.count > 0);
    }
    checked += c.checked;
    expr_case_end(&c);
  }
  return checked;
}

static void test_soup(void **state) { assert_true(run_many(*state, 1, 20000, soup) > 100); }

static void test_torn(void **state) { assert_true(run_many(*state, 2, 12000, torn) > 1000); }

/* Bytes of any kind. */
static void test_noise(void **state) {
  expr_random random = {3};
  tx_arena arena;
  tx_arena_init(&arena, *state);
  for (int i = 0; i < 20000; i++) {
    char bytes[24];
    tx_syntax *syntax;
    tx_expr_faults faults = {0};
    uint32_t length = expr_random_below(&random, sizeof bytes);
    for (uint32_t k = 0; k < length; k++) {
      bytes[k] =
          (char)(expr_random_below(&random, 3) ? 32 + expr_random_below(&random, 95) : expr_random_below(&random, 256));
    }
    triax_status status = tx_syntax_parse(&arena, (triax_text){bytes, length}, &syntax, &faults);
    assert_true(status == TRIAX_OK || status == TRIAX_EPOLICY || status == TRIAX_ELIMIT);
    assert_true(status == TRIAX_OK || faults.count > 0);
    check_faults(&faults, length);
  }
  tx_arena_free(&arena);
}

/* Torn sources while memory runs out at a random place. */
static void test_random_failures(void **state) {
  expr_random random = {4};
  char text[1024];
  (void)state;
  for (int i = 0; i < 3000; i++) {
    fault_allocator allocator = {.countdown = FAULT_NEVER, .lock = ATOMIC_FLAG_INIT};
    triax_context *context = fault_context(&allocator);
    expr_case c = {.context = context};
    static const char *const names[] = {"x", "n", "s", "b", "l", "m", "k", "a.b", "d", "t", "r"};
    static const tx_type types[] = {{TX_DOUBLE, 0}, {TX_INT, 0},       {TX_STRING, 0},  {TX_BOOL, 0},
                                    {TX_STRING, 1}, {TX_DOUBLE, 0},    {TX_INT, 1},     {TX_DOUBLE, 0},
                                    {TX_DATE, 0},   {TX_TIMESTAMP, 0}, {TX_DURATION, 0}};
    tx_arena_init(&c.arena, context);
    assert_int_equal(tx_module_new(context, &c.module, NULL), TRIAX_OK);
    for (size_t v = 0; v < COUNT(names); v++) {
      assert_int_equal(tx_module_variable(c.module, triax_text_of(names[v]), types[v], NULL, NULL), TRIAX_OK);
      c.variables[v] = (tx_value){.state = v == 5 ? TX_MISSING : TX_PRESENT, .type = types[v]};
      if (types[v].kind == TX_STRING && !types[v].lists) c.variables[v].text = TX_TEXT("finance");
    }
    torn(&random, text, sizeof text);
    allocator.countdown = expr_random_below(&random, 24);
    allocator.sticky = expr_random_below(&random, 2);
    expr_case_run(&c, text, TX_EXPECT_ANY);
    if (allocator.failed > 0 && c.status == TRIAX_OK) assert_true(c.checked);
    expr_case_end(&c);
    triax_context_unref(context);
    assert_int_equal(allocator.live_blocks, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_soup),
      cmocka_unit_test(test_torn),
      cmocka_unit_test(test_noise),
      cmocka_unit_test(test_random_failures),
  };
  return cmocka_run_group_tests_name("torn expressions", tests, expr_case_set_up, expr_case_tear_down);
}
