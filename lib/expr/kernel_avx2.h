/* Offered by kernel_avx2.c where the compiler can make it. */
#ifndef TX_EXPR_KERNEL_AVX2_H
#define TX_EXPR_KERNEL_AVX2_H

#include "expr/kernel.h"

#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
#define TX_HAVE_AVX2 1
extern const tx_kernels tx_kernels_avx2;
#endif

#endif
