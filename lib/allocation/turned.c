/* CSMs with whom it is the other way round for a unit than its class's offer says: struck off where they are on it, let
 * in where they are not. */
#include "allocation/private.h"

bool tx_allocation_turn_init(tx_allocation_job *job) {
  job->turned_begin = tx_arena_calloc(&job->scratch, job->keep->units + 1, sizeof *job->turned_begin);
  return job->turned_begin && tx_allocation_here(job, job->input->eligible, &job->turned_here);
}

/* Into the unit's list, in order. */
static bool turn(tx_allocation_job *job, size_t unit, size_t count, uint32_t csm) {
  if (!tx_grow(job->context, &job->turned_csm, &job->turned_room, count + 1, sizeof csm)) return false;
  uint32_t *list = job->turned_csm;
  size_t at = count;
  for (; at > job->turned_begin[unit] && list[at - 1] > csm; at--) list[at] = list[at - 1];
  list[at] = csm;
  return true;
}

bool tx_allocation_turn(tx_allocation_job *job, size_t unit, size_t group, size_t *struck) {
  const tx_pairs *eligible = job->input->eligible;
  const tx_here *here = &job->turned_here;
  size_t customers = eligible->customer_group[job->keep->lead[unit]], count = job->turned_begin[unit];
  *struck = 0;
  for (size_t x = eligible->begin[customers]; x < eligible->begin[customers + 1]; x++) {
    size_t csms = eligible->turned[x];
    bool denied = tx_pair_row_holds(eligible, customers, csms);
    for (size_t n = here->begin[csms]; n < here->begin[csms + 1]; n++) {
      uint32_t csm = here->csm[n];
      if (!(tx_group_word(job, group, csm / 64) >> csm % 64 & 1)) continue;
      if (!turn(job, unit, count++, csm)) return false;
      *struck += denied;
    }
  }
  job->turned_begin[unit + 1] = count;
  return true;
}

static bool is_turned(const tx_allocation_job *job, size_t unit, uint32_t csm) {
  const uint32_t *list = job->turned_csm;
  size_t x = tx_books_from(job->turned_begin, unit), end = tx_books_to(job->turned_begin, unit);
  while (x < end && list[x] != csm) x++;
  return x < end;
}

static bool is_in(const uint32_t *list, size_t low, size_t end, uint32_t csm) {
  size_t high = end;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list[middle] < csm) low = middle + 1;
    else high = middle;
  }
  return low < end && list[low] == csm;
}

bool tx_allocation_is_offered(const tx_allocation_job *job, size_t unit, uint32_t csm) {
  size_t offer = job->unit_offer[unit], open = ((const size_t *)job->offer_open)[offer];
  const size_t *begin = job->offer_begin;
  bool turned = is_turned(job, unit, csm);
  return is_in(job->offer_csm, turned ? open : begin[offer], turned ? begin[offer + 1] : open, csm);
}

void tx_allocation_turned(tx_allocation_job *job) {
  size_t units = job->keep->units;
  if (!job->turned_begin || !job->turned_begin[units]) {
    job->turned_begin = NULL;
    return;
  }
  for (size_t u = 0; u < units; u++) {
    uint32_t owner = job->unit_owner[u];
    bool turned = owner != TX_ALLOCATION_NONE && is_turned(job, u, owner);
    if (turned && !tx_allocation_is_offered(job, u, owner)) job->unit_owner[u] = TX_ALLOCATION_NONE;
  }
}
