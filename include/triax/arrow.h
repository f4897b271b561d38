/**
 * @file arrow.h
 * @brief Tables through the Arrow C data interface, both ways.
 *
 * The structures are those of the Arrow specification, under its guards. The
 * producer is trusted as any code in the process is: its buffers carry no
 * lengths. What can be checked (formats, counts, offsets, indices, UTF-8) is.
 */
#ifndef TRIAX_ARROW_H
#define TRIAX_ARROW_H

#include <triax/table.h>

TRIAX_BEGIN_DECLS

/** @cond */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif
/** @endcond */

/**
 * @brief Makes a table of a record batch (a struct array).
 *
 * Takes: null, booleans, integers and floats of every width, decimals (as numbers), dates, timestamps of every unit,
 * UTF-8 strings (plain, large, view), lists of strings (plain, large, view), dictionaries of strings or numbers, with
 * offsets and validity at every level. Numbers of every width become `number` columns; only a 64-bit column with a
 * value beyond 2^53, which a double would round, becomes `integer`, and beyond int64 is an error. Missing items of lists
 * are left out. Nanoseconds are rounded down to microseconds.
 *
 * A column of another kind (structs, maps, binary, durations, lists of numbers …) is left out, which the log notes. It is
 * an error, which says why, once a policy, an expression or the library itself would read it.
 *
 * Values are copied, but for columns that lie as the table's own do: doubles (without NaN), days and microseconds, aligned,
 * without missing values, in one batch. Their arrays are moved into the table and released with its last reference, on
 * whatever thread that is.
 * @param context where the table's memory comes from
 * @param schema,array moved from on success (release is NULL then); on failure they still belong to the caller
 * @param[out] table the new table
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EUNSUPPORTED (no record batch), #TRIAX_EDATA, #TRIAX_EINVAL, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_table_from_arrow(triax_context *context, struct ArrowSchema *schema,
                                              struct ArrowArray *array, triax_table **table, triax_error *error);
/**
 * @brief As triax_table_from_arrow() for all batches of a stream.
 * @param context where the table's memory comes from
 * @param stream moved from on success (release is NULL then); on failure it still belongs to the caller, read in part
 * @param[out] table the new table
 * @param error NULL, or receives the reason
 * @return as triax_table_from_arrow(); #TRIAX_EDATA also when the stream fails, with what it says
 * @since 0.1
 */
TRIAX_API triax_status triax_table_from_arrow_stream(triax_context *context, struct ArrowArrayStream *stream,
                                                     triax_table **table, triax_error *error);
/**
 * @brief Gives a table as a record batch. The batch keeps the table alive until it is released, on any thread.
 *
 * number and money become `g`, integer `l`, boolean `b`, string and text a dictionary of `u` with int32 indices,
 * strings `+l` of `u`, date `tdD`, timestamp `tsu:UTC`; `U` and `+L` only where 2 GiB of text or 2^31 items are passed.
 * @param table the table; a reference is kept
 * @param[out] schema,array the batch, to be released by whoever has it in the end; untouched on failure
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL (an argument is NULL), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_table_to_arrow(triax_table *table, struct ArrowSchema *schema, struct ArrowArray *array,
                                            triax_error *error);
/**
 * @brief Gives a table as a stream of one batch.
 * @param table the table; a reference is kept
 * @param[out] stream to be released by whoever has it in the end; untouched on failure
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL (an argument is NULL), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_table_to_arrow_stream(triax_table *table, struct ArrowArrayStream *stream,
                                                   triax_error *error);

TRIAX_END_DECLS

#endif
