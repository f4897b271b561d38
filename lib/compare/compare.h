/* Two plans side by side, from the inside.
 *
 * Causes are found by ordered replacement, the same order as in health/split.h: the rules before are applied again with
 * the account's own data as they are after, then with what was missing or came, with the results that other steps give
 * (health, scores, segment), with the day after; what is left is the set (whole-set functions and cut-offs of `top`)
 * where both sides have the same policy, else the rule. Each factor at which the result moves is a link of a chain that
 * leads from the value before to the value after. */
#ifndef TX_COMPARE_COMPARE_H
#define TX_COMPARE_COMPARE_H

#include <triax/compare.h>

#include "health/split.h"
#include "plan/plan.h"

#define TX_COMPARISON_TABLES 11 /* by TRIAX_COMPARISON_…, from 1 */

/* What can differ between two plans for an account. Scores follow from TX_RESULT_SCORES on. */
enum {
  TX_RESULT_ACCOUNT, /* new or gone */
  TX_RESULT_SEGMENT,
  TX_RESULT_TOUCH,
  TX_RESULT_POOL,
  TX_RESULT_CSM,
  TX_RESULT_HEALTH,
  TX_RESULT_BAND,
  TX_RESULT_HOURS,
  TX_RESULT_SCORES
};

/* Why. The first ones are the factors of health/split.h, under the same numbers. */
enum {
  TX_CAUSE_DATA = TX_SPLIT_DATA,
  TX_CAUSE_MISSING = TX_SPLIT_MISSING,
  TX_CAUSE_FRESHNESS = TX_SPLIT_FRESHNESS,
  TX_CAUSE_RULE = TX_SPLIT_RULE,
  TX_CAUSE_SCALE = TX_SPLIT_SCALE,
  TX_CAUSE_WEIGHTS = TX_SPLIT_WEIGHTS,
  TX_CAUSE_LIMITS = TX_SPLIT_LIMITS,
  TX_CAUSE_TIME,     /* the day moved on */
  TX_CAUSE_SET,      /* the account did not change: a whole-set figure or cut-off moved */
  TX_CAUSE_HEALTH,   /* health or a score moved */
  TX_CAUSE_SEGMENT,  /* the segment moved */
  TX_CAUSE_CSM,      /* the owner moved */
  TX_CAUSE_TEAM,     /* a CSM left, came, or can do otherwise */
  TX_CAUSE_OTHERS,   /* displaced by what changed for others */
  TX_CAUSE_NEW,      /* the account is only in the data after */
  TX_CAUSE_GONE,     /* only in the data before */
  TX_CAUSES
};
const char *tx_cause_word(int cause);

/* One of the two: a plan, or the present books. Columns are NULL where the side has none. */
typedef struct tx_side {
  const triax_plan *plan; /* NULL: the present books */
  const tx_people *people;
  size_t rows;
  const tx_column *segment, *touch, *pool, *csm, *band; /* strings */
  const double *health, *hours, *money;                 /* NaN: missing */
} tx_side;

typedef struct tx_pair {
  size_t row[2]; /* SIZE_MAX: not on this side */
} tx_pair;

struct triax_comparison {
  triax_context *context;
  tx_count count;
  triax_plan *plans[2];
  tx_side sides[2];
  bool same_policy; /* as it is written */
  bool causes;
  tx_pair *pairs; /* accounts of `after` in their order, then those gone */
  size_t pair_count;
  size_t both, fresh, gone;
  uint64_t cause_count[TX_CAUSES];
  uint64_t differ[TX_RESULT_SCORES + 1]; /* accounts on both sides whose result differs; last: any score */
  uint64_t accounts_differ;
  triax_table *tables[TX_COMPARISON_TABLES];
  triax_document *summary;
};

/* side.c */
triax_status tx_side_open(triax_comparison *comparison, triax_error *error);
/* A string column's value; not given where missing or where there is no column. */
triax_text tx_side_text(const tx_column *column, size_t row);
/* Nothing on both sides is the same. */
bool tx_same_text(triax_text a, triax_text b);
/* Whether the two sides' texts of an account differ. */
bool tx_side_texts_differ(const tx_column *a, const tx_column *b, const tx_pair *pair);
triax_text tx_side_key(const triax_comparison *comparison, const tx_pair *pair);
/* Numbers that differ by more than rounding; both missing is the same. */
bool tx_numbers_differ(double a, double b);

/* accounts.c: accounts, causes, metrics. */
triax_status tx_compare_accounts(triax_comparison *comparison, triax_error *error);
/* groups.c: bands, flows; join.c: tables of both plans side by side. */
triax_status tx_compare_groups(triax_comparison *comparison, triax_error *error);
/* Rows that have the same values in the columns `keys` (all strings) stand side by side: NAME_before, NAME_after,
 * NAME_change for each number that either has. NULL tables count as empty. Rows of `after` first, then those that only
 * `before` has. */
triax_status tx_compare_join(triax_context *context, const triax_table *before, const triax_table *after,
                             const char *const *keys, triax_table **joined, triax_error *error);
/* summary.c */
triax_status tx_compare_summarise(triax_comparison *comparison, triax_error *error);

#endif
