/* Offers: which CSMs may have a unit, with what points, told once for all units that are alike.
 *
 * Units are alike when pool, roles and the rows of truth of eligibility and preferences are equal; preferences that are
 * told as exceptions (exceptions.c) aside. Where eligibility is shared but for a few CSMs whom each customer
 * names, those are told customer by customer: struck off its class's offer ("never back to an owner it had"), or let in
 * ("or the one it asked for"): then they are in the offer's closed part. */
#include <math.h>
#include <string.h>

#include "allocation/private.h"

#define LONGEST_KEY (2 + 1 + 64)
/* More than one in so many struck off, and the unit has an offer of its own: it is not much longer. */
#define FEW_STRUCK 4
/* Nor is it where the lists of those who name the same CSMs are so many times as long together. */
#define FEW_SHARED 16
/* So many may have nobody but those they name, and each is a class of its own: the relaxation is the better, and small. */
#define FEW_CLOSED 10000

/* --- alike --- */

/* Numbers equal rows of truth alike. */
static bool number_rows(tx_allocation_job *job, const tx_pairs *pairs, uint32_t **number) {
  size_t words = tx_words(pairs->csm_groups), count = tx_pair_row_count(pairs);
  tx_intern rows;
  tx_intern_init(&rows, job->context, words * sizeof(uint64_t));
  *number = tx_arena_calloc(&job->scratch, pairs->customer_groups + 1, sizeof **number);
  uint32_t *of_row = pairs->row ? tx_arena_calloc(&job->scratch, count + 1, sizeof *of_row) : *number;
  bool fine = *number && of_row;
  for (size_t row = 0; fine && words && pairs->truth && row < count; row++) { /* without truth all are alike */
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
static bool may_have(const tx_allocation_job *job, size_t lead, size_t csm, bool own) {
  const tx_pairs *eligible = job->input->eligible;
  if (!eligible) return true;
  return own ? tx_pair_holds(eligible, lead, csm)
             : tx_pair_row_holds(eligible, eligible->customer_group[lead], eligible->csm_group[csm]);
}

/* Units that are alike, all with the offer of the first. */
typedef struct alike_key {
  uint32_t unit, group;
  uint32_t open; /* how many CSMs it is open to */
  bool own;      /* with what is the other way round for its customers */
} alike_key;

/* How many CSMs are on offer to all of the key. */
static uint32_t count_open(const tx_allocation_job *job, const alike_key *key) {
  uint32_t count = 0;
  for (size_t w = 0; w < job->keep->words; w++) {
    uint64_t word = tx_group_word(job, key->group, w);
    for (size_t i = w * 64; word; i++, word >>= 1) {
      count += (word & 1) && may_have(job, job->keep->lead[key->unit], i, key->own);
    }
  }
  return count;
}

/* Appends the key's row: those on offer to all, then those in `closed` (NULL: none), who are to some. */
static bool add_offer(tx_allocation_job *job, const alike_key *key, const uint64_t *closed) {
  size_t lead = job->keep->lead[key->unit], offer = job->books.offers;
  if (!tx_grow(job->context, &job->offer_begin, &job->begin_room, offer + 2, sizeof(size_t)) ||
      !tx_grow(job->context, &job->offer_open, &job->open_room, offer + 1, sizeof(size_t))) {
    return false;
  }
  size_t *begin = job->offer_begin, count = offer ? begin[offer] : 0;
  begin[0] = 0;
  for (int part = 0; part < (closed ? 2 : 1); part++) {
    for (size_t w = 0; w < job->keep->words; w++) {
      uint64_t word = part ? closed[w] : tx_group_word(job, key->group, w);
      for (size_t i = w * 64; word; i++, word >>= 1) {
        if (!(word & 1) || (part == 0 && !may_have(job, lead, i, key->own))) continue;
        if (!add_entry(job, &count, i, offered_points(job, lead, i))) return false;
      }
    }
    if (part == 0) ((size_t *)job->offer_open)[offer] = count;
  }
  begin[++job->books.offers] = count;
  return true;
}

/* --- what they say --- */

/* Offers by what they say. Rows of truth that differ over the whole team may be equal over those on offer: whoever had
 * an account once, mostly outside of its pool, is no reason for a class of its own. */
typedef struct offer_index {
  uint32_t *slots; /* UINT32_MAX: empty */
  size_t slot_count;
} offer_index;

/* Only places in the table come of it, never an order. */
static size_t hash_offer(const tx_allocation_job *job, size_t offer) {
  const size_t *begin = job->offer_begin;
  uint64_t hash = (begin[offer + 1] - begin[offer]) ^ (((const size_t *)job->offer_open)[offer] - begin[offer]) << 20;
  for (size_t e = begin[offer]; e < begin[offer + 1]; e++) {
    uint64_t word = (uint64_t)((const int64_t *)job->offer_points)[e] << 32 ^ ((const uint32_t *)job->offer_csm)[e];
    hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
    hash ^= hash >> 32;
  }
  return (size_t)hash;
}

static bool same_offer(const tx_allocation_job *job, size_t a, size_t b) {
  const size_t *begin = job->offer_begin;
  const size_t *open = job->offer_open;
  size_t count = begin[a + 1] - begin[a];
  if (begin[b + 1] - begin[b] != count || open[b] - begin[b] != open[a] - begin[a]) return false;
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

/* Appends the key's offer, or finds the one there is that says the same. */
static bool find_offer(tx_allocation_job *job, offer_index *index, const alike_key *key, const uint64_t *closed,
                       uint32_t *offer) {
  if (!add_offer(job, key, closed)) return false;
  if (2 * job->books.offers > index->slot_count && !more_offer_slots(job, index)) return false;
  size_t made = job->books.offers - 1;
  uint32_t *slot = offer_slot(job, index, made);
  if (*slot == UINT32_MAX) *slot = (uint32_t)made;
  else job->books.offers--; /* the row behind the last is written over */
  *offer = *slot;
  return true;
}

/* --- unit by unit --- */

/* What it takes to find every unit's offer. */
typedef struct offering {
  tx_allocation_job *job;
  alike by;
  tx_intern keys;
  void *key; /* alike_key per number of a key */
  size_t key_room, key_count;
  uint32_t *unit_key;
  uint32_t *sharing; /* where eligibility has lists: units by its group of customers */
} offering;

/* The number of the unit's key. */
static bool find_key(offering *o, size_t unit, size_t group, bool own) {
  tx_allocation_job *job = o->job;
  uint32_t words[LONGEST_KEY] = {(uint32_t)group};
  size_t known = o->keys.count;
  for (size_t i = 0; i < o->by.count; i++) {
    size_t customers = o->by.pairs[i]->customer_group[job->keep->lead[unit]];
    bool apart = own && i == 0;
    words[1 + i] = apart ? (uint32_t)(tx_pair_row_count(o->by.pairs[i]) + customers) : o->by.number[i][customers];
  }
  if (!tx_intern_add(&o->keys, words, &o->unit_key[unit])) return false;
  if (o->keys.count == known) return true;
  if (!tx_grow(job->context, &o->key, &o->key_room, o->keys.count, sizeof(alike_key))) return false;
  alike_key *key = (alike_key *)o->key + known;
  *key = (alike_key){.unit = (uint32_t)unit, .group = (uint32_t)group, .own = own};
  key->open = count_open(job, key);
  return true;
}

/* Whether the unit's own offer is better than its class's with so many struck off and let in. */
static bool is_apart(const offering *o, size_t unit, size_t struck, size_t let_in) {
  const tx_pairs *eligible = o->job->input->eligible;
  size_t open = ((const alike_key *)o->key)[o->unit_key[unit]].open;
  size_t sharing = o->sharing[eligible->customer_group[o->job->keep->lead[unit]]];
  return struck * FEW_STRUCK > open || sharing * (struck + let_in) > FEW_SHARED * (open + let_in);
}

/* A unit of customers with lists of CSMs with whom it is the other way round. */
static bool find_listed(offering *o, size_t unit, size_t group) {
  tx_allocation_job *job = o->job;
  size_t begin = job->turned_begin[unit], struck;
  if (!find_key(o, unit, group, false) || !tx_allocation_turn(job, unit, group, &struck)) return false;
  if (!is_apart(o, unit, struck, job->turned_begin[unit + 1] - begin - struck)) return true;
  job->turned_begin[unit + 1] = begin;
  return find_key(o, unit, group, true);
}

static bool find_keys(offering *o) {
  tx_allocation_job *job = o->job;
  const tx_pairs *eligible = job->input->eligible;
  bool lists = eligible && eligible->begin, fine = !lists || tx_allocation_turn_init(job);
  if (lists) o->sharing = tx_arena_calloc(&job->scratch, eligible->customer_groups + 1, sizeof *o->sharing);
  if (!fine || (lists && !o->sharing)) return false;
  for (size_t u = 0; lists && u < job->keep->units; u++) o->sharing[eligible->customer_group[job->keep->lead[u]]]++;
  for (size_t u = 0; fine && u < job->keep->units; u++) {
    size_t group = tx_unit_group(job, u);
    if (job->input->left && tx_bit(job->input->left, job->keep->lead[u])) group = job->group_slots - 1; /* of no pool */
    fine = lists ? find_listed(o, u, group) : find_key(o, u, group, false);
  }
  o->key_count = o->keys.count;
  return fine;
}

/* --- who has nothing on offer but those it is let in to --- */

static uint32_t root_of(uint32_t *parent, uint32_t csm) {
  while (parent[csm] != csm) csm = parent[csm] = parent[parent[csm]];
  return csm;
}

/* Joins the CSMs whom units of closed offers are let in to. */
static uint32_t *join_closed(const offering *o) {
  const tx_allocation_job *job = o->job;
  const uint32_t *csm = job->turned_csm;
  uint32_t *parent = tx_arena_calloc(&o->job->scratch, job->input->csms + 1, sizeof *parent);
  for (uint32_t i = 0; parent && i < job->input->csms; i++) parent[i] = i;
  for (size_t u = 0; parent && u < job->keep->units; u++) {
    if (((const alike_key *)o->key)[o->unit_key[u]].open) continue;
    for (size_t x = job->turned_begin[u] + 1; x < job->turned_begin[u + 1]; x++) {
      uint32_t a = root_of(parent, csm[x - 1]), b = root_of(parent, csm[x]);
      parent[a > b ? a : b] = a < b ? a : b;
    }
  }
  return parent;
}

static size_t count_closed(const offering *o) {
  size_t count = 0;
  for (size_t u = 0; u < o->job->keep->units; u++) count += ((const alike_key *)o->key)[o->unit_key[u]].open == 0;
  return count;
}

/* Units of a closed offer who have no CSM in common, not even by others, are not one class: parts of the company that
 * share nobody stay so. Nor are those who do, while they are few. */
static bool part_closed(offering *o) {
  tx_allocation_job *job = o->job;
  const uint32_t *group = job->input->eligible->customer_group;
  bool few = count_closed(o) <= FEW_CLOSED;
  tx_intern keys;
  tx_intern_init(&keys, job->context, 2 * sizeof(uint32_t));
  uint32_t *parent = join_closed(o);
  size_t count = o->keys.count;
  bool fine = parent != NULL;
  for (size_t u = 0; fine && u < job->keep->units; u++) {
    alike_key key = ((const alike_key *)o->key)[o->unit_key[u]];
    if (key.open) continue;
    bool any = job->turned_begin[u] < job->turned_begin[u + 1];
    uint32_t csm = any ? ((const uint32_t *)job->turned_csm)[job->turned_begin[u]] : TX_ALLOCATION_NONE, number;
    uint32_t words[2] = {o->unit_key[u], !any ? csm : few ? group[job->keep->lead[u]] : root_of(parent, csm)};
    fine = tx_intern_add(&keys, words, &number) &&
           tx_grow(job->context, &o->key, &o->key_room, count + keys.count, sizeof(alike_key));
    if (!fine) break;
    ((alike_key *)o->key)[count + number] = key;
    o->unit_key[u] = (uint32_t)count + number;
  }
  o->key_count = count + keys.count;
  tx_intern_free(&keys);
  return fine;
}

/* --- key by key --- */

/* Units by key. */
static bool sort_units(const offering *o, size_t **begin, uint32_t **order) {
  size_t units = o->job->keep->units, keys = o->key_count;
  *begin = tx_arena_calloc(&o->job->scratch, keys + 2, sizeof **begin);
  *order = tx_arena_calloc(&o->job->scratch, units + 1, sizeof **order);
  if (!*begin || !*order) return false;
  for (size_t u = 0; u < units; u++) (*begin)[o->unit_key[u] + 2]++;
  for (size_t k = 0; k < keys; k++) (*begin)[k + 2] += (*begin)[k + 1];
  for (size_t u = 0; u < units; u++) (*order)[(*begin)[o->unit_key[u] + 1]++] = (uint32_t)u;
  return true;
}

/* Who is let in to any of the units; false: nobody. */
static bool find_closed(const tx_allocation_job *job, const uint32_t *unit, size_t units, uint64_t *closed) {
  const tx_pairs *eligible = job->input->eligible;
  bool any = false;
  memset(closed, 0, job->keep->words * sizeof *closed);
  for (size_t n = 0; n < units; n++) {
    size_t customers = eligible->customer_group[job->keep->lead[unit[n]]];
    for (size_t x = job->turned_begin[unit[n]]; x < job->turned_begin[unit[n] + 1]; x++) {
      uint32_t csm = ((const uint32_t *)job->turned_csm)[x];
      if (tx_pair_row_holds(eligible, customers, eligible->csm_group[csm])) continue;
      tx_bit_set(closed, csm);
      any = true;
    }
  }
  return any;
}

static bool find_offers(offering *o) {
  tx_allocation_job *job = o->job;
  offer_index index = {NULL, 0};
  size_t *begin;
  uint32_t *order, *offer = tx_arena_calloc(&job->scratch, o->key_count + 1, sizeof *offer);
  uint64_t *closed = tx_arena_calloc(&job->scratch, job->keep->words + 1, sizeof *closed);
  bool fine = offer && closed && sort_units(o, &begin, &order), any = false;
  for (size_t k = 0; fine && k < o->key_count; k++) {
    if (begin[k] == begin[k + 1]) continue; /* all of its units are apart */
    bool some = job->turned_begin && find_closed(job, order + begin[k], begin[k + 1] - begin[k], closed);
    fine = find_offer(job, &index, (const alike_key *)o->key + k, some ? closed : NULL, &offer[k]);
    any = any || some;
  }
  for (size_t u = 0; fine && u < job->keep->units; u++) job->unit_offer[u] = offer[o->unit_key[u]];
  job->books.offer_open = any ? job->offer_open : NULL;
  tx_free_array(job->context, index.slots, index.slot_count, sizeof *index.slots);
  return fine;
}

bool tx_allocation_offers(tx_allocation_job *job) {
  offering o = {.job = job};
  job->unit_offer = tx_arena_calloc(&job->scratch, job->keep->units + 1, sizeof *job->unit_offer);
  o.unit_key = tx_arena_calloc(&job->scratch, job->keep->units + 1, sizeof *o.unit_key);
  if (!job->unit_offer || !o.unit_key || !find_alike(job, &o.by)) return false;
  tx_intern_init(&o.keys, job->context, (1 + o.by.count) * sizeof(uint32_t));
  bool fine = find_keys(&o) && (!job->turned_begin || part_closed(&o)) && find_offers(&o);
  tx_free_array(job->context, o.key, o.key_room, sizeof(alike_key));
  tx_intern_free(&o.keys);
  if (fine) tx_allocation_turned(job);
  return fine;
}
