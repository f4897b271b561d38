/* libtriax-yaml's public calls. */
#include <string.h>

#include "reader.h"

static void drop(const tx_yaml_reader *reader, void *array, size_t capacity, size_t size) {
  if (array != NULL) triax_context_resize(reader->context, array, capacity * size, 0);
}

static void finish_reader(tx_yaml_reader *reader) {
  drop(reader, reader->nodes, reader->node_capacity, sizeof *reader->nodes);
  drop(reader, reader->texts, reader->text_capacity, 1);
  drop(reader, reader->anchors, reader->anchor_capacity, sizeof *reader->anchors);
  drop(reader, reader->entries, reader->entry_capacity, sizeof *reader->entries);
  triax_document_free(reader->document);
}

/* A failure of a call of the core is this call's failure. */
static bool of_core(tx_yaml_reader *reader, triax_status status) {
  if (status == TRIAX_OK) return true;
  if (status == TRIAX_ENOMEM) return tx_yaml_no_memory(reader);
  triax_error error = {.message = ""};
  triax_document_finish(reader->document, &error);
  return tx_yaml_fail(reader, status, (tx_yaml_place){error.line, error.column}, "%s", error.message);
}

static bool read_document(tx_yaml_reader *reader) {
  if (!tx_yaml_check_source(reader) || !tx_yaml_parse(reader)) return false;
  triax_status status = triax_document_new(reader->context, &reader->document, NULL);
  if (status != TRIAX_OK) return of_core(reader, status);
  if (!of_core(reader, triax_document_source(reader->document, reader->name, reader->source))) return false;
  if (!tx_yaml_expand(reader)) return false;
  return of_core(reader, triax_document_finish(reader->document, NULL));
}

triax_status triax_yaml_read(triax_context *context, triax_text text, triax_text name, triax_document **document,
                             triax_messages *messages, triax_error *error) {
  tx_yaml_reader reader = {.context = context, .messages = messages, .error = error, .source = text, .name = name};
  if (context == NULL || text.bytes == NULL || document == NULL) {
    const char *message = "triax_yaml_read: a context, a text and a place for the document are needed";
    reader.messages = NULL;
    tx_yaml_fail(&reader, TRIAX_EINVAL, (tx_yaml_place){0, 0}, "%s", message);
    return TRIAX_EINVAL;
  }
  bool done = read_document(&reader);
  if (done) {
    *document = reader.document;
    reader.document = NULL;
  }
  finish_reader(&reader);
  return done ? TRIAX_OK : reader.status;
}

triax_status triax_yaml_policy(triax_context *context, triax_text text, triax_text name, triax_policy **policy,
                               triax_messages *messages, triax_error *error) {
  triax_document *document = NULL;
  triax_status status = triax_yaml_read(context, text, name, &document, messages, error);
  if (status == TRIAX_OK) status = triax_policy_new(context, document, policy, messages, error);
  triax_document_free(document);
  return status;
}

triax_status triax_yaml_health(triax_context *context, triax_text text, triax_text name, triax_health **health,
                               triax_messages *messages, triax_error *error) {
  triax_document *document = NULL;
  triax_status status = triax_yaml_read(context, text, name, &document, messages, error);
  if (status == TRIAX_OK) status = triax_health_new(context, document, health, messages, error);
  triax_document_free(document);
  return status;
}
