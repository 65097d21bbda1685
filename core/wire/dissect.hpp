#pragma once
// A message taken apart, for one who looks at its bytes: what stands where, under Kafka's names. Made by the same descriptions as
// everything else (fields.hpp), so a row that is shown is a field that was written.
//
// Rows stand in the order of their bytes and form a tree by `depth`: a row of a struct, list or batch is followed by its parts and spans
// them all. A string, bytes, a list and records begin at their length; a tagged field (KIP-482) at its tag number. Outside of the rows
// without parts stand only such lengths, and after each struct of a flexible version how many tagged fields follow.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/machine/seam.hpp"
#include "core/message/message.hpp"

namespace kafkasim {

inline constexpr std::size_t most_dissected_records = 50;  // of a batch: the others share a row
inline constexpr std::size_t longest_dissected_text = 80;  // of a record's key or value

struct DissectedField {
  std::string name;  // "TransactionalId"; "[2]" for an element of a list
  int depth{};
  std::string value;  // "orders" in quotes, "3 elements", "NOT_LEADER_OR_FOLLOWER (6)"; empty for a struct
  std::size_t at{};   // byte in Dissected::bytes
  std::size_t size{};
};
struct Dissected {
  std::vector<std::byte> bytes;
  std::vector<DissectedField> fields;
};

// The body: the bytes are those of encode(message, version).
[[nodiscard]] Dissected dissect(const Message& message, std::int16_t version);
// The whole frame, its size and header in front of the body.
[[nodiscard]] Dissected dissect(const Envelope& envelope);

}  // namespace kafkasim
