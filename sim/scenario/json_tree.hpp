#pragma once
// A JSON document with the place of every value: nlohmann_json gives none, keeps the last of duplicate keys, and turns
// 2^64 into a float. So: its SAX parser, and our own small tree. Comments are allowed. Faults that do not stop the
// reading (duplicate keys, numbers out of range) are collected; a syntax error or a limit ends it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kafkasim::sim {

struct TextPlace {
  std::uint32_t line{1};    // from 1
  std::uint32_t column{1};  // from 1, in characters
  friend auto operator<=>(const TextPlace&, const TextPlace&) = default;
};

enum class JsonKind : std::uint8_t { null, boolean, integer, fraction, string, array, object, unusable };

struct JsonKey {
  std::string name;
  TextPlace place;
};

struct JsonValue {
  JsonKind kind{};
  bool boolean{};
  bool negative{};               // of an integer
  std::uint64_t bits{};          // of an integer, in two's complement
  std::string text;              // a string's characters; a fraction as it was written
  std::vector<JsonKey> keys;     // of an object, one for each item
  std::vector<JsonValue> items;  // of an array or object
  TextPlace place;                   // where it begins
  const JsonValue* parent{};     // set in a finished document only
  std::size_t position{};        // among the parent's items

  [[nodiscard]] bool is(JsonKind k) const { return kind == k; }
  [[nodiscard]] const JsonValue* find(std::string_view key) const;  // null if absent or no object
  [[nodiscard]] std::optional<std::int64_t> as_i64() const;
  [[nodiscard]] std::optional<std::uint64_t> as_u64() const;
};

[[nodiscard]] std::string_view kind_name(JsonKind kind);  // "a string"
// RFC 6901. Built on demand: a file of nested long keys would make stored ones huge. Shortened beyond 300 characters.
[[nodiscard]] std::string pointer_to(const JsonValue& value);
[[nodiscard]] std::string pointer_to(const JsonValue& object, std::string_view key);

struct JsonFault {
  TextPlace place;
  std::string message;
  std::string pointer;
};

struct JsonDocument {
  std::unique_ptr<JsonValue> root;  // null after a syntax error or a limit
  std::vector<JsonFault> faults;
};

inline constexpr std::size_t json_most_bytes = 10U << 20;
inline constexpr std::size_t json_most_depth = 64;
inline constexpr std::size_t json_most_values = 500'000;

[[nodiscard]] JsonDocument read_json(std::string_view text);

// As text that read_json() turns into the same tree again. Comments are gone.
[[nodiscard]] std::string write_json(const JsonValue& root);

// Replaces or adds the value at the pointer; missing objects on the way are made, "-" appends to an array. `value` is
// JSON, else a string. Fails with a sentence. Call link() when all patches are in.
[[nodiscard]] std::optional<std::string> patch_json(JsonValue& root, std::string_view pointer, std::string_view value);
// Sets parent and position everywhere. The root must not move afterwards.
void link(JsonValue& root);

}  // namespace kafkasim::sim
