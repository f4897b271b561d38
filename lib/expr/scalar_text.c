/* Texts: the standard functions and the rest of CEL's strings extension. Positions count code points. */
#include <string.h>

#include "expr/regex.h"
#include "expr/scalar.h"

#define NOWHERE SIZE_MAX

static bool begins(triax_text text, triax_text part) {
  return text.length >= part.length && (part.length == 0 || memcmp(text.bytes, part.bytes, part.length) == 0);
}

/* Byte position of a part at or behind `from`, or NOWHERE. */
static size_t find(triax_text text, triax_text part, size_t from) {
  if (part.length == 0) return from <= text.length ? from : NOWHERE;
  while (from < text.length && text.length - from >= part.length) {
    const char *hit = memchr(text.bytes + from, part.bytes[0], text.length - from - part.length + 1);
    if (!hit) return NOWHERE;
    from = (size_t)(hit - text.bytes);
    if (memcmp(hit, part.bytes, part.length) == 0) return from;
    from++;
  }
  return NOWHERE;
}

/* Searching costs up to the product of the lengths. */
static triax_status charge_search(tx_evaluation *e, triax_text text, triax_text part) {
  return tx_charge(e, text.length / 64 + (text.length / 64) * (part.length / 64));
}

static char *room(tx_evaluation *e, size_t length, triax_status *status) {
  *status = length > TX_EVAL_TEXT ? TRIAX_ELIMIT : tx_charge(e, length / 64);
  if (*status != TRIAX_OK) return NULL;
  char *bytes = tx_arena_alloc(e->scalar->scratch, length);
  if (!bytes) *status = TRIAX_ENOMEM;
  return bytes;
}

static void copy_bytes(char *out, const char *from, size_t length) {
  if (length > 0) memcpy(out, from, length);
}

static triax_status join_two(tx_evaluation *e, triax_text a, triax_text b, tx_value *value) {
  triax_status status;
  char *bytes = room(e, a.length + b.length, &status);
  if (!bytes) return status;
  copy_bytes(bytes, a.bytes, a.length);
  copy_bytes(bytes + a.length, b.bytes, b.length);
  value->text = (triax_text){bytes, a.length + b.length};
  return TRIAX_OK;
}

static triax_status change_case(tx_evaluation *e, triax_text text, char first, char last, int shift, tx_value *value) {
  triax_status status;
  char *bytes = room(e, text.length, &status);
  if (!bytes) return status;
  for (size_t i = 0; i < text.length; i++) {
    char c = text.bytes[i];
    bytes[i] = c >= first && c <= last ? (char)(c + shift) : c;
  }
  value->text = (triax_text){bytes, text.length};
  return TRIAX_OK;
}

/* --- trim ------------------------------------------------------------------------------------------------------ */

static bool is_space(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static triax_text trim(triax_text text) {
  size_t first = 0, last = 0;
  bool seen = false;
  for (size_t at = 0; at < text.length;) {
    size_t start = at;
    if (is_space(tx_utf8_next(text, &at))) continue;
    if (!seen) first = start;
    seen = true;
    last = at;
  }
  return (triax_text){text.bytes + first, last - first};
}

/* --- positions ------------------------------------------------------------------------------------------------- */

/* The byte where a code point begins; NOWHERE beyond the end (which itself is a position). */
static size_t byte_of(triax_text text, int64_t position) {
  if (position < 0) return NOWHERE;
  size_t at = 0;
  for (; position > 0 && at < text.length; position--) tx_utf8_next(text, &at);
  return position > 0 ? NOWHERE : at;
}

static int64_t position_of(triax_text text, size_t byte) {
  return (int64_t)tx_utf8_count((triax_text){text.bytes, byte});
}

static void char_at(triax_text text, int64_t position, tx_value *value) {
  size_t start = byte_of(text, position), end = start;
  if (start == NOWHERE) {
    value->state = TX_FAULT;
    return;
  }
  if (start < text.length) tx_utf8_next(text, &end);
  value->text = (triax_text){text.bytes + start, end - start};
}

static void index_of(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  triax_text text = operands[0].text;
  size_t from = node->count > 2 ? byte_of(text, operands[2].integer) : 0;
  if (from == NOWHERE) {
    value->state = TX_FAULT;
    return;
  }
  size_t at = find(text, operands[1].text, from);
  value->integer = at == NOWHERE ? -1 : position_of(text, at);
}

static void last_index_of(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  triax_text text = operands[0].text, part = operands[1].text;
  size_t at = node->count > 2 ? byte_of(text, operands[2].integer) : text.length;
  if (at == NOWHERE) {
    value->state = TX_FAULT;
    return;
  }
  value->integer = -1;
  if (part.length > text.length) return;
  if (at > text.length - part.length) at = text.length - part.length;
  for (;; at--) {
    if (begins((triax_text){text.bytes + at, text.length - at}, part)) {
      value->integer = position_of(text, at);
      return;
    }
    if (at == 0) return;
  }
}

static void substring(const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  triax_text text = operands[0].text;
  size_t start = byte_of(text, operands[1].integer);
  size_t end = node->count > 2 ? byte_of(text, operands[2].integer) : text.length;
  if (start == NOWHERE || end == NOWHERE || start > end) {
    value->state = TX_FAULT;
    return;
  }
  value->text = (triax_text){text.bytes + start, end - start};
}

/* --- making texts ---------------------------------------------------------------------------------------------- */

static triax_status reverse(tx_evaluation *e, triax_text text, tx_value *value) {
  triax_status status;
  char *bytes = room(e, text.length, &status);
  if (!bytes) return status;
  for (size_t at = 0; at < text.length;) {
    size_t start = at;
    tx_utf8_next(text, &at);
    copy_bytes(bytes + text.length - at, text.bytes + start, at - start);
  }
  value->text = (triax_text){bytes, text.length};
  return TRIAX_OK;
}

static char quoted_letter(char c) {
  switch (c) {
  case '\a':
    return 'a';
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  case '\v':
    return 'v';
  case '\\':
  case '"':
    return c;
  default:
    return '\0';
  }
}

static triax_status quote(tx_evaluation *e, triax_text text, tx_value *value) {
  triax_status status;
  size_t length = 2;
  for (size_t i = 0; i < text.length; i++) length += quoted_letter(text.bytes[i]) ? 2 : 1;
  char *bytes = room(e, length, &status);
  if (!bytes) return status;
  size_t out = 0;
  bytes[out++] = '"';
  for (size_t i = 0; i < text.length; i++) {
    char letter = quoted_letter(text.bytes[i]);
    if (letter) bytes[out++] = '\\';
    bytes[out++] = letter ? letter : text.bytes[i];
  }
  bytes[out++] = '"';
  value->text = (triax_text){bytes, out};
  return TRIAX_OK;
}

static triax_status join(tx_evaluation *e, const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  triax_status status;
  const tx_value *items = operands[0].list.items;
  size_t count = operands[0].list.count, length = 0;
  triax_text between = node->count > 1 ? operands[1].text : TX_TEXT("");
  for (size_t i = 0; i < count; i++) {
    length += items[i].text.length + (i ? between.length : 0);
    if (length > TX_EVAL_TEXT) return TRIAX_ELIMIT;
  }
  char *bytes = room(e, length, &status);
  if (!bytes) return status;
  size_t out = 0;
  for (size_t i = 0; i < count; i++) {
    if (i) copy_bytes(bytes + out, between.bytes, between.length);
    if (i) out += between.length;
    copy_bytes(bytes + out, items[i].text.bytes, items[i].text.length);
    out += items[i].text.length;
  }
  value->text = (triax_text){bytes, length};
  return TRIAX_OK;
}

/* The next place to cut or replace at or behind `from`: an empty part is found before each character (and, past the
 * last, at the end when `at_end`). */
static size_t next_place(triax_text text, triax_text part, size_t from, bool first, bool at_end) {
  if (part.length > 0) return find(text, part, from);
  if (first) return 0;
  if (from >= text.length) return NOWHERE;
  tx_utf8_next(text, &from);
  return from < text.length || at_end ? from : NOWHERE;
}

static triax_status replace(tx_evaluation *e, const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  triax_text text = operands[0].text, old = operands[1].text, by = operands[2].text;
  uint64_t limit = node->count > 3 && operands[3].integer >= 0 ? (uint64_t)operands[3].integer : UINT64_MAX;
  size_t places = 0, last = 0;
  for (size_t at = 0; places < limit; places++) {
    at = next_place(text, old, at, places == 0, true);
    if (at == NOWHERE) break;
    at += old.length;
  }
  if (places > 0 && by.length > TX_EVAL_TEXT / places) return TRIAX_ELIMIT;
  triax_status status;
  size_t length = text.length - places * old.length + places * by.length, out = 0;
  char *bytes = room(e, length, &status);
  if (!bytes) return status;
  for (size_t i = 0, at = 0; i < places; i++) {
    at = next_place(text, old, at, i == 0, true);
    copy_bytes(bytes + out, text.bytes + last, at - last);
    out += at - last;
    copy_bytes(bytes + out, by.bytes, by.length);
    out += by.length;
    last = at + old.length;
    at = last;
  }
  copy_bytes(bytes + out, text.bytes + last, text.length - last);
  value->text = (triax_text){bytes, length};
  return TRIAX_OK;
}

/* Pieces that split() makes; written when `items` is not NULL. */
static size_t split_into(triax_text text, triax_text by, uint64_t limit, tx_value *items) {
  size_t count = 0, start = 0;
  if (limit == 0 || (by.length == 0 && text.length == 0)) return 0;
  for (size_t at = 0; count + 1 < limit; count++) {
    at = by.length ? find(text, by, start) : next_place(text, by, start, false, false);
    if (at == NOWHERE) break;
    if (items) items[count] = (tx_value){.type = {TX_STRING, 0}, .text = {text.bytes + start, at - start}};
    start = at + by.length;
  }
  if (items) items[count] = (tx_value){.type = {TX_STRING, 0}, .text = {text.bytes + start, text.length - start}};
  return count + 1;
}

static triax_status split(tx_evaluation *e, const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  triax_text text = operands[0].text, by = operands[1].text;
  uint64_t limit = node->count > 2 && operands[2].integer >= 0 ? (uint64_t)operands[2].integer : UINT64_MAX;
  size_t count = split_into(text, by, limit, NULL);
  if (count > TX_EVAL_ITEMS) return TRIAX_ELIMIT;
  tx_value *items = tx_arena_alloc(e->scalar->scratch, count * sizeof *items);
  if (!items) return TRIAX_ENOMEM;
  split_into(text, by, limit, items);
  value->list.items = items;
  value->list.count = count;
  return tx_charge(e, count);
}

static triax_status string_function(tx_evaluation *e, const tx_expr_node *node, const tx_value *operands,
                                    tx_value *value) {
  triax_status status = TRIAX_OK;
  if (node->index != TX_STRING_JOIN) status = tx_charge(e, operands[0].text.length / 16);
  if (status == TRIAX_OK && node->count > 1 && operands[1].type.kind == TX_STRING && operands[0].type.lists == 0) {
    status = charge_search(e, operands[0].text, operands[1].text);
  }
  if (status != TRIAX_OK) return status;
  switch (node->index) {
  case TX_STRING_CHAR_AT:
    char_at(operands[0].text, operands[1].integer, value);
    return TRIAX_OK;
  case TX_STRING_INDEX_OF:
    index_of(node, operands, value);
    return TRIAX_OK;
  case TX_STRING_LAST_INDEX_OF:
    last_index_of(node, operands, value);
    return TRIAX_OK;
  case TX_STRING_SUBSTRING:
    substring(node, operands, value);
    return TRIAX_OK;
  case TX_STRING_JOIN:
    return join(e, node, operands, value);
  case TX_STRING_QUOTE:
    return quote(e, operands[0].text, value);
  case TX_STRING_REPLACE:
    return replace(e, node, operands, value);
  case TX_STRING_REVERSE:
    return reverse(e, operands[0].text, value);
  default:
    return split(e, node, operands, value);
  }
}

/* --- matches --------------------------------------------------------------------------------------------------- */

static triax_status matches(tx_evaluation *e, const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  const tx_regex *regex = node->regex;
  triax_text text = operands[0].text;
  if (!regex) {
    char message[TX_REGEX_MESSAGE];
    size_t offset;
    triax_status status = tx_regex_compile(e->scalar->scratch, operands[1].text, &regex, message, &offset);
    if (status == TRIAX_ENOMEM) return status;
    if (status == TRIAX_OK) status = tx_charge(e, tx_regex_states(regex));
    if (status != TRIAX_OK) {
      value->state = TX_FAULT;
      return TRIAX_OK;
    }
  }
  triax_status status = tx_charge(e, (uint64_t)tx_regex_states(regex) * (text.length + 1) / 64);
  if (status != TRIAX_OK) return status;
  size_t few[256], size = tx_regex_scratch(regex);
  void *scratch = size <= sizeof few ? few : tx_alloc(e->module->context, size);
  if (!scratch) return TRIAX_ENOMEM;
  value->boolean = tx_regex_match(regex, text, scratch);
  if (scratch != few) tx_free(e->module->context, scratch, size);
  return TRIAX_OK;
}

triax_status tx_apply_text(tx_evaluation *e, const tx_expr_node *node, const tx_value *operands, tx_value *value) {
  triax_text text = operands[0].text, other = node->count > 1 ? operands[1].text : TX_TEXT("");
  switch (node->op) {
  case TX_OP_ADD:
    return join_two(e, text, other, value);
  case TX_OP_CONTAINS:
    value->boolean = find(text, other, 0) != NOWHERE;
    return charge_search(e, text, other);
  case TX_OP_STARTS_WITH:
    value->boolean = begins(text, other);
    return TRIAX_OK;
  case TX_OP_ENDS_WITH:
    value->boolean = text.length >= other.length &&
                     begins((triax_text){text.bytes + text.length - other.length, other.length}, other);
    return TRIAX_OK;
  case TX_OP_MATCHES:
    return matches(e, node, operands, value);
  case TX_OP_LOWER_ASCII:
    return change_case(e, text, 'A', 'Z', 'a' - 'A', value);
  case TX_OP_UPPER_ASCII:
    return change_case(e, text, 'a', 'z', 'A' - 'a', value);
  case TX_OP_TRIM:
    value->text = trim(text);
    return tx_charge(e, text.length / 16);
  default:
    return string_function(e, node, operands, value);
  }
}
