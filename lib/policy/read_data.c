/* customers, team, currency, define: what the data looks like. */
#include <string.h>

#include "base/text.h"
#include "policy/reader.h"

static const char *const type_words[] = {"number", "integer", "money", "boolean", "string",
                                         "strings", "date", "timestamp", NULL};

/* The name of a column, and where it stands. */
static triax_text read_column_name(tx_reader *reader, uint32_t node, tx_mark *at) {
  *at = (tx_mark){reader->document->nodes[node].line, reader->document->nodes[node].column};
  return tx_read_text(reader, node);
}

static void read_declaration(tx_reader *reader, uint32_t node, tx_declaration *declaration) {
  static const char *const keys[] = {"type", "from", "missing", "currency", "separator", NULL};
  const tx_node *where = &reader->document->nodes[node];
  declaration->name = tx_read_key(reader, node);
  declaration->at = (tx_mark){where->key_line, where->key_column};
  if (!tx_read_map(reader, node, keys)) return;
  uint32_t type = tx_read_child(reader, node, "type"), from = tx_read_child(reader, node, "from");
  uint32_t missing = tx_read_child(reader, node, "missing"), currency = tx_read_child(reader, node, "currency");
  uint32_t separator = tx_read_child(reader, node, "separator");
  if (type == TX_NO_NODE) {
    tx_read_key_fault(reader, node, "for example {type: number}", "the column '%.*s' has no type",
                      (int)declaration->name.length, declaration->name.bytes);
  } else {
    declaration->type = tx_read_word(reader, type, type_words) + 1;
  }
  if (from != TX_NO_NODE) declaration->from = tx_read_text(reader, from);
  if (missing != TX_NO_NODE) declaration->stand_in = tx_read_text(reader, missing);
  if (currency != TX_NO_NODE) declaration->currency = read_column_name(reader, currency, &declaration->currency_at);
  if (separator != TX_NO_NODE) declaration->separator = tx_read_text(reader, separator);
  if (!declaration->type) return; /* that is said, and what goes with a type not known */
  if (currency != TX_NO_NODE && declaration->type != TRIAX_TYPE_MONEY) {
    tx_read_key_fault(reader, currency, NULL, "only money has a currency");
  }
  if (separator != TX_NO_NODE && (declaration->type != TRIAX_TYPE_STRINGS || declaration->separator.length == 0)) {
    tx_read_key_fault(reader, separator, NULL, "only strings have a separator, which may not be empty");
  }
}

static void read_columns(tx_reader *reader, uint32_t node, tx_schema *schema) {
  if (node == TX_NO_NODE || !tx_read_map(reader, node, NULL)) return;
  tx_declaration *declarations = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *declarations);
  if (!declarations) return;
  schema->declarations = declarations;
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    read_declaration(reader, child, &declarations[schema->declaration_count++]);
  }
}

static void read_rollups(tx_reader *reader, uint32_t node, tx_schema *schema) {
  static const char *const folds[] = {"sum", "max", "min", "mean", "any", "all", "largest", NULL};
  if (node == TX_NO_NODE || !tx_read_map(reader, node, NULL)) return;
  tx_rollup *rollups = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *rollups);
  if (!rollups) return;
  schema->rollups = rollups;
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    int fold = tx_read_word(reader, child, folds);
    const tx_node *where = &reader->document->nodes[child];
    rollups[schema->rollup_count++] = (tx_rollup){tx_read_key(reader, child), fold < 0 ? TX_FOLD_DEFAULT : fold + 1,
                                                  {where->key_line, where->key_column}};
  }
}

static const char *const customer_keys[] = {"key", "family", "family_rollup", "columns", "missing_markers", NULL};
static const char *const team_keys[] = {"key", "columns", "missing_markers", NULL};

void tx_read_schema(tx_reader *reader, uint32_t node, tx_schema *schema, const char *what) {
  bool customers = strcmp(what, "customers") == 0;
  schema->what = what;
  if (node == TX_NO_NODE || !tx_read_map(reader, node, customers ? customer_keys : team_keys)) return;
  uint32_t key = tx_read_child(reader, node, "key"), family = tx_read_child(reader, node, "family");
  uint32_t markers = tx_read_child(reader, node, "missing_markers");
  uint32_t rollup = tx_read_child(reader, node, "family_rollup");
  if (key != TX_NO_NODE) schema->key = read_column_name(reader, key, &schema->key_at);
  if (customers && family != TX_NO_NODE) schema->family = read_column_name(reader, family, &schema->family_at);
  if (customers && rollup != TX_NO_NODE && family == TX_NO_NODE) {
    tx_read_key_fault(reader, rollup, "name the column under customers.family", "there are no families to roll up");
  }
  if (customers) read_rollups(reader, rollup, schema);
  read_columns(reader, tx_read_child(reader, node, "columns"), schema);
  if (markers != TX_NO_NODE) {
    schema->missing_markers = tx_read_texts(reader, markers, &schema->missing_marker_count);
  }
}

static double read_rate(tx_reader *reader, uint32_t node) {
  triax_text base = reader->policy->customers.base_currency, currency = tx_read_key(reader, node);
  double rate = tx_read_number(reader, node, 0, 1e12, 1);
  if (rate != 1 && base.length && tx_text_equal(currency, base)) {
    tx_read_fault(reader, node, "leave it out", "'%.*s' is the base: one unit of it is 1",
                  (int)(base.length < 60 ? base.length : 60), base.bytes);
  }
  if (rate <= 0) {
    tx_read_fault(reader, node, NULL, "a rate must be more than 0");
    return 1;
  }
  return rate;
}

void tx_read_currency(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"base", "rates", NULL};
  triax_policy *policy = reader->policy;
  if (node == TX_NO_NODE || !tx_read_map(reader, node, keys)) return;
  uint32_t base = tx_read_child(reader, node, "base"), rates = tx_read_child(reader, node, "rates");
  if (base == TX_NO_NODE) {
    tx_read_key_fault(reader, node, "for example {base: USD}", "the currency has no base");
  } else {
    policy->customers.base_currency = tx_read_text(reader, base);
  }
  if (rates != TX_NO_NODE && tx_read_map(reader, rates, NULL)) {
    tx_rate *list = tx_read_alloc(reader, tx_read_count(reader, rates), sizeof *list);
    if (!list) return;
    policy->customers.rates = list;
    for (uint32_t child = tx_read_first(reader, rates); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
      list[policy->customers.rate_count++] = (tx_rate){tx_read_key(reader, child), read_rate(reader, child)};
    }
  }
}

/* What cannot be written in an expression could never be used. */
static void check_define_name(tx_reader *reader, uint32_t node, triax_text name) {
  const tx_free_name *names;
  tx_syntax *syntax = NULL;
  tx_expr_faults faults = {0};
  triax_status status = tx_syntax_parse(&reader->policy->arena, name, &syntax, &faults);
  if (status == TRIAX_ENOMEM) {
    tx_report_no_memory(reader->report);
  } else if (status != TRIAX_OK || tx_syntax_free_names(syntax, &names) != 1 || !tx_text_equal(names[0].name, name)) {
    tx_read_key_fault(reader, node, "names have letters, digits and _, and are no words of the language",
                      "'%.*s' cannot be used in expressions", (int)(name.length < 100 ? name.length : 100), name.bytes);
  }
}

void tx_read_defines(tx_reader *reader, uint32_t node) {
  triax_policy *policy = reader->policy;
  if (node == TX_NO_NODE || !tx_read_map(reader, node, NULL)) return;
  policy->defines = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *policy->defines);
  if (!policy->defines) return;
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    tx_policy_define define = {.name = tx_read_key(reader, child)};
    if (define.name.length == 0) tx_read_key_fault(reader, child, NULL, "a definition has no name");
    else check_define_name(reader, child, define.name);
    if (tx_read_one_expr(reader, child, TX_OVER_CUSTOMERS, TX_EXPECT_ANY, &define.expr)) {
      policy->defines[policy->define_count++] = define;
    }
  }
}
