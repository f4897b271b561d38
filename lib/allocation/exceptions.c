/* Preferences that few pairs earn, told customer by customer instead of class by class.
 *
 * "Keeps its CSM" would make as many classes as there are owners, "had it before" nearly one for each customer. Such a
 * preference is found by its truth, whatever the expression: it holds for nobody but the owner, or it has many
 * different rows and few pairs. Its points become exceptions to what the customer's class earns. */
#include <math.h>

#include "allocation/private.h"

#define SEVERAL (UINT32_MAX - 1)
/* Fewer different rows than these are few classes. */
#define FEW_ROWS 8

typedef struct exceptions {
  tx_allocation_job *job;
  const tx_pairs *pairs;
  tx_here here;
} exceptions;

/* --- CSMs of a row of truth --- */

bool tx_allocation_here(tx_allocation_job *job, const tx_pairs *pairs, tx_here *here) {
  const tx_allocation_input *input = job->input;
  here->begin = tx_arena_calloc(&job->scratch, pairs->csm_groups + 2, sizeof *here->begin);
  here->csm = tx_arena_calloc(&job->scratch, input->csms + 1, sizeof *here->csm);
  if (!here->begin || !here->csm) return false;
  for (size_t i = 0; i < input->csms; i++) here->begin[pairs->csm_group[i] + 2] += tx_is_here(input, i);
  for (size_t g = 0; g < pairs->csm_groups; g++) here->begin[g + 2] += here->begin[g + 1];
  for (uint32_t i = 0; i < input->csms; i++) {
    if (tx_is_here(input, i)) here->csm[here->begin[pairs->csm_group[i] + 1]++] = i;
  }
  return true;
}

/* Walks the groups of CSMs that a row holds for, or, where rows are shared, those for whom it is the other way round:
 * *at begins as 0; false at the end. */
static bool next_group(const tx_pairs *pairs, size_t row, size_t *at, size_t *group) {
  if (pairs->begin) {
    if (pairs->begin[row] + *at >= pairs->begin[row + 1]) return false;
    *group = pairs->turned[pairs->begin[row] + (*at)++];
    return true;
  }
  const uint64_t *words = pairs->truth + (pairs->row ? pairs->row[row] : row) * tx_words(pairs->csm_groups);
  for (; *at < pairs->csm_groups; ++*at) {
    uint64_t word = words[*at >> 6] >> (*at & 63);
    if (!word) {
      *at |= 63;
    } else if (word & 1) {
      *group = (*at)++;
      return true;
    }
  }
  return false;
}

/* How many CSMs who are here the row holds for; *who is the last of them. */
static size_t holders(const exceptions *e, size_t row, uint32_t *who) {
  size_t count = 0, at = 0, group;
  *who = TX_ALLOCATION_NONE;
  while (next_group(e->pairs, row, &at, &group)) {
    size_t here = e->here.begin[group + 1] - e->here.begin[group];
    count += here;
    if (here) *who = e->here.csm[e->here.begin[group]];
  }
  return count;
}

/* --- which preferences --- */

/* Whether exceptions are the shorter way to tell it. */
static bool judge(exceptions *e, bool *fine, bool *exceptional) {
  tx_allocation_job *job = e->job;
  const tx_pairs *pairs = e->pairs;
  uint32_t *who = tx_arena_calloc(&job->scratch, pairs->customer_groups + 1, sizeof *who);
  size_t *count = tx_arena_calloc(&job->scratch, pairs->customer_groups + 1, sizeof *count);
  *fine = who && count && tx_allocation_here(job, pairs, &e->here);
  if (!*fine) return false;
  size_t rows = 0, units = job->keep->units;
  double total = 0;
  bool owner_only = true;
  for (size_t row = 0; row < pairs->customer_groups; row++) {
    count[row] = holders(e, row, &who[row]);
    rows += count[row] > 0;
  }
  for (size_t u = 0; u < units; u++) {
    size_t row = pairs->customer_group[job->keep->lead[u]];
    total += (double)count[row];
    owner_only = owner_only && (!count[row] || (count[row] == 1 && who[row] == job->unit_owner[u]));
  }
  double classes = (double)rows * (double)job->input->csms / 4, few = 2 * (double)units;
  *exceptional = owner_only || !pairs->truth || (rows > FEW_ROWS && total <= (classes > few ? classes : few));
  return *exceptional;
}

bool tx_allocation_find_exceptions(tx_allocation_job *job) {
  for (size_t p = 0; p < job->input->prefer_count; p++) {
    exceptions e = {.job = job, .pairs = &job->input->prefer[p].pairs};
    bool fine, exceptional = false;
    if (tx_pair_shared(e.pairs)) continue; /* what its rows say is told by class, the rest is anyhow an exception */
    if (judge(&e, &fine, &exceptional)) job->keep->exceptional |= UINT64_C(1) << p;
    if (!fine) return false;
  }
  return true;
}

/* --- their points --- */

typedef struct collected {
  tx_allocation_job *job;
  const exceptions *of;   /* per preference; only those with exceptions are filled */
  int64_t *sum;           /* per CSM: of the customer in hand */
  int64_t kept;           /* points more at the owner */
  uint32_t *touched, *spare;
  size_t count;
} collected;

static bool ascending(const void *user, uint32_t a, uint32_t b) {
  (void)user;
  return a < b;
}

static void add_points(collected *c, uint32_t csm, int64_t points) {
  if (c->sum[csm] == 0) c->touched[c->count++] = csm;
  c->sum[csm] += points;
}

/* What a preference adds to the customer's class, or takes off it. */
static void collect_from(collected *c, size_t lead, const exceptions *e, int64_t points) {
  size_t at = 0, group, customers = e->pairs->customer_group[lead];
  bool shared = tx_pair_shared(e->pairs);
  while (next_group(e->pairs, customers, &at, &group)) {
    int64_t more = shared && tx_pair_row_holds(e->pairs, customers, group) ? -points : points;
    for (size_t x = e->here.begin[group]; x < e->here.begin[group + 1]; x++) add_points(c, e->here.csm[x], more);
  }
}

/* The points that the unit earns at each CSM, in `sum`; CSMs in `touched`, ascending. */
static void collect(collected *c, size_t unit) {
  const tx_allocation_job *job = c->job;
  size_t lead = job->keep->lead[unit];
  uint32_t tie = job->input->tie && job->points_times > 1 ? job->input->tie[lead] : TX_ALLOCATION_NONE;
  c->count = 0;
  for (size_t p = 0; p < job->input->prefer_count; p++) {
    if (c->of[p].pairs) collect_from(c, lead, &c->of[p], tx_points_of(job, p));
  }
  if (tie != TX_ALLOCATION_NONE) add_points(c, tie, 1);
  if (job->unit_owner[unit] != TX_ALLOCATION_NONE && c->kept != 0) add_points(c, job->unit_owner[unit], c->kept);
  if (c->count > 1) tx_sort(c->touched, c->spare, c->count, ascending, NULL);
}

static bool add_unit(collected *c, size_t unit, int64_t *owner_points, size_t *at) {
  tx_allocation_job *job = c->job;
  uint32_t last = TX_ALLOCATION_NONE;
  for (size_t n = 0; n < c->count; n++) {
    uint32_t csm = c->touched[n];
    int64_t points = c->sum[csm];
    /* A sum may have come back to zero on the way: then the CSM is listed twice. */
    if (csm == last || points == 0) continue;
    last = csm;
    if (csm == job->unit_owner[unit]) {
      owner_points[unit] = points;
    } else if (tx_allocation_is_offered(job, unit, csm)) {
      if (!tx_grow(job->context, &job->more_csm, &job->more_csm_room, *at + 1, sizeof(uint32_t)) ||
          !tx_grow(job->context, &job->more_points, &job->more_points_room, *at + 1, sizeof(int64_t))) {
        return false;
      }
      ((uint32_t *)job->more_csm)[*at] = csm;
      ((int64_t *)job->more_points)[(*at)++] = points;
    }
  }
  for (size_t n = 0; n < c->count; n++) c->sum[c->touched[n]] = 0;
  return true;
}

bool tx_allocation_exceptions(tx_allocation_job *job) {
  const tx_allocation_input *input = job->input;
  size_t units = job->keep->units, at = 0, most = (input->prefer_count + 1) * (input->csms + 1) + 2;
  int64_t *owner_points = tx_arena_calloc(&job->scratch, units + 1, sizeof *owner_points);
  size_t *begin = tx_arena_calloc(&job->scratch, units + 1, sizeof *begin);
  exceptions *of = tx_arena_calloc(&job->scratch, input->prefer_count + 1, sizeof *of);
  collected c = {.job = job, .of = of};
  c.kept = (int64_t)round(input->keep_points * 1000) / job->points_scale * job->points_times;
  c.sum = tx_arena_calloc(&job->scratch, input->csms + 1, sizeof *c.sum);
  c.touched = tx_arena_calloc(&job->scratch, most, sizeof *c.touched);
  c.spare = tx_arena_calloc(&job->scratch, most, sizeof *c.spare);
  bool fine = owner_points && begin && of && c.sum && c.touched && c.spare;
  for (size_t p = 0; fine && p < input->prefer_count; p++) {
    const tx_pairs *pairs = &input->prefer[p].pairs;
    if (!(job->keep->exceptional >> p & 1) && !tx_pair_shared(pairs)) continue;
    of[p] = (exceptions){.job = job, .pairs = pairs};
    fine = tx_allocation_here(job, pairs, &of[p].here);
  }
  for (size_t u = 0; fine && u < units; u++) {
    collect(&c, u);
    fine = add_unit(&c, u, owner_points, &at);
    begin[u + 1] = at;
  }
  job->books.owner_points = job->owner_points = owner_points;
  if (at) {
    job->books.more_begin = begin;
    job->books.more_csm = job->more_csm;
    job->books.more_points = job->more_points;
  }
  return fine;
}
