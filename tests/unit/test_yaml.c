/* YAML -> documents, hostile texts first: nests, bombs, cycles, encodings, and every allocation failing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <triax/yaml.h>

#include "document/document.h"

/* The n-th allocation of the context, and of libyaml where its calls can be caught, fails. */
typedef struct ration {
  long left; /* negative: all are granted */
  long live;
} ration;

static long libyaml_left = -1;

static void *ration_resize(void *user, void *block, size_t old_size, size_t new_size) {
  ration *given = user;
  (void)old_size;
  if (new_size == 0) {
    if (block != NULL) given->live--;
    free(block);
    return NULL;
  }
  if (given->left == 0) return NULL;
  if (given->left > 0) given->left--;
  void *larger = realloc(block, new_size);
  if (larger != NULL && block == NULL) given->live++;
  return larger;
}

#if defined(__GLIBC__) && defined(__GNUC__)
/* libyaml.so calls its own allocator through the linker, so that a program's takes its place. Where libyaml is linked in
 * whole, as for musl and Windows, there can be no other. */
static int libyaml_refuses(void) {
  if (libyaml_left == 0) return 1;
  if (libyaml_left > 0) libyaml_left--;
  return 0;
}
void *yaml_malloc(size_t size);
void *yaml_realloc(void *block, size_t size);
void *yaml_malloc(size_t size) { return libyaml_refuses() ? NULL : malloc(size != 0 ? size : 1); }
void *yaml_realloc(void *block, size_t size) { return libyaml_refuses() ? NULL : realloc(block, size != 0 ? size : 1); }
#define LIBYAML_CAUGHT 1
#else
#define LIBYAML_CAUGHT 0
#endif

typedef struct outcome {
  triax_status status;
  triax_error error;
  triax_document *document;
  triax_messages *messages;
  triax_context *context;
} outcome;

static outcome read_bytes(const char *bytes, size_t length) {
  outcome o = {0};
  assert_int_equal(triax_context_new(NULL, &o.context, NULL), TRIAX_OK);
  assert_int_equal(triax_messages_new(o.context, &o.messages, NULL), TRIAX_OK);
  triax_text text = {bytes, length};
  o.status = triax_yaml_read(o.context, text, triax_text_of("p.yaml"), &o.document, o.messages, &o.error);
  assert_true((o.status == TRIAX_OK) == (o.document != NULL));
  assert_true((o.status == TRIAX_OK) == (triax_messages_count(o.messages) == 0));
  return o;
}

static outcome read_text(const char *text) { return read_bytes(text, strlen(text)); }

static void drop(outcome *o) {
  triax_document_free(o->document);
  triax_messages_free(o->messages);
  triax_context_unref(o->context);
}

static void expect_fault(const char *text, triax_status status, int line, int column, const char *words) {
  outcome o = read_text(text);
  if (o.status != status || o.error.line != line || o.error.column != column || !strstr(o.error.message, words)) {
    print_message("%s\n-> %s %d:%d %s\n", text, triax_status_name(o.status), o.error.line, o.error.column,
                  o.error.message);
    fail();
  }
  drop(&o);
}

/* The document as one line: {a: 1, b: [x, y]}; ~ where missing. */
static void flatten(const triax_document *document, triax_node node, char *into, size_t size) {
  size_t used = strlen(into);
  int32_t kind = triax_document_kind(document, node);
  triax_text text = triax_document_as_text(document, node);
  if (kind == TRIAX_KIND_TEXT) snprintf(into + used, size - used, "%.*s", (int)text.length, text.bytes);
  if (kind == TRIAX_KIND_MISSING) snprintf(into + used, size - used, "~");
  if (kind != TRIAX_KIND_MAP && kind != TRIAX_KIND_LIST) return;
  snprintf(into + used, size - used, "%s", kind == TRIAX_KIND_MAP ? "{" : "[");
  for (triax_node child = triax_document_first(document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(document, child)) {
    triax_text key = triax_document_key(document, child);
    if (child != triax_document_first(document, node)) snprintf(into + strlen(into), size - strlen(into), ", ");
    if (key.bytes) snprintf(into + strlen(into), size - strlen(into), "%.*s: ", (int)key.length, key.bytes);
    flatten(document, child, into, size);
  }
  snprintf(into + strlen(into), size - strlen(into), "%s", kind == TRIAX_KIND_MAP ? "}" : "]");
}

static void expect_tree(const char *text, const char *tree) {
  outcome o = read_text(text);
  char flat[2000] = "";
  if (o.status != TRIAX_OK) print_message("%s\n", triax_messages_text(o.messages, 0));
  assert_int_equal(o.status, TRIAX_OK);
  flatten(o.document, 0, flat, sizeof flat);
  assert_string_equal(flat, tree);
  drop(&o);
}

/* `before`, then `count` times `piece` with %d for the number, then `after`. */
static char *repeat(const char *before, const char *piece, int count, const char *after) {
  size_t size = strlen(before) + strlen(after) + (size_t)count * (strlen(piece) + 24) + 1;
  char *text = malloc(size), *at = text;
  assert_non_null(text);
  at += sprintf(at, "%s", before);
  for (int i = 0; i < count; i++) {
    for (const char *c = piece; *c; c++) {
      if (*c == '%') {
        at += sprintf(at, "%d", i);
      } else if (*c == '^') {
        at += sprintf(at, "%d", i > 0 ? i - 1 : 0);
      } else {
        *at++ = *c;
      }
    }
  }
  sprintf(at, "%s", after);
  return text;
}

static void expect_limit(char *text, const char *words) {
  outcome o = read_text(text);
  assert_int_equal(o.status, TRIAX_ELIMIT);
  assert_non_null(strstr(o.error.message, words));
  drop(&o);
  free(text);
}

static void nests_are_stopped(void **state) {
  (void)state;
  expect_limit(repeat("a: ", "[", 100000, ""), "deeper than 64");
  expect_limit(repeat("a: ", "{a: ", 100000, ""), "deeper than 64");
  expect_limit(repeat("a:\n ", "- ", 100000, ""), "deeper than 64");
  /* The root is the first of 64. */
  char *text = repeat("a: ", "[", 63, ""), *closed = repeat(text, "]", 63, "");
  outcome o = read_text(closed);
  assert_int_equal(o.status, TRIAX_OK);
  drop(&o);
  free(text);
  free(closed);
  text = repeat("a: ", "[", 64, "");
  closed = repeat(text, "]", 64, "");
  expect_limit(closed, "deeper than 64");
  free(text);
}

static void aliases_do_not_evade_the_depth(void **state) {
  (void)state;
  /* 1 + 31 + 31 lists are within the limit, one more list is not. */
  const char *deep = "a: &a [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n";
  char *text = repeat(deep, "", 1, "b: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n");
  outcome o = read_text(text);
  assert_int_equal(o.status, TRIAX_OK);
  drop(&o);
  free(text);
  expect_limit(repeat(deep, "", 1, "b: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n"),
               "deeper than 64");
}

static void bombs_are_stopped(void **state) {
  (void)state;
  expect_limit(repeat("b0: &b0 [x, x, x, x, x, x, x, x, x, x]\n",
                      "a%: &a% [*b0, *b0, *b0, *b0, *b0, *b0, *b0, *b0, *b0, *b0]\n", 950, ""),
               "100,000 values");
  /* Merges that add nothing cost time all the same. */
  expect_limit(repeat("b: &b {k0: 0, k1: 1, k2: 2, k3: 3, k4: 4, k5: 5, k6: 6, k7: 7, k8: 8, k9: 9}\nc: {<<: [", "*b, ",
                      20000, "*b]}\n"),
               "100,000 values");
}

static void many_values_are_counted(void **state) {
  (void)state;
  char *text = repeat("", "k%: 1\n", 99999, "");
  outcome o = read_text(text);
  assert_int_equal(o.status, TRIAX_OK);
  assert_int_equal(triax_document_count(o.document, 0), 99999);
  drop(&o);
  free(text);
  expect_limit(repeat("", "k%: 1\n", 100000, ""), "100,000 values");
}

static void merge_chains_end(void **state) {
  (void)state;
  char *text = malloc(100000), *at = text;
  at += sprintf(at, "a0: &a0 {k: 1}\n");
  for (int i = 1; i < 900; i++) at += sprintf(at, "a%d: &a%d {<<: *a%d}\n", i, i, i - 1);
  expect_limit(text, "merge keys nest deeper");
  expect_limit(repeat("", "a%: &a% 1\n", 1001, ""), "1000 anchors");
}

static void repeated_text_is_counted(void **state) {
  (void)state;
  char *text = repeat("a: &a ", "xxxxxxxxxx", 100000, "\nb: ["), *whole = repeat(text, "*a, ", 40, "]\n");
  free(text);
  expect_limit(whole, "16 MiB");
}

static void cycles_are_refused(void **state) {
  (void)state;
  expect_fault("a: &x [*x]\n", TRIAX_EPOLICY, 1, 8, "inside of what it names");
  expect_fault("a: &x {b: {c: *x}}\n", TRIAX_EPOLICY, 1, 15, "inside of what it names");
  expect_fault("a: &x\n  <<: *x\n", TRIAX_EPOLICY, 2, 7, "inside of what it names");
  expect_fault("a: *x\nb: &x 1\n", TRIAX_EPOLICY, 1, 4, "no anchor '&x'");
}

static void aliases_are_expanded(void **state) {
  (void)state;
  expect_tree("a: &x [1, {b: 2}]\nc: *x\n", "{a: [1, {b: 2}], c: [1, {b: 2}]}");
  expect_tree("a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}");
  expect_tree("a: &x name\n*x : 2\n", "{a: name, name: 2}");
  expect_fault("a: &x [1]\n*x : 2\n", TRIAX_EPOLICY, 2, 1, "a key must be text");
}

static void maps_are_merged(void **state) {
  (void)state;
  expect_tree("a: &a {p: 1, q: 2}\nb: {<<: *a, q: 3, r: 4}\n", "{a: {p: 1, q: 2}, b: {p: 1, q: 3, r: 4}}");
  expect_tree("a: &a {p: 1, q: 2}\nb: {q: 3, <<: *a}\n", "{a: {p: 1, q: 2}, b: {q: 3, p: 1}}");
  expect_tree("a: &a {p: 1}\nb: &b {p: 2, q: 2}\nc: {<<: [*a, *b]}\n", "{a: {p: 1}, b: {p: 2, q: 2}, c: {p: 1, q: 2}}");
  expect_tree("a: &a {p: 1}\nb: &b {<<: *a, q: 2}\nc: {<<: *b, p: 3}\n",
              "{a: {p: 1}, b: {p: 1, q: 2}, c: {q: 2, p: 3}}");
  expect_tree("a: {<<: {p: 1}}\n", "{a: {p: 1}}");
  expect_tree("a: {\"<<\": 1}\n", "{a: {<<: 1}}");
  expect_fault("a: {<<: 5}\n", TRIAX_EPOLICY, 1, 9, "takes a map");
  expect_fault("a: {<<: [[{b: 1}]]}\n", TRIAX_EPOLICY, 1, 10, "takes a map");
  expect_fault("a: &a {p: 1}\nb: {<<: *a, <<: *a}\n", TRIAX_EPOLICY, 2, 13, "a second <<");
}

static void duplicates_name_the_first(void **state) {
  (void)state;
  expect_fault("a: 1\nb: 2\n'a': 3\n", TRIAX_EPOLICY, 3, 2, "the first is on line 1");
  expect_fault("x:\n  - {b: 1, c: 2, b: 3}\n", TRIAX_EPOLICY, 2, 18, "duplicate key 'b': the first is on line 2");
  outcome o = read_text("a: 1\na: 2\nc: {d: 1, d: 2}\na: 3\n");
  assert_int_equal(o.error.count, 3);
  assert_int_equal(triax_messages_count(o.messages), 3);
  assert_string_equal(triax_messages_text(o.messages, 0),
                      "p.yaml:2:1: error: duplicate key 'a': the first is on line 1\n"
                      "    2 | a: 2\n      | ^");
  drop(&o);
  /* A key is cut between characters. */
  char *text = repeat("x", "\xC3\xA9", 40, ": 1\n"), *twice = malloc(2 * strlen(text) + 1);
  sprintf(twice, "%s%s", text, text);
  expect_fault(twice, TRIAX_EPOLICY, 2, 1, "\xC3\xA9': the first is on line 1");
  free(twice);
  free(text);
  text = repeat("", "a: 1\n", 1000, "");
  o = read_text(text);
  assert_int_equal(o.error.count, 999);
  assert_int_equal(triax_messages_count(o.messages), 20);
  drop(&o);
  free(text);
}

static void nothing_is_guessed(void **state) {
  (void)state;
  expect_tree("a: [no, on, 2e3, 0x1F, 012, 1_000, 2026-11-21, .inf, Yes, 1:30]\n",
              "{a: [no, on, 2e3, 0x1F, 012, 1_000, 2026-11-21, .inf, Yes, 1:30]}");
  expect_tree("no: NO\non: off\n", "{no: NO, on: off}");
  expect_tree("a: [~, null, 'null', \"\", !!str null, '~']\nb:\nc: NULL\n",
              "{a: [~, ~, null, , null, ~], b: ~, c: NULL}");
  expect_tree("{\"a\": 1, \"b\": [true, null, \"\\u00e9\"]}", "{a: 1, b: [true, ~, é]}");
  expect_tree("{\n\t\"a\": [1,\n\t\t2],\n\t\"b\\/c\": {}\n}\n", "{a: [1, 2], b/c: {}}");
  expect_tree("when: a > 1 && b == \"x\"\n", "{when: a > 1 && b == \"x\"}");
  expect_tree("a: |\n  two\n  lines\nb: >-\n  one\n  line\n", "{a: two\nlines\n, b: one line}");
}

static void tags_are_refused(void **state) {
  (void)state;
  expect_fault("when: !has(x)\n", TRIAX_EPOLICY, 1, 7, "must be in quotes");
  expect_tree("a: ! no\nb: !!map {c: !!seq [!!str 1]}\n", "{a: no, b: {c: [1]}}");
  expect_fault("a: !!binary aGk=\n", TRIAX_EPOLICY, 1, 4, "YAML tag");
  expect_fault("a: !!python/object:os.system {b: 1}\n", TRIAX_EPOLICY, 1, 4, "YAML tag");
}

static void shapes_are_checked(void **state) {
  (void)state;
  expect_fault("", TRIAX_EPOLICY, 1, 1, "empty");
  expect_fault(" \n# nothing\n", TRIAX_EPOLICY, 1, 1, "empty");
  expect_fault("---\n...\n", TRIAX_EPOLICY, 1, 1, "empty");
  expect_fault("a: 1\n---\nb: 2\n", TRIAX_EPOLICY, 2, 1, "second document");
  expect_fault("a: 1\n...\n---\n", TRIAX_EPOLICY, 3, 1, "second document");
  expect_fault("- a\n", TRIAX_EPOLICY, 1, 1, "a list where a map");
  expect_fault("text\n", TRIAX_EPOLICY, 1, 1, "a single value where a map");
  expect_fault("{[1]: 2}\n", TRIAX_EPOLICY, 1, 2, "a key must be text");
  expect_fault("? {a: 1}\n: 2\n", TRIAX_EPOLICY, 1, 3, "a key must be text");
}

static void mistakes_get_advice(void **state) {
  (void)state;
  expect_fault("a:\n\tb: 1\n", TRIAX_EPOLICY, 2, 1, "not with tabs");
  expect_fault("a: x ? y : z\n", TRIAX_EPOLICY, 1, 10, "must be in quotes");
  expect_fault("a: \"x\" == y\n", TRIAX_EPOLICY, 1, 8, "begins with a quote");
  expect_fault("a: {b: [c}\n", TRIAX_EPOLICY, 1, 10, "every [ needs its ]");
  expect_fault("a: @x\n", TRIAX_EPOLICY, 1, 4, "must be in quotes");
  expect_fault("a: > 5\n", TRIAX_EPOLICY, 1, 6, "begins with > or |");
  expect_fault("a: *\n", TRIAX_EPOLICY, 1, 5, "begins with & or *");
  expect_fault("a: \"b\n", TRIAX_EPOLICY, 2, 1, "a quote is not closed");
}

static void bytes_are_checked(void **state) {
  (void)state;
  outcome o = read_bytes("a: b\0c\n", 7);
  assert_int_equal(o.status, TRIAX_EPOLICY);
  assert_non_null(strstr(o.error.message, "NUL byte at byte offset 4"));
  drop(&o);
  o = read_bytes("\xEF\xBB\xBF"
                 "a: \xC3\xA9\nb: \xFF\n",
                 14);
  assert_non_null(strstr(o.error.message, "byte 0xFF at byte offset 12 is not UTF-8"));
  assert_int_equal(o.error.line, 2);
  assert_int_equal(o.error.column, 4);
  drop(&o);
  static const char *const bad[] = {"a: \xC0\x80", "a: \xED\xA0\x80", "a: \xF4\x90\x80\x80", "a: \xE2\x82", "a: \x80"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect_fault(bad[i], TRIAX_EPOLICY, 1, 4, "byte offset 3");
  o = read_bytes("\xFF\xFE"
                 "a\0",
                 4);
  assert_non_null(strstr(o.error.message, "UTF-16"));
  drop(&o);
  expect_fault("a: \x07\n", TRIAX_EPOLICY, 1, 4, "control characters");
  expect_fault("a: \"\\0\"\n", TRIAX_EPOLICY, 1, 4, "NUL character");
  expect_tree("\xEF\xBB\xBF"
              "a: 1\n",
              "{a: 1}");
}

static const tx_node *child(const outcome *o, const char *key) {
  triax_node node = triax_document_find(o->document, 0, triax_text_of(key));
  assert_true(node != TRIAX_NO_NODE);
  return &o->document->nodes[node];
}

static void expect_place(const outcome *o, const char *key, int line, int column, bool exact) {
  const tx_node *node = child(o, key);
  assert_int_equal(node->line, line);
  assert_int_equal(node->column, column);
  assert_int_equal(node->exact, exact);
}

static void places_are_kept(void **state) {
  (void)state;
  outcome o = read_text("plain: arr > 5\n"
                        "'quoted': \"arr > 5\"\n"
                        "escaped: \"arr \\\" 5\"\n"
                        "doubled: 'it''s'\n"
                        "\xC3\xA9t\xC3\xA9: \xE2\x82\xAC \xF0\x9F\x98\x80 x # end\n"
                        "folded: one\n  two\n"
                        "anchored: &a here\n"
                        "aliased: *a\n"
                        "block: |\n  one\n"
                        "map: {b: 1}\n"
                        "empty:\n");
  assert_int_equal(o.status, TRIAX_OK);
  expect_place(&o, "plain", 1, 8, true);
  assert_int_equal(child(&o, "plain")->key_line, 1);
  assert_int_equal(child(&o, "plain")->key_column, 1);
  expect_place(&o, "quoted", 2, 12, true);
  assert_int_equal(child(&o, "quoted")->key_column, 2);
  expect_place(&o, "escaped", 3, 10, false);
  expect_place(&o, "doubled", 4, 10, false);
  expect_place(&o, "\xC3\xA9t\xC3\xA9", 5, 6, true);
  expect_place(&o, "folded", 6, 9, false);
  expect_place(&o, "anchored", 8, 14, true);
  expect_place(&o, "aliased", 8, 14, true);
  expect_place(&o, "block", 10, 8, false);
  expect_place(&o, "map", 12, 6, false);
  drop(&o);
}

static void lines_end_as_editors_say(void **state) {
  (void)state;
  expect_fault("a: 1\r\nb: 2\r\na: 3\r\n", TRIAX_EPOLICY, 3, 1, "line 1");
  expect_fault("a: 1\rb: 2\ra: 3\r", TRIAX_EPOLICY, 3, 1, "line 1");
  expect_fault("a: \"1\xE2\x80\xA8 2\"\na: 3\n", TRIAX_EPOLICY, 2, 1, "line 1");
}

static void policies_and_models_are_made(void **state) {
  (void)state;
  outcome o = {0};
  triax_policy *policy = NULL;
  triax_health *health = NULL;
  assert_int_equal(triax_context_new(NULL, &o.context, NULL), TRIAX_OK);
  assert_int_equal(triax_messages_new(o.context, &o.messages, NULL), TRIAX_OK);
  triax_text name = triax_text_of("p.yaml");
  triax_text good = triax_text_of("triax: 1\nsegmentation: {segments: [{name: all}]}\n");
  assert_int_equal(triax_yaml_policy(o.context, good, name, &policy, o.messages, &o.error), TRIAX_OK);
  triax_policy_unref(policy);
  policy = NULL;
  triax_text faulty = triax_text_of("triax: 1\nsegmentation: {segments: [{nam: all}]}\n");
  assert_int_equal(triax_yaml_policy(o.context, faulty, name, &policy, o.messages, &o.error), TRIAX_EPOLICY);
  assert_null(policy);
  assert_non_null(strstr(triax_messages_text(o.messages, 0), "p.yaml:2:28: error: segmentation.segments[0]"));
  assert_int_equal(triax_yaml_policy(o.context, triax_text_of("a: ["), name, &policy, o.messages, &o.error),
                   TRIAX_EPOLICY);
  triax_text model = triax_text_of("metrics: {use: {value: a, scale: [[0, 0], [1, 100]], weight: 1}}\n");
  assert_int_equal(triax_yaml_health(o.context, model, name, &health, NULL, &o.error), TRIAX_OK);
  triax_health_unref(health);
  health = NULL;
  assert_int_equal(triax_yaml_health(o.context, triax_text_of("- a"), name, &health, NULL, &o.error), TRIAX_EPOLICY);
  assert_null(health);
  drop(&o);
}

static void arguments_are_checked(void **state) {
  (void)state;
  triax_document *document = NULL;
  triax_error error = {0};
  assert_int_equal(triax_yaml_read(NULL, triax_text_of("a: 1"), triax_text_of("p"), &document, NULL, &error),
                   TRIAX_EINVAL);
  assert_int_equal(error.status, TRIAX_EINVAL);
  outcome o = {0};
  assert_int_equal(triax_context_new(NULL, &o.context, NULL), TRIAX_OK);
  assert_int_equal(triax_yaml_read(o.context, triax_text_of(NULL), triax_text_of("p"), &document, NULL, NULL),
                   TRIAX_EINVAL);
  assert_int_equal(triax_yaml_read(o.context, triax_text_of("a: 1"), triax_text_of("p"), NULL, NULL, NULL),
                   TRIAX_EINVAL);
  assert_int_equal(triax_yaml_read(o.context, triax_text_of("a: ["), triax_text_of(NULL), &document, NULL, NULL),
                   TRIAX_EPOLICY);
  assert_null(document);
  drop(&o);
}

static void modules_get_messages_and_memory(void **state) {
  (void)state;
  triax_context *context = NULL;
  triax_messages *messages = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  assert_int_equal(triax_messages_new(context, &messages, NULL), TRIAX_OK);
  triax_error fields = {.status = TRIAX_EDATA, .line = 2, .column = 3, .path = "a.b", .message = "too much"};
  triax_text none = {NULL, 0}, name = {"f.yaml and more", 6}, source = {"x\nyz q\n", 7};
  assert_int_equal(triax_messages_add(messages, TRIAX_LEVEL_WARNING, "T9", &fields, name, source), TRIAX_OK);
  assert_int_equal(triax_messages_add(messages, TRIAX_LEVEL_NOTE, NULL, &fields, none, none), TRIAX_OK);
  assert_int_equal(triax_messages_add(NULL, TRIAX_LEVEL_NOTE, NULL, &fields, none, none), TRIAX_OK);
  assert_int_equal(triax_messages_add(messages, TRIAX_LEVEL_NOTE, NULL, NULL, none, none), TRIAX_EINVAL);
  assert_int_equal(triax_messages_add(messages, 0, NULL, &fields, none, none), TRIAX_EINVAL);
  assert_int_equal(triax_messages_add(messages, 4, NULL, &fields, none, none), TRIAX_EINVAL);
  assert_int_equal(triax_messages_count(messages), 2);
  assert_string_equal(triax_messages_text(messages, 0),
                      "f.yaml:2:3: warning[T9]: a.b: too much\n    2 | yz q\n      |   ^");
  assert_string_equal(triax_messages_text(messages, 1), "2:3: note: a.b: too much");
  triax_messages_free(messages);
  assert_null(triax_context_resize(NULL, NULL, 0, 5));
  assert_null(triax_context_resize(context, NULL, 0, 0));
  char *block = triax_context_resize(context, NULL, 0, 5);
  memcpy(block, "abcd", 5);
  block = triax_context_resize(context, block, 5, 5000);
  assert_string_equal(block, "abcd");
  assert_null(triax_context_resize(context, block, 5000, 0));
  triax_context_unref(context);
}

static const char everything[] = "triax: 1\nbase: &base {p: 1, q: [a, b, 'c']}\nmore: {<<: *base, q: \"\\u00e9\"}\n"
                                 "list: [*base, {r: s}]\nblock: |\n  text\n";

/* One read with the n-th allocation failing; true once nothing failed any more. */
static bool try_with(const char *text, triax_status wanted, long context_left, long yaml_left, bool keep_messages) {
  ration given = {-1, 0};
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.resize = ration_resize;
  options.resize_user = &given;
  triax_context *context = NULL;
  triax_messages *messages = NULL;
  triax_document *document = NULL;
  triax_error error = {0};
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  if (keep_messages) assert_int_equal(triax_messages_new(context, &messages, NULL), TRIAX_OK);
  given.left = context_left;
  libyaml_left = yaml_left;
  triax_status status = triax_yaml_read(context, triax_text_of(text), triax_text_of("p"), &document, messages, &error);
  bool ran_out = given.left == 0 || libyaml_left == 0;
  given.left = libyaml_left = -1;
  assert_true(status == wanted || (status == TRIAX_ENOMEM && ran_out));
  assert_int_equal(error.status, status);
  assert_true((document != NULL) == (status == TRIAX_OK));
  triax_document_free(document);
  triax_messages_free(messages);
  triax_context_unref(context);
  assert_int_equal(given.live, 0);
  return status == wanted;
}

static void memory_may_fail_anywhere(void **state) {
  (void)state;
  static const char faulty[] = "a: &x {b: 1, b: 2}\nc: *x\n";
  long n = 0;
  while (!try_with(everything, TRIAX_OK, n, -1, true)) n++;
  assert_true(n > 3);
  for (n = 0; !try_with(faulty, TRIAX_EPOLICY, n, -1, false);) n++;
  for (n = 0; !try_with(faulty, TRIAX_EPOLICY, n, -1, true);) n++;
  if (!LIBYAML_CAUGHT) return;
  for (n = 0; !try_with(everything, TRIAX_OK, -1, n, true);) n++;
  /* Where libyaml is linked so that its calls cannot be caught, nothing fails. */
  for (n = 0; !try_with(faulty, TRIAX_EPOLICY, -1, n, true);) n++;
  print_message("# libyaml: %ld allocations failed one by one\n", n);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nests_are_stopped),        cmocka_unit_test(aliases_do_not_evade_the_depth),
      cmocka_unit_test(bombs_are_stopped),        cmocka_unit_test(many_values_are_counted),
      cmocka_unit_test(merge_chains_end),         cmocka_unit_test(repeated_text_is_counted),
      cmocka_unit_test(cycles_are_refused),       cmocka_unit_test(aliases_are_expanded),
      cmocka_unit_test(maps_are_merged),          cmocka_unit_test(duplicates_name_the_first),
      cmocka_unit_test(nothing_is_guessed),       cmocka_unit_test(tags_are_refused),
      cmocka_unit_test(shapes_are_checked),       cmocka_unit_test(mistakes_get_advice),
      cmocka_unit_test(bytes_are_checked),        cmocka_unit_test(places_are_kept),
      cmocka_unit_test(lines_end_as_editors_say), cmocka_unit_test(policies_and_models_are_made),
      cmocka_unit_test(arguments_are_checked),    cmocka_unit_test(modules_get_messages_and_memory),
      cmocka_unit_test(memory_may_fail_anywhere),
  };
  return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
