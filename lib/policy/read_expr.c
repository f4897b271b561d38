/* Expressions in a policy: parsed at once, so that faults of form are told before any data is seen. */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "policy/reader.h"

/* Where an expression's fault stands: exact inside of a plain scalar, else at its beginning with the place in words. */
void tx_policy_fault(tx_report *report, const tx_policy_expr *expr, const tx_expr_fault *fault) {
  triax_text source = expr->source;
  size_t offset = fault->offset < source.length ? fault->offset : source.length;
  size_t length = fault->length < source.length - offset ? fault->length : source.length - offset;
  size_t before = tx_utf8_count((triax_text){source.bytes, offset});
  size_t width = tx_utf8_count((triax_text){source.bytes + offset, length});
  tx_finding finding = {.level = fault->level,
                        .status = fault->status,
                        .path = expr->path,
                        .line = expr->line,
                        .column = expr->column,
                        .width = 1,
                        .hint = fault->hint[0] ? fault->hint : NULL};
  if (expr->exact) {
    finding.column += (int32_t)before;
    finding.width = width ? (int32_t)width : 1;
    tx_report_add(report, &finding, "%s", fault->message);
  } else if (source.length <= 200) {
    tx_report_add(report, &finding, "%s (at character %zu of \"%.*s\")", fault->message, before + 1,
                  (int)source.length, source.bytes);
  } else {
    tx_report_add(report, &finding, "%s (at character %zu of the expression)", fault->message, before + 1);
  }
}

/* "750k" and "10%" are numbers wherever they stand. */
static triax_text plain_number(tx_reader *reader, triax_text text) {
  double value;
  char number[TX_NUMBER_SIZE];
  bool percent = text.length > 1 && text.bytes[text.length - 1] == '%';
  triax_text digits = {text.bytes, text.length - (percent ? 1 : 0)};
  if (!tx_parse_suffixed(digits, &value) || tx_parse_double(text, false, &value)) return text;
  tx_parse_suffixed(digits, &value);
  size_t length = tx_format_double(percent ? value / 100 : value, number);
  char *copy = tx_arena_copy(&reader->policy->arena, number, length);
  if (copy) return (triax_text){copy, length};
  tx_report_no_memory(reader->report);
  return (triax_text){NULL, 0};
}

/* A YAML trap: inside {…} an expression with a comma or bracket ends early, and the rest looks odd. */
static void hint_of_yaml(const tx_node *node, tx_expr_fault *fault) {
  if (fault->hint[0] || !node->exact) return;
  size_t length = strlen(fault->message);
  if (length > 200) return;
  snprintf(fault->hint, sizeof fault->hint,
           "inside {…}, or with ': ' or ' #', the whole expression needs quotes around it");
}

static bool smells_of_yaml(triax_text source) {
  int depth = 0;
  for (size_t i = 0; i < source.length; i++) {
    if (source.bytes[i] == '(' || source.bytes[i] == '[') depth++;
    if (source.bytes[i] == ')' || source.bytes[i] == ']') depth--;
  }
  return depth > 0;
}

static triax_status parse(tx_reader *reader, uint32_t node, triax_text source, tx_policy_expr *expr) {
  tx_expr_faults *faults = reader->faults;
  memset(faults, 0, sizeof *faults);
  tx_syntax *syntax = NULL;
  triax_status status = tx_syntax_parse(&reader->policy->arena, source, &syntax, faults);
  if (status == TRIAX_ENOMEM) {
    tx_report_no_memory(reader->report);
    return status;
  }
  expr->syntax = syntax;
  const tx_node *where = &reader->document->nodes[node];
  for (size_t i = 0; i < faults->count && i < TX_EXPR_FAULTS; i++) {
    if (smells_of_yaml(source)) hint_of_yaml(where, &faults->fault[i]);
    tx_policy_fault(reader->report, expr, &faults->fault[i]);
  }
  return status;
}

/* Parses the source, which stands in the node's text at an offset; exact: its places can be shown. */
static bool make_expr(tx_reader *reader, uint32_t node, triax_text source, size_t offset, bool exact, int over,
                      tx_expect expect, tx_policy_expr *expr) {
  char path[TRIAX_PATH_SIZE];
  tx_document_path(reader->document, node, path, sizeof path);
  expr->path = tx_arena_copy(&reader->policy->arena, path, strlen(path));
  if (!source.bytes || !expr->path) {
    tx_report_no_memory(reader->report);
    return false;
  }
  const tx_node *where = &reader->document->nodes[node];
  expr->source = source;
  expr->over = over;
  expr->expect = expect;
  expr->line = where->line;
  expr->column = where->column;
  expr->exact = where->exact && exact;
  if (expr->exact) expr->column += (int32_t)tx_utf8_count((triax_text){where->text.bytes, offset});
  return parse(reader, node, source, expr) == TRIAX_OK;
}

bool tx_read_one_expr(tx_reader *reader, uint32_t node, int over, tx_expect expect, tx_policy_expr *expr) {
  triax_text text = tx_read_text(reader, node);
  memset(expr, 0, sizeof *expr);
  if (!text.bytes) return false;
  if (tx_text_trim(text).length == 0) {
    tx_read_fault(reader, node, NULL, "an expression is empty");
    return false;
  }
  triax_text source = plain_number(reader, text);
  return make_expr(reader, node, source, 0, source.bytes == text.bytes, over, expect, expr);
}

/* Appends to a list that doubles in the policy's arena. */
static uint32_t append(tx_reader *reader, tx_policy_exprs *exprs, const tx_policy_expr *expr) {
  if (exprs->count == exprs->capacity) {
    size_t capacity = exprs->capacity ? 2 * exprs->capacity : 8;
    tx_policy_expr *items = tx_read_alloc(reader, capacity, sizeof *items);
    if (!items) return TX_NO_INPUT;
    if (exprs->count) memcpy(items, exprs->items, exprs->count * sizeof *items);
    exprs->items = items;
    exprs->capacity = capacity;
  }
  exprs->items[exprs->count] = *expr;
  return (uint32_t)exprs->count++;
}

uint32_t tx_read_expr(tx_reader *reader, uint32_t node, tx_policy_exprs *exprs, int over, tx_expect expect) {
  tx_policy_expr expr;
  if (node == TX_NO_NODE || !tx_read_one_expr(reader, node, over, expect, &expr)) return TX_NO_INPUT;
  return append(reader, exprs, &expr);
}

uint32_t tx_read_expr_within(tx_reader *reader, uint32_t node, triax_text source, size_t offset, tx_policy_exprs *exprs,
                             int over, tx_expect expect) {
  tx_policy_expr expr;
  memset(&expr, 0, sizeof expr);
  if (!make_expr(reader, node, source, offset, true, over, expect, &expr)) return TX_NO_INPUT;
  return append(reader, exprs, &expr);
}

uint32_t tx_read_expr_of(tx_reader *reader, uint32_t node, triax_text source, tx_policy_exprs *exprs, int over,
                         tx_expect expect) {
  const tx_node *where = &reader->document->nodes[node];
  tx_policy_expr expr = {.source = source,
                         .over = over,
                         .expect = expect,
                         .line = where->key_line,
                         .column = where->key_column,
                         .exact = tx_text_equal(source, where->key)};
  char path[TRIAX_PATH_SIZE];
  tx_syntax *syntax = NULL;
  tx_document_path(reader->document, node, path, sizeof path);
  expr.path = tx_arena_copy(&reader->policy->arena, path, strlen(path));
  memset(reader->faults, 0, sizeof *reader->faults);
  triax_status status = tx_syntax_parse(&reader->policy->arena, source, &syntax, reader->faults);
  if (status == TRIAX_ENOMEM || !expr.path) {
    tx_report_no_memory(reader->report);
    return TX_NO_INPUT;
  }
  if (status != TRIAX_OK) {
    tx_policy_fault(reader->report, &expr, &reader->faults->fault[0]);
    return TX_NO_INPUT;
  }
  expr.syntax = syntax;
  return append(reader, exprs, &expr);
}
