/* A plan as a page of 80 columns: what was decided, for whom it does not suffice, and why. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"

enum { ROWS_SHOWN = 12, AWAY_SHOWN = 4 };

size_t column_of(const triax_table *table, const char *name) {
  return table != NULL ? triax_table_find(table, triax_text_of(name)) : SIZE_MAX;
}

double number_at(const triax_table *table, const char *name, size_t row) {
  size_t column = column_of(table, name);
  return column != SIZE_MAX ? triax_table_number(table, column, row) : NAN;
}

triax_text text_at(const triax_table *table, const char *name, size_t row) {
  size_t column = column_of(table, name);
  return column != SIZE_MAX ? triax_table_text(table, column, row) : triax_text_of(NULL);
}

/* Beyond what is anybody's money, but what fits into a cell is still the number. */
static bool is_huge(double value, char text[CLI_NUMBER_SIZE]) {
  if (!(fabs(value) >= 1e15)) return false;
  snprintf(text, CLI_NUMBER_SIZE, "%.1e", value);
  return true;
}

bool digest_same(triax_text a, triax_text b) {
  return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

bool digest_says(triax_text text, const char *word) {
  return text.bytes != NULL && digest_same(text, triax_text_of(word));
}

triax_node digest_find(const triax_document *summary, const char *map, const char *key) {
  triax_node node = triax_document_find(summary, 0, triax_text_of(map));
  return node != TRIAX_NO_NODE ? triax_document_find(summary, node, triax_text_of(key)) : node;
}

double digest_number_of(const triax_document *summary, triax_node map, const char *key) {
  triax_node node = triax_document_find(summary, map, triax_text_of(key));
  bool number = node != TRIAX_NO_NODE && triax_document_kind(summary, node) == TRIAX_KIND_NUMBER;
  return number ? triax_document_as_number(summary, node) : NAN;
}

const char *digest_count(double value, char text[CLI_NUMBER_SIZE]) {
  char digits[CLI_NUMBER_SIZE];
  if (is_missing(value)) return "-";
  if (is_huge(value, text)) return text;
  size_t length = text_of_integer((int64_t)llround(value), digits), out = 0;
  for (size_t i = 0; i < length; i++) {
    if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0) text[out++] = ',';
    text[out++] = digits[i];
  }
  text[out] = '\0';
  return text;
}

const char *digest_money(double value, char text[CLI_NUMBER_SIZE]) {
  static const struct {
    double size;
    const char *sign;
  } units[] = {{1e9, "bn"}, {1e6, "m"}, {1e3, "k"}};
  if (is_missing(value)) return "-";
  if (is_huge(value, text)) return text;
  for (size_t i = 0; i < 3; i++) {
    if (fabs(value) < units[i].size * 0.9995) continue;
    double share = value / units[i].size;
    snprintf(text, CLI_NUMBER_SIZE, "%.*f%s",
             fabs(share) < 9.995   ? 2
             : fabs(share) < 99.95 ? 1
                                   : 0,
             share, units[i].sign);
    return text;
  }
  snprintf(text, CLI_NUMBER_SIZE, "%.0f", value);
  return text;
}

const char *digest_figure(double value, int decimals, char text[CLI_NUMBER_SIZE]) {
  if (is_missing(value)) return "-";
  if (is_huge(value, text)) return text;
  snprintf(text, CLI_NUMBER_SIZE, "%.*f", decimals, value);
  bool nothing = text[0] == '-' && strspn(text + 1, "0.") == strlen(text + 1);
  return nothing ? text + 1 : text; /* -0.00 */
}

void digest_cell(text_buffer *buffer, triax_text text, size_t width) {
  size_t shown = text_width(text.bytes != NULL ? text.bytes : "", text.length), bytes = text.length;
  bool cut = shown > width;
  if (cut) {
    size_t points = 0;
    for (bytes = 0; bytes < text.length; bytes++) {
      points += ((unsigned char)text.bytes[bytes] & 0xC0) != 0x80;
      if (points > width - 2) break;
    }
    shown = width;
  }
  text_add_line(buffer, text.bytes, bytes);
  if (cut) text_add_string(buffer, "..");
  text_add_format(buffer, "%*s", (int)(width - shown), "");
}

void digest_line(text_buffer *buffer) {
  while (buffer->length > 0 && buffer->bytes[buffer->length - 1] == ' ') buffer->length--;
  text_add(buffer, "\n", 1);
}

/* A number of the summary's map `allocation`, or of one within it; NaN when it is not there. */
static double allocation_number(const digest *d, const char *map, const char *key) {
  const triax_document *summary = triax_plan_summary(d->plan);
  triax_node node = map != NULL ? digest_find(summary, "allocation", map)
                                : triax_document_find(summary, 0, triax_text_of("allocation"));
  return node != TRIAX_NO_NODE ? digest_number_of(summary, node, key) : NAN;
}

const triax_table *digest_money_of(const digest *d, size_t *column) {
  const triax_table *table = triax_customers_table(d->company->customers);
  *column = column_of(table, "arr");
  int32_t type = *column != SIZE_MAX ? triax_table_type(table, *column) : TRIAX_TYPE_STRING;
  if (type == TRIAX_TYPE_MONEY || type == TRIAX_TYPE_NUMBER) return table;
  for (*column = 0; *column < triax_table_columns(table); ++*column) {
    if (triax_table_type(table, *column) == TRIAX_TYPE_MONEY) return table;
  }
  return NULL;
}

static void add_head(const digest *d) {
  char text[CLI_NUMBER_SIZE];
  const triax_table *customers = triax_plan_table(d->plan, TRIAX_PLAN_CUSTOMERS);
  const triax_table *csms = triax_plan_table(d->plan, TRIAX_PLAN_CSMS);
  triax_text name = triax_policy_name(d->company->policy), currency = triax_policy_currency(d->company->policy);
  size_t column, rows = triax_table_rows(customers);
  const triax_table *money = digest_money_of(d, &column);
  const triax_document *summary = triax_plan_summary(d->plan);
  triax_text as_of = triax_document_as_text(summary, triax_document_find(summary, 0, triax_text_of("as_of")));
  if (name.bytes != NULL) {
    digest_cell(d->buffer, name, 80);
    digest_line(d->buffer);
  }
  if (as_of.bytes != NULL) text_add_format(d->buffer, "Plan of %.*s: ", (int)as_of.length, as_of.bytes);
  text_add_format(d->buffer, "%s customer%s", digest_count((double)rows, text), rows == 1 ? "" : "s");
  if (money != NULL) {
    double sum = 0;
    for (size_t row = 0; row < rows; row++) {
      double value = triax_table_number(money, column, row);
      if (!is_missing(value)) sum += value;
    }
    text_add_format(d->buffer, ", ARR %s", digest_money(sum, text));
    if (currency.bytes != NULL) text_add_format(d->buffer, " %.*s", (int)currency.length, currency.bytes);
  }
  if (csms != NULL) {
    double count = allocation_number(d, NULL, "csms_here");
    text_add_format(d->buffer, ", %s CSM%s here", digest_count(count, text), count == 1 ? "" : "s");
  }
  text_add(d->buffer, "\n", 1);
}

/* One figure of a segment, where the plan has it. */
static void add_figure(const digest *d, const triax_table *table, const char *name, size_t row, const char *text,
                       int width) {
  if (column_of(table, name) == SIZE_MAX) return;
  text_add_format(d->buffer, " %*s", width, row == SIZE_MAX ? name : text);
}

/* A segment's line; with row SIZE_MAX the heading. */
static void add_segment(const digest *d, const triax_table *table, size_t row) {
  char text[CLI_NUMBER_SIZE], share[CLI_NUMBER_SIZE + 1] = "share";
  bool head = row == SIZE_MAX;
  size_t at = head ? 0 : row;
  double part = number_at(table, "share", at);
  if (head) {
    text_add_format(d->buffer, "\n%-*s %9s %5s", DIGEST_NAME, "Segment", "customers", share);
  } else {
    triax_text path = text_at(table, "segment", row);
    text_add_string(d->buffer, "  ");
    digest_cell(d->buffer, path.bytes != NULL ? path : triax_text_of("(in no segment)"), DIGEST_NAME - 2);
    text_add_format(d->buffer, " %9s", digest_count(number_at(table, "customers", row), text));
    text_add_format(d->buffer, " %4s%%", digest_figure(100 * part, 0, text));
  }
  if (column_of(table, "arr") != SIZE_MAX) {
    text_add_format(d->buffer, " %8s", head ? "ARR" : digest_money(number_at(table, "arr", at), text));
  }
  if (column_of(table, "mean_health") != SIZE_MAX) {
    text_add_format(d->buffer, " %6s", head ? "health" : digest_figure(number_at(table, "mean_health", at), 1, text));
  }
  add_figure(d, table, "owned", row, digest_count(number_at(table, "owned", at), text), 6);
  add_figure(d, table, "uncovered", row, digest_count(number_at(table, "uncovered", at), text), 9);
  digest_line(d->buffer);
}

static void add_segments(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_SEGMENTS);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  if (rows == 0) return;
  add_segment(d, table, SIZE_MAX);
  for (size_t row = 0; row < rows; row++) {
    bool is_rest = text_at(table, "segment", row).bytes == NULL;
    if (!is_rest || number_at(table, "customers", row) > 0) add_segment(d, table, row);
  }
}

int digest_by_value(const void *left, const void *right) {
  const digest_ranked *a = left, *b = right;
  if (a->value != b->value) return a->value > b->value ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* Who has left, or has not begun. */
static bool is_away(const triax_table *table, size_t row) { return number_at(table, "here", row) == 0; }

static void add_csm_row(const digest *d, const triax_table *table, size_t row) {
  char text[CLI_NUMBER_SIZE], other[CLI_NUMBER_SIZE];
  double load = number_at(table, "load", row), fte = number_at(table, "fte", row);
  text_add_string(d->buffer, "  ");
  digest_cell(d->buffer, text_at(table, "key", row), DIGEST_NAME - 2);
  if (is_away(table, row)) {
    text_add_string(d->buffer, "         - not here on this date\n");
    return;
  }
  text_add_format(d->buffer, " %9s", digest_count(number_at(table, "accounts", row), text));
  text_add_format(d->buffer, " %5s of %-4s", digest_figure(load, 2, text), digest_figure(fte, 2, other));
  text_add_format(d->buffer, " %8s", digest_money(number_at(table, "arr", row), text));
  text_add_format(d->buffer, " %6s", digest_figure(number_at(table, "mean_health", row), 1, text));
  double hours = number_at(table, "hours", row), available = number_at(table, "hours_available", row);
  if (!is_missing(available)) text_add_format(d->buffer, " %5s of %.0f", digest_figure(hours, 0, text), available);
  digest_line(d->buffer);
}

/* Those who are here, fullest first, then those who are not; without time, whoever has a book is fullest of all. */
static void rank_books(const triax_table *table, digest_ranked *order, size_t rows, size_t *here) {
  *here = 0;
  for (size_t row = 0; row < rows; row++) {
    double load = number_at(table, "load", row), fte = number_at(table, "fte", row);
    bool judged = !is_missing(load) && (fte > 0 || load > 0) && !is_away(table, row);
    *here += is_away(table, row) ? 0 : 1;
    order[row] = (digest_ranked){is_away(table, row) ? -2 : !judged ? -1 : fte > 0 ? load / fte : INFINITY, row};
  }
  qsort(order, rows, sizeof *order, digest_by_value);
}

static void add_csms(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_CSMS);
  size_t rows = table != NULL ? triax_table_rows(table) : 0, here;
  if (rows == 0) return;
  digest_ranked *order = malloc(rows * sizeof *order);
  if (order == NULL) {
    d->buffer->failed = true;
    return;
  }
  rank_books(table, order, rows, &here);
  text_add_format(d->buffer, "\n%-*s %9s %13s %8s %6s  %s\n", DIGEST_NAME, "CSM, fullest first", "accounts",
                  "load of fte", "ARR", "health", "hours");
  for (size_t i = 0; i < here; i++) {
    if (here > ROWS_SHOWN && i == ROWS_SHOWN - 4) {
      text_add_format(d->buffer, "  ... %zu more ...\n", here - ROWS_SHOWN);
      i = here - 4;
    }
    add_csm_row(d, table, order[i].row);
  }
  size_t end = rows - here > AWAY_SHOWN ? here + AWAY_SHOWN - 1 : rows;
  for (size_t i = here; i < end; i++) add_csm_row(d, table, order[i].row);
  if (end < rows) text_add_format(d->buffer, "  ... and %zu more who are not here\n", rows - end);
  free(order);
}

/* The roles that may own a pool's customers: "csm or csa"; returns how many there are. */
static size_t add_roles(text_buffer *buffer, const triax_table *table, size_t row, const char *before) {
  size_t roles = column_of(table, "roles"), count = roles != SIZE_MAX ? triax_table_items(table, roles, row) : 0;
  for (size_t i = 0; i < count; i++) {
    triax_text role = triax_table_item(table, roles, row, i);
    text_add_format(buffer, "%s%.*s", i == 0 ? before : " or ", (int)role.length, role.bytes);
  }
  return count;
}

/* Below a pool's line: what stands in the way, and whom to hire. */
static void add_shortage(const digest *d, const triax_table *table, size_t row) {
  char text[CLI_NUMBER_SIZE];
  double value = number_at(table, "uncovered_value", row), short_by = number_at(table, "short_by", row);
  double hire = number_at(table, "hire", row);
  triax_text limit = text_at(table, "in_the_way", row);
  text_add_string(d->buffer, "    those uncovered");
  if (!is_missing(value)) text_add_format(d->buffer, ": %s", digest_money(value, text));
  if (limit.bytes != NULL && limit.length > 0) {
    bool is_load = limit.length == 8 && memcmp(limit.bytes, "capacity", 8) == 0;
    text_add_format(d->buffer, "; in the way: %.*s", (int)limit.length, limit.bytes);
    if (short_by >= 0.005) {
      text_add_format(d->buffer, ", short by %s%s",
                      short_by < 1000 ? digest_figure(short_by, 2, text) : digest_money(short_by, text), is_load ? " FTE" : "");
    }
  }
  digest_line(d->buffer);
  if (digest_add_hires(d, table, row) > 0 || !(hire > 0)) return;
  text_add_format(d->buffer, "    to cover them, hire about %s", digest_count(hire, text));
  if (add_roles(d->buffer, table, row, " ") == 0) text_add_string(d->buffer, hire > 1 ? " CSMs" : " CSM");
  digest_line(d->buffer);
}

static void add_pool_row(const digest *d, const triax_table *table, size_t row) {
  char text[CLI_NUMBER_SIZE], other[CLI_NUMBER_SIZE];
  double uncovered = number_at(table, "uncovered", row);
  triax_text pool = text_at(table, "pool", row);
  text_buffer name = {NULL, 0, 0, false};
  if (pool.bytes == NULL) pool = triax_text_of("(no pool)");
  text_add(&name, pool.bytes, pool.length);
  add_roles(&name, table, row, ", ");
  text_add_string(d->buffer, "  ");
  digest_cell(d->buffer, (triax_text){name.bytes, name.length}, DIGEST_NAME - 2);
  d->buffer->failed = d->buffer->failed || name.failed;
  text_free(&name);
  text_add_format(d->buffer, " %9s", digest_count(number_at(table, "customers", row), text));
  text_add_format(d->buffer, " %6s", digest_count(number_at(table, "csms", row), text));
  text_add_format(d->buffer, " %8s of %-8s", digest_figure(number_at(table, "load", row), 2, text),
                  digest_figure(number_at(table, "capacity", row), 2, other));
  text_add_format(d->buffer, " %9s", digest_count(uncovered, text));
  digest_line(d->buffer);
  if (uncovered > 0) add_shortage(d, table, row);
}

static void add_pools(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_POOLS);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  if (rows == 0) return;
  text_add_format(d->buffer, "\n%-*s %9s %6s %20s %9s\n", DIGEST_NAME, "Pool", "customers", "CSMs", "load of capacity ",
                  "uncovered");
  for (size_t row = 0; row < rows; row++) add_pool_row(d, table, row);
}

static bool is_uncovered(const triax_table *table, size_t row) {
  triax_text stands = text_at(table, "allocation", row);
  return stands.bytes != NULL && stands.length == 9 && memcmp(stands.bytes, "uncovered", 9) == 0;
}

static void add_uncovered_row(const digest *d, const triax_table *table, const digest_ranked *one, bool has_money) {
  char text[CLI_NUMBER_SIZE];
  triax_text why = text_at(table, "why", one->row);
  /* Of the reasons, the last is that of the books. */
  for (size_t i = why.length; i > 2; i--) {
    if (memcmp(why.bytes + i - 2, "; ", 2) != 0) continue;
    why = (triax_text){why.bytes + i, why.length - i};
    break;
  }
  if (why.length > 11 && memcmp(why.bytes, "uncovered: ", 11) == 0) why = (triax_text){why.bytes + 11, why.length - 11};
  text_add_string(d->buffer, "  ");
  digest_cell(d->buffer, text_at(table, "key", one->row), 16);
  if (has_money) text_add_format(d->buffer, " %8s", one->value < 0 ? "-" : digest_money(one->value, text));
  text_add_string(d->buffer, "  ");
  digest_cell(d->buffer, why, 51);
  digest_line(d->buffer);
}

/* The most valuable of those whom nobody could take. */
static void add_uncovered(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_CUSTOMERS);
  size_t rows = triax_table_rows(table), count = 0, column;
  const triax_table *money = digest_money_of(d, &column);
  char text[CLI_NUMBER_SIZE];
  for (size_t row = 0; row < rows; row++) count += is_uncovered(table, row);
  if (count == 0) return;
  digest_ranked *order = malloc(count * sizeof *order);
  if (order == NULL) {
    d->buffer->failed = true;
    return;
  }
  for (size_t row = 0, i = 0; row < rows; row++) {
    if (!is_uncovered(table, row)) continue;
    double value = money != NULL ? triax_table_number(money, column, row) : 0;
    order[i++] = (digest_ranked){is_missing(value) ? -1 : value, row};
  }
  qsort(order, count, sizeof *order, digest_by_value);
  text_add_format(d->buffer, "\nUncovered: %s account%s\n", digest_count((double)count, text), count == 1 ? "" : "s");
  for (size_t i = 0; i < count && i < ROWS_SHOWN; i++) add_uncovered_row(d, table, &order[i], money != NULL);
  if (count > ROWS_SHOWN)
    text_add_format(d->buffer, "  ... and %s more\n", digest_count((double)(count - ROWS_SHOWN), text));
  free(order);
}

/* Who keeps, gets and loses an owner. */
static void add_owners(const digest *d) {
  static const struct {
    const char *key, *words;
  } parts[] = {{"kept", "kept"}, {"frozen", "frozen"},   {"moved", "moved"},
               {"new", "new"},   {"unowned", "unowned"}, {"uncovered", "uncovered"}};
  char text[CLI_NUMBER_SIZE];
  bool first = true;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    double count = allocation_number(d, NULL, parts[i].key);
    if (!(count > 0)) continue;
    text_add_format(d->buffer, "%s%s %s", first ? "\nAccounts: " : ", ", digest_count(count, text), parts[i].words);
    first = false;
  }
  if (first) return;
  double continuity = allocation_number(d, NULL, "continuity");
  if (!is_missing(continuity)) { /* rounded down: 100 % is for when nobody moves */
    text_add_format(d->buffer, "\nContinuity: %.0f %% keep their CSM", floor(100 * continuity));
  }
  double orphans = allocation_number(d, NULL, "orphans");
  if (orphans > 0) text_add_format(d->buffer, "; the CSM of %s has left", digest_count(orphans, text));
  digest_line(d->buffer);
}

bool digest_add(text_buffer *buffer, const triax_plan *plan, const cli_company *company) {
  digest d = {buffer, plan, company};
  add_head(&d);
  add_segments(&d);
  add_csms(&d);
  add_pools(&d);
  digest_add_overlays(&d);
  add_uncovered(&d);
  add_owners(&d);
  digest_add_certificate(&d);
  digest_add_tradeoff(&d);
  digest_add_transition(buffer, plan);
  digest_add_plays(buffer, plan);
  digest_add_forecast(&d);
  text_scrub(buffer);
  return !buffer->failed;
}
