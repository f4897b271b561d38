/* Advice in the making (policy.md section 11): what each part looks for stands in a file of its own. */
#ifndef TX_ADVICE_ADVISE_H
#define TX_ADVICE_ADVISE_H

#include "base/number.h"
#include "fitting/fitting.h"
#include "plan/plan.h"
#include "plan/sums.h"

typedef struct tx_advice {
  const triax_policy *policy;
  const triax_plan *plan;   /* NULL: without data */
  const tx_sums *sums;      /* of the plan */
  const tx_outcomes *outcomes; /* who churned; NULL: not asked for */
  tx_report *report;
} tx_advice;

/* Whether a code is to be looked for: the policy does not silence it. */
bool tx_advice_wanted(const tx_advice *advice, const char *code);
/* Whether sizes and ratios can be judged: not at a startup, where there is too little to compare. */
bool tx_advice_of_size(const tx_advice *advice, const char *code);
/* A warning with its code at a place; at an expression; at a path of map keys such as "segmentation.by". */
tx_finding tx_advice_at(const char *code, const char *path, int32_t line, int32_t column, const char *hint);
tx_finding tx_advice_at_expr(const char *code, const tx_policy_expr *expr, const char *hint);
tx_finding tx_advice_at_path(const tx_advice *advice, const char *code, const char *path, const char *hint);
tx_finding tx_advice_at_segment(const tx_advice *advice, const char *code, size_t segment, const char *hint);
/* 0.1234 as "12.3", in the buffer. */
const char *tx_advice_percent(double share, char buffer[TX_NUMBER_SIZE]);

/* What the policy alone tells: T107, T109, T110, T113. */
void tx_advise_policy(const tx_advice *advice);
/* Who is in which segment: T101, T102, T104, T105, T106. */
void tx_advise_segments(const tx_advice *advice);
/* Books and capacities: T103, T108, T114. */
void tx_advise_books(const tx_advice *advice);
/* Health and what came: T109, T111, T112. */
void tx_advise_health(const tx_advice *advice);
/* Rules that can never hold, or that nobody meets: T113. */
void tx_advise_rules(const tx_advice *advice);

#endif
