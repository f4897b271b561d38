/* The columns that the transition goes by: that they are there, and of a type that makes sense. */
#include <stdio.h>

#include "base/text.h"
#include "compile/compile.h"
#include "compile/order.h"

static bool is_type(const tx_column *column, int32_t one, int32_t other) {
  return !column || column->type == one || column->type == other;
}

static void tell(const tx_compiled *compiled, const char *path, triax_text name, const char *wanted, const char *hint,
                 tx_report *report) {
  bool is_named = !tx_text_equal_c(name, "renewal") || compiled->policy->transition.renewal.bytes;
  size_t width = is_named ? tx_utf8_count(name) : 1; /* else it points at what needs the column */
  uint32_t node = tx_order_node(compiled->policy->document, path);
  const tx_node *where = node == TX_NO_NODE ? NULL : &compiled->policy->document->nodes[node];
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR,
                        .status = TRIAX_EPOLICY,
                        .path = path,
                        .width = (int32_t)width,
                        .hint = hint,
                        .line = where ? where->line : 0,
                        .column = where ? where->column : 0};
  tx_report_add(report, &finding, "the column '%.*s' %s", tx_name_width(name), name.bytes, wanted);
}

const tx_column *tx_compiled_renewal(const tx_compiled *compiled) {
  const tx_policy_transition *policy = &compiled->policy->transition;
  triax_text name = policy->renewal.bytes ? policy->renewal : TX_TEXT("renewal");
  const tx_column *column = tx_table_column(compiled->customers->people.table, name);
  return column && is_type(column, TRIAX_TYPE_DATE, TRIAX_TYPE_TIMESTAMP) ? column : NULL;
}

void tx_check_transition(const tx_compiled *compiled, tx_report *report) {
  const tx_policy_transition *policy = &compiled->policy->transition;
  const triax_table *table = compiled->customers->people.table;
  const char *known = tx_order_node(compiled->policy->document, "transition.known.column") == TX_NO_NODE
                          ? "transition.known"
                          : "transition.known.column";
  tx_check_column(compiled, known, policy->known, report);
  tx_check_column(compiled, "transition.max_handovers.column", policy->handovers, report);
  tx_check_column(compiled, "transition.renewal", policy->renewal, report);
  for (size_t i = 0; i < policy->brief_count; i++) {
    char path[40];
    snprintf(path, sizeof path, "transition.brief[%zu]", i);
    tx_check_column(compiled, path, policy->brief[i], report);
  }
  if (policy->known.bytes && !is_type(tx_table_column(table, policy->known), TRIAX_TYPE_STRINGS, TRIAX_TYPE_STRINGS)) {
    tell(compiled, known, policy->known, "is no list of CSMs' keys", "declare it as {type: strings}", report);
  }
  const tx_column *handovers = policy->handovers.bytes ? tx_table_column(table, policy->handovers) : NULL;
  if (!is_type(handovers, TRIAX_TYPE_NUMBER, TRIAX_TYPE_INTEGER)) {
    tell(compiled, "transition.max_handovers.column", policy->handovers, "is no number of handovers", NULL, report);
  }
  if (tx_compiled_renewal(compiled)) return;
  if (policy->renewal.bytes) {
    if (!tx_table_column(table, policy->renewal)) return; /* said above */
    tell(compiled, "transition.renewal", policy->renewal, "is no date", "declare it as {type: date}", report);
  } else if (policy->model.has_window) {
    bool there = tx_table_column(table, TX_TEXT("renewal")) != NULL;
    tell(compiled, "transition.renewal_window", TX_TEXT("renewal"),
         there ? "is no date" : "is not there: nothing says when accounts renew",
         there ? "declare it as {type: date}" : "name the date column: renewal: COLUMN", report);
  }
}
