/* What a reader of the plan should know of the data: customers nowhere, values that fit nothing, sections that idle. */
#include "results/notes.h"

#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "base/text.h"
#include "plan/sums.h"

static tx_finding note(const char *path) {
  return (tx_finding){.level = TRIAX_LEVEL_NOTE, .path = path, .width = 1};
}

/* "1,234" is for people; counts here are short. */
static const char *count_text(uint64_t count, char buffer[TX_NUMBER_SIZE]) {
  tx_format_int64((int64_t)count, buffer);
  return buffer;
}

/* "1 account", "2 accounts". */
static const char *things(uint64_t count, const char *one, const char *many) { return count == 1 ? one : many; }

/* Whom a text may mean that is no CSM's key: a CSM of that name, or of a key that is near. Empty: nobody. */
static triax_text meant_csm(const triax_plan *plan, triax_text text, bool *is_name) {
  const tx_column *name = tx_plan_team_column(plan, "name");
  const triax_text *keys = plan->allocation.input.csm_keys;
  *is_name = name && name->type == TRIAX_TYPE_STRING;
  for (size_t csm = 0; *is_name && csm < plan->csms; csm++) {
    if (!tx_column_has(name, csm)) continue;
    if (tx_text_equal(tx_dictionary_text(name->dictionary, tx_column_code(name, csm)), text)) return keys[csm];
  }
  *is_name = false;
  size_t nearest = tx_text_nearest(text, keys, plan->csms);
  return nearest == SIZE_MAX ? TX_TEXT("") : keys[nearest];
}

/* Of the first account whose owner is not in the team, but may be under another word; "" where there is none. */
static void hint_of_orphans(const triax_plan *plan, char *hint, size_t size) {
  const tx_column *owner = tx_table_column(plan->compiled->customers->people.table, plan->compiled->policy->allocation.owner);
  size_t looked = 0;
  *hint = 0;
  for (size_t row = 0; owner && owner->dictionary && row < plan->rows && looked < 100; row++) {
    if (!tx_bit(plan->allocation.orphan, row)) continue;
    triax_text text = tx_dictionary_text(owner->dictionary, tx_column_code(owner, row));
    if (tx_people_find(&plan->compiled->team->people, text) != SIZE_MAX) continue;
    bool is_name;
    triax_text meant = meant_csm(plan, text, &is_name);
    looked++;
    if (!meant.length || meant.length > 60 || text.length > 60) continue;
    snprintf(hint, size, is_name ? "'%.*s' is the name of '%.*s': owners are told by the team's key" : "'%.*s': did you mean '%.*s'?",
             (int)text.length, text.bytes, (int)meant.length, meant.bytes);
    return;
  }
}

/* Accounts that are to be owned and weigh nothing, where others do: any CSM takes any number of them. */
static void note_weightless(const triax_plan *plan, tx_report *report) {
  const tx_allocation_input *input = &plan->allocation.input;
  const tx_segmentation_model *model = &plan->compiled->policy->segmentation.model;
  uint32_t first = TX_NO_SEGMENT;
  uint64_t count = 0;
  if (!plan->compiled->policy->allocation.accounts_given) return;
  for (size_t row = 0; row < plan->rows; row++) {
    if (!tx_bit(input->wanted, row) || input->accounts[row] > 0) continue;
    if (!count++) first = tx_plan_segment(plan, row);
  }
  if (!count) return;
  char number[TX_NUMBER_SIZE];
  triax_text path = model->segments[first].path;
  tx_finding finding = note("allocation.capacity.accounts");
  finding.level = TRIAX_LEVEL_WARNING;
  finding.hint = "give the segment a number of accounts, or name it under 'unowned'";
  tx_report_add(report, &finding, "%s %s nothing: there is no number of accounts for '%.*s'",
                count_text(count, number), things(count, "account weighs", "accounts weigh"),
                (int)path.length, path.bytes);
}

/* Whether the customer earns a point by staying where it is. */
static bool earns_by_staying(const tx_allocation_input *input, size_t row) {
  for (size_t p = 0; p < input->prefer_count; p++) {
    if (input->prefer[p].points > 0 && tx_allocation_earns(input, p, row, input->owner[row])) return true;
  }
  return false;
}

/* Accounts that move where nothing speaks for staying: present owners are named, and then not preferred. */
static void note_restless(const triax_plan *plan, tx_report *report) {
  const tx_allocation_input *input = &plan->allocation.input;
  const tx_policy_allocation *policy = &plan->compiled->policy->allocation;
  uint64_t moved = 0;
  for (size_t row = 0; input->owner && row < plan->rows; row++) {
    if (!tx_bit(input->wanted, row) || input->owner[row] == TX_ALLOCATION_NONE) continue;
    if (earns_by_staying(input, row)) return;
    moved += plan->allocation.result->stands[row] == TX_STANDS_MOVED;
  }
  if (!moved) return;
  char number[TX_NUMBER_SIZE], hint[256];
  triax_text key = plan->compiled->policy->team.key.bytes ? plan->compiled->policy->team.key : TX_TEXT("id");
  snprintf(hint, sizeof hint, "prefer: [{points: 3, when: customer.%.*s == csm.%.*s}] keeps accounts where they are",
           (int)(policy->owner.length < 60 ? policy->owner.length : 60), policy->owner.bytes,
           (int)(key.length < 60 ? key.length : 60), key.bytes);
  tx_finding finding = note("allocation.prefer");
  finding.level = TRIAX_LEVEL_WARNING;
  finding.hint = hint;
  tx_report_add(report, &finding, "%s %s: nothing is earned by staying with the present CSM", count_text(moved, number),
                things(moved, "account moves", "accounts move"));
}

static void note_allocation(const triax_plan *plan, tx_report *report) {
  const tx_allocation_result *result = plan->allocation.result;
  char number[TX_NUMBER_SIZE], hint[256];
  if (plan->allocation.orphans) {
    tx_finding finding = note("allocation.owner");
    hint_of_orphans(plan, hint, sizeof hint);
    finding.hint = hint[0] ? hint : NULL;
    tx_report_add(report, &finding, "%s %s an owner who has left or is not in the team",
                  count_text(plan->allocation.orphans, number),
                  things(plan->allocation.orphans, "account names", "accounts name"));
  }
  for (size_t p = 0; p < plan->allocation.input.pool_count; p++) {
    uint32_t into = result->dissolved[p];
    if (into == TX_ALLOCATION_NONE) continue;
    triax_text name = plan->allocation.input.pools[p].name, other = plan->allocation.input.pools[into].name;
    tx_finding finding = note("allocation.pools");
    tx_report_add(report, &finding, "the pool '%.*s' is too small to specialise: %s%.*s", (int)name.length, name.bytes,
                  into == p ? "nobody takes its customers" : "its customers go to ", into == p ? 0 : (int)other.length,
                  other.bytes);
  }
  note_weightless(plan, report);
  note_restless(plan, report);
  if (result->missing_need) {
    tx_finding finding = note("allocation.capacity");
    tx_report_add(report, &finding, "%s %s no value for a further cap: that counts as nothing",
                  count_text(result->missing_need, number), things(result->missing_need, "account has", "accounts have"));
  }
}

static void note_segments(const triax_plan *plan, tx_report *report) {
  const tx_segmentation_result *result = &plan->segmentation.result;
  char number[TX_NUMBER_SIZE];
  const uint64_t nowhere = plan->sums->customers[plan->sums->count - 1];
  if (nowhere) {
    tx_finding finding = note("segmentation");
    finding.level = TRIAX_LEVEL_WARNING;
    tx_report_add(report, &finding, "%s %s in no segment: no test holds and no segment takes the rest",
                  count_text(nowhere, number), things(nowhere, "customer is", "customers are"));
  }
  if (result->unmatched_override) {
    tx_finding finding = note("segmentation.override");
    finding.level = TRIAX_LEVEL_WARNING;
    tx_report_add(report, &finding, "%s %s no segment of the policy",
                  count_text(result->unmatched_override, number),
                  things(result->unmatched_override, "override names", "overrides name"));
  }
}

/* Values that a score could not take, and health that no band names. */
static void note_score(const tx_plan_score *score, const char *section, tx_report *report) {
  const tx_health_model *model = score->model;
  char number[TX_NUMBER_SIZE], path[TRIAX_PATH_SIZE];
  if (!model) return;
  for (size_t m = 0; m < model->metric_count; m++) {
    const uint64_t odd = score->uncategorised[m];
    if (!odd) continue;
    triax_text name = model->metrics[m].name;
    snprintf(path, sizeof path, "%s.metrics.%.*s.scale", section, (int)(name.length < 100 ? name.length : 100), name.bytes);
    tx_finding finding = note(path);
    tx_report_add(report, &finding, "%s %s not among its categories: there the metric is missing",
                  count_text(odd, number), things(odd, "value is", "values are"));
  }
  const uint64_t below = model->band_count ? score->bands[model->band_count] - score->missing : 0;
  if (!below) return;
  snprintf(path, sizeof path, "%s.bands", section);
  tx_finding finding = note(path);
  finding.level = TRIAX_LEVEL_WARNING;
  finding.hint = "let the lowest band begin at 0";
  tx_report_add(report, &finding, "%s %s below the lowest band, and so in none", count_text(below, number),
                things(below, "customer is", "customers are"));
}

static void note_scores(const triax_plan *plan, tx_report *report) {
  const triax_policy *policy = plan->compiled->policy;
  note_score(&plan->health, "health", report);
  for (size_t s = 0; s < policy->score_count; s++) {
    triax_text name = policy->scores[s].model.name;
    char section[128];
    snprintf(section, sizeof section, "scores.%.*s", (int)(name.length < 100 ? name.length : 100), name.bytes);
    note_score(&plan->scores[s], section, report);
  }
}

/* CSMs who are here, of whom a number is missing that the books go by. */
static void note_csms(const triax_plan *plan, const double *numbers, const char *path, const char *what,
                      const char *then, tx_report *report) {
  const uint64_t *here = plan->allocation.input.here;
  char number[TX_NUMBER_SIZE];
  uint64_t missing = 0;
  for (size_t csm = 0; numbers && csm < plan->csms; csm++) {
    missing += isnan(numbers[csm]) && (!here || tx_bit(here, csm));
  }
  if (!missing) return;
  tx_finding finding = note(path);
  finding.level = TRIAX_LEVEL_WARNING;
  tx_report_add(report, &finding, "%s of %s %s: %s", what, count_text(missing, number),
                things(missing, "CSM is missing", "CSMs is missing"), then);
}

static void note_team(const triax_plan *plan, tx_report *report) {
  if (plan->allocation.given) {
    note_csms(plan, plan->allocation.input.fte, "allocation.capacity.fte", "the full-time share",
              "they take no account", report);
  }
  if (plan->attention.given) {
    note_csms(plan, plan->attention.input.hours, "attention.hours", "the weekly time", "they have no hours", report);
  }
}

/* Sections that need another which is not there. */
static void note_idle(const triax_plan *plan, tx_report *report) {
  const triax_policy *policy = plan->compiled->policy;
  if (policy->attention.given && !policy->allocation.given) {
    tx_finding finding = note("attention");
    finding.level = TRIAX_LEVEL_WARNING;
    tx_report_add(report, &finding, "hours are shared over books: without 'allocation' nobody gets any");
  }
  const tx_segmentation_model *segmentation = &policy->segmentation.model;
  if ((segmentation->margin > 0 || segmentation->dwell > 0) && !policy->segmentation.previous.bytes) {
    tx_finding finding = note("segmentation.hold");
    finding.level = TRIAX_LEVEL_WARNING;
    finding.hint = "for example previous: segment";
    tx_report_add(report, &finding, "nobody is held without 'previous', the column with the present segment");
  }
  bool forecasts = policy->forecast.given; /* which may be all that the capacity is for */
  if (policy->allocation.given && !plan->compiled->team && !forecasts) {
    tx_finding finding = note("allocation");
    tx_report_add(report, &finding, "without a team nobody is owned");
  }
}

void tx_plan_notes(const triax_plan *plan, tx_report *report) {
  note_segments(plan, report);
  if (plan->allocation.given) note_allocation(plan, report);
  note_team(plan, report);
  note_scores(plan, report);
  if (plan->forecast.given) tx_note_forecast(plan, report);
  note_idle(plan, report);
}
