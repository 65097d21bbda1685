#pragma once
// Keys and values of __consumer_offsets as bytes: an int16 version, then the body. Written as Kafka 4.1 does: keys 1
// and 2, values 3 (an offset with an expire timestamp: 1), read in versions 0 to 4; and of consumer groups keys 3 to 8
// and 16 with values 0.
#include <cstddef>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/message/group_record.hpp"

namespace kafkasim {

[[nodiscard]] std::vector<std::byte> encode_group_key(const GroupRecordKey& key);
[[nodiscard]] std::vector<std::byte> encode_group_value(const OffsetCommitValue& value);
[[nodiscard]] std::vector<std::byte> encode_group_value(const GroupMetadataValue& value);

[[nodiscard]] Result<GroupRecordKey> decode_group_key(ByteSpan bytes);
[[nodiscard]] Result<OffsetCommitValue> decode_offset_commit_value(ByteSpan bytes);
[[nodiscard]] Result<GroupMetadataValue> decode_group_metadata_value(ByteSpan bytes);

// Of the ConsumerGroup*Value structs of core/message/consumer_group_record.hpp.
template <class T>
[[nodiscard]] std::vector<std::byte> encode_consumer_group_value(const T& value);
template <class T>
[[nodiscard]] Result<T> decode_consumer_group_value(ByteSpan bytes);

}  // namespace kafkasim
