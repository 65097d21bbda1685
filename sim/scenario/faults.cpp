#include "sim/scenario/faults.hpp"

#include <algorithm>

#include "core/model/config.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {
constexpr std::size_t most_diagnostics = 1000;
}

void Faults::add(Diagnostic diagnostic) {
  errors_ = errors_ || diagnostic.severity == Severity::error;
  if (list_.size() >= most_diagnostics) {
    more_ = true;
    errors_ = true;
    throw TooManyFaults{};
  }
  list_.push_back(std::move(diagnostic));
}

void Faults::add(Severity severity, const JsonValue& at, std::string message) {
  add(Diagnostic{severity, at.place.line, at.place.column, std::move(message), pointer_to(at)});
}

void Faults::error_at_key(const JsonValue& object, std::size_t member, std::string message) {
  const JsonKey& key = object.keys[member];
  add(Diagnostic{Severity::error, key.place.line, key.place.column, std::move(message), pointer_to(object, key.name)});
}

std::vector<Diagnostic> Faults::take() {
  std::ranges::stable_sort(list_, {}, [](const Diagnostic& d) { return std::pair{d.line, d.column}; });
  if (more_) {
    const Diagnostic& last = list_.back();
    list_.push_back(Diagnostic{Severity::error, last.line, last.column, "more faults are not shown", ""});
  }
  return std::move(list_);
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& known) {
  const std::string_view near = nearest_name(name, known);
  return near.empty() || near == name ? "" : ", did you mean " + quote(near) + "?";
}

ObjectReader::ObjectReader(Faults& faults, const JsonValue& value, std::string_view kind)
    : faults_{&faults}, value_{&value} {
  if (!expect_kind(faults, value, JsonKind::object)) return;
  object_ = &value;
  const ObjectKeys& keys = keys_of(kind);
  for (std::size_t i = 0; i < value.keys.size(); ++i) {
    const std::string_view name = value.keys[i].name;
    if (std::ranges::find(keys.known, name) != keys.known.end()) continue;
    faults.error_at_key(value, i, "unknown key " + quote(name) + suggestion(name, keys.known));
  }
}

const JsonValue* ObjectReader::find(std::string_view key) const {
  return object_ == nullptr ? nullptr : object_->find(key);
}

const JsonValue* ObjectReader::require(std::string_view key) {
  const JsonValue* found = find(key);
  if (found == nullptr && object_ != nullptr) faults_->error(*value_, quote(key) + " is missing");
  return found;
}

bool expect_kind(Faults& faults, const JsonValue& value, JsonKind kind) {
  if (value.is(kind)) return true;
  if (!value.is(JsonKind::unusable)) {
    faults.error(value, "this must be " + std::string{kind_name(kind)} + ", not " + std::string{kind_name(value.kind)});
  }
  return false;
}

std::optional<std::string> read_any_string(Faults& faults, const JsonValue& value) {
  if (!expect_kind(faults, value, JsonKind::string)) return std::nullopt;
  return value.text;
}

std::optional<std::string> read_string(Faults& faults, const JsonValue& value) {
  const std::optional<std::string> text = read_any_string(faults, value);
  const auto controls = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f; };
  if (!text || std::ranges::none_of(*text, controls)) return text;
  faults.error(value, "a control character has no place in this text");
  return std::nullopt;
}

std::optional<bool> read_bool(Faults& faults, const JsonValue& value) {
  if (!expect_kind(faults, value, JsonKind::boolean)) return std::nullopt;
  return value.boolean;
}

std::optional<std::int64_t> read_integer(Faults& faults, const JsonValue& value, std::int64_t least,
                                         std::int64_t most) {
  if (!expect_kind(faults, value, JsonKind::integer)) return std::nullopt;
  const std::optional<std::int64_t> number = value.as_i64();
  if (number && *number >= least && *number <= most) return number;
  if (most == INT64_MAX) {
    faults.error(value, "this must be at least " + std::to_string(least));
  } else {
    faults.error(value, "this must be between " + std::to_string(least) + " and " + std::to_string(most));
  }
  return std::nullopt;
}

std::optional<std::size_t> read_choice(Faults& faults, const JsonValue& value,
                                       const std::vector<std::string_view>& choices) {
  const std::optional<std::string> text = read_string(faults, value);
  if (!text) return std::nullopt;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (choices[i] == *text) return i;
  }
  std::string all;
  for (const std::string_view choice : choices) all += (all.empty() ? "" : ", ") + quote(choice);
  faults.error(value, quote(*text) + " is none of " + all + suggestion(*text, choices));
  return std::nullopt;
}

}  // namespace kafkasim::sim
