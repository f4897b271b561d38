/* Groups of equal values, and pair tests over groups: never customers × CSMs. */
#include "plan/pairs.h"

#include <string.h>

#include "expr/node.h"

/* Pairs of groups evaluated at once: bounds the memory of the gathered columns. */
#define CHUNK ((size_t)1 << 18)

/* --- groups --- */

/* A value's 64 bits: codes, number patterns; missing is told apart by the caller. */
static uint64_t value_bits(const tx_column *column, size_t row) {
  uint64_t bits = 0;
  switch (column->type) {
    case TRIAX_TYPE_NUMBER:
    case TRIAX_TYPE_MONEY: memcpy(&bits, &column->numbers[row], sizeof bits); return bits;
    case TRIAX_TYPE_INTEGER:
    case TRIAX_TYPE_TIMESTAMP: return (uint64_t)column->integers[row];
    case TRIAX_TYPE_DATE: return (uint64_t)(int64_t)column->dates[row];
    case TRIAX_TYPE_BOOLEAN: return tx_bit(column->bits, row);
    default: return tx_column_code(column, row);
  }
}

typedef struct group_slot {
  uint64_t bits;
  uint32_t before, after; /* group before and after this column; after == UINT32_MAX: empty */
  bool missing;
} group_slot;

typedef struct group_splitter {
  triax_context *context;
  group_slot *slots;
  size_t size; /* power of two */
  uint32_t groups;
} group_splitter;

static size_t hash_of(uint64_t bits, uint32_t before, bool missing, size_t size) {
  uint64_t h = (bits ^ (uint64_t)before * UINT64_C(0x9e3779b97f4a7c15)) + missing;
  h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
  h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
  return (size_t)(h ^ h >> 32) & (size - 1);
}

static group_slot *find_slot(const group_splitter *splitter, uint64_t bits, uint32_t before, bool missing) {
  size_t i = hash_of(bits, before, missing, splitter->size);
  for (;; i = (i + 1) & (splitter->size - 1)) {
    group_slot *at = &splitter->slots[i];
    if (at->after == UINT32_MAX || (at->bits == bits && at->before == before && at->missing == missing)) return at;
  }
}

static group_slot *new_slots(triax_context *context, size_t size) {
  group_slot *slots = tx_alloc_array(context, size, sizeof *slots);
  for (size_t i = 0; slots && i < size; i++) slots[i].after = UINT32_MAX;
  return slots;
}

static bool grow(group_splitter *splitter) {
  size_t old_size = splitter->size;
  group_slot *old = splitter->slots, *fresh = new_slots(splitter->context, 2 * old_size);
  if (!fresh) return false;
  splitter->slots = fresh;
  splitter->size = 2 * old_size;
  for (size_t i = 0; i < old_size; i++) {
    if (old[i].after != UINT32_MAX) *find_slot(splitter, old[i].bits, old[i].before, old[i].missing) = old[i];
  }
  tx_free_array(splitter->context, old, old_size, sizeof *old);
  return true;
}

/* Splits the groups of all rows by one more column. */
static bool split(triax_context *context, const tx_column *column, size_t rows, uint32_t *group, size_t *groups) {
  group_splitter splitter = {context, new_slots(context, 64), 64, 0};
  bool fine = splitter.slots != NULL;
  for (size_t row = 0; fine && row < rows; row++) {
    bool missing = !tx_column_has(column, row);
    uint64_t bits = missing ? 0 : value_bits(column, row);
    group_slot *at = find_slot(&splitter, bits, group[row], missing);
    if (at->after == UINT32_MAX) {
      *at = (group_slot){bits, group[row], splitter.groups++, missing};
      group[row] = at->after;
      if (2 * (size_t)splitter.groups > splitter.size) fine = grow(&splitter);
    } else {
      group[row] = at->after;
    }
  }
  tx_free_array(context, splitter.slots, splitter.size, sizeof *splitter.slots);
  *groups = splitter.groups;
  return fine;
}

triax_status tx_group_rows(tx_arena *arena, const tx_column *const *columns, size_t count, size_t rows,
                           uint32_t **group, size_t *groups, size_t **first, triax_error *error) {
  *group = tx_arena_calloc(arena, rows + 1, sizeof **group);
  if (!*group) return tx_no_memory(error);
  *groups = rows ? 1 : 0;
  for (size_t c = 0; c < count; c++) {
    if (!split(arena->context, columns[c], rows, *group, groups)) return tx_no_memory(error);
  }
  *first = tx_arena_calloc(arena, *groups + 1, sizeof **first);
  if (!*first) return tx_no_memory(error);
  for (size_t row = rows; row-- > 0;) (*first)[(*group)[row]] = row;
  return TRIAX_OK;
}

/* --- pair tests --- */

/* One side's columns that the test reads. */
typedef struct pair_side {
  const tx_column **columns;
  uint32_t *variables; /* of the pair module */
  size_t count, rows;
  uint32_t *group;
  size_t groups, *first;
} pair_side;

/* A definition over customers as a column. */
static triax_status definition_column(triax_plan *plan, uint32_t root, tx_column **column, triax_error *error) {
  tx_program *program = NULL;
  tx_data *data = NULL;
  triax_status status = tx_program_new(plan->context, plan->compiled->module, &root, 1, &program, error);
  if (status == TRIAX_OK) {
    status = tx_data_new(program, plan->columns, plan->rows, plan->as_of, plan->has_as_of,
                         tx_given_functions(plan->compiled, false), &data, error);
  }
  if (status == TRIAX_OK) status = tx_data_column(data, 0, column, NULL, error);
  tx_data_free(data);
  tx_program_free(program);
  return status;
}

typedef struct pair_job {
  triax_plan *plan;
  tx_arena *arena;
  uint32_t root;
  pair_side customers, csms;
  tx_column **made; /* definitions' columns, to be dropped */
  size_t made_count;
} pair_job;

static triax_status side_column(pair_job *job, uint32_t variable, triax_error *error) {
  const tx_pair_source *source = &job->plan->compiled->pair_sources[variable];
  pair_side *side = source->csm ? &job->csms : &job->customers;
  const tx_column *column = NULL;
  if (source->csm) {
    column = job->plan->team_columns[source->variable];
  } else if (source->variable != TX_NO_INDEX) {
    column = job->plan->columns[source->variable];
  } else {
    tx_column *made;
    triax_status status = definition_column(job->plan, source->root, &made, error);
    if (status != TRIAX_OK) return status;
    job->made[job->made_count++] = made;
    column = made;
  }
  side->columns[side->count] = column;
  side->variables[side->count++] = variable;
  return TRIAX_OK;
}

static bool make_side(pair_job *job, pair_side *side, size_t most, size_t rows) {
  side->columns = tx_arena_calloc(job->arena, most + 1, sizeof *side->columns);
  side->variables = tx_arena_calloc(job->arena, most + 1, sizeof *side->variables);
  side->rows = rows;
  return side->columns && side->variables;
}

static triax_status find_sides(pair_job *job, triax_error *error) {
  const tx_module *module = job->plan->compiled->pair_module;
  size_t count = tx_module_reads(module, job->root, NULL, 0);
  uint32_t *reads = tx_arena_calloc(job->arena, count + 1, sizeof *reads);
  job->made = tx_arena_calloc(job->arena, count + 1, sizeof(tx_column *));
  if (!reads || !job->made || !make_side(job, &job->customers, count, job->plan->rows) ||
      !make_side(job, &job->csms, count, job->plan->csms)) {
    return tx_no_memory(error);
  }
  tx_module_reads(module, job->root, reads, count);
  triax_status status = TRIAX_OK;
  for (size_t i = 0; status == TRIAX_OK && i < count; i++) status = side_column(job, reads[i], error);
  for (int s = 0; status == TRIAX_OK && s < 2; s++) {
    pair_side *side = s ? &job->csms : &job->customers;
    status = tx_group_rows(job->arena, side->columns, side->count, side->rows, &side->group, &side->groups,
                           &side->first, error);
  }
  return status;
}

/* One side's columns for the pairs [begin, begin + count) in row order: customer group by customer group. */
static bool gather_side(pair_job *job, const pair_side *side, size_t begin, size_t count, size_t *rows,
                        const tx_column **columns) {
  for (size_t p = 0; p < count; p++) {
    size_t pair = begin + p, customer = pair / job->csms.groups, csm = pair % job->csms.groups;
    rows[p] = side->first[side == &job->customers ? customer : csm];
  }
  for (size_t c = 0; c < side->count; c++) {
    tx_column *column = tx_column_gather(side->columns[c], rows, count);
    if (!column) return false;
    columns[side->variables[c]] = column;
  }
  return true;
}

static void set_bits(const pair_job *job, uint64_t *matrix, size_t begin, size_t count, const uint64_t *truth) {
  size_t words = tx_words(job->csms.groups);
  for (size_t p = 0; p < count; p++) {
    if (!tx_bit(truth, p)) continue;
    size_t pair = begin + p;
    tx_bit_set(matrix + pair / job->csms.groups * words, pair % job->csms.groups);
  }
}

static triax_status judge_chunk(pair_job *job, const tx_program *program, size_t begin, size_t count, size_t *rows,
                                uint64_t *truth, uint64_t *known, uint64_t *matrix, uint64_t *unknown,
                                triax_error *error) {
  size_t variables = tx_module_variables(job->plan->compiled->pair_module), root = 0;
  const tx_column **columns = tx_calloc(job->plan->context, variables + 1, sizeof *columns);
  tx_data *data = NULL;
  if (!columns) return tx_no_memory(error);
  triax_status status = TRIAX_OK;
  if (!gather_side(job, &job->customers, begin, count, rows, columns) ||
      !gather_side(job, &job->csms, begin, count, rows, columns)) {
    status = tx_no_memory(error);
  }
  if (status == TRIAX_OK) {
    status = tx_data_new(program, columns, count, job->plan->as_of, job->plan->has_as_of, NULL, &data, error);
  }
  if (status == TRIAX_OK) status = tx_data_truths(data, &root, 1, &truth, &known, NULL, error);
  if (status == TRIAX_OK) {
    set_bits(job, matrix, begin, count, truth);
    for (size_t p = 0; unknown && p < count; p++) *unknown += !tx_bit(known, p);
  }
  tx_data_free(data);
  for (size_t v = 0; v < variables; v++) tx_column_unref((tx_column *)columns[v]);
  tx_free_array(job->plan->context, columns, variables + 1, sizeof *columns);
  return status;
}

static triax_status judge_all(pair_job *job, uint64_t *matrix, uint64_t *unknown, triax_error *error) {
  triax_context *context = job->plan->context;
  size_t total = job->customers.groups * job->csms.groups, words = tx_words(CHUNK);
  tx_program *program = NULL;
  size_t *rows = tx_alloc_array(context, CHUNK, sizeof *rows);
  uint64_t *truth = tx_alloc_array(context, words, sizeof *truth);
  uint64_t *known = tx_alloc_array(context, words, sizeof *known);
  triax_status status = rows && truth && known ? TRIAX_OK : tx_no_memory(error);
  if (status == TRIAX_OK) {
    status = tx_program_new(context, job->plan->compiled->pair_module, &job->root, 1, &program, error);
  }
  for (size_t begin = 0; status == TRIAX_OK && begin < total; begin += CHUNK) {
    size_t count = total - begin < CHUNK ? total - begin : CHUNK;
    status = judge_chunk(job, program, begin, count, rows, truth, known, matrix, unknown, error);
  }
  tx_program_free(program);
  tx_free_array(context, rows, CHUNK, sizeof *rows);
  tx_free_array(context, truth, words, sizeof *truth);
  tx_free_array(context, known, words, sizeof *known);
  return status;
}

triax_status tx_pairs_make(triax_plan *plan, tx_arena *arena, uint32_t root, tx_pairs *pairs, uint64_t *unknown,
                           triax_error *error) {
  pair_job job = {.plan = plan, .arena = arena, .root = root};
  triax_status status = find_sides(&job, error);
  uint64_t *matrix = NULL;
  if (status == TRIAX_OK) {
    matrix = tx_arena_calloc(arena, job.customers.groups * tx_words(job.csms.groups) + 1, sizeof *matrix);
    status = matrix ? judge_all(&job, matrix, unknown, error) : tx_no_memory(error);
  }
  for (size_t i = 0; i < job.made_count; i++) tx_column_unref(job.made[i]);
  if (status != TRIAX_OK) return status;
  *pairs = (tx_pairs){job.customers.group, job.csms.group, job.customers.groups, job.csms.groups, matrix};
  return TRIAX_OK;
}
