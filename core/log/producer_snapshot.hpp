#pragma once
// Producer state on disk: 00000000000000000042.snapshot holds the state at offset 42 (ProducerStateManager, version 1):
//   version i16 | crc32c u32 of all that follows | count i32 | count times 46 bytes:
//   producerId i64, epoch i16, lastSequence i32, lastOffset i64, offsetDelta i32, timestamp i64, coordinatorEpoch i32,
//   currentTxnFirstOffset i64 (-1: no transaction is open)
// Only the newest batch of a producer is kept. A snapshot whose checksum or shape is wrong, or which tells of a
// transaction beyond its own offset, is no snapshot.
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/log/producer_state.hpp"
#include "core/machine/disk.hpp"

namespace kafkasim {

[[nodiscard]] std::vector<std::byte> encode_producer_snapshot(const ProducerState& state);
// The state at `offset`.
[[nodiscard]] Result<ProducerState> decode_producer_snapshot(ByteSpan bytes, Offset offset);

// Writes the snapshot of the state at its end offset. Not synced, a power loss may leave a part of it: it is no
// snapshot then.
enum class SyncSnapshot : std::uint8_t { no, yes };
[[nodiscard]] DiskResult<void> write_producer_snapshot(Disk& disk, const std::string& directory,
                                                       const ProducerState& state, SyncSnapshot sync);
// Goes with the segment that begins there; nothing happens if there is none.
[[nodiscard]] DiskResult<void> remove_producer_snapshot(Disk& disk, const std::string& directory, Offset offset);
// The offsets for which a snapshot file exists, ascending.
[[nodiscard]] DiskResult<std::vector<Offset>> list_producer_snapshots(const Disk& disk, const std::string& directory);
// The newest valid snapshot at or below `at_most`; invalid ones that it meets are removed. Absent if there is none.
[[nodiscard]] DiskResult<std::optional<ProducerState>> load_producer_snapshot(Disk& disk, const std::string& directory,
                                                                              Offset at_most);

}  // namespace kafkasim
