/**
 * @file team.h
 * @brief The team: CSMs, the other face of a table.
 */
#ifndef TRIAX_TEAM_H
#define TRIAX_TEAM_H

#include <triax/customers.h>

TRIAX_BEGIN_DECLS

/** @brief A team, ready to be given books. Immutable and reference-counted. @since 0.1 */
typedef struct triax_team triax_team;

/**
 * @brief Loads a team, as triax_customers_new() loads customers, under the policy's `team:`.
 * @param context where memory comes from
 * @param policy whose `team:` and `currency:` apply; NULL: columns take the type that the data has
 * @param table the raw data; a reference is kept where columns are shared
 * @param options NULL for defaults
 * @param[out] team new, to be given back with triax_team_unref()
 * @param[out] aside as for customers
 * @param messages NULL, or receives every fault (up to 20) and warning
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK, #TRIAX_EDATA, #TRIAX_EINVAL, #TRIAX_ELIMIT (2^32 rows), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_team_new(triax_context *context, const triax_policy *policy, const triax_table *table,
                                      const triax_load_options *options, triax_team **team, triax_table **aside,
                                      triax_messages *messages, triax_error *error);
/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_team *triax_team_ref(triax_team *team);
/** @brief Gives a reference back; frees at the last. Thread-safe. @since 0.1 */
TRIAX_API void triax_team_unref(triax_team *team);
/** @brief The loaded, typed columns; belongs to the team. @since 0.1 */
TRIAX_API triax_table *triax_team_table(const triax_team *team);
/** @brief The row of a key, or SIZE_MAX. Thread-safe. @since 0.1 */
TRIAX_API size_t triax_team_find(const triax_team *team, triax_text key);

TRIAX_END_DECLS

#endif
