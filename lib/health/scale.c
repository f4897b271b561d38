#include "health/scale.h"

#include <string.h>

#include "health/score_private.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* vector code also where the build asks for less */
#endif

#define KERNEL(name) portable_##name
#include "health/scale_kernel.h"
#undef KERNEL

#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__) && defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
#define HAVE_WIDE 1
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
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,prefer-vector-width=512")
#endif
#define KERNEL(name) avx512_##name
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
#ifdef HAVE_WIDE
  if (number == 1 && __builtin_cpu_supports("avx2")) return &avx2_kernels;
  if (number == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return &avx512_kernels;
#endif
  return NULL;
}

const tx_health_kernels *tx_health_kernels_best(void) {
  for (size_t number = 2; number > 0; number--) {
    const tx_health_kernels *wide = tx_health_kernels_variant(number);
    if (wide) return wide;
  }
  return tx_health_kernels_variant(0);
}
