/* The team with those who may be hired: further rows behind its own. */
#ifndef TX_PLAN_HIRES_H
#define TX_PLAN_HIRES_H

#include "plan/plan.h"

#define TX_HIRE_GROUPS 6     /* pools and roles looked at, those with most value uncovered */
#define TX_HIRE_KINDS 2      /* kinds of CSMs tried for each, like some of the team */
#define TX_HIRE_STEPS 4      /* times that a kind may be hired, a batch each */
#define TX_HIRE_LOOKED_AT 2000 /* uncovered accounts, and CSMs, looked at for the short list */
#define TX_HIRE_ACCOUNTS 2000 /* more are solved again only by wish */
#define TX_HIRE_SUPPOSED 3   /* kinds beside those, for accounts that nobody of the team may own */
#define TX_HIRE_KINDS_MOST (TX_HIRE_GROUPS * (TX_HIRE_KINDS + TX_HIRE_SUPPOSED))

/* Rows row, row + 1 … of one kind. */
typedef struct tx_hire_kind {
  size_t group;
  uint32_t like;     /* CSM of the team, TX_ALLOCATION_NONE: supposed */
  const char *needs; /* of a supposed one */
  uint64_t *serves;  /* of a supposed one: bitmap over customers */
  double batch;      /* full-time CSMs in a row */
  size_t row, hired;
} tx_hire_kind;

typedef struct tx_hire_team {
  triax_plan *plan;
  triax_plan shadow; /* the plan, but for the team */
  tx_plan_allocation part;
  tx_hire_kind kinds[TX_HIRE_KINDS_MOST];
  size_t kind_count;
  uint64_t *here;
} tx_hire_team;

void tx_hire_team_init(tx_hire_team *team, triax_plan *plan);
void tx_hire_team_free(tx_hire_team *team);
void tx_hire_team_add(tx_hire_team *team, size_t group, uint32_t like, double batch);
/* Somebody who may own the first of these and those like it, which are taken off the list; false: memory is short. */
bool tx_hire_team_suppose(tx_hire_team *team, size_t group, uint32_t *customers, size_t *count);
/* Makes the rows and part.input over them; nobody of them is here. */
triax_status tx_hire_team_prepare(tx_hire_team *team, triax_error *error);

#endif
