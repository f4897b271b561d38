/* The inside of allocation: what the steps of one run hand to each other, and what a result keeps for why_not. */
#ifndef TX_ALLOCATION_PRIVATE_H
#define TX_ALLOCATION_PRIVATE_H

#include "allocation/allocation.h"
#include "base/sort.h"
#include "books/books.h"

/* --- numbering equal byte strings of one width, in the order of their first appearance --- */

typedef struct tx_intern {
  triax_context *context;
  size_t width;
  void *items; /* count × width bytes */
  size_t count, room;
  uint32_t *slots; /* UINT32_MAX: empty */
  size_t slot_count;
} tx_intern;

void tx_intern_init(tx_intern *intern, triax_context *context, size_t width);
void tx_intern_free(tx_intern *intern);
/* Its number, a new one when it is new; false when memory is short. */
bool tx_intern_add(tx_intern *intern, const void *item, uint32_t *number);

/* --- what a result keeps --- */

typedef struct tx_allocation_inside {
  tx_arena arena;
  size_t units;
  uint32_t *unit_of;                   /* per customer, TX_ALLOCATION_NONE for unwanted ones */
  uint32_t *lead;                      /* per unit: the customer who speaks for it */
  uint32_t *fixed;                     /* per unit: who keeps it by freeze, or TX_ALLOCATION_NONE */
  uint32_t *csm;                       /* per unit: the answer */
  size_t words;                        /* of a bitmap over the team */
  uint64_t *pool_csms;                 /* row by pool: who serves it, here or not */
  int64_t load_unit;                   /* of a full-time CSM */
  int64_t *load;                       /* per unit */
  int64_t *capacity, *hard, *csm_load; /* per CSM */
  int64_t **need, **limit, **used;     /* by cap: per unit, per CSM, per CSM */
  double *cap_scale;                   /* by cap: whole numbers in one of the policy's */
  int64_t *points;                     /* by preference, in thousandths */
  uint64_t exceptional;                /* bits of the preferences that are told customer by customer */
  tx_books_result *solved;             /* with the prices that prove the bound */
} tx_allocation_inside;

/* CSMs who are here, by group of CSMs. */
typedef struct tx_here {
  size_t *begin; /* csm_groups + 1 */
  uint32_t *csm;
} tx_here;

/* --- one run --- */

#define TX_BALANCE_POINTS 4
/* A point that is not whole takes two: before and after it. */
#define TX_BALANCE_PIECES (2 * TX_BALANCE_POINTS)

typedef struct tx_allocation_job {
  triax_context *context;
  const tx_allocation_input *input;
  tx_allocation_result *result;
  tx_allocation_inside *keep;
  tx_arena scratch;
  triax_error *error;
  size_t role_sets;     /* at least 1 */
  size_t group_slots;   /* (pools + 1) × role_sets: the last pool stands for none */
  uint32_t *unit_owner; /* live owners */
  uint32_t *unit_offer;
  int64_t *value;
  double value_scale, imbalance_scale; /* units of the solver in one of the policy's */
  int64_t points_scale; /* thousandths of a point … */
  int64_t points_times; /* … in so many points of the solver's */
  int64_t points_traded;   /* with input.trade: what they were multiplied by; else 0 */
  tx_books_goal traded_goal; /* then: of the answer, points and imbalance apart */
  int64_t *owner_points;   /* per unit */
  /* Offers while they grow. */
  void *offer_begin, *offer_open, *offer_csm, *offer_points;
  size_t begin_room, open_room, csm_room, points_room;
  /* Exceptions to the offers while they grow; then who is struck off or let in. */
  void *more_csm, *more_points;
  size_t more_csm_room, more_points_room;
  size_t *turned_begin; /* per unit and one more; NULL: nobody is anywhere */
  void *turned_csm;
  size_t turned_room;
  tx_here turned_here; /* by eligibility's groups of CSMs */
  tx_books books;
  tx_books_measure measure[TX_BOOKS_MEASURES];
  double fair_unit[TX_BOOKS_MEASURES];
} tx_allocation_job;

/* --- looking at the input --- */

static inline bool tx_is_here(const tx_allocation_input *input, size_t csm) {
  return !input->here || tx_bit(input->here, csm);
}
/* What the row says of groups of customers and CSMs, and whether it is the other way round. */
static inline bool tx_pair_row_holds(const tx_pairs *pairs, size_t customers, size_t csms) {
  size_t row = pairs->row ? pairs->row[customers] : customers;
  return pairs->truth && tx_bit(pairs->truth + row * tx_words(pairs->csm_groups), csms);
}
static inline bool tx_pair_turned(const tx_pairs *pairs, size_t customers, size_t csms) {
  if (!pairs->begin) return false;
  size_t low = pairs->begin[customers], high = pairs->begin[customers + 1], end = high;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (pairs->turned[middle] < csms) low = middle + 1;
    else high = middle;
  }
  return low < end && pairs->turned[low] == csms;
}
static inline bool tx_pair_holds(const tx_pairs *pairs, size_t customer, size_t csm) {
  size_t customers = pairs->customer_group[customer], csms = pairs->csm_group[csm];
  return tx_pair_row_holds(pairs, customers, csms) != tx_pair_turned(pairs, customers, csms);
}
static inline size_t tx_pair_row_count(const tx_pairs *pairs) {
  return pairs->row ? pairs->rows : pairs->customer_groups;
}
/* Whether customers share rows and have lists beside them. */
static inline bool tx_pair_shared(const tx_pairs *pairs) { return pairs->truth && pairs->begin; }
static inline uint32_t tx_role_set(const tx_allocation_input *input, size_t customer) {
  return input->role_set ? input->role_set[customer] : 0;
}
static inline bool tx_role_fits(const tx_allocation_input *input, size_t customer, size_t csm) {
  return !input->role_set || tx_bit(input->role_csms + input->role_set[customer] * tx_words(input->csms), csm);
}
/* The owner, if here. */
static inline uint32_t tx_live_owner(const tx_allocation_input *input, size_t customer) {
  uint32_t owner = input->owner ? input->owner[customer] : TX_ALLOCATION_NONE;
  return owner < input->csms && tx_is_here(input, owner) ? owner : TX_ALLOCATION_NONE;
}
/* 0 for what is missing, negative or infinite. */
double tx_amount(const double *numbers, size_t i);
double tx_customer_value(const tx_allocation_input *input, size_t customer);
double tx_csm_fte(const tx_allocation_input *input, size_t csm);
/* CSMs of a group, one word of the bitmap: in the pool, with the role, here. */
uint64_t tx_group_word(const tx_allocation_job *job, size_t group, size_t word);
/* Points of a preference, in the solver's. */
static inline int64_t tx_points_of(const tx_allocation_job *job, size_t prefer) {
  return job->keep->points[prefer] / job->points_scale * job->points_times;
}
/* The unit's group; the pool NONE has the last row. */
size_t tx_unit_group(const tx_allocation_job *job, size_t unit);

bool tx_allocation_here(tx_allocation_job *job, const tx_pairs *pairs, tx_here *here);
/* Who of the group is struck off or let in for the unit: the next in turn, whose list then ends at the end of all. */
bool tx_allocation_turn_init(tx_allocation_job *job);
bool tx_allocation_turn(tx_allocation_job *job, size_t unit, size_t group, size_t *struck);
/* Once there are offers: an owner who is struck off is none. */
void tx_allocation_turned(tx_allocation_job *job);

/* --- the steps, in order; false: memory is short --- */

bool tx_allocation_units(tx_allocation_job *job);
bool tx_allocation_pools(tx_allocation_job *job);
bool tx_allocation_loads(tx_allocation_job *job);
triax_status tx_allocation_classes(tx_allocation_job *job);
bool tx_allocation_offers(tx_allocation_job *job);
/* Finds the preferences that few pairs earn; then, once there are offers, their points by customer. */
bool tx_allocation_find_exceptions(tx_allocation_job *job);
bool tx_allocation_exceptions(tx_allocation_job *job);
bool tx_allocation_is_offered(const tx_allocation_job *job, size_t unit, uint32_t csm);
triax_status tx_allocation_measures(tx_allocation_job *job);
/* All of those above: books is the problem. The job is to be freed either way. */
triax_status tx_allocation_problem(tx_allocation_job *job);
void tx_allocation_job_free(tx_allocation_job *job);
tx_allocation_result *tx_allocation_new_result(triax_context *context, const tx_allocation_input *input);
bool tx_allocation_former(tx_allocation_job *job);
bool tx_allocation_answer(tx_allocation_job *job, const tx_books_result *solved);
bool tx_allocation_groups(tx_allocation_job *job);
/* What keeps an uncovered unit so; *cap with TX_WAY_CAP. */
int tx_allocation_unit_way(const tx_allocation_job *job, size_t unit, uint32_t *cap);

#endif
