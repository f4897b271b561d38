/* The command compare, and its page of 80 columns. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"

enum { ROWS_SHOWN = 12, NAME_WIDTH = 26 };

/* --- the page --- */

typedef struct page {
  text_buffer *buffer;
  const triax_comparison *comparison;
  const triax_document *summary;
} page;

static triax_node find(const page *p, triax_node node, const char *key) {
  return node == TRIAX_NO_NODE ? node : triax_document_find(p->summary, node, triax_text_of(key));
}

static double number_of(const page *p, triax_node node) {
  if (node == TRIAX_NO_NODE || triax_document_kind(p->summary, node) != TRIAX_KIND_NUMBER) return NAN;
  return triax_document_as_number(p->summary, node);
}

/* "Policy of 2026-11-21" */
static void add_side(const page *p, const char *word, const char *side) {
  triax_node node = find(p, 0, side);
  triax_text plan = triax_document_as_text(p->summary, find(p, node, "plan"));
  triax_text policy = triax_document_as_text(p->summary, find(p, node, "policy"));
  triax_text as_of = triax_document_as_text(p->summary, find(p, node, "as_of"));
  text_add_format(p->buffer, "%-8s", word);
  if (plan.bytes != NULL) text_add(p->buffer, plan.bytes, plan.length);
  if (policy.bytes != NULL) {
    digest_cell(p->buffer, policy, 56);
    while (p->buffer->length > 0 && p->buffer->bytes[p->buffer->length - 1] == ' ') p->buffer->length--;
    text_add_string(p->buffer, ", ");
  }
  if (as_of.bytes != NULL) text_add_format(p->buffer, "%.*s", (int)as_of.length, as_of.bytes);
  digest_line(p->buffer);
}

typedef const char *(*figure_fn)(double value, char text[CLI_NUMBER_SIZE]);

static const char *of_health(double value, char text[CLI_NUMBER_SIZE]) { return digest_figure(value, 1, text); }
static const char *of_share(double value, char text[CLI_NUMBER_SIZE]) {
  char figure[CLI_NUMBER_SIZE];
  if (is_missing(value)) return "-";
  snprintf(text, CLI_NUMBER_SIZE, "%s%%", digest_figure(100 * value, 1, figure));
  return text;
}

static void add_signed(text_buffer *buffer, double value, figure_fn figure, int width) {
  char text[CLI_NUMBER_SIZE], full[CLI_NUMBER_SIZE + 2];
  const char *shown = figure(value, text);
  bool is_zero = !is_missing(value) && shown[strspn(shown, "-0.%")] == '\0';
  snprintf(full, sizeof full, "%s%s", value > 0 && !is_zero ? "+" : "", is_zero ? "0" : shown);
  text_add_format(buffer, " %*s", width, full);
}

static void add_figures(const page *p) {
  static const struct {
    const char *key, *words;
    figure_fn figure;
  } rows[] = {{"customers", "customers", digest_count},
              {"arr", "ARR", digest_money},
              {"mean_health", "mean health", of_health},
              {"owned", "with a CSM", digest_count},
              {"uncovered", "uncovered", digest_count},
              {"moved", "moved from CSM to CSM", digest_count},
              {"continuity", "continuity", of_share},
              {"csms_here", "CSMs here", digest_count},
              {"hire", "CSMs to hire", digest_count},
              {"hours", "hours given", digest_count}};
  char text[CLI_NUMBER_SIZE];
  triax_node figures = find(p, 0, "figures");
  text_add_format(p->buffer, "\n%-*s %10s %10s %10s\n", NAME_WIDTH, "", "before", "after", "change");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    triax_node node = find(p, figures, rows[i].key);
    if (node == TRIAX_NO_NODE) continue;
    text_add_format(p->buffer, "%-*s %10s", NAME_WIDTH, rows[i].words,
                    rows[i].figure(number_of(p, find(p, node, "before")), text));
    text_add_format(p->buffer, " %10s", rows[i].figure(number_of(p, find(p, node, "after")), text));
    add_signed(p->buffer, number_of(p, find(p, node, "change")), rows[i].figure, 10);
    digest_line(p->buffer);
  }
}

/* One number of a table, before -> after, where it has it. */
static void add_move(const page *p, const triax_table *table, const char *name, const char *head, size_t row,
                     figure_fn figure, int width) {
  char column[64], before[CLI_NUMBER_SIZE], after[CLI_NUMBER_SIZE], text[2 * CLI_NUMBER_SIZE + 8];
  snprintf(column, sizeof column, "%s_before", name);
  if (column_of(table, column) == SIZE_MAX) return;
  if (row == SIZE_MAX) {
    text_add_format(p->buffer, " %*s", width, head);
    return;
  }
  double one = number_at(table, column, row);
  snprintf(column, sizeof column, "%s_after", name);
  double two = number_at(table, column, row);
  snprintf(text, sizeof text, "%s > %s", figure(one, before), figure(two, after));
  text_add_format(p->buffer, " %*s", width, text);
}

/* Rows of a table by name, those that differ in what is shown. */
static void add_table(const page *p, int32_t which, const char *key, const char *head, const char *nobody,
                      const char *count, const char *count_head) {
  const triax_table *table = triax_comparison_table(p->comparison, which);
  size_t rows = table != NULL ? triax_table_rows(table) : 0, shown = 0;
  if (rows == 0) return;
  for (size_t i = 0; i <= rows; i++) {
    size_t row = i == 0 ? SIZE_MAX : i - 1;
    triax_text name = i == 0 ? triax_text_of(head) : text_at(table, key, row);
    if (i > 0 && name.bytes == NULL && number_at(table, "customers_before", row) == 0 &&
        number_at(table, "customers_after", row) == 0)
      continue;
    if (shown++ > ROWS_SHOWN) {
      text_add_format(p->buffer, "  ... and %zu more in %s.csv\n", rows - ROWS_SHOWN,
                      triax_comparison_table_name(which));
      break;
    }
    text_add_string(p->buffer, i == 0 ? "\n" : "  ");
    digest_cell(p->buffer, name.bytes != NULL ? name : triax_text_of(nobody), i == 0 ? NAME_WIDTH : NAME_WIDTH - 2);
    add_move(p, table, count, count_head, row, digest_count, 15);
    add_move(p, table, "arr", "ARR", row, digest_money, 17);
    add_move(p, table, "load", "load", row, of_health, 11);
    add_move(p, table, "mean_health", "health", row, of_health, 13);
    digest_line(p->buffer);
  }
}

/* How many accounts differ in what, and why. */
static void add_counts(const page *p, const char *map, const char *head, const char *tail) {
  char text[CLI_NUMBER_SIZE];
  triax_node node = find(p, 0, map);
  if (node == TRIAX_NO_NODE || triax_document_count(p->summary, node) == 0) return;
  text_add_string(p->buffer, head);
  size_t width = strlen(head);
  bool first = true;
  for (triax_node child = triax_document_first(p->summary, node); child != TRIAX_NO_NODE;
       child = triax_document_next(p->summary, child)) {
    triax_text key = triax_document_key(p->summary, child);
    char item[2 * CLI_NUMBER_SIZE + 40];
    int length = snprintf(item, sizeof item, "%s %.*s", digest_count(number_of(p, child), text), (int)key.length, key.bytes);
    bool wraps = !first && width + (size_t)length + 3 > 80;
    text_add_string(p->buffer, first ? "" : wraps ? ",\n  " : ", ");
    width = (wraps ? 2 : width + (first ? 0 : 2)) + (size_t)length;
    text_add_string(p->buffer, item);
    first = false;
  }
  text_add_string(p->buffer, tail);
}

static void add_differences(const page *p) {
  char text[CLI_NUMBER_SIZE];
  triax_node accounts = find(p, 0, "accounts");
  double differ = number_of(p, find(p, accounts, "differ")), fresh = number_of(p, find(p, accounts, "new"));
  double gone = number_of(p, find(p, accounts, "gone"));
  const double both = number_of(p, find(p, accounts, "on_both_sides"));
  text_add_format(p->buffer, "\nOf %s accounts on both sides", digest_count(both, text));
  text_add_format(p->buffer, ", %s differ", digest_count(differ, text));
  if (fresh > 0) text_add_format(p->buffer, "; %s new", digest_count(fresh, text));
  if (gone > 0) text_add_format(p->buffer, "; %s gone", digest_count(gone, text));
  text_add(p->buffer, "\n", 1);
  add_counts(p, "differ", "In: ", "\n");
  add_counts(p, "causes", "Because of: ", "\n");
}

/* --- accounts: the largest first --- */

/* A result before and after, where it differs. */
static void add_result(const page *p, const triax_table *table, const char *name, size_t row) {
  if (find(p, find(p, 0, "differ"), name) == TRIAX_NO_NODE) return;
  char column[64], numbers[2][CLI_NUMBER_SIZE];
  triax_text sides[2];
  bool is_text = false;
  double values[2];
  for (int side = 0; side < 2; side++) {
    snprintf(column, sizeof column, "%s_%s", name, side == 0 ? "before" : "after");
    size_t at = triax_table_find(table, triax_text_of(column));
    is_text = triax_table_type(table, at) == TRIAX_TYPE_STRING;
    sides[side] = triax_table_text(table, at, row);
    values[side] = triax_table_number(table, at, row);
    if (!is_text && !is_missing(values[side])) sides[side] = triax_text_of(of_health(values[side], numbers[side]));
    if (sides[side].bytes == NULL) sides[side] = triax_text_of("-");
  }
  if (sides[0].length == sides[1].length && memcmp(sides[0].bytes, sides[1].bytes, sides[0].length) == 0) return;
  text_add_format(p->buffer, "  %s %.*s > %.*s", name, (int)sides[0].length, sides[0].bytes, (int)sides[1].length,
                  sides[1].bytes);
}

/* Text wrapped at blanks under an indent. */
static void add_wrapped(text_buffer *buffer, triax_text text, int indent) {
  size_t at = 0, room = (size_t)(80 - indent);
  while (at < text.length) {
    size_t end = text.length, bytes = 0, points = 0;
    for (bytes = at; bytes < text.length && points < room; bytes++)
      points += ((unsigned char)text.bytes[bytes] & 0xC0) != 0x80;
    if (bytes < text.length) {
      end = bytes;
      while (end > at && text.bytes[end] != ' ') end--;
      if (end == at) end = bytes;
    }
    size_t last = end;
    while (last > at && text.bytes[last - 1] == ' ') last--;
    text_add_format(buffer, "%*s", indent, "");
    text_add(buffer, text.bytes + at, last - at);
    text_add(buffer, "\n", 1);
    for (at = end; at < text.length && text.bytes[at] == ' ';) at++;
  }
}

static void add_account(const page *p, const triax_table *table, const digest_ranked *one) {
  static const char *const results[] = {"segment", "csm", "health", "band", "hours"};
  char text[CLI_NUMBER_SIZE];
  text_buffer line = {NULL, 0, 0, false};
  page inner = {&line, p->comparison, p->summary};
  digest_cell(&line, text_at(table, "key", one->row), 14);
  text_add_format(&line, " %7s", one->value < 0 ? "-" : digest_money(one->value, text));
  for (size_t i = 0; i < sizeof results / sizeof *results; i++) add_result(&inner, table, results[i], one->row);
  if (line.bytes != NULL) add_wrapped(p->buffer, (triax_text){line.bytes, line.length}, 2);
  triax_text cause = text_at(table, "cause", one->row);
  if (cause.bytes != NULL) add_wrapped(p->buffer, cause, 6);
  if (line.failed) p->buffer->failed = true;
  text_free(&line);
}

static void add_accounts(const page *p) {
  const triax_table *table = triax_comparison_table(p->comparison, TRIAX_COMPARISON_ACCOUNTS);
  size_t rows = triax_table_rows(table);
  if (rows == 0) return;
  digest_ranked *order = malloc(rows * sizeof *order);
  if (order == NULL) {
    p->buffer->failed = true;
    return;
  }
  for (size_t row = 0; row < rows; row++) {
    double after = number_at(table, "arr_after", row), before = number_at(table, "arr_before", row);
    double value = is_missing(after) ? before : after;
    order[row] = (digest_ranked){is_missing(value) ? -1 : value, row};
  }
  qsort(order, rows, sizeof *order, digest_by_value);
  text_add_string(p->buffer, "\nAccounts, the largest first:\n");
  for (size_t i = 0; i < rows && i < ROWS_SHOWN; i++) add_account(p, table, &order[i]);
  if (rows > ROWS_SHOWN) text_add_format(p->buffer, "  ... and %zu more in accounts.csv\n", rows - ROWS_SHOWN);
  free(order);
}

bool comparison_add(text_buffer *buffer, const triax_comparison *comparison) {
  page p = {buffer, comparison, triax_comparison_summary(comparison)};
  add_side(&p, "Before:", "before");
  add_side(&p, "After:", "after");
  add_figures(&p);
  add_table(&p, TRIAX_COMPARISON_SEGMENTS, "segment", "Segment", "(in no segment)", "customers", "customers");
  add_table(&p, TRIAX_COMPARISON_BANDS, "band", "Band", "(no band)", "accounts", "accounts");
  add_table(&p, TRIAX_COMPARISON_CSMS, "key", "CSM", "(without a CSM)", "accounts", "accounts");
  add_differences(&p);
  add_accounts(&p);
  text_scrub(buffer);
  return !buffer->failed;
}

/* --- the command --- */

/* The options of the second of two plans: what is given once stands for both. */
static cli_options second_of(const cli_options *options) {
  cli_options other = *options;
  if (options->operand_count > 1) other.operands[0] = options->operands[1];
  if (options->customers_after != NULL) other.customers = options->customers_after;
  if (options->team_after != NULL) other.team = options->team_after;
  other.as_of_days = options->as_of_days_after;
  return other;
}

static int print_comparison(const cli_options *options, const triax_comparison *comparison) {
  text_buffer text = {NULL, 0, 0, false};
  if (options->json) {
    json_add_document(&text, triax_comparison_summary(comparison), 0);
  } else {
    comparison_add(&text, comparison);
    if (options->out != NULL) output_list(&text, options->out, &output_comparison, comparison, NULL);
  }
  int result = print_text(&text);
  text_free(&text);
  return result;
}

/* What either side set aside goes into one file. */
static int write_aside(cli_company *before, cli_company *after, const cli_options *options) {
  const char *rest = after->aside.bytes != NULL ? memchr(after->aside.bytes, '\n', after->aside.length) : NULL;
  if (before->aside.length == 0 && after->aside.length > 0) return company_write_aside(after, options);
  if (rest != NULL) text_add(&before->aside, rest + 1, after->aside.length - (size_t)(rest + 1 - after->aside.bytes));
  return company_write_aside(before, options);
}

static int compare_plans(cli_company *company, triax_plan *before, triax_plan *after, const cli_options *options) {
  triax_comparison *comparison = NULL;
  triax_error error = {.status = TRIAX_OK};
  triax_status status = triax_comparison_new(company->context, before, after, NULL, &comparison, &error);
  if (status != TRIAX_OK && status != TRIAX_ECANCELED) say_error("%s", error.message);
  int result = exit_of(status);
  if (result == EXIT_DONE && options->out != NULL)
    result = output_write(options->out, &output_comparison, comparison, options->raw_text, NULL);
  if (result == EXIT_DONE) result = print_comparison(options, comparison);
  triax_comparison_unref(comparison);
  return result;
}

int command_compare(const cli_options *options) {
  int result = options->out != NULL ? output_check(options->out, &output_comparison) : EXIT_DONE;
  if (result != EXIT_DONE) return result;
  cli_company companies[2];
  triax_plan *plans[2] = {NULL, NULL};
  cli_options sides[2] = {*options, second_of(options)};
  result = company_open(&companies[0], options);
  if (result != EXIT_DONE) return result;
  result = company_open(&companies[1], options);
  for (int side = options->present ? 1 : 0; result == EXIT_DONE && side < 2; side++) {
    result = make_plan(&companies[side], &sides[side], &plans[side]);
  }
  if (result == EXIT_DONE) result = write_aside(&companies[0], &companies[1], options);
  if (result == EXIT_DONE) result = compare_plans(&companies[1], plans[0], plans[1], options);
  for (int side = 0; side < 2; side++) {
    triax_plan_unref(plans[side]);
    company_close(&companies[side]);
  }
  return result;
}
