/* Steps in the order of what they need; what would need itself is a cycle, told with its links. */
#include "compile/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* A list's item; what stands alone is its own. */
static uint32_t item_of(const triax_document *document, uint32_t node, unsigned long number) {
  if (document->nodes[node].kind != TRIAX_KIND_LIST) return node;
  uint32_t item = document->nodes[node].first;
  while (item != TX_NO_NODE && number--) item = document->nodes[item].next;
  return item;
}

uint32_t tx_order_node(const triax_document *document, const char *path) {
  uint32_t node = 0;
  while (*path && node != TX_NO_NODE) {
    char key[64];
    size_t length = strcspn(path, ".[");
    if (length >= sizeof key) return TX_NO_NODE;
    memcpy(key, path, length);
    key[length] = 0;
    node = tx_document_child(document, node, key);
    path += length;
    if (node != TX_NO_NODE && *path == '[') {
      char *end;
      node = item_of(document, node, strtoul(path + 1, &end, 10));
      path = end + (*end == ']');
    }
    path += *path == '.';
  }
  return node;
}

/* The step that makes a derived column, as a number in compiled->steps. */
static size_t maker(const tx_compiled *compiled, int derived) {
  int kind = derived <= TX_DERIVED_HEALTH_DROP ? TX_STEP_HEALTH
             : derived <= TX_DERIVED_TOUCH   ? TX_STEP_SEGMENTATION
             : derived <= TX_DERIVED_CSM     ? TX_STEP_ALLOCATION
             : derived == TX_DERIVED_HOURS   ? TX_STEP_ATTENTION
                                             : TX_STEP_SCORE;
  size_t score = derived >= TX_DERIVED_SCORES ? (size_t)(derived - TX_DERIVED_SCORES) % compiled->policy->score_count : 0;
  for (size_t s = 0; s < compiled->step_count; s++) {
    if (compiled->steps[s].kind == kind && compiled->steps[s].score == score) return s;
  }
  return SIZE_MAX;
}

/* The variables over customers that an expression reads, as a callback per variable. */
typedef struct step_reads {
  const tx_compiled *compiled;
  uint32_t *variables, *inner;
  size_t room;
} step_reads;

/* The derived columns that an expression of a step reads, as steps; `by` (may be NULL) wants one step's column. */
static uint64_t expr_needs(const step_reads *reads, const tx_policy_expr *expr, uint32_t root, size_t wanted, int *by) {
  const tx_compiled *compiled = reads->compiled;
  uint64_t needs = 0;
  if (root == TX_NO_INDEX || expr->over == TX_OVER_TEAM) return 0;
  bool pair = expr->over == TX_OVER_PAIR;
  size_t count = tx_module_reads(pair ? compiled->pair_module : compiled->module, root, reads->variables, reads->room);
  for (size_t i = 0; i < count; i++) {
    uint32_t variable = reads->variables[i], definition = TX_NO_INDEX;
    if (pair) {
      const tx_pair_source *source = &compiled->pair_sources[variable];
      if (source->csm) continue;
      variable = source->variable;
      definition = source->root;
    }
    size_t inner = 1;
    if (definition != TX_NO_INDEX) inner = tx_module_reads(compiled->module, definition, reads->inner, reads->room);
    else reads->inner[0] = variable;
    for (size_t j = 0; j < inner; j++) {
      int derived = compiled->sources[reads->inner[j]].derived;
      size_t step = derived < 0 ? SIZE_MAX : maker(compiled, derived);
      if (step == SIZE_MAX) continue;
      needs |= UINT64_C(1) << step;
      if (step == wanted && by) *by = derived;
    }
  }
  return needs;
}

static void find_needs(const step_reads *reads, tx_compiled *compiled) {
  for (size_t s = 0; s < compiled->step_count; s++) {
    tx_step *step = &compiled->steps[s];
    for (size_t i = 0; i < step->exprs->count; i++) {
      step->needs |= expr_needs(reads, &step->exprs->items[i], step->roots[i], SIZE_MAX, NULL);
    }
    /* what the models themselves take from each other, as columns */
    size_t segmentation = maker(compiled, TX_DERIVED_SEGMENT), allocation = maker(compiled, TX_DERIVED_CSM);
    size_t attention = maker(compiled, TX_DERIVED_HOURS);
    if (step->kind == TX_STEP_FORECAST) {
      step->needs |= UINT64_C(1) << segmentation;
      if (allocation != SIZE_MAX) step->needs |= UINT64_C(1) << allocation;
      if (attention != SIZE_MAX) step->needs |= UINT64_C(1) << attention;
    }
    if (step->kind == TX_STEP_ALLOCATION) step->needs |= UINT64_C(1) << segmentation;
    if (step->kind == TX_STEP_ATTENTION) step->needs |= UINT64_C(1) << segmentation | UINT64_C(1) << allocation;
    if (step->kind == TX_STEP_SUCCESS) step->needs |= UINT64_C(1) << segmentation;
    if (step->kind == TX_STEP_TRANSITION) step->needs |= UINT64_C(1) << segmentation;
    if (step->kind == TX_STEP_TRANSITION && allocation != SIZE_MAX) step->needs |= UINT64_C(1) << allocation;
    if (step->kind == TX_STEP_PLAYS && allocation != SIZE_MAX) step->needs |= UINT64_C(1) << allocation;
  }
}

/* "health needs 'segment' (health.metrics.a.value)": one link of a cycle. */
static const tx_policy_expr *tell_link(const step_reads *reads, size_t from, size_t to, tx_writer *writer) {
  const tx_step *step = &reads->compiled->steps[from];
  for (size_t i = 0; i < step->exprs->count; i++) {
    int derived = -1;
    expr_needs(reads, &step->exprs->items[i], step->roots[i], to, &derived);
    if (derived < 0) continue;
    tx_write_c(writer, step->name);
    tx_write_c(writer, " needs '");
    tx_write(writer, tx_derived_name(reads->compiled->policy, derived));
    tx_write_c(writer, "' (");
    tx_write_c(writer, step->exprs->items[i].path);
    tx_write_c(writer, ")");
    return &step->exprs->items[i];
  }
  tx_write_c(writer, step->name);
  tx_write_c(writer, " needs ");
  tx_write_c(writer, reads->compiled->steps[to].name);
  return NULL;
}

/* Follows needs among the steps that are left until one comes round again, and tells that round. */
static void tell_cycle(const step_reads *reads, uint64_t left, tx_report *report) {
  const tx_compiled *compiled = reads->compiled;
  size_t order[TX_STEPS_MOST], count = 0, at = 0;
  while (!(left >> at & 1)) at++;
  uint64_t seen = 0;
  while (!(seen >> at & 1)) {
    seen |= UINT64_C(1) << at;
    order[count++] = at;
    uint64_t next = compiled->steps[at].needs & left;
    at = 0;
    while (!(next >> at & 1)) at++;
  }
  size_t first = 0;
  while (order[first] != at) first++;
  char text[700] = "";
  tx_writer writer = {text, sizeof text, 0};
  const tx_policy_expr *place = NULL;
  for (size_t i = first; i < count; i++) {
    if (i > first) tx_write_c(&writer, ", ");
    const tx_policy_expr *expr = tell_link(reads, order[i], i + 1 < count ? order[i + 1] : at, &writer);
    if (!place) place = expr;
  }
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EPOLICY, .width = 1,
                        .path = place ? place->path : NULL, .line = place ? place->line : 0,
                        .column = place ? place->column : 0};
  tx_report_add(report, &finding, "these need each other: %s", text);
}

/* The earliest step in the natural order whose needs are done, again and again. */
static triax_status sort(const step_reads *reads, tx_compiled *compiled, tx_report *report) {
  tx_step sorted[TX_STEPS_MOST];
  size_t place[TX_STEPS_MOST];
  uint64_t done = 0, all = compiled->step_count == 64 ? UINT64_MAX : (UINT64_C(1) << compiled->step_count) - 1;
  for (size_t n = 0; n < compiled->step_count; n++) {
    size_t s = 0;
    while (s < compiled->step_count && (done >> s & 1 || compiled->steps[s].needs & ~done)) s++;
    if (s == compiled->step_count) {
      tell_cycle(reads, all & ~done, report);
      return TRIAX_OK; /* the report has it */
    }
    done |= UINT64_C(1) << s;
    place[s] = n;
    sorted[n] = compiled->steps[s];
  }
  for (size_t n = 0; n < compiled->step_count; n++) { /* needs count the new places */
    uint64_t needs = 0;
    for (size_t s = 0; s < compiled->step_count; s++) {
      if (sorted[n].needs >> s & 1) needs |= UINT64_C(1) << place[s];
    }
    sorted[n].needs = needs;
  }
  memcpy(compiled->steps, sorted, compiled->step_count * sizeof *sorted);
  return TRIAX_OK;
}

triax_status tx_order_steps(tx_compiled *compiled, tx_report *report) {
  size_t room = tx_module_variables(compiled->module) + 1;
  if (compiled->pair_module) room += tx_module_variables(compiled->pair_module);
  step_reads reads = {.compiled = compiled, .room = room};
  reads.variables = tx_arena_calloc(&compiled->arena, room, sizeof *reads.variables);
  reads.inner = tx_arena_calloc(&compiled->arena, room, sizeof *reads.inner);
  if (!reads.variables || !reads.inner) return TRIAX_ENOMEM;
  find_needs(&reads, compiled);
  return sort(&reads, compiled, report);
}
