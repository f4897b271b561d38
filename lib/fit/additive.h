/* The regression under a fit: terms that give each row one or two parameters, and penalties on them. */
#ifndef TX_FIT_ADDITIVE_H
#define TX_FIT_ADDITIVE_H

#include "fit/fit.h"

enum { TX_TERM_CONSTANT, TX_TERM_LINE, TX_TERM_LEVELS, TX_TERM_CELLS };

/* Slots of a term: its parameters, one for rows without any, and one behind. */
#define TX_SLOTS 64
/* Most knots, levels or cells of a term. */
#define TX_TERM_MOST 60

/* A penalty: strength of its group × (coefficients · parameters)². */
typedef struct tx_penalty {
  uint32_t first, count; /* parameters that it reads */
  uint32_t group;
  uint32_t term;
  const double *coefficients; /* NULL: 1 */
} tx_penalty;

typedef struct tx_term {
  int kind;
  size_t column;
  size_t slope, bends; /* groups of a line; 0: none */
  size_t first, count; /* parameters; where has_missing, that of missing values follows */
  bool has_missing;
  int direction;
  const double *knots;     /* of a line */
  const double *mass;      /* of a line: share of the rows at each knot */
  const uint32_t *levels;  /* codes */
  const tx_fit_axis *axes; /* of cells: two */
  uint8_t *slot;           /* per row: which of the term's parameters; the slot behind them: none */
  double *share;           /* per row: what goes to the next parameter, 0..1; NULL: nothing */
  double parameters;       /* free ones, once fitted */
} tx_term;

/* Groups 0 and 1 are there always. */
enum { TX_GROUP_GAUGE, TX_GROUP_SLOPES, TX_GROUP_MORE };

typedef struct tx_additive {
  triax_context *context;
  tx_arena arena;
  const tx_fit_data *data; /* all rows of it are learnt from */
  tx_term *terms;          /* the constant first */
  size_t term_count, term_room;
  tx_penalty *penalties;
  size_t penalty_count, penalty_room;
  size_t group_count, known_groups; /* the latter have a strength */
  double *strength;                 /* per group */
  double *change;                   /* per group: of the logarithm of its strength, the last time; 0: not known */
  bool *settled;                    /* per group: its strength is not learnt any more */
  size_t count, known;              /* parameters; of how many there is an estimate */
  double *beta, *step, *ahead;      /* ahead: where the step leads to */
  double *gradient;                 /* of the log-likelihood at beta, without penalties */
  bool directed;                    /* directions hold */
  uint8_t *held;                    /* per parameter of a line with a direction: as the next one */
  size_t stride;                    /* of the squares: parameters that there is room for */
  double *information;              /* second derivatives at beta, without penalties; lower half */
  double *hessian, *inverse;        /* with them; factored. Inverse of the factor */
  double *residual, *weight;        /* per row, at beta */
  double *losses;                   /* per piece of rows */
  double loss;                      /* minus the log-likelihood, at beta */
  double parameters;
} tx_additive;

void tx_additive_init(tx_additive *additive, triax_context *context, const tx_fit_data *data);
void tx_additive_free(tx_additive *additive);
/* Adds terms; false when memory is short. A column without two values adds nothing. */
bool tx_additive_constant(tx_additive *additive);
bool tx_additive_line(tx_additive *additive, size_t column, const double *knots, size_t count);
bool tx_additive_levels(tx_additive *additive, size_t column, const uint32_t *levels, size_t count);
bool tx_additive_cells(tx_additive *additive, const tx_fit_axis axes[2]);
/* Room for what the terms need. Again after further terms: what was fitted is where it goes on from. */
triax_status tx_additive_open(tx_additive *additive, triax_error *error);
/* The values of a term's parameters by slot. */
void tx_term_effects(const tx_additive *additive, const tx_term *term, double effects[TX_SLOTS]);

/* Fits parameters and strengths, without directions, in at most so many steps. */
triax_status tx_additive_fit(tx_additive *additive, size_t steps, triax_error *error);
/* Straightens, for good, the lines whose bends the data do not vouch for: twice the logarithm of the odds of there being
 * any, against there being none, is less than `least`. *any: there were such. */
triax_status tx_additive_straighten(tx_additive *additive, double least, bool *any, triax_error *error);
/* Fits parameters alone, directions included, so that there are at most so many free ones; *shrunk says whether that
 * bit. */
triax_status tx_additive_finish(tx_additive *additive, double most_parameters, bool *shrunk, triax_error *error);

/* What the two halves of it share. The parabola is the penalised likelihood as seen from beta. */
double tx_penalty_value(const double *beta, const tx_penalty *penalty);
/* Rates the rows at beta: residuals, weights, loss. */
triax_status tx_additive_rate(tx_additive *additive, triax_error *error);
/* First and second derivatives at beta. */
triax_status tx_additive_differentiate(tx_additive *additive, triax_error *error);
/* The way to the least of the parabola, with the strengths as they are. */
triax_status tx_additive_solve(tx_additive *additive, triax_error *error);
/* Goes there, or part of the way if that is no better. *moved: the largest change of a parameter. */
triax_status tx_additive_move(tx_additive *additive, double *moved, triax_error *error);
/* Steps until nothing moves by more than `enough`. */
triax_status tx_additive_converge(tx_additive *additive, int most, double enough, triax_error *error);

#endif
