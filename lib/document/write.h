/* Short hands for writing documents: keys as C strings, missing numbers as missing. Failures are remembered by the
 * document and come back from triax_document_finish(). */
#ifndef TX_DOCUMENT_WRITE_H
#define TX_DOCUMENT_WRITE_H

#include <math.h>

#include <triax/document.h>

static inline void tx_put_map(triax_document *document, const char *key) {
  triax_document_map(document, triax_text_of(key));
}
static inline void tx_put_list(triax_document *document, const char *key) {
  triax_document_list(document, triax_text_of(key));
}
static inline void tx_put_end(triax_document *document) { triax_document_end(document); }
static inline void tx_put_text(triax_document *document, const char *key, triax_text text) {
  if (text.bytes) triax_document_text(document, triax_text_of(key), text);
  else triax_document_missing(document, triax_text_of(key));
}
static inline void tx_put_number(triax_document *document, const char *key, double value) {
  if (isfinite(value)) triax_document_number(document, triax_text_of(key), value);
  else if (isnan(value)) triax_document_missing(document, triax_text_of(key));
  else triax_document_text(document, triax_text_of(key), triax_text_of(value > 0 ? "inf" : "-inf"));
}
static inline void tx_put_count(triax_document *document, const char *key, uint64_t value) {
  triax_document_number(document, triax_text_of(key), (double)value);
}
static inline void tx_put_boolean(triax_document *document, const char *key, int value) {
  triax_document_boolean(document, triax_text_of(key), value);
}

#endif
