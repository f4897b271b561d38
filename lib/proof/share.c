/* Prices by sharing: customers divide themselves between the places that are cheapest for them, and what they bring
 * makes those dearer at once. Where nobody gains by going elsewhere, prices are right.
 *
 * It is the method of multipliers, customer by customer: a price is that at which the CSM's curve would take some sum,
 * plus a stiffness times how far the customers' shares are beyond that sum; a weight likewise, by how far they are
 * beyond what was reached. After a round over all customers prices and weights begin where they ended. A step shifts
 * a share of one customer from its dearest place to its cheapest, as far as it gains. */
#include "proof/private.h"

#include <math.h>
#include <string.h>

#define SHARES 4 /* places of a customer at most */
/* A price that its measure's curve, or a weight that all of its part, would make good over so much of it. */
#define PRICE_RANGE 0.17
#define WEIGHT_RANGE 0.03
#define PUSH_MOST 6

typedef struct held {
  uint32_t place; /* within the offer; TX_BOOKS_NONE: uncovered */
  float part;     /* 0: none */
} held;

struct tx_share {
  held *held;                     /* customers × SHARES */
  double *sum;                    /* csms × dimensions: what the shares bring */
  double *price, *anchor, *stiff; /* csms × dimensions */
  double weight[TX_PARTS], weight_anchor[TX_PARTS], weight_stiff[TX_PARTS];
  double missed[TX_PARTS];                        /* how far the shares are beyond what was reached */
  double missed_before[TX_PARTS], push[TX_PARTS]; /* a round ago; a weight that is far off gets there sooner */
  size_t width, open;                             /* of the offer in hand, and of its open part; side by side: */
  double *menu, *cost;                            /* dimensions × width: prices; per place: all that it costs */
};

/* A customer in hand. */
typedef struct guest {
  const tx_dual_customer *own;
  size_t at, begin; /* in order of offers; of its offer */
  double value, amount[TX_DIMENSIONS];
} guest;

static guest guest_of(const tx_dual *d, size_t at, size_t begin) {
  guest g = {.own = &d->by_offer[at], .at = at, .begin = begin, .value = (double)d->by_offer[at].value};
  for (size_t n = 0; n < d->dimensions; n++) {
    g.amount[n] = (double)d->by_offer_amount[at * d->dimensions + n];
  }
  return g;
}

/* --- prices --- */

/* A CSM's curve, corner by corner: costs `rate` a unit up to `end`. */
typedef struct curve_walk {
  double end, rate, room, capacity, base, over;
  const int64_t *from, *slope;
  size_t pieces, at;
} curve_walk;

static curve_walk start_walk(const tx_prover *p, size_t csm, size_t n) {
  const tx_dual *d = p->dual;
  const tx_books_measure *curve = d->part == TX_IMBALANCE ? d->curve[n] : NULL;
  size_t x = csm * d->dimensions + n;
  curve_walk w = {.room = (double)d->room[x], .base = (double)d->split->base[x], .capacity = -1};
  if (n == 0 && d->part >= TX_OVER) {
    w.capacity = (double)d->books->capacity[csm] - w.base;
    w.over = d->part == TX_OVER ? 1 : p->share->weight[TX_OVER];
  }
  if (curve != NULL) {
    w.pieces = curve->pieces;
    w.from = curve->from + csm * curve->pieces;
    w.slope = curve->slope + csm * curve->pieces;
  }
  return w;
}

/* The next piece; false after the last, which ends with the room. */
static bool walk(curve_walk *w) {
  bool more = w->end < w->room || w->at == 0;
  double capacity = w->capacity >= 0 && w->capacity <= w->end ? w->over : 0, rate = 0;
  while (w->at < w->pieces && (double)w->from[w->at] - w->base <= w->end) {
    w->at++;
  }
  rate = w->at > 0 ? (double)w->slope[w->at - 1] : 0;
  w->rate = rate + capacity;
  double end = w->at < w->pieces ? (double)w->from[w->at] - w->base : w->room;
  end = w->capacity > w->end && w->capacity < end ? w->capacity : end;
  w->end = end < w->room ? end : w->room;
  return more;
}

/* Where the price, as it rises with the sum from the anchor on, meets the steps of the CSM's curve. */
static double price_of(const tx_prover *p, size_t csm, size_t n) {
  const tx_share *s = p->share;
  size_t x = csm * p->dual->dimensions + n;
  double anchor = s->anchor[x], stiff = s->stiff[x], low = 0;
  curve_walk w = start_walk(p, csm, n);
  if (!(stiff > 0)) {
    return anchor;
  }
  do {
    low = w.end;
    walk(&w);
    double sum = s->sum[x] - (w.rate - anchor) / stiff; /* the curve would take it at this rate */
    if (sum <= low) {
      double price = anchor + stiff * (s->sum[x] - low);
      return price < w.rate ? price : w.rate;
    }
    if (sum <= w.end) {
      return w.rate;
    }
  } while (w.end < w.room);
  return anchor + stiff * (s->sum[x] - w.room);
}

/* What a unit more costs the CSM with what it has. */
static double rate_at(const tx_prover *p, size_t csm, size_t n, double sum) {
  curve_walk w = start_walk(p, csm, n);
  do {
    walk(&w);
  } while (w.end < w.room && w.end <= sum);
  return w.rate;
}

static void add_amounts(const tx_prover *p, const guest *g, size_t csm, double part) {
  size_t wide = p->dual->dimensions;
  for (size_t n = 0; n < wide; n++) {
    p->share->sum[csm * wide + n] += part * g->amount[n];
  }
}

static void add_missed(const tx_prover *p, int q, double more) {
  tx_share *s = p->share;
  s->missed[q] += more;
  if (q < p->dual->part && !p->locked[q]) {
    double weight = s->weight_anchor[q] + s->weight_stiff[q] * s->missed[q];
    s->weight[q] = weight > 0 ? weight : 0;
  }
}

/* --- places --- */

static double points_at(const tx_dual *d, const guest *g, size_t place) {
  return (double)tx_dual_points(d, g->own, g->begin, place);
}

static void open_menu(const tx_prover *p, size_t offer) {
  const tx_books *books = p->dual->books;
  tx_share *s = p->share;
  size_t begin = books->offer_begin[offer], wide = p->dual->dimensions;
  s->width = books->offer_begin[offer + 1] - begin;
  s->open = tx_books_open_end(books, offer) - begin;
  for (size_t e = 0; e < s->width; e++) {
    for (size_t n = 0; n < wide; n++) {
      s->menu[n * s->width + e] = s->price[books->offer_csm[begin + e] * wide + n];
    }
  }
}

static bool fits(const tx_dual *d, const guest *g, size_t csm) {
  for (size_t n = 0; n < d->dimensions; n++) {
    if ((double)d->room[csm * d->dimensions + n] < g->amount[n]) {
      return false;
    }
  }
  return true;
}

static void fill_menu(const tx_prover *p, const guest *g) {
  const tx_share *s = p->share;
  const int64_t *points = p->dual->books->offer_points;
  double point = s->weight[TX_POINTS];
  for (size_t e = 0; e < s->open; e++) {
    s->cost[e] = points == NULL ? 0 : -point * (double)points[g->begin + e];
  }
  for (size_t n = 0; n < p->dual->dimensions; n++) {
    const double *menu = s->menu + n * s->width;
    double amount = g->amount[n];
    for (size_t e = 0; e < s->open; e++) {
      s->cost[e] += menu[e] * amount;
    }
  }
}

/* The same where the customer is let in. */
static void fill_let_in(const tx_prover *p, const guest *g) {
  const tx_dual *d = p->dual;
  const tx_share *s = p->share;
  const int64_t *points = d->books->offer_points;
  size_t j = g->own->customer;
  for (size_t x = tx_dual_let_in_from(d, j); x < tx_dual_let_in_to(d, j); x++) {
    uint32_t place = d->let_in[x];
    double cost = points == NULL || place == TX_BOOKS_NONE ? 0 : -s->weight[TX_POINTS] * (double)points[g->begin + place];
    for (size_t n = 0; place != TX_BOOKS_NONE && n < d->dimensions; n++) {
      cost += s->menu[n * s->width + place] * g->amount[n];
    }
    if (place != TX_BOOKS_NONE) {
      s->cost[place] = cost;
    }
  }
}

/* The place, where it costs less than the least so far. */
static void take_place(const tx_prover *p, const guest *g, uint32_t place, uint32_t *best, double *least) {
  const tx_share *s = p->share;
  if (s->cost[place] < *least && fits(p->dual, g, p->dual->books->offer_csm[g->begin + place])) {
    *least = s->cost[place];
    *best = place;
  }
}

/* Its cheapest place, exceptions among them. */
static uint32_t cheapest(const tx_prover *p, const guest *g, double *least) {
  const tx_dual *d = p->dual;
  const tx_books *books = d->books;
  const tx_share *s = p->share;
  double point = s->weight[TX_POINTS];
  uint32_t best = TX_BOOKS_NONE;
  fill_menu(p, g);
  fill_let_in(p, g);
  if (g->own->owner != TX_BOOKS_NONE) {
    s->cost[g->own->owner] -= point * (double)g->own->owner_points;
  }
  size_t j = g->own->customer;
  for (size_t x = tx_books_from(books->more_begin, j); x < tx_books_to(books->more_begin, j); x++) {
    if (d->more_entry[x] != TX_BOOKS_NONE) {
      s->cost[d->more_entry[x]] -= point * (double)books->more_points[x];
    }
  }
  *least = s->weight[TX_VALUE] * g->value;
  for (size_t e = 0; e < s->open; e++) {
    take_place(p, g, (uint32_t)e, &best, least);
  }
  for (size_t x = tx_dual_let_in_from(d, j); x < tx_dual_let_in_to(d, j); x++) {
    if (d->let_in[x] != TX_BOOKS_NONE) {
      take_place(p, g, d->let_in[x], &best, least);
    }
  }
  return best;
}

/* What a place costs, once the menu is filled. */
static double cost_at(const tx_prover *p, const guest *g, uint32_t place) {
  return place == TX_BOOKS_NONE ? p->share->weight[TX_VALUE] * g->value : p->share->cost[place];
}

/* --- steps --- */

/* So much more of the customer is at the place. */
static void put(const tx_prover *p, const guest *g, uint32_t place, double part) {
  const tx_dual *d = p->dual;
  if (place == TX_BOOKS_NONE) {
    add_missed(p, TX_VALUE, part * g->value);
    return;
  }
  size_t csm = d->books->offer_csm[g->begin + place];
  add_amounts(p, g, csm, part);
  for (size_t n = 0; n < d->dimensions; n++) {
    double price = price_of(p, csm, n);
    p->share->price[csm * d->dimensions + n] = price;
    p->share->menu[n * p->share->width + place] = price;
  }
  add_missed(p, TX_POINTS, -part * points_at(d, g, place));
}

/* How fast what a step gains falls off. */
static double bend_of(const tx_prover *p, const guest *g, uint32_t from, uint32_t to) {
  const tx_dual *d = p->dual;
  const uint32_t places[2] = {from, to};
  double sum = 0, points = 0, value = 0;
  for (int side = 0; side < 2; side++) {
    double sign = side == 0 ? -1 : 1;
    if (places[side] == TX_BOOKS_NONE) {
      value += sign * g->value;
      continue;
    }
    const double *stiff = p->share->stiff + d->books->offer_csm[g->begin + places[side]] * d->dimensions;
    points += sign * points_at(d, g, places[side]);
    for (size_t n = 0; n < d->dimensions; n++) {
      sum += stiff[n] * g->amount[n] * g->amount[n];
    }
  }
  const double *stiff = p->share->weight_stiff;
  return sum + stiff[TX_POINTS] * points * points + stiff[TX_VALUE] * value * value;
}

/* Where the customer has the place, or could have it; NULL: it has too many others. */
static held *slot_of(held *own, uint32_t place) {
  held *empty = NULL;
  for (int x = 0; x < SHARES; x++) {
    if (own[x].part > 0 && own[x].place == place) {
      return &own[x];
    }
    empty = own[x].part > 0 ? empty : &own[x];
  }
  if (empty != NULL) {
    *empty = (held){place, 0};
  }
  return empty;
}

static void shift(const tx_prover *p, const guest *g, held *from, uint32_t best, double part) {
  held *to = slot_of(p->share->held + g->at * SHARES, best);
  uint32_t place = from->place;
  float moved = part < (double)from->part * 0.99 ? (float)part : from->part;
  if (to == NULL) { /* all of that share or nothing */
    moved = part < (double)from->part / 2 ? 0 : from->part;
    to = from;
    to->place = moved > 0 ? best : place;
  } else {
    from->part -= moved;
    to->part += moved;
  }
  if (moved > 0) {
    put(p, g, place, -(double)moved);
    put(p, g, best, (double)moved);
  }
}

static void step(const tx_prover *p, size_t at, size_t begin) {
  guest g = guest_of(p->dual, at, begin);
  held *own = p->share->held + at * SHARES, *dearest = NULL;
  double least, most = 0;
  uint32_t best = cheapest(p, &g, &least);
  for (int x = 0; x < SHARES; x++) {
    double cost = own[x].part > 0 ? cost_at(p, &g, own[x].place) : 0;
    if (own[x].part > 0 && (dearest == NULL || cost > most)) {
      dearest = &own[x];
      most = cost;
    }
  }
  if (dearest != NULL && dearest->place != best && most > least) {
    double bend = bend_of(p, &g, dearest->place, best);
    shift(p, &g, dearest, best, bend > 0 ? (most - least) / bend : 1);
  }
}

/* A weight that has been wrong the same way for a while is pushed, more and more. */
static void push_weights(const tx_prover *p) {
  tx_share *s = p->share;
  for (int q = 0; q < p->dual->part; q++) {
    double now = s->missed[q], before = s->missed_before[q], base = p->at.weight[q];
    bool stays = now * before > 0 && fabs(now) > fabs(before) / 2;
    s->push[q] = !stays || q == TX_VALUE ? 1 : s->push[q] < PUSH_MOST ? s->push[q] * 1.5 : s->push[q];
    base = s->weight[q] > base ? s->weight[q] : base;
    s->weight_stiff[q] = p->locked[q] ? 0 : s->push[q] * base / (WEIGHT_RANGE * tx_prover_size(p, q));
    s->missed_before[q] = now;
  }
}

/* Prices and weights begin anew where they are. Where value is worth more, so is the load that it takes. */
static void settle(const tx_prover *p) {
  const tx_dual *d = p->dual;
  tx_share *s = p->share;
  double more = d->part > TX_VALUE && !p->locked[TX_VALUE] ? s->weight[TX_VALUE] - s->weight_anchor[TX_VALUE] : 0;
  for (size_t i = 0; i < d->books->csms; i++) {
    const tx_books_price *its = &d->result->price[i];
    s->price[i * d->dimensions] += its->scale > 0 ? more * ((double)its->part[TX_VALUE] / (double)its->scale) : 0;
  }
  memcpy(s->anchor, s->price, p->prices * sizeof *s->anchor);
  memcpy(s->weight_anchor, s->weight, sizeof s->weight);
  push_weights(p);
}

/* --- begin --- */

/* A price that is usual for the measure; where it has none, what the load's would come to. */
static double usual_price(const tx_prover *p, size_t n) {
  double price = tx_prover_mean_price(p, p->at.price, n), load = tx_prover_mean_price(p, p->at.price, 0);
  load = load > 0 ? load : tx_prover_size(p, p->dual->part) / (p->dual->amounts[0] + 1);
  return price > 0 ? price : load * p->dual->amounts[0] / (p->dual->amounts[n] + 1);
}

static void stiffen(const tx_prover *p) {
  const tx_dual *d = p->dual;
  size_t wide = d->dimensions;
  for (size_t n = 0; n < wide; n++) {
    const tx_books_measure *curve = d->part == TX_IMBALANCE ? d->curve[n] : NULL;
    double usual = usual_price(p, n);
    for (size_t i = 0; i < d->books->csms; i++) {
      double range = (double)d->room[i * wide + n], price = usual;
      if (curve != NULL && curve->pieces > 0) {
        double top = (double)curve->from[(i + 1) * curve->pieces - 1];
        double steep = (double)curve->slope[(i + 1) * curve->pieces - 1];
        range = n > 0 || top < range ? top : range;
        price = n > 0 || steep > price ? steep : price;
      }
      p->share->stiff[i * wide + n] = range > 0 ? price / (PRICE_RANGE * range) : 0;
    }
  }
}

/* Everybody is where our answer has it. */
static void stay(const tx_prover *p, const guest *g, size_t end) {
  const tx_dual *d = p->dual;
  tx_share *s = p->share;
  uint32_t csm = d->result->csm[g->own->customer], place = TX_BOOKS_NONE;
  for (size_t e = g->begin; csm != TX_BOOKS_NONE && e < end; e++) {
    place = d->books->offer_csm[e] == csm ? (uint32_t)(e - g->begin) : place;
  }
  s->held[g->at * SHARES] = (held){place, 1};
  if (place == TX_BOOKS_NONE) {
    s->missed[TX_VALUE] += g->value;
  } else {
    add_amounts(p, g, csm, 1);
    s->missed[TX_POINTS] -= points_at(d, g, place);
  }
}

static void take_answer(const tx_prover *p) {
  const tx_dual *d = p->dual;
  const tx_books *books = d->books;
  memset(p->share->sum, 0, p->prices * sizeof *p->share->sum);
  memset(p->share->held, 0, books->customers * SHARES * sizeof *p->share->held);
  for (size_t o = 0; o < books->offers; o++) {
    for (size_t x = d->by_offer_begin[o]; x < d->by_offer_begin[o + 1]; x++) {
      guest g = guest_of(d, x, books->offer_begin[o]);
      stay(p, &g, books->offer_begin[o + 1]);
    }
  }
}

static void begin(const tx_prover *p) {
  const tx_dual *d = p->dual;
  tx_share *s = p->share;
  for (int q = 0; q < TX_PARTS; q++) {
    s->weight[q] = s->weight_anchor[q] = q < d->part ? p->at.weight[q] : q == d->part;
    s->weight_stiff[q] = q < d->part && !p->locked[q] ? p->at.weight[q] / (WEIGHT_RANGE * tx_prover_size(p, q)) : 0;
    s->push[q] = 1;
    s->missed_before[q] = 0;
    s->missed[q] = (double)d->constant.part[q] - (double)tx_prover_reached(p, q);
  }
  stiffen(p);
  take_answer(p);
  memcpy(s->price, p->at.price, p->prices * sizeof *s->price);
  for (size_t x = 0; x < p->prices; x++) {
    size_t n = x % d->dimensions;
    s->price[x] = n > 0 && d->part == TX_IMBALANCE ? rate_at(p, x / d->dimensions, n, s->sum[x]) : s->price[x];
  }
  memcpy(s->anchor, s->price, p->prices * sizeof *s->anchor);
}

bool tx_share_init(tx_prover *p) {
  tx_arena *arena = &p->dual->arena;
  tx_share *s = p->share = tx_arena_calloc(arena, 1, sizeof *s);
  if (s == NULL) {
    return false;
  }
  s->held = tx_arena_calloc(arena, p->dual->books->customers, SHARES * sizeof *s->held);
  s->sum = tx_arena_calloc(arena, p->prices, sizeof *s->sum);
  s->price = tx_arena_calloc(arena, p->prices, sizeof *s->price);
  s->anchor = tx_arena_calloc(arena, p->prices, sizeof *s->anchor);
  s->stiff = tx_arena_calloc(arena, p->prices, sizeof *s->stiff);
  s->menu = tx_arena_calloc(arena, p->dual->widest, p->dual->dimensions * sizeof *s->menu);
  s->cost = tx_arena_calloc(arena, p->dual->widest, sizeof *s->cost);
  return s->held != NULL && s->sum != NULL && s->price != NULL && s->anchor != NULL && s->stiff != NULL &&
         s->menu != NULL && s->cost != NULL;
}

triax_status tx_share_out(tx_prover *p, int rounds) {
  const tx_dual *d = p->dual;
  triax_status status = TRIAX_OK;
  double value;
  begin(p);
  for (int round = 1, shown = 1; status == TRIAX_OK && round <= rounds && !tx_prover_done(p); round++) {
    for (size_t o = 0; o < d->books->offers; o++) {
      open_menu(p, o);
      for (size_t x = d->by_offer_begin[o]; x < d->by_offer_begin[o + 1]; x++) {
        step(p, x, d->books->offer_begin[o]);
      }
    }
    settle(p);
    status = tx_watch_work(d->watch, 2 * d->deep_pass);
    if (status == TRIAX_OK && (round == shown || round == rounds || tx_prover_done(p))) {
      memcpy(p->at.price, p->share->price, p->prices * sizeof *p->at.price);
      memcpy(p->at.weight, p->share->weight, sizeof p->at.weight);
      status = tx_prover_look(p, &value);
      shown += 1 + shown / 2;
    }
  }
  return status;
}
