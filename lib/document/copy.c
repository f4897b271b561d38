/* Copies of documents: policies keep their own, so that the caller may free its one. */
#include "document/document.h"

#include <string.h>

static bool copy_text(tx_arena *arena, triax_text *text) {
  if (!text->bytes) return true;
  const char *copy = tx_arena_copy(arena, text->bytes, text->length);
  if (!copy) return false;
  text->bytes = copy;
  return true;
}

static bool copy_source(triax_document *copy, const tx_source *source) {
  triax_text name = triax_text_of(source->name), text = {source->text, source->length};
  if (!copy_text(&copy->arena, &name) || !copy_text(&copy->arena, &text)) return false;
  tx_source made = {.name = name.bytes, .text = text.bytes, .length = text.length};
  size_t count = tx_source_marks(&made, NULL, 0), *marks = tx_arena_calloc(&copy->arena, count, sizeof *marks);
  if (count > 0 && !marks) return false;
  tx_source_marks(&made, marks, count);
  made.marks = marks;
  made.mark_count = count;
  copy->source = made;
  return true;
}

static bool copy_nodes(triax_document *copy, const triax_document *document) {
  void *nodes = copy->nodes;
  bool grown = tx_grow(copy->context, &nodes, &copy->capacity, document->count, sizeof(tx_node));
  copy->nodes = nodes;
  if (!grown) return false;
  memcpy(copy->nodes, document->nodes, document->count * sizeof(tx_node));
  copy->count = document->count;
  for (size_t i = 0; i < copy->count; i++) {
    if (!copy_text(&copy->arena, &copy->nodes[i].key) || !copy_text(&copy->arena, &copy->nodes[i].text)) return false;
  }
  return true;
}

triax_status tx_document_copy(triax_context *context, const triax_document *document, triax_document **copy,
                              triax_error *error) {
  triax_document *made;
  triax_status status = tx_document_status(document, error);
  if (status == TRIAX_OK) status = triax_document_new(context, &made, error);
  if (status != TRIAX_OK) return status;
  if (!copy_nodes(made, document) || !copy_source(made, &document->source)) {
    triax_document_free(made);
    return tx_no_memory(error);
  }
  made->finished = true;
  *copy = made;
  return TRIAX_OK;
}
