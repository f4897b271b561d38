/* One pass over all units: places what overrides and dwell decide, then judges level by level. */
#ifndef TX_SEGMENTATION_JUDGE_H
#define TX_SEGMENTATION_JUDGE_H

#include "expr/kernel.h"
#include "segmentation/private.h"

/* Counts of one worker: yes, no, unknown for each segment, then the two unmatched ones. */
#define TX_COUNTS_OF(segments) (3 * (segments) + 2)

typedef struct tx_judging {
  triax_context *context;
  const tx_kernels *kernels;
  const tx_segmentation_model *model;
  const tx_input *inputs;
  size_t rows;
  const tx_column *keys;
  double as_of;
  double margin, dwell;                      /* 0 and 0 for the pass without hold */
  const uint32_t *override_of, *previous_of; /* code -> segment; NULL without such an input */
  uint32_t *sibling;                         /* scratch: code of previous -> sibling at the level that is judged */
  bool *inside;                              /* scratch: per segment */
  tx_top_cutoff *cutoffs;                    /* per segment */
  const tx_top_given *given;                 /* per segment, or NULL */
  uint64_t *counts;                          /* per worker TX_COUNTS_OF(segments), zeroed */
  /* Results. */
  uint32_t *segment;
  uint8_t *placed;
  uint64_t *uncertain; /* zeroed */
  tx_level level;      /* the one that is judged */
} tx_judging;

triax_status tx_judge(tx_judging *judging, triax_error *error);

/* Days and parts of days of a date or timestamp column. */
static inline double tx_days_at(const tx_column *column, size_t row) {
  if (column->type == TRIAX_TYPE_TIMESTAMP) return (double)column->integers[row] / TX_MICROSECONDS_A_DAY;
  return (double)column->dates[row];
}

#endif
