/* Plays by hand, and against a slow judge that reads the whole log for every customer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

#include "plays/plays.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
enum { AS_OF = 100, NEVER = INT32_MIN };

static triax_context *context;
static fault_allocator allocator;

static int set_up(void **state) {
  (void)state;
  allocator = (fault_allocator){.countdown = FAULT_NEVER};
  context = fault_context(&allocator);
  return context == NULL;
}

static int tear_down(void **state) {
  (void)state;
  triax_context_unref(context);
  return allocator.live_blocks != 0;
}

/* One play that fires for customer 0 alone of two. */
static tx_action judge_one(const tx_play *play, const tx_sent *sent, size_t count) {
  tx_plays_input input = {.customers = 2, .count = 1, .plays = play, .sent = sent, .sent_count = count, .as_of = AS_OF,
                          .has_as_of = true};
  tx_plays *plays = NULL;
  tx_action actions[2];
  const uint64_t fires = 1;
  assert_int_equal(tx_plays_new(context, &input, &plays, NULL), TRIAX_OK);
  assert_int_equal(tx_plays_judge(plays, 0, &fires, actions), 1);
  tx_plays_free(plays);
  return actions[0];
}

typedef struct one_case {
  tx_play play;
  size_t count;
  tx_sent sent[4];
  int state;
  int32_t day;
} one_case;

static void test_one(void **state) {
  (void)state;
  const tx_play cool = {.cooldown = 30}, twice = {.limit = {2, 7}}, once = {.once_while_open = true, .cooldown = 30};
  const one_case cases[] = {
      /* a cooldown of 30 days at day 100: what was sent on day 71 is 29 days ago, on day 70 it is 30 */
      {cool, 0, {{0}}, TX_ACTION_NEW, NEVER},
      {cool, 1, {{0, 0, 71, NEVER, TX_SENT_OVER}}, TX_ACTION_COOLDOWN, 101},
      {cool, 1, {{0, 0, 70, NEVER, TX_SENT_OVER}}, TX_ACTION_NEW, NEVER},
      {cool, 1, {{0, 0, 100, NEVER, TX_SENT_OPEN}}, TX_ACTION_COOLDOWN, 130},
      /* another customer, another play, one that never arrived, one that is not sent yet */
      {cool, 4, {{1, 0, 99, NEVER, TX_SENT_OVER}, {0, TX_NO_PLAY, 99, NEVER, TX_SENT_OVER},
                 {0, 0, 99, NEVER, TX_SENT_NEVER}, {0, 0, 101, NEVER, TX_SENT_OVER}}, TX_ACTION_NEW, NEVER},
      {cool, 1, {{UINT32_MAX, 0, 99, NEVER, TX_SENT_OVER}}, TX_ACTION_NEW, NEVER},
      /* two in 7 days: of days 94 to 100, so that with 93 and 99 one more may go, with 94 and 99 none until 94 + 7 */
      {twice, 2, {{0, 0, 99, NEVER, TX_SENT_OVER}, {0, 0, 93, NEVER, TX_SENT_OVER}}, TX_ACTION_NEW, NEVER},
      {twice, 2, {{0, 0, 99, NEVER, TX_SENT_OVER}, {0, 0, 94, NEVER, TX_SENT_OVER}}, TX_ACTION_LIMIT, 101},
      /* four within: three of them must age, the third is of day 97 */
      {twice, 4, {{0, 0, 98, NEVER, TX_SENT_OVER}, {0, 0, 97, NEVER, TX_SENT_OVER}, {0, 0, 96, NEVER, TX_SENT_OVER},
                  {0, 0, 95, NEVER, TX_SENT_OVER}}, TX_ACTION_LIMIT, 104},
      /* what is open is updated, whatever the cooldown; the latest row says, and of one day the last */
      {once, 1, {{0, 0, 99, NEVER, TX_SENT_OPEN}}, TX_ACTION_UPDATE, NEVER},
      {once, 2, {{0, 0, 98, NEVER, TX_SENT_OVER}, {0, 0, 97, NEVER, TX_SENT_OPEN}}, TX_ACTION_COOLDOWN, 128},
      {once, 2, {{0, 0, 98, NEVER, TX_SENT_OPEN}, {0, 0, 98, NEVER, TX_SENT_OVER}}, TX_ACTION_COOLDOWN, 128},
      {once, 2, {{0, 0, 98, NEVER, TX_SENT_OVER}, {0, 0, 98, NEVER, TX_SENT_OPEN}}, TX_ACTION_UPDATE, NEVER},
      {once, 1, {{0, 0, 60, 120, TX_SENT_SNOOZED}}, TX_ACTION_UPDATE, 120},
      {once, 1, {{0, 0, 60, 100, TX_SENT_SNOOZED}}, TX_ACTION_UPDATE, NEVER},
      {once, 1, {{0, 0, 60, NEVER, TX_SENT_SNOOZED}}, TX_ACTION_UPDATE, NEVER},
      {once, 1, {{0, 0, 60, NEVER, TX_SENT_OVER}}, TX_ACTION_NEW, NEVER},
      /* days at the ends of the calendar */
      {cool, 1, {{0, 0, INT32_MIN + 1, NEVER, TX_SENT_OVER}}, TX_ACTION_NEW, NEVER},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    tx_action action = judge_one(&cases[i].play, cases[i].sent, cases[i].count);
    assert_int_equal(action.state, cases[i].state);
    assert_int_equal(action.day, cases[i].day);
    assert_int_equal(action.customer, 0);
  }
}

/* 2 before 5, without a priority last, ties as written. */
static void test_order(void **state) {
  (void)state;
  static const tx_play list[] = {{.has_priority = false}, {true, 5, .reaches = true}, {true, 2, .reaches = true},
                                 {.has_priority = false}, {true, 5, .reaches = true}, {true, 0, .reaches = true}};
  static const uint32_t wanted[] = {5, 2, 1, 4, 0, 3};
  tx_plays_input input = {.customers = 1, .count = COUNT(list), .plays = list};
  tx_plays *plays = NULL;
  assert_int_equal(tx_plays_new(context, &input, &plays, NULL), TRIAX_OK);
  assert_memory_equal(tx_plays_order(plays), wanted, sizeof wanted);
  tx_plays_free(plays);
}

/* --- against reading the whole log --- */

enum { CUSTOMERS = 130, PLAYS = 5, ROWS = 400, ROUNDS = 60 };

static uint64_t next(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static int counted(const tx_plays_input *in, const tx_sent *row, uint32_t customer) {
  return row->customer == customer && row->day <= in->as_of;
}

/* The first day on which the limit lets one more go, by trying each. play TX_NO_PLAY: across plays. */
static int32_t first_day(const tx_plays_input *in, uint32_t customer, uint32_t play, tx_play_limit limit,
                         unsigned taken) {
  for (int32_t day = in->as_of;; day++) {
    unsigned count = in->as_of > day - limit.days ? taken : 0;
    for (size_t i = 0; i < in->sent_count; i++) {
      const tx_sent *row = &in->sent[i];
      if (!counted(in, row, customer) || row->state == TX_SENT_NEVER || row->day <= day - limit.days) continue;
      if (play != TX_NO_PLAY ? row->play == play : row->play == TX_NO_PLAY || in->plays[row->play].reaches) count++;
    }
    if (count < limit.most) return day;
  }
}

static tx_action slow(const tx_plays_input *in, uint32_t play, uint32_t customer, unsigned taken) {
  const tx_play *of = &in->plays[play];
  const tx_sent *last = NULL, *stands = NULL; /* reached somebody; says how the action stands */
  tx_action action = {customer, NEVER, TX_ACTION_NEW};
  for (size_t i = 0; i < in->sent_count; i++) {
    const tx_sent *row = &in->sent[i];
    if (!counted(in, row, customer) || row->play != play) continue;
    if (!stands || row->day >= stands->day) stands = row;
    if (row->state != TX_SENT_NEVER && (!last || row->day >= last->day)) last = row;
  }
  if (stands && of->once_while_open && (stands->state == TX_SENT_OPEN || stands->state == TX_SENT_SNOOZED)) {
    action.state = TX_ACTION_UPDATE;
    if (stands->state == TX_SENT_SNOOZED && stands->until > in->as_of) action.day = stands->until;
    return action;
  }
  int32_t day = last && of->cooldown ? last->day + of->cooldown : in->as_of;
  if (day > in->as_of) action = (tx_action){customer, day, TX_ACTION_COOLDOWN};
  else if (of->limit.most && (day = first_day(in, customer, play, of->limit, 0)) > in->as_of)
    action = (tx_action){customer, day, TX_ACTION_LIMIT};
  else if (in->limit.most && of->reaches && (day = first_day(in, customer, TX_NO_PLAY, in->limit, taken)) > in->as_of)
    action = (tx_action){customer, day, TX_ACTION_FLOODED};
  return action;
}

static void fill_log(tx_sent *sent, uint64_t *random) {
  for (size_t i = 0; i < ROWS; i++) {
    uint32_t play = (uint32_t)(next(random) % (PLAYS + 1));
    sent[i] = (tx_sent){(uint32_t)(next(random) % (CUSTOMERS / 3)), play == PLAYS ? TX_NO_PLAY : play,
                        (int32_t)(AS_OF - 20 + (int32_t)(next(random) % 23)),
                        next(random) % 2 ? NEVER : (int32_t)(AS_OF - 3 + (int32_t)(next(random) % 7)),
                        (uint8_t)(next(random) % 4)};
  }
}

static void hold_round(const tx_plays_input *input, uint64_t *random) {
  tx_plays *plays = NULL;
  unsigned taken[CUSTOMERS] = {0};
  tx_action actions[CUSTOMERS];
  assert_int_equal(tx_plays_new(context, input, &plays, NULL), TRIAX_OK);
  for (size_t i = 0; i < PLAYS; i++) {
    uint32_t play = tx_plays_order(plays)[i];
    uint64_t fires[3] = {next(random), next(random), next(random) & 3}; /* 130 customers */
    size_t count = tx_plays_judge(plays, play, fires, actions), at = 0;
    for (uint32_t customer = 0; customer < CUSTOMERS; customer++) {
      if (!(fires[customer / 64] >> customer % 64 & 1)) continue;
      assert_true(at < count);
      tx_action got = actions[at++], wanted = slow(input, play, customer, taken[customer]);
      assert_int_equal(got.customer, customer);
      assert_int_equal(got.state, wanted.state);
      assert_int_equal(got.day, wanted.day);
      if (got.state != TX_ACTION_NEW || next(random) % 4 == 0) continue; /* some lack a value, and take no place */
      tx_plays_take(plays, play, customer);
      taken[customer] += input->plays[play].reaches;
    }
    assert_int_equal(at, count);
  }
  tx_plays_free(plays);
}

static void test_against_reading(void **state) {
  (void)state;
  static tx_sent sent[ROWS];
  uint64_t random = 5;
  for (int round = 0; round < ROUNDS; round++) {
    tx_play list[PLAYS];
    for (size_t p = 0; p < PLAYS; p++) {
      list[p] = (tx_play){next(&random) % 3 != 0, (double)(next(&random) % 3), next(&random) % 2, next(&random) % 3 != 0,
                          (int32_t)(next(&random) % 12), {(uint32_t)(next(&random) % 3), 1 + (int32_t)(next(&random) % 15)}};
    }
    fill_log(sent, &random);
    tx_plays_input input = {.customers = CUSTOMERS, .count = PLAYS, .plays = list, .sent = sent, .sent_count = ROWS,
                            .limit = {(uint32_t)(next(&random) % 4), 1 + (int32_t)(next(&random) % 15)},
                            .as_of = AS_OF, .has_as_of = true};
    hold_round(&input, &random);
  }
}

static triax_status short_memory(triax_context *with, void *user) {
  (void)user;
  static const tx_play play = {.reaches = true};
  static const tx_sent sent[] = {{0, 0, 9, NEVER, TX_SENT_OVER}, {0, 0, 8, NEVER, TX_SENT_OVER}};
  tx_plays_input input = {.customers = 3, .count = 1, .plays = &play, .limit = {1, 7}, .sent = sent, .sent_count = 2,
                          .as_of = 10, .has_as_of = true};
  tx_plays *plays = NULL;
  triax_status status = tx_plays_new(with, &input, &plays, NULL);
  tx_plays_free(plays);
  return status;
}

static void test_faults(void **state) {
  (void)state;
  assert_true(fault_run(short_memory, NULL) >= 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_one, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_against_reading, set_up, tear_down),
      cmocka_unit_test(test_faults),
  };
  return cmocka_run_group_tests_name("plays", tests, NULL, NULL);
}
