/* Attention: each book's hours shared over its accounts, touches and their dates (policy.md section 7).
 *
 * What policy.md leaves open is settled so:
 * - An account of weight 0 gets its least, with either method: λ × 0 is 0 for any λ. Where that leaves hours over, they
 *   are slack. A negative weight counts as 0, an infinite one as missing.
 * - λ is solved in closed form on the linear piece where Σ h meets H, so that Σ h = H up to the rounding of the h.
 *   A book is overbooked or has slack only when it is off by more than 1e-9 of H: rounding alone reports nothing.
 * - Urgent is what has weight: the list is by weight descending, missing ones last, ties by key, then by number.
 * - The calendar: the period is 7 × weeks days from as_of, its working days Monday to Friday. Of an account's touches
 *   the whole ones are laid. All N touches of a book go evenly over its D days, the n-th (from 0) on day ⌊n × D / N⌋,
 *   so that no day has more than one touch above another. They are dealt in rounds: the first touch of every account
 *   in the order of the list, then, by the share of the account's touches that went before, the later ones. */
#ifndef TX_ATTENTION_ATTENTION_H
#define TX_ATTENTION_ATTENTION_H

#include "expr/input.h"

enum { TX_ATTENTION_PROPORTIONAL, TX_ATTENTION_RETURN };

typedef struct tx_attention_model {
  int method;
  double weeks;       /* length of the period */
  double half_effect; /* hours; return only */
  double reserve;     /* 0..1 */
  double touch_hours; /* 0: no touches */
} tx_attention_model;

/* Plain columns. csm: TX_NO_CSM for accounts without one (they get no hours). */
#define TX_NO_CSM UINT32_MAX
typedef struct tx_attention_input {
  size_t accounts, csms;
  const uint32_t *csm;      /* per account */
  const double *weight;     /* w, per account: >= 0; NaN missing */
  const double *low, *high; /* hours per account and period; high may be INFINITY */
  const triax_text *keys;   /* per account: ties of the ranked list */
  const double *hours;      /* customer-facing hours a week, per CSM; NaN: missing, taken as 0 and reported */
  int32_t as_of;            /* days: the first working day counted is the first weekday on or after it */
} tx_attention_input;

enum { TX_BOOK_EMPTY, TX_BOOK_FITS, TX_BOOK_OVERBOOKED, TX_BOOK_SLACK };
typedef struct tx_book {
  int state;
  double available; /* H: hours × weeks × (1 − reserve) */
  double given;     /* Σ h */
  double short_by;  /* overbooked: Σ lo − H */
  double slack;     /* H − Σ hi */
  double lambda;    /* proportional: hours per weight; return: what one hour more is worth; NaN where not defined */
  uint64_t accounts, missing; /* accounts, and those with a missing weight */
  uint64_t touches;           /* whole touches in the period */
  bool hours_missing;         /* the CSM's hours were: taken as 0 */
} tx_book;

enum { TX_HOURS_NONE, TX_HOURS_SHARE, TX_HOURS_AT_LOW, TX_HOURS_AT_HIGH, TX_HOURS_CUT, TX_HOURS_MISSING_WEIGHT };

typedef struct tx_attention_result {
  double *hours;       /* per account */
  uint8_t *reason;     /* TX_HOURS_… per account */
  double *touches;     /* hours ÷ touch_hours, per account */
  int32_t *next_touch; /* days, or INT32_MIN: none in the period */
  uint32_t *rank;      /* 1 = first on the CSM's list, 0: none */
  tx_book *books;      /* per CSM */
} tx_attention_result;

triax_status tx_attention_run(triax_context *context, const tx_attention_model *model, const tx_attention_input *input,
                              tx_attention_result *result, triax_error *error);
void tx_attention_result_free(triax_context *context, const tx_attention_input *input, tx_attention_result *result);

/* One book's hours, exact: Σ h = H where Σ low <= H <= Σ high, as the policy says. Weights may be 0 or NaN (both get
 * low), low <= high. Independent of the order up to rounding of the last bit, the same on every machine. lambda may be
 * NULL. Returns TX_BOOK_…. */
int tx_attention_share(int method, double half_effect, const double *weight, const double *low, const double *high,
                       size_t count, double available, double *hours, double *lambda, double *scratch /* 4 × count */);

#endif
