/* Pairs struck out and items fixed, what follows from either, and how it is taken back.
 *
 * An agent's list holds its living pairs first. A pair that goes changes places with the last of them, so taking back
 * in the opposite order only has to lengthen what is alive. */
#include "assignment/close.h"

static void take_off(tx_closing *c, uint32_t p) {
  tx_close_pair *gone = &c->pair[p];
  uint32_t *list = c->list[gone->agent], last = list[--c->alive[gone->agent]];
  list[gone->place] = last;
  c->pair[last].place = gone->place;
  gone->place = c->alive[gone->agent];
  list[gone->place] = p;
  c->known[gone->agent] = TX_CLOSE_NOTHING;
}

bool tx_close_strike(tx_closing *c, uint32_t p) {
  uint32_t item = c->pair[p].item;
  take_off(c, p);
  c->trail[c->trailed++] = p;
  if (--c->left[item] == 1) {
    c->pending[c->pendings++] = item;
  }
  return c->left[item] > 0;
}

static int64_t load_of(const tx_closing *c, const tx_close_pair *pair) {
  return c->work->load[pair->item * c->work->agents + pair->agent];
}

static bool fix(tx_closing *c, uint32_t item) {
  uint32_t p = (uint32_t)c->begin[item];
  while (!tx_close_alive(c, p)) {
    p++;
  }
  const tx_close_pair *to = &c->pair[p];
  take_off(c, p);
  c->trail[c->trailed++] = (uint32_t)c->pairs + item;
  c->fixed[item] = p;
  c->room[to->agent] -= load_of(c, to);
  c->paid += to->cost;
  if (c->room[to->agent] < 0) {
    return false;
  }
  for (uint32_t x = c->alive[to->agent]; x-- > 0;) {
    uint32_t other = c->list[to->agent][x];
    if (load_of(c, &c->pair[other]) > c->room[to->agent] && !tx_close_strike(c, other)) {
      return false;
    }
  }
  return true;
}

bool tx_close_settle(tx_closing *c) {
  bool fine = true;
  while (fine && c->pendings > 0) {
    uint32_t item = c->pending[--c->pendings];
    fine = c->left[item] == 1 && (c->fixed[item] != TRIAX_ASSIGNMENT_NONE || fix(c, item));
  }
  c->pendings = 0;
  return fine;
}

bool tx_close_strike_out(tx_closing *c, bool *any) {
  double spare = c->limit - c->bound;
  bool fine = true;
  *any = false;
  for (size_t i = 0; fine && i < c->work->agents; i++) {
    c->spent += c->alive[i];
    for (uint32_t x = c->alive[i]; fine && x-- > 0;) {
      uint32_t p = c->list[i][x];
      tx_close_pair *pair = &c->pair[p];
      /* It is taken here and left wherever else it was wanted: agents lose independently of each other. */
      pair->total = pair->in + c->leaving[pair->item] - pair->out;
      if (pair->total > spare) {
        *any = true;
        fine = tx_close_strike(c, p);
      }
    }
  }
  return tx_close_settle(c) && fine;
}

void tx_close_take_back(tx_closing *c, size_t mark) {
  while (c->trailed > mark) {
    uint32_t entry = c->trail[--c->trailed];
    uint32_t p = entry < c->pairs ? entry : c->fixed[entry - c->pairs];
    const tx_close_pair *back = &c->pair[p];
    c->alive[back->agent]++;
    c->known[back->agent] = TX_CLOSE_NOTHING;
    if (entry < c->pairs) {
      c->left[back->item]++;
    } else {
      c->fixed[back->item] = TRIAX_ASSIGNMENT_NONE;
      c->room[back->agent] += load_of(c, back);
      c->paid -= back->cost;
    }
  }
}
