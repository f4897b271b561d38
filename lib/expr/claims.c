#include "expr/claims.h"

#include <string.h>

void tx_claims_open(tx_claims *claims, const tx_kernels *kernels, size_t rows) {
  claims->kernels = kernels;
  claims->rows = rows;
  claims->whole = rows / 64;
  claims->words = tx_words(rows);
  memset(claims->remaining, UINT8_MAX, claims->whole * sizeof(uint64_t));
  if (claims->whole < claims->words) claims->remaining[claims->whole] = (UINT64_C(1) << rows % 64) - 1;
}

void tx_claims_number(tx_claims *claims, uint32_t most) {
  for (claims->bits = 0; claims->bits < TX_CLAIM_BITS && most >> claims->bits;) claims->bits++;
  memset(claims->planes, 0, claims->bits * sizeof *claims->planes);
}

void tx_claims_take(tx_claims *claims, const uint64_t *truth, const uint64_t *known, uint32_t number, uint64_t *open,
                    size_t counts[2]) {
  claims->kernels->claim(truth, known, claims->words, claims->remaining, claims->taken, open, counts);
  for (size_t k = 0; k < claims->bits && counts[0]; k++) {
    if (!((number >> k) & 1)) continue;
    for (size_t w = 0; w < claims->words; w++) claims->planes[k][w] |= claims->taken[w];
  }
}

void tx_claims_write(const tx_claims *claims, uint8_t base, uint8_t *out) {
  const uint64_t *planes[TX_CLAIM_BITS];
  uint8_t last[64];
  for (size_t k = 0; k < claims->bits; k++) planes[k] = claims->planes[k];
  claims->kernels->spread(planes, claims->bits, base, claims->whole, out);
  if (claims->whole == claims->words) return;
  for (size_t k = 0; k < claims->bits; k++) planes[k] = claims->planes[k] + claims->whole;
  claims->kernels->spread(planes, claims->bits, base, 1, last);
  memcpy(out + 64 * claims->whole, last, claims->rows % 64);
}

void tx_claims_at_least(const tx_claims *claims, const double *numbers, double least, uint64_t *truth) {
  claims->kernels->test_number[TX_IS_AT_LEAST](numbers, least, NULL, claims->whole, truth);
  if (claims->whole == claims->words) return;
  truth[claims->whole] = 0;
  for (size_t i = claims->whole * 64; i < claims->rows; i++) {
    truth[claims->whole] |= (uint64_t)(numbers[i] >= least) << (i % 64);
  }
}
