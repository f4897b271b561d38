/* Transition: a week for every move (policy.md section 10).
 *
 * What policy.md leaves open is settled so:
 * - Week w (from 0) is the seven days from start + 7 w on. None of them may lie in the renewal window, which reaches
 * from `before` days before the renewal to `after` days after it, both days included.
 * - Moves are laid in the order of value, greatest first, missing ones last, ties by key, then by number: each takes
 * the first week that is left to it, and no later one makes it give way.
 * - Moves of one unit (a family) take the same week: outside of the windows of all, with room for all. They stand in the
 * order by the sum of their values, missing ones 0 beside others, and by their first key. Where a CSM has more of them
 * than its number, they take a week in which it has no others.
 * - A giver or receiver that is not in the team counts for nothing. What changes no hands uses up nobody's number. */
#ifndef TX_TRANSITION_TRANSITION_H
#define TX_TRANSITION_TRANSITION_H

#include "base/error.h"
#include "base/memory.h"

#define TX_NO_WEEK UINT32_MAX
#define TX_NOBODY UINT32_MAX
#define TX_NO_RENEWAL INT32_MIN

typedef struct tx_move {
  uint32_t giver, receiver; /* CSMs; TX_NOBODY */
  int32_t renewal;          /* TX_NO_RENEWAL: none, or not known */
  double value;             /* NaN: missing */
  triax_text key;
  uint32_t unit;            /* moves of one unit take the same week; numbers of any kind, below UINT32_MAX */
} tx_move;

typedef struct tx_transition_model {
  int32_t start;         /* days */
  int32_t before, after; /* days around a renewal */
  bool has_window;
  uint32_t per_csm; /* moves of a CSM a week; 0: no limit */
  uint32_t weeks;   /* how many weeks there are: at least 1 */
} tx_transition_model;

/* The week of each move, from 0; TX_NO_WEEK: none of them is left to it. Takes time like n log n beside weeks. */
triax_status tx_transition_run(triax_context *context, const tx_transition_model *model, const tx_move *moves,
                               size_t count, size_t csms, uint32_t *week, triax_error *error);

#endif
