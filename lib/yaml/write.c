/* The writer: on one line what fits on one, else key by key. */
#include "write.h"

#include <stdio.h>
#include <string.h>

#include <triax/yaml.h>

/* Columns that a line may have before it is broken up. */
#define WIDTH 116

void tx_yaml_put(tx_yaml_writer *writer, triax_text text) {
  for (size_t i = 0; i < text.length; i++) {
    if (writer->length < writer->size) writer->buffer[writer->length] = text.bytes[i];
    writer->length++;
  }
}

void tx_yaml_end(tx_yaml_writer *writer) {
  if (!writer->size) return;
  size_t end = writer->length < writer->size ? writer->length : writer->size - 1;
  while (writer->length > end && end > 0 && (writer->buffer[end] & 0xC0) == 0x80) end--; /* whole characters */
  writer->buffer[end] = '\0';
}

static void put_c(tx_yaml_writer *writer, const char *text) { tx_yaml_put(writer, triax_text_of(text)); }

static void put_blanks(tx_yaml_writer *writer, size_t count) {
  while (count-- > 0) put_c(writer, " ");
}

/* --- scalars ---- */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Words that some reader takes for a truth or for nothing. */
static bool is_special(triax_text text) {
  static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"};
  for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
    size_t same = 0;
    while (same < text.length && words[w][same] && (text.bytes[same] | 0x20) == words[w][same]) same++;
    if (same == text.length && !words[w][same]) return true;
  }
  return false;
}

/* Begins with a letter and has nothing that YAML or an eye could take for more than text. */
static bool is_plain(triax_text text) {
  if (text.length == 0 || !is_letter(text.bytes[0]) || text.bytes[text.length - 1] == ' ' || is_special(text)) {
    return false;
  }
  for (size_t i = 0; i < text.length; i++) {
    const char c = text.bytes[i];
    if (!is_letter(c) && !is_digit(c) && !strchr(" /.+-*()<>=%", c)) return false;
  }
  return true;
}

static uint32_t code_point(triax_text text, size_t *at) {
  const unsigned char *b = (const unsigned char *)text.bytes + *at;
  const size_t length = b[0] < 0x80 ? 1 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;
  uint32_t value = length == 1 ? b[0] : b[0] & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length && *at + i < text.length; i++) value = value << 6 | (b[i] & 0x3F);
  *at += length;
  return value;
}

static bool must_escape(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

static void put_escaped(tx_yaml_writer *writer, triax_text text) {
  put_c(writer, "\"");
  for (size_t at = 0; at < text.length;) {
    const size_t begin = at;
    const uint32_t c = code_point(text, &at);
    char escape[12];
    if (must_escape(c)) {
      snprintf(escape, sizeof escape, "\\u%04X", (unsigned)c);
      put_c(writer, escape);
    } else if (c == '"' || c == '\\') {
      snprintf(escape, sizeof escape, "\\%c", (int)c);
      put_c(writer, escape);
    } else {
      tx_yaml_put(writer, (triax_text){text.bytes + begin, at - begin});
    }
  }
  put_c(writer, "\"");
}

void tx_yaml_put_scalar(tx_yaml_writer *writer, triax_text text) {
  if (is_plain(text)) {
    tx_yaml_put(writer, text);
    return;
  }
  for (size_t at = 0; at < text.length;) {
    if (must_escape(code_point(text, &at))) {
      put_escaped(writer, text);
      return;
    }
  }
  put_c(writer, "'");
  for (size_t i = 0; i < text.length; i++) {
    if (text.bytes[i] == '\'') put_c(writer, "'");
    tx_yaml_put(writer, (triax_text){text.bytes + i, 1});
  }
  put_c(writer, "'");
}

/* --- nodes ---- */

static void put_value(tx_yaml_writer *writer, const triax_document *document, triax_node node) {
  const triax_text text = triax_document_as_text(document, node);
  switch (triax_document_kind(document, node)) {
    case TRIAX_KIND_NUMBER:
    case TRIAX_KIND_BOOLEAN: tx_yaml_put(writer, text); break;
    case TRIAX_KIND_TEXT: tx_yaml_put_scalar(writer, text); break;
    default: put_c(writer, "null"); break;
  }
}

/* On one line: {a: 1, b: [2, 3]}. */
static void put_flow(tx_yaml_writer *writer, const triax_document *document, triax_node node) {
  const int32_t kind = triax_document_kind(document, node);
  if (kind != TRIAX_KIND_MAP && kind != TRIAX_KIND_LIST) {
    put_value(writer, document, node);
    return;
  }
  const bool is_map = kind == TRIAX_KIND_MAP;
  bool first = true;
  put_c(writer, is_map ? "{" : "[");
  for (triax_node child = triax_document_first(document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(document, child)) {
    if (!first) put_c(writer, ", ");
    first = false;
    if (is_map) tx_yaml_put_scalar(writer, triax_document_key(document, child));
    if (is_map) put_c(writer, ": ");
    put_flow(writer, document, child);
  }
  put_c(writer, is_map ? "}" : "]");
}

static size_t flow_length(const triax_document *document, triax_node node) {
  tx_yaml_writer counter = {NULL, 0, 0};
  put_flow(&counter, document, node);
  return counter.length;
}

static bool is_deep(const triax_document *document, triax_node node) {
  const int32_t kind = triax_document_kind(document, node);
  return (kind == TRIAX_KIND_MAP || kind == TRIAX_KIND_LIST) && triax_document_count(document, node) > 0;
}

/* Maps of maps are read best one below the other. */
static bool holds_maps(const triax_document *document, triax_node node) {
  if (triax_document_kind(document, node) != TRIAX_KIND_MAP) return false;
  for (triax_node child = triax_document_first(document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(document, child)) {
    if (triax_document_kind(document, child) == TRIAX_KIND_MAP && holds_maps(document, child)) return true;
    for (triax_node inner = triax_document_first(document, child);
         triax_document_kind(document, child) == TRIAX_KIND_MAP && inner != TRIAX_NO_NODE;
         inner = triax_document_next(document, inner)) {
      if (is_deep(document, inner)) return true;
    }
  }
  return false;
}

static void put_children(tx_yaml_writer *writer, const triax_document *document, triax_node node, size_t indent);

/* What stands behind a key's colon or an item's dash, at a column. */
static void put_rest(tx_yaml_writer *writer, const triax_document *document, triax_node node, size_t column,
                     size_t indent) {
  const bool one_line =
      !is_deep(document, node) || (column + flow_length(document, node) <= WIDTH && !holds_maps(document, node));
  if (one_line) {
    put_c(writer, " ");
    put_flow(writer, document, node);
    put_c(writer, "\n");
  } else {
    put_c(writer, "\n");
    put_children(writer, document, node, indent);
  }
}

void tx_yaml_put_entry(tx_yaml_writer *writer, const triax_document *document, triax_node node, triax_text key,
                       size_t indent) {
  tx_yaml_writer counter = {NULL, 0, 0};
  put_blanks(writer, indent);
  tx_yaml_put_scalar(writer, key);
  put_c(writer, ":");
  tx_yaml_put_scalar(&counter, key);
  put_rest(writer, document, node, indent + counter.length + 2, indent + 2);
}

static void put_children(tx_yaml_writer *writer, const triax_document *document, triax_node node, size_t indent) {
  const bool is_map = triax_document_kind(document, node) == TRIAX_KIND_MAP;
  for (triax_node child = triax_document_first(document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(document, child)) {
    if (is_map) {
      tx_yaml_put_entry(writer, document, child, triax_document_key(document, child), indent);
    } else {
      put_blanks(writer, indent);
      put_c(writer, "-");
      put_rest(writer, document, child, indent + 2, indent + 2);
    }
  }
}

size_t triax_yaml_write(const triax_document *document, triax_node node, triax_text key, int32_t indent, char *buffer,
                        size_t size) {
  tx_yaml_writer writer = {buffer, buffer ? size : 0, 0};
  const size_t blanks = indent > 0 && indent <= 2 * TRIAX_DOCUMENT_DEPTH ? (size_t)indent : 0;
  if (document) {
    if (key.bytes) tx_yaml_put_entry(&writer, document, node, key, blanks);
    else if (is_deep(document, node)) put_children(&writer, document, node, blanks);
    else put_blanks(&writer, blanks), put_flow(&writer, document, node), put_c(&writer, "\n");
  }
  tx_yaml_end(&writer);
  return writer.length;
}
