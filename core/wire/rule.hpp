#pragma once
// In which versions a field is on the wire, and how: what the JSON of org.apache.kafka.common.message says beside a
// field's name and type.
//   since(4)   until(14)   between(8, 10)   since(12).tag(0)   since(0).null_since(7)
#include <cstdint>
#include <optional>

namespace kafkasim::wire {

struct Rule {
  std::int16_t first{0};
  std::int16_t last{INT16_MAX};
  std::int16_t null_first{0};   // of those, from here on null may stand for an absent string, array or bytes
  std::int32_t tag_number{-1};  // not -1: a tagged field (KIP-482), left out if it holds its default
  bool empty_means_all{false};  // before null_first an empty array says what null says later

  std::optional<std::int64_t> default_number{};  // of a tagged number whose default is neither 0 nor absence

  [[nodiscard]] constexpr bool holds(std::int16_t version) const { return version >= first && version <= last; }
  [[nodiscard]] constexpr bool nullable(std::int16_t version) const { return version >= null_first; }
  [[nodiscard]] constexpr bool tagged() const { return tag_number >= 0; }

  [[nodiscard]] constexpr Rule tag(std::int32_t number) const {
    Rule rule = *this;
    rule.tag_number = number;
    return rule;
  }
  [[nodiscard]] constexpr Rule unless(std::int64_t number) const {
    Rule rule = *this;
    rule.default_number = number;
    return rule;
  }
  [[nodiscard]] constexpr Rule null_since(std::int16_t version) const {
    Rule rule = *this;
    rule.null_first = version;
    return rule;
  }
  [[nodiscard]] constexpr Rule all_if_empty() const {
    Rule rule = *this;
    rule.empty_means_all = true;
    return rule;
  }
};

inline constexpr Rule always{};
[[nodiscard]] constexpr Rule since(std::int16_t first) { return Rule{.first = first}; }
[[nodiscard]] constexpr Rule until(std::int16_t last) { return Rule{.last = last}; }
[[nodiscard]] constexpr Rule between(std::int16_t first, std::int16_t last) {
  return Rule{.first = first, .last = last};
}

// How a message is laid out in one version: set once at its start. Flexible versions (KIP-482) have compact lengths and
// tagged fields.
enum class Form : std::uint8_t { fixed, flexible };
struct Layout {
  std::int16_t version{};
  Form form{};
  [[nodiscard]] constexpr bool flexible() const { return form == Form::flexible; }
};

// Structs are gone through twice: the fields in order, then, in flexible versions, the tagged ones.
enum class Pass : std::uint8_t { plain, tagged };

}  // namespace kafkasim::wire
