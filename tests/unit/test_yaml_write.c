/* The YAML writer: whatever a document holds reads back as the same document, keys and texts byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <triax/yaml.h>

static triax_context *context;

static int open_context(void **state) {
  (void)state;
  return triax_context_new(NULL, &context, NULL) == TRIAX_OK ? 0 : -1;
}

static int close_context(void **state) {
  (void)state;
  triax_context_unref(context);
  return 0;
}

static bool same_text(triax_text one, triax_text other) {
  return one.length == other.length && (one.length == 0 || memcmp(one.bytes, other.bytes, one.length) == 0);
}

static bool has_children(int32_t kind) { return kind == TRIAX_KIND_MAP || kind == TRIAX_KIND_LIST; }

/* Numbers and booleans come back as texts; all else of the same kind. */
static void expect_same(const triax_document *one, triax_node a, const triax_document *other, triax_node b) {
  const int32_t kind = triax_document_kind(one, a), read = triax_document_kind(other, b);
  if (kind == TRIAX_KIND_NUMBER || kind == TRIAX_KIND_BOOLEAN) assert_int_equal(read, TRIAX_KIND_TEXT);
  else assert_int_equal(read, kind);
  if (!has_children(kind)) {
    if (kind == TRIAX_KIND_MISSING) return;
    const triax_text wrote = triax_document_as_text(one, a), back = triax_document_as_text(other, b);
    if (!same_text(wrote, back)) print_message("'%.*s' came back as '%.*s'\n", (int)wrote.length, wrote.bytes, (int)back.length, back.bytes);
    assert_true(same_text(wrote, back));
    return;
  }
  assert_int_equal(triax_document_count(one, a), triax_document_count(other, b));
  b = triax_document_first(other, b);
  for (a = triax_document_first(one, a); a != TRIAX_NO_NODE; a = triax_document_next(one, a)) {
    assert_true(same_text(triax_document_key(one, a), triax_document_key(other, b)));
    expect_same(one, a, other, b);
    b = triax_document_next(other, b);
  }
}

/* The text is the caller's to free. */
static char *write_all(const triax_document *document) {
  const size_t length = triax_yaml_write(document, 0, TRIAX_NO_KEY, 0, NULL, 0);
  char *text = malloc(length + 1);
  assert_non_null(text);
  assert_int_equal(triax_yaml_write(document, 0, TRIAX_NO_KEY, 0, text, length + 1), length);
  assert_int_equal(strlen(text), length);
  return text;
}

static triax_document *begin(void) {
  triax_document *made = NULL;
  assert_int_equal(triax_document_new(context, &made, NULL), TRIAX_OK);
  return made;
}

/* Finishes the document, writes and reads it, and frees all. */
static void expect_back(triax_document *document) {
  triax_document *back = NULL;
  triax_error error = {.status = TRIAX_OK};
  assert_int_equal(triax_document_finish(document, &error), TRIAX_OK);
  char *text = write_all(document);
  const triax_status status =
      triax_yaml_read(context, triax_text_of(text), triax_text_of("written"), &back, NULL, &error);
  if (status != TRIAX_OK) print_message("%s\n-> %s\n", text, error.message);
  assert_int_equal(status, TRIAX_OK);
  expect_same(document, 0, back, 0);
  free(text);
  triax_document_free(back);
  triax_document_free(document);
}

static const char *const odd[] = {
    "", " ", "no", "No", "NO", "y", "yes", "off", "null", "Null", "~", "true", "nan", ".nan", ".inf", "1e3", "1e", "0x10",
    "0o7", "1_000", "12:30", "2026-11-28", "-", "--", "---", "...", "- a", "-1", "?", "? a", ":", "a:", "a: b", "a:b", ": a",
    "#", "# a", "a #b", "a#b", "&a", "*a", "!a", "!!str a", "<<", "=", "%a", "@a", "`a", "|", ">", "|-\n a", "'", "''",
    "it's", "\"", "a\"b\"", "'a'", "\"a\"", "\\", "a\\nb", "[", "]", "[a]", "{", "}", "{a: 1}", "a, b", ",", "a]", "a}",
    " lead", "   lead", "trail ", "in  side", "\ttab", "a\tb", "tab\t", "\n", "a\nb", "a\n", "\na", "a\n\n  b\n", "a\r\nb",
    "\r", "a\rb", "Ünï", "é", "日本語", "🙂 a", "\xC2\xA0", "a\xC2\x85" "b", "\xE2\x80\xA8", "\xE2\x80\xA9",
    "a\xEF\xBB\xBF", "\xEF\xBB\xBF", "\x01", "\x1B[0m", "\x7F", "arr > 5 and plan == 'x'", "10%", "750k", "a%b", "C/D",
    "(a)", "x=y", "a.b", "a - b", "a -b", "key with blanks",
};
#define ODD (sizeof odd / sizeof *odd)

static void odd_texts_come_back_as_values(void **state) {
  (void)state;
  for (size_t i = 0; i < ODD; i++) {
    triax_document *made = begin();
    triax_document_text(made, triax_text_of("alone"), triax_text_of(odd[i]));
    triax_document_list(made, triax_text_of("listed"));
    triax_document_text(made, TRIAX_NO_KEY, triax_text_of(odd[i]));
    triax_document_text(made, TRIAX_NO_KEY, triax_text_of(odd[ODD - 1 - i]));
    triax_document_end(made);
    triax_document_map(made, triax_text_of("mapped"));
    triax_document_text(made, triax_text_of("one"), triax_text_of(odd[i]));
    triax_document_end(made);
    expect_back(made);
  }
}

static void odd_texts_come_back_as_keys(void **state) {
  (void)state;
  for (size_t i = 1; i < ODD; i++) {
    triax_document *made = begin();
    triax_document_text(made, triax_text_of(odd[i]), triax_text_of("v"));
    triax_document_map(made, triax_text_of("flow"));
    triax_document_text(made, triax_text_of(odd[i]), triax_text_of("v"));
    triax_document_end(made);
    expect_back(made);
  }
}

/* All of them in one map is broken up into lines. */
static void long_maps_are_broken_up(void **state) {
  (void)state;
  triax_document *made = begin();
  triax_document_map(made, triax_text_of("all"));
  for (size_t i = 1; i < ODD; i++) {
    triax_document_list(made, triax_text_of(odd[i]));
    for (size_t j = 0; j < 12; j++) triax_document_text(made, TRIAX_NO_KEY, triax_text_of(odd[(i + j) % ODD]));
    triax_document_end(made);
  }
  triax_document_end(made);
  expect_back(made);
}

static void empty_ones_and_missing_values_come_back(void **state) {
  (void)state;
  triax_document *made = begin();
  triax_document_map(made, triax_text_of("map"));
  triax_document_end(made);
  triax_document_list(made, triax_text_of("list"));
  triax_document_end(made);
  triax_document_missing(made, triax_text_of("missing"));
  triax_document_text(made, triax_text_of("text"), triax_text_of(""));
  triax_document_number(made, triax_text_of("number"), -0.1);
  triax_document_boolean(made, triax_text_of("boolean"), 1);
  triax_document_list(made, triax_text_of("deep"));
  for (int i = 0; i < 3; i++) {
    triax_document_map(made, TRIAX_NO_KEY);
    triax_document_map(made, triax_text_of("a"));
    triax_document_list(made, triax_text_of("b"));
    if (i) triax_document_list(made, TRIAX_NO_KEY), triax_document_end(made);
    if (i) triax_document_missing(made, TRIAX_NO_KEY);
    triax_document_end(made);
    triax_document_end(made);
    triax_document_map(made, triax_text_of("c"));
    triax_document_end(made);
    triax_document_end(made);
  }
  triax_document_end(made);
  expect_back(made);
  expect_back(begin()); /* nothing at all */
}

static void long_texts_come_back(void **state) {
  (void)state;
  char text[5001];
  for (size_t i = 0; i + 1 < sizeof text; i++) text[i] = "abc de: 'f'  \"g\" #"[i % 18];
  text[5000] = '\0';
  triax_document *made = begin();
  triax_document_text(made, triax_text_of("long"), triax_text_of(text));
  triax_document_list(made, triax_text_of("list"));
  for (int i = 0; i < 3; i++) triax_document_text(made, TRIAX_NO_KEY, (triax_text){text + i, 200});
  triax_document_end(made);
  expect_back(made);
}

static void what_is_written_is_as_it_reads_best(void **state) {
  (void)state;
  triax_document *made = begin();
  triax_document_map(made, triax_text_of("health"));
  triax_document_text(made, triax_text_of("value"), triax_text_of("use * 2"));
  triax_document_text(made, triax_text_of("no"), triax_text_of("it's: so"));
  triax_document_number(made, triax_text_of("weight"), 2.5);
  triax_document_end(made);
  assert_int_equal(triax_document_finish(made, NULL), TRIAX_OK);
  char *text = write_all(made);
  assert_string_equal(text, "health: {value: use * 2, 'no': 'it''s: so', weight: 2.5}\n");
  free(text);
  /* Cut to fit, ended, and the length of the whole all the same. */
  char small[10];
  assert_int_equal(triax_yaml_write(made, 0, TRIAX_NO_KEY, 0, small, sizeof small), 57);
  assert_string_equal(small, "health: {");
  assert_int_equal(triax_yaml_write(NULL, 0, TRIAX_NO_KEY, 0, small, sizeof small), 0);
  assert_string_equal(small, "");
  triax_document_free(made);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(odd_texts_come_back_as_values),
      cmocka_unit_test(odd_texts_come_back_as_keys),
      cmocka_unit_test(long_maps_are_broken_up),
      cmocka_unit_test(empty_ones_and_missing_values_come_back),
      cmocka_unit_test(long_texts_come_back),
      cmocka_unit_test(what_is_written_is_as_it_reads_best),
  };
  return cmocka_run_group_tests_name("yaml_write", tests, open_context, close_context);
}
