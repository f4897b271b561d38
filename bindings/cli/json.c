/* A document as JSON. jansson writes texts; numbers are written here, in their shortest exact form. */
#include <stdlib.h>

#include <jansson.h>

#include "cli.h"

static bool add_json_text(text_buffer *buffer, triax_text text) {
  json_t *value = json_stringn(text.bytes != NULL ? text.bytes : "", text.length);
  char *encoded = value != NULL ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
  if (encoded != NULL) {
    text_add_string(buffer, encoded);
  } else {
    buffer->failed = true;
  }
  free(encoded);
  json_decref(value);
  return !buffer->failed;
}

static void add_indent(text_buffer *buffer, int depth) { text_add_format(buffer, "\n%*s", 2 * depth, ""); }

static void add_node(text_buffer *buffer, const triax_document *document, triax_node node, int depth) {
  int32_t kind = triax_document_kind(document, node);
  triax_text text = triax_document_as_text(document, node);
  if (kind == TRIAX_KIND_MAP || kind == TRIAX_KIND_LIST) {
    bool is_map = kind == TRIAX_KIND_MAP, first = true;
    text_add_string(buffer, is_map ? "{" : "[");
    triax_node child = triax_document_first(document, node);
    for (; child != TRIAX_NO_NODE && !buffer->failed; child = triax_document_next(document, child)) {
      if (!first) text_add(buffer, ",", 1);
      first = false;
      add_indent(buffer, depth + 1);
      if (is_map && add_json_text(buffer, triax_document_key(document, child))) text_add(buffer, ": ", 2);
      add_node(buffer, document, child, depth + 1);
    }
    if (!first) add_indent(buffer, depth);
    text_add_string(buffer, is_map ? "}" : "]");
  } else if (kind == TRIAX_KIND_TEXT) {
    add_json_text(buffer, text);
  } else if (kind == TRIAX_KIND_NUMBER || kind == TRIAX_KIND_BOOLEAN) {
    text_add(buffer, text.bytes, text.length);
  } else {
    text_add_string(buffer, "null");
  }
}

bool json_add_document(text_buffer *buffer, const triax_document *document, triax_node node) {
  add_node(buffer, document, node, 0);
  text_add(buffer, "\n", 1);
  return !buffer->failed;
}
