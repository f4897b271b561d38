/* Patterns: what matches, what is refused, and that no pattern is slow. */
#include "expr/regex.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "expr_case.h"
#include "fault.h"

/* 1, 0: matches or not; -1: refused; -2: over a limit. */
static int try_pattern(triax_context *context, const char *pattern, const char *text, char message[TX_REGEX_MESSAGE],
                       size_t *offset) {
  tx_arena arena;
  const tx_regex *regex;
  tx_arena_init(&arena, context);
  triax_status status = tx_regex_compile(&arena, triax_text_of(pattern), &regex, message, offset);
  int result = status == TRIAX_EPOLICY ? -1 : -2;
  if (status == TRIAX_OK) {
    void *scratch = malloc(tx_regex_scratch(regex));
    result = tx_regex_match(regex, triax_text_of(text), scratch);
    assert_int_equal(tx_regex_match(regex, triax_text_of(text), scratch), result); /* scratch can be used again */
    free(scratch);
  } else {
    assert_null(arena.blocks);
  }
  tx_arena_free(&arena);
  return result;
}

typedef struct pattern_case {
  const char *pattern, *text;
  int result;
} pattern_case;

static void check_all(triax_context *context, const pattern_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char message[TX_REGEX_MESSAGE] = "";
    size_t offset;
    int result = try_pattern(context, cases[i].pattern, cases[i].text, message, &offset);
    if (result != cases[i].result) {
      print_message("%s on '%s': %d (%s)\n", cases[i].pattern, cases[i].text, result, message);
    }
    assert_int_equal(result, cases[i].result);
  }
}
#define CHECK(cases) check_all(*state, cases, sizeof(cases) / sizeof *(cases))

static const pattern_case matching[] = {
    {"", "", 1},
    {"", "abc", 1},
    {"b", "abc", 1},
    {"d", "abc", 0},
    {"^b", "abc", 0},
    {"^a", "abc", 1},
    {"c$", "abc", 1},
    {"b$", "abc", 0},
    {"^abc$", "abc", 1},
    {"^$", "", 1},
    {"^$", "a", 0},
    {"a|b", "xb", 1},
    {"^(a|b)$", "ab", 0},
    {"^(ab|c)+$", "abcab", 1},
    {"^(ab|c)+$", "aba", 0},
    {"a||b", "x", 1},
    {"(|a)b", "b", 1},
    {"^a*$", "", 1},
    {"^a*$", "aaab", 0},
    {"^a+$", "", 0},
    {"^a?b$", "b", 1},
    {"^a?b$", "aab", 0},
    {"^a{2}$", "aa", 1},
    {"^a{2}$", "aaa", 0},
    {"^a{2,}$", "a", 0},
    {"^a{2,}$", "aaaaa", 1},
    {"^a{0,2}$", "aaa", 0},
    {"^a{0}$", "", 1},
    {"^a{0}$", "a", 0},
    {"^(ab){1,3}$", "ababab", 1},
    {"^(ab){1,3}$", "abababab", 0},
    {"^a{,2}$", "a{,2}", 1},
    {"a{", "a{", 1},
    {"a{x}", "a{x}", 1},
    {"^a*?b$", "aab", 1},
    {"^a{2}?$", "aa", 1},
    {".", "\n", 0},
    {"(?s).", "\n", 1},
    {"^.$", "ä", 1},
    {"^..$", "ä", 0},
    {"^.$", "😀", 1},
    {"[abc]", "xcx", 1},
    {"[^abc]", "abc", 0},
    {"[^abc]", "abcd", 1},
    {"[a-c]+$", "xxabc", 1},
    {"[]a]", "]", 1},
    {"[^]a]", "]", 0},
    {"[a-]", "-", 1},
    {"[-a]", "-", 1},
    {"[\\]]", "]", 1},
    {"[ä-ü]", "ö", 1},
    {"[ä-ü]", "a", 0},
    {"[^a]", "\n", 1},
    {"[\\d-]", "-", 1},
    {"[.]", "x", 0},
    {"[a-c-e]", "-", 1},
    {"^\\d+$", "0123", 1},
    {"^\\d+$", "12a", 0},
    {"\\D", "123", 0},
    {"^\\w+$", "aZ_9", 1},
    {"\\w", "ä", 0},
    {"\\W", "ä", 1},
    {"^\\s$", "\t", 1},
    {"^\\s$", "\v", 0},
    {"\\S", " \n", 0},
    {"[\\s\\d]", "x1", 1},
    {"[^\\s\\d]", "1 2", 0},
    {"[\\W]", "a-b", 1},
    {"^[\\D]$", "1", 0},
    {"^[[:alpha:]]+$", "abC", 1},
    {"^[[:alpha:]]+$", "ab1", 0},
    {"[[:^digit:]]", "123", 0},
    {"^[[:word:]-]+$", "a_-1", 1},
    {"^[[:punct:]]+$", "!/:@[`{~", 1},
    {"[[:punct:]]", "a1 ", 0},
    {"^[[:space:]]$", "\v", 1},
    {"^[[:xdigit:]]+$", "0fA", 1},
    {"\\bcat\\b", "a cat!", 1},
    {"\\bcat\\b", "concat", 0},
    {"\\Bcat", "concat", 1},
    {"\\b", "", 0},
    {"\\B", "", 1},
    {"\\Aab\\z", "ab", 1},
    {"\\Ab", "ab", 0},
    {"(?m)^b$", "a\nb\nc", 1},
    {"^b$", "a\nb\nc", 0},
    {"(?m)$", "a\n", 1},
    {"(?i)FinANCE", "finance", 1},
    {"(?i)straße", "STRAßE", 1},
    {"(?i)ÄÖÜ", "äöü", 1},
    {"(?i)[a-c]", "B", 1},
    {"(?i)[^a-c]", "B", 0},
    {"(?i)a(?-i)b", "AB", 0},
    {"(?i)a(?-i)b", "Ab", 1},
    {"(?i:a)b", "Ab", 1},
    {"(?i:a)b", "AB", 0},
    {"((?i)a)b", "AB", 0},
    {"((?i)a)b", "Ab", 1},
    {"(?i)ω", "Ω", 1},
    {"(?i)я", "Я", 1},
    {"(?i)ž", "Ž", 1},
    /* RE2 folds by Unicode's rings of characters that differ in case alone, of up to four. */
    {"(?i)Ș", "ș", 1}, /* Romanian */
    {"(?i)ґ", "Ґ", 1}, /* Ukrainian */
    {"(?i)Ạ", "ạ", 1}, /* Vietnamese */
    {"(?i)^ΟΔΟΣ$", "οδος", 1}, /* a sigma at the end is another */
    {"(?i)[ς]", "Σ", 1},
    {"(?i)k", "\xE2\x84\xAA", 1}, /* the sign of Kelvin */
    {"(?i)\xC5\xBF", "S", 1},     /* the long s */
    {"(?i)ǆ", "ǅ", 1},
    {"(?i)ẞ", "ß", 1},
    {"(?i)ß", "SS", 0},
    {"(?i)i", "İ", 0},
    {"(?i)ա", "Ա", 1}, /* Armenian */
    {"(?i)\\W", "k", 0}, /* what is left out folds before it is left out */
    {"(?i)\\W", "\xC5\xBF", 0},
    {"\\W", "\xC5\xBF", 1},
    {"(?i)[[:^lower:]]", "a", 0},
    {"[[:^lower:]]", "A", 1},
    /* general categories */
    {"^\\pL+$", "Straße", 1},
    {"^\\pL$", "中", 1},
    {"^\\pL$", "5", 0},
    {"^\\p{Lu}\\p{Ll}+$", "Évian", 1},
    {"^\\p{Lu}$", "é", 0},
    {"(?i)^\\p{Lu}$", "é", 1},
    {"(?i)^\\P{Lu}$", "é", 0},
    {"^\\p{Nd}$", "\xD9\xA3", 1}, /* an Arabic 3 */
    {"^\\pN$", "½", 1},
    {"^\\p{Nd}$", "½", 0},
    {"^\\p{Sc}$", "€", 1},
    {"^\\pS$", "€", 1},
    {"^\\p{Zs}$", "\xC2\xA0", 1},
    {"^\\P{L}$", "-", 1},
    {"^\\p{^L}$", "x", 0},
    {"^\\P{^L}$", "x", 1},
    {"^[\\pL\\d-]+$", "Nº-7", 1}, /* º is a letter */
    {"^[^\\pL]$", "x", 0},
    {"^[\\P{Lu}\\P{Ll}]$", "x", 1},
    {"^\\p{Any}$", "x", 1},
    {"^\\P{Any}$", "x", 0},
    {"(?U)a+", "a", 1},
    {"(?:ab)+c", "ababc", 1},
    {"(?P<x>ab)c", "abc", 1},
    {"(?<x>ab)c", "abc", 1},
    {"(?is)a.b", "A\nB", 1},
    {"\\.", "a", 0},
    {"\\.", ".", 1},
    {"\\x41", "A", 1},
    {"\\x{1F600}", "😀", 1},
    {"\\101", "A", 1},
    {"\\n", "\n", 1},
    {"\\Qa.b*\\E+", "a.b**", -1},
    {"\\Qa.b\\Ec", "a.bc", 1},
    {"\\Qa.b", "axb", 0},
    {"^\\Q\\E$", "", 1},
    {"(a*)*", "b", 1},
    {"^(a*)*$", "aab", 0},
    {"^(a*)+$", "", 1},
    {"^(a?){3}$", "aa", 1},
    {"^((a|b)*c)*$", "abcbc", 1},
    {"^(a|aa)+$", "aaaaa", 1},
    {"^(x(y(z)?)?)?$", "xyz", 1},
    {"a$b", "a", 0},
    {"a^", "a", 0},
    {"^*", "a", 1},
};

static void test_matching(void **state) {
  CHECK(matching);
}

static void test_refused(void **state) {
  static const pattern_case cases[] = {
      {"(", "", -1},
      {")", "", -1},
      {"a)", "", -1},
      {"(a", "", -1},
      {"[", "", -1},
      {"[a", "", -1},
      {"[]", "", -1},
      {"[^", "", -1},
      {"*", "", -1},
      {"+a", "", -1},
      {"a|*", "", -1},
      {"a**", "", -1},
      {"a+?+", "", -1},
      {"[b-a]", "", -1},
      {"[[:nope:]]", "", -1},
      {"\\", "", -1},
      {"\\1", "", -1},
      {"(a)\\1", "", -1},
      {"\\p", "", -1},
      {"\\pX", "", -1},
      {"\\p{}", "", -1},
      {"\\p{L", "", -1},
      {"\\p{Greek}", "", -1}, /* scripts are not there */
      {"[a-\\pL]", "", -1},
      {"(?P<n>a)(?<n>b)", "", -1},
      {"\\q", "", -1},
      {"(?=a)", "", -1},
      {"(?!a)", "", -1},
      {"(?<=a)", "", -1},
      {"(?<!a)b", "", -1},
      {"(?", "", -1},
      {"(?x)", "", -1},
      {"(?i", "", -1},
      {"(?P<>a)", "", -1},
      {"(?P<a", "", -1},
      {"\\x", "", -1},
      {"\\x4", "", -1},
      {"\\x{}", "", -1},
      {"\\x{110000}", "", -1},
      {"a{3,2}", "", -1},
      {"[a-\\d]", "", -1},
      {"a{1001}", "", -2},
      {"a{1,1001}", "", -2},
      {"(a{100}){101}", "", -2},
      {"((a{1000}){1000}){1000}", "", -2},
      {"(((((((){1000}){1000}){1000}){1000}){1000}){1000}){1000}", "", -2},
  };
  CHECK(cases);
  char message[TX_REGEX_MESSAGE];
  size_t offset;
  assert_int_equal(try_pattern(*state, "ab(?=c)", "", message, &offset), -1);
  assert_int_equal(offset, 2);
  assert_non_null(strstr(message, "looking ahead"));
}

static void test_limits(void **state) {
  char pattern[1100], message[TX_REGEX_MESSAGE];
  size_t offset;
  memset(pattern, 'a', sizeof pattern);
  pattern[1024] = '\0';
  assert_int_equal(try_pattern(*state, pattern, "b", message, &offset), 0);
  pattern[1024] = 'a';
  pattern[1025] = '\0';
  assert_int_equal(try_pattern(*state, pattern, "b", message, &offset), -2);
  memset(pattern, '(', 65);
  pattern[65] = '\0';
  assert_int_equal(try_pattern(*state, pattern, "b", message, &offset), -2);
  memset(pattern, '[', 1000);
  pattern[1000] = '\0';
  assert_int_equal(try_pattern(*state, pattern, "b", message, &offset), -1);
}

/* Backtracking would take 2^30 steps and more. */
static void test_linear_time(void **state) {
  static const char *const patterns[] = {"^(a+)+$", "^(a|aa)+$", "(a*)*b", "(a?){30}a{30}b", "(.*)(.*)(.*)(.*)x"};
  static char text[20001];
  char message[TX_REGEX_MESSAGE];
  size_t offset;
  memset(text, 'a', 20000);
  text[19999] = '!';
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
    assert_int_equal(try_pattern(*state, patterns[i], text, message, &offset), 0);
  }
}

static triax_status compile_one(triax_context *context, void *user) {
  tx_arena arena;
  const tx_regex *regex;
  char message[TX_REGEX_MESSAGE];
  size_t offset;
  tx_arena_init(&arena, context);
  triax_status status = tx_regex_compile(&arena, triax_text_of(user), &regex, message, &offset);
  tx_arena_free(&arena);
  return status;
}

static void test_failing_memory(void **state) {
  (void)state;
  assert_true(fault_run(compile_one, "^[a-z]+(b|\\d{3,5})*$") > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_matching),    cmocka_unit_test(test_refused),        cmocka_unit_test(test_limits),
      cmocka_unit_test(test_linear_time), cmocka_unit_test(test_failing_memory),
  };
  return cmocka_run_group_tests_name("regular expressions", tests, expr_case_set_up, expr_case_tear_down);
}
