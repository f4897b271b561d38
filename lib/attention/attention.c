#include "attention/attention.h"

#include <math.h>
#include <string.h>

#include "attention/calendar.h"
#include "base/sum.h"

/* Books that one piece of work takes. */
#define GRAIN 16

/* Room for the largest book, for one worker. */
typedef struct desk {
  double *numbers; /* weight, low, high, hours, then 4 of scratch: each `most` long */
  uint32_t *list;  /* spare of the sort */
} desk;

typedef struct work {
  const tx_attention_model *model;
  const tx_attention_input *input;
  tx_attention_result *result;
  const size_t *starts; /* csms + 1: books in `order` */
  uint32_t *order;      /* accounts, book by book */
  size_t most;          /* accounts of the largest book */
  int64_t days;         /* working days of the period */
  desk *desks;          /* one per worker */
} work;

/* --- the list --------------------------------------------------------------------------------------------------- */

static double weight_of(const tx_attention_input *input, size_t account) {
  const double weight = input->weight[account];
  if (!isfinite(weight)) return NAN;
  return weight > 0 ? weight : 0;
}

/* Whether account a stands before b on a CSM's list. A total order. */
static bool before(const tx_attention_input *input, uint32_t a, uint32_t b) {
  const double left = weight_of(input, a), right = weight_of(input, b);
  if (isnan(left) != isnan(right)) return isnan(right);
  if (left > right) return true;
  if (left < right) return false;
  const int order = tx_text_compare(input->keys[a], input->keys[b]);
  return order ? order < 0 : a < b;
}

static void merge(const tx_attention_input *input, const uint32_t *from, size_t begin, size_t middle, size_t end,
                  uint32_t *to) {
  size_t left = begin, right = middle;
  for (size_t i = begin; i < end; i++)
    to[i] = left < middle && (right == end || !before(input, from[right], from[left])) ? from[left++] : from[right++];
}

static void sort_list(const tx_attention_input *input, uint32_t *list, uint32_t *spare, size_t count) {
  uint32_t *from = list, *to = spare;
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t begin = 0; begin < count; begin += 2 * width) {
      const size_t middle = count - begin < width ? count : begin + width;
      const size_t end = count - begin < 2 * width ? count : begin + 2 * width;
      merge(input, from, begin, middle, end, to);
    }
    uint32_t *held = from;
    from = to;
    to = held;
  }
  if (from != list) memcpy(list, from, count * sizeof *list);
}

/* --- one book --------------------------------------------------------------------------------------------------- */

static uint8_t reason_of(int state, double weight, double hours, double low, double high) {
  if (state == TX_BOOK_OVERBOOKED) return TX_HOURS_CUT;
  if (isnan(weight)) return TX_HOURS_MISSING_WEIGHT;
  if (hours <= low) return TX_HOURS_AT_LOW;
  return hours >= high ? TX_HOURS_AT_HIGH : TX_HOURS_SHARE;
}

/* Whole touches; what is a rounding below a whole number is that number. */
static uint64_t whole_touches(double touches) {
  const double whole = floor(touches * (1 + 1e-12));
  return whole < 1e15 ? (uint64_t)whole : UINT64_C(1000000000000000);
}

/* The working day of a book's n-th touch: ⌊n × days / touches⌋. In doubles, so that nothing overflows; exact as long as
 * n × days is below 2^53. */
static int64_t day_of_turn(int32_t as_of, int64_t days, uint64_t turn, uint64_t touches) {
  return tx_working_day(as_of, (int64_t)((double)turn * (double)days / (double)touches));
}

static void date_touches(const work *all, tx_book *book, const uint32_t *list, size_t count) {
  tx_attention_result *result = all->result;
  uint64_t touches = 0, turn = 0;
  for (size_t i = 0; i < count && all->days; i++) touches += whole_touches(result->touches[list[i]]);
  book->touches = touches;
  for (size_t i = 0; i < count && touches; i++) {
    if (!whole_touches(result->touches[list[i]])) continue;
    const int64_t day = day_of_turn(all->input->as_of, all->days, turn++, touches);
    result->next_touch[list[i]] = day <= INT32_MAX ? (int32_t)day : INT32_MIN;
  }
}

static void fill_book(const work *all, size_t csm, const double *hours_of, size_t count, int state, tx_book *book) {
  const tx_attention_input *input = all->input;
  tx_attention_result *result = all->result;
  const uint32_t *list = all->order + all->starts[csm];
  tx_sum given = {0, 0};
  for (size_t i = 0; i < count; i++) {
    const uint32_t account = list[i];
    const double weight = weight_of(input, account);
    result->hours[account] = hours_of[i];
    result->reason[account] = reason_of(state, weight, hours_of[i], input->low[account], input->high[account]);
    result->touches[account] = all->model->touch_hours > 0 ? hours_of[i] / all->model->touch_hours : 0;
    result->rank[account] = (uint32_t)(i + 1);
    book->missing += isnan(weight) ? 1 : 0;
    tx_sum_add(&given, hours_of[i]);
  }
  book->given = tx_sum_of(&given);
}

static double available_of(const work *all, size_t csm, tx_book *book) {
  const tx_attention_model *model = all->model;
  const double hours = all->input->hours[csm];
  const double available = hours * model->weeks * (1 - model->reserve);
  book->hours_missing = !isfinite(hours);
  return isfinite(available) && available > 0 ? available : 0;
}

static void share_book(const work *all, size_t csm, const desk *room) {
  const tx_attention_input *input = all->input;
  const size_t count = all->starts[csm + 1] - all->starts[csm];
  uint32_t *list = all->order + all->starts[csm];
  double *weight = room->numbers, *low = weight + count, *high = low + count, *hours = high + count;
  tx_book *book = &all->result->books[csm];
  tx_sum least = {0, 0};
  memset(book, 0, sizeof *book);
  sort_list(input, list, room->list, count);
  for (size_t i = 0; i < count; i++) {
    weight[i] = weight_of(input, list[i]);
    low[i] = input->low[list[i]];
    high[i] = input->high[list[i]];
    tx_sum_add(&least, low[i]);
  }
  book->accounts = count;
  book->available = available_of(all, csm, book);
  book->state = tx_attention_share(all->model->method, all->model->half_effect, weight, low, high, count,
                                   book->available, hours, &book->lambda, hours + count);
  fill_book(all, csm, hours, count, book->state, book);
  if (book->state == TX_BOOK_OVERBOOKED) book->short_by = tx_sum_of(&least) - book->available;
  if (book->state == TX_BOOK_SLACK || book->state == TX_BOOK_EMPTY) book->slack = book->available - book->given;
  date_touches(all, book, list, count);
}

static triax_status share_books(void *user, size_t worker, size_t begin, size_t end, triax_error *error) {
  (void)error;
  const work *all = user;
  for (size_t csm = begin; csm < end; csm++) share_book(all, csm, &all->desks[worker]);
  return TRIAX_OK;
}

/* --- all books -------------------------------------------------------------------------------------------------- */

static triax_status check_model(const tx_attention_model *model, triax_error *error) {
  if (model->method != TX_ATTENTION_PROPORTIONAL && model->method != TX_ATTENTION_RETURN)
    return tx_fail(error, TRIAX_EINVAL, "attention: the method must be 'proportional' or 'return'.");
  if (!(model->weeks >= 0 && model->weeks <= 10000))
    return tx_fail(error, TRIAX_EINVAL, "attention: the period must be within 0 and 10000 weeks.");
  if (!(model->reserve >= 0 && model->reserve <= 1))
    return tx_fail(error, TRIAX_EINVAL, "attention: the reserve must be within 0 and 100 %%.");
  if (!(model->touch_hours >= 0) || isinf(model->touch_hours))
    return tx_fail(error, TRIAX_EINVAL, "attention: the hours of a touch must be 0 or more.");
  if (model->method == TX_ATTENTION_RETURN && (!(model->half_effect > 0) || isinf(model->half_effect)))
    return tx_fail(error, TRIAX_EINVAL, "attention: half_effect must be more than 0 hours.");
  return TRIAX_OK;
}

static triax_status check_input(const tx_attention_input *input, triax_error *error) {
  if (input->accounts >= UINT32_MAX || input->csms >= TX_NO_CSM)
    return tx_fail(error, TRIAX_ELIMIT, "attention: more accounts or CSMs than 32 bits can number.");
  for (size_t i = 0; i < input->accounts; i++) {
    if (input->csm[i] != TX_NO_CSM && input->csm[i] >= input->csms)
      return tx_fail(error, TRIAX_EINVAL, "attention: account %zu has a CSM that is not in the team.", i + 1);
    if (!(input->low[i] >= 0 && input->low[i] <= input->high[i]) || isinf(input->low[i]))
      return tx_fail(error, TRIAX_EINVAL,
                     "attention: the limits of account %zu must be 0 or more hours, the lower one first.", i + 1);
  }
  return TRIAX_OK;
}

static bool make_result(triax_context *context, const tx_attention_input *input, tx_attention_result *made) {
  const size_t accounts = input->accounts;
  made->hours = tx_calloc(context, accounts, sizeof *made->hours);
  made->reason = tx_calloc(context, accounts, sizeof *made->reason);
  made->touches = tx_calloc(context, accounts, sizeof *made->touches);
  made->next_touch = tx_alloc_array(context, accounts, sizeof *made->next_touch);
  made->rank = tx_calloc(context, accounts, sizeof *made->rank);
  made->books = tx_calloc(context, input->csms, sizeof *made->books);
  for (size_t i = 0; made->next_touch && i < accounts; i++) made->next_touch[i] = INT32_MIN;
  return made->hours && made->reason && made->touches && made->next_touch && made->rank && made->books;
}

void tx_attention_result_free(triax_context *context, const tx_attention_input *input, tx_attention_result *result) {
  tx_free_array(context, result->hours, input->accounts, sizeof *result->hours);
  tx_free_array(context, result->reason, input->accounts, sizeof *result->reason);
  tx_free_array(context, result->touches, input->accounts, sizeof *result->touches);
  tx_free_array(context, result->next_touch, input->accounts, sizeof *result->next_touch);
  tx_free_array(context, result->rank, input->accounts, sizeof *result->rank);
  tx_free_array(context, result->books, input->csms, sizeof *result->books);
  memset(result, 0, sizeof *result);
}

/* Accounts by CSM, in their order. Returns the size of the largest book. */
static size_t deal(const tx_attention_input *input, size_t *starts, uint32_t *order) {
  size_t most = 0;
  for (size_t i = 0; i < input->accounts; i++)
    if (input->csm[i] != TX_NO_CSM) starts[input->csm[i] + 1]++;
  for (size_t csm = 0; csm < input->csms; csm++) {
    most = starts[csm + 1] > most ? starts[csm + 1] : most;
    starts[csm + 1] += starts[csm];
  }
  for (size_t i = 0; i < input->accounts; i++)
    if (input->csm[i] != TX_NO_CSM) order[starts[input->csm[i]]++] = (uint32_t)i;
  for (size_t csm = input->csms; csm > 0; csm--) starts[csm] = starts[csm - 1];
  starts[0] = 0;
  return most;
}

static triax_status share_all(triax_context *context, work *all, triax_error *error) {
  const size_t threads = tx_context_threads(context), room = 8 * all->most;
  all->desks = tx_calloc(context, threads, sizeof *all->desks);
  bool ok = all->desks && all->most <= SIZE_MAX / 8;
  for (size_t i = 0; ok && i < threads; i++) {
    all->desks[i].numbers = tx_alloc_array(context, room, sizeof(double));
    all->desks[i].list = tx_alloc_array(context, all->most, sizeof(uint32_t));
    ok = all->desks[i].numbers && all->desks[i].list;
  }
  triax_status status = TRIAX_OK;
  if (ok) status = tx_parallel_for(context, "attention", all->input->csms, GRAIN, share_books, all, error);
  else status = tx_no_memory(error);
  for (size_t i = 0; all->desks && i < threads; i++) {
    tx_free_array(context, all->desks[i].numbers, room, sizeof(double));
    tx_free_array(context, all->desks[i].list, all->most, sizeof(uint32_t));
  }
  tx_free_array(context, all->desks, threads, sizeof *all->desks);
  return status;
}

triax_status tx_attention_run(triax_context *context, const tx_attention_model *model, const tx_attention_input *input,
                              tx_attention_result *result, triax_error *error) {
  triax_status status = check_model(model, error);
  if (!status) status = check_input(input, error);
  if (status) return status;
  tx_attention_result made = {NULL, NULL, NULL, NULL, NULL, NULL};
  size_t *starts = tx_calloc(context, input->csms + 1, sizeof *starts);
  uint32_t *order = tx_alloc_array(context, input->accounts, sizeof *order);
  if (make_result(context, input, &made) && starts && order) {
    const int64_t days = tx_working_days(input->as_of, (int64_t)floor(model->weeks * 7 + 1e-9));
    work all = {model, input, &made, starts, order, deal(input, starts, order), days, NULL};
    status = share_all(context, &all, error);
  } else {
    status = tx_no_memory(error);
  }
  tx_free_array(context, starts, input->csms + 1, sizeof *starts);
  tx_free_array(context, order, input->accounts, sizeof *order);
  if (status) tx_attention_result_free(context, input, &made);
  else *result = made;
  return status;
}
