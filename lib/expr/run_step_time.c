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
