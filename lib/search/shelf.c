#include "search/shelf.h"

#include <string.h>

#include "base/sort.h"

/* Places of CSMs in offers are looked up in a table of so many at most. */
#define TABLE_MOST 4000000
/* Rows of more customers than so are sorted by merging. */
#define SHORT 12
/* Room for further ones, beside an eighth: of customers, rows and exceptions. */
#define SPARE 6

static size_t exceptions_of(const tx_core *core, uint32_t j) {
  return tx_core_exceptions(core, j) - (tx_core_owner(core, j) == TX_BOOKS_NONE);
}

static bool fill_table(tx_shelf *s, tx_arena *arena) {
  const tx_books *books = s->core->books;
  if (books->csms == 0 || books->offers > TABLE_MOST / books->csms) {
    return true;
  }
  s->entry_of = tx_arena_calloc(arena, books->offers * books->csms, sizeof *s->entry_of);
  for (size_t o = 0; s->entry_of != NULL && o < books->offers; o++) {
    for (size_t e = books->offer_begin[o]; e < books->offer_begin[o + 1]; e++) {
      s->entry_of[o * books->csms + books->offer_csm[e]] = (uint32_t)(e - books->offer_begin[o] + 1);
    }
  }
  return s->entry_of != NULL;
}

bool tx_shelf_init(tx_shelf *s, const tx_core *core, tx_arena *arena) {
  const tx_books *books = core->books;
  size_t n = books->customers, csms = books->csms;
  *s = (tx_shelf){.core = core, .room = n + n / 4 + 2 * SPARE * (csms + 1)};
  for (uint32_t j = 0; j < n; j++) {
    s->exception_room += exceptions_of(core, j);
  }
  s->exception_room += s->exception_room / 4 + 2 * SPARE * (csms + 1);
  s->book = tx_arena_calloc(arena, csms + 1, sizeof *s->book);
  s->customer = tx_arena_alloc(arena, s->room * sizeof *s->customer);
  s->row = tx_arena_alloc(arena, s->room * sizeof *s->row);
  s->exception = tx_arena_alloc(arena, (s->exception_room + 1) * sizeof *s->exception);
  s->row_of = tx_arena_calloc(arena, books->classes, sizeof *s->row_of);
  s->row_of_book = tx_arena_alloc(arena, (n + 1) * sizeof *s->row_of_book);
  s->spare = tx_arena_alloc(arena, (n + 1) * sizeof *s->spare);
  s->row_token = tx_arena_calloc(arena, books->classes, sizeof *s->row_token);
  for (size_t i = 0; s->book != NULL && i <= csms; i++) {
    s->book[i].version = UINT64_MAX;
  }
  return s->book != NULL && s->customer != NULL && s->row != NULL && s->exception != NULL && s->row_of != NULL &&
         s->row_of_book != NULL && s->spare != NULL && s->row_token != NULL && fill_table(s, arena);
}

/* Who loses least by going, first: those who are covered lose points, those who wait bring value. */
static bool leaves_before(const void *user, uint32_t a, uint32_t b) {
  const tx_core *core = user;
  return core->points[a] != core->points[b] ? core->points[a] < core->points[b] : a < b;
}
static bool comes_before(const void *user, uint32_t a, uint32_t b) {
  const tx_core *core = user;
  int64_t value_a = tx_core_value(core, a), value_b = tx_core_value(core, b);
  return value_a != value_b ? value_a > value_b : a < b;
}

static void sort_row(tx_shelf *s, uint32_t *list, size_t count, tx_less_fn before) {
  if (count > SHORT) {
    tx_sort(list, s->spare, count, before, s->core);
    return;
  }
  for (size_t x = 1; x < count; x++) {
    uint32_t item = list[x];
    size_t at = x;
    for (; at > 0 && before(s->core, item, list[at - 1]); at--) {
      list[at] = list[at - 1];
    }
    list[at] = item;
  }
}

/* The rows, each with the number of its customers as its end; what customer is in which row is noted. */
static void find_rows(tx_shelf *s, tx_book *book, uint32_t list) {
  const tx_core *core = s->core;
  s->token++;
  for (uint32_t j = core->first[list]; j != TX_BOOKS_NONE; j = core->next[j]) {
    uint32_t k = core->books->customer_class[j];
    if (s->row_token[k] != s->token) {
      s->row_token[k] = s->token;
      s->row_of[k] = (uint32_t)book->rows;
      s->row[book->row_begin + book->rows++] = (tx_book_row){k, 0, core->books->class_offer[k], core->books->class_load[k]};
      const tx_book_row *row = &s->row[book->row_begin + book->rows - 1];
      book->offers += book->rows == 1 || row[-1].offer != row->offer;
    }
    s->row_of_book[book->count++] = s->row_of[k];
    s->row[book->row_begin + s->row_of[k]].end++;
  }
}

static void fill_rows(tx_shelf *s, const tx_book *book, uint32_t list) {
  const tx_core *core = s->core;
  tx_book_row *row = s->row + book->row_begin;
  uint32_t *customer = s->customer + book->begin;
  uint32_t start = 0;
  size_t at = 0;
  for (size_t r = 0; r < book->rows; r++) {
    uint32_t count = row[r].end;
    row[r].end = start;
    start += count;
  }
  for (uint32_t j = core->first[list]; j != TX_BOOKS_NONE; j = core->next[j]) {
    customer[row[s->row_of_book[at++]].end++] = j;
  }
  tx_less_fn before = list == core->books->csms ? comes_before : leaves_before;
  for (size_t r = 0, begin = 0; r < book->rows; begin = row[r++].end) {
    sort_row(s, customer + begin, row[r].end - begin, before);
  }
}

static bool exception_before(const tx_book_exception *x, const tx_book_exception *y) {
  return x->csm != y->csm ? x->csm < y->csm : x->customer < y->customer;
}

/* Shell's sort: in place, and books of a few dozen are sorted by its last steps alone. */
static void sort_exceptions(tx_book_exception *list, size_t count) {
  size_t gap = 1;
  while (gap < count / 3) {
    gap = 3 * gap + 1;
  }
  for (; gap > 0; gap /= 3) {
    for (size_t x = gap; x < count; x++) {
      tx_book_exception one = list[x];
      size_t at = x;
      for (; at >= gap && exception_before(&one, &list[at - gap]); at -= gap) {
        list[at] = list[at - gap];
      }
      list[at] = one;
    }
  }
}

static void add_one(tx_shelf *s, tx_book *book, uint32_t list, uint32_t csm, uint32_t customer) {
  if (csm != TX_BOOKS_NONE && csm != list) {
    s->exception[book->exception_begin + book->exceptions++] = (tx_book_exception){csm, customer};
    book->filter[csm / 64 % 4] |= UINT64_C(1) << csm % 64;
  }
}

/* Where the customer earns other points than its class, is struck off or let in. */
static void add_exceptions(tx_shelf *s, tx_book *book, uint32_t list, uint32_t j) {
  int64_t points;
  for (size_t n = 0; n < tx_core_exceptions(s->core, j); n++) {
    add_one(s, book, list, tx_core_exception(s->core, j, n, &points), j);
  }
}

static void find_exceptions(tx_shelf *s, tx_book *book, uint32_t list) {
  const tx_core *core = s->core;
  for (uint32_t j = core->first[list]; j != TX_BOOKS_NONE; j = core->next[j]) {
    add_exceptions(s, book, list, j);
  }
  sort_exceptions(s->exception + book->exception_begin, book->exceptions);
}

/* Where there is no room at the end, all books are to be made again from the start: all of them have room. */
static void open_book(tx_shelf *s, uint32_t list) {
  const tx_core *core = s->core;
  size_t customers = 0, exceptions = 0;
  for (uint32_t j = core->first[list]; j != TX_BOOKS_NONE; j = core->next[j]) {
    customers++;
    exceptions += list < core->books->csms ? exceptions_of(core, j) : 0;
  }
  customers += customers / 8 + SPARE;
  exceptions += exceptions / 8 + SPARE;
  bool room = customers <= s->room - s->used && customers <= s->room - s->rows_used &&
              exceptions <= s->exception_room - s->exceptions_used;
  for (size_t i = 0; !room && i <= core->books->csms; i++) {
    s->book[i].version = UINT64_MAX;
  }
  s->used = room ? s->used : 0;
  s->rows_used = room ? s->rows_used : 0;
  s->exceptions_used = room ? s->exceptions_used : 0;
  s->book[list] = (tx_book){.begin = s->used, .row_begin = s->rows_used, .exception_begin = s->exceptions_used};
  s->book[list].room = customers;
  s->book[list].exception_room = exceptions;
}

static void make_book(tx_shelf *s, uint32_t list) {
  tx_book *book = &s->book[list];
  open_book(s, list);
  find_rows(s, book, list);
  fill_rows(s, book, list);
  if (list < s->core->books->csms) {
    find_exceptions(s, book, list);
  }
  book->row_room = book->rows + SPARE < book->room ? book->rows + SPARE : book->room;
  s->used += book->room;
  s->rows_used += book->row_room;
  s->exceptions_used += book->exception_room;
}

/* Where in the row the customer is, or SIZE_MAX. Those who wait do so in an order that does not change. */
static size_t find_in_row(const tx_shelf *s, const tx_book_row *row, size_t r, const uint32_t *list, uint32_t customer,
                          bool waiting) {
  size_t low = r == 0 ? 0 : row[r - 1].end, end = row[r].end, high = end;
  while (waiting && low < high) {
    size_t middle = low + (high - low) / 2;
    if (comes_before(s->core, list[middle], customer)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  while (!waiting && low < end && list[low] != customer) {
    low++;
  }
  return low < end && list[low] == customer ? low : SIZE_MAX;
}

/* Into its row at its place. */
static void insert(tx_shelf *s, tx_book *book, size_t r, uint32_t customer, tx_less_fn before) {
  uint32_t *list = s->customer + book->begin;
  tx_book_row *row = s->row + book->row_begin;
  size_t at = row[r].end, begin = r == 0 ? 0 : row[r - 1].end;
  memmove(list + at + 1, list + at, (book->count - at) * sizeof *list);
  for (; at > begin && before(s->core, customer, list[at - 1]); at--) {
    list[at] = list[at - 1];
  }
  list[at] = customer;
  book->count++;
  for (; r < book->rows; r++) {
    row[r].end++;
  }
}

static void take_out(tx_shelf *s, tx_book *book, size_t r, size_t at) {
  uint32_t *list = s->customer + book->begin;
  memmove(list + at, list + at + 1, (book->count - at - 1) * sizeof *list);
  book->count--;
  for (; r < book->rows; r++) {
    s->row[book->row_begin + r].end--;
  }
}

static void insert_exceptions(tx_shelf *s, tx_book *book, uint32_t list, uint32_t customer) {
  tx_book_exception *all = s->exception + book->exception_begin;
  size_t before = book->exceptions;
  add_exceptions(s, book, list, customer);
  for (size_t x = before; x < book->exceptions; x++) {
    tx_book_exception one = all[x];
    size_t at = x;
    for (; at > 0 && exception_before(&one, &all[at - 1]); at--) {
      all[at] = all[at - 1];
    }
    all[at] = one;
  }
}

static void take_exceptions(tx_shelf *s, tx_book *book, uint32_t customer) {
  tx_book_exception *all = s->exception + book->exception_begin;
  size_t kept = 0;
  for (size_t x = 0; x < book->exceptions; x++) {
    if (all[x].customer != customer) {
      all[kept++] = all[x];
    }
  }
  book->exceptions = kept;
}

static size_t row_of_class(tx_shelf *s, tx_book *book, uint32_t k) {
  const tx_books *books = s->core->books;
  tx_book_row *row = s->row + book->row_begin;
  size_t r = 0;
  while (r < book->rows && row[r].class_index != k) {
    r++;
  }
  if (r == book->rows && r < book->row_room) {
    row[book->rows++] = (tx_book_row){k, (uint32_t)book->count, books->class_offer[k], books->class_load[k]};
  }
  return r < book->rows ? r : SIZE_MAX;
}

/* Brings the book up to date with whether the customer is in it, if `coming`, or no longer; false: there is no room. */
static bool update(tx_shelf *s, tx_book *book, uint32_t list, uint32_t customer, bool coming) {
  const tx_core *core = s->core;
  bool waiting = list == core->books->csms, is = core->at[customer] == (waiting ? TX_BOOKS_NONE : list);
  size_t r = row_of_class(s, book, core->books->customer_class[customer]);
  size_t exceptions = waiting ? 0 : exceptions_of(core, customer);
  if (r == SIZE_MAX) {
    return false;
  }
  size_t at = find_in_row(s, s->row + book->row_begin, r, s->customer + book->begin, customer, waiting);
  if (is != coming || is == (at != SIZE_MAX)) {
    return true;
  }
  if (!is) {
    take_out(s, book, r, at);
    if (exceptions > 0) take_exceptions(s, book, customer);
    return true;
  }
  if (book->count == book->room || exceptions > book->exception_room - book->exceptions) {
    return false;
  }
  insert(s, book, r, customer, waiting ? comes_before : leaves_before);
  if (exceptions > 0) {
    insert_exceptions(s, book, list, customer);
  }
  return true;
}

/* Those who came or went since it was made are few, mostly. Who went does so first: what it earns elsewhere is not to
 * be compared here. */
static bool catch_up(tx_shelf *s, uint32_t list) {
  tx_book *book = &s->book[list];
  uint64_t now = s->core->version[list];
  bool can = book->version != UINT64_MAX && now - book->version <= tx_core_remembered(s->core, list);
  for (int coming = 0; can && coming < 2; coming++) {
    for (uint64_t version = book->version; can && version < now; version++) {
      can = update(s, book, list, *tx_core_latest(s->core, list, version), coming);
    }
  }
  return can;
}

const tx_book *tx_shelf_book(tx_shelf *s, uint32_t list) {
  if (s->book[list].version != s->core->version[list]) {
    if (!catch_up(s, list)) {
      make_book(s, list);
    }
    s->book[list].version = s->core->version[list];
  }
  return &s->book[list];
}

size_t tx_shelf_exceptions(const tx_shelf *s, const tx_book *book, uint32_t csm, size_t *count) {
  const tx_book_exception *list = s->exception + book->exception_begin;
  size_t low = 0, high = book->exceptions;
  *count = 0;
  if ((book->filter[csm / 64 % 4] >> csm % 64 & 1) == 0) {
    return 0;
  }
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (list[middle].csm < csm) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (*count = 0; low + *count < book->exceptions && list[low + *count].csm == csm; ++*count) {
  }
  return book->exception_begin + low;
}
