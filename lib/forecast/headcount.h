/* Headcount: how many CSMs it takes, by which rule, and when the next is due (policy.md section 9).
 *
 * All numbers of CSMs are full-time ones. A group is judged without its parts first: what it needs is the most that a
 * rule asks for. A segment with segments inside needs what these need together, and so do all. */
#ifndef TX_FORECAST_HEADCOUNT_H
#define TX_FORECAST_HEADCOUNT_H

#include "forecast/forecast.h"

/* TX_RULE_SEVERAL: not the same one in all parts. */
enum { TX_RULE_NONE, TX_RULE_ACCOUNTS, TX_RULE_ARR, TX_RULE_HOURS, TX_RULE_SEVERAL };

/* Per segment, without segments inside. NaN: no such rule, or not known. */
typedef struct tx_headcount_input {
  size_t segments;
  const uint32_t *parent;          /* as of the forecast */
  const tx_forecast_result *result;
  const double *by_accounts;       /* CSMs that today's accounts take */
  const double *by_hours;          /* and today's hours */
  const double *arr_target;        /* ARR that one CSM should manage */
  const double *there;             /* CSMs there are */
  const double *cost;              /* of those there are, a year */
  const double *cost_each;         /* of one full-time CSM, a year */
  double all_there, all_cost;      /* with those who have no accounts */
} tx_headcount_input;

typedef struct tx_headcount {
  double by[TX_RULE_SEVERAL]; /* by TX_RULE_…; NaN: no such rule */
  double *need;               /* per year from 0: NaN where no rule is given */
  int binds;
  double needed;              /* whole CSMs for today */
  double there, hire;         /* hire: whole CSMs; NaN without a team */
  double cost, needed_cost;   /* of those there are; of those needed */
  double next_hire;           /* years from now; 0: due; NaN: not within the forecast */
} tx_headcount;

/* heads: one per group of the forecast, filled; needs come from the arena. */
triax_status tx_headcount_run(tx_arena *arena, const tx_headcount_input *input, tx_headcount *heads,
                              triax_error *error);

#endif
