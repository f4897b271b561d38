/* Customers and team from a SQLite database, the plan back into it: all in one transaction, so that the plan is of what
 * it stands beside, and readers see the old plan or the new one, never half of it.
 *
 * usage: sqlite POLICY DATABASE
 *
 *   cc -std=c11 sqlite.c -o sqlite $(pkg-config --cflags --libs triax-yaml sqlite3) */
#include "host.h"

#include <sqlite3.h>

static sqlite3 *database;

/* Whatever fails, nothing is written: closing the database rolls back. */
static void hold(int holds) {
  if (holds) return;
  fprintf(stderr, "%s\n", sqlite3_errmsg(database));
  sqlite3_close_v2(database);
  exit(1);
}

/* The first column is the key; the others are numbers, or missing where they are NULL. */
static triax_table *query(triax_context *context, const char *sql) {
  const char *names[8];
  triax_error error;
  sqlite3_stmt *rows = NULL;
  int code, count;
  hold(sqlite3_prepare_v2(database, sql, -1, &rows, NULL) == SQLITE_OK);
  count = sqlite3_column_count(rows);
  for (int c = 0; c < count; c++) names[c] = sqlite3_column_name(rows, c);
  triax_table_builder *builder = begin_table(context, names, (size_t)count);
  while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
    triax_text key = {(const char *)sqlite3_column_text(rows, 0), (size_t)sqlite3_column_bytes(rows, 0)};
    must(triax_table_builder_texts(builder, 0, &key, 1, &error), &error);
    for (int c = 1; c < count; c++) {
      double value = sqlite3_column_double(rows, c);
      uint8_t present = sqlite3_column_type(rows, c) != SQLITE_NULL;
      must(triax_table_builder_numbers(builder, (size_t)c, &value, &present, 1, &error), &error);
    }
  }
  hold(code == SQLITE_DONE);
  sqlite3_finalize(rows);
  return end_table(builder);
}

static void bind(sqlite3_stmt *insert, int place, triax_text text) { /* NULL where a text is not given */
  hold(sqlite3_bind_text(insert, place, text.bytes, (int)text.length, SQLITE_STATIC) == SQLITE_OK);
}

static void write_plan(const triax_plan *plan) {
  const triax_table *result = triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS);
  size_t key = triax_table_find(result, triax_text_of("key")), csm = triax_table_find(result, triax_text_of("csm"));
  size_t segment = triax_table_find(result, triax_text_of("segment"));
  size_t health = triax_table_find(result, triax_text_of("health"));
  sqlite3_stmt *insert = NULL;
  hold(sqlite3_exec(database, "DELETE FROM plan", NULL, NULL, NULL) == SQLITE_OK);
  hold(sqlite3_prepare_v2(database, "INSERT INTO plan (id, segment, csm, health) VALUES (?, ?, ?, ?)", -1, &insert,
                          NULL) == SQLITE_OK);
  for (size_t row = 0; row < triax_table_rows(result); row++) {
    bind(insert, 1, triax_table_text(result, key, row));
    bind(insert, 2, triax_table_text(result, segment, row));
    bind(insert, 3, triax_table_text(result, csm, row));
    hold(sqlite3_bind_double(insert, 4, triax_table_number(result, health, row)) == SQLITE_OK); /* NaN is NULL there */
    hold(sqlite3_step(insert) == SQLITE_DONE);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
}

int main(int count, char **arguments) {
  triax_error error;
  triax_context *context = NULL;
  triax_customers *customers = NULL;
  triax_team *team = NULL;
  triax_plan *plan = NULL;
  if (count != 3) return 2;
  must(triax_context_new(NULL, &context, &error), &error);
  triax_policy *policy = read_policy(context, arguments[1]);
  hold(sqlite3_open_v2(arguments[2], &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
  hold(sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
  triax_table *rows = query(context, "SELECT id, arr, seats, active FROM customers");
  triax_table *people = query(context, "SELECT id FROM team");
  must(triax_customers_new(context, policy, rows, NULL, &customers, NULL, NULL, &error), &error);
  must(triax_team_new(context, policy, people, NULL, &team, NULL, NULL, &error), &error);
  must(triax_plan_new(context, policy, customers, team, NULL, &plan, NULL, &error), &error);
  write_plan(plan);
  hold(sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
  sqlite3_close(database);
  triax_plan_unref(plan);
  triax_team_unref(team);
  triax_customers_unref(customers);
  triax_table_unref(people);
  triax_table_unref(rows);
  triax_policy_unref(policy);
  triax_context_unref(context);
  return 0;
}
