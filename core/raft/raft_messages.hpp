#pragma once
// The messages of the metadata quorum hold lists of topics and partitions, but only ever one of each
// (org.apache.kafka.raft.RaftUtil): making them, and taking out the one partition if it is the quorum's.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/machine/seam.hpp"
#include "core/message/control_record.hpp"
#include "core/message/describe_quorum.hpp"
#include "core/message/fetch.hpp"
#include "core/message/fetch_snapshot.hpp"
#include "core/message/quorum_epoch.hpp"
#include "core/message/raft_voter.hpp"
#include "core/message/vote.hpp"
#include "core/model/ids.hpp"
#include "core/raft/roles.hpp"
#include "core/record/record_batch.hpp"

namespace kafkasim::raft {

inline constexpr std::string_view metadata_topic = "__cluster_metadata";
inline constexpr PartitionIndex metadata_partition{0};

// The number of a message's partition.
template <class P>
[[nodiscard]] const PartitionIndex& index_of(const P& partition) {
  return partition.partition_index;
}
[[nodiscard]] inline const PartitionIndex& index_of(const FetchSnapshotRequest::Partition& partition) {
  return partition.partition;
}
// The partition of a message of the quorum other than Fetch. Null if there is not exactly one, or another.
template <class M>
[[nodiscard]] const typename M::Partition* sole_partition(const M& message) {
  if (message.topics.size() != 1 || message.topics[0].topic_name != metadata_topic) return nullptr;
  const auto& partitions = message.topics[0].partitions;
  return partitions.size() == 1 && index_of(partitions[0]) == metadata_partition ? &partitions[0] : nullptr;
}
// The same of a Fetch, where topics go by id.
[[nodiscard]] const FetchRequest::Partition* sole_partition(const FetchRequest& request);
[[nodiscard]] const FetchResponse::Partition* sole_partition(const FetchResponse& response);

template <class P>
void set_index(P& partition) {
  partition.partition_index = metadata_partition;
}
inline void set_index(FetchSnapshotRequest::Partition& partition) { partition.partition = metadata_partition; }
// One topic with one partition, the quorum's.
template <class M>
[[nodiscard]] std::vector<typename M::Topic> sole_topic(typename M::Partition partition) {
  typename M::Topic topic;
  topic.topic_name = metadata_topic;
  set_index(partition);
  topic.partitions.push_back(std::move(partition));
  std::vector<typename M::Topic> topics;
  topics.push_back(std::move(topic));
  return topics;
}
[[nodiscard]] std::vector<FetchRequest::Topic> sole_topic_of(FetchRequest::Partition partition);
[[nodiscard]] std::vector<FetchResponse::Topic> sole_topic_of(FetchResponse::Partition partition);

// The control batch that opens an epoch: who leads, who votes, who voted for it.
[[nodiscard]] RecordBatch leader_change_batch(NodeId leader, const std::set<NodeId>& voters,
                                              const std::vector<NodeId>& granting, Timestamp wall);
// The same where the log tells who votes: with directory ids, and with kraft.version and the voters behind it where the log
// has none yet, or has the leader otherwise than it is (LeaderState.appendStartOfEpochControlRecords).
struct EpochOpening {
  NodeId leader;
  const VoterSet& voters;
  const std::vector<NodeId>& granting;
  std::optional<SnapshotVoters> told{};
};
[[nodiscard]] RecordBatch opening_batch(const EpochOpening& opening, Timestamp wall);

// The answer to who asked for that change of the voters.
void answer_change(const VoterChange& change, ErrorCode error, std::optional<std::string> message, Env& env);

// What DescribeQuorum tells of a member other than the leader.
[[nodiscard]] DescribeQuorumResponse::Replica described(NodeId id, const Leader::Replica& state);

[[nodiscard]] trace::RaftAppended appended_note(const RecordBatch& batch);
// Notes that the disk under the metadata log cannot be used any more, and gives the reason back: the process ends of it.
[[nodiscard]] std::string noted_disk_failure(std::string reason, Env& env);

}  // namespace kafkasim::raft
