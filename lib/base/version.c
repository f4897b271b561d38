#include <triax/base.h>

const char *triax_version(void) { return TRIAX_VERSION; }

int32_t triax_version_number(void) {
  return TRIAX_VERSION_MAJOR * 10000 + TRIAX_VERSION_MINOR * 100 + TRIAX_VERSION_PATCH;
}

int32_t triax_policy_language(void) { return TRIAX_POLICY_LANGUAGE; }
