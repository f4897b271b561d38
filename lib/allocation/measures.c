/* Values, further caps and balance as whole numbers.
 *
 * Values: hundredths, finer where all values are below 1,000, coarser where sums threaten; then divided by their
 * greatest common divisor. A customer without value counts as the smallest unit, so that it is covered where there is
 * room.
 *
 * Caps: needs are rounded up and what a CSM has is rounded down, in millionths of the cap's unit, or coarser where
 * sums threaten.
 *
 * Balance: a measure costs a CSM weight × what lies beyond 85 % of its fair share (in fair shares), twice that beyond
 * 95 %, four times beyond 100 % and eight times beyond 110 %. The fair share: what the customers of each pool and role
 * set have, spread over the CSMs who may serve them in proportion to fte, summed over the pools and roles that a CSM
 * serves; where there is any, at least a thousandth of the largest. A CSM without a share (no time, or nobody to serve)
 * costs nothing: it carries what is frozen alone, which no assignment changes. One CSM's use below its share is another's above, so that only what is
 * above needs a cost. "load" counts accounts where no account weighs anything. Without any balance given the load is
 * balanced. */
#include <math.h>

#include "allocation/private.h"
#include "base/divisor.h"
#include "base/error.h"
#include "base/sum.h"

#define LARGEST_SUM 1e17
#define FINEST 1e6

static int64_t greatest_divisor(const int64_t *numbers, size_t count) {
  int64_t divisor = 0;
  for (size_t i = 0; i < count && divisor != 1; i++) divisor = tx_common_divisor(divisor, numbers[i]);
  return divisor ? divisor : 1;
}

/* --- value --- */

static double scale_of_values(const double *value, size_t count) {
  tx_sum total = {0, 0};
  double most = 0, scale = 100;
  for (size_t u = 0; u < count; u++) {
    tx_sum_add(&total, value[u]);
    most = value[u] > most ? value[u] : most;
  }
  while (most * scale < 1e5 && scale < 1e12) scale *= 10;
  while (tx_sum_of(&total) * scale > LARGEST_SUM && scale > 1e-300) scale /= 10;
  return scale;
}

static bool set_values(tx_allocation_job *job) {
  tx_allocation_inside *keep = job->keep;
  double *value = tx_arena_calloc(&job->scratch, keep->units + 1, sizeof *value);
  job->value = tx_arena_calloc(&job->scratch, keep->units + 1, sizeof *job->value);
  if (!value || !job->value) return false;
  for (size_t c = 0; c < job->input->customers; c++) {
    if (keep->unit_of[c] != TX_ALLOCATION_NONE) value[keep->unit_of[c]] += tx_customer_value(job->input, c);
  }
  double scale = scale_of_values(value, keep->units);
  for (size_t u = 0; u < keep->units; u++) {
    double scaled = round(value[u] * scale);
    job->value[u] = scaled < 1 ? 1 : scaled < LARGEST_SUM ? (int64_t)scaled : (int64_t)LARGEST_SUM;
  }
  int64_t divisor = greatest_divisor(job->value, keep->units);
  for (size_t u = 0; u < keep->units; u++) job->value[u] /= divisor;
  job->value_scale = scale / (double)divisor;
  job->books.value = job->value;
  return true;
}

/* --- caps --- */

static double scale_of_cap(const tx_allocation_input *input, const tx_allocation_cap *cap, double *most) {
  tx_sum total = {0, 0};
  double scale = FINEST;
  *most = 0;
  for (size_t i = 0; i < input->csms; i++) *most = tx_amount(cap->have, i) > *most ? cap->have[i] : *most;
  for (size_t c = 0; c < input->customers; c++) {
    double need = cap->need[c];
    if (tx_bit(input->wanted, c) && need > 0) tx_sum_add(&total, need < *most ? need : *most + 1);
  }
  while ((tx_sum_of(&total) + *most) * scale > LARGEST_SUM && scale > 1e-300) scale /= 10;
  return scale;
}

/* What is above all that anyone has is one unit above it: it fits nobody with a cap, and sums stay small. */
static int64_t whole_need(double need, double scale, int64_t most) {
  if (!(need > 0)) return 0;
  double scaled = need * scale;
  scaled = ceil(scaled - 1e-3 - 1e-12 * scaled);
  return scaled <= (double)most ? (int64_t)scaled : most + 1;
}

static bool set_cap(tx_allocation_job *job, size_t c, tx_books_measure *measure) {
  const tx_allocation_input *input = job->input;
  const tx_allocation_cap *cap = &input->caps[c];
  tx_allocation_inside *keep = job->keep;
  int64_t *need = keep->need[c] = tx_arena_calloc(&keep->arena, keep->units + 1, sizeof *need);
  int64_t *limit = keep->limit[c] = tx_arena_calloc(&keep->arena, input->csms + 1, sizeof *limit);
  keep->used[c] = tx_arena_calloc(&keep->arena, input->csms + 1, sizeof **keep->used);
  if (!need || !limit || !keep->used[c]) return false;
  double most, scale = keep->cap_scale[c] = scale_of_cap(input, cap, &most);
  int64_t largest = (int64_t)floor(most * scale * (1 + 1e-12) + 1e-3);
  for (size_t i = 0; i < input->csms; i++) {
    bool capped = !isnan(cap->have[i]) && !(cap->have[i] > most);
    limit[i] = !capped ? INT64_MAX : cap->have[i] > 0 ? (int64_t)floor(cap->have[i] * scale * (1 + 1e-12) + 1e-3) : 0;
  }
  for (size_t j = 0; j < input->customers; j++) {
    if (keep->unit_of[j] == TX_ALLOCATION_NONE) continue;
    job->result->missing_need += isnan(cap->need[j]) ? 1 : 0;
    need[keep->unit_of[j]] += whole_need(cap->need[j], scale, largest);
  }
  *measure = (tx_books_measure){.amount = need, .limit = limit};
  return true;
}

static bool set_caps(tx_allocation_job *job) {
  tx_allocation_inside *keep = job->keep;
  size_t caps = job->input->cap_count;
  keep->need = tx_arena_calloc(&keep->arena, caps + 1, sizeof *keep->need);
  keep->limit = tx_arena_calloc(&keep->arena, caps + 1, sizeof *keep->limit);
  keep->used = tx_arena_calloc(&keep->arena, caps + 1, sizeof *keep->used);
  keep->cap_scale = tx_arena_calloc(&keep->arena, caps + 1, sizeof *keep->cap_scale);
  bool fine = keep->cap_scale && keep->need && keep->limit && keep->used;
  for (size_t c = 0; fine && c < caps; c++) fine = set_cap(job, c, &job->measure[job->books.measures++]);
  return fine;
}

/* --- balance --- */

typedef struct balanced {
  double weight;
  double *fair;              /* per CSM, in units of the amount */
  double total, least, most; /* of the amount; of fair shares */
} balanced;

/* Amounts as whole numbers: as they are where they are whole and not large; else about a million a CSM. */
static bool whole_amounts(tx_allocation_job *job, const double *amount, int64_t **whole) {
  tx_allocation_inside *keep = job->keep;
  double *sum = tx_arena_calloc(&job->scratch, keep->units + 1, sizeof *sum), scale = 1;
  *whole = tx_arena_calloc(&job->scratch, keep->units + 1, sizeof **whole);
  if (!sum || !*whole) return false;
  tx_sum total = {0, 0};
  bool all_whole = true;
  for (size_t c = 0; c < job->input->customers; c++) {
    if (keep->unit_of[c] == TX_ALLOCATION_NONE) continue;
    double one = amount ? tx_amount(amount, c) : 1;
    sum[keep->unit_of[c]] += one;
    tx_sum_add(&total, one);
    all_whole = all_whole && one == floor(one);
  }
  double room = 1048576.0 * (job->input->csms > 0 ? (double)job->input->csms : 1), all = tx_sum_of(&total);
  while (all * scale > room && scale > 1e-300) scale /= 10;
  while (!all_whole && all > 0 && all * scale * 10 <= room && scale < 1e300) scale *= 10;
  for (size_t u = 0; u < keep->units; u++) {
    double scaled = round(sum[u] * scale);
    (*whole)[u] = scaled < 1e15 ? (int64_t)scaled : INT64_C(1000000000000000);
  }
  return true;
}

/* Adds one group's share to those who may serve it. */
static void spread(const tx_allocation_job *job, size_t group, double total, double *fair) {
  double fte = 0;
  for (int pass = 0; pass < 2 && total > 0; pass++) {
    for (size_t w = 0; w < job->keep->words; w++) {
      uint64_t word = tx_group_word(job, group, w);
      for (size_t i = w * 64; word; i++, word >>= 1) {
        if (!(word & 1)) continue;
        if (pass == 0) fte += tx_csm_fte(job->input, i);
        else fair[i] += total * (tx_csm_fte(job->input, i) / fte);
      }
    }
    if (!(fte > 0)) return;
  }
}

static bool set_fair(tx_allocation_job *job, const int64_t *amount, balanced *b) {
  double *total = tx_arena_calloc(&job->scratch, job->group_slots + 1, sizeof *total);
  b->fair = tx_arena_calloc(&job->scratch, job->input->csms + 1, sizeof *b->fair);
  if (!total || !b->fair) return false;
  for (size_t u = 0; u < job->keep->units; u++) {
    total[tx_unit_group(job, u)] += (double)amount[u];
    b->total += (double)amount[u];
  }
  for (size_t g = 0; g < job->group_slots; g++) spread(job, g, total[g], b->fair);
  for (size_t i = 0; i < job->input->csms; i++) b->most = b->fair[i] > b->most ? b->fair[i] : b->most;
  b->most = b->most > 0 ? b->most : 1;
  b->least = b->most;
  for (size_t i = 0; i < job->input->csms; i++) {
    if (!(b->fair[i] > 0)) continue;
    if (b->fair[i] < b->most / 1000) b->fair[i] = b->most / 1000;
    b->least = b->fair[i] < b->least ? b->fair[i] : b->least;
  }
  return true;
}

static const double breakpoint[TX_BALANCE_POINTS] = {0.85, 0.95, 1.00, 1.10};
static const double steepness[TX_BALANCE_POINTS] = {1, 2, 4, 8};

/* The largest power of ten for which all costs together fit well, and a unit's cost on the load's curve stays below a
 * billion: the solver's prices are multiples of it. */
static double scale_of_imbalance(const balanced *b, size_t count, size_t load_at) {
  double scale = 1e12, steepest = steepness[TX_BALANCE_POINTS - 1];
  for (;; scale /= 10) {
    double costs = 0;
    for (size_t m = 0; m < count; m++) costs += b[m].weight * steepest * scale / b[m].least * b[m].total;
    double price = load_at < count ? b[load_at].weight * steepest * scale / b[load_at].least : 0;
    if ((costs <= LARGEST_SUM && price <= 1e9) || scale < 1e-290) return scale;
  }
}

/* What the unit after `at` costs: sums are whole numbers, and this is exact for them wherever the points lie. */
static double cost_after(double at, double fair) {
  double cost = 0;
  for (size_t p = 0; p < TX_BALANCE_POINTS; p++) {
    double beyond = at + 1 - breakpoint[p] * fair;
    beyond = beyond < 0 ? 0 : beyond < 1 ? beyond : 1;
    cost += (steepness[p] - (p ? steepness[p - 1] : 0)) * beyond;
  }
  return cost / fair;
}

static void set_row(const balanced *b, double fair, double scale, int64_t *from, int64_t *slope) {
  for (size_t p = 0; fair > 0 && p < TX_BALANCE_PIECES; p++) {
    from[p] = (int64_t)floor(breakpoint[p / 2] * fair) + (int64_t)(p % 2);
    /* Small shares may have their points side by side. */
    if (p > 0 && from[p] < from[p - 1]) from[p] = from[p - 1];
    slope[p] = (int64_t)round(b->weight * scale * cost_after((double)from[p], fair));
    if (p > 0 && slope[p] < slope[p - 1]) slope[p] = slope[p - 1];
  }
}

static bool set_curve(tx_allocation_job *job, const balanced *b, tx_books_measure *measure) {
  size_t csms = job->input->csms;
  int64_t *from = tx_arena_calloc(&job->scratch, csms + 1, TX_BALANCE_PIECES * sizeof *from);
  int64_t *slope = tx_arena_calloc(&job->scratch, csms + 1, TX_BALANCE_PIECES * sizeof *slope);
  if (!from || !slope) return false;
  for (size_t i = 0; i < csms; i++) {
    set_row(b, b->fair[i], job->imbalance_scale, from + i * TX_BALANCE_PIECES, slope + i * TX_BALANCE_PIECES);
  }
  measure->pieces = TX_BALANCE_PIECES;
  measure->from = from;
  measure->slope = slope;
  return true;
}

static bool anybody_weighs(const tx_allocation_job *job) {
  for (size_t u = 0; u < job->keep->units; u++) {
    if (job->keep->load[u] > 0) return true;
  }
  return false;
}

static bool is_balanced(const tx_allocation_balance *balance) { return balance->weight > 0 && balance->weight < 1e12; }

/* The load may be named once to the solver: weights of several add up. */
static double load_weight(const tx_allocation_input *input) {
  double weight = input->balance_count ? 0 : 1;
  for (size_t i = 0; i < input->balance_count; i++) {
    if (!input->balance[i].amount && is_balanced(&input->balance[i])) weight += input->balance[i].weight;
  }
  return weight;
}

static bool add_measure(tx_allocation_job *job, const double *amount, bool load, double weight, balanced *b) {
  tx_books_measure *measure = &job->measure[job->books.measures++];
  int64_t *whole = NULL;
  if (!load && !whole_amounts(job, amount, &whole)) return false;
  *measure = (tx_books_measure){.amount = whole};
  b->weight = weight;
  return set_fair(job, load ? job->keep->load : whole, b);
}

static bool set_balance(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  balanced b[TX_BOOKS_MEASURES] = {{0, NULL, 0, 0, 0}};
  size_t first = job->books.measures, load_at = SIZE_MAX;
  double weight = load_weight(input);
  bool fine = true;
  if (weight > 0) {
    bool by_load = anybody_weighs(job);
    load_at = by_load ? 0 : SIZE_MAX;
    fine = add_measure(job, NULL, by_load, weight, &b[0]);
  }
  for (size_t i = 0; fine && i < input->balance_count; i++) {
    if (!input->balance[i].amount || !is_balanced(&input->balance[i])) continue;
    fine = add_measure(job, input->balance[i].amount, false, input->balance[i].weight, &b[job->books.measures - first]);
  }
  size_t count = job->books.measures - first;
  if (fine) job->imbalance_scale = scale_of_imbalance(b, count, load_at);
  for (size_t m = 0; fine && m < count; m++) fine = set_curve(job, &b[m], &job->measure[first + m]);
  return fine;
}

/* Points in units of imbalance; false where they do not fit. */
static bool times_points(int64_t *points, size_t count, int64_t times) {
  int64_t most = INT64_MAX / 4 / times;
  for (size_t x = 0; x < count; x++) {
    if (points[x] > most || points[x] < -most) return false;
    points[x] *= times;
  }
  return true;
}

static triax_status trade(tx_allocation_job *job) {
  double point = (double)job->points_scale / 1000; /* the policy's points in one of the solver's */
  double units = round(job->input->trade * point * job->imbalance_scale);
  int64_t times = units < 1 ? 1 : units < LARGEST_SUM ? (int64_t)units : (int64_t)LARGEST_SUM;
  const size_t *begin = job->offer_begin, *more = job->books.more_begin;
  if (!times_points(job->offer_points, job->books.offers ? begin[job->books.offers] : 0, times) ||
      !times_points(job->more_points, more ? more[job->keep->units] : 0, times) ||
      !times_points(job->owner_points, job->keep->units, times)) {
    return tx_fail(job->error, TRIAX_ELIMIT, "the points are too large to be traded for balance");
  }
  job->points_traded = times;
  job->books.together = true;
  return TRIAX_OK;
}

triax_status tx_allocation_measures(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  size_t measures = input->cap_count + (load_weight(input) > 0);
  for (size_t i = 0; i < input->balance_count; i++) {
    measures += input->balance[i].amount && is_balanced(&input->balance[i]);
  }
  if (measures > TX_BOOKS_MEASURES) {
    return tx_fail(job->error, TRIAX_ELIMIT, "caps and balance name %zu measures in all: at most %d are allowed",
                   measures, TX_BOOKS_MEASURES);
  }
  if (!set_values(job) || !set_caps(job) || !set_balance(job)) return tx_no_memory(job->error);
  job->books.csms = input->csms;
  job->books.capacity = job->keep->capacity;
  job->books.hard = job->keep->hard;
  job->books.measure = job->measure;
  job->books.effort = input->effort;
  job->books.unproven = input->unproven;
  return input->trade > 0 ? trade(job) : TRIAX_OK;
}
