/* Each agent's knapsack as tables over its room, forwards and backwards: one pass tells what the agent's best set is
 * worth, and what it loses by having to take, or to leave, any single item.
 *
 * A row is about the items before it. Of its cells only those count in between all of them taken and all later ones
 * taken: above, nothing is gained by more room; below, room would be left. */
#include <string.h>

#include "assignment/close.h"

static double larger(double a, double b) { return a > b ? a : b; }
static size_t lesser(size_t a, size_t b) { return a < b ? a : b; }
static size_t less(size_t a, size_t b) { return a > b ? a - b : 0; }
static size_t within(size_t x, size_t low, size_t high) { return x < low ? low : x > high ? high : x; }

/* The largest a[w] + b[w]; none is below 0. */
static double best_sum(const double *a, const double *b, size_t count) {
  double best[4] = {0, 0, 0, 0};
  size_t w = 0;
  for (; w + 4 <= count; w += 4) {
    for (size_t x = 0; x < 4; x++) {
      best[x] = larger(a[w + x] + b[w + x], best[x]);
    }
  }
  for (; w < count; w++) {
    best[0] = larger(a[w] + b[w], best[0]);
  }
  return larger(larger(best[0], best[1]), larger(best[2], best[3]));
}

static void add(const double *restrict without, const double *restrict with, double profit, double *restrict to,
                size_t count) {
  size_t w = 0;
  for (; w + 8 <= count; w += 8) {
    for (size_t x = 0; x < 8; x++) {
      to[w + x] = larger(with[w + x] + profit, without[w + x]);
    }
  }
  for (; w < count; w++) {
    to[w] = larger(with[w] + profit, without[w]);
  }
}

static void fill(double *to, double value, size_t count) {
  for (size_t w = 0; w < count; w++) {
    to[w] = value;
  }
}

/* The pairs that would bring a profit, their load, and the largest load of the others. */
static size_t list_rows(tx_closing *c, size_t i, size_t *total, size_t *largest) {
  size_t rows = 0;
  *total = *largest = 0;
  for (uint32_t x = 0; x < c->alive[i]; x++) {
    uint32_t p = c->list[i][x];
    tx_close_pair *pair = &c->pair[p];
    pair->wanted = false;
    if (c->price[pair->item] > pair->cost) {
      c->row[rows++].pair = p;
      *total += pair->load;
    } else {
      *largest = pair->load > *largest ? pair->load : *largest;
    }
  }
  return rows;
}

/* Fills the rows; the value of the best set. */
static double go_forward(tx_closing *c, size_t rows, size_t room, size_t total, size_t largest) {
  size_t before = 0, end = 1;
  tx_close_row *row = c->row;
  row[0].low = row[0].high = 0;
  row[0].cell = c->forward;
  row[0].cell[0] = 0;
  for (size_t r = 0; r < rows; r++) {
    const tx_close_pair *pair = &c->pair[row[r].pair];
    tx_close_row *next = &row[r + 1];
    before += pair->load;
    next->high = lesser(room, before);
    next->low = lesser(less(room, total - before + largest), next->high);
    size_t last = row[r].high - row[r].low, padded = next->high - row[r].low + 1;
    next->cell = row[r].cell + padded;
    end += padded + (next->high - next->low);
    if (end + room > c->cells) {
      c->cut = true;
      return 0;
    }
    fill(row[r].cell + last + 1, row[r].cell[last], padded - last - 1);
    size_t first = pair->load > next->low ? pair->load : next->low, low = next->low - row[r].low;
    memcpy(next->cell, row[r].cell + low, (first - next->low) * sizeof *next->cell);
    add(row[r].cell + (first - row[r].low), row[r].cell + (first - pair->load - row[r].low),
        c->price[pair->item] - pair->cost, next->cell + (first - next->low), next->high - first + 1);
    c->spent += padded / 2 + 8;
  }
  return row[rows].cell[row[rows].high - row[rows].low];
}

static void mark_wanted(tx_closing *c, size_t rows) {
  size_t w = c->row[rows].high;
  for (size_t r = rows; r-- > 0;) {
    const tx_close_row *row = &c->row[r], *next = row + 1;
    tx_close_pair *pair = &c->pair[row->pair];
    pair->wanted = next->cell[w - next->low] > row->cell[w - row->low];
    w = lesser(w - (pair->wanted ? pair->load : 0), row->high);
  }
}

/* What the pairs without a row lose their agent. */
static void value_others(tx_closing *c, size_t i, size_t rows, size_t room) {
  const tx_close_row *last = &c->row[rows];
  for (uint32_t x = 0; x < c->alive[i]; x++) {
    tx_close_pair *pair = &c->pair[c->list[i][x]];
    double profit = c->price[pair->item] - pair->cost;
    if (profit <= 0) {
      pair->in = c->value[i] - profit - last->cell[lesser(room - pair->load, last->high) - last->low];
      pair->out = 0;
    }
  }
}

/* What the pairs with a row lose their agent. Backwards, cell w is what later items bring when w is taken up. */
static void go_backward(tx_closing *c, size_t i, size_t rows, size_t room) {
  double *back = c->backward, *next = c->backward + room + 1, value = c->value[i];
  size_t later = 0;
  memset(back, 0, (room + 1) * sizeof *back);
  for (size_t r = rows; r-- > 0;) {
    const tx_close_row *row = &c->row[r];
    tx_close_pair *pair = &c->pair[row->pair];
    double profit = c->price[pair->item] - pair->cost;
    size_t load = pair->load, top = lesser(row->high, room - load);
    pair->in = pair->out = 0;
    if (pair->wanted) {
      size_t from = within(less(room, later), row->low, row->high);
      pair->out = value - best_sum(row->cell + (from - row->low), back + from, row->high - from + 1);
    } else {
      size_t from = within(less(room, later + load), row->low, top);
      pair->in = value - profit - best_sum(row->cell + (from - row->low), back + from + load, top - from + 1);
    }
    later += load;
    if (r > 0) {
      size_t low = row->low, below = c->row[r - 1].low;
      add(back + low, back + low + load, profit, next + low, top - low + 1);
      memcpy(next + top + 1, back + top + 1, (row->high - top) * sizeof *next);
      fill(next + below, next[low], low - below);
      double *swapped = back;
      back = next;
      next = swapped;
      c->spent += (row->high - below) / 2;
    }
    c->spent += (row->high - row->low) / 2 + 8;
  }
}

static void solve(tx_closing *c, size_t i, bool all) {
  size_t room = (size_t)(c->room[i] / c->unit), total, largest, rows = list_rows(c, i, &total, &largest);
  c->value[i] = go_forward(c, rows, room, total, largest);
  c->spent += c->alive[i] * (all ? 4 : 2);
  if (!c->cut) {
    mark_wanted(c, rows);
    if (all) {
      value_others(c, i, rows, room);
      go_backward(c, i, rows, room);
    }
  }
  c->known[i] = all ? TX_CLOSE_ALL : TX_CLOSE_VALUE;
}

void tx_close_evaluate(tx_closing *c, bool all) {
  const tx_assignment_work *work = c->work;
  double sum = c->paid;
  for (size_t j = 0; j < work->items; j++) {
    bool open = c->fixed[j] == TRIAX_ASSIGNMENT_NONE;
    sum += open ? c->price[j] : 0;
    c->surplus[j] = open ? -1 : 0;
    c->leaving[j] = 0;
  }
  for (size_t i = 0; i < work->agents; i++) {
    if (c->known[i] < (all ? TX_CLOSE_ALL : TX_CLOSE_VALUE)) {
      solve(c, i, all);
    }
    sum -= c->value[i];
    for (uint32_t x = 0; x < c->alive[i]; x++) {
      const tx_close_pair *pair = &c->pair[c->list[i][x]];
      c->surplus[pair->item] += pair->wanted;
      c->leaving[pair->item] += pair->out;
    }
    c->spent += c->alive[i];
  }
  c->spent += work->items * 3;
  c->bound = sum;
}
