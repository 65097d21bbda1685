#pragma once
// Applying the records of the metadata log to a MetadataImage, one after the other: the same code on controllers and
// brokers, so that all who have replayed to the same offset agree (ReplicationControlManager.replay,
// ClusterControlManager.replay, MetadataDelta).
#include <cstdint>
#include <vector>

#include "core/machine/seam.hpp"
#include "core/message/metadata_record.hpp"
#include "core/model/legacy.hpp"
#include "core/model/metadata_image.hpp"

namespace kafkasim {

// What a run of records changed, for who acts on it.
struct MetadataDelta {
  std::vector<TopicIdPartition> partitions;  // created or changed, in order of the log; one may stand twice
  std::vector<NodeId> brokers;               // registered, fenced, unfenced, leaving
  std::vector<TopicPartition> removed;       // of topics that were deleted
  std::vector<std::string> configured_nodes;  // whose settings changed: a node id as text, or empty for all
  bool configured_groups{false};              // some groups' settings changed
};

// What a partition is after such a change (PartitionRegistration.merge).
void merge(const PartitionChangeRecord& change, PartitionRegistration& partition, LegacyBehaviours legacy = {});

// The record that stands at `offset` of the log. A record that contradicts the image (a change of an unknown partition)
// is an error: the log is damaged, or was not written by a controller.
[[nodiscard]] Result<void> replay(const MetadataRecord& record, std::int64_t offset, MetadataImage& image,
                                  MetadataDelta& delta, LegacyBehaviours legacy = {});

// The same for a record that is committed, with the observation that goes with it.
[[nodiscard]] Result<void> replay_committed(const MetadataRecord& record, std::int64_t offset, MetadataImage& image,
                                            MetadataDelta& delta, Effects& out, LegacyBehaviours legacy = {});

}  // namespace kafkasim
