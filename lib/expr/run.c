/* Runs: one thread's scratch, and batches through it. */
#include <string.h>

#include "expr/run_step.h"

static void fill_constant(unsigned char *at, const tx_slot *slot) {
  if (slot->bits == 32) {
    uint32_t element = (uint32_t)slot->pattern;
    for (size_t i = 0; i < TX_STRIP; i++) memcpy(at + 4 * i, &element, sizeof element);
    return;
  }
  size_t count = slot->bits == 64 ? TX_STRIP : TX_STRIP_WORDS;
  for (size_t i = 0; i < count; i++) memcpy(at + 8 * i, &slot->pattern, sizeof slot->pattern);
}

static void set_pointers(tx_run *run) {
  for (size_t i = 1; i < run->code->slot_count; i++) {
    const tx_slot *slot = &run->code->slots[i];
    if (!slot->needed) continue;
    run->at[i] = run->scratch + (slot->kind == TX_SLOT_COLUMN ? slot->tail : slot->offset);
    if (slot->kind == TX_SLOT_CONSTANT) fill_constant(run->at[i], slot);
  }
}

static bool run_memory(tx_run *run, const tx_code *code) {
  run->scratch_size = code->scratch_size + 64;
  run->scratch_block = tx_calloc(run->context, run->scratch_size, 1);
  run->at = tx_calloc(run->context, code->slot_count, sizeof *run->at);
  run->start = tx_calloc(run->context, code->moving_count, sizeof *run->start);
  if (!run->scratch_block || !run->at || !run->start) return false;
  run->scratch = run->scratch_block + (64 - (uintptr_t)run->scratch_block % 64) % 64;
  if (!code->slow) return true;
  size_t variables = run->data->program->module->variable_count;
  run->variables = tx_alloc_array(run->context, variables, sizeof *run->variables);
  if (run->variables) memcpy(run->variables, run->data->blank, variables * sizeof *run->variables);
  return run->variables != NULL;
}

triax_status tx_run_make(const tx_data *data, const tx_code *code, tx_run **run, triax_error *error) {
  tx_run *made = tx_calloc(data->context, 1, sizeof *made);
  if (!made) return tx_no_memory(error);
  made->context = data->context;
  made->data = data;
  made->code = code;
  tx_arena_init(&made->arena, data->context);
  if (!run_memory(made, code)) {
    tx_run_free(made);
    return tx_no_memory(error);
  }
  set_pointers(made);
  *run = made;
  return TRIAX_OK;
}

triax_status tx_run_new(const tx_data *data, tx_run **run, triax_error *error) {
  return tx_run_make(data, &data->code, run, error);
}

void tx_run_free(tx_run *run) {
  if (!run) return;
  triax_context *context = run->context;
  tx_arena_free(&run->arena);
  tx_free(context, run->scratch_block, run->scratch_size);
  tx_free_array(context, run->at, run->code->slot_count, sizeof *run->at);
  tx_free_array(context, run->start, run->code->moving_count, sizeof *run->start);
  tx_free_array(context, run->variables, run->data->program->module->variable_count, sizeof *run->variables);
  tx_free(context, run, sizeof *run);
}

/* Where each column begins in this batch. The last rows, which do not fill a word, are read from a copy, so that
 * steps can always take 64 rows. Planes are whole words anyway, but one that is a result as it stands is cut to the
 * rows of a batch that is not whole. */
static void begin_batch(tx_run *run) {
  const tx_code *code = run->code;
  size_t rows = run->data->rows, first = run->first;
  bool tail = run->count % 64 && first + (run->count + 63) / 64 * 64 > rows;
  for (size_t i = 0; i < code->moving_count; i++) {
    const tx_slot *slot = &code->slots[code->moving[i]];
    if (slot->kind == TX_SLOT_OUTPUT) {
      run->start[i] = run->scratch + slot->offset;
      continue;
    }
    const unsigned char *base = (const unsigned char *)slot->base + first / 8 * slot->bits;
    run->start[i] = (unsigned char *)(uintptr_t)base;
    if (slot->bits == 1 && run->count < TX_BATCH) {
      run->start[i] = run->scratch + slot->tail;
      memcpy(run->start[i], base, tx_words(run->count) * sizeof(uint64_t));
    } else if (tail && slot->bits > 1) {
      run->start[i] = run->scratch + slot->tail;
      memcpy(run->start[i], base, (rows - first) * (slot->bits / 8));
    }
  }
}

static void point_at_strip(tx_run *run, size_t strip) {
  const tx_code *code = run->code;
  for (size_t i = 0; i < code->moving_count; i++) {
    uint32_t slot = code->moving[i];
    run->at[slot] = run->start[i] + strip * (TX_STRIP / 8) * code->slots[slot].bits;
  }
}

/* Rows past the end are 0 in planes. */
static void trim_plane(uint64_t *plane, size_t count) {
  if (!plane) return;
  size_t words = (count + 63) / 64;
  if (count % 64) plane[words - 1] &= (UINT64_C(1) << (count % 64)) - 1;
  for (size_t w = words; w < TX_BATCH_WORDS; w++) plane[w] = 0;
}

static void end_batch(tx_run *run) {
  point_at_strip(run, 0);
  for (size_t i = 0; i < run->code->root_count; i++) {
    const tx_root *root = &run->code->roots[i];
    trim_plane(run->at[root->truth], run->count);
    trim_plane(run->at[root->known], run->count);
    trim_plane(run->at[root->fault], run->count);
  }
  for (size_t w = 0; w < TX_BATCH_WORDS; w++) run->ones[w] = UINT64_MAX;
  trim_plane(run->ones, run->count);
}

/* Asks for the columns' next strip while this one is worked on, a few cache lines after each step: reading one column
 * at a time leaves the memory idle in between. */
typedef struct ahead {
  size_t column, offset; /* of the moving slots, columns first; bytes of its strip */
} ahead;

static void ask_ahead(const tx_run *run, size_t strip, size_t lines, ahead *at) {
#ifdef __GNUC__
  const tx_code *code = run->code;
  while (lines > 0 && at->column < code->moving_columns) {
    const size_t size = TX_STRIP / 8 * (size_t)code->slots[code->moving[at->column]].bits;
    const size_t left = (size - at->offset + 63) / 64, some = left < lines ? left : lines;
    uintptr_t from = (uintptr_t)run->start[at->column] + (strip + 1) * size + at->offset;
    for (const uintptr_t end = from + 64 * some; from < end; from += 64) __builtin_prefetch((const void *)from);
    lines -= some;
    at->offset += 64 * some;
    if (some < left) return;
    at->column++;
    at->offset = 0;
  }
#else
  (void)run, (void)strip, (void)lines, (void)at;
#endif
}

triax_status tx_run_batch(tx_run *run, size_t first, size_t count, triax_error *error) {
  if (first % 64 || count > TX_BATCH || first > run->data->rows || count > run->data->rows - first) {
    return tx_fail(error, TRIAX_EINVAL, "A batch lies outside of its rows.");
  }
  const tx_code *code = run->code;
  run->first = first;
  run->count = count;
  run->status = TRIAX_OK;
  begin_batch(run);
  tx_frame frame = {.at = run->at, .kernels = run->data->program->kernels, .run = run};
  for (size_t done = 0, strip = 0; code->step_count && done < count; done += TX_STRIP, strip++) {
    point_at_strip(run, strip);
    frame.first = first + done;
    frame.rows = count - done < TX_STRIP ? count - done : TX_STRIP;
    frame.words = (frame.rows + 63) / 64;
    ahead at = {0, 0};
    for (size_t i = 0; i < code->step_count; i++) {
      code->steps[i].run(&code->steps[i], &frame);
      ask_ahead(run, strip, code->lines_a_step, &at);
    }
  }
  end_batch(run);
  if (run->status == TRIAX_ENOMEM) return tx_no_memory(error);
  if (run->status != TRIAX_OK) {
    return tx_fail(error, run->status, "An expression takes too many steps for one row: simplify it.");
  }
  return TRIAX_OK;
}

void tx_run_root(const tx_run *run, size_t number, tx_vector *vector) {
  const tx_root *root = &run->code->roots[number];
  *vector = (tx_vector){.type = root->type, .dictionary = root->dictionary};
  vector->truth = run->at[root->truth];
  vector->present = root->known ? run->at[root->known] : run->ones;
  vector->all_present = !root->known;
  vector->fault = run->at[root->fault];
  if (!root->values) return;
  if (root->type.kind == TX_DOUBLE) {
    vector->numbers = run->at[root->values];
  } else if (root->type.kind == TX_STRING) {
    vector->codes = run->at[root->values];
  } else {
    vector->integers = run->at[root->values];
  }
}
