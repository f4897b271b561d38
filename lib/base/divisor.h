/* The greatest common divisor, which what is exact in whole units goes by. */
#ifndef TX_BASE_DIVISOR_H
#define TX_BASE_DIVISOR_H

#include <stdint.h>

/* Of two numbers from 0 on; of 0 and another, the other. */
static inline int64_t tx_common_divisor(int64_t a, int64_t b) {
  while (b != 0) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

#endif
