/* Small problems for the tests of assignment: made at random, solved by trying all, held against the checker. */
#ifndef TRIAX_TESTS_ASSIGNMENT_SMALL_H
#define TRIAX_TESTS_ASSIGNMENT_SMALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <triax/assignment.h>

#define AGENTS 5
#define ITEMS 8

typedef struct small {
  triax_assignment_problem problem;
  int64_t cost[AGENTS * ITEMS], load[AGENTS * ITEMS], capacity[AGENTS];
} small;

static uint64_t small_state = 88172645463325252u;

static int64_t below(int64_t limit) {
  small_state ^= small_state << 13;
  small_state ^= small_state >> 7;
  small_state ^= small_state << 17;
  return (int64_t)(small_state % (uint64_t)limit);
}

static void point(small *s, size_t agents, size_t items) {
  s->problem = (triax_assignment_problem){sizeof s->problem, agents, items, s->cost, s->load, s->capacity};
}

static void make(small *s, size_t agents, size_t items, int64_t costs, int64_t loads, int64_t tightness) {
  point(s, agents, items);
  for (size_t x = 0; x < agents * items; x++) {
    s->cost[x] = below(costs) - costs / 4;
    s->load[x] = below(loads);
  }
  for (size_t i = 0; i < agents; i++) {
    s->capacity[i] = (int64_t)items * loads / 2 / (int64_t)agents * tightness / 100 + below(3);
  }
}

/* The least cost by trying all; false when nothing holds. */
static bool brute(const small *s, size_t j, int64_t *room, int64_t cost, int64_t *best) {
  if (j == s->problem.items) {
    *best = cost < *best ? cost : *best;
    return true;
  }
  bool any = false;
  for (size_t i = 0; i < s->problem.agents; i++) {
    int64_t load = s->load[i * s->problem.items + j];
    if (load <= room[i]) {
      room[i] -= load;
      any |= brute(s, j + 1, room, cost + s->cost[i * s->problem.items + j], best);
      room[i] += load;
    }
  }
  return any;
}

static triax_context *plain(void) {
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  return context;
}

static triax_assignment *solve(triax_context *context, const small *s, double effort, triax_assignment_figures *f) {
  triax_assignment_options options = TRIAX_ASSIGNMENT_OPTIONS_INIT;
  triax_assignment *a = NULL;
  triax_error error = {0};
  options.effort = effort;
  if (triax_assignment_solve(context, &s->problem, &options, &a, &error) != TRIAX_OK) {
    fail_msg("%s", error.message);
  }
  f->struct_size = sizeof *f;
  assert_int_equal(triax_assignment_summary(a, f, &error), TRIAX_OK);
  return a;
}

/* Whatever the answer, the checker agrees with it. */
static void hold(triax_context *context, const small *s, const triax_assignment *a, const triax_assignment_figures *f) {
  triax_assignment_proof proof = {.struct_size = sizeof proof};
  triax_assignment_found found = {.struct_size = sizeof found};
  triax_error error = {0};
  assert_int_equal(triax_assignment_prove(a, &proof, &error), TRIAX_OK);
  if (triax_assignment_check(context, &s->problem, triax_assignment_agents(a, NULL), &proof, &found, &error) !=
      TRIAX_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(found.over, 0);
  assert_int_equal(found.uncovered, f->uncovered);
  assert_int_equal(found.cost, f->cost);
  assert_int_equal(found.bound, proof.bound);
  assert_true(found.bound <= f->bound);
  assert_true(f->uncovered > 0 || f->bound <= f->cost);
  assert_int_equal(f->optimal, f->uncovered == 0 && f->bound == f->cost);
  size_t agents = 0;
  const int64_t *missing = triax_assignment_missing(a, &agents);
  int64_t sum = 0;
  for (size_t i = 0; i < agents; i++) {
    sum += missing[i];
  }
  assert_int_equal(sum, f->missing);
  assert_int_equal(f->missing > 0, f->uncovered > 0 && agents > 0);
}

#endif
