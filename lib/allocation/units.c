/* Units: what is owned as a whole, a customer or the wanted members of a family.
 *
 * A family has a lead, its largest wanted member by `size` (without, by value; ties: the first key in byte order, then
 * the first row), who speaks for it in pool, roles, eligibility and preferences; loads, values, needs and amounts are
 * summed. Its owner is the owner of the largest member that has one here; it is frozen to the owner of its largest
 * member that is frozen and has one. */
#include <math.h>

#include "allocation/private.h"
#include "base/text.h"

double tx_amount(const double *numbers, size_t i) { return isfinite(numbers[i]) && numbers[i] > 0 ? numbers[i] : 0; }

double tx_customer_value(const tx_allocation_input *input, size_t customer) {
  return input->value ? tx_amount(input->value, customer) : 1;
}

/* More than a billion CSMs' worth of time is as good as that. */
double tx_csm_fte(const tx_allocation_input *input, size_t csm) {
  if (!input->fte) return 1;
  double fte = input->fte[csm];
  return fte > 0 ? (fte < 1e9 ? fte : 1e9) : 0;
}

/* Whether a goes before b, either may be TX_ALLOCATION_NONE. */
static bool larger(const tx_allocation_input *input, uint32_t a, uint32_t b) {
  if (b == TX_ALLOCATION_NONE) return true;
  double size_a = input->size ? input->size[a] : tx_customer_value(input, a);
  double size_b = input->size ? input->size[b] : tx_customer_value(input, b);
  if (isnan(size_a) != isnan(size_b)) return isnan(size_b);
  if (size_a > size_b || size_a < size_b) return size_a > size_b;
  return input->customer_keys && tx_text_compare(input->customer_keys[a], input->customer_keys[b]) < 0;
}

static uint32_t *new_numbers(tx_arena *arena, size_t count) {
  uint32_t *numbers = tx_arena_calloc(arena, count + 1, sizeof *numbers);
  for (size_t i = 0; numbers && i < count; i++) numbers[i] = TX_ALLOCATION_NONE;
  return numbers;
}

/* Numbers units in the order of their first wanted member. */
static bool number_units(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  tx_allocation_inside *keep = job->keep;
  uint32_t *family_unit = new_numbers(&job->scratch, input->family ? input->families : 0);
  keep->unit_of = new_numbers(&keep->arena, input->customers);
  if (!family_unit || !keep->unit_of) return false;
  for (size_t c = 0; c < input->customers; c++) {
    if (!tx_bit(input->wanted, c)) continue;
    uint32_t *unit = input->family ? &family_unit[input->family[c]] : &keep->unit_of[c];
    if (*unit == TX_ALLOCATION_NONE) *unit = (uint32_t)keep->units++;
    keep->unit_of[c] = *unit;
  }
  return true;
}

bool tx_allocation_units(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  tx_allocation_inside *keep = job->keep;
  if (!number_units(job)) return false;
  keep->lead = new_numbers(&keep->arena, keep->units);
  keep->fixed = new_numbers(&keep->arena, keep->units);
  job->unit_owner = new_numbers(&job->scratch, keep->units);
  if (!keep->lead || !keep->fixed || !job->unit_owner) return false;
  /* Members first, as customers; owners of those members then take their places. */
  for (uint32_t c = 0; c < input->customers; c++) {
    uint32_t unit = keep->unit_of[c];
    if (unit == TX_ALLOCATION_NONE) continue;
    bool owned = tx_live_owner(input, c) != TX_ALLOCATION_NONE, frozen = input->frozen && tx_bit(input->frozen, c);
    if (larger(input, c, keep->lead[unit])) keep->lead[unit] = c;
    if (owned && larger(input, c, job->unit_owner[unit])) job->unit_owner[unit] = c;
    if (owned && frozen && larger(input, c, keep->fixed[unit])) keep->fixed[unit] = c;
  }
  for (size_t u = 0; u < keep->units; u++) {
    if (job->unit_owner[u] != TX_ALLOCATION_NONE) job->unit_owner[u] = tx_live_owner(input, job->unit_owner[u]);
    if (keep->fixed[u] != TX_ALLOCATION_NONE) keep->fixed[u] = tx_live_owner(input, keep->fixed[u]);
  }
  return true;
}
