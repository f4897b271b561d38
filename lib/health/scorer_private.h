/* A scorer's inside, for scorer.c and score.c alone. */
#ifndef TX_HEALTH_SCORER_PRIVATE_H
#define TX_HEALTH_SCORER_PRIVATE_H

#include "health/scale.h"
#include "health/score_private.h"

/* A category's text read as a number, once. */
typedef struct tx_health_number {
  bool is_number, is_integer;
  double number;
  int64_t integer;
} tx_health_number;

/* What a metric with categories remembers between batches. */
typedef struct tx_health_table {
  tx_health_number *numbers; /* one per category; NULL without categories */
  tx_dictionary *dictionary; /* whose codes `points` is for; NULL at first */
  double *points;            /* one per code: NaN where the text is no category */
  uint32_t size;
} tx_health_table;

struct tx_health_scorer {
  triax_context *context;
  const tx_health_model *model;
  const tx_health_kernels *kernels;
  tx_health_table *tables; /* one per metric */
  tx_health_line *lines;   /* one per metric */
  double *slopes;          /* of all lines, one after the other */
  size_t slope_count;
  double *all;      /* by group: Σ w */
  double covers;    /* Σ W of groups with Σ w > 0 */
  bool any_applies; /* some metric does not apply to every row: the two above are not what they seem */
  /* Scratch of one chunk, row by row. */
  double x[TX_HEALTH_CHUNK], points[TX_HEALTH_CHUNK], weight[TX_HEALTH_CHUNK], fresh[TX_HEALTH_CHUNK];
  uint8_t band[TX_HEALTH_CHUNK];
  double group_present[TX_HEALTH_CHUNK], group_points[TX_HEALTH_CHUNK], group_all[TX_HEALTH_CHUNK];
  double group_most[TX_HEALTH_CHUNK], group_worst[TX_HEALTH_CHUNK], most[TX_HEALTH_CHUNK], worst[TX_HEALTH_CHUNK];
  double total[TX_HEALTH_CHUNK], total_weight[TX_HEALTH_CHUNK], covered[TX_HEALTH_CHUNK], coverable[TX_HEALTH_CHUNK];
};

/* Makes the table fit the dictionary. False when memory is short: the old table stays. */
bool tx_health_table_update(tx_health_scorer *scorer, size_t metric, const tx_dictionary *dictionary);

#endif
