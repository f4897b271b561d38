#include "expr/run_step.h"

#define PLANE(slot) ((const uint64_t *)frame->at[slot])
#define OUT(i) ((uint64_t *)frame->at[step->out[i]])

void tx_step_and(const tx_step *step, tx_frame *frame) {
  uint64_t *out = OUT(0);
  uint64_t word[TX_STRIP_WORDS];
  for (size_t w = 0; w < TX_STRIP_WORDS; w++) word[w] = UINT64_MAX;
  for (uint32_t i = 0; i < step->list_count; i++) {
    const uint64_t *plane = PLANE(step->list[i]);
    for (size_t w = 0; w < frame->words; w++) word[w] &= plane[w];
  }
  for (size_t w = 0; w < frame->words; w++) out[w] = word[w];
}

void tx_step_or(const tx_step *step, tx_frame *frame) {
  uint64_t *out = OUT(0);
  uint64_t word[TX_STRIP_WORDS] = {0};
  for (uint32_t i = 0; i < step->list_count; i++) {
    const uint64_t *plane = PLANE(step->list[i]);
    for (size_t w = 0; w < frame->words; w++) word[w] |= plane[w];
  }
  for (size_t w = 0; w < frame->words; w++) out[w] = word[w];
}

/* Any false makes the whole false and known; else it is known when all are. */
void tx_step_and_known(const tx_step *step, tx_frame *frame) {
  for (size_t w = 0; w < frame->words; w++) {
    uint64_t truth = UINT64_MAX, untruth = 0;
    for (uint32_t i = 0; i < step->list_count; i += 2) {
      const uint64_t *known = PLANE(step->list[i + 1]);
      uint64_t plane = PLANE(step->list[i])[w];
      truth &= plane;
      untruth |= (known ? known[w] : UINT64_MAX) & ~plane;
    }
    OUT(0)[w] = truth;
    OUT(1)[w] = truth | untruth;
  }
}

void tx_step_or_known(const tx_step *step, tx_frame *frame) {
  for (size_t w = 0; w < frame->words; w++) {
    uint64_t truth = 0, untruth = UINT64_MAX;
    for (uint32_t i = 0; i < step->list_count; i += 2) {
      const uint64_t *known = PLANE(step->list[i + 1]);
      uint64_t plane = PLANE(step->list[i])[w];
      truth |= plane;
      untruth &= (known ? known[w] : UINT64_MAX) & ~plane;
    }
    OUT(0)[w] = truth;
    OUT(1)[w] = truth | untruth;
  }
}

void tx_step_not(const tx_step *step, tx_frame *frame) {
  const uint64_t *truth = PLANE(step->in[0]), *known = PLANE(step->in[1]);
  for (size_t w = 0; w < frame->words; w++) OUT(0)[w] = (known ? known[w] : UINT64_MAX) & ~truth[w];
}

void tx_step_and_not(const tx_step *step, tx_frame *frame) {
  const uint64_t *a = PLANE(step->in[0]), *b = PLANE(step->in[1]);
  for (size_t w = 0; w < frame->words; w++) OUT(0)[w] = a[w] & ~b[w];
}

void tx_step_plane_and(const tx_step *step, tx_frame *frame) {
  const uint64_t *a = PLANE(step->in[0]), *b = PLANE(step->in[1]);
  for (size_t w = 0; w < frame->words; w++) OUT(0)[w] = a[w] & b[w];
}

void tx_step_plane_or(const tx_step *step, tx_frame *frame) {
  const uint64_t *a = PLANE(step->in[0]), *b = PLANE(step->in[1]);
  for (size_t w = 0; w < frame->words; w++) OUT(0)[w] = a[w] | b[w];
}

void tx_step_plane_copy(const tx_step *step, tx_frame *frame) {
  const uint64_t *a = PLANE(step->in[0]);
  for (size_t w = 0; w < frame->words; w++) OUT(0)[w] = a[w];
}

void tx_step_plane_same(const tx_step *step, tx_frame *frame) {
  const uint64_t *a = PLANE(step->in[0]), *b = PLANE(step->in[1]), *mask = PLANE(step->in[2]);
  for (size_t w = 0; w < frame->words; w++) OUT(0)[w] = ~(a[w] ^ b[w]) & (mask ? mask[w] : UINT64_MAX);
}

void tx_step_plane_choose(const tx_step *step, tx_frame *frame) {
  const uint64_t *truth = PLANE(step->in[0]), *known = PLANE(step->in[1]);
  const uint64_t *a = PLANE(step->in[2]), *b = PLANE(step->in[3]);
  for (size_t w = 0; w < frame->words; w++) {
    uint64_t untruth = (known ? known[w] : UINT64_MAX) & ~truth[w];
    OUT(0)[w] = (truth[w] & a[w]) | (untruth & b[w]);
  }
}
