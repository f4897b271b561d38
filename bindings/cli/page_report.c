/* report.html: the plan as a page that stands alone, to be opened, printed and sent. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

static void add_tile(const digest *d, const char *map, const char *key, bool money, const char *words) {
  char text[CLI_NUMBER_SIZE];
  double value = page_summary(d, map, key);
  if (is_missing(value)) return;
  page_tile(d->buffer, money ? digest_money(value, text) : digest_count(value, text), words);
}

static void add_tiles(const digest *d) {
  char text[CLI_NUMBER_SIZE];
  double health = page_summary(d, "health", "mean"), continuity = page_summary(d, "allocation", "continuity");
  text_add_string(d->buffer, "<div class=\"tiles\">\n");
  add_tile(d, "customers", "count", false, "customers");
  add_tile(d, "customers", "arr", true, "ARR");
  if (!is_missing(health)) page_tile(d->buffer, digest_figure(health, 1, text), "mean health");
  add_tile(d, "allocation", "csms_here", false, "CSMs here");
  add_tile(d, "allocation", "uncovered", false, "accounts uncovered");
  add_tile(d, "allocation", "moved", false, "accounts move");
  if (!is_missing(continuity)) { /* rounded down: 100 % is for when nobody moves */
    snprintf(text, sizeof text, "%.0f&#8239;%%", floor(100 * continuity));
    page_tile(d->buffer, text, "keep their CSM");
  }
  text_add_string(d->buffer, "</div>\n");
}

bool report_add(text_buffer *buffer, const triax_plan *plan, const cli_company *company) {
  digest d = {buffer, plan, company};
  const triax_document *summary = triax_plan_summary(plan);
  triax_text name = triax_policy_name(company->policy), currency = triax_policy_currency(company->policy);
  triax_text as_of = triax_document_as_text(summary, triax_document_find(summary, 0, triax_text_of("as_of")));
  if (name.bytes == NULL) name = triax_text_of("Plan");
  page_begin(buffer, name);
  text_add_string(buffer, "<h1>");
  page_text(buffer, name);
  text_add_string(buffer, "</h1>\n<p>");
  if (as_of.bytes != NULL) text_add_format(buffer, "Plan of %.*s", (int)as_of.length, as_of.bytes);
  if (currency.bytes != NULL) {
    text_add_string(buffer, as_of.bytes != NULL ? ", money in " : "Money in ");
    page_text(buffer, currency);
  }
  text_add_string(buffer, "</p>\n");
  double *money = page_money(&d);
  add_tiles(&d);
  page_add_segments(&d);
  page_add_health(&d, money);
  page_add_books(&d, money);
  page_add_outlook(&d);
  free(money);
  page_end(buffer);
  return !buffer->failed;
}
