#include "expr_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "numbers.h"

static bool value_of(expr_case *c, tx_type type, const char *text, size_t length, tx_value *value);

static bool list_value(expr_case *c, tx_type type, const char *text, size_t length, tx_value *value) {
  tx_value *items = tx_arena_calloc(&c->arena, length, sizeof *items);
  size_t count = 0;
  type.lists--;
  if (length < 2) return false;
  for (size_t at = 1; at + 1 < length;) {
    size_t end = at, start;
    while (end < length - 1 && text[end] != ',') end++;
    for (start = at; start < end && text[start] != ':';) start++;
    start = start < end ? start + 1 : at;
    bool quoted = text[start] == '"';
    if (!value_of(c, type, text + start + quoted, end - start - 2 * (size_t)quoted, &items[count++])) return false;
    at = end + 1;
  }
  value->list.items = items;
  value->list.count = count;
  return true;
}

static bool value_of(expr_case *c, tx_type type, const char *text, size_t length, tx_value *value) {
  int64_t nanos, micros;
  int32_t days;
  char *copy = tx_arena_copy(&c->arena, text, length);
  *value = (tx_value){.state = TX_PRESENT, .type = type};
  if (strcmp(copy, "missing") == 0) return value->state = TX_MISSING, true;
  if (strcmp(copy, "fault") == 0) return value->state = TX_FAULT, true;
  if (type.lists) return list_value(c, type, text, length, value);
  switch (type.kind) {
  case TX_BOOL:
    value->boolean = strcmp(copy, "true") == 0;
    return true;
  case TX_INT:
    value->integer = strtoll(copy, NULL, 10);
    return true;
  case TX_UINT:
    value->natural = strtoull(copy, NULL, 10);
    return true;
  case TX_DOUBLE:
    value->number = number_of_test(copy, NULL);
    return true;
  case TX_STRING:
    value->text = (triax_text){copy, length};
    return true;
  case TX_DATE:
    if (!tx_parse_date((triax_text){copy, length}, TX_DATE_ISO, &days)) return false;
    value->integer = days;
    return true;
  case TX_TIMESTAMP:
    if (!tx_parse_timestamp((triax_text){copy, length}, false, &micros, &value->time.nanos)) return false;
    value->time.seconds = micros / 1000000 - (micros % 1000000 < 0);
    return true;
  case TX_DURATION:
    if (!tx_parse_duration((triax_text){copy, length}, &nanos)) return false;
    value->time.seconds = nanos / 1000000000;
    value->time.nanos = (int32_t)(nanos % 1000000000);
    return true;
  default:
    return false;
  }
}

static bool type_of(const char *text, size_t length, tx_type *type) {
  static const struct {
    const char *name;
    tx_type type;
  } types[] = {{"bool", {TX_BOOL, 0}},           {"int", {TX_INT, 0}},
               {"uint", {TX_UINT, 0}},           {"double", {TX_DOUBLE, 0}},
               {"string", {TX_STRING, 0}},       {"date", {TX_DATE, 0}},
               {"timestamp", {TX_TIMESTAMP, 0}}, {"duration", {TX_DURATION, 0}},
               {"list<int>", {TX_INT, 1}},       {"list<string>", {TX_STRING, 1}},
               {"list<double>", {TX_DOUBLE, 1}}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (strlen(types[i].name) == length && memcmp(types[i].name, text, length) == 0) return *type = types[i].type, true;
  }
  return false;
}

static bool bind(expr_case *c, const char *text, size_t length) {
  const char *colon = memchr(text, ':', length);
  const char *equals = colon ? memchr(colon, '=', length - (size_t)(colon - text)) : NULL;
  tx_type type;
  if (!equals || c->count == 16 || !type_of(colon + 1, (size_t)(equals - colon - 1), &type)) return false;
  triax_text name = {text, (size_t)(colon - text)};
  size_t rest = length - (size_t)(equals + 1 - text);
  if (!value_of(c, type, equals + 1, rest, &c->variables[c->count++])) return false;
  return tx_module_variable(c->module, name, type, NULL, NULL) == TRIAX_OK;
}

bool expr_case_begin(expr_case *c, triax_context *context, const char *bindings) {
  memset(c, 0, sizeof *c);
  c->context = context;
  tx_arena_init(&c->arena, context);
  if (tx_module_new(context, &c->module, NULL) != TRIAX_OK) return false;
  while (*bindings) {
    size_t length = strcspn(bindings, ";");
    if (!bind(c, bindings, length)) return false;
    bindings += length + (bindings[length] == ';');
  }
  return true;
}

void expr_case_run(expr_case *c, const char *source, tx_expect expect) {
  tx_syntax *syntax;
  c->checked = false;
  memset(&c->faults, 0, sizeof c->faults);
  c->status = tx_syntax_parse(&c->arena, triax_text_of(source), &syntax, &c->faults);
  if (c->status != TRIAX_OK) return;
  c->status = tx_module_check(c->module, syntax, expect, &c->root, &c->faults);
  if (c->status != TRIAX_OK) return;
  c->checked = true;
  int32_t as_of = tx_days_from_civil(2026, 11, 21);
  tx_scalar scalar = {
      .module = c->module, .variables = c->variables, .as_of = as_of, .has_as_of = true, .scratch = &c->arena};
  c->status = tx_scalar_eval(&scalar, c->root, &c->value);
}

void expr_case_end(expr_case *c) {
  tx_module_free(c->module);
  tx_arena_free(&c->arena);
}

const char *expr_case_print(triax_context *context, const char *source, const char *bindings, char *buffer,
                            size_t size) {
  expr_case c;
  if (!expr_case_begin(&c, context, bindings)) {
    snprintf(buffer, size, "bindings");
  } else {
    expr_case_run(&c, source, TX_EXPECT_ANY);
    if (!c.checked) snprintf(buffer, size, "error: %s", c.faults.fault[0].message);
    if (c.checked && c.status == TRIAX_OK) tx_value_print(&c.value, buffer, size);
    if (c.checked && c.status != TRIAX_OK) snprintf(buffer, size, "limit");
  }
  expr_case_end(&c);
  return buffer;
}

static size_t unescape(char *field) {
  char *out = field;
  for (char *in = field; *in; in++) {
    if (*in != '\\') {
      *out++ = *in;
      continue;
    }
    char hex[5] = {0};
    switch (*++in) {
    case 't':
      *out++ = '\t';
      break;
    case 'n':
      *out++ = '\n';
      break;
    case 'r':
      *out++ = '\r';
      break;
    case 'u':
      memcpy(hex, in + 1, 4);
      out += tx_utf8_put((uint32_t)strtoul(hex, NULL, 16), out);
      in += 4;
      break;
    default:
      *out++ = *in;
      break;
    }
  }
  *out = '\0';
  return (size_t)(out - field);
}

size_t expr_case_fields(char *line, char **fields, size_t *lengths, size_t room) {
  size_t count = 0;
  line[strcspn(line, "\r\n")] = '\0';
  while (count < room) {
    char *tab = strchr(line, '\t');
    if (tab) *tab = '\0';
    fields[count] = line;
    lengths[count++] = unescape(line);
    if (!tab) break;
    line = tab + 1;
  }
  return count;
}

int expr_case_set_up(void **state) {
  triax_context *context = NULL;
  if (triax_context_new(NULL, &context, NULL) != TRIAX_OK) return -1;
  *state = context;
  return 0;
}

int expr_case_tear_down(void **state) {
  triax_context_unref(*state);
  return 0;
}
