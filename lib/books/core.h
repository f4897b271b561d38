/* Costs in four strict parts, the watch over work, and the core that holds one assignment. */
#ifndef TX_BOOKS_CORE_H
#define TX_BOOKS_CORE_H

#include <stdatomic.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "books/books.h"

/* A cost, compared part by part: value, over, points lost (the negative of points), imbalance. Kept as a vector and
 * not as one weighted number, so that the order stays strict whatever the sizes. */
#define TX_PARTS 4
typedef struct tx_cost {
  int64_t part[TX_PARTS];
} tx_cost;

enum { TX_VALUE, TX_OVER, TX_POINTS, TX_IMBALANCE };

static inline int tx_cost_compare(const tx_cost *a, const tx_cost *b) {
  for (int p = 0; p < TX_PARTS; p++) {
    if (a->part[p] != b->part[p]) {
      return a->part[p] < b->part[p] ? -1 : 1;
    }
  }
  return 0;
}
static inline bool tx_cost_negative(const tx_cost *a) {
  for (int p = 0; p < TX_PARTS; p++) {
    if (a->part[p] != 0) {
      return a->part[p] < 0;
    }
  }
  return false;
}
static inline void tx_cost_add(tx_cost *a, const tx_cost *b) {
  for (int p = 0; p < TX_PARTS; p++) {
    a->part[p] += b->part[p];
  }
}
static inline void tx_cost_sub(tx_cost *a, const tx_cost *b) {
  for (int p = 0; p < TX_PARTS; p++) {
    a->part[p] -= b->part[p];
  }
}

/* Counts work, and asks the host now and then whether to go on. Work counted decides budgets; the host's answer only
 * ends the whole call. */
#define TX_WATCH_STEP 100000
/* Work that is counted when the search is to end, so that every budget is used up. */
#define TX_WATCH_END (UINT64_MAX / 2)

/* What the host is told of all parts, and what it said. */
typedef struct tx_tell {
  bool (*tell)(void *user, int64_t value, int64_t bound); /* NULL: nobody asks */
  void *user;
  atomic_bool enough;
  tx_lock lock;
  int64_t value, bound; /* of the parts that are answered, the others all uncovered */
} tx_tell;

typedef struct tx_watch {
  triax_context *context;
  atomic_bool *canceled; /* shared by the workers of one call */
  bool caller;           /* on the caller's thread: may speak to the host */
  uint64_t work, next;
  uint64_t from, stop; /* where improvement begins and ends; it looks between steps that it does not cut short */
  double begin, size;  /* of the whole: where this part begins and how much it is */
  triax_status status; /* not TRIAX_OK once the host wants to stop */
  triax_error *error;
  tx_tell *tell;        /* NULL: nobody asks */
  int64_t value, bound; /* of the part at hand, at the end of its last stage: less uncovered than all of it, bound */
  bool ended;           /* work was counted to the end */
} tx_watch;

triax_status tx_watch_poll(tx_watch *watch);
/* Whether the host has said that what there is will do. */
static inline bool tx_watch_enough(const tx_watch *watch) {
  return watch->tell != NULL && atomic_load(&watch->tell->enough);
}
/* Where a stage ends that may take so much work: sooner, where the whole ends sooner. */
static inline uint64_t tx_watch_end(const tx_watch *watch, uint64_t budget) {
  uint64_t end = watch->work > UINT64_MAX - budget ? UINT64_MAX : watch->work + budget;
  return end < watch->stop ? end : watch->stop;
}
static inline triax_status tx_watch_work(tx_watch *watch, uint64_t amount) {
  watch->work += amount;
  return watch->work < watch->next ? TRIAX_OK : tx_watch_poll(watch);
}

/* The cost of `sum` on a measure's curve for a CSM. */
int64_t tx_curve_cost(const tx_books_measure *measure, size_t csm, int64_t sum);

/* Dimension 0 is the load, the others are measures with amounts of their own. */
#define TX_DIMENSIONS (1 + TX_BOOKS_MEASURES)
/* So many of those who came to a list or went are remembered, and of the uncovered: powers of two. */
#define TX_LATEST 8
#define TX_LATEST_UNCOVERED 64

/* A move made, for taking it back. */
typedef struct tx_move {
  uint32_t customer, from;
  int64_t points; /* it had there */
} tx_move;

/* One connected part of the problem and an assignment for it. `books` has no fixed customers here: what they take is
 * in `base`. The sums may pass a limit while a move is tried, never between moves. */
typedef struct tx_core {
  const tx_books *books;
  tx_watch *watch;
  tx_arena arena;
  size_t dimensions;
  int balance_part;                             /* of the cost that imbalance counts in */
  const int64_t *amount[TX_DIMENSIONS];         /* [0] is NULL: the class has it */
  const tx_books_measure *curve[TX_DIMENSIONS]; /* NULL: not balanced */
  const int64_t *base;                          /* csms × dimensions */
  int64_t *limit;                               /* csms × dimensions, INT64_MAX: none */
  uint32_t *at;                                 /* per customer: CSM or TX_BOOKS_NONE */
  int64_t *points;                              /* per customer: earned where it is */
  uint32_t *next, *previous;                    /* per customer: neighbours in the list of its CSM */
  uint32_t *first;                              /* csms + 1 lists; the last is the uncovered */
  uint64_t *version;                            /* per list: how often somebody came or went */
  uint32_t *latest;                             /* per list: who it was lately, see tx_core_latest */
  int64_t *sum;                                 /* csms × dimensions */
  tx_cost *csm_cost;                            /* per CSM: over and imbalance */
  tx_cost cost;                                 /* the whole assignment's */
  uint64_t all_customers;                       /* of all parts */
  uint64_t random;                              /* state of the generator */
  tx_move *journal;                             /* of moves since tx_core_note */
  size_t moves, journal_room;
  bool noting, lost; /* lost: the journal could not grow; the call will end in TRIAX_ENOMEM */
  tx_cost bound;     /* see tx_books_part */
  int32_t proven;
  bool searched;  /* to the end: the bound is the best there is */
  tx_cost priced; /* the bound before that */
  int32_t priced_proven;
  tx_cost *csm_price, *class_price; /* times price_scale */
  tx_books_price *price;            /* per CSM, exact */
  uint32_t *rest, *apart;           /* the relaxation's tree: see tx_books_result */
  tx_books_link *class_link, *csm_link;
  int64_t price_scale;
  const tx_cost *missed; /* how far a former answer was from its bound: as near is near enough; NULL: there is none */
} tx_core;

/* All customers uncovered. The core's memory is its arena's. */
triax_status tx_core_init(tx_core *core, const tx_books *books, const int64_t *base, tx_watch *watch);
void tx_core_free(tx_core *core);
static inline int64_t tx_core_load(const tx_core *core, uint32_t customer) {
  return core->books->class_load[core->books->customer_class[customer]];
}
static inline int64_t tx_core_amount(const tx_core *core, uint32_t customer, size_t dimension) {
  return dimension == 0 ? tx_core_load(core, customer) : core->amount[dimension][customer];
}
static inline int64_t tx_core_value(const tx_core *core, uint32_t customer) {
  return core->books->value == NULL ? 1 : core->books->value[customer];
}
static inline uint32_t tx_core_owner(const tx_core *core, uint32_t customer) {
  return core->books->owner == NULL ? TX_BOOKS_NONE : core->books->owner[customer];
}
static inline uint32_t tx_core_offer(const tx_core *core, uint32_t customer) {
  return core->books->class_offer[core->books->customer_class[customer]];
}
/* Points that the customer earns at the CSM of entry `entry` of its offer. */
static inline int64_t tx_core_entry_points(const tx_core *core, uint32_t customer, size_t entry) {
  const tx_books *books = core->books;
  int64_t points = books->offer_points == NULL ? 0 : books->offer_points[entry];
  uint32_t csm = books->offer_csm[entry];
  if (tx_core_owner(core, customer) == csm) {
    return points + (books->owner_points == NULL ? 0 : books->owner_points[customer]);
  }
  for (size_t x = tx_books_from(books->more_begin, customer); x < tx_books_to(books->more_begin, customer); x++) {
    points += books->more_csm[x] == csm ? books->more_points[x] : 0;
  }
  return points;
}
/* Whether the customer may not have the CSM of that entry of its class's offer: it is open and struck off, or closed and
 * not let in. */
static inline bool tx_core_denied(const tx_core *core, uint32_t customer, size_t entry) {
  const tx_books *books = core->books;
  if (books->turned_begin == NULL) {
    return false;
  }
  size_t x = books->turned_begin[customer], end = books->turned_begin[customer + 1];
  while (x < end && books->turned_csm[x] != books->offer_csm[entry]) {
    x++;
  }
  return (x < end) == (entry < tx_books_open_end(books, tx_core_offer(core, customer)));
}
/* The entry of `csm` in an offer, in its open part or its closed one, or SIZE_MAX. */
size_t tx_core_open_entry(const tx_core *core, uint32_t offer, uint32_t csm);
size_t tx_core_closed_entry(const tx_core *core, uint32_t offer, uint32_t csm);
size_t tx_core_offer_entry(const tx_core *core, uint32_t offer, uint32_t csm);
/* The same of the offer of the customer's class, whether or not the customer may have it. */
static inline size_t tx_core_class_entry(const tx_core *core, uint32_t customer, uint32_t csm) {
  return tx_core_offer_entry(core, tx_core_offer(core, customer), csm);
}
/* The entry of `csm` in the offer as it is for the customer, or SIZE_MAX. */
static inline size_t tx_core_entry(const tx_core *core, uint32_t customer, uint32_t csm) {
  size_t entry = tx_core_class_entry(core, customer, csm);
  return entry == SIZE_MAX || tx_core_denied(core, customer, entry) ? SIZE_MAX : entry;
}

/* What a customer may choose from: the open part of its offer, then whom it is let in to. */
typedef struct tx_choices {
  size_t begin, open, count; /* the first entry; how many are open; how many choices there are */
  uint32_t offer;
  const uint32_t *turned;
} tx_choices;
static inline tx_choices tx_core_choices(const tx_core *core, uint32_t customer) {
  const tx_books *books = core->books;
  tx_choices c = {.offer = tx_core_offer(core, customer)};
  c.begin = books->offer_begin[c.offer];
  c.open = c.count = tx_books_open_end(books, c.offer) - c.begin;
  if (books->offer_open != NULL) {
    c.turned = books->turned_csm + books->turned_begin[customer];
    c.count += books->turned_begin[customer + 1] - books->turned_begin[customer];
  }
  return c;
}
/* The entry of the n-th choice, or SIZE_MAX: it is none. Whether it is denied is the caller's to ask, when it matters. */
static inline size_t tx_core_choice(const tx_core *core, const tx_choices *c, size_t n) {
  return n < c->open ? c->begin + n : tx_core_closed_entry(core, c->offer, c->turned[n - c->open]);
}

/* Where the customer is not what others of its class are, the owner first: how many CSMs those are, and the n-th with its
 * points on top of the offer's; TX_BOOKS_NONE: there is no owner, or the CSM came before. */
static inline size_t tx_core_exceptions(const tx_core *core, uint32_t customer) {
  const tx_books *books = core->books;
  return 1 + tx_books_to(books->more_begin, customer) - tx_books_from(books->more_begin, customer) +
         tx_books_to(books->turned_begin, customer) - tx_books_from(books->turned_begin, customer);
}
uint32_t tx_core_exception(const tx_core *core, uint32_t customer, size_t n, int64_t *points);
/* The list's customer of the change after which its version is `version` + 1; remembered for so many. */
static inline size_t tx_core_remembered(const tx_core *core, size_t list) {
  return list == core->books->csms ? TX_LATEST_UNCOVERED : TX_LATEST;
}
static inline uint32_t *tx_core_latest(const tx_core *core, size_t list, uint64_t version) {
  return core->latest + list * TX_LATEST + version % tx_core_remembered(core, list);
}
/* Whether the customer fits on the CSM as it is now. */
bool tx_core_fits(const tx_core *core, uint32_t customer, uint32_t csm);
/* Whether the CSM is within all its limits. */
bool tx_core_within(const tx_core *core, uint32_t csm);
/* Moves a customer; `points` are those it earns there (0 when uncovered). Limits are the caller's to look after. */
void tx_core_place(tx_core *core, uint32_t customer, uint32_t csm, int64_t points);
/* The same to a CSM that it may have, with what it earns there. */
void tx_core_go(tx_core *core, uint32_t customer, uint32_t csm);
/* Moves whoever is not where `at` says: first all of them off, so that limits are not passed on the way. */
void tx_core_become(tx_core *core, const uint32_t *at);
/* Where all are uncovered: places each where it fits, as far as it may be there; `at` may say somebody that there is not.
 * What CSMs cost is counted once, in the end. */
void tx_core_place_all(tx_core *core, const uint32_t *at);
/* From here on moves are noted, until one of the two below: take all back, or let them be. */
void tx_core_note(tx_core *core);
triax_status tx_core_take_back(tx_core *core);
triax_status tx_core_keep(tx_core *core);
/* Back to where `moves` was so many; goes on noting. */
triax_status tx_core_back_to(tx_core *core, size_t moves);
/* What the CSM's over and imbalance would change by if the customer came (sign 1) or went (sign -1). */
void tx_core_change(const tx_core *core, uint32_t customer, uint32_t csm, int sign, tx_cost *change);
/* The same when `out` goes (TX_BOOKS_NONE: nobody) and `in` comes; false where a limit would be passed. */
bool tx_core_swap_change(const tx_core *core, uint32_t csm, uint32_t out, uint32_t in, tx_cost *change);
/* Next number of the core's generator. */
uint64_t tx_core_random(tx_core *core);

/* Whether the assignment is as near its bound as `missed` asks. */
bool tx_core_near(const tx_core *core);
/* A relaxation's tree to start from, see tx_books_result. */
typedef struct tx_basis {
  const uint32_t *rest, *apart;
  const tx_books_link *class_link, *csm_link;
} tx_basis;

/* An answer with nothing in it yet; NULL: memory is short. Freed by tx_books_result_free. */
tx_books_result *tx_books_result_new(const tx_books *books, triax_context *context);

/* Signed a·b against c·d without overflow, for a, b, c, d >= 0. */
int tx_compare_products(int64_t a, int64_t b, int64_t c, int64_t d);

#endif
