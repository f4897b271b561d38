/* Reading a policy's document: each value typed by the key that holds it, all faults collected. */
#ifndef TX_POLICY_READER_H
#define TX_POLICY_READER_H

#include "base/names.h"
#include "policy/policy.h"

typedef struct tx_reader {
  triax_policy *policy; /* its arena holds what is read */
  const triax_document *document;
  tx_report *report;
  tx_expr_faults *faults; /* scratch */
} tx_reader;

/* --- faults ---- */

/* An error at a node's value. */
void tx_read_fault(tx_reader *reader, uint32_t node, const char *hint, const char *format, ...) TX_PRINTF(4, 5);
/* An error at a node's key. */
void tx_read_key_fault(tx_reader *reader, uint32_t node, const char *hint, const char *format, ...) TX_PRINTF(4, 5);
/* "did you mean 'x'?" for the name nearest to word, or "" when none is near. */
const char *tx_read_hint(triax_text word, const triax_text *names, size_t count, char hint[160]);

/* --- shapes ---- */

/* The root is node 0 and never missing; elsewhere TX_NO_NODE means that a key is absent. */
uint32_t tx_read_child(const tx_reader *reader, uint32_t node, const char *key);
/* Whether the node is a map with no keys but those (NULL-terminated; NULL: any), each once. */
bool tx_read_map(tx_reader *reader, uint32_t node, const char *const *keys);
bool tx_read_list(tx_reader *reader, uint32_t node);
uint32_t tx_read_first(const tx_reader *reader, uint32_t node);
uint32_t tx_read_next(const tx_reader *reader, uint32_t node);
size_t tx_read_count(const tx_reader *reader, uint32_t node);
/* The first child beyond so many, or TX_NO_NODE. */
uint32_t tx_read_beyond(const tx_reader *reader, uint32_t node, size_t most);
triax_text tx_read_key(const tx_reader *reader, uint32_t node);
/* Zeroed memory of the policy; NULL when short (the report knows). count 0 gives a non-NULL block. */
void *tx_read_alloc(tx_reader *reader, size_t count, size_t size);

/* The number of an earlier one of that name, or TX_NO_NAME after keeping this one's (the report knows if memory is
 * short). */
uint32_t tx_read_twin(tx_reader *reader, tx_names *names, triax_text name, size_t number);

/* --- values; each says what is wrong and returns a harmless value then ---- */

/* Text as written; not given on failure. */
triax_text tx_read_text(tx_reader *reader, uint32_t node);
/* A name: not empty, without '/' (segments' paths use it). */
triax_text tx_read_name(tx_reader *reader, uint32_t node);
/* One of the words; its number, or -1. */
int tx_read_word(tx_reader *reader, uint32_t node, const char *const *words);
/* A number with optional k, m, bn, within [least, most]. */
double tx_read_number(tx_reader *reader, uint32_t node, double least, double most, double fallback);
/* 10% or 0.10, within [0, most]. */
double tx_read_share(tx_reader *reader, uint32_t node, double most, double fallback);
/* 14d, 6w, 90min, 1.5h in days. */
double tx_read_days(tx_reader *reader, uint32_t node, double fallback);
/* Whole days, at least `least` of them: half a day has no meaning against dates. */
int32_t tx_read_whole_days(tx_reader *reader, uint32_t node, int32_t least);
double tx_read_hours(tx_reader *reader, uint32_t node, double fallback);
/* One text or a list of texts. */
const triax_text *tx_read_texts(tx_reader *reader, uint32_t node, size_t *count);

/* --- expressions ---- */

/* Parses the expression of a node and appends it; its number, or TX_NO_INPUT (node absent or at fault). */
uint32_t tx_read_expr(tx_reader *reader, uint32_t node, tx_policy_exprs *exprs, int over, tx_expect expect);
/* The same of a text that stands elsewhere than in a value: in the node's key, or nowhere (at the node's key then). */
uint32_t tx_read_expr_of(tx_reader *reader, uint32_t node, triax_text source, tx_policy_exprs *exprs, int over,
                         tx_expect expect);
/* The same for one expression that stands alone; false when at fault. */
bool tx_read_one_expr(tx_reader *reader, uint32_t node, int over, tx_expect expect, tx_policy_expr *expr);

/* The same for `source`, which stands in the node's text at `offset`. */
uint32_t tx_read_expr_within(tx_reader *reader, uint32_t node, triax_text source, size_t offset, tx_policy_exprs *exprs,
                             int over, tx_expect expect);

/* --- sections ---- */

void tx_read_schema(tx_reader *reader, uint32_t node, tx_schema *schema, const char *what);
void tx_read_currency(tx_reader *reader, uint32_t node);
void tx_read_defines(tx_reader *reader, uint32_t node);
/* Tells of definitions that need each other. */
void tx_read_define_rings(tx_reader *reader);
void tx_read_score(tx_reader *reader, uint32_t node, triax_text name, tx_policy_score *score);
void tx_read_scores(tx_reader *reader, uint32_t node);
void tx_read_segmentation(tx_reader *reader, uint32_t node);
void tx_read_allocation(tx_reader *reader, uint32_t node);
void tx_read_attention(tx_reader *reader, uint32_t node);
void tx_read_plays(tx_reader *reader, uint32_t node);
void tx_read_transition(tx_reader *reader, uint32_t node);
void tx_read_forecast(tx_reader *reader, uint32_t node);

/* A value per segment: a map from names or paths to numbers (inherited by children), or one number for all. `fallback`
 * where nothing is said. `again`: the map was read before, and the faults of its keys are told. */
typedef double (*tx_read_value)(tx_reader *reader, uint32_t node);
double *tx_read_per_segment(tx_reader *reader, uint32_t node, double fallback, tx_read_value read, bool again);
/* The segment that a text names; TX_NO_SEGMENT after saying so. */
uint32_t tx_read_segment(tx_reader *reader, uint32_t node, triax_text name);

#endif
