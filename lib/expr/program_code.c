/* Slots and steps: making them, and finding places for registers once all steps are known. */
#include <string.h>

#include "expr/run_step.h"

static uint32_t new_slot(tx_emitter *emitter, uint8_t kind, uint8_t bits) {
  tx_code *code = emitter->code;
  if (!tx_grow(emitter->context, (void **)&code->slots, &code->slot_capacity, code->slot_count + 1,
               sizeof *code->slots)) {
    emitter->status = TRIAX_ENOMEM;
    return 0;
  }
  code->slots[code->slot_count] = (tx_slot){.kind = kind, .bits = bits};
  return (uint32_t)code->slot_count++;
}

uint32_t tx_new_register(tx_emitter *emitter, uint8_t bits) { return new_slot(emitter, TX_SLOT_REGISTER, bits); }

uint32_t tx_new_constant(tx_emitter *emitter, uint8_t bits, uint64_t pattern) {
  uint32_t slot = new_slot(emitter, TX_SLOT_CONSTANT, bits);
  if (slot) emitter->code->slots[slot].pattern = pattern;
  return slot;
}

uint32_t tx_new_column(tx_emitter *emitter, uint8_t bits, const void *base) {
  for (uint32_t i = 1; i < emitter->code->slot_count; i++) {
    const tx_slot *slot = &emitter->code->slots[i];
    if (slot->kind == TX_SLOT_COLUMN && slot->base == base && slot->bits == bits) return i;
  }
  uint32_t slot = new_slot(emitter, TX_SLOT_COLUMN, bits);
  if (slot) emitter->code->slots[slot].base = base;
  return slot;
}

uint32_t tx_ones(tx_emitter *emitter) {
  if (!emitter->ones) emitter->ones = tx_new_constant(emitter, 1, UINT64_MAX);
  return emitter->ones;
}

uint32_t tx_zeros(tx_emitter *emitter) {
  if (!emitter->zeros) emitter->zeros = tx_new_constant(emitter, 1, 0);
  return emitter->zeros;
}

/* Never NULL: when memory is short, a step that nobody will run. */
tx_step *tx_new_step(tx_emitter *emitter, tx_step_fn run) {
  tx_code *code = emitter->code;
  if (!tx_grow(emitter->context, (void **)&code->steps, &code->step_capacity, code->step_count + 1,
               sizeof *code->steps)) {
    emitter->status = TRIAX_ENOMEM;
    return &emitter->spare;
  }
  tx_step *step = &code->steps[code->step_count++];
  *step = (tx_step){.run = run};
  return step;
}

/* NULL (and the status) when memory is short. Zeroed. */
void *tx_emit_memory(tx_emitter *emitter, size_t count, size_t size) {
  void *memory = tx_arena_calloc(&emitter->code->arena, count, size);
  if (!memory) emitter->status = TRIAX_ENOMEM;
  return memory;
}

uint32_t tx_plane_step(tx_emitter *emitter, tx_step_fn run, uint32_t a, uint32_t b) {
  uint32_t out = tx_new_register(emitter, 1);
  tx_step *step = tx_new_step(emitter, run);
  step->in[0] = a;
  step->in[1] = b;
  step->out[0] = out;
  return out;
}

/* Register 0 is a plane that is not there. */
static uint32_t two_planes(tx_emitter *emitter, tx_step_fn run, uint32_t a, uint32_t b) {
  if (!a || a == b) return b;
  return b ? tx_plane_step(emitter, run, a, b) : a;
}

uint32_t tx_both_known(tx_emitter *emitter, uint32_t a, uint32_t b) {
  return two_planes(emitter, tx_step_plane_and, a, b);
}

uint32_t tx_either_fault(tx_emitter *emitter, uint32_t a, uint32_t b) {
  return two_planes(emitter, tx_step_plane_or, a, b);
}

/* --- places for registers --- */

static void use(tx_code *code, uint32_t slot, size_t at) {
  code->slots[slot].needed = true;
  if (code->slots[slot].last_use < at) code->slots[slot].last_use = (uint32_t)at;
}

/* Drops steps whose results nobody reads, and notes each slot's last reader. */
static void drop_unused(tx_code *code) {
  for (size_t i = code->step_count; i-- > 0;) {
    tx_step *step = &code->steps[i];
    bool needed = false;
    for (size_t k = 0; k < 3; k++) needed |= step->out[k] && code->slots[step->out[k]].needed;
    if (!needed) {
      step->run = NULL;
      continue;
    }
    for (size_t k = 0; k < 3; k++) use(code, step->out[k], i);
    for (size_t k = 0; k < TX_STEP_INPUTS; k++) use(code, step->in[k], i);
    for (uint32_t k = 0; k < step->list_count; k++) use(code, step->list[k], i);
  }
}

static size_t slot_size(const tx_slot *slot, size_t rows) {
  size_t size = rows / 8 * slot->bits;
  return (size + 63) / 64 * 64;
}

/* Places given back, by width. */
typedef struct places {
  size_t *offsets;
  size_t count;
} places;

static places *places_of(places all[3], uint8_t bits) { return &all[bits == 64 ? 0 : bits == 1 ? 1 : 2]; }

static void place_register(tx_code *code, tx_slot *slot, places all[3]) {
  places *free_places = places_of(all, slot->bits);
  if (free_places->count) {
    slot->offset = free_places->offsets[--free_places->count];
    return;
  }
  slot->offset = code->scratch_size;
  code->scratch_size += slot_size(slot, TX_STRIP);
}

static void give_back(tx_code *code, uint32_t number, size_t at, places all[3]) {
  tx_slot *slot = &code->slots[number];
  if (slot->kind != TX_SLOT_REGISTER || slot->last_use != at) return;
  slot->last_use = UINT32_MAX; /* once, though a step may read a register twice */
  places *free_places = places_of(all, slot->bits);
  free_places->offsets[free_places->count++] = slot->offset;
}

static void place_registers(tx_code *code, places all[3]) {
  for (size_t i = 0; i < code->step_count; i++) {
    const tx_step *step = &code->steps[i];
    if (!step->run) continue;
    for (size_t k = 0; k < 3; k++) {
      tx_slot *slot = &code->slots[step->out[k]];
      if (slot->kind == TX_SLOT_REGISTER) place_register(code, slot, all);
    }
    for (size_t k = 0; k < 3; k++) give_back(code, step->out[k], i, all);
    for (size_t k = 0; k < TX_STEP_INPUTS; k++) give_back(code, step->in[k], i, all);
    for (uint32_t k = 0; k < step->list_count; k++) give_back(code, step->list[k], i, all);
  }
}

static void place_kind(tx_code *code, uint8_t kind) {
  for (uint32_t i = 1; i < code->slot_count; i++) {
    tx_slot *slot = &code->slots[i];
    if (!slot->needed || slot->kind != kind) continue;
    size_t *offset = kind == TX_SLOT_COLUMN ? &slot->tail : &slot->offset;
    *offset = code->scratch_size;
    code->scratch_size += slot_size(slot, kind == TX_SLOT_CONSTANT ? TX_STRIP : TX_BATCH);
    if (kind != TX_SLOT_CONSTANT) code->moving[code->moving_count++] = i;
  }
}

/* Outputs, constants and the copies of columns' ends keep a place of their own. */
static bool place_others(tx_emitter *emitter) {
  tx_code *code = emitter->code;
  code->moving = tx_emit_memory(emitter, code->slot_count, sizeof *code->moving);
  if (!code->moving) return false;
  place_kind(code, TX_SLOT_COLUMN);
  code->moving_columns = code->moving_count;
  place_kind(code, TX_SLOT_OUTPUT);
  place_kind(code, TX_SLOT_CONSTANT);
  size_t bits = 0;
  for (size_t i = 0; i < code->moving_columns; i++) bits += code->slots[code->moving[i]].bits;
  if (code->step_count) code->lines_a_step = (bits * TX_STRIP / 512 + code->step_count - 1) / code->step_count;
  return true;
}

static void squeeze_steps(tx_code *code) {
  size_t kept = 0;
  for (size_t i = 0; i < code->step_count; i++) {
    if (code->steps[i].run) code->steps[kept++] = code->steps[i];
  }
  code->step_count = kept;
}

triax_status tx_code_place(tx_emitter *emitter) {
  tx_code *code = emitter->code;
  for (size_t i = 0; i < code->root_count; i++) {
    const tx_root *root = &code->roots[i];
    const uint32_t slots[] = {root->values, root->truth, root->known, root->fault};
    for (size_t k = 0; k < 4; k++) use(code, slots[k], UINT32_MAX - 1);
  }
  drop_unused(code);
  size_t *room = tx_alloc_array(emitter->context, 3 * code->slot_count, sizeof *room);
  if (!room) return TRIAX_ENOMEM;
  places all[3] = {{room, 0}, {room + code->slot_count, 0}, {room + 2 * code->slot_count, 0}};
  place_registers(code, all);
  tx_free_array(emitter->context, room, 3 * code->slot_count, sizeof *room);
  squeeze_steps(code);
  return place_others(emitter) ? TRIAX_OK : TRIAX_ENOMEM;
}

void tx_code_free(tx_code *code, triax_context *context) {
  for (size_t i = 0; i < code->dictionary_count; i++) tx_dictionary_unref(code->dictionaries[i]);
  tx_free_array(context, code->dictionaries, code->dictionary_capacity, sizeof *code->dictionaries);
  tx_free_array(context, code->steps, code->step_capacity, sizeof *code->steps);
  tx_free_array(context, code->slots, code->slot_capacity, sizeof *code->slots);
  if (code->arena.context) tx_arena_free(&code->arena);
  memset(code, 0, sizeof *code);
}
