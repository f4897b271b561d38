/* Reading documents: from outside by triax_node, from inside by index. */
#include "base/number.h"
#include "base/text.h"
#include "document/document.h"

static const tx_node *node_at(const triax_document *document, triax_node node) {
  return document && node < document->count ? &document->nodes[node] : NULL;
}

static triax_node outward(uint32_t node) { return node == TX_NO_NODE ? TRIAX_NO_NODE : node; }

int32_t triax_document_kind(const triax_document *document, triax_node node) {
  const tx_node *at = node_at(document, node);
  return at ? at->kind : TRIAX_KIND_NONE;
}

triax_text triax_document_key(const triax_document *document, triax_node node) {
  const tx_node *at = node_at(document, node);
  return at ? at->key : (triax_text){NULL, 0};
}

uint64_t triax_document_count(const triax_document *document, triax_node node) {
  const tx_node *at = node_at(document, node);
  return at ? at->count : 0;
}

triax_node triax_document_first(const triax_document *document, triax_node node) {
  const tx_node *at = node_at(document, node);
  return at ? outward(at->first) : TRIAX_NO_NODE;
}

triax_node triax_document_next(const triax_document *document, triax_node node) {
  const tx_node *at = node_at(document, node);
  return at ? outward(at->next) : TRIAX_NO_NODE;
}

triax_node triax_document_find(const triax_document *document, triax_node node, triax_text key) {
  const tx_node *at = node_at(document, node);
  if (!at || at->kind != TRIAX_KIND_MAP || !key.bytes) return TRIAX_NO_NODE;
  for (uint32_t child = at->first; child != TX_NO_NODE; child = document->nodes[child].next) {
    if (tx_text_equal(document->nodes[child].key, key)) return child;
  }
  return TRIAX_NO_NODE;
}

triax_text triax_document_as_text(const triax_document *document, triax_node node) {
  const tx_node *at = node_at(document, node);
  return at ? at->text : (triax_text){NULL, 0};
}

double triax_document_as_number(const triax_document *document, triax_node node) {
  const tx_node *at = node_at(document, node);
  return at && at->kind == TRIAX_KIND_NUMBER ? at->number : 0;
}

int32_t triax_document_as_boolean(const triax_document *document, triax_node node) {
  const tx_node *at = node_at(document, node);
  return at && at->kind == TRIAX_KIND_BOOLEAN && at->number != 0;
}

uint32_t tx_document_child(const triax_document *document, uint32_t node, const char *key) {
  triax_node child = triax_document_find(document, node, triax_text_of(key));
  return child == TRIAX_NO_NODE ? TX_NO_NODE : (uint32_t)child;
}

static void write_step(const triax_document *document, uint32_t node, tx_writer *writer) {
  const tx_node *at = &document->nodes[node];
  const tx_node *parent = &document->nodes[at->parent];
  if (parent->kind == TRIAX_KIND_MAP) {
    if (at->parent != 0) tx_write_c(writer, ".");
    tx_write(writer, at->key);
    return;
  }
  char buffer[TX_NUMBER_SIZE];
  size_t length = tx_format_int64(at->place, buffer);
  tx_write_c(writer, "[");
  tx_write(writer, (triax_text){buffer, length});
  tx_write_c(writer, "]");
}

size_t tx_document_path(const triax_document *document, uint32_t node, char *buffer, size_t size) {
  tx_writer writer = {buffer, size, 0};
  uint32_t steps[TRIAX_DOCUMENT_DEPTH + 1];
  size_t depth = 0;
  if (size) buffer[0] = '\0';
  if (!document || node >= document->count) return 0;
  for (uint32_t at = node; at != 0 && depth <= TRIAX_DOCUMENT_DEPTH; at = document->nodes[at].parent) {
    steps[depth++] = at;
  }
  while (depth > 0) write_step(document, steps[--depth], &writer);
  return writer.length;
}
