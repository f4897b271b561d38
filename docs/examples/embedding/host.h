/* What the examples of embedding share: giving up, reading a policy, building a table. */
#ifndef HOST_H
#define HOST_H

#include <stdio.h>
#include <stdlib.h>

#include <triax/triax.h>
#include <triax/yaml.h>

static inline void must(triax_status status, const triax_error *error) {
  char text[2048];
  if (status == TRIAX_OK) return;
  triax_error_format(error, NULL, text, sizeof text);
  fprintf(stderr, "%s\n", text);
  exit(1);
}

static inline triax_policy *read_policy(triax_context *context, const char *path) {
  static char text[65536];
  triax_error error;
  triax_policy *policy = NULL;
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(1);
  }
  triax_text all = {text, fread(text, 1, sizeof text, file)};
  fclose(file);
  must(triax_yaml_policy(context, all, triax_text_of(path), &policy, NULL, &error), &error);
  return policy;
}

/* A table to be filled: one column of keys, then numbers. */
static inline triax_table_builder *begin_table(triax_context *context, const char *const *names, size_t count) {
  triax_error error;
  triax_table_builder *builder = NULL;
  must(triax_table_builder_new(context, &builder, &error), &error);
  for (size_t i = 0; i < count; i++) {
    int32_t type = i == 0 ? TRIAX_TYPE_STRING : TRIAX_TYPE_NUMBER;
    must(triax_table_builder_column(builder, triax_text_of(names[i]), type, NULL, &error), &error);
  }
  return builder;
}

static inline triax_table *end_table(triax_table_builder *builder) {
  triax_error error;
  triax_table *table = NULL;
  must(triax_table_builder_finish(builder, &table, &error), &error);
  triax_table_builder_free(builder);
  return table;
}

#endif
