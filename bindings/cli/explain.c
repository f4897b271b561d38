/* A document as indented text. */
#include <string.h>

#include "cli.h"

static bool is_branch(const triax_document *document, triax_node node) {
  int32_t kind = triax_document_kind(document, node);
  return kind == TRIAX_KIND_MAP || kind == TRIAX_KIND_LIST;
}

/* Whether all children are single values, so that a list may stand on one line. */
static bool is_flat(const triax_document *document, triax_node node) {
  for (triax_node child = triax_document_first(document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(document, child)) {
    if (is_branch(document, child)) return false;
  }
  return true;
}

/* For people: DECIMALS, or digits where a number is small; --json has every one. */
static void add_rounded(text_buffer *buffer, double value) {
  char number[CLI_NUMBER_SIZE + 320];
  bool is_small = value > -0.01 && value < 0.01;
  int length = snprintf(number, sizeof number, is_small ? "%.4g" : "%.4f", value);
  if (!is_small) {
    while (length > 0 && number[length - 1] == '0') length--;
    if (length > 0 && number[length - 1] == '.') length--;
  }
  text_add(buffer, number, (size_t)length);
}

enum { DECIMALS = 4, FIELDS = 3 };

typedef struct page {
  text_buffer *buffer;
  const triax_document *document;
  /* What is shown for the numbers of the metrics at hand, so that it sums to what is shown of their total. */
  triax_node nodes[FIELDS * TRIAX_ROUND_PARTS];
  double values[FIELDS * TRIAX_ROUND_PARTS];
  size_t count;
} page;

/* One field of all metrics: contributions sum to the score before limits, losses to 100 less it, weights to 1. */
static void round_field(page *p, triax_node metrics, const char *field, double total) {
  double *values = p->values + p->count;
  size_t count = 0;
  for (triax_node metric = triax_document_first(p->document, metrics); metric != TRIAX_NO_NODE;
       metric = triax_document_next(p->document, metric)) {
    triax_node node = triax_document_find(p->document, metric, triax_text_of(field));
    if (node == TRIAX_NO_NODE || triax_document_kind(p->document, node) != TRIAX_KIND_NUMBER) continue;
    if (count == TRIAX_ROUND_PARTS) return;
    p->nodes[p->count + count] = node;
    values[count++] = triax_document_as_number(p->document, node);
  }
  if (triax_round_parts(values, count, total, DECIMALS, values, NULL) == TRIAX_OK) p->count += count;
}

/* Looks whether a map is a score with its metrics. */
static void round_metrics(page *p, triax_node map) {
  if (triax_document_kind(p->document, map) != TRIAX_KIND_MAP) return;
  triax_node metrics = triax_document_find(p->document, map, triax_text_of("metrics"));
  triax_node raw = triax_document_find(p->document, map, triax_text_of("before_limits"));
  if (metrics == TRIAX_NO_NODE || raw == TRIAX_NO_NODE) return;
  p->count = 0;
  if (triax_document_kind(p->document, raw) != TRIAX_KIND_NUMBER) return;
  double total = triax_document_as_number(p->document, raw);
  round_field(p, metrics, "contribution", total);
  round_field(p, metrics, "lost", 100 - total);
  round_field(p, metrics, "weight", 1);
}

static double shown(const page *p, triax_node node) {
  for (size_t i = 0; i < p->count; i++) {
    if (p->nodes[i] == node) return p->values[i];
  }
  return triax_document_as_number(p->document, node);
}

static void add_value(page *p, triax_node node) {
  triax_text text = triax_document_as_text(p->document, node);
  if (triax_document_kind(p->document, node) == TRIAX_KIND_MISSING) {
    text_add_string(p->buffer, "missing");
  } else if (triax_document_kind(p->document, node) == TRIAX_KIND_NUMBER) {
    add_rounded(p->buffer, shown(p, node));
  } else {
    text_add_line(p->buffer, text.bytes, text.length);
  }
}

static void add_key(text_buffer *buffer, triax_text key) {
  for (size_t i = 0; i < key.length; i++) text_add(buffer, key.bytes[i] == '_' ? " " : &key.bytes[i], 1);
}

static size_t widest_key(const triax_document *document, triax_node node) {
  size_t widest = 0;
  for (triax_node child = triax_document_first(document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(document, child)) {
    triax_text key = triax_document_key(document, child);
    size_t width = is_branch(document, child) && !is_flat(document, child) ? 0 : text_width(key.bytes, key.length);
    widest = width > widest && width <= 24 ? width : widest;
  }
  return widest;
}

static void add_children(page *p, triax_node node, int indent,
                         bool inline_first);

static void add_inline_list(page *p, triax_node node) {
  triax_node child = triax_document_first(p->document, node);
  if (child == TRIAX_NO_NODE) text_add_string(p->buffer, "none");
  for (bool first = true; child != TRIAX_NO_NODE; child = triax_document_next(p->document, child), first = false) {
    if (!first) text_add_string(p->buffer, ", ");
    add_value(p, child);
  }
  text_add(p->buffer, "\n", 1);
}

static void add_list(page *p, triax_node node, int indent) {
  for (triax_node child = triax_document_first(p->document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(p->document, child)) {
    text_add_format(p->buffer, "%*s- ", indent, "");
    if (is_branch(p->document, child)) {
      add_children(p, child, indent + 2, true);
    } else {
      add_value(p, child);
      text_add(p->buffer, "\n", 1);
    }
  }
}

/* A map's lines; the first without its indent where something stands before it. */
static void add_children(page *p, triax_node node, int indent,
                         bool inline_first) {
  size_t widest = widest_key(p->document, node);
  round_metrics(p, node);
  if (triax_document_kind(p->document, node) == TRIAX_KIND_LIST) {
    if (inline_first) text_add(p->buffer, "\n", 1);
    add_list(p, node, indent);
    return;
  }
  if (triax_document_count(p->document, node) == 0 && inline_first) text_add_string(p->buffer, "none\n");
  for (triax_node child = triax_document_first(p->document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(p->document, child)) {
    triax_text key = triax_document_key(p->document, child);
    if (!inline_first) text_add_format(p->buffer, "%*s", indent, "");
    inline_first = false;
    add_key(p->buffer, key);
    bool branch = is_branch(p->document, child);
    if (branch && !(triax_document_kind(p->document, child) == TRIAX_KIND_LIST && is_flat(p->document, child)) &&
        triax_document_count(p->document, child) > 0) {
      text_add_string(p->buffer, ":\n");
      add_children(p, child, indent + 2, false);
      continue;
    }
    size_t width = text_width(key.bytes, key.length);
    text_add_format(p->buffer, ": %*s", widest > width ? (int)(widest - width) : 0, "");
    if (branch) {
      add_inline_list(p, child);
    } else {
      add_value(p, child);
      text_add(p->buffer, "\n", 1);
    }
  }
}

void explain_add(text_buffer *buffer, const triax_document *document) {
  page p = {buffer, document, {0}, {0}, 0};
  add_children(&p, 0, 0, false);
  text_scrub(buffer);
}
