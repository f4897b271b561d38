/* Why an owner, or hours, differ. Books are made for all accounts at once: what an account's own facts do not explain
 * was moved by the team, or by what changed for others. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "compare/causes.h"
#include "results/tables.h"

static void write_number(tx_writer *writer, double value) {
  char text[TX_NUMBER_SIZE];
  tx_write(writer, (triax_text){text, tx_format_double(value, text)});
}

static bool same_number(double a, double b) { return !tx_numbers_differ(a, b); }

/* --- what decides between two CSMs --- */

/* A CSM as one plan sees it for one account. */
typedef struct csm_view {
  bool in_team, here, able; /* able: by pool, role, eligibility */
  int way;
  double points, fte;
} csm_view;

/* What an account brings to the allocation. */
typedef struct account_view {
  bool wanted, frozen;
  double accounts, value;
  triax_text owner, segment;
} account_view;

static csm_view view_csm(const triax_plan *plan, size_t row, triax_text key) {
  csm_view view = {false, false, false, TX_WAY_AWAY, NAN, NAN};
  if (!key.bytes || !plan->compiled->team || !plan->allocation.result) return view;
  size_t csm = tx_people_find(&plan->compiled->team->people, key);
  if (csm == SIZE_MAX) return view;
  tx_allocation_why why;
  tx_allocation_why_not(&plan->allocation.input, plan->allocation.result, row, (uint32_t)csm, &why);
  view.in_team = true;
  view.here = !plan->allocation.input.here || tx_bit(plan->allocation.input.here, csm);
  view.way = why.way;
  view.points = why.points;
  view.fte = plan->allocation.input.fte ? plan->allocation.input.fte[csm] : 1;
  view.able = why.way == TX_WAY_NONE || why.way >= TX_WAY_FULL;
  return view;
}

static account_view view_account(const triax_comparison *comparison, int side, size_t row) {
  const triax_plan *plan = comparison->plans[side];
  const tx_allocation_input *input = &plan->allocation.input;
  account_view view = {.segment = tx_side_text(comparison->sides[side].segment, row), .value = NAN};
  view.wanted = tx_bit(input->wanted, row);
  view.frozen = input->frozen && tx_bit(input->frozen, row);
  view.accounts = input->accounts[row];
  if (input->value) view.value = input->value[row];
  if (input->owner && input->owner[row] != TX_ALLOCATION_NONE) view.owner = input->csm_keys[input->owner[row]];
  return view;
}

/* "m1 is full": what stands between an account and a CSM. */
static void write_way(tx_writer *writer, triax_text key, const csm_view *view) {
  tx_write(writer, key);
  tx_write_c(writer, " ");
  tx_write(writer, tx_word_why_not(view->way));
}

/* An account's own fact that differs, in words; false: all are the same. */
static bool write_fact(const account_view *a, const account_view *b, const csm_view olds[2], const csm_view news[2],
                       triax_text from, triax_text to, tx_writer *writer) {
  if (a->wanted != b->wanted) tx_write_c(writer, b->wanted ? "is to have an owner now" : "is to have no owner now");
  else if (!tx_same_text(a->owner, b->owner)) {
    tx_write_c(writer, "present owner ");
    tx_write(writer, a->owner.bytes ? a->owner : TX_TEXT("none"));
    tx_write_c(writer, " -> ");
    tx_write(writer, b->owner.bytes ? b->owner : TX_TEXT("none"));
  } else if (a->frozen != b->frozen) {
    tx_write_c(writer, b->frozen ? "is frozen now" : "is frozen no more");
  } else if (from.bytes && olds[0].here && olds[1].here && olds[0].able != olds[1].able) {
    write_way(writer, from, &olds[1]);
  } else if (to.bytes && news[0].here && news[1].here && news[0].able != news[1].able) {
    write_way(writer, to, &news[0]);
    tx_write_c(writer, " before");
  } else if (from.bytes && !same_number(olds[0].points, olds[1].points)) {
    tx_write_c(writer, "points with ");
    tx_write(writer, from);
    tx_write_c(writer, " ");
    write_number(writer, olds[0].points);
    tx_write_c(writer, " -> ");
    write_number(writer, olds[1].points);
  } else if (to.bytes && news[0].here && !same_number(news[0].points, news[1].points)) {
    tx_write_c(writer, "points with ");
    tx_write(writer, to);
    tx_write_c(writer, " ");
    write_number(writer, news[0].points);
    tx_write_c(writer, " -> ");
    write_number(writer, news[1].points);
  } else if (!same_number(a->accounts, b->accounts)) {
    tx_write_c(writer, "accounts of a full-time CSM ");
    write_number(writer, a->accounts);
    tx_write_c(writer, " -> ");
    write_number(writer, b->accounts);
  } else if (!same_number(a->value, b->value)) {
    tx_write_c(writer, "value ");
    write_number(writer, a->value);
    tx_write_c(writer, " -> ");
    write_number(writer, b->value);
  } else {
    return false;
  }
  return true;
}

/* A CSM who left, came, or works more or less. */
static bool write_team(const csm_view olds[2], const csm_view news[2], triax_text from, triax_text to,
                       tx_writer *writer) {
  if (from.bytes && !(olds[1].in_team && olds[1].here)) {
    tx_write(writer, from);
    tx_write_c(writer, olds[1].in_team ? " is not here on the day" : " is in the team no more");
  } else if (to.bytes && !(news[0].in_team && news[0].here)) {
    tx_write(writer, to);
    tx_write_c(writer, news[0].in_team ? " was not here before" : " is new in the team");
  } else if (from.bytes && !same_number(olds[0].fte, olds[1].fte)) {
    tx_write(writer, from);
    tx_write_c(writer, " works otherwise");
  } else if (to.bytes && !same_number(news[0].fte, news[1].fte)) {
    tx_write(writer, to);
    tx_write_c(writer, " works otherwise");
  } else {
    return false;
  }
  return true;
}

/* What stands between the account and its CSM of before, now; or what left it without one. */
static void write_others(const triax_comparison *comparison, const tx_pair *rows, triax_text from, triax_text to,
                         const csm_view *old, tx_writer *writer) {
  const tx_allocation_result *result = comparison->plans[1]->allocation.result;
  if (!to.bytes && result->stands[rows->row[1]] == TX_STANDS_UNCOVERED) {
    tx_write_c(writer, "uncovered: ");
    tx_write(writer, tx_word_uncovered(result->way[rows->row[1]]));
  } else if (from.bytes && old->in_team && old->way != TX_WAY_NONE) {
    write_way(writer, from, old);
  } else if (!from.bytes) {
    tx_write_c(writer, "there is room now");
  }
}

/* Against the present books: what stands between the account and its present owner. */
static void find_from_present(const triax_comparison *comparison, const tx_pair *rows, triax_text from, triax_text to,
                              tx_chain *chain) {
  const triax_plan *plan = comparison->plans[1];
  csm_view old = view_csm(plan, rows->row[1], from);
  bool wanted = tx_bit(plan->allocation.input.wanted, rows->row[1]);
  bool gone = from.bytes && !(old.in_team && old.here);
  tx_writer writer = tx_link_writer(tx_chain_add(chain, gone ? TX_CAUSE_TEAM : TX_CAUSE_RULE, from, to));
  if (gone) {
    tx_write(&writer, from);
    tx_write_c(&writer, old.in_team ? " is not here on the day" : " is not in the team");
  } else if (!wanted) {
    tx_write_c(&writer, "is to have no owner");
  } else if (!from.bytes) {
    tx_write_c(&writer, "has no owner at present");
  } else {
    write_others(comparison, rows, from, to, &old, &writer);
  }
}

/* Whether nothing that the freeze reads differs but the day. */
static triax_status is_by_day(const tx_reasoner *reasoner, const tx_pair *rows, bool *by_day, triax_error *error) {
  const triax_plan *const *plans = (const triax_plan *const *)reasoner->comparison->plans;
  const tx_stage *stage = reasoner->pools->stage;
  const uint32_t freeze = plans[0]->compiled->policy->allocation.freeze;
  triax_status status = tx_mix_load(reasoner->pools, rows->row[0], rows->row[1], error);
  *by_day = plans[0]->as_of != plans[1]->as_of;
  for (size_t r = 0; status == TRIAX_OK && r < stage->read_count[freeze]; r++) {
    if (tx_mix_differs(reasoner->pools, stage->reads[freeze][r])) *by_day = false;
  }
  return status;
}

/* The cause of a fact of the account's own: its segment, its data, the day, or the rule. */
static triax_status cause_of_fact(const tx_reasoner *reasoner, const tx_pair *rows, const account_view *a,
                                  const account_view *b, int *cause, triax_error *error) {
  bool by_day = false;
  triax_status status = TRIAX_OK;
  if (!tx_same_text(a->segment, b->segment)) {
    *cause = TX_CAUSE_SEGMENT;
  } else if (!reasoner->comparison->same_policy) {
    *cause = TX_CAUSE_RULE;
  } else {
    if (a->frozen != b->frozen && tx_same_text(a->owner, b->owner)) status = is_by_day(reasoner, rows, &by_day, error);
    *cause = by_day ? TX_CAUSE_TIME : TX_CAUSE_DATA;
  }
  return status;
}

triax_status tx_cause_csm(const tx_reasoner *reasoner, const tx_pair *rows, tx_chain *chain, triax_error *error) {
  const triax_comparison *comparison = reasoner->comparison;
  triax_text from = tx_side_text(comparison->sides[0].csm, rows->row[0]);
  triax_text to = tx_side_text(comparison->sides[1].csm, rows->row[1]);
  if (!comparison->plans[0]) {
    find_from_present(comparison, rows, from, to, chain);
    return TRIAX_OK;
  }
  csm_view olds[2], news[2];
  account_view views[2];
  for (int side = 0; side < 2; side++) {
    olds[side] = view_csm(comparison->plans[side], rows->row[side], from);
    news[side] = view_csm(comparison->plans[side], rows->row[side], to);
    views[side] = view_account(comparison, side, rows->row[side]);
  }
  tx_link *link = tx_chain_add(chain, TX_CAUSE_TEAM, from, to);
  tx_writer writer = tx_link_writer(link);
  bool gone = from.bytes && !(olds[1].in_team && olds[1].here);
  if (gone && write_team(olds, news, from, to, &writer)) return TRIAX_OK;
  if (write_fact(&views[0], &views[1], olds, news, from, to, &writer)) {
    return cause_of_fact(reasoner, rows, &views[0], &views[1], &link->cause, error);
  }
  if (write_team(olds, news, from, to, &writer)) return TRIAX_OK;
  link->cause = TX_CAUSE_OTHERS;
  write_others(comparison, rows, from, to, &olds[1], &writer);
  return TRIAX_OK;
}

/* --- hours --- */

static void write_move(tx_writer *writer, const char *what, double from, double to) {
  if (writer->length) tx_write_c(writer, ", ");
  tx_write_c(writer, what);
  tx_write_c(writer, " ");
  write_number(writer, from);
  tx_write_c(writer, " -> ");
  write_number(writer, to);
}

/* The account's own weight or limits; false: they are the same. */
static bool write_share(const triax_comparison *comparison, const tx_pair *rows, tx_writer *writer, bool *weight) {
  static const char *const names[] = {"weight", "least hours", "most hours"};
  const tx_attention_input *one = &comparison->plans[0]->attention.input, *two = &comparison->plans[1]->attention.input;
  const double *before[] = {one->weight, one->low, one->high}, *after[] = {two->weight, two->low, two->high};
  *weight = false;
  for (int k = 0; k < 3; k++) {
    double a = before[k][rows->row[0]], b = after[k][rows->row[1]];
    if (!tx_numbers_differ(a, b) || (isinf(a) && isinf(b))) continue;
    write_move(writer, names[k], a, b);
    if (k == 0) *weight = true;
  }
  return writer->length > 0;
}

static void write_book(const triax_comparison *comparison, const tx_pair *rows, tx_writer *writer) {
  const tx_book *books[2];
  for (int side = 0; side < 2; side++) {
    const triax_plan *plan = comparison->plans[side];
    books[side] = &plan->attention.result.books[plan->allocation.result->csm[rows->row[side]]];
  }
  write_move(writer, "hours of the book", books[0]->available, books[1]->available);
  write_move(writer, "accounts", (double)books[0]->accounts, (double)books[1]->accounts);
}

/* The factor that moved the weight most. */
static triax_status weight_cause(tx_reasoner *reasoner, const tx_pair *rows, int *cause, triax_error *error) {
  const triax_comparison *comparison = reasoner->comparison;
  const uint32_t by = comparison->plans[0]->compiled->policy->attention.by;
  const double end = comparison->plans[1]->attention.input.weight[rows->row[1]];
  double most = -1;
  *cause = tx_cause_rest(comparison);
  if (by == TX_NO_INPUT) return TRIAX_OK;
  triax_status status = tx_mix_load(reasoner->hours, rows->row[0], rows->row[1], error);
  if (status == TRIAX_OK) status = tx_mix_evaluate(reasoner->hours, error);
  if (status != TRIAX_OK) return status;
  double now = tx_mix_number(reasoner->hours, by);
  for (int f = 0; f < TX_MIX_FACTORS; f++) {
    if (!tx_mix_step(reasoner->hours, tx_mix_factors[f])) continue;
    status = tx_mix_evaluate(reasoner->hours, error);
    if (status != TRIAX_OK) return status;
    double next = tx_mix_number(reasoner->hours, by), moved = isnan(next) != isnan(now) ? INFINITY : fabs(next - now);
    if (moved > most && moved > 0) {
      most = moved;
      *cause = tx_mix_factors[f];
    }
    now = next;
  }
  if (isnan(end) != isnan(now) || fabs(end - now) > most) *cause = tx_cause_rest(comparison);
  return TRIAX_OK;
}

triax_status tx_cause_hours(tx_reasoner *reasoner, const tx_pair *rows, tx_chain *chain, triax_error *error) {
  const triax_comparison *comparison = reasoner->comparison;
  const tx_side *sides = comparison->sides;
  double before = sides[0].hours ? sides[0].hours[rows->row[0]] : NAN;
  double after = sides[1].hours ? sides[1].hours[rows->row[1]] : NAN;
  tx_link *link = tx_chain_add_numbers(chain, TX_CAUSE_RULE, before, after);
  if (!sides[0].hours || !sides[1].hours) return TRIAX_OK;
  tx_writer writer = tx_link_writer(link);
  triax_text from = tx_side_text(sides[0].csm, rows->row[0]), to = tx_side_text(sides[1].csm, rows->row[1]);
  if (!tx_same_text(from, to)) {
    link->cause = TX_CAUSE_CSM;
    tx_write(&writer, from.bytes ? from : TX_TEXT("none"));
    tx_write_c(&writer, " -> ");
    tx_write(&writer, to.bytes ? to : TX_TEXT("none"));
    return TRIAX_OK;
  }
  bool weight;
  if (!write_share(comparison, rows, &writer, &weight)) {
    link->cause = TX_CAUSE_OTHERS;
    write_book(comparison, rows, &writer);
    return TRIAX_OK;
  }
  bool segment = !tx_same_text(tx_side_text(sides[0].segment, rows->row[0]), tx_side_text(sides[1].segment, rows->row[1]));
  link->cause = segment ? TX_CAUSE_SEGMENT : TX_CAUSE_RULE; /* limits are the segment's, or the policy's */
  return weight ? weight_cause(reasoner, rows, &link->cause, error) : TRIAX_OK;
}
