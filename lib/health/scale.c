#include "health/scale.h"

#include "health/score_private.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* vector code also where the build asks for less */
#endif

#define KERNEL(name) portable_##name
#include "health/scale_kernel.h"
#undef KERNEL

#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__) && defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
#define HAVE_AVX2 1
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
#define KERNEL(name) avx2_##name
#include "health/scale_kernel.h"
#undef KERNEL
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

const tx_health_kernels *tx_health_kernels_variant(size_t number) {
  if (number == 0) return &portable_kernels;
#ifdef HAVE_AVX2
  if (number == 1 && __builtin_cpu_supports("avx2")) return &avx2_kernels;
#endif
  return NULL;
}

const tx_health_kernels *tx_health_kernels_best(void) {
  const tx_health_kernels *best = tx_health_kernels_variant(1);
  return best ? best : tx_health_kernels_variant(0);
}
