/* Result tables in the making: columns by name, memory checked once at the end. */
#ifndef TX_PLAN_TABULATE_H
#define TX_PLAN_TABULATE_H

#include "plan/plan.h"

#define TX_TABULATE_COLUMNS 512
#define TX_TABULATE_TYPES 16

typedef struct tx_tabulate {
  triax_context *context;
  size_t rows, count, capacity, name_capacity;
  triax_text *names;
  tx_column **columns;
  tx_column *missing[TX_TABULATE_TYPES]; /* by type, made when first needed */
  tx_arena arena; /* names made on the way */
  bool failed;    /* memory was short */
} tx_tabulate;

void tx_tabulate_open(tx_tabulate *tabulate, triax_context *context, size_t rows);
/* Adds a column (taken over; NULL is out of memory). The name is copied. */
void tx_tabulate_add(tx_tabulate *tabulate, const char *name, tx_column *column);
void tx_tabulate_add_text(tx_tabulate *tabulate, triax_text name, tx_column *column);
/* Adds a reference to a column that exists; NULL adds nothing. */
void tx_tabulate_share(tx_tabulate *tabulate, const char *name, const tx_column *column);
/* Adds a column with every value missing: what a part that did not run leaves behind. Those of one type are one. */
void tx_tabulate_missing(tx_tabulate *tabulate, const char *name, int32_t type);
/* Columns of plain arrays, which are copied. */
void tx_tabulate_numbers(tx_tabulate *tabulate, const char *name, const double *values);
void tx_tabulate_counts(tx_tabulate *tabulate, const char *name, const uint64_t *values);
/* names[numbers[row]], missing where out of range. */
void tx_tabulate_names(tx_tabulate *tabulate, const char *name, const uint32_t *numbers, const triax_text *names,
                       size_t count);
/* A builder for a column; NULL when memory is short (the table knows). */
tx_column_builder *tx_tabulate_begin(tx_tabulate *tabulate, int32_t type);
/* Finishes a builder of tx_tabulate_begin (NULL allowed) as a column. fine: whether all its appends went well. */
void tx_tabulate_end(tx_tabulate *tabulate, const char *name, tx_column_builder *builder, bool fine);
/* Makes the table and drops the rest. */
triax_status tx_tabulate_close(tx_tabulate *tabulate, triax_table **table, triax_error *error);

/* The tables, each in its file. */
triax_status tx_tabulate_customers(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_csms(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_segments(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_pools(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_tests(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_metrics(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_trend(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_overlays(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_week(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_moves(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_books(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_handovers(triax_plan *plan, triax_error *error);

/* The keys of customers of the moves that are chosen (NULL: all); NULL when memory is short. */
tx_column *tx_moving_customers(const triax_plan *plan, bool (*chosen)(const tx_plan_move *), size_t *count);
/* "scheduled": how a move stands. */
triax_text tx_word_move(int state);
triax_status tx_tabulate_tradeoff(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_hires(triax_plan *plan, triax_error *error);

triax_text tx_pool_name(const triax_plan *plan, uint32_t pool);
/* A segment with the roles of the set; NULL: none. */
const tx_policy_segment *tx_roles_of_set(const triax_plan *plan, uint32_t role_set);
triax_status tx_tabulate_forecast(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_headcount(triax_plan *plan, triax_error *error);
triax_status tx_tabulate_scenarios(triax_plan *plan, triax_error *error);

/* Columns METRIC.points … of a score whose parts were kept. */
void tx_tabulate_parts(const triax_plan *plan, const tx_plan_score *score, tx_tabulate *tabulate);

/* Words for what the models number. */
triax_text tx_word_stands(int stands);
triax_text tx_word_way(int way);
/* "full": why a customer is not with a CSM. */
triax_text tx_word_why_not(int way);
/* "cooldown": why an action is withheld. */
triax_text tx_word_withheld(int reason);
/* "its pool is full": why nobody could take a customer. */
triax_text tx_word_uncovered(int way);

#endif
