/* Modules: limits, shared nodes, definitions, values of columns, whole-set functions, memory. */
#include "expr_case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

/* prefix + middle × times + suffix; to be freed. */
static char *repeat(const char *prefix, const char *middle, size_t times, const char *suffix) {
  size_t length = strlen(middle), at = strlen(prefix);
  char *text = malloc(at + length * times + strlen(suffix) + 1);
  memcpy(text, prefix, at);
  for (size_t i = 0; i < times; i++, at += length) memcpy(text + at, middle, length);
  strcpy(text + at, suffix);
  return text;
}

static void run_free(expr_case *c, triax_context *context, char *source) {
  assert_true(expr_case_begin(c, context, "a:int=1;b:bool=true;l:list<int>=[int:1,int:2];s:string=x"));
  expr_case_run(c, source, TX_EXPECT_ANY);
  free(source);
}

static void assert_limit(triax_context *context, char *source, const char *message) {
  expr_case c;
  run_free(&c, context, source);
  assert_false(c.checked);
  assert_int_equal(c.status, TRIAX_ELIMIT);
  assert_non_null(strstr(c.faults.fault[0].message, message));
  expr_case_end(&c);
}

static void assert_runs(triax_context *context, char *source, const char *result) {
  expr_case c;
  char printed[256] = "";
  run_free(&c, context, source);
  if (!c.checked) print_message("%s\n", c.faults.fault[0].message);
  assert_true(c.checked);
  assert_int_equal(c.status, TRIAX_OK);
  tx_value_print(&c.value, printed, sizeof printed);
  assert_string_equal(printed, result);
  expr_case_end(&c);
}

static void test_limits(void **state) {
  assert_limit(*state, repeat("\"", "x", 16384, "\""), "longer than 16384 bytes");
  assert_runs(*state, repeat("size(\"", "x", 16384 - 8, "\")"), "16376");
  assert_runs(*state, repeat("", "(", 63, "1)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))"), "1");
  assert_limit(*state, repeat("", "(", 65, "1"), "nested more than 64");
  assert_limit(*state, repeat("", "[", 65, "1"), "nested more than 64");
  assert_limit(*state, repeat("", "size(", 65, "1"), "nested more than 64");
  assert_runs(*state, repeat("", "!", 64, "b"), "true");
  assert_limit(*state, repeat("", "!", 65, "b"), "nested more than 64");
  assert_limit(*state, repeat("", "- ", 65, "a"), "nested more than 64");
  assert_limit(*state, repeat("", "b ? ", 65, "1"), "nested more than 64");
  assert_runs(*state, repeat("[1", ", 1", 1023, "].size()"), "1024");
  assert_limit(*state, repeat("[1", ", 1", 1024, "]"), "more than 1024 items");
  assert_limit(*state, repeat("a", "+a", 2048, ""), "more than 4096 parts");
  assert_limit(*state, repeat("l.all(x, ", "l.all(x, ", 8, "true)))))))))"), "macros are nested more than 8");
}

/* Chains are as long as the number of nodes allows: they are not nesting. */
static void test_chains(void **state) {
  assert_runs(*state, repeat("a", " + a", 2047, ""), "2048");
  assert_runs(*state, repeat("b", " && b", 2047, ""), "true");
  assert_runs(*state, repeat("s", ".trim()", 2000, ""), "\"x\"");
  assert_runs(*state, repeat("", "!b ? 1 : ", 800, "2"), "2");
  assert_runs(*state, repeat("1", "+ 1", 2047, ""), "2048");
  assert_runs(*state, repeat("[[1]]", "[0]", 2, " + 1"), "2");
}

/* Each of 40 definitions uses the one before twice: 2^40 as a tree, 80 nodes as a module. */
static void test_doubling(void **state) {
  expr_case c;
  assert_true(expr_case_begin(&c, *state, "x:double=1;s:string=ab"));
  static const char *const sources[] = {"(d%d + d%d)", "(d%d + d%d)"};
  for (int texts = 0; texts < 2; texts++) {
    char name[32], text[64];
    for (int i = 0; i <= 40; i++) {
      tx_syntax *syntax;
      snprintf(name, sizeof name, "%c%d", texts ? 't' : 'd', i);
      snprintf(text, sizeof text, sources[texts], i - 1, i - 1);
      for (char *p = text; texts && *p; p++) {
        if (*p == 'd') *p = 't';
      }
      if (i == 0) strcpy(text, texts ? "s" : "x");
      assert_int_equal(tx_syntax_parse(&c.arena, triax_text_of(text), &syntax, &c.faults), TRIAX_OK);
      assert_int_equal(tx_module_define(c.module, triax_text_of(name), syntax), TRIAX_OK);
    }
  }
  expr_case_run(&c, "d40", TX_EXPECT_ANY);
  assert_int_equal(c.status, TRIAX_OK);
  assert_true(c.value.number == 1099511627776.0);
  expr_case_run(&c, "size(t40) > 0", TX_EXPECT_ANY);
  assert_true(c.checked);
  assert_int_equal(c.status, TRIAX_ELIMIT); /* two terabytes of text */
  expr_case_end(&c);
}

/* 1024^3 steps are refused, not waited for. */
static void test_cost(void **state) {
  expr_case c;
  char *list = repeat("[1", ", 1", 1023, "]");
  char source[10000];
  snprintf(source, sizeof source, "%s.all(x, %s.all(y, %s.all(z, x + y + z == a)))", list, list, list);
  free(list);
  assert_true(expr_case_begin(&c, *state, "a:int=3"));
  expr_case_run(&c, source, TX_EXPECT_ANY);
  assert_true(c.checked);
  assert_int_equal(c.status, TRIAX_ELIMIT);
  expr_case_end(&c);
}

static uint32_t check(expr_case *c, const char *source) {
  expr_case_run(c, source, TX_EXPECT_ANY);
  if (!c->checked) print_message("%s: %s\n", source, c->faults.fault[0].message);
  assert_true(c->checked);
  return c->root;
}

static void test_sharing(void **state) {
  expr_case c;
  assert_true(expr_case_begin(&c, *state, "x:double=1;y:double=2"));
  uint32_t first = check(&c, "x + y * 2 > 3");
  size_t nodes = c.module->count;
  assert_int_equal(check(&c, "(x + (y*2)) > 3.0"), first);
  assert_int_equal(c.module->count, nodes);
  assert_int_not_equal(check(&c, "x + y * 2 < 3"), first);
  assert_int_not_equal(check(&c, "0.0"), check(&c, "-0.0"));
  assert_int_equal(check(&c, "mean(x) + mean(x)"), check(&c, "mean(x) + mean(x)"));
  assert_int_equal(c.module->aggregate_count, 1);
  check(&c, "percentile(x - mean(x)) + total(y)");
  assert_int_equal(c.module->aggregate_count, 3);
  for (size_t i = 0; i < c.module->count; i++) { /* inner aggregates come first */
    const tx_expr_node *node = &c.module->nodes[i];
    if (node->op == TX_OP_PERCENTILE) assert_int_equal(node->index, 1);
    if (node->op == TX_OP_MEAN) assert_int_equal(node->index, 0);
    for (uint32_t k = 0; k < node->count; k++) assert_true(c.module->children[node->first + k] < i);
  }
  expr_case_end(&c);
}

static void test_folding(void **state) {
  expr_case c;
  assert_true(expr_case_begin(&c, *state, "x:double=1"));
  uint32_t root = check(&c, "size(\"abc\") * 2 + [1, 2].map(v, v * 2)[1]");
  const tx_expr_node *node = &c.module->nodes[root];
  assert_true(node->fixed);
  assert_int_equal(node->value.integer, 10);
  root = check(&c, "1 / 0");
  node = &c.module->nodes[root];
  assert_true(node->fixed);
  assert_int_equal(node->value.state, TX_FAULT);
  assert_int_equal(c.faults.fault[0].level, TRIAX_LEVEL_WARNING);
  root = check(&c, "as_of");
  assert_false(c.module->nodes[root].fixed);
  root = check(&c, "total(1)");
  assert_false(c.module->nodes[root].fixed);
  root = check(&c, "x + 1");
  assert_false(c.module->nodes[root].fixed);
  expr_case_end(&c);
}

static void define(expr_case *c, const char *name, const char *source) {
  tx_syntax *syntax;
  assert_int_equal(tx_syntax_parse(&c->arena, triax_text_of(source), &syntax, &c->faults), TRIAX_OK);
  assert_int_equal(tx_module_define(c->module, triax_text_of(name), syntax), TRIAX_OK);
}

static void test_definitions(void **state) {
  expr_case c;
  assert_true(expr_case_begin(&c, *state, "x:double=1;l:list<string>=[\"a\",\"b\"];y:double=missing"));
  define(&c, "twice", "base * 2");
  define(&c, "base", "x + 1");
  define(&c, "limit", "3");
  define(&c, "some", "l.exists(i, i == \"b\")");
  define(&c, "ring", "ring2 + 1");
  define(&c, "ring2", "ring + 1");
  define(&c, "self", "self");
  define(&c, "broken", "x + misspelt");
  uint32_t root = check(&c, "twice > limit"); /* 4.0 > 3: the definition's int literal rises too */
  assert_true(c.value.boolean);
  assert_int_equal(check(&c, "(x + 1) * 2 > 3"), root);
  /* The macro of a definition inside a macro must not disturb the outer variable. */
  check(&c, "l.map(i, (some ? i : \"none\") + i).join(\"-\")");
  assert_int_equal(c.value.text.length, 5);
  assert_memory_equal(c.value.text.bytes, "aa-bb", 5);
  check(&c, "has(twice)");
  assert_true(c.value.boolean);
  expr_case_run(&c, "ring > 1.0", TX_EXPECT_ANY);
  assert_int_equal(c.status, TRIAX_EPOLICY);
  assert_non_null(strstr(c.faults.fault[0].message, "defined by itself"));
  assert_non_null(strstr(c.faults.fault[0].message, "ring2"));
  expr_case_run(&c, "self", TX_EXPECT_ANY);
  assert_non_null(strstr(c.faults.fault[0].message, "'self' is defined by itself"));
  expr_case_run(&c, "1.0 + broken", TX_EXPECT_ANY);
  assert_int_equal(c.faults.fault[0].offset, 6);
  assert_non_null(strstr(c.faults.fault[0].message, "no column or definition 'misspelt'"));
  expr_case_run(&c, "twise", TX_EXPECT_ANY);
  assert_string_equal(c.faults.fault[0].hint, "did you mean 'twice'?");
  expr_case_end(&c);
}

static void test_definition_chain(void **state) {
  expr_case c;
  char name[16], source[32];
  assert_true(expr_case_begin(&c, *state, "x:double=1"));
  for (int i = 0; i < 200; i++) {
    snprintf(name, sizeof name, "d%d", i);
    snprintf(source, sizeof source, i == 199 ? "x" : "d%d + 1", i + 1);
    define(&c, name, source);
  }
  check(&c, "d100");
  assert_true(c.value.number == 100.0);
  expr_case_run(&c, "d0", TX_EXPECT_ANY); /* 100 are checked by now, so that the rest is within the limit */
  assert_true(c.checked);
  expr_case_end(&c);
  assert_true(expr_case_begin(&c, *state, "x:double=1"));
  for (int i = 0; i < 200; i++) {
    snprintf(name, sizeof name, "d%d", i);
    snprintf(source, sizeof source, i == 199 ? "x" : "d%d + 1", i + 1);
    define(&c, name, source);
  }
  expr_case_run(&c, "d0", TX_EXPECT_ANY);
  assert_int_equal(c.status, TRIAX_EPOLICY);
  assert_non_null(strstr(c.faults.fault[0].message, "at fault"));
  expr_case_end(&c);
}

/* Each of 300 definitions nests the one before in a list of calls: as an expression it would be too deep. */
static void test_height(void **state) {
  expr_case c;
  char name[16], source[64];
  triax_status status = TRIAX_OK;
  assert_true(expr_case_begin(&c, *state, "x:double=1"));
  define(&c, "d0", "x");
  int i = 1;
  for (; i <= 300 && status == TRIAX_OK; i++) {
    snprintf(name, sizeof name, "d%d", i);
    snprintf(source, sizeof source, "1.0 + d%d", i - 1);
    define(&c, name, source);
    expr_case_run(&c, name, TX_EXPECT_ANY);
    status = c.status;
    if (status == TRIAX_OK) assert_true(c.value.number == 1.0 + i);
  }
  assert_int_equal(i, 257 + 1); /* TX_HEIGHT: 256 steps fit */
  assert_non_null(strstr(c.faults.fault[0].message, "goes too deep"));
  expr_case_end(&c);
}

/* One column of each type, read back. */
static void test_types_of_columns(void **state) {
  static const int32_t types[] = {TRIAX_TYPE_NUMBER, TRIAX_TYPE_MONEY, TRIAX_TYPE_INTEGER, TRIAX_TYPE_BOOLEAN,
                                  TRIAX_TYPE_DATE};
  static const char *const printed[] = {"2.0", "2.0", "2", "true", "date(\"1970-01-03\")"};
  for (size_t i = 0; i < 5; i++) {
    tx_column_builder *builder = tx_column_builder_new(*state, types[i]);
    if (i < 2) assert_true(tx_column_builder_number(builder, 2.0));
    if (i == 2 || i == 4) assert_true(tx_column_builder_integer(builder, 2));
    if (i == 3) assert_true(tx_column_builder_boolean(builder, true));
    tx_column *column = tx_column_builder_finish(builder);
    tx_column_builder_free(builder);
    tx_value value;
    char text[64];
    assert_int_equal(tx_value_of_column(column, 0, NULL, &value), TRIAX_OK);
    tx_value_print(&value, text, sizeof text);
    assert_string_equal(text, printed[i]);
    tx_column_unref(column);
  }
}

static void test_unavailable(void **state) {
  expr_case c;
  assert_true(expr_case_begin(&c, *state, "x:double=1"));
  assert_int_equal(tx_module_unavailable(c.module, TX_TEXT("csm.fte"), "it belongs to the team"), TRIAX_OK);
  expr_case_run(&c, "csm.fte > 1", TX_EXPECT_ANY);
  assert_string_equal(c.faults.fault[0].message, "'csm.fte' cannot be used here: it belongs to the team");
  expr_case_end(&c);
}

static void test_reads_and_names(void **state) {
  expr_case c;
  uint32_t reads[4];
  assert_true(expr_case_begin(&c, *state, "a:double=1;b:double=1;customer.arr:double=1;l:list<string>=[\"a\"]"));
  uint32_t root = check(&c, "has(b) && customer.arr > 0 || l.exists(x, x == \"a\") && math.abs(b) > as_of.getHours()");
  assert_int_equal(tx_module_reads(c.module, root, reads, 4), 3);
  assert_int_equal(reads[0], 1);
  assert_int_equal(reads[1], 2);
  assert_int_equal(reads[2], 3);
  assert_int_equal(tx_module_reads(c.module, root, NULL, 0), 3);
  assert_int_equal(tx_module_reads(c.module, check(&c, "1 + 1"), reads, 4), 0);
  tx_syntax *syntax;
  const tx_free_name *names;
  const char *source = "l.map(x, l.map(y, x + y)) == b . c && math.abs(a.b.d) > x || has(q.r) || d.getDate() == 1";
  assert_int_equal(tx_syntax_parse(&c.arena, triax_text_of(source), &syntax, &c.faults), TRIAX_OK);
  static const char *const wanted[] = {"l", "l", "b.c", "a.b.d", "x", "q.r", "d"};
  assert_int_equal(tx_syntax_free_names(syntax, &names), 7);
  for (size_t i = 0; i < 7; i++) assert_true(tx_text_equal_c(names[i].name, wanted[i]));
  assert_int_equal(names[2].offset, 29);
  assert_int_equal(names[2].length, 5);
  expr_case_end(&c);
}

/* A column named like the namespace is still a column. */
static void test_column_named_math(void **state) {
  char printed[64];
  assert_string_equal(expr_case_print(*state, "math.orValue(2) + math.abs(-1.0)", "math:double=missing", printed, 64),
                      "3.0");
  assert_string_equal(expr_case_print(*state, "customer // dotted\n . arr", "customer.arr:double=2", printed, 64),
                      "2.0");
}

/* --- columns --------------------------------------------------------------------------------------------------- */

static tx_column *text_column(triax_context *context, int32_t type) {
  static const char *const texts[] = {"finance", "telco", "retail", "Public sector"};
  tx_column_builder *builder = tx_column_builder_new(context, type);
  tx_column *column = NULL;
  bool ok = builder != NULL;
  for (int i = 0; i < 4 && ok; i++) {
    triax_text text = triax_text_of(texts[i]);
    ok = type == TRIAX_TYPE_STRINGS ? tx_column_builder_list(builder, &text, 1) : tx_column_builder_text(builder, text);
  }
  if (ok && tx_column_builder_missing(builder)) column = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  return column;
}

static void assert_warning(expr_case *c, const char *source, const char *message, const char *hint) {
  expr_case_run(c, source, TX_EXPECT_ANY);
  assert_true(c->checked);
  assert_int_equal(c->faults.count, message ? 1 : 0);
  if (!message) return;
  assert_string_equal(c->faults.fault[0].message, message);
  assert_string_equal(c->faults.fault[0].hint, hint);
}

static void test_values_of_columns(void **state) {
  expr_case c;
  tx_value value;
  tx_column *texts = text_column(*state, TRIAX_TYPE_STRING), *lists = text_column(*state, TRIAX_TYPE_STRINGS);
  assert_true(expr_case_begin(&c, *state, ""));
  assert_int_equal(tx_module_variable(c.module, TX_TEXT("vertical"), tx_type_of_column(texts->type), texts, NULL), 0);
  assert_int_equal(tx_module_variable(c.module, TX_TEXT("tags"), tx_type_of_column(lists->type), lists, NULL), 0);
  tx_value_of_column(texts, 1, &c.arena, &c.variables[0]);
  tx_value_of_column(lists, 2, &c.arena, &c.variables[1]);
  assert_warning(&c, "vertical == \"telco\"", NULL, NULL);
  assert_true(c.value.boolean);
  assert_warning(&c, "vertical == \"finanse\"", "\"finanse\" is not among the 4 values of 'vertical'",
                 "did you mean \"finance\"?");
  assert_int_equal(c.faults.fault[0].offset, 12);
  assert_warning(&c, "\"Telco\" != vertical", "\"Telco\" is not among the 4 values of 'vertical'",
                 "did you mean \"telco\"?");
  assert_warning(&c, "vertical in [\"finance\", \"xyz\"]", "\"xyz\" is not among the 4 values of 'vertical'", "");
  assert_int_equal(c.faults.fault[0].offset, 24);
  assert_warning(&c, "\"retial\" in tags", "\"retial\" is not among the 4 values of 'tags'",
                 "did you mean \"retail\"?");
  assert_warning(&c, "tags.exists(t, t == \"x\")", NULL, NULL);
  assert_warning(&c, "vertical < \"a\" || vertical.contains(\"x\")", NULL, NULL);
  assert_warning(&c, "\"retail\" in tags", NULL, NULL);
  assert_true(c.value.boolean);
  tx_value_of_column(texts, 4, &c.arena, &value);
  assert_int_equal(value.state, TX_MISSING);
  tx_value_of_column(lists, 4, &c.arena, &value);
  assert_int_equal(value.state, TX_MISSING);
  expr_case_end(&c);
  tx_column_unref(texts);
  tx_column_unref(lists);
}

static void test_timestamps_of_columns(void **state) {
  tx_column_builder *builder = tx_column_builder_new(*state, TRIAX_TYPE_TIMESTAMP);
  assert_true(tx_column_builder_integer(builder, -1));
  assert_true(tx_column_builder_integer(builder, 1500000));
  tx_column *column = tx_column_builder_finish(builder);
  tx_column_builder_free(builder);
  tx_value value;
  char printed[64];
  tx_value_of_column(column, 0, NULL, &value);
  tx_value_print(&value, printed, sizeof printed);
  assert_string_equal(printed, "timestamp(\"1969-12-31T23:59:59.999999Z\")");
  tx_value_of_column(column, 1, NULL, &value);
  tx_value_print(&value, printed, 12); /* cut, and the whole length told */
  assert_string_equal(printed, "timestamp(\"");
  assert_int_equal(tx_value_print(&value, NULL, 0), 37);
  tx_column_unref(column);
}

/* --- whole-set functions --------------------------------------------------------------------------------------- */

/* Four present values 10, 20, 20, 40: below + half of the equal, divided by 4. */
static void test_percentile(void **state) {
  double sorted[] = {10, 20, 40};
  uint64_t below[] = {0, 1, 3}, equal[] = {1, 2, 1};
  tx_aggregate set = {.op = TX_OP_PERCENTILE, .known = true, .present = 4, .sorted = sorted, .below = below,
                      .equal = equal, .distinct = 3};
  assert_true(tx_aggregate_percentile(&set, 10) == 0.125);
  assert_true(tx_aggregate_percentile(&set, 20) == 0.5);
  assert_true(tx_aggregate_percentile(&set, 40) == 0.875);
  assert_true(tx_aggregate_percentile(&set, 15) == 0.25); /* a newcomer between */
  assert_true(tx_aggregate_percentile(&set, 99) == 1.0);
  assert_true(tx_aggregate_percentile(&set, 5) == 0.0);
  assert_true(isnan(tx_aggregate_percentile(&set, NAN)));
  expr_case c;
  assert_true(expr_case_begin(&c, *state, "x:double=20;y:double=missing"));
  uint32_t root = check(&c, "percentile(x) + mean(y).orValue(1) + total(x)");
  tx_aggregate items[3] = {set, {.op = TX_OP_MEAN}, {.op = TX_OP_TOTAL, .known = true, .present = 4, .value = 90}};
  tx_aggregates all = {*state, 3, items};
  tx_scalar scalar = {.module = c.module, .variables = c.variables, .aggregates = &all, .scratch = &c.arena};
  assert_int_equal(tx_scalar_eval(&scalar, root, &c.value), TRIAX_OK);
  assert_true(c.value.number == 91.5);
  expr_case_end(&c);
  set.known = false;
  assert_true(isnan(tx_aggregate_percentile(&set, 20)));
  tx_aggregates_free(NULL);
}

/* --- memory ---------------------------------------------------------------------------------------------------- */

static triax_status whole_life(triax_context *context, void *user) {
  static const char *const sources[] = {
      "twice > 3 && s in [\"a\", \"finanse\"] || l.exists(t, t.matches(\"^a+[b-d]{2,3}$\"))",
      "math.greatest([1, 2.5, x, x, x, x, x, x, x, x]) + total(x)",
      "s.replace(\"a\", \"b\").split(\"\").join(\"-\")",
      "misspelt + 1",
      "broken",
      ".5 + x",
      "l.map(t, t + \"x\").filter(t, size(t) > 1) == [] ? string(x) : strings.quote(s)",
      "s.matches(s)",
      "x + y != null",
      "vertical == \"telko\""};
  tx_column *column = text_column(context, TRIAX_TYPE_STRING);
  triax_status status = column ? TRIAX_OK : TRIAX_ENOMEM;
  (void)user;
  for (size_t i = 0; i < sizeof sources / sizeof *sources && status == TRIAX_OK; i++) {
    expr_case c;
    tx_syntax *syntax = NULL;
    memset(&c, 0, sizeof c);
    tx_arena_init(&c.arena, context);
    status = tx_module_new(context, &c.module, NULL);
    static const char *const names[] = {"x", "y", "s", "l", "vertical"};
    static const tx_type types[] = {{TX_DOUBLE, 0}, {TX_DOUBLE, 0}, {TX_STRING, 0}, {TX_STRING, 1}, {TX_STRING, 0}};
    tx_value item = {.type = {TX_STRING, 0}, .text = TX_TEXT("abb")};
    for (size_t v = 0; v < 5 && status == TRIAX_OK; v++) {
      status = tx_module_variable(c.module, triax_text_of(names[v]), types[v], v == 4 ? column : NULL, NULL);
      c.variables[v] = (tx_value){.type = types[v]};
    }
    c.variables[2].text = c.variables[4].text = TX_TEXT("aba");
    c.variables[3].list.items = &item;
    c.variables[3].list.count = 1;
    if (status == TRIAX_OK) status = tx_syntax_parse(&c.arena, TX_TEXT("x * 2"), &syntax, NULL);
    if (status == TRIAX_OK) status = tx_module_define(c.module, TX_TEXT("twice"), syntax);
    if (status == TRIAX_OK) status = tx_syntax_parse(&c.arena, TX_TEXT("x + nix"), &syntax, NULL);
    if (status == TRIAX_OK) status = tx_module_define(c.module, TX_TEXT("broken"), syntax);
    if (status == TRIAX_OK) status = tx_module_unavailable(c.module, TX_TEXT("segment"), "it comes later");
    if (status == TRIAX_OK) {
      expr_case_run(&c, sources[i], TX_EXPECT_ANY);
      status = c.status == TRIAX_EPOLICY ? TRIAX_OK : c.status;
    }
    if (status == TRIAX_OK && c.checked) {
      uint32_t reads[4];
      tx_module_reads(c.module, c.root, reads, 4);
    }
    expr_case_end(&c);
  }
  tx_column_unref(column);
  return status;
}

static void test_failing_memory(void **state) {
  (void)state;
  assert_true(fault_run(whole_life, NULL) > 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_limits),
      cmocka_unit_test(test_chains),
      cmocka_unit_test(test_doubling),
      cmocka_unit_test(test_cost),
      cmocka_unit_test(test_sharing),
      cmocka_unit_test(test_folding),
      cmocka_unit_test(test_definitions),
      cmocka_unit_test(test_definition_chain),
      cmocka_unit_test(test_height),
      cmocka_unit_test(test_types_of_columns),
      cmocka_unit_test(test_unavailable),
      cmocka_unit_test(test_reads_and_names),
      cmocka_unit_test(test_column_named_math),
      cmocka_unit_test(test_values_of_columns),
      cmocka_unit_test(test_timestamps_of_columns),
      cmocka_unit_test(test_percentile),
      cmocka_unit_test(test_failing_memory),
  };
  return cmocka_run_group_tests_name("modules of expressions", tests, expr_case_set_up, expr_case_tear_down);
}
