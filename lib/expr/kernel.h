/* Loops over many rows: the only code of the engine whose speed is in its instructions.
 *
 * Rows come in words of 64; a plane is one bit a row. `mask` NULL stands for all ones. Every variant (portable,
 * AVX2) gives the same bits; a program holds the table that fits the machine, so that nothing global is written. */
#ifndef TX_EXPR_KERNEL_H
#define TX_EXPR_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tests, in the order of TX_OP_EQUAL …. */
enum { TX_IS_EQUAL, TX_IS_UNEQUAL, TX_IS_LESS, TX_IS_AT_MOST, TX_IS_GREATER, TX_IS_AT_LEAST, TX_TESTS };
/* Two operands, in the order of TX_OP_ADD …; then the two choices. */
enum { TX_DUAL_ADD, TX_DUAL_SUBTRACT, TX_DUAL_MULTIPLY, TX_DUAL_DIVIDE, TX_DUAL_GREATEST, TX_DUAL_LEAST, TX_DUALS };
enum { TX_SOLE_NEGATE, TX_SOLE_ABS, TX_SOLE_CEIL, TX_SOLE_FLOOR, TX_SOLE_ROUND, TX_SOLE_TRUNC, TX_SOLE_SIGN,
       TX_SOLE_SQRT, TX_SOLES };

typedef struct tx_kernels {
  /* out = (x test y) & mask */
  void (*test_number[TX_TESTS])(const double *x, double y, const uint64_t *mask, size_t words, uint64_t *out);
  void (*test_numbers[TX_TESTS])(const double *x, const double *y, const uint64_t *mask, size_t words, uint64_t *out);
  void (*test_integer[TX_TESTS])(const int64_t *x, int64_t y, const uint64_t *mask, size_t words, uint64_t *out);
  void (*test_integers[TX_TESTS])(const int64_t *x, const int64_t *y, const uint64_t *mask, size_t words,
                                  uint64_t *out);
  void (*test_date[TX_TESTS])(const int32_t *x, int32_t y, const uint64_t *mask, size_t words, uint64_t *out);
  /* out = x == x: what is not NaN */
  void (*not_nan)(const double *x, const uint64_t *mask, size_t words, uint64_t *out);
  /* out = x - x == 0: neither NaN nor infinite */
  void (*finite)(const double *x, const uint64_t *mask, size_t words, uint64_t *out);
  void (*codes_equal)(const uint32_t *x, const uint32_t *y, const uint64_t *mask, size_t words, uint64_t *out);
  /* out = bit `code` of the table; the table for codes of one byte has 256 bits, others as many as there are codes */
  void (*look_up8)(const uint8_t *codes, const uint64_t *table, const uint64_t *mask, size_t words, uint64_t *out);
  void (*look_up16)(const uint16_t *codes, const uint64_t *table, const uint64_t *mask, size_t words, uint64_t *out);
  void (*look_up32)(const uint32_t *codes, const uint64_t *table, const uint64_t *mask, size_t words, uint64_t *out);

  /* n is a multiple of 64; out may be one of the operands */
  void (*dual[TX_DUALS])(const double *x, const double *y, size_t n, double *out);
  void (*dual_right[TX_DUALS])(const double *x, double y, size_t n, double *out); /* constant on the right */
  void (*dual_left[TX_DUALS])(double x, const double *y, size_t n, double *out);  /* constant on the left */
  void (*sole[TX_SOLES])(const double *x, size_t n, double *out);
  /* out = condition ? x : y */
  void (*choose64)(const uint64_t *condition, const uint64_t *x, const uint64_t *y, size_t words, uint64_t *out);
  void (*choose32)(const uint64_t *condition, const uint32_t *x, const uint32_t *y, size_t words, uint32_t *out);
  /* Byte i of out (64 a word) = base + the sum of bit i of planes[k] << k (modulo 256), for up to 8 planes: from planes
   * to small numbers. */
  void (*spread)(const uint64_t *const *planes, size_t count, uint8_t base, size_t words, uint8_t *out);
  /* out = bytes that are y */
  void (*bytes_equal)(const uint8_t *x, uint8_t y, size_t words, uint64_t *out);
  /* How many bits are set. */
  size_t (*count)(const uint64_t *plane, size_t words);
  /* Of the rows that remain, those where a test holds are taken, and remain no longer; where it is not known (known
   * NULL: nowhere), they are added to `open`. counts: how many were taken, and how many were not known. */
  void (*claim)(const uint64_t *truth, const uint64_t *known, size_t words, uint64_t *remaining, uint64_t *taken,
                uint64_t *open, size_t counts[2]);
} tx_kernels;

extern const tx_kernels tx_kernels_portable;
/* The fastest variant that this machine can run; NULL-free. */
const tx_kernels *tx_kernels_best(void);
/* A variant by number, for tests; NULL when there is no such or this machine cannot run it. */
const tx_kernels *tx_kernels_variant(size_t number);

#endif
