/* Allocation against an enumerator of all assignments, written from policy.md and sharing no code. */
#include "allocation_company.h"

/* --- against an enumerator, written from policy.md --- */

typedef struct tuple {
  double value, none, over, lost, imbalance; /* `none`: customers without value, uncovered */
} tuple;

typedef struct book {
  double load, need, second, amount, points; /* `second`: of the second cap */
  size_t placed;                             /* units that are there by choice */
} book;

typedef struct search {
  const company *w;
  size_t units, lead[MOST], owner[MOST];
  bool fixed[MOST], allowed[MOST][MOST];
  double load[MOST], value[MOST], need[MOST], second[MOST], amount[MOST], points[MOST][MOST];
  size_t without[MOST], none; /* customers without value; those of them that are uncovered so far */
  double lost;                /* value left uncovered so far */
  book book[MOST];
  double fair[2][MOST]; /* of the load, of the amount */
  tuple best;
} search;

static int compare(const tuple *a, const tuple *b) {
  const double x[] = {a->value, a->none, a->over, a->lost, a->imbalance};
  const double y[] = {b->value, b->none, b->over, b->lost, b->imbalance};
  for (int i = 0; i < 5; i++) {
    if (fabs(x[i] - y[i]) > 1e-9) return x[i] < y[i] ? -1 : 1;
  }
  return 0;
}

static double of(double x) { return x > 0 && isfinite(x) ? x : 0; }

static bool earns(const tx_pairs *pairs, size_t customer, size_t csm) {
  size_t group = pairs->customer_group[customer];
  bool holds = pairs->truth && pairs->truth[pairs->row ? pairs->row[group] : group] >> pairs->csm_group[csm] & 1;
  for (size_t x = pairs->begin ? pairs->begin[group] : 0; pairs->begin && x < pairs->begin[group + 1]; x++) {
    if (pairs->turned[x] == pairs->csm_group[csm]) return !holds;
  }
  return holds;
}

/* The first pool that stands and takes the customer; those without a test last. */
static uint32_t pool_of(const company *w, const bool *gone, size_t lead) {
  for (int rest = 0; rest < 2; rest++) {
    for (uint32_t p = 0; p < w->in.pool_count; p++) {
      const uint64_t *test = w->pools[p].customers;
      if (gone[p] || (test == NULL) != (rest == 1)) continue;
      if (!test || *test >> lead & 1) return p;
    }
  }
  return w->in.pool_count ? NONE : 0;
}

static void find_units(search *s) {
  const company *w = s->w;
  size_t unit_of_family[MOST];
  for (size_t f = 0; f < MOST; f++) unit_of_family[f] = SIZE_MAX;
  for (size_t c = 0; c < w->in.customers; c++) {
    if (!(w->wanted >> c & 1)) continue;
    size_t family = w->in.family ? w->family[c] : c;
    if (unit_of_family[family] == SIZE_MAX) {
      unit_of_family[family] = s->units;
      s->lead[s->units++] = c;
    }
    size_t u = unit_of_family[family];
    if (of(w->value[c]) > of(w->value[s->lead[u]])) s->lead[u] = c;
    s->value[u] += of(w->value[c]);
    s->load[u] += w->accounts[c] > 0 ? 1 / w->accounts[c] : 0;
    s->need[u] += of(w->need[0][c]);
    s->second[u] += of(w->need[1][c]);
    s->amount[u] += of(w->amount[c]);
  }
  for (size_t u = 0; u < s->units; u++) s->without[u] = s->value[u] == 0;
}

static void find_allowed(search *s, const uint32_t *pool, const bool *gone) {
  const company *w = s->w;
  uint64_t named = 0;
  for (size_t p = 0; p < w->in.pool_count; p++) named |= !gone[p] && w->pools[p].csms ? *w->pools[p].csms : 0;
  for (size_t u = 0; u < s->units; u++) {
    for (size_t i = 0; i < w->in.csms; i++) {
      if (pool[u] == NONE || !(w->here >> i & 1)) continue;
      const uint64_t *csms = w->in.pool_count ? w->pools[pool[u]].csms : NULL;
      bool serves = !w->in.pool_count || ((csms ? *csms : ~named) >> i & 1);
      bool role = !w->in.role_set || (w->role_csms[w->role_set[s->lead[u]]] >> i & 1);
      s->allowed[u][i] = serves && role && (!w->in.eligible || earns(&w->eligible, s->lead[u], i));
      for (size_t p = 0; p < w->in.prefer_count; p++) {
        s->points[u][i] += earns(&w->prefer[p].pairs, s->lead[u], i) ? w->prefer[p].points : 0;
      }
      /* Fair shares: by pool and role, whoever is eligible. */
      double fte = 0;
      for (size_t k = 0; serves && role && k < w->in.csms; k++) {
        bool too = (!w->in.pool_count || ((csms ? *csms : ~named) >> k & 1)) && (w->here >> k & 1) &&
                   (!w->in.role_set || (w->role_csms[w->role_set[s->lead[u]]] >> k & 1));
        fte += too ? w->fte[k] : 0;
      }
      if (fte > 0) {
        s->fair[0][i] += s->load[u] * w->fte[i] / fte;
        s->fair[1][i] += s->amount[u] * w->fte[i] / fte;
      }
    }
  }
}

/* The owner of the largest member that has one who is here, and so for freezes. */
static void find_fixed(search *s) {
  const company *w = s->w;
  for (size_t u = 0; u < s->units; u++) {
    size_t holder = SIZE_MAX;
    for (size_t c = 0; c < w->in.customers; c++) {
      size_t family = w->in.family ? w->family[c] : c, mine = w->in.family ? w->family[s->lead[u]] : s->lead[u];
      bool owned = w->owner[c] != NONE && (w->here >> w->owner[c] & 1);
      if (family != mine || !(w->wanted >> c & 1) || !(w->frozen >> c & 1) || !owned) continue;
      if (holder == SIZE_MAX || of(w->value[c]) > of(w->value[holder])) holder = c;
    }
    s->fixed[u] = w->in.frozen && holder != SIZE_MAX && s->allowed[u][w->owner[holder]];
    if (s->fixed[u]) s->owner[u] = w->owner[holder];
  }
}

static double imbalance(double weight, double used, double fair) {
  static const double from[] = {0.85, 0.95, 1, 1.1}, steep[] = {1, 2, 4, 8};
  double cost = 0, share = used / fair;
  for (int p = 0; p < 4; p++) {
    double end = p < 3 && share > from[p + 1] ? from[p + 1] : share;
    cost += share > from[p] ? steep[p] * (end - from[p]) : 0;
  }
  return weight * cost;
}

static bool holds(const search *s, uint32_t i) {
  const company *w = s->w;
  const book *b = &s->book[i];
  bool fits = b->load <= w->fte[i] * (1 + w->in.stretch) + 1e-9;
  fits = fits && (!w->in.cap_count || isnan(w->have[0][i]) || b->need <= w->have[0][i] + 1e-9);
  fits = fits && (w->in.cap_count < 2 || isnan(w->have[1][i]) || b->second <= w->have[1][i] + 1e-9);
  return fits || b->placed == 0;
}

static void judge(search *s) {
  const company *w = s->w;
  tuple t = {s->lost, (double)s->none, 0, 0, 0};
  for (size_t i = 0; i < w->in.csms; i++) {
    const book *b = &s->book[i];
    t.over += b->load > w->fte[i] + 1e-9 ? b->load - w->fte[i] : 0;
    t.lost -= b->points;
    if (s->fair[0][i] > 0 && w->in.balance_count > 0) t.imbalance += imbalance(2, b->load, s->fair[0][i]);
    if (s->fair[1][i] > 0 && w->in.balance_count > 1) t.imbalance += imbalance(1, b->amount, s->fair[1][i]);
  }
  if (compare(&t, &s->best) < 0) s->best = t;
}

static void enumerate(search *s, size_t unit);

/* Sums are put back as they were, not subtracted: nothing is rounded on the way. */
static void give(search *s, size_t unit, uint32_t i) {
  book *b = &s->book[i], before = *b;
  b->load += s->load[unit];
  b->need += s->need[unit];
  b->second += s->second[unit];
  b->amount += s->amount[unit];
  b->points += s->points[unit][i];
  b->placed += s->fixed[unit] ? 0 : 1;
  if (holds(s, i)) enumerate(s, unit + 1);
  *b = before;
}

/* All assignments but those that break a rule, or lose more value than one that is known, whatever follows. */
static void enumerate(search *s, size_t unit) {
  if (s->lost > s->best.value + 1e-9) return;
  if (unit == s->units) {
    judge(s);
    return;
  }
  for (uint32_t i = 0; i < s->w->in.csms; i++) {
    if (s->fixed[unit] ? i == s->owner[unit] : s->allowed[unit][i]) give(s, unit, i);
  }
  if (s->fixed[unit]) return;
  double lost = s->lost;
  s->lost += s->value[unit];
  s->none += s->without[unit];
  enumerate(s, unit + 1);
  s->lost = lost;
  s->none -= s->without[unit];
}

static void search_all(search *s, const company *w, uint32_t *pool, bool *gone) {
  memset(s, 0, sizeof *s);
  s->w = w;
  s->best = (tuple){1e300, 0, 0, 0, 0};
  find_units(s);
  for (int rest = 0; rest < 2; rest++) {
    for (size_t p = 0; p < w->in.pool_count; p++) {
      double count = 0;
      if ((w->pools[p].customers == NULL) != (rest == 1)) continue;
      for (size_t c = 0; c < w->in.customers; c++) {
        size_t lead = c;
        for (size_t u = 0; u < s->units && w->in.family; u++) {
          lead = w->family[s->lead[u]] == w->family[c] ? s->lead[u] : lead;
        }
        count += (w->wanted >> c & 1) && pool_of(w, gone, lead) == p;
      }
      gone[p] = count < w->pools[p].at_least;
    }
  }
  for (size_t u = 0; u < s->units; u++) pool[u] = pool_of(w, gone, s->lead[u]);
  find_allowed(s, pool, gone);
  find_fixed(s);
  enumerate(s, 0);
}

/* --- random companies --- */

/* `customers` at most, `more` CSMs beyond the fewest at most; 0: exactly so many. */
static void draw_company(company *w, uint32_t seed, uint32_t customers, uint32_t fewest, uint32_t more) {
  uint32_t state = seed * 2654435761u + 1, *r = &state;
  open_company(w, more ? 1 + draw(r, customers) : customers, fewest + (more ? draw(r, more) : 0));
  draw_numbers(w, r);
  w->in.frozen = &w->frozen;
  w->in.stretch = draw(r, 3) ? 0 : 0.25;
  w->in.family = draw(r, 3) ? NULL : w->family;
  w->in.families = w->in.customers;
  w->in.role_set = draw(r, 3) ? NULL : w->role_set;
  w->in.role_sets = 2;
  w->in.role_csms = w->role_csms;
  if (!draw(r, 3)) restrict_to(w);
  if (draw(r, 3)) prefer_owner(w, 3);
  if (draw(r, 2)) prefer_truth(w, draw(r, 2) ? 1 : -0.5);
  for (size_t p = 0; p < w->in.prefer_count; p++) {
    if (draw(r, 2)) as_lists(w, p);
  }
  if (w->in.eligible && draw(r, 2)) as_lists(w, 2);
  if (draw(r, 2)) {
    uint32_t all = 1u << w->in.customers, csms = 1u << w->in.csms;
    add_pool(w, "x", true, draw(r, all), draw(r, 3), draw(r, csms), draw(r, 3));
    add_pool(w, "y", draw(r, 3), draw(r, all), draw(r, 2), draw(r, csms), draw(r, 3));
    if (draw(r, 2)) add_pool(w, "z", draw(r, 2), draw(r, all), draw(r, 2), draw(r, csms), draw(r, 2));
  }
  w->caps[0] = (tx_allocation_cap){"hours", w->need[0], w->have[0]};
  w->in.caps = w->caps;
  w->caps[1] = (tx_allocation_cap){"arr", w->need[1], w->have[1]};
  w->in.cap_count = draw(r, 3) ? 0 : 1 + draw(r, 2);
  w->balance[0] = (tx_allocation_balance){TX_TEXT("load"), 2, NULL};
  w->balance[1] = (tx_allocation_balance){TX_TEXT("arr"), 1, w->amount};
  w->in.balance = w->balance;
  w->in.balance_count = 1 + draw(r, 2);
}

/* Shares far below the largest are lifted by design: the enumerator does not know that, nor that the load counts
 * accounts when nobody weighs anything. */
static bool imbalance_known(const search *s) {
  double most[2] = {0, 0}, total = 0;
  for (size_t u = 0; u < s->units; u++) total += s->load[u];
  for (int m = 0; m < 2; m++) {
    for (size_t i = 0; i < s->w->in.csms; i++) most[m] = s->fair[m][i] > most[m] ? s->fair[m][i] : most[m];
    for (size_t i = 0; i < s->w->in.csms; i++) {
      if (most[m] > 0 && s->fair[m][i] < most[m] / 900) return false;
    }
  }
  return total > 0;
}

static void check_books(const company *w, const search *s, const tx_allocation_result *r) {
  for (size_t i = 0; i < w->in.csms; i++) {
    double load = 0;
    for (size_t c = 0; c < w->in.customers; c++) load += r->csm[c] == i && w->accounts[c] > 0 ? 1 / w->accounts[c] : 0;
    assert_true(fabs(load - r->books[i].load) < 1e-9);
  }
  for (size_t u = 0; u < s->units; u++) {
    uint32_t csm = r->csm[s->lead[u]];
    assert_true(csm == NONE || s->allowed[u][csm]);
    assert_true(!s->fixed[u] || csm == s->owner[u]);
  }
}

/* Whether it was the best, and then that nothing is better. */
static bool check_company(triax_context *context, const company *w, uint32_t seed) {
  static search s;
  uint32_t pool[MOST];
  bool gone[4] = {false, false, false, false};
  search_all(&s, w, pool, gone);
  tx_allocation_result *r = run_in(context, w);
  bool optimal = r->optimal;
  for (size_t u = 0; u < s.units; u++) assert_int_equal(r->pool[s.lead[u]], pool[u]);
  for (size_t p = 0; p < w->in.pool_count; p++) assert_int_equal(r->dissolved[p] != NONE, gone[p]);
  check_books(w, &s, r);
  if (optimal && (fabs(r->uncovered_value - s.best.value) > 1e-9 || fabs(r->over - s.best.over) > 1e-9 ||
                  fabs(r->points + s.best.lost) > 1e-9)) {
    fail_msg("seed %u: value %g, over %g, points %g; enumerated %g, %g, %g", seed, r->uncovered_value, r->over,
             r->points, s.best.value, s.best.over, -s.best.lost);
  }
  if (optimal && imbalance_known(&s) && fabs(r->imbalance - s.best.imbalance) > 1e-4 * (1 + s.best.imbalance)) {
    fail_msg("seed %u: imbalance %.9g; enumerated %.9g", seed, r->imbalance, s.best.imbalance);
  }
  tx_allocation_verdict verdict;
  assert_int_equal(tx_allocation_verify(context, &w->in, r, &verdict, NULL), TRIAX_OK);
  assert_true(verdict.rules_hold && verdict.as_stated && verdict.bound_holds);
  tx_allocation_result_free(r);
  return optimal;
}

static void test_against_enumeration(void **state) {
  (void)state;
  static company w;
  size_t optimal = 0, rounds = 1500;
  triax_context *context = new_context(1);
  for (uint32_t seed = 0; seed < rounds; seed++) {
    draw_company(&w, seed, 6, 1, 3);
    optimal += check_company(context, &w, seed);
  }
  triax_context_unref(context);
  assert_true(optimal * 100 >= rounds * 98);
}

/* Customers who share what they may have and earn but for a CSM here and there: whom it is denied, who alone may have
 * it, who earns more or less there. */
static void test_shared_rows_against_enumeration(void **state) {
  (void)state;
  static company w;
  size_t optimal = 0, rounds = 600;
  triax_context *context = new_context(1);
  for (uint32_t seed = 0; seed < rounds; seed++) {
    draw_company(&w, seed, 5, 4, 3);
    uint32_t random = seed * 2654435761u + 7, *r = &random, csms = (uint32_t)w.in.csms;
    w.in.eligible = NULL;
    w.in.prefer_count = 0;
    for (size_t c = 0; c < w.in.customers; c++) {
      uint64_t common = c % 2 || draw(r, 2) ? (1u << w.in.csms) - 1 : 0x2d;
      w.eligible_truth[c] = (c < 2 ? common : w.eligible_truth[c % 2]) ^ (draw(r, 3) ? 1u << draw(r, csms) : 0);
      w.points_truth[c] = (c < 2 ? draw(r, 64) : w.points_truth[c % 2]) ^ (draw(r, 3) ? 1u << draw(r, csms) : 0);
    }
    restrict_to(&w);
    as_shared(&w, 2);
    prefer_truth(&w, draw(r, 2) ? 1 : -0.5);
    as_shared(&w, 0);
    if (draw(r, 2)) prefer_owner(&w, 3);
    optimal += check_company(context, &w, seed);
  }
  triax_context_unref(context);
  assert_true(optimal * 100 >= rounds * 98);
}

/* As large as is enumerated in no time: eight customers or families, four CSMs. */
static void test_eight_by_four_against_enumeration(void **state) {
  (void)state;
  static company w;
  size_t optimal = 0, rounds = 250;
  triax_context *context = new_context(1);
  for (uint32_t seed = 0; seed < rounds; seed++) {
    draw_company(&w, 7000 + seed, 8, 4, 0);
    optimal += check_company(context, &w, 7000 + seed);
  }
  triax_context_unref(context);
  assert_true(optimal * 100 >= rounds * 98);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_enumeration),
                                     cmocka_unit_test(test_eight_by_four_against_enumeration),
                                     cmocka_unit_test(test_shared_rows_against_enumeration)};
  return cmocka_run_group_tests_name("allocation enumerated", tests, NULL, NULL);
}
