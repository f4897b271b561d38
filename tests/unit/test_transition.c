/* Transition by hand, and against a slow planner that tries every week in turn. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

#include "base/text.h"
#include "transition/transition.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NONE TX_NO_RENEWAL
#define NO TX_NOBODY

enum { MOST = 6 };

static void hold(const tx_transition_model *model, const tx_move *moves, size_t count, size_t csms,
                 const uint32_t *wanted) {
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  uint32_t week[MOST];
  assert_int_equal(tx_transition_run(context, model, moves, count, csms, week, NULL), TRIAX_OK);
  for (size_t i = 0; i < count; i++) assert_int_equal(week[i], wanted[i]);
  triax_context_unref(context);
  assert_int_equal(allocator.live_blocks, 0);
}

/* The start is day 1000. Before 10, after 5: a renewal on day r shuts r - 10 to r + 5. */
static void test_window(void **state) {
  (void)state;
  static const tx_transition_model model = {.start = 1000, .before = 10, .after = 5, .has_window = true, .weeks = 4};
  static const struct {
    int32_t renewal;
    uint32_t week;
  } cases[] = {
      {NONE, 0},      {994, 0},  /* shut to 999, the day before */
      {995, 1},                  /* to 1000, the first day of week 0 */
      {1001, 1},                 /* to 1006, its last day */
      {1002, 2},                 /* to 1007, the first of week 1 */
      {1016, 4},                 /* from 1006, week 0's last day, to 1021: the first of week 3; none is left */
      {1017, 0},                 /* from 1007 on */
      {1008, 2},                 /* 998 to 1013: weeks 0 and 1 */
      {1009, 3},                 /* 999 to 1014, the first of week 2 */
      {INT32_MAX, 0}, {INT32_MIN + 1, 0},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    tx_move move = {NO, NO, cases[i].renewal, 1, TX_TEXT("a"), 0};
    uint32_t wanted = cases[i].week == 4 ? TX_NO_WEEK : cases[i].week;
    hold(&model, &move, 1, 0, &wanted);
  }
}

static void test_limits(void **state) {
  (void)state;
  static const tx_transition_model one = {.start = 0, .per_csm = 1, .weeks = 3};
  /* Of value: c (9), then a and b (5 each, by key), d (missing) last. 0 gives c and a and b; 1 gets c and d. */
  static const tx_move moves[] = {{0, 2, NONE, 5, {"a", 1}, 0}, {0, 3, NONE, 5, {"b", 1}, 1},
                                  {0, 1, NONE, 9, {"c", 1}, 2}, {NO, 1, NONE, NAN, {"d", 1}, 3}};
  static const uint32_t wanted[] = {1, 2, 0, 1};
  hold(&one, moves, 4, 4, wanted);
  /* More moves than weeks: the fourth of giver 0 has none left. Equal in all: by number. */
  static const tx_move same[] = {{0, NO, NONE, 1, {"k", 1}, 0}, {0, NO, NONE, 1, {"k", 1}, 1},
                                 {0, NO, NONE, 1, {"k", 1}, 2}, {0, NO, NONE, 1, {"k", 1}, 3}};
  static const uint32_t weeks[] = {0, 1, 2, TX_NO_WEEK};
  hold(&one, same, 4, 1, weeks);
  /* Without a limit, and with givers who are gone. */
  static const tx_transition_model free = {.start = 0, .weeks = 1};
  static const uint32_t zero[] = {0, 0, 0, 0};
  hold(&free, same, 4, 1, zero);
  static const tx_move gone[] = {{NO, NO, NONE, 1, {"a", 1}, 0}, {NO, NO, NONE, 1, {"b", 1}, 1}};
  hold(&one, gone, 2, 1, zero);
  hold(&one, NULL, 0, 0, NULL);
  /* Giver 0 is full in week 0, receiver 1 in week 1: the third of them waits for week 2, between them. */
  static const tx_move between[] = {{0, 2, NONE, 3, {"a", 1}, 0}, {3, 1, NONE, 3, {"b", 1}, 1},
                                    {2, 1, NONE, 2, {"c", 1}, 2}, {0, 1, NONE, 1, {"d", 1}, 3}};
  static const uint32_t gaps[] = {0, 0, 1, 2};
  hold(&one, between, 4, 4, gaps);
}

/* Members of a family take one week. Two moves of a CSM a week; weeks begin on days 0, 7, 14, 21. */
static void test_families(void **state) {
  (void)state;
  static const tx_transition_model two = {.start = 0, .before = 1, .has_window = true, .per_csm = 2, .weeks = 4};
  /* Unit 7 is worth 4 + 4 and goes before b (5), though b is worth more than either. Its second member renews on day 7,
   * which shuts weeks 0 (day 6) and 1 (day 7): both move in week 2. b and c fill week 0; d finds room in week 1. */
  static const tx_move sums[] = {{0, 2, NONE, 4, {"x", 1}, 7}, {0, 2, NONE, 5, {"b", 1}, 1}, {1, 2, 7, 4, {"y", 1}, 7},
                                 {0, 2, NONE, 3, {"c", 1}, 2}, {0, 2, NONE, 2, {"d", 1}, 3}};
  static const uint32_t together[] = {2, 0, 2, 0, 1};
  hold(&two, sums, COUNT(sums), 3, together);
  /* Equal sums: by the first key of each. A missing value beside others is 0; all missing come last. a (1) has one place
   * of week 0, so that unit 4 (e, f: 1) does not fit and takes week 1; g takes what is left of week 0. */
  static const tx_move keys[] = {{0, NO, NONE, NAN, {"f", 1}, 4}, {0, NO, NONE, 1, {"e", 1}, 4},
                                 {0, NO, NONE, 1, {"a", 1}, 9},   {0, NO, NONE, NAN, {"g", 1}, 0}};
  static const uint32_t gaps[] = {1, 1, 0, 0};
  hold(&two, keys, COUNT(keys), 1, gaps);
  /* Three of a family go from 0 to 1, which is more than a week takes: they have one to themselves. z, worth more, is in
   * week 0, and y finds no place before week 2. The three change no hands of 2, who moves in week 0. */
  static const tx_move many[] = {{0, 1, NONE, 1, {"a", 1}, 5}, {0, 1, NONE, 1, {"b", 1}, 5},
                                 {0, 1, NONE, 1, {"c", 1}, 5}, {0, NO, NONE, 9, {"z", 1}, 6},
                                 {NO, 1, NONE, 2, {"y", 1}, 8}, {2, NO, NONE, 1, {"w", 1}, 3}};
  static const uint32_t alone[] = {1, 1, 1, 0, 0, 0};
  hold(&two, many, COUNT(many), 3, alone);
  /* Who moves into another segment alone goes with the family, and takes up no number. */
  static const tx_move mixed[] = {{NO, NO, 7, 1, {"a", 1}, 1}, {0, 1, NONE, 1, {"b", 1}, 1}};
  static const uint32_t later[] = {2, 2};
  hold(&two, mixed, COUNT(mixed), 2, later);
}

/* --- against trying --- */

enum { TRIED = 60, CSMS = 5 };

static uint64_t next(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* Whether all moves of a unit may be in the week: no day of it in a window, room for each CSM's or a week to itself. */
static int is_free(const tx_transition_model *m, const tx_move *moves, uint32_t unit, uint32_t week,
                   unsigned taken[CSMS][64], unsigned wants[CSMS]) {
  memset(wants, 0, CSMS * sizeof *wants);
  for (size_t i = 0; i < TRIED; i++) {
    const tx_move *move = &moves[i];
    if (move->unit != unit) continue;
    for (int32_t day = m->start + 7 * (int32_t)week; day < m->start + 7 * (int32_t)week + 7; day++) {
      int shut = m->has_window && move->renewal != NONE && day >= move->renewal - m->before &&
                 day <= move->renewal + m->after;
      if (shut) return 0;
    }
    if (move->giver != NO) wants[move->giver]++;
    if (move->receiver != NO) wants[move->receiver]++;
  }
  for (size_t csm = 0; csm < CSMS; csm++) {
    if (wants[csm] > m->per_csm) wants[csm] = m->per_csm;
    if (m->per_csm && taken[csm][week] + wants[csm] > m->per_csm) return 0;
  }
  return 1;
}

static double value_of_unit(const tx_move *moves, uint32_t unit, const char **key) {
  double value = -INFINITY;
  *key = NULL;
  for (size_t i = 0; i < TRIED; i++) {
    if (moves[i].unit != unit) continue;
    if (!*key || strcmp(moves[i].key.bytes, *key) < 0) *key = moves[i].key.bytes;
    if (!isnan(moves[i].value)) value = (isinf(value) ? 0 : value) + moves[i].value;
  }
  return value;
}

/* The next in order: greatest value, then least key, then least number; TRIED: none is left. */
static uint32_t next_unit(const tx_move *moves, const int *done) {
  uint32_t best = TRIED;
  double most = 0;
  const char *first = NULL, *key;
  for (uint32_t unit = 0; unit < TRIED; unit++) {
    double value = value_of_unit(moves, unit, &key);
    if (!key || done[unit]) continue;
    if (best == TRIED || value > most || (value == most && strcmp(key, first) < 0)) {
      best = unit;
      most = value;
      first = key;
    }
  }
  return best;
}

static void try_all(const tx_transition_model *m, const tx_move *moves, uint32_t *week) {
  unsigned taken[CSMS][64] = {{0}}, wants[CSMS];
  int done[TRIED] = {0};
  for (uint32_t unit = next_unit(moves, done); unit < TRIED; unit = next_unit(moves, done)) {
    uint32_t found = TX_NO_WEEK;
    done[unit] = 1;
    for (uint32_t w = 0; w < m->weeks && found == TX_NO_WEEK; w++) {
      if (is_free(m, moves, unit, w, taken, wants)) found = w;
    }
    for (size_t i = 0; i < TRIED; i++) {
      if (moves[i].unit == unit) week[i] = found;
    }
    for (size_t csm = 0; csm < CSMS && found != TX_NO_WEEK; csm++) taken[csm][found] += wants[csm];
  }
}

static void test_against_trying(void **state) {
  (void)state;
  static const char *const keys[] = {"a", "aa", "b", "c", "d"};
  uint64_t random = 11;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  for (int round = 0; round < 400; round++) {
    tx_transition_model model = {.start = (int32_t)(next(&random) % 50), .before = (int32_t)(next(&random) % 40),
                                 .after = (int32_t)(next(&random) % 30), .has_window = next(&random) % 4 != 0,
                                 .per_csm = (uint32_t)(next(&random) % 4), .weeks = 1 + (uint32_t)(next(&random) % 30)};
    tx_move moves[TRIED];
    uint32_t got[TRIED], wanted[TRIED];
    for (size_t i = 0; i < TRIED; i++) {
      uint32_t giver = (uint32_t)(next(&random) % (CSMS + 1)), receiver = (uint32_t)(next(&random) % (CSMS + 1));
      if (giver == receiver) receiver = CSMS;
      moves[i] = (tx_move){giver == CSMS ? NO : giver, receiver == CSMS ? NO : receiver,
                           next(&random) % 5 ? (int32_t)(next(&random) % 250) : NONE,
                           next(&random) % 6 ? (double)(next(&random) % 4) : NAN,
                           triax_text_of(keys[next(&random) % COUNT(keys)]),
                           round % 2 ? (uint32_t)i : (uint32_t)(next(&random) % TRIED)};
    }
    assert_int_equal(tx_transition_run(context, &model, moves, TRIED, CSMS, got, NULL), TRIAX_OK);
    try_all(&model, moves, wanted);
    assert_memory_equal(got, wanted, sizeof wanted);
  }
  triax_context_unref(context);
}

/* 100,000 equal accounts from one CSM to one other, five a week: week i / 5, by key. */
static void test_many_equal(void **state) {
  (void)state;
  enum { MANY = 100000 };
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  tx_move *moves = calloc(MANY, sizeof *moves);
  char(*keys)[8] = calloc(MANY, sizeof *keys);
  uint32_t *week = calloc(MANY, sizeof *week);
  assert_true(moves && keys && week);
  for (uint32_t i = 0; i < MANY; i++) {
    uint32_t key = (i * 7919u) % MANY; /* 7919 is prime to 100000: each key once */
    snprintf(keys[i], sizeof keys[i], "%06u", key);
    moves[i] = (tx_move){0, 1, NONE, 1, triax_text_of(keys[i]), i};
  }
  tx_transition_model model = {.start = 0, .per_csm = 5, .weeks = 520};
  assert_int_equal(tx_transition_run(context, &model, moves, MANY, 2, week, NULL), TRIAX_OK);
  for (uint32_t i = 0; i < MANY; i++) {
    uint32_t place = (uint32_t)strtoul(keys[i], NULL, 10) / 5;
    assert_int_equal(week[i], place < 520 ? place : TX_NO_WEEK);
    moves[i].unit = 0;
  }
  /* All of one family: one week, whatever the number. */
  assert_int_equal(tx_transition_run(context, &model, moves, MANY, 2, week, NULL), TRIAX_OK);
  for (uint32_t i = 0; i < MANY; i++) assert_int_equal(week[i], 0);
  free(moves);
  free(keys);
  free(week);
  triax_context_unref(context);
}

static triax_status short_memory(triax_context *context, void *user) {
  (void)user;
  static const tx_transition_model model = {.start = 0, .per_csm = 1, .weeks = 3};
  static const tx_move moves[] = {{0, 1, NONE, 1, {"a", 1}, 0}, {1, 0, NONE, 2, {"b", 1}, 1}};
  uint32_t week[2];
  return tx_transition_run(context, &model, moves, 2, 2, week, NULL);
}

static void test_faults(void **state) {
  (void)state;
  assert_true(fault_run(short_memory, NULL) >= 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_window),         cmocka_unit_test(test_limits),     cmocka_unit_test(test_families),
      cmocka_unit_test(test_against_trying), cmocka_unit_test(test_many_equal), cmocka_unit_test(test_faults),
  };
  return cmocka_run_group_tests_name("transition", tests, NULL, NULL);
}
