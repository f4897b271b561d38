/**
 * @file assignment.h
 * @brief The generalised assignment problem as such: plain arrays in, an assignment and a proven bound out.
 *
 * Items (customers, jobs, orders) go to agents (CSMs, machines, vans), each to exactly one, so that no agent carries
 * more than its capacity and the sum of costs is least. Loads may differ by agent. Whoever has customers, a team and a
 * policy wants a plan (plan.h); this is for those who have numbers.
 *
 * @code
 * triax_assignment_problem problem = TRIAX_ASSIGNMENT_PROBLEM_INIT;
 * problem.agents = 2, problem.items = 3;
 * problem.cost = cost, problem.load = load, problem.capacity = capacity;
 * triax_assignment_solve(context, &problem, NULL, &assignment, &error);
 * const uint32_t *agent = triax_assignment_agents(assignment, NULL); // of each item
 * @endcode
 *
 * How long it works is decided by the effort, so the same input gives the same bytes everywhere. A host with a
 * deadline lets the context's progress callback ask to stop: that is no failure here, it ends the work, and the best
 * assignment so far comes back with the best bound so far.
 */
#ifndef TRIAX_ASSIGNMENT_H
#define TRIAX_ASSIGNMENT_H

#include <stddef.h>
#include <stdint.h>

#include <triax/base.h>

TRIAX_BEGIN_DECLS

/** An item without an agent. @since 0.1 */
#define TRIAX_ASSIGNMENT_NONE UINT32_MAX

/**
 * @brief A problem: borrowed for the call, never changed. Set struct_size, or use #TRIAX_ASSIGNMENT_PROBLEM_INIT.
 *
 * Sums over all items of the greatest absolute cost, and of the greatest load, and the sum of capacities, must stay
 * within 2^56 and there may be at most 2^31 pairs (#TRIAX_ELIMIT else). A load above the agent's capacity means that
 * the item cannot go there.
 * @since 0.1
 */
typedef struct triax_assignment_problem {
  size_t struct_size;      /**< sizeof(triax_assignment_problem) of the caller */
  size_t agents;           /**< number of agents, may be 0 */
  size_t items;            /**< number of items, may be 0 */
  const int64_t *cost;     /**< agents × items, row by agent: cost[i * items + j]; any sign */
  const int64_t *load;     /**< agents × items, row by agent, at least 0 */
  const int64_t *capacity; /**< per agent, at least 0, in the unit of load */
} triax_assignment_problem;

/** An empty problem, for initialisation. @since 0.1 */
#define TRIAX_ASSIGNMENT_PROBLEM_INIT                                                                                  \
  { sizeof(triax_assignment_problem), 0, 0, 0, 0, 0 }

/**
 * @brief How to solve. Zero means default; set struct_size, or use #TRIAX_ASSIGNMENT_OPTIONS_INIT.
 * @since 0.1
 */
typedef struct triax_assignment_options {
  size_t struct_size; /**< sizeof(triax_assignment_options) of the caller */
  size_t reserved;    /**< 0 */
  double effort; /**< work allowed; 1 is about a second of one core; 0: 1. More than 1e6, negative, NaN: an error */
  uint64_t seed; /**< of the search's choices */
} triax_assignment_options;

/** Default options, for initialisation. @since 0.1 */
#define TRIAX_ASSIGNMENT_OPTIONS_INIT                                                                                  \
  { sizeof(triax_assignment_options), 0, 0, 0 }

/**
 * @brief Sets options to their defaults.
 * @param[out] options struct_size and zeros
 * @since 0.1
 */
TRIAX_API void triax_assignment_options_init(triax_assignment_options *options);

/**
 * @brief An answer. Immutable and reference-counted; any number of threads may read it.
 * @since 0.1
 */
typedef struct triax_assignment triax_assignment;

/**
 * @brief Solves a problem, as well as the effort allows.
 *
 * Never fails for want of capacity: what does not fit stays without an agent, and triax_assignment_message() says
 * which capacity is short by how much.
 * @param context where memory comes from, and whose progress callback may end the work early
 * @param problem the problem
 * @param options NULL for defaults
 * @param[out] assignment the answer; free with triax_assignment_unref()
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK (also when the callback stopped the work: see triax_assignment_summary.stopped), #TRIAX_EINVAL,
 * #TRIAX_ELIMIT or #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_assignment_solve(triax_context *context, const triax_assignment_problem *problem,
                                              const triax_assignment_options *options, triax_assignment **assignment,
                                              triax_error *error);
/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_assignment *triax_assignment_ref(triax_assignment *assignment);
/** @brief Gives a reference back; frees at the last. NULL is allowed. Thread-safe. @since 0.1 */
TRIAX_API void triax_assignment_unref(triax_assignment *assignment);

/** No proof is given: the bound is the sum of each item's cheapest cost. @since 0.1 */
#define TRIAX_ASSIGNMENT_PROOF_NONE 0
/** Prices of capacity: the bound is Σ over items of min (cost + price × load), less Σ price × capacity. @since 0.1 */
#define TRIAX_ASSIGNMENT_PROOF_CAPACITY 1
/** Prices of items: the bound is Σ price, less each agent's best profit within its capacity (a knapsack). @since 0.1 */
#define TRIAX_ASSIGNMENT_PROOF_ITEMS 2

/**
 * @brief What can be checked about the bound: multipliers in whole numbers.
 *
 * With p the price over the scale, any feasible assignment costs at least what the proof's kind says, rounded up.
 * @since 0.1
 */
typedef struct triax_assignment_proof {
  size_t struct_size;   /**< sizeof(triax_assignment_proof) of the caller */
  size_t count;         /**< of prices: agents or items, by kind */
  const int64_t *price; /**< of one unit of each agent's capacity, or of each item; times scale */
  int64_t scale;        /**< at least 1 */
  int64_t bound;        /**< what follows from it: the least cost */
  int32_t kind;         /**< TRIAX_ASSIGNMENT_PROOF_… */
  int32_t reserved;     /**< 0 */
} triax_assignment_proof;

/**
 * @brief An answer in figures.
 * @since 0.1
 */
typedef struct triax_assignment_figures {
  size_t struct_size; /**< sizeof(triax_assignment_figures), set by the caller */
  size_t uncovered;   /**< items without an agent */
  int64_t cost;       /**< of the items that have an agent */
  int64_t bound;      /**< no assignment of all items within capacity costs less; INT64_MAX: there is none */
  int64_t missing;    /**< capacity short in all, in the nearest assignment of all items that was found */
  uint64_t work;      /**< done, in units of its own; the same on every machine unless stopped */
  int32_t optimal;    /**< 1: every item has an agent and cost = bound */
  int32_t stopped;    /**< 1: the progress callback ended the work */
} triax_assignment_figures;

/**
 * @brief The answer in figures.
 * @param assignment the answer
 * @param[in,out] figures struct_size set by the caller; fields it does not have are left out
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK or #TRIAX_EINVAL
 * @since 0.1
 */
TRIAX_API triax_status triax_assignment_summary(const triax_assignment *assignment, triax_assignment_figures *figures,
                                                triax_error *error);
/**
 * @brief Each item's agent, or #TRIAX_ASSIGNMENT_NONE. Loads never pass a capacity.
 * @param assignment the answer, to which the array belongs
 * @param[out] count number of items, or NULL
 * @since 0.1
 */
TRIAX_API const uint32_t *triax_assignment_agents(const triax_assignment *assignment, size_t *count);
/**
 * @brief Each agent's load.
 * @param assignment the answer, to which the array belongs
 * @param[out] count number of agents, or NULL
 * @since 0.1
 */
TRIAX_API const int64_t *triax_assignment_loads(const triax_assignment *assignment, size_t *count);
/**
 * @brief By how much each agent's capacity is short in the nearest assignment of all items; all 0 when all have one.
 * @param assignment the answer, to which the array belongs
 * @param[out] count number of agents, or NULL
 * @since 0.1
 */
TRIAX_API const int64_t *triax_assignment_missing(const triax_assignment *assignment, size_t *count);
/**
 * @brief The answer as one sentence: how good it is, or what is short and by how much.
 * @return NUL-terminated; belongs to the answer
 * @since 0.1
 */
TRIAX_API const char *triax_assignment_message(const triax_assignment *assignment);
/**
 * @brief The proof of the bound that can be checked; it may lag behind figures.bound, which search may have raised.
 * @param assignment the answer, to which the prices belong
 * @param[in,out] proof struct_size set by the caller
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK or #TRIAX_EINVAL
 * @since 0.1
 */
TRIAX_API triax_status triax_assignment_prove(const triax_assignment *assignment, triax_assignment_proof *proof,
                                              triax_error *error);

/**
 * @brief What a check found.
 * @since 0.1
 */
typedef struct triax_assignment_found {
  size_t struct_size; /**< sizeof(triax_assignment_found), set by the caller */
  size_t uncovered;   /**< items without an agent */
  size_t over;        /**< agents that carry more than their capacity */
  int64_t cost;       /**< of the items that have an agent */
  int64_t bound;      /**< that the proof's prices give, whatever proof.bound says; INT64_MIN without a proof */
  int64_t excess;     /**< load over capacity in all */
} triax_assignment_found;

/**
 * @brief Recomputes cost, loads and bound from the problem alone; shares no code with the solver.
 *
 * Prices cannot make the bound wrong, only weak: any prices of capacity at least 0, and any prices of items, give one.
 * Checking a proof of kind #TRIAX_ASSIGNMENT_PROOF_ITEMS takes time and memory in proportion to the capacities, after
 * division by the loads' common divisor: over 2^24 in one agent is #TRIAX_ELIMIT.
 * @param context where memory comes from
 * @param problem the problem
 * @param agents each item's agent, problem->items of them, or #TRIAX_ASSIGNMENT_NONE
 * @param proof NULL, or the proof to check
 * @param[in,out] found struct_size set by the caller
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK when the check could be made, whatever it found; #TRIAX_EINVAL, #TRIAX_ELIMIT, #TRIAX_ENOMEM or
 * #TRIAX_ECANCELED
 * @since 0.1
 */
TRIAX_API triax_status triax_assignment_check(triax_context *context, const triax_assignment_problem *problem,
                                              const uint32_t *agents, const triax_assignment_proof *proof,
                                              triax_assignment_found *found, triax_error *error);

TRIAX_END_DECLS

#endif
