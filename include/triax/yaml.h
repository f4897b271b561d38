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
 * @param context where memory comes from
 * @param text the whole text, UTF-8
 * @param name the file's name for messages, or not given
 * @param[out] document the new document, to be freed with triax_document_free()
 * @param messages NULL, or receives the fault with its line
 * @param error NULL, or receives the fault
 * @return #TRIAX_OK, #TRIAX_EPOLICY, #TRIAX_ELIMIT (nodes, depth), #TRIAX_ENOMEM
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
