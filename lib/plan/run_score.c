/* Health and scores: expressions and model run together, batch by batch, while values are in cache. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "expr/claims.h"
#include "health/split.h"
#include "plan/plan.h"

/* Rows that one piece of parallel work takes at most; whole batches. */
#define GRAIN (64 * TX_BATCH)

typedef struct score_worker {
  tx_run *run;
  tx_health_scorer *scorer;
  tx_vector *vectors;
  tx_tally *tallies;
  tx_health_part *parts; /* one batch; with scratch for settling them */
  double *numbers;
  int64_t *whole;
  uint64_t *uncategorised;
  const tx_kernels *kernels;
  tx_claims claims; /* of bands */
  size_t missing;
  uint64_t bands[TX_BAND_UNKNOWN + 1];
} score_worker;

typedef struct score_job {
  triax_plan *plan;
  tx_plan_score *score;
  score_worker *workers;
  size_t worker_count;
} score_job;

static triax_status open_worker(const score_job *job, score_worker *worker, triax_error *error) {
  const tx_plan_score *score = job->score;
  triax_context *context = job->plan->context;
  worker->kernels = tx_kernels_best();
  worker->vectors = tx_calloc(context, score->stage->exprs + 1, sizeof *worker->vectors);
  worker->tallies = tx_stage_tallies(score->stage);
  worker->uncategorised = tx_calloc(context, score->model->metric_count, sizeof(uint64_t));
  if (score->parts) {
    worker->parts = tx_alloc_array(context, score->model->metric_count * TX_BATCH, sizeof *worker->parts);
    worker->numbers = tx_alloc_array(context, score->model->metric_count, sizeof *worker->numbers);
    worker->whole = tx_alloc_array(context, score->model->metric_count, sizeof *worker->whole);
  }
  bool has_parts = worker->parts && worker->numbers && worker->whole;
  if (!worker->vectors || !worker->tallies || !worker->uncategorised || (score->parts && !has_parts)) {
    return tx_no_memory(error);
  }
  triax_status status = tx_health_scorer_new(context, score->model, &worker->scorer, error);
  if (status == TRIAX_OK && score->stage->data) status = tx_run_new(score->stage->data, &worker->run, error);
  return status;
}

static void close_worker(const score_job *job, score_worker *worker) {
  triax_context *context = job->plan->context;
  tx_free_array(context, worker->vectors, job->score->stage->exprs + 1, sizeof *worker->vectors);
  tx_stage_tallies_free(job->score->stage, worker->tallies);
  tx_free_array(context, worker->uncategorised, job->score->model->metric_count, sizeof(uint64_t));
  tx_free_array(context, worker->parts, job->score->model->metric_count * TX_BATCH, sizeof *worker->parts);
  tx_free_array(context, worker->numbers, job->score->model->metric_count, sizeof *worker->numbers);
  tx_free_array(context, worker->whole, job->score->model->metric_count, sizeof *worker->whole);
  tx_health_scorer_free(worker->scorer);
  tx_run_free(worker->run);
}

static void tally_batch(const score_job *job, score_worker *worker, size_t first, size_t rows) {
  const tx_stage *stage = job->score->stage;
  for (size_t i = 0; i < stage->exprs; i++) {
    if (stage->root[i] == TX_NO_INPUT || tx_stage_bare(stage, i)) continue;
    const tx_vector *vector = &worker->vectors[i];
    tx_stage_tally(stage, i, &worker->tallies[i], first / 64, rows, vector->truth,
                   vector->all_present ? NULL : vector->present, vector->fault);
  }
}

/* Parts are kept metric by metric over all rows; the model gives them batch by batch. What is kept sums as printed. */
static void keep_parts(const score_job *job, const score_worker *worker, size_t first, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    tx_health_settle_parts(job->score->model, job->score->raw[first + row], worker->parts + row, rows, worker->numbers,
                           worker->whole);
  }
  for (size_t m = 0; m < job->score->model->metric_count; m++) {
    memcpy(job->score->parts + m * job->plan->rows + first, worker->parts + m * rows, rows * sizeof *worker->parts);
  }
}

/* As tx_numbers_settle, which looks at words of which something is missing. */
static size_t settle(const tx_kernels *kernels, double *numbers, size_t rows, uint64_t *present) {
  const size_t whole = rows / 64;
  size_t missing = 0;
  kernels->not_nan(numbers, NULL, whole, present);
  for (size_t w = 0; w < whole; w++) {
    if (present[w] != UINT64_MAX) missing += tx_numbers_settle(numbers + 64 * w, 64, present + w);
  }
  return missing + tx_numbers_settle(numbers + 64 * whole, rows - 64 * whole, present + whole);
}

/* Bands from the highest down: each takes who reaches it and none above. The others' is unknown. */
static void find_bands(const tx_health_model *model, const double *health, size_t rows, score_worker *worker,
                       uint8_t *band) {
  const uint32_t unknown = (uint32_t)model->band_count;
  tx_claims *claims = &worker->claims;
  uint64_t reached[TX_BATCH_WORDS], none[TX_BATCH_WORDS] = {0};
  size_t count[2];
  tx_claims_open(claims, worker->kernels, rows);
  tx_claims_number(claims, unknown);
  for (uint32_t b = unknown; b-- > 0;) {
    tx_claims_at_least(claims, health, model->bands[b].threshold, reached);
    tx_claims_take(claims, reached, NULL, b, none, count);
    worker->bands[b] += count[0];
  }
  tx_claims_take(claims, claims->remaining, NULL, unknown, none, count);
  worker->bands[unknown] += count[0];
  tx_claims_write(claims, 0, band);
}

/* What columns and sums will ask for, told while the values are in cache. Coverage is never missing. */
static void settle_batch(const score_job *job, score_worker *worker, size_t first, size_t rows) {
  tx_plan_score *score = job->score;
  worker->missing += settle(worker->kernels, score->health + first, rows, score->present + first / 64);
  find_bands(score->model, score->health + first, rows, worker, score->band + first);
}

static triax_status score_batch(const score_job *job, score_worker *worker, size_t first, size_t rows,
                                triax_error *error) {
  tx_plan_score *score = job->score;
  triax_status status = worker->run ? tx_run_batch(worker->run, first, rows, error) : TRIAX_OK;
  if (status != TRIAX_OK) return status;
  for (size_t i = 0; i < score->stage->exprs; i++) {
    if (score->stage->root[i] != TX_NO_INPUT) tx_run_root(worker->run, score->stage->root[i], &worker->vectors[i]);
  }
  tally_batch(job, worker, first, rows);
  tx_health_output output = {score->health + first,
                             score->limit ? score->raw + first : NULL,
                             score->coverage + first,
                             NULL,
                             NULL,
                             worker->parts,
                             worker->uncategorised,
                             score->worst ? score->worst + first : NULL};
  if (score->limit) output.limit = score->limit + first;
  status = tx_health_score(worker->scorer, worker->vectors, rows, job->plan->as_of, &output, error);
  if (status != TRIAX_OK) return status;
  if (score->parts) keep_parts(job, worker, first, rows);
  settle_batch(job, worker, first, rows);
  return TRIAX_OK;
}

static triax_status score_range(void *user, size_t number, size_t begin, size_t end, triax_error *error) {
  const score_job *job = user;
  triax_status status = TRIAX_OK;
  for (size_t first = begin; status == TRIAX_OK && first < end; first += TX_BATCH) {
    size_t rows = end - first < TX_BATCH ? end - first : TX_BATCH;
    status = score_batch(job, &job->workers[number], first, rows, error);
  }
  return status;
}

static void add_worker(const score_job *job, const score_worker *worker) {
  tx_plan_score *score = job->score;
  tx_stage_add(score->stage, worker->tallies);
  score->missing += worker->missing;
  for (size_t m = 0; m < score->model->metric_count; m++) score->uncategorised[m] += worker->uncategorised[m];
  for (size_t b = 0; b <= score->model->band_count; b++) score->bands[b] += worker->bands[b];
}

static triax_status score_all(score_job *job, triax_error *error) {
  triax_context *context = job->plan->context;
  const tx_program *program = job->score->stage->program;
  const size_t grain = program ? tx_program_grain(program) : GRAIN;
  job->worker_count = tx_context_threads(context);
  job->workers = tx_calloc(context, job->worker_count, sizeof *job->workers);
  if (!job->workers) return tx_no_memory(error);
  triax_status status = TRIAX_OK;
  for (size_t w = 0; status == TRIAX_OK && w < job->worker_count; w++) {
    status = open_worker(job, &job->workers[w], error);
  }
  if (status == TRIAX_OK) {
    status = tx_parallel_for(context, "health", job->plan->rows, grain < GRAIN ? grain : GRAIN, score_range, job, error);
  }
  for (size_t w = 0; w < job->worker_count; w++) {
    if (status == TRIAX_OK) add_worker(job, &job->workers[w]);
    close_worker(job, &job->workers[w]);
  }
  if (status == TRIAX_OK) tx_stage_tally_bare(job->score->stage);
  tx_free_array(context, job->workers, job->worker_count, sizeof *job->workers);
  return status;
}

static bool make_room(triax_plan *plan, tx_plan_score *score) {
  size_t rows = plan->rows;
  score->health = tx_alloc_array(plan->context, rows, sizeof(double));
  score->coverage = tx_alloc_array(plan->context, rows, sizeof(double));
  score->band = tx_alloc_array(plan->context, rows, 1);
  score->present = tx_alloc_array(plan->context, tx_words(rows), sizeof *score->present);
  score->raw = score->health;
  if (score->model->limit_count) {
    score->raw = tx_alloc_array(plan->context, rows, sizeof(double));
    score->limit = tx_alloc_array(plan->context, rows, sizeof(uint32_t));
    if (!score->limit) return false;
  }
  score->uncategorised = tx_calloc(plan->context, score->model->metric_count, sizeof(uint64_t));
  if (plan->reasons && score == &plan->health) {
    score->worst = tx_alloc_array(plan->context, rows, sizeof *score->worst);
    if (!score->worst) return false;
  }
  if (plan->parts) {
    score->parts = tx_alloc_array(plan->context, score->model->metric_count * rows, sizeof *score->parts);
    if (!score->parts) return false;
  }
  return score->health && score->raw && score->coverage && score->band && score->present &&
         score->uncategorised;
}

void tx_plan_score_free(triax_plan *plan, tx_plan_score *score) {
  if (!score->model) return;
  size_t rows = plan->rows;
  if (score->raw != score->health) tx_free_array(plan->context, score->raw, rows, sizeof(double));
  if (!score->health_column) tx_free_array(plan->context, score->health, rows, sizeof(double));
  if (!score->coverage_column) tx_free_array(plan->context, score->coverage, rows, sizeof(double));
  tx_column_unref(score->health_column);
  if (!score->band_column) tx_free_array(plan->context, score->band, rows, 1);
  tx_free_array(plan->context, score->present, tx_words(rows), sizeof *score->present);
  tx_column_unref(score->coverage_column);
  tx_column_unref(score->band_column);
  tx_free_array(plan->context, score->limit, rows, sizeof(uint32_t));
  tx_free_array(plan->context, score->uncategorised, score->model->metric_count, sizeof(uint64_t));
  tx_free_array(plan->context, score->worst, rows, sizeof *score->worst);
  tx_free_array(plan->context, score->parts, score->model->metric_count * rows, sizeof *score->parts);
  tx_stage_free(score->stage);
}

/* The numbers as a column, which takes them over. */
static tx_column *number_column(triax_plan *plan, double **numbers, uint64_t *present, size_t missing) {
  tx_column *column = tx_column_take_settled(plan->context, plan->rows, *numbers, present, missing);
  if (!column) *numbers = NULL;
  return column;
}

static bool make_columns(triax_plan *plan, tx_plan_score *score) {
  const bool plain = score->raw == score->health;
  score->health_column = number_column(plan, &score->health, score->present, score->missing);
  score->present = NULL;
  if (plain) score->raw = score->health;
  if (score->health_column) score->coverage_column = number_column(plan, &score->coverage, NULL, 0);
  return score->coverage_column != NULL;
}

/* What the score stands for, as its calibration has it. */
static tx_column *probability_column(triax_plan *plan, const tx_plan_score *score) {
  double *chances = tx_alloc_array(plan->context, plan->rows, sizeof *chances);
  if (!chances) return NULL;
  for (size_t row = 0; row < plan->rows; row++) {
    chances[row] = tx_health_probability(score->model, score->health[row]);
  }
  return tx_column_take(plan->context, TRIAX_TYPE_NUMBER, plan->rows, chances, plan->rows * sizeof *chances, NULL);
}

/* Bands by name; "unknown" is a band too, so that tests can ask for it. */
static tx_column *band_column(triax_plan *plan, tx_plan_score *score) {
  const size_t count = score->model->band_count + 1;
  triax_text *names = tx_calloc(plan->context, count, sizeof *names);
  tx_dictionary *dictionary = NULL;
  if (!names) return NULL;
  for (size_t b = 0; b + 1 < count; b++) names[b] = score->model->bands[b].name;
  names[count - 1] = TX_TEXT("unknown");
  dictionary = tx_dictionary_new(plan->context, names, count);
  tx_free_array(plan->context, names, count, sizeof *names);
  if (!dictionary) return NULL;
  if (count == 1) { /* no bands: all is missing */
    tx_column *column = tx_column_without_codes(plan->context, plan->rows, dictionary);
    tx_dictionary_unref(dictionary);
    return column;
  }
  score->band_column = tx_column_take_codes8(plan->context, plan->rows, score->band, dictionary);
  if (!score->band_column) score->band = NULL;
  tx_dictionary_unref(dictionary);
  return tx_column_ref(score->band_column);
}

triax_status tx_run_score(triax_plan *plan, const tx_step *step, tx_plan_score *score, const tx_health_model *model,
                          triax_error *error) {
  score->model = model;
  triax_status status = tx_stage_open(plan->compiled, step, TX_OVER_CUSTOMERS, plan->columns, plan->rows, plan->as_of,
                                      plan->has_as_of, &score->stage, error);
  if (status == TRIAX_OK && !make_room(plan, score)) status = tx_no_memory(error);
  score_job job = {plan, score, NULL, 0};
  if (status == TRIAX_OK) status = score_all(&job, error);
  if (status == TRIAX_OK && !make_columns(plan, score)) status = tx_no_memory(error);
  if (status != TRIAX_OK) return status;
  bool is_health = step->kind == TX_STEP_HEALTH;
  int derived = is_health ? TX_DERIVED_HEALTH : TX_DERIVED_SCORES + (int)step->score;
  status = tx_plan_derive(plan, derived, tx_column_ref(score->health_column), error);
  if (status == TRIAX_OK && model->calibration_count) {
    derived = is_health ? TX_DERIVED_CHURN_PROBABILITY : tx_derived_probability(plan->compiled->policy, step->score);
    status = tx_plan_derive(plan, derived, probability_column(plan, score), error);
  }
  if (status == TRIAX_OK && is_health) status = tx_plan_derive(plan, TX_DERIVED_BAND, band_column(plan, score), error);
  return status;
}
