/* Bands, flows between segments, and the plans' own tables side by side. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "compare/compare.h"
#include "table/tabulate.h"
#include "table/intern.h"

/* --- counts by a name --- */

/* Accounts and money by name, in the order of first sight; code 0 is what has none. */
typedef struct group_sums {
  tx_interner names;
  uint64_t *accounts;
  double *money;
  size_t capacity, money_capacity;
} group_sums;

static void close_sums(triax_context *context, group_sums *sums) {
  tx_interner_free(&sums->names);
  tx_free_array(context, sums->accounts, sums->capacity, sizeof *sums->accounts);
  tx_free_array(context, sums->money, sums->money_capacity, sizeof *sums->money);
}

static bool count_in(triax_context *context, group_sums *sums, triax_text name, double money, uint64_t accounts) {
  uint32_t code;
  uint32_t before = sums->names.size;
  if (!tx_interner_add(&sums->names, name, &code)) return false;
  if (code == before) {
    if (!tx_grow(context, (void **)&sums->accounts, &sums->capacity, (size_t)code + 1, sizeof *sums->accounts) ||
        !tx_grow(context, (void **)&sums->money, &sums->money_capacity, (size_t)code + 1, sizeof *sums->money)) {
      return false;
    }
    sums->accounts[code] = 0;
    sums->money[code] = 0;
  }
  sums->accounts[code] += accounts;
  if (!isnan(money)) sums->money[code] += money;
  return true;
}

/* A table of one text column, accounts and money. */
static triax_status table_of(triax_context *context, group_sums *sums, const char *key, bool has_money,
                             triax_table **table, triax_error *error) {
  tx_tabulate t;
  size_t rows = sums->names.size;
  tx_tabulate_open(&t, context, rows);
  tx_column_builder *names = tx_tabulate_begin(&t, TRIAX_TYPE_STRING);
  bool fine = names != NULL;
  for (size_t i = 0; fine && i < rows; i++) {
    triax_text name = {sums->names.bytes + sums->names.offsets[i],
                       (size_t)(sums->names.offsets[i + 1] - sums->names.offsets[i])};
    fine = name.length ? tx_column_builder_text(names, name) : tx_column_builder_missing(names);
  }
  tx_tabulate_end(&t, key, names, fine);
  tx_tabulate_counts(&t, "accounts", sums->accounts);
  if (has_money) tx_tabulate_numbers(&t, "arr", sums->money);
  return tx_tabulate_close(&t, table, error);
}

/* A name and, of a segment's path, those above it: parents count their children's customers, as in a plan. */
static bool count_path(triax_context *context, group_sums *sums, triax_text path, double money, bool nested) {
  for (size_t i = 0; nested && i < path.length; i++) {
    if (path.bytes[i] == '/' && !count_in(context, sums, (triax_text){path.bytes, i}, money, 1)) return false;
  }
  return count_in(context, sums, path, money, 1);
}

/* Counts a column's values. `named` leaves out what has none; seen: the first names, in their order. */
typedef struct count_request {
  const tx_column *column;
  const char *key;
  bool nested, named;
  const tx_health_model *bands; /* or NULL */
} count_request;

static triax_status count_column(triax_context *context, const tx_side *side, const count_request *want,
                                 triax_table **table, triax_error *error) {
  group_sums sums = {.accounts = NULL};
  tx_interner_init(&sums.names, context);
  bool fine = true;
  for (size_t b = want->bands ? want->bands->band_count : 0; fine && b-- > 0;) {
    fine = count_in(context, &sums, want->bands->bands[b].name, NAN, 0);
  }
  for (size_t row = 0; fine && row < side->rows; row++) {
    triax_text name = tx_side_text(want->column, row);
    if (!name.bytes && want->named) continue;
    fine = count_path(context, &sums, name.bytes ? name : TX_TEXT(""), side->money ? side->money[row] : NAN,
                      want->nested);
  }
  triax_status status =
      fine ? table_of(context, &sums, want->key, side->money != NULL, table, error) : tx_no_memory(error);
  close_sums(context, &sums);
  return status;
}

static triax_status compare_bands(triax_comparison *comparison, triax_error *error) {
  static const char *const keys[] = {"band", NULL};
  triax_table *tables[2] = {NULL, NULL};
  triax_status status = TRIAX_OK;
  bool any = false;
  for (int side = 0; status == TRIAX_OK && side < 2; side++) {
    const tx_side *at = &comparison->sides[side];
    if (!at->band) continue;
    any = true;
    count_request want = {at->band, "band", false, false, at->plan->health.model};
    status = count_column(comparison->context, at, &want, &tables[side], error);
  }
  if (status == TRIAX_OK && any) {
    status = tx_compare_join(comparison->context, tables[0], tables[1], keys,
                             &comparison->tables[TRIAX_COMPARISON_BANDS], error);
  }
  triax_table_unref(tables[0]);
  triax_table_unref(tables[1]);
  return status;
}

/* --- flows --- */

static bool count_flow(triax_comparison *comparison, const tx_pair *pair, group_sums *sums, tx_arena *arena) {
  triax_text from = {NULL, 0}, to = {NULL, 0};
  if (pair->row[0] != SIZE_MAX) from = tx_side_text(comparison->sides[0].segment, pair->row[0]);
  if (pair->row[1] != SIZE_MAX) to = tx_side_text(comparison->sides[1].segment, pair->row[1]);
  bool both = pair->row[0] != SIZE_MAX && pair->row[1] != SIZE_MAX;
  if (both && from.length == to.length && (!from.length || memcmp(from.bytes, to.bytes, from.length) == 0)) return true;
  char *name = tx_arena_alloc(arena, from.length + to.length + 4);
  if (!name) return false;
  tx_writer writer = {name, from.length + to.length + 4, 0};
  if (pair->row[0] == SIZE_MAX) tx_write_c(&writer, "\x1d"); /* was not there: not the same as in no segment */
  if (from.bytes) tx_write(&writer, from);
  tx_write_c(&writer, "\x1f");
  if (pair->row[1] == SIZE_MAX) tx_write_c(&writer, "\x1d");
  if (to.bytes) tx_write(&writer, to);
  int side = pair->row[1] == SIZE_MAX ? 0 : 1;
  const double *money = comparison->sides[side].money;
  bool fine = count_in(comparison->context, sums, (triax_text){name, writer.length},
                       money ? money[pair->row[side]] : NAN, 1);
  tx_arena_reset(arena);
  return fine;
}

static bool add_end(tx_column_builder *builder, triax_text end) {
  if (end.length == 1 && end.bytes[0] == '\x1d') return tx_column_builder_text(builder, TX_TEXT("(not in the data)"));
  return end.length ? tx_column_builder_text(builder, end)
                    : tx_column_builder_text(builder, TX_TEXT("(in no segment)"));
}

static triax_status tabulate_flows(triax_comparison *comparison, const group_sums *sums, triax_error *error) {
  tx_tabulate t;
  tx_tabulate_open(&t, comparison->context, sums->names.size);
  tx_column_builder *from = tx_tabulate_begin(&t, TRIAX_TYPE_STRING), *to = tx_tabulate_begin(&t, TRIAX_TYPE_STRING);
  bool fine = from && to;
  for (size_t i = 0; fine && i < sums->names.size; i++) {
    const char *bytes = sums->names.bytes + sums->names.offsets[i];
    size_t length = (size_t)(sums->names.offsets[i + 1] - sums->names.offsets[i]);
    size_t split = (size_t)((const char *)memchr(bytes, '\x1f', length) - bytes);
    fine = add_end(from, (triax_text){bytes, split}) &&
           add_end(to, (triax_text){bytes + split + 1, length - split - 1});
  }
  tx_tabulate_end(&t, "from", from, fine);
  tx_tabulate_end(&t, "to", to, fine);
  tx_tabulate_counts(&t, "accounts", sums->accounts);
  if (comparison->sides[1].money || comparison->sides[0].money) tx_tabulate_numbers(&t, "arr", sums->money);
  return tx_tabulate_close(&t, &comparison->tables[TRIAX_COMPARISON_FLOWS], error);
}

static triax_status compare_flows(triax_comparison *comparison, triax_error *error) {
  if (!comparison->sides[0].segment) return TRIAX_OK;
  group_sums sums = {.accounts = NULL};
  tx_arena arena;
  tx_arena_init(&arena, comparison->context);
  tx_interner_init(&sums.names, comparison->context);
  bool fine = true;
  for (size_t i = 0; fine && i < comparison->pair_count; i++) {
    fine = count_flow(comparison, &comparison->pairs[i], &sums, &arena);
  }
  triax_status status = fine ? tabulate_flows(comparison, &sums, error) : tx_no_memory(error);
  close_sums(comparison->context, &sums);
  tx_arena_free(&arena);
  return status;
}

/* --- the plans' own tables --- */

/* What the present books come to: a table like the plan's, of the columns that can be known. */
static triax_status present_table(triax_comparison *comparison, const count_request *want, const char *count,
                                  triax_table **table, triax_error *error) {
  triax_table *made = NULL;
  if (!want->column) return TRIAX_OK;
  triax_status status = count_column(comparison->context, &comparison->sides[0], want, &made, error);
  if (status != TRIAX_OK) return status;
  triax_text names[3]; /* key, accounts, arr */
  tx_column *columns[3];
  for (size_t c = 0; c < made->columns; c++) {
    names[c] = c == 1 ? triax_text_of(count) : made->fields[c].name;
    columns[c] = made->fields[c].column;
  }
  status = tx_table_new(comparison->context, made->rows, made->columns, names, columns, table, error);
  triax_table_unref(made);
  return status;
}

static triax_status join_plans(triax_comparison *comparison, int32_t from, const char *const *keys, int32_t to,
                               triax_error *error) {
  triax_table *present = NULL;
  const triax_table *before = triax_plan_table(comparison->plans[0], from);
  const triax_table *after = triax_plan_table(comparison->plans[1], from);
  triax_status status = TRIAX_OK;
  if (!comparison->plans[0] && from == TRIAX_PLAN_SEGMENTS) {
    count_request want = {comparison->sides[0].segment, "segment", true, false, NULL};
    status = present_table(comparison, &want, "customers", &present, error);
  } else if (!comparison->plans[0] && from == TRIAX_PLAN_CSMS && after) {
    count_request want = {comparison->sides[0].csm, "key", false, true, NULL};
    status = present_table(comparison, &want, "accounts", &present, error);
  }
  if (present) before = present;
  if (status == TRIAX_OK && (before || after)) {
    status = tx_compare_join(comparison->context, before, after, keys, &comparison->tables[to], error);
  }
  triax_table_unref(present);
  return status;
}

triax_status tx_compare_groups(triax_comparison *comparison, triax_error *error) {
  static const char *const segment[] = {"segment", NULL}, *const key[] = {"key", NULL},
                    *const pool[] = {"pool", "roles", NULL}, *const year[] = {"scenario", "segment", "year", NULL};
  triax_status status = join_plans(comparison, TRIAX_PLAN_SEGMENTS, segment, TRIAX_COMPARISON_SEGMENTS, error);
  if (status == TRIAX_OK) status = compare_bands(comparison, error);
  if (status == TRIAX_OK) status = join_plans(comparison, TRIAX_PLAN_CSMS, key, TRIAX_COMPARISON_CSMS, error);
  if (status == TRIAX_OK) status = join_plans(comparison, TRIAX_PLAN_POOLS, pool, TRIAX_COMPARISON_POOLS, error);
  if (status == TRIAX_OK) status = compare_flows(comparison, error);
  if (status == TRIAX_OK) status = join_plans(comparison, TRIAX_PLAN_FORECAST, year, TRIAX_COMPARISON_FORECAST, error);
  if (status == TRIAX_OK) {
    status = join_plans(comparison, TRIAX_PLAN_HEADCOUNT, year, TRIAX_COMPARISON_HEADCOUNT, error);
  }
  return status;
}
