#pragma once
// The values of control records as bytes. The first field of each is its version, and versions to come only add fields.
// LeaderChangeMessage.json has 0, and 1 with directory ids; a newer one is read as 1. The batch around it is core/record/control_record.hpp's.
#include <cstddef>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/message/control_record.hpp"

namespace kafkasim {

[[nodiscard]] std::vector<std::byte> encode_leader_change(const LeaderChangeMessage& message);
[[nodiscard]] Result<LeaderChangeMessage> decode_leader_change(ByteSpan bytes);

[[nodiscard]] std::vector<std::byte> encode_snapshot_header(const SnapshotHeader& header);
[[nodiscard]] Result<SnapshotHeader> decode_snapshot_header(ByteSpan bytes);
[[nodiscard]] std::vector<std::byte> encode_snapshot_footer(const SnapshotFooter& footer);

[[nodiscard]] std::vector<std::byte> encode_kraft_version(const KRaftVersionRecord& record);
[[nodiscard]] Result<KRaftVersionRecord> decode_kraft_version(ByteSpan bytes);
[[nodiscard]] std::vector<std::byte> encode_voters(const VotersRecord& record);
[[nodiscard]] Result<VotersRecord> decode_voters(ByteSpan bytes);

}  // namespace kafkasim
