#pragma once
// Records of the metadata log as bytes (AbstractApiMessageSerde): uvarint frame version (1), uvarint api key, uvarint
// version, body. Written in the newest version of Kafka 4.1's metadata.version, read in all.
#include <cstddef>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/message/metadata_record.hpp"

namespace kafkasim {

[[nodiscard]] std::vector<std::byte> encode_metadata_record(const MetadataRecord& record);
[[nodiscard]] std::size_t encoded_size(const MetadataRecord& record);
[[nodiscard]] Result<MetadataRecord> decode_metadata_record(ByteSpan bytes);

}  // namespace kafkasim
