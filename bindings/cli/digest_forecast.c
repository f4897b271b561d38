/* The forecast within 80 columns: what is kept, whom it takes, and what the scenarios would change. */
#include <math.h>
#include <string.h>

#include "digest.h"

static void add_name(const digest *d, const triax_table *table, const char *column, size_t row) {
  triax_text name = text_at(table, column, row);
  text_add_string(d->buffer, "  ");
  digest_cell(d->buffer, name.bytes != NULL ? name : triax_text_of("(in no segment)"), DIGEST_NAME - 2);
}

/* --- what is kept --- */

static void add_share(const digest *d, double share) {
  char text[CLI_NUMBER_SIZE], figure[CLI_NUMBER_SIZE];
  const double percent = 100 * share, size = fabs(percent);
  if (size >= 99999.5) snprintf(text, sizeof text, "%.0e", percent);
  else snprintf(text, sizeof text, "%s", digest_figure(percent, size < 9999.95 ? 1 : 0, figure));
  text_add_format(d->buffer, " %5s%s", is_missing(share) ? "-" : text, is_missing(share) ? "" : "%");
}

/* One segment: its rows are those of the years, from 0 on. */
static void add_outlook(const digest *d, const triax_table *table, size_t first, size_t last) {
  char text[CLI_NUMBER_SIZE];
  add_name(d, table, "segment", first);
  text_add_format(d->buffer, " %7s", digest_money(number_at(table, "arr", first), text));
  text_add_format(d->buffer, " %10s", digest_money(number_at(table, "arr", last), text));
  text_add_format(d->buffer, " %9s to", digest_money(number_at(table, "arr_low", last), text));
  text_add_format(d->buffer, " %-8s", digest_money(number_at(table, "arr_high", last), text));
  add_share(d, number_at(table, "grr", first + 1));
  add_share(d, number_at(table, "nrr", first + 1));
  digest_line(d->buffer);
}

static void add_outlooks(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_FORECAST);
  size_t rows = table != NULL ? triax_table_rows(table) : 0, years = 0;
  if (rows == 0) return;
  while (years + 1 < rows && number_at(table, "year", years + 1) > 0) years++;
  char heading[CLI_NUMBER_SIZE];
  snprintf(heading, sizeof heading, years == 1 ? "in a year" : "in %zu years", years);
  text_add_format(d->buffer, "\n%-*s %7s %10s %21s %6s %6s\n", DIGEST_NAME, "Forecast", "ARR now", heading,
                  "90 % interval  ", "GRR", "NRR");
  for (size_t row = 0; row < rows && digest_says(text_at(table, "scenario", row), "base"); row += years + 1) {
    add_outlook(d, table, row, row + years);
  }
}

/* --- whom it takes --- */

/* A number of CSMs: with two decimals as long as they fit. */
static const char *csm_figure(double value, char text[CLI_NUMBER_SIZE]) {
  if (!(fabs(value) >= 1e4)) return digest_figure(value, 2, text);
  return fabs(value) < 1e6 ? digest_count(value, text) : digest_money(value, text);
}

static const char *hire_figure(double value, char text[CLI_NUMBER_SIZE]) {
  return fabs(value) >= 1e4 ? digest_money(value, text) : digest_count(value, text);
}

/* A rule's number of CSMs, with a star where it binds. */
static void add_rule(const digest *d, const triax_table *table, size_t row, const char *column, const char *word) {
  char text[CLI_NUMBER_SIZE];
  bool binds = digest_says(text_at(table, "binds", row), word);
  text_add_format(d->buffer, " %7s%s", csm_figure(number_at(table, column, row), text), binds ? "*" : " ");
}

static void add_head(const digest *d, const triax_table *table, size_t row) {
  char text[CLI_NUMBER_SIZE];
  double next = number_at(table, "next_hire_in", row);
  add_name(d, table, "segment", row);
  add_rule(d, table, row, "by_accounts", "accounts");
  add_rule(d, table, row, "by_arr", "arr");
  add_rule(d, table, row, "by_hours", "hours");
  text_add_format(d->buffer, " %6s", csm_figure(number_at(table, "need", row), text));
  text_add_format(d->buffer, " %6s", csm_figure(number_at(table, "csms", row), text));
  text_add_format(d->buffer, " %5s", hire_figure(number_at(table, "hire", row), text));
  if (next <= 0) text_add_string(d->buffer, "  now");
  else if (!is_missing(next)) text_add_format(d->buffer, "  in %s y", digest_figure(next, 1, text));
  digest_line(d->buffer);
}

static void add_cost(const digest *d, const triax_table *table) {
  char text[CLI_NUMBER_SIZE], each[CLI_NUMBER_SIZE];
  double cost = number_at(table, "cost", 0), share = number_at(table, "cost_to_arr", 0);
  bool there = !is_missing(cost);
  if (!there) cost = number_at(table, "needed_cost", 0);
  if (is_missing(cost)) return;
  text_add_format(d->buffer, "Cost: %s a year%s", digest_money(cost, text), there ? "" : " for those needed");
  if (!is_missing(share)) text_add_format(d->buffer, ", %s %% of ARR", digest_figure(100 * share, 1, text));
  if (number_at(table, "arr_per_csm", 0) > 0) {
    text_add_format(d->buffer, "; %s ARR a CSM", digest_money(number_at(table, "arr_per_csm", 0), each));
  }
  digest_line(d->buffer);
}

static void add_heads(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_HEADCOUNT);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  bool ruled = rows > 0 && !is_missing(number_at(table, "need", 0));
  if (ruled) {
    text_add_format(d->buffer, "\n%-*s %7s  %7s  %7s  %6s %6s %5s  %s\n", DIGEST_NAME, "CSMs needed (* binds)",
                    "accounts", "ARR", "hours", "need", "there", "hire", "next");
  }
  for (size_t row = 0; ruled && row < rows && digest_says(text_at(table, "scenario", row), "base"); row++) {
    add_head(d, table, row);
  }
  if (rows > 0) add_cost(d, table);
}

/* --- what the scenarios would change --- */

static const char *of_change(const char *number, double value, char text[CLI_NUMBER_SIZE]) {
  snprintf(text, CLI_NUMBER_SIZE, "%s%.30s", value > 0 ? "+" : "", number);
  return text;
}

static void add_scenario(const digest *d, const triax_table *table, size_t row) {
  char text[CLI_NUMBER_SIZE], change[CLI_NUMBER_SIZE];
  double arr = number_at(table, "arr", row), share = 100 * number_at(table, "arr_change", row);
  double csms = number_at(table, "csms_needed", row), net = number_at(table, "net_cost", row);
  text_add_string(d->buffer, "  ");
  digest_cell(d->buffer, text_at(table, "scenario", row), DIGEST_NAME + 12);
  text_add_format(d->buffer, " %9s", of_change(digest_money(arr, text), arr, change));
  if (fabs(share) >= 1e5) snprintf(text, sizeof text, "%.0e", share); /* a thousandfold and more */
  else snprintf(text, sizeof text, "%s", digest_figure(share, 1, change));
  text_add_format(d->buffer, " %8s%s", of_change(text, share, change), is_missing(share) ? " " : "%");
  text_add_format(d->buffer, " %7s", of_change(digest_figure(csms, 1, text), csms, change));
  text_add_format(d->buffer, " %10s", of_change(digest_money(net, text), net, change));
  digest_line(d->buffer);
}

/* Of each scenario the last year of all. */
static void add_scenarios(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_SCENARIOS);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  if (rows == 0) return;
  double years = number_at(table, "year", rows - 1);
  text_add_format(d->buffer, "\nIn year %-*.0f %9s %9s %7s %10s\n", DIGEST_NAME + 6, years, "ARR", "change", "CSMs",
                  "net cost");
  for (size_t row = 0; row < rows; row++) {
    bool last = number_at(table, "year", row) == years;
    if (last && digest_says(text_at(table, "segment", row), "all")) add_scenario(d, table, row);
  }
}

void digest_add_forecast(const digest *d) {
  add_outlooks(d);
  add_heads(d);
  add_scenarios(d);
}
