/* Rows of a batch claimed one number after the other: kept as planes of the numbers' bits, so that a claim is a few
 * words, and written as one byte a row when all is said. */
#ifndef TX_EXPR_CLAIMS_H
#define TX_EXPR_CLAIMS_H

#include "expr/kernel.h"
#include "expr/program.h"

#define TX_BATCH_WORDS (TX_BATCH / 64)
#define TX_CLAIM_BITS 8

typedef struct tx_claims {
  const tx_kernels *kernels;
  size_t rows, whole, words;               /* words of 64 rows that are whole, and all */
  uint64_t remaining[TX_BATCH_WORDS];      /* rows that may still be claimed; bits past the end are 0 */
  uint64_t taken[TX_BATCH_WORDS];          /* by the last claim */
  size_t bits;                             /* planes in use: as many as the numbers need */
  uint64_t planes[TX_CLAIM_BITS][TX_BATCH_WORDS];
} tx_claims;

/* For up to TX_BATCH rows, all of which remain. */
void tx_claims_open(tx_claims *claims, const tx_kernels *kernels, size_t rows);
/* Begins numbers of 0 to most (at most 255): no row has one yet, which counts as 0. */
void tx_claims_number(tx_claims *claims, uint32_t most);
/* Gives those of the remaining rows for which a test holds a number. As kernels->claim. */
void tx_claims_take(tx_claims *claims, const uint64_t *truth, const uint64_t *known, uint32_t number, uint64_t *open,
                    size_t counts[2]);
/* base + number, modulo 256, of all rows. */
void tx_claims_write(const tx_claims *claims, uint8_t base, uint8_t *out);
/* A test of numbers over whole batches; the last rows, which do not fill a word, are read one by one. */
void tx_claims_at_least(const tx_claims *claims, const double *numbers, double least, uint64_t *truth);

#endif
