/* What the files of this folder share. */
#ifndef TX_SEGMENTATION_PRIVATE_H
#define TX_SEGMENTATION_PRIVATE_H

#include "segmentation/segmentation.h"

/* Siblings: the children of `parent`, or the top level. */
typedef struct tx_level {
  uint32_t parent; /* TX_NO_SEGMENT: the top level */
  uint32_t first, last;
} tx_level;

/* The level below a segment (or the top one for TX_NO_SEGMENT); empty for a leaf. */
static inline tx_level tx_level_below(const tx_segmentation_model *model, uint32_t parent) {
  if (parent == TX_NO_SEGMENT) return (tx_level){parent, 0, (uint32_t)model->top_count};
  return (tx_level){parent, model->segments[parent].first, model->segments[parent].last};
}

/* The sibling at a level that a segment is, or is inside of; TX_NO_SEGMENT: none. */
static inline uint32_t tx_level_sibling(const tx_segmentation_model *model, const tx_level *level, uint32_t segment) {
  while (segment != TX_NO_SEGMENT && model->segments[segment].parent != level->parent)
    segment = model->segments[segment].parent;
  return segment;
}

/* The threshold of a segment for a unit whose previous segment at this level is `previous` (TX_NO_SEGMENT: none):
 * raised to go up, lowered to stay or come down to. */
static inline double tx_held_threshold(double at_least, double margin, uint32_t segment, uint32_t previous) {
  const double size = at_least < 0 ? -at_least : at_least;
  if (previous == TX_NO_SEGMENT) return at_least;
  return segment < previous ? at_least + size * margin : at_least - size * margin;
}

/* Whether a unit with value `by` (not NaN) and this key is above a cut-off. */
bool tx_top_holds(const tx_top_cutoff *cutoff, double by, triax_text key);

/* The cut-offs of one level's `top` tests into cutoffs[level->first …]. inside[s]: units in segment s rank here;
 * NULL: all do. given: per segment, cut-offs to be taken instead; may be NULL. */
triax_status tx_top_level(triax_context *context, const tx_segmentation_model *model, const tx_level *level,
                          const tx_units *units, const tx_places *places, const bool *inside, const tx_top_given *given,
                          tx_top_cutoff *cutoffs, triax_error *error);
/* Whether any test of the level is `top`. */
bool tx_level_has_top(const tx_segmentation_model *model, const tx_level *level);
/* Marks the segments that are `parent` or inside of it. */
void tx_mark_inside(const tx_segmentation_model *model, uint32_t parent, bool *inside);

/* A date or timestamp as days and parts of days. */
#define TX_MICROSECONDS_A_DAY 86400e6

#endif
