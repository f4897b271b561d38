// C++: every object in a unique_ptr, every failure an exception. The first twenty lines are all that it takes.
#include <iostream>
#include <memory>
#include <stdexcept>
#include <triax/triax.h>
#include <triax/yaml.h>

template <auto Free> struct Freed {
  template <class T> void operator()(T *object) const { Free(object); }
};
template <class T, auto Free> using Owned = std::unique_ptr<T, Freed<Free>>;
using Context = Owned<triax_context, triax_context_unref>;
using Policy = Owned<triax_policy, triax_policy_unref>;
using Table = Owned<triax_table, triax_table_unref>;

// The object that a call makes: make<Context>(call), where call takes the place for it and the error.
template <class Object, class Call> Object make(Call call) {
  typename Object::pointer made = nullptr;
  triax_error error;
  if (call(&made, &error) != TRIAX_OK) throw std::runtime_error(error.message);
  return Object(made);
}

int main() try {
  auto context = make<Context>([](auto out, auto error) { return triax_context_new(nullptr, out, error); });
  auto evaluate = [&](const char *source) {
    auto values = make<Table>([&](auto out, auto error) {
      return triax_evaluate(context.get(), triax_text_of(source), nullptr, nullptr, out, nullptr, error);
    });
    triax_text value = triax_table_text(values.get(), 0, 0);
    return std::string(value.bytes, value.length);
  };
  std::cout << evaluate("[150, 750].map(k, k * 1000)") << '\n';
  auto text = triax_text_of("triax: 1\nname: Two tiers\nsegmentation: {segments: [{name: all}]}\n");
  auto policy = make<Policy>([&](auto out, auto error) {
    return triax_yaml_policy(context.get(), text, triax_text_of("policy.yaml"), out, nullptr, error);
  });
  std::cout << std::string(triax_policy_name(policy.get()).bytes, triax_policy_name(policy.get()).length) << '\n';
  evaluate("1 +");
} catch (const std::exception &fault) {
  std::cout << "caught: " << fault.what() << '\n';
}
