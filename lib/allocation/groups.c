/* Groups of pool and role set: how much there is to do, who is there to do it, and what is missing. */
#include <math.h>

#include "allocation/private.h"

/* --- what stands in the way of one unit --- */

static bool any_word(const uint64_t *words, const uint64_t *mask, size_t count) {
  for (size_t w = 0; w < count; w++) {
    if (words[w] & (mask ? mask[w] : UINT64_MAX)) return true;
  }
  return false;
}

/* The load if it fits nobody; else the cap that most often holds back who has room for the load. */
static int limit_in_the_way(const tx_allocation_job *job, size_t unit, uint32_t *cap) {
  const tx_allocation_inside *keep = job->keep;
  const size_t *begin = job->offer_begin;
  const uint32_t *list = job->offer_csm;
  uint64_t held[TX_BOOKS_MEASURES] = {0};
  size_t offer = job->unit_offer[unit], caps = job->result->caps;
  for (size_t e = begin[offer]; caps && e < begin[offer + 1]; e++) {
    uint32_t csm = list[e];
    if (!tx_allocation_is_offered(job, unit, csm)) continue;
    if (keep->load[unit] > keep->hard[csm] - keep->csm_load[csm]) continue;
    for (size_t c = 0; c < caps; c++) held[c] += keep->need[c][unit] > keep->limit[c][csm] - keep->used[c][csm];
  }
  *cap = 0;
  for (uint32_t c = 1; c < caps; c++) *cap = held[c] > held[*cap] ? c : *cap;
  return held[*cap] ? TX_WAY_CAP : TX_WAY_FULL;
}

int tx_allocation_unit_way(const tx_allocation_job *job, size_t unit, uint32_t *cap) {
  const tx_allocation_inside *keep = job->keep;
  size_t group = tx_unit_group(job, unit), offer = job->unit_offer[unit];
  uint32_t pool = job->result->pool[keep->lead[unit]];
  const size_t *begin = job->offer_begin;
  *cap = 0;
  if (pool == TX_ALLOCATION_NONE) return TX_WAY_NO_POOL;
  if (!any_word(keep->pool_csms + pool * keep->words, job->input->here, keep->words)) return TX_WAY_EMPTY_POOL;
  if (begin[offer] < begin[offer + 1]) return limit_in_the_way(job, unit, cap);
  for (size_t w = 0; w < keep->words; w++) {
    if (tx_group_word(job, group, w)) return TX_WAY_NOT_ELIGIBLE;
  }
  return TX_WAY_ROLE;
}

/* --- groups --- */

#define WAYS (TX_WAY_FROZEN + 1)

typedef struct sums {
  int64_t load, uncovered_load;
  uint64_t ways[WAYS], caps[TX_BOOKS_MEASURES];
  int64_t way_load[WAYS];
  double need[TX_BOOKS_MEASURES], way_need[TX_BOOKS_MEASURES]; /* of the uncovered; of those that the cap holds back */
  double capped_have[TX_BOOKS_MEASURES], capped_fte[TX_BOOKS_MEASURES]; /* of the group's CSMs with a cap */
} sums;

static void add_unit(const tx_allocation_job *job, sums *s, size_t unit, int way) {
  int64_t load = job->keep->load[unit];
  s->load += load;
  if (way == TX_WAY_NONE) return;
  s->uncovered_load += load;
  s->way_load[way] += load;
}

static void add_customer(const tx_allocation_job *job, tx_allocation_group *group, sums *s, size_t customer, int way,
                         uint32_t cap) {
  group->customers++;
  if (way == TX_WAY_NONE) return;
  group->uncovered++;
  group->uncovered_value += tx_customer_value(job->input, customer);
  s->ways[way]++;
  s->caps[cap] += way == TX_WAY_CAP;
  for (size_t c = 0; c < job->result->caps; c++) {
    double need = tx_amount(job->input->caps[c].need, customer);
    s->need[c] += need;
    s->way_need[c] += way == TX_WAY_CAP && cap == c ? need : 0;
  }
}

static void add_csms(const tx_allocation_job *job, tx_allocation_group *group, sums *s, size_t slot) {
  for (size_t w = 0; w < job->keep->words; w++) {
    uint64_t word = tx_group_word(job, slot, w);
    for (size_t i = w * 64; word; i++, word >>= 1) {
      if (!(word & 1)) continue;
      double fte = tx_csm_fte(job->input, i);
      group->csms++;
      for (size_t c = 0; c < job->result->caps; c++) {
        double have = job->input->caps[c].have[i];
        if (!isfinite(have)) continue;
        s->capped_have[c] += have > 0 ? have : 0;
        s->capped_fte[c] += fte;
      }
    }
  }
}

/* Full-time CSMs, each with the group's usual cap, by simple division. */
static uint64_t hires(const tx_allocation_job *job, const tx_allocation_group *group, const sums *s) {
  if (!group->uncovered) return 0;
  double most = ceil(group->uncovered_load);
  for (size_t c = 0; c < job->result->caps; c++) {
    double each = s->capped_fte[c] > 0 ? s->capped_have[c] / s->capped_fte[c] : 0;
    double count = each > 0 ? ceil(s->need[c] / each * (1 - 1e-12)) : 0;
    most = count > most ? count : most;
  }
  return most < 1 ? 1 : most < 1e18 ? (uint64_t)most : UINT64_C(1000000000000000000);
}

static void finish(const tx_allocation_job *job, tx_allocation_group *group, const sums *s) {
  double unit = (double)job->keep->load_unit;
  group->load = (double)s->load / unit;
  group->uncovered_load = (double)s->uncovered_load / unit;
  for (int way = TX_WAY_NONE + 1; way < WAYS; way++) {
    if (s->ways[way] > s->ways[group->way]) group->way = way;
  }
  for (uint32_t c = 1; c < job->result->caps; c++) {
    if (s->caps[c] > s->caps[group->cap]) group->cap = c;
  }
  if (group->uncovered) {
    group->short_by = group->way == TX_WAY_CAP ? s->way_need[group->cap] : (double)s->way_load[group->way] / unit;
  }
  group->hires = hires(job, group, s);
}

/* Slots with customers get numbers in order. */
static bool number_groups(tx_allocation_job *job, uint32_t **number) {
  *number = tx_arena_calloc(&job->scratch, job->group_slots + 1, sizeof **number);
  if (!*number) return false;
  for (size_t u = 0; u < job->keep->units; u++) (*number)[tx_unit_group(job, u)] = 1;
  for (size_t slot = 0; slot < job->group_slots; slot++) {
    (*number)[slot] = (*number)[slot] ? (uint32_t)job->result->group_count++ : TX_ALLOCATION_NONE;
  }
  return true;
}

static void name_groups(tx_allocation_job *job, const uint32_t *number, sums *s) {
  tx_allocation_result *result = job->result;
  for (size_t slot = 0; slot < job->group_slots; slot++) {
    if (number[slot] == TX_ALLOCATION_NONE) continue;
    tx_allocation_group *group = &result->groups[number[slot]];
    size_t pool = slot / job->role_sets;
    group->pool = pool == result->pools ? TX_ALLOCATION_NONE : (uint32_t)pool;
    group->role_set = (uint32_t)(slot % job->role_sets);
    add_csms(job, group, &s[number[slot]], slot);
  }
}

/* Units in the order of their groups. */
static bool order_by_group(tx_allocation_job *job, const uint32_t *number, uint32_t **order, size_t **begin) {
  size_t units = job->keep->units, groups = job->result->group_count;
  *order = tx_arena_calloc(&job->scratch, units + 1, sizeof **order);
  *begin = tx_arena_calloc(&job->scratch, groups + 2, sizeof **begin);
  if (!*order || !*begin) return false;
  for (size_t u = 0; u < units; u++) (*begin)[number[tx_unit_group(job, u)] + 2]++;
  for (size_t g = 0; g < groups; g++) (*begin)[g + 2] += (*begin)[g + 1];
  for (size_t u = 0; u < units; u++) (*order)[(*begin)[number[tx_unit_group(job, u)] + 1]++] = (uint32_t)u;
  return true;
}

/* A group's capacity: what its CSMs have beside what they carry of other groups. */
static bool set_capacities(tx_allocation_job *job, const uint32_t *number) {
  const tx_allocation_inside *keep = job->keep;
  uint32_t *order;
  size_t *begin;
  int64_t *own = tx_arena_calloc(&job->scratch, job->input->csms + 1, sizeof *own);
  if (!own || !order_by_group(job, number, &order, &begin)) return false;
  for (size_t slot = 0; slot < job->group_slots; slot++) {
    uint32_t g = number[slot];
    if (g == TX_ALLOCATION_NONE) continue;
    for (size_t x = begin[g]; x < begin[g + 1]; x++) {
      if (keep->csm[order[x]] != TX_ALLOCATION_NONE) own[keep->csm[order[x]]] += keep->load[order[x]];
    }
    for (size_t w = 0; w < keep->words; w++) {
      uint64_t word = tx_group_word(job, slot, w);
      for (size_t i = w * 64; word; i++, word >>= 1) {
        if (!(word & 1)) continue;
        double room = tx_csm_fte(job->input, i) - (double)(keep->csm_load[i] - own[i]) / (double)keep->load_unit;
        job->result->groups[g].capacity += room > 0 ? room : 0;
      }
    }
    for (size_t x = begin[g]; x < begin[g + 1]; x++) {
      if (keep->csm[order[x]] != TX_ALLOCATION_NONE) own[keep->csm[order[x]]] = 0;
    }
  }
  return true;
}

bool tx_allocation_groups(tx_allocation_job *job) {
  tx_allocation_result *result = job->result;
  tx_allocation_inside *keep = job->keep;
  uint32_t *number, *cap = tx_arena_calloc(&job->scratch, keep->units + 1, sizeof *cap);
  uint8_t *way = tx_arena_calloc(&job->scratch, keep->units + 1, sizeof *way);
  if (!cap || !way || !number_groups(job, &number)) return false;
  sums *s = tx_arena_calloc(&job->scratch, result->group_count + 1, sizeof *s);
  result->groups = tx_arena_calloc(&keep->arena, result->group_count + 1, sizeof *result->groups);
  if (!s || !result->groups) return false;
  name_groups(job, number, s);
  if (!set_capacities(job, number)) return false;
  for (size_t u = 0; u < keep->units; u++) {
    if (keep->csm[u] == TX_ALLOCATION_NONE) way[u] = (uint8_t)tx_allocation_unit_way(job, u, &cap[u]);
    add_unit(job, &s[number[tx_unit_group(job, u)]], u, way[u]);
  }
  for (size_t c = 0; c < result->customers; c++) {
    uint32_t unit = keep->unit_of[c];
    if (unit == TX_ALLOCATION_NONE) continue;
    uint32_t g = number[tx_unit_group(job, unit)];
    result->way[c] = way[unit];
    add_customer(job, &result->groups[g], &s[g], c, way[unit], cap[unit]);
  }
  for (size_t g = 0; g < result->group_count; g++) finish(job, &result->groups[g], &s[g]);
  return true;
}
