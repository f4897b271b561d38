/* Sums of sizes, by a table of units. */
#include "relaxation/reach.h"

#include <string.h>

#include "base/divisor.h"

bool tx_reach_init(tx_reach *reach, size_t csms, triax_context *context) {
  *reach = (tx_reach){.unit = 0};
  reach->may_come = tx_calloc(context, csms, sizeof *reach->may_come);
  reach->mark = tx_alloc_array(context, TX_REACH_UNITS + 1, 1);
  return reach->may_come != NULL && reach->mark != NULL;
}

void tx_reach_free(tx_reach *reach, size_t csms, triax_context *context) {
  tx_free_array(context, reach->may_come, csms, sizeof *reach->may_come);
  tx_free_array(context, reach->mark, TX_REACH_UNITS + 1, 1);
}

void tx_reach_restart(tx_reach *reach) {
  reach->sizes = 0;
  reach->unit = 0;
}

size_t tx_reach_add(tx_reach *reach, int64_t load) {
  size_t s = 0;
  reach->unit = tx_common_divisor(load, reach->unit);
  while (s < reach->sizes && s < TX_REACH_SIZES && reach->size[s] != load) {
    s++;
  }
  if (s == reach->sizes && s < TX_REACH_SIZES) {
    reach->size[reach->sizes++] = load;
  } else if (s == TX_REACH_SIZES) {
    reach->sizes = TX_REACH_SIZES + 1;
  }
  return s;
}

int64_t tx_reach_mark(tx_reach *reach, size_t csm, int64_t room, uint64_t *work) {
  memset(reach->mark, 0, (size_t)room + 1);
  reach->mark[0] = 1;
  for (size_t s = 0; s < reach->sizes; s++) {
    if ((reach->may_come[csm] >> s & 1) == 0) {
      continue;
    }
    int64_t size = reach->size[s] / reach->unit;
    for (int64_t x = size; x <= room; x++) {
      reach->mark[x] = reach->mark[x] | reach->mark[x - size];
    }
    *work += (uint64_t)room / 8 + 1;
  }
  while (!reach->mark[room]) {
    room--;
  }
  return room;
}
