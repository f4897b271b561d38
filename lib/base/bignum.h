/* Whole numbers of up to 4,608 bits without allocation: for the rare doubles that 128 bits cannot decide. */
#ifndef TX_BASE_BIGNUM_H
#define TX_BASE_BIGNUM_H

#include <stddef.h>
#include <stdint.h>

/* The largest number that number.c makes: 800 digits against a halfway point scaled by 10^1142 (below 3,900 bits). */
#define TX_BIGNUM_LIMBS 144

typedef struct tx_bignum {
  size_t count; /* limbs in use, the top one not 0 */
  uint32_t limbs[TX_BIGNUM_LIMBS]; /* lowest first */
} tx_bignum;

void tx_bignum_set(tx_bignum *number, uint64_t value);
/* number = number × factor + addend */
void tx_bignum_multiply_add(tx_bignum *number, uint32_t factor, uint32_t addend);
void tx_bignum_multiply_pow5(tx_bignum *number, uint32_t exponent);
void tx_bignum_shift_left(tx_bignum *number, uint32_t bits);
/* <0, 0, >0 */
int tx_bignum_compare(const tx_bignum *a, const tx_bignum *b);
/* Divides in place, returns the remainder. */
uint32_t tx_bignum_divide(tx_bignum *number, uint32_t divisor);

#endif
