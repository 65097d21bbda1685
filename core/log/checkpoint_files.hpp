#pragma once
// The small text files of a log directory. All are replaced as a whole, so a reader finds the old or the new one; what
// does not parse is an Error, and the caller goes on as if it were missing.
//   recovery-point-offset-checkpoint, replication-offset-checkpoint, log-start-offset-checkpoint: "0\n<count>\n" and
//   lines "topic partition offset" partition.metadata: "version: 0\ntopic_id: <uuid>\n"      meta.properties: key=value
//   lines, version 1 .kafka_cleanshutdown: {"version":0,"brokerEpoch":7}, there only after a clean stop
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/machine/disk.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

inline constexpr std::string_view recovery_point_checkpoint = "recovery-point-offset-checkpoint";
inline constexpr std::string_view high_watermark_checkpoint = "replication-offset-checkpoint";
inline constexpr std::string_view log_start_checkpoint = "log-start-offset-checkpoint";
inline constexpr std::string_view clean_shutdown_file = ".kafka_cleanshutdown";
inline constexpr std::string_view meta_properties_file = "meta.properties";

using OffsetCheckpoint = std::map<TopicPartition, Offset>;
[[nodiscard]] std::string format_offset_checkpoint(const OffsetCheckpoint& offsets);
[[nodiscard]] Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text);

struct PartitionMetadata {
  Uuid topic_id;
};
[[nodiscard]] std::string format_partition_metadata(const PartitionMetadata& metadata);
[[nodiscard]] Result<PartitionMetadata> parse_partition_metadata(std::string_view text);

struct CleanShutdownMarker {
  std::optional<BrokerEpoch> broker_epoch;  // -1 in the file if absent
};
[[nodiscard]] std::string format_clean_shutdown(const CleanShutdownMarker& marker);
[[nodiscard]] Result<CleanShutdownMarker> parse_clean_shutdown(std::string_view text);

struct MetaProperties {
  std::string cluster_id;
  NodeId node_id;
  Uuid directory_id;
  friend bool operator==(const MetaProperties&, const MetaProperties&) = default;
};
[[nodiscard]] std::string format_meta_properties(const MetaProperties& properties);
[[nodiscard]] Result<MetaProperties> parse_meta_properties(std::string_view text);

// The text of a file; absent if there is none.
[[nodiscard]] DiskResult<std::optional<std::string>> read_text(Disk& disk, std::string_view path);

}  // namespace kafkasim
