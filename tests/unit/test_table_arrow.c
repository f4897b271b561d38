/* Arrow from producers that bend the rules, and arrays that outlive their parents. Real peers are in tests/api. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "fault.h"
#include "table/table.h"

#define T(string) triax_text_of(string)

static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }
static void release_array(struct ArrowArray *array) {
  if (array->private_data) ++*(int *)array->private_data;
  array->release = NULL;
}

/* A record batch of one column "x", all of it on the stack. */
typedef struct batch {
  struct ArrowSchema schema, column_schema, below_schema, *schemas[1], *below_schemas[1];
  struct ArrowArray array, column, below, *arrays[1], *below_arrays[1];
  const void *buffers[1], *column_buffers[4], *below_buffers[3];
  int released;
} batch;

static void begin(batch *b, const char *format, int64_t length, int64_t buffers) {
  memset(b, 0, sizeof *b);
  b->schemas[0] = &b->column_schema;
  b->schema = (struct ArrowSchema){.format = "+s", .n_children = 1, .children = b->schemas, .release = release_schema};
  b->column_schema = (struct ArrowSchema){.format = format, .name = "x", .release = release_schema};
  b->arrays[0] = &b->column;
  b->array = (struct ArrowArray){.length = length,
                                 .n_buffers = 1,
                                 .n_children = 1,
                                 .buffers = b->buffers,
                                 .children = b->arrays,
                                 .release = release_array,
                                 .private_data = &b->released};
  b->column = (struct ArrowArray){
      .length = length, .null_count = -1, .n_buffers = buffers, .buffers = b->column_buffers, .release = release_array};
}

/* Hangs a dictionary or, for lists, a child of texts below the column. */
static void hang(batch *b, bool dictionary, const char *format, int64_t length, const void *data, const void *bytes) {
  b->below_schema = (struct ArrowSchema){.format = format, .name = "item", .release = release_schema};
  b->below_buffers[1] = data;
  b->below_buffers[2] = bytes;
  b->below = (struct ArrowArray){
      .length = length, .n_buffers = bytes ? 3 : 2, .buffers = b->below_buffers, .release = release_array};
  if (dictionary) {
    b->column_schema.dictionary = &b->below_schema;
    b->column.dictionary = &b->below;
  } else {
    b->below_schemas[0] = &b->below_schema;
    b->below_arrays[0] = &b->below;
    b->column_schema.n_children = b->column.n_children = 1;
    b->column_schema.children = b->below_schemas;
    b->column.children = b->below_arrays;
  }
}

/* Imports it; on failure the batch must still be the caller's. */
static triax_status import(batch *b, triax_table **table, triax_error *error) {
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  *table = NULL;
  triax_status status = triax_table_from_arrow(context, &b->schema, &b->array, table, error);
  triax_context_unref(context);
  assert_int_equal(b->schema.release == NULL, status == TRIAX_OK);
  assert_int_equal(b->array.release == NULL, status == TRIAX_OK);
  assert_int_equal(b->released, status == TRIAX_OK);
  assert_int_equal(*table != NULL, status == TRIAX_OK);
  return status;
}

static void refused(batch *b, triax_status expected, const char *part) {
  triax_table *table;
  triax_error error = {0};
  assert_int_equal(import(b, &table, &error), expected);
  if (!strstr(error.message, part)) print_message("got: %s\nwanted: %s\n", error.message, part);
  assert_non_null(strstr(error.message, part));
}

/* It is imported without its column, and says why. */
static void left_out(batch *b, const char *part) {
  triax_table *table;
  assert_int_equal(import(b, &table, NULL), TRIAX_OK);
  assert_int_equal(triax_table_columns(table), 0);
  assert_int_equal(triax_table_rows(table), b->array.length);
  const char *why = tx_table_why_left_out(table, T("X "));
  assert_non_null(why);
  assert_non_null(strstr(why, part));
  assert_null(tx_table_why_left_out(table, T("y")));
  triax_table_unref(table);
}

static const double doubles[] = {1, 2, 3};
static const int32_t offsets[] = {0, 1, 3, 3};

static void numbers(batch *b) {
  begin(b, "g", 3, 2);
  b->column_buffers[1] = doubles;
}

static void texts(batch *b) {
  begin(b, "u", 3, 3);
  b->column_buffers[1] = offsets;
  b->column_buffers[2] = "abc";
}

static void counts_that_are_wrong(void **state) {
  (void)state;
  batch b;
  numbers(&b), b.column.length = -1, refused(&b, TRIAX_EINVAL, "length or offset");
  numbers(&b), b.column.offset = -1, refused(&b, TRIAX_EINVAL, "length or offset");
  numbers(&b), b.column.offset = INT64_MAX, refused(&b, TRIAX_EINVAL, "length or offset");
  numbers(&b), b.array.length = INT64_MAX, refused(&b, TRIAX_EINVAL, "length or offset");
  numbers(&b), b.array.length = 4, refused(&b, TRIAX_EINVAL, "shorter");
  numbers(&b), b.array.offset = 1, refused(&b, TRIAX_EINVAL, "shorter");
  numbers(&b), b.column.null_count = 4, refused(&b, TRIAX_EINVAL, "null count");
  numbers(&b), b.column.null_count = -2, refused(&b, TRIAX_EINVAL, "null count");
  numbers(&b), b.column.null_count = 1, refused(&b, TRIAX_EINVAL, "nulls but no bitmap");
  numbers(&b), b.array.null_count = 1, refused(&b, TRIAX_EINVAL, "nulls but no bitmap");
  numbers(&b), b.column.n_buffers = 1, refused(&b, TRIAX_EINVAL, "number of buffers");
  numbers(&b), b.column.n_buffers = 3, refused(&b, TRIAX_EINVAL, "number of buffers");
  numbers(&b), b.column.buffers = NULL, refused(&b, TRIAX_EINVAL, "no buffers");
  numbers(&b), b.column_buffers[1] = NULL, refused(&b, TRIAX_EINVAL, "no data");
  numbers(&b), b.column.n_children = 1, refused(&b, TRIAX_EINVAL, "children");
  numbers(&b), b.array.n_children = 2, refused(&b, TRIAX_EINVAL, "columns of its schema");
  numbers(&b), b.arrays[0] = NULL, refused(&b, TRIAX_EINVAL, "released");
  numbers(&b), b.column.release = NULL, refused(&b, TRIAX_EINVAL, "released");
  numbers(&b), b.column_schema.release = NULL, refused(&b, TRIAX_EINVAL, "released");
  numbers(&b), b.schemas[0] = NULL, refused(&b, TRIAX_EINVAL, "NULL or released");
  numbers(&b), b.schema.children = NULL, refused(&b, TRIAX_EINVAL, "no children");
}

static void views_with_too_few_buffers(void **state) {
  (void)state;
  batch b;
  const int32_t out_of_bounds[4] = {13, 0, 0, 0}, negative[4] = {-1, 0, 0, 0};
  const int64_t size = 12;
  for (int64_t buffers = -1; buffers < 3; buffers++) {
    begin(&b, "vu", 0, buffers);
    refused(&b, TRIAX_EINVAL, "number of buffers");
  }
  begin(&b, "vu", 1, 3), b.column_buffers[1] = out_of_bounds, refused(&b, TRIAX_EDATA, "outside of its Arrow buffer");
  begin(&b, "vu", 1, 3), b.column_buffers[1] = negative, refused(&b, TRIAX_EDATA, "outside");
  begin(&b, "vu", 1, 4), b.column_buffers[1] = out_of_bounds, b.column_buffers[2] = "twelve bytes";
  refused(&b, TRIAX_EINVAL, "no sizes");
  begin(&b, "vu", 1, 4), b.column_buffers[1] = out_of_bounds, b.column_buffers[2] = "twelve bytes";
  b.column_buffers[3] = &size;
  refused(&b, TRIAX_EDATA, "row 1, column 'x'");
}

static void formats_that_are_wrong(void **state) {
  (void)state;
  static const char *const unknown[] = {"",   "x",   "ts",   "tss",    "tsx:",     "td",     "tdx",
                                        "d:", "d:5", "d:5,", "d:5,2,", "d:5,2,96", "d:5,2x", "d:5,9999999999",
                                        "vz", "+",   "+w:",  "+w:-1",  "+w:2x",    "uu",     "tDs",
                                        "tti"};
  batch b;
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    begin(&b, unknown[i], 0, 2);
    left_out(&b, "which are not taken; convert the column");
  }
  begin(&b, NULL, 0, 2), refused(&b, TRIAX_EINVAL, "no format");
  numbers(&b), b.schema.format = "g", refused(&b, TRIAX_EUNSUPPORTED, "record batches");
  begin(&b, "+l", 0, 2), refused(&b, TRIAX_EINVAL, "not one child");
  begin(&b, "g", 0, 2), hang(&b, true, "u", 0, offsets, "abc"),
      refused(&b, TRIAX_EINVAL, "indices of Arrow format 'g'");
  begin(&b, "i", 0, 2), hang(&b, true, "+l", 0, offsets, NULL), left_out(&b, "it holds dictionaries of");
  begin(&b, "+l", 0, 2), hang(&b, false, "i", 0, offsets, NULL),
      left_out(&b, "it holds lists of Arrow format 'i', and only lists of strings are taken");
  numbers(&b), b.column_schema.name = NULL, refused(&b, TRIAX_EDATA, "column 1 has no name");
  numbers(&b), b.column_schema.name = "\xff", refused(&b, TRIAX_EDATA, "not UTF-8");
}

static void offsets_and_texts_that_are_wrong(void **state) {
  (void)state;
  batch b;
  const int32_t falling[] = {0, 2, 1, 3}, below[] = {-1, 1, 2, 3}, beyond[] = {0, 9, 3, 3};
  texts(&b), b.column_buffers[1] = falling, refused(&b, TRIAX_EDATA, "row 2, column 'x': the text lies outside");
  texts(&b), b.column_buffers[1] = below, refused(&b, TRIAX_EDATA, "row 1");
  texts(&b), b.column_buffers[1] = beyond, refused(&b, TRIAX_EDATA, "row 1");
  texts(&b), b.column_buffers[2] = NULL, refused(&b, TRIAX_EDATA, "row 1");
  texts(&b),
      b.column_buffers[2] = "a\xff"
                            "b",
      refused(&b, TRIAX_EDATA, "row 2, column 'x': the text is not UTF-8");
  begin(&b, "+l", 3, 2), b.column_buffers[1] = beyond, hang(&b, false, "u", 3, offsets, "abc");
  refused(&b, TRIAX_EDATA, "row 1, column 'x': the list lies outside");
  begin(&b, "+vl", 3, 3), b.column_buffers[1] = offsets, b.column_buffers[2] = beyond;
  hang(&b, false, "u", 3, offsets, "abc"), refused(&b, TRIAX_EDATA, "row 2");
  begin(&b, "+w:2", 3, 1), hang(&b, false, "u", 3, offsets, "abc"), refused(&b, TRIAX_EDATA, "row 2");
  begin(&b, "i", 3, 2), b.column_buffers[1] = offsets, hang(&b, true, "u", 3, offsets, "abc");
  refused(&b, TRIAX_EDATA, "row 3, column 'x': the index is not in its Arrow dictionary");
  begin(&b, "I", 3, 2), b.column_buffers[1] = below, hang(&b, true, "g", 3, doubles, NULL);
  refused(&b, TRIAX_EDATA, "row 1, column 'x': the index");
}

static void empty_arrays_need_no_buffers(void **state) {
  (void)state;
  static const char *const formats[] = {"b", "c", "g", "u", "U", "vu", "d:5,2", "tdD", "tsn:", "+l", "+vl"};
  const int64_t buffers[] = {2, 2, 2, 3, 3, 3, 2, 2, 2, 2, 3};
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    batch b;
    triax_table *table;
    begin(&b, formats[i], 0, buffers[i]);
    if (formats[i][0] == '+') hang(&b, false, "u", 0, NULL, NULL), b.below.n_buffers = 3;
    b.array.offset = b.column.offset = 0;
    assert_int_equal(import(&b, &table, NULL), TRIAX_OK);
    assert_int_equal(triax_table_rows(table), 0);
    triax_table_unref(table);
    begin(&b, formats[i], 0, buffers[i]);
    if (formats[i][0] == '+') hang(&b, false, "u", 0, NULL, NULL), b.below.n_buffers = 3;
    b.column.offset = 5; /* no rows, but not at the start */
    assert_int_equal(import(&b, &table, NULL), TRIAX_OK);
    triax_table_unref(table);
  }
}

static void what_producers_may_do(void **state) {
  (void)state;
  batch b;
  triax_table *table;
  numbers(&b); /* null_count -1 without bitmap */
  assert_int_equal(import(&b, &table, NULL), TRIAX_OK);
  assert_int_equal(triax_table_missing(table, 0), 0);
  triax_table_unref(table);

  unsigned char crooked[1 + sizeof doubles]; /* data off every alignment */
  memcpy(crooked + 1, doubles, sizeof doubles);
  numbers(&b), b.column_buffers[1] = crooked + 1;
  assert_int_equal(import(&b, &table, NULL), TRIAX_OK);
  assert_true(triax_table_number(table, 0, 2) == 3);
  triax_table_unref(table);

  const unsigned char second = 2, rows = 6; /* bitmaps: of the struct, rows 1 and 2; of the column, value 1 */
  numbers(&b);
  b.array.offset = 1, b.array.length = 2, b.array.null_count = -1, b.buffers[0] = &rows;
  b.column_buffers[0] = &second;
  assert_int_equal(import(&b, &table, NULL), TRIAX_OK);
  assert_int_equal(triax_table_rows(table), 2);
  assert_true(triax_table_number(table, 0, 0) == 2);
  assert_int_equal(triax_table_has(table, 0, 1), 0);
  triax_table_unref(table);

  begin(&b, "n", 3, 1); /* some send a buffer with nulls */
  assert_int_equal(import(&b, &table, NULL), TRIAX_OK);
  assert_int_equal(triax_table_missing(table, 0), 3);
  triax_table_unref(table);

  const int32_t nothing[] = {0, 0, 0, 0}; /* empty texts without bytes */
  texts(&b), b.column_buffers[1] = nothing, b.column_buffers[2] = NULL;
  assert_int_equal(import(&b, &table, NULL), TRIAX_OK);
  assert_int_equal(triax_table_missing(table, 0), 0);
  assert_int_equal(triax_table_text(table, 0, 2).length, 0);
  triax_table_unref(table);

  const uint16_t halves[] = {0x3c00, 0xc000, 0x7c00, 0x7e00, 0x0001, 0x8000}; /* 1 -2 inf nan 2^-24 -0 */
  begin(&b, "e", 6, 2), b.column_buffers[1] = halves;
  assert_int_equal(import(&b, &table, NULL), TRIAX_OK);
  assert_true(triax_table_number(table, 0, 0) == 1 && triax_table_number(table, 0, 1) == -2);
  assert_true(isinf(triax_table_number(table, 0, 2)) && !triax_table_has(table, 0, 3));
  assert_true(triax_table_number(table, 0, 4) == 0x1p-24 && signbit(triax_table_number(table, 0, 5)));
  triax_table_unref(table);
}

static void null_arguments_are_refused(void **state) {
  (void)state;
  batch b;
  triax_table *table = NULL;
  triax_context *context = NULL;
  struct ArrowArrayStream stream = {0};
  triax_context_new(NULL, &context, NULL);
  numbers(&b);
  assert_int_equal(triax_table_from_arrow(NULL, &b.schema, &b.array, &table, NULL), TRIAX_EINVAL);
  assert_int_equal(triax_table_from_arrow(context, NULL, &b.array, &table, NULL), TRIAX_EINVAL);
  assert_int_equal(triax_table_from_arrow(context, &b.schema, &b.array, NULL, NULL), TRIAX_EINVAL);
  b.array.release = NULL;
  assert_int_equal(triax_table_from_arrow(context, &b.schema, &b.array, &table, NULL), TRIAX_EINVAL);
  assert_int_equal(triax_table_from_arrow_stream(context, &stream, &table, NULL), TRIAX_EINVAL);
  assert_int_equal(triax_table_from_arrow_stream(context, NULL, &table, NULL), TRIAX_EINVAL);
  assert_int_equal(triax_table_to_arrow(NULL, &b.schema, &b.array, NULL), TRIAX_EINVAL);
  assert_int_equal(triax_table_to_arrow_stream(NULL, &stream, NULL), TRIAX_EINVAL);
  triax_context_unref(context);
}

/* A table of every type with a missing value in its second row. */
static triax_status every_type(triax_context *context, triax_table **table) {
  triax_table_builder *builder = NULL;
  const double numbers_of[] = {1.5, (double)NAN};
  const int64_t integers[] = {7, 8};
  const uint8_t booleans[] = {1, 0}, present[] = {1, 0};
  const triax_text strings[] = {T("x"), T(NULL)}, items[] = {T("a"), T("b")};
  triax_status status = triax_table_builder_new(context, &builder, NULL);
  for (int32_t type = TRIAX_TYPE_NUMBER; !status && type <= TRIAX_TYPE_TEXT; type++) {
    size_t i;
    status = triax_table_builder_column(builder, T(triax_type_name(type)), type, &i, NULL);
    if (status) break;
    switch (type) {
    case TRIAX_TYPE_NUMBER:
    case TRIAX_TYPE_MONEY:
      status = triax_table_builder_numbers(builder, i, numbers_of, NULL, 2, NULL);
      break;
    case TRIAX_TYPE_BOOLEAN:
      status = triax_table_builder_booleans(builder, i, booleans, present, 2, NULL);
      break;
    case TRIAX_TYPE_STRING:
    case TRIAX_TYPE_TEXT:
      status = triax_table_builder_texts(builder, i, strings, 2, NULL);
      break;
    case TRIAX_TYPE_STRINGS:
      status = triax_table_builder_strings(builder, i, items, 2, NULL);
      if (!status) status = triax_table_builder_strings(builder, i, NULL, SIZE_MAX, NULL);
      break;
    default:
      status = triax_table_builder_integers(builder, i, integers, present, 2, NULL);
      break;
    }
  }
  if (!status) status = triax_table_builder_finish(builder, table, NULL);
  triax_table_builder_free(builder);
  return status;
}

static void children_may_be_moved_and_released_in_any_order(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  triax_table *table = NULL;
  struct ArrowSchema schema, moved_schema;
  struct ArrowArray array, strings, item, dictionary;
  assert_int_equal(every_type(context, &table), TRIAX_OK);
  assert_int_equal(triax_table_to_arrow(table, &schema, &array, NULL), TRIAX_OK);
  triax_table_unref(table);
  triax_context_unref(context);
  assert_string_equal(schema.children[2]->format, "g");
  assert_string_equal(schema.children[7]->format, "tsu:UTC");
  assert_int_equal(array.children[4]->null_count, 1);
  moved_schema = *schema.children[5];
  schema.children[5]->release = NULL;
  strings = *array.children[5];
  array.children[5]->release = NULL;
  dictionary = *array.children[4]->dictionary;
  array.children[4]->dictionary->release = NULL;
  array.children[0]->release(array.children[0]); /* on its own, before the parent */
  assert_null(array.children[0]->release);
  array.release(&array);
  schema.release(&schema);
  assert_null(array.release);
  assert_string_equal(moved_schema.format, "+l");
  assert_string_equal(moved_schema.children[0]->format, "u");
  moved_schema.release(&moved_schema);
  item = *strings.children[0];
  strings.children[0]->release = NULL;
  strings.release(&strings);
  assert_int_equal(item.length, 2);
  assert_memory_equal(item.buffers[2], "ab", 2);
  item.release(&item);
  assert_true(allocator.live_blocks > 0);
  assert_memory_equal(dictionary.buffers[2], "x", 1);
  dictionary.release(&dictionary);
  assert_int_equal(allocator.live_blocks, 0);
}

static void streams_give_one_batch(void **state) {
  (void)state;
  fault_allocator allocator = {.countdown = FAULT_NEVER};
  triax_context *context = fault_context(&allocator);
  triax_table *table = NULL;
  struct ArrowArrayStream stream;
  struct ArrowSchema schema;
  struct ArrowArray array, none;
  assert_int_equal(every_type(context, &table), TRIAX_OK);
  assert_int_equal(triax_table_to_arrow_stream(table, &stream, NULL), TRIAX_OK);
  triax_table_unref(table);
  triax_context_unref(context);
  assert_int_equal(stream.get_schema(&stream, &schema), 0);
  assert_null(stream.get_last_error(&stream));
  allocator.countdown = 0;
  assert_int_not_equal(stream.get_next(&stream, &array), 0);
  assert_non_null(stream.get_last_error(&stream));
  allocator.countdown = FAULT_NEVER;
  assert_int_equal(stream.get_next(&stream, &array), 0);
  assert_int_equal(array.length, 2);
  assert_int_equal(stream.get_next(&stream, &none), 0);
  assert_null(none.release);
  stream.release(&stream);
  assert_null(stream.release);
  array.release(&array);
  schema.release(&schema);
  assert_int_equal(allocator.live_blocks, 0);
}

static triax_status there_and_back(triax_context *context, void *user) {
  (void)user;
  triax_table *table = NULL, *back = NULL;
  struct ArrowSchema schema = {0};
  struct ArrowArray array = {0};
  triax_status status = every_type(context, &table);
  if (!status) status = triax_table_to_arrow(table, &schema, &array, NULL);
  if (!status) status = triax_table_from_arrow(context, &schema, &array, &back, NULL);
  if (!status) {
    assert_int_equal(triax_table_type(back, 1), TRIAX_TYPE_NUMBER);
    assert_true(triax_table_number(back, 1, 0) == 7);
    assert_true(tx_text_equal_c(triax_table_text(back, 8, 0), "x"));
    assert_int_equal(triax_table_items(back, 5, 0), 2);
    for (size_t i = 0; i < 9; i++) assert_int_equal(triax_table_has(back, i, 1), 0);
  }
  if (schema.release) schema.release(&schema);
  if (array.release) array.release(&array);
  triax_table_unref(table);
  triax_table_unref(back);
  return status;
}

static int columns_released;
static void release_column(struct ArrowArray *array) {
  columns_released++;
  array->release = NULL;
}

/* Imports a batch of three doubles; whether the table's values are the producer's own. */
static bool taken_as_it_lies(batch *b) {
  triax_table *table;
  b->column.release = release_column;
  columns_released = 0;
  const void *lie = (const double *)b->column_buffers[1] + b->column.offset + b->array.offset;
  assert_int_equal(import(b, &table, NULL), TRIAX_OK);
  bool taken = triax_table_numbers(table, 0) == lie;
  assert_int_equal(columns_released,
                   0); /* by its owner: the column, or the batch, whose release here looks no further */
  assert_int_equal(b->column.release == NULL, taken);
  for (size_t row = 0; row < triax_table_rows(table); row++) {
    double value = ((const double *)lie)[row];
    assert_true(isnan(value) ? !triax_table_has(table, 0, row) : triax_table_number(table, 0, row) == value);
  }
  triax_table *further = triax_table_ref(table);
  triax_table_unref(table);
  assert_int_equal(columns_released, 0);
  triax_table_unref(further);
  assert_int_equal(columns_released, taken);
  return taken;
}

static void what_lies_as_ours_is_taken_without_a_copy(void **state) {
  (void)state;
  batch b;
  numbers(&b), assert_true(taken_as_it_lies(&b));
  numbers(&b), b.column.offset = 1, b.column.length = b.array.length = 2, assert_true(taken_as_it_lies(&b));
  numbers(&b), b.array.offset = 1, b.array.length = 2, assert_true(taken_as_it_lies(&b));
  numbers(&b), b.column.null_count = 0, assert_true(taken_as_it_lies(&b));
  /* A missing value has its own mark in a column, and rows without alignment are not ours to read. */
  const double holes[] = {1, NAN, 3};
  numbers(&b), b.column_buffers[1] = holes, assert_false(taken_as_it_lies(&b));
  const unsigned char all[] = {7};
  numbers(&b), b.column_buffers[0] = all, assert_false(taken_as_it_lies(&b));
  numbers(&b), b.buffers[0] = all, b.array.null_count = -1, assert_false(taken_as_it_lies(&b));
}

static void what_is_not_aligned_is_copied(void **state) {
  (void)state;
  _Alignas(8) char bytes[1 + sizeof doubles];
  memcpy(bytes + 1, doubles, sizeof doubles);
  batch b;
  triax_table *table;
  numbers(&b), b.column_buffers[1] = bytes + 1;
  assert_int_equal(import(&b, &table, NULL), TRIAX_OK);
  assert_non_null(b.column.release);
  for (size_t row = 0; row < 3; row++) assert_true(triax_table_number(table, 0, row) == doubles[row]);
  triax_table_unref(table);
}

static triax_status take_dates_and_times(triax_context *context, void *user) {
  (void)user;
  static const int32_t days[] = {20000, -1, 0};
  static const int64_t times[] = {1, 2, 3};
  const struct {
    const char *format;
    const void *data;
  } kinds[] = {{"tdD", days}, {"tsu:UTC", times}, {"g", doubles}};
  for (size_t i = 0; i < 3; i++) {
    batch b;
    triax_table *table = NULL;
    begin(&b, kinds[i].format, 3, 2);
    b.column_buffers[1] = kinds[i].data;
    b.column.release = release_column;
    columns_released = 0;
    triax_status status = triax_table_from_arrow(context, &b.schema, &b.array, &table, NULL);
    assert_int_equal(b.column.release == NULL, status == TRIAX_OK); /* on failure everything is still the caller's */
    if (status) return status;
    const void *taken = i == 0   ? (const void *)triax_table_dates(table, 0)
                        : i == 1 ? (const void *)triax_table_integers(table, 0)
                                 : (const void *)triax_table_numbers(table, 0);
    assert_ptr_equal(taken, kinds[i].data);
    triax_table_unref(table);
    assert_int_equal(columns_released, 1);
  }
  return TRIAX_OK;
}

static void memory_may_fail_while_taking(void **state) {
  (void)state;
  assert_true(fault_run(take_dates_and_times, NULL) > 15);
}

/* Columns id, "key" as text, and one of a kind that is not taken; then loaded, where nobody or somebody reads it. */
static triax_status load_beside_structs(triax_context *context, void *user) {
  const triax_text *wanted = user;
  batch b;
  struct ArrowSchema odd_schema = {.format = "+s", .name = "extra", .release = release_schema};
  struct ArrowArray odd = {.length = 3, .release = release_array};
  struct ArrowSchema *schemas[] = {&odd_schema, NULL};
  struct ArrowArray *arrays[] = {&odd, NULL};
  triax_table *table = NULL, *loaded = NULL;
  texts(&b);
  b.column_schema.name = "id";
  b.array.length = 2; /* the third text is empty */
  schemas[1] = &b.column_schema, arrays[1] = &b.column;
  b.schema.children = schemas, b.array.children = arrays;
  b.schema.n_children = b.array.n_children = 2;
  triax_status status = triax_table_from_arrow(context, &b.schema, &b.array, &table, NULL);
  if (status) return status;
  assert_int_equal(triax_table_columns(table), 1);
  tx_schema schema = {.what = "customers", .wanted = wanted, .wanted_count = wanted ? 1 : 0};
  tx_report report;
  tx_report_init(&report, context, NULL, NULL, NULL);
  status = tx_table_load(context, table, &schema, NULL, &loaded, NULL, &report);
  tx_report_finish(&report);
  triax_table_unref(table);
  if (status) return status;
  assert_non_null(tx_table_why_left_out(loaded, T("extra")));
  triax_table_unref(loaded);
  return TRIAX_OK;
}

static void a_kind_not_taken_counts_only_where_it_is_read(void **state) {
  (void)state;
  static const char bytes[] = "abc";
  triax_text wanted = T("extra"), other = {bytes, 3};
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  assert_int_equal(load_beside_structs(context, NULL), TRIAX_OK);
  assert_int_equal(load_beside_structs(context, &wanted), TRIAX_EDATA);
  assert_int_equal(load_beside_structs(context, &other), TRIAX_EDATA); /* the data never had it */
  triax_context_unref(context);
  assert_true(fault_run(load_beside_structs, NULL) > 15);
}

static void memory_may_fail_and_hosts_may_cancel_anywhere(void **state) {
  (void)state;
  assert_true(fault_run(there_and_back, NULL) > 60);
  assert_int_equal(fault_cancel_run(there_and_back, NULL), 9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_that_are_wrong),
      cmocka_unit_test(views_with_too_few_buffers),
      cmocka_unit_test(formats_that_are_wrong),
      cmocka_unit_test(offsets_and_texts_that_are_wrong),
      cmocka_unit_test(empty_arrays_need_no_buffers),
      cmocka_unit_test(what_producers_may_do),
      cmocka_unit_test(null_arguments_are_refused),
      cmocka_unit_test(children_may_be_moved_and_released_in_any_order),
      cmocka_unit_test(what_lies_as_ours_is_taken_without_a_copy),
      cmocka_unit_test(what_is_not_aligned_is_copied),
      cmocka_unit_test(memory_may_fail_while_taking),
      cmocka_unit_test(a_kind_not_taken_counts_only_where_it_is_read),
      cmocka_unit_test(streams_give_one_batch),
      cmocka_unit_test(memory_may_fail_and_hosts_may_cancel_anywhere),
  };
  return cmocka_run_group_tests_name("table_arrow", tests, NULL, NULL);
}
