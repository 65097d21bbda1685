#pragma once
// Small changes to a JSON tree, for who writes scenario files. The places of values that are made here mean nothing;
// parent and position are set by link().
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/json_tree.hpp"

namespace kafkasim::sim {

[[nodiscard]] inline JsonValue json_text(std::string text) {
  JsonValue value;
  value.kind = JsonKind::string;
  value.text = std::move(text);
  return value;
}
[[nodiscard]] inline JsonValue json_number(std::uint64_t number) {
  JsonValue value;
  value.kind = JsonKind::integer;
  value.bits = number;
  return value;
}
[[nodiscard]] inline JsonValue json_bool(bool truth) {
  JsonValue value;
  value.kind = JsonKind::boolean;
  value.boolean = truth;
  return value;
}
[[nodiscard]] inline JsonValue json_list(std::vector<JsonValue> items = {}) {
  JsonValue value;
  value.kind = JsonKind::array;
  value.items = std::move(items);
  return value;
}
[[nodiscard]] inline JsonValue json_object() {
  JsonValue value;
  value.kind = JsonKind::object;
  return value;
}

// Null if it is absent or `object` is none.
[[nodiscard]] inline JsonValue* member_of(JsonValue& object, std::string_view key) {
  for (std::size_t i = 0; i < object.keys.size(); ++i) {
    if (object.keys[i].name == key) return &object.items[i];
  }
  return nullptr;
}
inline void set_member(JsonValue& object, std::string_view key, JsonValue value) {
  if (JsonValue* member = member_of(object, key)) {
    *member = std::move(value);
    return;
  }
  object.keys.push_back(JsonKey{std::string{key}, {}});
  object.items.push_back(std::move(value));
}
inline void erase_member(JsonValue& object, std::string_view key) {
  for (std::size_t i = 0; i < object.keys.size(); ++i) {
    if (object.keys[i].name != key) continue;
    object.keys.erase(object.keys.begin() + static_cast<std::ptrdiff_t>(i));
    object.items.erase(object.items.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

}  // namespace kafkasim::sim
