/* Definitions that need each other: known without data, and told once with the whole ring. */
#include <string.h>

#include "base/text.h"
#include "policy/reader.h"

enum { NEW, OPEN, DONE };

typedef struct ring_search {
  tx_reader *reader;
  const tx_names *names; /* of the definitions */
  uint8_t *state;    /* per definition */
  uint32_t *way;     /* the definitions that are open, in order */
  size_t *next_name; /* per place on the way: the free name to follow next */
} ring_search;

/* "a needs 'b', b needs 'a'": from where the ring closes. */
static void tell_ring(const ring_search *search, size_t first, size_t depth) {
  const triax_policy *policy = search->reader->policy;
  char text[700] = "";
  tx_writer writer = {text, sizeof text, 0};
  for (size_t i = first; i < depth; i++) {
    triax_text name = policy->defines[search->way[i]].name;
    triax_text needed = policy->defines[search->way[i + 1 < depth ? i + 1 : first]].name;
    if (i > first) tx_write_c(&writer, ", ");
    tx_write(&writer, name);
    tx_write_c(&writer, " needs '");
    tx_write(&writer, needed);
    tx_write_c(&writer, "'");
  }
  const tx_policy_expr *expr = &policy->defines[search->way[first]].expr;
  tx_finding finding = {.level = TRIAX_LEVEL_ERROR, .status = TRIAX_EPOLICY, .width = 1, .path = expr->path,
                        .line = expr->line, .column = expr->column};
  tx_report_add(search->reader->report, &finding, "these need each other: %s", text);
}

/* Follows names from one definition, depth first and without recursion. */
static void follow(ring_search *search, uint32_t from) {
  const triax_policy *policy = search->reader->policy;
  size_t depth = 1;
  search->way[0] = from;
  search->next_name[0] = 0;
  search->state[from] = OPEN;
  while (depth) {
    uint32_t at = search->way[depth - 1];
    const tx_free_name *names;
    size_t count = tx_syntax_free_names(policy->defines[at].expr.syntax, &names);
    if (search->next_name[depth - 1] == count) {
      search->state[at] = DONE;
      depth--;
      continue;
    }
    uint32_t needed = tx_names_find(search->names, names[search->next_name[depth - 1]++].name);
    if (needed == TX_NO_NAME || search->state[needed] == DONE) continue;
    if (search->state[needed] == OPEN) {
      size_t first = 0;
      while (search->way[first] != needed) first++;
      tell_ring(search, first, depth);
      continue;
    }
    search->state[needed] = OPEN;
    search->way[depth] = needed;
    search->next_name[depth++] = 0;
  }
}

void tx_read_define_rings(tx_reader *reader) {
  size_t count = reader->policy->define_count;
  tx_names names;
  tx_names_init(&names, reader->policy->context);
  ring_search search = {reader, &names, tx_read_alloc(reader, count, sizeof(uint8_t)),
                        tx_read_alloc(reader, count + 1, sizeof(uint32_t)),
                        tx_read_alloc(reader, count + 1, sizeof(size_t))};
  for (size_t i = 0; i < count; i++) tx_read_twin(reader, &names, reader->policy->defines[i].name, i);
  if (search.state && search.way && search.next_name) {
    for (uint32_t i = 0; i < count; i++) {
      if (search.state[i] == NEW) follow(&search, i);
    }
  }
  tx_names_free(&names);
}
