/* A dive at work: see dive.c. */
#ifndef TX_RELAXATION_DIVE_H
#define TX_RELAXATION_DIVE_H

#include "relaxation/flow.h"

/* A share of one customer on an arc of the relaxation. */
typedef struct tx_dive_share {
  uint32_t class_node;
  uint32_t csm;       /* TX_BOOKS_NONE: uncovered */
  size_t owner;       /* owner bundle, or SIZE_MAX */
  int64_t part, load; /* of the customer: part / load */
  int64_t order;      /* part, with some chance in it */
} tx_dive_share;

typedef struct tx_diving {
  tx_core *core;
  tx_flow flow;
  uint32_t *customers; /* still to be placed */
  size_t count;
  const tx_dive_options *options;
  uint8_t *rank; /* per customer */
  bool *left;    /* per customer: the relaxation leaves it uncovered */
  bool *apart;   /* per customer: has a node of its own */
  bool *used;    /* per customer: scratch */
  bool *stuck;   /* per customer: was passed over in this round, being struck off; NULL: nobody is turned anywhere */
  tx_dive_share *shares;
  size_t shares_count, shares_room;
  uint32_t *order, *spare;
  size_t order_room;
  int64_t least;   /* load that is placed in this round: more than half of the largest */
  int64_t *excess; /* per CSM: load placed beyond what the relaxation gives it */
  size_t fixed;    /* in this round */
  bool solved;     /* there is a flow */
} tx_diving;

/* dive_place.c. Puts the customer where it fits and is not struck off; false: it is not. */
bool tx_dive_put(tx_diving *d, uint32_t customer, uint32_t csm);
/* It stays uncovered. */
void tx_dive_leave(tx_diving *d, uint32_t customer);
/* Places whole flow of the loads of this round and lists the shares that are left. False when memory is short. */
bool tx_dive_fix_whole(tx_diving *d);
/* Gives shares whole customers, the largest first. False when memory is short. */
bool tx_dive_round_shares(tx_diving *d);

#endif
