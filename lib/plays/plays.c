/* Actions against the log: an index of its rows by customer, scanned for those whom a play fires for. */
#include "plays/plays.h"

#include <string.h>

struct tx_plays {
  triax_context *context;
  tx_plays_input input;
  uint32_t *order;
  size_t *begin;   /* per customer and one more: its rows below; NULL without a log */
  tx_sent *rows;   /* that happened, by customer, then by day and place in the log */
  size_t row_room; /* of `rows` */
  uint32_t *taken; /* per customer: sent in this run; NULL without a limit across plays */
};

/* --- the order of plays --- */

static bool goes_before(const tx_play *a, const tx_play *b) {
  if (a->has_priority != b->has_priority) return a->has_priority;
  return a->has_priority && a->priority < b->priority;
}

/* Insertion: stable, and a policy's plays are few. */
static void sort_plays(const tx_plays_input *input, uint32_t *order) {
  for (size_t i = 0; i < input->count; i++) {
    size_t at = i;
    while (at && goes_before(&input->plays[i], &input->plays[order[at - 1]])) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = (uint32_t)i;
  }
}

/* --- the log --- */

typedef struct dated {
  int32_t day;
  uint32_t place;
} dated;

/* Half of a day's number, in the order of days. */
static uint32_t half_of(int32_t day, unsigned half) {
  return ((uint32_t)day ^ UINT32_C(0x80000000)) >> (16 * half) & 0xffff;
}

#define HALVES ((size_t)1 << 16)

/* By one half of the day, rows that are alike in it staying in their order: counted, then each put where it goes. */
static void sort_by_half(const dated *from, dated *to, size_t count, unsigned half, size_t *starts) {
  memset(starts, 0, (HALVES + 1) * sizeof *starts);
  for (size_t i = 0; i < count; i++) starts[half_of(from[i].day, half) + 1]++;
  for (size_t i = 1; i <= HALVES; i++) starts[i] += starts[i - 1];
  for (size_t i = 0; i < count; i++) to[starts[half_of(from[i].day, half)]++] = from[i];
}

/* By day, rows of one day in their order; false when memory is short. */
static bool sort_by_day(triax_context *context, dated *places, size_t count) {
  dated *spare = tx_alloc_array(context, count, sizeof *spare);
  size_t *starts = tx_alloc_array(context, HALVES + 1, sizeof *starts);
  const bool fine = spare && starts;
  if (fine) {
    sort_by_half(places, spare, count, 0, starts);
    sort_by_half(spare, places, count, 1, starts);
  }
  tx_free_array(context, spare, count, sizeof *spare);
  tx_free_array(context, starts, HALVES + 1, sizeof *starts);
  return fine;
}

static bool happened(const tx_plays_input *input, const tx_sent *sent) {
  return sent->customer < input->customers && sent->day <= input->as_of;
}

/* The places of rows that happened, by day; most logs are in that order already. False when memory is short. */
static bool list_by_day(triax_context *context, const tx_plays_input *input, dated *places, size_t *found) {
  size_t count = 0;
  bool sorted = true;
  for (size_t i = 0; i < input->sent_count; i++) {
    if (!happened(input, &input->sent[i])) continue;
    places[count] = (dated){input->sent[i].day, (uint32_t)i};
    if (count && places[count - 1].day > places[count].day) sorted = false;
    count++;
  }
  *found = count;
  return sorted || sort_by_day(context, places, count);
}

/* Counting sort by customer over rows that are in the order of days, which it keeps. */
static bool index_log(tx_plays *plays) {
  const tx_plays_input *input = &plays->input;
  if (!input->sent_count) return true;
  dated *places = tx_alloc_array(plays->context, input->sent_count, sizeof *places);
  plays->begin = tx_calloc(plays->context, input->customers + 2, sizeof *plays->begin);
  plays->row_room = input->sent_count;
  plays->rows = tx_alloc_array(plays->context, plays->row_room, sizeof *plays->rows);
  size_t count = 0;
  bool fine = places && plays->begin && plays->rows && list_by_day(plays->context, input, places, &count);
  if (fine) {
    size_t *next = plays->begin + 1; /* next[c] ends as begin[c + 1] */
    for (size_t i = 0; i < count; i++) next[input->sent[places[i].place].customer + 1]++;
    for (size_t c = 0; c < input->customers; c++) next[c + 1] += next[c];
    for (size_t i = 0; i < count; i++) {
      const tx_sent *sent = &input->sent[places[i].place];
      plays->rows[next[sent->customer]++] = *sent;
    }
  }
  tx_free_array(plays->context, places, input->sent_count, sizeof *places);
  return fine;
}

triax_status tx_plays_new(triax_context *context, const tx_plays_input *input, tx_plays **plays, triax_error *error) {
  if (input->sent_count >= UINT32_MAX) return tx_fail(error, TRIAX_ELIMIT, "more than 4,294,967,294 rows were sent");
  tx_plays *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = context;
  made->input = *input;
  made->order = tx_alloc_array(context, input->count, sizeof *made->order);
  bool fine = made->order && index_log(made);
  if (fine && input->limit.most) {
    made->taken = tx_calloc(context, input->customers + 1, sizeof *made->taken);
    fine = made->taken != NULL;
  }
  if (!fine) {
    tx_plays_free(made);
    return tx_no_memory(error);
  }
  sort_plays(input, made->order);
  *plays = made;
  return TRIAX_OK;
}

void tx_plays_free(tx_plays *plays) {
  if (!plays) return;
  triax_context *context = plays->context;
  tx_free_array(context, plays->order, plays->input.count, sizeof *plays->order);
  tx_free_array(context, plays->begin, plays->input.customers + 2, sizeof *plays->begin);
  tx_free_array(context, plays->rows, plays->row_room, sizeof *plays->rows);
  tx_free_array(context, plays->taken, plays->input.customers + 1, sizeof *plays->taken);
  tx_free(context, plays, sizeof *plays);
}

const uint32_t *tx_plays_order(const tx_plays *plays) { return plays->order; }

void tx_plays_take(tx_plays *plays, uint32_t play, uint32_t customer) {
  if (plays->taken && plays->input.plays[play].reaches) plays->taken[customer]++;
}

/* --- one customer --- */

/* The day after which a row of `day` is `days` old, without overflow. */
static int32_t later(int32_t day, int32_t days) {
  int64_t sum = (int64_t)day + days;
  return sum > INT32_MAX ? INT32_MAX : (int32_t)sum;
}

/* Whether a row counts for a limit: the play's own, or (TX_NO_PLAY) the one across plays. */
static bool is_of(const tx_plays *plays, const tx_sent *row, uint32_t play) {
  if (row->state == TX_SENT_NEVER) return false; /* it reached nobody */
  if (play != TX_NO_PLAY) return row->play == play;
  return row->play == TX_NO_PLAY || plays->input.plays[row->play].reaches;
}

/* Whether one more would be too many; then *day is the first on which it is not. `taken` were sent today. */
static bool over_limit(const tx_plays *plays, uint32_t customer, uint32_t play, tx_play_limit limit, uint64_t taken,
                       int32_t *day) {
  int32_t as_of = plays->input.as_of;
  size_t from = plays->begin ? plays->begin[customer] : 0, to = plays->begin ? plays->begin[customer + 1] : 0;
  uint64_t count = taken;
  for (size_t i = from; i < to; i++) {
    const tx_sent *row = &plays->rows[i];
    if (later(row->day, limit.days) > as_of && is_of(plays, row, play)) count++;
  }
  if (count < limit.most) return false;
  uint64_t must_age = count - limit.most + 1; /* the oldest of them, so that one more is within the limit */
  *day = plays->input.has_as_of ? later(as_of, limit.days) : INT32_MIN;
  for (size_t i = from; i < to; i++) {
    const tx_sent *row = &plays->rows[i];
    if (later(row->day, limit.days) <= as_of || !is_of(plays, row, play) || --must_age) continue;
    *day = later(row->day, limit.days);
    break;
  }
  return true;
}

/* The latest row of the play; `reached`: of those that reached somebody. */
static const tx_sent *latest(const tx_plays *plays, uint32_t customer, uint32_t play, bool reached) {
  if (!plays->begin) return NULL;
  for (size_t i = plays->begin[customer + 1]; i > plays->begin[customer]; i--) {
    const tx_sent *row = &plays->rows[i - 1];
    if (row->play == play && !(reached && row->state == TX_SENT_NEVER)) return row;
  }
  return NULL;
}

/* What was canceled, or failed, is not open any more, though it was. */
static bool is_open(const tx_sent *row) {
  return row && (row->state == TX_SENT_OPEN || row->state == TX_SENT_SNOOZED);
}

static tx_action judge_one(const tx_plays *plays, uint32_t play, uint32_t customer) {
  const tx_play *of = &plays->input.plays[play];
  tx_action action = {customer, INT32_MIN, TX_ACTION_NEW};
  const tx_sent *last = of->once_while_open ? latest(plays, customer, play, false) : NULL;
  if (is_open(last)) {
    action.state = TX_ACTION_UPDATE;
    if (last->state == TX_SENT_SNOOZED && last->until > plays->input.as_of) action.day = last->until;
    return action;
  }
  last = latest(plays, customer, play, true);
  if (last && of->cooldown && later(last->day, of->cooldown) > plays->input.as_of) {
    action.state = TX_ACTION_COOLDOWN;
    action.day = later(last->day, of->cooldown);
  } else if (last && of->limit.most && over_limit(plays, customer, play, of->limit, 0, &action.day)) {
    action.state = TX_ACTION_LIMIT;
  } else if (plays->taken && of->reaches &&
             over_limit(plays, customer, TX_NO_PLAY, plays->input.limit, plays->taken[customer], &action.day)) {
    action.state = TX_ACTION_FLOODED;
  }
  return action;
}

size_t tx_plays_judge(const tx_plays *plays, uint32_t play, const uint64_t *fires, tx_action *actions) {
  size_t count = 0;
  for (size_t w = 0; w < tx_words(plays->input.customers); w++) {
    for (uint64_t word = fires[w]; word; word &= word - 1) {
      uint64_t lowest = word & (~word + 1);
      uint32_t bit = 0;
      for (uint64_t half = lowest; half >>= 8;) bit += 8;
      for (uint64_t half = lowest >> bit; half >>= 1;) bit++;
      actions[count++] = judge_one(plays, play, (uint32_t)(64 * w) + bit);
    }
  }
  return count;
}
