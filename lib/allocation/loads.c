/* Loads and capacities in one whole unit, so that what exactly fits is known to fit.
 *
 * The unit of a full-time CSM is the least common multiple of the accounts numbers: with 6, 15 and 40 accounts it is
 * 120, and customers weigh 20, 8 and 3. A number such as 7.5 counts as the fraction 15/2. Where no multiple up to
 * LARGEST_UNIT does, the unit is that, and loads are rounded down: n accounts always fit a CSM who is to have n.
 *
 * Capacities are rounded down, which is exact for what fits. Where load may pass the fte, by stretch or freeze, the
 * unit also becomes a multiple of what makes each fte whole, up to LARGEST_WHOLE_FTE: above that, load beyond fte is
 * known to a unit. */
#include <math.h>

#include "allocation/private.h"
#include "base/divisor.h"

#define LARGEST_UNIT INT64_C(1000000000)
#define LARGEST_WHOLE_FTE 50000 /* the solver looks through rooms of some 65,000 unit by unit */
#define LARGEST_SUM (INT64_MAX / 16)
#define LARGEST_DENOMINATOR 1000

/* The numerator of accounts as a fraction; 0: it is none that we look for. */
static int64_t numerator(double accounts) {
  for (int denominator = 1; denominator <= LARGEST_DENOMINATOR; denominator++) {
    double product = accounts * denominator, whole = round(product);
    if (whole > (double)LARGEST_UNIT) return 0;
    if (whole >= 1 && fabs(product - whole) <= 1e-13 * product) return (int64_t)whole;
  }
  return 0;
}

static bool weighs(const tx_allocation_input *input, size_t customer) {
  return tx_bit(input->wanted, customer) && tx_amount(input->accounts, customer) > 0;
}

/* *unit stays 1 where nobody weighs anything. False: memory is short. */
static bool find_unit(const tx_allocation_job *job, int64_t *unit, bool *exact) {
  const tx_allocation_input *input = job->input;
  tx_intern numbers;
  tx_intern_init(&numbers, job->context, sizeof(double));
  bool fine = true;
  double last = 0;
  *unit = 1;
  *exact = true;
  for (size_t c = 0; fine && *exact && input->accounts && c < input->customers; c++) {
    uint32_t number;
    size_t known = numbers.count;
    if (!weighs(input, c) || input->accounts[c] == last) continue;
    last = input->accounts[c];
    fine = tx_intern_add(&numbers, &last, &number);
    if (!fine || numbers.count == known) continue;
    int64_t top = numerator(last);
    *exact = top > 0 && *unit / tx_common_divisor(*unit, top) <= LARGEST_UNIT / top;
    if (*exact) *unit = *unit / tx_common_divisor(*unit, top) * top;
  }
  if (!*exact) *unit = LARGEST_UNIT;
  tx_intern_free(&numbers);
  return fine;
}

/* The least number that makes fte × unit whole, times the unit; the unit itself where there is none. */
static int64_t unit_for(double fte, int64_t unit) {
  for (int64_t times = 1; times <= LARGEST_WHOLE_FTE / unit; times++) {
    double product = fte * (double)(unit * times);
    if (fabs(product - round(product)) <= 1e-9) return unit * times;
  }
  return unit;
}

static int64_t refine_unit(const tx_allocation_input *input, int64_t unit) {
  if (!(input->stretch > 0) && !input->frozen) return unit;
  for (size_t i = 0; i < input->csms; i++) {
    double fte = tx_csm_fte(input, i);
    if (fte > 0 && fte != floor(fte)) unit = unit_for(fte, unit);
  }
  return unit;
}

static int64_t load_of(double accounts, int64_t unit, bool exact) {
  double load = (double)unit / accounts;
  load = exact ? round(load) : floor(load + 1e-6);
  return load < (double)LARGEST_SUM ? (int64_t)load : LARGEST_SUM;
}

static int64_t whole(double amount) {
  amount = floor(amount + 1e-6 + 1e-12 * amount);
  return amount < (double)LARGEST_SUM ? (int64_t)amount : LARGEST_SUM;
}

static bool set_capacities(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  tx_allocation_inside *keep = job->keep;
  double stretch = isfinite(input->stretch) && input->stretch > 0 ? input->stretch : 0;
  keep->capacity = tx_arena_calloc(&keep->arena, input->csms + 1, sizeof *keep->capacity);
  keep->hard = tx_arena_calloc(&keep->arena, input->csms + 1, sizeof *keep->hard);
  keep->csm_load = tx_arena_calloc(&keep->arena, input->csms + 1, sizeof *keep->csm_load);
  if (!keep->capacity || !keep->hard || !keep->csm_load) return false;
  for (size_t i = 0; i < input->csms; i++) {
    double full = tx_csm_fte(input, i) * (double)keep->load_unit;
    keep->capacity[i] = whole(full);
    keep->hard[i] = whole(full * (1 + stretch));
  }
  return true;
}

bool tx_allocation_loads(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  tx_allocation_inside *keep = job->keep;
  bool exact;
  keep->load = tx_arena_calloc(&keep->arena, keep->units + 1, sizeof *keep->load);
  if (!keep->load || !find_unit(job, &keep->load_unit, &exact)) return false;
  if (exact) keep->load_unit = refine_unit(input, keep->load_unit);
  if (!set_capacities(job)) return false;
  int64_t most = LARGEST_SUM / ((int64_t)keep->units + 1); /* far more than anyone carries */
  for (size_t c = 0; c < input->customers; c++) {
    if (!input->accounts || !weighs(input, c)) continue;
    int64_t *load = &keep->load[keep->unit_of[c]], more = load_of(input->accounts[c], keep->load_unit, exact);
    *load = more < most - *load ? *load + more : most;
  }
  return true;
}
