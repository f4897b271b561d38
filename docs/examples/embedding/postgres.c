/* As sqlite.c, with PostgreSQL: customers and team are read, and the plan written, in one transaction.
 *
 * usage: postgres POLICY CONNECTION      such as "host=/run/postgresql dbname=billing"
 *
 *   cc -std=c11 postgres.c -o postgres $(pkg-config --cflags --libs triax-yaml libpq) */
#include "host.h"

#include <libpq-fe.h>

static PGconn *connection;

/* Whatever fails, nothing is written: the server rolls back when the connection ends. */
static PGresult *hold(PGresult *result, ExecStatusType wanted) {
  if (PQresultStatus(result) == wanted) return result;
  fprintf(stderr, "%s", PQerrorMessage(connection));
  PQclear(result);
  PQfinish(connection);
  exit(1);
}

static void run(const char *sql) { PQclear(hold(PQexec(connection, sql), PGRES_COMMAND_OK)); }

/* Values come as text, which PostgreSQL writes so that it reads back exactly; their types are what the policy says. */
static triax_table *query(triax_context *context, const char *sql) {
  triax_error error;
  triax_table_builder *builder = NULL;
  PGresult *rows = hold(PQexec(connection, sql), PGRES_TUPLES_OK);
  must(triax_table_builder_new(context, &builder, &error), &error);
  for (int c = 0; c < PQnfields(rows); c++) {
    must(triax_table_builder_column(builder, triax_text_of(PQfname(rows, c)), TRIAX_TYPE_TEXT, NULL, &error), &error);
    for (int row = 0; row < PQntuples(rows); row++) {
      int missing = PQgetisnull(rows, row, c);
      triax_text value = {missing ? NULL : PQgetvalue(rows, row, c), missing ? 0 : (size_t)PQgetlength(rows, row, c)};
      must(triax_table_builder_texts(builder, (size_t)c, &value, 1, &error), &error);
    }
  }
  PQclear(rows); /* the builder copied them */
  return end_table(builder);
}

/* Texts of a plan belong to it and end where their length says; PostgreSQL wants a NUL. */
static const char *copy(triax_text text, char *room, size_t size) {
  if (text.bytes == NULL) return NULL;
  snprintf(room, size, "%.*s", (int)text.length, text.bytes);
  return room;
}

static void write_plan(const triax_plan *plan) {
  static const char *const names[] = {"key", "segment", "csm"};
  const triax_table *result = triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS);
  size_t health = triax_table_find(result, triax_text_of("health")), columns[3];
  for (int c = 0; c < 3; c++) columns[c] = triax_table_find(result, triax_text_of(names[c]));
  run("DELETE FROM plan");
  PQclear(hold(
      PQprepare(connection, "insert", "INSERT INTO plan (id, segment, csm, health) VALUES ($1, $2, $3, $4)", 4, NULL),
      PGRES_COMMAND_OK));
  for (size_t row = 0; row < triax_table_rows(result); row++) {
    char room[4][512];
    const char *values[4] = {NULL};
    for (int c = 0; c < 3; c++) values[c] = copy(triax_table_text(result, columns[c], row), room[c], sizeof room[c]);
    if (triax_table_has(result, health, row)) {
      snprintf(room[3], sizeof room[3], "%.17g", triax_table_number(result, health, row)); /* reads back exactly */
      values[3] = room[3];
    }
    PQclear(hold(PQexecPrepared(connection, "insert", 4, values, NULL, NULL, 0), PGRES_COMMAND_OK));
  }
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
  connection = PQconnectdb(arguments[2]);
  if (PQstatus(connection) != CONNECTION_OK) return fprintf(stderr, "%s", PQerrorMessage(connection)), 1;
  PQclear(hold(PQexec(connection, "SET client_encoding TO 'UTF8'"), PGRES_COMMAND_OK));
  run("BEGIN ISOLATION LEVEL REPEATABLE READ"); /* both queries see one state */
  triax_table *rows = query(context, "SELECT id, arr, seats, active FROM customers");
  triax_table *people = query(context, "SELECT id FROM team");
  must(triax_customers_new(context, policy, rows, NULL, &customers, NULL, NULL, &error), &error);
  must(triax_team_new(context, policy, people, NULL, &team, NULL, NULL, &error), &error);
  must(triax_plan_new(context, policy, customers, team, NULL, &plan, NULL, &error), &error);
  write_plan(plan);
  run("COMMIT");
  PQfinish(connection);
  triax_plan_unref(plan);
  triax_team_unref(team);
  triax_customers_unref(customers);
  triax_table_unref(people);
  triax_table_unref(rows);
  triax_policy_unref(policy);
  triax_context_unref(context);
  return 0;
}
