/* The policy of policy.yaml, written as a program: no YAML, the core library alone.
 *
 * usage: plan [FOLDER [DATE]]      reads FOLDER/customers.csv and team.csv, writes the customers of the plan to stdout
 *
 * What it prints is, byte for byte, the customers.csv of
 *   triax plan policy.yaml --customers customers.csv --team team.csv --as-of 2026-11-23 -o DIR
 *
 * Build it where triax is installed:
 *   cc -std=c11 plan.c -o plan $(pkg-config --cflags --libs triax)
 *
 * Read it from main() at the end. The way is always the same: context, policy, customers, team, plan, tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <triax/triax.h>

/* Nothing in triax prints or exits: what a failure leads to is the program's choice. This one says why and gives up. */
static void must(triax_status status, const triax_error *error, const char *what) {
  char text[2048];
  if (status == TRIAX_OK) return;
  triax_error_format(error, NULL, text, sizeof text);
  fprintf(stderr, "%s: %s\n", what, text);
  exit(1);
}

/* --- the policy ---------------------------------------------------------------------------------------------------
 *
 * A document has the words of the policy file in the same order. Writing calls remember the first failure, so that
 * nobody needs to look at each; it comes back from triax_document_finish(). These helpers only shorten the lines: they
 * take C strings, and know the document. NULL as a key stands for an item of a list. */
static triax_document *d;

static void map(const char *key) { triax_document_map(d, triax_text_of(key)); }
static void list(const char *key) { triax_document_list(d, triax_text_of(key)); }
static void end(void) { triax_document_end(d); }
static void number(const char *key, double value) { triax_document_number(d, triax_text_of(key), value); }
/* Texts are what the file would say: expressions, words, "750k", "10%", "90d". */
static void text(const char *key, const char *value) {
  triax_document_text(d, triax_text_of(key), triax_text_of(value));
}

/* key: [one, two, …], ended by NULL */
static void texts(const char *key, const char *const *values) {
  list(key);
  for (; *values; values++) text(NULL, *values);
  end();
}

/* key: [low, high] */
static void pair(const char *key, double low, double high) {
  list(key);
  number(NULL, low);
  number(NULL, high);
  end();
}

static void column(const char *name, const char *type) {
  map(name);
  text("type", type);
  end();
}

static void write_data(void) {
  static const char *const customers[][2] = {
      {"employees", "number"},    {"seats", "number"},         {"active_seats", "number"},  {"products", "strings"},
      {"past_owners", "strings"}, {"exec_sponsor", "boolean"}, {"csm_sentiment", "string"}, {"sentiment_on", "date"},
      {"nps_on", "date"},         {"customer_since", "date"},  {"renewal", "date"},         {"segment_since", "date"}};
  static const char *const team[][2] = {
      {"name", "string"}, {"verticals", "strings"}, {"languages", "strings"}, {"start", "date"}, {"end", "date"}};
  map("currency");
  text("base", "USD");
  map("rates");
  number("GBP", 1.27);
  number("EUR", 1.08);
  end();
  end();

  map("customers");
  text("key", "id");
  map("columns");
  map("arr");
  text("type", "money");
  text("currency", "arr_currency");
  end();
  for (size_t i = 0; i < sizeof customers / sizeof *customers; i++) column(customers[i][0], customers[i][1]);
  map("open_tickets");
  text("type", "number");
  number("missing", 0);
  end();
  end();
  end();

  map("team");
  text("key", "id");
  map("columns");
  for (size_t i = 0; i < sizeof team / sizeof *team; i++) column(team[i][0], team[i][1]);
  map("fte");
  text("type", "number");
  number("missing", 1);
  end();
  end();
  end();

  map("define");
  text("adoption", "active_seats / seats");
  text("at_risk", "band == \"red\" ? 1 : 0");
  end();
}

/* A metric is left open, so that the caller can add to it: stale, applies_when … */
static void begin_metric(const char *name, const char *group, const char *value, double weight) {
  map(name);
  if (group) text("group", group);
  text("value", value);
  number("weight", weight);
}

/* A scale of `count` knots, each x and points. */
static void knots(const double (*knot)[2], size_t count) {
  list("scale");
  for (size_t i = 0; i < count; i++) pair(NULL, knot[i][0], knot[i][1]);
  end();
}
#define KNOTS(...) knots((const double[][2]){__VA_ARGS__}, sizeof((const double[][2]){__VA_ARGS__}) / sizeof(double[2]))

static void stale(const char *since, const char *after, const char *fade) {
  map("stale");
  text("since", since);
  text("after", after);
  text("fade", fade);
  end();
}

static void limit(const char *when, double at_most, const char *why) {
  map(NULL);
  text("when", when);
  number("at_most", at_most);
  text("why", why);
  end();
}

static void write_product_metrics(void) {
  begin_metric("adoption", "product", "adoption", 3);
  KNOTS({0.1, 0}, {0.5, 50}, {0.9, 100});
  end();
  begin_metric("habit", "product", "logins_30d / active_seats", 2);
  KNOTS({1, 0}, {12, 100});
  end();
  begin_metric("support", "product", "open_tickets", 1);
  KNOTS({0, 100}, {12, 0});
  end();
  begin_metric("breadth", "product", "size(products)", 1);
  KNOTS({1, 30}, {4, 100});
  text("applies_when", "days_since(customer_since) > 180");
  end();
}

static void write_relationship_metrics(void) {
  begin_metric("sentiment", "relationship", "csm_sentiment", 2);
  map("scale"); /* words have points instead of knots */
  number("green", 100);
  number("yellow", 50);
  number("red", 0);
  end();
  stale("sentiment_on", "45d", "90d");
  end();
  begin_metric("sponsor", "relationship", "exec_sponsor", 1);
  map("scale");
  number("true", 100);
  number("false", 20);
  end();
  end();
  begin_metric("nps", "relationship", "nps", 1);
  KNOTS({0, 0}, {6, 30}, {8, 70}, {10, 100});
  stale("nps_on", "180d", "180d");
  end();
}

static void write_health(void) {
  map("health");
  map("metrics");
  write_product_metrics();
  write_relationship_metrics();
  end();
  map("groups");
  text("product", "65%");
  text("relationship", "35%");
  end();
  text("min_coverage", "40%");
  list("limits");
  limit("open_escalations > 0", 40, "open escalation");
  limit("overdue_days > 60", 60, "an invoice is more than 60 days late");
  end();
  map("bands");
  number("red", 0);
  number("yellow", 50);
  number("green", 75);
  end();
  end();
}

static void write_scores(void) {
  map("scores");
  map("expansion");
  map("metrics");
  begin_metric("whitespace", NULL, "(employees - seats) / employees", 3);
  KNOTS({0, 0}, {0.9, 100});
  end();
  begin_metric("cross_sell", NULL, "4 - size(products)", 2);
  KNOTS({0, 0}, {3, 100});
  end();
  begin_metric("hiring", NULL, "open_roles / employees", 1);
  KNOTS({0, 0}, {0.05, 100});
  end();
  end();
  list("limits");
  limit("band == \"red\"", 30, "red accounts do not buy");
  end();
  end();
  end();
}

/* A segment is left open too: its children, or what success means there, may follow. */
static void begin_segment(const char *name, const char *touch, const char *const *roles, const char *const *services) {
  map(NULL);
  text("name", name);
  if (touch) text("touch", touch);
  if (roles) texts("roles", roles);
  if (services) texts("services", services);
}

static void write_tiers(void) {
  list("segments");
  begin_segment("strategic", NULL, NULL, NULL);
  text("when", "employees >= 5000 || expansion >= 75");
  end();
  begin_segment("core", NULL, NULL, NULL); /* the last takes the rest */
  end();
  end();
}

static void write_segments(void) {
  static const char *const csm[] = {"csm", NULL}, *const any[] = {"csm", "associate", NULL};
  static const char *const global[] = {"named CSM", "quarterly review", "sponsor visit", NULL};
  static const char *const enterprise[] = {"named CSM", "half-yearly review", NULL};
  static const char *const scale[] = {"named CSM", "yearly review", NULL};
  static const char *const digital[] = {"academy", "community", NULL};
  list("segments"); /* in order: the first whose test holds wins */
  begin_segment("global", "high", csm, global);
  number("at_least", 750000);
  end();
  begin_segment("enterprise", "high", csm, enterprise);
  number("at_least", 150000);
  map("success");
  text("adopted", "adoption >= 0.6");
  text("sponsored", "exec_sponsor");
  end();
  write_tiers();
  end();
  begin_segment("scale", "low", any, scale);
  text("at_least", "15k"); /* the file's way to write it does as well */
  map("success");
  text("adopted", "adoption >= 0.5");
  end();
  end();
  begin_segment("digital", "tech", NULL, digital);
  end();
  end();
}

static void write_segmentation(void) {
  map("segmentation");
  text("by", "arr");
  text("previous", "segment");
  map("hold");
  text("margin", "5%");
  text("dwell", "90d");
  text("since", "segment_since");
  end();
  text("override", "segment_override");
  write_segments();
  end();
}

static void write_pools(void) {
  static const char *const pools[][3] = {
      {"finance", "vertical == \"finance\"", "\"finance\" in verticals"},
      {"healthcare", "vertical in [\"healthcare\", \"pharma\"]", "\"healthcare\" in verticals"},
      {"industry", "vertical in [\"manufacturing\", \"logistics\"]", "\"manufacturing\" in verticals"},
      {"public", "vertical == \"public sector\"", "\"public sector\" in verticals"},
      {"energy", "vertical == \"energy\"", "\"energy\" in verticals"},
      {"other", NULL, NULL}};
  list("pools");
  for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
    map(NULL);
    text("name", pools[i][0]);
    if (pools[i][1]) text("customers", pools[i][1]);
    if (pools[i][2]) text("csms", pools[i][2]);
    if (strcmp(pools[i][0], "energy") == 0) number("at_least", 30);
    end();
  }
  end();
}

static void prefer(double points, const char *when, const char *why) {
  map(NULL);
  number("points", points);
  text("when", when);
  text("why", why);
  end();
}

static void write_wishes(void) {
  list("prefer");
  prefer(5, "customer.owner == csm.id", "keeps its CSM");
  prefer(2, "csm.id in customer.past_owners", "had it before");
  prefer(1, "customer.country == csm.country", "same country");
  prefer(1, "customer.segment == \"global\" && csm.level == \"senior\"", "senior for a global account");
  end();
  text("value", "arr");
  map("balance");
  number("load", 2);
  number("arr", 1);
  number("at_risk", 1);
  end();
  list("overlays");
  map(NULL);
  text("name", "analytics");
  text("customers", "\"Analytics\" in products && segment != \"digital\"");
  text("csms", "role == \"specialist\"");
  number("accounts", 200);
  end();
  end();
}

static void write_allocation(void) {
  static const char *const unowned[] = {"digital", NULL};
  map("allocation");
  text("owner", "owner");
  texts("unowned", unowned);
  write_pools();
  map("capacity");
  text("fte", "fte");
  map("accounts");
  number("global", 6);
  number("enterprise", 15);
  number("scale", 40);
  end();
  end();
  text("eligible", "customer.language in csm.languages");
  text("freeze", "days_until(renewal) >= 0 && days_until(renewal) <= 60");
  write_wishes();
  end();
}

static void write_attention(void) {
  map("attention");
  text("hours", "30 * fte");
  text("period", "13w");
  text("by", "percentile(expansion)");
  map("limits");
  pair("global", 20, 80);
  pair("enterprise", 6, 40);
  pair("scale", 2, 16);
  end();
  text("reserve", "10%");
  number("touch_hours", 1.5);
  end();
}

static triax_policy *make_policy(triax_context *context) {
  triax_error error;
  triax_policy *policy;
  must(triax_document_new(context, &d, &error), &error, "document");
  number("triax", 1); /* the version of the policy language */
  text("name", "Quillmere, ARR segments by vertical pools");
  text("stage", "scaling");
  write_data();
  write_health();
  write_scores();
  write_segmentation();
  write_allocation();
  write_attention();
  must(triax_document_finish(d, &error), &error, "document");
  must(triax_policy_new(context, d, &policy, NULL, &error), &error, "policy");
  triax_document_free(d); /* the policy does not need it any more */
  return policy;
}

/* --- tables in ----------------------------------------------------------------------------------------------------
 *
 * A real program has its rows elsewhere: in a database, in Arrow (triax/arrow.h), in arrays of numbers
 * (triax_table_builder_numbers). Text is the simplest way in: the policy's declarations say what it means. This reader
 * knows just enough of CSV for the files at hand: quotes, but no line ends within them. */
static char *read_file(const char *folder, const char *name) {
  char path[4096];
  size_t length = 0, room = 1 << 16;
  char *bytes = malloc(room);
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file || !bytes) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(1);
  }
  for (size_t got; (got = fread(bytes + length, 1, room - length - 1, file)) > 0;) {
    length += got;
    if (room - length > 1) continue;
    room *= 2;
    bytes = realloc(bytes, room);
    if (!bytes) exit(1);
  }
  fclose(file);
  bytes[length] = 0;
  return bytes;
}

/* Takes the next field off a line, in place. An empty field is a missing value: text "not given". */
static triax_text next_field(char **at) {
  char *from = *at, *to = from, *begin = from;
  int quoted = *from == '"';
  if (quoted) from++;
  for (; *from && (quoted || (*from != ',' && *from != '\n')); *to++ = *from++) {
    if (!quoted || *from != '"') continue;
    if (from[1] != '"') { /* the closing quote; a doubled one stands for itself */
      quoted = 0;
      from++;
      break;
    }
    from++;
  }
  *at = from;
  triax_text field = {to == begin ? NULL : begin, (size_t)(to - begin)};
  return field;
}

static triax_table *read_table(triax_context *context, const char *folder, const char *name) {
  triax_error error;
  triax_table_builder *builder;
  triax_table *table;
  char *bytes = read_file(folder, name), *at = bytes;
  size_t columns = 0;
  must(triax_table_builder_new(context, &builder, &error), &error, name);
  for (int more = 1; more; columns++) { /* the header */
    triax_text field = next_field(&at);
    more = *at++ == ',';
    must(triax_table_builder_column(builder, field, TRIAX_TYPE_TEXT, NULL, &error), &error, name);
  }
  while (*at) {
    for (size_t column_number = 0; column_number < columns; column_number++) {
      triax_text field = next_field(&at);
      if (*at) at++;
      must(triax_table_builder_texts(builder, column_number, &field, 1, &error), &error, name);
    }
  }
  must(triax_table_builder_finish(builder, &table, &error), &error, name); /* refuses ragged rows */
  triax_table_builder_free(builder);
  free(bytes); /* the builder copied it */
  return table;
}

/* --- a table out ------------------------------------------------------------------------------------------------- */

/* The fewest digits that read back to the same number. */
static void print_number(double value) {
  char buffer[40];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    if (strtod(buffer, NULL) == value) break;
  }
  fputs(buffer, stdout);
}

/* Dates are days since 1970; this is the usual way back, for years after it. */
static void print_date(int32_t days) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year = 1970, month = 0;
  for (;; year++) {
    int length = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365;
    if (days < length) break;
    days -= length;
  }
  int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  while (days >= lengths[month] + (month == 1 && leap)) {
    days -= lengths[month] + (month == 1 && leap);
    month++;
  }
  printf("%04d-%02d-%02d", year, month + 1, (int)days + 1);
}

static void print_text(triax_text field) {
  int quotes = field.length == 0;
  for (size_t i = 0; i < field.length; i++) quotes |= strchr("\",\r\n", field.bytes[i]) != NULL;
  if (quotes) putchar('"');
  for (size_t i = 0; i < field.length; i++) {
    if (field.bytes[i] == '"') putchar('"');
    putchar(field.bytes[i]);
  }
  if (quotes) putchar('"');
}

static void print_value(const triax_table *table, size_t column_number, size_t row) {
  if (!triax_table_has(table, column_number, row)) return;
  switch (triax_table_type(table, column_number)) {
  case TRIAX_TYPE_NUMBER:
  case TRIAX_TYPE_MONEY:
    print_number(triax_table_number(table, column_number, row));
    break;
  case TRIAX_TYPE_BOOLEAN:
    fputs(triax_table_integer(table, column_number, row) ? "true" : "false", stdout);
    break;
  case TRIAX_TYPE_DATE:
    print_date(triax_table_dates(table, column_number)[row]);
    break;
  default:
    print_text(triax_table_text(table, column_number, row));
    break;
  }
}

static void print_table(const triax_table *table) {
  size_t rows = triax_table_rows(table), columns = triax_table_columns(table);
  for (size_t c = 0; c < columns; c++) {
    if (c) putchar(',');
    print_text(triax_table_name(table, c));
  }
  putchar('\n');
  for (size_t row = 0; row < rows; row++) {
    for (size_t c = 0; c < columns; c++) {
      if (c) putchar(',');
      print_value(table, c, row);
    }
    putchar('\n');
  }
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

int main(int count, char **arguments) {
  const char *folder = count > 1 ? arguments[1] : ".";
  triax_error error;
  triax_context *context;
  triax_customers *customers;
  triax_team *team;
  triax_plan *plan;

  /* Nothing is global: memory, threads and the rest come from the context. NULL: the C library's memory, one thread. */
  must(triax_context_new(NULL, &context, &error), &error, "context");
  triax_policy *policy = make_policy(context);

  triax_table *customer_table = read_table(context, folder, "customers.csv");
  triax_table *team_table = read_table(context, folder, "team.csv");
  must(triax_customers_new(context, policy, customer_table, NULL, &customers, NULL, NULL, &error), &error, "customers");
  must(triax_team_new(context, policy, team_table, NULL, &team, NULL, NULL, &error), &error, "team");

  /* The library never asks what day it is. */
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  if (!triax_date_of(triax_text_of(count > 2 ? arguments[2] : "2026-11-23"), &options.as_of)) {
    fprintf(stderr, "'%s' is no date such as 2026-11-23\n", arguments[2]);
    return 2;
  }
  options.has_as_of = 1;
  must(triax_plan_new(context, policy, customers, team, &options, &plan, NULL, &error), &error, "plan");

  /* Tables belong to the plan; the plan keeps what it stands on alive. The order of these calls does not matter. */
  triax_table_unref(customer_table);
  triax_table_unref(team_table);
  triax_customers_unref(customers);
  triax_team_unref(team);
  triax_policy_unref(policy);
  triax_context_unref(context);
  print_table(triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS));
  triax_plan_unref(plan);
  return fflush(stdout) == 0 ? 0 : 3;
}
