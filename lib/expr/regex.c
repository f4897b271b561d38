/* A regex engine of our own, because of what there is to be had in C: PCRE and the C library's regexec backtrack or
 * have no bound that a host could state; RE2 is C++; TRE and libgnurx are not everywhere. What CEL needs is small:
 * "does it occur", in time linear in the text whatever the pattern. That is Thompson's simulation: all states that
 * the pattern could be in advance together, one code point at a time, so nothing is ever tried twice. */
#include "expr/regex.h"

#include <stdio.h>
#include <string.h>

#include "expr/regex_private.h"

typedef enum regex_op {
  OP_CHARACTER = TX_P_CHARACTER,
  OP_CLASS = TX_P_CLASS,
  OP_ANY = TX_P_ANY,
  OP_BEGIN_TEXT = TX_P_BEGIN_TEXT,
  OP_END_TEXT = TX_P_END_TEXT,
  OP_BEGIN_LINE = TX_P_BEGIN_LINE,
  OP_END_LINE = TX_P_END_LINE,
  OP_WORD_EDGE = TX_P_WORD_EDGE,
  OP_NO_WORD_EDGE = TX_P_NO_WORD_EDGE,
  OP_SPLIT = 32, /* on to x and to y */
  OP_JUMP,       /* on to x */
  OP_MATCH
} regex_op;

typedef struct state {
  uint8_t op;
  bool flag;
  uint32_t x, y;
} state;

struct tx_regex {
  state *states;
  uint32_t count;
  tx_class *classes;
  tx_range *ranges;
};

/* --- from pattern to states ------------------------------------------------------------------------------------ */

/* Repeating nothing very often makes no states, but takes time. */
#define MOST_STEPS 100000

typedef struct emitter {
  const tx_pattern *pattern;
  state *states; /* NULL: only counting */
  uint32_t count;
  uint32_t steps;
  bool full;
} emitter;

static void emit(emitter *e, uint32_t number);

static uint32_t put(emitter *e, uint8_t op, bool flag, uint32_t x, uint32_t y) {
  if (e->count >= TX_REGEX_STATES) {
    e->full = true;
    return 0;
  }
  if (e->states) e->states[e->count] = (state){op, flag, x, y};
  return e->count++;
}

static void patch(emitter *e, uint32_t at, uint32_t x, uint32_t y) {
  if (!e->states || e->full) return;
  e->states[at].x = x;
  e->states[at].y = y;
}

static void emit_choice(emitter *e, uint32_t child) {
  const tx_pattern_node *nodes = e->pattern->nodes;
  uint32_t last_jump = TX_PATTERN_NONE;
  for (; child != TX_PATTERN_NONE && !e->full; child = nodes[child].next) {
    bool more = nodes[child].next != TX_PATTERN_NONE;
    uint32_t split = more ? put(e, OP_SPLIT, false, 0, 0) : 0;
    emit(e, child);
    if (!more) break;
    /* Jumps to the end are chained through x until the end is known. */
    last_jump = put(e, OP_JUMP, false, last_jump, 0);
    patch(e, split, split + 1, e->count);
  }
  while (e->states && !e->full && last_jump != TX_PATTERN_NONE) {
    uint32_t before = e->states[last_jump].x;
    e->states[last_jump].x = e->count;
    last_jump = before;
  }
}

/* x*, and the tail of x{2,}. */
static void emit_any_number(emitter *e, uint32_t child) {
  uint32_t split = put(e, OP_SPLIT, false, 0, 0);
  emit(e, child);
  put(e, OP_JUMP, false, split, 0);
  patch(e, split, split + 1, e->count);
}

static void emit_optional(emitter *e, uint32_t child, uint32_t times) {
  uint32_t first = e->count, size = 0;
  for (uint32_t i = 0; i < times && !e->full; i++) {
    put(e, OP_SPLIT, false, 0, 0);
    emit(e, child);
    if (i == 0) size = e->count - first;
  }
  for (uint32_t i = 0; i < times; i++) patch(e, first + i * size, first + i * size + 1, e->count);
}

static void emit_repeat(emitter *e, const tx_pattern_node *node) {
  for (uint32_t i = 0; i < node->least && !e->full; i++) emit(e, node->x);
  if (node->most == UINT32_MAX) {
    emit_any_number(e, node->x);
  } else {
    emit_optional(e, node->x, node->most - node->least);
  }
}

static void emit(emitter *e, uint32_t number) {
  const tx_pattern_node *node = &e->pattern->nodes[number];
  if (e->full || ++e->steps > MOST_STEPS) {
    e->full = true;
    return;
  }
  switch (node->kind) {
  case TX_P_EMPTY:
    return;
  case TX_P_SEQUENCE:
    for (uint32_t child = node->x; child != TX_PATTERN_NONE; child = e->pattern->nodes[child].next) emit(e, child);
    return;
  case TX_P_CHOICE:
    emit_choice(e, node->x);
    return;
  case TX_P_REPEAT:
    emit_repeat(e, node);
    return;
  default:
    put(e, node->kind, node->flag, node->x, 0);
    return;
  }
}

static void set_ascii(tx_class *class, const tx_range *ranges) {
  for (uint32_t c = 0; c < 128; c++) {
    if (tx_class_has(class, ranges, c)) class->ascii[c / 64] |= UINT64_C(1) << (c % 64);
  }
}

static triax_status make(tx_arena *arena, const tx_pattern *pattern, uint32_t count, const tx_regex **regex) {
  tx_regex *made = tx_arena_calloc(arena, 1, sizeof *made);
  if (!made) return TRIAX_ENOMEM;
  made->count = count;
  made->states = tx_arena_calloc(arena, count, sizeof *made->states);
  made->classes = tx_arena_calloc(arena, pattern->class_count, sizeof *made->classes);
  made->ranges = tx_arena_calloc(arena, pattern->range_count, sizeof *made->ranges);
  if (!made->states || !made->classes || !made->ranges) return TRIAX_ENOMEM;
  if (pattern->range_count) memcpy(made->ranges, pattern->ranges, pattern->range_count * sizeof *made->ranges);
  for (uint32_t i = 0; i < pattern->class_count; i++) {
    made->classes[i] = pattern->classes[i];
    set_ascii(&made->classes[i], made->ranges);
  }
  emitter e = {.pattern = pattern, .states = made->states};
  emit(&e, pattern->root);
  put(&e, OP_MATCH, false, 0, 0);
  *regex = made;
  return TRIAX_OK;
}

static triax_status compile(tx_arena *arena, tx_pattern *pattern, triax_text text, const tx_regex **regex,
                            char message[TX_REGEX_MESSAGE], size_t *offset) {
  bool limit = false;
  if (!tx_pattern_parse(pattern, text, message, offset, &limit)) return limit ? TRIAX_ELIMIT : TRIAX_EPOLICY;
  emitter counter = {.pattern = pattern};
  emit(&counter, pattern->root);
  put(&counter, OP_MATCH, false, 0, 0);
  if (counter.full) {
    snprintf(message, TX_REGEX_MESSAGE, "the pattern, with its repetitions written out, has more than %d states",
             TX_REGEX_STATES);
    return TRIAX_ELIMIT;
  }
  return make(arena, pattern, counter.count, regex);
}

triax_status tx_regex_compile(tx_arena *arena, triax_text text, const tx_regex **regex, char message[TX_REGEX_MESSAGE],
                              size_t *offset) {
  triax_context *context = arena->context;
  *offset = 0;
  if (text.length > TX_REGEX_PATTERN) {
    snprintf(message, TX_REGEX_MESSAGE, "the pattern is longer than %d bytes", TX_REGEX_PATTERN);
    return TRIAX_ELIMIT;
  }
  uint32_t length = (uint32_t)text.length;
  tx_pattern pattern = {.capacity = 3 * length + 8, .class_capacity = length + 1, .range_capacity = 4 * length + 8};
  pattern.nodes = tx_alloc_array(context, pattern.capacity, sizeof *pattern.nodes);
  pattern.classes = tx_alloc_array(context, pattern.class_capacity, sizeof *pattern.classes);
  pattern.ranges = tx_alloc_array(context, pattern.range_capacity, sizeof *pattern.ranges);
  triax_status status = TRIAX_ENOMEM;
  if (pattern.nodes && pattern.classes && pattern.ranges) {
    status = compile(arena, &pattern, text, regex, message, offset);
  }
  tx_free_array(context, pattern.nodes, pattern.capacity, sizeof *pattern.nodes);
  tx_free_array(context, pattern.classes, pattern.class_capacity, sizeof *pattern.classes);
  tx_free_array(context, pattern.ranges, pattern.range_capacity, sizeof *pattern.ranges);
  return status;
}

/* --- matching -------------------------------------------------------------------------------------------------- */

#define NO_CHARACTER UINT32_MAX

typedef struct states {
  uint32_t *items;
  uint32_t count;
} states;

typedef struct matcher {
  const tx_regex *regex;
  uint32_t *seen; /* per state: the step in which it was last entered */
  uint32_t *stack;
  uint32_t step;
  uint32_t before, after; /* the characters around the place that is entered, or NO_CHARACTER */
  bool matched;
} matcher;

size_t tx_regex_states(const tx_regex *regex) { return regex->count; }
size_t tx_regex_scratch(const tx_regex *regex) { return (size_t)regex->count * 4 * sizeof(uint32_t); }

static bool is_word(uint32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool holds(const matcher *m, uint8_t op) {
  switch (op) {
  case OP_BEGIN_TEXT:
    return m->before == NO_CHARACTER;
  case OP_END_TEXT:
    return m->after == NO_CHARACTER;
  case OP_BEGIN_LINE:
    return m->before == NO_CHARACTER || m->before == '\n';
  case OP_END_LINE:
    return m->after == NO_CHARACTER || m->after == '\n';
  case OP_WORD_EDGE:
    return is_word(m->before) != is_word(m->after);
  default:
    return is_word(m->before) == is_word(m->after);
  }
}

/* Enters a state and all that it leads to without reading. A state is on the stack at most once a step. */
static void push(matcher *m, uint32_t *depth, uint32_t number) {
  if (m->seen[number] == m->step) return;
  m->seen[number] = m->step;
  m->stack[(*depth)++] = number;
}

static void enter(matcher *m, states *into, uint32_t number) {
  uint32_t depth = 0;
  push(m, &depth, number);
  while (depth > 0) {
    number = m->stack[--depth];
    const state *s = &m->regex->states[number];
    switch (s->op) {
    case OP_MATCH:
      m->matched = true;
      return;
    case OP_SPLIT:
      push(m, &depth, s->y);
      push(m, &depth, s->x);
      break;
    case OP_JUMP:
      push(m, &depth, s->x);
      break;
    case OP_CHARACTER:
    case OP_CLASS:
    case OP_ANY:
      into->items[into->count++] = number;
      break;
    default:
      if (holds(m, s->op)) push(m, &depth, number + 1);
      break;
    }
  }
}

static bool reads(const tx_regex *regex, const state *s, uint32_t c) {
  if (s->op == OP_CHARACTER) return s->x == (s->flag ? tx_fold_case(c) : c);
  if (s->op == OP_ANY) return s->flag || c != '\n';
  const tx_class *class = &regex->classes[s->x];
  if (c < 128) return (class->ascii[c / 64] >> (c % 64)) & 1;
  return tx_class_has(class, regex->ranges, c);
}

/* One character read from all present states. */
static void advance(matcher *m, const states *from, states *to, uint32_t c) {
  to->count = 0;
  for (uint32_t i = 0; i < from->count && !m->matched; i++) {
    const state *s = &m->regex->states[from->items[i]];
    if (reads(m->regex, s, c)) enter(m, to, from->items[i] + 1);
  }
}

static uint32_t character_at(triax_text text, size_t at) {
  return at < text.length ? tx_utf8_next(text, &at) : NO_CHARACTER;
}

bool tx_regex_match(const tx_regex *regex, triax_text text, void *scratch) {
  uint32_t *room = scratch, count = regex->count;
  matcher m = {.regex = regex, .seen = room, .stack = room + count, .before = NO_CHARACTER};
  states present = {room + (size_t)2 * count, 0}, coming = {room + (size_t)3 * count, 0};
  memset(m.seen, 0, count * sizeof *m.seen);
  size_t at = 0;
  m.step = 1;
  m.after = character_at(text, 0);
  for (;;) {
    enter(&m, &present, 0); /* a match may begin anywhere */
    if (m.matched || at >= text.length) return m.matched;
    uint32_t c = tx_utf8_next(text, &at);
    m.before = c;
    m.after = character_at(text, at);
    m.step++;
    advance(&m, &present, &coming, c);
    if (m.matched) return true;
    states swap = present;
    present = coming;
    coming = swap;
  }
}
