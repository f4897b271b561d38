/**
 * @file health.h
 * @brief Score models that work alone, without a policy.
 */
#ifndef TRIAX_HEALTH_H
#define TRIAX_HEALTH_H

#include <triax/customers.h>

TRIAX_BEGIN_DECLS

/** @brief A score model. Immutable and reference-counted. @since 0.1 */
typedef struct triax_health triax_health;

/**
 * @brief Makes a score model of a document whose root is what a policy has under `health:`.
 * @return #TRIAX_OK, #TRIAX_EPOLICY, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_health_new(triax_context *context, const triax_document *document,
                                        triax_health **health, triax_messages *messages, triax_error *error);
/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_health *triax_health_ref(triax_health *health);
/** @brief Gives a reference back; frees at the last. Thread-safe. @since 0.1 */
TRIAX_API void triax_health_unref(triax_health *health);

/**
 * @brief Options of triax_health_score(). Zero means default.
 * @since 0.1
 */
typedef struct triax_health_options {
  size_t struct_size; /**< sizeof(triax_health_options) of the caller */
  int32_t as_of;      /**< the day that freshness and days_since() count from, in days since 1970 */
  int32_t has_as_of;  /**< 1 when as_of is given */
  int32_t parts;      /**< 1: also each metric's points, freshness, weight, contribution and points lost */
  int32_t reserved;   /**< 0 */
} triax_health_options;

/** Default options, for initialisation. @since 0.1 */
#define TRIAX_HEALTH_OPTIONS_INIT {sizeof(triax_health_options), 0, 0, 0, 0}

/** @brief Sets options to their defaults. @since 0.1 */
TRIAX_API void triax_health_options_init(triax_health_options *options);

/**
 * @brief Scores every row.
 * @param health the model
 * @param customers the rows
 * @param options NULL for defaults
 * @param[out] scores columns health (0–100, missing below min_coverage), band, coverage (0–1), limit (the reason of
 *             the last limit that bit); with options->parts also METRIC.points, METRIC.freshness, METRIC.weight,
 *             METRIC.contribution, METRIC.lost for each metric
 * @param messages NULL, or receives every fault
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK, #TRIAX_EPOLICY (columns do not fit), #TRIAX_EINVAL, #TRIAX_ECANCELED, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_health_score(const triax_health *health, const triax_customers *customers,
                                          const triax_health_options *options, triax_table **scores,
                                          triax_messages *messages, triax_error *error);

TRIAX_END_DECLS

#endif
