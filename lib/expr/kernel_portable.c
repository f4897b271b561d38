#include "expr/kernel.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* vectorise also where the build asks for less */
#endif

#define KERNEL(name) portable_##name
#include "expr/kernel_body.h"

const tx_kernels tx_kernels_portable = KERNEL_TABLE;
