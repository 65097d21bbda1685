#pragma once
// Reads a message out of bytes by a schema of core/wire/stored_schema.hpp, as JSON with Kafka's field names. Tagged fields
// that are not there are left out; those that the schema does not know stand in "unknownTaggedFields" as hex.
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/wire/stored_schema.hpp"
#include "sim/logtool/json.hpp"

namespace kafkasim::sim::logtool {

// The body in that version, which must not be above the newest that the schema knows. What is left over stands in
// "trailingBytes", as hex.
[[nodiscard]] Result<Json> read_message(const StoredSchema& schema, std::int16_t version, ByteReader& in);

}  // namespace kafkasim::sim::logtool
