/* A strict allocator for tests: it fails on demand, checks the sizes it is told, and counts what lives. */
#ifndef TRIAX_TESTS_FAULT_H
#define TRIAX_TESTS_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <triax/base.h>

/* Zero-initialise and set countdown; FAULT_NEVER for no failure. */
#define FAULT_NEVER SIZE_MAX
typedef struct fault_allocator {
  size_t countdown;   /* allocations that still succeed before one fails */
  bool sticky;        /* from then on all fail, not only the one */
  size_t failed;      /* how many did */
  size_t live_bytes;  /* not yet freed */
  size_t live_blocks; /* not yet freed */
  size_t total;       /* allocations and changes of size asked for */
  atomic_flag lock;   /* contexts with several threads call at once */
} fault_allocator;

/* A triax_resize_fn; user is a fault_allocator. Prints and aborts on a wrong old_size or an unknown block. Fresh bytes
 * are junk, freed ones are overwritten, and a resize always moves, so that stale pointers show. */
void *fault_resize(void *user, void *block, size_t old_size, size_t new_size);

/* A context on that allocator, one thread, no callbacks. NULL when the allocator fails. */
triax_context *fault_context(fault_allocator *allocator);

/* Something to try: makes objects from the context, drops them all again, and returns the first status that is not
 * TRIAX_OK. May keep references to the context only as long as it runs. */
typedef triax_status (*fault_scenario)(triax_context *context, void *user);

/* Runs the scenario with its n-th allocation failing, for n = 0, 1, 2 …, once alone and once with all that follow,
 * until none is left to fail. Each run has a context of its own and must end with TRIAX_ENOMEM, or TRIAX_OK where the
 * failure did not matter, and with nothing alive. Returns the number of allocations of the clean run. With TRIAX_SHORT in
 * the environment, as under sanitizers, only every seventh fails after the first 256. */
size_t fault_run(fault_scenario scenario, void *user);

/* Runs the scenario with the n-th call of the progress callback canceling, for n = 0, 1, 2 … Each run must end with
 * TRIAX_ECANCELED and nothing alive. Returns the number of progress calls of the clean run. */
size_t fault_cancel_run(fault_scenario scenario, void *user);

#endif
