#pragma once
// Bytes of a record as JSON and as text for people. JSON: a string where the bytes are UTF-8, else {"base64": "..."}.
// Text: the same string with control characters escaped, else 0x and hex digits.
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/bytes.hpp"

namespace kafkasim::sim::logtool {

using Json = nlohmann::ordered_json;

[[nodiscard]] bool is_utf8(ByteSpan bytes);
[[nodiscard]] std::string base64(ByteSpan bytes);
[[nodiscard]] Json bytes_json(const std::optional<ByteSpan>& bytes);  // null where absent
[[nodiscard]] std::string bytes_text(const std::optional<ByteSpan>& bytes);
// One line, always valid UTF-8.
[[nodiscard]] std::string json_line(const Json& json);
// As Kafka's tools print an object: "producerId: 1 lastOffset: 7".
[[nodiscard]] std::string fields_text(const Json& fields);

}  // namespace kafkasim::sim::logtool
