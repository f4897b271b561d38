#include "expr/run_step.h"

#define IN(i) (frame->at[step->in[i]])
#define MASK ((const uint64_t *)IN(2))
#define OUT ((uint64_t *)frame->at[step->out[0]])

void tx_step_test_number(const tx_step *step, tx_frame *frame) {
  frame->kernels->test_number[step->choice](IN(0), step->number, MASK, frame->words, OUT);
}

void tx_step_test_numbers(const tx_step *step, tx_frame *frame) {
  frame->kernels->test_numbers[step->choice](IN(0), IN(1), MASK, frame->words, OUT);
}

void tx_step_test_integer(const tx_step *step, tx_frame *frame) {
  frame->kernels->test_integer[step->choice](IN(0), step->integer, MASK, frame->words, OUT);
}

void tx_step_test_integers(const tx_step *step, tx_frame *frame) {
  frame->kernels->test_integers[step->choice](IN(0), IN(1), MASK, frame->words, OUT);
}

void tx_step_test_date(const tx_step *step, tx_frame *frame) {
  frame->kernels->test_date[step->choice](IN(0), (int32_t)step->integer, MASK, frame->words, OUT);
}

void tx_step_codes_equal(const tx_step *step, tx_frame *frame) {
  frame->kernels->codes_equal(IN(0), IN(1), MASK, frame->words, OUT);
}

void tx_step_look_up8(const tx_step *step, tx_frame *frame) {
  frame->kernels->look_up8(IN(0), step->table, MASK, frame->words, OUT);
}

void tx_step_look_up16(const tx_step *step, tx_frame *frame) {
  frame->kernels->look_up16(IN(0), step->table, MASK, frame->words, OUT);
}

void tx_step_look_up32(const tx_step *step, tx_frame *frame) {
  frame->kernels->look_up32(IN(0), step->table, MASK, frame->words, OUT);
}

static uint32_t code_at(const void *codes, uint32_t bits, size_t i) {
  if (bits == 8) return ((const uint8_t *)codes)[i];
  return bits == 16 ? ((const uint16_t *)codes)[i] : ((const uint32_t *)codes)[i];
}

void tx_step_member(const tx_step *step, tx_frame *frame) {
  const tx_members *members = step->table;
  const void *codes = IN(0), *lists = IN(1);
  const uint64_t *mask = MASK;
  const uint32_t bits = step->choice & 255, list_bits = step->choice >> 8;
  for (size_t w = 0; w < frame->words; w++) {
    uint64_t word = 0;
    for (size_t i = 0; i < 64; i++) {
      const uint32_t code = code_at(codes, bits, 64 * w + i), list = code_at(lists, list_bits, 64 * w + i);
      if (code >= members->codes || list >= members->lists) continue; /* of rows where something is missing */
      word |= ((members->bits[list * members->stride + code / 64] >> (code & 63)) & 1) << i;
    }
    OUT[w] = word & (mask ? mask[w] : UINT64_MAX);
  }
}

/* Number of values below x, by halving: the loop's length depends on the table alone. */
#define AMONG(name, type)                                                                                              \
  static bool name(const type *sorted, size_t count, type x) {                                                         \
    while (count > 1) {                                                                                                \
      size_t half = count / 2;                                                                                         \
      if (sorted[half] <= x) sorted += half;                                                                           \
      count -= half;                                                                                                   \
    }                                                                                                                  \
    return count && sorted[0] == x;                                                                                    \
  }
AMONG(number_among, double)
AMONG(integer_among, int64_t)

#define IN_STEP(name, type, among)                                                                                     \
  void name(const tx_step *step, tx_frame *frame) {                                                                    \
    const type *x = IN(0);                                                                                             \
    const uint64_t *mask = MASK;                                                                                       \
    for (size_t w = 0; w < frame->words; w++, x += 64) {                                                               \
      uint64_t word = 0;                                                                                               \
      for (size_t i = 0; i < 64; i++) word |= (uint64_t)among(step->table, step->table_size, x[i]) << i;               \
      OUT[w] = word & (mask ? mask[w] : UINT64_MAX);                                                                   \
    }                                                                                                                  \
  }
IN_STEP(tx_step_in_numbers, double, number_among)
IN_STEP(tx_step_in_integers, int64_t, integer_among)
