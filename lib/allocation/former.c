/* A former answer in the numbers of today's units, for the solver to start from. */
#include "allocation/private.h"

static uint32_t former_of(const uint32_t *map, size_t number, size_t count) {
  uint32_t there = map ? map[number] : (uint32_t)number;
  return there < count ? there : TX_ALLOCATION_NONE;
}

bool tx_allocation_former(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  if (!input->former) return true;
  const tx_allocation_inside *there = input->former->inside;
  uint32_t *units = tx_arena_calloc(&job->scratch, job->keep->units + 1, sizeof *units);
  uint32_t *csms = tx_arena_calloc(&job->scratch, input->csms + 1, sizeof *csms);
  if (!units || !csms) return false;
  for (size_t u = 0; u < job->keep->units; u++) {
    uint32_t customer = former_of(input->former_customer, job->keep->lead[u], input->former->customers);
    units[u] = customer == TX_ALLOCATION_NONE ? TX_BOOKS_NONE : there->unit_of[customer];
  }
  for (size_t i = 0; i < input->csms; i++) csms[i] = former_of(input->former_csm, i, input->former->csms);
  job->books.former = there->solved;
  job->books.former_customer = units;
  job->books.former_csm = csms;
  return true;
}
