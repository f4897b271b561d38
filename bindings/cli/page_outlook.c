/* Of report.html: what follows. Moves week by week, plays, and the forecast. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { WIDTH = 760, HEIGHT = 260, LEFT = 56, RIGHT = 220, NAME_SHOWN = 30, TOP = 12, BOTTOM = 28, WEEKS_SHOWN = 52, PLAYS_SHOWN = 60 };

static triax_text text_of(const triax_document *summary, triax_node map, const char *key) {
  triax_node node = triax_document_find(summary, map, triax_text_of(key));
  return node != TRIAX_NO_NODE ? triax_document_as_text(summary, node) : triax_text_of(NULL);
}

/* --- moves --- */

static void add_weeks(const digest *d, const triax_document *summary, triax_node weeks) {
  static const char *const heads[] = {"Week from", "#Moves", "", "#Of owners", "#ARR", NULL};
  char text[CLI_NUMBER_SIZE];
  double most = 0;
  size_t shown = 0, left = 0;
  for (triax_node week = triax_document_first(summary, weeks); week != TRIAX_NO_NODE;
       week = triax_document_next(summary, week)) {
    most = fmax(most, digest_number_of(summary, week, "moves"));
  }
  page_table(d->buffer, NULL, heads);
  for (triax_node week = triax_document_first(summary, weeks); week != TRIAX_NO_NODE;
       week = triax_document_next(summary, week)) {
    if (shown == WEEKS_SHOWN) {
      left++;
      continue;
    }
    shown++;
    page_row(d->buffer);
    page_cell(d->buffer, text_of(summary, week, "date"));
    page_number(d->buffer, digest_count(digest_number_of(summary, week, "moves"), text));
    page_bar(d->buffer, digest_number_of(summary, week, "moves"), most, "main");
    page_number(d->buffer, digest_count(digest_number_of(summary, week, "change_owner"), text));
    page_number(d->buffer, digest_money(digest_number_of(summary, week, "arr"), text));
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
  page_more(d->buffer, (double)left, "summary.json");
}

static void add_transition(const digest *d) {
  const triax_document *summary = triax_plan_summary(d->plan);
  triax_node node = triax_document_find(summary, 0, triax_text_of("transition"));
  if (node == TRIAX_NO_NODE) return;
  char text[CLI_NUMBER_SIZE];
  page_section(d->buffer, "Moves", NULL);
  text_add_string(d->buffer, "<div class=\"tiles\">\n");
  page_tile(d->buffer, digest_count(digest_number_of(summary, node, "change_hands"), text), "accounts change hands");
  page_tile(d->buffer, digest_money(digest_number_of(summary, node, "arr_moved"), text), "ARR moves");
  page_tile(d->buffer, digest_count(digest_number_of(summary, node, "new_owners"), text), "get a first owner");
  page_tile(d->buffer, digest_count(digest_number_of(summary, node, "segment_changes"), text), "change segment");
  triax_node states = triax_document_find(summary, node, triax_text_of("moves"));
  if (states != TRIAX_NO_NODE) {
    page_tile(d->buffer, digest_count(digest_number_of(summary, states, "held"), text), "are held");
    page_tile(d->buffer, digest_count(digest_number_of(summary, states, "kept"), text), "stay after too many");
  }
  text_add_string(d->buffer, "</div>\n");
  triax_node weeks = triax_document_find(summary, node, triax_text_of("weeks"));
  if (weeks != TRIAX_NO_NODE && triax_document_count(summary, weeks) > 0) add_weeks(d, summary, weeks);
  page_section_end(d->buffer);
}

/* --- plays --- */

static void add_plays(const digest *d) {
  static const char *const heads[] = {"Play, most urgent first", "#Fires for", "#Not judged", "#New", "#Updated",
                                      "#Withheld", NULL};
  static const char *const keys[] = {"fired", "not_judged", "new", "updated", "withheld"};
  const triax_document *summary = triax_plan_summary(d->plan);
  char text[CLI_NUMBER_SIZE];
  triax_node node = digest_find(summary, "plays", "list");
  if (node == TRIAX_NO_NODE) return;
  page_section(d->buffer, "Plays", "The actions are in actions.csv, those withheld in withheld.csv with the reason.");
  page_table(d->buffer, NULL, heads);
  size_t shown = 0, left = 0;
  for (triax_node play = triax_document_first(summary, node); play != TRIAX_NO_NODE;
       play = triax_document_next(summary, play)) {
    if (shown == PLAYS_SHOWN) {
      left++;
      continue;
    }
    shown++;
    page_row(d->buffer);
    page_cell(d->buffer, text_of(summary, play, "play"));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
      page_number(d->buffer, digest_count(digest_number_of(summary, play, keys[i]), text));
    }
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
  page_more(d->buffer, (double)left, "summary.json");
  page_section_end(d->buffer);
}

/* --- the forecast's picture --- */

/* The rows of all segments together of one scenario: those of the years, from 0 on. */
typedef struct chart {
  const triax_table *table;
  size_t years;
  double most;
} chart;

static double x_of(const chart *c, size_t year) {
  return LEFT + (double)(WIDTH - LEFT - RIGHT) * (double)year / (double)c->years;
}
static double y_of(const chart *c, double value) {
  return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (c->most > 0 ? value / c->most : 0));
}

/* 1, 2 or 5 times a power of ten, so that four or five lines are enough. */
static double step_of(double most) {
  double rough = most / 4, power = 1;
  while (power * 10 <= rough) power *= 10;
  while (power > rough) power /= 10;
  double lead = rough / power;
  return power * (lead > 5 ? 10 : lead > 2 ? 5 : lead > 1 ? 2 : 1);
}

static void add_grid(text_buffer *buffer, const chart *c) {
  char text[CLI_NUMBER_SIZE];
  double step = step_of(c->most);
  for (int i = 0; i * step <= c->most * 1.0001; i++) {
    double y = y_of(c, i * step);
    text_add_format(buffer, "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH - RIGHT, y,
                    y);
    text_add_format(buffer, "<text class=\"soft\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 8, y + 4,
                    digest_money(i * step, text));
  }
  for (size_t year = 0; year <= c->years; year++) {
    if (c->years > 10 && year % 5 != 0) continue;
    text_add_format(buffer, "<text class=\"soft\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", x_of(c, year),
                    HEIGHT - 8);
    if (year == 0) text_add_string(buffer, "now</text>");
    else text_add_format(buffer, "year %zu</text>", year);
  }
}

static void add_span(text_buffer *buffer, const chart *c, size_t first) {
  text_add_string(buffer, "<polygon class=\"span\" points=\"");
  for (size_t year = 0; year <= c->years; year++) {
    text_add_format(buffer, "%.1f,%.1f ", x_of(c, year), y_of(c, number_at(c->table, "arr_high", first + year)));
  }
  for (size_t year = c->years + 1; year-- > 0;) {
    text_add_format(buffer, "%.1f,%.1f ", x_of(c, year), y_of(c, number_at(c->table, "arr_low", first + year)));
  }
  text_add_string(buffer, "\"/>\n");
}

static void add_name(text_buffer *buffer, triax_text name) {
  size_t bytes = name.length, characters = 0;
  for (size_t i = 0; i < name.length; i++) { /* never cut within a character */
    bool begins = ((unsigned char)name.bytes[i] & 0xC0) != 0x80;
    if (begins && characters++ == NAME_SHOWN) bytes = i;
  }
  page_text(buffer, (triax_text){name.bytes, bytes});
  if (bytes < name.length) text_add_string(buffer, "&hellip;");
}

/* A line with its name at the end, moved off the name before it where they would touch. */
static void add_curve(text_buffer *buffer, const chart *c, size_t first, bool is_base, double *label_before) {
  double label = y_of(c, number_at(c->table, "arr", first + c->years)) + 4;
  text_add_format(buffer, "<polyline class=\"curve%s\" points=\"", is_base ? "" : " other");
  for (size_t year = 0; year <= c->years; year++) {
    text_add_format(buffer, "%.1f,%.1f ", x_of(c, year), y_of(c, number_at(c->table, "arr", first + year)));
  }
  if (!is_missing(*label_before) && fabs(label - *label_before) < 14) label = *label_before - 14;
  *label_before = label;
  text_add_format(buffer, "\"/><text x=\"%d\" y=\"%.1f\">", WIDTH - RIGHT + 8, label);
  add_name(buffer, text_at(c->table, "scenario", first));
  text_add_string(buffer, "</text>\n");
}

static void add_chart(const digest *d, const triax_table *table) {
  size_t rows = triax_table_rows(table);
  chart c = {table, 0, 0};
  while (c.years + 1 < rows && number_at(table, "year", c.years + 1) > 0) c.years++;
  if (c.years == 0) return;
  for (size_t row = 0; row < rows; row++) {
    if (!digest_says(text_at(table, "segment", row), "all")) continue;
    c.most = fmax(c.most, fmax(number_at(table, "arr", row), number_at(table, "arr_high", row)));
  }
  if (!(c.most > 1e-300) || c.most > 1e300) return;
  text_add_format(d->buffer, "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"ARR by year\">\n", WIDTH,
                  HEIGHT, WIDTH);
  add_grid(d->buffer, &c);
  add_span(d->buffer, &c, 0);
  double label = NAN;
  for (size_t row = 0; row < rows; row += c.years + 1) {
    if (!digest_says(text_at(table, "segment", row), "all")) continue;
    add_curve(d->buffer, &c, row, row == 0, &label);
  }
  text_add_string(d->buffer, "</svg>\n");
}

/* --- the forecast's figures --- */

static void add_segments(const digest *d, const triax_table *table) {
  static const char *const heads[] = {"Segment", "#ARR now", "#At the end", "#90 % interval", "#GRR", "#NRR", NULL};
  char text[CLI_NUMBER_SIZE], other[CLI_NUMBER_SIZE];
  size_t rows = triax_table_rows(table), years = 0;
  while (years + 1 < rows && number_at(table, "year", years + 1) > 0) years++;
  if (years == 0) return;
  page_table(d->buffer, "GRR and NRR are those of the first year", heads);
  for (size_t row = 0; row < rows && digest_says(text_at(table, "scenario", row), "base"); row += years + 1) {
    page_row(d->buffer);
    page_cell(d->buffer, text_at(table, "segment", row));
    page_number(d->buffer, digest_money(number_at(table, "arr", row), text));
    page_number(d->buffer, digest_money(number_at(table, "arr", row + years), text));
    text_add_format(d->buffer, "<td class=\"n\">%s to %s</td>",
                    digest_money(number_at(table, "arr_low", row + years), text),
                    digest_money(number_at(table, "arr_high", row + years), other));
    page_share(d->buffer, number_at(table, "grr", row + 1), 1);
    page_share(d->buffer, number_at(table, "nrr", row + 1), 1);
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
}

static void add_heads(const digest *d) {
  static const char *const heads[] = {"Segment", "#By accounts", "#By ARR", "#By hours", "#Needed", "#There", "#Hire",
                                      "Next hire", NULL};
  static const char *const rules[] = {"by_accounts", "by_arr", "by_hours", "need", "csms"};
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_HEADCOUNT);
  size_t rows = table != NULL ? triax_table_rows(table) : 0, column = column_of(table, "next_hire");
  char text[CLI_NUMBER_SIZE];
  if (rows == 0 || is_missing(number_at(table, "need", 0))) return;
  page_table(d->buffer, "CSMs needed, in full time", heads);
  for (size_t row = 0; row < rows && digest_says(text_at(table, "scenario", row), "base"); row++) {
    page_row(d->buffer);
    page_cell(d->buffer, text_at(table, "segment", row));
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
      page_number(d->buffer, digest_figure(number_at(table, rules[i], row), 2, text));
    }
    page_number(d->buffer, digest_count(number_at(table, "hire", row), text));
    double day = column != SIZE_MAX ? triax_table_number(table, column, row) : NAN;
    if (!is_missing(day)) text_of_date((int64_t)day, text);
    page_word(d->buffer, is_missing(day) ? "" : text);
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
}

/* A difference, with its sign. */
static void add_change(text_buffer *buffer, double value, const char *number) {
  text_add_format(buffer, "<td class=\"n\">%s%s</td>", value > 0 ? "+" : "", number);
}

static void add_scenarios(const digest *d) {
  static const char *const heads[] = {"Scenario, at the end", "#ARR", "#of the base", "#CSMs", "#Net cost", NULL};
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_SCENARIOS);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  char text[CLI_NUMBER_SIZE];
  if (rows == 0) return;
  page_table(d->buffer, "What each scenario would change", heads);
  for (size_t row = 0; row < rows; row++) {
    bool last = row + 1 == rows || number_at(table, "year", row + 1) <= number_at(table, "year", row);
    if (!last || !digest_says(text_at(table, "segment", row), "all")) continue;
    page_row(d->buffer);
    page_cell(d->buffer, text_at(table, "scenario", row));
    double arr = number_at(table, "arr", row), csms = number_at(table, "csms_needed", row);
    double cost = number_at(table, "net_cost", row);
    add_change(d->buffer, arr, digest_money(arr, text));
    page_share(d->buffer, number_at(table, "arr_change", row), 1);
    add_change(d->buffer, csms, digest_figure(csms, 1, text));
    add_change(d->buffer, cost, digest_money(cost, text));
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
}

static void add_forecast(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_FORECAST);
  if (table == NULL || triax_table_rows(table) == 0) return;
  page_section(d->buffer, "Forecast", "ARR of today's customers; the shade is the 90 % interval of chance alone.");
  add_chart(d, table);
  add_segments(d, table);
  add_heads(d);
  add_scenarios(d);
  page_section_end(d->buffer);
}

void page_add_outlook(const digest *d) {
  add_transition(d);
  add_plays(d);
  add_forecast(d);
}
