/* Giving numbers to distinct texts and to distinct lists of such numbers, in the order of first sight. */
#ifndef TX_TABLE_INTERN_H
#define TX_TABLE_INTERN_H

#include "base/memory.h"
#include "table/column.h"

/* Asks for memory that is needed soon. */
#if defined(__GNUC__)
#define TX_PREFETCH(place) __builtin_prefetch(place)
#else
#define TX_PREFETCH(place) (void)(place)
#endif

/* An entry of an open-addressing table; empty where code is TX_NO_CODE. */
typedef struct tx_slot {
  uint32_t hash; /* the low half: place and tag, so that growing needs no texts */
  uint32_t code;
} tx_slot;

typedef struct tx_interner {
  triax_context *context;
  uint32_t size;
  uint64_t *offsets; /* size + 1 of offset_capacity */
  size_t offset_capacity;
  char *bytes;
  size_t byte_capacity;
  tx_slot *slots;
  size_t slot_count;
} tx_interner;

void tx_interner_init(tx_interner *interner, triax_context *context);
void tx_interner_free(tx_interner *interner);
/* The code of a text, which is copied when new; false when memory is short. */
bool tx_interner_add(tx_interner *interner, triax_text text, uint32_t *code);
/* The codes of some texts, at most TX_INTERN_SOME: the same as one by one, and faster where they are many. */
#define TX_INTERN_SOME 32
bool tx_interner_add_some(tx_interner *interner, const triax_text *texts, size_t count, uint32_t *codes);
/* Moves everything into a dictionary; NULL when memory is short. The interner is empty afterwards either way. */
tx_dictionary *tx_interner_finish(tx_interner *interner);

typedef struct tx_list_interner {
  triax_context *context;
  uint32_t size;
  uint64_t *offsets;
  size_t offset_capacity;
  uint32_t *items;
  size_t item_capacity;
  tx_slot *slots;
  size_t slot_count;
  uint64_t *stamps; /* by code: the list that held it last, to drop duplicates */
  size_t stamp_capacity;
  uint64_t stamp;
} tx_list_interner;

void tx_list_interner_init(tx_list_interner *interner, triax_context *context);
void tx_list_interner_free(tx_list_interner *interner);
/* The number of the list of these codes without duplicates; false when memory is short. */
bool tx_list_interner_add(tx_list_interner *interner, const uint32_t *codes, size_t count, uint32_t *list);
tx_lists *tx_list_interner_finish(tx_list_interner *interner);

#endif
