/* A small company for the tests of allocation. */
#ifndef TRIAX_TESTS_ALLOCATION_COMPANY_H
#define TRIAX_TESTS_ALLOCATION_COMPANY_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "allocation/allocation.h"
#include "base/text.h"

#define NONE TX_ALLOCATION_NONE
#define MOST 16 /* customers, and CSMs */

/* A small company; bitmaps are one word. */
typedef struct company {
  tx_allocation_input in;
  triax_text customer_keys[MOST], csm_keys[MOST];
  uint64_t wanted, frozen, here, role_csms[3];
  double accounts[MOST], value[MOST], fte[MOST], need[2][MOST], have[2][MOST], amount[MOST];
  uint32_t family[MOST], owner[MOST], role_set[MOST], self[MOST], all_same[MOST], owner_group[MOST];
  tx_allocation_pool pools[4];
  uint64_t pool_customers[4], pool_csms[4];
  tx_allocation_cap caps[2];
  tx_pairs eligible;
  uint64_t eligible_truth[MOST], points_truth[MOST], owner_truth[MOST + 1];
  tx_allocation_prefer prefer[2];
  size_t held_begin[3][MOST + 2]; /* preferences, and eligibility, as lists */
  uint32_t held[3][(MOST + 1) * MOST];
  uint64_t shared[3][2]; /* and as rows that two groups of customers share */
  uint32_t shared_row[3][MOST + 1];
  tx_allocation_balance balance[2];
} company;

static const char *const company_names[MOST] = {"a", "b", "c", "d", "e", "f", "g", "h",
                                                "i", "j", "k", "l", "m", "n", "o", "p"};

/* Everybody wanted and here, 6 accounts a CSM, one pool, nothing preferred. */
static inline void open_company(company *w, size_t customers, size_t csms) {
  memset(w, 0, sizeof *w);
  w->in = (tx_allocation_input){.customers = customers, .csms = csms};
  for (size_t i = 0; i < MOST; i++) {
    w->customer_keys[i] = w->csm_keys[i] = (triax_text){company_names[i], 1};
    w->accounts[i] = 6;
    w->value[i] = 1;
    w->fte[i] = 1;
    w->owner[i] = NONE;
    w->self[i] = (uint32_t)i;
    w->have[0][i] = w->have[1][i] = NAN;
  }
  w->wanted = ((uint64_t)1 << customers) - 1;
  w->here = ((uint64_t)1 << csms) - 1;
  w->in.customer_keys = w->customer_keys;
  w->in.csm_keys = w->csm_keys;
  w->in.wanted = &w->wanted;
  w->in.here = &w->here;
  w->in.accounts = w->accounts;
  w->in.value = w->value;
  w->in.fte = w->fte;
  w->in.owner = w->owner;
  w->in.effort = 1;
}

static inline void add_pool(company *w, const char *name, bool tested, uint64_t customers, bool named, uint64_t csms,
                            double at_least) {
  size_t p = w->in.pool_count++;
  w->pool_customers[p] = customers;
  w->pool_csms[p] = csms;
  w->pools[p] = (tx_allocation_pool){triax_text_of(name), tested ? &w->pool_customers[p] : NULL,
                                     named ? &w->pool_csms[p] : NULL, at_least};
  w->in.pools = w->pools;
}

/* "customer.owner == csm.id": customers by owner, one row more for those without. */
static inline void prefer_owner(company *w, double points) {
  size_t p = w->in.prefer_count++, csms = w->in.csms;
  for (size_t c = 0; c < w->in.customers; c++) w->owner_group[c] = w->owner[c] == NONE ? (uint32_t)csms : w->owner[c];
  for (size_t i = 0; i < csms; i++) w->owner_truth[i] = (uint64_t)1 << i;
  w->owner_truth[csms] = 0;
  w->prefer[p] = (tx_allocation_prefer){
      points,
      {.customer_group = w->owner_group, .csm_group = w->self, .customer_groups = csms + 1, .csm_groups = csms,
       .truth = w->owner_truth}, TX_TEXT("keeps its CSM")};
  w->in.prefer = w->prefer;
}

static inline tx_pairs pairs_of(const company *w, const uint64_t *truth) {
  return (tx_pairs){.customer_group = w->self, .csm_group = w->self, .customer_groups = w->in.customers,
                    .csm_groups = w->in.csms, .truth = truth};
}

/* Row by customer. */
static inline void prefer_truth(company *w, double points) {
  size_t p = w->in.prefer_count++;
  w->prefer[p] = (tx_allocation_prefer){
      points, pairs_of(w, w->points_truth), TX_TEXT("near")};
  w->in.prefer = w->prefer;
}

/* The same pairs as lists of those that hold: `which` is the preference, or 2 for eligibility. */
static inline void as_lists(company *w, size_t which) {
  tx_pairs *pairs = which < 2 ? &w->prefer[which].pairs : &w->eligible;
  size_t at = 0;
  for (size_t row = 0; row < pairs->customer_groups; row++) {
    for (uint32_t i = 0; i < pairs->csm_groups; i++) {
      if (pairs->truth[row] >> i & 1) w->held[which][at++] = i;
    }
    w->held_begin[which][row + 1] = at;
  }
  pairs->truth = NULL;
  pairs->begin = w->held_begin[which];
  pairs->turned = w->held[which];
}

/* The same pairs as two rows, of the first two groups of customers, and lists of where the others differ. */
static inline void as_shared(company *w, size_t which) {
  tx_pairs *pairs = which < 2 ? &w->prefer[which].pairs : &w->eligible;
  size_t at = 0;
  for (size_t group = 0; group < pairs->customer_groups; group++) {
    w->shared_row[which][group] = (uint32_t)group % 2;
    if (group < 2) w->shared[which][group] = pairs->truth[group];
    uint64_t differs = pairs->truth[group] ^ w->shared[which][group % 2];
    for (uint32_t i = 0; i < pairs->csm_groups; i++) {
      if (differs >> i & 1) w->held[which][at++] = i;
    }
    w->held_begin[which][group + 1] = at;
  }
  pairs->truth = w->shared[which];
  pairs->row = w->shared_row[which];
  pairs->rows = 2;
  pairs->begin = w->held_begin[which];
  pairs->turned = w->held[which];
}

static inline void restrict_to(company *w) {
  w->eligible = pairs_of(w, w->eligible_truth);
  w->in.eligible = &w->eligible;
}

static inline tx_allocation_result *run_in(triax_context *context, const company *w) {
  tx_allocation_result *result = NULL;
  triax_error error = {0};
  assert_int_equal(tx_allocation_run(context, &w->in, &result, &error), TRIAX_OK);
  return result;
}

static inline triax_context *new_context(uint64_t threads) {
  triax_context *context = NULL;
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.threads = threads;
  assert_int_equal(triax_context_new(&options, &context, NULL), TRIAX_OK);
  return context;
}

static inline tx_allocation_result *run(const company *w) {
  triax_context *context = new_context(1);
  tx_allocation_result *result = run_in(context, w);
  triax_context_unref(context);
  return result;
}

static inline int why_not(const company *w, const tx_allocation_result *result, size_t customer, uint32_t csm) {
  tx_allocation_why why;
  tx_allocation_why_not(&w->in, result, customer, csm, &why);
  return why.way;
}

/* --- random companies --- */

static inline uint32_t draw(uint32_t *state, uint32_t bound) {
  *state = *state * 1664525u + 1013904223u;
  return (*state >> 8) % bound;
}

static inline void draw_numbers(company *w, uint32_t *r) {
  static const double accounts[] = {2, 3, 6, 7.5, 0}, fte[] = {1, 0.5, 0.8, 1};
  for (size_t c = 0; c < w->in.customers; c++) {
    w->accounts[c] = accounts[draw(r, 5)];
    w->value[c] = draw(r, 6) ? 1.0 + draw(r, 9) : (double)NAN;
    w->amount[c] = draw(r, 10);
    w->need[0][c] = draw(r, 8) ? draw(r, 40) / 8.0 : NAN;
    w->need[1][c] = draw(r, 8) ? draw(r, 10) * 1.0 : NAN;
    w->family[c] = draw(r, (uint32_t)w->in.customers);
    w->owner[c] = draw(r, 3) ? draw(r, (uint32_t)w->in.csms) : NONE;
    w->role_set[c] = draw(r, 2);
    w->points_truth[c] = draw(r, 1u << w->in.csms);
    w->eligible_truth[c] = draw(r, 1u << w->in.csms) | draw(r, 1u << w->in.csms);
  }
  for (size_t i = 0; i < w->in.csms; i++) {
    w->fte[i] = fte[draw(r, 4)];
    w->have[0][i] = draw(r, 4) ? draw(r, 64) / 8.0 : NAN;
    w->have[1][i] = draw(r, 4) ? draw(r, 25) * 1.0 : NAN;
  }
  w->wanted &= draw(r, 3) ? UINT64_MAX : draw(r, 256) | 1;
  w->here &= draw(r, 3) ? UINT64_MAX : draw(r, 1u << w->in.csms);
  w->frozen = draw(r, 3) ? 0 : draw(r, 256);
  w->role_csms[0] = draw(r, 1u << w->in.csms) | 1;
  w->role_csms[1] = draw(r, 1u << w->in.csms) | 2;
}

#endif
