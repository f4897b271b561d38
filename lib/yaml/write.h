/* Documents as YAML text, into a buffer that may be too short or none: what is needed is counted. */
#ifndef TX_YAML_WRITE_H
#define TX_YAML_WRITE_H

#include <stdbool.h>

#include <triax/document.h>

typedef struct tx_yaml_writer {
  char *buffer;
  size_t size, length; /* length: what the whole needs */
} tx_yaml_writer;

void tx_yaml_put(tx_yaml_writer *writer, triax_text text);
/* A key or value, quoted where a reader of YAML would not take it for this text. */
void tx_yaml_put_scalar(tx_yaml_writer *writer, triax_text text);
/* A map's entry at so many blanks of indentation, with the ends of its lines. */
void tx_yaml_put_entry(tx_yaml_writer *writer, const triax_document *document, triax_node node, triax_text key,
                       size_t indent);
/* Ends the buffer with NUL, where there is room. */
void tx_yaml_end(tx_yaml_writer *writer);

#endif
