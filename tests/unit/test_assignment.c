/* The assignment problem through its public face: brute force over small problems, extremes, proofs, faults. */
#include "assignment_small.h"
#include "fault.h"

static void check_small(triax_context *context, const small *s, int *covered) {
  int64_t best = INT64_MAX, room[AGENTS];
  memcpy(room, s->capacity, sizeof room);
  bool any = brute(s, 0, room, 0, &best);
  triax_assignment_figures f;
  triax_assignment *a = solve(context, s, 0.001, &f);
  hold(context, s, a, &f);
  if (any) {
    assert_true(f.bound <= best);
    assert_int_equal(f.uncovered, 0);
    assert_int_equal(f.cost, best);
    *covered += 1;
  } else {
    assert_true(f.uncovered > 0);
  }
  triax_assignment_unref(a);
}

static void all_small(void **unused) {
  (void)unused;
  triax_context *context = plain();
  static const int64_t tightness[] = {60, 80, 100, 130};
  int covered = 0, cases = 0;
  for (int n = 0; n < 400; n++, cases++) {
    small s;
    make(&s, 1 + (size_t)below(4), (size_t)below(ITEMS), n % 5 == 0 ? 3 : 50, n % 7 == 0 ? 2 : 30, tightness[n % 4]);
    check_small(context, &s, &covered);
  }
  assert_in_range(covered, cases / 4, cases);
  triax_context_unref(context);
}

static void nothing_to_do(void **unused) {
  (void)unused;
  triax_context *context = plain();
  small s;
  triax_assignment_figures f;
  make(&s, 2, 0, 9, 9, 100);
  triax_assignment *a = solve(context, &s, 1, &f);
  assert_int_equal(f.cost, 0);
  assert_int_equal(f.optimal, 1);
  hold(context, &s, a, &f);
  triax_assignment_unref(a);
  make(&s, 1, 3, 9, 9, 100);
  s.problem.agents = 0;
  a = solve(context, &s, 1, &f);
  assert_int_equal(f.uncovered, 3);
  assert_int_equal(triax_assignment_agents(a, NULL)[2], TRIAX_ASSIGNMENT_NONE);
  assert_non_null(strstr(triax_assignment_message(a), "no agents"));
  triax_assignment_unref(a);
  triax_context_unref(context);
}

static void too_little_room(void **unused) {
  (void)unused;
  triax_context *context = plain();
  small s = {.cost = {1, 1, 1}, .load = {5, 4, 3}, .capacity = {10}};
  point(&s, 1, 3);
  triax_assignment_figures f;
  triax_assignment *a = solve(context, &s, 0.01, &f);
  assert_int_equal(f.uncovered, 1);
  assert_int_equal(f.missing, 2);
  assert_int_equal(triax_assignment_missing(a, NULL)[0], 2);
  assert_non_null(strstr(triax_assignment_message(a), "agent 0 (+2)"));
  hold(context, &s, a, &f);
  triax_assignment_unref(a);
  s.load[0] = 11;
  a = solve(context, &s, 0.01, &f);
  assert_int_equal(f.bound, INT64_MAX);
  assert_int_equal(f.uncovered, 1);
  assert_int_equal(f.missing, 8);
  triax_assignment_unref(a);
  triax_context_unref(context);
}

static void largest_numbers(void **unused) {
  (void)unused;
  triax_context *context = plain();
  const int64_t big = INT64_C(1) << 53;
  small s = {.cost = {big, -big, 0, -big, big, 7}, .load = {big, 1, big, big, 1, 0}, .capacity = {big, big}};
  point(&s, 2, 3);
  int covered = 0;
  check_small(context, &s, &covered);
  assert_int_equal(covered, 1);
  triax_assignment *a = NULL;
  triax_error error;
  s.cost[0] = INT64_MIN;
  assert_int_equal(triax_assignment_solve(context, &s.problem, NULL, &a, &error), TRIAX_ELIMIT);
  s.cost[0] = 0, s.load[1] = -1;
  assert_int_equal(triax_assignment_solve(context, &s.problem, NULL, &a, &error), TRIAX_EINVAL);
  s.load[1] = INT64_MAX;
  assert_int_equal(triax_assignment_solve(context, &s.problem, NULL, &a, &error), TRIAX_ELIMIT);
  s.load[1] = 0, s.capacity[1] = -1;
  assert_int_equal(triax_assignment_solve(context, &s.problem, NULL, &a, &error), TRIAX_EINVAL);
  s.capacity[1] = 0;
  triax_assignment_options options = TRIAX_ASSIGNMENT_OPTIONS_INIT;
  options.effort = -1;
  assert_int_equal(triax_assignment_solve(context, &s.problem, &options, &a, &error), TRIAX_EINVAL);
  options.effort = 0, options.struct_size = 3;
  assert_int_equal(triax_assignment_solve(context, &s.problem, &options, &a, &error), TRIAX_EINVAL);
  s.problem.load = NULL;
  assert_int_equal(triax_assignment_solve(context, &s.problem, NULL, &a, &error), TRIAX_EINVAL);
  assert_null(a);
  triax_context_unref(context);
}

/* Cost 1 + 2 by hand: both items want agent 0, which has room for one. */
static void forged_proofs(void **unused) {
  (void)unused;
  triax_context *context = plain();
  small s = {.cost = {1, 1, 3, 2}, .load = {2, 2, 2, 2}, .capacity = {2, 2}};
  point(&s, 2, 2);
  const uint32_t good[] = {0, 1}, crowded[] = {0, 0}, wrong[] = {0, 2};
  const int64_t one = 1, ones[] = {1, 0}, items[] = {1, 2}, negative[] = {-1, 0}, huge[] = {INT64_MAX, INT64_MAX};
  triax_assignment_found found = {.struct_size = sizeof found};
  triax_assignment_proof proof = {sizeof proof, 2, ones, 2, 0, TRIAX_ASSIGNMENT_PROOF_CAPACITY, 0};
  triax_error error;
  /* Prices 1/2, 0: min(1 + 1, 3) + min(1 + 1, 2) - 1 = 3. */
  assert_int_equal(triax_assignment_check(context, &s.problem, good, &proof, &found, &error), TRIAX_OK);
  assert_int_equal(found.cost, 3);
  assert_int_equal(found.bound, 3);
  assert_int_equal(triax_assignment_check(context, &s.problem, crowded, NULL, &found, &error), TRIAX_OK);
  assert_int_equal(found.over, 1);
  assert_int_equal(found.excess, 2);
  assert_int_equal(found.bound, INT64_MIN);
  assert_int_equal(triax_assignment_check(context, &s.problem, wrong, NULL, &found, &error), TRIAX_EINVAL);
  proof.price = items, proof.kind = TRIAX_ASSIGNMENT_PROOF_ITEMS, proof.scale = 2;
  /* Item prices 1/2 and 1 above the cheapest: agent 0 takes the second (profit 1), agent 1 nothing: 2 + 3/2 - 1 = 2.5.
   */
  assert_int_equal(triax_assignment_check(context, &s.problem, good, &proof, &found, &error), TRIAX_OK);
  assert_int_equal(found.bound, 3);
  proof.price = huge;
  assert_int_equal(triax_assignment_check(context, &s.problem, good, &proof, &found, &error), TRIAX_ELIMIT);
  proof.price = negative, proof.kind = TRIAX_ASSIGNMENT_PROOF_CAPACITY;
  assert_int_equal(triax_assignment_check(context, &s.problem, good, &proof, &found, &error), TRIAX_EINVAL);
  proof.price = &one, proof.count = 1;
  assert_int_equal(triax_assignment_check(context, &s.problem, good, &proof, &found, &error), TRIAX_EINVAL);
  triax_context_unref(context);
}

static int stop_at_once(void *user, const char *stage, double done) {
  (void)user, (void)stage, (void)done;
  return 1;
}

static void fill_dense(triax_assignment_problem *problem, int64_t *cost, int64_t *load, int64_t *capacity) {
  size_t m = problem->agents, n = problem->items;
  for (size_t x = 0; x < m * n; x++) {
    load[x] = 1 + below(100);
    cost[x] = 111 - load[x] + below(21) - 10;
  }
  for (size_t i = 0; i < m; i++) {
    capacity[i] = (int64_t)(n * 40 / m);
  }
  problem->cost = cost, problem->load = load, problem->capacity = capacity;
}

/* A deadline that strikes at the first chance still leaves an answer with a bound that holds. */
static void stopped(void **unused) {
  (void)unused;
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.progress = stop_at_once;
  triax_context *context = NULL, *still = plain();
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  static int64_t cost[20 * 300], load[20 * 300], capacity[20];
  triax_assignment_problem problem = {sizeof problem, 20, 300, NULL, NULL, NULL};
  fill_dense(&problem, cost, load, capacity);
  triax_assignment *a = NULL;
  triax_error error;
  assert_int_equal(triax_assignment_solve(context, &problem, NULL, &a, &error), TRIAX_OK);
  triax_assignment_figures f = {.struct_size = sizeof f};
  triax_assignment_proof proof = {.struct_size = sizeof proof};
  triax_assignment_found found = {.struct_size = sizeof found};
  triax_assignment_summary(a, &f, NULL);
  triax_assignment_prove(a, &proof, NULL);
  assert_int_equal(f.stopped, 1);
  assert_int_equal(triax_assignment_check(still, &problem, triax_assignment_agents(a, NULL), &proof, &found, &error),
                   TRIAX_OK);
  assert_int_equal(found.over, 0);
  assert_int_equal(found.bound, proof.bound);
  assert_true(f.uncovered > 0 || f.bound <= f.cost);
  triax_assignment_unref(a);
  triax_context_unref(context);
  triax_context_unref(still);
}

typedef struct watch {
  double until, last;
  size_t calls;
} watch;

static int stop_after(void *user, const char *stage, double done) {
  watch *w = user;
  (void)stage;
  assert_true(done >= w->last && done <= 1);
  w->last = done;
  w->calls++;
  return done >= w->until;
}

/* Agents that are best filled to the unit, where diving, annealing and exchanges all have their turn: stopped at any
 * point the answer holds, later ones are no worse than the first, and in the end it is close to the bound. */
static void dense(void **unused) {
  (void)unused;
  enum { M = 15, N = 240 };
  static int64_t cost[M * N], load[M * N], capacity[M];
  triax_assignment_problem problem = {sizeof problem, M, N, NULL, NULL, NULL};
  fill_dense(&problem, cost, load, capacity);
  static const double until[] = {0.1, 0.3, 0.5, 0.8, 2};
  int64_t first = 0;
  for (size_t n = 0; n < 5; n++) {
    watch w = {until[n], 0, 0};
    triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
    options.progress = stop_after, options.progress_user = &w;
    triax_context *context = NULL;
    triax_assignment_options how = TRIAX_ASSIGNMENT_OPTIONS_INIT;
    triax_assignment_figures f = {.struct_size = sizeof f};
    triax_assignment_proof proof = {.struct_size = sizeof proof};
    triax_assignment_found found = {.struct_size = sizeof found};
    triax_assignment *a = NULL;
    how.effort = 0.1;
    assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
    assert_int_equal(triax_assignment_solve(context, &problem, &how, &a, NULL), TRIAX_OK);
    assert_true(w.calls > 0);
    triax_assignment_summary(a, &f, NULL);
    triax_assignment_prove(a, &proof, NULL);
    w.until = 2, w.last = 0;
    assert_int_equal(triax_assignment_check(context, &problem, triax_assignment_agents(a, NULL), &proof, &found, NULL),
                     TRIAX_OK);
    assert_int_equal(f.stopped, until[n] < 1);
    assert_int_equal(f.uncovered, 0);
    assert_int_equal(found.over, 0);
    assert_int_equal(found.cost, f.cost);
    assert_true(found.bound >= proof.bound && f.bound <= f.cost && found.bound <= f.cost);
    first = n == 0 ? f.cost : first;
    assert_true(f.cost <= first);
    /* 111 less load, more or less 10: some 14,000 in all, and never 1 % from the bound. */
    assert_true(until[n] < 1 || (f.cost - f.bound) * 100 < f.cost);
    triax_assignment_unref(a);
    triax_context_unref(context);
  }
}

/* Hostile numbers at a size where every way of searching has its turn; what is claimed, the checker agrees with. */
static void hostile(void **unused) {
  (void)unused;
  enum { M = 9, N = 70, KINDS = 8 };
  static int64_t cost[M * N], load[M * N], capacity[M];
  triax_context *context = plain();
  triax_assignment_problem problem = {sizeof problem, M, N, cost, load, capacity};
  const int64_t most = (INT64_C(1) << 56) / N;
  for (int kind = 0; kind < KINDS; kind++) {
    for (size_t x = 0; x < M * N; x++) {
      cost[x] = kind == 1 ? below(2 * most) - most : kind == 2 ? 7 : kind == 3 ? -below(1000) : below(100);
      load[x] = kind == 4 ? 0 : kind == 5 ? most / 2 - below(3) : kind == 2 ? 5 : kind == 6 ? below(2) * 50 : 1 + below(99);
      capacity[x % M] = kind == 4 ? 0 : kind == 5 ? most / 2 * (N / M + 1) : kind == 7 ? 3 + below(90) : 400;
    }
    triax_assignment_options options = TRIAX_ASSIGNMENT_OPTIONS_INIT;
    triax_assignment_figures f = {.struct_size = sizeof f};
    triax_assignment_proof proof = {.struct_size = sizeof proof};
    triax_assignment_found found = {.struct_size = sizeof found};
    triax_assignment *a = NULL;
    options.effort = 0.02;
    assert_int_equal(triax_assignment_solve(context, &problem, &options, &a, NULL), TRIAX_OK);
    assert_int_equal(triax_assignment_summary(a, &f, NULL), TRIAX_OK);
    assert_int_equal(triax_assignment_prove(a, &proof, NULL), TRIAX_OK);
    assert_int_equal(triax_assignment_check(context, &problem, triax_assignment_agents(a, NULL), &proof, &found, NULL),
                     TRIAX_OK);
    assert_int_equal(found.over, 0);
    assert_int_equal(found.cost, f.cost);
    assert_int_equal(found.uncovered, f.uncovered);
    assert_true(found.bound >= proof.bound);
    /* Nine agents hold 80 loads of 5 each; eight of nearly 1/8 of their capacity; nothing that weighs. 7 has too little
     * room by far. */
    assert_int_equal(f.uncovered > 0, kind == 7);
    assert_true(f.uncovered > 0 || (f.bound <= f.cost && found.bound <= f.cost));
    assert_true((kind != 2 && kind != 4) || f.optimal);
    triax_assignment_unref(a);
  }
  triax_context_unref(context);
}

/* The same bytes twice; agents and items in another order give an answer as good on an easy problem. */
static void same_again(void **unused) {
  (void)unused;
  triax_context *context = plain();
  small s;
  make(&s, 4, 7, 40, 20, 90);
  triax_assignment_figures f, g;
  triax_assignment *a = solve(context, &s, 0.001, &f), *b = solve(context, &s, 0.001, &g);
  assert_memory_equal(triax_assignment_agents(a, NULL), triax_assignment_agents(b, NULL), 7 * sizeof(uint32_t));
  assert_memory_equal(&f, &g, sizeof f);
  triax_assignment_unref(a);
  assert_ptr_equal(triax_assignment_ref(b), b);
  triax_assignment_unref(b);
  triax_assignment_unref(b);
  triax_assignment_unref(NULL);
  assert_null(triax_assignment_ref(NULL));
  triax_context_unref(context);
}

/* Efforts are prefixes of each other: whatever the step from one to the next, no answer gets worse, nor any bound. */
static size_t solve_with_more_and_more(triax_context *context, const triax_assignment_problem *problem, double step) {
  triax_assignment_figures last = {.uncovered = SIZE_MAX, .bound = INT64_MIN};
  for (double effort = 1e-6; effort < 0.2; effort *= step) {
    triax_assignment_options options = TRIAX_ASSIGNMENT_OPTIONS_INIT;
    triax_assignment_figures now = {.struct_size = sizeof now};
    triax_assignment *a = NULL;
    options.effort = effort;
    assert_int_equal(triax_assignment_solve(context, problem, &options, &a, NULL), TRIAX_OK);
    assert_int_equal(triax_assignment_summary(a, &now, NULL), TRIAX_OK);
    triax_assignment_unref(a);
    assert_true(now.uncovered <= last.uncovered);
    assert_true(now.uncovered > 0 || last.uncovered > 0 || now.cost <= last.cost);
    assert_true(now.bound >= last.bound);
    last = now;
  }
  return last.uncovered;
}

/* Tight problems, of a size that is never settled at once, and of one where it is hard to place all. */
static void more_effort_is_never_worse(void **state) {
  (void)state;
  enum { M = 8, N = 60 };
  static int64_t cost[M * N], load[M * N], capacity[M];
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  for (int shape = 0; shape < 104; shape++) {
    size_t items = shape < 4 ? N : 20;
    for (size_t x = 0; x < M * items; x++) {
      load[x] = 1 + below(100);
      cost[x] = shape % 2 == 0 ? 111 - load[x] + below(21) - 10 : 10 + below(41);
      capacity[x % M] = (int64_t)items * (shape < 2 ? 40 : shape < 4 ? 30 : 14 + shape % 7) / M;
    }
    triax_assignment_problem problem = {sizeof problem, M, items, cost, load, capacity};
    size_t uncovered = solve_with_more_and_more(context, &problem, shape < 4 ? 1.7 : 5);
    assert_true(uncovered == 0 || shape >= 4);
  }
  triax_context_unref(context);
}

static triax_status scenario_of(triax_context *context, const triax_assignment_problem *problem, double effort) {
  triax_assignment_options options = TRIAX_ASSIGNMENT_OPTIONS_INIT;
  triax_assignment *a = NULL;
  options.effort = effort;
  triax_status status = triax_assignment_solve(context, problem, &options, &a, NULL);
  if (status == TRIAX_OK) {
    triax_assignment_proof proof = {.struct_size = sizeof proof};
    triax_assignment_found found = {.struct_size = sizeof found};
    triax_assignment_prove(a, &proof, NULL);
    status = triax_assignment_check(context, problem, triax_assignment_agents(a, NULL), &proof, &found, NULL);
  }
  triax_assignment_unref(a);
  return status;
}

static triax_status scenario(triax_context *context, void *user) {
  return scenario_of(context, &((small *)user)->problem, 0.0002);
}

static triax_status dense_scenario(triax_context *context, void *user) { return scenario_of(context, user, 0.003); }

static void memory_short(void **unused) {
  (void)unused;
  small s;
  make(&s, 4, 8, 40, 20, 90);
  assert_in_range(fault_run(scenario, &s), 5, 1000);
  make(&s, 2, 8, 40, 20, 50);
  assert_in_range(fault_run(scenario, &s), 5, 1000);
  static int64_t cost[6 * 60], load[6 * 60], capacity[6];
  triax_assignment_problem problem = {sizeof problem, 6, 60, NULL, NULL, NULL};
  fill_dense(&problem, cost, load, capacity);
  assert_in_range(fault_run(dense_scenario, &problem), 10, 2000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_small),       cmocka_unit_test(nothing_to_do), cmocka_unit_test(too_little_room),
      cmocka_unit_test(largest_numbers), cmocka_unit_test(forged_proofs), cmocka_unit_test(stopped),
      cmocka_unit_test(same_again),      cmocka_unit_test(memory_short),  cmocka_unit_test(more_effort_is_never_worse),
      cmocka_unit_test(dense),           cmocka_unit_test(hostile),
  };
  return cmocka_run_group_tests_name("assignment", tests, NULL, NULL);
}
