/* Of report.html: segments, and how healthy their customers are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

enum { MOST_BANDS = 16, MIX_WIDTH = 260, METRICS_SHOWN = 40 };

static triax_text name_of(triax_text path) { return path.bytes != NULL ? path : triax_text_of("(in no segment)"); }

static bool is_shown(const triax_table *table, size_t row) {
  return text_at(table, "segment", row).bytes != NULL || number_at(table, "customers", row) > 0;
}

/* --- segments --- */

static void add_segment(const digest *d, const triax_table *table, size_t row) {
  char text[CLI_NUMBER_SIZE];
  bool has_money = column_of(table, "arr") != SIZE_MAX, has_owners = column_of(table, "owned") != SIZE_MAX;
  page_row(d->buffer);
  page_cell(d->buffer, name_of(text_at(table, "segment", row)));
  page_number(d->buffer, digest_count(number_at(table, "customers", row), text));
  page_bar(d->buffer, number_at(table, "share", row), 1, "main");
  if (has_money) page_number(d->buffer, digest_money(number_at(table, "arr", row), text));
  if (has_money) page_bar(d->buffer, number_at(table, "arr_share", row), 1, "main");
  if (has_owners) page_number(d->buffer, digest_count(number_at(table, "owned", row), text));
  if (has_owners) page_number(d->buffer, digest_count(number_at(table, "uncovered", row), text));
  if (column_of(table, "hours") != SIZE_MAX) {
    page_number(d->buffer, digest_count(number_at(table, "hours", row), text));
  }
  page_row_end(d->buffer);
}

void page_add_segments(const digest *d) {
  const triax_table *table = triax_plan_table(d->plan, TRIAX_PLAN_SEGMENTS);
  size_t rows = table != NULL ? triax_table_rows(table) : 0, heads_count = 0;
  const char *heads[12];
  if (rows == 0) return;
  heads[heads_count++] = "Segment";
  heads[heads_count++] = "#Customers";
  heads[heads_count++] = "of all";
  if (column_of(table, "arr") != SIZE_MAX) {
    heads[heads_count++] = "#ARR";
    heads[heads_count++] = "of all";
  }
  if (column_of(table, "owned") != SIZE_MAX) {
    heads[heads_count++] = "#Owned";
    heads[heads_count++] = "#Uncovered";
  }
  if (column_of(table, "hours") != SIZE_MAX) heads[heads_count++] = "#Hours";
  heads[heads_count] = NULL;
  page_section(d->buffer, "Segments", "A segment counts the customers of its tiers.");
  page_table(d->buffer, NULL, heads);
  for (size_t row = 0; row < rows; row++) {
    if (is_shown(table, row)) add_segment(d, table, row);
  }
  page_table_end(d->buffer);
  page_section_end(d->buffer);
}

/* --- bands --- */

/* The bands in the order of the summary, best first, and how many customers of each segment are in each. */
typedef struct bands {
  triax_text names[MOST_BANDS];
  size_t count;
  size_t *segments; /* [segment × count] */
} bands;

/* Best, worst and between; what is not known has a colour of its own. */
static const char *colour_of(const bands *all, size_t band) {
  triax_text name = all->names[band];
  if (name.length == 7 && memcmp(name.bytes, "unknown", 7) == 0) return "none";
  size_t known = all->count - 1;
  if (known <= 1 || band == 0) return "high";
  return band == known - 1 ? "low" : "mid";
}

static void find_bands(const digest *d, bands *all) {
  const triax_document *summary = triax_plan_summary(d->plan);
  triax_node node = digest_find(summary, "health", "bands");
  if (node == TRIAX_NO_NODE) return;
  for (triax_node band = triax_document_first(summary, node); band != TRIAX_NO_NODE && all->count < MOST_BANDS;
       band = triax_document_next(summary, band)) {
    all->names[all->count++] = triax_document_key(summary, band);
  }
}

/* `path` is that segment or a tier within it. */
static bool is_within(triax_text path, triax_text segment) {
  return path.length >= segment.length && memcmp(path.bytes, segment.bytes, segment.length) == 0 &&
         (path.length == segment.length || path.bytes[segment.length] == '/');
}

/* Segments by their paths. */
typedef struct place {
  triax_text path;
  size_t row;
} place;

static int by_path(const void *left, const void *right) {
  const triax_text a = ((const place *)left)->path, b = ((const place *)right)->path;
  size_t shared = a.length < b.length ? a.length : b.length;
  int order = shared > 0 ? memcmp(a.bytes, b.bytes, shared) : 0;
  return order != 0 ? order : a.length < b.length ? -1 : a.length > b.length;
}

static place *places_of(const triax_table *segments) {
  size_t rows = triax_table_rows(segments);
  place *places = malloc(rows * sizeof *places);
  for (size_t row = 0; places != NULL && row < rows; row++) {
    places[row] = (place){text_at(segments, "segment", row), row};
  }
  if (places != NULL) qsort(places, rows, sizeof *places, by_path);
  return places;
}

static void count_bands(const triax_table *customers, const triax_table *segments, const place *places, bands *all) {
  size_t rows = triax_table_rows(segments), at = column_of(customers, "segment");
  size_t band_column = column_of(customers, "band");
  for (size_t row = 0; row < triax_table_rows(customers); row++) {
    triax_text band = triax_table_text(customers, band_column, row);
    place wanted = {triax_table_text(customers, at, row), 0};
    const place *found = bsearch(&wanted, places, rows, sizeof *places, by_path);
    size_t *counts = all->segments + (found != NULL ? found->row : rows - 1) * all->count;
    for (size_t b = 0; b < all->count; b++) counts[b] += digest_same(all->names[b], band);
  }
  for (size_t row = rows; row-- > 0;) { /* children come behind their parents */
    triax_text path = text_at(segments, "segment", row);
    for (size_t parent = row; path.bytes != NULL && parent-- > 0;) {
      triax_text above = text_at(segments, "segment", parent);
      if (above.bytes == NULL || above.length >= path.length || !is_within(path, above)) continue;
      for (size_t b = 0; b < all->count; b++) {
        all->segments[parent * all->count + b] += all->segments[row * all->count + b];
      }
      break; /* the nearest above hands it on */
    }
  }
}

static void add_mix(text_buffer *buffer, const bands *all, const size_t *counts, size_t sum) {
  double left = 0;
  text_add_format(buffer, "<td><svg width=\"%d\" height=\"18\" role=\"img\" aria-label=\"", MIX_WIDTH);
  for (size_t b = 0; b < all->count; b++) {
    text_add_format(buffer, "%s%zu ", b > 0 ? ", " : "", counts[b]);
    page_text(buffer, all->names[b]);
  }
  text_add_string(buffer, "\">");
  for (size_t b = 0; b < all->count; b++) {
    double width = sum > 0 ? (double)counts[b] / (double)sum * MIX_WIDTH : 0;
    if (counts[b] > 0) {
      text_add_format(buffer, "<rect class=\"%s\" x=\"%.1f\" y=\"3\" width=\"%.1f\" height=\"13\"/>",
                      colour_of(all, b), left, fmax(0.5, width - 1));
    }
    left += width;
  }
  text_add_string(buffer, "</svg></td>");
}

static void add_band_row(const digest *d, const triax_table *segments, size_t row, const bands *all) {
  char text[CLI_NUMBER_SIZE];
  const size_t *counts = all->segments + row * all->count;
  size_t sum = 0;
  for (size_t b = 0; b < all->count; b++) sum += counts[b];
  page_row(d->buffer);
  page_cell(d->buffer, name_of(text_at(segments, "segment", row)));
  page_number(d->buffer, digest_figure(number_at(segments, "mean_health", row), 1, text));
  add_mix(d->buffer, all, counts, sum);
  for (size_t b = 0; b < all->count; b++) page_number(d->buffer, digest_count((double)counts[b], text));
  page_row_end(d->buffer);
}

static void add_band_heads(text_buffer *buffer, const bands *all) {
  text_add_string(buffer, "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Segment</th>"
                          "<th scope=\"col\" class=\"n\">Mean</th><th scope=\"col\">Bands</th>");
  for (size_t b = 0; b < all->count; b++) {
    text_add_string(buffer, "<th scope=\"col\" class=\"n\">");
    text_add_format(buffer, "<span class=\"key\"><svg width=\"10\" height=\"10\"><rect class=\"%s\" width=\"10\" "
                            "height=\"10\"/></svg>", colour_of(all, b));
    page_text(buffer, all->names[b]);
    text_add_string(buffer, "</span></th>");
  }
  text_add_string(buffer, "</tr></thead>\n<tbody>\n");
}

static void add_bands(const digest *d, bands *all) {
  const triax_table *customers = triax_plan_table(d->plan, TRIAX_PLAN_CUSTOMERS);
  const triax_table *segments = triax_plan_table(d->plan, TRIAX_PLAN_SEGMENTS);
  size_t rows = segments != NULL ? triax_table_rows(segments) : 0;
  if (rows == 0 || all->count == 0 || column_of(customers, "band") == SIZE_MAX) return;
  all->segments = calloc(rows * all->count, sizeof *all->segments);
  place *places = places_of(segments);
  bool fine = all->segments != NULL && places != NULL;
  d->buffer->failed = d->buffer->failed || !fine;
  if (fine) {
    count_bands(customers, segments, places, all);
    add_band_heads(d->buffer, all);
    for (size_t row = 0; row < rows; row++) {
      if (is_shown(segments, row)) add_band_row(d, segments, row, all);
    }
    page_table_end(d->buffer);
  }
  free(places);
  free(all->segments);
}

/* --- what is not known, and whom to look at --- */

static void add_missing(const digest *d) {
  static const char *const heads[] = {"Metric", "#Missing for", "of all", NULL};
  const triax_document *summary = triax_plan_summary(d->plan);
  char text[CLI_NUMBER_SIZE];
  double all = page_summary(d, "customers", "count");
  triax_node node = triax_document_find(summary, 0, triax_text_of("health"));
  if (node != TRIAX_NO_NODE) node = triax_document_find(summary, node, triax_text_of("metrics"));
  if (node == TRIAX_NO_NODE) return;
  size_t shown = 0;
  for (triax_node metric = triax_document_first(summary, node); metric != TRIAX_NO_NODE && shown < METRICS_SHOWN;
       metric = triax_document_next(summary, metric)) {
    triax_node missing = triax_document_find(summary, metric, triax_text_of("missing"));
    double count = missing != TRIAX_NO_NODE ? triax_document_as_number(summary, missing) : 0;
    if (!(count > 0)) continue;
    if (shown++ == 0) page_table(d->buffer, "What health goes by, and is not known", heads);
    page_row(d->buffer);
    page_cell(d->buffer, triax_document_key(summary, metric));
    page_number(d->buffer, digest_count(count, text));
    page_bar(d->buffer, count, all, "none");
    page_row_end(d->buffer);
  }
  if (shown > 0) page_table_end(d->buffer);
}

typedef struct worst {
  const triax_table *customers;
  size_t column;
  triax_text band;
} worst;

static bool is_worst(const void *user, size_t row) {
  const worst *of = user;
  return digest_same(triax_table_text(of->customers, of->column, row), of->band);
}

static void add_worst(const digest *d, const bands *all, const double *money) {
  static const char *const heads[] = {"Customer", "Segment", "#ARR", "#Health", "CSM", "Why", NULL};
  const triax_table *customers = triax_plan_table(d->plan, TRIAX_PLAN_CUSTOMERS);
  worst of = {customers, column_of(customers, "band"), {NULL, 0}};
  if (all->count < 2 || of.column == SIZE_MAX) return;
  of.band = all->names[all->count - 2]; /* the last is what is not known */
  char text[CLI_NUMBER_SIZE];
  size_t count;
  digest_ranked *order = page_rank(d->buffer, triax_table_rows(customers), money, is_worst, &of, &count);
  if (order == NULL) return;
  text_add_string(d->buffer, "<h2>The largest in ");
  page_text(d->buffer, of.band);
  text_add_string(d->buffer, "</h2>\n");
  page_table(d->buffer, NULL, heads);
  for (size_t i = 0; i < count && i < PAGE_ROWS; i++) {
    size_t row = order[i].row;
    page_row(d->buffer);
    page_named(d->buffer, text_at(customers, "key", row), triax_customers_table(d->company->customers), row);
    page_cell(d->buffer, text_at(customers, "segment", row));
    page_number(d->buffer, digest_money(money != NULL ? money[row] : NAN, text));
    page_number(d->buffer, digest_figure(number_at(customers, "health", row), 1, text));
    page_cell(d->buffer, text_at(customers, "csm", row));
    page_cell(d->buffer, text_at(customers, "why", row));
    page_row_end(d->buffer);
  }
  page_table_end(d->buffer);
  page_more(d->buffer, (double)count - PAGE_ROWS, "customers.csv");
  free(order);
}

void page_add_health(const digest *d, const double *money) {
  bands all = {.count = 0};
  find_bands(d, &all);
  if (is_missing(page_summary(d, "health", "scored"))) return;
  page_section(d->buffer, "Health", "0 to 100 points. Who is not known has too few metrics with a value.");
  add_bands(d, &all);
  add_missing(d);
  add_worst(d, &all, money);
  page_section_end(d->buffer);
}
