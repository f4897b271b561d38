/* A policy from the inside: one of each model, the expressions they need, and where each stands in the source. */
#ifndef TX_POLICY_POLICY_H
#define TX_POLICY_POLICY_H

#include <triax/policy.h>

#include "attention/attention.h"
#include "base/context.h"
#include "document/document.h"
#include "expr/expr.h"
#include "health/health.h"
#include "plays/plays.h"
#include "segmentation/segmentation.h"
#include "table/table.h"
#include "transition/transition.h"

/* Whose columns an expression reads. Those over the fired are over customers too, but evaluated for those alone for
 * whom a play fires. */
enum { TX_OVER_CUSTOMERS, TX_OVER_TEAM, TX_OVER_PAIR, TX_OVER_FIRED };

/* An expression of a policy, or a column's name, with its place. */
typedef struct tx_policy_expr {
  const tx_syntax *syntax; /* NULL: not given, or at fault */
  triax_text source;
  int over;                /* TX_OVER_… */
  tx_expect expect;
  const char *path;        /* "segmentation.segments[1].when" */
  int32_t line, column;    /* of the value, 0 unknown */
  bool exact;              /* places inside the source can be shown */
} tx_policy_expr;

/* A list of expressions; a model's input numbers count these. */
typedef struct tx_policy_exprs {
  tx_policy_expr *items;
  size_t count, capacity;
} tx_policy_exprs;

typedef struct tx_policy_define {
  triax_text name;
  tx_policy_expr expr;
} tx_policy_define;

/* health, or one of scores. */
typedef struct tx_policy_score {
  tx_health_model model;
  tx_policy_exprs inputs;
  triax_text probability; /* a score's NAME_probability: the name of what is calibrated */
} tx_policy_score;

enum { TX_TOUCH_NONE, TX_TOUCH_HIGH, TX_TOUCH_LOW, TX_TOUCH_TECH };

typedef struct tx_policy_success {
  triax_text name;
  uint32_t input; /* of segmentation's `success` list */
} tx_policy_success;

/* What a segment carries beside its test; inherited values filled in. */
typedef struct tx_policy_segment {
  int touch; /* TX_TOUCH_… */
  const triax_text *roles;
  size_t role_count;
  const triax_text *services;
  size_t service_count;
  const tx_policy_success *success;
  size_t success_count;
  triax_node meta; /* of the policy's copy of the document; TRIAX_NO_NODE: none */
  int32_t line, column;
  const char *document_path;
  uint32_t tiers_by; /* what its tiers go by: input + 1; 0: what it does itself */
} tx_policy_segment;

typedef struct tx_policy_segmentation {
  tx_segmentation_model model; /* segments in `model.segments` */
  tx_policy_segment *segments; /* as many */
  tx_policy_exprs inputs;
  tx_policy_exprs success;
  triax_text previous, override_, since; /* column names, not given: none */
} tx_policy_segmentation;

typedef struct tx_policy_pool {
  triax_text name;
  uint32_t customers; /* input over customers, TX_NO_INPUT: the rest */
  uint32_t csms;      /* input over the team, TX_NO_INPUT: CSMs who serve no other pool */
  double at_least;    /* fewer customers: dissolved; 0: never */
} tx_policy_pool;

typedef struct tx_policy_prefer {
  double points;
  uint32_t when; /* input over the pair (or customers, or team alone) */
  triax_text why;
} tx_policy_prefer;

typedef struct tx_policy_balance {
  triax_text name; /* "load", or what was named */
  double weight;
  uint32_t amount; /* input over customers: number; TX_NO_INPUT: load */
} tx_policy_balance;

typedef struct tx_policy_overlay {
  triax_text name;
  uint32_t customers, csms; /* inputs; TX_NO_INPUT: all */
  double accounts;          /* a full-time specialist's number; 0: no limit */
  triax_text owner;         /* column: the present specialist */
} tx_policy_overlay;

typedef struct tx_policy_allocation {
  bool given;
  triax_text owner; /* column */
  bool *unowned;    /* per segment: no named owner */
  tx_policy_pool *pools;
  size_t pool_count;
  uint32_t fte;         /* input over the team; TX_NO_INPUT: 1 */
  double *accounts;     /* per segment: a full-time CSM's number, inherited; 0: no load */
  bool accounts_given;
  uint32_t arr;         /* cap, input over the team */
  uint32_t hours_need;  /* input over customers */
  uint32_t hours_have;  /* input over the team */
  double stretch;       /* 0.10 */
  uint32_t eligible;    /* input over the pair */
  uint32_t freeze;      /* input over customers: bool */
  tx_policy_prefer *prefer;
  size_t prefer_count;
  uint32_t value;       /* input over customers; TX_NO_INPUT: 1 */
  tx_policy_balance *balance;
  size_t balance_count;
  tx_policy_overlay *overlays;
  size_t overlay_count;
  double effort;
  tx_policy_exprs inputs;
} tx_policy_allocation;

typedef struct tx_policy_attention {
  bool given;
  tx_attention_model model;
  uint32_t hours;       /* input over the team */
  uint32_t by;          /* input over customers */
  double *low, *high;   /* per segment, inherited; 0 and INFINITY where not given */
  tx_policy_exprs inputs;
} tx_policy_attention;

enum { TX_CHANNEL_EMAIL, TX_CHANNEL_IN_APP, TX_CHANNEL_TASK, TX_CHANNEL_WEBHOOK };
enum { TX_TO_USER, TX_TO_CUSTOMER, TX_TO_CSM };

/* Literal text, and then, if there is one, a value. */
typedef struct tx_policy_piece {
  triax_text literal;
  uint32_t value; /* input over the fired; TX_NO_INPUT: none */
} tx_policy_piece;

/* A text with values: subject, body … */
typedef struct tx_policy_text {
  const char *name; /* the column's; NULL: not given */
  uint32_t column;  /* its number; none of the recipient */
  bool one_line;    /* breaks in values become blanks */
  tx_policy_piece *pieces;
  size_t count;
} tx_policy_text;

typedef struct tx_policy_play {
  triax_text name, why; /* why: not given: the trigger's source */
  uint32_t when;        /* input over customers */
  int channel, to;      /* TX_CHANNEL_…, TX_TO_… */
  int32_t due;          /* days from the plan's date */
  tx_policy_text recipient; /* name NULL: by `to` */
  tx_policy_text *texts;
  size_t text_count;
  uint32_t first_value, value_count; /* inputs of its texts, recipient included */
} tx_policy_play;

typedef struct tx_policy_plays {
  bool given;
  tx_play_limit limit; /* across plays */
  tx_policy_play *plays;
  tx_play *rules; /* as many: what the model goes by */
  size_t count;
  const char **columns; /* of texts, over all plays, each once */
  size_t column_count;
  tx_policy_exprs inputs;
} tx_policy_plays;
/* What if: the base with something else in some segments. */
typedef struct tx_policy_scenario {
  triax_text name;
  uint32_t retention, expansion, arr; /* inputs over customers; TX_NO_INPUT: as in the base */
  uint32_t cost;                      /* input over the team; TX_NO_INPUT: as in the base */
  const bool *in;                     /* per segment: what is set holds there; NULL: everywhere */
  const double *fee;                  /* per segment, inherited: of an account and year; NULL: none */
} tx_policy_scenario;

#define TX_FORECAST_YEARS 50 /* at most */

typedef struct tx_policy_forecast {
  bool given;
  size_t years;
  uint32_t retention;  /* input over customers */
  bool implied;        /* retention was not given: 1 - churn_probability, if there is one */
  uint32_t expansion;  /* input over customers; TX_NO_INPUT: 0 */
  uint32_t cost;       /* input over the team; TX_NO_INPUT: not known */
  double multiple;     /* 0: no such rule */
  double *acv_per_csm; /* per segment, inherited; 0: none */
  tx_policy_scenario *scenarios;
  size_t scenario_count;
  tx_policy_exprs inputs;
} tx_policy_forecast;

typedef struct tx_policy_transition {
  bool given;
  tx_transition_model model; /* start where has_start */
  bool has_start;
  uint32_t hold_when;        /* input over customers */
  triax_text renewal;        /* columns; not given: none */
  triax_text handovers, known;
  double most_handovers;
  double known_points;       /* what a CSM who knows the account earns */
  const triax_text *brief;   /* columns of the hand-over brief; NULL: the usual ones */
  size_t brief_count;
  tx_policy_exprs inputs;
} tx_policy_transition;

enum { TX_STAGE_NONE, TX_STAGE_STARTUP, TX_STAGE_GROWTH, TX_STAGE_SCALING, TX_STAGE_MATURE };

#define TX_POLICY_SCORES 48 /* as many as there may be */

struct triax_policy {
  triax_context *context;
  tx_count count;
  tx_arena arena; /* all that the sections point to */
  tx_source source;
  triax_text name;
  int stage;
  tx_schema customers, team; /* with rates and currency */
  tx_policy_define *defines;
  size_t define_count;
  bool has_health;
  tx_policy_score health;
  tx_policy_score *scores;
  size_t score_count;
  tx_policy_segmentation segmentation;
  tx_policy_allocation allocation;
  tx_policy_attention attention;
  tx_policy_plays plays;
  tx_policy_forecast forecast;
  const triax_text *allow; /* advice codes that are silenced */
  size_t allow_count;
  tx_policy_transition transition;
  triax_document *document; /* a copy, for meta and for sections read later */
};

/* A whole policy, or a policy that is nothing but a score model (the document's root is its grammar). */
typedef enum tx_policy_part { TX_POLICY_WHOLE, TX_POLICY_SCORE } tx_policy_part;
triax_status tx_policy_make(triax_context *context, const triax_document *document, tx_policy_part part,
                            triax_policy **policy, triax_messages *messages, triax_error *error);

/* Adds an error about an expression, at `offset` inside it. */
void tx_policy_fault(tx_report *report, const tx_policy_expr *expr, const tx_expr_fault *fault);

#endif
