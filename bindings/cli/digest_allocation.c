/* Of the allocation, below its pools: whom to hire, what moves buy, and how good it is at most. */
#include <math.h>
#include <string.h>

#include "digest.h"

enum { HIRES_SHOWN = 4 };

/* --- hires --- */

/* What a hire must be: the values alone, where a test has some; else all of it. */
static triax_text after_for(triax_text needs) {
  for (size_t i = needs.length; i >= 5; i--) {
    if (memcmp(needs.bytes + i - 5, " for ", 5) == 0) return (triax_text){needs.bytes + i, needs.length - i};
  }
  return needs;
}

static void add_hire(const digest *d, const triax_table *table, size_t row) {
  char text[CLI_NUMBER_SIZE];
  triax_text like = text_at(table, "like", row), needs = text_at(table, "needs", row);
  double left = number_at(table, "left", row), count = number_at(table, "covered", row);
  text_add_format(d->buffer, "    hire %s ", digest_figure(number_at(table, "hires", row), 0, text));
  if (like.bytes != NULL) {
    text_add_string(d->buffer, "like ");
    digest_cell(d->buffer, like, 30);
  } else {
    text_add_string(d->buffer, "for ");
    digest_cell(d->buffer, needs.bytes != NULL ? after_for(needs) : triax_text_of("them"), 31);
  }
  while (d->buffer->length > 0 && d->buffer->bytes[d->buffer->length - 1] == ' ') d->buffer->length--;
  text_add_format(d->buffer, ": covers %s", digest_count(count, text));
  text_add_format(d->buffer, " (%s)", digest_money(number_at(table, "covered_value", row), text));
  text_add_format(d->buffer, "; %s left%s", left > 0 ? digest_count(left, text) : "none",
                  left > 0 ? " in the pool" : "");
  digest_line(d->buffer);
}

static bool same_roles(const triax_table *a, size_t row_a, const triax_table *b, size_t row_b) {
  size_t in_a = column_of(a, "roles"), in_b = column_of(b, "roles"), count = triax_table_items(a, in_a, row_a);
  if (count != triax_table_items(b, in_b, row_b)) return false;
  for (size_t i = 0; i < count; i++) {
    if (!digest_same(triax_table_item(a, in_a, row_a, i), triax_table_item(b, in_b, row_b, i))) return false;
  }
  return true;
}

size_t digest_add_hires(const digest *d, const triax_table *pools, size_t pool) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_HIRES);
  size_t rows = table != NULL ? triax_table_rows(table) : 0, found = 0;
  for (size_t row = 0; row < rows; row++) {
    if (!digest_same(text_at(table, "pool", row), text_at(pools, "pool", pool))) continue;
    if (!same_roles(table, row, pools, pool)) continue;
    if (found++ < HIRES_SHOWN) add_hire(d, table, row);
  }
  if (found > HIRES_SHOWN) text_add_format(d->buffer, "    ... and %zu more steps\n", found - HIRES_SHOWN);
  return found;
}

/* --- specialists beside the owners --- */

void digest_add_overlays(const digest *d) {
  const triax_document *summary = triax_plan_summary(d->plan);
  triax_node list = digest_find(summary, "allocation", "overlays");
  if (list == TRIAX_NO_NODE) return;
  char text[CLI_NUMBER_SIZE], other[CLI_NUMBER_SIZE];
  text_add_format(d->buffer, "\n%-*s %9s %6s %20s %9s\n", DIGEST_NAME, "Overlay", "customers", "CSMs",
                  "carried of room     ", "uncovered");
  for (triax_node one = triax_document_first(summary, list); one != TRIAX_NO_NODE;
       one = triax_document_next(summary, one)) {
    double wanted = digest_number_of(summary, one, "customers"), left = digest_number_of(summary, one, "uncovered");
    double room = digest_number_of(summary, one, "room"), hire = digest_number_of(summary, one, "hire");
    text_add_string(d->buffer, "  ");
    digest_cell(d->buffer, triax_document_as_text(summary, triax_document_find(summary, one, triax_text_of("overlay"))),
                DIGEST_NAME - 2);
    text_add_format(d->buffer, " %9s", digest_count(wanted, text));
    text_add_format(d->buffer, " %6s", digest_count(digest_number_of(summary, one, "csms"), text));
    text_add_format(d->buffer, " %8s of %-8s", digest_count(wanted - left, text),
                    is_missing(room) ? "any" : digest_count(room, other));
    text_add_format(d->buffer, " %9s", digest_count(left, text));
    digest_line(d->buffer);
    if (hire > 0) text_add_format(d->buffer, "    to cover them, hire about %s\n", digest_count(hire, text));
  }
}

/* --- moves against balance --- */

void digest_add_tradeoff(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_TRADEOFF);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  char text[CLI_NUMBER_SIZE], other[CLI_NUMBER_SIZE];
  if (rows == 0) return;
  text_add_format(d->buffer, "\n%-*s %9s %8s %10s %9s  %s\n", DIGEST_NAME, "Moves against balance", "moved", "ARR",
                  "imbalance", "gained", "load of fte");
  for (size_t row = 0; row < rows; row++) {
    text_add_string(d->buffer, "  ");
    digest_cell(d->buffer, text_at(table, "how", row), DIGEST_NAME - 2);
    text_add_format(d->buffer, " %9s", digest_count(number_at(table, "moved", row), text));
    text_add_format(d->buffer, " %8s", digest_money(number_at(table, "arr", row), text));
    text_add_format(d->buffer, " %10s", digest_figure(number_at(table, "imbalance", row), 2, text));
    text_add_format(d->buffer, " %8s%%", digest_figure(100 * number_at(table, "balance_share", row), 0, text));
    text_add_format(d->buffer, "  %s to %s", digest_figure(number_at(table, "emptiest", row), 2, text),
                    digest_figure(number_at(table, "fullest", row), 2, other));
    digest_line(d->buffer);
  }
}

/* --- how good it is at most --- */

bool digest_part(const triax_document *summary, triax_node part, digest_objective *into) {
  static const struct {
    const char *key, *words;
    bool is_large; /* shown as 1.23m */
  } names[] = {{"uncovered_value", "value left uncovered", true},
               {"over_fte", "load beyond fte", false},
               {"points", "preference points", true},
               {"imbalance", "imbalance", false}};
  triax_text key = triax_document_as_text(summary, triax_document_find(summary, part, triax_text_of("part")));
  into->state = triax_document_as_text(summary, triax_document_find(summary, part, triax_text_of("state")));
  double gap = 100 * digest_number_of(summary, part, "gap");
  snprintf(into->gap, sizeof into->gap, gap < 999.5 ? "%.3g" : "%.0f", gap);
  if (!(gap > 0)) into->gap[0] = '\0';
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!digest_same(key, triax_text_of(names[i].key))) continue;
    double values[2] = {digest_number_of(summary, part, "reached"), digest_number_of(summary, part, "bound")};
    into->words = names[i].words;
    for (int v = 0; v < 2; v++) {
      char text[CLI_NUMBER_SIZE];
      const char *shown = names[i].is_large ? digest_money(values[v], text) : digest_figure(values[v], 2, text);
      snprintf(v == 0 ? into->reached : into->bound, CLI_NUMBER_SIZE, "%s", shown);
    }
    return true;
  }
  return false;
}

/* One part of the objective: reached, at best, and what is known of the difference. */
static void add_part(const digest *d, const triax_document *summary, triax_node part) {
  digest_objective of;
  if (!digest_part(summary, part, &of)) return;
  text_add_format(d->buffer, "  %-*s %12s %12s  %.*s", DIGEST_NAME - 2, of.words, of.reached, of.bound,
                  (int)of.state.length, of.state.bytes);
  if (of.gap[0] != '\0') text_add_format(d->buffer, ", %s %%", of.gap);
  digest_line(d->buffer);
}

void digest_add_certificate(const digest *d) {
  const triax_document *summary = triax_plan_summary(d->plan);
  triax_node node = triax_document_find(summary, 0, triax_text_of("allocation"));
  if (node == TRIAX_NO_NODE) return;
  triax_node optimal = triax_document_find(summary, node, triax_text_of("optimal"));
  if (triax_document_as_boolean(summary, optimal)) {
    text_add_string(d->buffer, "Proven: no other plan's books are better.\n");
    return;
  }
  node = triax_document_find(summary, node, triax_text_of("certificate"));
  if (node == TRIAX_NO_NODE) return;
  text_add_format(d->buffer, "\n%-*s %12s %12s\n", DIGEST_NAME, "Objective, in this order", "reached", "at best");
  for (triax_node part = triax_document_first(summary, node); part != TRIAX_NO_NODE;
       part = triax_document_next(summary, part)) {
    add_part(d, summary, part);
  }
  text_add_string(d->buffer, "  At best: no plan that is as good in the lines above is better in this one.\n");
}
