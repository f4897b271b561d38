/* Advice on who is in which segment, and on what decides that. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advice/advise.h"
#include "base/text.h"
#include "expr/node.h"

/* --- T101: the top segment is large. A family counts once, as it does for `top`. --- */

static double top_share(const tx_advice *advice) {
  const tx_plan_segmentation *part = &advice->plan->segmentation;
  const tx_segmentation_model *model = &advice->policy->segmentation.model;
  if (!part->folded) return advice->sums->share[advice->sums->place[0]];
  uint64_t in = 0;
  for (size_t unit = 0; unit < part->result.rows; unit++) {
    uint32_t segment = tx_place_at(&part->result.segment, unit);
    while (segment != TX_NO_SEGMENT && model->segments[segment].parent != TX_NO_SEGMENT) {
      segment = model->segments[segment].parent;
    }
    in += segment == 0;
  }
  return (double)in / (double)part->result.rows;
}

static void advise_top(const tx_advice *advice) {
  const tx_segmentation_model *model = &advice->policy->segmentation.model;
  const tx_plan_segmentation *part = &advice->plan->segmentation;
  size_t units = part->folded ? part->result.rows : advice->plan->rows;
  if (!tx_advice_of_size(advice, "T101") || model->top_count < 2 || units < 20 || top_share(advice) <= 0.10) return;
  char percent[TX_NUMBER_SIZE];
  tx_finding finding = tx_advice_at_segment(
      advice, "T101", 0, "raise its threshold: the top segment is for those whom you could not bear to lose");
  tx_report_add(advice->report, &finding, "the top segment '%.*s' holds %s %% of the %s; over 10 %% it is no longer a top",
                (int)model->segments[0].name.length, model->segments[0].name.bytes,
                top_share(advice) < 0.1005 ? "just over 10" : tx_advice_percent(top_share(advice), percent), part->folded ? "families" : "customers");
}

/* --- T102: spend alone decides --- */

/* Whether everything that segments go by is money. */
static bool spend_alone(const triax_plan *plan) {
  const tx_stage *stage = plan->segmentation.stage;
  bool any = false;
  for (size_t i = 0; i < stage->exprs; i++) {
    for (size_t v = 0; stage->root[i] != TX_NO_INPUT && v < stage->read_count[i]; v++) {
      const tx_source_column *source = &plan->compiled->sources[stage->reads[i][v]];
      if (source->derived >= 0) return false;
      const tx_column *column = plan->columns[stage->reads[i][v]];
      triax_text name = tx_module_variable_name(stage->module, stage->reads[i][v]);
      if (column->type != TRIAX_TYPE_MONEY && !tx_text_equal_c(name, "arr")) return false;
      any = true;
    }
  }
  return any;
}

static void advise_spend(const tx_advice *advice) {
  const triax_policy *policy = advice->policy;
  if (!tx_advice_wanted(advice, "T102") || policy->segmentation.model.count < 2 || !spend_alone(advice->plan)) return;
  if (policy->attention.given && policy->attention.by != TX_NO_INPUT) return; /* need or potential speaks there */
  if (policy->scores || policy->has_health) return;
  tx_finding finding = tx_advice_at("T102", "segmentation", 0, 0,
                                    "let need, potential or preference have a say: in a tier, in a score, or in "
                                    "attention.by");
  tx_report_add(advice->report, &finding, "customers are told apart by spend alone");
}

/* --- T104: a large account in the lowest segment --- */

typedef struct potential {
  const tx_column *column;
  triax_text name;
} potential;

/* Whether a test of the top level reads a column: the lowest segment's customers were judged by it then. */
static bool judged_by(const triax_plan *plan, const tx_column *column) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  const tx_stage *stage = plan->segmentation.stage;
  for (size_t s = 0; s < model->top_count; s++) {
    const uint32_t inputs[] = {model->segments[s].when, model->segments[s].of, tx_segment_by(model, s)};
    for (size_t k = 0; k < 3; k++) {
      if (inputs[k] == TX_NO_INPUT || stage->root[inputs[k]] == TX_NO_INPUT) continue;
      for (size_t v = 0; v < stage->read_count[inputs[k]]; v++) {
        uint32_t variable = stage->reads[inputs[k]][v];
        size_t from = plan->compiled->sources[variable].column;
        const triax_table *data = plan->compiled->customers->people.table;
        if (plan->compiled->sources[variable].derived < 0 && data->fields[from].column == column) return true;
      }
    }
  }
  return false;
}

static uint32_t top_of(const tx_segmentation_model *model, uint32_t segment) {
  while (segment != TX_NO_SEGMENT && model->segments[segment].parent != TX_NO_SEGMENT) {
    segment = model->segments[segment].parent;
  }
  return segment;
}

static int by_number(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return a < b ? -1 : a > b;
}

/* The median of a number over the customers of the first segment; NaN where fewer than five have one. */
static double median_of_top(const tx_advice *advice, const tx_column *column) {
  const triax_plan *plan = advice->plan;
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  double *values = tx_alloc_array(plan->context, plan->rows, sizeof *values), median = NAN;
  size_t count = 0;
  if (!values) {
    tx_report_no_memory(advice->report);
    return NAN;
  }
  for (size_t row = 0; row < plan->rows; row++) {
    if (top_of(model, tx_plan_segment(plan, row)) == 0 && !isnan(column->numbers[row])) {
      values[count++] = column->numbers[row];
    }
  }
  if (count >= 5) {
    qsort(values, count, sizeof *values, by_number);
    median = values[count / 2];
  }
  tx_free_array(plan->context, values, plan->rows, sizeof *values);
  return median;
}

/* "A, B and 3 more": the customers of the lowest segment who have so much, or anything; returns how many. */
static uint64_t name_lowest(const triax_plan *plan, const tx_column *column, double least, tx_writer *writer) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  char number[TX_NUMBER_SIZE];
  uint64_t found = 0;
  for (size_t row = 0; row < plan->rows; row++) {
    if (top_of(model, tx_plan_segment(plan, row)) != model->top_count - 1 || !tx_column_has(column, row)) continue;
    if (column->type == TRIAX_TYPE_NUMBER && !(column->numbers[row] >= least)) continue;
    if (++found > 3) continue;
    if (found > 1) tx_write_c(writer, ", ");
    tx_write(writer, tx_people_key(&plan->compiled->customers->people, row));
  }
  if (found <= 3) return found;
  tx_write_c(writer, " and ");
  tx_write(writer, (triax_text){number, tx_format_int64((int64_t)(found - 3), number)});
  tx_write_c(writer, " more");
  return found;
}

static void advise_potential_by(const tx_advice *advice, const char *name) {
  const triax_plan *plan = advice->plan;
  const tx_segmentation_model *model = &advice->policy->segmentation.model;
  const tx_column *column = tx_table_column(plan->compiled->customers->people.table, triax_text_of(name));
  char keys[200] = "", number[TX_NUMBER_SIZE], least_text[TX_NUMBER_SIZE];
  tx_writer writer = {keys, sizeof keys, 0};
  if (!column || judged_by(plan, column)) return;
  bool counts = column->type == TRIAX_TYPE_NUMBER;
  if (!counts && column->type != TRIAX_TYPE_STRING && column->type != TRIAX_TYPE_STRINGS) return;
  double least = counts ? median_of_top(advice, column) : NAN;
  if (counts && !(least > 0)) return;
  uint64_t found = name_lowest(plan, column, least, &writer);
  if (!found) return;
  tx_finding finding = tx_advice_at_segment(
      advice, "T104", model->top_count - 1,
      "let potential open a higher segment, or put them there by an override");
  tx_format_int64((int64_t)found, number);
  triax_text lowest = model->segments[model->top_count - 1].name;
  if (counts) {
    tx_format_double(least, least_text);
    tx_report_add(advice->report, &finding,
                  "%s in the lowest segment '%.*s' %s %s %s or more, as the larger half of '%.*s': %s", number,
                  (int)lowest.length, lowest.bytes, found == 1 ? "has" : "have", least_text, name,
                  (int)model->segments[0].name.length, model->segments[0].name.bytes, keys);
  } else {
    tx_report_add(advice->report, &finding, "%s in the lowest segment '%.*s' %s in an index: %s", number,
                  (int)lowest.length, lowest.bytes, found == 1 ? "is" : "are", keys);
  }
}

static void advise_potential(const tx_advice *advice) {
  static const char *const columns[] = {"employees", "employee_count", "headcount", "index", "stock_index"};
  if (!tx_advice_wanted(advice, "T104") || advice->policy->segmentation.model.top_count < 2) return;
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) advise_potential_by(advice, columns[i]);
}

/* --- T105: a very small segment --- */

static void advise_small(const tx_advice *advice) {
  const tx_segmentation_model *model = &advice->policy->segmentation.model;
  for (size_t s = 0; s < model->count && tx_advice_of_size(advice, "T105"); s++) {
    bool leaf = model->segments[s].first == model->segments[s].last;
    uint64_t customers = advice->sums->customers[advice->sums->place[s]];
    if (!leaf || customers == 0 || customers >= 5 || advice->plan->rows < 50) continue;
    tx_finding finding = tx_advice_at_segment(advice, "T105", s,
                                              "merge it with its neighbour, or name its customers through an override");
    tx_report_add(advice->report, &finding, "the segment '%.*s' has only %d customer%s",
                  (int)model->segments[s].path.length, model->segments[s].path.bytes, (int)customers,
                  customers == 1 ? "" : "s");
  }
}

/* --- T106: a list of which customers hold several splits them --- */

/* The share of the customers with a list in which there are several. */
static double share_of_several(const tx_column *column, size_t rows) {
  uint64_t some = 0, several = 0;
  for (size_t row = 0; row < rows; row++) {
    if (!tx_column_has(column, row)) continue;
    uint32_t code = tx_column_code(column, row);
    uint64_t items = column->lists->offsets[code + 1] - column->lists->offsets[code];
    some += items > 0;
    several += items > 1;
  }
  return some ? (double)several / (double)some : 0;
}

/* Whether a node asks which members a list has: `"x" in list`, a macro over it, a place in it. Its size alone splits
 * nobody. */
static bool asks_members(const tx_module *module, const tx_expr_node *node, uint32_t variable) {
  bool second = node->op == TX_OP_IN;
  if (!second && node->op != TX_OP_INDEX && !(node->op >= TX_OP_ALL && node->op <= TX_OP_MAP)) return false;
  const tx_expr_node *list = tx_node_child(module, node, second ? 1 : 0);
  return list->op == TX_OP_VARIABLE && list->index == variable;
}

static bool splits_by(const tx_advice *advice, const tx_module *module, uint32_t root, uint32_t variable) {
  size_t words = tx_words((size_t)root + 1);
  uint64_t *marks = tx_calloc(advice->plan->context, words, sizeof *marks);
  bool found = false;
  if (!marks) {
    tx_report_no_memory(advice->report);
    return false;
  }
  tx_module_mark(module, root, marks);
  for (uint32_t n = 0; n <= root && !found; n++) {
    found = tx_bit(marks, n) && asks_members(module, &module->nodes[n], variable);
  }
  tx_free_array(advice->plan->context, marks, words, sizeof *marks);
  return found;
}

static void advise_split_by(const tx_advice *advice, const tx_stage *stage, uint32_t input, const char *what) {
  if (input == TX_NO_INPUT || stage->root[input] == TX_NO_INPUT) return;
  const triax_plan *plan = advice->plan;
  for (size_t v = 0; v < stage->read_count[input]; v++) {
    uint32_t variable = stage->reads[input][v];
    if (plan->compiled->sources[variable].derived >= 0) continue;
    const tx_column *column = plan->columns[variable];
    if (column->type != TRIAX_TYPE_STRINGS) continue;
    if (!splits_by(advice, stage->module, stage->step->roots[input], variable)) continue;
    double share = share_of_several(column, plan->rows);
    if (share <= 0.10) continue;
    triax_text name = tx_module_variable_name(stage->module, variable);
    char percent[TX_NUMBER_SIZE];
    tx_finding finding = tx_advice_at_expr("T106", &stage->step->exprs->items[input],
                                           "one owner and specialists beside it (allocation.overlays) fit them better");
    tx_report_add(advice->report, &finding, "'%.*s' decides the %s, and %s %% of those with any have several",
                  (int)name.length, name.bytes, what, tx_advice_percent(share, percent));
    return;
  }
}

static void advise_split(const tx_advice *advice) {
  const triax_policy *policy = advice->policy;
  const triax_plan *plan = advice->plan;
  if (!tx_advice_wanted(advice, "T106") || plan->segmentation.folded) return;
  for (size_t s = 0; s < policy->segmentation.model.count; s++) {
    advise_split_by(advice, plan->segmentation.stage, policy->segmentation.model.segments[s].when, "segment");
  }
  for (size_t p = 0; plan->allocation.given && p < policy->allocation.pool_count; p++) {
    advise_split_by(advice, plan->allocation.stage, policy->allocation.pools[p].customers, "pool");
  }
}

void tx_advise_segments(const tx_advice *advice) {
  advise_top(advice);
  advise_spend(advice);
  advise_potential(advice);
  advise_small(advice);
  advise_split(advice);
}
