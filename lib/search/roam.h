/* Who is with whom while a search by annealing roams, and who was at its best: a copy of the core's lists, in which a
 * move costs next to nothing. */
#ifndef TX_SEARCH_ROAM_H
#define TX_SEARCH_ROAM_H

#include "books/core.h"

typedef struct tx_roam {
  size_t n, csms, dimensions;
  uint32_t *at, *next, *previous; /* per customer, as in the core */
  uint32_t *first, *cursor;       /* per CSM */
  int64_t *points;                /* per customer: earned where it is */
  int64_t *sum;                   /* csms × dimensions */
  uint32_t *best_at, *changed;
  size_t changed_count; /* since the best; more than n: all may be */
} tx_roam;

/* As the core is; false when memory is short. */
bool tx_roam_init(tx_roam *roam, const tx_core *core, tx_arena *arena);
/* Off the CSM's list, and onto one. Sums and points are the caller's. */
void tx_roam_leave(tx_roam *roam, uint32_t customer);
void tx_roam_join(tx_roam *roam, uint32_t customer, uint32_t csm);
/* The CSM's members come round in turn, now and then one is passed over. */
uint32_t tx_roam_member(tx_roam *roam, uint32_t csm);
/* The customer has moved since the best. */
static inline void tx_roam_note(tx_roam *roam, uint32_t customer) {
  if (roam->changed_count < roam->n) {
    roam->changed[roam->changed_count] = customer;
  }
  roam->changed_count += roam->changed_count <= roam->n;
}
/* This is the best. */
void tx_roam_remember(tx_roam *roam);
/* The best goes to the core, if it is better by all parts. */
triax_status tx_roam_hand_over(const tx_roam *roam, tx_core *core);

#endif
