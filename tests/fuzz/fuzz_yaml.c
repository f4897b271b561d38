/* Any bytes as YAML: a document or a fault with its place, nothing leaked, memory failing now and then. */
#include <stdint.h>
#include <stdlib.h>

#include <triax/yaml.h>

typedef struct ration {
  size_t left; /* allocations until one fails; 0: none does */
} ration;

static void *ration_resize(void *user, void *block, size_t old_size, size_t new_size) {
  ration *given = user;
  (void)old_size;
  if (new_size == 0) {
    free(block);
    return NULL;
  }
  if (given->left > 0 && --given->left == 0) return NULL;
  return realloc(block, new_size);
}

/* What holds of every document. */
static size_t walk(const triax_document *document, triax_node node, unsigned depth) {
  size_t count = 1;
  if (depth > TRIAX_DOCUMENT_DEPTH + 1) abort();
  for (triax_node child = triax_document_first(document, node); child != TRIAX_NO_NODE;
       child = triax_document_next(document, child)) {
    count += walk(document, child, depth + 1);
  }
  return count;
}

static void read_once(const char *bytes, size_t length, size_t fail_at) {
  ration given = {0};
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  options.resize = ration_resize;
  options.resize_user = &given;
  triax_context *context = NULL;
  triax_messages *messages = NULL;
  triax_document *document = NULL;
  triax_error error = {.status = TRIAX_OK};
  if (triax_context_new(&options, &context, NULL) != TRIAX_OK) return;
  if (triax_messages_new(context, &messages, NULL) == TRIAX_OK) {
    given.left = fail_at;
    triax_text text = {bytes, length};
    triax_status status = triax_yaml_read(context, text, triax_text_of("fuzz.yaml"), &document, messages, &error);
    given.left = 0;
    if ((status == TRIAX_OK) != (document != NULL)) abort();
    if (status != TRIAX_OK && (error.status != status || error.message[0] == '\0')) abort();
    if (status == TRIAX_ENOMEM && fail_at == 0) abort();
    if (document != NULL && walk(document, 0, 0) > TRIAX_DOCUMENT_NODES) abort();
  }
  triax_document_free(document);
  triax_messages_free(messages);
  triax_context_unref(context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char empty[1] = "";
  const char *bytes = size > 0 ? (const char *)data : empty;
  read_once(bytes, size, 0);
  size_t sum = 0;
  for (size_t i = 0; i < size; i++) sum += data[i];
  read_once(bytes, size, 1 + sum % 40);
  return 0;
}
