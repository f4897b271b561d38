/**
 * @file triax.h
 * @brief Everything of the core at once.
 *
 * From a set of customers, a team of customer success managers (CSMs) and a
 * policy, triax computes and explains how customers are covered:
 *
 * @code
 * triax_context *context;
 * triax_plan *plan;
 * …
 * triax_context_new(NULL, &context, &error);
 * triax_yaml_policy(context, text, name, &policy, NULL, &error);           // <triax/yaml.h>
 * triax_customers_new(context, policy, table, NULL, &customers, NULL, NULL, &error);
 * triax_team_new(context, policy, team_table, NULL, &team, NULL, NULL, &error);
 * triax_plan_new(context, policy, customers, team, NULL, &plan, NULL, &error);
 * triax_table *result = triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS);
 * @endcode
 */
#ifndef TRIAX_TRIAX_H
#define TRIAX_TRIAX_H

#include <triax/aggregates.h>
#include <triax/arrow.h>
#include <triax/assignment.h>
#include <triax/base.h>
#include <triax/compare.h>
#include <triax/customers.h>
#include <triax/document.h>
#include <triax/health.h>
#include <triax/plan.h>
#include <triax/policy.h>
#include <triax/table.h>
#include <triax/team.h>
#include <triax/version.h>

#endif
