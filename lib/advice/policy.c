/* What a policy tells by itself, without any data: capacities, stages, and tests that shadow each other. */
#include <string.h>

#include "advice/advise.h"
#include "base/text.h"

/* --- T107: the same capacity for every segment --- */

static void advise_capacity(const tx_advice *advice) {
  const triax_policy *policy = advice->policy;
  const tx_policy_allocation *allocation = &policy->allocation;
  if (!tx_advice_wanted(advice, "T107") || !allocation->given || !allocation->accounts_given) return;
  double first = 0;
  size_t owned = 0;
  for (size_t s = 0; s < policy->segmentation.model.top_count; s++) {
    if (allocation->unowned[s]) continue;
    if (owned++ && allocation->accounts[s] != first) return;
    first = allocation->accounts[s];
  }
  if (owned < 2) return;
  tx_finding finding = tx_advice_at_path(advice, "T107", "allocation.capacity.accounts",
                                         "segments exist because their customers need different amounts of time");
  tx_report_add(advice->report, &finding, "every segment has the same number of accounts a CSM");
}

/* --- T109: churn at a stage at which too little has happened to learn from --- */

static const char *stage_word(int stage) { return stage == TX_STAGE_STARTUP ? "startup" : "growth"; }

static void advise_calibration(const tx_advice *advice) {
  const triax_policy *policy = advice->policy;
  bool early = policy->stage == TX_STAGE_STARTUP || policy->stage == TX_STAGE_GROWTH;
  if (!tx_advice_wanted(advice, "T109") || !early || advice->outcomes) return; /* with outcomes that is said of them */
  if (!policy->has_health || !policy->health.model.calibration_count) return;
  tx_finding finding = tx_advice_at_path(advice, "T109", "health.calibration",
                                         "weigh health by judgement until the company is scaling");
  tx_report_add(advice->report, &finding,
                "chances of churn are taken from history at stage '%s', where there is too little of it",
                stage_word(policy->stage));
}

/* --- T110: renewals left to CSMs at stage startup --- */

static bool says_renewal(triax_text text) {
  static const char word[] = "renewal";
  for (size_t i = 0; i + sizeof word - 1 <= text.length; i++) {
    size_t k = 0;
    while (k < sizeof word - 1 && (text.bytes[i + k] | 0x20) == word[k]) k++;
    if (k == sizeof word - 1) return true;
  }
  return false;
}

/* A CSM does it where a segment's service, or a task to CSMs, is about renewals. Freezes and tests by the renewal's date
 * are none: they keep CSMs from being changed. */
static void advise_renewals(const tx_advice *advice) {
  static const char hint[] = "let founders or sales renew until prices and contracts have settled";
  const triax_policy *policy = advice->policy;
  if (!tx_advice_wanted(advice, "T110") || policy->stage != TX_STAGE_STARTUP) return;
  for (size_t s = 0; s < policy->segmentation.model.top_count; s++) {
    const tx_policy_segment *segment = &policy->segmentation.segments[s];
    for (size_t k = 0; k < segment->service_count; k++) {
      if (!says_renewal(segment->services[k])) continue;
      tx_finding finding = tx_advice_at_segment(advice, "T110", s, hint);
      tx_report_add(advice->report, &finding, "at stage 'startup' the service '%.*s' leaves renewals to CSMs",
                    (int)segment->services[k].length, segment->services[k].bytes);
      return;
    }
  }
  for (size_t p = 0; p < policy->plays.count; p++) {
    const tx_policy_play *play = &policy->plays.plays[p];
    if (play->to != TX_TO_CSM || play->when == TX_NO_INPUT || !says_renewal(play->name)) continue;
    tx_finding finding = tx_advice_at_expr("T110", &policy->plays.inputs.items[play->when], hint);
    tx_report_add(advice->report, &finding, "at stage 'startup' the play '%.*s' leaves renewals to CSMs",
                  (int)play->name.length, play->name.bytes);
    return;
  }
}

/* --- T113: an at_least that an earlier one of its level takes everybody from --- */

static void advise_shadowed(const tx_advice *advice) {
  const tx_segmentation_model *model = &advice->policy->segmentation.model;
  if (!tx_advice_wanted(advice, "T113")) return;
  for (size_t s = 0; s < model->count; s++) {
    const tx_segment *segment = &model->segments[s];
    size_t above = segment->parent == TX_NO_SEGMENT ? 0 : model->segments[segment->parent].first;
    for (; segment->test == TX_TEST_AT_LEAST && above < s; above++) {
      const tx_segment *other = &model->segments[above];
      if (other->parent != segment->parent || other->test != TX_TEST_AT_LEAST) continue;
      if (other->at_least > segment->at_least) continue;
      tx_finding finding = tx_advice_at_segment(advice, "T113", s, "put the higher threshold first");
      tx_report_add(advice->report, &finding, "nobody can come to '%.*s': '%.*s' above takes whoever reaches it",
                    (int)segment->path.length, segment->path.bytes, (int)other->path.length, other->path.bytes);
      break;
    }
  }
}

void tx_advise_policy(const tx_advice *advice) {
  advise_capacity(advice);
  advise_calibration(advice);
  advise_renewals(advice);
  advise_shadowed(advice);
}
