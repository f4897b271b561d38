#include "search/roam.h"

#include <string.h>

static bool reserve(tx_roam *r, tx_arena *arena) {
  r->at = tx_arena_calloc(arena, r->n, sizeof *r->at);
  r->next = tx_arena_calloc(arena, r->n, sizeof *r->next);
  r->previous = tx_arena_calloc(arena, r->n, sizeof *r->previous);
  r->points = tx_arena_calloc(arena, r->n, sizeof *r->points);
  r->best_at = tx_arena_calloc(arena, r->n, sizeof *r->best_at);
  r->changed = tx_arena_calloc(arena, r->n, sizeof *r->changed);
  r->first = tx_arena_calloc(arena, r->csms, sizeof *r->first);
  r->cursor = tx_arena_calloc(arena, r->csms, sizeof *r->cursor);
  r->sum = tx_arena_calloc(arena, r->csms, r->dimensions * sizeof *r->sum);
  return r->at != NULL && r->next != NULL && r->previous != NULL && r->points != NULL && r->best_at != NULL &&
         r->changed != NULL && r->first != NULL && r->cursor != NULL && r->sum != NULL;
}

bool tx_roam_init(tx_roam *r, const tx_core *core, tx_arena *arena) {
  *r = (tx_roam){.n = core->books->customers, .csms = core->books->csms, .dimensions = core->dimensions};
  if (!reserve(r, arena)) {
    return false;
  }
  memcpy(r->sum, core->sum, r->csms * r->dimensions * sizeof *r->sum);
  memcpy(r->points, core->points, r->n * sizeof *r->points);
  memcpy(r->best_at, core->at, r->n * sizeof *r->best_at);
  memcpy(r->at, core->at, r->n * sizeof *r->at);
  memcpy(r->next, core->next, r->n * sizeof *r->next);
  memcpy(r->previous, core->previous, r->n * sizeof *r->previous);
  memcpy(r->first, core->first, r->csms * sizeof *r->first);
  memcpy(r->cursor, core->first, r->csms * sizeof *r->first);
  return true;
}

void tx_roam_leave(tx_roam *r, uint32_t customer) {
  uint32_t csm = r->at[customer], next = r->next[customer], previous = r->previous[customer];
  r->cursor[csm] = r->cursor[csm] == customer ? next : r->cursor[csm];
  if (previous == TX_BOOKS_NONE) {
    r->first[csm] = next;
  } else {
    r->next[previous] = next;
  }
  if (next != TX_BOOKS_NONE) {
    r->previous[next] = previous;
  }
}

void tx_roam_join(tx_roam *r, uint32_t customer, uint32_t csm) {
  uint32_t first = r->first[csm];
  r->at[customer] = csm;
  r->next[customer] = first;
  r->previous[customer] = TX_BOOKS_NONE;
  if (first != TX_BOOKS_NONE) {
    r->previous[first] = customer;
  }
  r->first[csm] = customer;
}

uint32_t tx_roam_member(tx_roam *r, uint32_t csm) {
  uint32_t member = r->cursor[csm];
  if (member == TX_BOOKS_NONE) {
    member = r->first[csm];
  }
  r->cursor[csm] = member == TX_BOOKS_NONE ? TX_BOOKS_NONE : r->next[member];
  return member;
}

void tx_roam_remember(tx_roam *r) {
  if (r->changed_count > r->n) {
    memcpy(r->best_at, r->at, r->n * sizeof *r->best_at);
  } else {
    for (size_t x = 0; x < r->changed_count; x++) {
      r->best_at[r->changed[x]] = r->at[r->changed[x]];
    }
  }
  r->changed_count = 0;
}

triax_status tx_roam_hand_over(const tx_roam *r, tx_core *core) {
  tx_cost before = core->cost;
  tx_core_note(core);
  tx_core_become(core, r->best_at);
  return tx_cost_compare(&core->cost, &before) < 0 ? tx_core_keep(core) : tx_core_take_back(core);
}
