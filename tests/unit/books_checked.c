#include "books_checked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

triax_context *books_plain(uint64_t threads) {
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  triax_context *context = NULL;
  options.threads = threads;
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  return context;
}

bool books_no_worse(const tx_books_goal *a, const tx_books_goal *b) {
  return a->value <= b->value && a->over <= b->over && a->points >= b->points && a->imbalance <= b->imbalance;
}

tx_books_result *books_solved(triax_context *context, const tx_books *books) {
  tx_books_result *result = NULL;
  tx_books_found found;
  tx_books_goal bound;
  triax_error error = {0};
  if (tx_books_solve(context, books, &result, &error) != TRIAX_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(tx_books_check(context, books, result->csm, &found, NULL), TRIAX_OK);
  assert_int_equal(found.not_eligible + found.not_kept + found.over_hard + found.over_limit, 0);
  assert_memory_equal(&found.goal, &result->goal, sizeof found.goal);
  assert_true(books_no_worse(&result->bound, &result->goal));
  if (tx_books_certify(context, books, result, &bound, &error) != TRIAX_OK) {
    fail_msg("%s", error.message);
  }
  assert_true(books_no_worse(&bound, &result->goal));
  return result;
}
