/**
 * @file yaml.h
 * @brief Policies from YAML: the library libtriax-yaml, a client of the core's public interface.
 */
#ifndef TRIAX_YAML_H
#define TRIAX_YAML_H

#include <triax/document.h>
#include <triax/health.h>
#include <triax/policy.h>

TRIAX_BEGIN_DECLS

/**
 * @brief Reads YAML (or JSON) text into a finished document.
 *
 * One document, whose root is a map. Scalars are texts as they are written, so that what they mean is settled by
 * their keys: `no` is a text; only `null`, `~` and nothing at all, without quotes, are missing values. Anchors,
 * aliases and merge keys (`<<`) are expanded; what they expand to counts towards the limits: #TRIAX_DOCUMENT_NODES
 * values, #TRIAX_DOCUMENT_DEPTH levels, 1000 anchors and 16 MiB of text that aliases repeat. Duplicate keys, keys that
 * are no text, tags other than `!!str`, `!!map` and `!!seq`, several documents, bytes that are not UTF-8 and NUL bytes
 * are faults with line and column. Places are counted in code points behind a byte order mark.
 *
 * Any number of threads may read at once.
 * @param context where memory comes from, but for libyaml's own, which is the C library's
 * @param text the whole text, UTF-8; not kept
 * @param name the file's name for messages, or not given
 * @param[out] document the new document, to be freed with triax_document_free()
 * @param messages NULL, or receives the fault, or all duplicate keys (up to 20), with source line and caret
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK, #TRIAX_EPOLICY, #TRIAX_ELIMIT, #TRIAX_EINVAL (context, text or document not given), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_yaml_read(triax_context *context, triax_text text, triax_text name,
                                       triax_document **document, triax_messages *messages, triax_error *error);
/** @brief Reads a policy: triax_yaml_read() and triax_policy_new() in one. @since 0.1 */
TRIAX_API triax_status triax_yaml_policy(triax_context *context, triax_text text, triax_text name,
                                         triax_policy **policy, triax_messages *messages, triax_error *error);
/** @brief Reads a score model: triax_yaml_read() and triax_health_new() in one. @since 0.1 */
TRIAX_API triax_status triax_yaml_health(triax_context *context, triax_text text, triax_text name,
                                         triax_health **health, triax_messages *messages, triax_error *error);

TRIAX_END_DECLS

#endif
