/* Sums over independent accounts: means, variances, third cumulants. In the order of accounts: the same bits always. */
#include "forecast/forecast.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/sum.h"

/* The normal distribution's 95 % point: 90 % lie between -Z and Z. */
#define Z 1.6448536269514722
/* Beyond this the expansion by skewness is worse than nothing: one account, or one that outweighs all others. */
#define SKEWNESS_MOST 2.0

/* --- the sums of one group and year ----------------------------------------------------------------------------- */

/* Second and third cumulants of a sum, and those it has with the ARR at the year's beginning. */
typedef struct moments {
  double two, three, with_start, two_with_start, with_two_starts;
} moments;

typedef struct cell {
  tx_sum accounts, arr, kept; /* kept: of the ARR at the beginning, what is there at the end without growth */
  moments of_accounts, of_arr, of_kept;
  double least, most;      /* ARR if those below 0 alone stay; if those above 0 alone do */
  double growth_most;      /* the greatest 1 + e */
  double fees;
} cell;

/* One account in one year: it is there at the end with chance p, at the beginning with q, and pays `end` or `start`. */
typedef struct turn {
  double p, q, start, end;
} turn;

/* Of Bernoulli variables X = 1 with chance p inside of Y = 1 with chance q: the joint cumulants up to the third. */
static void add_moments(moments *to, const turn *of, double end) {
  const double variance = of->p * (1 - of->p), gone = of->p * (1 - of->q);
  to->two += end * end * variance;
  to->three += end * end * end * variance * (1 - 2 * of->p);
  to->with_start += end * of->start * gone;
  to->two_with_start += end * end * of->start * gone * (1 - 2 * of->p);
  to->with_two_starts += end * of->start * of->start * gone * (1 - 2 * of->q);
}

static void add_turn(cell *to, const turn *of, double growth, double fee) {
  const double kept = of->start * (growth < 1 ? growth : 1);
  tx_sum_add(&to->accounts, of->p);
  tx_sum_add(&to->arr, of->end * of->p);
  tx_sum_add(&to->kept, kept * of->p);
  add_moments(&to->of_accounts, of, 1);
  add_moments(&to->of_arr, of, of->end);
  add_moments(&to->of_kept, of, kept);
  if (of->end < 0) to->least += of->end;
  else to->most += of->end;
  if (growth > to->growth_most) to->growth_most = growth;
  to->fees += of->q * fee;
}

static void add_account(cell *row, size_t years, double arr, double r, double e, double fee) {
  turn of = {1, 1, arr, arr};
  add_turn(&row[0], &of, 1, 0);
  for (size_t t = 1; t <= years; t++) {
    of.q = of.p;
    of.p *= r;
    of.start = of.end;
    of.end *= 1 + e;
    add_turn(&row[t], &of, 1 + e, fee);
  }
}

static void add_sum(tx_sum *to, const tx_sum *from) {
  tx_sum_add(to, from->sum);
  to->lost += from->lost;
}

static void add_all_moments(moments *to, const moments *from) {
  to->two += from->two;
  to->three += from->three;
  to->with_start += from->with_start;
  to->two_with_start += from->two_with_start;
  to->with_two_starts += from->with_two_starts;
}

static void add_cell(cell *to, const cell *from) {
  add_sum(&to->accounts, &from->accounts);
  add_sum(&to->arr, &from->arr);
  add_sum(&to->kept, &from->kept);
  add_all_moments(&to->of_accounts, &from->of_accounts);
  add_all_moments(&to->of_arr, &from->of_arr);
  add_all_moments(&to->of_kept, &from->of_kept);
  to->least += from->least;
  to->most += from->most;
  if (from->growth_most > to->growth_most) to->growth_most = from->growth_most;
  to->fees += from->fees;
}

/* --- what is missing -------------------------------------------------------------------------------------------- */

/* A mean by ARR, and a plain one for where the ARR sums to nothing. */
typedef struct mean {
  tx_sum weighted, weight, plain;
  double count;
} mean;

static void add_mean(mean *to, double value, double weight) {
  if (!(weight > 0)) weight = 0;
  tx_sum_add(&to->weighted, value * weight);
  tx_sum_add(&to->weight, weight);
  tx_sum_add(&to->plain, value);
  to->count++;
}

static double mean_of(const mean *from) {
  const double weight = tx_sum_of(&from->weight);
  if (weight > 0) return tx_sum_of(&from->weighted) / weight;
  return from->count > 0 ? tx_sum_of(&from->plain) / from->count : NAN;
}

/* Stand-ins per group of their own, the last for all. */
typedef struct stand_ins {
  double *retention, *expansion;
} stand_ins;

static double chance(const tx_forecast_input *input, size_t i) {
  const double r = input->retention[i];
  return r >= 0 && r <= 1 ? r : NAN;
}

static double growth(const tx_forecast_input *input, size_t i) {
  if (!input->expansion) return 0;
  const double e = input->expansion[i];
  return e >= -1 && isfinite(e) ? e : NAN;
}

static size_t group_of(const tx_forecast_input *input, size_t i) {
  return input->segment[i] == TX_NO_GROUP ? input->segments : input->segment[i];
}

static void count_missing(const tx_forecast_input *input, tx_forecast_result *result) {
  result->first_outside = SIZE_MAX;
  for (size_t i = 0; i < input->accounts; i++) {
    const bool bad_chance = isnan(chance(input, i)), bad_growth = isnan(growth(input, i));
    const bool outside_chance = bad_chance && !isnan(input->retention[i]);
    const bool outside_growth = bad_growth && !isnan(input->expansion[i]);
    result->missing_arr += isfinite(input->arr[i]) ? 0 : 1;
    result->missing_retention += bad_chance;
    result->missing_expansion += bad_growth;
    result->outside_retention += outside_chance;
    result->outside_expansion += outside_growth;
    if ((outside_chance || outside_growth) && result->first_outside == SIZE_MAX) result->first_outside = i;
  }
}

static bool find_stand_ins(tx_arena *arena, const tx_forecast_input *input, stand_ins *found) {
  const size_t groups = input->segments + 2, all = groups - 1;
  mean *retention = tx_arena_calloc(arena, groups, sizeof *retention);
  mean *expansion = tx_arena_calloc(arena, groups, sizeof *expansion);
  found->retention = tx_arena_calloc(arena, groups, sizeof(double));
  found->expansion = tx_arena_calloc(arena, groups, sizeof(double));
  if (!retention || !expansion || !found->retention || !found->expansion) return false;
  for (size_t i = 0; i < input->accounts; i++) {
    const double r = chance(input, i), e = growth(input, i), arr = input->arr[i];
    const size_t group = group_of(input, i);
    if (!isnan(r)) add_mean(&retention[group], r, arr);
    if (!isnan(r)) add_mean(&retention[all], r, arr);
    if (isnan(e) || isnan(r)) continue; /* growth weighs by what is left to grow */
    add_mean(&expansion[group], e, arr * r);
    add_mean(&expansion[all], e, arr * r);
  }
  for (size_t group = 0; group < groups; group++) {
    found->retention[group] = mean_of(retention[group].count > 0 ? &retention[group] : &retention[all]);
    found->expansion[group] = mean_of(expansion[group].count > 0 ? &expansion[group] : &expansion[all]);
    if (isnan(found->expansion[group]) && !input->expansion) found->expansion[group] = 0;
  }
  return true;
}

/* --- intervals -------------------------------------------------------------------------------------------------- */

static double within(double value, double least, double most) {
  return value < least ? least : value > most ? most : value;
}

/* Rounding alone puts nothing beyond what is possible. */
static tx_range range_of(double expected, double variance, double three, double least, double most) {
  if (!isfinite(expected) || !isfinite(variance) || !isfinite(three)) return (tx_range){NAN, NAN, NAN};
  if (!(variance > 0)) return (tx_range){expected, expected, expected};
  const double deviation = sqrt(variance);
  const double skewness = within(three / (variance * deviation), -SKEWNESS_MOST, SKEWNESS_MOST);
  const double shift = (Z * Z - 1) / 6 * skewness;
  const double low = within(expected + deviation * (shift - Z), least, most);
  const double high = within(expected + deviation * (shift + Z), least, most);
  return (tx_range){expected, low < expected ? low : expected, high > expected ? high : expected};
}

/* The ratio of a sum to the ARR at the year's beginning: R = n ÷ d varies as (N − R·D) ÷ d does. */
static tx_range ratio_of(double n, const moments *of, double d, const moments *start, double most) {
  if (!(d > 0)) return (tx_range){NAN, NAN, NAN};
  const double ratio = n / d;
  const double two = of->two - 2 * ratio * of->with_start + ratio * ratio * start->two;
  const double three = of->three - 3 * ratio * of->two_with_start + 3 * ratio * ratio * of->with_two_starts -
                       ratio * ratio * ratio * start->three;
  return range_of(ratio, two / d / d, three / d / d / d, 0, most);
}

/* Back to the unit of the accounts; what no double holds is not there. */
static tx_range unscaled(tx_range from, int scale) {
  const tx_range to = {ldexp(from.expected, scale), ldexp(from.low, scale), ldexp(from.high, scale)};
  return isfinite(to.low) && isfinite(to.high) ? to : (tx_range){NAN, NAN, NAN};
}

static void finish_group(const cell *row, size_t years, int scale, tx_forecast_year *year) {
  const double accounts = tx_sum_of(&row[0].accounts);
  for (size_t t = 0; t <= years; t++) {
    const double arr = tx_sum_of(&row[t].arr);
    year[t].accounts = range_of(tx_sum_of(&row[t].accounts), row[t].of_accounts.two, row[t].of_accounts.three, 0,
                                accounts);
    year[t].arr = unscaled(range_of(arr, row[t].of_arr.two, row[t].of_arr.three, row[t].least, row[t].most), scale);
    year[t].grr = year[t].nrr = (tx_range){NAN, NAN, NAN};
    year[t].fees = row[t].fees;
    if (!t) continue;
    const double start = tx_sum_of(&row[t - 1].arr);
    const moments *of_start = &row[t - 1].of_arr;
    year[t].grr = ratio_of(tx_sum_of(&row[t].kept), &row[t].of_kept, start, of_start, 1);
    year[t].nrr = ratio_of(arr, &row[t].of_arr, start, of_start, row[t].growth_most);
  }
}

/* --- all -------------------------------------------------------------------------------------------------------- */

static void add_accounts(const tx_forecast_input *input, const stand_ins *other, cell *cells) {
  for (size_t i = 0; i < input->accounts; i++) {
    const size_t group = group_of(input, i);
    double r = chance(input, i), e = growth(input, i), arr = input->arr[i];
    if (isnan(r)) r = other->retention[group];
    if (isnan(e)) e = other->expansion[group];
    if (!isfinite(arr)) arr = 0;
    const double fee = input->fee && group < input->segments ? input->fee[group] : 0;
    add_account(&cells[group * (input->years + 1)], input->years, arr, r, e, fee);
  }
}

static void keep_own(const cell *cells, int scale, tx_forecast_result *result) {
  const size_t all = result->groups - 1, size = result->years + 1;
  for (size_t c = 0; c < all * size; c++) {
    result->own_accounts[c] = tx_sum_of(&cells[c].accounts);
    result->own_arr[c] = ldexp(tx_sum_of(&cells[c].arr), scale);
  }
}

/* From the last segment on each adds itself to its parent, or to all. */
static void add_up(const tx_forecast_input *input, cell *cells) {
  const size_t size = input->years + 1, all = input->segments + 1;
  for (size_t g = input->segments + 1; g-- > 0;) {
    const bool top = g == input->segments || input->parent[g] == TX_NO_GROUP;
    const size_t to = top ? all : input->parent[g];
    for (size_t t = 0; t < size; t++) add_cell(&cells[to * size + t], &cells[g * size + t]);
  }
}

/* Third cumulants have cubes of amounts: those that a double's cube does not hold are counted in a larger unit, by 2^scale,
 * which changes no digit. */
static triax_status find_unit(tx_arena *arena, tx_forecast_input *input, int *scale, triax_error *error) {
  double most = 0;
  *scale = 0;
  for (size_t i = 0; i < input->accounts; i++) {
    if (isfinite(input->arr[i])) most = fmax(most, fabs(input->arr[i]));
  }
  if (most == 0 || (most < 0x1p200 && most > 0x1p-200)) return TRIAX_OK;
  double *arr = tx_arena_alloc(arena, input->accounts * sizeof *arr);
  if (!arr) return tx_no_memory(error);
  (void)frexp(most, scale);
  for (size_t i = 0; i < input->accounts; i++) arr[i] = ldexp(input->arr[i], -*scale);
  input->arr = arr;
  return TRIAX_OK;
}

triax_status tx_forecast_run(tx_arena *arena, const tx_forecast_input *given, tx_forecast_result *result,
                             triax_error *error) {
  const size_t groups = given->segments + 2, size = given->years + 1;
  tx_forecast_result made = {.groups = groups, .years = given->years};
  tx_forecast_input unit = *given, *input = &unit;
  stand_ins other;
  int scale;
  const triax_status status = find_unit(arena, &unit, &scale, error);
  if (status != TRIAX_OK) return status;
  cell *cells = tx_arena_calloc(arena, groups * size, sizeof *cells);
  made.year = tx_arena_calloc(arena, groups * size, sizeof *made.year);
  made.own_accounts = tx_arena_calloc(arena, groups * size, sizeof(double));
  made.own_arr = tx_arena_calloc(arena, groups * size, sizeof(double));
  if (!cells || !made.year || !made.own_accounts || !made.own_arr || !find_stand_ins(arena, input, &other)) {
    return tx_no_memory(error);
  }
  count_missing(input, &made);
  add_accounts(input, &other, cells);
  keep_own(cells, scale, &made);
  add_up(input, cells);
  for (size_t group = 0; group < groups; group++) {
    finish_group(&cells[group * size], input->years, scale, &made.year[group * size]);
  }
  *result = made;
  return TRIAX_OK;
}
