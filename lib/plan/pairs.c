/* Pair tests over groups of equal values: never customers × CSMs. */
#include "plan/pairs.h"

#include <string.h>

#include "aggregates/aggregates.h"
#include "expr/node.h"
#include "plan/pairs_private.h"

/* Pairs of groups evaluated at once: bounds the memory of the gathered columns. */
#define CHUNK ((size_t)1 << 18)

/* --- both sides --- */

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

static triax_status side_column(tx_pair_job *job, uint32_t variable, triax_error *error) {
  const tx_pair_source *source = &job->plan->compiled->pair_sources[variable];
  tx_pair_side *side = source->csm ? &job->csms : &job->customers;
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

static bool make_side(tx_pair_job *job, tx_pair_side *side, size_t most, size_t rows) {
  side->columns = tx_arena_calloc(&job->scratch, most + 1, sizeof *side->columns);
  side->variables = tx_arena_calloc(&job->scratch, most + 1, sizeof *side->variables);
  side->rows = rows;
  return side->columns && side->variables;
}

static triax_status find_sides(tx_pair_job *job, triax_error *error) {
  const tx_module *module = job->plan->compiled->pair_module;
  size_t count = tx_module_reads(module, job->root, NULL, 0);
  uint32_t *reads = tx_arena_calloc(&job->scratch, count + 1, sizeof *reads);
  job->made = tx_arena_calloc(&job->scratch, 2 * count + 1, sizeof(tx_column *)); /* definitions, stand-ins */
  if (!reads || !job->made || !make_side(job, &job->customers, count, job->plan->rows) ||
      !make_side(job, &job->csms, count, job->plan->csms)) {
    return tx_no_memory(error);
  }
  tx_module_reads(module, job->root, reads, count);
  triax_status status = TRIAX_OK;
  for (size_t i = 0; status == TRIAX_OK && i < count; i++) status = side_column(job, reads[i], error);
  for (int s = 0; status == TRIAX_OK && s < 2; s++) {
    tx_pair_side *side = s ? &job->csms : &job->customers;
    status = tx_group_rows(job->arena, side->columns, side->count, side->rows, &side->group, &side->groups,
                           &side->first, error);
  }
  return status;
}

/* --- judging --- */

/* What is judged, and what it comes to. */
typedef struct judged {
  tx_pair_job *job;
  const tx_program *program;
  const tx_pair_rows *some; /* the pairs; NULL: all */
  bool by_pair;             /* bits by pair are wanted */
  size_t *rows[2], at;      /* of the chunk: rows of customers and of CSMs; customer group of the next pair */
  uint32_t *customer, *csm; /* of the chunk: groups */
  uint64_t *truth, *known;  /* of the chunk */
  uint64_t *matrix;         /* all pairs: row by customer group */
  size_t *begin;            /* some pairs: those that hold */
  uint32_t *holds;
  size_t held;
  uint64_t *yes, *unknown;  /* instead of both, bits by pair; unknown as below */
  uint64_t *any_true, *any_unknown; /* per customer group; unknown for a CSM who lacks nothing */
} judged;

static size_t count_pairs(const judged *j) {
  return j->some ? j->some->begin[j->job->customers.groups] : j->job->customers.groups * j->job->csms.groups;
}

static void list_chunk(judged *j, size_t begin, size_t count) {
  const tx_pair_job *job = j->job;
  for (size_t p = 0; p < count; p++) {
    size_t pair = begin + p;
    if (j->some) {
      while (pair >= j->some->begin[j->at + 1]) j->at++;
      j->customer[p] = (uint32_t)j->at;
      j->csm[p] = j->some->list[pair];
    } else {
      j->customer[p] = (uint32_t)(pair / job->csms.groups);
      j->csm[p] = (uint32_t)(pair % job->csms.groups);
    }
    j->rows[0][p] = job->customers.first[j->customer[p]];
    j->rows[1][p] = job->csms.first[j->csm[p]];
  }
}

static bool gather_side(const tx_pair_side *side, const size_t *rows, size_t count, const tx_column **columns) {
  for (size_t c = 0; c < side->count; c++) {
    tx_column *column = tx_column_gather(side->columns[c], rows, count);
    if (!column) return false;
    columns[side->variables[c]] = column;
  }
  return true;
}

static void keep_chunk(judged *j, size_t begin, size_t count) {
  const tx_pair_job *job = j->job;
  size_t words = tx_words(job->csms.groups);
  for (size_t p = 0; p < count; p++) {
    if (!tx_bit(j->known, p) && (!job->any_whole || tx_bit(job->whole, j->csm[p]))) {
      tx_bit_set(j->any_unknown, j->customer[p]);
      if (j->unknown) tx_bit_set(j->unknown, begin + p);
    }
    if (!tx_bit(j->truth, p)) continue;
    tx_bit_set(j->any_true, j->customer[p]);
    if (j->yes) {
      tx_bit_set(j->yes, begin + p);
    } else if (j->matrix) {
      tx_bit_set(j->matrix + j->customer[p] * words, j->csm[p]);
    } else {
      j->holds[j->held++] = j->csm[p];
      j->begin[j->customer[p] + 1] = j->held;
    }
  }
}

static triax_status judge_chunk(judged *j, size_t begin, size_t count, triax_error *error) {
  const triax_plan *plan = j->job->plan;
  size_t variables = tx_module_variables(plan->compiled->pair_module), root = 0;
  const tx_column **columns = tx_calloc(plan->context, variables + 1, sizeof *columns);
  tx_data *data = NULL;
  if (!columns) return tx_no_memory(error);
  triax_status status = TRIAX_OK;
  list_chunk(j, begin, count);
  if (!gather_side(&j->job->customers, j->rows[0], count, columns) ||
      !gather_side(&j->job->csms, j->rows[1], count, columns)) {
    status = tx_no_memory(error);
  }
  if (status == TRIAX_OK) {
    status = tx_data_new(j->program, columns, count, plan->as_of, plan->has_as_of, NULL, &data, error);
  }
  if (status == TRIAX_OK) status = tx_data_truths(data, &root, 1, &j->truth, &j->known, NULL, error);
  if (status == TRIAX_OK) keep_chunk(j, begin, count);
  tx_data_free(data);
  for (size_t v = 0; v < variables; v++) tx_column_unref((tx_column *)columns[v]);
  tx_free_array(plan->context, columns, variables + 1, sizeof *columns);
  return status;
}

static bool make_room(judged *j, size_t chunk) {
  tx_pair_job *job = j->job;
  size_t groups = job->customers.groups, words = tx_words(groups);
  for (int side = 0; side < 2; side++) j->rows[side] = tx_arena_calloc(&job->scratch, chunk, sizeof(size_t));
  j->customer = tx_arena_calloc(&job->scratch, chunk, sizeof *j->customer);
  j->csm = tx_arena_calloc(&job->scratch, chunk, sizeof *j->csm);
  j->truth = tx_arena_calloc(&job->scratch, tx_words(chunk), sizeof(uint64_t));
  j->known = tx_arena_calloc(&job->scratch, tx_words(chunk), sizeof(uint64_t));
  j->any_true = tx_arena_calloc(&job->scratch, words + 1, sizeof(uint64_t));
  j->any_unknown = tx_arena_calloc(&job->scratch, words + 1, sizeof(uint64_t));
  if (!j->rows[0] || !j->rows[1] || !j->customer || !j->csm || !j->truth || !j->known || !j->any_true ||
      !j->any_unknown) {
    return false;
  }
  if (j->by_pair) {
    j->yes = tx_arena_calloc(&job->scratch, tx_words(count_pairs(j)) + 1, sizeof *j->yes);
    j->unknown = tx_arena_calloc(&job->scratch, tx_words(count_pairs(j)) + 1, sizeof *j->unknown);
    return j->yes && j->unknown;
  }
  if (j->some) {
    j->begin = tx_arena_calloc(job->arena, groups + 1, sizeof *j->begin);
    j->holds = tx_arena_calloc(job->arena, count_pairs(j) + 1, sizeof *j->holds);
    return j->begin && j->holds;
  }
  j->matrix = tx_arena_calloc(job->arena, groups * tx_words(job->csms.groups) + 1, sizeof *j->matrix);
  return j->matrix != NULL;
}

static triax_status judge_all(judged *j, triax_error *error) {
  tx_pair_job *job = j->job;
  size_t total = count_pairs(j), chunk = total < CHUNK ? total : CHUNK;
  tx_program *program = NULL;
  if (!make_room(j, chunk)) return tx_no_memory(error);
  triax_status status = tx_program_new(job->plan->context, job->plan->compiled->pair_module, &job->root, 1, &program,
                                       error);
  j->program = program;
  for (size_t begin = 0; status == TRIAX_OK && begin < total; begin += chunk) {
    status = judge_chunk(j, begin, total - begin < chunk ? total - begin : chunk, error);
  }
  tx_program_free(program);
  for (size_t g = 0; j->begin && g < job->customers.groups; g++) {
    if (j->begin[g + 1] < j->begin[g]) j->begin[g + 1] = j->begin[g];
  }
  return status;
}

/* --- what is told of it --- */

/* Of customers that could not be judged, those that lack a value; of CSMs, all that do. */
static bool count_customers(const tx_pair_job *job, const uint64_t *any_true, const uint64_t *any_unknown,
                            tx_pair_tally *tally) {
  size_t sides = job->customers.count + job->csms.count;
  tally->variables = tx_arena_calloc(job->arena, sides + 1, sizeof *tally->variables);
  tally->blame = tx_arena_calloc(job->arena, sides + 1, sizeof *tally->blame);
  if (!tally->variables || !tally->blame) return false;
  for (size_t c = 0; c < job->customers.count; c++) tally->variables[tally->count++] = job->customers.variables[c];
  for (size_t row = 0; row < job->customers.rows; row++) {
    uint32_t group = job->customers.group[row];
    if (tx_bit(any_true, group)) tally->yes++;
    if (tx_bit(any_true, group) || !tx_bit(any_unknown, group)) continue;
    tally->unknown++;
    for (size_t c = 0; c < job->customers.count; c++) {
      tally->blame[c] += !tx_column_has(job->customers.columns[c], row);
    }
  }
  for (size_t c = 0; c < job->csms.count; c++) {
    tally->blame[tally->count] = tally->unknown ? job->csms.columns[c]->missing : 0;
    tally->variables[tally->count++] = job->csms.variables[c];
  }
  return true;
}

/* CSMs who lack none of the columns that the test reads. */
static bool find_whole(tx_pair_job *job) {
  job->whole = tx_arena_calloc(&job->scratch, tx_words(job->csms.groups) + 1, sizeof(uint64_t));
  for (size_t g = 0; job->whole && g < job->csms.groups; g++) {
    bool whole = true;
    for (size_t c = 0; whole && c < job->csms.count; c++) whole = tx_column_has(job->csms.columns[c], job->csms.first[g]);
    if (whole) tx_bit_set(job->whole, g);
    job->any_whole = job->any_whole || whole;
  }
  return job->whole != NULL;
}

/* --- shared --- */

/* The judgement of customers with stand-ins, and of the pairs that are named. */
typedef struct shared {
  judged base, named;
  size_t *yes, *unknown; /* per group with stand-ins: CSM groups */
} shared;

static bool count_base(shared *s) {
  const tx_pair_job *job = s->base.job;
  size_t groups = job->customers.groups, csms = job->csms.groups;
  s->yes = tx_arena_calloc(&s->named.job->scratch, groups + 1, sizeof *s->yes);
  s->unknown = tx_arena_calloc(&s->named.job->scratch, groups + 1, sizeof *s->unknown);
  for (size_t p = 0; s->yes && s->unknown && p < groups * csms; p++) {
    s->yes[p / csms] += tx_bit(s->base.yes, p);
    s->unknown[p / csms] += tx_bit(s->base.unknown, p);
  }
  return s->yes && s->unknown;
}

/* Rows of truth; none where nobody holds but those who are named. */
static bool write_rows(const shared *s, tx_pairs *pairs) {
  const tx_pair_job *job = s->base.job;
  size_t groups = job->customers.groups, csms = job->csms.groups, words = tx_words(csms);
  uint64_t *truth = tx_arena_calloc(job->arena, groups * words + 1, sizeof *truth);
  uint32_t *row = tx_arena_calloc(job->arena, pairs->customer_groups + 1, sizeof *row);
  if (!truth || !row) return false;
  for (size_t p = 0; p < groups * csms; p++) {
    if (tx_bit(s->base.yes, p)) tx_bit_set(truth + p / csms * words, p % csms);
  }
  for (size_t g = 0; g < pairs->customer_groups; g++) row[g] = job->customers.group[s->named.job->customers.first[g]];
  pairs->truth = truth;
  pairs->row = row;
  pairs->rows = groups;
  return true;
}

/* Lists of the pairs that are not as their row says; tells of the customers by what then holds. */
static bool write_turned(shared *s, tx_pairs *pairs) {
  const tx_pair_rows *some = s->named.some;
  tx_arena *arena = s->named.job->arena;
  size_t csms = pairs->csm_groups, at = 0, *begin = tx_arena_calloc(arena, pairs->customer_groups + 1, sizeof *begin);
  uint32_t *turned = tx_arena_calloc(arena, some->begin[pairs->customer_groups] + 1, sizeof *turned);
  if (!begin || !turned) return false;
  for (size_t g = 0; g < pairs->customer_groups; g++) {
    size_t row = s->base.job->customers.group[s->named.job->customers.first[g]];
    size_t yes = s->yes[row], unknown = s->unknown[row];
    for (size_t x = some->begin[g]; x < some->begin[g + 1]; x++) {
      size_t pair = row * csms + some->list[x];
      bool holds = tx_bit(s->named.yes, x), held = tx_bit(s->base.yes, pair);
      yes = yes + holds - held;
      unknown = unknown + tx_bit(s->named.unknown, x) - tx_bit(s->base.unknown, pair);
      if (holds != held) turned[at++] = some->list[x];
    }
    begin[g + 1] = at;
    tx_bit_clear(s->named.any_true, g);
    tx_bit_clear(s->named.any_unknown, g);
    if (yes) tx_bit_set(s->named.any_true, g);
    if (unknown) tx_bit_set(s->named.any_unknown, g);
  }
  pairs->begin = begin;
  pairs->turned = turned;
  return true;
}

static triax_status make_shared(tx_pair_job *job, const tx_pair_side *base, const tx_pair_rows *named, tx_pairs *pairs,
                                tx_pair_tally *tally, triax_error *error) {
  tx_pair_job other = *job;
  other.customers = *base;
  shared s = {.base = {.job = &other, .by_pair = true}, .named = {.job = job, .some = named, .by_pair = true}};
  tx_arena_init(&other.scratch, job->plan->context);
  triax_status status = judge_all(&s.base, error);
  if (status == TRIAX_OK) status = judge_all(&s.named, error);
  bool fine = status == TRIAX_OK && count_base(&s) && write_turned(&s, pairs);
  for (size_t row = 0; fine && !pairs->truth && row < base->groups; row++) {
    if (s.yes[row]) fine = write_rows(&s, pairs);
  }
  fine = fine && (!tally || count_customers(job, s.named.any_true, s.named.any_unknown, tally));
  tx_arena_free(&other.scratch);
  return fine || status != TRIAX_OK ? status : tx_no_memory(error);
}

/* A test that is a single comparison is found by joining alone, mostly. */
static bool is_comparison(const tx_pair_job *job) {
  uint16_t op = job->plan->compiled->pair_module->nodes[job->root].op;
  return op == TX_OP_EQUAL || op == TX_OP_IN;
}

static triax_status make_pairs(tx_pair_job *job, tx_pairs *pairs, tx_pair_tally *tally, triax_error *error) {
  judged j = {.job = job};
  tx_pair_rows some;
  bool found;
  triax_status status = find_sides(job, error);
  if (status != TRIAX_OK) return status;
  *pairs = (tx_pairs){.customer_group = job->customers.group, .csm_group = job->csms.group,
                      .customer_groups = job->customers.groups, .csm_groups = job->csms.groups};
  if (!find_whole(job)) return tx_no_memory(error);
  found = false;
  if (is_comparison(job) && !tx_pairs_join(job, &some, &found)) return tx_no_memory(error);
  if (!found) {
    tx_pair_side base;
    status = tx_pairs_share(job, &base, &some, &found, error);
    if (status != TRIAX_OK) return status;
    if (found) return make_shared(job, &base, &some, pairs, tally, error);
    if (!tx_pairs_join(job, &some, &found)) return tx_no_memory(error);
  }
  j.some = found ? &some : NULL;
  status = judge_all(&j, error);
  if (status != TRIAX_OK) return status;
  if (tally && !count_customers(job, j.any_true, j.any_unknown, tally)) return tx_no_memory(error);
  pairs->truth = j.matrix;
  pairs->begin = j.begin;
  pairs->turned = j.holds;
  return TRIAX_OK;
}

triax_status tx_pairs_make(triax_plan *plan, tx_arena *arena, uint32_t root, tx_pairs *pairs, tx_pair_tally *tally,
                           triax_error *error) {
  tx_pair_job job = {.plan = plan, .arena = arena, .root = root};
  tx_arena_init(&job.scratch, plan->context);
  triax_status status = make_pairs(&job, pairs, tally, error);
  for (size_t i = 0; i < job.made_count; i++) tx_column_unref(job.made[i]);
  tx_arena_free(&job.scratch);
  return status;
}
