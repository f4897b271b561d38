/* Allocation: who owns whom, in the policy's terms (policy.md section 6).
 *
 * Turns pools, roles, capacities, eligibility and preferences into the books problem of books.h, and its answer back
 * into owners, reasons and what stands in the way. Plain columns in, plain columns out. Units are customers, or
 * families of them that are owned together. */
#ifndef TX_ALLOCATION_ALLOCATION_H
#define TX_ALLOCATION_ALLOCATION_H

#include "base/memory.h"
#include "table/column.h"

#define TX_ALLOCATION_NONE UINT32_MAX
#define TX_ALLOCATION_PREFER 64 /* preferences: what a customer earns is a bit each */

/* The truth of a test over pairs, by groups of equal values: never customers × CSMs. Customers who are alike but for a
 * few CSMs whom each of them names share a row of truth, and have lists of where it is the other way round. */
typedef struct tx_pairs {
  const uint32_t *customer_group; /* per customer */
  const uint32_t *csm_group;      /* per CSM */
  size_t customer_groups, csm_groups;
  const uint64_t *truth; /* rows of tx_words(csm_groups) words: holds (unknown does not); NULL: for nobody */
  const uint32_t *row;   /* per customer group: its row; NULL: the one of its own number */
  size_t rows;           /* of truth, where `row` is given */
  const size_t *begin;   /* customer_groups + 1; NULL: as the rows say */
  const uint32_t *turned; /* groups of CSMs by customer group, ascending: the row says the opposite */
} tx_pairs;

typedef struct tx_allocation_pool {
  triax_text name;
  const uint64_t *customers; /* bitmap; NULL: the rest */
  const uint64_t *csms;      /* bitmap over the team; NULL: those who serve no other pool */
  double at_least;
} tx_allocation_pool;

typedef struct tx_allocation_cap {
  const char *name;   /* "arr", "hours" */
  const double *need; /* per customer; NaN: nothing, and counted */
  const double *have; /* per CSM; NaN: no cap */
} tx_allocation_cap;

typedef struct tx_allocation_prefer {
  double points;
  tx_pairs pairs;
  triax_text why;
} tx_allocation_prefer;

typedef struct tx_allocation_balance {
  triax_text name;
  double weight;
  const double *amount; /* per customer; NaN: 0; NULL: the load */
} tx_allocation_balance;

typedef struct tx_allocation_input {
  size_t customers, csms;
  const triax_text *customer_keys, *csm_keys;
  const uint64_t *wanted;    /* bitmap: customers that are to have an owner */
  const double *accounts;    /* per customer: a full-time CSM's number; 0: weighs nothing */
  const uint32_t *family;    /* per customer: a number that members share; NULL: each alone */
  size_t families;           /* how many numbers */
  const double *size;        /* per customer: who is the largest of a family; NaN: least; NULL: the value says so */
  const uint32_t *owner;     /* per customer: the present CSM, TX_ALLOCATION_NONE; NULL: none */
  const uint64_t *frozen;    /* bitmap: keep the owner if still eligible; NULL: none */
  const double *value;       /* per customer; NaN or < 0: 0; NULL: 1 each */
  const uint32_t *role_set;  /* per customer: which set of roles may own it; NULL: any role */
  size_t role_sets;
  const uint64_t *role_csms; /* row by role set, tx_words(csms) words: CSMs with a role of the set (or without role) */
  const uint64_t *here;      /* bitmap over the team: here on the plan's date; NULL: all */
  const double *fte;         /* per CSM; NaN: 0; NULL: 1 each */
  double stretch;
  const tx_allocation_pool *pools; /* none: one pool "all" of everybody */
  size_t pool_count;
  const tx_allocation_cap *caps;
  size_t cap_count;
  const tx_pairs *eligible; /* NULL: all */
  const tx_allocation_prefer *prefer;
  size_t prefer_count; /* at most TX_ALLOCATION_PREFER */
  const tx_allocation_balance *balance; /* none: the load, weight 1 */
  size_t balance_count;
  double effort;
  /* A former answer to start from, kept alive by the caller for the call; NULL: none. */
  const struct tx_allocation_result *former;
  const uint32_t *former_customer; /* per customer: its row there, or TX_ALLOCATION_NONE; NULL: the same rows */
  const uint32_t *former_csm;      /* per CSM, likewise */

  /* Told of the value left uncovered and its bound while books are searched; true: good enough. NULL: none. */
  bool (*tell)(void *user, double value, double bound);
  void *tell_user;

  /* For solving again with something changed; zeros: nothing. */
  const uint32_t *placed; /* per customer: the CSM whom it must have, who may own it; TX_ALLOCATION_NONE: free; or NULL */
  const uint64_t *left;   /* bitmap: customers to be left uncovered; NULL: none */
  const uint32_t *tie;    /* per customer: whom it keeps where the value, the load beyond fte and the points are equal;
                             TX_ALLOCATION_NONE; or NULL */
  double keep_points;     /* added to what the present owner earns */
  bool unproven;          /* the answer alone is wanted, and no bounds of it */
  double trade;           /* > 0: a point is worth so much imbalance, and no more: the two are one part */
} tx_allocation_input;

/* How a customer stands. */
enum {
  TX_STANDS_UNWANTED,  /* is not to have an owner */
  TX_STANDS_KEPT,      /* stays with its CSM */
  TX_STANDS_FROZEN,    /* stays, by freeze */
  TX_STANDS_MOVED,     /* from one CSM to another */
  TX_STANDS_NEW,       /* had none in the team */
  TX_STANDS_UNCOVERED
};

/* What stands in the way, for the uncovered and for "why not this CSM". */
enum {
  TX_WAY_NONE,
  TX_WAY_NO_POOL,     /* no pool takes the customer */
  TX_WAY_EMPTY_POOL,  /* the pool has no CSM who is here */
  TX_WAY_OTHER_POOL,  /* the CSM does not serve the customer's pool */
  TX_WAY_ROLE,        /* no role (or not the CSM's) fits */
  TX_WAY_AWAY,        /* the CSM has left or not begun */
  TX_WAY_NOT_ELIGIBLE,
  TX_WAY_FULL,        /* capacity in load */
  TX_WAY_CAP,         /* a further cap; `cap` says which */
  TX_WAY_POINTS,      /* possible, but earns fewer points */
  TX_WAY_BALANCE,     /* possible at equal points, but worse balanced, or worse for others */
  TX_WAY_FAMILY,      /* its family is owned elsewhere */
  TX_WAY_FROZEN       /* it stays where it is, by freeze */
};

typedef struct tx_allocation_book {
  double load, fte;    /* of a full-time CSM */
  uint64_t accounts;
  double *used;        /* per cap */
} tx_allocation_book;

/* One pool and role set (roles as the customers want them). */
typedef struct tx_allocation_group {
  uint32_t pool, role_set;
  uint64_t customers, csms, uncovered;
  double load, capacity;    /* in full-time CSMs; capacity: what its CSMs have beside what they carry of other groups */
  double uncovered_load, uncovered_value;
  int way;                  /* TX_WAY_… that stands in the way of most of the uncovered */
  uint32_t cap;             /* with TX_WAY_CAP */
  double short_by;          /* how much more of the limit would cover them: full-time CSMs, or the cap's unit */
  uint64_t hires;           /* full-time CSMs whom it takes to cover the uncovered */
} tx_allocation_group;

typedef struct tx_allocation_result {
  triax_context *context;
  size_t customers, csms, pools, caps;
  uint32_t *csm;      /* per customer, TX_ALLOCATION_NONE */
  uint32_t *pool;     /* per customer: after pools were dissolved; TX_ALLOCATION_NONE */
  uint8_t *stands;    /* per customer: TX_STANDS_… */
  uint8_t *way;       /* per uncovered customer: TX_WAY_… */
  uint64_t *earned;   /* per customer: bit p: preference p was earned */
  uint32_t *dissolved; /* per pool: into which pool most of its customers went, or TX_ALLOCATION_NONE: not dissolved;
                          the pool's own number: dissolved and nobody took them */
  tx_allocation_book *books; /* per CSM */
  tx_allocation_group *groups;
  size_t group_count;
  uint64_t missing_need; /* customers whose need for a cap is missing */
  /* Objective, reached and proven. */
  double uncovered_value, over, points, imbalance;
  double bound_uncovered_value, bound_over, bound_points, bound_imbalance;
  int bounded; /* parts that have a bound: 4, or, where points are traded for balance, 2 */
  bool optimal;
  bool stopped; /* input.tell ended the search */
  uint64_t tied; /* with input.tie: units that keep whom it names */
  double gap;  /* of the first part that is not proven equal: |reached − bound| ÷ max(1, |bound|); 0 when optimal;
                  NaN: equal as far as proven, and not proven to the end */
  void *inside; /* for tx_allocation_why_not */
} tx_allocation_result;

triax_status tx_allocation_run(triax_context *context, const tx_allocation_input *input,
                               tx_allocation_result **result, triax_error *error);
void tx_allocation_result_free(tx_allocation_result *result);

/* What is found when an allocation is checked from its input alone. */
typedef struct tx_allocation_verdict {
  bool rules_hold;      /* eligibility, freezes, families, capacity and caps */
  bool as_stated;       /* the objective is what the result says */
  bool bound_holds;     /* the bound recomputed is not past the objective */
  bool bound_by_prices; /* and it is at least as good as the one stated, which search may have raised */
  double value_off, over_off, points_off, imbalance_off; /* from the recomputed bound */
} tx_allocation_verdict;
/* `input` is that of the run. TRIAX_OK when the check could be made, whatever it found. */
triax_status tx_allocation_verify(triax_context *context, const tx_allocation_input *input,
                                  const tx_allocation_result *result, tx_allocation_verdict *verdict,
                                  triax_error *error);

/* Why customer is not with this CSM. */
typedef struct tx_allocation_why {
  int way;        /* TX_WAY_… ; TX_WAY_NONE: it is with this CSM */
  uint32_t cap;
  double points;  /* that this CSM would earn */
  double own_points;
  double load, fte;      /* the CSM's, in full-time CSMs */
  double adds, over_by;  /* what the customer (with its family) would add to the limit in the way, and how far that
                            would be beyond it: full-time CSMs, or the cap's unit */
  bool too_large;        /* it would not fit if the CSM had nothing else */
} tx_allocation_why;
void tx_allocation_why_not(const tx_allocation_input *input, const tx_allocation_result *result, size_t customer,
                           uint32_t csm, tx_allocation_why *why);
/* Whether the pair earns the points of that preference. */
bool tx_allocation_earns(const tx_allocation_input *input, size_t prefer, size_t customer, size_t csm);
/* The customer who speaks for this one: itself, or the largest of its family; itself where it is not wanted. */
size_t tx_allocation_lead(const tx_allocation_result *result, size_t customer);
/* Whether the CSM's load and caps are within their limits: frozen and placed customers may be beyond. */
bool tx_allocation_is_within(const tx_allocation_result *result, uint32_t csm);

/* Specialists beside the owner: who has one with room (`present`; NULL: nobody) keeps it; each other wanted customer gets
 * the least loaded of the given CSMs with room, largest value first; csm receives TX_ALLOCATION_NONE where there is none.
 * accounts 0: no limit. */
triax_status tx_allocation_overlay(triax_context *context, size_t customers, size_t csms, const uint64_t *wanted,
                                   const uint64_t *specialists, const double *fte, double accounts,
                                   const double *value, const uint32_t *present, uint32_t *csm, triax_error *error);
/* Whole accounts that a specialist carries, where a full-time one carries so many. */
double tx_allocation_overlay_room(const double *fte, size_t csm, double accounts);

#endif
