/* Allocation in the policy's terms: hostile teams and customers, determinism. */
#include "allocation_company.h"
#include "fault.h"

/* --- nothing there --- */

static void test_no_customers(void **state) {
  (void)state;
  company w;
  for (size_t csms = 0; csms < 3; csms++) {
    open_company(&w, 0, csms);
    tx_allocation_result *r = run(&w);
    assert_true(r->optimal);
    assert_true(r->gap == 0);
    assert_int_equal(r->group_count, 0);
    tx_allocation_result_free(r);
  }
}

static void check_all_uncovered(const company *w, int way) {
  tx_allocation_result *r = run(w);
  for (size_t c = 0; c < w->in.customers; c++) {
    assert_int_equal(r->csm[c], NONE);
    assert_int_equal(r->stands[c], TX_STANDS_UNCOVERED);
    assert_int_equal(r->way[c], way);
  }
  assert_true(r->uncovered_value == (double)w->in.customers);
  assert_true(r->bound_uncovered_value == r->uncovered_value);
  assert_true(r->optimal);
  assert_int_equal(r->group_count, 1);
  assert_int_equal(r->groups[0].way, way);
  assert_int_equal(r->groups[0].uncovered, w->in.customers);
  assert_int_equal(r->groups[0].hires, 2); /* 7 at 6 */
  assert_true(fabs(r->groups[0].short_by - 7.0 / 6) < 1e-12);
  tx_allocation_result_free(r);
}

static void test_nobody_can(void **state) {
  (void)state;
  company w;
  open_company(&w, 7, 0);
  check_all_uncovered(&w, TX_WAY_EMPTY_POOL);
  open_company(&w, 7, 2);
  w.here = 0;
  check_all_uncovered(&w, TX_WAY_EMPTY_POOL);
  open_company(&w, 7, 2);
  add_pool(&w, "other", true, 0, false, 0, 0);
  check_all_uncovered(&w, TX_WAY_NO_POOL);
  open_company(&w, 7, 2);
  w.in.role_set = w.all_same;
  w.in.role_sets = 1;
  w.in.role_csms = w.role_csms;
  check_all_uncovered(&w, TX_WAY_ROLE);
  open_company(&w, 7, 2);
  restrict_to(&w);
  check_all_uncovered(&w, TX_WAY_NOT_ELIGIBLE);
  open_company(&w, 7, 2);
  w.fte[0] = NAN;
  w.fte[1] = -3;
  check_all_uncovered(&w, TX_WAY_FULL);
}

static void test_unwanted(void **state) {
  (void)state;
  company w;
  open_company(&w, 3, 1);
  w.wanted = 2;
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->stands[0], TX_STANDS_UNWANTED);
  assert_int_equal(r->csm[0], NONE);
  assert_int_equal(r->pool[0], 0);
  assert_int_equal(r->csm[1], 0);
  assert_int_equal(r->stands[1], TX_STANDS_NEW);
  assert_int_equal(r->books[0].accounts, 1);
  assert_int_equal(why_not(&w, r, 0, 0), TX_WAY_NO_POOL);
  assert_int_equal(why_not(&w, r, 1, 0), TX_WAY_NONE);
  tx_allocation_result_free(r);
}

/* --- capacity --- */

static void test_capacity_exactly_met(void **state) {
  (void)state;
  company w;
  open_company(&w, 7, 1);
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->books[0].accounts, 6);
  assert_true(r->books[0].load == 1.0);
  assert_true(r->uncovered_value == 1 && r->over == 0);
  assert_int_equal(r->groups[0].hires, 1);
  tx_allocation_result_free(r);
  /* Three global and seven enterprise accounts: 3/6 + 7/15 of one, and room for none more of either. */
  open_company(&w, 12, 1);
  for (size_t c = 3; c < 10; c++) w.accounts[c] = 15;
  for (size_t c = 0; c < 10; c++) w.value[c] = 100;
  r = run(&w);
  for (size_t c = 0; c < 12; c++) assert_int_equal(r->csm[c], c < 10 ? 0 : NONE);
  assert_true(fabs(r->books[0].load - (3.0 / 6 + 7.0 / 15)) < 1e-12);
  assert_true(r->uncovered_value == 2);
  tx_allocation_result_free(r);
}

/* Numbers that are not whole, and numbers without a common multiple of use: n still fit who is to have n. */
static void test_odd_accounts(void **state) {
  (void)state;
  static const double odd[] = {7.5, 2.5, 3.141592653589793, 12.000000001, 1.5};
  company w;
  for (size_t k = 0; k < 5; k++) {
    open_company(&w, 15, 1);
    for (size_t c = 0; c < 15; c++) w.accounts[c] = odd[k];
    w.fte[0] = 12 / odd[k];
    tx_allocation_result *r = run(&w);
    assert_int_equal(r->books[0].accounts, 12);
    tx_allocation_result_free(r);
  }
  open_company(&w, 8, 1);
  for (size_t c = 0; c < 8; c++) w.accounts[c] = c % 2 ? 99991 : 99989; /* primes: their product is too large */
  w.fte[0] = 8.1 / 99990;
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->books[0].accounts, 8);
  tx_allocation_result_free(r);
}

static void test_no_accounts_numbers(void **state) {
  (void)state;
  company w;
  open_company(&w, 12, 3);
  w.in.accounts = NULL;
  for (int pass = 0; pass < 2; pass++) {
    tx_allocation_result *r = run(&w);
    for (size_t i = 0; i < 3; i++) assert_int_equal(r->books[i].accounts, 4); /* balanced by accounts */
    assert_true(r->optimal);
    tx_allocation_result_free(r);
    w.in.accounts = w.accounts;
    for (size_t c = 0; c < 12; c++) w.accounts[c] = c % 3 == 0 ? 0 : c % 3 == 1 ? NAN : INFINITY;
  }
}

static void test_stretch(void **state) {
  (void)state;
  company w;
  open_company(&w, 7, 1);
  w.in.stretch = 0.17; /* 7/6 = 1.1667 */
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->books[0].accounts, 7);
  assert_true(fabs(r->over - 1.0 / 6) < 1e-12);
  assert_true(r->bound_over == r->over);
  tx_allocation_result_free(r);
  w.in.stretch = 0.16;
  r = run(&w);
  assert_int_equal(r->books[0].accounts, 6);
  tx_allocation_result_free(r);
  w.in.stretch = NAN;
  r = run(&w);
  assert_int_equal(r->books[0].accounts, 6);
  assert_int_equal(why_not(&w, r, r->csm[0] == NONE ? 0 : 6, 0), TX_WAY_FULL);
  tx_allocation_result_free(r);
}

static void test_caps(void **state) {
  (void)state;
  company w;
  open_company(&w, 5, 2);
  w.caps[0] = (tx_allocation_cap){"arr", w.need[0], w.have[0]};
  w.in.caps = w.caps;
  w.in.cap_count = 1;
  for (size_t c = 0; c < 5; c++) w.need[0][c] = c == 4 ? NAN : 0.1;
  w.have[0][0] = 0.3; /* three times 0.1 is 0.30000000000000004 in binary */
  w.have[0][1] = 0;
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->missing_need, 1);
  assert_true(r->uncovered_value == 1);
  assert_true(fabs(r->books[0].used[0] - 0.3) < 1e-12);
  assert_true(r->books[1].used[0] == 0);
  for (size_t c = 0; c < 4; c++) {
    if (r->csm[c] != NONE) continue;
    assert_int_equal(r->way[c], TX_WAY_CAP);
    assert_int_equal(why_not(&w, r, c, 0), TX_WAY_CAP);
  }
  assert_int_equal(r->groups[0].way, TX_WAY_CAP);
  assert_int_equal(r->groups[0].cap, 0);
  assert_true(fabs(r->groups[0].short_by - 0.1) < 1e-12);
  assert_int_equal(r->groups[0].hires, 1); /* a full-time CSM has 0.15 */
  tx_allocation_result_free(r);
  w.have[0][1] = NAN; /* no cap */
  w.need[0][0] = INFINITY;
  r = run(&w);
  assert_int_equal(r->csm[0], 1);
  assert_true(r->uncovered_value == 0);
  tx_allocation_result_free(r);
}

/* --- pools --- */

static void test_dissolving_chain(void **state) {
  (void)state;
  company w;
  open_company(&w, 9, 4);
  /* x: 0-2, y: 2-4, z: 4-8, rest. x is too small; 0 and 1 go to the rest, 2 to y, which then has 2, 3, 4 and stands. */
  add_pool(&w, "x", true, 0x7, true, 1, 4);
  add_pool(&w, "y", true, 0x1c, true, 2, 3);
  add_pool(&w, "z", true, 0x1f0, true, 4, 4);
  add_pool(&w, "rest", false, 0, false, 0, 0);
  tx_allocation_result *r = run(&w);
  const uint32_t pool[] = {3, 3, 1, 1, 1, 2, 2, 2, 2};
  for (size_t c = 0; c < 9; c++) assert_int_equal(r->pool[c], pool[c]);
  const uint32_t dissolved[] = {3, NONE, NONE, NONE};
  for (size_t p = 0; p < 4; p++) assert_int_equal(r->dissolved[p], dissolved[p]);
  /* The CSM of x serves no other pool that stands: it serves the rest. */
  assert_int_equal(why_not(&w, r, 0, 1), TX_WAY_OTHER_POOL);
  assert_int_not_equal(why_not(&w, r, 0, 0), TX_WAY_OTHER_POOL);
  assert_int_not_equal(why_not(&w, r, 0, 3), TX_WAY_OTHER_POOL);
  assert_int_equal(r->csm[2], 1);
  tx_allocation_result_free(r);
  /* One more at y and it falls too, z after it, and all are with the rest. */
  w.pools[1].at_least = 4;
  w.pools[2].at_least = 6;
  r = run(&w);
  for (size_t c = 0; c < 9; c++) assert_int_equal(r->pool[c], 3);
  for (size_t p = 0; p < 3; p++) assert_int_equal(r->dissolved[p], 3);
  assert_int_equal(r->group_count, 1);
  assert_int_equal(r->groups[0].csms, 4);
  tx_allocation_result_free(r);
}

static void test_dissolved_into_nothing(void **state) {
  (void)state;
  company w;
  open_company(&w, 3, 2);
  add_pool(&w, "x", true, 3, true, 1, 10);
  add_pool(&w, "y", true, 4, true, 2, 0);
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->dissolved[0], 0);
  assert_int_equal(r->pool[0], NONE);
  assert_int_equal(r->way[0], TX_WAY_NO_POOL);
  assert_int_equal(r->csm[2], 1);
  assert_int_equal(r->group_count, 2);
  assert_int_equal(r->groups[1].pool, NONE);
  assert_int_equal(r->groups[1].uncovered, 2);
  tx_allocation_result_free(r);
  /* A rest named first takes what others leave, whatever its place. */
  open_company(&w, 3, 2);
  add_pool(&w, "rest", false, 0, false, 0, 0);
  add_pool(&w, "x", true, 3, true, 1, 2);
  r = run(&w);
  assert_int_equal(r->pool[0], 1);
  assert_int_equal(r->pool[2], 0);
  assert_int_equal(r->csm[2], 1);
  tx_allocation_result_free(r);
}

/* --- owners --- */

static void test_freeze(void **state) {
  (void)state;
  company w;
  open_company(&w, 2, 2);
  prefer_truth(&w, 5);
  w.points_truth[0] = w.points_truth[1] = 1; /* both would earn 5 at CSM 0 */
  w.owner[0] = w.owner[1] = 1;
  w.frozen = 1;
  w.in.frozen = &w.frozen;
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->stands[0], TX_STANDS_FROZEN);
  assert_int_equal(r->csm[0], 1);
  assert_int_equal(r->stands[1], TX_STANDS_MOVED);
  assert_int_equal(r->earned[1], 1);
  assert_int_equal(why_not(&w, r, 1, 1), TX_WAY_POINTS);
  tx_allocation_result_free(r);
  /* An owner who is not eligible, or not here, keeps nothing. */
  restrict_to(&w);
  w.eligible_truth[0] = 1;
  w.eligible_truth[1] = 3;
  r = run(&w);
  assert_int_equal(r->csm[0], 0);
  assert_int_equal(r->stands[0], TX_STANDS_MOVED);
  assert_int_equal(why_not(&w, r, 0, 1), TX_WAY_NOT_ELIGIBLE);
  tx_allocation_result_free(r);
  w.in.eligible = NULL;
  w.here = 1;
  r = run(&w);
  assert_int_equal(r->stands[0], TX_STANDS_NEW);
  assert_int_equal(why_not(&w, r, 0, 1), TX_WAY_AWAY);
  tx_allocation_result_free(r);
}

/* A frozen book over its maximum stays, and takes nobody else. */
static void test_frozen_over(void **state) {
  (void)state;
  company w;
  open_company(&w, 8, 1);
  w.frozen = 0x7f;
  w.in.frozen = &w.frozen;
  for (size_t c = 0; c < 8; c++) w.owner[c] = 0;
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->books[0].accounts, 7);
  assert_int_equal(r->stands[7], TX_STANDS_UNCOVERED);
  assert_int_equal(r->way[7], TX_WAY_FULL);
  assert_true(fabs(r->over - 1.0 / 6) < 1e-12);
  tx_allocation_result_free(r);
}

/* Without time there is no fair share to be beyond: what is frozen there is load beyond fte, not imbalance. */
static void test_frozen_without_time(void **state) {
  (void)state;
  company w;
  open_company(&w, 2, 2);
  w.frozen = 1;
  w.in.frozen = &w.frozen;
  w.owner[0] = 0;
  w.fte[0] = 0;
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->csm[0], 0);
  assert_int_equal(r->csm[1], 1);
  assert_true(fabs(r->over - 1.0 / 6) < 1e-12);
  assert_true(r->imbalance == 0); /* CSM 1 has one of two accounts that are its fair share */
  tx_allocation_result_free(r);
}

static void test_owner_preference(void **state) {
  (void)state;
  company w;
  open_company(&w, 6, 3);
  for (uint32_t c = 0; c < 5; c++) w.owner[c] = c % 3;
  prefer_owner(&w, 3);
  prefer_truth(&w, 1);
  for (size_t c = 0; c < 6; c++) w.points_truth[c] = 4; /* everybody near CSM 2 */
  tx_allocation_result *r = run(&w);
  for (uint32_t c = 0; c < 5; c++) assert_int_equal(r->csm[c], c % 3);
  assert_int_equal(r->csm[5], 2);
  assert_true(r->points == 5 * 3 + 2);
  assert_int_equal(r->earned[2], 3);
  assert_int_equal(r->stands[0], TX_STANDS_KEPT);
  tx_allocation_why why;
  tx_allocation_why_not(&w.in, r, 0, 2, &why);
  assert_int_equal(why.way, TX_WAY_POINTS);
  assert_true(why.points == 1 && why.own_points == 3);
  assert_true(fabs(why.adds - 1.0 / 6) < 1e-12 && why.fte == 1);
  tx_allocation_result_free(r);
}

static void test_families(void **state) {
  (void)state;
  company w;
  open_company(&w, 5, 2);
  w.in.family = w.family;
  w.in.families = 3;
  const uint32_t family[] = {0, 1, 0, 2, 0};
  memcpy(w.family, family, sizeof family);
  /* 0, 2 and 4 are one: 2 leads, and takes the others to its pool; 4 is not wanted. */
  w.value[2] = 9;
  w.value[4] = 99;
  w.wanted = 0xf;
  w.owner[0] = 0;
  add_pool(&w, "x", true, 0x13, true, 1, 0);
  add_pool(&w, "y", false, 0, false, 0, 0);
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->pool[0], 1);
  assert_int_equal(r->csm[0], 1);
  assert_int_equal(r->csm[2], 1);
  assert_int_equal(r->csm[1], 0);
  assert_int_equal(r->csm[4], NONE);
  assert_int_equal(r->stands[0], TX_STANDS_MOVED);
  assert_int_equal(r->stands[2], TX_STANDS_NEW);
  assert_int_equal(r->stands[4], TX_STANDS_UNWANTED);
  assert_true(fabs(r->books[1].load - 0.5) < 1e-12);
  assert_int_equal(why_not(&w, r, 0, 0), TX_WAY_OTHER_POOL);
  tx_allocation_result_free(r);
  /* By its own language customer 0 could be with CSM 0; its family cannot. */
  w.in.pool_count = 0;
  restrict_to(&w);
  const uint64_t languages[] = {3, 3, 2, 3, 3};
  memcpy(w.eligible_truth, languages, sizeof languages);
  r = run(&w);
  assert_int_equal(why_not(&w, r, 0, 0), TX_WAY_FAMILY);
  assert_int_equal(why_not(&w, r, 2, 0), TX_WAY_NOT_ELIGIBLE);
  tx_allocation_result_free(r);
}

static void test_role(void **state) {
  (void)state;
  company w;
  open_company(&w, 3, 2);
  w.in.role_set = w.role_set;
  w.in.role_sets = 2;
  w.in.role_csms = w.role_csms;
  w.role_set[2] = 1;
  w.role_csms[0] = 1;
  w.role_csms[1] = 2;
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->csm[0], 0);
  assert_int_equal(r->csm[2], 1);
  assert_int_equal(why_not(&w, r, 2, 0), TX_WAY_ROLE);
  assert_int_equal(r->group_count, 2);
  assert_int_equal(r->groups[1].role_set, 1);
  assert_int_equal(r->groups[1].customers, 1);
  assert_int_equal(r->groups[1].csms, 1);
  tx_allocation_result_free(r);
}

/* A customer whose value is missing is covered where there is room, and gives way where there is none. */
static void test_missing_value(void **state) {
  (void)state;
  company w;
  open_company(&w, 7, 1);
  w.value[3] = NAN;
  tx_allocation_result *r = run(&w);
  assert_int_equal(r->csm[3], NONE);
  assert_true(r->uncovered_value == 0);
  tx_allocation_result_free(r);
  w.fte[0] = 2;
  r = run(&w);
  assert_int_equal(r->csm[3], 0);
  tx_allocation_result_free(r);
}

static void test_extreme_numbers(void **state) {
  (void)state;
  company w;
  open_company(&w, 6, 3);
  const double hostile[] = {1e300, 5e-324, INFINITY, -INFINITY, 1e-300, 1e18};
  w.in.prefer = w.prefer;
  prefer_truth(&w, 1e300);
  w.points_truth[0] = 2;
  w.balance[0] = (tx_allocation_balance){TX_TEXT("arr"), 3, w.amount};
  w.balance[1] = (tx_allocation_balance){TX_TEXT("load"), INFINITY, NULL};
  w.in.balance = w.balance;
  w.in.balance_count = 2;
  w.caps[0] = (tx_allocation_cap){"arr", w.need[0], w.have[0]};
  w.in.caps = w.caps;
  w.in.cap_count = 1;
  for (size_t c = 0; c < 6; c++) {
    w.accounts[c] = hostile[(c + 3) % 6];
    w.value[c] = w.amount[c] = w.need[0][c] = hostile[c];
  }
  w.fte[0] = INFINITY;
  w.fte[1] = 1e-300;
  w.have[0][1] = 1e300;
  tx_allocation_result *r = run(&w);
  assert_true(isfinite(r->points) && isfinite(r->imbalance) && isfinite(r->over));
  assert_true(r->bound_uncovered_value <= r->uncovered_value);
  tx_allocation_result_free(r);
}

static void test_too_many_measures(void **state) {
  (void)state;
  company w;
  triax_context *context = new_context(1);
  tx_allocation_balance many[9];
  tx_allocation_result *result = NULL;
  triax_error error = {0};
  open_company(&w, 2, 2);
  for (size_t i = 0; i < 9; i++) many[i] = (tx_allocation_balance){TX_TEXT("m"), 1, w.amount};
  w.in.balance = many;
  w.in.balance_count = 9;
  assert_int_equal(tx_allocation_run(context, &w.in, &result, &error), TRIAX_ELIMIT);
  assert_null(result);
  w.in.balance_count = 8;
  for (size_t i = 0; i < 8; i++) many[i].amount = NULL; /* the load again and again: one measure */
  assert_int_equal(tx_allocation_run(context, &w.in, &result, &error), TRIAX_OK);
  tx_allocation_result_free(result);
  triax_context_unref(context);
}

/* --- overlays --- */

static void test_overlay(void **state) {
  (void)state;
  triax_context *context = new_context(1);
  const uint64_t wanted = 0x3e, given = 0x6;
  const double value[] = {9, 5, NAN, 5, 7, 1}, fte[] = {1, 1, 0.5};
  const uint32_t present[] = {1, NONE, 2, 0, NONE, 2};
  uint32_t csm[6];
  assert_int_equal(tx_allocation_overlay(context, 6, 3, &wanted, &given, fte, 2, value, NULL, csm, NULL), TRIAX_OK);
  /* By value 4, 1, 3, 5, 2: to 1 (1/1), 1 or 2 (both 2): 1, then 2 (1/0.5), which is full; 5 and 2 find nobody. */
  const uint32_t expected[] = {NONE, 1, NONE, 2, 1, NONE};
  for (size_t c = 0; c < 6; c++) assert_int_equal(csm[c], expected[c]);
  /* Who has a specialist with room keeps it. */
  assert_int_equal(tx_allocation_overlay(context, 6, 3, &wanted, &given, fte, 2, value, present, csm, NULL), TRIAX_OK);
  const uint32_t kept[] = {NONE, 1, NONE, NONE, 1, 2};
  for (size_t c = 0; c < 6; c++) assert_int_equal(csm[c], kept[c]);
  /* No limit: evenly by fte, two to one. */
  assert_int_equal(tx_allocation_overlay(context, 6, 3, &wanted, &given, fte, 0, NULL, NULL, csm, NULL), TRIAX_OK);
  size_t count[3] = {0, 0, 0};
  for (size_t c = 1; c < 6; c++) count[csm[c]]++;
  assert_int_equal(count[1], 4 - (count[2] == 2));
  assert_int_equal(count[0], 0);
  assert_int_equal(tx_allocation_overlay(context, 0, 0, &wanted, &given, NULL, 2, NULL, NULL, csm, NULL), TRIAX_OK);
  triax_context_unref(context);
}

/* --- the same everywhere, and short of memory --- */

static bool same(const tx_allocation_result *a, const tx_allocation_result *b) {
  bool like = !memcmp(a->csm, b->csm, a->customers * sizeof *a->csm);
  like = like && !memcmp(a->stands, b->stands, a->customers) && !memcmp(a->way, b->way, a->customers);
  like = like && !memcmp(a->groups, b->groups, a->group_count * sizeof *a->groups);
  return like && a->points == b->points && a->imbalance == b->imbalance && a->gap == b->gap;
}

static void draw_rich(company *w) {
  uint32_t seed = 5;
  open_company(w, 16, 6);
  draw_numbers(w, &seed);
  w->wanted = w->here = 0xffff;
  add_pool(w, "x", true, 0x00ff, true, 0x3, 20);
  add_pool(w, "y", true, 0x5555, true, 0x7, 2);
  add_pool(w, "z", false, 0, false, 0, 0);
  prefer_owner(w, 3);
  prefer_truth(w, 1);
  w->in.family = w->family;
  w->in.families = 16;
  w->caps[0] = (tx_allocation_cap){"hours", w->need[0], w->have[0]};
  w->in.caps = w->caps;
  w->in.cap_count = 1;
  w->balance[0] = (tx_allocation_balance){TX_TEXT("arr"), 1, w->amount};
  w->in.balance = w->balance;
  w->in.balance_count = 1;
}

static void test_threads(void **state) {
  (void)state;
  company w;
  draw_rich(&w);
  tx_allocation_result *first = run(&w);
  for (uint64_t threads = 2; threads <= 8; threads *= 2) {
    triax_context *context = new_context(threads);
    tx_allocation_result *r = run_in(context, &w);
    assert_true(same(first, r));
    tx_allocation_result_free(r);
    triax_context_unref(context);
  }
  tx_allocation_result_free(first);
}

static triax_status scenario(triax_context *context, void *user) {
  const company *w = user;
  tx_allocation_result *result = NULL;
  triax_status status = tx_allocation_run(context, &w->in, &result, NULL);
  if (status == TRIAX_OK) tx_allocation_result_free(result);
  else assert_null(result);
  uint32_t csm[MOST];
  if (status != TRIAX_OK) return status;
  return tx_allocation_overlay(context, w->in.customers, w->in.csms, &w->wanted, &w->here, NULL, 2, w->value, NULL, csm,
                               NULL);
}

static void test_short_of_memory(void **state) {
  (void)state;
  company w;
  draw_rich(&w);
  w.in.customers = 6;
  w.wanted = 0x3f;
  w.in.effort = 1e-3;
  assert_true(fault_run(scenario, &w) > 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_customers),
      cmocka_unit_test(test_nobody_can),
      cmocka_unit_test(test_unwanted),
      cmocka_unit_test(test_capacity_exactly_met),
      cmocka_unit_test(test_odd_accounts),
      cmocka_unit_test(test_no_accounts_numbers),
      cmocka_unit_test(test_stretch),
      cmocka_unit_test(test_caps),
      cmocka_unit_test(test_dissolving_chain),
      cmocka_unit_test(test_dissolved_into_nothing),
      cmocka_unit_test(test_freeze),
      cmocka_unit_test(test_frozen_over),
      cmocka_unit_test(test_frozen_without_time),
      cmocka_unit_test(test_owner_preference),
      cmocka_unit_test(test_families),
      cmocka_unit_test(test_role),
      cmocka_unit_test(test_missing_value),
      cmocka_unit_test(test_extreme_numbers),
      cmocka_unit_test(test_too_many_measures),
      cmocka_unit_test(test_overlay),
      cmocka_unit_test(test_threads),
      cmocka_unit_test(test_short_of_memory),
  };
  return cmocka_run_group_tests_name("allocation", tests, NULL, NULL);
}
