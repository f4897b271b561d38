/* Pairs found by equal strings, as a database joins: in time of the rows and the pairs found, never of all pairs.
 *
 * Whatever else a test says, where it is `a && b` it holds only for pairs that `a` holds for: one equality is enough to
 * find them. All of them are then judged by the whole test. */
#include <string.h>

#include "expr/node.h"
#include "plan/pairs_private.h"

/* Pairs that are judged only to see what cannot be: with more, some kinds of CSMs are left out. */
#define MOST_PROBES ((size_t)1 << 22)

typedef struct join_job {
  tx_pair_job *pairs;
  const tx_module *module;
  tx_arena *arena;
  bool failed; /* memory */
} join_job;

static const tx_column *column_of(const tx_pair_side *side, uint32_t variable) {
  for (size_t c = 0; c < side->count; c++) {
    if (side->variables[c] == variable) return side->columns[c];
  }
  return NULL;
}

/* The codes of a row's string or strings; *count 0 where it is missing. */
const uint32_t *tx_pairs_codes(const tx_column *column, size_t row, uint32_t *one, size_t *count) {
  *count = 0;
  if (!tx_column_has(column, row)) return one;
  uint32_t code = tx_column_code(column, row);
  if (!column->lists) {
    *one = code;
    *count = 1;
    return one;
  }
  *count = (size_t)(column->lists->offsets[code + 1] - column->lists->offsets[code]);
  return column->lists->items + column->lists->offsets[code];
}

/* CSM groups by code of the CSMs' column: a bucket each. */
static bool make_buckets(tx_pair_job *job, const tx_column *column, size_t **begin, uint32_t **list) {
  const tx_pair_side *side = &job->csms;
  size_t size = column->dictionary->size, all = 0, count;
  uint32_t one;
  *begin = tx_arena_calloc(&job->scratch, (size_t)size + 2, sizeof **begin);
  if (!*begin) return false;
  for (size_t g = 0; g < side->groups; g++) {
    const uint32_t *codes = tx_pairs_codes(column, side->first[g], &one, &count);
    for (size_t i = 0; i < count; i++) (*begin)[codes[i] + 2]++;
    all += count;
  }
  for (size_t code = 0; code < size; code++) (*begin)[code + 2] += (*begin)[code + 1];
  *list = tx_arena_calloc(&job->scratch, all + 1, sizeof **list);
  if (!*list) return false;
  for (size_t g = 0; g < side->groups; g++) {
    const uint32_t *codes = tx_pairs_codes(column, side->first[g], &one, &count);
    for (size_t i = 0; i < count; i++) (*list)[(*begin)[codes[i] + 1]++] = (uint32_t)g;
  }
  return true;
}

/* From codes of the customers' column to those of the CSMs'. */
uint32_t *tx_pairs_translate(tx_pair_job *job, const tx_dictionary *from, const tx_dictionary *to) {
  uint32_t *code = tx_arena_calloc(&job->scratch, (size_t)from->size + 1, sizeof *code);
  for (uint32_t c = 0; code && c < from->size; c++) code[c] = tx_dictionary_find(to, tx_dictionary_text(from, c));
  return code;
}

static void sort_few(uint32_t *list, size_t count) {
  for (size_t i = 1; i < count; i++) {
    uint32_t one = list[i];
    size_t at = i;
    for (; at > 0 && list[at - 1] > one; at--) list[at] = list[at - 1];
    list[at] = one;
  }
}

/* Whether the variables are a string of one side and a string, or strings, of the other: then their columns. */
static bool two_sides(const join_job *job, uint32_t a, uint32_t b, const tx_column **customer, const tx_column **csm) {
  const tx_pair_source *sources = job->pairs->plan->compiled->pair_sources;
  if (sources[a].csm == sources[b].csm) return false;
  *customer = column_of(&job->pairs->customers, sources[a].csm ? b : a);
  *csm = column_of(&job->pairs->csms, sources[a].csm ? a : b);
  return *customer && *csm && (*customer)->dictionary && (*csm)->dictionary;
}

static bool new_rows(tx_pair_job *job, tx_pair_rows *rows) {
  size_t groups = job->customers.groups;
  *rows = (tx_pair_rows){.begin = tx_arena_calloc(&job->scratch, groups + 1, sizeof *rows->begin)};
  rows->lacking = tx_arena_calloc(&job->scratch, tx_words(groups), sizeof(uint64_t));
  rows->compared = tx_arena_calloc(&job->scratch, tx_words(job->csms.count), sizeof(uint64_t));
  return rows->begin && rows->lacking && rows->compared;
}

bool tx_pairs_match(tx_pair_job *job, const tx_column *customer, const tx_column *csm, tx_pair_rows *rows) {
  const tx_pair_side *side = &job->customers;
  size_t *bucket, all = 0, count;
  uint32_t *list, one, *to = tx_pairs_translate(job, customer->dictionary, csm->dictionary);
  if (!new_rows(job, rows)) return false;
  for (size_t c = 0; c < job->csms.count; c++) {
    if (job->csms.columns[c] == csm) tx_bit_set(rows->compared, c);
  }
  if (!to || !make_buckets(job, csm, &bucket, &list)) return false;
  for (int pass = 0; pass < 2; pass++) {
    size_t at = 0;
    for (size_t g = 0; g < side->groups; g++) {
      const uint32_t *codes = tx_pairs_codes(customer, side->first[g], &one, &count);
      if (!tx_column_has(customer, side->first[g])) tx_bit_set(rows->lacking, g);
      rows->begin[g] = at;
      for (size_t i = 0; i < count; i++) {
        uint32_t code = to[codes[i]];
        if (code == TX_NO_CODE) continue;
        size_t more = bucket[code + 1] - bucket[code];
        if (pass && more) memcpy(rows->list + at, list + bucket[code], more * sizeof *list);
        at += more;
      }
      if (pass && count > 1) sort_few(rows->list + rows->begin[g], at - rows->begin[g]);
    }
    rows->begin[side->groups] = all = at;
    if (!pass) rows->list = tx_arena_calloc(&job->scratch, all + 1, sizeof *rows->list);
    if (!rows->list) return false;
  }
  return true;
}

/* What is in either. */
bool tx_pairs_unite(tx_pair_job *job, const tx_pair_rows *a, const tx_pair_rows *b, tx_pair_rows *rows) {
  size_t groups = job->customers.groups, at = 0;
  if (!new_rows(job, rows)) return false;
  rows->list = tx_arena_calloc(&job->scratch, a->begin[groups] + b->begin[groups] + 1, sizeof *rows->list);
  if (!rows->list) return false;
  for (size_t w = 0; w < tx_words(groups); w++) rows->lacking[w] = a->lacking[w] | b->lacking[w];
  for (size_t w = 0; w < tx_words(job->csms.count); w++) rows->compared[w] = a->compared[w] | b->compared[w];
  for (size_t g = 0; g < groups; g++) {
    size_t x = a->begin[g], y = b->begin[g];
    rows->begin[g] = at;
    while (x < a->begin[g + 1] || y < b->begin[g + 1]) {
      uint32_t of_a = x < a->begin[g + 1] ? a->list[x] : UINT32_MAX;
      uint32_t of_b = y < b->begin[g + 1] ? b->list[y] : UINT32_MAX;
      rows->list[at++] = of_a < of_b ? of_a : of_b;
      x += of_a <= of_b;
      y += of_b <= of_a;
    }
  }
  rows->begin[groups] = at;
  return true;
}

/* Whether a node's pairs are found; recursion is as deep as && and || nest in a checked expression. */
static bool join(join_job *job, const tx_expr_node *node, tx_pair_rows *rows) {
  size_t groups = job->pairs->customers.groups;
  tx_pair_rows left, right;
  if (node->op == TX_OP_AND || node->op == TX_OP_OR) {
    bool a = join(job, tx_node_child(job->module, node, 0), &left);
    bool b = (a || node->op == TX_OP_AND) && join(job, tx_node_child(job->module, node, 1), &right);
    if (job->failed || (node->op == TX_OP_OR && !(a && b)) || !(a || b)) return false;
    if (node->op == TX_OP_AND) {
      *rows = !b || (a && left.begin[groups] <= right.begin[groups]) ? left : right;
      return true;
    }
    job->failed = !tx_pairs_unite(job->pairs, &left, &right, rows);
    return !job->failed;
  }
  if (node->op != TX_OP_EQUAL && node->op != TX_OP_IN) return false;
  const tx_expr_node *a = tx_node_child(job->module, node, 0), *b = tx_node_child(job->module, node, 1);
  const tx_column *customer, *csm;
  if (a->op != TX_OP_VARIABLE || b->op != TX_OP_VARIABLE || !two_sides(job, a->index, b->index, &customer, &csm)) {
    return false;
  }
  if (node->op == TX_OP_EQUAL && (customer->lists || csm->lists)) return false;
  job->failed = !tx_pairs_match(job->pairs, customer, csm, rows);
  return !job->failed;
}

/* One group of CSMs of each kind: with what else of theirs is read; those who lack nothing, where there are any. */
static bool list_kinds(join_job *job, const uint64_t *compared, uint32_t **kinds, size_t *count) {
  const tx_pair_job *pairs = job->pairs;
  const tx_pair_side *side = &pairs->csms;
  const tx_column **columns = tx_arena_calloc(job->arena, side->count + 1, sizeof *columns);
  size_t others = 0, groups, *first;
  uint32_t *group;
  *kinds = tx_arena_calloc(job->arena, side->groups + 1, sizeof **kinds);
  if (!columns || !*kinds) return false;
  for (size_t c = 0; c < side->count; c++) {
    if (!tx_bit(compared, c)) columns[others++] = side->columns[c];
  }
  if (tx_group_rows(job->arena, columns, others, side->rows, &group, &groups, &first, NULL) != TRIAX_OK) return false;
  uint64_t *seen = tx_arena_calloc(job->arena, tx_words(groups) + 1, sizeof *seen);
  *count = 0;
  for (size_t g = 0; seen && g < side->groups; g++) {
    uint32_t kind = group[side->first[g]];
    if (tx_bit(seen, kind) || (pairs->any_whole && !tx_bit(pairs->whole, g))) continue;
    tx_bit_set(seen, kind);
    (*kinds)[(*count)++] = (uint32_t)g;
  }
  return seen != NULL;
}

/* Customers that lack a value that is compared, with each kind of CSM. */
static bool add_missing(join_job *job, tx_pair_rows *rows) {
  size_t groups = job->pairs->customers.groups, lacking = 0, kind_count, at = 0;
  uint32_t *kinds;
  tx_pair_rows probes, found = *rows;
  for (size_t g = 0; g < groups; g++) lacking += tx_bit(rows->lacking, g);
  if (!list_kinds(job, rows->compared, &kinds, &kind_count) || !new_rows(job->pairs, &probes)) return false;
  while (lacking && kind_count > 1 && kind_count > MOST_PROBES / lacking) kind_count = (kind_count + 1) / 2;
  probes.list = tx_arena_calloc(job->arena, lacking * kind_count + 1, sizeof *probes.list);
  if (!probes.list) return false;
  for (size_t g = 0; g < groups; g++) {
    if (tx_bit(rows->lacking, g)) {
      memcpy(probes.list + at, kinds, kind_count * sizeof *kinds);
      at += kind_count;
    }
    probes.begin[g + 1] = at;
  }
  return tx_pairs_unite(job->pairs, &found, &probes, rows);
}

bool tx_pairs_join(tx_pair_job *pairs, tx_pair_rows *rows, bool *found) {
  size_t customers = pairs->customers.groups, csms = pairs->csms.groups;
  const tx_module *module = pairs->plan->compiled->pair_module;
  *found = false;
  if (csms == 0 || customers <= TX_FEW_PAIRS / csms) return true;
  join_job job = {.pairs = pairs, .module = module, .arena = &pairs->scratch};
  *found = join(&job, &module->nodes[pairs->root], rows);
  if (job.failed) return false;
  /* Where a quarter of all pairs is found, bits are the shorter list. */
  *found = *found && rows->begin[customers] / csms <= customers / 4;
  return !*found || add_missing(&job, rows);
}
