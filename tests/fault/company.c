#include "company.h"

#include <string.h>

#include "words.h"

/* --- the policy, in the words of the file --- */

static void columns(triax_document *d, company_kind kind) {
  triax_document_map(d, T("currency"));
  put(d, "base", "USD");
  triax_document_map(d, T("rates"));
  put(d, "EUR", "1.10");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("customers"));
  put(d, "key", "id");
  if (kind == COMPANY_FAMILIES) put(d, "family", "parent");
  triax_document_map(d, T("columns"));
  triax_document_map(d, T("arr"));
  put(d, "type", "money");
  put(d, "currency", "currency");
  triax_document_end(d);
  triax_document_map(d, T("products"));
  put(d, "type", "strings");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
}

static void team(triax_document *d) {
  triax_document_map(d, T("team"));
  put(d, "key", "id");
  triax_document_map(d, T("columns"));
  triax_document_map(d, T("languages"));
  put(d, "type", "strings");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
}

static void health(triax_document *d) {
  triax_document_map(d, T("health"));
  triax_document_map(d, T("metrics"));
  triax_document_map(d, T("adoption"));
  put(d, "value", "active / seats");
  triax_document_list(d, T("scale"));
  for (int k = 0; k < 2; k++) {
    triax_document_list(d, TRIAX_NO_KEY);
    triax_document_number(d, TRIAX_NO_KEY, k);
    triax_document_number(d, TRIAX_NO_KEY, 100 * k);
    triax_document_end(d);
  }
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("mood"));
  put(d, "value", "sentiment");
  triax_document_map(d, T("scale"));
  put(d, "green", "100");
  put(d, "red", "0");
  triax_document_end(d);
  triax_document_map(d, T("stale"));
  put(d, "since", "asked");
  put(d, "after", "30d");
  put(d, "fade", "60d");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("bands"));
  put(d, "red", "0");
  put(d, "green", "60");
  triax_document_end(d);
  triax_document_end(d);
}

static void segmentation(triax_document *d, company_kind kind) {
  triax_document_map(d, T("segmentation"));
  put(d, "by", "arr");
  put(d, "previous", "segment");
  put(d, "hold", "5%");
  triax_document_list(d, T("segments"));
  segment(d, "global", "at_least", "750k");
  segment(d, "rising", "when",
          kind == COMPANY_SEGMENTS ? "percentile(arr) > 0.7 && \"Core\" in products"
                                   : "growth > 0.5 || name.lowerAscii().startsWith(\"a\")");
  segment(d, "top", "top", "20%");
  segment(d, "scale", NULL, NULL);
  triax_document_end(d);
  triax_document_end(d);
}

static void allocation(triax_document *d) {
  triax_document_map(d, T("allocation"));
  put(d, "owner", "owner");
  put(d, "effort", "0.001"); /* the loop over failures runs thousands of plans */
  triax_document_list(d, T("pools"));
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "name", "english");
  put(d, "customers", "language == \"en\"");
  put(d, "csms", "\"en\" in languages");
  triax_document_end(d);
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "name", "other");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("capacity"));
  triax_document_map(d, T("accounts"));
  put(d, "global", "2");
  put(d, "rising", "3");
  put(d, "top", "4");
  put(d, "scale", "6");
  triax_document_end(d);
  triax_document_end(d);
  put(d, "eligible", "customer.language in csm.languages");
  triax_document_list(d, T("prefer"));
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "points", "3");
  put(d, "when", "customer.owner == csm.id");
  put(d, "why", "keeps its CSM");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("balance"));
  put(d, "load", "1");
  put(d, "arr", "1");
  triax_document_end(d);
  triax_document_list(d, T("overlays"));
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "name", "analytics");
  put(d, "customers", "\"Analytics\" in products");
  put(d, "accounts", "5");
  put(d, "owner", "owner");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
  triax_document_map(d, T("attention"));
  put(d, "hours", "30");
  put(d, "by", "100 - health");
  put(d, "touch_hours", "1.5");
  triax_document_end(d);
}

static void forecast(triax_document *d) {
  triax_document_map(d, T("forecast"));
  put(d, "years", "2");
  put(d, "retention", "health / 100"); /* missing for some */
  put(d, "expansion", "growth / 10");
  put(d, "cost", "cost");
  put(d, "multiple", "8");
  triax_document_list(d, T("scenarios"));
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "name", "better");
  triax_document_map(d, T("set"));
  put(d, "retention", "retention + 0.5"); /* above 1 for some */
  put(d, "cost", "cost * 2");
  triax_document_end(d);
  put(d, "in", "scale");
  triax_document_map(d, T("fee"));
  put(d, "global", "12k");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
}

static void plays(triax_document *d) {
  triax_document_map(d, T("plays"));
  triax_document_map(d, T("limit"));
  put(d, "per_customer", "1");
  put(d, "every", "7d");
  triax_document_end(d);
  triax_document_list(d, T("list"));
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "name", "call");
  put(d, "when", "seats >= 30 || missing_too");
  put(d, "do", "task");
  put(d, "title", "{name} ({products}): {percentile(arr)} since {asked}");
  put(d, "once_while_open", "true");
  put(d, "priority", "1");
  put(d, "due", "3d");
  triax_document_end(d);
  triax_document_map(d, TRIAX_NO_KEY);
  put(d, "name", "mail");
  put(d, "when", "true");
  put(d, "do", "email");
  put(d, "recipient", "{name.lowerAscii()}@example.com");
  put(d, "body", "{{{arr / 3}}}");
  triax_document_map(d, T("fields"));
  put(d, "template", "T{employees}");
  triax_document_end(d);
  put(d, "cooldown", "30d");
  triax_document_end(d);
  triax_document_end(d);
  triax_document_end(d);
}

static void transition(triax_document *d) {
  triax_document_map(d, T("transition"));
  put(d, "start", "2026-12-07");
  put(d, "renewal", "asked");
  triax_document_map(d, T("renewal_window"));
  put(d, "before", "7d");
  put(d, "after", "60d");
  triax_document_end(d);
  put(d, "hold_when", "sentiment == \"red\"");
  triax_document_map(d, T("max_handovers"));
  put(d, "column", "seats");
  put(d, "at_most", "90");
  triax_document_end(d);
  put(d, "known", "products");
  put(d, "per_csm_per_week", "1");
  triax_document_end(d);
}

triax_status company_policy(triax_context *context, company_kind kind, triax_policy **policy, triax_error *error) {
  triax_document *d;
  triax_status status = triax_document_new(context, &d, error);
  if (status != TRIAX_OK) return status;
  put(d, "triax", "1");
  columns(d, kind);
  team(d);
  triax_document_map(d, T("define"));
  put(d, "growth", "math.least(1.0, (employees - seats) / employees)");
  put(d, "missing_too", "active > 60");
  triax_document_end(d);
  if (kind != COMPANY_SEGMENTS) health(d);
  segmentation(d, kind);
  if (kind >= COMPANY_WHOLE) allocation(d);
  if (kind == COMPANY_ACTIONS) plays(d);
  if (kind == COMPANY_ACTIONS) transition(d);
  if (kind >= COMPANY_HEALTH && kind != COMPANY_ACTIONS) forecast(d);
  status = triax_document_finish(d, error);
  if (status == TRIAX_OK) status = triax_policy_new(context, d, policy, NULL, error);
  triax_document_free(d);
  return status;
}

/* --- data, as a CSV file would bring it: all text --- */

typedef struct data_sheet {
  const char *const *names;
  const char *const *cells;
  size_t columns, rows;
} data_sheet;

static triax_status fill(triax_table_builder *builder, const data_sheet *sheet, triax_error *error) {
  triax_status status = TRIAX_OK;
  for (size_t c = 0; status == TRIAX_OK && c < sheet->columns; c++) {
    status = triax_table_builder_column(builder, T(sheet->names[c]), TRIAX_TYPE_TEXT, NULL, error);
    for (size_t r = 0; status == TRIAX_OK && r < sheet->rows; r++) {
      triax_text cell = T(sheet->cells[r * sheet->columns + c]);
      status = triax_table_builder_texts(builder, c, &cell, 1, error);
    }
  }
  return status;
}

static triax_status table_of(triax_context *context, const data_sheet *sheet, triax_table **table, triax_error *error) {
  triax_table_builder *builder;
  triax_status status = triax_table_builder_new(context, &builder, error);
  if (status != TRIAX_OK) return status;
  status = fill(builder, sheet, error);
  if (status == TRIAX_OK) status = triax_table_builder_finish(builder, table, error);
  triax_table_builder_free(builder);
  return status;
}

triax_status company_customers(triax_context *context, const triax_policy *policy, triax_customers **customers,
                               triax_error *error) {
  static const char *const names[] = {"id",       "parent",    "name",  "arr",     "currency",
                                      "products", "employees", "seats", "active",  "sentiment",
                                      "asked",    "language",  "owner", "segment", "gone"};
  static const char *const cells[] = {"c1",     "p",          "Acme",  "800000", "USD",        "Core;Analytics",
                                      "900",    "100",        "70",    "green",  "2026-11-01", "en",
                                      "m1",     "global",     "no",    "c2",     "p",          "Bolt",
                                      "740000", "USD",        "Core",  "500",    "300",        "30",
                                      "red",    "2026-08-01", "en",    "m2",     "global",     "yes",
                                      "c3",     "",           "Aster", "12000",  "EUR",        "Analytics",
                                      "40",     "30",         "",      "",       "",           "de",
                                      "m3",     "",           "no",    "c4",     "",           "Delta",
                                      "",       "EUR",        "",      "10",     "0",          "5",
                                      "blue",   "2026-11-20", "de",    "",       "scale",      "",
                                      "c5",     "",           "Echo",  "90000",  "USD",        "Core",
                                      "",       "50",         "50",    "green",  "2026-11-20", "fr",
                                      "m9",     "scale",      "yes"};
  static const data_sheet sheet = {names, cells, 15, 5};
  triax_table *table;
  triax_status status = table_of(context, &sheet, &table, error);
  if (status != TRIAX_OK) return status;
  status = triax_customers_new(context, policy, table, NULL, customers, NULL, NULL, error);
  triax_table_unref(table);
  return status;
}

triax_status company_history(triax_context *context, triax_table **history, triax_error *error) {
  static const char *const names[] = {"customer", "date", "health"};
  static const char *const cells[] = {"c1", "2026-07-01", "80", "c1", "2026-08-01", "82", "c1", "2026-09-01", "78",
                                      "c1", "2026-10-01", "81", "c2", "2026-10-01", "",   "c9", "2026-10-01", "50",
                                      "c2", "2026-12-24", "70"};
  static const data_sheet sheet = {names, cells, 3, 7};
  return table_of(context, &sheet, history, error);
}

triax_status company_team(triax_context *context, const triax_policy *policy, triax_team **team, triax_error *error) {
  static const char *const names[] = {"id", "name", "languages", "cost"};
  static const char *const cells[] = {"m1",    "Ann", "en", "100000", "m2", "Ben",
                                      "en;de", "",    "m3", "Cyd",    "de", "130000"};
  static const data_sheet sheet = {names, cells, 4, 3};
  triax_table *table;
  triax_status status = table_of(context, &sheet, &table, error);
  if (status != TRIAX_OK) return status;
  status = triax_team_new(context, policy, table, NULL, team, NULL, NULL, error);
  triax_table_unref(table);
  return status;
}

triax_status company_sent(triax_context *context, triax_table **sent, triax_error *error) {
  static const char *const names[] = {"id", "customer", "play", "date", "state", "until"};
  static const char *const cells[] = {"1", "c1", "call", "2026-11-10T10:00:00Z", "snoozed", "2026-12-01",
                                      "1", "c3", "mail", "2026-11-01T10:00:00Z", "",        "",
                                      "2", "c4", "tips", "2026-11-19T10:00:00Z", "opne",    "",
                                      "2", "cx", "call", "2026-10-19T10:00:00Z", "failed",  "",
                                      "2", "c5", "call", "2026-12-19T10:00:00Z", "done",    ""};
  static const data_sheet sheet = {names, cells, 6, 5};
  return table_of(context, &sheet, sent, error);
}

triax_status company_plan(triax_context *context, company_kind kind, const triax_plan_options *options,
                          triax_plan **plan, triax_error *error) {
  triax_policy *policy = NULL;
  triax_customers *customers = NULL;
  triax_team *team = NULL;
  triax_table *sent = NULL;
  triax_plan_options all = *options;
  triax_status status = company_policy(context, kind, &policy, error);
  if (status == TRIAX_OK) status = company_customers(context, policy, &customers, error);
  if (status == TRIAX_OK && kind >= COMPANY_WHOLE) status = company_team(context, policy, &team, error);
  if (status == TRIAX_OK && kind == COMPANY_ACTIONS) status = company_sent(context, &sent, error);
  all.sent = sent;
  if (status == TRIAX_OK) status = triax_plan_new(context, policy, customers, team, &all, plan, NULL, error);
  triax_table_unref(sent);
  triax_team_unref(team);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
  return status;
}

triax_plan_options company_options(void) {
  triax_plan_options options = TRIAX_PLAN_OPTIONS_INIT;
  options.has_as_of = triax_date_of(T("2026-11-21"), &options.as_of);
  options.parts = 1;
  options.hires = -1; /* test_again has them */
  return options;
}
