/* Names to numbers: all are found and no other, twins keep the first number, and memory may be short at any time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/names.h"
#include "fault.h"

enum { MANY = 5000 };

static triax_text name_of(char buffer[24], unsigned number) {
  snprintf(buffer, 24, "name %u", number);
  return triax_text_of(buffer);
}

static void every_name_is_found(void **state) {
  (void)state;
  static char texts[MANY][24];
  char other[24];
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  tx_names names;
  tx_names_init(&names, context);
  assert_int_equal(tx_names_find(&names, TX_TEXT("name 0")), TX_NO_NAME);
  for (uint32_t i = 0; i < MANY; i++) {
    uint32_t number = i, twin = MANY;
    assert_true(tx_names_add(&names, name_of(texts[i], i), &number));
    assert_int_equal(number, i);
    assert_true(tx_names_add(&names, name_of(other, i / 2), &twin));
    assert_int_equal(twin, i / 2);
  }
  for (uint32_t i = 0; i < 2 * MANY; i++) {
    assert_int_equal(tx_names_find(&names, name_of(other, i)), i < MANY ? i : TX_NO_NAME);
  }
  tx_names_free(&names);
  assert_int_equal(tx_names_find(&names, TX_TEXT("name 0")), TX_NO_NAME);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
}

static void empty_is_a_name_and_absent_is_none(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  tx_names names;
  uint32_t number = 7, none = 8;
  tx_names_init(&names, context);
  assert_true(tx_names_add(&names, TX_TEXT(""), &number));
  assert_true(tx_names_add(&names, (triax_text){NULL, 0}, &none));
  assert_int_equal(tx_names_find(&names, TX_TEXT("")), 7);
  assert_int_equal(tx_names_find(&names, (triax_text){NULL, 0}), TX_NO_NAME);
  tx_names_free(&names);
  triax_context_unref(context);
}

/* What is there stays there when no more fits. */
static void memory_may_be_short(void **state) {
  (void)state;
  static char texts[9][24];
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  tx_names names;
  tx_names_init(&names, context);
  for (uint32_t i = 0; i < 9; i++) {
    uint32_t number = i;
    if (i == 8) allocator.countdown = 0; /* of 16 slots 8 are taken */
    assert_int_equal(tx_names_add(&names, name_of(texts[i], i), &number), i < 8);
  }
  for (uint32_t i = 0; i < 9; i++) assert_int_equal(tx_names_find(&names, triax_text_of(texts[i])), i < 8 ? i : TX_NO_NAME);
  tx_names_free(&names);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_name_is_found),
      cmocka_unit_test(empty_is_a_name_and_absent_is_none),
      cmocka_unit_test(memory_may_be_short),
  };
  return cmocka_run_group_tests_name("base_names", tests, NULL, NULL);
}
