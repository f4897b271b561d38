/* Documents: written, refused, read. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "document/document.h"
#include "fault.h"

#define T(string) triax_text_of(string)

static triax_context *context_new(void) {
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  return context;
}

static triax_document *document_new(triax_context *context) {
  triax_document *document = NULL;
  assert_int_equal(triax_document_new(context, &document, NULL), TRIAX_OK);
  return document;
}

static void assert_text(triax_text text, const char *expected) {
  assert_non_null(text.bytes);
  assert_int_equal(text.length, strlen(expected));
  assert_memory_equal(text.bytes, expected, text.length);
}

static void null_arguments_are_refused(void **state) {
  (void)state;
  triax_error error;
  triax_context *context = context_new();
  triax_document *document = NULL;
  assert_int_equal(triax_document_new(NULL, &document, &error), TRIAX_EINVAL);
  assert_int_equal(triax_document_new(context, NULL, &error), TRIAX_EINVAL);
  assert_int_equal(triax_document_map(NULL, T("a")), TRIAX_EINVAL);
  assert_int_equal(triax_document_finish(NULL, &error), TRIAX_EINVAL);
  assert_int_equal(tx_document_status(NULL, &error), TRIAX_EINVAL);
  assert_int_equal(triax_document_kind(NULL, 0), TRIAX_KIND_NONE);
  assert_true(triax_document_first(NULL, 0) == TRIAX_NO_NODE);
  triax_document_free(NULL);
  triax_context_unref(context);
}

/* One wrong call makes the whole document fail with its status, whatever follows. */
static void check_refusal(triax_status expected, triax_status (*write)(triax_document *), const char *part) {
  triax_context *context = context_new();
  triax_document *document = document_new(context);
  triax_error error = {0};
  triax_document_list(document, T("list"));
  assert_int_equal(write(document), expected);
  assert_int_equal(triax_document_end(document), expected);
  assert_int_equal(triax_document_number(document, T("fine"), 1), expected);
  assert_int_equal(triax_document_finish(document, &error), expected);
  assert_int_equal(error.status, expected);
  assert_non_null(strstr(error.message, part));
  assert_string_equal(error.path, "list");
  triax_document_free(document);
  triax_context_unref(context);
}

static triax_status key_in_list(triax_document *d) { return triax_document_text(d, T("key"), T("x")); }
static triax_status bad_text(triax_document *d) { return triax_document_text(d, TRIAX_NO_KEY, T("\xff")); }
static triax_status no_text(triax_document *d) { return triax_document_text(d, TRIAX_NO_KEY, T(NULL)); }
static triax_status nan_number(triax_document *d) { return triax_document_number(d, TRIAX_NO_KEY, (double)NAN); }
static triax_status inf_number(triax_document *d) { return triax_document_number(d, TRIAX_NO_KEY, (double)-INFINITY); }
static triax_status unclosed(triax_document *d) { return triax_document_finish(d, NULL); }
static triax_status bad_place(triax_document *d) { return triax_document_place(d, 0, 0, -1, 0, 0); }
static triax_status nul_text(triax_document *d) {
  return triax_document_text(d, TRIAX_NO_KEY, (triax_text){"a\0b", 3});
}
static triax_status bad_source(triax_document *d) { return triax_document_source(d, T("p.yaml"), T("\xc3")); }

static void wrong_calls_are_remembered(void **state) {
  (void)state;
  check_refusal(TRIAX_EINVAL, key_in_list, "no key");
  check_refusal(TRIAX_EPOLICY, bad_text, "UTF-8");
  check_refusal(TRIAX_EPOLICY, nul_text, "NUL");
  check_refusal(TRIAX_EINVAL, no_text, "not given");
  check_refusal(TRIAX_EINVAL, nan_number, "finite");
  check_refusal(TRIAX_EINVAL, inf_number, "finite");
  check_refusal(TRIAX_EINVAL, unclosed, "open");
  check_refusal(TRIAX_EINVAL, bad_place, "below 0");
  check_refusal(TRIAX_EPOLICY, bad_source, "UTF-8");
}

static void maps_need_keys_and_ends_something_open(void **state) {
  (void)state;
  triax_context *context = context_new();
  triax_document *document = document_new(context);
  assert_int_equal(triax_document_number(document, TRIAX_NO_KEY, 1), TRIAX_EINVAL);
  triax_document_free(document);
  document = document_new(context);
  assert_int_equal(triax_document_end(document), TRIAX_EINVAL);
  triax_document_free(document);
  document = document_new(context);
  assert_int_equal(triax_document_number(document, (triax_text){"\xff", 1}, 1), TRIAX_EPOLICY);
  triax_document_free(document);
  triax_context_unref(context);
}

static void finished_documents_take_no_more(void **state) {
  (void)state;
  triax_context *context = context_new();
  triax_document *document = document_new(context);
  triax_error error;
  assert_int_equal(tx_document_status(document, &error), TRIAX_EINVAL);
  assert_int_equal(triax_document_finish(document, &error), TRIAX_OK);
  assert_int_equal(triax_document_number(document, T("a"), 1), TRIAX_EINVAL);
  assert_int_equal(triax_document_finish(document, &error), TRIAX_OK);
  assert_int_equal(tx_document_status(document, &error), TRIAX_OK);
  assert_int_equal(triax_document_count(document, 0), 0);
  triax_document_free(document);
  triax_context_unref(context);
}

static void depth_ends_at_64(void **state) {
  (void)state;
  triax_context *context = context_new();
  triax_document *document = document_new(context);
  triax_error error;
  assert_int_equal(triax_document_list(document, T("a")), TRIAX_OK);
  for (int depth = 3; depth <= TRIAX_DOCUMENT_DEPTH; depth++) {
    assert_int_equal(triax_document_list(document, TRIAX_NO_KEY), TRIAX_OK);
  }
  assert_int_equal(triax_document_number(document, TRIAX_NO_KEY, 1), TRIAX_OK);
  char path[512];
  size_t length = tx_document_path(document, TRIAX_DOCUMENT_DEPTH, path, sizeof path);
  assert_int_equal(length, 1 + 3 * (TRIAX_DOCUMENT_DEPTH - 1));
  assert_int_equal(strlen(path), length);
  assert_int_equal(triax_document_map(document, TRIAX_NO_KEY), TRIAX_ELIMIT);
  assert_int_equal(triax_document_finish(document, &error), TRIAX_ELIMIT);
  triax_document_free(document);
  triax_context_unref(context);
}

static void nodes_end_at_their_limit(void **state) {
  (void)state;
  triax_context *context = context_new();
  triax_document *document = document_new(context);
  triax_document_list(document, T("a"));
  for (int nodes = 2; nodes < TRIAX_DOCUMENT_NODES; nodes++) {
    assert_int_equal(triax_document_boolean(document, TRIAX_NO_KEY, nodes & 1), TRIAX_OK);
  }
  assert_int_equal(triax_document_boolean(document, TRIAX_NO_KEY, 1), TRIAX_ELIMIT);
  assert_int_equal(triax_document_count(document, 1), TRIAX_DOCUMENT_NODES - 2);
  triax_document_free(document);
  triax_context_unref(context);
}

/* segmentation: {by: arr, "": yes, segments: [{name: global, at_least: 750000}, missing, true]} */
static triax_status write_example(triax_document *d, triax_error *error) {
  triax_document_source(d, T("policy.yaml"), T("line one\n"));
  triax_document_map(d, T("segmentation"));
  triax_document_place(d, 2, 3, 2, 7, 1);
  triax_document_text(d, T("by"), T("arr"));
  triax_document_text(d, T(""), T(""));
  triax_document_list(d, T("segments"));
  triax_document_map(d, TRIAX_NO_KEY);
  triax_document_text(d, T("name"), T("global"));
  triax_document_number(d, T("at_least"), 750000);
  triax_document_end(d);
  triax_document_missing(d, TRIAX_NO_KEY);
  triax_document_boolean(d, TRIAX_NO_KEY, 7);
  triax_document_end(d);
  triax_document_end(d);
  return triax_document_finish(d, error);
}

static void what_is_written_can_be_read(void **state) {
  (void)state;
  triax_context *context = context_new();
  triax_document *document = document_new(context);
  assert_int_equal(write_example(document, NULL), TRIAX_OK);
  triax_node segmentation = triax_document_first(document, 0);
  assert_text(triax_document_key(document, segmentation), "segmentation");
  assert_int_equal(triax_document_count(document, segmentation), 3);
  triax_node by = triax_document_find(document, segmentation, T("by"));
  assert_text(triax_document_as_text(document, by), "arr");
  assert_int_equal(document->nodes[by].line, 2);
  assert_int_equal(document->nodes[by].key_column, 3);
  assert_true(document->nodes[by].exact);
  triax_node empty = triax_document_next(document, by);
  assert_text(triax_document_key(document, empty), "");
  assert_text(triax_document_as_text(document, empty), "");
  assert_int_equal(document->nodes[empty].line, 0);
  triax_node segments = tx_document_child(document, (uint32_t)segmentation, "segments");
  assert_int_equal(triax_document_kind(document, segments), TRIAX_KIND_LIST);
  triax_node global = triax_document_first(document, segments);
  assert_null(triax_document_key(document, global).bytes);
  triax_node least = triax_document_find(document, global, T("at_least"));
  assert_true(triax_document_as_number(document, least) == 750000);
  assert_text(triax_document_as_text(document, least), "750000");
  triax_node none = triax_document_next(document, global);
  assert_int_equal(triax_document_kind(document, none), TRIAX_KIND_MISSING);
  assert_null(triax_document_as_text(document, none).bytes);
  triax_node yes = triax_document_next(document, none);
  assert_int_equal(triax_document_as_boolean(document, yes), 1);
  assert_text(triax_document_as_text(document, yes), "true");
  assert_true(triax_document_as_number(document, yes) == 0);
  assert_true(triax_document_next(document, yes) == TRIAX_NO_NODE);
  assert_string_equal(document->source.name, "policy.yaml");
  triax_document_free(document);
  triax_context_unref(context);
}

static void what_is_not_there_reads_as_nothing(void **state) {
  (void)state;
  triax_context *context = context_new();
  triax_document *document = document_new(context);
  assert_int_equal(write_example(document, NULL), TRIAX_OK);
  assert_int_equal(triax_document_kind(document, TRIAX_NO_NODE), TRIAX_KIND_NONE);
  assert_int_equal(triax_document_kind(document, document->count), TRIAX_KIND_NONE);
  assert_null(triax_document_key(document, 99).bytes);
  assert_int_equal(triax_document_count(document, UINT32_MAX), 0);
  assert_true(triax_document_find(document, 0, T("segment")) == TRIAX_NO_NODE);
  assert_true(triax_document_find(document, 0, T(NULL)) == TRIAX_NO_NODE);
  triax_node by = triax_document_find(document, 1, T("by"));
  assert_true(triax_document_find(document, by, T("x")) == TRIAX_NO_NODE);
  assert_true(triax_document_first(document, by) == TRIAX_NO_NODE);
  assert_int_equal(triax_document_as_boolean(document, by), 0);
  triax_document_free(document);
  triax_context_unref(context);
}

static void paths_are_as_in_the_policy(void **state) {
  (void)state;
  triax_context *context = context_new();
  triax_document *document = document_new(context);
  assert_int_equal(write_example(document, NULL), TRIAX_OK);
  triax_node last = triax_document_find(document, 1, T("segments"));
  triax_node least = triax_document_find(document, triax_document_first(document, last), T("at_least"));
  char path[64], small[8];
  assert_int_equal(tx_document_path(document, (uint32_t)least, path, sizeof path), 33);
  assert_string_equal(path, "segmentation.segments[0].at_least");
  assert_int_equal(tx_document_path(document, (uint32_t)least, small, sizeof small), 33);
  assert_string_equal(small, "segment");
  assert_int_equal(tx_document_path(document, 0, path, sizeof path), 0);
  assert_string_equal(path, "");
  assert_int_equal(tx_document_path(document, 9999, path, sizeof path), 0);
  triax_document_free(document);
  triax_context_unref(context);
}

static triax_status write_and_drop(triax_context *context, void *user) {
  (void)user;
  triax_document *document = NULL;
  triax_error error;
  triax_status status = triax_document_new(context, &document, &error);
  if (status) return status;
  for (int i = 0; i < 30; i++) triax_document_text(document, T("a key"), T("some text"));
  status = write_example(document, &error);
  if (status) assert_int_equal(error.status, status);
  triax_document_free(document);
  return status;
}

static void memory_may_fail_anywhere(void **state) {
  (void)state;
  assert_true(fault_run(write_and_drop, NULL) >= 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(null_arguments_are_refused),
      cmocka_unit_test(wrong_calls_are_remembered),
      cmocka_unit_test(maps_need_keys_and_ends_something_open),
      cmocka_unit_test(finished_documents_take_no_more),
      cmocka_unit_test(depth_ends_at_64),
      cmocka_unit_test(nodes_end_at_their_limit),
      cmocka_unit_test(what_is_written_can_be_read),
      cmocka_unit_test(what_is_not_there_reads_as_nothing),
      cmocka_unit_test(paths_are_as_in_the_policy),
      cmocka_unit_test(memory_may_fail_anywhere),
  };
  return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
