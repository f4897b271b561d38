/* A seeded company of any size for the benchmarks of whole plans: eight verticals, six languages, most customers
 * owned. The same seed gives the same bytes on any machine. */
#ifndef TESTS_BENCH_PLAN_COMPANY_H
#define TESTS_BENCH_PLAN_COMPANY_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COMPANY_AS_OF "2026-11-21"

enum { COMPANY_FIELD_SIZE = 32, COMPANY_VERTICALS = 8, COMPANY_LANGUAGES = 6, COMPANY_COUNTRIES = 12 };

/* Ten tests of customers, a score of eight metrics. */
static const char company_policy[] =
    "triax: 1\n"
    "name: benchmark\n"
    "stage: scaling\n"
    "currency: {base: USD, rates: {EUR: 1.08, GBP: 1.27}}\n"
    "customers:\n"
    "  key: id\n"
    "  columns:\n"
    "    arr: {type: money, currency: arr_currency}\n"
    "    employees: {type: number}\n"
    "    seats: {type: number}\n"
    "    active_seats: {type: number}\n"
    "    logins: {type: number}\n"
    "    products: {type: strings, separator: \";\"}\n"
    "    open_tickets: {type: number, missing: 0}\n"
    "    open_escalations: {type: number, missing: 0}\n"
    "    sentiment_on: {type: date}\n"
    "    nps: {type: number}\n"
    "    sponsor: {type: boolean}\n"
    "    renewal: {type: date}\n"
    "    customer_since: {type: date}\n"
    "team:\n"
    "  key: id\n"
    "  columns: {verticals: {type: strings}, languages: {type: strings}, fte: {type: number, missing: 1}}\n"
    "define:\n"
    "  adoption: active_seats / seats\n"
    "  whitespace: (employees - seats) / employees\n"
    "  at_risk: 'band == \"red\" ? 1 : 0'\n"
    "health:\n"
    "  metrics:\n"
    "    adoption: {group: product, value: adoption, scale: [[0.1, 0], [0.5, 50], [0.9, 100]], weight: 3}\n"
    "    habit: {group: product, value: logins / active_seats, scale: [[1, 0], [12, 100]], weight: 2}\n"
    "    breadth: {group: product, value: size(products), scale: [[1, 30], [4, 100]], weight: 1}\n"
    "    support: {group: service, value: open_tickets, scale: [[0, 100], [10, 0]], weight: 1}\n"
    "    calm: {group: service, value: open_escalations, scale: [[0, 100], [2, 0]], weight: 1}\n"
    "    sentiment: {group: relationship, value: csm_sentiment, scale: {green: 100, yellow: 50, red: 0}, weight: 2,\n"
    "                stale: {since: sentiment_on, after: 45d, fade: 90d}}\n"
    "    sponsor: {group: relationship, value: sponsor, scale: {true: 100, false: 20}, weight: 1}\n"
    "    nps: {group: relationship, value: nps, scale: [[0, 0], [6, 30], [8, 70], [10, 100]], weight: 1}\n"
    "  groups: {product: 50%, service: 20%, relationship: 30%}\n"
    "  min_coverage: 40%\n"
    "  limits:\n"
    "    - {when: open_escalations > 1, at_most: 40, why: open escalations}\n"
    "  bands: {red: 0, yellow: 50, green: 75}\n"
    "segmentation:\n"
    "  by: arr\n"
    "  segments:\n"
    "    - {name: global, at_least: 750k, touch: high}\n"
    "    - name: enterprise\n"
    "      at_least: 150k\n"
    "      touch: high\n"
    "      segments:\n"
    "        - {name: strategic, when: 'employees >= 5000 || (vertical == \"finance\" && adoption > 0.8)'}\n"
    "        - {name: core}\n"
    "    - {name: regulated, when: 'vertical in [\"finance\", \"healthcare\"] && arr >= 60000', touch: high}\n"
    "    - {name: growth, when: arr >= 40000 && whitespace > 0.8 && adoption > 0.5, touch: high}\n"
    "    - {name: rescue, when: 'band == \"red\" && arr >= 30000', touch: high}\n"
    "    - {name: renewing, when: arr >= 30000 && days_until(renewal) < 45, touch: low}\n"
    "    - {name: new, when: arr >= 20000 && days_since(customer_since) < 120, touch: low}\n"
    "    - {name: broad, when: size(products) >= 3 && arr >= 20000, touch: low}\n"
    "    - {name: scale, at_least: 15k, touch: low}\n"
    "    - {name: digital, touch: tech}\n";

/* What a team adds. */
static const char company_team_policy[] =
    "allocation:\n"
    "  owner: owner\n"
    "  unowned: [digital]\n"
    "  pools:\n"
    "    - {name: finance, customers: 'vertical == \"finance\"', csms: '\"finance\" in verticals'}\n"
    "    - {name: health, customers: 'vertical in [\"healthcare\", \"pharma\"]', csms: '\"healthcare\" in verticals "
    "|| \"pharma\" in verticals'}\n"
    "    - {name: telco, customers: 'vertical == \"telco\"', csms: '\"telco\" in verticals', at_least: 10}\n"
    "    - {name: other}\n"
    "  capacity:\n"
    "    fte: fte\n"
    "    accounts: {global: 6, enterprise: 15, regulated: 20, growth: 20, rescue: 30, renewing: 40, new: 40,\n"
    "               broad: 40, scale: 60}\n"
    "  eligible: customer.language in csm.languages\n"
    "  freeze: days_until(renewal) >= 0 && days_until(renewal) <= 60\n"
    "  prefer:\n"
    "    - {points: 3, when: customer.owner == csm.id, why: keeps its CSM}\n"
    "    - {points: 1, when: customer.country == csm.country, why: same country}\n"
    "  value: arr\n"
    "  balance: {load: 2, arr: 1, at_risk: 1}\n"
    "attention:\n"
    "  hours: 30 * fte\n"
    "  period: 13w\n"
    "  by: need\n"
    "  limits: {global: [20, 80], enterprise: [6, 40], scale: [0.5, 16]}\n"
    "  reserve: 10%\n"
    "  touch_hours: 1.5\n";

static const char *const company_columns[] = {
    "id",       "arr",          "arr_currency",     "employees",     "seats",        "active_seats", "logins",
    "products", "open_tickets", "open_escalations", "csm_sentiment", "sentiment_on", "nps",          "sponsor",
    "renewal",  "customer_since", "vertical",       "country",       "language",     "owner"};
static const char *const company_csm_columns[] = {"id", "name", "verticals", "languages", "country", "fte"};

enum {
  COMPANY_COLUMNS = (int)(sizeof company_columns / sizeof *company_columns),
  COMPANY_CSM_COLUMNS = (int)(sizeof company_csm_columns / sizeof *company_csm_columns)
};

typedef struct company {
  size_t customers, csms;
  uint64_t seed;
} company;

/* One row of either table; an empty field is missing. */
typedef char company_row[COMPANY_COLUMNS][COMPANY_FIELD_SIZE];

static const char *const company_vertical[COMPANY_VERTICALS] = {"finance", "healthcare", "pharma",    "telco",
                                                                "retail",  "logistics",  "education", "software"};
static const char *const company_language[COMPANY_LANGUAGES] = {"en", "de", "fr", "es", "it", "nl"};
static const char *const company_country[COMPANY_COUNTRIES] = {"US", "GB", "IE", "DE", "AT", "CH",
                                                               "FR", "BE", "ES", "MX", "IT", "NL"};

static uint64_t company_next(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}
static unsigned company_below(uint64_t *state, unsigned bound) { return (unsigned)(company_next(state) >> 32) % bound; }
static int company_chance(uint64_t *state, unsigned percent) { return company_below(state, 100) < percent; }

static void company_put(char *field, unsigned value) { snprintf(field, COMPANY_FIELD_SIZE, "%u", value); }

/* A day from the beginning of that month on. Months have 28 days here, so that each is a date. */
static void company_date(char *field, uint64_t *r, unsigned year, unsigned month, unsigned months) {
  unsigned day = 28 * (month - 1) + company_below(r, 28 * months);
  snprintf(field, COMPANY_FIELD_SIZE, "%04u-%02u-%02u", year + day / 336, day / 28 % 12 + 1, day % 28 + 1);
}

/* CSM i serves one vertical and one or two languages, given by its number: so customers find owners that fit. */
static inline void company_csm_row(const company *c, size_t i, company_row row) {
  uint64_t state = c->seed ^ (0xC5A0000000 + i), *r = &state;
  size_t language = i / COMPANY_VERTICALS % COMPANY_LANGUAGES;
  memset(row, 0, sizeof(company_row));
  snprintf(row[0], COMPANY_FIELD_SIZE, "csm-%05zu", i);
  snprintf(row[1], COMPANY_FIELD_SIZE, "Person %zu", i);
  snprintf(row[2], COMPANY_FIELD_SIZE, "%s", company_vertical[i % COMPANY_VERTICALS]);
  snprintf(row[3], COMPANY_FIELD_SIZE, "%s%s", company_language[language],
           language && company_chance(r, 50) ? ";en" : "");
  snprintf(row[4], COMPANY_FIELD_SIZE, "%s", company_country[2 * language + company_below(r, 2)]);
  snprintf(row[5], COMPANY_FIELD_SIZE, "%s", company_chance(r, 80) ? "1" : company_chance(r, 50) ? "0.8" : "");
}

static void company_owner(const company *c, unsigned vertical, unsigned language, uint64_t *r, char *field) {
  size_t i = vertical + (size_t)COMPANY_VERTICALS * language, cell = COMPANY_VERTICALS * COMPANY_LANGUAGES;
  if (!c->csms || !company_chance(r, 75)) return;
  if (company_chance(r, 93)) i += cell * company_below(r, (unsigned)(c->csms / cell) + 1);
  else i = company_below(r, (unsigned)c->csms);
  snprintf(field, COMPANY_FIELD_SIZE, "csm-%05zu", i % c->csms);
}

static void company_usage(company_row row, unsigned seats, uint64_t *r) {
  static const char *const products[] = {"Core", "Core;Forms", "Core;Analytics", "Core;Forms;Analytics",
                                         "Core;Analytics;Sign;Forms"};
  static const char *const sentiment[] = {"green", "green", "yellow", "red", ""};
  unsigned active = seats * company_below(r, 101) / 100;
  company_put(row[5], active);
  company_put(row[6], active * company_below(r, 14));
  snprintf(row[7], COMPANY_FIELD_SIZE, "%s", products[company_below(r, 5)]);
  if (company_chance(r, 90)) company_put(row[8], company_below(r, 6) * company_below(r, 3));
  if (company_chance(r, 90)) company_put(row[9], (unsigned)(company_chance(r, 4) + company_chance(r, 4)));
  snprintf(row[10], COMPANY_FIELD_SIZE, "%s", sentiment[company_below(r, 5)]);
  if (row[10][0]) company_date(row[11], r, 2026, 4, 7);
  if (company_chance(r, 60)) company_put(row[12], 10 - company_below(r, 4) * company_below(r, 4));
  if (company_chance(r, 95)) snprintf(row[13], COMPANY_FIELD_SIZE, "%s", company_chance(r, 60) ? "true" : "false");
}

static inline void company_customer_row(const company *c, size_t i, company_row row) {
  uint64_t state = c->seed ^ (0xA110000000 + i), *r = &state;
  unsigned dice = company_below(r, 1000), vertical = company_below(r, COMPANY_VERTICALS);
  unsigned language = company_below(r, COMPANY_LANGUAGES), employees = 20 + company_below(r, 400);
  unsigned arr = dice < 20    ? 750000 + company_below(r, 2000000)
                 : dice < 100 ? 150000 + company_below(r, 600000)
                 : dice < 500 ? 15000 + company_below(r, 60000)
                              : 500 + company_below(r, 14500);
  if (dice < 100) employees *= 30;
  unsigned seats = employees * (5 + company_below(r, 90)) / 100 + 1;
  memset(row, 0, sizeof(company_row));
  snprintf(row[0], COMPANY_FIELD_SIZE, "customer-%07zu", i);
  company_put(row[1], arr);
  snprintf(row[2], COMPANY_FIELD_SIZE, "%s", company_chance(r, 70) ? "USD" : company_chance(r, 50) ? "EUR" : "GBP");
  if (company_chance(r, 97)) company_put(row[3], employees);
  company_put(row[4], seats);
  company_usage(row, seats, r);
  company_date(row[14], r, 2026, 12, 18);
  company_date(row[15], r, 2017, 6, 113);
  snprintf(row[16], COMPANY_FIELD_SIZE, "%s", company_vertical[vertical]);
  snprintf(row[17], COMPANY_FIELD_SIZE, "%s", company_country[2 * language + company_below(r, 2)]);
  snprintf(row[18], COMPANY_FIELD_SIZE, "%s", company_language[language]);
  company_owner(c, vertical, language, r, row[19]);
}

#endif
