#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#ifdef __linux__
#include <sys/resource.h>
#endif

#include "base/context.h"
#include "base/error.h"
#include "fault.h"

static void options_are_checked_by_size(void **state) {
  (void)state;
  struct {
    triax_context_options known;
    uint64_t newer[2];
  } future = {.known = TRIAX_CONTEXT_OPTIONS_INIT};
  triax_context *context = NULL;
  triax_error error;
  future.known.struct_size = 0;
  assert_int_equal(triax_context_new(&future.known, &context, &error), TRIAX_EINVAL);
  assert_non_null(strstr(error.message, "triax_context_options: struct_size is 0"));
  future.known.struct_size = sizeof(triax_context_options) - 1;
  assert_int_equal(triax_context_new(&future.known, &context, &error), TRIAX_EINVAL);
  future.known.struct_size = sizeof future;
  future.newer[1] = 1;
  assert_int_equal(triax_context_new(&future.known, &context, &error), TRIAX_EINVAL);
  assert_non_null(strstr(error.message, "does not know"));
  assert_null(context);
  future.newer[1] = 0;
  assert_int_equal(triax_context_new(&future.known, &context, &error), TRIAX_OK);
  triax_context_unref(context);
  assert_int_equal(triax_context_new(NULL, NULL, &error), TRIAX_EINVAL);
}

static void a_shorter_options_struct_gets_zeros(void **state) {
  (void)state;
  struct {
    size_t struct_size;
    size_t first;
  } old = {sizeof old, 7};
  struct {
    size_t struct_size;
    size_t first, second;
  } now = {1, 2, 3};
  assert_int_equal(tx_options_copy(&old, sizeof old, sizeof now, &now, "options", NULL), TRIAX_OK);
  assert_int_equal(now.struct_size, sizeof now);
  assert_int_equal(now.first, 7);
  assert_int_equal(now.second, 0);
  assert_int_equal(tx_options_copy(NULL, sizeof old, sizeof now, &now, "options", NULL), TRIAX_OK);
  assert_int_equal(now.struct_size, sizeof now);
  assert_int_equal(now.first, 0);
}

static void references_are_counted(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  assert_ptr_equal(triax_context_ref(context), context);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 1);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
  assert_null(triax_context_ref(NULL));
  triax_context_unref(NULL);
  allocator.countdown = 0;
  assert_null(fault_context(&allocator));
}

static void count_line(void *user, int32_t level, const char *line) {
  assert_int_equal(level, TRIAX_LEVEL_WARNING);
  assert_string_equal(line, "two owners of 'a b', 3 in all");
  ++*(int *)user;
}

static triax_context *logging(triax_log_fn log, void *user, uint64_t threads) {
  triax_context_options options;
  triax_context *context = NULL;
  triax_context_options_init(&options);
  options.log = log;
  options.log_user = user;
  options.threads = threads;
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  return context;
}

static void log_lines_reach_the_host(void **state) {
  (void)state;
  int lines = 0;
  triax_context *context = logging(count_line, &lines, 1);
  assert_true(tx_logs(context));
  tx_log(context, TRIAX_LEVEL_WARNING, "two owners of '%s', %zu in all", "a\nb", (size_t)3);
  assert_int_equal(lines, 1);
  triax_context_unref(context);
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  assert_false(tx_logs(context));
  tx_log(context, TRIAX_LEVEL_WARNING, "unheard");
  assert_int_equal(tx_progress(context, "stage", 0.5, NULL), TRIAX_OK);
  assert_int_equal(tx_context_threads(context), 1);
  triax_context_unref(context);
}

static triax_context *context_of(uint64_t threads) {
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.threads = threads;
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  return context;
}

enum { ITEMS = 100003 };
typedef struct sums {
  unsigned char seen[ITEMS];
  size_t workers;
  size_t fail_from; /* the first of the items that fail */
} sums;

static triax_status mark_seen(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  sums *marks = user;
  if (worker >= marks->workers || begin >= end || end > ITEMS) {
    return tx_fail(error, TRIAX_EINVAL, "worker %zu of %zu, [%zu, %zu)", worker, marks->workers, begin, end);
  }
  for (size_t i = begin; i < end; i++) {
    if (i >= marks->fail_from) {
      return tx_fail(error, TRIAX_EDATA, "item %zu", i);
    }
    marks->seen[i]++;
  }
  return TRIAX_OK;
}

static void every_item_is_seen_once(void **state) {
  (void)state;
  static const uint64_t threads[] = {1, 2, 8, 100000};
  static const size_t grains[] = {0, 1, 7, 1000, ITEMS - 1, ITEMS, SIZE_MAX};
  static sums marks;
  for (size_t t = 0; t < 4; t++) {
    triax_context *context = context_of(threads[t]);
    for (size_t g = t == 3 ? 3 : 0; g < 7; g++) {
      marks = (sums){.workers = tx_context_threads(context), .fail_from = SIZE_MAX};
      assert_int_equal(tx_parallel_for(context, "counting", ITEMS, grains[g], mark_seen, &marks, NULL), TRIAX_OK);
      for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(marks.seen[i], 1);
      }
    }
    assert_int_equal(tx_parallel_for(context, "nothing", 0, 10, mark_seen, &marks, NULL), TRIAX_OK);
    triax_context_unref(context);
  }
}

static void the_lowest_failure_wins(void **state) {
  (void)state;
  static sums marks;
  for (uint64_t threads = 1; threads <= 8; threads *= 2) {
    triax_context *context = context_of(threads);
    for (int repeat = 0; repeat < 20; repeat++) {
      marks = (sums){.workers = (size_t)threads, .fail_from = 31337};
      triax_error error = {0};
      assert_int_equal(tx_parallel_for(context, "failing", ITEMS, 10, mark_seen, &marks, &error), TRIAX_EDATA);
      assert_string_equal(error.message, "item 31337");
      assert_int_equal(tx_parallel_for(context, "failing", ITEMS, 10, mark_seen, &marks, NULL), TRIAX_EDATA);
    }
    triax_context_unref(context);
  }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#if defined(__linux__) && !defined(SANITIZED)
static void keep_line(void *user, int32_t level, const char *line) {
  assert_int_equal(level, TRIAX_LEVEL_WARNING);
  assert_string_equal(user, ""); /* one line for one piece of work */
  strcpy(user, line);
}

/* Where there is no room for another stack, threads are refused: the work is done by those that are there, and the host
 * hears of it. Comes before all tests that start threads, whose stacks the C library keeps. */
static void refused_threads_are_told(void **state) {
  (void)state;
  static sums marks;
  char heard[TRIAX_ERROR_SIZE] = "";
  struct rlimit usual, none;
  triax_context *context = logging(keep_line, heard, 4);
  marks = (sums){.workers = 4, .fail_from = SIZE_MAX};
  assert_int_equal(getrlimit(RLIMIT_AS, &usual), 0);
  none = usual;
  none.rlim_cur = 1;
  assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
  void *volatile room = malloc((size_t)64 << 20);
  if (room) { /* an emulator of a machine keeps no such limit */
    free(room);
    assert_int_equal(setrlimit(RLIMIT_AS, &usual), 0);
    triax_context_unref(context);
    skip();
  }
  triax_status status = tx_parallel_for(context, "counting", ITEMS, 10, mark_seen, &marks, NULL);
  assert_int_equal(setrlimit(RLIMIT_AS, &usual), 0);
  assert_int_equal(status, TRIAX_OK);
  for (size_t i = 0; i < ITEMS; i++) {
    assert_int_equal(marks.seen[i], 1);
  }
  assert_string_equal(heard, "counting: the system gave 1 of 4 threads; the work goes on with them, and comes to the same");
  heard[0] = '\0';
  assert_int_equal(tx_parallel_for(context, "counting", ITEMS, 10, mark_seen, &marks, NULL), TRIAX_OK);
  assert_string_equal(heard, "");
  triax_context_unref(context);
}
#endif

/* Hosts' pools: what they leave out, in which order they run, how often they were called. */
typedef struct pool {
  uint64_t tasks, first, step; /* first, first + step … as long as below tasks; tasks 0: as many as there are */
  size_t calls;
} pool;

static void run_in_order(void *user, uint64_t tasks, triax_task_fn run, void *work) {
  pool *host = user;
  host->calls++;
  assert_in_range(tasks, 2, 8);
  tasks = host->tasks == 0 ? tasks : host->tasks;
  for (uint64_t task = host->first; task < tasks; task += host->step) {
    run(work, tasks - 1 - task);
  }
}

static triax_context *hosted(uint64_t threads, triax_parallel_fn parallel, void *user) {
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  triax_context *context = NULL;
  options.threads = threads;
  options.parallel = parallel;
  options.parallel_user = user;
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  return context;
}

static void a_hosts_threads_do_all_the_work(void **state) {
  (void)state;
  static sums marks;
  /* Every task from the last to the first; none; every third; only the first; numbers that were not asked for. */
  static const pool kinds[] = {{0, 0, 1, 0}, {0, 99, 1, 0}, {0, 1, 3, 0}, {1, 0, 1, 0}, {1000, 0, 1, 0}};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    pool host = kinds[k];
    triax_context *context = hosted(8, run_in_order, &host);
    marks = (sums){.workers = 8, .fail_from = SIZE_MAX};
    assert_int_equal(tx_parallel_for(context, "counting", ITEMS, 10, mark_seen, &marks, NULL), TRIAX_OK);
    for (size_t i = 0; i < ITEMS; i++) {
      assert_int_equal(marks.seen[i], 1);
    }
    marks.fail_from = 31337;
    triax_error error = {0};
    assert_int_equal(tx_parallel_for(context, "failing", ITEMS, 10, mark_seen, &marks, &error), TRIAX_EDATA);
    assert_string_equal(error.message, "item 31337");
    assert_int_equal(host.calls, 2);
    triax_context_unref(context);
  }
}

static void a_host_is_not_asked_for_one_thread(void **state) {
  (void)state;
  static sums marks;
  pool host = {0, 0, 1, 0};
  for (uint64_t threads = 0; threads < 2; threads++) {
    triax_context *context = hosted(threads, run_in_order, &host);
    marks = (sums){.workers = 1, .fail_from = SIZE_MAX};
    assert_int_equal(tx_parallel_for(context, "counting", ITEMS, 10, mark_seen, &marks, NULL), TRIAX_OK);
    triax_context_unref(context);
  }
  assert_int_equal(host.calls, 0);
}

typedef struct progress {
  size_t calls, stop_at;
  double last;
} progress;

static int stop_later(void *user, const char *stage, double done) {
  progress *seen = user;
  assert_string_equal(stage, "working");
  assert_true(done >= seen->last && done <= 1);
  seen->last = done;
  return ++seen->calls >= seen->stop_at;
}

static void progress_cancels(void **state) {
  (void)state;
  static sums marks;
  for (uint64_t threads = 1; threads <= 4; threads *= 2) {
    progress seen = {.stop_at = 3};
    triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
    options.threads = threads;
    options.progress = stop_later;
    options.progress_user = &seen;
    triax_context *context = NULL;
    assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
    marks = (sums){.workers = (size_t)threads, .fail_from = SIZE_MAX};
    triax_error error = {0};
    triax_status status = tx_parallel_for(context, "working", ITEMS, 1, mark_seen, &marks, &error);
    if (seen.calls >= 3) { /* other threads may have left the caller too few pieces to be asked three times */
      assert_int_equal(status, TRIAX_ECANCELED);
      assert_int_equal(error.status, TRIAX_ECANCELED);
      assert_non_null(strstr(error.message, "working"));
    } else {
      assert_int_not_equal(threads, 1);
      assert_int_equal(status, TRIAX_OK);
    }
    triax_context_unref(context);
  }
}

static triax_status count_items(triax_context *context, void *user) {
  return tx_parallel_for(context, "working", 1000, 100, mark_seen, user, NULL);
}

static void every_cancellation_is_obeyed(void **state) {
  (void)state;
  static sums marks;
  marks = (sums){.workers = 1, .fail_from = SIZE_MAX};
  assert_int_equal(fault_cancel_run(count_items, &marks), 10);
  assert_int_equal(fault_run(count_items, &marks), 0);
}

static void versions_agree(void **state) {
  (void)state;
  assert_string_equal(triax_version(), TRIAX_VERSION);
  assert_int_equal(triax_version_number(),
                   TRIAX_VERSION_MAJOR * 10000 + TRIAX_VERSION_MINOR * 100 + TRIAX_VERSION_PATCH);
  assert_int_equal(triax_policy_language(), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#if defined(__linux__) && !defined(SANITIZED)
      cmocka_unit_test(refused_threads_are_told),
#endif
      cmocka_unit_test(options_are_checked_by_size),
      cmocka_unit_test(a_shorter_options_struct_gets_zeros),
      cmocka_unit_test(references_are_counted),
      cmocka_unit_test(log_lines_reach_the_host),
      cmocka_unit_test(every_item_is_seen_once),
      cmocka_unit_test(the_lowest_failure_wins),
      cmocka_unit_test(progress_cancels),
      cmocka_unit_test(every_cancellation_is_obeyed),
      cmocka_unit_test(versions_agree),
      cmocka_unit_test(a_hosts_threads_do_all_the_work),
      cmocka_unit_test(a_host_is_not_asked_for_one_thread),
  };
  return cmocka_run_group_tests_name("base_context", tests, NULL, NULL);
}
