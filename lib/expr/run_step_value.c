#include <math.h>
#include <string.h>

#include "expr/run_step.h"

#define IN(i) (frame->at[step->in[i]])
#define OUT(i) (frame->at[step->out[i]])
#define ROWS (frame->words * 64)

void tx_step_dual(const tx_step *step, tx_frame *frame) {
  frame->kernels->dual[step->choice](IN(0), IN(1), ROWS, OUT(0));
}

void tx_step_dual_right(const tx_step *step, tx_frame *frame) {
  frame->kernels->dual_right[step->choice](IN(0), step->number, ROWS, OUT(0));
}

void tx_step_dual_left(const tx_step *step, tx_frame *frame) {
  frame->kernels->dual_left[step->choice](step->number, IN(0), ROWS, OUT(0));
}

void tx_step_sole(const tx_step *step, tx_frame *frame) {
  frame->kernels->sole[step->choice](IN(0), ROWS, OUT(0));
}

void tx_step_choose64(const tx_step *step, tx_frame *frame) {
  frame->kernels->choose64(IN(0), IN(1), IN(2), frame->words, OUT(0));
}

void tx_step_choose32(const tx_step *step, tx_frame *frame) {
  frame->kernels->choose32(IN(0), IN(1), IN(2), frame->words, OUT(0));
}

void tx_step_widen_dates(const tx_step *step, tx_frame *frame) {
  const int32_t *in = IN(0);
  int64_t *out = OUT(0);
  for (size_t i = 0; i < ROWS; i++) out[i] = in[i];
}

void tx_step_integer_to_number(const tx_step *step, tx_frame *frame) {
  const int64_t *in = IN(0);
  double *out = OUT(0);
  for (size_t i = 0; i < ROWS; i++) out[i] = (double)in[i];
}

void tx_step_truth_to_number(const tx_step *step, tx_frame *frame) {
  const uint64_t *in = IN(0);
  double *out = OUT(0);
  for (size_t w = 0; w < frame->words; w++) {
    for (size_t i = 0; i < 64; i++) out[64 * w + i] = (double)((in[w] >> i) & 1);
  }
}

#define BY_CODE(result)                                                                                                \
  if (step->choice == 8) {                                                                                             \
    const uint8_t *codes = IN(0);                                                                                      \
    for (size_t i = 0; i < ROWS; i++) out[i] = result;                                                                 \
  } else if (step->choice == 16) {                                                                                     \
    const uint16_t *codes = IN(0);                                                                                     \
    for (size_t i = 0; i < ROWS; i++) out[i] = result;                                                                 \
  } else {                                                                                                             \
    const uint32_t *codes = IN(0);                                                                                     \
    for (size_t i = 0; i < ROWS; i++) out[i] = result;                                                                 \
  }

void tx_step_table64(const tx_step *step, tx_frame *frame) {
  const uint64_t *table = step->table;
  uint64_t *out = OUT(0);
  BY_CODE(table[codes[i]])
}

void tx_step_table32(const tx_step *step, tx_frame *frame) {
  const uint32_t *table = step->table;
  uint32_t *out = OUT(0);
  if (table) {
    BY_CODE(table[codes[i]])
  } else {
    BY_CODE(codes[i])
  }
}

void tx_step_copy64(const tx_step *step, tx_frame *frame) {
  memcpy(OUT(0), IN(0), ROWS * sizeof(uint64_t));
}

/* Infinity and NaN are values within an expression, as in CEL; as its result they are none (tx_value_settle). */
void tx_step_finish_numbers(const tx_step *step, tx_frame *frame) {
  const double *in = IN(0);
  const uint64_t *known = IN(1);
  double *out = OUT(0);
  uint64_t *present = OUT(1);
  const uint64_t *faulty = IN(2);
  uint64_t *fault = OUT(2);
  frame->kernels->finite(in, known, frame->words, present);
  for (size_t w = 0; w < frame->words; w++) {
    const uint64_t there = known ? known[w] : UINT64_MAX;
    fault[w] = (faulty ? faulty[w] : 0) | (there & ~present[w]);
    if (present[w] == UINT64_MAX) {
      memcpy(out + 64 * w, in + 64 * w, 64 * sizeof(double));
      continue;
    }
    for (size_t i = 64 * w; i < 64 * w + 64; i++) out[i] = (present[w] >> (i & 63)) & 1 ? in[i] : (double)NAN;
  }
}

/* Two's complement without overflow in the C sense. */
static int64_t wrap(uint64_t bits) {
  int64_t value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static bool add_fits(int64_t x, int64_t y, int64_t *out) {
  *out = wrap((uint64_t)x + (uint64_t)y);
  return y >= 0 ? x <= INT64_MAX - y : x >= INT64_MIN - y;
}

static bool subtract_fits(int64_t x, int64_t y, int64_t *out) {
  *out = wrap((uint64_t)x - (uint64_t)y);
  return y >= 0 ? x >= INT64_MIN + y : x <= INT64_MAX + y;
}

static bool multiply_fits(int64_t x, int64_t y, int64_t *out) {
  *out = wrap((uint64_t)x * (uint64_t)y);
  if (x == 0 || y == 0) return true;
  if (x == -1) return y != INT64_MIN;
  if (y == -1) return x != INT64_MIN;
  return *out / y == x;
}

static bool integer_fits(uint32_t op, int64_t x, int64_t y, int64_t *out) {
  switch (op) {
  case TX_OP_ADD: return add_fits(x, y, out);
  case TX_OP_SUBTRACT: return subtract_fits(x, y, out);
  case TX_OP_MULTIPLY: return multiply_fits(x, y, out);
  default:
    *out = 0;
    if (y == 0 || (y == -1 && x == INT64_MIN)) return false;
    *out = op == TX_OP_DIVIDE ? x / y : x % y;
    return true;
  }
}

void tx_step_integer_dual(const tx_step *step, tx_frame *frame) {
  const int64_t *x = IN(0), *y = IN(1);
  const uint64_t *known = IN(2);
  int64_t *out = OUT(0);
  for (size_t w = 0; w < frame->words; w++) {
    uint64_t fits = 0;
    for (size_t i = 0; i < 64; i++) {
      size_t row = 64 * w + i;
      fits |= (uint64_t)integer_fits(step->choice, x[row], y[row], &out[row]) << i;
    }
    uint64_t all = known ? known[w] : UINT64_MAX;
    ((uint64_t *)OUT(1))[w] = all & fits;
    ((uint64_t *)OUT(2))[w] = all & ~fits;
  }
}

void tx_step_number_to_integer(const tx_step *step, tx_frame *frame) {
  const double *in = IN(0);
  const uint64_t *known = IN(2);
  int64_t *out = OUT(0);
  for (size_t w = 0; w < frame->words; w++) {
    uint64_t fits = 0;
    for (size_t i = 64 * w; i < 64 * w + 64; i++) {
      const bool inside = in[i] > -9223372036854775808.0 && in[i] < 9223372036854775808.0; /* as int() has it */
      out[i] = inside ? (int64_t)in[i] : 0;
      fits |= (uint64_t)inside << (i & 63);
    }
    const uint64_t all = known ? known[w] : UINT64_MAX;
    ((uint64_t *)OUT(1))[w] = all & fits;
    ((uint64_t *)OUT(2))[w] = all & ~fits;
  }
}
