/* Why a customer is not with a certain CSM: the first condition that fails, by name. */
#include "allocation/private.h"

static double points_with(const tx_allocation_input *input, const tx_allocation_inside *keep, size_t lead,
                          uint32_t csm) {
  int64_t points = 0;
  for (size_t p = 0; csm != TX_ALLOCATION_NONE && p < input->prefer_count; p++) {
    if (tx_pair_holds(&input->prefer[p].pairs, lead, csm)) points += keep->points[p];
  }
  return (double)points / 1000;
}

/* Rules that the customer's own values decide. */
static int rule_in_the_way(const tx_allocation_input *input, const tx_allocation_inside *keep, uint32_t pool,
                           size_t customer, uint32_t csm) {
  if (pool == TX_ALLOCATION_NONE) return TX_WAY_NO_POOL;
  if (!tx_bit(keep->pool_csms + pool * keep->words, csm)) return TX_WAY_OTHER_POOL;
  if (!tx_role_fits(input, customer, csm)) return TX_WAY_ROLE;
  if (input->eligible && !tx_pair_holds(input->eligible, customer, csm)) return TX_WAY_NOT_ELIGIBLE;
  return tx_is_here(input, csm) ? TX_WAY_NONE : TX_WAY_AWAY;
}

/* The load if it is beyond the maximum, else the first cap that would be passed. */
static void find_limit(const tx_allocation_result *result, uint32_t unit, uint32_t csm, tx_allocation_why *why) {
  const tx_allocation_inside *keep = result->inside;
  double one = (double)keep->load_unit;
  if (keep->load[unit] > keep->hard[csm] - keep->csm_load[csm]) {
    why->way = TX_WAY_FULL;
    why->over_by = (double)(keep->load[unit] - (keep->hard[csm] - keep->csm_load[csm])) / one;
    why->too_large = keep->load[unit] > keep->hard[csm];
    return;
  }
  for (uint32_t cap = 0; cap < result->caps; cap++) {
    int64_t need = keep->need[cap][unit], limit = keep->limit[cap][csm];
    if (need <= limit - keep->used[cap][csm]) continue;
    why->way = TX_WAY_CAP;
    why->cap = cap;
    why->adds = (double)need / keep->cap_scale[cap];
    why->over_by = (double)(need - (limit - keep->used[cap][csm])) / keep->cap_scale[cap];
    why->too_large = need > limit;
    return;
  }
}

/* A customer that is not to have an owner has no pool to be served in: TX_WAY_NO_POOL. */
void tx_allocation_why_not(const tx_allocation_input *input, const tx_allocation_result *result, size_t customer,
                           uint32_t csm, tx_allocation_why *why) {
  const tx_allocation_inside *keep = result->inside;
  uint32_t unit = keep->unit_of[customer], pool = result->pool[customer];
  *why = (tx_allocation_why){.way = TX_WAY_NO_POOL, .load = result->books[csm].load, .fte = result->books[csm].fte};
  if (unit == TX_ALLOCATION_NONE) return;
  size_t lead = keep->lead[unit];
  why->adds = (double)keep->load[unit] / (double)keep->load_unit;
  why->points = points_with(input, keep, lead, csm);
  why->own_points = points_with(input, keep, lead, result->csm[customer]);
  why->way = TX_WAY_NONE;
  if (result->csm[customer] == csm) return;
  why->way = rule_in_the_way(input, keep, pool, lead, csm);
  bool own_rules = why->way != TX_WAY_NONE && lead != customer;
  if (own_rules && rule_in_the_way(input, keep, pool, customer, csm) == TX_WAY_NONE) why->way = TX_WAY_FAMILY;
  if (why->way == TX_WAY_NONE && keep->fixed[unit] != TX_ALLOCATION_NONE) why->way = TX_WAY_FROZEN;
  if (why->way == TX_WAY_NONE) find_limit(result, unit, csm, why);
  if (why->way != TX_WAY_NONE) return;
  why->way = why->points < why->own_points ? TX_WAY_POINTS : TX_WAY_BALANCE;
}

size_t tx_allocation_lead(const tx_allocation_result *result, size_t customer) {
  const tx_allocation_inside *keep = result->inside;
  uint32_t unit = keep->unit_of[customer];
  return unit == TX_ALLOCATION_NONE ? customer : keep->lead[unit];
}

bool tx_allocation_is_within(const tx_allocation_result *result, uint32_t csm) {
  const tx_allocation_inside *keep = result->inside;
  bool within = keep->csm_load[csm] <= keep->hard[csm];
  for (size_t cap = 0; cap < result->caps; cap++) within = within && keep->used[cap][csm] <= keep->limit[cap][csm];
  return within;
}

bool tx_allocation_earns(const tx_allocation_input *input, size_t prefer, size_t customer, size_t csm) {
  return tx_pair_holds(&input->prefer[prefer].pairs, customer, csm);
}
