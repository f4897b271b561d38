#include "search/arcs.h"

/* Arcs that are remembered at most. */
#define MOST 1000000

bool tx_arcs_init(tx_arcs *a, tx_shelf *shelf, tx_arena *arena) {
  size_t csms = shelf->core->books->csms;
  *a = (tx_arcs){.shelf = shelf, .load = -1};
  a->version = tx_arena_alloc(arena, (csms + 1) * sizeof *a->version);
  bool few = csms > 0 && csms <= MOST / csms;
  a->arc = few ? tx_arena_alloc(arena, csms * csms * sizeof *a->arc) : NULL;
  return a->version != NULL && (!few || a->arc != NULL);
}

void tx_arcs_set_load(tx_arcs *a, int64_t load) {
  a->load = load;
  for (size_t i = 0; i < a->shelf->core->books->csms; i++) {
    a->version[i] = UINT64_MAX;
  }
}

static void take(tx_arc *arc, int64_t loss, uint32_t who) {
  if (arc->who == TX_BOOKS_NONE || loss < arc->loss) {
    *arc = (tx_arc){loss, who};
  }
}

/* An exception's own loss; *arc is none's where it is struck off, or not let in. */
static void take_exception(const tx_core *core, uint32_t customer, uint32_t to, tx_arc *arc) {
  size_t entry = tx_core_entry(core, customer, to);
  if (entry != SIZE_MAX) {
    take(arc, core->points[customer] - tx_core_entry_points(core, customer, entry), customer);
  }
}

static bool listed(const tx_book_exception *list, size_t count, uint32_t customer) {
  for (size_t x = 0; x < count; x++) {
    if (list[x].customer == customer) {
      return true;
    }
  }
  return false;
}

/* One arc alone: the first of each class who is no exception there, and the exceptions. */
static tx_arc find_one(const tx_arcs *a, const tx_book *book, uint32_t to) {
  const tx_shelf *shelf = a->shelf;
  const tx_core *core = shelf->core;
  const int64_t *points = core->books->offer_points;
  tx_arc arc = {0, TX_BOOKS_NONE};
  size_t count;
  const tx_book_exception *exception = shelf->exception + tx_shelf_exceptions(shelf, book, to, &count);
  for (size_t r = 0, x = book->begin; r < book->rows; r++) {
    const tx_book_row *row = &shelf->row[book->row_begin + r];
    size_t stop = book->begin + row->end,
           entry = row->load == a->load ? tx_shelf_entry(shelf, row->offer, to) : SIZE_MAX;
    bool open = entry != SIZE_MAX && entry < tx_books_open_end(core->books, row->offer);
    while (open && x < stop && listed(exception, count, shelf->customer[x])) {
      x++;
    }
    if (open && x < stop) {
      uint32_t j = shelf->customer[x];
      take(&arc, core->points[j] - (points == NULL ? 0 : points[entry]), j);
    }
    x = stop;
  }
  for (size_t x = 0; x < count; x++) {
    if (tx_core_load(core, exception[x].customer) == a->load) {
      take_exception(core, exception[x].customer, to, &arc);
    }
  }
  return arc;
}

/* All arcs of a CSM: each class's first to all on its open offer, then the exceptions where they are. `arc` is its own to
 * the first CSM; to the next it is one row further. */
static void find_all(tx_arcs *a, const tx_book *book, tx_arc *arc) {
  const tx_shelf *shelf = a->shelf;
  const tx_core *core = shelf->core;
  const tx_books *books = core->books;
  size_t wide = books->csms;
  for (size_t i = 0; i < wide; i++) {
    arc[i * wide].who = TX_BOOKS_NONE;
  }
  for (size_t r = 0, x = book->begin; r < book->rows; r++) {
    const tx_book_row *row = &shelf->row[book->row_begin + r];
    size_t stop = book->begin + row->end, end = tx_books_open_end(books, row->offer);
    uint32_t first = x < stop && row->load == a->load ? shelf->customer[x] : TX_BOOKS_NONE;
    for (size_t e = books->offer_begin[row->offer]; first != TX_BOOKS_NONE && e < end; e++) {
      int64_t points = books->offer_points == NULL ? 0 : books->offer_points[e];
      take(&arc[books->offer_csm[e] * wide], core->points[first] - points, first);
    }
    core->watch->work += first == TX_BOOKS_NONE ? 1 : (end - books->offer_begin[row->offer]) / 2;
    x = stop;
  }
  for (size_t x = book->exception_begin; x < book->exception_begin + book->exceptions; x++) {
    uint32_t customer = shelf->exception[x].customer, to = shelf->exception[x].csm;
    if (tx_core_load(core, customer) != a->load) {
      continue;
    }
    if (arc[to * wide].who == customer) {
      arc[to * wide] = find_one(a, book, to); /* it was taken for one like the others of its class */
    } else {
      take_exception(core, customer, to, &arc[to * wide]);
    }
  }
}

const tx_arc *tx_arcs_find(tx_arcs *a, uint32_t from, uint32_t to) {
  const tx_core *core = a->shelf->core;
  if (a->arc == NULL) {
    core->watch->work += 10;
    a->one = find_one(a, tx_shelf_book(a->shelf, from), to);
    return &a->one;
  }
  if (a->version[from] != core->version[from]) {
    find_all(a, tx_shelf_book(a->shelf, from), a->arc + from);
    a->version[from] = core->version[from];
  }
  return a->arc + to * core->books->csms + from;
}
