#include <string.h>

#include "base/context.h"
#include "base/error.h"

static bool all_zero(const unsigned char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (bytes[i] != 0) {
      return false;
    }
  }
  return true;
}

triax_status tx_options_copy(const void *given, size_t first_size, size_t known_size, void *into, const char *name,
                             triax_error *error) {
  size_t given_size = 0;
  if (given != NULL) {
    memcpy(&given_size, given, sizeof given_size);
    if (given_size < first_size) {
      return tx_fail(error, TRIAX_EINVAL,
                     "%s: struct_size is %zu, but the struct has at least %zu bytes; set it to sizeof(%s)", name,
                     given_size, first_size, name);
    }
    if (given_size > known_size &&
        !all_zero((const unsigned char *)given + known_size, given_size - known_size)) {
      return tx_fail(error, TRIAX_EINVAL,
                     "%s: an option is set that this version of the library does not know; leave it zero or use a "
                     "newer library",
                     name);
    }
  }
  size_t shared = given_size < known_size ? given_size : known_size;
  memset(into, 0, known_size);
  if (shared > 0) {
    memcpy(into, given, shared);
  }
  memcpy(into, &known_size, sizeof known_size);
  return TRIAX_OK;
}
