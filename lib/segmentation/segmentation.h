/* Segmentation: ordered tests in nested levels (policy.md section 4).
 *
 * The model is plain data over units: customers, or families folded to one row each.
 *
 * What policy.md leaves open is settled so:
 * - A unit that is in a segment with children, none of whose tests holds, stays in that segment: placed by test.
 * - `top` ranks all units of the level that have a `by`: at the top all, inside a segment all its units, also those
 *   that an earlier sibling took and those that an override or dwell put there. A family counts once.
 *   share × n is taken to be whole when it is at most 4 roundings below: 10 % of 70 are 7, 29 % of 100 are 29.
 *   `of`: missing and negative values count 0; a prefix that lacks no more than 1e-12 of the total is enough.
 * - Hold moves thresholds by margin × their size: up is up for negative ones too. It moves `at_least` alone.
 * - A previous segment that has children by now is known at its level; inside, units are judged without one. So are
 *   units that an override, or dwell, puts into such a segment.
 * - A test that is not known does not hold and is tried no further; the unit goes on and is uncertain.
 * - `by` may be infinite; a date ahead of as_of dwells. */
#ifndef TX_SEGMENTATION_SEGMENTATION_H
#define TX_SEGMENTATION_SEGMENTATION_H

#include "base/names.h"
#include "expr/input.h"
#include "expr/program.h"

#define TX_NO_SEGMENT UINT32_MAX

enum { TX_TEST_REST, TX_TEST_WHEN, TX_TEST_AT_LEAST, TX_TEST_TOP };

typedef struct tx_segment {
  triax_text name;
  triax_text path;      /* "enterprise/strategic" */
  uint32_t parent;      /* TX_NO_SEGMENT at the top level */
  uint32_t first, last; /* children: numbers [first, last) in the list; children of one parent stand together */
  int test;             /* TX_TEST_… */
  uint32_t when;        /* input: bool */
  double at_least;
  double share; /* top: 0..1 */
  uint32_t of;  /* top: input: number whose sum counts; TX_NO_INPUT: count customers */
  uint32_t own_by; /* what its level goes by, where that is not the model's `by`: input + 1; 0: the model's */
} tx_segment;

/* Cut-offs that `top` tests came to, so that one row can be judged against a set. One per segment: the unit with
 * value > cutoff, or == cutoff and key <= key_cutoff, holds. */
typedef struct tx_top_cutoff {
  bool any;
  double value;
  triax_text key; /* belongs to the keys' dictionary */
} tx_top_cutoff;

/* A cut-off found elsewhere, over a larger set that the units are a part of. */
typedef struct tx_top_given {
  bool known;
  tx_top_cutoff cutoff;
} tx_top_given;

typedef struct tx_segmentation_model {
  const tx_segment *segments; /* top level first: [0, top_count), then each parent's children together */
  size_t count, top_count;
  uint32_t by;        /* input: number; TX_NO_INPUT: none */
  uint32_t previous;  /* input: string: a path; TX_NO_INPUT */
  uint32_t override_; /* input: string: a path or an unambiguous name */
  uint32_t since;     /* input: date or timestamp */
  double margin;      /* hold: 0.05 */
  double dwell;       /* days; 0: none */
  size_t input_count;
  const tx_top_given *given[2]; /* per segment, for the judgement with hold and for the one without; or NULL */
} tx_segmentation_model;

/* Why a unit is where it is. */
enum {
  TX_PLACED_BY_TEST, /* a test held (or the rest took it) at every level */
  TX_PLACED_BY_OVERRIDE,
  TX_PLACED_BY_DWELL, /* kept in its previous segment: too short since the last move */
  TX_PLACED_NOWHERE   /* unsegmented */
};

/* A segment for each unit, in the fewest bytes: one of the two. */
typedef struct tx_places {
  uint8_t *small; /* up to UINT8_MAX segments; UINT8_MAX is none */
  uint32_t *large;
} tx_places;

static inline uint32_t tx_place_at(const tx_places *places, size_t unit) {
  if (!places->small) return places->large[unit];
  return places->small[unit] == UINT8_MAX ? TX_NO_SEGMENT : places->small[unit];
}

typedef struct tx_segmentation_result {
  size_t rows;
  tx_places segment;   /* the deepest */
  uint8_t *placed;     /* TX_PLACED_…; NULL: tests alone decide. See tx_placed_at */
  uint64_t *uncertain; /* bitmap: a higher test (of equal or lower depth on its way) could not be judged */
  uint64_t *held;      /* bitmap: hold changed the outcome: without margin or dwell it would be elsewhere */
  bool has_unheld;
  tx_places unheld;    /* where it would be without hold; only with has_unheld */
  tx_top_cutoff *cutoffs; /* per segment: what `top` tests came to; any = false for other tests */
  /* Per segment: how many units the test was tried on and was true, false, unknown for. */
  uint64_t *yes, *no, *unknown;
  uint64_t unmatched_override; /* rows whose override names no segment; they are judged by the tests */
  uint64_t unmatched_previous;
} tx_segmentation_result;

static inline int tx_placed_at(const tx_segmentation_result *result, size_t unit) {
  if (result->placed) return result->placed[unit];
  return tx_place_at(&result->segment, unit) == TX_NO_SEGMENT ? TX_PLACED_NOWHERE : TX_PLACED_BY_TEST;
}

/* What tests came to for a stretch of units, one bit each: true (and known), known. */
typedef struct tx_verdicts {
  const uint64_t *truth, *known; /* known NULL: all are */
} tx_verdicts;

/* The units and what is known of them. */
typedef struct tx_units {
  size_t rows;
  const tx_input *inputs; /* per input of the model */
  const tx_column *keys;  /* for ties of `top`: each unit's key, a string column; NULL where no segment has `top` */
  int32_t as_of;          /* days, for dwell */
  /* Fills verdicts[input] for the tests over units [first, first + rows), rows <= TX_BATCH, in the `turn`-th pass over
   * all units. Several threads call it at once, each as another worker. NULL: the inputs' own truths are taken. */
  triax_status (*judge)(void *user, size_t worker, size_t turn, size_t first, size_t rows, tx_verdicts *verdicts,
                        triax_error *error);
  /* Told of units that have come to their segments for good, while they are in cache. From all threads; may be NULL. */
  void (*placed)(void *placed_user, size_t first, size_t rows, const tx_places *places);
  void *placed_user;
  void *user; /* of judge */
  size_t grain; /* units between two looks at whether to go on; 0: as many as take little time */
} tx_units;

/* The outcome is the same for any number of threads. TRIAX_EINVAL for a model that is none. The result's arrays are
 * allocated from the context; free with tx_segmentation_result_free. */
triax_status tx_segmentation_run(triax_context *context, const tx_segmentation_model *model, const tx_units *units,
                                 tx_segmentation_result *result, triax_error *error);
void tx_segmentation_result_free(triax_context *context, const tx_segmentation_model *model,
                                 tx_segmentation_result *result);

/* What a segment's at_least comes to for a unit whose previous segment is `previous` (TX_NO_SEGMENT: not known): hold
 * moves it. */
double tx_segmentation_threshold(const tx_segmentation_model *model, uint32_t segment, uint32_t previous);

/* The input that a segment's test goes by. */
static inline uint32_t tx_segment_by(const tx_segmentation_model *model, size_t segment) {
  return model->segments[segment].own_by ? model->segments[segment].own_by - 1 : model->by;
}
/* Segment number by path, or by name where only one has it; TX_NO_SEGMENT (ambiguous: *ambiguous true). */
uint32_t tx_segment_find(const tx_segment *segments, size_t count, triax_text path_or_name, bool *ambiguous);

/* The same for many texts, without looking through the segments for each. */
typedef struct tx_segment_names {
  tx_names paths, names;
  bool *several; /* per segment: later ones have its name too */
  size_t count;
} tx_segment_names;
/* False when memory is short. Free in either case. */
bool tx_segment_names_make(triax_context *context, const tx_segment *segments, size_t count, tx_segment_names *names);
void tx_segment_names_free(tx_segment_names *names);
uint32_t tx_segment_named(const tx_segment_names *names, triax_text path_or_name, bool *ambiguous);

/* How many of n a share is. Shares are decimals: what is up to 4 roundings below a whole number is meant to be it. */
uint64_t tx_top_count(double share, uint64_t n);
/* What a prefix must sum to for a share of a total, and what a unit counts: missing and negative values nothing. */
double tx_top_wanted(double share, double total);
static inline double tx_top_part(double value) { return value > 0 ? value : 0; }

/* One row, inputs as values, without allocating. cutoffs may be NULL when no segment has `top`. */
uint32_t tx_segmentation_one(const tx_segmentation_model *model, const tx_value *inputs, triax_text key,
                             const tx_top_cutoff *cutoffs, int32_t as_of, int *placed, bool *uncertain);

#endif
