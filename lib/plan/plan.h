/* A plan from the inside: what each model answered, and the tables made of it. */
#ifndef TX_PLAN_PLAN_H
#define TX_PLAN_PLAN_H

#include <triax/plan.h>

#include "allocation/allocation.h"
#include "compile/compile.h"
#include "forecast/forecast.h"
#include "forecast/headcount.h"
#include "health/trend.h"
#include "plan/stage.h"

/* The least size of triax_plan_options that there ever was. */
#define TX_PLAN_OPTIONS_FIRST offsetof(triax_plan_options, aggregates)

#define TX_PLAN_TABLES 20 /* by TRIAX_PLAN_…, from 1 */

/* Health or a score over all customers. */
typedef struct tx_plan_score {
  const tx_health_model *model;
  tx_stage *stage;
  double *health, *coverage; /* rows each; these and bands belong to the columns once these are made */
  double *raw;               /* before limits; the same as health where the model has none */
  uint8_t *band;             /* the number of the band; that of the bands for unknown. See tx_plan_band */
  uint32_t *limit;           /* NULL: the model has none */
  uint64_t *present;         /* where there is a health; the column's once that is made */
  size_t missing;            /* how many have none */
  uint64_t bands[TX_BAND_UNKNOWN + 1]; /* customers by band, numbered as in `band` */
  tx_column *health_column, *coverage_column, *band_column; /* the last NULL for scores */
  tx_health_part *parts;   /* metric by metric over all rows; NULL unless asked for */
  uint16_t *worst;         /* the metric that cost most, TX_NO_METRIC: none; NULL unless reasons are wanted */
  uint64_t *uncategorised; /* per metric */
} tx_plan_score;

/* Earlier values of health, and what they say. */
typedef struct tx_plan_trend {
  bool given;
  size_t *first; /* per customer: where its values begin; rows + 1 */
  int32_t *days;
  double *values;
  size_t room;
  tx_trend *trends; /* per customer; NULL without a history */
  uint64_t rows, unknown_customers, not_yet, today; /* rows of the history */
} tx_plan_trend;

typedef struct tx_plan_segmentation {
  tx_stage *stage;
  tx_stage *size_stage; /* families: `by` of each customer; NULL unless folded */
  tx_segmentation_result result; /* over units; its small places belong to the column that shares them */
  tx_column *shares;             /* NULL: none does */
  bool folded;
  triax_table *units;     /* families folded, with derived columns; NULL unless folded */
  tx_families families;
  tx_column *size;        /* of each customer, by which the largest of a family is found; NULL: none */
  const tx_column **unit_columns;
} tx_plan_segmentation;

/* What a test over pairs came to, customer by customer. */
typedef struct tx_pair_tally {
  uint64_t yes;     /* customers with a CSM for whom it holds */
  uint64_t unknown; /* of the others, those with one for whom it could not be judged */
  size_t count;
  uint32_t *variables; /* that it reads, of the pair module */
  uint64_t *blame;     /* of the customers unknown, those that lack it; of CSMs, all that do */
} tx_pair_tally;

/* A step of hiring: so many CSMs like one of the team, and what they gain beside those hired before. */
typedef struct tx_hire {
  size_t group;     /* of the result */
  uint32_t like;    /* CSM of the team; TX_ALLOCATION_NONE: nobody there is eligible for what is left */
  const char *needs; /* then: what such a CSM would have to be */
  double count;     /* full-time CSMs */
  double value;     /* covered by them */
  uint64_t accounts;
  double points;    /* earned by them in all */
  double left_value; /* of the pool, uncovered after them */
  uint64_t left_accounts;
} tx_hire;

/* A point of the curve between moves and balance. */
typedef struct tx_tradeoff_point {
  const char *how;
  bool present; /* the plan itself */
  uint64_t moved;
  double money, imbalance, earned, uncovered_value;
  double emptiest, fullest; /* load of fte */
  double share;             /* of the imbalance that there is to lose, lost */
} tx_tradeoff_point;

/* Who is to have a specialist, and whom. */
typedef struct tx_overlay_given {
  uint64_t *wanted; /* bitmap of customers */
  uint32_t *csm;    /* per customer */
  uint64_t customers, covered, specialists;
  double room; /* accounts that the specialists can carry; NaN: no limit */
} tx_overlay_given;

typedef struct tx_plan_allocation {
  bool given;
  tx_stage *stage, *team_stage;
  tx_allocation_input input;
  tx_allocation_result *result; /* NULL without a team */
  tx_pair_tally *pair_tallies; /* per expression; those over pairs are filled */
  uint32_t *segment_of_roles; /* per set of roles: the first segment with it */
  tx_overlay_given *overlays;
  uint64_t orphans;    /* customers whose owner is not (any more) in the team */
  uint64_t *orphan;    /* bitmap */
  uint64_t *stuck;     /* bitmap: handed over too often to be handed over again; NULL: none */
  tx_hire *hires;
  size_t hire_count;
  tx_tradeoff_point *tradeoff;
  size_t tradeoff_count;
  tx_arena arena;      /* arrays behind input */
} tx_plan_allocation;

/* Why an action is withheld. */
enum { TX_WITHHELD_MISSING, TX_WITHHELD_NO_OWNER, TX_WITHHELD_COOLDOWN, TX_WITHHELD_LIMIT, TX_WITHHELD_FLOODED,
       TX_WITHHELD_REASONS };

typedef struct tx_plan_attention {
  bool given;
  tx_stage *stage, *team_stage;
  tx_attention_input input;
  tx_attention_result result;
  tx_arena arena;
} tx_plan_attention;

/* What one play came to. */
typedef struct tx_play_counts {
  uint64_t fired, made, updated;
  uint64_t withheld[TX_WITHHELD_REASONS];
} tx_play_counts;

typedef struct tx_plan_plays {
  bool given;
  tx_stage *stage;             /* triggers */
  tx_play_counts *counts;      /* per play */
  uint32_t *order;             /* plays, the most urgent first */
  tx_sent *sent;               /* the host's log; NULL: none */
  size_t sent_count, sent_room;
  uint64_t unknown_customers, unknown_plays, unknown_states, not_yet; /* rows of the log */
} tx_plan_plays;

/* The base, or one of the scenarios. */
typedef struct tx_plan_outlook {
  triax_text name;
  const tx_policy_scenario *scenario; /* NULL: the base */
  tx_forecast_result result;
  tx_headcount *heads; /* per group */
} tx_plan_outlook;

typedef struct tx_plan_forecast {
  bool given;
  tx_stage *stage, *team_stage; /* the team's NULL without one */
  tx_plan_outlook *outlooks;    /* the base first */
  size_t outlook_count;
  uint64_t missing_cost; /* CSMs who are here, and whose cost is not known */
  tx_arena arena;
} tx_plan_forecast;

enum { TX_MOVE_SCHEDULED, TX_MOVE_HELD, TX_MOVE_KEPT, TX_MOVE_UNCOVERED, TX_MOVE_NO_WEEK, TX_MOVE_STATES };

/* One account whose segment or owner changes, or would have. */
typedef struct tx_plan_move {
  size_t row;
  triax_text from_segment, from_owner; /* not given: none, or not known */
  uint32_t giver, receiver;            /* CSMs who are here; TX_ALLOCATION_NONE */
  bool owner_changes, segment_changes, knows; /* knows: the new CSM had it before */
  uint8_t state;                       /* TX_MOVE_… */
  uint32_t week;                       /* from 0; TX_NO_WEEK */
} tx_plan_move;

typedef struct tx_plan_book {
  uint64_t accounts[2], given, received; /* before, after */
  double arr[2], load[2];
} tx_plan_book;

typedef struct tx_plan_transition {
  bool given;
  tx_stage *stage; /* hold_when */
  int32_t start;
  tx_plan_move *moves; /* in the order of customers */
  size_t count, room;
  tx_plan_book *books; /* per CSM; NULL without owners */
} tx_plan_transition;

struct triax_plan {
  triax_context *context;
  tx_count count;
  tx_compiled *compiled;
  tx_plan_given *given; /* aggregates of a larger set; NULL: none */
  const triax_plan *previous; /* while the plan is made: to start from; NULL: none */
  int32_t as_of;
  triax_books_fn books; /* while the plan is made */
  void *books_user;
  bool has_as_of, parts, reasons, tradeoff;
  int32_t hiring; /* options.hires */
  size_t rows, csms;
  const tx_column **columns;      /* per variable of the customers' module; references */
  const tx_column **team_columns; /* per variable of the team's module; borrowed from the team */
  tx_plan_score health;           /* model NULL without a health section */
  tx_plan_score *scores;
  tx_plan_trend trend;
  tx_plan_segmentation segmentation;
  tx_stage *success;
  tx_plan_allocation allocation;
  tx_plan_attention attention;
  tx_plan_plays plays;
  tx_plan_transition transition;
  tx_plan_forecast forecast;
  struct tx_row_sums *row_sums; /* by block of rows; made with the segments, else with `sums` */
  struct tx_sums *sums; /* by segment; made with the tables */
  triax_table *tables[TX_PLAN_TABLES];
  triax_document *summary;
};

/* The steps; each fills its part of the plan and its derived columns. */
triax_status tx_run_score(triax_plan *plan, const tx_step *step, tx_plan_score *score, const tx_health_model *model,
                          triax_error *error);
/* Reads earlier values of health; before health runs, after which the trend does. */
triax_status tx_plan_read_history(triax_plan *plan, const triax_table *history, const triax_load_options *load,
                                  tx_report *report);
triax_status tx_run_trend(triax_plan *plan, triax_error *error);
void tx_plan_trend_free(triax_plan *plan);
triax_status tx_run_segmentation(triax_plan *plan, const tx_step *step, triax_error *error);
triax_status tx_run_allocation(triax_plan *plan, const tx_step *step, tx_report *report);
triax_status tx_run_attention(triax_plan *plan, const tx_step *step, tx_report *report);
triax_status tx_run_plays(triax_plan *plan, const tx_step *step, tx_report *report);
/* Reads the host's log of what was sent; before the plays run. */
triax_status tx_plan_read_sent(triax_plan *plan, const triax_table *sent, const triax_load_options *load,
                               tx_report *report);
triax_status tx_run_forecast(triax_plan *plan, const tx_step *step, triax_error *error);
void tx_plan_score_free(triax_plan *plan, tx_plan_score *score);
void tx_plan_segmentation_free(triax_plan *plan);
void tx_plan_allocation_free(triax_plan *plan);
void tx_plan_attention_free(triax_plan *plan);
void tx_plan_plays_free(triax_plan *plan);
/* "cooldown": why an action is withheld. */
triax_text tx_word_withheld(int reason);
triax_status tx_run_transition(triax_plan *plan, const tx_step *step, triax_error *error);
void tx_plan_transition_free(triax_plan *plan);
/* What allocation takes from the transition: accounts that were handed over too often, and CSMs who had them before.
 * owner: per customer, as allocation has it; may be NULL. Arrays live in the arena. */
bool tx_transition_stuck(const triax_plan *plan, const uint32_t *owner, tx_arena *arena, uint64_t **stuck);
triax_status tx_transition_known(const triax_plan *plan, tx_arena *arena, tx_allocation_prefer *prefer,
                                 triax_error *error);
/* Whether a CSM had the account before. */
bool tx_transition_knows(const triax_plan *plan, size_t row, uint32_t csm);
void tx_plan_forecast_free(triax_plan *plan);

/* The row of the units that a customer is judged by: itself, or its family. */
static inline size_t tx_plan_unit(const triax_plan *plan, size_t row) {
  return plan->segmentation.folded ? plan->segmentation.families.member_of[row] : row;
}
/* A customer's segment, or TX_NO_SEGMENT. */
static inline uint32_t tx_plan_segment(const triax_plan *plan, size_t row) {
  return tx_place_at(&plan->segmentation.result.segment, tx_plan_unit(plan, row));
}

/* Sets a derived column (taken over); NULL is out of memory. */
triax_status tx_plan_derive(triax_plan *plan, int derived, tx_column *column, triax_error *error);
/* The column of a derived name, or NULL. */
const tx_column *tx_plan_derived(const triax_plan *plan, int derived);
/* A customer's band, or TX_BAND_UNKNOWN. */
static inline uint8_t tx_plan_band(const tx_plan_score *score, size_t row) {
  return score->band[row] == score->model->band_count ? TX_BAND_UNKNOWN : score->band[row];
}
/* 1 + the last limit that bit a customer's score, 0: none. */
static inline uint32_t tx_plan_limit(const tx_plan_score *score, size_t row) {
  return score->limit ? score->limit[row] : 0;
}
/* The customers' ARR for sums: the column that stands for money moved: `arr` if there is one, else the first money
 * column, else NULL. */
const tx_column *tx_plan_money(const triax_plan *plan);

/* team.c: who of the team is here on the plan's date, as a bitmap of tx_words(csms) words; and whether a CSM's role is
 * one of a segment's, where both are given. role: the team's column, or NULL. */
void tx_plan_here(const triax_plan *plan, uint64_t *here);
bool tx_plan_has_role(const tx_policy_segment *segment, const tx_column *role, size_t csm);
/* Whether some segment that is to be owned has the CSM's role; true for all where no segment is. */
bool tx_plan_may_own(const triax_plan *plan, size_t csm);
const tx_column *tx_plan_team_column(const triax_plan *plan, const char *name);
/* The name of a pool, or what stands for it; and a segment with the roles of the set, NULL: none. */
triax_text tx_pool_name(const triax_plan *plan, uint32_t pool);
const tx_policy_segment *tx_roles_of_set(const triax_plan *plan, uint32_t role_set);

#endif
