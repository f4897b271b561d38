/* libyaml's events -> nodes as written. */
#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "reader.h"

#define NO_NODE UINT32_MAX

/* A map or list that is open. */
typedef struct frame {
  uint32_t node;
  bool is_map;
  bool wants_key;
} frame;

typedef struct parse {
  tx_yaml_reader *reader;
  yaml_parser_t parser;
  frame frames[TRIAX_DOCUMENT_DEPTH];
  unsigned depth;
  unsigned documents;
} parse;

/* What people mean when libyaml says so. */
static const char *advice(const char *problem, char at) {
  static const struct {
    const char *problem, *advice;
  } known[] = {
      {"mapping values are not allowed", "text that has ': ' in it must be in quotes"},
      {"',' or '}'", "inside {…} text with a comma, bracket or ': ' must be in quotes, and every { needs its }"},
      {"',' or ']'", "inside […] text with a comma, bracket or ': ' must be in quotes, and every [ needs its ]"},
      {"expected key",
       "look at the indentation of this line; text that begins with a quote must be in quotes as a whole"},
      {"'-' indicator", "look at the indentation: all items of a list begin in the same column"},
      {"could not find expected ':'", "every line of a map is 'key: value', with a blank behind the colon"},
      {"block sequence entries", "begin the list on a line of its own"},
      {"comment or line break", "text that begins with > or | must be in quotes"},
      {"unexpected end of stream", "a quote is not closed"},
      {"unknown escape", "write \\\\ for a backslash, or use single quotes"},
      {"alphabetic or numeric", "text that begins with & or * must be in quotes"},
      {"control characters", "remove it"},
      {"tab character", "indent with spaces"},
      {"", NULL},
  };
  if (at == '\t') return "indent with spaces, not with tabs";
  if (strstr(problem, "cannot start any token") != NULL)
    return "text that begins with this character must be in quotes";
  for (size_t i = 0; known[i].advice != NULL; i++) {
    if (strstr(problem, known[i].problem) != NULL) return known[i].advice;
  }
  return NULL;
}

static bool fail_as_libyaml(parse *p) {
  tx_yaml_reader *reader = p->reader;
  const yaml_parser_t *parser = &p->parser;
  if (parser->error == YAML_MEMORY_ERROR || parser->error == YAML_NO_ERROR) return tx_yaml_no_memory(reader);
  const char *problem = parser->problem != NULL ? parser->problem : "the text is not YAML";
  tx_yaml_place place;
  if (parser->error == YAML_READER_ERROR) {
    place = tx_yaml_place_at_byte(reader, parser->problem_offset);
  } else {
    place = tx_yaml_place_of(reader, parser->problem_mark.index);
  }
  size_t byte = reader->cursor.byte;
  const char *more = advice(problem, byte < reader->source.length ? reader->source.bytes[byte] : '\0');
  char opened[64] = "";
  if (parser->context != NULL && parser->context_mark.line + 1 < (size_t)place.line) {
    snprintf(opened, sizeof opened, " (for what begins on line %d)",
             (int)tx_yaml_place_of(reader, parser->context_mark.index).line);
  }
  return tx_yaml_fail(reader, TRIAX_EPOLICY, place, "%s%s%s%s", problem, opened, more != NULL ? ": " : "",
                      more != NULL ? more : "");
}

static bool add_text(tx_yaml_reader *reader, const void *bytes, size_t length, size_t *at) {
  void *texts = reader->texts;
  if (length > SIZE_MAX - reader->text_length - 1) return tx_yaml_no_memory(reader);
  bool grown = tx_yaml_grow(reader, &texts, &reader->text_capacity, reader->text_length + length + 1, 1);
  reader->texts = texts;
  if (!grown) return false;
  *at = reader->text_length;
  memcpy(reader->texts + *at, bytes, length);
  reader->texts[*at + length] = '\0';
  reader->text_length += length + 1;
  return true;
}

/* The node that an alias stands for, or NO_NODE; the newest anchor of a name counts. */
static uint32_t find_anchor(const tx_yaml_reader *reader, const char *name) {
  size_t length = strlen(name);
  for (size_t i = reader->anchor_count; i-- > 0;) {
    const tx_yaml_anchor *anchor = &reader->anchors[i];
    if (anchor->length == length && memcmp(reader->texts + anchor->name, name, length) == 0) return anchor->node;
  }
  return NO_NODE;
}

static bool add_anchor(tx_yaml_reader *reader, const yaml_char_t *name, uint32_t node, tx_yaml_place place) {
  if (name == NULL) return true;
  if (reader->anchor_count >= TX_YAML_ANCHORS) {
    return tx_yaml_fail(reader, TRIAX_ELIMIT, place, "more than %d anchors", TX_YAML_ANCHORS);
  }
  void *anchors = reader->anchors;
  bool grown =
      tx_yaml_grow(reader, &anchors, &reader->anchor_capacity, reader->anchor_count + 1, sizeof(tx_yaml_anchor));
  reader->anchors = anchors;
  if (!grown) return false;
  tx_yaml_anchor *anchor = &reader->anchors[reader->anchor_count];
  anchor->length = strlen((const char *)name);
  anchor->node = node;
  if (!add_text(reader, name, anchor->length, &anchor->name)) return false;
  reader->anchor_count++;
  return true;
}

static bool is_tag(const char *tag, const char *kind) {
  static const char prefix[] = "tag:yaml.org,2002:";
  if (strcmp(tag, "!") == 0) return true;
  return strncmp(tag, prefix, sizeof prefix - 1) == 0 && strcmp(tag + sizeof prefix - 1, kind) == 0;
}

static bool check_tag(tx_yaml_reader *reader, const yaml_char_t *tag, const char *kind, tx_yaml_place place) {
  if (tag == NULL || is_tag((const char *)tag, kind)) return true;
  triax_text name = triax_text_of((const char *)tag);
  return tx_yaml_fail(reader, TRIAX_EPOLICY, place,
                      "'%.*s' is a YAML tag, and tags are not taken: text that begins with ! must be in quotes",
                      tx_yaml_shown(name), name.bytes);
}

/* Room for one more node, and whether it may stand where the parser is. */
static tx_yaml_node *add_node(parse *p, tx_yaml_kind kind, tx_yaml_place place) {
  tx_yaml_reader *reader = p->reader;
  frame *open = p->depth > 0 ? &p->frames[p->depth - 1] : NULL;
  bool is_key = open != NULL && open->is_map && open->wants_key;
  if (is_key && (kind == TX_YAML_MAP || kind == TX_YAML_LIST)) {
    tx_yaml_fail(reader, TRIAX_EPOLICY, place,
                 "a key must be text, not a map or list: text that begins with { or [ must be in quotes");
    return NULL;
  }
  if (open == NULL && kind != TX_YAML_MAP) {
    tx_yaml_fail(reader, TRIAX_EPOLICY, place, "the text holds %s where a map is wanted, with lines such as 'triax: 1'",
                 kind == TX_YAML_LIST ? "a list" : "a single value");
    return NULL;
  }
  if (!is_key && reader->values >= TRIAX_DOCUMENT_NODES) {
    tx_yaml_fail(reader, TRIAX_ELIMIT, place, "the document has more than 100,000 values");
    return NULL;
  }
  void *nodes = reader->nodes;
  bool grown = tx_yaml_grow(reader, &nodes, &reader->node_capacity, reader->node_count + 1, sizeof(tx_yaml_node));
  reader->nodes = nodes;
  if (!grown) return NULL;
  tx_yaml_node *node = &reader->nodes[reader->node_count++];
  *node = (tx_yaml_node){.kind = kind, .place = place, .after = (uint32_t)reader->node_count};
  if (!is_key) reader->values++;
  if (open != NULL && open->is_map) open->wants_key = !open->wants_key;
  return node;
}

static bool add_scalar(parse *p, const yaml_event_t *event, tx_yaml_place place) {
  tx_yaml_reader *reader = p->reader;
  triax_text text = {(const char *)event->data.scalar.value, event->data.scalar.length};
  yaml_scalar_style_t style = event->data.scalar.style;
  if (!check_tag(reader, event->data.scalar.tag, "str", place)) return false;
  if (memchr(text.bytes, 0, text.length) != NULL) {
    return tx_yaml_fail(reader, TRIAX_EPOLICY, place, "the text has a NUL character in it; remove the \\0");
  }
  char quote = style == YAML_SINGLE_QUOTED_SCALAR_STYLE ? '\'' : style == YAML_DOUBLE_QUOTED_SCALAR_STYLE ? '"' : '\0';
  tx_yaml_node *node = add_node(p, TX_YAML_SCALAR, place);
  if (node == NULL) return false;
  uint32_t number = (uint32_t)reader->node_count - 1;
  node->plain = style == YAML_PLAIN_SCALAR_STYLE && event->data.scalar.tag == NULL;
  if (style == YAML_PLAIN_SCALAR_STYLE || quote != 0) {
    node->exact = tx_yaml_stands_at(reader, text, quote, &node->place);
  }
  node->length = text.length;
  if (!add_text(reader, text.bytes, text.length, &node->text)) return false;
  return add_anchor(reader, event->data.scalar.anchor, number, place);
}

static bool add_alias(parse *p, const yaml_event_t *event, tx_yaml_place place) {
  tx_yaml_reader *reader = p->reader;
  const char *name = (const char *)event->data.alias.anchor;
  uint32_t target = find_anchor(reader, name);
  if (target == NO_NODE) {
    return tx_yaml_fail(reader, TRIAX_EPOLICY, place,
                        "no anchor '&%.60s' stands before this alias; text that begins with * must be in quotes", name);
  }
  if (reader->nodes[target].after == 0) {
    return tx_yaml_fail(reader, TRIAX_EPOLICY, place, "the alias '*%.60s' stands inside of what it names", name);
  }
  tx_yaml_node *node = add_node(p, TX_YAML_ALIAS, place);
  if (node == NULL) return false;
  node->target = target;
  return true;
}

static bool open_collection(parse *p, const yaml_event_t *event, tx_yaml_place place) {
  tx_yaml_reader *reader = p->reader;
  bool is_map = event->type == YAML_MAPPING_START_EVENT;
  const yaml_char_t *tag = is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
  const yaml_char_t *anchor = is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
  if (p->depth >= TRIAX_DOCUMENT_DEPTH) {
    return tx_yaml_fail(reader, TRIAX_ELIMIT, place, "maps and lists nest deeper than %d", TRIAX_DOCUMENT_DEPTH);
  }
  if (!check_tag(reader, tag, is_map ? "map" : "seq", place)) return false;
  if (add_node(p, is_map ? TX_YAML_MAP : TX_YAML_LIST, place) == NULL) return false;
  uint32_t number = (uint32_t)reader->node_count - 1;
  reader->nodes[number].after = 0;
  p->frames[p->depth++] = (frame){number, is_map, is_map};
  return add_anchor(reader, anchor, number, place);
}

static bool take_event(parse *p, const yaml_event_t *event) {
  tx_yaml_reader *reader = p->reader;
  tx_yaml_place place = tx_yaml_place_of(reader, event->start_mark.index);
  switch (event->type) {
  case YAML_DOCUMENT_START_EVENT:
    if (p->documents++ == 0) return true;
    return tx_yaml_fail(reader, TRIAX_EPOLICY, place, "a second document begins here; one file holds one document");
  case YAML_SCALAR_EVENT:
    return add_scalar(p, event, place);
  case YAML_ALIAS_EVENT:
    return add_alias(p, event, place);
  case YAML_SEQUENCE_START_EVENT:
  case YAML_MAPPING_START_EVENT:
    return open_collection(p, event, place);
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    p->depth--;
    reader->nodes[p->frames[p->depth].node].after = (uint32_t)reader->node_count;
    return true;
  default:
    return true;
  }
}

static bool is_empty_document(const parse *p, const yaml_event_t *event) {
  if (event->type == YAML_STREAM_END_EVENT) return p->documents == 0;
  return event->type == YAML_SCALAR_EVENT && p->depth == 0 && event->data.scalar.length == 0 &&
         event->data.scalar.plain_implicit && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool tx_yaml_parse(tx_yaml_reader *reader) {
  parse p = {.reader = reader};
  if (!yaml_parser_initialize(&p.parser)) return tx_yaml_no_memory(reader);
  yaml_parser_set_input_string(&p.parser, (const unsigned char *)reader->source.bytes, reader->source.length);
  /* Not left to guessing: UTF-16 was refused before. */
  yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
  bool good = true, ended = false;
  while (good && !ended) {
    yaml_event_t event;
    if (!yaml_parser_parse(&p.parser, &event)) {
      good = fail_as_libyaml(&p);
      break;
    }
    ended = event.type == YAML_STREAM_END_EVENT;
    if (is_empty_document(&p, &event)) {
      good = tx_yaml_fail(reader, TRIAX_EPOLICY, (tx_yaml_place){1, 1},
                          "the document is empty; a policy begins with 'triax: 1'");
    } else {
      good = take_event(&p, &event);
    }
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&p.parser);
  return good;
}
