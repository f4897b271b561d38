/* The context's inside: what lower layers may ask of it. */
#ifndef TX_BASE_CONTEXT_H
#define TX_BASE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <triax/base.h>

#include "base/error.h"

/* Reference counts, shared by every handle. Start at 1. */
#if defined(__STDC_NO_ATOMICS__)
#error "triax needs C11 atomics"
#endif
#include <stdatomic.h>
typedef struct tx_count {
  atomic_size_t value;
} tx_count;
void tx_count_init(tx_count *count);
void tx_count_ref(tx_count *count);
/* True when that was the last reference. */
bool tx_count_unref(tx_count *count);

size_t tx_context_threads(const triax_context *context);
/* Hands one line to the host's log, formatted as by tx_fail; nothing without one. Call on the caller's thread, at the
 * borders of the work and never within its loops; what is said must hang on nothing but the input and the options. */
void tx_log(const triax_context *context, int32_t level, const char *format, ...) TX_PRINTF(3, 4);
/* Whether there is a log, where a line takes more than formatting. */
bool tx_logs(const triax_context *context);
/* Reports progress; TRIAX_OK, or TRIAX_ECANCELED once the host asked to stop. Call on the caller's thread. */
triax_status tx_progress(const triax_context *context, const char *stage, double done, triax_error *error);

/* Work over [0, count) in pieces of `grain`, on up to the context's threads. The function gets a half-open range and
 * a worker's number in [0, tx_context_threads). Pieces are handed out in order but may finish in any: results must
 * not depend on which worker does what. A non-OK status stops further pieces; the lowest piece's error is returned.
 * Progress is polled between pieces on the calling thread. */
typedef triax_status (*tx_range_fn)(void *user, size_t worker, size_t begin, size_t end, triax_error *error);
triax_status tx_parallel_for(triax_context *context, const char *stage, size_t count, size_t grain, tx_range_fn run,
                             void *user, triax_error *error);

/* Copies a caller's option struct into `known_size` bytes at `into`, applying the struct_size rules of base.h:
 * given NULL -> zeros with struct_size set; smaller than first_size -> TRIAX_EINVAL; missing tail -> zeros;
 * unknown non-zero tail -> TRIAX_EINVAL. `name` is for the message. */
triax_status tx_options_copy(const void *given, size_t first_size, size_t known_size, void *into, const char *name,
                             triax_error *error);

#endif
