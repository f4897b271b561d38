/* Times the books solver on generated problems: allocation_books CUSTOMERS CSMS TIGHTNESS STRETCH MEASURES [POOLS
 * EFFORT SEED THREADS FILE]. POOLS: small, middle, large, shared. FILE receives the problem. Prints one line; times are
 * for reading, never asserted. */
#include <stdio.h>
#include <time.h>
#ifdef __linux__
#include <sys/resource.h>
#endif

#include "allocation_generate.h"
#include "books/split.h"
#include "relaxation/flow.h"

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double peak_megabytes(void) {
#ifdef __linux__
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_maxrss / 1024.0;
#else
  return 0;
#endif
}

static void write_measure(const tx_books *b, const tx_books_measure *m, FILE *file) {
  fprintf(file, "\n%d", m->amount != NULL);
  for (size_t j = 0; m->amount != NULL && j < b->customers; j++) fprintf(file, " %lld", (long long)m->amount[j]);
  fprintf(file, "\n%d", m->limit != NULL);
  for (size_t i = 0; m->limit != NULL && i < b->csms; i++) fprintf(file, " %lld", (long long)m->limit[i]);
  fprintf(file, "\n%zu", m->pieces);
  for (size_t x = 0; x < b->csms * m->pieces; x++) fprintf(file, " %lld", (long long)m->from[x]);
  for (size_t x = 0; x < b->csms * m->pieces; x++) fprintf(file, " %lld", (long long)m->slope[x]);
}

/* In the format of allocation_driver, for solvers that are set beside ours. */
static void write_problem(const tx_books *b, const char *path) {
  FILE *file = fopen(path, "w");
  if (file == NULL) {
    return;
  }
  fprintf(file, "%zu", b->csms);
  for (size_t i = 0; i < b->csms; i++) fprintf(file, " %lld", (long long)b->capacity[i]);
  for (size_t i = 0; i < b->csms; i++) fprintf(file, " %lld", (long long)b->hard[i]);
  fprintf(file, "\n%zu", b->offers);
  for (size_t o = 0; o < b->offers; o++) {
    fprintf(file, "\n%zu", b->offer_begin[o + 1] - b->offer_begin[o]);
    for (size_t e = b->offer_begin[o]; e < b->offer_begin[o + 1]; e++) {
      fprintf(file, " %u %lld", b->offer_csm[e], (long long)b->offer_points[e]);
    }
  }
  fprintf(file, "\n%zu", b->classes);
  for (size_t k = 0; k < b->classes; k++) fprintf(file, " %lld %u", (long long)b->class_load[k], b->class_offer[k]);
  fprintf(file, "\n%zu", b->customers);
  for (size_t j = 0; j < b->customers; j++) {
    long owner = b->owner[j] == TX_BOOKS_NONE ? -1 : (long)b->owner[j];
    fprintf(file, "\n%u %lld %ld %lld -1", b->customer_class[j], (long long)b->value[j], owner,
            (long long)b->owner_points[j]);
  }
  fprintf(file, "\n%zu", b->measures);
  for (size_t m = 0; m < b->measures; m++) {
    write_measure(b, &b->measure[m], file);
  }
  fprintf(file, "\n%g\n", b->effort);
  fclose(file);
}

static void print_goal(const char *name, const tx_books_goal *goal) {
  printf(" %s %lld/%lld/%lld/%lld", name, (long long)goal->value, (long long)goal->over, (long long)goal->points,
         (long long)goal->imbalance);
}

/* The relaxation of one part alone, as the solver begins: many customers coarsely first, and from there exactly. */
static int relax(const tx_split *split, size_t part, tx_watch *watch) {
  tx_arena arena;
  tx_part problem;
  tx_core core;
  tx_flow flow, coarse;
  tx_arena_init(&arena, watch->context);
  int fine = tx_part_build(split, part, &arena, &problem) &&
             tx_core_init(&core, &problem.books, problem.base, watch) == TRIAX_OK;
  if (!fine) return 0;
  uint32_t *list = tx_arena_calloc(&arena, problem.books.customers, sizeof *list);
  tx_flow_scope scope = {.customers = list};
  for (uint32_t j = 0; j < problem.books.customers; j++) {
    list[scope.count] = j;
    scope.count += tx_core_load(&core, j) > 0;
  }
  int64_t scale = tx_flow_scale(&core);
  int many = scope.count >= 2000;
  if (many) {
    scope.coarse = true;
    fine = tx_flow_init(&coarse, &core, scale, &scope, NULL) == TRIAX_OK &&
           tx_flow_solve(&coarse, UINT64_MAX / 4) == TRIAX_OK;
    scope.coarse = false;
  }
  fine = fine && tx_flow_init(&flow, &core, scale, &scope, many ? &coarse : NULL) == TRIAX_OK &&
         tx_flow_solve(&flow, UINT64_MAX / 4) == TRIAX_OK && flow.finished;
  if (many) tx_flow_free(&coarse);
  tx_flow_free(&flow);
  tx_core_free(&core);
  tx_arena_free(&arena);
  return fine;
}

/* Seconds of processor that the relaxations of all parts take, from the problem on; below 0: they failed. */
static double relaxation(triax_context *context, const tx_books *books) {
  tx_split split;
  atomic_bool canceled;
  atomic_init(&canceled, false);
  tx_watch watch = {.context = context, .canceled = &canceled, .stop = UINT64_MAX};
  clock_t begun = clock();
  int fine = tx_split_init(&split, books, context, NULL) == TRIAX_OK;
  for (size_t part = 0; fine && part < split.parts; part++) fine = relax(&split, part, &watch);
  if (fine) tx_split_free(&split);
  return fine ? (double)(clock() - begun) / CLOCKS_PER_SEC : -1;
}

int main(int count, char **words) {
  generate_options o = {.customers = 10000, .csms = 200, .seed = 1, .tightness = 105, .stretch = 0, .measures = 1};
  o.customers = count > 1 ? (size_t)strtoull(words[1], NULL, 10) : o.customers;
  o.csms = count > 2 ? (size_t)strtoull(words[2], NULL, 10) : o.csms;
  o.tightness = count > 3 ? atoi(words[3]) : o.tightness;
  o.stretch = count > 4 ? atoi(words[4]) : o.stretch;
  o.measures = count > 5 ? atoi(words[5]) : o.measures;
  generate_set_pools(&o, count > 6 ? words[6] : o.csms < 1000 ? "small" : "middle");
  o.seed = count > 8 ? strtoull(words[8], NULL, 10) : 1;
  generated g;
  generate(&g, &o);
  g.books.effort = count > 7 ? atof(words[7]) : 1;
  if (count > 10) {
    write_problem(&g.books, words[10]);
  }
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.threads = count > 9 ? strtoull(words[9], NULL, 10) : 1;
  triax_context *context = NULL;
  tx_books_result *result = NULL;
  triax_error error = {0};
  if (triax_context_new(&options, &context, &error) != TRIAX_OK) {
    return 1;
  }
  double before = peak_megabytes(), start = seconds();
  clock_t processor = clock();
  if (tx_books_solve(context, &g.books, &result, &error) != TRIAX_OK) {
    printf("%s\n", error.message);
    return 1;
  }
  double taken = seconds() - start, used = (double)(clock() - processor) / CLOCKS_PER_SEC;
  tx_books_found found;
  tx_books_check(context, &g.books, result->csm, &found, &error);
  int fine = found.not_eligible + found.not_kept + found.over_hard + found.over_limit == 0 &&
             tx_books_compare(&found.goal, &result->goal) == 0 &&
             tx_books_compare(&result->bound, &result->goal) <= 0;
  tx_books_goal certified = {0, 0, 0, 0};
  fine = fine && tx_books_certify(context, &g.books, result, &certified, &error) == TRIAX_OK &&
         certified.value <= result->goal.value;
  printf("%zu x %zu at %d%%+%d%% m%d:", o.customers, o.csms, o.tightness, o.stretch, o.measures);
  print_goal("goal", &result->goal);
  print_goal("bound", &result->bound);
  print_goal("certified", &certified);
  printf(" met %d uncovered %zu %s %.2f s (%.2f of processor) %.0f MB (of them %.0f input) work %llu M\n", (int)result->met,
         o.customers - found.covered, fine ? "checked" : "WRONG", taken, used, peak_megabytes(), before,
         (unsigned long long)(result->work / 1000000));
  printf("  its relaxation alone: %.2f s of processor\n", relaxation(context, &g.books));
  tx_books_result_free(result);
  triax_context_unref(context);
  generate_free(&g);
  return fine ? 0 : 1;
}
