/* allocation: pools, capacity, eligibility, preferences, balance, overlays. */
#include <math.h>
#include <string.h>

#include "allocation/allocation.h"
#include "base/text.h"
#include "policy/reader.h"

static uint32_t over_customers(tx_reader *reader, uint32_t parent, const char *key, tx_expect expect) {
  return tx_read_expr(reader, tx_read_child(reader, parent, key), &reader->policy->allocation.inputs,
                      TX_OVER_CUSTOMERS, expect);
}

static uint32_t over_team(tx_reader *reader, uint32_t parent, const char *key, tx_expect expect) {
  return tx_read_expr(reader, tx_read_child(reader, parent, key), &reader->policy->allocation.inputs, TX_OVER_TEAM,
                      expect);
}

static uint32_t over_pair(tx_reader *reader, uint32_t parent, const char *key) {
  return tx_read_expr(reader, tx_read_child(reader, parent, key), &reader->policy->allocation.inputs, TX_OVER_PAIR,
                      TX_EXPECT_TRUTH);
}

static triax_text needed_name(tx_reader *reader, uint32_t node, const char *what) {
  uint32_t name = tx_read_child(reader, node, "name");
  if (name != TX_NO_NODE) return tx_read_name(reader, name);
  tx_read_fault(reader, node, "add name: …", "%s has no name", what);
  return TX_TEXT("");
}

static void read_pool(tx_reader *reader, uint32_t node, tx_policy_pool *pool) {
  static const char *const keys[] = {"name", "customers", "csms", "at_least", NULL};
  *pool = (tx_policy_pool){TX_TEXT(""), TX_NO_INPUT, TX_NO_INPUT, 0};
  if (!tx_read_map(reader, node, keys)) return;
  uint32_t least = tx_read_child(reader, node, "at_least");
  pool->name = needed_name(reader, node, "a pool");
  pool->customers = over_customers(reader, node, "customers", TX_EXPECT_TRUTH);
  pool->csms = over_team(reader, node, "csms", TX_EXPECT_TRUTH);
  if (least != TX_NO_NODE) pool->at_least = tx_read_number(reader, least, 0, 1e15, 0);
}

static void read_pools(tx_reader *reader, uint32_t node) {
  tx_policy_allocation *allocation = &reader->policy->allocation;
  if (node == TX_NO_NODE || !tx_read_list(reader, node)) return;
  allocation->pools = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *allocation->pools);
  if (!allocation->pools) return;
  tx_names names;
  tx_names_init(&names, reader->policy->context);
  for (uint32_t item = tx_read_first(reader, node); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    tx_policy_pool *pool = &allocation->pools[allocation->pool_count++];
    read_pool(reader, item, pool);
    if (pool->name.length && tx_read_twin(reader, &names, pool->name, allocation->pool_count - 1) != TX_NO_NAME) {
      tx_read_fault(reader, item, NULL, "two pools are called '%.*s'", (int)pool->name.length, pool->name.bytes);
    }
    if (pool->customers == TX_NO_INPUT && tx_read_next(reader, item) != TX_NO_NODE &&
        reader->document->nodes[item].kind == TRIAX_KIND_MAP) {
      tx_read_fault(reader, item, "put it last, or add 'customers'",
                    "a pool without 'customers' takes the rest: the pools below it would get none");
    }
  }
  tx_names_free(&names);
}

static double read_accounts(tx_reader *reader, uint32_t node) {
  double value = tx_read_number(reader, node, 0, 1e9, 1);
  if (value > 0 && value >= 1e-3) return value;
  tx_read_fault(reader, node, NULL, "a CSM's number of accounts must be more than 0");
  return 1;
}

static void read_capacity(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"fte", "accounts", "arr", "hours", "stretch", NULL};
  static const char *const hour_keys[] = {"need", "have", NULL};
  tx_policy_allocation *allocation = &reader->policy->allocation;
  allocation->fte = allocation->arr = allocation->hours_need = allocation->hours_have = TX_NO_INPUT;
  uint32_t accounts = TX_NO_NODE;
  if (node != TX_NO_NODE && tx_read_map(reader, node, keys)) {
    uint32_t hours = tx_read_child(reader, node, "hours"), stretch = tx_read_child(reader, node, "stretch");
    accounts = tx_read_child(reader, node, "accounts");
    allocation->fte = over_team(reader, node, "fte", TX_EXPECT_NUMBER);
    allocation->arr = over_team(reader, node, "arr", TX_EXPECT_NUMBER);
    if (stretch != TX_NO_NODE) allocation->stretch = tx_read_share(reader, stretch, 10, 0);
    if (hours != TX_NO_NODE && tx_read_map(reader, hours, hour_keys)) {
      allocation->hours_need = over_customers(reader, hours, "need", TX_EXPECT_NUMBER);
      allocation->hours_have = over_team(reader, hours, "have", TX_EXPECT_NUMBER);
      if (tx_read_child(reader, hours, "need") == TX_NO_NODE || tx_read_child(reader, hours, "have") == TX_NO_NODE) {
        tx_read_fault(reader, hours, "for example {need: 4, have: 390 * fte}", "hours need both 'need' and 'have'");
      }
    }
  }
  allocation->accounts_given = accounts != TX_NO_NODE;
  allocation->accounts = tx_read_per_segment(reader, accounts, 0, read_accounts, false);
}

static void read_prefer(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"points", "when", "why", NULL};
  tx_policy_allocation *allocation = &reader->policy->allocation;
  if (node == TX_NO_NODE || !tx_read_list(reader, node)) return;
  uint32_t beyond = tx_read_beyond(reader, node, TX_ALLOCATION_PREFER);
  if (beyond != TX_NO_NODE) {
    tx_read_fault(reader, beyond, NULL, "at most %d preferences are weighed", TX_ALLOCATION_PREFER);
    return;
  }
  allocation->prefer = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *allocation->prefer);
  if (!allocation->prefer) return;
  for (uint32_t item = tx_read_first(reader, node); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    tx_policy_prefer *prefer = &allocation->prefer[allocation->prefer_count++];
    *prefer = (tx_policy_prefer){1, TX_NO_INPUT, {NULL, 0}};
    if (!tx_read_map(reader, item, keys)) continue;
    uint32_t points = tx_read_child(reader, item, "points"), why = tx_read_child(reader, item, "why");
    if (points != TX_NO_NODE) prefer->points = tx_read_number(reader, points, -1e6, 1e6, 1);
    if (prefer->points != 0 && fabs(prefer->points) < 0.0005) {
      tx_read_fault(reader, points, NULL, "points are counted in thousandths: so few would be none");
    }
    if (tx_read_child(reader, item, "when") == TX_NO_NODE) {
      tx_read_fault(reader, item, NULL, "a preference needs 'when'");
    }
    prefer->when = over_pair(reader, item, "when");
    if (why != TX_NO_NODE) prefer->why = tx_read_text(reader, why);
    else if (prefer->when != TX_NO_INPUT) prefer->why = allocation->inputs.items[prefer->when].source;
  }
}

/* A measure's name is an expression over the customer that is one name: a column, a define, a derived column. */
static uint32_t read_amount(tx_reader *reader, uint32_t node) {
  return tx_read_expr_of(reader, node, tx_read_key(reader, node), &reader->policy->allocation.inputs, TX_OVER_CUSTOMERS,
                         TX_EXPECT_NUMBER);
}

static void read_balance(tx_reader *reader, uint32_t node) {
  tx_policy_allocation *allocation = &reader->policy->allocation;
  if (node == TX_NO_NODE || !tx_read_map(reader, node, NULL)) return;
  if (tx_read_count(reader, node) > 6) tx_read_fault(reader, node, NULL, "at most 6 measures can be balanced");
  allocation->balance = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *allocation->balance);
  if (!allocation->balance) return;
  for (uint32_t child = tx_read_first(reader, node); child != TX_NO_NODE; child = tx_read_next(reader, child)) {
    tx_policy_balance *balance = &allocation->balance[allocation->balance_count++];
    balance->name = tx_read_key(reader, child);
    balance->weight = tx_read_number(reader, child, 0, 1e6, 1);
    balance->amount = tx_text_equal_c(balance->name, "load") ? TX_NO_INPUT : read_amount(reader, child);
  }
}

static void read_overlays(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"name", "customers", "csms", "accounts", "owner", NULL};
  tx_policy_allocation *allocation = &reader->policy->allocation;
  if (node == TX_NO_NODE || !tx_read_list(reader, node)) return;
  allocation->overlays = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *allocation->overlays);
  if (!allocation->overlays) return;
  tx_names names;
  tx_names_init(&names, reader->policy->context);
  for (uint32_t item = tx_read_first(reader, node); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    tx_policy_overlay *overlay = &allocation->overlays[allocation->overlay_count++];
    *overlay = (tx_policy_overlay){TX_TEXT(""), TX_NO_INPUT, TX_NO_INPUT, 0, {NULL, 0}};
    if (!tx_read_map(reader, item, keys)) continue;
    uint32_t accounts = tx_read_child(reader, item, "accounts"), owner = tx_read_child(reader, item, "owner");
    overlay->name = needed_name(reader, item, "an overlay");
    overlay->customers = over_customers(reader, item, "customers", TX_EXPECT_TRUTH);
    overlay->csms = over_team(reader, item, "csms", TX_EXPECT_TRUTH);
    if (accounts != TX_NO_NODE) overlay->accounts = read_accounts(reader, accounts);
    if (owner != TX_NO_NODE) overlay->owner = tx_read_text(reader, owner);
    if (overlay->name.length && tx_read_twin(reader, &names, overlay->name, allocation->overlay_count - 1) != TX_NO_NAME) {
      tx_read_fault(reader, item, NULL, "two overlays are called '%.*s'", (int)overlay->name.length, overlay->name.bytes);
    }
  }
  tx_names_free(&names);
}

static void read_unowned(tx_reader *reader, uint32_t node) {
  tx_policy_allocation *allocation = &reader->policy->allocation;
  const tx_segmentation_model *model = &reader->policy->segmentation.model;
  allocation->unowned = tx_read_alloc(reader, model->count, sizeof *allocation->unowned);
  if (!allocation->unowned || node == TX_NO_NODE || !tx_read_list(reader, node)) return;
  for (uint32_t item = tx_read_first(reader, node); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    triax_text name = tx_read_text(reader, item);
    uint32_t segment = name.bytes ? tx_read_segment(reader, item, name) : TX_NO_SEGMENT;
    if (segment != TX_NO_SEGMENT) allocation->unowned[segment] = true;
  }
  for (size_t i = 0; i < model->count; i++) {
    uint32_t parent = model->segments[i].parent;
    if (parent != TX_NO_SEGMENT && allocation->unowned[parent]) allocation->unowned[i] = true;
  }
}

void tx_read_allocation(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"owner", "unowned", "pools", "capacity", "eligible", "freeze", "prefer", "value",
                                     "balance", "overlays", "effort", NULL};
  tx_policy_allocation *allocation = &reader->policy->allocation;
  allocation->effort = 1;
  if (node == TX_NO_NODE || !tx_read_map(reader, node, keys)) return;
  uint32_t owner = tx_read_child(reader, node, "owner"), effort = tx_read_child(reader, node, "effort");
  allocation->given = true;
  if (owner != TX_NO_NODE) allocation->owner = tx_read_text(reader, owner);
  read_unowned(reader, tx_read_child(reader, node, "unowned"));
  read_pools(reader, tx_read_child(reader, node, "pools"));
  read_capacity(reader, tx_read_child(reader, node, "capacity"));
  allocation->eligible = over_pair(reader, node, "eligible");
  allocation->freeze = over_customers(reader, node, "freeze", TX_EXPECT_TRUTH);
  allocation->value = over_customers(reader, node, "value", TX_EXPECT_NUMBER);
  read_prefer(reader, tx_read_child(reader, node, "prefer"));
  read_balance(reader, tx_read_child(reader, node, "balance"));
  read_overlays(reader, tx_read_child(reader, node, "overlays"));
  if (effort != TX_NO_NODE) allocation->effort = tx_read_number(reader, effort, 0, 1e6, 1);
}
