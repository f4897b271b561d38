#include <string.h>

#include "base/context.h"
#include "base/error_private.h"
#include "base/memory.h"

/* One message: its texts lie one after the other in `block`, each with its NUL. */
typedef struct item {
  int32_t level, line, column;
  triax_status status;
  char *block;
  size_t block_size;
  size_t code, path, message; /* offsets in the block; the full text is at 0 */
} item;

struct triax_messages {
  triax_context *context;
  item *items;
  size_t count, capacity;
};

triax_status triax_messages_new(triax_context *context, triax_messages **messages, triax_error *error) {
  if (context == NULL || messages == NULL) {
    return tx_fail(error, TRIAX_EINVAL, "triax_messages_new: %s is NULL", context == NULL ? "context" : "messages");
  }
  triax_messages *made = tx_calloc(context, 1, sizeof *made);
  if (made == NULL) {
    return tx_no_memory(error);
  }
  made->context = triax_context_ref(context);
  *messages = made;
  return TRIAX_OK;
}

void triax_messages_free(triax_messages *messages) {
  if (messages == NULL) {
    return;
  }
  triax_context *context = messages->context;
  for (size_t i = 0; i < messages->count; i++) {
    tx_free(context, messages->items[i].block, messages->items[i].block_size);
  }
  tx_free_array(context, messages->items, messages->capacity, sizeof *messages->items);
  tx_free(context, messages, sizeof *messages);
  triax_context_unref(context);
}

static const char *level_name(int32_t level) {
  return level == TRIAX_LEVEL_ERROR ? "error" : level == TRIAX_LEVEL_WARNING ? "warning" : "note";
}

static const char *or_empty(const char *string) { return string == NULL ? "" : string; }

static void write_hint_after(tx_writer *writer, const char *hint) {
  if (hint != NULL) {
    tx_write(writer, TX_TEXT("; "));
    tx_write_c(writer, hint);
  }
}

static void write_whole(tx_writer *writer, const tx_source *source, const tx_finding *finding, const char *message) {
  tx_write_place(writer, source == NULL ? NULL : source->name, finding->line, finding->column);
  tx_write_c(writer, level_name(finding->level));
  if (finding->code != NULL) {
    tx_write(writer, TX_TEXT("["));
    tx_write_c(writer, finding->code);
    tx_write(writer, TX_TEXT("]"));
  }
  tx_write(writer, TX_TEXT(": "));
  if (finding->path != NULL && finding->path[0] != '\0') {
    tx_write_c(writer, finding->path);
    tx_write(writer, TX_TEXT(": "));
  }
  tx_write_c(writer, message);
  if (!tx_write_excerpt(writer, source, finding)) {
    write_hint_after(writer, finding->hint);
  }
}

/* Writes all texts of an item, and notes where each begins. With an empty writer it only measures. */
static void write_item(tx_writer *writer, item *into, const tx_source *source, const tx_finding *finding,
                       const char *message) {
  triax_text nul = {"", 1};
  write_whole(writer, source, finding, message);
  tx_write(writer, nul);
  into->code = writer->length;
  tx_write_c(writer, or_empty(finding->code));
  tx_write(writer, nul);
  into->path = writer->length;
  tx_write_c(writer, or_empty(finding->path));
  tx_write(writer, nul);
  into->message = writer->length;
  tx_write_c(writer, message);
  write_hint_after(writer, finding->hint);
  tx_write(writer, nul);
}

bool tx_messages_add(triax_messages *messages, const tx_source *source, const tx_finding *finding,
                     const char *message) {
  if (messages == NULL) {
    return true;
  }
  void *items = messages->items;
  if (!tx_grow(messages->context, &items, &messages->capacity, messages->count + 1, sizeof(item))) {
    return false;
  }
  messages->items = items;
  item made = {.level = finding->level, .line = finding->line, .column = finding->column, .status = finding->status};
  tx_writer writer = {NULL, 0, 0};
  write_item(&writer, &made, source, finding, message);
  made.block_size = writer.length + 1;
  made.block = tx_alloc(messages->context, made.block_size);
  if (made.block == NULL) {
    return false;
  }
  writer = (tx_writer){made.block, made.block_size, 0};
  write_item(&writer, &made, source, finding, message);
  tx_scrub(made.block, writer.length, true);
  messages->items[messages->count++] = made;
  return true;
}

triax_status triax_messages_add(triax_messages *messages, int32_t level, const char *code, const triax_error *fields,
                                triax_text name, triax_text source) {
  if (fields == NULL || level < TRIAX_LEVEL_ERROR || level > TRIAX_LEVEL_NOTE) {
    return TRIAX_EINVAL;
  }
  if (messages == NULL) {
    return TRIAX_OK;
  }
  size_t size = name.bytes == NULL ? 0 : name.length + 1;
  char *own_name = size == 0 ? NULL : tx_alloc(messages->context, size);
  if (size != 0 && own_name == NULL) {
    return TRIAX_ENOMEM;
  }
  if (own_name != NULL) {
    memcpy(own_name, name.bytes, name.length);
    own_name[name.length] = '\0';
  }
  tx_source shown = {.name = own_name, .text = source.bytes, .length = source.length};
  tx_finding finding = {.level = level,
                        .status = fields->status,
                        .code = code,
                        .path = fields->path,
                        .line = fields->line,
                        .column = fields->column,
                        .width = 1};
  bool kept = tx_messages_add(messages, &shown, &finding, fields->message);
  tx_free(messages->context, own_name, size);
  return kept ? TRIAX_OK : TRIAX_ENOMEM;
}

size_t triax_messages_count(const triax_messages *messages) { return messages == NULL ? 0 : messages->count; }

static const item *find(const triax_messages *messages, size_t i) {
  return i < triax_messages_count(messages) ? &messages->items[i] : NULL;
}

int32_t triax_messages_level(const triax_messages *messages, size_t i) {
  const item *found = find(messages, i);
  return found == NULL ? 0 : found->level;
}

const char *triax_messages_code(const triax_messages *messages, size_t i) {
  const item *found = find(messages, i);
  return found == NULL ? "" : found->block + found->code;
}

const char *triax_messages_text(const triax_messages *messages, size_t i) {
  const item *found = find(messages, i);
  return found == NULL ? "" : found->block;
}

int triax_messages_get(const triax_messages *messages, size_t i, triax_error *fields) {
  const item *found = find(messages, i);
  if (found == NULL || fields == NULL) {
    return 0;
  }
  tx_set_error(fields, found->status, found->block + found->path, found->line, found->column);
  tx_writer writer = {fields->message, sizeof fields->message, 0};
  tx_write_c(&writer, found->block + found->message);
  return 1;
}
