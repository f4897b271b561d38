/**
 * @file aggregates.h
 * @brief Judging a set that is too large for one machine in parts, with the same answer as in one piece.
 *
 * Most of a policy looks at one customer at a time. total(), mean(), stddev(), percentile() and the test `top` look at
 * all of them: aggregates are what these came to. They are taken out of plans over parts, merged, and fed into further
 * plans, until nothing is open; then every part is judged as the whole is: segments, health, bands and scores are the
 * same to the byte, whatever the parts are and in whatever order they are merged.
 *
 * @code
 * triax_aggregates *known = NULL;
 * do {
 *   for (each part) {                        // on as many machines as there are
 *     options.aggregates = known;
 *     triax_plan_new(context, policy, part, NULL, &options, &plan, NULL, &error);
 *     triax_plan_aggregates(plan, &found[part], &error);
 *   }
 *   triax_aggregates_merge(context, found, parts, &known, &error);
 * } while (!triax_aggregates_complete(known));
 * // now the plans made with options.aggregates = known are those of the whole
 * @endcode
 *
 * A round settles what needs nothing that is still open: mean(x) in the first, percentile(x - mean(x)) in the second.
 * A `top` takes two rounds, the first to find about where the edge is and the second to find the customer it lies on;
 * one inside a segment waits for the tests of the levels above it.
 *
 * Totals, means, deviations, counts and the edges of `top` are exact. percentile() is exact up to
 * #TRIAX_AGGREGATES_VALUES distinct values; beyond, neighbouring values are taken together, and
 * triax_aggregates_error() says by how much a rank may be off.
 *
 * What a whole-set function is not: allocation and attention look at the books of a part alone. A family must lie
 * within one part. Column types must be the same in all parts: declare them in the policy.
 */
#ifndef TRIAX_AGGREGATES_H
#define TRIAX_AGGREGATES_H

#include <triax/plan.h>

TRIAX_BEGIN_DECLS

/** Distinct values that are kept apart, for each percentile() and `top`. @since 0.1 */
#define TRIAX_AGGREGATES_VALUES 1048576
/** Customers that may lie so near to the edge of a `top` that they must be looked at one by one. @since 0.1 */
#define TRIAX_AGGREGATES_CANDIDATES 4194304

/**
 * @brief Takes out of a plan what its whole-set functions came to: those that were fed into it, and its customers' part
 * of those that can be found now.
 * @param plan the plan
 * @param[out] aggregates new, to be given back with triax_aggregates_unref()
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_ELIMIT (more than #TRIAX_AGGREGATES_CANDIDATES customers tie at an edge),
 *         #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_plan_aggregates(const triax_plan *plan, triax_aggregates **aggregates,
                                             triax_error *error);
/**
 * @brief Merges the aggregates of parts into those of the set that they make up. Merged ones can be merged again.
 * @param context where memory comes from
 * @param parts `count` aggregates of one policy, date and round, in any order; not kept
 * @param count 1 or more
 * @param[out] merged new, to be given back with triax_aggregates_unref()
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL (parts of different policies, dates or rounds), #TRIAX_ELIMIT, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_aggregates_merge(triax_context *context, const triax_aggregates *const *parts,
                                              size_t count, triax_aggregates **merged, triax_error *error);
/** @brief 1 when nothing is left to find: plans fed with these are those of the whole. 0 for NULL. @since 0.1 */
TRIAX_API int32_t triax_aggregates_complete(const triax_aggregates *aggregates);
/**
 * @brief How far a percentile may be from the true one, at most: 0 when all are exact, 0.000002 when a rank may be two
 * in a million off.
 * @since 0.1
 */
TRIAX_API double triax_aggregates_error(const triax_aggregates *aggregates);

/**
 * @brief Writes aggregates as bytes, the same on every machine, to be sent elsewhere.
 * @param aggregates what to write
 * @param buffer room for `size` bytes; NULL when only the length is asked for
 * @param size of the buffer
 * @param[out] length the bytes that it takes
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK; #TRIAX_ELIMIT when the buffer is too small, which leaves it untouched
 * @since 0.1
 */
TRIAX_API triax_status triax_aggregates_write(const triax_aggregates *aggregates, void *buffer, size_t size,
                                              size_t *length, triax_error *error);
/**
 * @brief Reads what triax_aggregates_write() wrote. Anything else is refused; nothing is believed unchecked.
 * What is made is given back with triax_aggregates_unref().
 * @return #TRIAX_OK, #TRIAX_EDATA (no aggregates, damaged, or of a later version), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_aggregates_read(triax_context *context, const void *bytes, size_t length,
                                             triax_aggregates **aggregates, triax_error *error);

/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_aggregates *triax_aggregates_ref(triax_aggregates *aggregates);
/** @brief Gives a reference back; frees at the last. Thread-safe. @since 0.1 */
TRIAX_API void triax_aggregates_unref(triax_aggregates *aggregates);

TRIAX_END_DECLS

#endif
