/**
 * @file yaml.h
 * @brief Policies from YAML, and documents as YAML: the library libtriax-yaml, a client of the core's public interface.
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
/** @brief Reads a policy: triax_yaml_read() and triax_policy_new() in one. Give it back with triax_policy_unref().
 * @return #TRIAX_OK, #TRIAX_EPOLICY, #TRIAX_ELIMIT, #TRIAX_EINVAL, #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_yaml_policy(triax_context *context, triax_text text, triax_text name,
                                         triax_policy **policy, triax_messages *messages, triax_error *error);
/** @brief Reads a score model: triax_yaml_read() and triax_health_new() in one. Give it back with triax_health_unref().
 * @return #TRIAX_OK, #TRIAX_EPOLICY, #TRIAX_ELIMIT, #TRIAX_EINVAL, #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_yaml_health(triax_context *context, triax_text text, triax_text name,
                                         triax_health **health, triax_messages *messages, triax_error *error);

/**
 * @brief Writes a node of a document as YAML: on one line what fits on one, else key by key. triax_yaml_read() reads it
 * back to the same document, but for numbers and booleans, which come back as texts.
 * @param document finished
 * @param node 0 for all of it
 * @param key a key to write in front, or not given: the node's children alone
 * @param indent blanks before each line
 * @param[out] buffer receives NUL-terminated text, cut to fit; may be NULL if size is 0
 * @param size bytes in buffer
 * @return bytes that the whole text needs, without NUL. Thread-safe
 * @since 0.1
 */
TRIAX_API size_t triax_yaml_write(const triax_document *document, triax_node node, triax_text key, int32_t indent,
                                  char *buffer, size_t size);
/**
 * @brief Puts a section into a policy's text, in place of the one of this key, or where it belongs.
 *
 * The lines around it, with their comments, stay as they are. Text that does not allow it (JSON, a section with an
 * anchor that others refer to) is written anew as a whole.
 * @param context where memory comes from
 * @param text the policy's text
 * @param parent `scores` for one of the scores, or not given
 * @param key `health`, or the score's name
 * @param section what is to stand there, as triax_fit_section() gives it
 * @param[out] buffer receives NUL-terminated text, cut to fit; may be NULL if size is 0
 * @param size bytes in buffer
 * @param[out] length bytes that the whole text needs, without NUL
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EPOLICY (the text does not read), #TRIAX_ELIMIT, #TRIAX_EINVAL, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_yaml_replace(triax_context *context, triax_text text, triax_text parent, triax_text key,
                                          const triax_document *section, char *buffer, size_t size, size_t *length,
                                          triax_error *error);

TRIAX_END_DECLS

#endif
