#include <algorithm>

#include "sim/scenario/binder.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_variants = 16;  // more cannot be read side by side

void read_set(Binder& b, const JsonValue& set, Variant& variant) {
  if (!expect_kind(b.faults, set, JsonKind::object)) return;
  for (std::size_t i = 0; i < set.keys.size(); ++i) {
    const std::string& pointer = set.keys[i].name;
    if (!pointer.starts_with('/')) {
      b.faults.error_at_key(set, i, "a variant sets values by JSON pointer, like '/producers/0/config/acks'");
    } else if (pointer == "/variants" || pointer.starts_with("/variants/")) {
      b.faults.error_at_key(set, i, "a variant cannot change the variants");
    } else {
      variant.set.emplace_back(pointer, write_json(set.items[i]));
    }
  }
}

}  // namespace

void bind_variants(Binder& b, const JsonValue& value) {
  if (!expect_kind(b.faults, value, JsonKind::array)) return;
  if (value.items.size() > most_variants)
    b.faults.error(value, "a scenario has at most " + std::to_string(most_variants) + " variants");
  for (const JsonValue& item : value.items) {
    ObjectReader object{b.faults, item, "variant"};
    if (!object.ok()) continue;
    Variant variant;
    const JsonValue* name = object.require("name");
    const JsonValue* set = object.require("set");
    if (name != nullptr) variant.name = read_string(b.faults, *name).value_or("");
    if (name != nullptr && name->is(JsonKind::string) && variant.name.empty())
      b.faults.error(*name, "a variant's name must not be empty");
    if (std::ranges::find(b.out.variants, variant.name, &Variant::name) != b.out.variants.end() && !variant.name.empty())
      b.faults.error(*name, "there are two variants named " + quote(variant.name));
    if (set != nullptr) read_set(b, *set, variant);
    b.out.variants.push_back(std::move(variant));
  }
}

}  // namespace kafkasim::sim
