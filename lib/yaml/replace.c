/* A section of a policy's text in place of another, with everything around it left as its author wrote it. */
#include <string.h>

#include "reader.h"
#include "write.h"

typedef struct replacing {
  tx_yaml_reader reader;
  triax_text parent, key; /* parent not given: at the top */
  const triax_document *section;
} replacing;

static triax_text text_of(const replacing *work, uint32_t node) {
  const tx_yaml_node *at = &work->reader.nodes[node];
  return (triax_text){work->reader.texts + at->text, at->length};
}

static bool is_text(const replacing *work, uint32_t node, triax_text text) {
  const triax_text found = text_of(work, node);
  return work->reader.nodes[node].kind == TX_YAML_SCALAR && found.length == text.length &&
         memcmp(found.bytes, text.bytes, text.length) == 0;
}

/* The key's node in a map, or 0. */
static uint32_t find_key(const replacing *work, uint32_t map, triax_text key) {
  const tx_yaml_node *nodes = work->reader.nodes;
  for (uint32_t node = map + 1; node < nodes[map].after;) {
    if (is_text(work, node, key)) return node;
    node = nodes[nodes[node].after].after;
  }
  return 0;
}

/* Where a line begins, in bytes; the end of the text where there is none. */
static size_t line_start(triax_text text, int32_t line) {
  size_t at = 0;
  for (int32_t now = 1; now < line && at < text.length; at++) now += text.bytes[at] == '\n';
  return at;
}

/* Only blanks, or a comment that stands no deeper than the key: what belongs to the section that follows. */
static bool is_between(triax_text text, size_t begin, size_t end, size_t indent) {
  size_t at = begin;
  while (at < end && (text.bytes[at] == ' ' || text.bytes[at] == '\r' || text.bytes[at] == '\n')) at++;
  return at == end || (text.bytes[at] == '#' && at - begin <= indent);
}

/* Goes back over such lines. */
static size_t before_comments(triax_text text, size_t from, size_t least, size_t indent) {
  while (from > least) {
    size_t begin = from - 1;
    while (begin > least && text.bytes[begin - 1] != '\n') begin--;
    if (!is_between(text, begin, from, indent)) break;
    from = begin;
  }
  return from;
}

/* The bytes that a key and its value take, [*begin, *end): up to the next key, or to `last`. False where keys do not
 * begin lines of their own. */
static bool extent_of(const replacing *work, uint32_t map, uint32_t key, size_t last, size_t *begin, size_t *end) {
  const tx_yaml_node *nodes = work->reader.nodes;
  const triax_text source = work->reader.source;
  const uint32_t next = nodes[nodes[key].after].after;
  const size_t indent = (size_t)nodes[key].place.column - 1;
  *begin = line_start(source, nodes[key].place.line);
  *end = next < nodes[map].after ? line_start(source, nodes[next].place.line) : last;
  for (size_t i = 0; i < indent; i++) {
    if (*begin + i >= source.length || source.bytes[*begin + i] != ' ') return false;
  }
  if (*end <= *begin) return false;
  *end = before_comments(source, *end, *begin + 1, indent);
  return true;
}

/* A map that is written key below key. */
static bool is_block(const replacing *work, uint32_t map) {
  const tx_yaml_node *nodes = work->reader.nodes;
  if (nodes[map].kind != TX_YAML_MAP || nodes[map].after <= map + 1) return false;
  const size_t at = line_start(work->reader.source, nodes[map].place.line) + (size_t)nodes[map].place.column - 1;
  return at < work->reader.source.length && work->reader.source.bytes[at] != '{';
}

/* Before the first of these keys a section that is new is put; else at the end. */
static size_t place_for(const replacing *work, uint32_t map) {
  static const char *const behind[] = {"scores", "segmentation", "allocation", "attention", "plays", "forecast",
                                       "transition", "allow"};
  size_t place = work->reader.source.length;
  for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
    const uint32_t key = find_key(work, map, triax_text_of(behind[i]));
    if (!key) continue;
    const size_t begin = line_start(work->reader.source, work->reader.nodes[key].place.line);
    const size_t before = before_comments(work->reader.source, begin, 0, 0);
    if (before < place) place = before;
  }
  return place;
}

static void put_around(tx_yaml_writer *to, const replacing *work, size_t begin, size_t end, size_t indent,
                       bool with_parent) {
  const triax_text source = work->reader.source;
  tx_yaml_put(to, (triax_text){source.bytes, begin});
  if (begin > 0 && source.bytes[begin - 1] != '\n') tx_yaml_put(to, triax_text_of("\n"));
  if (with_parent) {
    tx_yaml_put_scalar(to, work->parent);
    tx_yaml_put(to, triax_text_of(":\n"));
  }
  tx_yaml_put_entry(to, work->section, 0, work->key, indent);
  tx_yaml_put(to, (triax_text){source.bytes + end, source.length - end});
}

/* Into the text as it is; false where it is written in a way that does not allow it. */
static bool splice(const replacing *work, tx_yaml_writer *to) {
  const tx_yaml_node *nodes = work->reader.nodes;
  const size_t all = work->reader.source.length;
  size_t begin, end, indent = (size_t)nodes[1].place.column - 1;
  if (!is_block(work, 0)) return false;
  uint32_t map = 0, key = find_key(work, 0, work->parent.bytes ? work->parent : work->key);
  if (!key) {
    begin = place_for(work, 0);
    put_around(to, work, begin, begin, work->parent.bytes ? indent + 2 : indent, work->parent.bytes != NULL);
    return indent == 0 || !work->parent.bytes;
  }
  if (!extent_of(work, 0, key, all, &begin, &end)) return false;
  if (work->parent.bytes) {
    map = nodes[key].after;
    if (!is_block(work, map)) return false;
    indent = (size_t)nodes[map + 1].place.column - 1;
    key = find_key(work, map, work->key);
    if (!key) begin = end;
    else if (!extent_of(work, map, key, end, &begin, &end)) return false;
  }
  put_around(to, work, begin, end, indent, false);
  return true;
}

static void put_parent(tx_yaml_writer *to, const replacing *work, const triax_document *policy, triax_node parent) {
  bool done = false;
  tx_yaml_put_scalar(to, work->parent);
  tx_yaml_put(to, triax_text_of(":\n"));
  for (triax_node child = parent == TRIAX_NO_NODE ? TRIAX_NO_NODE : triax_document_first(policy, parent);
       child != TRIAX_NO_NODE; child = triax_document_next(policy, child)) {
    const triax_text key = triax_document_key(policy, child);
    const bool is = key.length == work->key.length && memcmp(key.bytes, work->key.bytes, key.length) == 0;
    tx_yaml_put_entry(to, is ? work->section : policy, is ? 0 : child, key, 2);
    done = done || is;
  }
  if (!done) tx_yaml_put_entry(to, work->section, 0, work->key, 2);
}

/* The whole policy anew: for text that is JSON, or that has anchors where the section was. */
static void rewrite(const replacing *work, const triax_document *policy, tx_yaml_writer *to) {
  const triax_text wanted = work->parent.bytes ? work->parent : work->key;
  bool done = false;
  for (triax_node child = triax_document_first(policy, 0); child != TRIAX_NO_NODE;
       child = triax_document_next(policy, child)) {
    const triax_text key = triax_document_key(policy, child);
    if (key.length != wanted.length || memcmp(key.bytes, wanted.bytes, key.length) != 0) {
      tx_yaml_put_entry(to, policy, child, key, 0);
      continue;
    }
    done = true;
    if (work->parent.bytes) put_parent(to, work, policy, child);
    else tx_yaml_put_entry(to, work->section, 0, key, 0);
  }
  if (!done && work->parent.bytes) put_parent(to, work, policy, TRIAX_NO_NODE);
  else if (!done) tx_yaml_put_entry(to, work->section, 0, work->key, 0);
}

/* A text of the context's memory, from what `put` counts first and then writes. */
static char *spliced_text(replacing *work, size_t *length) {
  tx_yaml_writer counter = {NULL, 0, 0};
  *length = 0;
  if (!splice(work, &counter)) return NULL;
  char *bytes = triax_context_resize(work->reader.context, NULL, 0, counter.length + 1);
  if (!bytes) {
    tx_yaml_no_memory(&work->reader);
    return NULL;
  }
  tx_yaml_writer writer = {bytes, counter.length + 1, 0};
  splice(work, &writer);
  tx_yaml_end(&writer);
  *length = counter.length;
  return bytes;
}

/* Spliced text that does not read (an anchor was in the old section) is not used. */
static bool reads(replacing *work, const char *bytes, size_t length) {
  triax_document *document = NULL;
  triax_error error;
  const triax_status status = triax_yaml_read(work->reader.context, (triax_text){bytes, length}, TRIAX_NO_KEY,
                                              &document, NULL, &error);
  triax_document_free(document);
  if (status == TRIAX_ENOMEM) tx_yaml_no_memory(&work->reader);
  return status == TRIAX_OK;
}

static void drop(const tx_yaml_reader *reader, void *block, size_t size) {
  if (block) triax_context_resize(reader->context, block, size, 0);
}

static void finish(replacing *work) {
  tx_yaml_reader *reader = &work->reader;
  drop(reader, reader->nodes, reader->node_capacity * sizeof *reader->nodes);
  drop(reader, reader->texts, reader->text_capacity);
  drop(reader, reader->anchors, reader->anchor_capacity * sizeof *reader->anchors);
}

triax_status triax_yaml_replace(triax_context *context, triax_text text, triax_text parent, triax_text key,
                                const triax_document *section, char *buffer, size_t size, size_t *length,
                                triax_error *error) {
  replacing work = {.reader = {.context = context, .error = error, .source = text, .name = TRIAX_NO_KEY},
                    .parent = parent, .key = key, .section = section};
  if (!context || !text.bytes || !key.bytes || !section || !length) {
    tx_yaml_fail(&work.reader, TRIAX_EINVAL, (tx_yaml_place){0, 0},
                 "triax_yaml_replace: a context, a text, a key, a section and a place for the length are needed");
    return TRIAX_EINVAL;
  }
  triax_document *policy = NULL;
  triax_status status = triax_yaml_read(context, text, TRIAX_NO_KEY, &policy, NULL, error);
  if (status != TRIAX_OK) return status;
  tx_yaml_writer writer = {buffer, buffer ? size : 0, 0};
  size_t spliced = 0;
  char *bytes = tx_yaml_check_source(&work.reader) && tx_yaml_parse(&work.reader) ? spliced_text(&work, &spliced) : NULL;
  if (bytes && reads(&work, bytes, spliced)) {
    tx_yaml_put(&writer, (triax_text){bytes, spliced});
  } else if (work.reader.status == TRIAX_OK) {
    rewrite(&work, policy, &writer);
  }
  if (bytes) triax_context_resize(context, bytes, spliced + 1, 0);
  finish(&work);
  triax_document_free(policy);
  if (work.reader.status != TRIAX_OK) return work.reader.status;
  tx_yaml_end(&writer);
  *length = writer.length;
  return TRIAX_OK;
}
