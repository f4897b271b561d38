/* A policy meets columns: names are resolved, expressions checked, derived columns put in order.
 *
 * The work falls into steps: health, each of the scores, segmentation, allocation, attention, the success
 * criteria, plays and the forecast. A step reads columns and what earlier steps derived; steps that need each other are
 * a cycle, and named. */
#ifndef TX_COMPILE_COMPILE_H
#define TX_COMPILE_COMPILE_H

#include "expr/program.h"
#include "policy/customers.h"
#include "policy/policy.h"

enum {
  TX_STEP_HEALTH,
  TX_STEP_SCORE,
  TX_STEP_SEGMENTATION,
  TX_STEP_ALLOCATION,
  TX_STEP_ATTENTION,
  TX_STEP_SUCCESS,
  TX_STEP_PLAYS,
  TX_STEP_FORECAST,
  TX_STEP_TRANSITION
};

/* Columns that steps make. Scores follow from TX_DERIVED_SCORES on, and then what is calibrated of each. */
enum {
  TX_DERIVED_HEALTH,
  TX_DERIVED_BAND,
  TX_DERIVED_COVERAGE,
  TX_DERIVED_CHURN_PROBABILITY,
  TX_DERIVED_HEALTH_LEVEL,
  TX_DERIVED_HEALTH_TREND,
  TX_DERIVED_HEALTH_DROP,
  TX_DERIVED_SEGMENT,
  TX_DERIVED_TOUCH,
  TX_DERIVED_POOL,
  TX_DERIVED_CSM,
  TX_DERIVED_HOURS,
  TX_DERIVED_SCORES
};

#define TX_STEPS_MOST (TX_POLICY_SCORES + 16) /* steps are bits of a word */

typedef struct tx_step {
  int kind;
  size_t score;                 /* of TX_STEP_SCORE */
  const char *name;             /* "health", "segmentation" … for messages */
  const tx_policy_exprs *exprs; /* may be NULL */
  uint32_t *roots;              /* per expression: its node in the module of what it is over; TX_NO_INDEX: none */
  uint64_t needs;               /* steps whose columns this one reads */
} tx_step;

/* A variable of the customers' module: a column of the data, or a derived one. */
typedef struct tx_source_column {
  size_t column; /* of the customers' table; SIZE_MAX: derived */
  int derived;   /* TX_DERIVED_…, -1: of the data */
} tx_source_column;

/* A variable of the pair module: a variable of customers or team, or a definition over customers. */
typedef struct tx_pair_source {
  bool csm;
  uint32_t variable; /* of the customers' or the team's module; TX_NO_INDEX: a definition */
  uint32_t root;     /* of the definition, in the customers' module */
} tx_pair_source;

typedef struct tx_plan_given tx_plan_given; /* results of a larger set: aggregates.h */

typedef struct tx_compiled {
  triax_context *context;
  const triax_policy *policy; /* references */
  const triax_customers *customers;
  const triax_team *team; /* may be NULL */
  tx_arena arena;
  tx_module *module;      /* over customers */
  tx_module *team_module; /* over the team; NULL without one */
  tx_module *pair_module; /* over both */
  tx_source_column *sources;
  tx_pair_source *pair_sources;
  tx_step *steps; /* in the order in which they run */
  size_t step_count;
  bool needs_as_of;
  const tx_plan_given *given; /* belongs to the plan; NULL: none */
} tx_compiled;

/* Everything that does not fit is told to the report; TRIAX_OK when nothing is at fault. */
triax_status tx_compile(triax_context *context, const triax_policy *policy, const triax_customers *customers,
                        const triax_team *team, tx_report *report, tx_compiled **compiled);
void tx_compiled_free(tx_compiled *compiled);

/* How many derived columns there may be, and the number of a score's calibrated chance. */
int tx_derived_count(const triax_policy *policy);
int tx_derived_probability(const triax_policy *policy, size_t score);

/* Whether nothing of the data or the policy bears a name that the policy would give by itself. */
bool tx_compiled_free_name(const tx_compiled *compiled, triax_text name);
/* forecast.c: `retention` and `expansion` as names, for scenarios and whatever else wants them. */
triax_status tx_compile_forecast_names(tx_compiled *compiled, tx_report *report);
/* Whether the chance to stay is given, or can be had from a churn probability; told to the report if not. */
bool tx_compile_forecast_ready(const tx_compiled *compiled, tx_report *report);

/* Whether this policy makes the column, with or without a team: others of its name are the data's. */
bool tx_is_derived(const triax_policy *policy, bool team, int derived);
/* The type and name of a derived column. */
tx_type tx_derived_type(const triax_policy *policy, int derived);
triax_text tx_derived_name(const triax_policy *policy, int derived);
/* The module of what is over customers, the team, pairs or the fired; NULL where there is no team. */
tx_module *tx_compiled_module(const tx_compiled *compiled, int over);
/* Expressions that name a column which the table does not have, though the data did, are told why. */
triax_status tx_module_without(tx_module *module, const triax_table *table);
/* Tells of a column that a key names and that the customers do not have. */
void tx_check_column(const tx_compiled *compiled, const char *path, triax_text name, tx_report *report);
/* check_transition.c: the columns that the transition goes by. */
void tx_check_transition(const tx_compiled *compiled, tx_report *report);
/* The column of renewals, or NULL. */
const tx_column *tx_compiled_renewal(const tx_compiled *compiled);
/* The step of a kind, or NULL. */
const tx_step *tx_compiled_step(const tx_compiled *compiled, int kind, size_t score);

/* Replaces the checker's remedy where a column of the data is text for one value's sake: names the value's row. */
void tx_compile_hint(const tx_compiled *compiled, const tx_policy_expr *expr, tx_expr_fault *fault);

#endif
