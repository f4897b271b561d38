/* The accounts that differ, the causes of each difference, and scores taken apart metric by metric. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "compare/causes.h"
#include "table/tabulate.h"

typedef struct account_columns {
  tx_column_builder *key, *status, *money[2], *segment[2], *pool[2], *csm[2], *health[2], *band[2], *hours[2], *cause;
} account_columns;

typedef struct cause_columns {
  tx_column_builder *key, *result, *from, *to, *cause, *by, *amount;
} cause_columns;

typedef struct metric_columns {
  tx_column_builder *key, *score, *metric, *before, *factors[TX_SPLIT_FACTORS], *after, *change;
} metric_columns;

typedef struct account_job {
  triax_comparison *comparison;
  tx_reasoner reasoner;
  tx_tabulate tables[3];
  account_columns accounts;
  cause_columns causes;
  metric_columns metrics;
  bool fine; /* memory */
  char why[1000];
  tx_writer words;
} account_job;

/* --- builders --- */

static void begin_pair(tx_tabulate *t, tx_column_builder *pair[2], int32_t type) {
  pair[0] = tx_tabulate_begin(t, type);
  pair[1] = tx_tabulate_begin(t, type);
}

static void end_pair(tx_tabulate *t, const char *name, tx_column_builder *pair[2], bool fine) {
  char full[64];
  for (int side = 0; side < 2; side++) {
    snprintf(full, sizeof full, "%s_%s", name, side ? "after" : "before");
    tx_tabulate_end(t, full, pair[side], fine);
  }
}

static void begin(account_job *job) {
  for (int t = 0; t < 3; t++) tx_tabulate_open(&job->tables[t], job->comparison->context, 0);
  tx_tabulate *a = &job->tables[0], *c = &job->tables[1], *m = &job->tables[2];
  account_columns *accounts = &job->accounts;
  accounts->key = tx_tabulate_begin(a, TRIAX_TYPE_STRING);
  accounts->status = tx_tabulate_begin(a, TRIAX_TYPE_STRING);
  begin_pair(a, accounts->money, TRIAX_TYPE_NUMBER);
  begin_pair(a, accounts->segment, TRIAX_TYPE_STRING);
  begin_pair(a, accounts->pool, TRIAX_TYPE_STRING);
  begin_pair(a, accounts->csm, TRIAX_TYPE_STRING);
  begin_pair(a, accounts->health, TRIAX_TYPE_NUMBER);
  begin_pair(a, accounts->band, TRIAX_TYPE_STRING);
  begin_pair(a, accounts->hours, TRIAX_TYPE_NUMBER);
  accounts->cause = tx_tabulate_begin(a, TRIAX_TYPE_STRING);
  cause_columns *causes = &job->causes;
  causes->key = tx_tabulate_begin(c, TRIAX_TYPE_STRING);
  causes->result = tx_tabulate_begin(c, TRIAX_TYPE_STRING);
  causes->from = tx_tabulate_begin(c, TRIAX_TYPE_STRING);
  causes->to = tx_tabulate_begin(c, TRIAX_TYPE_STRING);
  causes->cause = tx_tabulate_begin(c, TRIAX_TYPE_STRING);
  causes->by = tx_tabulate_begin(c, TRIAX_TYPE_STRING);
  causes->amount = tx_tabulate_begin(c, TRIAX_TYPE_NUMBER);
  metric_columns *metrics = &job->metrics;
  metrics->key = tx_tabulate_begin(m, TRIAX_TYPE_STRING);
  metrics->score = tx_tabulate_begin(m, TRIAX_TYPE_STRING);
  metrics->metric = tx_tabulate_begin(m, TRIAX_TYPE_STRING);
  metrics->before = tx_tabulate_begin(m, TRIAX_TYPE_NUMBER);
  for (int f = 0; f < TX_SPLIT_FACTORS; f++) metrics->factors[f] = tx_tabulate_begin(m, TRIAX_TYPE_NUMBER);
  metrics->after = tx_tabulate_begin(m, TRIAX_TYPE_NUMBER);
  metrics->change = tx_tabulate_begin(m, TRIAX_TYPE_NUMBER);
  job->fine = !a->failed && !c->failed && !m->failed;
}

static triax_status end(account_job *job, triax_error *error) {
  tx_tabulate *a = &job->tables[0], *c = &job->tables[1], *m = &job->tables[2];
  account_columns *accounts = &job->accounts;
  bool fine = job->fine;
  for (int t = 0; t < 3; t++) { /* rows are known by now */
    tx_column_builder *first = t == 0 ? accounts->key : t == 1 ? job->causes.key : job->metrics.key;
    job->tables[t].rows = first ? tx_column_builder_rows(first) : 0;
  }
  tx_tabulate_end(a, "key", accounts->key, fine);
  tx_tabulate_end(a, "status", accounts->status, fine);
  end_pair(a, "arr", accounts->money, fine);
  end_pair(a, "segment", accounts->segment, fine);
  end_pair(a, "pool", accounts->pool, fine);
  end_pair(a, "csm", accounts->csm, fine);
  end_pair(a, "health", accounts->health, fine);
  end_pair(a, "band", accounts->band, fine);
  end_pair(a, "hours", accounts->hours, fine);
  tx_tabulate_end(a, "cause", accounts->cause, fine);
  tx_tabulate_end(c, "key", job->causes.key, fine);
  tx_tabulate_end(c, "result", job->causes.result, fine);
  tx_tabulate_end(c, "from", job->causes.from, fine);
  tx_tabulate_end(c, "to", job->causes.to, fine);
  tx_tabulate_end(c, "cause", job->causes.cause, fine);
  tx_tabulate_end(c, "by", job->causes.by, fine);
  tx_tabulate_end(c, "amount", job->causes.amount, fine);
  tx_tabulate_end(m, "key", job->metrics.key, fine);
  tx_tabulate_end(m, "score", job->metrics.score, fine);
  tx_tabulate_end(m, "metric", job->metrics.metric, fine);
  tx_tabulate_end(m, "before", job->metrics.before, fine);
  for (int f = 0; f < TX_SPLIT_FACTORS; f++) tx_tabulate_end(m, tx_cause_word(f), job->metrics.factors[f], fine);
  tx_tabulate_end(m, "after", job->metrics.after, fine);
  tx_tabulate_end(m, "change", job->metrics.change, fine);
  triax_status status = TRIAX_OK;
  static const int32_t numbers[] = {TRIAX_COMPARISON_ACCOUNTS, TRIAX_COMPARISON_CAUSES, TRIAX_COMPARISON_METRICS};
  for (int t = 0; t < 3; t++) {
    triax_status closed = tx_tabulate_close(&job->tables[t], &job->comparison->tables[numbers[t]], error);
    if (status == TRIAX_OK) status = closed;
  }
  return status;
}

/* --- rows --- */

static bool add_text(tx_column_builder *builder, triax_text text) {
  return text.bytes ? tx_column_builder_text(builder, text) : tx_column_builder_missing(builder);
}

static double side_number(const double *numbers, size_t row) { return numbers && row != SIZE_MAX ? numbers[row] : NAN; }

static void add_account(account_job *job, const tx_pair *pair, const char *status) {
  account_columns *columns = &job->accounts;
  bool fine = add_text(columns->key, tx_side_key(job->comparison, pair)) &&
              add_text(columns->status, triax_text_of(status));
  for (int s = 0; fine && s < 2; s++) {
    const tx_side *side = &job->comparison->sides[s];
    size_t row = pair->row[s];
    fine = tx_column_builder_number(columns->money[s], side_number(side->money, row)) &&
           add_text(columns->segment[s], tx_side_text(side->segment, row)) &&
           add_text(columns->pool[s], tx_side_text(side->pool, row)) &&
           add_text(columns->csm[s], tx_side_text(side->csm, row)) &&
           tx_column_builder_number(columns->health[s], side_number(side->health, row)) &&
           add_text(columns->band[s], tx_side_text(side->band, row)) &&
           tx_column_builder_number(columns->hours[s], side_number(side->hours, row));
  }
  job->fine = job->fine && fine && add_text(columns->cause, job->words.length ? triax_text_of(job->why) : triax_text_of(NULL));
}

static void add_link(account_job *job, const tx_pair *pair, triax_text result, const tx_link *link) {
  cause_columns *columns = &job->causes;
  job->comparison->cause_count[link->cause]++;
  job->fine = job->fine && add_text(columns->key, tx_side_key(job->comparison, pair)) &&
              add_text(columns->result, result) && add_text(columns->from, link->from) &&
              add_text(columns->to, link->to) && add_text(columns->cause, triax_text_of(tx_cause_word(link->cause))) &&
              add_text(columns->by, link->by[0] ? triax_text_of(link->by) : triax_text_of(NULL)) &&
              tx_column_builder_number(columns->amount, link->amount);
}

static double points(int64_t units) { return (double)units / TX_SPLIT_UNIT; }

static bool add_metric_head(account_job *job, const tx_pair *pair, triax_text score, triax_text metric) {
  return add_text(job->metrics.key, tx_side_key(job->comparison, pair)) && add_text(job->metrics.score, score) &&
         add_text(job->metrics.metric, metric);
}

static bool add_metric_row(account_job *job, const tx_split_metric *metric) {
  metric_columns *columns = &job->metrics;
  bool fine = tx_column_builder_number(columns->before, points(metric->before)) &&
              tx_column_builder_number(columns->after, points(metric->after)) &&
              tx_column_builder_number(columns->change, points(metric->after - metric->before));
  for (int f = 0; fine && f < TX_SPLIT_FACTORS; f++) {
    fine = tx_column_builder_number(columns->factors[f], points(metric->amount[f]));
  }
  return fine;
}

/* A row a metric, and one for the limits: columns sum to health before, each factor, and health after. */
static void add_metrics(account_job *job, const tx_pair *pair, const tx_score_pair *score) {
  const tx_split *split = &score->split;
  for (size_t m = 0; job->fine && m < split->metric_count; m++) {
    job->fine = add_metric_head(job, pair, score->name, split->metrics[m].name) &&
                add_metric_row(job, &split->metrics[m]);
  }
  tx_split_metric limits = {.before = split->health[0] - split->raw[0], .after = split->health[1] - split->raw[1]};
  limits.amount[TX_SPLIT_LIMITS] = split->amount[TX_SPLIT_LIMITS];
  job->fine = job->fine && add_metric_head(job, pair, score->name, TX_TEXT("(limits)")) && add_metric_row(job, &limits);
}

/* --- one account --- */

/* Results that neither or only one side can give do not differ account by account; new sections show in the sums. */
static bool differs(const account_job *job, int result, const tx_pair *pair) {
  const tx_side *a = &job->comparison->sides[0], *b = &job->comparison->sides[1];
  switch (result) {
  case TX_RESULT_SEGMENT: return a->segment && b->segment && tx_side_texts_differ(a->segment, b->segment, pair);
  case TX_RESULT_TOUCH: return a->touch && b->touch && tx_side_texts_differ(a->touch, b->touch, pair);
  case TX_RESULT_POOL: return a->pool && b->pool && tx_side_texts_differ(a->pool, b->pool, pair);
  case TX_RESULT_CSM: return a->csm && b->csm && tx_side_texts_differ(a->csm, b->csm, pair);
  case TX_RESULT_BAND: return a->band && b->band && tx_side_texts_differ(a->band, b->band, pair);
  case TX_RESULT_HOURS:
    return a->hours && b->hours && tx_numbers_differ(a->hours[pair->row[0]], b->hours[pair->row[1]]);
  default: break;
  }
  const tx_score_pair *score = &job->reasoner.scores[result == TX_RESULT_HEALTH ? 0 : 1 + result - TX_RESULT_SCORES];
  if (!score->sides[0] || !score->sides[1]) return false;
  double one = tx_score_at(score, 0, pair->row[0]), two = tx_score_at(score, 1, pair->row[1]);
  return isnan(one) || isnan(two) ? isnan(one) != isnan(two) : one < two || one > two;
}

static triax_text result_name(const account_job *job, int result) {
  static const triax_text names[] = {{"account", 7}, {"segment", 7}, {"touch", 5}, {"pool", 4},
                                     {"csm", 3},     {"health", 6},  {"band", 4},  {"hours", 5}};
  return result < TX_RESULT_SCORES ? names[result] : job->reasoner.scores[1 + result - TX_RESULT_SCORES].name;
}

/* "segment: data (arr 700000 -> 800000)" */
static void say(account_job *job, triax_text result, const tx_chain *chain) {
  if (job->words.length) tx_write_c(&job->words, "; ");
  tx_write(&job->words, result);
  tx_write_c(&job->words, ": ");
  for (size_t i = 0; i < chain->count; i++) {
    if (i) tx_write_c(&job->words, ", ");
    tx_write_c(&job->words, tx_cause_word(chain->links[i].cause));
    if (!chain->links[i].by[0]) continue;
    tx_write_c(&job->words, " (");
    tx_write_c(&job->words, chain->links[i].by);
    tx_write_c(&job->words, ")");
  }
}

static triax_status explain_result(account_job *job, int result, const tx_pair *pair, triax_error *error) {
  tx_chain chain = {.count = 0};
  triax_text name = result_name(job, result);
  bool scored = result == TX_RESULT_HEALTH || result >= TX_RESULT_SCORES;
  tx_score_pair *score = &job->reasoner.scores[result >= TX_RESULT_SCORES ? 1 + result - TX_RESULT_SCORES : 0];
  triax_status status = TRIAX_OK;
  if ((scored || result == TX_RESULT_BAND) && score->splitter) {
    status = tx_cause_split(&job->reasoner, score, pair, error);
    bool both = status == TRIAX_OK && score->split.known[0] && score->split.known[1];
    if (scored && both) add_metrics(job, pair, score);
  }
  if (status == TRIAX_OK) status = tx_cause_find(&job->reasoner, result, pair, &chain, error);
  for (size_t i = 0; status == TRIAX_OK && i < chain.count; i++) add_link(job, pair, name, &chain.links[i]);
  if (status == TRIAX_OK) say(job, name, &chain);
  return status;
}

static triax_status compare_both(account_job *job, const tx_pair *pair, triax_error *error) {
  triax_comparison *comparison = job->comparison;
  triax_status status = TRIAX_OK;
  bool any = false, score = false;
  int last = TX_RESULT_SCORES + (int)job->reasoner.score_count - 1;
  for (int result = TX_RESULT_SEGMENT; status == TRIAX_OK && result < last; result++) {
    if (!differs(job, result, pair)) continue;
    any = true;
    if (result < TX_RESULT_SCORES) comparison->differ[result]++;
    else score = true;
    if (comparison->causes) status = explain_result(job, result, pair, error);
  }
  comparison->differ[TX_RESULT_SCORES] += score;
  comparison->accounts_differ += any;
  if (status == TRIAX_OK && any) add_account(job, pair, "both");
  return status;
}

static void add_one_sided(account_job *job, const tx_pair *pair) {
  bool fresh = pair->row[0] == SIZE_MAX;
  tx_link link = {.cause = fresh ? TX_CAUSE_NEW : TX_CAUSE_GONE, .amount = NAN};
  tx_write_c(&job->words, fresh ? "new in the data" : "gone from the data");
  add_link(job, pair, TX_TEXT("account"), &link);
  add_account(job, pair, fresh ? "new" : "gone");
}

triax_status tx_compare_accounts(triax_comparison *comparison, triax_error *error) {
  account_job job = {.comparison = comparison};
  triax_status status = tx_reasoner_open(comparison, &job.reasoner, error);
  begin(&job);
  for (size_t i = 0; status == TRIAX_OK && job.fine && i < comparison->pair_count; i++) {
    const tx_pair *pair = &comparison->pairs[i];
    job.why[0] = 0;
    job.words = (tx_writer){job.why, sizeof job.why, 0};
    if (pair->row[0] == SIZE_MAX || pair->row[1] == SIZE_MAX) add_one_sided(&job, pair);
    else status = compare_both(&job, pair, error);
    if (status == TRIAX_OK && i % 1024 == 1023) {
      status = tx_progress(comparison->context, "compare", (double)i / (double)comparison->pair_count, error);
    }
  }
  triax_status ended = end(&job, error);
  tx_reasoner_close(&job.reasoner);
  return status == TRIAX_OK ? ended : status;
}
