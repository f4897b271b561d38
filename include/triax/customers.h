/**
 * @file customers.h
 * @brief Customers: a table loaded under a policy's declarations.
 */
#ifndef TRIAX_CUSTOMERS_H
#define TRIAX_CUSTOMERS_H

#include <triax/policy.h>
#include <triax/table.h>

TRIAX_BEGIN_DECLS

/** Dates as 2026-11-21. @since 0.1 */
#define TRIAX_DATES_ISO 0
/** Dates as day, month, year. @since 0.1 */
#define TRIAX_DATES_DMY 1
/** Dates as month, day, year. @since 0.1 */
#define TRIAX_DATES_MDY 2
/** Dates as year, month, day with any separator. @since 0.1 */
#define TRIAX_DATES_YMD 3

/**
 * @brief How text becomes values when customers or a team are loaded. Zero means default.
 * @since 0.1
 */
typedef struct triax_load_options {
  size_t struct_size;     /**< sizeof(triax_load_options) of the caller */
  int32_t date_order;     /**< TRIAX_DATES_…: how dates in text are written */
  int32_t loose_numbers;  /**< 1: also take $1,200.50, 1.2M, 47 %; the decimal sign must then be known */
  int32_t decimal_sign;   /**< under loose_numbers: '.' or ','; 0: '.' */
  int32_t set_aside;      /**< 1: rows with faults are set aside with their reasons; 0: they are errors */
} triax_load_options;

/** Default options, for initialisation. @since 0.1 */
#define TRIAX_LOAD_OPTIONS_INIT {sizeof(triax_load_options), 0, 0, 0, 0}

/** @brief Sets options to their defaults. @since 0.1 */
TRIAX_API void triax_load_options_init(triax_load_options *options);

/** @brief Customers, ready to be judged. Immutable and reference-counted. @since 0.1 */
typedef struct triax_customers triax_customers;

/**
 * @brief Loads customers: types text, converts money to base currency, fills stand-ins, checks keys.
 * @param context where memory comes from
 * @param policy whose `customers:` and `currency:` apply; NULL: columns take the type that the data has
 * @param table the raw data; a reference is kept where columns are shared
 * @param options NULL for defaults
 * @param[out] customers new, to be given back with triax_customers_unref()
 * @param[out] aside NULL, or with options->set_aside a table of what was set aside: row (1-based), key, column,
 *             value, reason; NULL when nothing was
 * @param messages NULL, or receives every fault (up to 20) and warning
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK, #TRIAX_EDATA, #TRIAX_EINVAL, #TRIAX_ELIMIT (2^32 rows), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_customers_new(triax_context *context, const triax_policy *policy,
                                           const triax_table *table, const triax_load_options *options,
                                           triax_customers **customers, triax_table **aside,
                                           triax_messages *messages, triax_error *error);
/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_customers *triax_customers_ref(triax_customers *customers);
/** @brief Gives a reference back; frees at the last. Thread-safe. @since 0.1 */
TRIAX_API void triax_customers_unref(triax_customers *customers);
/** @brief The loaded, typed columns; belongs to the customers. @since 0.1 */
TRIAX_API triax_table *triax_customers_table(const triax_customers *customers);
/** @brief The row of a key, or SIZE_MAX. Thread-safe. @since 0.1 */
TRIAX_API size_t triax_customers_find(const triax_customers *customers, triax_text key);

TRIAX_END_DECLS

#endif
