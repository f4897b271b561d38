/* Nodes as written -> the document: aliases and merge keys expanded, duplicate keys found.
 *
 * What is looked at is counted as what is written is, so that no nest of aliases costs more than the limit. */
#include <stdlib.h>
#include <string.h>

#include "reader.h"

static triax_text text_of(const tx_yaml_reader *reader, const tx_yaml_node *node) {
  return (triax_text){reader->texts + node->text, node->length};
}

static bool is_plain(const tx_yaml_reader *reader, const tx_yaml_node *node, const char *text) {
  size_t length = strlen(text);
  return node->plain && node->length == length && memcmp(reader->texts + node->text, text, length) == 0;
}

/* Counts one value more, and the bytes of text that an alias repeats. */
static bool count_value(tx_yaml_reader *reader, tx_yaml_place place, size_t bytes) {
  if (reader->aliases > 0) place = reader->alias_place;
  /* The root is a node too. */
  if (++reader->expanded >= TRIAX_DOCUMENT_NODES) {
    return tx_yaml_fail(reader, TRIAX_ELIMIT, place,
                        "the document has more than 100,000 values once its aliases are expanded");
  }
  if (reader->aliases == 0) return true;
  reader->alias_bytes += bytes;
  if (reader->alias_bytes > TX_YAML_ALIAS_BYTES) {
    return tx_yaml_fail(reader, TRIAX_ELIMIT, place, "aliases repeat more than %d MiB of text",
                        (int)(TX_YAML_ALIAS_BYTES >> 20));
  }
  return true;
}

static bool written(tx_yaml_reader *reader, triax_status status) {
  if (status == TRIAX_OK) return true;
  if (status == TRIAX_ENOMEM) return tx_yaml_no_memory(reader);
  triax_error error = {.message = "the document does not take this"};
  triax_document_finish(reader->document, &error);
  return tx_yaml_fail(reader, status, (tx_yaml_place){error.line, error.column}, "%s", error.message);
}

/* Follows an alias; an alias's target is never an alias. */
static uint32_t resolve(const tx_yaml_reader *reader, uint32_t node) {
  return reader->nodes[node].kind == TX_YAML_ALIAS ? reader->nodes[node].target : node;
}

static bool add_entry(tx_yaml_reader *reader, tx_yaml_entry entry) {
  void *entries = reader->entries;
  bool grown = tx_yaml_grow(reader, &entries, &reader->entry_capacity, reader->entry_count + 1, sizeof entry);
  reader->entries = entries;
  if (grown) reader->entries[reader->entry_count++] = entry;
  return grown;
}

/* A map's entries with those of the maps merged into it, pushed onto the stack of entries. */
typedef struct gathering {
  uint32_t base;   /* of this map's entries on the stack */
  uint32_t owners; /* maps seen so far */
} gathering;

static bool gather(tx_yaml_reader *reader, gathering *g, uint32_t map, unsigned merges);

/* One map named by `<<`. */
static bool merge(tx_yaml_reader *reader, gathering *g, uint32_t node, unsigned merges) {
  uint32_t map = resolve(reader, node);
  tx_yaml_place place = reader->nodes[node].place;
  if (reader->nodes[map].kind != TX_YAML_MAP) {
    return tx_yaml_fail(reader, TRIAX_EPOLICY, place,
                        "the merge key << takes a map, an alias of one, or a list of these");
  }
  if (merges >= TRIAX_DOCUMENT_DEPTH) {
    return tx_yaml_fail(reader, TRIAX_ELIMIT, place, "merge keys nest deeper than %d", TRIAX_DOCUMENT_DEPTH);
  }
  return gather(reader, g, map, merges + 1);
}

static bool merge_all(tx_yaml_reader *reader, gathering *g, uint32_t node, unsigned merges) {
  uint32_t target = resolve(reader, node);
  if (reader->nodes[target].kind != TX_YAML_LIST) return merge(reader, g, node, merges);
  for (uint32_t item = target + 1; item < reader->nodes[target].after; item = reader->nodes[item].after) {
    if (!count_value(reader, reader->nodes[item].place, 0) || !merge(reader, g, item, merges)) return false;
  }
  return true;
}

static bool gather(tx_yaml_reader *reader, gathering *g, uint32_t map, unsigned merges) {
  uint32_t owner = g->owners++, merged = UINT32_MAX;
  for (uint32_t key = map + 1; key < reader->nodes[map].after;) {
    uint32_t value = reader->nodes[key].after;
    const tx_yaml_node *name = &reader->nodes[resolve(reader, key)];
    tx_yaml_place place = reader->nodes[key].place;
    if (name->kind != TX_YAML_SCALAR) {
      return tx_yaml_fail(reader, TRIAX_EPOLICY, place, "a key must be text, not an alias of a map or list");
    }
    if (merges > 0 && !count_value(reader, place, 0)) return false;
    if (is_plain(reader, name, "<<")) {
      if (merged != UINT32_MAX && owner == 0) {
        return tx_yaml_fail(reader, TRIAX_EPOLICY, place,
                            "a second << (the first is on line %d); give one << a list: [*first, *second]",
                            (int)reader->nodes[merged].place.line);
      }
      merged = key;
      if (!merge_all(reader, g, value, merges)) return false;
    } else {
      uint32_t position = (uint32_t)reader->entry_count - g->base;
      if (!add_entry(reader, (tx_yaml_entry){text_of(reader, name), key, value, owner, position, false})) return false;
    }
    key = reader->nodes[value].after;
  }
  return true;
}

static int by_key(const void *left, const void *right) {
  const tx_yaml_entry *a = left, *b = right;
  size_t length = a->key.length < b->key.length ? a->key.length : b->key.length;
  int order = memcmp(a->key.bytes, b->key.bytes, length);
  if (order != 0) return order;
  if (a->key.length != b->key.length) return a->key.length < b->key.length ? -1 : 1;
  if (a->owner != b->owner) return a->owner < b->owner ? -1 : 1;
  return a->position < b->position ? -1 : a->position > b->position;
}

static int by_position(const void *left, const void *right) {
  const tx_yaml_entry *a = left, *b = right;
  return a->position < b->position ? -1 : a->position > b->position;
}

static bool same_key(const tx_yaml_entry *a, const tx_yaml_entry *b) {
  return a->key.length == b->key.length && memcmp(a->key.bytes, b->key.bytes, a->key.length) == 0;
}

/* Hides what is overridden, and marks duplicates by making their key's first the owner of the complaint. */
static bool settle_keys(tx_yaml_reader *reader, tx_yaml_entry *entries, size_t count) {
  if (count < 2) return true;
  bool duplicates = false;
  qsort(entries, count, sizeof *entries, by_key);
  for (size_t i = 1, first = 0; i < count; i++) {
    if (!same_key(&entries[first], &entries[i])) {
      first = i;
      continue;
    }
    entries[i].hidden = true;
    if (entries[i].owner != 0) continue;
    entries[i].value_node = entries[first].key_node;
    duplicates = true;
  }
  qsort(entries, count, sizeof *entries, by_position);
  if (!duplicates) return true;
  for (size_t i = 0; i < count; i++) {
    if (!entries[i].hidden || entries[i].owner != 0) continue;
    tx_yaml_place first = reader->nodes[entries[i].value_node].place;
    tx_yaml_fail(reader, TRIAX_EPOLICY, reader->nodes[entries[i].key_node].place,
                 "duplicate key '%.*s': the first is on line %d", tx_yaml_shown(entries[i].key), entries[i].key.bytes,
                 (int)first.line);
  }
  return reader->status != TRIAX_ENOMEM;
}

static bool write_value(tx_yaml_reader *reader, uint32_t node, triax_text key, tx_yaml_place key_place);

static bool write_entries(tx_yaml_reader *reader, uint32_t map) {
  gathering g = {(uint32_t)reader->entry_count, 0};
  if (!gather(reader, &g, map, 0)) return false;
  size_t end = reader->entry_count;
  if (end == g.base) return true; /* an empty map; there may be no array of entries yet */
  if (!settle_keys(reader, reader->entries + g.base, end - g.base)) return false;
  for (size_t i = g.base; i < end; i++) {
    tx_yaml_entry entry = reader->entries[i];
    if (entry.hidden) continue;
    if (entry.owner != 0 && reader->aliases++ == 0) reader->alias_place = reader->nodes[entry.key_node].place;
    bool good = write_value(reader, entry.value_node, entry.key, reader->nodes[entry.key_node].place);
    if (entry.owner != 0) reader->aliases--;
    if (!good) return false;
  }
  reader->entry_count = g.base;
  return true;
}

static bool write_items(tx_yaml_reader *reader, uint32_t list) {
  for (uint32_t item = list + 1; item < reader->nodes[list].after; item = reader->nodes[item].after) {
    if (!write_value(reader, item, TRIAX_NO_KEY, (tx_yaml_place){0, 0})) return false;
  }
  return true;
}

static bool write_collection(tx_yaml_reader *reader, uint32_t node, triax_text key) {
  triax_document *document = reader->document;
  bool is_map = reader->nodes[node].kind == TX_YAML_MAP;
  /* The root is open already. */
  if (reader->depth + 1 >= TRIAX_DOCUMENT_DEPTH) {
    return tx_yaml_fail(reader, TRIAX_ELIMIT, reader->nodes[node].place,
                        "maps and lists nest deeper than %d once aliases are expanded", TRIAX_DOCUMENT_DEPTH);
  }
  reader->depth++;
  bool good = written(reader, is_map ? triax_document_map(document, key) : triax_document_list(document, key)) &&
              (is_map ? write_entries(reader, node) : write_items(reader, node)) &&
              written(reader, triax_document_end(document));
  reader->depth--;
  return good;
}

static bool write_scalar(tx_yaml_reader *reader, const tx_yaml_node *node, triax_text key) {
  bool missing = is_plain(reader, node, "") || is_plain(reader, node, "~") || is_plain(reader, node, "null");
  return written(reader, missing ? triax_document_missing(reader->document, key)
                                 : triax_document_text(reader->document, key, text_of(reader, node)));
}

static bool write_value(tx_yaml_reader *reader, uint32_t number, triax_text key, tx_yaml_place key_place) {
  uint32_t target = resolve(reader, number);
  bool is_alias = target != number;
  const tx_yaml_node *node = &reader->nodes[target];
  if (is_alias && reader->aliases++ == 0) reader->alias_place = reader->nodes[number].place;
  bool good = count_value(reader, reader->nodes[number].place, key.length + node->length) &&
              written(reader, triax_document_place(reader->document, key_place.line, key_place.column, node->place.line,
                                                   node->place.column, node->exact));
  if (good)
    good = node->kind == TX_YAML_SCALAR ? write_scalar(reader, node, key) : write_collection(reader, target, key);
  if (is_alias) reader->aliases--;
  return good;
}

bool tx_yaml_expand(tx_yaml_reader *reader) { return write_entries(reader, 0) && reader->faults == 0; }
