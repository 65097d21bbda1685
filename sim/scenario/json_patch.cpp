#include <charconv>

#include "sim/scenario/json_tree.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

void place_all(JsonValue& value, TextPlace place) {
  value.place = place;
  for (JsonKey& key : value.keys) key.place = place;
  for (JsonValue& item : value.items) place_all(item, place);
}

std::size_t depth_of(const JsonValue& value) {
  std::size_t deepest = 0;
  for (const JsonValue& item : value.items) deepest = std::max(deepest, depth_of(item));
  return deepest + 1;
}

JsonValue parsed_or_string(std::string_view text) {
  JsonDocument document = read_json(text);
  if (document.root && document.faults.empty()) return std::move(*document.root);
  JsonValue value;
  value.kind = JsonKind::string;
  value.text = text;
  return value;
}

std::optional<std::string> decode_token(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
    } else if (i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
      out += token[++i] == '0' ? '~' : '/';
    } else {
      return std::nullopt;
    }
  }
  return out;
}

JsonValue* member(JsonValue& object, const std::string& name) {
  for (std::size_t i = 0; i < object.keys.size(); ++i) {
    if (object.keys[i].name == name) return &object.items[i];
  }
  JsonValue fresh;
  fresh.kind = JsonKind::object;
  fresh.place = object.place;
  object.keys.push_back(JsonKey{name, object.place});
  object.items.push_back(std::move(fresh));
  return &object.items.back();
}

JsonValue* element(JsonValue& array, const std::string& token) {
  if (token == "-") {
    JsonValue fresh;
    fresh.kind = JsonKind::object;
    fresh.place = array.place;
    array.items.push_back(std::move(fresh));
    return &array.items.back();
  }
  std::size_t index = 0;
  const char* end = token.data() + token.size();
  const auto [at, error] = std::from_chars(token.data(), end, index);
  const bool leading_zero = token.size() > 1 && token.front() == '0';
  if (error != std::errc{} || at != end || leading_zero || index >= array.items.size()) return nullptr;
  return &array.items[index];
}

}  // namespace

std::optional<std::string> patch_json(JsonValue& root, std::string_view pointer, std::string_view value) {
  if (!pointer.empty() && pointer.front() != '/') return "a JSON pointer begins with '/', not like " + quote(pointer);
  JsonValue* at = &root;
  std::size_t depth = 0;
  for (std::string_view rest = pointer; !rest.empty();) {
    rest.remove_prefix(1);
    const std::size_t end = rest.find('/');
    const std::optional<std::string> token = decode_token(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
    const std::string_view so_far = pointer.substr(0, pointer.size() - rest.size());
    if (!token) return "'~' must be followed by 0 or 1 in a JSON pointer: " + quote(so_far);
    if (++depth >= json_most_depth) return "this JSON pointer is too deep";
    if (at->is(JsonKind::object)) {
      at = member(*at, *token);
    } else if (at->is(JsonKind::array)) {
      const std::size_t count = at->items.size();
      at = element(*at, *token);
      if (at == nullptr) {
        return quote(so_far) + " names no element: the list has " + std::to_string(count) + " of them, from 0 on";
      }
    } else {
      return quote(so_far) + " leads into " + std::string{kind_name(at->kind)} + ", which has no parts";
    }
  }
  const TextPlace place = at->place;
  JsonValue replacement = parsed_or_string(value);
  if (depth + depth_of(replacement) > json_most_depth) return "the value is too deep";
  *at = std::move(replacement);
  place_all(*at, place);
  return std::nullopt;
}

}  // namespace kafkasim::sim
