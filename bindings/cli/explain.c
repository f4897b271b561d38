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

/* For people: four decimals, or digits where a number is small; --json has every one. */
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

static void add_value(text_buffer *buffer, const triax_document *document, triax_node node) {
  triax_text text = triax_document_as_text(document, node);
  if (triax_document_kind(document, node) == TRIAX_KIND_MISSING) {
    text_add_string(buffer, "missing");
  } else if (triax_document_kind(document, node) == TRIAX_KIND_NUMBER) {
    add_rounded(buffer, triax_document_as_number(document, node));
  } else {
    text_add(buffer, text.bytes, text.length);
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

static void add_children(text_buffer *buffer, const triax_document *document, triax_node node, int indent,
                         bool inline_first);

static void add_inline_list(text_buffer *buffer, const triax_document *document, triax_node node) {
  triax_node child = triax_document_first(document, node);
  if (child == TRIAX_NO_NODE) text_add_string(buffer, "none");
  for (bool first = true; child != TRIAX_NO_NODE; child = triax_document_next(document, child), first = false) {
    if (!first) text_add_string(buffer, ", ");
    add_value(buffer, document, child);
  }
  text_add(buffer, "\n", 1);
}

static void add_list(text_buffer *buffer, const triax_document *document, triax_node node, int indent) {
  for (triax_node child = triax_document_first(document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(document, child)) {
    text_add_format(buffer, "%*s- ", indent, "");
    if (is_branch(document, child)) {
      add_children(buffer, document, child, indent + 2, true);
    } else {
      add_value(buffer, document, child);
      text_add(buffer, "\n", 1);
    }
  }
}

/* A map's lines; the first without its indent where something stands before it. */
static void add_children(text_buffer *buffer, const triax_document *document, triax_node node, int indent,
                         bool inline_first) {
  size_t widest = widest_key(document, node);
  if (triax_document_kind(document, node) == TRIAX_KIND_LIST) {
    if (inline_first) text_add(buffer, "\n", 1);
    add_list(buffer, document, node, indent);
    return;
  }
  if (triax_document_count(document, node) == 0 && inline_first) text_add_string(buffer, "none\n");
  for (triax_node child = triax_document_first(document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(document, child)) {
    triax_text key = triax_document_key(document, child);
    if (!inline_first) text_add_format(buffer, "%*s", indent, "");
    inline_first = false;
    add_key(buffer, key);
    bool branch = is_branch(document, child);
    if (branch && !(triax_document_kind(document, child) == TRIAX_KIND_LIST && is_flat(document, child)) &&
        triax_document_count(document, child) > 0) {
      text_add_string(buffer, ":\n");
      add_children(buffer, document, child, indent + 2, false);
      continue;
    }
    size_t width = text_width(key.bytes, key.length);
    text_add_format(buffer, ": %*s", widest > width ? (int)(widest - width) : 0, "");
    if (branch) {
      add_inline_list(buffer, document, child);
    } else {
      add_value(buffer, document, child);
      text_add(buffer, "\n", 1);
    }
  }
}

void explain_add(text_buffer *buffer, const triax_document *document) { add_children(buffer, document, 0, 0, false); }
