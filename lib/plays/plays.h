/* Plays: which of those that fire become actions, against the log of what was sent (policy.md section 8).
 *
 * What policy.md leaves open is settled so:
 * - Plays go by priority, 1 before 2, those without one last; ties in the order of the policy. A play makes at most
 *   one action of a customer a run.
 * - A row of the log that came about on or after as_of - days + 1 lies within `days`: what was sent on the 1st with a
 *   cooldown of 30 days may be sent again on the 31st.
 * - The latest row of a customer and play (by date, then by place in the log) says whether it is open or snoozed. Such
 *   an action is updated: that is no contact, so that neither cooldown nor limits hold it back nor count it.
 * - The limit across plays counts what reaches the customer (to user or customer): tasks for a CSM flood nobody.
 * - Rows dated after as_of have not happened yet; rows that failed or were canceled never reached anybody: they say
 *   that the action is not open any more, and nothing else. */
#ifndef TX_PLAYS_PLAYS_H
#define TX_PLAYS_PLAYS_H

#include "base/error.h"
#include "base/memory.h"
#include "table/column.h"

#define TX_NO_PLAY UINT32_MAX

/* At most so many within so many days; most 0: no limit. */
typedef struct tx_play_limit {
  uint32_t most;
  int32_t days;
} tx_play_limit;

typedef struct tx_play {
  bool has_priority;
  double priority;
  bool once_while_open;
  bool reaches;     /* the customer, and so counts for the limit across plays */
  int32_t cooldown; /* days; 0: none */
  tx_play_limit limit;
} tx_play;

enum { TX_SENT_OVER, TX_SENT_OPEN, TX_SENT_SNOOZED, TX_SENT_NEVER };

typedef struct tx_sent {
  uint32_t customer;
  uint32_t play; /* TX_NO_PLAY: one that the policy does not have; it counts across plays alone */
  int32_t day;
  int32_t until; /* snoozed: the day it comes back; INT32_MIN: not said */
  uint8_t state; /* TX_SENT_… */
} tx_sent;

typedef struct tx_plays_input {
  size_t customers, count;
  const tx_play *plays;
  tx_play_limit limit; /* across plays */
  const tx_sent *sent; /* in the order of the log */
  size_t sent_count;
  int32_t as_of; /* where has_as_of; a log needs it */
  bool has_as_of;
} tx_plays_input;

enum {
  TX_ACTION_NEW,
  TX_ACTION_UPDATE,   /* of the open one; day: when it comes back from being snoozed, INT32_MIN: it is not */
  TX_ACTION_COOLDOWN, /* withheld; day: the first on which it may go, INT32_MIN: unknown */
  TX_ACTION_LIMIT,    /* of the play: likewise */
  TX_ACTION_FLOODED   /* the limit across plays: likewise */
};

typedef struct tx_action {
  uint32_t customer;
  int32_t day;
  uint8_t state; /* TX_ACTION_… */
} tx_action;

/* One run over all plays; owns an index of the log. One thread. */
typedef struct tx_plays tx_plays;
/* The input's arrays are borrowed and must outlive the run. */
triax_status tx_plays_new(triax_context *context, const tx_plays_input *input, tx_plays **plays, triax_error *error);
void tx_plays_free(tx_plays *plays);
/* The plays' numbers in the order in which they go. */
const uint32_t *tx_plays_order(const tx_plays *plays);
/* What becomes of each customer for whom the play fires (bitmap), ascending; actions has room for as many. Returns how
 * many. Plays must be asked in their order, with what was taken of the earlier ones. */
size_t tx_plays_judge(const tx_plays *plays, uint32_t play, const uint64_t *fires, tx_action *actions);
/* Counts a new action that is really sent, for the limit across plays. */
void tx_plays_take(tx_plays *plays, uint32_t play, uint32_t customer);

#endif
