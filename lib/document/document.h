/* The inside of a document, for those who read policies from it. */
#ifndef TX_DOCUMENT_DOCUMENT_H
#define TX_DOCUMENT_DOCUMENT_H

#include <triax/document.h>

#include "base/error.h"
#include "base/memory.h"

#define TX_NO_NODE UINT32_MAX

typedef struct tx_node {
  int32_t kind; /* TRIAX_KIND_… */
  triax_text key;
  triax_text text; /* of text, number and boolean nodes: as text */
  double number;
  uint32_t parent, first, last, next; /* TX_NO_NODE: none */
  uint32_t count;                     /* children */
  uint32_t place;                     /* among its parent's, from 0 */
  int32_t key_line, key_column, line, column;
  bool exact;
} tx_node;

struct triax_document {
  triax_context *context;
  tx_arena arena;
  tx_node *nodes;
  size_t count, capacity;
  uint32_t open; /* the innermost open map or list */
  uint32_t depth;
  bool finished;
  bool is_result; /* written by the library: as long as what it tells of */
  triax_status status; /* of the first failure */
  triax_error error;
  tx_source source;
  struct {
    int32_t key_line, key_column, line, column;
    bool exact;
  } place; /* for the next node */
};

/* triax_document_new for results: a limit is for what others write. */
triax_status tx_document_result(triax_context *context, triax_document **document, triax_error *error);
/* The failure that writing met, or TRIAX_OK when finished; copies it to error. */
triax_status tx_document_status(const triax_document *document, triax_error *error);
/* "segmentation.segments[1].when": the path of a node; returns its length. */
size_t tx_document_path(const triax_document *document, uint32_t node, char *buffer, size_t size);
/* A finished copy of a finished document, with its places and source. */
triax_status tx_document_copy(triax_context *context, const triax_document *document, triax_document **copy,
                              triax_error *error);
uint32_t tx_document_child(const triax_document *document, uint32_t node, const char *key);

#endif
