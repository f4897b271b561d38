/* Order and equality of values, with numbers of mixed types as CEL's own tests have them: against a double, int and
 * uint are converted to double first, which loses digits beyond 2^53. */
#include "expr/scalar.h"

static int order_of(bool less, bool greater) { return greater - less; }

static int compare_doubles(double a, double b) {
  if (a < b) return -1;
  if (a > b) return 1;
  return a == b ? 0 : 2;
}

static double as_double(const tx_value *value) {
  if (value->type.kind == TX_INT) return (double)value->integer;
  return value->type.kind == TX_UINT ? (double)value->natural : value->number;
}

static int compare_mixed(const tx_value *a, const tx_value *b) {
  if (a->type.kind == TX_DOUBLE || b->type.kind == TX_DOUBLE) return compare_doubles(as_double(a), as_double(b));
  if (a->type.kind == TX_INT) {
    if (a->integer < 0) return -1;
    return order_of((uint64_t)a->integer<b->natural, (uint64_t)a->integer> b->natural);
  }
  if (b->integer < 0) return 1;
  return order_of(a->natural<(uint64_t)b->integer, a->natural>(uint64_t) b->integer);
}

int tx_value_compare(const tx_value *a, const tx_value *b) {
  if (a->type.kind != b->type.kind) return compare_mixed(a, b);
  switch (a->type.kind) {
  case TX_DOUBLE:
    return compare_doubles(a->number, b->number);
  case TX_BOOL:
    return order_of(a->boolean<b->boolean, a->boolean> b->boolean);
  case TX_UINT:
    return order_of(a->natural<b->natural, a->natural> b->natural);
  case TX_STRING: {
    int order = tx_text_compare(a->text, b->text);
    return order_of(order<0, order> 0);
  }
  case TX_TIMESTAMP:
  case TX_DURATION:
    if (a->time.seconds != b->time.seconds) {
      return order_of(a->time.seconds<b->time.seconds, a->time.seconds> b->time.seconds);
    }
    return order_of(a->time.nanos<b->time.nanos, a->time.nanos> b->time.nanos);
  default:
    return order_of(a->integer<b->integer, a->integer> b->integer);
  }
}

bool tx_value_equal(const tx_value *a, const tx_value *b) {
  if (a->type.lists == 0 && b->type.lists == 0) {
    if (a->type.kind == TX_STRING) return tx_text_equal(a->text, b->text);
    return tx_value_compare(a, b) == 0;
  }
  if (a->type.lists == 0 || b->type.lists == 0 || a->list.count != b->list.count) return false;
  for (size_t i = 0; i < a->list.count; i++) {
    if (!tx_value_equal(&a->list.items[i], &b->list.items[i])) return false;
  }
  return true;
}
