/**
 * @file version.h
 * @brief The version of the headers, and functions for that of the library.
 */
#ifndef TRIAX_VERSION_H
#define TRIAX_VERSION_H

/** Major version of these headers. @since 0.1 */
#define TRIAX_VERSION_MAJOR 0
/** Minor version of these headers. @since 0.1 */
#define TRIAX_VERSION_MINOR 1
/** Patch version of these headers. @since 0.1 */
#define TRIAX_VERSION_PATCH 0
/** Version of these headers as text. @since 0.1 */
#define TRIAX_VERSION "0.1.0"
/** Version of the policy language that this library reads. @since 0.1 */
#define TRIAX_POLICY_LANGUAGE 1
/** Whether these headers are of the given version or newer. @since 0.1 */
#define TRIAX_VERSION_AT_LEAST(major, minor, patch)                                  \
  (TRIAX_VERSION_MAJOR > (major) ||                                                  \
   (TRIAX_VERSION_MAJOR == (major) &&                                                \
    (TRIAX_VERSION_MINOR > (minor) || (TRIAX_VERSION_MINOR == (minor) && TRIAX_VERSION_PATCH >= (patch)))))

#endif
