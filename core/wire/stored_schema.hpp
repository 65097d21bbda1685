#pragma once
// Layouts of everything that Kafka 4.1 stores as a message inside a record, with Kafka's own names: for tools that show
// what stands in a file, whoever wrote it. Machines use the codecs beside this, which know fewer kinds and no names.
//
// A schema is a line of text (the JSON files under src/main/resources/common of Kafka's modules, shortened):
//   fields: field, field ...        field: name type [versions] [#tag]
//   type: bool i8 i16 u16 i32 i64 f64 uuid string bytes, [type] a list, {fields} a struct, {fields}? one that may be absent
//   versions: 2+ or 1-3; left out: all
// Any string, bytes or list may be null.
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/record/control_record.hpp"

namespace kafkasim {

struct StoredSchema {
  std::int32_t kind{};  // the number by which its log names it
  std::string_view name{};
  std::int16_t newest{};         // version
  std::int16_t flexible_from{};  // from that version on lengths are compact and tagged fields follow (KIP-482)
  std::string_view fields{};
};

inline constexpr std::int16_t never_flexible = INT16_MAX;

// A record of the metadata log, by the api key in its frame. Null: unknown.
[[nodiscard]] const StoredSchema* metadata_schema(std::uint32_t api_key);

// Records of the internal topics: the key begins with a version, which says what the record is; the value, if there is
// one, with its own version.
struct KeyAndValueSchema {
  const StoredSchema* key{};
  const StoredSchema* value{};
};
[[nodiscard]] std::optional<KeyAndValueSchema> group_schema(std::int16_t key_version);
[[nodiscard]] std::optional<KeyAndValueSchema> transaction_schema(std::int16_t key_version);
// What kind of record of __consumer_offsets has that key version, also where its layout is not known. Empty: unknown.
[[nodiscard]] std::string_view group_record_name(std::int16_t key_version);

// The value of a control record; its first field is its version.
[[nodiscard]] const StoredSchema& control_schema(ControlType type);

// What members of a classic group with protocol type "consumer" give each other. They begin with their version.
[[nodiscard]] const StoredSchema& subscription_schema();
[[nodiscard]] const StoredSchema& assignment_schema();

}  // namespace kafkasim
