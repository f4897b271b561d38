/* The order of the day: prices, a first assignment, search. */
#include "allocation/assignment_private.h"

bool tx_assignment_run(tx_assignment_work *work) {
  if (work->items == 0) {
    work->found = work->bound != INT64_MAX;
    return true;
  }
  if (!tx_assignment_start(work, work->price) || !tx_assignment_price(work) ||
      !tx_assignment_start(work, work->price)) {
    return false;
  }
  if (tx_assignment_done(work) && work->found) {
    return true;
  }
  if (!tx_assignment_search(work, work->budget / 50)) {
    return false;
  }
  if (!tx_assignment_done(work) && !tx_assignment_bid(work, work->budget / (work->items <= 250 ? 5 : 10))) {
    return false;
  }
  if (work->items <= 250 && !tx_assignment_done(work) && !tx_assignment_exact(work, work->budget / 20)) {
    return false;
  }
  if (tx_assignment_done(work)) {
    return true;
  }
  uint64_t left = work->budget > work->work ? work->budget - work->work : 0;
  return tx_assignment_search(work, left);
}
