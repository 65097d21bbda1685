#pragma once
// What the binder has found wrong, and the readers of single values that report into it. Every reader answers absent
// after it has reported, so that the binding goes on and finds all faults.
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/json_tree.hpp"
#include "sim/scenario/parse.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

// Thrown at the thousandth fault: the rest would not be read by anybody, and finding it all could take long.
struct TooManyFaults {};

class Faults {
 public:
  void error(const JsonValue& at, std::string message) { add(Severity::error, at, std::move(message)); }
  void warning(const JsonValue& at, std::string message) { add(Severity::warning, at, std::move(message)); }
  // At the key itself rather than its value.
  void error_at_key(const JsonValue& object, std::size_t member, std::string message);
  void add(Diagnostic diagnostic);
  [[nodiscard]] bool any_error() const { return errors_; }
  [[nodiscard]] std::vector<Diagnostic> take();  // in the order of the file

 private:
  void add(Severity severity, const JsonValue& at, std::string message);
  std::vector<Diagnostic> list_;
  bool more_{false};
  bool errors_{false};
};

// ", did you mean 'orders'?" or nothing
[[nodiscard]] std::string suggestion(std::string_view name, const std::vector<std::string_view>& known);

// An object whose keys are those that keys.hpp lists for `kind`: reports all others at once. Refers to the value.
class ObjectReader {
 public:
  ObjectReader(Faults& faults, const JsonValue& value, std::string_view kind);
  [[nodiscard]] bool ok() const { return object_ != nullptr; }  // it is an object
  [[nodiscard]] const JsonValue* find(std::string_view key) const;
  const JsonValue* require(std::string_view key);

 private:
  Faults* faults_;
  const JsonValue* object_{nullptr};
  const JsonValue* value_;
};

[[nodiscard]] bool expect_kind(Faults& faults, const JsonValue& value, JsonKind kind);
// For names and sentences: of the control characters only line breaks and tabs, for they come to a terminal.
[[nodiscard]] std::optional<std::string> read_string(Faults& faults, const JsonValue& value);
[[nodiscard]] std::optional<std::string> read_any_string(Faults& faults, const JsonValue& value);  // of a record, say
[[nodiscard]] std::optional<bool> read_bool(Faults& faults, const JsonValue& value);
[[nodiscard]] std::optional<std::int64_t> read_integer(Faults& faults, const JsonValue& value, std::int64_t least,
                                                       std::int64_t most);
[[nodiscard]] std::optional<std::size_t> read_choice(Faults& faults, const JsonValue& value,
                                                     const std::vector<std::string_view>& choices);
// A string that `parse` (one of units.hpp) accepts.
template <class T>
[[nodiscard]] std::optional<T> read_quantity(Faults& faults, const JsonValue& value,
                                             Result<T> (*parse)(std::string_view)) {
  const std::optional<std::string> text = read_string(faults, value);
  if (!text) return std::nullopt;
  Result<T> parsed = parse(*text);
  if (parsed) return std::move(*parsed);
  faults.error(value, parsed.error().message);
  return std::nullopt;
}
[[nodiscard]] inline std::optional<Duration> read_duration(Faults& faults, const JsonValue& value) {
  return read_quantity(faults, value, parse_duration);
}

}  // namespace kafkasim::sim
