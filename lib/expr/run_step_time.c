#include "expr/run_step.h"
#include "expr/scalar.h"

#define SECOND INT64_C(1000000)

static int64_t whole_seconds(int64_t microseconds) {
  return microseconds / SECOND - (microseconds % SECOND < 0);
}

static void time_of(int64_t microseconds, tx_value *value) {
  value->type = (tx_type){TX_TIMESTAMP, 0};
  value->time.seconds = whole_seconds(microseconds);
  value->time.nanos = (int32_t)((microseconds - value->time.seconds * SECOND) * 1000);
}

static void date_of(int64_t days, tx_value *value) {
  value->type = (tx_type){TX_DATE, 0};
  value->integer = days;
}

static void parts(const tx_step *step, tx_frame *frame, void (*value_of)(int64_t, tx_value *)) {
  const int64_t *in = frame->at[step->in[0]];
  int64_t *out = frame->at[step->out[0]];
  for (size_t i = 0; i < frame->words * 64; i++) {
    tx_value time = {0}, part = {0};
    value_of(in[i], &time);
    tx_apply_time_part(step->table, &time, &part);
    out[i] = part.integer;
  }
}

void tx_step_date_part(const tx_step *step, tx_frame *frame) { parts(step, frame, date_of); }
void tx_step_time_part(const tx_step *step, tx_frame *frame) { parts(step, frame, time_of); }

/* Beyond this no sum comes back into range. */
static bool sane(int64_t microseconds) { return microseconds > INT64_MIN / 4 && microseconds < INT64_MAX / 4; }

static bool time_fits(int64_t microseconds, bool duration) {
  if (duration) return microseconds >= -(INT64_MAX / 1000) && microseconds <= INT64_MAX / 1000;
  return microseconds >= TX_LEAST_SECOND * SECOND && microseconds < (TX_LAST_SECOND + 1) * SECOND;
}

void tx_step_time_dual(const tx_step *step, tx_frame *frame) {
  const int64_t *x = frame->at[step->in[0]], *y = frame->at[step->in[1]];
  const uint64_t *known = frame->at[step->in[2]];
  int64_t *out = frame->at[step->out[0]];
  const bool duration = step->choice & TX_GIVES_DURATION;
  const bool less = (step->choice & (TX_GIVES_DURATION - 1)) == TX_OP_SUBTRACT;
  for (size_t w = 0; w < frame->words; w++) {
    uint64_t fits = 0;
    for (size_t i = 64 * w; i < 64 * w + 64; i++) {
      const bool good = sane(x[i]) && sane(y[i]);
      out[i] = good ? (less ? x[i] - y[i] : x[i] + y[i]) : 0;
      fits |= (uint64_t)(good && time_fits(out[i], duration)) << (i & 63);
    }
    const uint64_t all = known ? known[w] : UINT64_MAX;
    ((uint64_t *)frame->at[step->out[1]])[w] = all & fits;
    ((uint64_t *)frame->at[step->out[2]])[w] = all & ~fits;
  }
}

static bool is_until(const tx_step *step) {
  return ((const tx_expr_node *)step->table)->op == TX_OP_DAYS_UNTIL;
}

void tx_step_days_of_dates(const tx_step *step, tx_frame *frame) {
  const int64_t *in = frame->at[step->in[0]];
  double *out = frame->at[step->out[0]];
  int64_t today = frame->run->data->as_of;
  bool until = is_until(step);
  for (size_t i = 0; i < frame->words * 64; i++) out[i] = (double)(until ? in[i] - today : today - in[i]);
}

void tx_step_days_of_times(const tx_step *step, tx_frame *frame) {
  const int64_t *in = frame->at[step->in[0]];
  double *out = frame->at[step->out[0]];
  int64_t today = frame->run->data->as_of;
  bool until = is_until(step);
  for (size_t i = 0; i < frame->words * 64; i++) {
    int64_t seconds = whole_seconds(in[i]);
    int64_t nanos = (in[i] - seconds * SECOND) * 1000;
    double days = ((double)(seconds - today * 86400) + (double)nanos / 1e9) / 86400.0;
    out[i] = until || days == 0.0 ? days : -days;
  }
}
