/* The inside of libtriax-yaml: text -> nodes as written -> document with aliases and merge keys expanded.
 *
 * libyaml's events are taken one by one, and both limits are looked at before anything grows: its own loader builds
 * whatever it is given, and slows down with the square of the depth. */
#ifndef TX_YAML_READER_H
#define TX_YAML_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <triax/yaml.h>

/* Anchors are looked up one after the other; more than these are no policy. */
#define TX_YAML_ANCHORS 1000
/* What aliases may add in bytes of text: one long text named thousands of times would fill the memory otherwise. */
#define TX_YAML_ALIAS_BYTES ((size_t)16 << 20)
/* Faults that are reported in one go. */
#define TX_YAML_FAULTS 20

typedef struct tx_yaml_place {
  int32_t line, column; /* 1-based, in code points; 0 unknown */
} tx_yaml_place;

typedef enum tx_yaml_kind { TX_YAML_SCALAR, TX_YAML_MAP, TX_YAML_LIST, TX_YAML_ALIAS } tx_yaml_kind;

/* Nodes stand in the order of the text; a map's children are key, value, key, value … */
typedef struct tx_yaml_node {
  tx_yaml_kind kind;
  uint32_t after;  /* the node behind this one and all within it; 0 while it is open */
  uint32_t target; /* of an alias */
  bool plain;      /* a scalar without quotes */
  bool exact;      /* its text stands at its place as it is */
  tx_yaml_place place;
  size_t text, length; /* of a scalar: where in the reader's texts */
} tx_yaml_node;

typedef struct tx_yaml_anchor {
  size_t name, length; /* in the reader's texts */
  uint32_t node;
} tx_yaml_anchor;

/* One entry of a map that is being expanded. */
typedef struct tx_yaml_entry {
  triax_text key;
  uint32_t key_node, value_node;
  uint32_t owner;    /* 0: the map itself; 1 …: the maps merged into it, nearest first */
  uint32_t position; /* in the order of the text */
  bool hidden;       /* overridden, or a duplicate */
} tx_yaml_entry;

/* Walks along the source with libyaml's marks, which only go forward. */
typedef struct tx_yaml_cursor {
  size_t index; /* code points before */
  size_t byte;
  tx_yaml_place place;
} tx_yaml_cursor;

typedef struct tx_yaml_reader {
  triax_context *context;
  triax_messages *messages;
  triax_error *error;
  triax_text source; /* without a byte order mark */
  triax_text name;
  tx_yaml_cursor cursor;

  tx_yaml_node *nodes;
  size_t node_count, node_capacity;
  size_t values; /* nodes that are no keys */
  char *texts;
  size_t text_length, text_capacity;
  tx_yaml_anchor *anchors;
  size_t anchor_count, anchor_capacity;

  tx_yaml_entry *entries; /* a stack: the maps that are being expanded */
  size_t entry_count, entry_capacity;
  size_t expanded; /* values given to the document, and entries looked at for merging */
  size_t alias_bytes;
  unsigned depth;            /* of maps and lists open in the document */
  unsigned aliases;          /* of aliases and merges being followed */
  tx_yaml_place alias_place; /* of the outermost of them */
  triax_document *document;

  triax_status status; /* of the first fault; TRIAX_ENOMEM wins */
  int32_t faults;
} tx_yaml_reader;

/* source.c */
/* Finds what no text may have: NUL bytes, bad UTF-8, other encodings. Drops a byte order mark. */
bool tx_yaml_check_source(tx_yaml_reader *reader);
/* The place of libyaml's index, counting lines as messages do: by LF alone. */
tx_yaml_place tx_yaml_place_of(tx_yaml_reader *reader, size_t index);
/* As tx_yaml_place_of, by bytes. */
tx_yaml_place tx_yaml_place_at_byte(tx_yaml_reader *reader, size_t byte);
/* Whether `text` stands in the source at the cursor, behind anchors, tags and an opening quote; moves *place there. */
bool tx_yaml_stands_at(const tx_yaml_reader *reader, triax_text text, char quote, tx_yaml_place *place);

/* parse.c */
/* Reads the source into nodes. */
bool tx_yaml_parse(tx_yaml_reader *reader);

/* expand.c */
/* Writes the nodes into the reader's document. */
bool tx_yaml_expand(tx_yaml_reader *reader);

/* fault.c */
#ifdef __GNUC__
#define TX_YAML_PRINTF(at, first) __attribute__((format(printf, at, first)))
#else
#define TX_YAML_PRINTF(at, first)
#endif
/* Reports a fault; always false, for `return tx_yaml_fail(…)`. */
bool tx_yaml_fail(tx_yaml_reader *reader, triax_status status, tx_yaml_place place, const char *format, ...)
    TX_YAML_PRINTF(4, 5);
/* Bytes of a text that a message shows, for "%.*s": whole characters. */
#define TX_YAML_SHOWN 60
int tx_yaml_shown(triax_text text);
bool tx_yaml_no_memory(tx_yaml_reader *reader);
/* Grows *array to hold `needed` elements of `size` bytes. */
bool tx_yaml_grow(tx_yaml_reader *reader, void **array, size_t *capacity, size_t needed, size_t size);

#endif
