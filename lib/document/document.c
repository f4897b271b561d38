/* Writing documents: nodes in an array, texts in an arena, the first failure remembered. */
#include "document/document.h"

#include <string.h>

#include "base/context.h"
#include "base/number.h"
#include "base/text.h"

#define NOT_GIVEN ((triax_text){NULL, 0})

triax_status triax_document_new(triax_context *context, triax_document **document, triax_error *error) {
  if (!context || !document) return tx_fail(error, TRIAX_EINVAL, "a document needs a context and a place to go");
  triax_document *made = tx_calloc(context, 1, sizeof *made);
  tx_node *nodes = tx_calloc(context, 16, sizeof *nodes);
  if (!made || !nodes) {
    tx_free(context, made, sizeof *made);
    tx_free_array(context, nodes, 16, sizeof *nodes);
    return tx_no_memory(error);
  }
  made->context = triax_context_ref(context);
  tx_arena_init(&made->arena, context);
  made->nodes = nodes;
  made->capacity = 16;
  made->count = 1;
  made->depth = 1;
  nodes[0].kind = TRIAX_KIND_MAP;
  nodes[0].parent = nodes[0].first = nodes[0].last = nodes[0].next = TX_NO_NODE;
  *document = made;
  return TRIAX_OK;
}

triax_status tx_document_result(triax_context *context, triax_document **document, triax_error *error) {
  triax_status status = triax_document_new(context, document, error);
  if (status == TRIAX_OK) (*document)->is_result = true;
  return status;
}

void triax_document_free(triax_document *document) {
  if (!document) return;
  triax_context *context = document->context;
  tx_arena_free(&document->arena);
  tx_free_array(context, document->nodes, document->capacity, sizeof *document->nodes);
  tx_free(context, document, sizeof *document);
  triax_context_unref(context);
}

/* Remembers a failure, unless an earlier one is remembered already. */
static triax_status remember(triax_document *document, triax_status status, const char *message) {
  if (document->status) return document->status;
  int32_t line = document->place.line, column = document->place.column;
  char path[TRIAX_PATH_SIZE];
  tx_document_path(document, document->open, path, sizeof path);
  if (status == TRIAX_ENOMEM) {
    tx_no_memory(&document->error);
  } else {
    tx_fail_at(&document->error, status, path, line, column, "%s", message);
  }
  document->status = status;
  return status;
}

/* Whether writing may go on: TRIAX_OK, or why not. */
static triax_status may_write(triax_document *document) {
  if (!document || document->finished) return TRIAX_EINVAL;
  return document->status;
}

static bool copy_text(triax_document *document, triax_text text, triax_text *copy) {
  *copy = NOT_GIVEN;
  if (!text.bytes) return true;
  copy->bytes = tx_arena_copy(&document->arena, text.bytes, text.length);
  copy->length = text.length;
  return copy->bytes != NULL;
}

triax_status triax_document_source(triax_document *document, triax_text name, triax_text text) {
  triax_status status = may_write(document);
  if (status) return status;
  if (tx_utf8_check(name) != SIZE_MAX || tx_utf8_check(text) != SIZE_MAX) {
    return remember(document, TRIAX_EPOLICY, "the source or its name is not UTF-8; save the file as UTF-8");
  }
  triax_text own_name, own_text;
  if (!copy_text(document, name, &own_name) || !copy_text(document, text, &own_text)) {
    return remember(document, TRIAX_ENOMEM, "");
  }
  document->source = (tx_source){.name = own_name.bytes, .text = own_text.bytes, .length = own_text.length};
  return TRIAX_OK;
}

triax_status triax_document_place(triax_document *document, int32_t key_line, int32_t key_column, int32_t line,
                                  int32_t column, int32_t exact) {
  triax_status status = may_write(document);
  if (status) return status;
  if (key_line < 0 || key_column < 0 || line < 0 || column < 0) {
    return remember(document, TRIAX_EINVAL, "a place has a line or column below 0");
  }
  document->place.key_line = key_line;
  document->place.key_column = key_column;
  document->place.line = line;
  document->place.column = column;
  document->place.exact = exact != 0;
  return TRIAX_OK;
}

/* Why a node with this key may not be added to what is open, or NULL. */
static const char *key_fault(const triax_document *document, triax_text key) {
  if (document->nodes[document->open].kind == TRIAX_KIND_MAP) {
    if (!key.bytes) return "a value in a map needs a key";
  } else if (key.bytes) {
    return "an item of a list takes no key";
  }
  return NULL;
}

static void link_node(triax_document *document, uint32_t number) {
  tx_node *parent = &document->nodes[document->open];
  if (parent->last == TX_NO_NODE) {
    parent->first = number;
  } else {
    document->nodes[parent->last].next = number;
  }
  parent->last = number;
  document->nodes[number].place = parent->count++;
}

static bool room_for_node(triax_document *document) {
  void *nodes = document->nodes;
  bool grown = tx_grow(document->context, &nodes, &document->capacity, document->count + 1, sizeof(tx_node));
  document->nodes = nodes;
  return grown;
}

/* Adds a node to what is open; its key and value are copied. */
static triax_status add(triax_document *document, triax_text key, int32_t kind, triax_text text, double value) {
  triax_status status = may_write(document);
  if (status) return status;
  const char *fault = key_fault(document, key);
  if (fault) return remember(document, TRIAX_EINVAL, fault);
  if (document->count >= (document->is_result ? TX_NO_NODE : TRIAX_DOCUMENT_NODES)) {
    return remember(document, TRIAX_ELIMIT, "the document has more than 100,000 nodes");
  }
  if (tx_utf8_check(key) != SIZE_MAX) {
    return remember(document, TRIAX_EPOLICY, "a key is not UTF-8 or holds a NUL byte; write the policy as UTF-8");
  }
  if (tx_utf8_check(text) != SIZE_MAX) {
    return remember(document, TRIAX_EPOLICY, "a text is not UTF-8 or holds a NUL byte; write the policy as UTF-8");
  }
  triax_text own_key, own_text;
  if (!room_for_node(document) || !copy_text(document, key, &own_key) || !copy_text(document, text, &own_text)) {
    return remember(document, TRIAX_ENOMEM, "");
  }
  uint32_t number = (uint32_t)document->count++;
  tx_node *node = &document->nodes[number];
  memset(node, 0, sizeof *node);
  node->kind = kind;
  node->key = own_key;
  node->text = own_text;
  node->number = value;
  node->parent = document->open;
  node->first = node->last = node->next = TX_NO_NODE;
  node->key_line = document->place.key_line;
  node->key_column = document->place.key_column;
  node->line = document->place.line;
  node->column = document->place.column;
  node->exact = document->place.exact;
  memset(&document->place, 0, sizeof document->place);
  link_node(document, number);
  return TRIAX_OK;
}

static triax_status open_node(triax_document *document, triax_text key, int32_t kind) {
  triax_status status = may_write(document);
  if (status) return status;
  if (document->depth >= TRIAX_DOCUMENT_DEPTH) {
    return remember(document, TRIAX_ELIMIT, "the document nests deeper than 64 maps and lists");
  }
  status = add(document, key, kind, NOT_GIVEN, 0);
  if (status) return status;
  document->open = (uint32_t)document->count - 1;
  document->depth++;
  return TRIAX_OK;
}

triax_status triax_document_map(triax_document *document, triax_text key) {
  return open_node(document, key, TRIAX_KIND_MAP);
}

triax_status triax_document_list(triax_document *document, triax_text key) {
  return open_node(document, key, TRIAX_KIND_LIST);
}

triax_status triax_document_end(triax_document *document) {
  triax_status status = may_write(document);
  if (status) return status;
  if (document->open == 0) return remember(document, TRIAX_EINVAL, "an end has no map or list to close");
  document->open = document->nodes[document->open].parent;
  document->depth--;
  return TRIAX_OK;
}

triax_status triax_document_text(triax_document *document, triax_text key, triax_text value) {
  triax_status status = may_write(document);
  if (status) return status;
  if (!value.bytes) return remember(document, TRIAX_EINVAL, "a text is not given; add a missing value instead");
  return add(document, key, TRIAX_KIND_TEXT, value, 0);
}

triax_status triax_document_number(triax_document *document, triax_text key, double value) {
  triax_status status = may_write(document);
  if (status) return status;
  if (!(value - value == 0)) return remember(document, TRIAX_EINVAL, "a number is not finite");
  char buffer[TX_NUMBER_SIZE];
  size_t length = tx_format_double(value, buffer);
  return add(document, key, TRIAX_KIND_NUMBER, (triax_text){buffer, length}, value);
}

triax_status triax_document_boolean(triax_document *document, triax_text key, int32_t value) {
  return add(document, key, TRIAX_KIND_BOOLEAN, value ? TX_TEXT("true") : TX_TEXT("false"), value ? 1 : 0);
}

triax_status triax_document_missing(triax_document *document, triax_text key) {
  return add(document, key, TRIAX_KIND_MISSING, NOT_GIVEN, 0);
}

triax_status triax_document_finish(triax_document *document, triax_error *error) {
  if (!document) return tx_fail(error, TRIAX_EINVAL, "the document to finish is NULL");
  if (!document->finished && !document->status) {
    if (document->open != 0) {
      remember(document, TRIAX_EINVAL, "a map or list is still open; close it before the document is finished");
    } else {
      document->finished = true;
    }
  }
  return tx_document_status(document, error);
}

triax_status tx_document_status(const triax_document *document, triax_error *error) {
  if (!document) return tx_fail(error, TRIAX_EINVAL, "the document is NULL");
  if (document->status) {
    if (error) *error = document->error;
    return document->status;
  }
  if (!document->finished) return tx_fail(error, TRIAX_EINVAL, "the document is not finished; call its finish first");
  return TRIAX_OK;
}
