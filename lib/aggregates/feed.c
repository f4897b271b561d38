/* Aggregates meet a plan: each is found again in the policy's expressions and segments. */
#include "aggregates/aggregates.h"
#include "base/error.h"

static const uint8_t kinds[] = {TX_WHOLE_TOTAL, TX_WHOLE_MEAN, TX_WHOLE_STDDEV, TX_WHOLE_PERCENTILE};

static triax_status give_function(triax_context *context, const tx_whole *item, int op, tx_aggregate *into,
                                  triax_error *error) {
  if (item->kind != kinds[op - TX_OP_TOTAL]) {
    return tx_fail(error, TRIAX_EINVAL, "the aggregates are damaged: a function is of another kind");
  }
  *into = (tx_aggregate){.op = op, .known = item->present > 0, .present = item->present};
  if (op == TX_OP_PERCENTILE) return tx_cells_apply(context, item, into, error);
  into->sum = tx_calloc(context, 1, sizeof *into->sum);
  if (op == TX_OP_STDDEV) into->squares = tx_calloc(context, 1, sizeof *into->squares);
  if (!into->sum || (op == TX_OP_STDDEV && !into->squares)) return tx_no_memory(error);
  *into->sum = item->sum;
  if (into->squares) *into->squares = item->squares;
  tx_aggregate_conclude(into);
  return TRIAX_OK;
}

static triax_status give_functions(tx_plan_given *given, const tx_module *module, size_t *used, triax_error *error) {
  uint64_t *prints = tx_node_fingerprints(given->context, module);
  triax_status status = prints ? TRIAX_OK : tx_no_memory(error);
  for (size_t n = 0; status == TRIAX_OK && n < module->count; n++) {
    const tx_expr_node *node = &module->nodes[n];
    if (node->op < TX_OP_TOTAL || node->op > TX_OP_PERCENTILE) continue;
    for (int units = 0; status == TRIAX_OK && units < 2; units++) {
      const tx_whole *item = tx_wholes_find(given->from, tx_whole_id(prints[n], units));
      if (!item) continue;
      tx_aggregate *into = &given->functions[units]->items[node->index];
      status = give_function(given->context, item, node->op, into, error);
      ++*used;
    }
  }
  tx_free_array(given->context, prints, module->count, sizeof *prints);
  return status;
}

static void give_tops(tx_plan_given *given, const tx_segmentation_model *model, size_t *used) {
  for (size_t s = 0; s < model->count; s++) {
    const tx_segment *segment = &model->segments[s];
    for (int unheld = 0; segment->test == TX_TEST_TOP && unheld < 2; unheld++) {
      const tx_whole *item = tx_wholes_find(given->from, tx_top_id((uint32_t)s, unheld));
      if (!item || item->kind != TX_WHOLE_TOP) continue;
      ++*used;
      if (item->phase == TX_PHASE_SPREAD) {
        given->spreads[unheld][s] = item;
        continue;
      }
      given->tops[unheld][s].known = true;
      given->tops[unheld][s].cutoff = tx_top_conclude(item, segment->share, segment->of != TX_NO_INPUT);
    }
  }
}

static tx_aggregates *new_functions(triax_context *context, size_t count) {
  tx_aggregates *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return NULL;
  made->context = context;
  made->count = count;
  made->items = tx_calloc(context, count, sizeof *made->items);
  if (made->items) return made;
  tx_free(context, made, sizeof *made);
  return NULL;
}

static triax_status check(const triax_aggregates *from, const triax_policy *policy, int32_t as_of, bool has_as_of,
                          triax_error *error) {
  if (from->policy != tx_policy_fingerprint(policy)) {
    return tx_fail(error, TRIAX_EINVAL,
                   "the aggregates are those of another policy: take them from plans of the policy at hand");
  }
  if (from->has_as_of != has_as_of || (has_as_of && from->as_of != as_of)) {
    return tx_fail(error, TRIAX_EINVAL, "the aggregates are as of another date: give all parts the same as_of");
  }
  return TRIAX_OK;
}

static triax_status make_room(tx_plan_given *given, const tx_compiled *compiled, triax_error *error) {
  given->segments = compiled->policy->segmentation.model.count;
  bool made = true;
  for (int i = 0; i < 2; i++) {
    given->functions[i] = new_functions(given->context, compiled->module->aggregate_count);
    given->tops[i] = tx_calloc(given->context, given->segments, sizeof *given->tops[i]);
    given->spreads[i] = tx_calloc(given->context, given->segments, sizeof *given->spreads[i]);
    made = made && given->functions[i] && given->tops[i] && given->spreads[i];
  }
  return made ? TRIAX_OK : tx_no_memory(error);
}

triax_status tx_plan_given_new(triax_context *context, const triax_aggregates *aggregates, tx_compiled *compiled,
                               int32_t as_of, bool has_as_of, tx_plan_given **given, triax_error *error) {
  triax_status status = check(aggregates, compiled->policy, as_of, has_as_of, error);
  if (status != TRIAX_OK) return status;
  tx_plan_given *made = tx_calloc(context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = context;
  made->from = triax_aggregates_ref((triax_aggregates *)aggregates);
  size_t used = 0;
  status = make_room(made, compiled, error);
  if (status == TRIAX_OK) status = give_functions(made, compiled->module, &used, error);
  if (status == TRIAX_OK) give_tops(made, &compiled->policy->segmentation.model, &used);
  if (status == TRIAX_OK && used < aggregates->item_count) {
    status = tx_fail(error, TRIAX_EINVAL,
                     "the aggregates are of columns with other types: declare the columns' types in the policy");
  }
  if (status == TRIAX_OK) {
    compiled->given = made;
    *given = made;
  } else {
    tx_plan_given_free(made);
  }
  return status;
}

void tx_plan_given_free(tx_plan_given *given) {
  if (!given) return;
  for (int i = 0; i < 2; i++) {
    tx_aggregates_free(given->functions[i]);
    tx_free_array(given->context, given->tops[i], given->segments, sizeof *given->tops[i]);
    tx_free_array(given->context, given->spreads[i], given->segments, sizeof *given->spreads[i]);
  }
  triax_aggregates_unref(given->from);
  tx_free(given->context, given, sizeof *given);
}

const tx_aggregates *tx_given_functions(const tx_compiled *compiled, bool units) {
  return compiled->given ? compiled->given->functions[units] : NULL;
}
