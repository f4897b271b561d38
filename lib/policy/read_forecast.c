/* forecast: what it costs, what it keeps, and what if. */
#include <math.h>

#include "base/text.h"
#include "policy/reader.h"

static uint32_t over_customers(tx_reader *reader, uint32_t parent, const char *key) {
  return tx_read_expr(reader, tx_read_child(reader, parent, key), &reader->policy->forecast.inputs, TX_OVER_CUSTOMERS,
                      TX_EXPECT_NUMBER);
}

static uint32_t over_team(tx_reader *reader, uint32_t parent, const char *key) {
  return tx_read_expr(reader, tx_read_child(reader, parent, key), &reader->policy->forecast.inputs, TX_OVER_TEAM,
                      TX_EXPECT_NUMBER);
}

static double read_amount(tx_reader *reader, uint32_t node) {
  return tx_read_number(reader, node, 0, 1e15, 0);
}

static double read_target(tx_reader *reader, uint32_t node) {
  double value = tx_read_number(reader, node, 0, 1e15, 1);
  if (value <= 0) tx_read_fault(reader, node, NULL, "the ARR that a CSM should manage must be more than 0");
  return value;
}

static size_t read_years(tx_reader *reader, uint32_t node) {
  if (node == TX_NO_NODE) return 5;
  double years = tx_read_number(reader, node, 1, TX_FORECAST_YEARS, 1);
  if (years != floor(years)) tx_read_fault(reader, node, NULL, "the forecast is by whole years");
  return (size_t)years;
}

/* --- scenarios --- */

/* The segments that are named, with all inside of them. */
static const bool *read_in(tx_reader *reader, uint32_t node) {
  const tx_segmentation_model *model = &reader->policy->segmentation.model;
  bool *in = tx_read_alloc(reader, model->count, sizeof *in);
  size_t count = 0;
  if (!in) return NULL;
  const triax_text *names = tx_read_texts(reader, node, &count);
  bool list = reader->document->nodes[node].kind == TRIAX_KIND_LIST;
  uint32_t item = list ? tx_read_first(reader, node) : node;
  for (size_t i = 0; names && i < count; i++) {
    uint32_t segment = tx_read_segment(reader, item, names[i]);
    if (segment != TX_NO_SEGMENT) in[segment] = true;
    if (list) item = tx_read_next(reader, item);
  }
  for (size_t i = 0; i < model->count; i++) { /* parents stand before their children */
    uint32_t parent = model->segments[i].parent;
    if (parent != TX_NO_SEGMENT && in[parent]) in[i] = true;
  }
  return in;
}

static void read_set(tx_reader *reader, uint32_t node, tx_policy_scenario *scenario) {
  static const char *const keys[] = {"retention", "expansion", "arr", "cost", NULL};
  if (node == TX_NO_NODE || !tx_read_map(reader, node, keys)) return;
  scenario->retention = over_customers(reader, node, "retention");
  scenario->expansion = over_customers(reader, node, "expansion");
  scenario->arr = over_customers(reader, node, "arr");
  scenario->cost = over_team(reader, node, "cost");
}

static void read_scenario_name(tx_reader *reader, uint32_t node, tx_policy_forecast *forecast) {
  tx_policy_scenario *scenario = &forecast->scenarios[forecast->scenario_count - 1];
  uint32_t name = tx_read_child(reader, node, "name");
  if (name == TX_NO_NODE) {
    tx_read_fault(reader, node, "add name: …", "a scenario has no name");
    return;
  }
  scenario->name = tx_read_text(reader, name);
  if (!scenario->name.bytes) return;
  if (!scenario->name.length) tx_read_fault(reader, name, NULL, "a name is empty");
  if (tx_text_equal_c(scenario->name, "base")) {
    tx_read_fault(reader, name, NULL, "'base' is the forecast without a scenario: choose another name");
  }
  for (size_t i = 0; i + 1 < forecast->scenario_count; i++) {
    if (!tx_text_equal(scenario->name, forecast->scenarios[i].name)) continue;
    tx_read_fault(reader, name, NULL, "two scenarios are called '%.*s'", (int)scenario->name.length,
                  scenario->name.bytes);
  }
}

/* Not given, or {}. */
static bool says_nothing(const tx_reader *reader, uint32_t node) {
  return node == TX_NO_NODE ||
         (reader->document->nodes[node].kind == TRIAX_KIND_MAP && tx_read_count(reader, node) == 0);
}

static void read_scenario(tx_reader *reader, uint32_t node, tx_policy_forecast *forecast) {
  static const char *const keys[] = {"name", "set", "in", "fee", NULL};
  tx_policy_scenario *scenario = &forecast->scenarios[forecast->scenario_count++];
  *scenario = (tx_policy_scenario){.name = TX_TEXT(""), .retention = TX_NO_INPUT, .expansion = TX_NO_INPUT,
                                   .arr = TX_NO_INPUT, .cost = TX_NO_INPUT};
  if (!tx_read_map(reader, node, keys)) return;
  uint32_t set = tx_read_child(reader, node, "set"), fee = tx_read_child(reader, node, "fee");
  uint32_t in = tx_read_child(reader, node, "in");
  read_scenario_name(reader, node, forecast);
  read_set(reader, set, scenario);
  if (in != TX_NO_NODE) scenario->in = read_in(reader, in);
  if (in != TX_NO_NODE && set == TX_NO_NODE) {
    tx_read_key_fault(reader, in, "a fee names its segments itself", "'in' says where 'set' holds, and nothing is set");
  }
  if (fee != TX_NO_NODE) scenario->fee = tx_read_per_segment(reader, fee, 0, read_amount, false);
  if (says_nothing(reader, set) && says_nothing(reader, fee)) {
    tx_read_fault(reader, node, "for example set: {retention: 0.95}", "a scenario needs 'set' or 'fee'");
  }
}

static void read_scenarios(tx_reader *reader, uint32_t node, tx_policy_forecast *forecast) {
  if (node == TX_NO_NODE || !tx_read_list(reader, node)) return;
  forecast->scenarios = tx_read_alloc(reader, tx_read_count(reader, node), sizeof *forecast->scenarios);
  if (!forecast->scenarios) return;
  if (tx_read_count(reader, node) > 1000) {
    tx_read_fault(reader, node, NULL, "more than 1000 scenarios");
    return;
  }
  for (uint32_t item = tx_read_first(reader, node); item != TX_NO_NODE; item = tx_read_next(reader, item)) {
    read_scenario(reader, item, forecast);
  }
}

/* The tables of the forecast have a row 'all': a segment of that name would be mistaken for it, unless it is all. */
static void check_names(tx_reader *reader) {
  const tx_policy_segmentation *segmentation = &reader->policy->segmentation;
  const tx_segment *segments = segmentation->model.segments;
  if (segmentation->model.count == 1 && segments[0].test == TX_TEST_REST) return;
  for (size_t i = 0; i < segmentation->model.count; i++) {
    if (!tx_text_equal_c(segments[i].path, "all")) continue;
    tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EPOLICY, .width = 1,
                          .path = segmentation->segments[i].document_path, .line = segmentation->segments[i].line,
                          .column = segmentation->segments[i].column, .hint = "call it something else"};
    tx_report_add(reader->report, &finding, "'all' is what the forecast calls all segments together");
  }
}

void tx_read_forecast(tx_reader *reader, uint32_t node) {
  static const char *const keys[] = {"years", "retention", "expansion", "cost", "multiple", "acv_per_csm",
                                     "scenarios", NULL};
  tx_policy_forecast *forecast = &reader->policy->forecast;
  forecast->retention = forecast->expansion = forecast->cost = TX_NO_INPUT;
  if (node == TX_NO_NODE || !tx_read_map(reader, node, keys)) return;
  uint32_t multiple = tx_read_child(reader, node, "multiple"), acv = tx_read_child(reader, node, "acv_per_csm");
  forecast->given = true;
  forecast->implied = tx_read_child(reader, node, "retention") == TX_NO_NODE;
  forecast->years = read_years(reader, tx_read_child(reader, node, "years"));
  forecast->retention = forecast->implied
                            ? tx_read_expr_of(reader, node, TX_TEXT("1 - churn_probability"), &forecast->inputs,
                                              TX_OVER_CUSTOMERS, TX_EXPECT_NUMBER)
                            : over_customers(reader, node, "retention");
  forecast->expansion = over_customers(reader, node, "expansion");
  forecast->cost = over_team(reader, node, "cost");
  if (multiple != TX_NO_NODE) forecast->multiple = read_target(reader, multiple);
  if (multiple != TX_NO_NODE && tx_read_child(reader, node, "cost") == TX_NO_NODE) {
    tx_read_key_fault(reader, multiple, "for example cost: burdened_cost", "'multiple' is of a CSM's 'cost', which is "
                                                                           "not given");
  }
  forecast->acv_per_csm = tx_read_per_segment(reader, acv, 0, read_target, false);
  read_scenarios(reader, tx_read_child(reader, node, "scenarios"), forecast);
  check_names(reader);
}
