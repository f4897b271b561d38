/* Offers and classes: which CSMs may have a unit, with what points, told once for all units that are alike.
 *
 * Units are alike when pool, roles and the rows of truth of eligibility and preferences are equal; preferences that are
 * told as exceptions (allocation_exceptions.c) aside. */
#include <math.h>
#include <string.h>

#include "allocation/allocation_private.h"
#include "base/divisor.h"
#include "base/error.h"

#define LONGEST_KEY (2 + 1 + 64)
#define LARGEST_POINTS INT64_C(1000000000000)

static int64_t thousandths(double points) {
  double scaled = round(points * 1000);
  if (!(fabs(scaled) <= (double)LARGEST_POINTS)) return scaled > 0 ? LARGEST_POINTS : scaled < 0 ? -LARGEST_POINTS : 0;
  return (int64_t)scaled;
}

/* The most that all preferences together come to for all units, in the policy's smallest points. */
static int64_t most_points(const tx_allocation_job *job) {
  double sum = fabs(job->input->keep_points) * 1000;
  for (size_t p = 0; p < job->input->prefer_count; p++) sum += fabs((double)job->keep->points[p]);
  sum = sum / (double)job->points_scale * (double)(job->keep->units + 1);
  return sum < (double)INT64_MAX / 4 ? (int64_t)sum : INT64_MAX / 4;
}

/* Points by preference, and the greatest common divisor: small numbers leave the solver room for fine prices. */
static bool set_points(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  int64_t *points = job->keep->points = tx_arena_calloc(&job->keep->arena, input->prefer_count + 1, sizeof *points);
  if (!points) return false;
  int64_t divisor = 0;
  for (size_t p = 0; p < input->prefer_count; p++) {
    points[p] = thousandths(input->prefer[p].points);
    divisor = tx_common_divisor(divisor, points[p] < 0 ? -points[p] : points[p]);
  }
  int64_t kept = thousandths(input->keep_points);
  divisor = tx_common_divisor(divisor, kept < 0 ? -kept : kept);
  job->points_scale = divisor ? divisor : 1;
  /* A tie is a point of the solver's, and all ties together are less than one of the policy's. */
  int64_t times = input->tie ? (int64_t)job->keep->units + 1 : 1;
  job->points_times = most_points(job) < LARGEST_POINTS / times ? times : 1;
  return true;
}

/* --- alike --- */

/* Numbers equal rows of truth alike. */
static bool number_rows(tx_allocation_job *job, const tx_pairs *pairs, uint32_t **number) {
  size_t words = tx_words(pairs->csm_groups);
  tx_intern rows;
  tx_intern_init(&rows, job->context, words * sizeof(uint64_t));
  *number = tx_arena_calloc(&job->scratch, pairs->customer_groups + 1, sizeof **number);
  bool fine = *number != NULL;
  if (!pairs->truth) words = 0; /* lists differ nearly always: what they offer is compared later */
  for (size_t row = 0; fine && !pairs->truth && row < pairs->customer_groups; row++) (*number)[row] = (uint32_t)row;
  for (size_t row = 0; fine && words && row < pairs->customer_groups; row++) {
    fine = tx_intern_add(&rows, pairs->truth + row * words, &(*number)[row]);
  }
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
    if (job->keep->exceptional >> p & 1) continue;
    if (tx_pair_holds(&job->input->prefer[p].pairs, lead, csm)) points += tx_points_of(job, p);
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

/* Appends the row of a unit unlike all before. */
static bool add_offer(tx_allocation_job *job, size_t unit, size_t group) {
  const tx_allocation_input *input = job->input;
  size_t lead = job->keep->lead[unit], offer = job->books.offers;
  if (!tx_grow(job->context, &job->offer_begin, &job->begin_room, offer + 2, sizeof(size_t))) return false;
  size_t *begin = job->offer_begin, count = offer ? begin[offer] : 0;
  begin[0] = 0;
  for (size_t w = 0; w < job->keep->words; w++) {
    uint64_t word = tx_group_word(job, group, w);
    for (size_t i = w * 64; word; i++, word >>= 1) {
      if (!(word & 1) || (input->eligible && !tx_pair_holds(input->eligible, lead, i))) continue;
      if (!add_entry(job, &count, i, offered_points(job, lead, i))) return false;
    }
  }
  begin[++job->books.offers] = count;
  return true;
}

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
static bool add_key(tx_allocation_job *job, offer_index *index, size_t key, size_t unit, size_t group) {
  if (!tx_grow(job->context, &index->of_key, &index->key_room, key + 1, sizeof(uint32_t))) return false;
  if (!add_offer(job, unit, group)) return false;
  if (2 * job->books.offers > index->slot_count && !more_offer_slots(job, index)) return false;
  size_t made = job->books.offers - 1;
  uint32_t *slot = offer_slot(job, index, made);
  if (*slot == UINT32_MAX) *slot = (uint32_t)made;
  else job->books.offers--; /* the row behind the last is written over */
  ((uint32_t *)index->of_key)[key] = *slot;
  return true;
}

static bool make_offers(tx_allocation_job *job, const alike *by) {
  uint32_t key[LONGEST_KEY], number;
  tx_intern keys;
  offer_index index = {.of_key = NULL};
  tx_intern_init(&keys, job->context, (1 + by->count) * sizeof *key);
  job->unit_offer = tx_arena_calloc(&job->scratch, job->keep->units + 1, sizeof *job->unit_offer);
  bool fine = job->unit_offer != NULL;
  for (size_t u = 0; fine && u < job->keep->units; u++) {
    size_t known = keys.count, group = tx_unit_group(job, u);
    if (job->input->left && tx_bit(job->input->left, job->keep->lead[u])) group = job->group_slots - 1; /* of no pool */
    key[0] = (uint32_t)group;
    for (size_t i = 0; i < by->count; i++) {
      key[1 + i] = by->number[i][by->pairs[i]->customer_group[job->keep->lead[u]]];
    }
    fine = tx_intern_add(&keys, key, &number) && (keys.count == known || add_key(job, &index, number, u, group));
    if (fine) job->unit_offer[u] = ((const uint32_t *)index.of_key)[number];
  }
  tx_free_array(job->context, index.of_key, index.key_room, sizeof(uint32_t));
  tx_free_array(job->context, index.slots, index.slot_count, sizeof *index.slots);
  tx_intern_free(&keys);
  return fine;
}

/* --- classes --- */

typedef struct class_key {
  int64_t load;
  uint64_t offer;
} class_key;

static bool make_classes(tx_allocation_job *job) {
  tx_intern classes;
  tx_intern_init(&classes, job->context, sizeof(class_key));
  size_t units = job->keep->units;
  uint32_t *unit_class = tx_arena_calloc(&job->scratch, units + 1, sizeof *unit_class);
  bool fine = unit_class != NULL;
  for (size_t u = 0; fine && u < units; u++) {
    class_key key = {job->keep->load[u], job->unit_offer[u]};
    fine = tx_intern_add(&classes, &key, &unit_class[u]);
  }
  int64_t *load = tx_arena_calloc(&job->scratch, classes.count + 1, sizeof *load);
  uint32_t *offer = tx_arena_calloc(&job->scratch, classes.count + 1, sizeof *offer);
  fine = fine && load && offer;
  const class_key *keys = classes.items;
  for (size_t k = 0; fine && k < classes.count; k++) {
    load[k] = keys[k].load;
    offer[k] = (uint32_t)keys[k].offer;
  }
  job->books.classes = classes.count;
  job->books.class_load = load;
  job->books.class_offer = offer;
  job->books.customers = units;
  job->books.customer_class = unit_class;
  tx_intern_free(&classes);
  return fine;
}

/* --- owners --- */

bool tx_allocation_is_offered(const tx_allocation_job *job, size_t unit, uint32_t csm) {
  const size_t *begin = job->offer_begin;
  const uint32_t *list = job->offer_csm;
  size_t low = begin[job->unit_offer[unit]], end = begin[job->unit_offer[unit] + 1], high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list[middle] < csm) low = middle + 1;
    else high = middle;
  }
  return low < end && list[low] == csm;
}

/* Owners, and an end to freezes that eligibility no longer allows; then whom others are to have. */
static void set_owners(tx_allocation_job *job) {
  tx_allocation_inside *keep = job->keep;
  for (size_t u = 0; u < keep->units; u++) {
    bool fixed = keep->fixed[u] != TX_ALLOCATION_NONE;
    if (fixed && !tx_allocation_is_offered(job, u, keep->fixed[u])) keep->fixed[u] = TX_ALLOCATION_NONE;
    uint32_t placed = job->input->placed ? job->input->placed[keep->lead[u]] : TX_ALLOCATION_NONE;
    if (placed != TX_ALLOCATION_NONE) keep->fixed[u] = placed;
  }
  job->books.owner = job->unit_owner;
  job->books.fixed = keep->fixed;
}

triax_status tx_allocation_classes(tx_allocation_job *job) {
  alike by = {.count = 0};
  if (job->input->prefer_count > 64) {
    return tx_fail(job->error, TRIAX_ELIMIT, "prefer has %zu entries: at most 64 are allowed",
                   job->input->prefer_count);
  }
  if (!set_points(job) || !tx_allocation_find_exceptions(job) || !find_alike(job, &by) || !make_offers(job, &by) ||
      !make_classes(job) || !tx_allocation_exceptions(job)) {
    return tx_no_memory(job->error);
  }
  set_owners(job);
  job->books.offer_begin = job->offer_begin;
  job->books.offer_csm = job->offer_csm;
  job->books.offer_points = job->offer_points;
  return TRIAX_OK;
}
