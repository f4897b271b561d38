/* A host with an allocator and threads of its own: the library takes memory and work from there and nowhere else.
 *
 * usage: pool POLICY      plans 200,000 invented customers twice: alone, and with four threads of the pool
 *
 *   cc -std=c11 pool.c -o pool $(pkg-config --cflags --libs triax-yaml) -pthread */
#include "host.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* --- memory: counted; blocks come with their sizes, so that an arena needs no headers ------------------------------
 */

typedef struct memory {
  atomic_llong bytes, most;
} memory;

static void *resize(void *user, void *block, size_t old_size, size_t new_size) {
  memory *counted = user;
  void *got = NULL;
  if (new_size == 0) free(block);
  else if ((got = realloc(block, new_size)) == NULL) return NULL; /* the old block is as it was */
  long long now = atomic_fetch_add(&counted->bytes, (long long)new_size - (long long)old_size) + (long long)new_size -
                  (long long)old_size;
  long long most = atomic_load(&counted->most);
  while (now > most && !atomic_compare_exchange_weak(&counted->most, &most, now)) {
  }
  return got;
}

/* --- threads: three that wait for work ---------------------------------------------------------------------------- */

#define WORKERS 3

typedef struct pool {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  pthread_t threads[WORKERS];
  triax_task_fn run; /* NULL: nothing to do */
  void *work;
  uint64_t next, tasks; /* tasks not yet begun */
  size_t busy;          /* tasks being run */
  size_t calls, done;   /* how often work came; tasks that the three ran */
  int closing;
} pool;

static void *wait_for_work(void *user) {
  pool *p = user;
  pthread_mutex_lock(&p->lock);
  for (;;) {
    while (!p->closing && p->next == p->tasks) pthread_cond_wait(&p->changed, &p->lock);
    if (p->closing) break;
    triax_task_fn run = p->run;
    void *work = p->work;
    uint64_t task = p->next++;
    p->busy++;
    pthread_mutex_unlock(&p->lock);
    run(work, task);
    pthread_mutex_lock(&p->lock);
    p->busy--;
    p->done++;
    pthread_cond_broadcast(&p->changed);
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

/* The first task is the caller's own. Those that no thread has begun when it is done are left out: others did them. */
static void parallel(void *user, uint64_t tasks, triax_task_fn run, void *work) {
  pool *p = user;
  pthread_mutex_lock(&p->lock);
  p->calls++;
  p->run = run;
  p->work = work;
  p->next = 1;
  p->tasks = tasks;
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->lock);
  run(work, 0);
  pthread_mutex_lock(&p->lock);
  p->next = p->tasks = 0;
  while (p->busy > 0) pthread_cond_wait(&p->changed, &p->lock);
  pthread_mutex_unlock(&p->lock);
}

static void open_pool(pool *p) {
  memset(p, 0, sizeof *p);
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->changed, NULL);
  for (int i = 0; i < WORKERS; i++) {
    if (pthread_create(&p->threads[i], NULL, wait_for_work, p) != 0) exit(1);
  }
}

static void close_pool(pool *p) {
  pthread_mutex_lock(&p->lock);
  p->closing = 1;
  pthread_cond_broadcast(&p->changed);
  pthread_mutex_unlock(&p->lock);
  for (int i = 0; i < WORKERS; i++) pthread_join(p->threads[i], NULL);
  pthread_cond_destroy(&p->changed);
  pthread_mutex_destroy(&p->lock);
}

/* --- the plan ----------------------------------------------------------------------------------------------------- */

static triax_table *invent(triax_context *context) {
  static const char *const names[] = {"id", "arr", "seats", "active"};
  triax_error error;
  triax_table_builder *builder = begin_table(context, names, 4);
  for (unsigned i = 0; i < 200000; i++) {
    char key[16];
    snprintf(key, sizeof key, "c%05u", i);
    triax_text text = triax_text_of(key);
    double values[] = {i * 7919u % 20000, 10 + i % 90, i * 31u % 100};
    must(triax_table_builder_texts(builder, 0, &text, 1, &error), &error);
    for (size_t c = 0; c < 3; c++)
      must(triax_table_builder_numbers(builder, c + 1, &values[c], NULL, 1, &error), &error);
  }
  return end_table(builder);
}

/* A sum over every customer's health and segment, in which any difference would show. */
static uint64_t plan(const char *path, const triax_context_options *options) {
  triax_error error;
  triax_context *context = NULL;
  triax_customers *customers = NULL;
  triax_plan *plan = NULL;
  must(triax_context_new(options, &context, &error), &error);
  triax_policy *policy = read_policy(context, path);
  triax_table *table = invent(context);
  must(triax_customers_new(context, policy, table, NULL, &customers, NULL, NULL, &error), &error);
  must(triax_plan_new(context, policy, customers, NULL, NULL, &plan, NULL, &error), &error);
  const triax_table *result = triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS);
  size_t health = triax_table_find(result, triax_text_of("health"));
  size_t segment = triax_table_find(result, triax_text_of("segment"));
  uint64_t sum = 14695981039346656037u;
  for (size_t row = 0; row < triax_table_rows(result); row++) {
    double value = triax_table_number(result, health, row);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    sum = (sum ^ bits) * 1099511628211u;
    sum = (sum ^ (unsigned char)triax_table_text(result, segment, row).bytes[0]) * 1099511628211u;
  }
  triax_plan_unref(plan);
  triax_customers_unref(customers);
  triax_table_unref(table);
  triax_policy_unref(policy);
  triax_context_unref(context);
  return sum;
}

int main(int count, char **arguments) {
  memory counted = {0};
  pool threads;
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  if (count != 2) return 2;
  uint64_t alone = plan(arguments[1], NULL);
  open_pool(&threads);
  options.resize = resize;
  options.resize_user = &counted;
  options.threads = WORKERS + 1;
  options.parallel = parallel;
  options.parallel_user = &threads;
  uint64_t together = plan(arguments[1], &options);
  close_pool(&threads);
  printf("same plan: %s\n", alone == together ? "yes" : "no");
  printf("work came to the pool: %s\n", threads.calls > 0 ? "yes" : "no");
  fprintf(stderr, "%zu times; the three ran %zu tasks\n", threads.calls, threads.done);
  printf("bytes left: %lld\n", atomic_load(&counted.bytes));
  return atomic_load(&counted.most) < 1000000; /* 200,000 customers take megabytes: the memory was ours */
}
