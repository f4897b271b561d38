/* Why a score is what it is, to the last point, and what would change it. */
#include <math.h>

#include "base/text.h"
#include "document/write.h"
#include "explain/explain.h"
#include "expr/node.h"
#include "health/reach.h"
#include "health/split.h"
#include "results/why.h"

/* One row's inputs as values, by the module's own scalar evaluation: bit-equal with the batches. */
static triax_status score_inputs(tx_explain_job *job, const tx_plan_score *score, tx_value *inputs) {
  const triax_plan *plan = job->plan;
  const tx_module *module = plan->compiled->module;
  size_t count = tx_module_variables(module);
  tx_value *variables = tx_arena_calloc(&job->arena, count + 1, sizeof *variables);
  if (!variables) return TRIAX_ENOMEM;
  for (uint32_t v = 0; v < count; v++) {
    variables[v] = (tx_value){.state = TX_MISSING, .type = module->variables[v].type};
    if (plan->columns[v] && tx_value_of_column(plan->columns[v], job->row, &job->arena, &variables[v]) != TRIAX_OK) {
      return TRIAX_ENOMEM;
    }
  }
  tx_scalar scalar = {.module = module, .variables = variables, .as_of = plan->as_of, .has_as_of = plan->has_as_of,
                      .scratch = &job->arena,
                      .aggregates = score->stage->data ? tx_data_aggregates(score->stage->data) : NULL};
  for (size_t i = 0; i < score->stage->exprs; i++) {
    inputs[i] = (tx_value){.state = TX_MISSING};
    if (score->stage->root[i] == TX_NO_INPUT) continue;
    triax_status status = tx_scalar_eval(&scalar, score->stage->step->roots[i], &inputs[i]);
    tx_value_settle(module, score->stage->step->roots[i], &inputs[i]);
    if (status != TRIAX_OK) return status;
  }
  return TRIAX_OK;
}

static void put_metric(tx_explain_job *job, const tx_plan_score *score, size_t m, const tx_health_part *part,
                       const tx_value *inputs) {
  const tx_health_metric *metric = &score->model->metrics[m];
  triax_document *d = job->document;
  tx_put_map(d, metric->name.bytes);
  if (!part->applies) tx_put_boolean(d, "applies", 0);
  tx_put_text(d, "of", score->stage->step->exprs->items[metric->value].source);
  tx_explain_scalar(d, "value", &inputs[metric->value]);
  if (inputs[metric->value].state != TX_PRESENT) tx_explain_reads(job, score->stage, metric->value, job->row);
  tx_put_number(d, "points", part->points);
  if (metric->since != TX_NO_INPUT) tx_put_number(d, "freshness", part->freshness);
  tx_put_number(d, "weight", part->weight);
  tx_put_number(d, "contribution", part->contribution);
  tx_put_number(d, "lost", part->lost);
  tx_put_end(d);
}

/* The metric that cost most: the first to look at. */
static void put_worst(triax_document *d, const tx_health_model *model, const tx_health_part *parts) {
  size_t worst = SIZE_MAX;
  double most = 0;
  for (size_t m = 0; m < model->metric_count; m++) {
    if (!(parts[m].lost > most)) continue;
    most = parts[m].lost;
    worst = m;
  }
  if (worst != SIZE_MAX) tx_put_text(d, "most_lost_on", model->metrics[worst].name);
}

/* --- limits --- */

static bool limit_holds(const tx_health_limit *limit, const tx_value *inputs) {
  return inputs[limit->when].state == TX_PRESENT && inputs[limit->when].boolean;
}

/* Each limit that moved the score, where several did; of one `limit` tells. */
static void put_limits(triax_document *d, const tx_health_model *model, const tx_value *inputs, double raw) {
  for (int pass = 0; pass < 2; pass++) {
    double score = raw;
    size_t bit = 0;
    for (size_t l = 0; l < model->limit_count; l++) {
      double after = limit_holds(&model->limits[l], inputs) ? tx_health_limit_one(&model->limits[l], score) : score;
      if (!(after < score || after > score)) continue;
      bit++;
      if (pass) {
        tx_put_map(d, NULL);
        tx_put_text(d, "why", model->limits[l].why);
        tx_put_number(d, "from", score);
        tx_put_number(d, "to", after);
        tx_put_end(d);
      }
      score = after;
    }
    if (pass) tx_put_end(d);
    else if (bit > 1) tx_put_list(d, "limits");
    else return;
  }
}

/* --- what would take it to a band --- */

static void put_way(triax_document *d, const tx_health_metric *metric, const tx_reach *reach) {
  tx_put_map(d, metric->name.bytes);
  if (reach->category) tx_put_text(d, "value", reach->category->value);
  if (reach->as_it_is) tx_put_text(d, "value", TX_TEXT("the same, measured today"));
  if (!isnan(reach->at_least)) tx_put_number(d, "at_least", reach->at_least);
  if (!isnan(reach->at_most)) tx_put_number(d, "at_most", reach->at_most);
  if (!reach->category && !reach->as_it_is && isnan(reach->at_least) && isnan(reach->at_most)) {
    tx_put_text(d, "value", TX_TEXT("any"));
  }
  tx_put_number(d, "points", reach->points);
  tx_put_end(d);
}

/* The metrics of one state, as a list of names. */
static void put_names(triax_document *d, const char *key, const tx_health_model *model, const tx_reach *reaches,
                      int state) {
  bool any = false;
  for (size_t m = 0; m < model->metric_count; m++) {
    if (reaches[m].state != state) continue;
    if (!any) tx_put_list(d, key);
    tx_put_text(d, NULL, model->metrics[m].name);
    any = true;
  }
  if (any) tx_put_end(d);
}

/* Limits that hold and cap the score below the threshold. */
static void put_blocks(triax_document *d, const tx_health_model *model, const tx_value *inputs, double threshold) {
  bool any = false;
  for (size_t l = 0; l < model->limit_count; l++) {
    if (!limit_holds(&model->limits[l], inputs) || !(model->limits[l].at_most < threshold)) continue;
    if (!any) tx_put_list(d, "blocked_by");
    tx_put_text(d, NULL, model->limits[l].why);
    any = true;
  }
  if (any) tx_put_end(d);
}

/* What one metric would have to be for the score to reach a band, all else being as it is. */
static void put_band(tx_explain_job *job, const tx_plan_score *score, const tx_health_band *band, tx_value *inputs,
                     tx_health_metric *scratch, tx_reach *reaches) {
  const tx_health_model *model = score->model;
  triax_document *d = job->document;
  size_t least = SIZE_MAX;
  for (size_t m = 0; m < model->metric_count; m++) {
    tx_health_reach(model, m, inputs, job->plan->as_of, band->threshold, scratch, &reaches[m]);
    bool can = reaches[m].state == TX_REACH_CAN;
    if (can && (least == SIZE_MAX || reaches[m].change < reaches[least].change)) least = m;
  }
  tx_put_map(d, band->name.bytes);
  tx_put_number(d, "score", band->threshold);
  if (!isnan(score->health[job->row])) tx_put_number(d, "short_by", band->threshold - score->health[job->row]);
  put_blocks(d, model, inputs, band->threshold);
  if (score->raw[job->row] >= band->threshold) tx_put_boolean(d, "reached_without_limits", 1);
  if (least != SIZE_MAX) {
    tx_put_text(d, "least_change", model->metrics[least].name);
    tx_put_map(d, "metrics");
    for (size_t m = 0; m < model->metric_count; m++) {
      if (reaches[m].state == TX_REACH_CAN) put_way(d, &model->metrics[m], &reaches[m]);
    }
    tx_put_end(d);
  }
  put_names(d, "not_by", model, reaches, TX_REACH_CANNOT);
  tx_put_end(d);
}

/* The next band, and the best. */
static triax_status put_reach(tx_explain_job *job, const tx_plan_score *score, uint8_t band, tx_value *inputs) {
  const tx_health_model *model = score->model;
  size_t last = model->band_count - 1;
  if (!model->band_count || (band != TX_BAND_UNKNOWN && band >= last)) return TRIAX_OK;
  tx_health_metric *scratch = tx_arena_calloc(&job->arena, model->metric_count, sizeof *scratch);
  tx_reach *reaches = tx_arena_calloc(&job->arena, model->metric_count, sizeof *reaches);
  if (!scratch || !reaches) return TRIAX_ENOMEM;
  tx_put_map(job->document, "to_reach");
  if (band != TX_BAND_UNKNOWN && band + 1U < last) {
    put_band(job, score, &model->bands[band + 1], inputs, scratch, reaches);
  }
  put_band(job, score, &model->bands[last], inputs, scratch, reaches);
  tx_put_end(job->document);
  return TRIAX_OK;
}

/* --- a score --- */

static void put_score(tx_explain_job *job, const tx_plan_score *score, uint8_t band, const tx_health_part *parts,
                      const tx_value *inputs) {
  triax_document *d = job->document;
  size_t row = job->row;
  tx_put_number(d, "score", score->health[row]);
  if (score->model->band_count) {
    tx_put_text(d, "band", band == TX_BAND_UNKNOWN ? TX_TEXT("unknown") : score->model->bands[band].name);
  }
  if (score == &job->plan->health) tx_explain_sentence(d, "why", job->plan, row, tx_why_health);
  if (score != &job->plan->health || tx_plan_limit(score, row)) put_worst(d, score->model, parts); /* else `why` has it */
  tx_put_number(d, "coverage", score->coverage[row]);
  tx_put_number(d, "before_limits", score->raw[row]);
  if (tx_plan_limit(score, row)) tx_put_text(d, "limit", score->model->limits[tx_plan_limit(score, row) - 1].why);
  put_limits(d, score->model, inputs, score->raw[row]);
}

/* How it moved, against earlier values. */
static void put_trend(tx_explain_job *job) {
  const tx_trend *trend = &job->plan->trend.trends[job->row];
  triax_document *d = job->document;
  tx_put_map(d, "trend");
  tx_put_count(d, "values", trend->values);
  tx_put_number(d, "level", trend->level);
  tx_put_number(d, "points_in_30_days", trend->slope);
  tx_put_number(d, "expected", trend->expected);
  tx_put_number(d, "noise", trend->noise);
  tx_put_number(d, "below_expected", trend->drop);
  if (trend->dropped != TX_DROP_UNKNOWN) tx_put_boolean(d, "drop", trend->dropped == TX_DROP_YES);
  tx_put_end(d);
}

triax_status tx_explain_score(tx_explain_job *job, const char *key, const tx_plan_score *score) {
  size_t metrics = score->model->metric_count;
  tx_value *inputs = tx_arena_calloc(&job->arena, score->stage->exprs + 1, sizeof *inputs); /* one more to try with */
  tx_health_part *parts = tx_arena_calloc(&job->arena, metrics, sizeof *parts);
  double *numbers = tx_arena_calloc(&job->arena, metrics, sizeof *numbers);
  int64_t *whole = tx_arena_calloc(&job->arena, metrics, sizeof *whole);
  if (!inputs || !parts || !numbers || !whole || score_inputs(job, score, inputs) != TRIAX_OK) return TRIAX_ENOMEM;
  uint8_t band;
  tx_health_score_one(score->model, inputs, job->plan->as_of, NULL, NULL, &band, parts);
  tx_put_map(job->document, key);
  put_score(job, score, band, parts, inputs);
  tx_health_settle_parts(score->model, score->raw[job->row], parts, 1, numbers, whole);
  tx_put_map(job->document, "metrics");
  for (size_t m = 0; m < metrics; m++) put_metric(job, score, m, &parts[m], inputs);
  tx_put_end(job->document);
  if (score == &job->plan->health && job->plan->trend.trends) put_trend(job);
  triax_status status = put_reach(job, score, band, inputs);
  tx_put_end(job->document);
  return status;
}
