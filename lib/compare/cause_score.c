/* Why health, a band or a score differs: the split, in words. */
#include <math.h>

#include "base/number.h"
#include "base/text.h"
#include "compare/causes.h"

static void write_number(tx_writer *writer, double value) {
  char text[TX_NUMBER_SIZE];
  tx_write(writer, (triax_text){text, tx_format_double(value, text)});
}

/* "+4.25": for readers, to two decimals where that says something. */
static void write_amount(tx_writer *writer, int64_t units) {
  double points = (double)units / TX_SPLIT_UNIT;
  if (fabs(points) >= 0.005) points = round(points * 100) / 100;
  if (points > 0) tx_write_c(writer, "+");
  write_number(writer, points);
}

/* " (active 70 -> 50, seats 100 -> 110)": what a metric reads that differs. */
static void write_columns(const tx_score_pair *pair, triax_text name, bool missing, tx_writer *writer) {
  const tx_mix *mix = pair->mixes[0];
  const tx_health_model *model = pair->sides[0]->model;
  bool any = false;
  for (size_t m = 0; m < model->metric_count; m++) {
    if (!tx_text_equal(model->metrics[m].name, name)) continue;
    const uint32_t inputs[] = {model->metrics[m].value, model->metrics[m].applies, model->metrics[m].since};
    for (int i = 0; i < (missing ? 3 : 2); i++) {
      for (size_t r = 0; inputs[i] != TX_NO_INPUT && r < mix->stage->read_count[inputs[i]]; r++) {
        uint32_t v = mix->stage->reads[inputs[i]][r];
        if (!tx_mix_differs(mix, v)) continue;
        tx_write_c(writer, any ? ", " : " (");
        tx_mix_write(mix, v, writer);
        any = true;
      }
    }
  }
  if (any) tx_write_c(writer, ")");
}

#define METRICS_NAMED 3

static int64_t size_of(int64_t amount) { return amount < 0 ? -amount : amount; }

/* The metric that a factor moved most, after those that are named already. */
static size_t next_metric(const tx_split *split, int factor, const size_t *named, size_t count) {
  size_t most = SIZE_MAX;
  for (size_t m = 0; m < split->metric_count; m++) {
    bool is_named = false;
    for (size_t n = 0; n < count; n++) is_named = is_named || named[n] == m;
    int64_t best = most == SIZE_MAX ? 0 : size_of(split->metrics[most].amount[factor]);
    if (!is_named && size_of(split->metrics[m].amount[factor]) > best) most = m;
  }
  return most;
}

/* "use -15 (active 80 -> 60), mood +5": the metrics that a factor moved most. */
static void write_metrics(const tx_score_pair *pair, int factor, tx_writer *writer) {
  const tx_split *split = &pair->split;
  size_t named[METRICS_NAMED];
  for (size_t n = 0; n <= METRICS_NAMED; n++) {
    size_t most = next_metric(split, factor, named, n);
    /* what rounding alone moved is not worth words */
    if (most == SIZE_MAX || (n && size_of(split->metrics[most].amount[factor]) < 10)) return;
    if (n) tx_write_c(writer, ", ");
    if (n == METRICS_NAMED) {
      tx_write_c(writer, "...");
      return;
    }
    named[n] = most;
    tx_write(writer, split->metrics[most].name);
    tx_write_c(writer, " ");
    write_amount(writer, split->metrics[most].amount[factor]);
    if (factor == TX_SPLIT_DATA || factor == TX_SPLIT_MISSING) {
      write_columns(pair, split->metrics[most].name, factor == TX_SPLIT_MISSING, writer);
    }
  }
}

static void write_limit(const tx_plan_score *score, size_t row, tx_writer *writer) {
  if (tx_plan_limit(score, row)) tx_write(writer, score->model->limits[tx_plan_limit(score, row) - 1].why);
  else tx_write_c(writer, "none");
}

static void write_limits(const tx_score_pair *pair, const tx_pair *rows, tx_writer *writer) {
  write_limit(pair->sides[0], rows->row[0], writer);
  tx_write_c(writer, " -> ");
  write_limit(pair->sides[1], rows->row[1], writer);
}

/* "coverage 0.8 -> 0.45": why a score came or went. */
static void write_coverage(const tx_score_pair *pair, const tx_pair *rows, tx_writer *writer) {
  tx_write_c(writer, "coverage ");
  write_number(writer, pair->sides[0]->coverage[rows->row[0]]);
  tx_write_c(writer, " -> ");
  write_number(writer, pair->sides[1]->coverage[rows->row[1]]);
}

/* What the rules after call a factor: what a metric measures is only then a rule that moved when the policies differ. */
static int cause_of(const tx_reasoner *reasoner, int factor) {
  return factor == TX_SPLIT_RULE ? tx_cause_rest(reasoner->comparison) : factor;
}

void tx_cause_score(const tx_reasoner *reasoner, const tx_score_pair *pair, const tx_pair *rows, tx_chain *chain) {
  const tx_split *split = &pair->split;
  double before = tx_score_at(pair, 0, rows->row[0]), after = tx_score_at(pair, 1, rows->row[1]);
  if (!pair->splitter) {
    tx_writer writer = tx_link_writer(tx_chain_add_numbers(chain, TX_CAUSE_RULE, before, after));
    tx_write_c(&writer, pair->sides[0] ? "the policy has this score no more" : "the policy has a new score");
    return;
  }
  if (!split->known[0] || !split->known[1]) {
    int factor = split->flip == TX_SPLIT_FACTORS ? TX_SPLIT_RULE : split->flip;
    tx_writer writer = tx_link_writer(tx_chain_add_numbers(chain, cause_of(reasoner, factor), before, after));
    write_coverage(pair, rows, &writer);
    return;
  }
  int64_t now = split->health[0];
  for (int factor = 0; factor < TX_SPLIT_FACTORS; factor++) {
    int64_t amount = split->amount[factor];
    if (!amount) continue;
    tx_link *link = tx_chain_add_numbers(chain, cause_of(reasoner, factor), (double)now / TX_SPLIT_UNIT,
                                         (double)(now + amount) / TX_SPLIT_UNIT);
    link->amount = (double)amount / TX_SPLIT_UNIT;
    tx_writer writer = tx_link_writer(link);
    if (factor == TX_SPLIT_LIMITS) write_limits(pair, rows, &writer);
    else write_metrics(pair, factor, &writer);
    now += amount;
  }
}

/* --- bands --- */

static triax_text band_of(const tx_health_model *model, int64_t units) {
  uint8_t band = TX_BAND_UNKNOWN;
  for (size_t b = 0; b < model->band_count; b++) {
    if ((double)units / TX_SPLIT_UNIT >= model->bands[b].threshold) band = (uint8_t)b;
  }
  return band == TX_BAND_UNKNOWN ? TX_TEXT("unknown") : model->bands[band].name;
}

static void write_health(tx_writer *writer, int64_t from, int64_t to) {
  tx_write_c(writer, "health ");
  write_number(writer, (double)from / TX_SPLIT_UNIT);
  tx_write_c(writer, " -> ");
  write_number(writer, (double)to / TX_SPLIT_UNIT);
}

/* The band along the way of health, by the thresholds before; then the thresholds. */
void tx_cause_band(const tx_reasoner *reasoner, const tx_pair *rows, tx_chain *chain) {
  const triax_comparison *comparison = reasoner->comparison;
  const tx_score_pair *pair = &reasoner->scores[0];
  const tx_split *split = &pair->split;
  triax_text now = tx_side_text(comparison->sides[0].band, rows->row[0]);
  triax_text to = tx_side_text(comparison->sides[1].band, rows->row[1]);
  if (!pair->splitter) {
    tx_chain_add(chain, TX_CAUSE_RULE, now, to);
    return;
  }
  if (split->known[0] != split->known[1]) {
    int factor = split->flip == TX_SPLIT_FACTORS ? TX_SPLIT_RULE : split->flip;
    tx_writer writer = tx_link_writer(tx_chain_add(chain, cause_of(reasoner, factor), now, to));
    write_coverage(pair, rows, &writer);
    return;
  }
  int64_t health = split->health[0];
  for (int factor = 0; split->known[0] && pair->sides[0]->model->band_count && factor < TX_SPLIT_FACTORS; factor++) {
    int64_t next = health + split->amount[factor];
    triax_text band = band_of(pair->sides[0]->model, next);
    if (split->amount[factor] && !tx_same_text(band, now)) {
      tx_writer writer = tx_link_writer(tx_chain_add(chain, cause_of(reasoner, factor), now, band));
      write_health(&writer, health, next);
      now = band;
    }
    health = next;
  }
  if (tx_same_text(now, to)) return;
  tx_writer writer = tx_link_writer(tx_chain_add(chain, TX_CAUSE_RULE, now, to));
  tx_write_c(&writer, "bands begin elsewhere");
}
