/**
 * @file health.h
 * @brief Score models that work alone, without a policy; how well a score foretold what came; and learning one.
 */
#ifndef TRIAX_HEALTH_H
#define TRIAX_HEALTH_H

#include <triax/customers.h>

TRIAX_BEGIN_DECLS

/** @brief A score model. Immutable and reference-counted. @since 0.1 */
typedef struct triax_health triax_health;

/**
 * @brief Makes a score model of a document whose root is what a policy has under `health:`. Give it back with
 * triax_health_unref(); the document is not needed afterwards.
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
 * @param[out] scores new (triax_table_unref()): columns health (0–100, missing below min_coverage), band, coverage
 *             (0–1), limit (the reason of the last limit that bit); with options->parts also METRIC.points,
 *             METRIC.freshness, METRIC.weight, METRIC.contribution, METRIC.lost for each metric
 * @param messages NULL, or receives every fault
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK, #TRIAX_EPOLICY (columns do not fit), #TRIAX_EINVAL, #TRIAX_ECANCELED, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_health_score(const triax_health *health, const triax_customers *customers,
                                          const triax_health_options *options, triax_table **scores,
                                          triax_messages *messages, triax_error *error);

/* --- back-test -------------------------------------------------------------------------------------------------- */

/**
 * @brief Options of triax_health_backtest(). Zero means default; `outcome` is needed.
 * @since 0.1
 */
typedef struct triax_backtest_options {
  size_t struct_size; /**< sizeof(triax_backtest_options) of the caller */
  triax_text outcome; /**< the column that says what came: 0 or 1, true or false, yes or no, churned or kept. Where it is
                           missing the row is left out */
  triax_text score;   /**< one of the policy's scores; not given: health */
  int32_t as_of;      /**< as in a plan, in days since 1970 */
  int32_t has_as_of;  /**< 1 when as_of is given */
} triax_backtest_options;

/** Default options, for initialisation. @since 0.1 */
#define TRIAX_BACKTEST_OPTIONS_INIT {sizeof(triax_backtest_options), {0, 0}, {0, 0}, 0, 0}

/** @brief Sets options to their defaults. @since 0.1 */
TRIAX_API void triax_backtest_options_init(triax_backtest_options *options);

/**
 * @brief How well a policy's health (or one of its scores) foretold what came.
 *
 * Outcomes are of the time after the data: data that know the outcome already make any score look good. Low health
 * stands for churn, a high score for its outcome. Rows without an outcome, or without a score, are left out and counted.
 *
 * The report is a map: `score`, `outcome`, `rows`, `outcomes`, `rate` (value, low, high: Wilson's 95 % interval), `auc`
 * (value, low, high: DeLong's), `lift` (top tenth), `ks`, `brier` and `log_loss` (of a `calibration`; else missing),
 * `bands` (customers, outcomes and their rate with its interval in each band, and the mean chance by the calibration),
 * `separates` (true: the interval of the AUC lies above 0.5) and `verdict`, one sentence. A score that does not
 * separate is a warning too.
 * @param context where memory comes from; its threads are used and its progress is told
 * @param policy with `health`, or the score that is asked for
 * @param customers loaded under this policy
 * @param options needed, for the outcome
 * @param[out] report a new document, to be freed with triax_document_free()
 * @param messages NULL, or receives every fault and warning
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK, #TRIAX_EPOLICY (no such score, columns that do not fit), #TRIAX_ENOTFOUND (no such column),
 *         #TRIAX_EDATA (values that are no outcome, or only one outcome), #TRIAX_EINVAL, #TRIAX_ECANCELED, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_health_backtest(triax_context *context, const triax_policy *policy,
                                             const triax_customers *customers, const triax_backtest_options *options,
                                             triax_document **report, triax_messages *messages, triax_error *error);

/* --- fit -------------------------------------------------------------------------------------------------------- */

/** Additive effects: lines of numbers, categories, missing values, and tables of a few pairs. @since 0.1 */
#define TRIAX_FIT_ADDITIVE 0
/** Plain logistic regression by Newton's method: one coefficient a column, categories against the most frequent. @since 0.1 */
#define TRIAX_FIT_LOGISTIC 1

/**
 * @brief Options of triax_health_fit(). Zero means default; `outcome` is needed.
 *
 * Lists of names are arrays that are read during the call.
 * @since 0.1
 */
typedef struct triax_fit_options {
  size_t struct_size;        /**< sizeof(triax_fit_options) of the caller */
  triax_text outcome;        /**< as in triax_backtest_options */
  triax_text score;          /**< the name of a score of `scores:` to be learnt; not given: health, which is the higher
                                  the less likely the outcome. A score is the higher the more likely */
  triax_text folds;          /**< a column whose values say which fold a row is in; not given: five folds by key */
  const triax_text *metrics; /**< columns to learn from; NULL: every number, boolean and string column but the key, the
                                  outcome and the folds */
  size_t metric_count;       /**< how many */
  const triax_text *leaks;   /**< columns that know the outcome: never used */
  size_t leak_count;         /**< how many */
  const triax_text *rising;  /**< number columns of which more may only be better: points never fall with them */
  size_t rising_count;       /**< how many */
  const triax_text *falling; /**< number columns of which more may only be worse */
  size_t falling_count;      /**< how many */
  double ridge;              /**< #TRIAX_FIT_LOGISTIC: strength of the penalty on squared coefficients of standardised
                                  columns (1 is scikit-learn's C = 1); 0: none */
  int32_t method;            /**< TRIAX_FIT_… */
  int32_t pairs;             /**< most interactions; 0: twelve, negative: none */
  int32_t force;             /**< 1: learn at `stage: startup` and `growth`, and from thinner history, too */
  int32_t reserved;          /**< 0 */
} triax_fit_options;

/** Default options, for initialisation. @since 0.1 */
#define TRIAX_FIT_OPTIONS_INIT {sizeof(triax_fit_options), {0, 0}, {0, 0}, {0, 0}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

/** @brief Sets options to their defaults. @since 0.1 */
TRIAX_API void triax_fit_options_init(triax_fit_options *options);

/** @brief What was learnt. Immutable and reference-counted. @since 0.1 */
typedef struct triax_fit triax_fit;

/**
 * @brief Learns a policy's health (or a score) from what came.
 *
 * Everything that is told about how well the model holds is measured on folds that were not learnt from. Rows whose
 * outcome is missing are left out. History that is too thin is refused with the numbers: ten outcomes of each kind are
 * wanted for each free parameter; penalties are raised, and the report says so, where a smaller model does, and fewer
 * than ten of either kind are refused (with `force`: fewer than two). Where the columns say nothing about the outcome
 * the call succeeds, there is no section, and the report says so.
 *
 * Deterministic: the same on any machine and any number of threads.
 * @param context where memory comes from; its threads are used and its progress is told
 * @param policy that names the key
 * @param customers loaded under this policy
 * @param options needed, for the outcome
 * @param[out] fit what was learnt, to be given back with triax_fit_unref()
 * @param messages NULL, or receives every fault, warning (a metric that alone tells the outcomes apart may know them)
 *                 and note (columns that are not used, and why)
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK, #TRIAX_EDATA (history too thin, values that are no outcome, stage), #TRIAX_ENOTFOUND (no such
 *         column), #TRIAX_ELIMIT (more than 300 columns), #TRIAX_EINVAL, #TRIAX_ECANCELED, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_health_fit(triax_context *context, const triax_policy *policy,
                                        const triax_customers *customers, const triax_fit_options *options,
                                        triax_fit **fit, triax_messages *messages, triax_error *error);
/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_fit *triax_fit_ref(triax_fit *fit);
/** @brief Gives a reference back; frees at the last. Thread-safe. @since 0.1 */
TRIAX_API void triax_fit_unref(triax_fit *fit);
/**
 * @brief What a policy has under `health:` (or under the score's name), in the policy's own words. Belongs to the fit.
 * @return NULL where there was nothing to learn
 * @since 0.1
 */
TRIAX_API const triax_document *triax_fit_section(const triax_fit *fit);
/**
 * @brief How the fit went, as a map: `outcome`, `rows`, `outcomes`, `rate`, `learnt` (false: nothing to learn),
 * `verdict`, `out_of_sample` (auc with its interval, brier, log_loss, lift, ks: means over the folds), `folds`,
 * `parameters`, `points` (the AUC of the written score and of the model, on all rows), `metrics`. Belongs to the fit.
 * @since 0.1
 */
TRIAX_API const triax_document *triax_fit_report(const triax_fit *fit);

/** One row per customer: key, outcome, fold, chance (out of sample; missing without an outcome), score. @since 0.1 */
#define TRIAX_FIT_PREDICTIONS 1
/** One row per metric that was looked at: weight, the AUC of it alone, missing values, whether it is used. @since 0.1 */
#define TRIAX_FIT_METRICS 2
/** #TRIAX_FIT_LOGISTIC: one row per coefficient: name, its value on all rows (`all`) and by fold (`fold 0` …). @since 0.1 */
#define TRIAX_FIT_COEFFICIENTS 3

/** @brief A fit's table; belongs to the fit. @return NULL where there is none @since 0.1 */
TRIAX_API triax_table *triax_fit_table(const triax_fit *fit, int32_t which);
/** @brief The word for a table, such as "predictions"; NULL for numbers not listed. @since 0.1 */
TRIAX_API const char *triax_fit_table_name(int32_t which);

TRIAX_END_DECLS

#endif
