/* health and scores: metrics, groups, limits, bands. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "policy/reader.h"

/* The two values of a pair such as [0.5, 40]; false after saying so where it is none. */
static bool find_pair(tx_reader *reader, uint32_t node, uint32_t pair[2], const char *example) {
  if (!tx_read_list(reader, node)) return false;
  if (tx_read_count(reader, node) != 2) {
    tx_read_fault(reader, node, example, "expected two numbers here, found %zu", tx_read_count(reader, node));
    return false;
  }
  pair[0] = tx_read_first(reader, node);
  pair[1] = tx_read_next(reader, pair[0]);
  return true;
}

static void read_knots(tx_reader *reader, uint32_t node, tx_health_metric *metric) {
  size_t count = tx_read_count(reader, node);
  double *knots = tx_read_alloc(reader, count, sizeof *knots), *points = tx_read_alloc(reader, count, sizeof *points);
  if (!knots || !points) return;
  if (count == 0) tx_read_fault(reader, node, "for example [[0, 0], [1, 100]]", "a scale has no knots");
  size_t i = 0;
  for (uint32_t knot = tx_read_first(reader, node); knot != TX_NO_NODE; knot = tx_read_next(reader, knot)) {
    uint32_t pair[2];
    if (!find_pair(reader, knot, pair, "for example [0.5, 40]")) continue;
    knots[i] = tx_read_number(reader, pair[0], -INFINITY, INFINITY, NAN); /* told already, where it is none */
    points[i] = tx_read_number(reader, pair[1], 0, 100, 0);
    if (i && knots[i] <= knots[i - 1]) {
      tx_read_fault(reader, knot, NULL, "the knots of a scale must rise: this one is not above the one before");
    }
    i++;
  }
  metric->knots = knots;
  metric->points = points;
  metric->knot_count = i;
}

static void read_categories(tx_reader *reader, uint32_t node, tx_health_metric *metric) {
  tx_health_category *categories = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *categories);
  if (!categories || !tx_read_map(reader, node, NULL)) return;
  if (tx_read_count(reader, node) == 0) tx_read_fault(reader, node, NULL, "a scale has no categories");
  metric->categories = categories;
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    categories[metric->category_count++] =
        (tx_health_category){tx_read_key(reader, child), tx_read_number(reader, child, 0, 100, 0)};
  }
}

static void read_scale(tx_reader *reader, uint32_t node, tx_health_metric *metric) {
  if (reader->document->nodes[node].kind == TRIAX_KIND_MAP) {
    read_categories(reader, node, metric);
  } else if (tx_read_list(reader, node)) {
    read_knots(reader, node, metric);
  }
}

static void read_stale(tx_reader *reader, uint32_t node, tx_policy_score *score, tx_health_metric *metric) {
  static const char *const keys[] = {"since", "after", "fade", NULL};
  metric->since = TX_NO_INPUT;
  if (node == TX_NO_NODE || !tx_read_map(reader, node, keys)) return;
  uint32_t since = tx_read_child(reader, node, "since"), after = tx_read_child(reader, node, "after");
  uint32_t fade = tx_read_child(reader, node, "fade");
  if (since == TX_NO_NODE) tx_read_fault(reader, node, NULL, "'stale' needs 'since': the date of the value");
  metric->since = tx_read_expr(reader, since, &score->inputs, TX_OVER_CUSTOMERS, TX_EXPECT_DATE);
  if (after != TX_NO_NODE) metric->after = tx_read_days(reader, after, 0);
  if (fade != TX_NO_NODE) metric->fade = tx_read_days(reader, fade, 0);
}

/* The number of the group a metric names; groups are known by now. */
static uint32_t find_group(tx_reader *reader, uint32_t metric, const tx_policy_score *score) {
  uint32_t node = tx_read_child(reader, metric, "group");
  if (node == TX_NO_NODE) {
    if (tx_text_equal_c(score->model.groups[0].name, "") || score->model.group_count == 0) return 0;
    tx_read_key_fault(reader, metric, "add group: …", "with 'groups', each metric needs its group");
    return 0;
  }
  triax_text name = tx_read_text(reader, node);
  if (tx_text_equal_c(score->model.groups[0].name, "")) return 0; /* without `groups` a metric's group is a mere note */
  triax_text names[64];
  size_t count = score->model.group_count < 64 ? score->model.group_count : 64;
  for (size_t i = 0; i < score->model.group_count; i++) {
    if (i < count) names[i] = score->model.groups[i].name;
    if (tx_text_equal(name, score->model.groups[i].name)) return (uint32_t)i;
  }
  char hint[160];
  tx_read_fault(reader, node, tx_read_hint(name, names, count, hint), "there is no group '%.*s'", (int)name.length,
                name.bytes);
  return 0;
}

static void read_metric(tx_reader *reader, uint32_t node, tx_policy_score *score, tx_health_metric *metric) {
  static const char *const keys[] = {"group", "value", "scale", "weight", "stale", "applies_when", "missing", NULL};
  metric->name = tx_read_key(reader, node);
  metric->value = metric->applies = metric->since = TX_NO_INPUT;
  metric->weight = 1;
  metric->missing = NAN;
  if (!tx_read_map(reader, node, keys)) return;
  uint32_t value = tx_read_child(reader, node, "value"), scale = tx_read_child(reader, node, "scale");
  uint32_t weight = tx_read_child(reader, node, "weight"), missing = tx_read_child(reader, node, "missing");
  metric->group = find_group(reader, node, score);
  if (value == TX_NO_NODE) tx_read_key_fault(reader, node, NULL, "the metric has no 'value'");
  if (scale == TX_NO_NODE) {
    tx_read_key_fault(reader, node, "for example scale: [[0, 0], [1, 100]]", "the metric has no 'scale'");
  } else {
    read_scale(reader, scale, metric);
  }
  metric->value = tx_read_expr(reader, value, &score->inputs, TX_OVER_CUSTOMERS,
                               metric->categories ? TX_EXPECT_CATEGORY : TX_EXPECT_NUMBER);
  metric->applies = tx_read_expr(reader, tx_read_child(reader, node, "applies_when"), &score->inputs, TX_OVER_CUSTOMERS,
                                 TX_EXPECT_TRUTH);
  if (weight != TX_NO_NODE) metric->weight = tx_read_number(reader, weight, 0, 1e9, 1);
  if (missing != TX_NO_NODE && !tx_text_equal_c(reader->document->nodes[missing].text, "reweight")) {
    metric->missing = tx_read_number(reader, missing, 0, 100, NAN);
  }
  read_stale(reader, tx_read_child(reader, node, "stale"), score, metric);
}

static void read_groups(tx_reader *reader, uint32_t node, tx_policy_score *score) {
  size_t count = node == TX_NO_NODE ? 0 : tx_read_count(reader, node);
  tx_health_group *groups = tx_read_alloc(reader, count, sizeof *groups);
  if (!groups) return;
  score->model.groups = groups;
  if (node != TX_NO_NODE && tx_read_map(reader, node, NULL)) {
    for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
      groups[score->model.group_count++] =
          (tx_health_group){tx_read_key(reader, child), tx_read_share(reader, child, 1e9, 1)};
    }
  }
  if (score->model.group_count == 0) {
    groups[0] = (tx_health_group){TX_TEXT(""), 1};
    score->model.group_count = 1;
  }
}

static void read_limits(tx_reader *reader, uint32_t node, tx_policy_score *score) {
  static const char *const keys[] = {"when", "at_most", "at_least", "why", NULL};
  if (node == TX_NO_NODE || !tx_read_list(reader, node)) return;
  tx_health_limit *limits = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *limits);
  if (!limits) return;
  score->model.limits = limits;
  for (uint32_t item = tx_read_first(reader, node); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    tx_health_limit *limit = &limits[score->model.limit_count++];
    *limit = (tx_health_limit){TX_NO_INPUT, NAN, NAN, TX_TEXT("")};
    if (!tx_read_map(reader, item, keys)) continue;
    uint32_t when = tx_read_child(reader, item, "when"), most = tx_read_child(reader, item, "at_most");
    uint32_t least = tx_read_child(reader, item, "at_least"), why = tx_read_child(reader, item, "why");
    if (when == TX_NO_NODE) tx_read_fault(reader, item, NULL, "a limit needs 'when'");
    if (most == TX_NO_NODE && least == TX_NO_NODE) {
      tx_read_fault(reader, item, "for example at_most: 40", "a limit needs 'at_most' or 'at_least'");
    }
    limit->when = tx_read_expr(reader, when, &score->inputs, TX_OVER_CUSTOMERS, TX_EXPECT_TRUTH);
    if (most != TX_NO_NODE) limit->at_most = tx_read_number(reader, most, 0, 100, NAN);
    if (least != TX_NO_NODE) limit->at_least = tx_read_number(reader, least, 0, 100, NAN);
    if (limit->at_least > limit->at_most) {
      tx_read_fault(reader, least, NULL, "the lower bound is above the upper one: no health is within both");
    }
    if (why != TX_NO_NODE) limit->why = tx_read_text(reader, why);
    else if (limit->when != TX_NO_INPUT) limit->why = score->inputs.items[limit->when].source;
  }
}

/* Health and coverage are rounded to ten decimals, and so is what they meet: 1/3 reaches 0.3333333333333333. */
static double tidy(double value) { return round(value * 1e10) / 1e10; }

static void sort_bands(tx_health_band *bands, size_t count) {
  for (size_t i = 1; i < count; i++) {
    tx_health_band band = bands[i];
    size_t j = i;
    for (; j && bands[j - 1].threshold > band.threshold; j--) bands[j] = bands[j - 1];
    bands[j] = band;
  }
}

static void read_bands(tx_reader *reader, uint32_t node, tx_policy_score *score) {
  if (node == TX_NO_NODE || !tx_read_map(reader, node, NULL)) return;
  tx_health_band *bands = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *bands);
  if (!bands) return;
  score->model.bands = bands;
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    tx_health_band band = {tx_read_key(reader, child), tidy(tx_read_number(reader, child, 0, 100, 0))};
    if (tx_text_equal_c(band.name, "unknown")) {
      tx_read_key_fault(reader, child, NULL, "'unknown' is the band of customers whose health is missing");
    }
    for (size_t i = 0; i < score->model.band_count; i++) {
      if (bands[i].threshold == band.threshold) {
        tx_read_fault(reader, child, NULL, "two bands begin at the same number");
      }
    }
    bands[score->model.band_count++] = band;
  }
  uint32_t beyond = tx_read_beyond(reader, node, 200);
  if (beyond != TX_NO_NODE) tx_read_key_fault(reader, beyond, NULL, "more than 200 bands");
  sort_bands(bands, score->model.band_count);
}

/* Points to the chance of the outcome. Health is worth the more the fewer churn, so its chances fall; those of other
 * scores rise. */
static void read_calibration(tx_reader *reader, uint32_t node, tx_policy_score *score) {
  static const char example[] = "for example [[0, 60%], [100, 1%]]";
  if (node == TX_NO_NODE || !tx_read_list(reader, node)) return;
  size_t count = tx_read_count(reader, node), i = 0;
  bool falls = score == &reader->policy->health;
  double *points = tx_read_alloc(reader, count, sizeof *points), *chance = tx_read_alloc(reader, count, sizeof *chance);
  if (!points || !chance) return;
  if (count == 0) tx_read_fault(reader, node, example, "a calibration has no knots");
  for (uint32_t knot = tx_read_first(reader, node); knot != TX_NO_NODE; knot = tx_read_next(reader, knot)) {
    uint32_t pair[2];
    if (!find_pair(reader, knot, pair, "for example [50, 20%]")) continue;
    points[i] = tx_read_number(reader, pair[0], 0, 100, 0);
    chance[i] = tx_read_share(reader, pair[1], 1, i ? chance[i - 1] : 0);
    if (i && points[i] <= points[i - 1]) {
      tx_read_fault(reader, knot, NULL, "the points of a calibration must rise: these are not above the ones before");
    } else if (i && (falls ? chance[i] > chance[i - 1] : chance[i] < chance[i - 1])) {
      tx_read_fault(reader, pair[1], NULL,
                    falls ? "the chance of churn must not rise with health: this one is above the one before"
                          : "the chance of the outcome must not fall with the score: this one is below the one before");
    }
    i++;
  }
  score->model.calibration = points;
  score->model.probability = chance;
  score->model.calibration_count = i;
}

/* Whether any metric counts. What is at fault otherwise is not judged. */
static bool weighs(const tx_health_model *model) {
  bool any = model->metric_count == 0;
  for (size_t m = 0; m < model->metric_count; m++) {
    const tx_health_metric *metric = &model->metrics[m];
    any = any || metric->group >= model->group_count || metric->weight * model->groups[metric->group].weight > 0;
  }
  return any;
}

void tx_read_score(tx_reader *reader, uint32_t node, triax_text name, tx_policy_score *score) {
  static const char *const keys[] = {"metrics", "groups", "missing",     "min_coverage",
                                     "limits",  "bands",  "calibration", NULL};
  score->model.name = name;
  if (!tx_read_map(reader, node, keys)) return;
  uint32_t metrics = tx_read_child(reader, node, "metrics"), missing = tx_read_child(reader, node, "missing");
  uint32_t coverage = tx_read_child(reader, node, "min_coverage");
  read_groups(reader, tx_read_child(reader, node, "groups"), score);
  if (!score->model.groups) return;
  if (metrics == TX_NO_NODE) {
    tx_read_key_fault(reader, node, NULL, "a score needs 'metrics'");
  } else if (tx_read_map(reader, metrics, NULL)) {
    size_t count = tx_read_count(reader, metrics);
    if (count == 0 || count > 1000) tx_read_fault(reader, metrics, NULL, "1 to 1,000 metrics are wanted");
    tx_health_metric *list = tx_read_alloc(reader, count, sizeof *list);
    score->model.metrics = list;
    for (uint32_t child = list && count <= 1000 ? tx_read_first(reader, metrics) : TX_NO_NODE; child != TX_NO_NODE;
         child = tx_read_next(reader, child)) {
      read_metric(reader, child, score, &list[score->model.metric_count++]);
    }
  }
  if (metrics != TX_NO_NODE && !weighs(&score->model)) {
    tx_read_fault(reader, metrics, "give a metric, and its group, a weight above 0", "nothing weighs anything: nobody "
                                                                                     "would have a score");
  }
  if (missing != TX_NO_NODE) {
    static const char *const words[] = {"reweight", NULL};
    tx_read_word(reader, missing, words);
  }
  if (coverage != TX_NO_NODE) score->model.min_coverage = tidy(tx_read_share(reader, coverage, 1, 0));
  read_limits(reader, tx_read_child(reader, node, "limits"), score);
  read_bands(reader, tx_read_child(reader, node, "bands"), score);
  read_calibration(reader, tx_read_child(reader, node, "calibration"), score);
  score->model.input_count = score->inputs.count;
}

/* NAME_probability. */
static bool name_probability(tx_reader *reader, triax_text name, triax_text *probability) {
  static const char tail[] = "_probability";
  char *bytes = tx_read_alloc(reader, name.length + sizeof tail, 1);
  if (!bytes) return false;
  memcpy(bytes, name.bytes, name.length);
  memcpy(bytes + name.length, tail, sizeof tail);
  *probability = (triax_text){bytes, name.length + sizeof tail - 1};
  return true;
}

/* A score is a column of the table of customers, whose names are distinct. */
static void check_score_name(tx_reader *reader, uint32_t node) {
  static const char *const taken[] = {
      "key",       "segment",   "touch",   "pool",         "csm",         "health",       "band",
      "coverage",  "hours",     "touches", "next_touch",   "why",         "allocation",   "in_the_way",
      "placed_by", "uncertain", "held",    "health_trend", "health_drop", "health_level", "churn_probability"};
  const triax_policy *policy = reader->policy;
  triax_text name = tx_read_key(reader, node);
  bool is_taken = false;
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) is_taken = is_taken || tx_text_equal_c(name, taken[i]);
  for (size_t s = 0; s < policy->score_count; s++) {
    bool chances = policy->scores[s].model.calibration_count > 0;
    is_taken = is_taken || (chances && tx_text_equal(name, policy->scores[s].probability));
  }
  if (is_taken) {
    tx_read_key_fault(reader, node, "call the score otherwise", "'%.*s' is a column of the table of customers already",
                      (int)name.length, name.bytes);
  }
}

void tx_read_scores(tx_reader *reader, uint32_t node) {
  triax_policy *policy = reader->policy;
  if (node == TX_NO_NODE || !tx_read_map(reader, node, NULL)) return;
  uint32_t beyond = tx_read_beyond(reader, node, TX_POLICY_SCORES);
  if (beyond != TX_NO_NODE) {
    tx_read_key_fault(reader, beyond, NULL, "at most %d scores are computed", TX_POLICY_SCORES);
    return;
  }
  policy->scores = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *policy->scores);
  if (!policy->scores) return;
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    tx_policy_score *score = &policy->scores[policy->score_count];
    if (!name_probability(reader, tx_read_key(reader, child), &score->probability)) return;
    policy->score_count++;
    tx_read_score(reader, child, tx_read_key(reader, child), score);
  }
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    check_score_name(reader, child);
  }
}
