/* Why each result of an account differs. */
#ifndef TX_COMPARE_CAUSES_H
#define TX_COMPARE_CAUSES_H

#include "compare/chain.h"

/* A score that both plans have, or one alone. */
typedef struct tx_score_pair {
  triax_text name;
  const tx_plan_score *sides[2]; /* NULL: not on this side */
  tx_mix *mixes[2];              /* the rules before on the data after; the rules after on their own data */
  tx_splitter *splitter;         /* NULL unless both have it */
  tx_value *inputs[3];           /* of the rules before: before, moved, later */
  tx_split split;                /* of the account at hand */
} tx_score_pair;

/* Scratch for finding causes; one thread. */
typedef struct tx_reasoner {
  const triax_comparison *comparison;
  triax_context *context;
  tx_score_pair *scores; /* the first is health, whether there is one or not */
  size_t score_count;
  tx_mix *segments, *pools, *hours;
} tx_reasoner;

triax_status tx_reasoner_open(const triax_comparison *comparison, tx_reasoner *reasoner, triax_error *error);
void tx_reasoner_close(tx_reasoner *reasoner);

/* A score of one side; NaN: missing. */
double tx_score_at(const tx_score_pair *pair, int side, size_t row);

/* Splits a score's difference into pair->split: only where both sides have the score. */
triax_status tx_cause_split(tx_reasoner *reasoner, tx_score_pair *pair, const tx_pair *rows, triax_error *error);

/* The chain of one result that differs, of an account on both sides. Scores and band want tx_cause_split first. */
triax_status tx_cause_find(tx_reasoner *reasoner, int result, const tx_pair *rows, tx_chain *chain,
                           triax_error *error);

/* cause_score.c */
void tx_cause_score(const tx_reasoner *reasoner, const tx_score_pair *pair, const tx_pair *rows, tx_chain *chain);
void tx_cause_band(const tx_reasoner *reasoner, const tx_pair *rows, tx_chain *chain);
/* cause_csm.c */
triax_status tx_cause_csm(const tx_reasoner *reasoner, const tx_pair *rows, tx_chain *chain, triax_error *error);
triax_status tx_cause_hours(tx_reasoner *reasoner, const tx_pair *rows, tx_chain *chain, triax_error *error);

/* What is left when an account's own facts, day and results are the same. */
static inline int tx_cause_rest(const triax_comparison *comparison) {
  return comparison->same_policy ? TX_CAUSE_SET : TX_CAUSE_RULE;
}

#endif
