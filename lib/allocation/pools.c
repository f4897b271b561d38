/* Pools: who falls into which, which are too small, and who serves them.
 *
 * Pools are tried in order, those without a test after all others. In that order each that has too few wanted
 * customers is dissolved: its customers go on to the next that takes them, and count there before that one is judged.
 * So one pass is enough, and nobody ever goes back. A family goes where its lead goes. */
#include "allocation/private.h"

typedef struct pools {
  tx_allocation_job *job;
  size_t count;
  uint32_t *order;   /* pools as they are tried */
  uint32_t *at;      /* per customer: place in the order, `count` for none */
  uint64_t *members; /* per place: wanted customers */
  bool *gone;        /* per pool */
} pools;

static size_t lead_of(const pools *p, size_t customer) {
  uint32_t unit = p->job->keep->unit_of[customer];
  return unit == TX_ALLOCATION_NONE ? customer : p->job->keep->lead[unit];
}

/* The first place from `from` on that takes the customer. */
static size_t place_from(const pools *p, size_t lead, size_t from) {
  const tx_allocation_pool *pool = p->job->input->pools;
  while (from < p->count && pool[p->order[from]].customers && !tx_bit(pool[p->order[from]].customers, lead)) from++;
  return from;
}

static void put(pools *p, size_t customer, size_t from) {
  size_t place = place_from(p, lead_of(p, customer), from);
  p->at[customer] = (uint32_t)place;
  p->members[place] += tx_bit(p->job->input->wanted, customer);
}

static void dissolve(pools *p) {
  const tx_allocation_input *input = p->job->input;
  for (size_t place = 0; place < p->count; place++) {
    uint32_t pool = p->order[place];
    p->gone[pool] = input->pools[pool].at_least > (double)p->members[place];
    for (size_t c = 0; p->gone[pool] && c < input->customers; c++) {
      if (p->at[c] == place) put(p, c, place + 1);
    }
  }
}

/* Where most of a dissolved pool's customers are at last: all that passed through it, since they stop at the first
 * that stands. */
static bool report_dissolved(const pools *p) {
  const tx_allocation_input *input = p->job->input;
  uint64_t *came = tx_arena_calloc(&p->job->scratch, p->count + 1, sizeof *came);
  if (!came) return false;
  for (size_t place = 0; place < p->count; place++) {
    uint32_t pool = p->order[place], *into = &p->job->result->dissolved[pool];
    *into = TX_ALLOCATION_NONE;
    if (!p->gone[pool]) continue;
    for (size_t at = 0; at <= p->count; at++) came[at] = 0;
    for (size_t c = 0; c < input->customers; c++) {
      bool passed = tx_bit(input->wanted, c) && p->at[c] > place && place_from(p, lead_of(p, c), place) == place;
      came[p->at[c]] += passed;
    }
    size_t most = p->count;
    for (size_t at = p->count; at-- > 0;) {
      if (came[at] > 0 && (most == p->count || came[at] >= came[most])) most = at;
    }
    *into = most == p->count ? pool : p->order[most];
  }
  return true;
}

static bool find_members(pools *p) {
  const tx_allocation_input *input = p->job->input;
  tx_arena *arena = &p->job->scratch;
  p->order = tx_arena_calloc(arena, p->count + 1, sizeof *p->order);
  p->at = tx_arena_calloc(arena, input->customers + 1, sizeof *p->at);
  p->members = tx_arena_calloc(arena, p->count + 1, sizeof *p->members);
  p->gone = tx_arena_calloc(arena, p->count + 1, sizeof *p->gone);
  if (!p->order || !p->at || !p->members || !p->gone) return false;
  size_t place = 0;
  for (int rest = 0; rest < 2; rest++) {
    for (size_t pool = 0; pool < p->count; pool++) {
      if (!input->pools[pool].customers == (rest == 1)) p->order[place++] = (uint32_t)pool;
    }
  }
  for (size_t c = 0; c < input->customers; c++) put(p, c, 0);
  dissolve(p);
  for (size_t c = 0; c < input->customers; c++) {
    p->job->result->pool[c] = p->at[c] < p->count ? p->order[p->at[c]] : TX_ALLOCATION_NONE;
  }
  return report_dissolved(p);
}

/* Pools that stand and name their CSMs have those; the others have who is then left. */
static bool find_csms(pools *p) {
  const tx_allocation_input *input = p->job->input;
  uint64_t *rows = p->job->keep->pool_csms;
  size_t words = p->job->keep->words;
  uint64_t *named = tx_arena_calloc(&p->job->scratch, words + 1, sizeof *named);
  if (!named) return false;
  for (size_t pool = 0; pool < p->count; pool++) {
    const uint64_t *csms = p->gone[pool] ? NULL : input->pools[pool].csms;
    for (size_t i = 0; csms && i < input->csms; i++) {
      if (!tx_bit(csms, i)) continue;
      tx_bit_set(rows + pool * words, i);
      tx_bit_set(named, i);
    }
  }
  for (size_t pool = 0; pool < p->count; pool++) {
    if (p->gone[pool] || input->pools[pool].csms) continue;
    for (size_t i = 0; i < input->csms; i++) {
      if (!tx_bit(named, i)) tx_bit_set(rows + pool * words, i);
    }
  }
  return true;
}

bool tx_allocation_pools(tx_allocation_job *job) {
  tx_allocation_result *result = job->result;
  tx_arena *arena = &job->keep->arena;
  pools p = {.job = job, .count = job->input->pool_count};
  result->pool = tx_arena_calloc(arena, result->customers + 1, sizeof *result->pool);
  result->dissolved = tx_arena_calloc(arena, result->pools + 1, sizeof *result->dissolved);
  job->keep->pool_csms = tx_arena_calloc(arena, result->pools * job->keep->words + 1, sizeof *job->keep->pool_csms);
  if (!result->pool || !result->dissolved || !job->keep->pool_csms) return false;
  if (p.count) return find_members(&p) && find_csms(&p);
  result->dissolved[0] = TX_ALLOCATION_NONE;
  for (size_t i = 0; i < result->csms; i++) tx_bit_set(job->keep->pool_csms, i);
  return true;
}
