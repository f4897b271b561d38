/* attention: a CSM's hours, shared by need or by worth. */
#include <math.h>

#include "base/number.h"
#include "base/text.h"
#include "policy/reader.h"

/* limits: {global: [20, 80]} as two lists of values per segment. */
static double read_low(tx_reader *reader, uint32_t node) {
  if (!tx_read_list(reader, node)) return 0;
  uint32_t low = tx_read_first(reader, node);
  if (tx_read_count(reader, node) != 2) {
    tx_read_fault(reader, node, "for example [6, 30]", "limits are two numbers of hours");
    return 0;
  }
  return tx_read_number(reader, low, 0, 1e6, 0);
}

static double read_high(tx_reader *reader, uint32_t node) {
  if (reader->document->nodes[node].kind != TRIAX_KIND_LIST || tx_read_count(reader, node) != 2) return INFINITY;
  uint32_t low = tx_read_first(reader, node);
  double most = tx_read_number(reader, tx_read_next(reader, low), 0, 1e6, INFINITY), least = 0;
  triax_text text = reader->document->nodes[low].text; /* its own faults were told by read_low */
  if (!text.bytes || !tx_parse_suffixed(text, &least) || least <= most) return most;
  tx_read_fault(reader, node, NULL, "the lower limit is above the upper one");
  return INFINITY;
}

void tx_read_attention(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"hours", "period", "by", "method", "half_effect", "limits", "reserve",
                                     "touch_hours", NULL};
  static const char *const methods[] = {"proportional", "return", NULL};
  tx_policy_attention *attention = &reader->policy->attention;
  attention->hours = attention->by = TX_NO_INPUT;
  attention->model = (tx_attention_model){TX_ATTENTION_PROPORTIONAL, 13, 0, 0, 0};
  if (node == TX_NO_NODE || !tx_read_map(reader, node, keys)) return;
  uint32_t period = tx_read_child(reader, node, "period"), method = tx_read_child(reader, node, "method");
  uint32_t half = tx_read_child(reader, node, "half_effect"), reserve = tx_read_child(reader, node, "reserve");
  uint32_t touch = tx_read_child(reader, node, "touch_hours"), limits = tx_read_child(reader, node, "limits");
  uint32_t hours = tx_read_child(reader, node, "hours");
  attention->given = true;
  if (hours == TX_NO_NODE) {
    tx_read_key_fault(reader, node, "for example hours: 30 * fte", "attention needs a CSM's weekly 'hours'");
  }
  attention->hours = tx_read_expr(reader, hours, &attention->inputs, TX_OVER_TEAM, TX_EXPECT_NUMBER);
  attention->by = tx_read_expr(reader, tx_read_child(reader, node, "by"), &attention->inputs, TX_OVER_CUSTOMERS,
                               TX_EXPECT_NUMBER);
  if (period != TX_NO_NODE) attention->model.weeks = tx_read_days(reader, period, 91) / 7;
  if (attention->model.weeks <= 0) tx_read_fault(reader, period, NULL, "the period must be longer than nothing");
  if (method != TX_NO_NODE && tx_read_word(reader, method, methods) == 1) {
    attention->model.method = TX_ATTENTION_RETURN;
  }
  if (half != TX_NO_NODE) attention->model.half_effect = tx_read_hours(reader, half, 0);
  if (attention->model.method == TX_ATTENTION_RETURN && !(attention->model.half_effect > 0)) {
    tx_read_key_fault(reader, method, "for example half_effect: 4h",
                      "method 'return' needs 'half_effect': the hours that earn half of an account's worth");
  }
  if (reserve != TX_NO_NODE) attention->model.reserve = tx_read_share(reader, reserve, 1, 0);
  if (touch != TX_NO_NODE) attention->model.touch_hours = tx_read_hours(reader, touch, 0);
  attention->low = tx_read_per_segment(reader, limits, 0, read_low, false);
  attention->high = tx_read_per_segment(reader, limits, INFINITY, read_high, true);
}
