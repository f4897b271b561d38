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
 * take C strings. NULL as a key stands for an item of a list. */

static void map(triax_document *d, const char *key) { triax_document_map(d, triax_text_of(key)); }
static void list(triax_document *d, const char *key) { triax_document_list(d, triax_text_of(key)); }
static void end(triax_document *d) { triax_document_end(d); }
static void number(triax_document *d, const char *key, double value) {
  triax_document_number(d, triax_text_of(key), value);
}
/* Texts are what the file would say: expressions, words, "750k", "10%", "90d". */
static void text(triax_document *d, const char *key, const char *value) {
  triax_document_text(d, triax_text_of(key), triax_text_of(value));
}

/* key: [one, two, …], ended by NULL */
static void texts(triax_document *d, const char *key, const char *const *values) {
  list(d, key);
  for (; *values; values++) text(d, NULL, *values);
  end(d);
}

/* key: [low, high] */
static void pair(triax_document *d, const char *key, double low, double high) {
  list(d, key);
  number(d, NULL, low);
  number(d, NULL, high);
  end(d);
}

static void column(triax_document *d, const char *name, const char *type) {
  map(d, name);
  text(d, "type", type);
  end(d);
}

static void write_data(triax_document *d) {
  static const char *const customers[][2] = {
      {"employees", "number"},    {"seats", "number"},         {"active_seats", "number"},  {"products", "strings"},
      {"past_owners", "strings"}, {"exec_sponsor", "boolean"}, {"csm_sentiment", "string"}, {"sentiment_on", "date"},
      {"nps_on", "date"},         {"customer_since", "date"},  {"renewal", "date"},         {"segment_since", "date"}};
  static const char *const team[][2] = {
      {"name", "string"}, {"verticals", "strings"}, {"languages", "strings"}, {"start", "date"}, {"end", "date"}};
  map(d, "currency");
  text(d, "base", "USD");
  map(d, "rates");
  number(d, "GBP", 1.27);
  number(d, "EUR", 1.08);
  end(d);
  end(d);

  map(d, "customers");
  text(d, "key", "id");
  map(d, "columns");
  map(d, "arr");
  text(d, "type", "money");
  text(d, "currency", "arr_currency");
  end(d);
  for (size_t i = 0; i < sizeof customers / sizeof *customers; i++) column(d, customers[i][0], customers[i][1]);
  map(d, "open_tickets");
  text(d, "type", "number");
  number(d, "missing", 0);
  end(d);
  end(d);
  end(d);

  map(d, "team");
  text(d, "key", "id");
  map(d, "columns");
  for (size_t i = 0; i < sizeof team / sizeof *team; i++) column(d, team[i][0], team[i][1]);
  map(d, "fte");
  text(d, "type", "number");
  number(d, "missing", 1);
  end(d);
  end(d);
  end(d);

  map(d, "define");
  text(d, "adoption", "active_seats / seats");
  text(d, "at_risk", "band == \"red\" ? 1 : 0");
  end(d);
}

/* A metric is left open, so that the caller can add to it: stale, applies_when … */
static void begin_metric(triax_document *d, const char *name, const char *group, const char *value, double weight) {
  map(d, name);
  if (group) text(d, "group", group);
  text(d, "value", value);
  number(d, "weight", weight);
}

/* A scale of `count` knots, each x and points. */
static void knots(triax_document *d, const double (*knot)[2], size_t count) {
  list(d, "scale");
  for (size_t i = 0; i < count; i++) pair(d, NULL, knot[i][0], knot[i][1]);
  end(d);
}
#define KNOTS(d, ...)                                                                                                  \
  knots(d, (const double[][2]){__VA_ARGS__}, sizeof((const double[][2]){__VA_ARGS__}) / sizeof(double[2]))

static void stale(triax_document *d, const char *since, const char *after, const char *fade) {
  map(d, "stale");
  text(d, "since", since);
  text(d, "after", after);
  text(d, "fade", fade);
  end(d);
}

static void limit(triax_document *d, const char *when, double at_most, const char *why) {
  map(d, NULL);
  text(d, "when", when);
  number(d, "at_most", at_most);
  text(d, "why", why);
  end(d);
}

static void write_product_metrics(triax_document *d) {
  begin_metric(d, "adoption", "product", "adoption", 3);
  KNOTS(d, {0.1, 0}, {0.5, 50}, {0.9, 100});
  end(d);
  begin_metric(d, "habit", "product", "logins_30d / active_seats", 2);
  KNOTS(d, {1, 0}, {12, 100});
  end(d);
  begin_metric(d, "support", "product", "open_tickets", 1);
  KNOTS(d, {0, 100}, {12, 0});
  end(d);
  begin_metric(d, "breadth", "product", "size(products)", 1);
  KNOTS(d, {1, 30}, {4, 100});
  text(d, "applies_when", "days_since(customer_since) > 180");
  end(d);
}

static void write_relationship_metrics(triax_document *d) {
  begin_metric(d, "sentiment", "relationship", "csm_sentiment", 2);
  map(d, "scale"); /* words have points instead of knots */
  number(d, "green", 100);
  number(d, "yellow", 50);
  number(d, "red", 0);
  end(d);
  stale(d, "sentiment_on", "45d", "90d");
  end(d);
  begin_metric(d, "sponsor", "relationship", "exec_sponsor", 1);
  map(d, "scale");
  number(d, "true", 100);
  number(d, "false", 20);
  end(d);
  end(d);
  begin_metric(d, "nps", "relationship", "nps", 1);
  KNOTS(d, {0, 0}, {6, 30}, {8, 70}, {10, 100});
  stale(d, "nps_on", "180d", "180d");
  end(d);
}

static void write_health(triax_document *d) {
  map(d, "health");
  map(d, "metrics");
  write_product_metrics(d);
  write_relationship_metrics(d);
  end(d);
  map(d, "groups");
  text(d, "product", "65%");
  text(d, "relationship", "35%");
  end(d);
  text(d, "min_coverage", "40%");
  list(d, "limits");
  limit(d, "open_escalations > 0", 40, "open escalation");
  limit(d, "overdue_days > 60", 60, "an invoice is more than 60 days late");
  end(d);
  map(d, "bands");
  number(d, "red", 0);
  number(d, "yellow", 50);
  number(d, "green", 75);
  end(d);
  end(d);
}

static void write_scores(triax_document *d) {
  map(d, "scores");
  map(d, "expansion");
  map(d, "metrics");
  begin_metric(d, "whitespace", NULL, "(employees - seats) / employees", 3);
  KNOTS(d, {0, 0}, {0.9, 100});
  end(d);
  begin_metric(d, "cross_sell", NULL, "4 - size(products)", 2);
  KNOTS(d, {0, 0}, {3, 100});
  end(d);
  begin_metric(d, "hiring", NULL, "open_roles / employees", 1);
  KNOTS(d, {0, 0}, {0.05, 100});
  end(d);
  end(d);
  list(d, "limits");
  limit(d, "band == \"red\"", 30, "red accounts do not buy");
  end(d);
  end(d);
  end(d);
}

/* A segment is left open too: its children, or what success means there, may follow. */
static void begin_segment(triax_document *d, const char *name, const char *touch, const char *const *roles,
                          const char *const *services) {
  map(d, NULL);
  text(d, "name", name);
  if (touch) text(d, "touch", touch);
  if (roles) texts(d, "roles", roles);
  if (services) texts(d, "services", services);
}

static void write_tiers(triax_document *d) {
  list(d, "segments");
  begin_segment(d, "strategic", NULL, NULL, NULL);
  text(d, "when", "employees >= 5000 || expansion >= 75");
  end(d);
  begin_segment(d, "core", NULL, NULL, NULL); /* the last takes the rest */
  end(d);
  end(d);
}

static void write_segments(triax_document *d) {
  static const char *const csm[] = {"csm", NULL}, *const any[] = {"csm", "associate", NULL};
  static const char *const global[] = {"named CSM", "quarterly review", "sponsor visit", NULL};
  static const char *const enterprise[] = {"named CSM", "half-yearly review", NULL};
  static const char *const scale[] = {"named CSM", "yearly review", NULL};
  static const char *const digital[] = {"academy", "community", NULL};
  list(d, "segments"); /* in order: the first whose test holds wins */
  begin_segment(d, "global", "high", csm, global);
  number(d, "at_least", 750000);
  end(d);
  begin_segment(d, "enterprise", "high", csm, enterprise);
  number(d, "at_least", 150000);
  map(d, "success");
  text(d, "adopted", "adoption >= 0.6");
  text(d, "sponsored", "exec_sponsor");
  end(d);
  write_tiers(d);
  end(d);
  begin_segment(d, "scale", "low", any, scale);
  text(d, "at_least", "15k"); /* the file's way to write it does as well */
  map(d, "success");
  text(d, "adopted", "adoption >= 0.5");
  end(d);
  end(d);
  begin_segment(d, "digital", "tech", NULL, digital);
  end(d);
  end(d);
}

static void write_segmentation(triax_document *d) {
  map(d, "segmentation");
  text(d, "by", "arr");
  text(d, "previous", "segment");
  map(d, "hold");
  text(d, "margin", "5%");
  text(d, "dwell", "90d");
  text(d, "since", "segment_since");
  end(d);
  text(d, "override", "segment_override");
  write_segments(d);
  end(d);
}

static void write_pools(triax_document *d) {
  static const char *const pools[][3] = {
      {"finance", "vertical == \"finance\"", "\"finance\" in verticals"},
      {"healthcare", "vertical in [\"healthcare\", \"pharma\"]", "\"healthcare\" in verticals"},
      {"industry", "vertical in [\"manufacturing\", \"logistics\"]", "\"manufacturing\" in verticals"},
      {"public", "vertical == \"public sector\"", "\"public sector\" in verticals"},
      {"energy", "vertical == \"energy\"", "\"energy\" in verticals"},
      {"other", NULL, NULL}};
  list(d, "pools");
  for (size_t i = 0; i < sizeof pools / sizeof *pools; i++) {
    map(d, NULL);
    text(d, "name", pools[i][0]);
    if (pools[i][1]) text(d, "customers", pools[i][1]);
    if (pools[i][2]) text(d, "csms", pools[i][2]);
    if (strcmp(pools[i][0], "energy") == 0) number(d, "at_least", 30);
    end(d);
  }
  end(d);
}

static void prefer(triax_document *d, double points, const char *when, const char *why) {
  map(d, NULL);
  number(d, "points", points);
  text(d, "when", when);
  text(d, "why", why);
  end(d);
}

static void write_wishes(triax_document *d) {
  list(d, "prefer");
  prefer(d, 5, "customer.owner == csm.id", "keeps its CSM");
  prefer(d, 2, "csm.id in customer.past_owners", "had it before");
  prefer(d, 1, "customer.country == csm.country", "same country");
  prefer(d, 1, "customer.segment == \"global\" && csm.level == \"senior\"", "senior for a global account");
  end(d);
  text(d, "value", "arr");
  map(d, "balance");
  number(d, "load", 2);
  number(d, "arr", 1);
  number(d, "at_risk", 1);
  end(d);
  list(d, "overlays");
  map(d, NULL);
  text(d, "name", "analytics");
  text(d, "customers", "\"Analytics\" in products && segment != \"digital\"");
  text(d, "csms", "role == \"specialist\"");
  number(d, "accounts", 200);
  end(d);
  end(d);
}

static void write_allocation(triax_document *d) {
  static const char *const unowned[] = {"digital", NULL};
  map(d, "allocation");
  text(d, "owner", "owner");
  texts(d, "unowned", unowned);
  write_pools(d);
  map(d, "capacity");
  text(d, "fte", "fte");
  map(d, "accounts");
  number(d, "global", 6);
  number(d, "enterprise", 15);
  number(d, "scale", 40);
  end(d);
  end(d);
  text(d, "eligible", "customer.language in csm.languages");
  text(d, "freeze", "days_until(renewal) >= 0 && days_until(renewal) <= 60");
  write_wishes(d);
  end(d);
}

static void write_attention(triax_document *d) {
  map(d, "attention");
  text(d, "hours", "30 * fte");
  text(d, "period", "13w");
  text(d, "by", "percentile(expansion)");
  map(d, "limits");
  pair(d, "global", 20, 80);
  pair(d, "enterprise", 6, 40);
  pair(d, "scale", 2, 16);
  end(d);
  text(d, "reserve", "10%");
  number(d, "touch_hours", 1.5);
  end(d);
}

static triax_policy *make_policy(triax_context *context) {
  triax_error error;
  triax_document *d;
  triax_policy *policy;
  must(triax_document_new(context, &d, &error), &error, "document");
  number(d, "triax", 1); /* the version of the policy language */
  text(d, "name", "Quillmere, ARR segments by vertical pools");
  text(d, "stage", "scaling");
  write_data(d);
  write_health(d);
  write_scores(d);
  write_segmentation(d);
  write_allocation(d);
  write_attention(d);
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
