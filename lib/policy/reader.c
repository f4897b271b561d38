/* Values typed by the key that holds them: plain `no` under a string key stays "no". */
#include "policy/reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/always.h"
#include "base/number.h"
#include "base/text.h"

static const tx_node *at(const tx_reader *reader, uint32_t node) { return &reader->document->nodes[node]; }

static void fault_at(tx_reader *reader, uint32_t node, bool key, const char *hint, const char *message) {
  const tx_node *where = at(reader, node);
  char path[TRIAX_PATH_SIZE];
  tx_document_path(reader->document, key && where->parent != TX_NO_NODE ? where->parent : node, path, sizeof path);
  triax_text marked = key ? where->key : where->text;
  size_t width = marked.bytes ? tx_utf8_count(marked) : 1;
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR,
                        .status = TRIAX_EPOLICY,
                        .path = path,
                        .line = key ? where->key_line : where->line,
                        .column = key ? where->key_column : where->column,
                        .width = width < 1 || width > 120 || (!key && !where->exact) ? 1 : (int32_t)width,
                        .hint = hint && *hint ? hint : NULL};
  tx_report_add(reader->report, &finding, "%s", message);
}

void tx_read_fault(tx_reader *reader, uint32_t node, const char *hint, const char *format, ...) {
  char message[TRIAX_ERROR_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  fault_at(reader, node, false, hint, message);
}

void tx_read_key_fault(tx_reader *reader, uint32_t node, const char *hint, const char *format, ...) {
  char message[TRIAX_ERROR_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  fault_at(reader, node, true, hint, message);
}

const char *tx_read_hint(triax_text word, const triax_text *names, size_t count, char hint[160]) {
  size_t nearest = tx_text_nearest(word, names, count);
  hint[0] = 0;
  if (nearest != SIZE_MAX && names[nearest].length < 100) {
    snprintf(hint, 160, "did you mean '%.*s'?", (int)names[nearest].length, names[nearest].bytes);
  }
  return hint;
}

uint32_t tx_read_child(const tx_reader *reader, uint32_t node, const char *key) {
  return tx_document_child(reader->document, node, key);
}
uint32_t tx_read_first(const tx_reader *reader, uint32_t node) { return at(reader, node)->first; }
uint32_t tx_read_next(const tx_reader *reader, uint32_t node) { return at(reader, node)->next; }
size_t tx_read_count(const tx_reader *reader, uint32_t node) { return at(reader, node)->count; }

uint32_t tx_read_beyond(const tx_reader *reader, uint32_t node, size_t most) {
  uint32_t child = tx_read_first(reader, node);
  for (size_t i = 0; i < most && child != TX_NO_NODE; i++) child = tx_read_next(reader, child);
  return child;
}

triax_text tx_read_key(const tx_reader *reader, uint32_t node) { return at(reader, node)->key; }

void *tx_read_alloc(tx_reader *reader, size_t count, size_t size) {
  void *block = tx_arena_calloc(&reader->policy->arena, count ? count : 1, size);
  if (!block) tx_report_no_memory(reader->report);
  return block;
}

uint32_t tx_read_twin(tx_reader *reader, tx_names *names, triax_text name, size_t number) {
  uint32_t there = (uint32_t)number;
  if (!tx_names_add(names, name, &there)) tx_report_no_memory(reader->report);
  return there == number ? TX_NO_NAME : there;
}

static const char *kind_name(int32_t kind) {
  static const char *const names[] = {"nothing", "a map", "a list", "a text", "a number", "true or false", "nothing"};
  return TX_ALWAYS(kind >= 0 && kind <= TRIAX_KIND_MISSING) ? names[kind] : "nothing";
}

/* What a key could have meant, among the keys that may stand here. */
static void unknown_key(tx_reader *reader, uint32_t node, const char *const *keys) {
  triax_text names[32], key = at(reader, node)->key;
  size_t count = 0;
  while (keys[count] && TX_ALWAYS(count < 32)) {
    names[count] = triax_text_of(keys[count]);
    count++;
  }
  char hint[160];
  tx_read_key_fault(reader, node, tx_read_hint(key, names, count, hint), "unknown key '%.*s'", (int)key.length,
                    key.bytes);
}

static bool listed(triax_text key, const char *const *keys) {
  for (; *keys; keys++) {
    if (tx_text_equal_c(key, *keys)) return true;
  }
  return false;
}

/* Keys of a map up to which each is compared with those before: for so few, names are dearer. */
#define FEW_KEYS 32

/* An earlier sibling with the same key. */
static uint32_t earlier(const tx_reader *reader, uint32_t parent, uint32_t node) {
  for (uint32_t other = tx_read_first(reader, parent); other != node; other = tx_read_next(reader, other)) {
    if (tx_text_equal(at(reader, other)->key, at(reader, node)->key)) return other;
  }
  return TX_NO_NODE;
}

bool tx_read_map(tx_reader *reader, uint32_t node, const char *const *keys) {
  if (at(reader, node)->kind != TRIAX_KIND_MAP) {
    tx_read_fault(reader, node, NULL, "expected keys with values here, found %s", kind_name(at(reader, node)->kind));
    return false;
  }
  const bool many = tx_read_count(reader, node) > FEW_KEYS;
  tx_names names;
  tx_names_init(&names, reader->policy->context);
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    triax_text key = at(reader, child)->key;
    uint32_t twin = many ? tx_read_twin(reader, &names, key, child) : earlier(reader, node, child);
    if (twin != TX_NO_NODE) {
      tx_read_key_fault(reader, child, NULL, "the key '%.*s' was given before, on line %d", (int)key.length, key.bytes,
                        (int)at(reader, twin)->key_line);
    } else if (keys && !listed(key, keys)) {
      unknown_key(reader, child, keys);
    }
  }
  tx_names_free(&names);
  return true;
}

bool tx_read_list(tx_reader *reader, uint32_t node) {
  if (at(reader, node)->kind == TRIAX_KIND_LIST) return true;
  tx_read_fault(reader, node, NULL, "expected a list here, found %s", kind_name(at(reader, node)->kind));
  return false;
}

triax_text tx_read_text(tx_reader *reader, uint32_t node) {
  const tx_node *value = at(reader, node);
  if (value->kind >= TRIAX_KIND_TEXT && value->kind <= TRIAX_KIND_BOOLEAN) return value->text;
  tx_read_fault(reader, node, NULL, "expected a text here, found %s", kind_name(value->kind));
  return (triax_text){NULL, 0};
}

triax_text tx_read_name(tx_reader *reader, uint32_t node) {
  triax_text name = tx_read_text(reader, node);
  if (!name.bytes) return name;
  if (name.length == 0) tx_read_fault(reader, node, NULL, "a name is empty");
  if (name.length && memchr(name.bytes, '/', name.length)) {
    tx_read_fault(reader, node, NULL, "a name may not hold '/', which joins names to paths");
  }
  return name;
}

int tx_read_word(tx_reader *reader, uint32_t node, const char *const *words) {
  triax_text word = tx_read_text(reader, node), names[16];
  if (!word.bytes) return -1;
  char all[256] = "", hint[160];
  tx_writer writer = {all, sizeof all, 0};
  size_t count = 0;
  for (; words[count] && TX_ALWAYS(count < 16); count++) {
    names[count] = triax_text_of(words[count]);
    if (tx_text_equal(word, names[count])) return (int)count;
    tx_write_c(&writer, count ? ", " : "");
    tx_write(&writer, names[count]);
  }
  tx_read_fault(reader, node, tx_read_hint(word, names, count, hint), "'%.*s' is not one of: %s", (int)word.length,
                word.bytes, all);
  return -1;
}

/* A number in the range, or a fault that states the range. */
static double in_range(tx_reader *reader, uint32_t node, double value, double least, double most, double fallback) {
  if (value >= least && value <= most) return value;
  char low[TX_NUMBER_SIZE], high[TX_NUMBER_SIZE];
  tx_format_double(least, low);
  tx_format_double(most, high);
  triax_text text = at(reader, node)->text;
  if (isinf(most)) {
    tx_read_fault(reader, node, NULL, "%.*s is too small: at least %s is wanted", (int)text.length, text.bytes, low);
  } else {
    tx_read_fault(reader, node, NULL, "%.*s is outside of %s to %s", (int)text.length, text.bytes, low, high);
  }
  return fallback;
}

/* The text of a scalar that must be a number of some kind; not given after a fault. */
static triax_text number_text(tx_reader *reader, uint32_t node, const char *what) {
  const tx_node *value = at(reader, node);
  if (value->kind == TRIAX_KIND_TEXT || value->kind == TRIAX_KIND_NUMBER) return value->text;
  tx_read_fault(reader, node, NULL, "expected %s here, found %s", what, kind_name(value->kind));
  return (triax_text){NULL, 0};
}

double tx_read_number(tx_reader *reader, uint32_t node, double least, double most, double fallback) {
  triax_text text = number_text(reader, node, "a number");
  double value;
  if (!text.bytes) return fallback;
  if (!tx_parse_suffixed(text, &value)) {
    tx_read_fault(reader, node, "numbers look like 750000, 0.5, 750k, 1.5m or 2bn", "'%.*s' is not a number",
                  (int)text.length, text.bytes);
    return fallback;
  }
  return in_range(reader, node, value, least, most, fallback);
}

double tx_read_share(tx_reader *reader, uint32_t node, double most, double fallback) {
  triax_text text = number_text(reader, node, "a share");
  double value;
  if (!text.bytes) return fallback;
  bool percent = text.length && text.bytes[text.length - 1] == '%';
  triax_text digits = tx_text_trim((triax_text){text.bytes, text.length - (percent ? 1 : 0)});
  if (!tx_parse_double(digits, false, &value)) {
    tx_read_fault(reader, node, "shares look like 10% or 0.10", "'%.*s' is not a share", (int)text.length, text.bytes);
    return fallback;
  }
  return in_range(reader, node, percent ? value / 100 : value, 0, most, fallback);
}

/* Splits "1.5h" into number and unit. */
static bool split_unit(triax_text text, double *value, triax_text *unit) {
  size_t digits = text.length;
  while (digits && ((text.bytes[digits - 1] >= 'a' && text.bytes[digits - 1] <= 'z'))) digits--;
  *unit = (triax_text){text.bytes + digits, text.length - digits};
  return tx_parse_double(tx_text_trim((triax_text){text.bytes, digits}), false, value) && *value >= 0;
}

/* A duration in hours; plain numbers count in `plain` hours each (0: a unit is wanted). */
static double duration(tx_reader *reader, uint32_t node, double plain, double fallback) {
  triax_text text = number_text(reader, node, "a duration"), unit;
  double value;
  if (!text.bytes) return fallback;
  if (split_unit(text, &value, &unit)) {
    if (tx_text_equal_c(unit, "w")) return value * 7 * 24;
    if (tx_text_equal_c(unit, "d")) return value * 24;
    if (tx_text_equal_c(unit, "h")) return value;
    if (tx_text_equal_c(unit, "min")) return value / 60;
    if (unit.length == 0 && plain > 0) return value * plain;
    if (unit.length == 0 && value == 0) return 0;
  }
  tx_read_fault(reader, node, "durations look like 14d, 6w, 90min or 1.5h", "'%.*s' is not a duration",
                (int)text.length, text.bytes);
  return fallback;
}

double tx_read_days(tx_reader *reader, uint32_t node, double fallback) {
  return duration(reader, node, 0, fallback * 24) / 24;
}

int32_t tx_read_whole_days(tx_reader *reader, uint32_t node, int32_t least) {
  double days = tx_read_days(reader, node, 1);
  if (days == floor(days) && days >= least && days <= 36525) return (int32_t)days;
  tx_read_fault(reader, node, NULL, "whole days are wanted here, %d to 36525 of them", (int)least);
  return 1;
}

double tx_read_hours(tx_reader *reader, uint32_t node, double fallback) {
  return duration(reader, node, 1, fallback);
}

const triax_text *tx_read_texts(tx_reader *reader, uint32_t node, size_t *count) {
  *count = 0;
  if (at(reader, node)->kind != TRIAX_KIND_LIST) {
    triax_text *one = tx_read_alloc(reader, 1, sizeof *one);
    if (!one) return NULL;
    *one = tx_read_text(reader, node);
    *count = one->bytes ? 1 : 0;
    return one;
  }
  triax_text *texts = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *texts);
  if (!texts) return NULL;
  for (uint32_t item = tx_read_first(reader, node); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    triax_text text = tx_read_text(reader, item);
    if (text.bytes) texts[(*count)++] = text;
  }
  return texts;
}
