// A stranger's program in C++: builds a policy, plans two customers, and holds what comes of it.
#include <cstdio>
#include <string>

#include <triax/triax.h>
#ifdef WITH_YAML
#include <triax/yaml.h>
#endif

static int fail(const triax_error &error) { return std::fprintf(stderr, "%s\n", error.message), 1; }

int main() {
  triax_error error;
  triax_context_options options = TRIAX_CONTEXT_OPTIONS_INIT;
  triax_context *context = nullptr;
  triax_table_builder *builder = nullptr;
  triax_table *table = nullptr;
  if (triax_context_new(&options, &context, &error)) return fail(error);
  const triax_text ids[] = {triax_text_of("A"), triax_text_of("B")};
  const double arr[] = {410000, 12000};
  if (triax_table_builder_new(context, &builder, &error) ||
      triax_table_builder_column(builder, triax_text_of("id"), TRIAX_TYPE_STRING, nullptr, &error) ||
      triax_table_builder_column(builder, triax_text_of("arr"), TRIAX_TYPE_NUMBER, nullptr, &error) ||
      triax_table_builder_texts(builder, 0, ids, 2, &error) || triax_table_builder_numbers(builder, 1, arr, nullptr, 2, &error) ||
      triax_table_builder_finish(builder, &table, &error))
    return fail(error);
  triax_table_builder_free(builder);
  bool fine = triax_table_rows(table) == 2 && triax_table_number(table, 1, 0) == arr[0];
#ifdef WITH_YAML
  triax_policy *policy = nullptr;
  triax_customers *customers = nullptr;
  triax_plan *plan = nullptr;
  const char *yaml = "{triax: 1, segmentation: {by: arr, segments: [{name: big, at_least: 150k}, {name: small}]}}";
  if (triax_yaml_policy(context, triax_text_of(yaml), triax_text_of("policy.yaml"), &policy, nullptr, &error) ||
      triax_customers_new(context, policy, table, nullptr, &customers, nullptr, nullptr, &error) ||
      triax_plan_new(context, policy, customers, nullptr, nullptr, &plan, nullptr, &error))
    return fail(error);
  triax_table *placed = triax_plan_table(plan, TRIAX_PLAN_CUSTOMERS);
  const size_t segment = triax_table_find(placed, triax_text_of("segment"));
  const char *const wanted[] = {"big", "small"};
  for (size_t row = 0; row < 2; row++) {
    const triax_text text = triax_table_text(placed, segment, row);
    fine = fine && std::string(text.bytes, text.length) == wanted[row];
  }
  triax_plan_unref(plan);
  triax_customers_unref(customers);
  triax_policy_unref(policy);
#endif
  triax_table_unref(table);
  triax_context_unref(context);
  return std::printf("%s\n", fine ? "as wanted" : "not as wanted") < 0 || !fine;
}
