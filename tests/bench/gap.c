/* Solves an assignment problem of the OR-Library: gap FILE SECONDS [EFFORT]. Prints `cost C bound B seconds S`, with
 * more on standard error.
 *
 * The library decides by effort, not by the clock; the callback ends the work in time, with what is best so far. Seconds
 * count the processor's from the start of the program to its end, reading and the check included, which a shared machine
 * does not blur. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <triax/assignment.h>

/* Times the effort that a second may stand for. */
#define PLENTY 8
/* Of the seconds, that are used: the clock is asked every few milliseconds. */
#define NEAR 0.98
/* Seconds for a cell of a knapsack's table; most items bring an agent nothing, and fill none. */
#define CELL 4e-10

static double now(void) { return (double)clock() / CLOCKS_PER_SEC; }

static int late(void *user, const char *stage, double done) {
  (void)stage, (void)done;
  return now() > *(const double *)user;
}

static int64_t *read_numbers(FILE *file, size_t count) {
  int64_t *numbers = calloc(count + 1, sizeof *numbers);
  for (size_t i = 0; numbers != NULL && i < count; i++) {
    if (fscanf(file, "%" SCNd64, &numbers[i]) != 1) {
      free(numbers);
      return NULL;
    }
  }
  return numbers;
}

static int read_problem(const char *name, triax_assignment_problem *problem) {
  FILE *file = fopen(name, "r");
  unsigned agents = 0, items = 0;
  if (file == NULL || fscanf(file, "%u %u", &agents, &items) != 2) {
    return 0;
  }
  problem->agents = agents, problem->items = items;
  problem->cost = read_numbers(file, (size_t)agents * items);
  problem->load = read_numbers(file, (size_t)agents * items);
  problem->capacity = read_numbers(file, agents);
  fclose(file);
  return problem->cost != NULL && problem->load != NULL && problem->capacity != NULL;
}

static triax_assignment *solve(triax_context *context, const triax_assignment_problem *problem, double effort,
                               triax_assignment_figures *figures) {
  triax_assignment_options options = TRIAX_ASSIGNMENT_OPTIONS_INIT;
  triax_assignment *assignment = NULL;
  triax_error error;
  options.effort = effort;
  if (triax_assignment_solve(context, problem, &options, &assignment, &error) != TRIAX_OK) {
    fprintf(stderr, "gap: %s\n", error.message);
    exit(1);
  }
  figures->struct_size = sizeof *figures;
  triax_assignment_summary(assignment, figures, NULL);
  return assignment;
}

/* What the answer claims, recomputed. The check may prove more than was claimed: it solves knapsacks to the end. */
static void verify(triax_context *context, const triax_assignment_problem *problem, const triax_assignment *assignment,
                   const triax_assignment_figures *figures) {
  triax_assignment_proof proof = {.struct_size = sizeof proof};
  triax_assignment_found found = {.struct_size = sizeof found};
  triax_error error = {0};
  triax_assignment_prove(assignment, &proof, NULL);
  if (triax_assignment_check(context, problem, triax_assignment_agents(assignment, NULL), &proof, &found, &error) !=
      TRIAX_OK) {
    fprintf(stderr, "gap: not checked: %s\n", error.message);
    exit(1);
  }
  if (found.cost != figures->cost || found.over != 0 || found.uncovered != figures->uncovered ||
      found.bound < proof.bound || figures->bound < proof.bound ||
      (figures->uncovered == 0 && (found.bound > figures->cost || figures->bound > figures->cost))) {
    fprintf(stderr,
            "gap: the check found cost %" PRId64 " bound %" PRId64 " (proof %" PRId64 "), %zu uncovered, %zu over\n",
            found.cost, found.bound, proof.bound, found.uncovered, found.over);
    exit(1);
  }
}

/* Seconds that the check afterwards takes at most: a table for each agent, of items by capacity. */
static double check_seconds(const triax_assignment_problem *problem) {
  double cells = 0;
  for (size_t i = 0; i < problem->agents; i++) {
    cells += (double)problem->capacity[i];
  }
  return CELL * cells * (double)problem->items;
}

int main(int count, char **words) {
  triax_assignment_problem problem = TRIAX_ASSIGNMENT_PROBLEM_INIT;
  if (count < 3 || !read_problem(words[1], &problem)) {
    fprintf(stderr, "usage: gap FILE SECONDS [EFFORT], where FILE holds: agents items, costs, loads, capacities\n");
    return 2;
  }
  double seconds = strtod(words[2], NULL), deadline = seconds * NEAR;
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.progress = late;
  options.progress_user = &deadline;
  triax_context *context = NULL;
  triax_assignment_figures figures = {0};
  if (triax_context_new(&options, &context, NULL) != TRIAX_OK) {
    return 1;
  }
  /* Every effort begins like any larger one: with more than can be done in time, the clock says where it ends. */
  double effort = count > 3 ? strtod(words[3], NULL) : seconds * PLENTY;
  double spare = check_seconds(&problem);
  deadline = seconds * NEAR - (spare < seconds / 4 ? spare : seconds / 4);
  triax_assignment *assignment = solve(context, &problem, effort > 1e-6 ? effort : 1e-6, &figures);
  double used = now();
  deadline = 1e9; /* the check may take its time */
  verify(context, &problem, assignment, &figures);
  if (figures.uncovered > 0) {
    printf("cost none bound %" PRId64 " seconds %.3f\n", figures.bound, used);
  } else {
    printf("cost %" PRId64 " bound %" PRId64 " seconds %.3f\n", figures.cost, figures.bound, used);
  }
  fprintf(stderr, "%s%s\n", triax_assignment_message(assignment), figures.stopped ? " (stopped)" : "");
  triax_assignment_unref(assignment);
  triax_context_unref(context);
  free((void *)(uintptr_t)problem.cost);
  free((void *)(uintptr_t)problem.load);
  free((void *)(uintptr_t)problem.capacity);
  return figures.uncovered > 0;
}
