/* Customers and team from the inside: a loaded table with its key. */
#ifndef TX_POLICY_CUSTOMERS_H
#define TX_POLICY_CUSTOMERS_H

#include <triax/customers.h>
#include <triax/team.h>

#include "base/context.h"
#include "table/table.h"

/* One shape for both: triax_customers and triax_team are two faces of it. */
typedef struct tx_people {
  triax_context *context;
  tx_count count;
  triax_table *table;
  size_t key;       /* column number, SIZE_MAX: none */
  uint32_t *row_of; /* row by the key column's code */
} tx_people;

struct triax_customers {
  tx_people people;
};
struct triax_team {
  tx_people people;
};

/* The caller's options (NULL: defaults), checked. */
triax_status tx_load_options_copy(const triax_load_options *given, tx_load_options *options, triax_error *error);

/* A row's key; not given without a key column. */
triax_text tx_people_key(const tx_people *people, size_t row);
size_t tx_people_find(const tx_people *people, triax_text key);
/* The rows of all of a dictionary's keys; UINT32_MAX for those that nobody has. */
void tx_people_find_all(const tx_people *people, const tx_dictionary *keys, uint32_t *rows);
/* TRIAX_ENOTFOUND, with the nearest key; what: "customer". */
triax_status tx_people_not_found(const tx_people *people, const char *what, triax_text key, triax_error *error);

#endif
