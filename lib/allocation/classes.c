/* Classes: units of equal load and equal offer (offers.c); their owners, and points in the solver's. */
#include <math.h>

#include "allocation/private.h"
#include "base/divisor.h"
#include "base/error.h"

#define LARGEST_POINTS INT64_C(1000000000000)

static int64_t thousandths(double points) {
  double scaled = round(points * 1000);
  if (!(fabs(scaled) <= (double)LARGEST_POINTS)) return scaled > 0 ? LARGEST_POINTS : scaled < 0 ? -LARGEST_POINTS : 0;
  return (int64_t)scaled;
}

/* The most that all preferences together come to for all units, in the policy's smallest points. */
static int64_t most_points(const tx_allocation_job *job) {
  double sum = fabs(job->input->keep_points) * 1000;
  for (size_t p = 0; p < job->input->prefer_count; p++) sum += fabs((double)job->keep->points[p]);
  sum = sum / (double)job->points_scale * (double)(job->keep->units + 1);
  return sum < (double)INT64_MAX / 4 ? (int64_t)sum : INT64_MAX / 4;
}

/* Points by preference, and the greatest common divisor: small numbers leave the solver room for fine prices. */
static bool set_points(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  int64_t *points = job->keep->points = tx_arena_calloc(&job->keep->arena, input->prefer_count + 1, sizeof *points);
  if (!points) return false;
  int64_t divisor = 0;
  for (size_t p = 0; p < input->prefer_count; p++) {
    points[p] = thousandths(input->prefer[p].points);
    divisor = tx_common_divisor(divisor, points[p] < 0 ? -points[p] : points[p]);
  }
  int64_t kept = thousandths(input->keep_points);
  divisor = tx_common_divisor(divisor, kept < 0 ? -kept : kept);
  job->points_scale = divisor ? divisor : 1;
  /* A tie is a point of the solver's, and all ties together are less than one of the policy's. */
  int64_t times = input->tie ? (int64_t)job->keep->units + 1 : 1;
  job->points_times = most_points(job) < LARGEST_POINTS / times ? times : 1;
  return true;
}

/* --- classes --- */

typedef struct class_key {
  int64_t load;
  uint64_t offer;
} class_key;

static bool make_classes(tx_allocation_job *job) {
  tx_intern classes;
  tx_intern_init(&classes, job->context, sizeof(class_key));
  size_t units = job->keep->units;
  uint32_t *unit_class = tx_arena_calloc(&job->scratch, units + 1, sizeof *unit_class);
  bool fine = unit_class != NULL;
  for (size_t u = 0; fine && u < units; u++) {
    class_key key = {job->keep->load[u], job->unit_offer[u]};
    fine = tx_intern_add(&classes, &key, &unit_class[u]);
  }
  int64_t *load = tx_arena_calloc(&job->scratch, classes.count + 1, sizeof *load);
  uint32_t *offer = tx_arena_calloc(&job->scratch, classes.count + 1, sizeof *offer);
  fine = fine && load && offer;
  const class_key *keys = classes.items;
  for (size_t k = 0; fine && k < classes.count; k++) {
    load[k] = keys[k].load;
    offer[k] = (uint32_t)keys[k].offer;
  }
  job->books.classes = classes.count;
  job->books.class_load = load;
  job->books.class_offer = offer;
  job->books.customers = units;
  job->books.customer_class = unit_class;
  tx_intern_free(&classes);
  return fine;
}

/* --- owners --- */

/* Owners, and an end to freezes that eligibility no longer allows; then whom others are to have. */
static void set_owners(tx_allocation_job *job) {
  tx_allocation_inside *keep = job->keep;
  for (size_t u = 0; u < keep->units; u++) {
    bool fixed = keep->fixed[u] != TX_ALLOCATION_NONE;
    if (fixed && !tx_allocation_is_offered(job, u, keep->fixed[u])) keep->fixed[u] = TX_ALLOCATION_NONE;
    uint32_t placed = job->input->placed ? job->input->placed[keep->lead[u]] : TX_ALLOCATION_NONE;
    if (placed != TX_ALLOCATION_NONE) keep->fixed[u] = placed;
  }
  job->books.owner = job->unit_owner;
  job->books.fixed = keep->fixed;
}

triax_status tx_allocation_classes(tx_allocation_job *job) {
  if (job->input->prefer_count > TX_ALLOCATION_PREFER) {
    return tx_fail(job->error, TRIAX_ELIMIT, "prefer has %zu entries: at most %d are allowed",
                   job->input->prefer_count, TX_ALLOCATION_PREFER);
  }
  if (!set_points(job) || !tx_allocation_find_exceptions(job) || !tx_allocation_offers(job) ||
      !make_classes(job) || !tx_allocation_exceptions(job)) {
    return tx_no_memory(job->error);
  }
  set_owners(job);
  job->books.turned_begin = job->turned_begin;
  job->books.turned_csm = job->turned_csm;
  job->books.offer_begin = job->offer_begin;
  job->books.offer_csm = job->offer_csm;
  job->books.offer_points = job->offer_points;
  return TRIAX_OK;
}
