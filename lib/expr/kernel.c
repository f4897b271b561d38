#include "expr/kernel.h"

#include "expr/kernel_avx2.h"

const tx_kernels *tx_kernels_variant(size_t number) {
  if (number == 0) return &tx_kernels_portable;
#ifdef TX_HAVE_AVX2
  if (number == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt")) return &tx_kernels_avx2;
#endif
  return NULL;
}

const tx_kernels *tx_kernels_best(void) {
  const tx_kernels *fast = tx_kernels_variant(1);
  return fast ? fast : &tx_kernels_portable;
}
