/* Improvement by pairs: the best exchange between two CSMs, or a CSM and the uncovered, counted out by load. */
#include <string.h>

#include "search/search.h"

/* Neighbours kept in all; beyond this, every CSM keeps an even sample of its own. */
#define NEIGHBOURS_MOST 4000000

static bool item_before(const tx_pair_item *x, const tx_pair_item *y) {
  if (x->value != y->value) {
    return x->value < y->value;
  }
  return x->points != y->points ? x->points < y->points : x->customer < y->customer;
}

static bool keep_item(tx_pair_item *list, int *count, tx_pair_item one) {
  int at = *count;
  if (at == TX_PAIR_WIDE && !item_before(&one, &list[TX_PAIR_WIDE - 1])) {
    return false;
  }
  at = at == TX_PAIR_WIDE ? TX_PAIR_WIDE - 1 : at;
  *count = at + 1;
  for (; at > 0 && item_before(&one, &list[at - 1]); at--) {
    list[at] = list[at - 1];
  }
  list[at] = one;
  return true;
}

static tx_pair_load *side_of(tx_pairs *p, int64_t load) {
  for (int s = 0; s < p->sides; s++) {
    if (p->side[s].load == load) {
      return &p->side[s];
    }
  }
  if (p->sides == TX_PAIR_LOADS) {
    return NULL;
  }
  tx_pair_load *side = &p->side[p->sides++];
  side->load = load;
  side->there_count = side->back_count = 0;
  return side;
}

static bool keep(tx_pair_load *side, bool there, tx_pair_item one) {
  return keep_item(there ? side->there : side->back, there ? &side->there_count : &side->back_count, one);
}

/* Those of a CSM's book, who become uncovered. */
static void collect_leaving(tx_pairs *p, const tx_book *book, bool there) {
  tx_core *core = p->core;
  for (size_t x = book->begin; x < book->begin + book->count; x++) {
    uint32_t j = p->shelf.customer[x];
    tx_pair_load *side = side_of(p, tx_core_load(core, j));
    if (side != NULL) {
      keep(side, there, (tx_pair_item){j, tx_core_value(core, j), core->points[j], SIZE_MAX});
    }
  }
}

/* Those who wait: the most valuable of each class. */
static void collect_coming(tx_pairs *p, const tx_book *book, uint32_t to, bool there) {
  tx_core *core = p->core;
  const tx_shelf *shelf = &p->shelf;
  for (size_t r = 0, x = book->begin; r < book->rows; r++) {
    const tx_book_row *row = &shelf->row[book->row_begin + r];
    size_t end = book->begin + row->end, entry = tx_shelf_entry(shelf, row->offer, to);
    tx_pair_load *side = entry == SIZE_MAX ? NULL : side_of(p, row->load);
    int64_t value = 0;
    for (bool kept = true; side != NULL && x < end; x++) {
      uint32_t j = shelf->customer[x];
      if (!kept && tx_core_value(core, j) != value) {
        break; /* of equal values some may have an exception here */
      }
      value = tx_core_value(core, j);
      if (tx_core_denied(core, j, entry)) {
        continue;
      }
      kept = keep(side, there, (tx_pair_item){j, -value, -tx_core_entry_points(core, j, entry), entry}) && kept;
    }
    x = end;
  }
}

static bool is_exception(const tx_book_exception *list, size_t count, uint32_t customer) {
  for (size_t x = 0; x < count; x++) {
    if (list[x].customer == customer) {
      return true;
    }
  }
  return false;
}

/* Those of a CSM's book who may go to another: the first of each class, and the exceptions. */
static void collect_moving(tx_pairs *p, const tx_book *book, uint32_t to, bool there) {
  tx_core *core = p->core;
  const tx_shelf *shelf = &p->shelf;
  size_t exceptions;
  const tx_book_exception *exception = shelf->exception + tx_shelf_exceptions(shelf, book, to, &exceptions);
  for (size_t r = 0, x = book->begin; r < book->rows; r++) {
    const tx_book_row *row = &shelf->row[book->row_begin + r];
    size_t end = book->begin + row->end, entry = tx_shelf_entry(shelf, row->offer, to);
    bool open = entry != SIZE_MAX && entry < tx_books_open_end(core->books, row->offer);
    tx_pair_load *side = open ? side_of(p, row->load) : NULL;
    int64_t points = entry == SIZE_MAX || core->books->offer_points == NULL ? 0 : core->books->offer_points[entry];
    for (bool more = side != NULL; more && x < end; x++) {
      uint32_t j = shelf->customer[x];
      more = is_exception(exception, exceptions, j) ||
             keep(side, there, (tx_pair_item){j, 0, core->points[j] - points, entry});
    }
    x = end;
  }
  for (size_t x = 0; x < exceptions; x++) {
    uint32_t j = exception[x].customer;
    size_t entry = tx_shelf_entry(shelf, tx_core_offer(core, j), to);
    bool may = entry != SIZE_MAX && !tx_core_denied(core, j, entry);
    tx_pair_load *side = may ? side_of(p, tx_core_load(core, j)) : NULL;
    if (side != NULL) {
      keep(side, there, (tx_pair_item){j, 0, core->points[j] - tx_core_entry_points(core, j, entry), entry});
    }
  }
}

/* Those of list `from` that may go to `to`. */
static void collect(tx_pairs *p, uint32_t from, uint32_t to, bool there) {
  uint32_t none = (uint32_t)p->core->books->csms;
  const tx_book *book = tx_shelf_book(&p->shelf, from);
  p->core->watch->work += book->count + (to == none ? 0 : 4 * book->offers);
  if (to == none) {
    collect_leaving(p, book, there);
  } else if (from == none) {
    collect_coming(p, book, to, there);
  } else {
    collect_moving(p, book, to, there);
  }
}

static bool less(int64_t value_a, int64_t points_a, int64_t value_b, int64_t points_b) {
  return value_a != value_b ? value_a < value_b : points_a < points_b;
}

/* From so many there and back on, one more of each as long as that gains. */
static void take_best(tx_pair_load *side, int there, int back, int64_t value, int64_t points) {
  int n = there - back + TX_PAIR_WIDE;
  for (; there < side->there_count && back < side->back_count; there++, back++) {
    int64_t more = side->there[there].value + side->back[back].value;
    int64_t more_points = side->there[there].points + side->back[back].points;
    if (!less(more, more_points, 0, 0)) {
      break;
    }
    value += more;
    points += more_points;
  }
  if (n >= 0 && n <= 2 * TX_PAIR_WIDE) { /* always: for gcc, which does not see it */
    side->cross[n] = (int8_t)there;
    side->value[n] = value;
    side->points[n] = points;
  }
}

/* For every net number the cheapest mixture of both ways: both are in order of cost, so that once a crossing either way
 * gains nothing more, no further ones do. */
static void count_out(tx_pair_load *side) {
  const tx_pair_item *there = side->there, *back = side->back;
  int64_t value = 0, points = 0;
  memset(side->cross, -1, sizeof side->cross);
  for (int n = 0; n <= side->there_count; n++) {
    take_best(side, n, 0, value, points);
    value += n < side->there_count ? there[n].value : 0;
    points += n < side->there_count ? there[n].points : 0;
  }
  value = points = 0;
  for (int n = 0; n < side->back_count; n++) {
    value += back[n].value;
    points += back[n].points;
    take_best(side, 0, n + 1, value, points);
  }
}

/* Least own cost of the sides from s on, whatever the loads: to cut the search short. */
static void sum_least(tx_pairs *p) {
  p->least_value[p->sides] = p->least_points[p->sides] = 0;
  for (int s = p->sides; s-- > 0;) {
    const tx_pair_load *side = &p->side[s];
    int64_t value = 0, points = 0;
    for (int n = 0; n <= 2 * TX_PAIR_WIDE; n++) {
      if (side->cross[n] >= 0 && less(side->value[n], side->points[n], value, points)) {
        value = side->value[n];
        points = side->points[n];
      }
    }
    p->least_value[s] = p->least_value[s + 1] + value;
    p->least_points[s] = p->least_points[s + 1] + points;
  }
}

/* How much may come to the CSM. */
static int64_t room_of(const tx_core *core, uint32_t csm) {
  if (csm == core->books->csms) {
    return INT64_MAX / 4;
  }
  int64_t has = core->sum[csm * core->dimensions], limit = core->limit[csm * core->dimensions];
  return limit > has ? limit - has : 0;
}

/* What must have crossed before each side, so that those from there on can still come to what fits. */
static void find_range(tx_pairs *p) {
  int64_t low = -room_of(p->core, p->a), high = room_of(p->core, p->b);
  p->lowest[p->sides] = low;
  p->highest[p->sides] = high;
  for (int s = p->sides; s-- > 0;) {
    p->lowest[s] = p->lowest[s + 1] - p->side[s].load * p->side[s].there_count;
    p->highest[s] = p->highest[s + 1] + p->side[s].load * p->side[s].back_count;
  }
}

/* Adds the change of over and imbalance (of the load) when the CSM's load changes. */
static void load_change(const tx_pairs *p, uint32_t csm, int64_t more, tx_cost *change) {
  if (csm < p->core->books->csms && more != 0) {
    tx_cost cost = tx_flow_load_cost(p->core, csm, more);
    tx_cost_add(change, &cost);
  }
}

static void judge(tx_pairs *p, int64_t value, int64_t points, int64_t crossing) {
  tx_cost change = {{value, 0, points, 0}};
  p->core->watch->work += 2;
  load_change(p, p->a, -crossing, &change);
  load_change(p, p->b, crossing, &change);
  if (tx_cost_compare(&change, &p->best) < 0) {
    p->best = change;
    memcpy(p->best_net, p->net, sizeof p->net);
  }
}

/* Whether no completion can gain on the best: own costs alone are already too high. Equal points may still gain in
 * balance. */
static bool hopeless(const tx_pairs *p, int s, int64_t value, int64_t points) {
  value += p->least_value[s];
  points += p->least_points[s];
  if (value != p->best.part[TX_VALUE]) {
    return value > p->best.part[TX_VALUE];
  }
  bool last = p->over || p->core->books->together; /* what comes after points may be worth them */
  return !last && p->best.part[TX_OVER] == 0 && points > p->best.part[TX_POINTS];
}

static void search(tx_pairs *p, int s, int64_t value, int64_t points, int64_t crossing) {
  if (crossing < p->lowest[s] || crossing > p->highest[s] || hopeless(p, s, value, points)) {
    return;
  }
  if (s == p->sides || s == TX_PAIR_LOADS) {
    judge(p, value, points, crossing);
    return;
  }
  const tx_pair_load *side = &p->side[s];
  for (int n = 0; n <= 2 * TX_PAIR_WIDE; n++) {
    if (side->cross[n] >= 0) {
      p->net[s] = n;
      search(p, s + 1, value + side->value[n], points + side->points[n], crossing + (n - TX_PAIR_WIDE) * side->load);
    }
  }
}

static void cross(tx_pairs *p, const tx_pair_item *items, int count, uint32_t to) {
  tx_core *core = p->core;
  for (int x = 0; x < count; x++) {
    bool none = to == core->books->csms;
    tx_core_place(core, items[x].customer, none ? TX_BOOKS_NONE : to,
                  none ? 0 : tx_core_entry_points(core, items[x].customer, items[x].entry));
  }
}

/* The points a customer had where it comes from: what it lost by leaving, and earned by going. */
static void uncross(tx_pairs *p, const tx_pair_item *items, int count, uint32_t to) {
  tx_core *core = p->core;
  for (int x = 0; x < count; x++) {
    uint32_t j = items[x].customer;
    tx_core_place(core, j, to == core->books->csms ? TX_BOOKS_NONE : to, core->points[j] + items[x].points);
  }
}

static bool within(const tx_core *core, uint32_t csm) { return csm == core->books->csms || tx_core_within(core, csm); }

void tx_pairs_cross(tx_pairs *p) {
  for (int s = 0; s < p->sides; s++) {
    const tx_pair_load *side = &p->side[s];
    int there = side->cross[p->best_net[s]], back = there - (p->best_net[s] - TX_PAIR_WIDE);
    cross(p, side->there, there, p->b);
    cross(p, side->back, back, p->a);
  }
}

/* Makes the exchange; takes it back when other limits or measures speak against it. */
static bool exchange(tx_pairs *p) {
  tx_core *core = p->core;
  tx_cost before = core->cost;
  tx_pairs_cross(p);
  if (within(core, p->a) && within(core, p->b) && tx_cost_compare(&core->cost, &before) < 0) {
    p->changed[p->a] = p->changed[p->b] = p->tick;
    return true;
  }
  for (int s = 0; s < p->sides; s++) {
    const tx_pair_load *side = &p->side[s];
    int there = side->cross[p->best_net[s]], back = there - (p->best_net[s] - TX_PAIR_WIDE);
    uncross(p, side->there, there, p->a);
    uncross(p, side->back, back, p->b);
  }
  return false;
}

void tx_pairs_look(tx_pairs *p, uint32_t a, uint32_t b) {
  p->a = a;
  p->b = b;
  p->sides = 0;
  collect(p, a, b, true);
  collect(p, b, a, false);
  for (int s = 0; s < p->sides; s++) {
    count_out(&p->side[s]);
  }
  p->core->watch->work += 40 + (uint64_t)p->sides * 60;
}

bool tx_pairs_improve(tx_pairs *p, uint32_t a, uint32_t b) {
  const tx_core *core = p->core;
  p->best = (tx_cost){{0, 0, 0, 0}};
  tx_pairs_look(p, a, b);
  sum_least(p);
  find_range(p);
  p->over = core->csm_cost[a].part[TX_OVER] > 0 || (b < core->books->csms && core->csm_cost[b].part[TX_OVER] > 0);
  search(p, 0, 0, 0, 0);
  return tx_cost_negative(&p->best) && exchange(p);
}

static bool promising(const tx_pairs *p, uint32_t a, uint32_t b) {
  for (int x = 0; p->promise != NULL && x < TX_PARTS; x++) {
    if (p->promise[a].part[x] + p->promise[b].part[x] >= p->enough.part[x]) {
      return true;
    }
  }
  return p->promise == NULL;
}

/* One round over all pairs: the first neighbour of each CSM, then the second of each, so that a budget that ends
 * early has been spread evenly. */
triax_status tx_pairs_round(tx_pairs *p, uint64_t end, bool *gained) {
  tx_core *core = p->core;
  size_t csms = core->books->csms, widest = 0;
  for (size_t i = 0; i < csms; i++) {
    widest = p->begin[i + 1] - p->begin[i] > widest ? p->begin[i + 1] - p->begin[i] : widest;
  }
  *gained = false;
  for (size_t n = 0; n < widest; n++) {
    for (uint32_t a = 0; a < csms; a++) {
      size_t count = p->begin[a + 1] - p->begin[a];
      if (n >= count) {
        continue;
      }
      uint32_t b = p->neighbour[p->begin[a] + (count - 1 - n)];
      p->tick++;
      bool stale = p->tick <= p->round || p->changed[a] + p->round >= p->tick || p->changed[b] + p->round >= p->tick;
      if (stale && promising(p, a, b) && tx_pairs_improve(p, a, b)) {
        *gained = true;
      }
      triax_status status = tx_watch_work(core->watch, 1);
      if (status != TRIAX_OK || core->watch->work >= end) {
        return status;
      }
    }
  }
  return TRIAX_OK;
}

/* Between whom more than few customers may go: the open part of an offer, or all of it where none is open. */
static size_t shared_end(const tx_books *books, size_t offer) {
  size_t open = tx_books_open_end(books, offer);
  return open > books->offer_begin[offer] ? open : books->offer_begin[offer + 1];
}

/* Fills the CSM's row: the higher CSMs that share an offer with it, then the uncovered. mark: per CSM, last row. */
static size_t list_neighbours(const tx_core *core, const size_t *offers_begin, const uint32_t *offers_of, uint32_t a,
                              uint32_t *mark, uint32_t *out, size_t most) {
  const tx_books *books = core->books;
  size_t count = 0, seen = 0;
  for (size_t o = offers_begin[a]; o < offers_begin[a + 1]; o++) {
    for (size_t e = books->offer_begin[offers_of[o]]; e < shared_end(books, offers_of[o]); e++) {
      uint32_t b = books->offer_csm[e];
      if (b <= a || mark[b] == a + 1) {
        continue;
      }
      mark[b] = a + 1;
      seen++;
      if (out == NULL || count < most) {
        if (out != NULL) {
          out[count] = b;
        }
        count++;
      } else if ((seen * 2654435761u & 255) < 256 * most / seen) {
        out[seen * 40503u % most] = b;
      }
    }
  }
  return count;
}

/* offers_of: for each CSM the offers that it shares with others. */
static void invert_offers(const tx_books *books, size_t *begin, uint32_t *of) {
  for (size_t o = 0; o < books->offers; o++) {
    for (size_t e = books->offer_begin[o]; e < shared_end(books, o); e++) {
      begin[books->offer_csm[e] + 1]++;
    }
  }
  for (size_t i = 0; i < books->csms; i++) {
    begin[i + 1] += begin[i];
  }
  size_t all = begin[books->csms];
  for (size_t o = books->offers; o-- > 0;) {
    for (size_t e = books->offer_begin[o]; e < shared_end(books, o); e++) {
      of[--begin[books->offer_csm[e] + 1]] = (uint32_t)o;
    }
  }
  for (size_t i = 0; i < books->csms; i++) {
    begin[i] = begin[i + 1];
  }
  begin[books->csms] = all;
}

static bool build_neighbours(tx_pairs *p, tx_arena *arena) {
  const tx_core *core = p->core;
  size_t csms = core->books->csms, offers = core->books->offers;
  size_t entries = offers == 0 ? 0 : core->books->offer_begin[offers];
  size_t *offers_begin = tx_arena_calloc(arena, csms + 1, sizeof *offers_begin);
  uint32_t *offers_of = tx_arena_calloc(arena, entries, sizeof *offers_of);
  uint32_t *mark = tx_arena_calloc(arena, csms, sizeof *mark);
  p->begin = tx_arena_calloc(arena, csms + 1, sizeof *p->begin);
  if (offers_begin == NULL || offers_of == NULL || mark == NULL || p->begin == NULL) {
    return false;
  }
  invert_offers(core->books, offers_begin, offers_of);
  size_t most = csms == 0 ? 0 : NEIGHBOURS_MOST / csms + 1;
  for (uint32_t i = 0; i < csms; i++) {
    size_t count = list_neighbours(core, offers_begin, offers_of, i, mark, NULL, 0);
    p->begin[i + 1] = p->begin[i] + (count < most ? count : most) + 1;
    if (tx_watch_work(core->watch, 2 * (count + 1)) != TRIAX_OK) {
      return false;
    }
  }
  p->neighbour = tx_arena_calloc(arena, p->begin[csms], sizeof *p->neighbour);
  memset(mark, 0, csms * sizeof *mark);
  for (uint32_t i = 0; p->neighbour != NULL && i < csms; i++) {
    list_neighbours(core, offers_begin, offers_of, i, mark, p->neighbour + p->begin[i], most);
    p->neighbour[p->begin[i + 1] - 1] = (uint32_t)csms;
  }
  p->round = p->begin[csms];
  return p->neighbour != NULL;
}

triax_status tx_pairs_init(tx_pairs *p, tx_core *core) {
  size_t csms = core->books->csms;
  *p = (tx_pairs){.core = core};
  tx_arena_init(&p->arena, core->watch->context);
  p->changed = tx_arena_calloc(&p->arena, csms + 1, sizeof *p->changed);
  if (p->changed == NULL || !tx_shelf_init(&p->shelf, core, &p->arena) || !build_neighbours(p, &p->arena)) {
    tx_pairs_free(p);
    return core->watch->status != TRIAX_OK ? core->watch->status : tx_no_memory(core->watch->error);
  }
  return TRIAX_OK;
}

void tx_pairs_free(tx_pairs *p) { tx_arena_free(&p->arena); }

triax_status tx_pairs_sweep(tx_pairs *p, uint64_t budget) {
  uint64_t end = tx_watch_end(p->core->watch, budget);
  triax_status status = TRIAX_OK;
  for (bool gained = true; status == TRIAX_OK && gained && p->core->watch->work < end;) {
    status = tx_pairs_round(p, end, &gained);
  }
  return status;
}

void tx_pairs_rest(tx_pairs *p) {
  p->tick = 2 * p->round + 1;
  memset(p->changed, 0, (p->core->books->csms + 1) * sizeof *p->changed);
}

void tx_pairs_touch(tx_pairs *p, uint32_t csm) { p->changed[csm] = p->tick; }
