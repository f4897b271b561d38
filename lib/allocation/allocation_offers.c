/* Offers: which CSMs may have a unit, with what points, told once for all units that are alike.
 *
 * Units are alike when pool, roles and the rows of truth of eligibility and preferences are equal; preferences that are
 * told as exceptions (allocation_exceptions.c) aside. Where eligibility is shared but for a few CSMs whom each customer
 * names ("never back to an owner it had"), those are struck off the offer of its class, one by one. */
#include <math.h>
#include <string.h>

#include "allocation/allocation_private.h"

#define LONGEST_KEY (2 + 1 + 64)
/* More than one in so many struck off, and the unit has an offer of its own: it is not much longer. */
#define FEW_STRUCK 4

/* --- alike --- */

/* Numbers equal rows of truth alike. */
static bool number_rows(tx_allocation_job *job, const tx_pairs *pairs, uint32_t **number) {
  size_t words = tx_words(pairs->csm_groups), count = tx_pair_row_count(pairs);
  tx_intern rows;
  tx_intern_init(&rows, job->context, words * sizeof(uint64_t));
  *number = tx_arena_calloc(&job->scratch, pairs->customer_groups + 1, sizeof **number);
  uint32_t *of_row = pairs->row ? tx_arena_calloc(&job->scratch, count + 1, sizeof *of_row) : *number;
  bool fine = *number && of_row;
  if (!pairs->truth) words = 0; /* lists differ nearly always: what they offer is compared later */
  for (size_t g = 0; fine && !pairs->truth && g < pairs->customer_groups; g++) (*number)[g] = (uint32_t)g;
  for (size_t row = 0; fine && words && row < count; row++) {
    fine = tx_intern_add(&rows, pairs->truth + row * words, &of_row[row]);
  }
  for (size_t g = 0; fine && pairs->row && g < pairs->customer_groups; g++) (*number)[g] = of_row[pairs->row[g]];
  tx_intern_free(&rows);
  return fine;
}

typedef struct alike {
  const tx_pairs *pairs[LONGEST_KEY]; /* that tell units apart */
  uint32_t *number[LONGEST_KEY];      /* per group of customers */
  size_t count;
} alike;

static bool find_alike(tx_allocation_job *job, alike *by) {
  const tx_allocation_input *input = job->input;
  if (input->eligible) by->pairs[by->count++] = input->eligible;
  for (size_t p = 0; p < input->prefer_count; p++) {
    if (!(job->keep->exceptional >> p & 1)) by->pairs[by->count++] = &input->prefer[p].pairs;
  }
  for (size_t i = 0; i < by->count; i++) {
    if (!number_rows(job, by->pairs[i], &by->number[i])) return false;
  }
  return true;
}

/* --- offers --- */

static int64_t offered_points(const tx_allocation_job *job, size_t lead, size_t csm) {
  int64_t points = 0;
  for (size_t p = 0; p < job->input->prefer_count; p++) {
    const tx_pairs *pairs = &job->input->prefer[p].pairs;
    if (job->keep->exceptional >> p & 1) continue;
    if (tx_pair_row_holds(pairs, pairs->customer_group[lead], pairs->csm_group[csm])) points += tx_points_of(job, p);
  }
  return points;
}

static bool add_entry(tx_allocation_job *job, size_t *count, size_t csm, int64_t points) {
  if (!tx_grow(job->context, &job->offer_csm, &job->csm_room, *count + 1, sizeof(uint32_t)) ||
      !tx_grow(job->context, &job->offer_points, &job->points_room, *count + 1, sizeof(int64_t))) {
    return false;
  }
  ((uint32_t *)job->offer_csm)[*count] = (uint32_t)csm;
  ((int64_t *)job->offer_points)[*count] = points;
  ++*count;
  return true;
}

/* Whether eligibility holds for the unit itself, or as the units say that share its row. */
static bool may_have(const tx_pairs *eligible, size_t lead, size_t csm, bool own) {
  return own ? tx_pair_holds(eligible, lead, csm)
             : tx_pair_row_holds(eligible, eligible->customer_group[lead], eligible->csm_group[csm]);
}

/* Appends the row of a unit unlike all before; own: with what is the other way round for it. */
static bool add_offer(tx_allocation_job *job, size_t unit, size_t group, bool own) {
  const tx_pairs *eligible = job->input->eligible;
  size_t lead = job->keep->lead[unit], offer = job->books.offers;
  if (!tx_grow(job->context, &job->offer_begin, &job->begin_room, offer + 2, sizeof(size_t))) return false;
  size_t *begin = job->offer_begin, count = offer ? begin[offer] : 0;
  begin[0] = 0;
  for (size_t w = 0; w < job->keep->words; w++) {
    uint64_t word = tx_group_word(job, group, w);
    for (size_t i = w * 64; word; i++, word >>= 1) {
      if (!(word & 1) || (eligible && !may_have(eligible, lead, i, own))) continue;
      if (!add_entry(job, &count, i, offered_points(job, lead, i))) return false;
    }
  }
  begin[++job->books.offers] = count;
  return true;
}

/* --- what they say --- */

/* Offers by what they say. Rows of truth that differ over the whole team may be equal over those on offer: whoever had
 * an account once, mostly outside of its pool, is no reason for a class of its own. */
typedef struct offer_index {
  void *of_key; /* uint32_t per key: its offer */
  size_t key_room;
  uint32_t *slots; /* UINT32_MAX: empty */
  size_t slot_count;
} offer_index;

/* Only places in the table come of it, never an order. */
static size_t hash_offer(const tx_allocation_job *job, size_t offer) {
  const size_t *begin = job->offer_begin;
  uint64_t hash = begin[offer + 1] - begin[offer];
  for (size_t e = begin[offer]; e < begin[offer + 1]; e++) {
    uint64_t word = (uint64_t)((const int64_t *)job->offer_points)[e] << 32 ^ ((const uint32_t *)job->offer_csm)[e];
    hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
    hash ^= hash >> 32;
  }
  return (size_t)hash;
}

static bool same_offer(const tx_allocation_job *job, size_t a, size_t b) {
  const size_t *begin = job->offer_begin;
  size_t count = begin[a + 1] - begin[a];
  if (begin[b + 1] - begin[b] != count) return false;
  if (count == 0) return true;
  const uint32_t *csm = job->offer_csm;
  const int64_t *points = job->offer_points;
  return memcmp(csm + begin[a], csm + begin[b], count * sizeof *csm) == 0 &&
         memcmp(points + begin[a], points + begin[b], count * sizeof *points) == 0;
}

static uint32_t *offer_slot(const tx_allocation_job *job, const offer_index *index, size_t offer) {
  size_t mask = index->slot_count - 1, at = hash_offer(job, offer) & mask;
  while (index->slots[at] != UINT32_MAX && !same_offer(job, index->slots[at], offer)) at = (at + 1) & mask;
  return &index->slots[at];
}

static bool more_offer_slots(const tx_allocation_job *job, offer_index *index) {
  size_t count = index->slot_count ? 2 * index->slot_count : 64, old = job->books.offers - 1;
  uint32_t *slots = tx_alloc_array(job->context, count, sizeof *slots);
  if (!slots) return false;
  memset(slots, 0xff, count * sizeof *slots);
  tx_free_array(job->context, index->slots, index->slot_count, sizeof *index->slots);
  index->slots = slots;
  index->slot_count = count;
  for (size_t offer = 0; offer < old; offer++) *offer_slot(job, index, offer) = (uint32_t)offer;
  return true;
}

/* Appends the offer of a unit with a new key, or finds the one there is that says the same. */
static bool add_key(tx_allocation_job *job, offer_index *index, size_t key, size_t unit, size_t group, bool own) {
  if (!tx_grow(job->context, &index->of_key, &index->key_room, key + 1, sizeof(uint32_t))) return false;
  if (!add_offer(job, unit, group, own)) return false;
  if (2 * job->books.offers > index->slot_count && !more_offer_slots(job, index)) return false;
  size_t made = job->books.offers - 1;
  uint32_t *slot = offer_slot(job, index, made);
  if (*slot == UINT32_MAX) *slot = (uint32_t)made;
  else job->books.offers--; /* the row behind the last is written over */
  ((uint32_t *)index->of_key)[key] = *slot;
  return true;
}

/* --- struck off --- */

/* What it takes to find every unit's offer. */
typedef struct offering {
  tx_allocation_job *job;
  alike by;
  tx_intern keys;
  offer_index index;
  tx_here here;  /* where eligibility is shared: CSMs by its groups */
  size_t struck; /* so far */
} offering;

static bool strike(offering *o, size_t unit, uint32_t csm) {
  tx_allocation_job *job = o->job;
  if (!tx_grow(job->context, &job->struck_csm, &job->struck_room, o->struck + 1, sizeof csm)) return false;
  uint32_t *list = job->struck_csm;
  size_t at = o->struck++;
  for (; at > job->struck_begin[unit] && list[at - 1] > csm; at--) list[at] = list[at - 1];
  list[at] = csm;
  return true;
}

/* Strikes those off who would be on offer; *more: somebody is on offer whom the row does not have. */
static bool strike_all(offering *o, size_t unit, size_t group, bool *more) {
  const tx_pairs *eligible = o->job->input->eligible;
  size_t customers = eligible->customer_group[o->job->keep->lead[unit]];
  *more = false;
  for (size_t x = eligible->begin[customers]; x < eligible->begin[customers + 1]; x++) {
    size_t csms = eligible->turned[x];
    bool denied = tx_pair_row_holds(eligible, customers, csms);
    for (size_t n = o->here.begin[csms]; n < o->here.begin[csms + 1]; n++) {
      uint32_t csm = o->here.csm[n];
      if (!(tx_group_word(o->job, group, csm / 64) >> csm % 64 & 1)) continue;
      *more = *more || !denied;
      if (denied && !strike(o, unit, csm)) return false;
    }
  }
  return true;
}

bool tx_allocation_is_struck(const tx_allocation_job *job, size_t unit, uint32_t csm) {
  const uint32_t *list = job->struck_csm;
  for (size_t x = job->struck_begin ? job->struck_begin[unit] : 0; job->struck_begin && x < job->struck_begin[unit + 1];
       x++) {
    if (list[x] == csm) return true;
  }
  return false;
}

/* --- unit by unit --- */

/* The offer of all units with the key of this one. */
static bool find_offer(offering *o, size_t unit, size_t group, bool own) {
  tx_allocation_job *job = o->job;
  uint32_t key[LONGEST_KEY] = {(uint32_t)group}, number;
  size_t known = o->keys.count;
  for (size_t i = 0; i < o->by.count; i++) {
    size_t customers = o->by.pairs[i]->customer_group[job->keep->lead[unit]];
    bool apart = own && i == 0 && o->here.begin;
    key[1 + i] = apart ? (uint32_t)(tx_pair_row_count(o->by.pairs[i]) + customers) : o->by.number[i][customers];
  }
  if (!tx_intern_add(&o->keys, key, &number)) return false;
  if (o->keys.count != known && !add_key(job, &o->index, number, unit, group, own)) return false;
  job->unit_offer[unit] = ((const uint32_t *)o->index.of_key)[number];
  return true;
}

static bool find_shared(offering *o, size_t unit, size_t group) {
  tx_allocation_job *job = o->job;
  const size_t begin = job->struck_begin[unit];
  bool own;
  if (!strike_all(o, unit, group, &own) || (!own && !find_offer(o, unit, group, false))) return false;
  if (!own) {
    const size_t *offer = (const size_t *)job->offer_begin + job->unit_offer[unit];
    own = (o->struck - begin) * FEW_STRUCK > offer[1] - offer[0];
  }
  if (own) o->struck = begin;
  job->struck_begin[unit + 1] = o->struck;
  return !own || find_offer(o, unit, group, true);
}

static bool find_all(offering *o) {
  tx_allocation_job *job = o->job;
  const tx_pairs *eligible = job->input->eligible;
  size_t units = job->keep->units;
  bool shared = eligible && tx_pair_shared(eligible), fine = true;
  if (shared) {
    job->struck_begin = tx_arena_calloc(&job->scratch, units + 1, sizeof *job->struck_begin);
    if (!job->struck_begin || !tx_allocation_here(job, eligible, &o->here)) return false;
  }
  for (size_t u = 0; fine && u < units; u++) {
    size_t group = tx_unit_group(job, u);
    if (job->input->left && tx_bit(job->input->left, job->keep->lead[u])) group = job->group_slots - 1; /* of no pool */
    fine = shared ? find_shared(o, u, group) : find_offer(o, u, group, eligible && !eligible->truth);
    if (shared && tx_allocation_is_struck(job, u, job->unit_owner[u])) job->unit_owner[u] = TX_ALLOCATION_NONE;
  }
  if (!o->struck) job->struck_begin = NULL;
  return fine;
}

bool tx_allocation_offers(tx_allocation_job *job) {
  offering o = {.job = job};
  job->unit_offer = tx_arena_calloc(&job->scratch, job->keep->units + 1, sizeof *job->unit_offer);
  if (!job->unit_offer || !find_alike(job, &o.by)) return false;
  tx_intern_init(&o.keys, job->context, (1 + o.by.count) * sizeof(uint32_t));
  bool fine = find_all(&o);
  tx_free_array(job->context, o.index.of_key, o.index.key_room, sizeof(uint32_t));
  tx_free_array(job->context, o.index.slots, o.index.slot_count, sizeof *o.index.slots);
  tx_intern_free(&o.keys);
  return fine;
}

bool tx_allocation_is_offered(const tx_allocation_job *job, size_t unit, uint32_t csm) {
  const size_t *begin = job->offer_begin;
  const uint32_t *list = job->offer_csm;
  size_t low = begin[job->unit_offer[unit]], end = begin[job->unit_offer[unit] + 1], high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list[middle] < csm) low = middle + 1;
    else high = middle;
  }
  return low < end && list[low] == csm && !tx_allocation_is_struck(job, unit, csm);
}
