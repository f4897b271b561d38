/* The regression under a fit: terms that give each row one or two parameters, and penalties on them. */
#ifndef TX_FIT_ADDITIVE_H
#define TX_FIT_ADDITIVE_H

#include "fit/fit.h"

enum { TX_TERM_CONSTANT, TX_TERM_LINE, TX_TERM_LEVELS, TX_TERM_CELLS };

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
  size_t first, count; /* parameters; where has_missing, that of missing values follows */
  bool has_missing;
  int direction;
  const double *knots;     /* of a line */
  const double *mass;      /* of a line: share of the rows at each knot */
  const uint32_t *levels;  /* codes */
  const tx_fit_axis *axes; /* of cells: two */
  uint32_t *index;         /* per row: parameter; the additive's count for none */
  double *share;           /* per row: what goes to the next parameter, 0..1; NULL: nothing */
  double parameters;       /* free ones, once fitted */
} tx_term;

/* Groups 0 and 1 are there always. */
enum { TX_GROUP_GAUGE, TX_GROUP_SLOPES, TX_GROUP_MORE };

typedef struct tx_additive {
  triax_context *context;
  tx_arena arena;
  const tx_fit_data *data;
  size_t used;      /* rows learnt from */
  tx_term *terms;   /* the constant first */
  size_t term_count, term_room;
  tx_penalty *penalties;
  size_t penalty_count, penalty_room;
  size_t group_count, known_groups; /* the latter have a strength */
  double *strength; /* per group */
  size_t count;     /* parameters */
  size_t stride;    /* count + 2: rows without a parameter write behind the end */
  double *beta, *step, *gradient;
  bool directed; /* directions hold */
  uint8_t *held; /* per parameter of a line with a direction: as the next one */
  double *hessian, *inverse; /* stride × stride */
  double *eta, *residual, *weight; /* per row */
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
/* Fits, penalties included, so that there are at most so many free parameters; *shrunk says whether that bit. */
triax_status tx_additive_fit(tx_additive *additive, double most_parameters, size_t sweeps, bool *shrunk,
                             triax_error *error);

#endif
