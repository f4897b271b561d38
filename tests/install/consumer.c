/* What a stranger's program needs to begin with. */
#include <stdio.h>

#include <triax/base.h>

int main(void) {
  triax_context *context = NULL;
  triax_error error;
  if (triax_context_new(NULL, &context, &error) != TRIAX_OK) return fprintf(stderr, "%s\n", error.message), 1;
  triax_context_unref(context);
  return printf("context made, headers of %s\n", TRIAX_VERSION) < 0;
}
