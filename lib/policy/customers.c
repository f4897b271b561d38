/* Loading customers and teams under a policy's declarations. */
#include "policy/customers.h"

#include <string.h>

#include "base/text.h"
#include "policy/policy.h"

void triax_load_options_init(triax_load_options *options) {
  if (options) *options = (triax_load_options)TRIAX_LOAD_OPTIONS_INIT;
}

triax_status tx_load_options_copy(const triax_load_options *given, tx_load_options *options, triax_error *error) {
  triax_load_options all;
  triax_status status =
      tx_options_copy(given, sizeof(triax_load_options), sizeof all, &all, "triax_load_options", error);
  if (status != TRIAX_OK) return status;
  if (all.date_order < TRIAX_DATES_ISO || all.date_order > TRIAX_DATES_YMD) {
    return tx_fail(error, TRIAX_EINVAL, "the date order %d is none of TRIAX_DATES_…", (int)all.date_order);
  }
  if (all.decimal_sign && all.decimal_sign != '.' && all.decimal_sign != ',') {
    return tx_fail(error, TRIAX_EINVAL, "the decimal sign must be '.' or ','");
  }
  *options = (tx_load_options){all.date_order, all.loose_numbers != 0,
                               all.decimal_sign ? (char)all.decimal_sign : '.', all.set_aside != 0};
  return TRIAX_OK;
}

/* Where a key that is not named must stand: the column "id", or nowhere. */
static size_t find_key(const triax_table *table, const tx_schema *schema) {
  return triax_table_find(table, schema->key.bytes ? schema->key : TX_TEXT("id"));
}

/* Keys between two looks at whether the host wants to stop. */
#define KEYS_A_LOOK 65536

static triax_status index_keys(tx_people *people, triax_error *error) {
  const tx_column *keys = people->table->fields[people->key].column;
  if (!keys->dictionary) {
    people->key = SIZE_MAX;
    return TRIAX_OK;
  }
  size_t size = keys->dictionary->size;
  people->row_of = tx_alloc_array(people->context, size ? size : 1, sizeof *people->row_of);
  if (!people->row_of) return tx_no_memory(error);
  for (size_t code = 0; code < size; code++) people->row_of[code] = UINT32_MAX;
  for (size_t row = 0; row < keys->rows; row++) {
    triax_status status = row % KEYS_A_LOOK ? TRIAX_OK : tx_progress(people->context, "load", 1, error);
    if (status != TRIAX_OK) return status;
    if (tx_column_has(keys, row)) people->row_of[tx_column_code(keys, row)] = (uint32_t)row;
  }
  return TRIAX_OK;
}

static void drop(tx_people *people) {
  if (people->row_of) {
    size_t size = people->table->fields[people->key].column->dictionary->size;
    tx_free_array(people->context, people->row_of, size ? size : 1, sizeof *people->row_of);
  }
  triax_table_unref(people->table);
}

static triax_status load(triax_context *context, const tx_schema *schema, const tx_source *source,
                         const triax_table *raw, const tx_load_options *options, tx_people *people,
                         triax_table **aside, triax_messages *messages, triax_error *error) {
  tx_report report;
  tx_report_init(&report, context, messages, error, source);
  triax_status status = tx_table_load(context, raw, schema, options, &people->table, aside, &report);
  if (status == TRIAX_OK) status = tx_report_finish(&report);
  else tx_report_finish(&report);
  if (status != TRIAX_OK) return status;
  people->context = triax_context_ref(context);
  tx_count_init(&people->count);
  people->key = find_key(people->table, schema);
  if (people->key != SIZE_MAX) status = index_keys(people, error);
  if (status == TRIAX_OK) return TRIAX_OK;
  drop(people);
  triax_context_unref(context);
  return status;
}

/* What plans read where the data has it: see the guide, customers. */
static void name_own(tx_schema *schema, bool team) {
  static const triax_text customers[] = {{"arr", 3}, {"name", 4}, {"renewal", 7}};
  static const triax_text csms[] = {{"end", 3}, {"name", 4}, {"role", 4}, {"start", 5}};
  schema->own = team ? csms : customers;
  schema->own_count = team ? sizeof csms / sizeof *csms : sizeof customers / sizeof *customers;
}

/* The schema's faults stand in the policy; those of the data have rows. */
static triax_status make(triax_context *context, const triax_policy *policy, const tx_schema *declared,
                         const char *what, const triax_table *raw, const triax_load_options *options,
                         tx_people **people, triax_table **aside, triax_messages *messages, triax_error *error) {
  tx_load_options copied;
  if (!context || !raw || !people) return tx_fail(error, TRIAX_EINVAL, "%s need a context, a table and a place", what);
  triax_status status = tx_load_options_copy(options, &copied, error);
  if (status != TRIAX_OK) return status;
  if (copied.set_aside && !aside) {
    return tx_fail(error, TRIAX_EINVAL, "set_aside needs a place for the rows that are set aside");
  }
  if (raw->rows >= UINT32_MAX) return tx_fail(error, TRIAX_ELIMIT, "more than 4,294,967,294 rows");
  tx_schema schema = {.what = what};
  if (declared) schema = *declared;
  name_own(&schema, strcmp(what, "team") == 0);
  tx_people *made = tx_calloc(context, 1, sizeof *made);
  triax_table *set_aside = NULL;
  if (!made) return tx_no_memory(error);
  status = load(context, &schema, policy ? &policy->source : NULL, raw, &copied, made,
                &set_aside, messages, error);
  if (status != TRIAX_OK) {
    tx_free(context, made, sizeof *made);
    return status;
  }
  tx_log(context, TRIAX_LEVEL_NOTE, "%s: rows %zu, columns %zu%s", what, made->table->rows, made->table->columns,
         set_aside && set_aside->rows ? "; others are set aside" : "");
  *people = made;
  if (aside) *aside = set_aside;
  else triax_table_unref(set_aside);
  return TRIAX_OK;
}

static void unref(tx_people *people) {
  if (!people || !tx_count_unref(&people->count)) return;
  triax_context *context = people->context;
  drop(people);
  tx_free(context, people, sizeof *people);
  triax_context_unref(context);
}

triax_text tx_people_key(const tx_people *people, size_t row) {
  return people->key == SIZE_MAX ? (triax_text){NULL, 0} : triax_table_text(people->table, people->key, row);
}

size_t tx_people_find(const tx_people *people, triax_text key) {
  if (people->key == SIZE_MAX) return SIZE_MAX;
  uint32_t code = tx_dictionary_find(people->table->fields[people->key].column->dictionary, tx_text_trim(key));
  if (code == TX_NO_CODE || people->row_of[code] == UINT32_MAX) return SIZE_MAX;
  return people->row_of[code];
}

void tx_people_find_all(const tx_people *people, const tx_dictionary *keys, uint32_t *rows) {
  const tx_dictionary *own = people->key == SIZE_MAX ? NULL : people->table->fields[people->key].column->dictionary;
  for (uint32_t begin = 0; begin < keys->size; begin += TX_FIND_SOME) {
    triax_text texts[TX_FIND_SOME];
    uint32_t codes[TX_FIND_SOME], count = keys->size - begin < TX_FIND_SOME ? keys->size - begin : TX_FIND_SOME;
    for (uint32_t i = 0; i < count; i++) texts[i] = tx_text_trim(tx_dictionary_text(keys, begin + i));
    if (own) tx_dictionary_find_some(own, texts, count, codes);
    for (uint32_t i = 0; i < count; i++) {
      rows[begin + i] = own && codes[i] != TX_NO_CODE ? people->row_of[codes[i]] : UINT32_MAX;
    }
  }
}

triax_status triax_customers_new(triax_context *context, const triax_policy *policy, const triax_table *table,
                                 const triax_load_options *options, triax_customers **customers, triax_table **aside,
                                 triax_messages *messages, triax_error *error) {
  tx_people *made = NULL;
  triax_status status = make(context, policy, policy ? &policy->customers : NULL, "customers", table, options,
                             customers ? &made : NULL, aside, messages, error);
  if (status == TRIAX_OK) *customers = (triax_customers *)made; /* its first and only member */
  return status;
}

triax_status triax_team_new(triax_context *context, const triax_policy *policy, const triax_table *table,
                            const triax_load_options *options, triax_team **team, triax_table **aside,
                            triax_messages *messages, triax_error *error) {
  tx_people *made = NULL;
  triax_status status = make(context, policy, policy ? &policy->team : NULL, "team", table, options,
                             team ? &made : NULL, aside, messages, error);
  if (status == TRIAX_OK) *team = (triax_team *)made;
  return status;
}

triax_customers *triax_customers_ref(triax_customers *customers) {
  if (customers) tx_count_ref(&customers->people.count);
  return customers;
}
void triax_customers_unref(triax_customers *customers) { unref(customers ? &customers->people : NULL); }
triax_table *triax_customers_table(const triax_customers *customers) {
  return customers ? customers->people.table : NULL;
}
size_t triax_customers_find(const triax_customers *customers, triax_text key) {
  return customers && key.bytes ? tx_people_find(&customers->people, key) : SIZE_MAX;
}

triax_team *triax_team_ref(triax_team *team) {
  if (team) tx_count_ref(&team->people.count);
  return team;
}
void triax_team_unref(triax_team *team) { unref(team ? &team->people : NULL); }
triax_table *triax_team_table(const triax_team *team) { return team ? team->people.table : NULL; }
size_t triax_team_find(const triax_team *team, triax_text key) {
  return team && key.bytes ? tx_people_find(&team->people, key) : SIZE_MAX;
}

triax_status tx_people_not_found(const tx_people *people, const char *what, triax_text key, triax_error *error) {
  triax_text names[4096];
  size_t count = people->table->rows < 4096 ? people->table->rows : 4096;
  for (size_t row = 0; row < count; row++) names[row] = tx_people_key(people, row);
  size_t nearest = tx_text_nearest(key, names, count);
  int length = (int)(key.length < 200 ? key.length : 200);
  if (nearest == SIZE_MAX) {
    return tx_fail(error, TRIAX_ENOTFOUND, "no %s has the key '%.*s'", what, length, key.bytes);
  }
  return tx_fail(error, TRIAX_ENOTFOUND, "no %s has the key '%.*s'; did you mean '%.*s'?", what, length, key.bytes,
                 (int)(names[nearest].length < 200 ? names[nearest].length : 200), names[nearest].bytes);
}
