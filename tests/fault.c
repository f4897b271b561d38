#include "fault.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* In front of each block: its size, and a mark that shows the block to be ours and alive. */
typedef union header {
  struct {
    size_t size;
    uint32_t mark;
  } block;
  max_align_t alignment;
} header;

#define ALIVE UINT32_C(0xA11CE5)
#define FRESH_JUNK 0xA5
#define FREED_JUNK 0x5A

static void lock(fault_allocator *allocator) {
  while (atomic_flag_test_and_set_explicit(&allocator->lock, memory_order_acquire)) {
  }
}

static void unlock(fault_allocator *allocator) { atomic_flag_clear_explicit(&allocator->lock, memory_order_release); }

static bool may_allocate(fault_allocator *allocator) {
  allocator->total++;
  if (allocator->countdown == FAULT_NEVER) {
    return true;
  }
  if (allocator->countdown > 0) {
    allocator->countdown--;
    return true;
  }
  if (!allocator->sticky) {
    allocator->countdown = FAULT_NEVER;
  }
  allocator->failed++;
  return false;
}

static void check(const header *block, size_t old_size) {
  if (block->block.mark != ALIVE || block->block.size != old_size) {
    fprintf(stderr, "fault_resize: a block of %zu bytes (mark %x) was given back as one of %zu\n", block->block.size,
            (unsigned)block->block.mark, old_size);
    abort();
  }
}

static header *make(fault_allocator *allocator, size_t size) {
  if (!may_allocate(allocator) || size > SIZE_MAX - sizeof(header)) {
    return NULL;
  }
  header *block = malloc(sizeof *block + size);
  if (block != NULL) {
    block->block.size = size;
    block->block.mark = ALIVE;
    memset(block + 1, FRESH_JUNK, size);
    allocator->live_blocks++;
    allocator->live_bytes += size;
  }
  return block;
}

static void drop(fault_allocator *allocator, header *block) {
  allocator->live_blocks--;
  allocator->live_bytes -= block->block.size;
  memset(block + 1, FREED_JUNK, block->block.size);
  block->block.mark = 0;
  free(block);
}

void *fault_resize(void *user, void *block, size_t old_size, size_t new_size) {
  fault_allocator *allocator = user;
  header *old = block == NULL ? NULL : (header *)block - 1;
  header *made = NULL;
  lock(allocator);
  if (old != NULL) {
    check(old, old_size);
  }
  if (new_size > 0) {
    made = make(allocator, new_size);
  }
  if (made != NULL && old != NULL) {
    memcpy(made + 1, old + 1, old_size < new_size ? old_size : new_size);
  }
  if (old != NULL && (made != NULL || new_size == 0)) {
    drop(allocator, old);
  }
  unlock(allocator);
  return made == NULL ? NULL : made + 1;
}

triax_context *fault_context(fault_allocator *allocator) {
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.resize = fault_resize;
  options.resize_user = allocator;
  triax_context *context = NULL;
  triax_context_new(&options, &context, NULL);
  return context;
}

static void check_nothing_alive(const fault_allocator *allocator, const char *what, size_t n) {
  if (allocator->live_blocks != 0) {
    fail_msg("%s %zu: %zu blocks with %zu bytes were not freed", what, n, allocator->live_blocks,
             allocator->live_bytes);
  }
}

/* One run with allocation n failing. True when nothing was left to fail. */
static bool run_once(fault_scenario scenario, void *user, size_t n, bool sticky, size_t *total) {
  fault_allocator allocator = {.countdown = FAULT_NEVER, .sticky = sticky};
  triax_context *context = fault_context(&allocator);
  assert_non_null(context);
  allocator.countdown = n;
  allocator.total = 0;
  triax_status status = scenario(context, user);
  triax_context_unref(context);
  check_nothing_alive(&allocator, sticky ? "with all allocations failing from" : "with failing allocation", n);
  *total = allocator.total;
  if (allocator.failed == 0) {
    if (status != TRIAX_OK) {
      fail_msg("without any failure: %s", triax_status_name(status));
    }
    return true;
  }
  if (status != TRIAX_ENOMEM && status != TRIAX_OK) {
    fail_msg("with failing allocation %zu%s: %s, not TRIAX_ENOMEM", n, sticky ? " and all later ones" : "",
             triax_status_name(status));
  }
  return false;
}

/* In the short form the first allocations fail one by one, later ones in strides. */
#define SHORT_WHOLE 256
#define SHORT_STRIDE 7

size_t fault_run(fault_scenario scenario, void *user) {
  const size_t stride = getenv("TRIAX_SHORT") ? SHORT_STRIDE : 1;
  size_t total = 0;
  for (int sticky = 0; sticky < 2; sticky++) {
    /* The two do not stride over the same allocations. */
    const size_t whole = SHORT_WHOLE + (sticky ? SHORT_STRIDE / 2 : 0);
    for (size_t n = 0; !run_once(scenario, user, n, sticky != 0, &total); n += n < whole ? 1 : stride) {
    }
  }
  return total;
}

typedef struct canceler {
  size_t calls, cancel_at;
} canceler;

static int count_and_cancel(void *user, const char *stage, double done) {
  canceler *state = user;
  assert_non_null(stage);
  assert_true(done >= 0 && done <= 1);
  return state->calls++ == state->cancel_at;
}

static bool cancel_once(fault_scenario scenario, void *user, size_t n, size_t *calls) {
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  canceler state = {.cancel_at = n};
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.resize = fault_resize;
  options.resize_user = &allocator;
  options.progress = count_and_cancel;
  options.progress_user = &state;
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  triax_status status = scenario(context, user);
  triax_context_unref(context);
  check_nothing_alive(&allocator, "canceled at call", n);
  bool canceled = state.calls > n;
  if (status != (canceled ? TRIAX_ECANCELED : TRIAX_OK)) {
    fail_msg("canceled at call %zu of %zu: %s", n, state.calls, triax_status_name(status));
  }
  *calls = state.calls;
  return canceled;
}

size_t fault_cancel_run(fault_scenario scenario, void *user) {
  size_t calls = 0;
  for (size_t n = 0; cancel_once(scenario, user, n, &calls); n++) {
  }
  return calls;
}
