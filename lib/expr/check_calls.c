/* Calls: by the table of functions, and those that the table cannot say. */
#include <stdio.h>
#include <string.h>

#include "expr/check.h"
#include "expr/functions.h"
#include "expr/regex.h"
#include "expr/scalar.h"

/* A call's arguments, the receiver first. */
typedef struct call {
  const tx_syntax_node *node;
  const tx_syntax_node **syntax;
  tx_result *arguments;
  uint32_t count;
} call;

static tx_type type_of_letter(char letter) {
  switch (letter) {
  case 'b':
    return (tx_type){TX_BOOL, 0};
  case 'i':
    return (tx_type){TX_INT, 0};
  case 'u':
    return (tx_type){TX_UINT, 0};
  case 'd':
    return (tx_type){TX_DOUBLE, 0};
  case 's':
    return (tx_type){TX_STRING, 0};
  case 't':
    return (tx_type){TX_TIMESTAMP, 0};
  case 'r':
    return (tx_type){TX_DURATION, 0};
  case 'e':
    return (tx_type){TX_DATE, 0};
  case 'S':
    return (tx_type){TX_STRING, 1};
  default:
    return (tx_type){TX_FREE, 1};
  }
}

/* The letter for the i-th argument; 0 when the overload has no such parameter. */
static char letter_at(const tx_function *function, uint32_t i) {
  size_t length = strlen(function->parameters);
  if (function->parameters[length - 1] == '*') return function->parameters[0];
  return i < length ? function->parameters[i] : '\0';
}

static bool takes_count(const tx_function *function, uint32_t count) {
  size_t length = strlen(function->parameters);
  if (function->parameters[length - 1] == '*') return count >= 1;
  return count == length;
}

static bool takes_type(char letter, tx_type type) {
  if (letter == 'L') return type.lists > 0 || type.kind == TX_FREE;
  tx_type wanted = type_of_letter(letter), both;
  return tx_unify(type, wanted, &both) && tx_same_type(both, wanted);
}

/* Whether the arguments fit, with int literals taken for doubles if `promoting`. */
static bool fits(const tx_checker *c, const tx_function *function, const call *k, bool promoting) {
  if (!takes_count(function, k->count)) return false;
  for (uint32_t i = 0; i < k->count; i++) {
    tx_type type = tx_result_type(c, k->arguments[i]);
    char letter = letter_at(function, i);
    bool rises = promoting && letter == 'd' && k->arguments[i].flexible && tx_type_is(type, TX_INT);
    if (!rises && !takes_type(letter, type)) return false;
  }
  return true;
}

static const tx_function *find_overload(const tx_checker *c, const call *k, uint8_t form) {
  for (int promoting = 0; promoting < 2; promoting++) {
    for (size_t i = 0; i < tx_function_count; i++) {
      const tx_function *function = &tx_functions[i];
      if ((function->forms & form) && tx_text_equal_c(k->node->text, function->name) &&
          fits(c, function, k, promoting != 0)) {
        return function;
      }
    }
  }
  return NULL;
}

/* --- what is wrong with a call --------------------------------------------------------------------------------- */

static uint8_t forms_of(triax_text name) {
  uint8_t forms = 0;
  for (size_t i = 0; i < tx_function_count; i++) {
    if (tx_text_equal_c(name, tx_functions[i].name)) forms |= tx_functions[i].forms;
  }
  if (tx_text_equal_c(name, "orValue")) return TX_FORM_METHOD;
  for (size_t i = 0; i < tx_special_function_count && !forms; i++) {
    if (tx_text_equal_c(name, tx_special_functions[i])) forms = TX_FORM_CALL;
  }
  return forms;
}

triax_status tx_module_check_calls(tx_module *module, const tx_syntax *syntax, tx_expr_faults *faults) {
  tx_checker *c = tx_calloc(module->context, 1, sizeof *c);
  if (!c) return TRIAX_ENOMEM;
  *c = (tx_checker){.module = module, .syntax = syntax, .faults = faults};
  for (uint32_t i = 0; i < syntax->count && c->status == TRIAX_OK; i++) {
    const tx_syntax_node *node = &syntax->nodes[i];
    if (node->kind == TX_S_CALL && !forms_of(node->text)) tx_check_unknown_function(c, node);
  }
  triax_status status = c->status == TRIAX_OK ? tx_fault_status(faults) : c->status;
  tx_free(module->context, c, sizeof *c);
  return status;
}

/* "(string, int)" */
static void write_types(const tx_checker *c, const call *k, uint32_t from, char *buffer, size_t size) {
  tx_writer out = {buffer, size, 0};
  tx_write_c(&out, "(");
  for (uint32_t i = from; i < k->count; i++) {
    char name[64];
    if (i > from) tx_write_c(&out, ", ");
    tx_write_c(&out, tx_type_name(tx_result_type(c, k->arguments[i]), name));
  }
  tx_write_c(&out, ")");
}

/* "it takes (string), (string, int)": what the function could be given instead. */
static void write_overloads(triax_text name, bool method, char *buffer, size_t size) {
  tx_writer out = {buffer, size, 0};
  tx_write_c(&out, "it takes ");
  size_t shown = 0;
  for (size_t i = 0; i < tx_function_count; i++) {
    const tx_function *function = &tx_functions[i];
    if (!tx_text_equal_c(name, function->name)) continue;
    if (shown++) tx_write_c(&out, ", ");
    tx_write_c(&out, "(");
    for (const char *letter = function->parameters + (method ? 1 : 0); *letter; letter++) {
      char word[64];
      if (*letter == '*') tx_write_c(&out, ", …");
      if (*letter == '*') break;
      if (letter > function->parameters + (method ? 1 : 0)) tx_write_c(&out, ", ");
      tx_write_c(&out, *letter == 'L' ? "list" : tx_type_name(type_of_letter(*letter), word));
    }
    tx_write_c(&out, ")");
    if (method) {
      char word[64];
      tx_write_c(&out, " after a ");
      tx_write_c(&out,
                 function->parameters[0] == 'L' ? "list" : tx_type_name(type_of_letter(function->parameters[0]), word));
    }
  }
}

/* An int column where the function wants a double: the usual slip. */
static bool double_would_fit(const tx_checker *c, const call *k, uint8_t form, uint32_t *which) {
  for (uint32_t i = 0; i < k->count; i++) {
    tx_type type = tx_result_type(c, k->arguments[i]);
    if (!tx_type_is(type, TX_INT) && !tx_type_is(type, TX_UINT)) continue;
    for (size_t f = 0; f < tx_function_count; f++) {
      const tx_function *function = &tx_functions[f];
      if ((function->forms & form) && tx_text_equal_c(k->node->text, function->name) &&
          takes_count(function, k->count) && letter_at(function, i) == 'd') {
        *which = i;
        return true;
      }
    }
  }
  return false;
}

static tx_result refuse_call(tx_checker *c, const call *k, uint8_t form) {
  triax_text name = k->node->text;
  uint8_t forms = forms_of(name);
  char types[160], hint[192], excerpt[TX_EXCERPT];
  int shown = (int)(name.length < 60 ? name.length : 60);
  if (forms == 0) {
    tx_check_unknown_function(c, k->node);
    return tx_result_bad;
  }
  if (!(forms & form) && form == TX_FORM_CALL) {
    tx_fault_error(c->faults, k->node->at, NULL, "'%.*s' is written behind what it works on: x.%.*s(…)", shown,
                   name.bytes, shown, name.bytes);
    return tx_result_bad;
  }
  if (!(forms & form)) {
    tx_fault_error(c->faults, k->node->at, NULL, "'%.*s' is written before what it works on: %.*s(x)", shown,
                   name.bytes, shown, name.bytes);
    return tx_result_bad;
  }
  uint32_t which;
  write_types(c, k, form == TX_FORM_METHOD ? 1 : 0, types, sizeof types);
  if (double_would_fit(c, k, form, &which)) {
    snprintf(hint, sizeof hint, "write double(%s)",
             tx_excerpt(c->syntax->source, tx_syntax_span(k->syntax[which]), excerpt));
  } else {
    write_overloads(name, form == TX_FORM_METHOD, hint, sizeof hint);
  }
  if (form == TX_FORM_METHOD) {
    char owner[64];
    tx_type_name(tx_result_type(c, k->arguments[0]), owner);
    tx_fault_error(c->faults, k->node->at, hint, "'%.*s' after a %s cannot take %s", shown, name.bytes, owner, types);
  } else {
    tx_fault_error(c->faults, k->node->at, hint, "'%.*s' cannot take %s", shown, name.bytes, types);
  }
  return tx_result_bad;
}

/* --- calls by the table ---------------------------------------------------------------------------------------- */

static bool fixed_text(const tx_checker *c, tx_result result, triax_text *text) {
  const tx_expr_node *node = tx_result_node(c, result);
  if (!node->fixed || node->value.state != TX_PRESENT || !tx_type_is(node->type, TX_STRING)) return false;
  *text = node->value.text;
  return true;
}

/* A fixed pattern is compiled once, and its faults are told now. */
static bool compile_pattern(tx_checker *c, const call *k, const tx_regex **regex) {
  triax_text pattern;
  char message[TX_REGEX_MESSAGE];
  size_t offset = 0;
  *regex = NULL;
  if (!fixed_text(c, k->arguments[1], &pattern)) return true;
  triax_status status = tx_regex_compile(&c->module->arena, pattern, regex, message, &offset);
  if (status == TRIAX_ENOMEM) c->status = status;
  if (status == TRIAX_EPOLICY || status == TRIAX_ELIMIT) {
    tx_span span = tx_syntax_span(k->syntax[1]);
    if (status == TRIAX_ELIMIT) {
      tx_fault_limit(c->faults, span, "%s", message);
    } else {
      tx_fault_error(c->faults, span, NULL, "the pattern is at fault at its character %lu: %s",
                     (unsigned long)tx_utf8_count((triax_text){pattern.bytes, offset}) + 1, message);
    }
  }
  return status == TRIAX_OK;
}

/* A text that is converted on the spot must be convertible. */
static void check_conversion(tx_checker *c, const call *k, tx_result result) {
  const tx_expr_node *node = tx_result_node(c, result);
  triax_text text;
  if (result.bad || node->op != TX_OP_CONVERT || !node->fixed || node->value.state != TX_FAULT) return;
  if (!fixed_text(c, k->arguments[0], &text)) return;
  char name[64];
  const char *hint = node->type.kind == TX_DATE        ? "dates are written 2026-11-21"
                     : node->type.kind == TX_TIMESTAMP ? "timestamps are written 2026-11-21T10:00:00Z"
                     : node->type.kind == TX_DURATION  ? "durations are written 36h, 90m, 1.5s"
                                                       : NULL;
  tx_fault_warning(c->faults, tx_syntax_span(k->syntax[0]), hint, "\"%.*s\" is not a %s, so this never has a value",
                   (int)(text.length < 60 ? text.length : 60), text.bytes, tx_type_name(node->type, name));
}

static bool check_zone(tx_checker *c, const call *k) {
  triax_text zone;
  int32_t minutes;
  if (k->count < 2) return true;
  if (fixed_text(c, k->arguments[1], &zone) && tx_fixed_offset(zone, &minutes)) return true;
  tx_fault_error(c->faults, tx_syntax_span(k->syntax[1]), "write an offset such as \"+02:00\", or \"UTC\"",
                 "named and computed time zones are outside of the language");
  return false;
}

static tx_result call_overload(tx_checker *c, const call *k, const tx_function *function) {
  tx_span span = tx_syntax_span(k->node);
  const tx_regex *regex = NULL;
  for (uint32_t i = 0; i < k->count; i++) {
    if (letter_at(function, i) != 'd' || !tx_type_is(tx_result_type(c, k->arguments[i]), TX_INT)) continue;
    if (!tx_check_promote(c, tx_syntax_span(k->syntax[i]), &k->arguments[i])) {
      return refuse_call(c, k, k->node->receiver ? TX_FORM_METHOD : TX_FORM_CALL);
    }
    if (k->arguments[i].bad) return tx_result_bad;
  }
  if (function->op == TX_OP_MATCHES && !compile_pattern(c, k, &regex)) return tx_result_bad;
  if (function->op == TX_OP_TIME_PART && !check_zone(c, k)) return tx_result_bad;
  tx_type type = type_of_letter(function->result);
  if (function->op == TX_OP_CONVERT && tx_same_type(type, tx_result_type(c, k->arguments[0]))) return k->arguments[0];
  tx_result result = tx_check_node(c, span, function->op, type, function->index, k->arguments, k->count);
  if (!result.bad && regex && !c->module->nodes[result.node].regex) c->module->nodes[result.node].regex = regex;
  check_conversion(c, k, result);
  return result;
}

/* math.greatest([a, b]) is math.greatest(a, b). */
static tx_result call_on_items(tx_checker *c, const call *k, uint8_t form) {
  tx_expr_node list = *tx_result_node(c, k->arguments[0]);
  triax_context *context = c->module->context;
  call items = {.node = k->node, .count = list.count};
  items.arguments = tx_alloc_array(context, list.count, sizeof *items.arguments);
  items.syntax = tx_alloc_array(context, list.count, sizeof *items.syntax);
  tx_result result = tx_result_bad;
  if (items.arguments && items.syntax) {
    for (uint32_t i = 0; i < list.count; i++) {
      items.arguments[i] = (tx_result){.node = c->module->children[list.first + i]};
      items.syntax[i] = k->syntax[0];
    }
    const tx_function *function = find_overload(c, &items, form);
    result = function ? call_overload(c, &items, function) : refuse_call(c, &items, form);
  } else {
    c->status = TRIAX_ENOMEM;
  }
  tx_free_array(context, items.arguments, list.count, sizeof *items.arguments);
  tx_free_array(context, (void *)items.syntax, list.count, sizeof *items.syntax);
  return result;
}

static tx_result call_by_table(tx_checker *c, const call *k) {
  uint8_t form = k->node->receiver ? TX_FORM_METHOD : TX_FORM_CALL;
  triax_text name = k->node->text;
  bool extreme = tx_text_equal_c(name, "math.greatest") || tx_text_equal_c(name, "math.least");
  if (extreme && k->count == 1 && tx_result_node(c, k->arguments[0])->op == TX_OP_LIST &&
      tx_result_node(c, k->arguments[0])->count > 0) {
    return call_on_items(c, k, form);
  }
  const tx_function *function = find_overload(c, k, form);
  if (!function) return refuse_call(c, k, form);
  tx_result result = call_overload(c, k, function);
  bool flexible = extreme || tx_text_equal_c(name, "math.abs");
  for (uint32_t i = 0; i < k->count && flexible; i++) flexible = k->arguments[i].flexible;
  if (flexible && !result.bad && tx_type_is(tx_result_type(c, result), TX_INT)) result.flexible = true;
  return result;
}

/* --- special calls --------------------------------------------------------------------------------------------- */

static tx_result refuse_count(tx_checker *c, const call *k, const char *usage) {
  tx_fault_error(c->faults, k->node->at, NULL, "this is written %s", usage);
  return tx_result_bad;
}

static tx_result call_has(tx_checker *c, const call *k) {
  tx_span span = tx_syntax_span(k->node);
  tx_type truth = {TX_BOOL, 0};
  if (k->count != 1 || k->node->receiver) return refuse_count(c, k, "has(column)");
  const tx_expr_node *node = tx_result_node(c, k->arguments[0]);
  if (k->syntax[0]->kind != TX_S_NAME || node->op == TX_OP_LOCAL) {
    tx_fault_error(c->faults, tx_syntax_span(k->syntax[0]), "whether an expression has a value is asked by … != null",
                   "has() takes the name of a column or definition");
    return tx_result_bad;
  }
  if (node->op == TX_OP_VARIABLE) return tx_check_node(c, span, TX_OP_HAS, truth, node->index, NULL, 0);
  return tx_check_node(c, span, TX_OP_PRESENT, truth, 0, k->arguments, 1);
}

static tx_result call_or_value(tx_checker *c, const call *k) {
  if (k->count != 2 || !k->node->receiver) return refuse_count(c, k, "column.orValue(x)");
  tx_type type = tx_result_type(c, k->arguments[0]), other = tx_result_type(c, k->arguments[1]), both;
  for (int i = 0; i < 2; i++) {
    tx_type there = i == 0 ? other : type, here = i == 0 ? type : other;
    if (tx_type_is(there, TX_DOUBLE) && tx_type_is(here, TX_INT)) {
      tx_check_promote(c, tx_syntax_span(k->syntax[i]), &k->arguments[i]);
      if (k->arguments[i].bad) return tx_result_bad;
    }
  }
  type = tx_result_type(c, k->arguments[0]);
  other = tx_result_type(c, k->arguments[1]);
  if (!tx_unify(type, other, &both)) {
    char first[64], second[64], hint[160], excerpt[TX_EXCERPT];
    bool widen = tx_type_is(type, TX_INT) && tx_type_is(other, TX_DOUBLE);
    snprintf(hint, sizeof hint, "write double(%s).orValue(…)",
             tx_excerpt(c->syntax->source, tx_syntax_span(k->syntax[0]), excerpt));
    tx_fault_error(c->faults, tx_syntax_span(k->syntax[1]), widen ? hint : NULL,
                   "the stand-in must be of the column's type: %s for a %s", tx_type_name(other, second),
                   tx_type_name(type, first));
    return tx_result_bad;
  }
  return tx_check_node(c, tx_syntax_span(k->node), TX_OP_OR_VALUE, both, 0, k->arguments, 2);
}

static int aggregate_op(triax_text name) {
  if (tx_text_equal_c(name, "total")) return TX_OP_TOTAL;
  if (tx_text_equal_c(name, "mean")) return TX_OP_MEAN;
  if (tx_text_equal_c(name, "stddev")) return TX_OP_STDDEV;
  return tx_text_equal_c(name, "percentile") ? TX_OP_PERCENTILE : 0;
}

/* The number of an aggregate that is there already, so that it is the same node. */
static uint32_t aggregate_number(const tx_module *module, int op, uint32_t child) {
  for (size_t i = 0; i < module->count; i++) {
    const tx_expr_node *node = &module->nodes[i];
    if (node->op == op && module->children[node->first] == child) return node->index;
  }
  return module->aggregate_count;
}

/* Numbered as they are made: those inside an argument come before it. */
static tx_result call_aggregate(tx_checker *c, const call *k, int op) {
  tx_result value = k->count ? k->arguments[0] : tx_result_bad;
  if (k->count != 1 || k->node->receiver) return refuse_count(c, k, "total(x), mean(x), stddev(x) or percentile(x)");
  tx_span span = tx_syntax_span(k->node), inner = tx_syntax_span(k->syntax[0]);
  tx_type type = tx_result_type(c, value);
  char excerpt[TX_EXCERPT], name[64];
  if (tx_result_node(c, value)->locals != 0) {
    tx_fault_error(c->faults, inner, NULL, "a whole-set function cannot use the variable of a macro around it");
    return tx_result_bad;
  }
  if (!tx_is_number(type) && !tx_type_is(type, TX_BOOL)) {
    tx_fault_error(c->faults, inner, NULL, "'%.*s' needs a number; '%s' is a %s", (int)k->node->text.length,
                   k->node->text.bytes, tx_excerpt(c->syntax->source, inner, excerpt), tx_type_name(type, name));
    return tx_result_bad;
  }
  if (type.kind != TX_DOUBLE) value = tx_check_convert(c, inner, value, TX_DOUBLE);
  if (value.bad) return value;
  uint32_t number = aggregate_number(c->module, op, value.node);
  tx_result result = tx_check_node(c, span, op, (tx_type){TX_DOUBLE, 0}, number, &value, 1);
  if (!result.bad && number == c->module->aggregate_count) c->module->aggregate_count++;
  return result;
}

static tx_result call_any(tx_checker *c, const call *k) {
  triax_text name = k->node->text;
  int aggregate = aggregate_op(name);
  if (tx_text_equal_c(name, "has")) return call_has(c, k);
  if (tx_text_equal_c(name, "orValue")) return call_or_value(c, k);
  if (aggregate) return call_aggregate(c, k, aggregate);
  if (tx_text_equal_c(name, "dyn") && k->count == 1) {
    return (tx_result){.node = k->arguments[0].node, .dynamic = true};
  }
  if (tx_text_equal_c(name, "all") || tx_text_equal_c(name, "exists") || tx_text_equal_c(name, "exists_one") ||
      tx_text_equal_c(name, "filter") || tx_text_equal_c(name, "map")) {
    return refuse_count(c, k, "list.all(x, test), .exists(x, test), .filter(x, test) or .map(x, value)");
  }
  return call_by_table(c, k);
}

tx_result tx_check_call(tx_checker *c, uint32_t i) {
  call k = {.node = &c->syntax->nodes[i], .count = c->syntax->nodes[i].count};
  triax_context *context = c->module->context;
  k.arguments = tx_alloc_array(context, k.count, sizeof *k.arguments);
  k.syntax = tx_alloc_array(context, k.count, sizeof *k.syntax);
  tx_result result = tx_result_bad;
  if (k.arguments && k.syntax) {
    uint32_t n = 0;
    for (uint32_t child = k.node->first; child != TX_NO_INDEX; child = c->syntax->nodes[child].next) {
      k.syntax[n] = &c->syntax->nodes[child];
      k.arguments[n++] = c->results[child];
    }
    result = call_any(c, &k);
  } else {
    c->status = TRIAX_ENOMEM;
  }
  tx_free_array(context, k.arguments, k.count, sizeof *k.arguments);
  tx_free_array(context, (void *)k.syntax, k.count, sizeof *k.syntax);
  return result;
}
