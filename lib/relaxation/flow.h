/* The relaxation: customers may be divided. As a flow it is small, because customers of a class are one node.
 *
 *   class -> CSM        no limit, costs the points lost; never stored, priced from the offers
 *   class -> CSM        the customers that the CSM owns, or that are let in to it: one convex bundle, most points first
 *   class -> root       uncovered: one convex bundle, least value first
 *   CSM   -> root       load: one convex bundle, the balance curve's lower hull over loads that can be reached; what is
 *                       beyond room is dearer than leaving it uncovered: a first flow may pass room, the last does not
 *
 * Flow is load. Costs per unit are times `scale`, a multiple of the loads, in the objective's four strict parts. */
#ifndef TX_RELAXATION_FLOW_H
#define TX_RELAXATION_FLOW_H

#include "books/core.h"

/* A piece of a convex bundle: costs `rate` a unit up to a flow of `end`. */
typedef struct tx_segment {
  int64_t end, rate;
} tx_segment;

/* A convex arc. Outside the tree its flow is where segment `kink` begins. */
typedef struct tx_bundle {
  uint32_t from, to; /* nodes */
  size_t begin;      /* of its segments */
  uint32_t count;    /* of its segments; the last of an uncovered bundle and of a CSM's has no end */
  uint32_t kink;
  bool tree;
} tx_bundle;

/* A node with the tree arc that joins it to its parent. */
typedef struct tx_node {
  uint32_t parent, child, next, previous; /* TX_BOOKS_NONE: none */
  uint32_t depth;
  uint32_t bundle; /* of the tree arc; TX_BOOKS_NONE: class -> CSM from the offers */
  uint32_t segment;
  bool up;       /* the arc goes from the node to its parent */
  size_t entry;  /* of the offer, when not a bundle */
  int64_t flow;  /* of the arc */
  tx_cost price; /* of sending a unit from here to the root */
} tx_node;

/* What the relaxation is about. */
typedef struct tx_flow_scope {
  const uint32_t *customers; /* with a load, uncovered now */
  size_t count;
  const bool *apart;    /* per customer of the core: is to have a node of its own; NULL: none */
  const uint32_t *csms; /* that may take them; NULL: all */
  size_t csm_count;
  bool coarse; /* customers of like value count alike: soon solved, and a good start for the exact one */
  const tx_basis *basis; /* a tree to start from where there is no former relaxation; NULL: none */
} tx_flow_scope;

typedef struct tx_flow {
  tx_core *core;
  tx_flow_scope scope;
  tx_arena arena;
  int64_t scale;
  size_t classes, csms, nodes; /* class nodes first, then CSM nodes, then the root */
  uint32_t *class_of;          /* per class node: class of the core */
  int64_t *load;               /* per class node: of one customer */
  int64_t *unit;               /* per class node: scale ÷ load */
  size_t *customer_begin;      /* classes + 1, into by_value */
  uint32_t *by_value;          /* customers by class node, least value first */
  uint32_t *by_owner;          /* customers of owner bundles, who gain most first, */
  int64_t *owner_gain;         /* and what they gain in points: bounds are made of what they earn */
  size_t *owner_begin;         /* owner bundles + 1, into by_owner */
  uint32_t *owner_csm;         /* per owner bundle: its CSM, the owner or one of another exception */
  size_t *owned_begin;         /* classes + 1: the class's owner bundles, counted from the first owner bundle */
  size_t bundles;              /* CSMs' first, then the classes' uncovered, then owners' */
  tx_bundle *bundle;
  tx_segment *segment;
  size_t curves;   /* segments of the CSMs' bundles */
  int64_t *over;   /* per segment of the CSMs' bundles: over a unit */
  int64_t *room;   /* per CSM: the largest load beyond what it has that can be reached */
  int64_t *has;    /* per CSM: the load it had when the relaxation was built */
  int64_t dearest; /* rate that no uncovered customer's comes to */
  uint32_t *open;  /* CSMs with room */
  size_t opened;
  /* Per class node, where the CSMs are limited: their entries in its offer, the open ones and then the closed. */
  size_t *entry_begin, *entry_open, *entry;
  tx_node *node;
  tx_cost *least;  /* per customer of the core, where the bound is to leave what it costs at its cheapest; or NULL */
  bool finished; /* optimal, and not merely out of budget */
} tx_flow;

#define TX_FLOW_CSM(flow, csm) ((uint32_t)((flow)->classes + (csm)))
#define TX_FLOW_ROOT(flow) ((uint32_t)((flow)->nodes - 1))
#define TX_FLOW_UNCOVERED(flow, class_node) ((flow)->csms + (class_node))
#define TX_FLOW_OWNED(flow, n) ((flow)->csms + (flow)->classes + (n))

/* Scale for the core's costs, or 0 when they are too large for prices to be exact. */
int64_t tx_flow_scale(const tx_core *core);
/* Builds the relaxation, on top of what the CSMs carry now, with a first flow: that of a former relaxation of the same
 * core, as far as it goes (NULL: owners keep what they can). The scope is borrowed. */
triax_status tx_flow_init(tx_flow *flow, tx_core *core, int64_t scale, const tx_flow_scope *scope,
                          const tx_flow *former);
triax_status tx_flow_first_tree(tx_flow *flow);
/* Prices and depths of the tree from the root down; its nodes come into `order`, parents first. */
void tx_flow_price_tree(tx_flow *flow, uint32_t *order);
/* From the former relaxation, or where that is NULL from the scope's basis. */
triax_status tx_flow_warm_tree(tx_flow *flow, const tx_flow *former);
/* Keeps the tree in the core. */
triax_status tx_flow_keep(const tx_flow *flow);
/* A class's customer can be kept by its owner and uncovered at once, or be with the CSMs of two of its exceptions,
 * which no real one can. Marks those that the flow treats so; returns how many are new. used: per customer, zeros. */
size_t tx_flow_conflicts(const tx_flow *flow, bool *apart, bool *used);
/* Flow on a bundle. */
int64_t tx_flow_on(const tx_flow *flow, size_t bundle);
void tx_flow_free(tx_flow *flow);
/* A CSM's bundle: `room` and `sizes` (loads that may come) give the reachable loads. In curve.c. */
triax_status tx_flow_curves(tx_flow *flow);
/* What so much more load costs a CSM: over and imbalance of the load alone. */
tx_cost tx_flow_load_cost(const tx_core *core, size_t csm, int64_t more);
/* Cost a unit of a bundle's segment. */
tx_cost tx_flow_segment_cost(const tx_flow *flow, size_t bundle, uint32_t segment);
int64_t tx_flow_segment_start(const tx_flow *flow, size_t bundle, uint32_t segment);
/* Cost a unit of the arc that joins the node to its parent. */
tx_cost tx_flow_arc_cost(const tx_flow *flow, uint32_t child);
/* Takes a node with all below it off its parent; hangs it on another. */
void tx_flow_detach(tx_flow *flow, uint32_t n);
void tx_flow_attach(tx_flow *flow, uint32_t n, uint32_t parent);
/* Network simplex until optimal or out of budget; the flow is feasible either way. */
triax_status tx_flow_solve(tx_flow *flow, uint64_t budget);

/* Goes on from the tree at hand until the sum of weight × part is least, in place of part after part. The weights of
 * parts that do not count are 0. */
triax_status tx_flow_weigh(tx_flow *flow, const double *weight, uint64_t budget);
/* Adds what the flow costs, part by part; a customer that is divided costs its shares. */
void tx_flow_cost(const tx_flow *flow, double *cost);

/* An arc that would gain, as pricing found it. */
typedef struct tx_entering {
  uint32_t from, to; /* nodes, in the arc's own direction */
  uint32_t bundle, segment;
  size_t entry;
  bool backward; /* flow is to be taken off the arc */
  tx_cost gain;  /* negative reduced cost of the push */
  bool found;
} tx_entering;
/* Where pricing goes on, round the classes and then the CSMs. */
typedef struct tx_pricing {
  size_t at, block;
} tx_pricing;
void tx_flow_price(tx_flow *flow, tx_pricing *pricing, tx_entering *best);
void tx_flow_pivot(tx_flow *flow, const tx_entering *entering);

/* Bound of the core's problem from the flow's prices, whatever they are; sets core->bound, proven and prices. */
triax_status tx_flow_bound(const tx_flow *flow);

/* What the bound sums up. A customer of the load at the CSM: its price, less `points`; the cheapest place of a class,
 * false when it has none; a customer of the class node at its cheapest, or uncovered (generic: of the class, or NULL). */
tx_cost tx_flow_placed(const tx_flow *flow, uint32_t csm, int64_t load, int64_t points);
bool tx_flow_class_cost(const tx_flow *flow, uint32_t q, tx_cost *least);
tx_cost tx_flow_customer_cost(const tx_flow *flow, uint32_t j, uint32_t q, const tx_cost *generic);

/* What the core's assignment costs above the flow's prices, whose bound has been made with `least`. Lists the customers
 * that stand where they should not, by the parts up to points. Returns how many. */
size_t tx_flow_misplaced(const tx_flow *flow, uint32_t *list);
/* How much there is to gain, times scale. */
typedef struct tx_promise {
  const tx_flow *flow;
  tx_cost *of;       /* per CSM, and last for the uncovered */
  uint64_t *version; /* of the core's lists, when that was added up; UINT64_MAX: never */
} tx_promise;
bool tx_promise_init(tx_promise *promise, const tx_flow *flow, tx_arena *arena);
/* As things are now. */
void tx_promise_update(tx_promise *promise);

/* Gives the flow's CSMs other prices. */
void tx_flow_set_prices(tx_flow *flow, const tx_books_price *price);

/* Places the customers listed (uncovered now, load > 0) by rounding their relaxation, solved again and again for those
 * left over. Some may stay uncovered. The list is used up. */
typedef struct tx_dive_options {
  uint32_t *customers;
  size_t count;
  const uint32_t *csms; /* that may take them; NULL: all */
  size_t csm_count;
  bool bound; /* sets the core's bound on the way */
  const tx_flow *start; /* a relaxation of the same core, whose tree the first one starts from; NULL: none */
  bool vary;  /* rounds with some chance, so that the same customers are not placed the same way twice */
  uint64_t budget;
} tx_dive_options;
triax_status tx_dive(tx_core *core, int64_t scale, const tx_dive_options *options);
/* All customers with a load, with the bound. */
triax_status tx_dive_all(tx_core *core, int64_t scale, uint64_t budget);
#endif
