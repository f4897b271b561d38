/* The pieces of report.html. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { BAR_WIDTH = 120 };

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1d2733;--soft:#5a6775;--line:#d9dfe5;--paper:#fff;--tile:#f4f6f8;"
    "--main:#2f6db5;--over:#b5412f;--low:#c8502f;--mid:#d9a520;--high:#2a8a74;--none:#9aa5b1}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e5eaf0;--soft:#9fadbb;--line:#36414d;--paper:#161b21;--tile:#1f262e;"
    "--main:#6aa5e8;--over:#e8765f;--low:#e77b58;--mid:#e0b744;--high:#4fbfa5;--none:#6c7884}}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:64rem;background:var(--paper);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif}"
    "h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.5rem 0 .25rem}"
    "p{margin:.25rem 0;color:var(--soft);max-width:46rem}small{color:var(--soft)}"
    ".tiles{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.25rem 0 0;padding:0}"
    ".tiles div{background:var(--tile);border-radius:.5rem;padding:.6rem .9rem;min-width:7.5rem}"
    ".tiles b{display:block;font-size:1.35rem;line-height:1.3}.tiles span{color:var(--soft);font-size:.85rem}"
    ".wide{overflow-x:auto}"
    "table{border-collapse:collapse;min-width:34rem;margin:.75rem 0;font-size:.9rem}"
    "caption{text-align:left;color:var(--soft);padding:.25rem 0}"
    "th{text-align:left;font-weight:600;color:var(--soft);white-space:nowrap}"
    "th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}"
    "th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "svg{display:block;max-width:100%;height:auto}svg text{fill:var(--ink);font:12px system-ui,sans-serif}"
    "svg .soft{fill:var(--soft)}.axis{stroke:var(--line)}.back{fill:var(--line)}"
    ".main{fill:var(--main)}.over{fill:var(--over)}.low{fill:var(--low)}.mid{fill:var(--mid)}.high{fill:var(--high)}"
    ".none{fill:var(--none)}.span{fill:var(--main);opacity:.16}"
    ".curve{fill:none;stroke:var(--main);stroke-width:2.5}.curve.other{stroke:var(--soft);stroke-width:1.5;"
    "stroke-dasharray:5 4}"
    ".key{display:inline-flex;gap:.35rem;align-items:center;margin-right:1rem;font-size:.85rem;color:var(--soft)}"
    "@media print{body{max-width:none;padding:0}section{break-inside:avoid}}";

void page_text(text_buffer *buffer, triax_text text) {
  for (size_t i = 0; i < text.length; i++) {
    char c = text.bytes[i];
    if (c == '&') text_add_string(buffer, "&amp;");
    else if (c == '<') text_add_string(buffer, "&lt;");
    else if (c == '>') text_add_string(buffer, "&gt;");
    else if (c == '"') text_add_string(buffer, "&quot;");
    else if (((unsigned char)c < 0x20 && c != '\n') || c == 0x7F) text_add(buffer, " ", 1); /* no HTML may hold them */
    else text_add(buffer, &c, 1);
  }
}

/* --- sections and tables --- */

void page_section(text_buffer *buffer, const char *title, const char *note) {
  text_add_format(buffer, "<section>\n<h2>%s</h2>\n", title);
  if (note != NULL) text_add_format(buffer, "<p>%s</p>\n", note);
}

void page_section_end(text_buffer *buffer) { text_add_string(buffer, "</section>\n"); }

void page_table(text_buffer *buffer, const char *caption, const char *const *heads) {
  text_add_string(buffer, "<div class=\"wide\"><table>\n");
  if (caption != NULL) text_add_format(buffer, "<caption>%s</caption>\n", caption);
  text_add_string(buffer, "<thead><tr>");
  for (; *heads != NULL; heads++) {
    bool number = **heads == '#';
    text_add_format(buffer, "<th scope=\"col\"%s>%s</th>", number ? " class=\"n\"" : "", *heads + number);
  }
  text_add_string(buffer, "</tr></thead>\n<tbody>\n");
}

void page_table_end(text_buffer *buffer) { text_add_string(buffer, "</tbody>\n</table></div>\n"); }
void page_row(text_buffer *buffer) { text_add_string(buffer, "<tr>"); }
void page_row_end(text_buffer *buffer) { text_add_string(buffer, "</tr>\n"); }

void page_cell(text_buffer *buffer, triax_text text) {
  text_add_string(buffer, "<td>");
  page_text(buffer, text);
  text_add_string(buffer, "</td>");
}

void page_named(text_buffer *buffer, triax_text key, const triax_table *people, size_t row) {
  size_t column = column_of(people, "name");
  triax_text name = {NULL, 0};
  if (column != SIZE_MAX && triax_table_type(people, column) == TRIAX_TYPE_STRING) name = triax_table_text(people, column, row);
  text_add_string(buffer, "<td>");
  page_text(buffer, key);
  if (name.length > 0 && !digest_same(name, key)) {
    text_add_string(buffer, "<small> ");
    page_text(buffer, name);
    text_add_string(buffer, "</small>");
  }
  text_add_string(buffer, "</td>");
}

void page_word(text_buffer *buffer, const char *word) { page_cell(buffer, triax_text_of(word)); }

void page_number(text_buffer *buffer, const char *number) {
  text_add_format(buffer, "<td class=\"n\">%s</td>", number);
}

void page_share(text_buffer *buffer, double share, int decimals) {
  if (is_missing(share)) page_number(buffer, "-");
  else text_add_format(buffer, "<td class=\"n\">%.*f&#8239;%%</td>", decimals, 100 * share);
}

void page_more(text_buffer *buffer, double more, const char *file) {
  char text[CLI_NUMBER_SIZE];
  if (more > 0) text_add_format(buffer, "<p>and %s more in %s</p>\n", digest_count(more, text), file);
}

void page_bar(text_buffer *buffer, double part, double whole, const char *colour) {
  double share = whole > 0 && part > 0 ? part / whole : 0; /* of nothing, and of what is not known, there is no share */
  text_add_format(buffer,
                  "<td><svg width=\"%d\" height=\"18\" role=\"img\" aria-label=\"%.0f %%\"><rect class=\"back\" y=\"5\" "
                  "width=\"%d\" height=\"10\"/><rect class=\"%s\" y=\"5\" width=\"%.1f\" height=\"10\"/></svg></td>",
                  BAR_WIDTH, 100 * share, BAR_WIDTH, colour, fmin(1, share) * BAR_WIDTH);
}

void page_tile(text_buffer *buffer, const char *figure, const char *words) {
  text_add_format(buffer, "<div><b>%s</b><span>%s</span></div>\n", figure, words);
}

void page_begin(text_buffer *buffer, triax_text title) {
  text_add_string(buffer,
                  "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                  "content=\"width=device-width, initial-scale=1\">\n<title>");
  page_text(buffer, title);
  text_add_format(buffer, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
}

void page_end(text_buffer *buffer) { text_add_string(buffer, "</body>\n</html>\n"); }

/* --- what several sections ask for --- */

digest_ranked *page_rank(text_buffer *buffer, size_t rows, const double *values, page_keep keep, const void *user,
                         size_t *count) {
  digest_ranked *order = rows > 0 ? malloc(rows * sizeof *order) : NULL;
  *count = 0;
  buffer->failed = buffer->failed || (rows > 0 && order == NULL);
  for (size_t row = 0; order != NULL && row < rows; row++) {
    if (!keep(user, row)) continue;
    double value = values != NULL ? values[row] : 0;
    order[(*count)++] = (digest_ranked){is_missing(value) ? -HUGE_VAL : value, row};
  }
  if (*count > 0) {
    qsort(order, *count, sizeof *order, digest_by_value);
    return order;
  }
  free(order);
  return NULL;
}

double page_summary(const digest *d, const char *map, const char *key) {
  const triax_document *summary = triax_plan_summary(d->plan);
  triax_node node = triax_document_find(summary, 0, triax_text_of(map));
  return node != TRIAX_NO_NODE ? digest_number_of(summary, node, key) : NAN;
}

double *page_money(const digest *d) {
  size_t column;
  const triax_table *table = digest_money_of(d, &column);
  size_t rows = table != NULL ? triax_table_rows(table) : 0;
  double *money = rows > 0 ? malloc(rows * sizeof *money) : NULL;
  d->buffer->failed = d->buffer->failed || (rows > 0 && money == NULL);
  for (size_t row = 0; money != NULL && row < rows; row++) money[row] = triax_table_number(table, column, row);
  return money;
}
