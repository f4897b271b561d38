#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/context.h"
#include "base/large.h"
#include "base/memory.h"
#include "fault.h"

static void sizes_that_overflow_are_refused(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  size_t before = allocator.total;
  assert_null(tx_alloc(context, SIZE_MAX));
  assert_null(tx_alloc_array(context, SIZE_MAX / 2 + 2, 2));
  assert_null(tx_calloc(context, SIZE_MAX / 8 + 1, 8));
  assert_null(tx_calloc(context, 3, SIZE_MAX / 3));
  void *array = NULL;
  size_t capacity = 0;
  assert_false(tx_grow(context, &array, &capacity, SIZE_MAX / 4, 8));
  assert_null(array);
  assert_int_equal(capacity, 0);
  tx_arena arena;
  tx_arena_init(&arena, context);
  assert_null(tx_arena_alloc(&arena, SIZE_MAX));
  assert_null(tx_arena_alloc(&arena, SIZE_MAX - 64));
  assert_null(tx_arena_calloc(&arena, SIZE_MAX / 4, 8));
  assert_null(tx_arena_copy(&arena, "x", SIZE_MAX));
  tx_arena_free(&arena);
  assert_int_equal(allocator.total, before);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
}

static void empty_blocks_are_blocks(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  void *empty = tx_alloc(context, 0);
  assert_non_null(empty);
  empty = tx_resize(context, empty, 0, 10);
  assert_non_null(empty);
  empty = tx_resize(context, empty, 10, 0);
  assert_non_null(empty);
  tx_free(context, empty, 0);
  void *none = tx_calloc(context, 0, 8);
  assert_non_null(none);
  tx_free_array(context, none, 0, 8);
  none = tx_calloc(context, 8, 0);
  assert_non_null(none);
  tx_free_array(context, none, 8, 0);
  tx_free(context, NULL, 5);
  none = tx_resize(context, NULL, 0, 3);
  assert_non_null(none);
  tx_free(context, none, 3);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
}

static void calloc_gives_zeros(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  static const char zeros[600];
  char *block = tx_calloc(context, 100, 6);
  assert_memory_equal(block, zeros, 600);
  tx_free_array(context, block, 100, 6);
  tx_arena arena;
  tx_arena_init(&arena, context);
  assert_memory_equal(tx_arena_calloc(&arena, 100, 6), zeros, 600);
  tx_arena_free(&arena);
  triax_context_unref(context);
}

static void growing_keeps_what_is_there(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  uint32_t *numbers = NULL;
  size_t capacity = 0;
  for (uint32_t i = 0; i < 1000; i++) {
    void *array = numbers;
    assert_true(tx_grow(context, &array, &capacity, i + 1, sizeof *numbers));
    numbers = array;
    numbers[i] = i;
  }
  for (uint32_t i = 0; i < 1000; i++) {
    assert_int_equal(numbers[i], i);
  }
  assert_int_equal(capacity, 1024);
  assert_in_range(allocator.total, 1, 10); /* the context, and doubling from 8 to 1024 */
  void *array = numbers;
  allocator.countdown = 0;
  allocator.sticky = true;
  assert_false(tx_grow(context, &array, &capacity, 5000, sizeof *numbers));
  assert_ptr_equal(array, numbers);
  assert_int_equal(capacity, 1024);
  tx_free_array(context, numbers, capacity, sizeof *numbers);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
}

/* Fills pieces of many sizes with their number, and checks that none overlaps another. */
static triax_status fill_arena(triax_context *context, void *user) {
  (void)user;
  static const size_t sizes[] = {0, 1, 7, 8, 16, 17, 200, 255, 1000, 3, 5000, 1, 70000, 2, 20000, 33};
  enum { PIECES = 400 };
  unsigned char *pieces[PIECES];
  tx_arena arena;
  tx_arena_init(&arena, context);
  size_t made = 0;
  for (; made < PIECES; made++) {
    size_t size = sizes[made % (sizeof sizes / sizeof sizes[0])];
    pieces[made] = tx_arena_alloc(&arena, size);
    if (pieces[made] == NULL) {
      break;
    }
    assert_int_equal((uintptr_t)pieces[made] % alignof(max_align_t), 0);
    memset(pieces[made], (int)(made % 251), size);
  }
  for (size_t i = 0; i < made; i++) {
    size_t size = sizes[i % (sizeof sizes / sizeof sizes[0])];
    for (size_t j = 0; j < size; j += 13) {
      assert_int_equal(pieces[i][j], i % 251);
    }
  }
  tx_arena_free(&arena);
  return made == PIECES ? TRIAX_OK : TRIAX_ENOMEM;
}

static void arena_pieces_do_not_overlap(void **state) {
  (void)state;
  assert_in_range(fault_run(fill_arena, NULL), 1, 200);
}

/* What was needed once is there the next time, whether the pieces were many, large, or none. */
static void reset_keeps_the_room(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  tx_arena arena;
  tx_arena_init(&arena, context);
  tx_arena_reset(&arena);
  assert_int_equal(allocator.live_blocks, 1); /* the context */
  size_t before = 0;
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 500; i++) assert_non_null(tx_arena_alloc(&arena, 24));
    assert_non_null(tx_arena_alloc(&arena, 100000));
    tx_arena_reset(&arena);
    if (round == 0) before = allocator.total;
  }
  assert_int_equal(allocator.total, before);
  assert_int_equal(allocator.live_blocks, 2);
  for (int i = 0; i < 50000; i++) assert_non_null(tx_arena_alloc(&arena, 24));
  allocator.countdown = 0;
  allocator.sticky = true;
  tx_arena_reset(&arena); /* cannot have one block for all: empty is good too */
  assert_int_equal(allocator.live_blocks, 1);
  allocator.sticky = false;
  allocator.countdown = FAULT_NEVER;
  assert_non_null(tx_arena_alloc(&arena, 24));
  tx_arena_free(&arena);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
}

static void small_pieces_share_blocks(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  tx_arena arena;
  tx_arena_init(&arena, context);
  for (int i = 0; i < 100000; i++) {
    assert_non_null(tx_arena_alloc(&arena, 16));
  }
  /* 1.6 MB in blocks of 1, 2, 4 … 64 KiB */
  assert_in_range(allocator.total, 25, 40);
  assert_in_range(allocator.live_bytes, 1600000, 1700000);
  size_t before = allocator.total;
  assert_non_null(tx_arena_alloc(&arena, 60000));
  assert_non_null(tx_arena_alloc(&arena, 16));
  assert_int_equal(allocator.total, before + 1);
  assert_string_equal(tx_arena_copy(&arena, "renewal date", 7), "renewal");
  assert_string_equal(tx_arena_copy(&arena, NULL, 0), "");
  tx_arena_free(&arena);
  tx_arena_free(&arena);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
}

/* Each byte tells where it lies, so that pages that went astray would show. */
static void mark(unsigned char *block, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i += 61) block[i] = (unsigned char)(i / 61 * 7);
}

static void assert_marked(const unsigned char *block, size_t end) {
  for (size_t i = 0; i < end; i += 61) {
    if (block[i] != (unsigned char)(i / 61 * 7)) fail_msg("byte %zu is lost", i);
  }
}

/* The context's own allocator, whose large blocks are pages of their own: up and down across every border. */
static void large_blocks_keep_what_is_there(void **state) {
  (void)state;
  static const size_t sizes[] = {100,           (1 << 20) - 1, 1 << 20,  (1 << 20) + 1, 20 << 20, (64 << 20) + 12345,
                                 (20 << 20) - 1, 2000000,       1 << 20,  1000,          30 << 20, 1};
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  unsigned char *block = tx_alloc(context, 10), *other = tx_alloc(context, 9 << 20);
  size_t size = 10;
  mark(block, 0, size);
  mark(other, 0, 9 << 20);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    block = tx_resize(context, block, size, sizes[i]);
    assert_non_null(block);
    assert_int_equal((uintptr_t)block % alignof(max_align_t), 0);
    assert_marked(block, size < sizes[i] ? size : sizes[i]);
    size = sizes[i];
    mark(block, 0, size);
  }
  assert_marked(other, 9 << 20);
  tx_free(context, other, 9 << 20);
  tx_free(context, block, size);
  triax_context_unref(context);
}

static void large_blocks_are_zeroed_on_demand(void **state) {
  (void)state;
  const size_t size = 5 << 20;
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  for (int turn = 0; turn < 3; turn++) { /* what one left behind is not what the next one gets */
    unsigned char *block = tx_calloc(context, size, 1);
    assert_non_null(block);
    size_t set = 0;
    for (size_t i = 0; i < size; i++) set += block[i] != 0;
    assert_int_equal(set, 0);
    memset(block, 0xab, size);
    tx_free(context, block, size);
  }
  if (tx_default_is_zero(size)) { /* more than there can be; sanitizers would not stand for it */
    assert_null(tx_alloc(context, SIZE_MAX / 4));
    unsigned char *block = tx_alloc(context, size);
    mark(block, 0, size);
    assert_null(tx_resize(context, block, size, SIZE_MAX / 4));
    assert_marked(block, size);
    tx_free(context, block, size);
  }
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_that_overflow_are_refused), cmocka_unit_test(empty_blocks_are_blocks),
      cmocka_unit_test(calloc_gives_zeros),              cmocka_unit_test(growing_keeps_what_is_there),
      cmocka_unit_test(arena_pieces_do_not_overlap),     cmocka_unit_test(small_pieces_share_blocks),
      cmocka_unit_test(reset_keeps_the_room),            cmocka_unit_test(large_blocks_keep_what_is_there),
      cmocka_unit_test(large_blocks_are_zeroed_on_demand),
  };
  return cmocka_run_group_tests_name("base_memory", tests, NULL, NULL);
}
