/* A plan's part of the aggregates: what rests on nothing that is still open is taken out, the rest waits. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "aggregates/aggregates.h"
#include "base/error.h"
#include "base/text.h"
#include "plan/plan.h"

typedef struct survey {
  const triax_plan *plan;
  const tx_module *module;
  bool folded;
  const tx_aggregate **found[2]; /* per function, over customers and over units: what a stage has; NULL: in none */
  uint64_t *prints;
  uint32_t *stack;  /* of walk() */
  uint8_t *seen;    /* of walk() */
  uint8_t *settled; /* per step: 0 not looked at, 1 no, 2 yes */
} survey;

/* --- what there is ---------------------------------------------------------------------------------------------- */

static void look_at(survey *look, const tx_stage *stage, bool units) {
  if (!stage || !stage->data) return;
  const tx_aggregates *all = tx_data_aggregates(stage->data);
  for (size_t i = 0; i < all->count; i++) {
    if (all->items[i].op) look->found[units][i] = &all->items[i];
  }
}

static void look_at_all(survey *look) {
  const triax_plan *plan = look->plan;
  look_at(look, plan->health.stage, false);
  for (size_t s = 0; plan->scores && s < plan->compiled->policy->score_count; s++) {
    look_at(look, plan->scores[s].stage, false);
  }
  look_at(look, plan->segmentation.size_stage, false);
  look_at(look, plan->segmentation.stage, look->folded);
  look_at(look, plan->allocation.stage, false);
  look_at(look, plan->attention.stage, false);
  look_at(look, plan->success, false);
}

static bool open_survey(survey *look, const triax_plan *plan) {
  triax_context *context = plan->context;
  *look = (survey){.plan = plan, .module = plan->compiled->module, .folded = plan->segmentation.folded};
  for (int i = 0; i < 2; i++) {
    look->found[i] = tx_calloc(context, look->module->aggregate_count, sizeof *look->found[i]);
  }
  look->prints = tx_node_fingerprints(context, look->module);
  look->stack = tx_alloc_array(context, look->module->child_count + 1, sizeof *look->stack);
  look->seen = tx_alloc_array(context, look->module->count, 1);
  look->settled = tx_calloc(context, plan->compiled->step_count, 1);
  if (!look->found[0] || !look->found[1] || !look->prints || !look->stack || !look->seen || !look->settled) return false;
  look_at_all(look);
  return true;
}

static void close_survey(survey *look) {
  triax_context *context = look->plan->context;
  for (int i = 0; i < 2; i++) {
    tx_free_array(context, look->found[i], look->module->aggregate_count, sizeof *look->found[i]);
  }
  tx_free_array(context, look->prints, look->module->count, sizeof *look->prints);
  tx_free_array(context, look->stack, look->module->child_count + 1, sizeof *look->stack);
  tx_free_array(context, look->seen, look->module->count, 1);
  tx_free_array(context, look->settled, look->plan->compiled->step_count, 1);
}

/* --- what rests on what ----------------------------------------------------------------------------------------- */

static bool step_settled(survey *look, size_t number);

/* The step that makes a derived column. */
static const tx_step *maker_of(const tx_compiled *compiled, int derived) {
  switch (derived) {
    case TX_DERIVED_HEALTH:
    case TX_DERIVED_BAND:
    case TX_DERIVED_COVERAGE:
    case TX_DERIVED_HEALTH_LEVEL:
    case TX_DERIVED_HEALTH_TREND:
    case TX_DERIVED_HEALTH_DROP:
    case TX_DERIVED_CHURN_PROBABILITY: return tx_compiled_step(compiled, TX_STEP_HEALTH, 0);
    case TX_DERIVED_SEGMENT:
    case TX_DERIVED_TOUCH: return tx_compiled_step(compiled, TX_STEP_SEGMENTATION, 0);
    case TX_DERIVED_POOL:
    case TX_DERIVED_CSM: return tx_compiled_step(compiled, TX_STEP_ALLOCATION, 0);
    case TX_DERIVED_HOURS: return tx_compiled_step(compiled, TX_STEP_ATTENTION, 0);
    default:
      return tx_compiled_step(compiled, TX_STEP_SCORE,
                              (size_t)(derived - TX_DERIVED_SCORES) % compiled->policy->score_count);
  }
}

static bool function_settled(const survey *look, uint32_t index, bool units) {
  const tx_aggregate *found = look->found[units][index];
  return !found || found->given; /* in no stage: over the items of a list, where there is no set */
}

/* Everything that node `root` reads, itself too if `self`, is settled; but for steps, which are marked in *needs. */
static bool walk(survey *look, uint32_t root, bool units, bool self, uint64_t *needs) {
  size_t open = 0;
  bool settled = true;
  memset(look->seen, 0, look->module->count);
  look->stack[open++] = root;
  look->seen[root] = 1;
  while (open) {
    uint32_t number = look->stack[--open];
    const tx_expr_node *node = &look->module->nodes[number];
    bool function = node->op >= TX_OP_TOTAL && node->op <= TX_OP_PERCENTILE;
    if (function && (self || number != root)) settled = settled && function_settled(look, node->index, units);
    if (node->op == TX_OP_VARIABLE || node->op == TX_OP_HAS) {
      int derived = look->plan->compiled->sources[node->index].derived;
      const tx_step *step = derived < 0 ? NULL : maker_of(look->plan->compiled, derived);
      if (step) *needs |= UINT64_C(1) << (step - look->plan->compiled->steps);
    }
    for (uint32_t i = 0; i < node->count; i++) {
      uint32_t child = look->module->children[node->first + i];
      if (look->seen[child]) continue;
      look->seen[child] = 1;
      look->stack[open++] = child;
    }
  }
  return settled;
}

static bool needs_settled(survey *look, uint64_t needs) {
  bool settled = true;
  for (size_t s = 0; s < look->plan->compiled->step_count; s++) {
    if (needs >> s & 1) settled = step_settled(look, s) && settled;
  }
  return settled;
}

/* All functions of a step's expressions, and all that they read. */
static bool roots_settled(survey *look, const tx_step *step) {
  bool units = look->folded && step->kind == TX_STEP_SEGMENTATION, settled = true;
  uint64_t needs = step->needs;
  for (size_t i = 0; step->exprs && i < step->exprs->count; i++) {
    if (step->roots[i] == TX_NO_INDEX || step->exprs->items[i].over != TX_OVER_CUSTOMERS) continue;
    settled = walk(look, step->roots[i], units, true, &needs) && settled;
    if (units) settled = walk(look, step->roots[i], false, true, &needs) && settled; /* who is a family's largest */
  }
  return settled && needs_settled(look, needs);
}

static bool top_given(const survey *look, size_t segment, bool unheld) {
  const tx_plan_given *given = look->plan->compiled->given;
  return given && given->tops[unheld][segment].known;
}

static bool has_unheld(const survey *look) { return look->plan->segmentation.result.has_unheld; }

static unsigned depth_of(const tx_segmentation_model *model, size_t segment) {
  unsigned depth = 0;
  for (uint32_t at = model->segments[segment].parent; at != TX_NO_SEGMENT; at = model->segments[at].parent) depth++;
  return depth;
}

/* All tops of levels above `depth`. */
static bool tops_settled(const survey *look, unsigned depth, bool unheld) {
  const tx_segmentation_model *model = &look->plan->compiled->policy->segmentation.model;
  for (size_t s = 0; s < model->count; s++) {
    if (model->segments[s].test != TX_TEST_TOP || depth_of(model, s) >= depth) continue;
    if (!top_given(look, s, unheld)) return false;
  }
  return true;
}

static bool step_settled(survey *look, size_t number) {
  const tx_step *step = &look->plan->compiled->steps[number];
  if (look->settled[number]) return look->settled[number] == 2;
  bool settled = roots_settled(look, step);
  if (step->kind == TX_STEP_SEGMENTATION) settled = settled && tops_settled(look, UINT_MAX, false);
  look->settled[number] = settled ? 2 : 1;
  return settled;
}

/* --- functions -------------------------------------------------------------------------------------------------- */

static const uint8_t kinds[] = {TX_WHOLE_TOTAL, TX_WHOLE_MEAN, TX_WHOLE_STDDEV, TX_WHOLE_PERCENTILE};

static triax_status take_function(triax_aggregates *to, tx_whole *item, const tx_aggregate *from, triax_error *error) {
  item->kind = kinds[from->op - TX_OP_TOTAL];
  item->phase = TX_PHASE_DONE;
  item->present = from->present;
  if (from->sum) item->sum = *from->sum;
  if (from->squares) item->squares = *from->squares;
  tx_exact_settle(&item->sum);
  tx_exact_settle(&item->squares);
  if (from->op != TX_OP_PERCENTILE || from->distinct == 0) return TRIAX_OK;
  if (!tx_whole_cells(to->context, item, from->distinct)) return tx_no_memory(error);
  for (size_t i = 0; i < from->distinct; i++) {
    item->cells[i] = (tx_cell){from->sorted[i], from->sorted[i], from->equal[i], 0};
  }
  return tx_cells_finish(to->context, item, TRIAX_AGGREGATES_VALUES, error);
}

static triax_status gather_function(survey *look, triax_aggregates *to, uint32_t number, bool units,
                                    triax_error *error) {
  const tx_aggregate *found = look->found[units][look->module->nodes[number].index];
  if (!found) return TRIAX_OK;
  const uint64_t id = tx_whole_id(look->prints[number], units);
  tx_whole *item = &to->items[to->item_count];
  if (found->given) {
    if (!tx_whole_copy(to, item, tx_wholes_find(look->plan->compiled->given->from, id))) return tx_no_memory(error);
    item->settled = true;
    to->item_count++;
    return TRIAX_OK;
  }
  uint64_t needs = 0;
  bool ready = walk(look, number, units, false, &needs);
  if (!needs_settled(look, needs) || !ready) {
    to->open++;
    return TRIAX_OK;
  }
  item->id = id;
  to->item_count++;
  return take_function(to, item, found, error);
}

/* --- tops ------------------------------------------------------------------------------------------------------- */

/* The units that a top ranks. */
typedef struct ranking {
  const tx_segmentation_model *model;
  const tx_segment *segment;
  const tx_places *places;
  size_t rows;
  const double *by, *of; /* of: NULL where customers are counted */
  const tx_column *keys;
} ranking;

static bool ranks(const ranking *all, size_t row) {
  if (isnan(all->by[row])) return false;
  if (all->segment->parent == TX_NO_SEGMENT) return true;
  uint32_t at = tx_place_at(all->places, row);
  while (at != TX_NO_SEGMENT && at != all->segment->parent) at = all->model->segments[at].parent;
  return at != TX_NO_SEGMENT;
}

static double part_of(const ranking *all, size_t row) { return all->of ? tx_top_part(all->of[row]) : 0; }

static void open_ranking(const survey *look, size_t segment, bool unheld, ranking *all) {
  const tx_plan_segmentation *run = &look->plan->segmentation;
  const tx_people *people = &look->plan->compiled->customers->people;
  const triax_table *table = look->folded ? run->units : people->table;
  all->model = &look->plan->compiled->policy->segmentation.model;
  all->segment = &all->model->segments[segment];
  all->places = unheld ? &run->result.unheld : &run->result.segment;
  all->rows = table->rows;
  all->by = run->stage->inputs[tx_segment_by(all->model, segment)].column->numbers;
  all->of = all->segment->of == TX_NO_INPUT ? NULL : run->stage->inputs[all->segment->of].column->numbers;
  all->keys = tx_table_column(table, people->table->fields[people->key].name);
}

static triax_status gather_spread(const ranking *all, triax_aggregates *to, tx_whole *item, triax_error *error) {
  size_t count = 0;
  for (size_t row = 0; row < all->rows; row++) count += ranks(all, row);
  item->present = count;
  if (count == 0) return TRIAX_OK;
  if (!tx_whole_cells(to->context, item, count)) return tx_no_memory(error);
  count = 0;
  for (size_t row = 0; row < all->rows; row++) {
    if (!ranks(all, row)) continue;
    double by = all->by[row] == 0 ? 0 : all->by[row], of = part_of(all, row);
    item->cells[count++] = (tx_cell){by, by, 1, of};
    tx_exact_add(&item->sum, of);
  }
  tx_exact_settle(&item->sum);
  return tx_cells_finish(to->context, item, TRIAX_AGGREGATES_VALUES, error);
}

static bool add_candidate(const ranking *all, triax_aggregates *to, tx_candidate *into, size_t row) {
  triax_text key = TX_TEXT("");
  if (all->keys && tx_column_has(all->keys, row)) {
    key = tx_dictionary_text(all->keys->dictionary, tx_column_code(all->keys, row));
  }
  *into = (tx_candidate){all->by[row] == 0 ? 0 : all->by[row], part_of(all, row), key};
  into->key.bytes = tx_arena_copy(&to->keys, key.bytes, key.length);
  return into->key.bytes != NULL;
}

static triax_status gather_candidates(const ranking *all, triax_aggregates *to, tx_whole *item, double low,
                                      double high, triax_error *error) {
  size_t count = 0;
  for (size_t row = 0; row < all->rows; row++) count += ranks(all, row) && all->by[row] >= low && all->by[row] <= high;
  if (count > TRIAX_AGGREGATES_CANDIDATES) {
    return tx_fail(error, TRIAX_ELIMIT,
                   "segment '%.*s': more than %d customers tie at the edge of its 'top': rank by something finer",
                   (int)all->segment->path.length, all->segment->path.bytes, TRIAX_AGGREGATES_CANDIDATES);
  }
  if (count && !tx_whole_candidates(to->context, item, count)) return tx_no_memory(error);
  count = 0;
  for (size_t row = 0; row < all->rows; row++) {
    if (!ranks(all, row)) continue;
    item->present++;
    tx_exact_add(&item->sum, part_of(all, row));
    if (all->by[row] > high) {
      item->above++;
      tx_exact_add(&item->squares, part_of(all, row));
    } else if (all->by[row] >= low && !add_candidate(all, to, &item->candidates[count++], row)) {
      return tx_no_memory(error);
    }
  }
  tx_exact_settle(&item->sum);
  tx_exact_settle(&item->squares);
  tx_candidate *spare = tx_alloc_array(to->context, count, sizeof *spare);
  if (!spare) return tx_no_memory(error);
  tx_candidates_sort(item->candidates, spare, count);
  tx_free_array(to->context, spare, count, sizeof *spare);
  return TRIAX_OK;
}

/* What was fed in, brought down to the edge itself. */
static triax_status keep_edge(const survey *look, triax_aggregates *to, tx_whole *item, uint64_t id, size_t segment,
                              bool unheld, triax_error *error) {
  const tx_top_cutoff *edge = &look->plan->compiled->given->tops[unheld][segment].cutoff;
  *item = (tx_whole){.id = id, .kind = TX_WHOLE_TOP, .phase = TX_PHASE_DONE, .settled = true};
  if (!edge->any) return TRIAX_OK;
  if (!tx_whole_candidates(to->context, item, 1)) return tx_no_memory(error);
  item->candidates[0] = (tx_candidate){edge->value, 0, edge->key};
  item->candidates[0].key.bytes = tx_arena_copy(&to->keys, edge->key.bytes, edge->key.length);
  return item->candidates[0].key.bytes ? TRIAX_OK : tx_no_memory(error);
}

static triax_status gather_top(survey *look, triax_aggregates *to, const tx_step *step, size_t segment, bool unheld,
                               triax_error *error) {
  const tx_plan_given *given = look->plan->compiled->given;
  const tx_segmentation_model *model = &look->plan->compiled->policy->segmentation.model;
  const uint64_t id = tx_top_id((uint32_t)segment, unheld);
  tx_whole *item = &to->items[to->item_count];
  ranking all;
  if (top_given(look, segment, unheld)) {
    to->item_count++;
    return keep_edge(look, to, item, id, segment, unheld, error);
  }
  const tx_whole *spread = given ? given->spreads[unheld][segment] : NULL;
  open_ranking(look, segment, unheld, &all);
  if (!spread) to->open++;
  if (!spread && (!roots_settled(look, step) || !tops_settled(look, depth_of(model, segment), unheld))) return TRIAX_OK;
  to->item_count++;
  item->id = id;
  item->kind = TX_WHOLE_TOP;
  item->phase = spread ? TX_PHASE_AROUND : TX_PHASE_SPREAD;
  if (!spread) return gather_spread(&all, to, item, error);
  double low = 0, high = 0;
  bool any;
  triax_status status = tx_cells_bracket(to->context, spread, all.segment->share, all.of != NULL, &low, &high, &any,
                                         error);
  if (status != TRIAX_OK || !any) return status;
  return gather_candidates(&all, to, item, low, high, error);
}

/* --- all of them ------------------------------------------------------------------------------------------------ */

static triax_status gather(survey *look, triax_aggregates *to, triax_error *error) {
  const tx_compiled *compiled = look->plan->compiled;
  const tx_segmentation_model *model = &compiled->policy->segmentation.model;
  triax_status status = TRIAX_OK;
  for (uint32_t n = 0; status == TRIAX_OK && n < look->module->count; n++) {
    if (look->module->nodes[n].op < TX_OP_TOTAL || look->module->nodes[n].op > TX_OP_PERCENTILE) continue;
    status = gather_function(look, to, n, false, error);
    if (status == TRIAX_OK) status = gather_function(look, to, n, true, error);
  }
  const tx_step *step = tx_compiled_step(compiled, TX_STEP_SEGMENTATION, 0);
  for (size_t s = 0; status == TRIAX_OK && s < model->count; s++) {
    if (model->segments[s].test != TX_TEST_TOP) continue;
    status = gather_top(look, to, step, s, false, error);
    if (status == TRIAX_OK && has_unheld(look)) status = gather_top(look, to, step, s, true, error);
  }
  return status;
}

triax_status triax_plan_aggregates(const triax_plan *plan, triax_aggregates **aggregates, triax_error *error) {
  if (!plan || !aggregates) return tx_fail(error, TRIAX_EINVAL, "aggregates need a plan and a place to go");
  const size_t most = 2 * (plan->compiled->module->aggregate_count + plan->compiled->policy->segmentation.model.count);
  triax_aggregates *made = NULL;
  survey look;
  triax_status status = open_survey(&look, plan) ? tx_wholes_new(plan->context, most, &made, error)
                                                 : tx_no_memory(error);
  if (status == TRIAX_OK) {
    made->policy = tx_policy_fingerprint(plan->compiled->policy);
    made->as_of = plan->as_of;
    made->has_as_of = plan->has_as_of;
    made->item_count = 0;
    status = gather(&look, made, error);
    tx_wholes_sort(made);
  }
  close_survey(&look);
  if (status == TRIAX_OK) *aggregates = made;
  else triax_aggregates_unref(made);
  return status;
}
