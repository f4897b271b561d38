/* Fingerprints: which policy, and which expression of it, the same on every machine. */
#include <string.h>

#include "aggregates/aggregates.h"
#include "base/text.h"
#include "document/document.h"

static uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
  hash = (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
  return hash ^ hash >> 32;
}

static uint64_t mix_number(uint64_t hash, double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return mix(hash, bits);
}

static uint64_t mix_text(uint64_t hash, triax_text text) {
  return mix(mix(hash, text.bytes != NULL), text.bytes ? tx_text_hash(text) : 0);
}

uint64_t tx_policy_fingerprint(const triax_policy *policy) {
  const triax_document *document = policy->document;
  uint64_t hash = 1;
  for (size_t i = 0; document && i < document->count; i++) {
    const tx_node *node = &document->nodes[i];
    hash = mix(hash, (uint64_t)node->kind);
    hash = mix_text(hash, node->key);
    hash = mix_text(hash, node->text);
    hash = mix(hash, node->parent);
  }
  return hash;
}

static uint64_t mix_value(uint64_t hash, const tx_value *value) {
  hash = mix(mix(mix(hash, value->state), value->type.kind), value->type.lists);
  if (value->state != TX_PRESENT) return hash;
  if (value->type.lists) {
    for (size_t i = 0; i < value->list.count; i++) hash = mix_value(hash, &value->list.items[i]);
    return mix(hash, value->list.count);
  }
  switch (value->type.kind) {
    case TX_BOOL: return mix(hash, value->boolean);
    case TX_DOUBLE: return mix_number(hash, value->number);
    case TX_STRING: return mix_text(hash, value->text);
    case TX_TIMESTAMP:
    case TX_DURATION: return mix(mix(hash, (uint64_t)value->time.seconds), (uint64_t)value->time.nanos);
    case TX_UINT: return mix(hash, value->natural);
    case TX_INT:
    case TX_DATE: return mix(hash, (uint64_t)value->integer);
    default: return hash;
  }
}

/* Variables count by name: numbers may differ with the columns that a part happens to have. */
static uint64_t node_fingerprint(const tx_module *module, const tx_expr_node *node, const uint64_t *known) {
  uint64_t hash = mix(mix(mix(3, node->op), node->type.kind), node->type.lists);
  bool aggregate = node->op >= TX_OP_TOTAL && node->op <= TX_OP_PERCENTILE;
  if (node->op == TX_OP_VARIABLE || node->op == TX_OP_HAS) {
    hash = mix_text(hash, module->variables[node->index].name);
  } else if (!aggregate) {
    hash = mix(hash, node->index);
  }
  if (node->fixed) hash = mix_value(hash, &node->value);
  for (uint32_t i = 0; i < node->count; i++) hash = mix(hash, known[module->children[node->first + i]]);
  return hash;
}

uint64_t *tx_node_fingerprints(triax_context *context, const tx_module *module) {
  uint64_t *hashes = tx_calloc(context, module->count, sizeof *hashes);
  for (size_t i = 0; hashes && i < module->count; i++) { /* children stand before their parents */
    hashes[i] = node_fingerprint(module, &module->nodes[i], hashes);
  }
  return hashes;
}

uint64_t tx_whole_id(uint64_t node, bool units) { return mix(node, units ? 2 : 1); }

uint64_t tx_top_id(uint32_t segment, bool unheld) { return mix(mix(5, segment), unheld); }
