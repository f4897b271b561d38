/* Whatever depends on one dictionary column alone is worked out once for each of its distinct values, by the scalar
 * evaluator, and becomes a table. */
#include <stdlib.h>
#include <string.h>

#include "expr/run_step.h"

/* --- tables --- */

/* Results by code, as bitmaps and, for numbers and times, values. */
typedef struct table {
  uint32_t entries; /* codes that can occur */
  uint64_t *truth, *known, *fault;
  uint64_t *values; /* not for truths and strings */
  bool all_known, any_fault;
  tx_column_builder *texts; /* strings */
  tx_value missing;         /* the result where the column is missing */
} table;

typedef struct source {
  const tx_column *column;
  uint32_t variable, node;
  tx_type type; /* of the node */
  uint64_t *used; /* codes that occur, or NULL: all */
} source;

static uint32_t entries_of(const tx_column *column) {
  return column->lists ? column->lists->size : column->dictionary->size;
}

/* The dictionary (or list) entry as a value of the variable. */
static bool entry_value(const tx_column *column, uint32_t code, tx_arena *scratch, tx_value *value) {
  *value = (tx_value){.type = {TX_STRING, 0}};
  if (!column->lists) {
    value->text = tx_dictionary_text(column->dictionary, code);
    return true;
  }
  uint64_t from = column->lists->offsets[code], to = column->lists->offsets[code + 1];
  tx_value *items = tx_arena_calloc(scratch, (size_t)(to - from), sizeof *items);
  if (!items) return false;
  for (uint64_t i = from; i < to; i++) {
    items[i - from] = (tx_value){.type = {TX_STRING, 0}};
    items[i - from].text = tx_dictionary_text(column->dictionary, column->lists->items[i]);
  }
  value->type.lists = 1;
  value->list.items = items;
  value->list.count = (size_t)(to - from);
  return true;
}

static bool note_entry(table *made, tx_type type, uint32_t code, const tx_value *value) {
  bool present = value->state == TX_PRESENT;
  if (present) tx_bit_set(made->known, code);
  if (value->state == TX_FAULT) tx_bit_set(made->fault, code);
  made->all_known &= present;
  made->any_fault |= value->state == TX_FAULT;
  if (type.kind == TX_STRING) {
    return present ? tx_column_builder_text(made->texts, value->text) : tx_column_builder_missing(made->texts);
  }
  if (!present) return true;
  int64_t integer = 0;
  if (type.kind == TX_BOOL) {
    if (value->boolean) tx_bit_set(made->truth, code);
  } else if (type.kind == TX_DOUBLE) {
    memcpy(&made->values[code], &value->number, sizeof made->values[code]);
  } else {
    if (!tx_value_integer(value, &integer)) return false;
    memcpy(&made->values[code], &integer, sizeof made->values[code]);
  }
  return true;
}

/* TRIAX_EUNSUPPORTED: a value that has no vector form. */
static triax_status fill_table(const tx_data *data, const source *from, table *made, tx_value *variables) {
  tx_arena scratch;
  tx_arena_init(&scratch, data->context);
  triax_status status = TRIAX_OK;
  for (uint32_t code = 0; code < made->entries && status == TRIAX_OK; code++) {
    tx_value value = {.state = TX_MISSING};
    if (!from->used || tx_bit(from->used, code)) {
      if (!entry_value(from->column, code, &scratch, &variables[from->variable])) {
        status = TRIAX_ENOMEM;
      } else {
        status = tx_data_scalar(data, from->node, variables, &scratch, &value);
      }
      if (status == TRIAX_OK && !note_entry(made, from->type, code, &value)) {
        status = from->type.kind == TX_STRING ? TRIAX_ENOMEM : TRIAX_EUNSUPPORTED;
      }
    } else if (made->texts && !tx_column_builder_missing(made->texts)) {
      status = TRIAX_ENOMEM;
    }
    if (code % 256 == 255) tx_arena_free(&scratch);
  }
  tx_arena_free(&scratch);
  return status;
}

static bool table_memory(tx_emitter *emitter, tx_type type, table *made) {
  size_t words = tx_words(made->entries) < 4 ? 4 : tx_words(made->entries); /* codes of a byte read 256 bits */
  made->truth = tx_emit_memory(emitter, words, sizeof(uint64_t));
  made->known = tx_emit_memory(emitter, words, sizeof(uint64_t));
  made->fault = tx_emit_memory(emitter, words, sizeof(uint64_t));
  if (!made->truth || !made->known || !made->fault) return false;
  if (type.kind == TX_BOOL) return true;
  if (type.kind == TX_STRING) {
    made->texts = tx_column_builder_new(emitter->context, TRIAX_TYPE_STRING);
    if (!made->texts) emitter->status = TRIAX_ENOMEM;
    return made->texts != NULL;
  }
  size_t values = made->entries < 256 ? 256 : made->entries;
  made->values = tx_emit_memory(emitter, values, sizeof *made->values);
  return made->values != NULL;
}

/* Where there are more distinct values than rows, only those that occur are looked at. */
static bool find_used(tx_emitter *emitter, source *from) {
  size_t rows = emitter->data->rows;
  uint32_t entries = entries_of(from->column);
  if (entries <= rows) return true;
  from->used = tx_emit_memory(emitter, tx_words(entries), sizeof *from->used);
  if (!from->used) return false;
  for (size_t i = 0; i < rows; i++) {
    if (tx_column_has(from->column, i)) tx_bit_set(from->used, tx_column_code(from->column, i));
  }
  return true;
}

static triax_status make_table(tx_emitter *emitter, source *from, table *made) {
  const tx_data *data = emitter->data;
  size_t count = emitter->module->variable_count;
  if (!table_memory(emitter, from->type, made) || !find_used(emitter, from)) return TRIAX_ENOMEM;
  tx_value *variables = tx_alloc_array(data->context, count, sizeof *variables);
  if (!variables) return TRIAX_ENOMEM;
  memcpy(variables, data->blank, count * sizeof *variables);
  made->all_known = true;
  triax_status status = fill_table(data, from, made, variables);
  memcpy(variables, data->blank, count * sizeof *variables);
  if (status == TRIAX_OK && from->column->present) {
    status = tx_data_scalar(data, from->node, variables, &emitter->code->arena, &made->missing);
  }
  tx_free_array(data->context, variables, count, sizeof *variables);
  return status;
}

/* --- steps that read tables --- */

static uint32_t look_up(tx_emitter *emitter, uint32_t codes, const uint64_t *bits, uint32_t mask) {
  uint8_t width = emitter->code->slots[codes].bits;
  uint32_t out = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, width == 8    ? tx_step_look_up8
                                       : width == 16 ? tx_step_look_up16
                                                     : tx_step_look_up32);
  step->in[0] = codes;
  step->in[2] = mask;
  step->table = bits;
  step->out[0] = out;
  return out;
}

static uint32_t map_codes(tx_emitter *emitter, tx_step_fn run, uint32_t codes, const void *values) {
  uint8_t width = emitter->code->slots[codes].bits;
  uint32_t out = tx_new_register(emitter, run == tx_step_table64 ? 64 : 32);
  tx_step *step = tx_new_step(emitter, run);
  step->choice = width;
  step->in[0] = codes;
  step->table = values;
  step->out[0] = out;
  return out;
}

/* The plane, with ones where nothing is present if the missing value's result has them. */
static uint32_t with_missing(tx_emitter *emitter, uint32_t plane, uint32_t present, bool ones) {
  if (!present || !ones) return plane;
  uint32_t out = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, tx_step_plane_choose);
  step->in[0] = present;
  step->in[2] = plane ? plane : tx_zeros(emitter);
  step->in[3] = tx_ones(emitter);
  step->out[0] = out;
  return out;
}

static void planes_of_table(tx_emitter *emitter, const table *made, uint32_t codes, uint32_t present,
                            tx_operand *operand) {
  bool missing_known = made->missing.state == TX_PRESENT;
  if (!made->all_known) {
    operand->known = look_up(emitter, codes, made->known, present);
    operand->known = with_missing(emitter, operand->known, present, missing_known);
  } else {
    operand->known = missing_known ? 0 : present;
  }
  if (made->any_fault) operand->fault = look_up(emitter, codes, made->fault, present);
  operand->fault = with_missing(emitter, operand->fault, present, made->missing.state == TX_FAULT);
}

static tx_operand read_table(tx_emitter *emitter, const source *from, const table *made) {
  const tx_column *column = from->column;
  uint32_t codes = tx_new_column(emitter, (uint8_t)(8 * column->code_width), column->data);
  uint32_t present = column->present ? tx_new_column(emitter, 1, column->present) : 0;
  tx_operand operand = {0};
  planes_of_table(emitter, made, codes, present, &operand);
  bool missing_known = present && made->missing.state == TX_PRESENT;
  if (from->type.kind == TX_BOOL) {
    operand.form = TX_FORM_TRUTH;
    operand.values = look_up(emitter, codes, made->truth, present);
    operand.values = with_missing(emitter, operand.values, present, missing_known && made->missing.boolean);
    return operand;
  }
  operand.form = from->type.kind == TX_DOUBLE ? TX_FORM_NUMBERS : TX_FORM_INTEGERS;
  operand.values = map_codes(emitter, tx_step_table64, codes, made->values);
  if (missing_known) {
    tx_operand constant = tx_in_slot(emitter, tx_constant_operand(&made->missing), from->type);
    if (constant.form == TX_FORM_NONE) return (tx_operand){0};
    uint32_t out = tx_new_register(emitter, 64);
    tx_step *step = tx_new_step(emitter, tx_step_choose64);
    step->in[0] = present;
    step->in[1] = operand.values;
    step->in[2] = constant.values;
    step->out[0] = out;
    operand.values = out;
  }
  return operand;
}

tx_operand tx_constant_operand(const tx_value *value) {
  return (tx_operand){.form = TX_FORM_CONSTANT, .constant = value};
}

/* --- strings --- */

static const tx_dictionary *keep_dictionary(tx_emitter *emitter, tx_dictionary *dictionary) {
  tx_code *code = emitter->code;
  if (!tx_grow(emitter->context, (void **)&code->dictionaries, &code->dictionary_capacity, code->dictionary_count + 1,
               sizeof *code->dictionaries)) {
    emitter->status = TRIAX_ENOMEM;
    return NULL;
  }
  code->dictionaries[code->dictionary_count++] = tx_dictionary_ref(dictionary);
  return dictionary;
}

/* Finishes texts appended one for each code (then maybe some more): a dictionary, and codes by entry. */
static const tx_dictionary *finish_texts(tx_emitter *emitter, tx_column_builder *texts, uint32_t **codes) {
  size_t count = tx_column_builder_rows(texts);
  tx_column *column = tx_column_builder_finish(texts);
  if (!column) {
    emitter->status = TRIAX_ENOMEM;
    return NULL;
  }
  *codes = tx_emit_memory(emitter, count < 256 ? 256 : count, sizeof **codes);
  for (size_t i = 0; *codes && i < count; i++) (*codes)[i] = tx_column_code(column, i);
  const tx_dictionary *dictionary = keep_dictionary(emitter, column->dictionary);
  tx_column_unref(column);
  return *codes ? dictionary : NULL;
}

static tx_operand read_texts(tx_emitter *emitter, const source *from, table *made) {
  const tx_column *column = from->column;
  bool missing_known = column->present && made->missing.state == TX_PRESENT;
  if (missing_known && !tx_column_builder_text(made->texts, made->missing.text)) {
    emitter->status = TRIAX_ENOMEM;
    return (tx_operand){0};
  }
  uint32_t *map;
  const tx_dictionary *dictionary = finish_texts(emitter, made->texts, &map);
  if (!dictionary) return (tx_operand){0};
  uint32_t codes = tx_new_column(emitter, (uint8_t)(8 * column->code_width), column->data);
  uint32_t present = column->present ? tx_new_column(emitter, 1, column->present) : 0;
  tx_operand operand = {.form = TX_FORM_CODES, .dictionary = dictionary};
  planes_of_table(emitter, made, codes, present, &operand);
  operand.values = map_codes(emitter, tx_step_table32, codes, map);
  if (!missing_known) return operand;
  uint32_t constant = tx_new_constant(emitter, 32, map[made->entries]), out = tx_new_register(emitter, 32);
  tx_step *step = tx_new_step(emitter, tx_step_choose32);
  step->in[0] = present;
  step->in[1] = operand.values;
  step->in[2] = constant;
  step->out[0] = out;
  operand.values = out;
  return operand;
}

tx_operand tx_emit_dictionary(tx_emitter *emitter, uint32_t number) {
  const tx_expr_node *node = &emitter->module->nodes[number];
  if (node->type.lists || node->type.kind == TX_NULL || node->type.kind == TX_FREE) return (tx_operand){0};
  uint32_t variable = emitter->program->facts[number].variable;
  source from = {.column = emitter->data->columns[variable], .variable = variable, .node = number, .type = node->type};
  table made = {.entries = entries_of(from.column), .missing = {.state = TX_MISSING}};
  tx_operand operand = {0};
  triax_status status = make_table(emitter, &from, &made);
  if (status == TRIAX_OK) {
    operand = made.texts ? read_texts(emitter, &from, &made) : read_table(emitter, &from, &made);
  } else if (status != TRIAX_EUNSUPPORTED) {
    emitter->status = status;
  }
  if (made.texts) tx_column_builder_free(made.texts);
  return operand;
}

/* --- two strings --- */

/* Codes of b's dictionary as codes of a's; those that a does not know stay apart. */
static uint32_t *translation(tx_emitter *emitter, const tx_dictionary *a, const tx_dictionary *b) {
  uint32_t *map = tx_emit_memory(emitter, b->size < 256 ? 256 : b->size, sizeof *map);
  for (uint32_t i = 0; map && i < b->size; i++) map[i] = tx_dictionary_find(a, tx_dictionary_text(b, i));
  return map;
}

#define MOST_MEMBER_WORDS ((size_t)1 << 20)

tx_operand tx_emit_member(tx_emitter *emitter, const tx_operand *element, const tx_column *column) {
  const tx_lists *lists = column->lists;
  const size_t stride = tx_words(element->dictionary->size) + 1;
  if (lists->size > MOST_MEMBER_WORDS / stride) return (tx_operand){0};
  const uint32_t *map = translation(emitter, element->dictionary, column->dictionary);
  tx_members *members = emitter->status == TRIAX_OK
                            ? tx_emit_memory(emitter, 1, sizeof *members + lists->size * stride * sizeof(uint64_t))
                            : NULL;
  if (!map || !members) return (tx_operand){0};
  members->stride = stride;
  members->codes = element->dictionary->size;
  members->lists = lists->size;
  for (uint32_t list = 0; list < lists->size; list++) {
    for (uint64_t i = lists->offsets[list]; i < lists->offsets[list + 1]; i++) {
      const uint32_t code = map[lists->items[i]];
      if (code != TX_NO_CODE) tx_bit_set(members->bits + list * stride, code);
    }
  }
  const uint32_t codes = tx_new_column(emitter, (uint8_t)(8 * column->code_width), column->data);
  tx_operand made = {.form = TX_FORM_TRUTH, .values = tx_new_register(emitter, 1), .fault = element->fault};
  made.known = tx_both_known(emitter, element->known, column->present ? tx_new_column(emitter, 1, column->present) : 0);
  tx_step *step = tx_new_step(emitter, tx_step_member);
  step->choice = emitter->code->slots[element->values].bits | 8u * column->code_width << 8;
  step->table = members;
  step->in[0] = element->values;
  step->in[1] = codes;
  step->in[2] = made.known;
  step->out[0] = made.values;
  return made;
}

bool tx_to_common_codes(tx_emitter *emitter, tx_operand *a, tx_operand *b) {
  if (a->form == TX_FORM_CONSTANT) {
    tx_operand swap = *a;
    *a = *b;
    *b = swap;
  }
  if (a->form != TX_FORM_CODES) return false;
  if (b->form == TX_FORM_CONSTANT) {
    b->form = TX_FORM_CODES;
    b->values = tx_new_constant(emitter, 32, tx_dictionary_find(a->dictionary, b->constant->text));
  } else if (b->form == TX_FORM_CODES) {
    const uint32_t *map = b->dictionary == a->dictionary ? NULL : translation(emitter, a->dictionary, b->dictionary);
    if (map || emitter->code->slots[b->values].bits != 32) b->values = map_codes(emitter, tx_step_table32, b->values, map);
  } else {
    return false;
  }
  if (emitter->code->slots[a->values].bits != 32) a->values = map_codes(emitter, tx_step_table32, a->values, NULL);
  return emitter->status == TRIAX_OK;
}

static bool append_texts(tx_column_builder *texts, const tx_operand *operand) {
  if (operand->form == TX_FORM_CONSTANT) return tx_column_builder_text(texts, operand->constant->text);
  for (uint32_t i = 0; i < operand->dictionary->size; i++) {
    if (!tx_column_builder_text(texts, tx_dictionary_text(operand->dictionary, i))) return false;
  }
  return true;
}

/* The operand over the common dictionary; map holds the codes of its texts. */
static void adopt(tx_emitter *emitter, tx_operand *operand, const tx_dictionary *dictionary, const uint32_t *map) {
  if (operand->form == TX_FORM_CONSTANT) {
    operand->form = TX_FORM_CODES;
    operand->values = tx_new_constant(emitter, 32, map[0]);
  } else {
    operand->values = map_codes(emitter, tx_step_table32, operand->values, map);
  }
  operand->dictionary = dictionary;
}

static bool is_strings(const tx_operand *operand) {
  return operand->form == TX_FORM_CODES || operand->form == TX_FORM_CONSTANT;
}

bool tx_to_one_dictionary(tx_emitter *emitter, tx_operand *a, tx_operand *b) {
  if (!is_strings(a) || !is_strings(b)) return false;
  tx_column_builder *texts = tx_column_builder_new(emitter->context, TRIAX_TYPE_STRING);
  uint32_t *map = NULL;
  const tx_dictionary *dictionary = NULL;
  if (texts && append_texts(texts, a) && append_texts(texts, b)) {
    dictionary = finish_texts(emitter, texts, &map);
  } else {
    emitter->status = TRIAX_ENOMEM;
  }
  tx_column_builder_free(texts);
  if (!dictionary) return false;
  size_t of_a = a->form == TX_FORM_CONSTANT ? 1 : a->dictionary->size;
  /* A code of one byte reads a table of 256: what follows a's part of the map makes up for its length. */
  uint32_t *map_b = tx_emit_memory(emitter, 256 + (b->form == TX_FORM_CONSTANT ? 1 : b->dictionary->size), sizeof *map);
  if (!map_b) return false;
  memcpy(map_b, map + of_a, (b->form == TX_FORM_CONSTANT ? 1 : b->dictionary->size) * sizeof *map);
  adopt(emitter, a, dictionary, map);
  adopt(emitter, b, dictionary, map_b);
  return true;
}

/* --- the order of two strings --- */

typedef struct ranked {
  triax_text text;
  uint32_t code;
} ranked;

static int by_text(const void *a, const void *b) {
  return tx_text_compare(((const ranked *)a)->text, ((const ranked *)b)->text); /* no two are equal */
}

/* By code, the place of its text among all in order. */
static int64_t *ranks_of(tx_emitter *emitter, const tx_dictionary *dictionary) {
  const size_t count = dictionary->size;
  int64_t *ranks = tx_emit_memory(emitter, count < 256 ? 256 : count, sizeof *ranks);
  ranked *all = tx_alloc_array(emitter->context, count, sizeof *all);
  if (!all) emitter->status = TRIAX_ENOMEM;
  if (ranks && all) {
    for (uint32_t i = 0; i < count; i++) all[i] = (ranked){tx_dictionary_text(dictionary, i), i};
    if (count) qsort(all, count, sizeof *all, by_text);
    for (size_t i = 0; i < count; i++) ranks[all[i].code] = (int64_t)i;
  }
  tx_free_array(emitter->context, all, count, sizeof *all);
  return emitter->status == TRIAX_OK ? ranks : NULL;
}

bool tx_to_ranks(tx_emitter *emitter, tx_operand *a, tx_operand *b) {
  if (!tx_to_one_dictionary(emitter, a, b)) return false;
  const int64_t *ranks = ranks_of(emitter, a->dictionary);
  if (!ranks) return false;
  a->values = map_codes(emitter, tx_step_table64, a->values, ranks);
  b->values = map_codes(emitter, tx_step_table64, b->values, ranks);
  a->form = b->form = TX_FORM_INTEGERS;
  return emitter->status == TRIAX_OK;
}
