/* Customers who are alike but for the CSMs whom each of them names share what the test says.
 *
 * Where a value of theirs is read only to be compared with one of the CSM's (`csm.id in customer.past_owners`,
 * `customer.referred_by != csm.id`), it says nothing more to the test than who equals it. With a stand-in that nobody
 * equals in its place customers of thousands of such values are a few groups; the pairs that it does name are judged
 * one by one, as they are. */
#include <string.h>

#include "expr/node.h"
#include "plan/pairs_private.h"

/* A value names few where it names at most one CSM in so many. */
#define FEW 32
/* Lists are told apart by how many they have, where the test asks, up to so many. */
#define MOST_COUNTED 64

typedef struct share_job {
  tx_pair_job *pairs;
  const tx_module *module;
  uint64_t *reached; /* nodes of the test */
  uint64_t *barred;  /* columns of customers that are read otherwise, too */
  uint64_t *counted; /* lists of customers whose size is read */
  uint64_t *names;   /* columns of customers that name few */
} share_job;

static size_t side_of(const tx_pair_side *side, uint32_t variable) {
  size_t c = 0;
  while (c < side->count && side->variables[c] != variable) c++;
  return c;
}

/* The customers' column that the node is, or is where there is a value; SIZE_MAX: it is something else. */
static size_t customers_column(const share_job *job, const tx_expr_node *node) {
  bool stood_in = node->op == TX_OP_OR_VALUE && tx_node_child(job->module, node, 1)->fixed;
  if (stood_in) node = tx_node_child(job->module, node, 0);
  if (node->op != TX_OP_VARIABLE) return SIZE_MAX;
  size_t c = side_of(&job->pairs->customers, node->index);
  return c < job->pairs->customers.count ? c : SIZE_MAX;
}

static const tx_column *csms_column(const share_job *job, const tx_expr_node *node) {
  if (node->op != TX_OP_VARIABLE) return NULL;
  size_t c = side_of(&job->pairs->csms, node->index);
  return c < job->pairs->csms.count ? job->pairs->csms.columns[c] : NULL;
}

/* The CSMs' column of `list.exists(x, x == csm.id)`, of `exists_one` likewise, or of `list.all(x, x != csm.id)`. */
static const tx_column *each_compared(const share_job *job, const tx_expr_node *node) {
  const tx_expr_node *body = tx_node_child(job->module, node, 1);
  if (body->op != (node->op == TX_OP_ALL ? TX_OP_UNEQUAL : TX_OP_EQUAL)) return NULL;
  const tx_expr_node *a = tx_node_child(job->module, body, 0), *b = tx_node_child(job->module, body, 1);
  const tx_expr_node *local = a->op == TX_OP_LOCAL ? a : b;
  return local->op == TX_OP_LOCAL && local->index == node->index ? csms_column(job, local == a ? b : a) : NULL;
}

/* Whether the node compares strings of the two sides, and of what columns. */
static bool compares(const share_job *job, const tx_expr_node *node, size_t *customer, const tx_column **csm) {
  if (node->op == TX_OP_EXISTS || node->op == TX_OP_EXISTS_ONE || node->op == TX_OP_ALL) {
    *customer = customers_column(job, tx_node_child(job->module, node, 0));
    *csm = *customer == SIZE_MAX ? NULL : each_compared(job, node);
    return *csm && (*csm)->dictionary && !(*csm)->lists && job->pairs->customers.columns[*customer]->lists;
  }
  bool in = node->op == TX_OP_IN;
  if (!in && node->op != TX_OP_EQUAL && node->op != TX_OP_UNEQUAL) return false;
  const tx_expr_node *a = tx_node_child(job->module, node, 0), *b = tx_node_child(job->module, node, 1);
  bool first = customers_column(job, a) != SIZE_MAX;
  *customer = customers_column(job, first ? a : b);
  *csm = csms_column(job, first ? b : a);
  if (*customer == SIZE_MAX || !*csm) return false;
  const tx_column *column = job->pairs->customers.columns[*customer];
  if (!column->dictionary || !(*csm)->dictionary) return false;
  const tx_column *element = first ? column : *csm, *list = first ? *csm : column;
  return !element->lists && (list->lists != NULL) == in;
}

/* Whether the node asks how many texts there are in a list of the customers': stand-ins then have as many. */
static bool counts(share_job *job, const tx_expr_node *node) {
  if (node->op != TX_OP_SIZE) return false;
  size_t c = customers_column(job, tx_node_child(job->module, node, 0));
  const tx_lists *lists = c == SIZE_MAX ? NULL : job->pairs->customers.columns[c]->lists;
  for (uint32_t l = 0; lists && l < lists->size; l++) {
    if (lists->offsets[l + 1] - lists->offsets[l] > MOST_COUNTED) return false;
  }
  if (lists) tx_bit_set(job->counted, c);
  return lists != NULL;
}

/* Whether it asks if there are any: stand-ins are empty where the lists are. */
static bool asks_for_any(const share_job *job, const tx_expr_node *node) {
  if (node->op != TX_OP_EQUAL && node->op != TX_OP_UNEQUAL) return false;
  const tx_expr_node *a = tx_node_child(job->module, node, 0), *b = tx_node_child(job->module, node, 1);
  size_t c = customers_column(job, a->fixed ? b : a);
  const tx_value *value = a->fixed ? &a->value : &b->value;
  if (!(a->fixed ? a : b)->fixed || c == SIZE_MAX || !job->pairs->customers.columns[c]->lists) return false;
  return value->state == TX_PRESENT && value->list.count == 0;
}

/* Children come before their parents: one walk from the root down. */
static void walk(share_job *job) {
  const tx_module *module = job->module;
  tx_bit_set(job->reached, job->pairs->root);
  for (size_t n = (size_t)job->pairs->root + 1; n-- > 0;) {
    const tx_expr_node *node = &module->nodes[n];
    size_t column;
    const tx_column *csm;
    if (!tx_bit(job->reached, n)) continue;
    bool fine = compares(job, node, &column, &csm) || customers_column(job, node) != SIZE_MAX ||
                counts(job, node) || asks_for_any(job, node);
    for (uint32_t i = 0; i < node->count; i++) {
      const tx_expr_node *child = tx_node_child(module, node, i);
      tx_bit_set(job->reached, (size_t)(child - module->nodes));
      column = fine ? SIZE_MAX : customers_column(job, child);
      if (column != SIZE_MAX) tx_bit_set(job->barred, column);
    }
  }
}

/* --- who is named --- */

/* How many CSMs each group of customers names, in all. */
static bool count_named(const share_job *job, const tx_column *customer, const tx_column *csm, size_t *total) {
  tx_pair_job *pairs = job->pairs;
  uint32_t one, *to = tx_pairs_translate(pairs, customer->dictionary, csm->dictionary);
  size_t *bearers = tx_arena_calloc(&pairs->scratch, (size_t)csm->dictionary->size + 1, sizeof *bearers), count;
  if (!to || !bearers) return false;
  for (size_t g = 0; g < pairs->csms.groups; g++) {
    const uint32_t *codes = tx_pairs_codes(csm, pairs->csms.first[g], &one, &count);
    for (size_t i = 0; i < count; i++) bearers[codes[i]]++;
  }
  for (size_t g = 0; g < pairs->customers.groups; g++) {
    const uint32_t *codes = tx_pairs_codes(customer, pairs->customers.first[g], &one, &count);
    for (size_t i = 0; i < count; i++) *total += to[codes[i]] == TX_NO_CODE ? 0 : bearers[to[codes[i]]];
  }
  return true;
}

/* Columns that name few. */
static bool find_names(share_job *job, size_t *total) {
  const tx_pair_job *pairs = job->pairs;
  size_t *named = tx_arena_calloc(&job->pairs->scratch, pairs->customers.count + 1, sizeof *named), column;
  uint64_t *compared = tx_arena_calloc(&job->pairs->scratch, tx_words(pairs->customers.count) + 1, sizeof *compared);
  const tx_column *csm;
  if (!named || !compared) return false;
  for (size_t n = 0; n <= pairs->root; n++) {
    if (!tx_bit(job->reached, n) || !compares(job, &job->module->nodes[n], &column, &csm)) continue;
    tx_bit_set(compared, column);
    if (tx_bit(job->barred, column)) continue;
    if (!count_named(job, pairs->customers.columns[column], csm, &named[column])) return false;
  }
  for (size_t c = 0; c < pairs->customers.count; c++) {
    bool few = named[c] / pairs->csms.groups <= pairs->customers.groups / FEW;
    if (!tx_bit(compared, c) || tx_bit(job->barred, c) || !few) continue;
    tx_bit_set(job->names, c);
    *total += named[c];
  }
  return true;
}

static bool list_named(share_job *job, tx_pair_rows *rows) {
  tx_pair_job *pairs = job->pairs;
  bool any = false;
  for (size_t n = 0; n <= pairs->root; n++) {
    size_t column;
    const tx_column *csm;
    tx_pair_rows more, before = *rows;
    if (!tx_bit(job->reached, n) || !compares(job, &job->module->nodes[n], &column, &csm)) continue;
    if (!tx_bit(job->names, column)) continue;
    if (!tx_pairs_match(pairs, pairs->customers.columns[column], csm, any ? &more : rows)) return false;
    if (any && !tx_pairs_unite(pairs, &before, &more, rows)) return false;
    any = true;
  }
  return true;
}

/* --- stand-ins --- */

/* Texts longer than all that CSMs have where the column is compared: the first so many bytes of `bytes`, and more. */
static bool strange_text(const share_job *job, size_t column, triax_text *text) {
  uint64_t longest = 0;
  for (size_t n = 0; n <= job->pairs->root; n++) {
    size_t its;
    const tx_column *csm;
    if (!tx_bit(job->reached, n) || !compares(job, &job->module->nodes[n], &its, &csm) || its != column) continue;
    for (uint32_t code = 0; code < csm->dictionary->size; code++) {
      uint64_t length = csm->dictionary->offsets[code + 1] - csm->dictionary->offsets[code];
      longest = length > longest ? length : longest;
    }
  }
  char *bytes = tx_arena_calloc(&job->pairs->scratch, (size_t)longest + 1 + MOST_COUNTED, 1);
  if (!bytes) return false;
  memset(bytes, '-', (size_t)longest + 1 + MOST_COUNTED);
  *text = (triax_text){bytes, (size_t)longest + 1};
  return true;
}

/* One value that names nobody for each that the column has. Lists stay empty, or have one such text, or as many as they
 * had where that is asked. */
static bool stand_in_code(const share_job *job, size_t c, uint32_t code, triax_text strange, tx_column_builder *builder,
                          uint32_t *made) {
  const tx_lists *lists = job->pairs->customers.columns[c]->lists;
  triax_text items[MOST_COUNTED];
  if (!lists) return tx_column_builder_intern(builder, strange, made);
  size_t count = (size_t)(lists->offsets[code + 1] - lists->offsets[code]);
  if (!tx_bit(job->counted, c)) count = count > 0;
  for (size_t i = 0; i < count; i++) items[i] = (triax_text){strange.bytes, strange.length + i};
  return tx_column_builder_intern_list(builder, items, count, made);
}

static tx_column *stand_in(const share_job *job, size_t c) {
  const tx_column *column = job->pairs->customers.columns[c];
  uint32_t values = column->lists ? column->lists->size : column->dictionary->size;
  uint32_t *code = tx_arena_calloc(&job->pairs->scratch, (size_t)values + 1, sizeof *code);
  tx_column_builder *builder = tx_column_builder_new(column->context, column->type);
  tx_column *made = NULL;
  triax_text strange;
  bool fine = code && builder && strange_text(job, c, &strange) && tx_column_builder_reserve(builder, column->rows);
  for (uint32_t v = 0; fine && v < values; v++) fine = stand_in_code(job, c, v, strange, builder, &code[v]);
  for (size_t row = 0; fine && row < column->rows; row++) {
    if (tx_column_has(column, row)) fine = tx_column_builder_code(builder, code[tx_column_code(column, row)]);
    else fine = tx_column_builder_missing(builder);
  }
  if (fine) made = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  return made;
}

/* The customers' side with stand-ins, in its groups. */
static triax_status make_base(share_job *job, tx_pair_side *base, triax_error *error) {
  tx_pair_job *pairs = job->pairs;
  *base = pairs->customers;
  base->columns = tx_arena_calloc(&pairs->scratch, base->count + 1, sizeof *base->columns);
  if (!base->columns) return tx_no_memory(error);
  for (size_t c = 0; c < base->count; c++) {
    base->columns[c] = pairs->customers.columns[c];
    if (!tx_bit(job->names, c)) continue;
    tx_column *made = stand_in(job, c);
    if (!made) return tx_no_memory(error);
    base->columns[c] = pairs->made[pairs->made_count++] = made;
  }
  return tx_group_rows(&pairs->scratch, base->columns, base->count, base->rows, &base->group, &base->groups,
                       &base->first, error);
}

triax_status tx_pairs_share(tx_pair_job *pairs, tx_pair_side *base, tx_pair_rows *named, bool *found,
                            triax_error *error) {
  const tx_module *module = pairs->plan->compiled->pair_module;
  share_job job = {.pairs = pairs, .module = module};
  size_t customers = pairs->customers.groups, csms = pairs->csms.groups, total = 0;
  *found = false;
  if (csms == 0 || customers <= TX_FEW_PAIRS / csms) return TRIAX_OK;
  job.reached = tx_arena_calloc(&pairs->scratch, tx_words((size_t)pairs->root + 1), sizeof(uint64_t));
  job.barred = tx_arena_calloc(&pairs->scratch, tx_words(pairs->customers.count) + 1, sizeof(uint64_t));
  job.counted = tx_arena_calloc(&pairs->scratch, tx_words(pairs->customers.count) + 1, sizeof(uint64_t));
  job.names = tx_arena_calloc(&pairs->scratch, tx_words(pairs->customers.count) + 1, sizeof(uint64_t));
  if (!job.reached || !job.barred || !job.counted || !job.names) return tx_no_memory(error);
  walk(&job);
  if (!find_names(&job, &total)) return tx_no_memory(error);
  if (!tx_popcount(job.names, pairs->customers.count)) return TRIAX_OK;
  triax_status status = make_base(&job, base, error);
  *found = status == TRIAX_OK && base->groups + total / csms < customers / 2;
  return *found && !list_named(&job, named) ? tx_no_memory(error) : status;
}
