/* Names to numbers: which of many a name is, without comparing it with all of them. */
#ifndef TX_BASE_NAMES_H
#define TX_BASE_NAMES_H

#include "base/memory.h"
#include "base/text.h"

#define TX_NO_NAME UINT32_MAX

typedef struct tx_name_slot {
  triax_text name; /* not given: empty */
  uint32_t number;
} tx_name_slot;

typedef struct tx_names {
  triax_context *context;
  tx_name_slot *slots;
  size_t capacity, count;
} tx_names;

void tx_names_init(tx_names *names, triax_context *context);
void tx_names_free(tx_names *names);
/* The number of a name, or TX_NO_NAME. Texts that are not given have none. */
uint32_t tx_names_find(const tx_names *names, triax_text name);
/* Gives a name its number, below TX_NO_NAME; one that is there keeps the number it has, which *number then becomes. The
 * text is borrowed. False when memory is short. */
bool tx_names_add(tx_names *names, triax_text name, uint32_t *number);

#endif
