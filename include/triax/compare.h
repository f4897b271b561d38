/**
 * @file compare.h
 * @brief Two plans side by side: what if (two policies, one company), what happened (one policy, two days), or a plan
 * against the present books; every account that differs, with its cause.
 */
#ifndef TRIAX_COMPARE_H
#define TRIAX_COMPARE_H

#include <triax/plan.h>

TRIAX_BEGIN_DECLS

/** @brief A comparison. Immutable and reference-counted. @since 0.1 */
typedef struct triax_comparison triax_comparison;

/**
 * @brief Options of a comparison. Zero means default.
 * @since 0.1
 */
typedef struct triax_comparison_options {
  size_t struct_size;     /**< sizeof(triax_comparison_options) of the caller */
  int32_t without_causes; /**< 1: counts and sums alone, for millions of accounts; the accounts carry no causes */
  int32_t reserved;       /**< 0 */
} triax_comparison_options;

/** Default options, for initialisation. @since 0.1 */
#define TRIAX_COMPARISON_OPTIONS_INIT {sizeof(triax_comparison_options), 0, 0}

/** @brief Sets options to their defaults. @since 0.1 */
TRIAX_API void triax_comparison_options_init(triax_comparison_options *options);

/**
 * @brief Compares two plans, account by account (by key).
 *
 * Customers, columns, segments, bands, CSMs and scores that only one plan has are handled: they are new or gone.
 * @param context where memory comes from; its threads are used and its progress is told
 * @param before the plan to start from; kept alive. NULL: the present books, that is the columns that the policy of
 *        `after` names as segmentation.previous and allocation.owner: the dry run of a policy before it is adopted
 * @param after the plan to arrive at; kept alive
 * @param options NULL for defaults
 * @param[out] comparison new, to be given back with triax_comparison_unref()
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL (currencies differ; no present books in the data), #TRIAX_ECANCELED, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_comparison_new(triax_context *context, triax_plan *before, triax_plan *after,
                                            const triax_comparison_options *options, triax_comparison **comparison,
                                            triax_error *error);
/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_comparison *triax_comparison_ref(triax_comparison *comparison);
/** @brief Gives a reference back; frees at the last. Thread-safe. @since 0.1 */
TRIAX_API void triax_comparison_unref(triax_comparison *comparison);

/** One row per account that differs, is new or gone: both sides of each result, and the cause in words. @since 0.1 */
#define TRIAX_COMPARISON_ACCOUNTS 1
/** One row per account, result that differs and cause: a chain from the value before to the value after. @since 0.1 */
#define TRIAX_COMPARISON_CAUSES 2
/** One row per account and metric of a score that differs: the difference of its contribution, split exactly over
 * data, missing values, freshness, rule, scale, weights and limits. @since 0.1 */
#define TRIAX_COMPARISON_METRICS 3
/** The segments side by side. @since 0.1 */
#define TRIAX_COMPARISON_SEGMENTS 4
/** The bands of health side by side. @since 0.1 */
#define TRIAX_COMPARISON_BANDS 5
/** The CSMs side by side. @since 0.1 */
#define TRIAX_COMPARISON_CSMS 6
/** Pools and roles side by side: capacity, what is uncovered, whom to hire. @since 0.1 */
#define TRIAX_COMPARISON_POOLS 7
/** One row per pair of segments that accounts went from and to. @since 0.1 */
#define TRIAX_COMPARISON_FLOWS 8
/** The forecasts side by side, where both plans have one. @since 0.1 */
#define TRIAX_COMPARISON_FORECAST 9
/** Headcount as forecast, side by side. @since 0.1 */
#define TRIAX_COMPARISON_HEADCOUNT 10

/**
 * @brief A comparison's table; belongs to the comparison (take a reference to keep it longer).
 * @return NULL when this comparison has no such table
 * @since 0.1
 */
TRIAX_API triax_table *triax_comparison_table(const triax_comparison *comparison, int32_t which);
/** @brief The word for a table, such as "accounts"; NULL for numbers not listed. @since 0.1 */
TRIAX_API const char *triax_comparison_table_name(int32_t which);
/**
 * @brief The comparison in figures: counts, money, health, hours, headcount and moves side by side, and how many
 * differences each cause made. Belongs to the comparison.
 * @since 0.1
 */
TRIAX_API const triax_document *triax_comparison_summary(const triax_comparison *comparison);

TRIAX_END_DECLS

#endif
