/* Of report.html: who owns whom, who is left over, and how good that is at most. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { BOOKS_SHOWN = 60 };

/* --- books --- */

static bool is_here(const void *user, size_t row) { return number_at(user, "here", row) != 0; }

static double fullness(const triax_table *table, size_t row) {
  double load = number_at(table, "load", row), fte = number_at(table, "fte", row);
  return fte > 0 ? load / fte : load > 0 ? INFINITY : NAN;
}

static void add_book(const digest *d, const triax_table *table, size_t row, bool has_hours) {
  char text[CLI_NUMBER_SIZE], other[CLI_NUMBER_SIZE];
  double load = number_at(table, "load", row), fte = number_at(table, "fte", row);
  page_row(d->buffer);
  page_named(d->buffer, text_at(table, "key", row), triax_team_table(d->company->team), row);
  page_number(d->buffer, digest_count(number_at(table, "accounts", row), text));
  text_add_format(d->buffer, "<td class=\"n\">%s of %s</td>", digest_figure(load, 2, text), digest_figure(fte, 2, other));
  page_bar(d->buffer, load, fte, load > fte * (1 + 1e-9) ? "over" : "main");
  page_number(d->buffer, digest_money(number_at(table, "arr", row), text));
  page_number(d->buffer, digest_figure(number_at(table, "mean_health", row), 1, text));
  if (has_hours) {
    text_add_format(d->buffer, "<td class=\"n\">%s of %s</td>", digest_count(number_at(table, "hours", row), text),
                    digest_count(number_at(table, "hours_available", row), other));
  }
  page_row_end(d->buffer);
}

static void add_books(const digest *d) {
  const char *heads[] = {"CSM, fullest first", "#Accounts", "#Load of FTE", "", "#ARR", "#Health", NULL, NULL};
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_CSMS);
  size_t rows = table != NULL ? triax_table_rows(table) : 0, count;
  bool has_hours = column_of(table, "hours_available") != SIZE_MAX;
  double *full = rows > 0 ? malloc(rows * sizeof *full) : NULL;
  d->buffer->failed = d->buffer->failed || (rows > 0 && full == NULL);
  for (size_t row = 0; full != NULL && row < rows; row++) full[row] = fullness(table, row);
  digest_ranked *order = full != NULL ? page_rank(d->buffer, rows, full, is_here, table, &count) : NULL;
  free(full);
  if (order == NULL) return;
  if (has_hours) heads[6] = "#Hours";
  page_table(d->buffer, NULL, heads);
  for (size_t i = 0; i < count; i++) {
    if (count > BOOKS_SHOWN && i == BOOKS_SHOWN / 2) i = count - BOOKS_SHOWN / 2;
    add_book(d, table, order[i].row, has_hours);
  }
  page_table_end(d->buffer);
  page_more(d->buffer, (double)count - BOOKS_SHOWN, "csms.csv, between the fullest and the emptiest");
  free(order);
}

/* --- pools, and whom to hire --- */

static void add_list(text_buffer *buffer, const triax_table *table, const char *name, size_t row) {
  size_t column = column_of(table, name), count = column != SIZE_MAX ? triax_table_items(table, column, row) : 0;
  text_add_string(buffer, "<td>");
  for (size_t i = 0; i < count; i++) {
    if (i > 0) text_add_string(buffer, ", ");
    page_text(buffer, triax_table_item(table, column, row, i));
  }
  text_add_string(buffer, "</td>");
}

static void add_pools(const digest *d) {
  static const char *const heads[] = {"Pool", "Roles", "#Customers", "#CSMs", "#Load of capacity", "", "#Uncovered",
                                      "In the way", NULL};
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_POOLS);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  char text[CLI_NUMBER_SIZE], other[CLI_NUMBER_SIZE];
  if (rows == 0) return;
  page_table(d->buffer, "Pools: the load of all their customers, covered or not", heads);
  for (size_t row = 0; row < rows; row++) {
    double load = number_at(table, "load", row), capacity = number_at(table, "capacity", row);
    page_row(d->buffer);
    page_cell(d->buffer, text_at(table, "pool", row));
    add_list(d->buffer, table, "roles", row);
    page_number(d->buffer, digest_count(number_at(table, "customers", row), text));
    page_number(d->buffer, digest_count(number_at(table, "csms", row), text));
    text_add_format(d->buffer, "<td class=\"n\">%s of %s</td>", digest_figure(load, 2, text),
                    digest_figure(capacity, 2, other));
    page_bar(d->buffer, load, capacity, load > capacity * (1 + 1e-9) ? "over" : "main");
    page_number(d->buffer, digest_count(number_at(table, "uncovered", row), text));
    page_cell(d->buffer, text_at(table, "in_the_way", row));
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
}

static void add_overlays(const digest *d) {
  static const char *const heads[] = {"Overlay", "#Customers", "#CSMs", "#Room", "#Uncovered", "#To hire, about", NULL};
  static const char *const figures[] = {"customers", "csms", "room", "uncovered", "hire"};
  const triax_document *summary = triax_plan_summary(d->plan);
  triax_node list = digest_find(summary, "allocation", "overlays");
  if (list == TRIAX_NO_NODE) return;
  char text[CLI_NUMBER_SIZE];
  page_table(d->buffer, "Specialists beside the owners", heads);
  for (triax_node one = triax_document_first(summary, list); one != TRIAX_NO_NODE;
       one = triax_document_next(summary, one)) {
    page_row(d->buffer);
    page_cell(d->buffer, triax_document_as_text(summary, triax_document_find(summary, one, triax_text_of("overlay"))));
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
      page_number(d->buffer, digest_count(digest_number_of(summary, one, figures[i]), text));
    }
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
}

static void add_hires(const digest *d) {
  static const char *const heads[] = {"Pool", "Like", "#Hires", "#Accounts covered", "#Value covered", "#Accounts left",
                                      NULL};
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_HIRES);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  char text[CLI_NUMBER_SIZE];
  if (rows == 0) return;
  page_table(d->buffer, "Whom to hire, and what it gains: each step was solved again", heads);
  for (size_t row = 0; row < rows && row < PAGE_ROWS; row++) {
    triax_text like = text_at(table, "like", row);
    page_row(d->buffer);
    page_cell(d->buffer, text_at(table, "pool", row));
    page_cell(d->buffer, like.bytes != NULL ? like : text_at(table, "needs", row));
    page_number(d->buffer, digest_figure(number_at(table, "hires", row), 0, text));
    page_number(d->buffer, digest_count(number_at(table, "covered", row), text));
    page_number(d->buffer, digest_money(number_at(table, "covered_value", row), text));
    page_number(d->buffer, digest_count(number_at(table, "left", row), text));
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
  page_more(d->buffer, (double)rows - PAGE_ROWS, "hires.csv");
}

/* --- who is left over --- */

typedef struct standing {
  const triax_table *customers;
  size_t column;
} standing;

static bool is_uncovered(const void *user, size_t row) {
  const standing *of = user;
  return digest_says(triax_table_text(of->customers, of->column, row), "uncovered");
}

static void add_uncovered(const digest *d, const double *money) {
  static const char *const heads[] = {"Uncovered, largest first", "Segment", "#ARR", "Why", NULL};
  const triax_table *customers = triax_plan_table(d->plan, TRIAX_PLAN_CUSTOMERS);
  standing of = {customers, column_of(customers, "allocation")};
  char text[CLI_NUMBER_SIZE];
  size_t count;
  if (of.column == SIZE_MAX) return;
  digest_ranked *order = page_rank(d->buffer, triax_table_rows(customers), money, is_uncovered, &of, &count);
  if (order == NULL) return;
  page_table(d->buffer, NULL, heads);
  for (size_t i = 0; i < count && i < PAGE_ROWS; i++) {
    size_t row = order[i].row;
    page_row(d->buffer);
    page_named(d->buffer, text_at(customers, "key", row), triax_customers_table(d->company->customers), row);
    page_cell(d->buffer, text_at(customers, "segment", row));
    page_number(d->buffer, digest_money(money != NULL ? money[row] : NAN, text));
    page_cell(d->buffer, text_at(customers, "why", row));
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
  page_more(d->buffer, (double)count - PAGE_ROWS, "customers.csv");
  free(order);
}

/* --- how good it is at most --- */

static void add_certificate(const digest *d) {
  static const char *const heads[] = {"Objective, in this order", "#Reached", "#At best", "", NULL};
  const triax_document *summary = triax_plan_summary(d->plan);
  triax_node node = triax_document_find(summary, 0, triax_text_of("allocation"));
  if (node == TRIAX_NO_NODE) return;
  if (triax_document_as_boolean(summary, triax_document_find(summary, node, triax_text_of("optimal")))) {
    text_add_string(d->buffer, "<p>Proven: no other plan's books are better.</p>\n");
    return;
  }
  node = triax_document_find(summary, node, triax_text_of("certificate"));
  if (node == TRIAX_NO_NODE) return;
  page_table(d->buffer, "How good the books are. At best: no plan that is as good in the lines above is better in this one", heads);
  for (triax_node part = triax_document_first(summary, node); part != TRIAX_NO_NODE;
       part = triax_document_next(summary, part)) {
    digest_objective of;
    if (!digest_part(summary, part, &of)) continue;
    page_row(d->buffer);
    page_word(d->buffer, of.words);
    page_number(d->buffer, of.reached);
    page_number(d->buffer, of.bound);
    text_add_string(d->buffer, "<td>");
    page_text(d->buffer, of.state);
    if (of.gap[0] != '\0') text_add_format(d->buffer, ", %s&#8239;%%", of.gap);
    text_add_string(d->buffer, "</td>");
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
}

/* --- moves against balance --- */

static void add_tradeoff(const digest *d) {
  static const char *const heads[] = {"", "#Moved", "", "#ARR", "#Imbalance", "#Of the balance gained", "#Load of FTE", NULL};
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_TRADEOFF);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  char text[CLI_NUMBER_SIZE], other[CLI_NUMBER_SIZE];
  double most = 0;
  if (rows == 0) return;
  for (size_t row = 0; row < rows; row++) most = fmax(most, number_at(table, "moved", row));
  page_table(d->buffer, "Moves against balance: what more accounts moved would buy", heads);
  for (size_t row = 0; row < rows; row++) {
    page_row(d->buffer);
    page_cell(d->buffer, text_at(table, "how", row));
    page_number(d->buffer, digest_count(number_at(table, "moved", row), text));
    page_bar(d->buffer, number_at(table, "moved", row), most, "main");
    page_number(d->buffer, digest_money(number_at(table, "arr", row), text));
    page_number(d->buffer, digest_figure(number_at(table, "imbalance", row), 2, text));
    text_add_format(d->buffer, "<td class=\"n\">%s&#8239;%%</td>",
                    digest_figure(100 * number_at(table, "balance_share", row), 0, text));
    text_add_format(d->buffer, "<td class=\"n\">%s to %s</td>", digest_figure(number_at(table, "emptiest", row), 2, text),
                    digest_figure(number_at(table, "fullest", row), 2, other));
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
}

void page_add_books(const digest *d, const double *money) {
  if (triax_plan_table(d->plan, TRIAX_PLAN_CSMS) == NULL) return;
  page_section(d->buffer, "Books", NULL);
  add_certificate(d);
  add_books(d);
  add_pools(d);
  add_overlays(d);
  add_uncovered(d, money);
  add_hires(d);
  add_tradeoff(d);
  page_section_end(d->buffer);
}
