/**
 * @file policy.h
 * @brief Policies: what a company decided about covering its customers.
 *
 * A policy is made from a document (document.h), which the YAML module reads
 * from a file, or which a program writes with the same words.
 */
#ifndef TRIAX_POLICY_H
#define TRIAX_POLICY_H

#include <triax/document.h>

TRIAX_BEGIN_DECLS

/** @brief A policy. Immutable and reference-counted. @since 0.1 */
typedef struct triax_policy triax_policy;

/**
 * @brief Makes a policy of a finished document. Everything that can be known without data is checked.
 * @param context where memory comes from
 * @param document finished; not needed afterwards
 * @param[out] policy new, to be given back with triax_policy_unref()
 * @param messages NULL, or receives every fault (up to 20) and warning
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK, #TRIAX_EPOLICY, #TRIAX_ELIMIT, #TRIAX_EINVAL, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_policy_new(triax_context *context, const triax_document *document,
                                        triax_policy **policy, triax_messages *messages, triax_error *error);
/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_policy *triax_policy_ref(triax_policy *policy);
/** @brief Gives a reference back; frees at the last. Thread-safe. @since 0.1 */
TRIAX_API void triax_policy_unref(triax_policy *policy);
/** @brief The policy's `name`, or not given. Belongs to the policy. @since 0.1 */
TRIAX_API triax_text triax_policy_name(const triax_policy *policy);
/** @brief The base currency, such as "USD", or not given. Belongs to the policy. @since 0.1 */
TRIAX_API triax_text triax_policy_currency(const triax_policy *policy);

TRIAX_END_DECLS

#endif
