#include <math.h>
#include <string.h>

#include "attention/attention.h"
#include "attention/exact.h"
#include "base/sum.h"

#define LN2 0.693147180559945309417232121458176568

/* Off by less than this part of H is rounding, not a finding. */
#define ROUNDING 1e-9

/* Both methods are one problem: hours_i(t) = clamp(base_i + slope_i × t, low_i, high_i), find t with Σ = H.
 * proportional: base 0, slope w, t = λ. return: base half × log2 w, slope 1, t = −half × log2(price × half / ln 2).
 * Weights are brought near 1 by a power of two first, which is exact. */
typedef struct problem {
  int method;
  const double *weight, *low, *high;
  double *base; /* return only; lent from the place of the hours */
  size_t count;
  double scale; /* a power of two */
  double half;
} problem;

static double slope_of(const problem *p, size_t i) {
  if (!(p->weight[i] > 0)) return 0; /* 0 and missing */
  return p->method == TX_ATTENTION_RETURN ? 1 : p->weight[i] * p->scale;
}

static double base_of(const problem *p, size_t i) { return p->method == TX_ATTENTION_RETURN ? p->base[i] : 0; }

static double clamped(double value, double low, double high) {
  if (value < low) return low;
  return value > high ? high : value;
}

static double hours_at(const problem *p, double t) {
  tx_sum sum = {0, 0};
  for (size_t i = 0; i < p->count; i++) {
    const double slope = slope_of(p, i);
    tx_sum_add(&sum, slope > 0 ? clamped(base_of(p, i) + slope * t, p->low[i], p->high[i]) : p->low[i]);
  }
  return tx_sum_of(&sum);
}

/* The t at which an account leaves its low, and that at which it reaches its high. */
static double leaves_low(const problem *p, size_t i, double slope) { return (p->low[i] - base_of(p, i)) / slope; }
static double reaches_high(const problem *p, size_t i, double slope) { return (p->high[i] - base_of(p, i)) / slope; }

static void merge(const double *from, size_t begin, size_t middle, size_t end, double *to) {
  size_t left = begin, right = middle;
  for (size_t i = begin; i < end; i++)
    to[i] = left < middle && (right == end || from[left] <= from[right]) ? from[left++] : from[right++];
}

/* Merge sort; returns whichever of the two arrays holds the result. */
static double *sorted(double *values, double *spare, size_t count) {
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t begin = 0; begin < count; begin += 2 * width) {
      const size_t middle = count - begin < width ? count : begin + width;
      const size_t end = count - begin < 2 * width ? count : begin + 2 * width;
      merge(values, begin, middle, end, spare);
    }
    double *held = values;
    values = spare;
    spare = held;
  }
  return values;
}

static size_t collect_bends(const problem *p, double *bends) {
  size_t count = 0;
  for (size_t i = 0; i < p->count; i++) {
    const double slope = slope_of(p, i);
    if (!(slope > 0)) continue;
    const double at[2] = {leaves_low(p, i, slope), reaches_high(p, i, slope)};
    for (size_t k = 0; k < 2; k++)
      if (isfinite(at[k])) bends[count++] = at[k];
  }
  return count;
}

/* Solves on the piece that begins at `from`, and writes the hours. Returns t. */
static double solve_piece(const problem *p, double from, double to, double available, double *hours) {
  tx_sum rest = {available, 0}, slopes = {0, 0};
  for (size_t i = 0; i < p->count; i++) {
    const double slope = slope_of(p, i);
    if (!(slope > 0) || leaves_low(p, i, slope) > from) {
      tx_sum_add(&rest, -p->low[i]);
    } else if (reaches_high(p, i, slope) <= from) {
      tx_sum_add(&rest, -p->high[i]);
    } else {
      tx_sum_add(&rest, -base_of(p, i));
      tx_sum_add(&slopes, slope);
    }
  }
  const double slope_sum = tx_sum_of(&slopes);
  const double t = slope_sum > 0 ? clamped(tx_sum_of(&rest) / slope_sum, from, to) : from;
  for (size_t i = 0; i < p->count; i++) {
    const double slope = slope_of(p, i);
    if (!(slope > 0) || leaves_low(p, i, slope) > from) hours[i] = p->low[i];
    else if (reaches_high(p, i, slope) <= from) hours[i] = p->high[i];
    else hours[i] = clamped(base_of(p, i) + slope * t, p->low[i], p->high[i]);
  }
  return t;
}

static double solve(const problem *p, double available, double *hours, double *scratch) {
  const size_t count = collect_bends(p, scratch);
  if (!count) {
    memcpy(hours, p->low, p->count * sizeof *hours);
    return NAN;
  }
  const double *bends = sorted(scratch, scratch + 2 * p->count, count);
  size_t low = 0, high = count; /* Σ h at bends[low] is at most H */
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (hours_at(p, bends[middle]) <= available) low = middle;
    else high = middle;
  }
  return solve_piece(p, bends[low], high < count ? bends[high] : (double)INFINITY, available, hours);
}

static void open_problem(problem *p) {
  int exponent = 0;
  double most = 0;
  for (size_t i = 0; i < p->count; i++) most = p->weight[i] > most ? p->weight[i] : most;
  (void)frexp(most, &exponent);
  exponent = exponent < -1000 ? -1000 : exponent;
  p->scale = ldexp(1, -exponent);
  if (p->method != TX_ATTENTION_RETURN) return;
  for (size_t i = 0; i < p->count; i++)
    p->base[i] = p->weight[i] > 0 ? p->half * (tx_log2(p->weight[i]) - (double)exponent) : 0;
}

static double lambda_of(const problem *p, double t) {
  if (p->method != TX_ATTENTION_RETURN) return t * p->scale;
  return LN2 / p->half * tx_exp2(-t / p->half) / p->scale;
}

int tx_attention_share(int method, double half_effect, const double *weight, const double *low, const double *high,
                       size_t count, double available, double *hours, double *lambda, double *scratch) {
  tx_sum lows = {0, 0}, highs = {0, 0};
  const double given = available > 0 ? available : 0;
  if (lambda) *lambda = NAN;
  if (!count) return TX_BOOK_EMPTY;
  for (size_t i = 0; i < count; i++) {
    tx_sum_add(&lows, low[i]);
    tx_sum_add(&highs, weight[i] > 0 ? high[i] : low[i]);
  }
  const double least = tx_sum_of(&lows), most = tx_sum_of(&highs);
  if (least > given) {
    for (size_t i = 0; i < count; i++) hours[i] = low[i] * (given / least);
    return least - given > ROUNDING * given ? TX_BOOK_OVERBOOKED : TX_BOOK_FITS;
  }
  if (most < given) {
    for (size_t i = 0; i < count; i++) hours[i] = weight[i] > 0 ? high[i] : low[i];
    return given - most > ROUNDING * given ? TX_BOOK_SLACK : TX_BOOK_FITS;
  }
  problem p = {method, weight, low, high, hours, count, 1, half_effect};
  open_problem(&p);
  const double t = solve(&p, given, hours, scratch);
  if (lambda) *lambda = lambda_of(&p, t);
  return TX_BOOK_FITS;
}
