/* The shelf of books that exchanges look into, and the arcs of chains that are found on it, kept up to date while
 * customers come and go, against the core itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "search/arcs.h"

enum { CSMS = 70, N = 400, CLASSES = 9, OFFERS = 3, STRUCK = 2 };

static uint64_t state = 88172645463325252u;
static uint32_t below(uint32_t limit) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state % limit);
}

/* Everybody may own everybody but for two CSMs each, for whom an owner or a denied one is told. */
typedef struct problem {
  tx_books books;
  int64_t capacity[CSMS], class_load[CLASSES], points[OFFERS * CSMS], value[N], owner_points[N];
  size_t offer_begin[OFFERS + 1], offer_open[OFFERS], turned_begin[N + 1];
  uint32_t offer_csm[OFFERS * CSMS], class_offer[CLASSES], customer_class[N], owner[N], turned_csm[STRUCK * N];
} problem;

static void strike(problem *p, uint32_t j) {
  uint32_t low = below(CSMS - 1), high = low + 1 + below(CSMS - low - 1), *to = p->turned_csm + p->turned_begin[j];
  size_t count = 0;
  if (low != p->owner[j]) to[count++] = low;
  if (high != p->owner[j]) to[count++] = high;
  p->turned_begin[j + 1] = p->turned_begin[j] + count;
}

static void make(problem *p, uint32_t values) {
  memset(p, 0, sizeof *p);
  for (uint32_t e = 0; e < OFFERS * CSMS; e++) {
    p->offer_csm[e] = e % CSMS;
    p->points[e] = below(4);
  }
  for (size_t o = 0; o <= OFFERS; o++) p->offer_begin[o] = o * CSMS;
  /* One offer is closed to most of those who have it but for who is let in. */
  for (size_t o = 0; o < OFFERS; o++) p->offer_open[o] = p->offer_begin[o + 1] - (o == 1 ? CSMS / 3 : 0);
  for (uint32_t k = 0; k < CLASSES; k++) {
    p->class_load[k] = 1 + below(6);
    p->class_offer[k] = k % OFFERS;
  }
  for (size_t i = 0; i < CSMS; i++) p->capacity[i] = 1000000;
  for (uint32_t j = 0; j < N; j++) {
    p->customer_class[j] = below(CLASSES);
    p->value[j] = below(values);
    p->owner[j] = below(3) == 0 ? TX_BOOKS_NONE : below(CSMS);
    p->owner_points[j] = 3;
    strike(p, j);
  }
  p->books = (tx_books){.csms = CSMS,
                        .capacity = p->capacity,
                        .offers = OFFERS,
                        .offer_begin = p->offer_begin,
                        .offer_open = p->offer_open,
                        .offer_csm = p->offer_csm,
                        .offer_points = p->points,
                        .classes = CLASSES,
                        .class_load = p->class_load,
                        .class_offer = p->class_offer,
                        .customers = N,
                        .customer_class = p->customer_class,
                        .value = p->value,
                        .owner = p->owner,
                        .owner_points = p->owner_points,
                        .turned_begin = p->turned_begin,
                        .turned_csm = p->turned_csm};
}

/* Who loses least by going comes first, of those who wait who brings most. */
static bool in_order(const tx_core *core, bool waiting, uint32_t a, uint32_t b) {
  const int64_t *value = core->books->value, *points = core->points;
  if (waiting) return value[a] > value[b] || (value[a] == value[b] && a < b);
  return points[a] < points[b] || (points[a] == points[b] && a < b);
}

static void check_rows(const tx_shelf *shelf, const tx_book *book, uint32_t list) {
  const tx_core *core = shelf->core;
  const uint32_t *customer = shelf->customer + book->begin;
  bool seen[N] = {false}, class_seen[CLASSES] = {false};
  size_t members = 0, at = 0;
  for (uint32_t j = 0; j < N; j++) members += core->at[j] == (list == CSMS ? TX_BOOKS_NONE : list);
  assert_int_equal(book->count, members);
  for (size_t r = 0; r < book->rows; r++) {
    const tx_book_row *row = &shelf->row[book->row_begin + r];
    assert_false(class_seen[row->class_index]);
    class_seen[row->class_index] = true;
    assert_int_equal(row->offer, core->books->class_offer[row->class_index]);
    assert_int_equal(row->load, core->books->class_load[row->class_index]);
    for (size_t begin = at; at < row->end; at++) {
      uint32_t j = customer[at];
      assert_int_equal(core->books->customer_class[j], row->class_index);
      assert_int_equal(core->at[j], list == CSMS ? TX_BOOKS_NONE : list);
      assert_false(seen[j]);
      seen[j] = true;
      assert_true(at == begin || in_order(core, list == CSMS, customer[at - 1], j));
    }
  }
  assert_int_equal(at, members);
}

static bool is_exception(const tx_books *books, uint32_t j, uint32_t csm) {
  bool is = books->owner[j] == csm;
  for (size_t x = books->turned_begin[j]; x < books->turned_begin[j + 1]; x++) is = is || books->turned_csm[x] == csm;
  return is;
}

static void check_exceptions(const tx_shelf *shelf, const tx_book *book, uint32_t list) {
  for (uint32_t csm = 0; csm < CSMS; csm++) {
    size_t count, at = tx_shelf_exceptions(shelf, book, csm, &count), end = at + count;
    for (uint32_t j = 0; j < N && csm != list; j++) {
      if (shelf->core->at[j] != list || !is_exception(shelf->core->books, j, csm)) continue;
      assert_true(at < end);
      assert_int_equal(shelf->exception[at].csm, csm);
      assert_int_equal(shelf->exception[at++].customer, j);
    }
    assert_int_equal(at, end);
  }
}

static void check(tx_shelf *shelf, uint32_t list) {
  const tx_book *book = tx_shelf_book(shelf, list);
  check_rows(shelf, book, list);
  if (list < CSMS) check_exceptions(shelf, book, list);
}

/* Who of the load goes from one to another at least loss, by asking everybody. */
static void check_arc(tx_arcs *arcs, uint32_t from, uint32_t to) {
  const tx_core *core = arcs->shelf->core;
  const tx_arc *arc = tx_arcs_find(arcs, from, to);
  int64_t least = INT64_MAX;
  for (uint32_t j = 0; j < N; j++) {
    size_t entry = core->at[j] == from && tx_core_load(core, j) == arcs->load ? tx_core_entry(core, j, to) : SIZE_MAX;
    int64_t loss = entry == SIZE_MAX ? INT64_MAX : core->points[j] - tx_core_entry_points(core, j, entry);
    least = loss < least ? loss : least;
  }
  assert_true((arc->who == TX_BOOKS_NONE) == (least == INT64_MAX));
  if (arc->who != TX_BOOKS_NONE) {
    size_t entry = tx_core_entry(core, arc->who, to);
    assert_int_equal(core->at[arc->who], from);
    assert_int_equal(tx_core_load(core, arc->who), arcs->load);
    assert_true(entry != SIZE_MAX);
    assert_true(arc->loss == least);
    assert_true(core->points[arc->who] - tx_core_entry_points(core, arc->who, entry) == least);
  }
}

static void check_arcs(tx_arcs *arcs, uint32_t csms) {
  for (int x = 0; x < 40; x++) {
    uint32_t from = below(csms), to = below(CSMS);
    if (from != to) check_arc(arcs, from, to);
  }
}

/* Mostly to a few CSMs, so that books grow beyond their room, and shrink to nothing. */
static void move_some(tx_core *core, uint32_t how_many, uint32_t csms) {
  for (uint32_t x = 0; x < how_many; x++) {
    uint32_t j = below(N), csm = below(4) == 0 ? TX_BOOKS_NONE : below(csms);
    size_t entry = csm == TX_BOOKS_NONE ? SIZE_MAX : tx_core_entry(core, j, csm);
    if (csm == core->at[j] || (csm != TX_BOOKS_NONE && entry == SIZE_MAX)) continue;
    tx_core_place(core, j, csm, entry == SIZE_MAX ? 0 : tx_core_entry_points(core, j, entry));
  }
}

/* Few values make many ties. From one move between looks to more than a list remembers. */
static void books_are_as_the_core_has_them(void **test_state) {
  (void)test_state;
  static problem p;
  triax_context *context = NULL;
  assert_int_equal(triax_context_new(NULL, &context, NULL), TRIAX_OK);
  for (uint32_t round = 0; round < 6; round++) {
    tx_core core;
    tx_shelf shelf;
    tx_arcs arcs;
    tx_arena arena;
    atomic_bool canceled;
    atomic_init(&canceled, false);
    tx_watch watch = {.context = context, .canceled = &canceled, .stop = UINT64_MAX};
    make(&p, round % 2 ? 3 : 1000000);
    assert_int_equal(tx_core_init(&core, &p.books, NULL, &watch), TRIAX_OK);
    tx_arena_init(&arena, context);
    assert_true(tx_shelf_init(&shelf, &core, &arena));
    assert_true(tx_arcs_init(&arcs, &shelf, &arena));
    for (uint32_t look = 0; look < 300; look++) {
      move_some(&core, look % 50 == 0 ? 300 : 1 + below(12), look < 150 ? 3 + round : CSMS);
      check(&shelf, CSMS);
      if (look % 20 == 0) tx_arcs_set_load(&arcs, 1 + below(6));
      /* Found together, and one by one as where they are too many. */
      tx_arc *all = arcs.arc;
      check_arcs(&arcs, look < 150 ? 3 + round : CSMS);
      arcs.arc = NULL;
      check_arcs(&arcs, look < 150 ? 3 + round : CSMS);
      arcs.arc = all;
      for (int x = 0; x < 5; x++) check(&shelf, below(look < 150 ? 3 + round : CSMS));
    }
    tx_arena_free(&arena);
    tx_core_free(&core);
  }
  triax_context_unref(context);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(books_are_as_the_core_has_them)};
  return cmocka_run_group_tests_name("books_shelf", tests, NULL, NULL);
}
