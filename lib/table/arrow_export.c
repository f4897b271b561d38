/* Tables as Arrow record batches and streams.
 *
 * All structures of one export lie in one arena, which a counted owner holds: each structure that is alive holds one
 * reference, so children may be moved out and released on their own, after their parents and on any thread. Values
 * are not copied where the layouts agree: the owner keeps the table. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "table/table.h"

typedef struct owner {
  triax_context *context;
  tx_count count;
  tx_arena arena;
  triax_table *table; /* NULL for schemas */
} owner;

static owner *owner_new(triax_context *context, triax_table *table) {
  owner *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return NULL;
  made->context = triax_context_ref(context);
  made->table = triax_table_ref(table);
  tx_count_init(&made->count);
  tx_arena_init(&made->arena, context);
  return made;
}

static void owner_unref(owner *held) {
  if (!tx_count_unref(&held->count)) return;
  triax_context *context = held->context;
  tx_arena_free(&held->arena);
  triax_table_unref(held->table);
  tx_free(context, held, sizeof *held);
  triax_context_unref(context);
}

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release) schema->children[i]->release(schema->children[i]);
  }
  if (schema->dictionary && schema->dictionary->release) schema->dictionary->release(schema->dictionary);
  owner *held = schema->private_data;
  schema->release = NULL;
  owner_unref(held);
}

static void release_array(struct ArrowArray *array) {
  for (int64_t i = 0; i < array->n_children; i++) {
    if (array->children[i]->release) array->children[i]->release(array->children[i]);
  }
  if (array->dictionary && array->dictionary->release) array->dictionary->release(array->dictionary);
  owner *held = array->private_data;
  array->release = NULL;
  owner_unref(held);
}

/* Makes a structure live: from here on its release gives back one reference of the owner. */
static void set_schema(owner *held, struct ArrowSchema *schema, const char *format, const char *name, int64_t flags) {
  memset(schema, 0, sizeof *schema);
  schema->format = format;
  schema->name = name;
  schema->flags = flags;
  schema->release = release_schema;
  schema->private_data = held;
  tx_count_ref(&held->count);
}

static struct ArrowSchema *new_schema(owner *held, const char *format, const char *name) {
  struct ArrowSchema *made = tx_arena_alloc(&held->arena, sizeof *made);
  if (made) set_schema(held, made, format, name, ARROW_FLAG_NULLABLE);
  return made;
}

/* Room for children; NULL when memory is short. */
static void **new_children(owner *held, size_t count) { return tx_arena_calloc(&held->arena, count, sizeof(void *)); }

/* How large the texts of a strings column are, written out row by row. */
static void list_sizes(const tx_column *column, uint64_t *items, uint64_t *bytes) {
  *items = *bytes = 0;
  for (size_t row = 0; row < column->rows; row++) {
    if (!tx_column_has(column, row)) continue;
    uint32_t list = tx_column_code(column, row);
    for (uint64_t i = column->lists->offsets[list]; i < column->lists->offsets[list + 1]; i++) {
      (*items)++;
      *bytes += tx_dictionary_text(column->dictionary, column->lists->items[i]).length;
    }
  }
}

static bool is_text(int32_t type) { return type == TRIAX_TYPE_STRING || type == TRIAX_TYPE_TEXT; }

/* Whether texts and lists need offsets of 64 bits. */
typedef struct large {
  bool texts, lists;
} large;

static large large_of(const tx_column *column) {
  uint64_t items = 0, bytes = 0;
  if (is_text(column->type)) bytes = column->dictionary->offsets[column->dictionary->size];
  if (column->type == TRIAX_TYPE_STRINGS) list_sizes(column, &items, &bytes);
  return (large){bytes > INT32_MAX, items > INT32_MAX};
}

static const char *format_of(const tx_column *column, large needs) {
  switch (column->type) {
  case TRIAX_TYPE_INTEGER:
    return "l";
  case TRIAX_TYPE_BOOLEAN:
    return "b";
  case TRIAX_TYPE_STRING:
  case TRIAX_TYPE_TEXT:
    return "i";
  case TRIAX_TYPE_STRINGS:
    return needs.lists ? "+L" : "+l";
  case TRIAX_TYPE_DATE:
    return "tdD";
  case TRIAX_TYPE_TIMESTAMP:
    return "tsu:UTC";
  default:
    return "g";
  }
}

static struct ArrowSchema *column_schema(owner *held, const tx_table_field *field) {
  large needs = large_of(field->column);
  const char *name = tx_arena_copy(&held->arena, field->name.bytes, field->name.length);
  struct ArrowSchema *made = name ? new_schema(held, format_of(field->column, needs), name) : NULL;
  if (!made) return NULL;
  const char *texts = needs.texts ? "U" : "u";
  if (is_text(field->column->type)) made->dictionary = new_schema(held, texts, "");
  if (field->column->type != TRIAX_TYPE_STRINGS) return is_text(field->column->type) && !made->dictionary ? NULL : made;
  made->children = (struct ArrowSchema **)new_children(held, 1);
  struct ArrowSchema *item = made->children ? new_schema(held, texts, "item") : NULL;
  if (!item) return NULL;
  made->children[0] = item;
  made->n_children = 1;
  return made;
}

static bool fill_schema(owner *held, const triax_table *table, struct ArrowSchema *root) {
  root->children = (struct ArrowSchema **)new_children(held, table->columns);
  if (!root->children) return false;
  for (size_t i = 0; i < table->columns; i++) {
    root->children[i] = column_schema(held, &table->fields[i]);
    if (!root->children[i]) return false;
  }
  root->n_children = (int64_t)table->columns;
  return true;
}

static triax_status export_schema(const triax_table *table, struct ArrowSchema *schema, triax_error *error) {
  owner *held = owner_new(table->context, NULL);
  if (!held) return tx_no_memory(error);
  struct ArrowSchema root;
  set_schema(held, &root, "+s", "", 0);
  if (!fill_schema(held, table, &root)) {
    /* References of half-made children die with the arena. */
    tx_count_init(&held->count);
    owner_unref(held);
    return tx_no_memory(error);
  }
  *schema = root;
  owner_unref(held);
  return TRIAX_OK;
}

/* Makes an array live with room for its buffers. */
static bool set_array(owner *held, struct ArrowArray *array, size_t length, size_t missing, int64_t buffers) {
  memset(array, 0, sizeof *array);
  array->buffers = (const void **)new_children(held, (size_t)buffers);
  if (!array->buffers) return false;
  array->length = (int64_t)length;
  array->null_count = (int64_t)missing;
  array->n_buffers = buffers;
  array->release = release_array;
  array->private_data = held;
  tx_count_ref(&held->count);
  return true;
}

static struct ArrowArray *new_array(owner *held, size_t length, size_t missing, int64_t buffers) {
  struct ArrowArray *made = tx_arena_alloc(&held->arena, sizeof *made);
  return made && set_array(held, made, length, missing, buffers) ? made : NULL;
}

/* Bits as bytes, lowest first, whatever the machine's order; NULL when memory is short. */
static const void *bits_as_bytes(owner *held, const uint64_t *words, size_t bits) {
  unsigned char *bytes = tx_arena_calloc(&held->arena, tx_words(bits) + 1, sizeof *words);
  for (size_t i = 0; bytes && i < tx_words(bits); i++) {
    for (unsigned k = 0; k < 8; k++) bytes[i * 8 + k] = (unsigned char)(words[i] >> (8 * k));
  }
  return bytes;
}

static void put_offset(void *offsets, size_t i, uint64_t value, bool wide) {
  if (wide) {
    ((int64_t *)offsets)[i] = (int64_t)value;
  } else {
    ((int32_t *)offsets)[i] = (int32_t)value;
  }
}

static void *new_offsets(owner *held, uint64_t count, bool wide) {
  return tx_arena_calloc(&held->arena, (size_t)count + 1, wide ? sizeof(int64_t) : sizeof(int32_t));
}

/* The dictionary as an array of texts. */
static struct ArrowArray *dictionary_array(owner *held, const tx_dictionary *dictionary, bool wide) {
  struct ArrowArray *made = new_array(held, dictionary->size, 0, 3);
  void *offsets = made ? new_offsets(held, dictionary->size, wide) : NULL;
  if (!offsets) return NULL;
  for (size_t i = 0; i <= dictionary->size; i++) put_offset(offsets, i, dictionary->offsets[i], wide);
  made->buffers[1] = offsets;
  made->buffers[2] = dictionary->bytes;
  return made;
}

static bool fill_text(owner *held, const tx_column *column, large needs, struct ArrowArray *array) {
  int32_t *codes = tx_arena_alloc(&held->arena, (column->rows + 1) * sizeof *codes);
  if (!codes) return false;
  for (size_t row = 0; row < column->rows; row++) codes[row] = (int32_t)tx_column_code(column, row);
  array->buffers[1] = codes;
  array->dictionary = dictionary_array(held, column->dictionary, needs.texts);
  return array->dictionary != NULL;
}

/* Writes every row's list out. */
static bool fill_lists(owner *held, const tx_column *column, large needs, struct ArrowArray *array) {
  uint64_t items, bytes;
  list_sizes(column, &items, &bytes);
  void *lists = new_offsets(held, column->rows, needs.lists), *texts = new_offsets(held, items, needs.texts);
  char *data = tx_arena_alloc(&held->arena, (size_t)bytes + 1);
  struct ArrowArray *child = new_array(held, (size_t)items, 0, 3);
  array->children = (struct ArrowArray **)new_children(held, 1);
  if (!lists || !texts || !data || !child || !array->children) return false;
  array->buffers[1] = lists;
  array->children[0] = child;
  array->n_children = 1;
  child->buffers[1] = texts;
  child->buffers[2] = data;
  size_t item = 0, end = 0;
  for (size_t row = 0; row < column->rows; row++) {
    uint32_t list = tx_column_code(column, row);
    uint64_t stop = tx_column_has(column, row) ? column->lists->offsets[list + 1] : 0;
    for (uint64_t i = stop ? column->lists->offsets[list] : 0; i < stop; i++) {
      triax_text text = tx_dictionary_text(column->dictionary, column->lists->items[i]);
      memcpy(data + end, text.bytes, text.length);
      end += text.length;
      put_offset(texts, ++item, end, needs.texts);
    }
    put_offset(lists, row + 1, item, needs.lists);
  }
  return true;
}

static struct ArrowArray *column_array(owner *held, const tx_column *column) {
  struct ArrowArray *made = new_array(held, column->rows, column->missing, 2);
  if (!made) return NULL;
  if (column->present) {
    made->buffers[0] = bits_as_bytes(held, column->present, column->rows);
    if (!made->buffers[0]) return NULL;
  }
  large needs = large_of(column);
  bool fine = true;
  if (is_text(column->type)) {
    fine = fill_text(held, column, needs, made);
  } else if (column->type == TRIAX_TYPE_STRINGS) {
    fine = fill_lists(held, column, needs, made);
  } else if (column->type == TRIAX_TYPE_BOOLEAN) {
    made->buffers[1] = bits_as_bytes(held, column->bits, column->rows);
    fine = made->buffers[1] != NULL;
  } else {
    fine = tx_column_make(column);
    made->buffers[1] = column->data;
  }
  return fine ? made : NULL;
}

static bool fill_array(owner *held, const triax_table *table, struct ArrowArray *root) {
  root->children = (struct ArrowArray **)new_children(held, table->columns);
  if (!root->children) return false;
  for (size_t i = 0; i < table->columns; i++) {
    root->children[i] = column_array(held, table->fields[i].column);
    if (!root->children[i]) return false;
  }
  root->n_children = (int64_t)table->columns;
  return true;
}

static triax_status export_array(triax_table *table, struct ArrowArray *array, triax_error *error) {
  owner *held = owner_new(table->context, table);
  if (!held) return tx_no_memory(error);
  struct ArrowArray root;
  if (!set_array(held, &root, table->rows, 0, 1) || !fill_array(held, table, &root)) {
    tx_count_init(&held->count);
    owner_unref(held);
    return tx_no_memory(error);
  }
  *array = root;
  owner_unref(held);
  return TRIAX_OK;
}

triax_status triax_table_to_arrow(triax_table *table, struct ArrowSchema *schema, struct ArrowArray *array,
                                  triax_error *error) {
  if (!table || !schema || !array) return tx_fail(error, TRIAX_EINVAL, "the table, schema or array is NULL");
  struct ArrowSchema made;
  triax_status status = export_schema(table, &made, error);
  if (status) return status;
  status = export_array(table, array, error);
  if (status) {
    made.release(&made);
    return status;
  }
  *schema = made;
  return TRIAX_OK;
}

/* A stream of one batch. */
typedef struct streaming {
  triax_context *context;
  triax_table *table;
  bool given;
  triax_error error;
} streaming;

static int error_number(triax_status status) {
  if (status == TRIAX_OK) return 0;
  return status == TRIAX_ENOMEM ? ENOMEM : EINVAL;
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema) {
  streaming *at = stream->private_data;
  return error_number(export_schema(at->table, schema, &at->error));
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *array) {
  streaming *at = stream->private_data;
  if (at->given) {
    memset(array, 0, sizeof *array);
    return 0;
  }
  triax_status status = export_array(at->table, array, &at->error);
  if (status == TRIAX_OK) at->given = true;
  return error_number(status);
}

static const char *stream_error(struct ArrowArrayStream *stream) {
  streaming *at = stream->private_data;
  return at->error.status ? at->error.message : NULL;
}

static void stream_release(struct ArrowArrayStream *stream) {
  streaming *at = stream->private_data;
  triax_context *context = at->context;
  triax_table_unref(at->table);
  tx_free(context, at, sizeof *at);
  stream->release = NULL;
  triax_context_unref(context);
}

triax_status triax_table_to_arrow_stream(triax_table *table, struct ArrowArrayStream *stream, triax_error *error) {
  if (!table || !stream) return tx_fail(error, TRIAX_EINVAL, "the table or the stream is NULL");
  streaming *made = tx_calloc(table->context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = triax_context_ref(table->context);
  made->table = triax_table_ref(table);
  *stream = (struct ArrowArrayStream){stream_schema, stream_next, stream_error, stream_release, made};
  return TRIAX_OK;
}
