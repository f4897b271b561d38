/* Passes over all units: places what overrides and dwell decide, then judges level by level. */
#ifndef TX_SEGMENTATION_JUDGE_H
#define TX_SEGMENTATION_JUDGE_H

#include "expr/claims.h"
#include "segmentation/private.h"

/* Counts of one worker: yes, no, unknown for each segment, then the two unmatched ones. */
#define TX_COUNTS_OF(segments) (3 * (segments) + 2)

/* One judgement of all units: with hold, or without. */
typedef struct tx_judgement {
  double margin, dwell; /* 0 and 0 without hold */
  const tx_top_given *given; /* per segment, or NULL */
  tx_places segment;
  uint8_t *placed;        /* NULL where tests alone decide */
  uint64_t *uncertain;    /* zeroed */
  tx_top_cutoff *cutoffs; /* per segment */
  uint64_t *counts;       /* per worker TX_COUNTS_OF(segments), zeroed */
} tx_judgement;

typedef struct tx_judging {
  triax_context *context;
  const tx_kernels *kernels;
  const tx_segmentation_model *model;
  const tx_units *units;
  const uint32_t *override_of, *previous_of; /* code -> segment; NULL without such an input */
  bool *inside;                              /* scratch: per segment */
  tx_verdicts *verdicts;                     /* scratch: per worker, one an input */
  tx_judgement judgements[2];                /* the second without hold */
  size_t count;                              /* of judgements */
  uint64_t *held;                            /* zeroed: where the two differ */
  /* The pass at hand: the levels below segments [begin, end), numbered from 1, 0 being the top one. */
  size_t turn;
  uint32_t begin, end;
} tx_judging;

/* Whether anything but tests decides. */
bool tx_judge_given(const tx_segmentation_model *model);
triax_status tx_judge(tx_judging *judging, triax_error *error);

/* Days and parts of days of a date or timestamp column. */
static inline double tx_days_at(const tx_column *column, size_t row) {
  if (column->type == TRIAX_TYPE_TIMESTAMP) return (double)column->integers[row] / TX_MICROSECONDS_A_DAY;
  return (double)column->dates[row];
}

#endif
