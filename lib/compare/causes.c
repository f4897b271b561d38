#include "compare/causes.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "results/why.h"

/* --- scores of both plans --- */

static const tx_plan_score *score_named(const triax_plan *plan, triax_text name) {
  for (size_t s = 0; plan && s < plan->compiled->policy->score_count; s++) {
    if (tx_text_equal(plan->scores[s].model->name, name)) return &plan->scores[s];
  }
  return NULL;
}

static void list_scores(tx_reasoner *reasoner) {
  const triax_plan *before = reasoner->comparison->plans[0], *after = reasoner->comparison->plans[1];
  tx_score_pair *health = &reasoner->scores[0];
  reasoner->score_count = 1;
  health->name = TX_TEXT("health");
  if (before && before->health.model) health->sides[0] = &before->health;
  if (after->health.model) health->sides[1] = &after->health;
  for (size_t s = 0; s < after->compiled->policy->score_count; s++) {
    triax_text name = after->scores[s].model->name;
    reasoner->scores[reasoner->score_count++] =
        (tx_score_pair){.name = name, .sides = {score_named(before, name), &after->scores[s]}};
  }
  for (size_t s = 0; before && s < before->compiled->policy->score_count; s++) {
    triax_text name = before->scores[s].model->name;
    if (score_named(after, name)) continue;
    reasoner->scores[reasoner->score_count++] = (tx_score_pair){.name = name, .sides = {&before->scores[s], NULL}};
  }
}

static size_t most_scores(const triax_comparison *comparison) {
  size_t most = 1 + comparison->plans[1]->compiled->policy->score_count;
  return comparison->plans[0] ? most + comparison->plans[0]->compiled->policy->score_count : most;
}

static triax_status open_score(tx_reasoner *reasoner, tx_score_pair *pair, triax_error *error) {
  const triax_plan *before = reasoner->comparison->plans[0], *after = reasoner->comparison->plans[1];
  if (!pair->sides[0] || !pair->sides[1]) return TRIAX_OK;
  triax_status status = tx_mix_open(reasoner->context, before, after, pair->sides[0]->stage, &pair->mixes[0], error);
  if (status == TRIAX_OK) {
    status = tx_mix_open(reasoner->context, after, NULL, pair->sides[1]->stage, &pair->mixes[1], error);
  }
  for (int k = 0; status == TRIAX_OK && k < 3; k++) {
    pair->inputs[k] = tx_calloc(reasoner->context, pair->sides[0]->stage->exprs, sizeof(tx_value));
    if (!pair->inputs[k]) status = tx_no_memory(error);
  }
  if (status != TRIAX_OK) return status;
  return tx_splitter_new(reasoner->context, pair->sides[0]->model, pair->sides[1]->model, &pair->splitter, error);
}

triax_status tx_reasoner_open(const triax_comparison *comparison, tx_reasoner *reasoner, triax_error *error) {
  *reasoner = (tx_reasoner){.comparison = comparison, .context = comparison->context};
  const triax_plan *before = comparison->plans[0], *after = comparison->plans[1];
  reasoner->scores = tx_calloc(reasoner->context, most_scores(comparison), sizeof *reasoner->scores);
  if (!reasoner->scores) return tx_no_memory(error);
  list_scores(reasoner);
  triax_status status = TRIAX_OK;
  if (!before || !comparison->causes) return TRIAX_OK;
  for (size_t s = 0; status == TRIAX_OK && s < reasoner->score_count; s++) {
    status = open_score(reasoner, &reasoner->scores[s], error);
  }
  if (status == TRIAX_OK) {
    status = tx_mix_open(reasoner->context, before, after, before->segmentation.stage, &reasoner->segments, error);
  }
  if (status == TRIAX_OK && before->allocation.given) {
    status = tx_mix_open(reasoner->context, before, after, before->allocation.stage, &reasoner->pools, error);
  }
  if (status == TRIAX_OK && before->attention.given) {
    status = tx_mix_open(reasoner->context, before, after, before->attention.stage, &reasoner->hours, error);
  }
  return status;
}

void tx_reasoner_close(tx_reasoner *reasoner) {
  for (size_t s = 0; s < reasoner->score_count; s++) {
    tx_score_pair *pair = &reasoner->scores[s];
    tx_mix_free(pair->mixes[0]);
    tx_mix_free(pair->mixes[1]);
    tx_splitter_free(pair->splitter);
    for (int k = 0; k < 3 && pair->sides[0]; k++) {
      tx_free_array(reasoner->context, pair->inputs[k], pair->sides[0]->stage->exprs, sizeof(tx_value));
    }
  }
  tx_free_array(reasoner->context, reasoner->scores, most_scores(reasoner->comparison), sizeof *reasoner->scores);
  tx_mix_free(reasoner->segments);
  tx_mix_free(reasoner->pools);
  tx_mix_free(reasoner->hours);
}

double tx_score_at(const tx_score_pair *pair, int side, size_t row) {
  return pair->sides[side] && row != SIZE_MAX ? pair->sides[side]->health[row] : NAN;
}

/* --- splitting a score --- */

static triax_status inputs_of(tx_mix *mix, tx_value *inputs, triax_error *error) {
  triax_status status = tx_mix_evaluate(mix, error);
  if (status == TRIAX_OK) memcpy(inputs, mix->inputs, mix->stage->exprs * sizeof *inputs);
  return status;
}

triax_status tx_cause_split(tx_reasoner *reasoner, tx_score_pair *pair, const tx_pair *rows, triax_error *error) {
  tx_mix *mix = pair->mixes[0], *after = pair->mixes[1];
  const triax_plan *const *plans = (const triax_plan *const *)reasoner->comparison->plans;
  triax_status status = tx_mix_load(mix, rows->row[0], rows->row[1], error);
  if (status == TRIAX_OK) status = inputs_of(mix, pair->inputs[0], error);
  if (status != TRIAX_OK) return status;
  for (size_t v = 0; v < mix->count; v++) mix->values[v] = mix->moved_values[v];
  status = inputs_of(mix, pair->inputs[1], error);
  mix->as_of = plans[1]->as_of;
  if (status == TRIAX_OK) status = inputs_of(mix, pair->inputs[2], error);
  if (status == TRIAX_OK) status = tx_mix_load(after, rows->row[1], SIZE_MAX, error);
  if (status == TRIAX_OK) status = tx_mix_evaluate(after, error);
  if (status != TRIAX_OK) return status;
  tx_split_row row = {pair->inputs[0], pair->inputs[1], pair->inputs[2], after->inputs, plans[0]->as_of,
                      plans[1]->as_of};
  tx_splitter_run(pair->splitter, &row, &pair->split);
  return TRIAX_OK;
}

/* --- segment, touch, pool --- */

static uint32_t find_path(const triax_plan *plan, triax_text path) {
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  for (uint32_t s = 0; path.bytes && s < model->count; s++) {
    if (tx_text_equal(model->segments[s].path, path)) return s;
  }
  return TX_NO_SEGMENT;
}

/* "global: arr >= 750000 became arr >= 900000"; false when the two policies say the same of it. */
static bool write_test(const tx_reasoner *reasoner, triax_text path, tx_writer *writer) {
  char texts[2][TX_BY_SIZE];
  if (!path.bytes) return false;
  for (int side = 0; side < 2; side++) {
    const triax_plan *plan = reasoner->comparison->plans[side];
    uint32_t segment = find_path(plan, path);
    tx_writer one = {texts[side], sizeof texts[side], 0};
    texts[side][0] = 0;
    if (segment == TX_NO_SEGMENT) tx_write_c(&one, "nothing");
    else tx_why_test(plan, segment, &one);
  }
  if (strcmp(texts[0], texts[1]) == 0) return false;
  tx_write(writer, path);
  tx_write_c(writer, ": ");
  tx_write_c(writer, texts[0]);
  tx_write_c(writer, " became ");
  tx_write_c(writer, texts[1]);
  return true;
}

/* Which rule: the test of the segment that took it before, or of the one that takes it now, where it reads otherwise;
 * else what the plan says now. */
static void write_rule(const tx_reasoner *reasoner, const tx_pair *rows, tx_link *link) {
  tx_writer writer = tx_link_writer(link);
  if (write_test(reasoner, link->from, &writer) || write_test(reasoner, link->to, &writer)) return;
  tx_why_segment(reasoner->comparison->plans[1], rows->row[1], &writer);
}

static void write_number(tx_writer *writer, double value) {
  char text[TX_NUMBER_SIZE];
  tx_write(writer, (triax_text){text, tx_format_double(value, text)});
}

/* The cut-off that moved. */
static void write_set(const tx_reasoner *reasoner, tx_link *link) {
  const triax_plan *before = reasoner->comparison->plans[0], *after = reasoner->comparison->plans[1];
  const tx_segmentation_model *model = &before->compiled->policy->segmentation.model;
  tx_writer writer = tx_link_writer(link);
  for (uint32_t s = 0; s < model->count; s++) {
    const tx_top_cutoff *one = &before->segmentation.result.cutoffs[s], *two = &after->segmentation.result.cutoffs[s];
    if (model->segments[s].test != TX_TEST_TOP || !one->any || !two->any) continue;
    if (!(one->value < two->value || one->value > two->value)) continue;
    if (writer.length) tx_write_c(&writer, "; ");
    tx_why_test(before, s, &writer);
    tx_write_c(&writer, ": cut-off ");
    write_number(&writer, one->value);
    tx_write_c(&writer, " -> ");
    write_number(&writer, two->value);
  }
  if (!writer.length) tx_write_c(&writer, "the account itself did not change");
}

static triax_status find_segment(tx_reasoner *reasoner, const tx_pair *rows, tx_chain *chain, triax_error *error) {
  const triax_comparison *comparison = reasoner->comparison;
  triax_text from = tx_side_text(comparison->sides[0].segment, rows->row[0]);
  triax_text to = tx_side_text(comparison->sides[1].segment, rows->row[1]);
  if (!comparison->plans[0]) {
    tx_writer writer = tx_link_writer(tx_chain_add(chain, TX_CAUSE_RULE, from, to));
    tx_why_segment(comparison->plans[1], rows->row[1], &writer);
    return TRIAX_OK;
  }
  size_t unit[2];
  for (int side = 0; side < 2; side++) {
    const tx_plan_segmentation *segmentation = &comparison->plans[side]->segmentation;
    unit[side] = segmentation->folded ? segmentation->families.member_of[rows->row[side]] : rows->row[side];
  }
  triax_status status = tx_mix_load(reasoner->segments, unit[0], unit[1], error);
  triax_text key = tx_people_key(comparison->sides[0].people, rows->row[0]);
  if (status == TRIAX_OK) {
    status = tx_chain_find(reasoner->segments, tx_outcome_segment, key, from, to, tx_cause_rest(comparison), chain,
                           error);
  }
  for (size_t i = 0; status == TRIAX_OK && i < chain->count; i++) {
    if (chain->links[i].cause == TX_CAUSE_RULE) write_rule(reasoner, rows, &chain->links[i]);
    if (chain->links[i].cause == TX_CAUSE_SET) write_set(reasoner, &chain->links[i]);
  }
  return status;
}

static void find_touch(tx_reasoner *reasoner, const tx_pair *rows, tx_chain *chain) {
  const triax_comparison *c = reasoner->comparison;
  bool segment = tx_side_texts_differ(c->sides[0].segment, c->sides[1].segment, rows);
  tx_chain_add(chain, segment ? TX_CAUSE_SEGMENT : TX_CAUSE_RULE, tx_side_text(c->sides[0].touch, rows->row[0]),
               tx_side_text(c->sides[1].touch, rows->row[1]));
}

static triax_status find_pool(tx_reasoner *reasoner, const tx_pair *rows, tx_chain *chain, triax_error *error) {
  const triax_comparison *c = reasoner->comparison;
  triax_text from = tx_side_text(c->sides[0].pool, rows->row[0]), to = tx_side_text(c->sides[1].pool, rows->row[1]);
  if (!reasoner->pools) {
    tx_chain_add(chain, TX_CAUSE_RULE, from, to);
    return TRIAX_OK;
  }
  triax_status status = tx_mix_load(reasoner->pools, rows->row[0], rows->row[1], error);
  if (status != TRIAX_OK) return status;
  return tx_chain_find(reasoner->pools, tx_outcome_pool, tx_people_key(c->sides[0].people, rows->row[0]), from, to,
                       tx_cause_rest(c), chain, error);
}

triax_status tx_cause_find(tx_reasoner *reasoner, int result, const tx_pair *rows, tx_chain *chain,
                           triax_error *error) {
  chain->count = 0;
  switch (result) {
  case TX_RESULT_SEGMENT: return find_segment(reasoner, rows, chain, error);
  case TX_RESULT_TOUCH: find_touch(reasoner, rows, chain); return TRIAX_OK;
  case TX_RESULT_POOL: return find_pool(reasoner, rows, chain, error);
  case TX_RESULT_CSM: return tx_cause_csm(reasoner, rows, chain, error);
  case TX_RESULT_HEALTH: tx_cause_score(reasoner, &reasoner->scores[0], rows, chain); return TRIAX_OK;
  case TX_RESULT_BAND: tx_cause_band(reasoner, rows, chain); return TRIAX_OK;
  case TX_RESULT_HOURS: return tx_cause_hours(reasoner, rows, chain, error);
  default:
    tx_cause_score(reasoner, &reasoner->scores[1 + result - TX_RESULT_SCORES], rows, chain);
    return TRIAX_OK;
  }
}
