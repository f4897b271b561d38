/* Which loads whole customers can make at a CSM: sums of the sizes that may come there, counted in a unit that divides
 * them all. */
#ifndef TX_RELAXATION_REACH_H
#define TX_RELAXATION_REACH_H

#include "books/core.h"

/* Rooms of more units than this are not looked through unit by unit. */
#define TX_REACH_UNITS 16384
#define TX_REACH_SIZES 64

typedef struct tx_reach {
  int64_t size[TX_REACH_SIZES]; /* distinct loads */
  size_t sizes;                 /* TX_REACH_SIZES + 1: more than fit */
  int64_t unit;                 /* that divides every size; 0: there are none */
  uint64_t *may_come;           /* per CSM: bits of sizes */
  uint8_t *mark;                /* TX_REACH_UNITS + 1: of the CSM that was looked at last */
} tx_reach;

bool tx_reach_init(tx_reach *reach, size_t csms, triax_context *context);
void tx_reach_free(tx_reach *reach, size_t csms, triax_context *context);
/* Forgets the sizes, but not who may come where. */
void tx_reach_restart(tx_reach *reach);
/* Takes a load above 0 in; its bit, or TX_REACH_SIZES where that is one too many. */
size_t tx_reach_add(tx_reach *reach, int64_t load);
/* Whether a room can be looked through. */
static inline bool tx_reach_can(const tx_reach *reach, int64_t room) {
  return reach->sizes <= TX_REACH_SIZES && reach->unit > 0 && room / reach->unit <= TX_REACH_UNITS;
}
/* Marks what the CSM can be made to carry up to a room, both in units; the largest of it. Adds the work done. */
int64_t tx_reach_mark(tx_reach *reach, size_t csm, int64_t room, uint64_t *work);

#endif
