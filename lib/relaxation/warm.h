/* A first tree in the making, from what was: a former relaxation of this core, or a basis kept with an answer. */
#ifndef TX_RELAXATION_WARM_H
#define TX_RELAXATION_WARM_H

#include "relaxation/flow.h"

typedef struct tx_warm {
  tx_flow *flow;
  const tx_flow *former; /* NULL: from the scope's basis */
  uint32_t *former_node; /* per class of the core: the former's node, none for customers apart */
  uint32_t *node;        /* per class of the core: the node now */
  uint32_t *order;       /* nodes from the root on, parents before children */
  int64_t *amount;       /* per node: of a class, what is left to send; of a CSM, what comes in */
  uint32_t *orphan;      /* per CSM: 1: hung on a class that is gone */
  tx_cost *least;        /* per CSM: what the best arc for an orphan cost above its price */
  uint32_t *other;       /* per CSM: its class node */
  size_t *entry;         /* and its entry of the offer */
  uint32_t *alone;       /* from a basis, per customer of the core: its node where it stands apart */
} tx_warm;

/* The last segment that begins at `amount` or before. */
uint32_t tx_warm_kink(const tx_flow *flow, size_t b, int64_t amount);
/* The kink next to `amount`: a full CSM is to stay full where its room has changed by a little. */
uint32_t tx_warm_nearest_kink(const tx_flow *flow, size_t b, int64_t amount);
/* The bundle of the class node's customers that the CSM owns, or TX_BOOKS_NONE. */
uint32_t tx_warm_owner_bundle(const tx_flow *flow, size_t q, uint32_t csm_node);
/* Hangs the node on a parent, by the bundle or (TX_BOOKS_NONE) by the entry of the offer; on the root by its own arc.
 */
void tx_warm_link_to(tx_warm *w, uint32_t n, uint32_t parent, uint32_t bundle, size_t entry);
void tx_warm_link_to_root(tx_warm *w, uint32_t n);

/* From the basis: where bundles rest, and the link of a class's own node or of a CSM with room. */
void tx_warm_rest_basis(tx_warm *w);
void tx_warm_link_basis(tx_warm *w, uint32_t n);

#endif
