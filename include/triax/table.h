/**
 * @file table.h
 * @brief Typed columns with missing values: the way in for data and the way out for results.
 *
 * A table is immutable and reference-counted; any number of threads may read
 * it. It is built column by column, row by row, or taken from Arrow (arrow.h).
 */
#ifndef TRIAX_TABLE_H
#define TRIAX_TABLE_H

#include <triax/base.h>

TRIAX_BEGIN_DECLS

/** IEEE double. @since 0.1 */
#define TRIAX_TYPE_NUMBER 1
/** int64. @since 0.1 */
#define TRIAX_TYPE_INTEGER 2
/** Double, in base currency once loaded under a policy. @since 0.1 */
#define TRIAX_TYPE_MONEY 3
/** true or false. @since 0.1 */
#define TRIAX_TYPE_BOOLEAN 4
/** UTF-8 text. @since 0.1 */
#define TRIAX_TYPE_STRING 5
/** A list of strings. @since 0.1 */
#define TRIAX_TYPE_STRINGS 6
/** Days since 1970-01-01. @since 0.1 */
#define TRIAX_TYPE_DATE 7
/** Microseconds since 1970-01-01T00:00:00Z. @since 0.1 */
#define TRIAX_TYPE_TIMESTAMP 8
/**
 * Text as in a CSV file, whose type is settled when customers or team are loaded: by declaration, else by looks (all
 * numbers, dates, timestamps, or true and false; else string; all empty: number). @since 0.1
 */
#define TRIAX_TYPE_TEXT 9

/** @brief The word for a type, as in policy files: "number"; "unknown" for values not listed. @since 0.1 */
TRIAX_API const char *triax_type_name(int32_t type);

/** @brief Columns of equal length. Immutable and reference-counted. @since 0.1 */
typedef struct triax_table triax_table;
/** @brief A table in the making; one thread at a time. @since 0.1 */
typedef struct triax_table_builder triax_table_builder;

/** @brief Makes an empty builder. Free with triax_table_builder_free().
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_table_builder_new(triax_context *context, triax_table_builder **builder,
                                               triax_error *error);
/** @brief Frees a builder that is not needed any more; NULL is allowed. @since 0.1 */
TRIAX_API void triax_table_builder_free(triax_table_builder *builder);
/**
 * @brief Adds a column.
 * @param builder the builder
 * @param name not empty, not yet taken; copied
 * @param type TRIAX_TYPE_…
 * @param[out] column its number, from 0; may be NULL
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_EDATA (duplicate or bad name), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_table_builder_column(triax_table_builder *builder, triax_text name, int32_t type,
                                                  size_t *column, triax_error *error);

/**
 * @brief Appends `count` numbers to a number or money column. Like the calls below it copies what it is given, and one
 * that fails leaves the builder as it was.
 * @param builder the builder
 * @param column its number
 * @param values the numbers
 * @param present one byte a value, 0 for missing; NULL: all present. NaN is missing too.
 * @param count how many
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL (no such column, or of another type), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_table_builder_numbers(triax_table_builder *builder, size_t column, const double *values,
                                                   const uint8_t *present, size_t count, triax_error *error);
/** @brief Appends integers to an integer, date (within int32) or timestamp column.
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_table_builder_integers(triax_table_builder *builder, size_t column, const int64_t *values,
                                                    const uint8_t *present, size_t count, triax_error *error);
/** @brief Appends booleans, one byte each. @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_table_builder_booleans(triax_table_builder *builder, size_t column, const uint8_t *values,
                                                    const uint8_t *present, size_t count, triax_error *error);
/** @brief Appends texts (copied, checked) to a string or text column; "not given" is missing.
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_EDATA (not UTF-8, or with a NUL byte), #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_table_builder_texts(triax_table_builder *builder, size_t column, const triax_text *values,
                                                 size_t count, triax_error *error);
/** @brief Appends one list to a strings column; items NULL with count SIZE_MAX is missing. Duplicates in a list are dropped.
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_EDATA (not UTF-8, or with a NUL byte), #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_table_builder_strings(triax_table_builder *builder, size_t column,
                                                   const triax_text *items, size_t count, triax_error *error);
/**
 * @brief Ends a row: columns that are one value short get a missing value. For building row by row.
 * @return #TRIAX_OK, #TRIAX_EINVAL (a column is more than one value away from the rest), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_table_builder_end_row(triax_table_builder *builder, triax_error *error);
/**
 * @brief Turns the builder into a table and empties it (also when memory is short). All columns must be equally long.
 * @param builder the builder, which may be filled again
 * @param[out] table new, to be given back with triax_table_unref()
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL (unequal columns), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_table_builder_finish(triax_table_builder *builder, triax_table **table,
                                                  triax_error *error);

/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_table *triax_table_ref(triax_table *table);
/** @brief Gives a reference back; frees at the last. Thread-safe. @since 0.1 */
TRIAX_API void triax_table_unref(triax_table *table);
/** @brief Number of rows. @since 0.1 */
TRIAX_API size_t triax_table_rows(const triax_table *table);
/** @brief Number of columns. @since 0.1 */
TRIAX_API size_t triax_table_columns(const triax_table *table);
/** @brief A column's number by name, or SIZE_MAX. @since 0.1 */
TRIAX_API size_t triax_table_find(const triax_table *table, triax_text name);
/** @brief A column's name; belongs to the table. Not given out of range. @since 0.1 */
TRIAX_API triax_text triax_table_name(const triax_table *table, size_t column);
/** @brief A column's type; 0 out of range. @since 0.1 */
TRIAX_API int32_t triax_table_type(const triax_table *table, size_t column);
/** @brief How many values of a column are missing. @since 0.1 */
TRIAX_API size_t triax_table_missing(const triax_table *table, size_t column);
/** @brief Whether a value is there: 1 or 0 (also out of range). @since 0.1 */
TRIAX_API int32_t triax_table_has(const triax_table *table, size_t column, size_t row);
/** @brief Presence as bits, bit i of word i / 64; NULL when nothing is missing. Belongs to the table. @since 0.1 */
TRIAX_API const uint64_t *triax_table_present(const triax_table *table, size_t column);
/** @brief All values of a number or money column, NaN where missing; NULL for other types, and when memory is short for a
 * column of which nothing is there. Belongs to the table. Thread-safe. @since 0.1 */
TRIAX_API const double *triax_table_numbers(const triax_table *table, size_t column);
/** @brief All values of an integer or timestamp column, 0 where missing; NULL for other types. Belongs to
 * the table. @since 0.1 */
TRIAX_API const int64_t *triax_table_integers(const triax_table *table, size_t column);
/** @brief All values of a date column, 0 where missing; NULL for other types. Belongs to the table. @since 0.1 */
TRIAX_API const int32_t *triax_table_dates(const triax_table *table, size_t column);
/** @brief One value of a number, money, integer, boolean (0/1), date or timestamp column as double; NaN if missing. @since 0.1 */
TRIAX_API double triax_table_number(const triax_table *table, size_t column, size_t row);
/** @brief One value of an integer, boolean, date or timestamp column; 0 if missing. @since 0.1 */
TRIAX_API int64_t triax_table_integer(const triax_table *table, size_t column, size_t row);
/** @brief One value of a string or text column; not given if missing. Belongs to the table. @since 0.1 */
TRIAX_API triax_text triax_table_text(const triax_table *table, size_t column, size_t row);
/** @brief How many items the list in a strings column has; 0 if missing. @since 0.1 */
TRIAX_API size_t triax_table_items(const triax_table *table, size_t column, size_t row);
/** @brief Item i of the list in a strings column; not given if there is none. Belongs to the table. @since 0.1 */
TRIAX_API triax_text triax_table_item(const triax_table *table, size_t column, size_t row, size_t i);

TRIAX_END_DECLS

#endif
