/* A small company for fault runs: policy, customers and team built through the public interface alone. */
#ifndef TRIAX_TESTS_COMPANY_H
#define TRIAX_TESTS_COMPANY_H

#include <triax/triax.h>

/* Which parts of the language the policy uses. */
typedef enum company_kind {
  COMPANY_SEGMENTS,
  COMPANY_HEALTH,
  COMPANY_WHOLE,
  COMPANY_FAMILIES,
  COMPANY_NONE,
  COMPANY_ACTIONS /* plays with a log, and a transition */
} company_kind;

triax_status company_policy(triax_context *context, company_kind kind, triax_policy **policy, triax_error *error);
triax_status company_customers(triax_context *context, const triax_policy *policy, triax_customers **customers,
                               triax_error *error);
/* Earlier values of health, raw. */
triax_status company_history(triax_context *context, triax_table **history, triax_error *error);
triax_status company_team(triax_context *context, const triax_policy *policy, triax_team **team, triax_error *error);
/* The log of what plays sent, of all sorts. */
triax_status company_sent(triax_context *context, triax_table **sent, triax_error *error);

/* The options of such a plan: a day, and parts. */
triax_plan_options company_options(void);
/* A plan of the whole road: policy, customers, and team and log where the kind has them. */
triax_status company_plan(triax_context *context, company_kind kind, const triax_plan_options *options,
                          triax_plan **plan, triax_error *error);

#endif
