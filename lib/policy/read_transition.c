/* transition: when each account moves, and which do not. */
#include "base/date.h"
#include "base/text.h"
#include "policy/reader.h"

static void read_start(tx_reader *reader, uint32_t node, tx_policy_transition *transition) {
  if (node == TX_NO_NODE) return;
  triax_text text = tx_read_text(reader, node);
  transition->has_start = true;
  if (text.bytes && !tx_parse_date(text, TX_DATE_ISO, &transition->model.start)) {
    tx_read_fault(reader, node, "dates look like 2027-01-04", "'%.*s' is not a date", (int)text.length, text.bytes);
  }
}

static void read_window(tx_reader *reader, uint32_t node, tx_transition_model *model) {
  static const char *const keys[] = {"before", "after", NULL};
  if (node == TX_NO_NODE || !tx_read_map(reader, node, keys)) return;
  uint32_t before = tx_read_child(reader, node, "before"), after = tx_read_child(reader, node, "after");
  model->has_window = true;
  if (before != TX_NO_NODE) model->before = tx_read_whole_days(reader, before, 0);
  if (after != TX_NO_NODE) model->after = tx_read_whole_days(reader, after, 0);
}

static void read_handovers(tx_reader *reader, uint32_t node, tx_policy_transition *transition) {
  static const char *const keys[] = {"column", "at_most", NULL};
  if (node == TX_NO_NODE || !tx_read_map(reader, node, keys)) return;
  uint32_t column = tx_read_child(reader, node, "column"), most = tx_read_child(reader, node, "at_most");
  if (column == TX_NO_NODE || most == TX_NO_NODE) {
    tx_read_key_fault(reader, node, "for example {column: handovers, at_most: 2}",
                      "max_handovers needs 'column' and 'at_most'");
    return;
  }
  transition->handovers = tx_read_text(reader, column);
  transition->most_handovers = tx_read_number(reader, most, 0, 1e6, 0);
}

/* known: past_owners, or with what it is worth. */
static void read_known(tx_reader *reader, uint32_t node, tx_policy_transition *transition) {
  static const char *const keys[] = {"column", "points", NULL};
  transition->known_points = 0.001;
  if (node == TX_NO_NODE) return;
  if (reader->document->nodes[node].kind != TRIAX_KIND_MAP) {
    transition->known = tx_read_text(reader, node);
  } else if (tx_read_map(reader, node, keys)) {
    uint32_t column = tx_read_child(reader, node, "column"), points = tx_read_child(reader, node, "points");
    if (column == TX_NO_NODE) tx_read_key_fault(reader, node, NULL, "known needs a 'column'");
    else transition->known = tx_read_text(reader, column);
    if (points != TX_NO_NODE) transition->known_points = tx_read_number(reader, points, 0, 1e6, 0);
  }
  if (reader->policy->allocation.prefer_count >= 64) {
    tx_read_key_fault(reader, node, NULL, "there is no room for 'known' beside 64 preferences of the allocation");
  }
}

static double read_count(tx_reader *reader, uint32_t node, double most) {
  double count = tx_read_number(reader, node, 1, most, 1);
  if (count == (double)(uint32_t)count) return count;
  tx_read_fault(reader, node, NULL, "a whole number is wanted here");
  return 1;
}

void tx_read_transition(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"start", "renewal",          "renewal_window", "hold_when", "max_handovers",
                                     "known", "per_csm_per_week", "weeks",          "brief",     NULL};
  tx_policy_transition *transition = &reader->policy->transition;
  transition->hold_when = TX_NO_INPUT;
  transition->model.weeks = 52;
  if (node == TX_NO_NODE || !tx_read_map(reader, node, keys)) return;
  uint32_t renewal = tx_read_child(reader, node, "renewal"), weeks = tx_read_child(reader, node, "weeks");
  uint32_t number = tx_read_child(reader, node, "per_csm_per_week"), brief = tx_read_child(reader, node, "brief");
  transition->given = true;
  read_start(reader, tx_read_child(reader, node, "start"), transition);
  read_window(reader, tx_read_child(reader, node, "renewal_window"), &transition->model);
  read_handovers(reader, tx_read_child(reader, node, "max_handovers"), transition);
  read_known(reader, tx_read_child(reader, node, "known"), transition);
  transition->hold_when = tx_read_expr(reader, tx_read_child(reader, node, "hold_when"), &transition->inputs,
                                       TX_OVER_CUSTOMERS, TX_EXPECT_TRUTH);
  if (renewal != TX_NO_NODE) transition->renewal = tx_read_text(reader, renewal);
  if (number != TX_NO_NODE) transition->model.per_csm = (uint32_t)read_count(reader, number, 1e6);
  if (weeks != TX_NO_NODE) transition->model.weeks = (uint32_t)read_count(reader, weeks, 520);
  if (brief != TX_NO_NODE) transition->brief = tx_read_texts(reader, brief, &transition->brief_count);
}
