// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/describe_quorum.hpp"
#include "core/message/fetch_snapshot.hpp"
#include "core/message/quorum_epoch.hpp"
#include "core/message/vote.hpp"
#include "core/wire/describe_common.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, VoteRequest::Partition>& m) {
  using M = VoteRequest::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::replica_epoch>);
  m.field(named<&M::replica_id>);
  m.field(named<&M::replica_directory_id>, since(1));
  m.field(named<&M::voter_directory_id>, since(1));
  m.field(named<&M::last_offset_epoch>);
  m.field(named<&M::last_offset>);
  m.field(named<&M::pre_vote>, since(2));
}

template <class V>
void describe(Fields<V, VoteRequest::Topic>& m) {
  using M = VoteRequest::Topic;
  m.field(named<&M::topic_name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, VoteRequest>& m) {
  using M = VoteRequest;
  m.field(named<&M::cluster_id>);
  m.field(named<&M::voter_id>, since(1));
  m.field(named<&M::topics>);
}

template <class V>
void describe(Fields<V, VoteResponse::Partition>& m) {
  using M = VoteResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>);
  m.field(named<&M::vote_granted>);
}

template <class V>
void describe(Fields<V, VoteResponse::Topic>& m) {
  using M = VoteResponse::Topic;
  m.field(named<&M::topic_name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, VoteResponse>& m) {
  using M = VoteResponse;
  m.field(named<&M::error_code>);
  m.field(named<&M::topics>);
  m.field(named<&M::node_endpoints>, since(1).tag(0));
}

template <class V>
void describe(Fields<V, BeginQuorumEpochRequest::Partition>& m) {
  using M = BeginQuorumEpochRequest::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::voter_directory_id>, since(1));
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>);
}

template <class V>
void describe(Fields<V, BeginQuorumEpochRequest::Topic>& m) {
  using M = BeginQuorumEpochRequest::Topic;
  m.field(named<&M::topic_name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, BeginQuorumEpochRequest>& m) {
  using M = BeginQuorumEpochRequest;
  m.field(named<&M::cluster_id>);
  m.field(named<&M::voter_id>, since(1));
  m.field(named<&M::topics>);
  m.field(named<&M::leader_endpoints>, since(1));
}

template <class V>
void describe(Fields<V, BeginQuorumEpochResponse::Partition>& m) {
  using M = BeginQuorumEpochResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>);
}

template <class V>
void describe(Fields<V, BeginQuorumEpochResponse::Topic>& m) {
  using M = BeginQuorumEpochResponse::Topic;
  m.field(named<&M::topic_name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, BeginQuorumEpochResponse>& m) {
  using M = BeginQuorumEpochResponse;
  m.field(named<&M::error_code>);
  m.field(named<&M::topics>);
  m.field(named<&M::node_endpoints>, since(1).tag(0));
}

template <class V>
void describe(Fields<V, EndQuorumEpochRequest::Candidate>& m) {
  using M = EndQuorumEpochRequest::Candidate;
  m.field(named<&M::candidate_id>);
  m.field(named<&M::candidate_directory_id>);
}

template <class V>
void describe(Fields<V, EndQuorumEpochRequest::Partition>& m) {
  using M = EndQuorumEpochRequest::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>);
  m.column(named<&M::preferred_candidates>.as("preferred_successors"), &EndQuorumEpochRequest::Candidate::candidate_id, until(0));
  m.field(named<&M::preferred_candidates>, since(1));
}

template <class V>
void describe(Fields<V, EndQuorumEpochRequest::Topic>& m) {
  using M = EndQuorumEpochRequest::Topic;
  m.field(named<&M::topic_name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, EndQuorumEpochRequest>& m) {
  using M = EndQuorumEpochRequest;
  m.field(named<&M::cluster_id>);
  m.field(named<&M::topics>);
  m.field(named<&M::leader_endpoints>, since(1));
}

template <class V>
void describe(Fields<V, EndQuorumEpochResponse::Partition>& m) {
  using M = EndQuorumEpochResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>);
}

template <class V>
void describe(Fields<V, EndQuorumEpochResponse::Topic>& m) {
  using M = EndQuorumEpochResponse::Topic;
  m.field(named<&M::topic_name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, EndQuorumEpochResponse>& m) {
  using M = EndQuorumEpochResponse;
  m.field(named<&M::error_code>);
  m.field(named<&M::topics>);
  m.field(named<&M::node_endpoints>, since(1).tag(0));
}

template <class V>
void describe(Fields<V, QuorumSnapshotId>& m) {
  m.field(named<&QuorumSnapshotId::end_offset>);
  m.field(named<&QuorumSnapshotId::epoch>);
}

template <class V>
void describe(Fields<V, FetchSnapshotRequest::Partition>& m) {
  using M = FetchSnapshotRequest::Partition;
  m.field(named<&M::partition>);
  m.field(named<&M::current_leader_epoch>);
  m.field(named<&M::snapshot_id>);
  m.field(named<&M::position>);
  m.field(named<&M::replica_directory_id>, since(1).tag(0));
}

template <class V>
void describe(Fields<V, FetchSnapshotRequest::Topic>& m) {
  using M = FetchSnapshotRequest::Topic;
  m.field(named<&M::topic_name>.as("name"));
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, FetchSnapshotRequest>& m) {
  using M = FetchSnapshotRequest;
  m.field(named<&M::replica_id>);
  m.field(named<&M::max_bytes>);
  m.field(named<&M::topics>);
  m.field(named<&M::cluster_id>, since(0).tag(0));
}

template <class V>
void describe(Fields<V, FetchSnapshotResponse::Partition>& m) {
  using M = FetchSnapshotResponse::Partition;
  m.field(named<&M::partition_index>.as("index"));
  m.field(named<&M::error_code>);
  m.field(named<&M::snapshot_id>);
  m.field(named<&M::size>);
  m.field(named<&M::position>);
  m.field(named<&M::unaligned_records>);
  m.field(named<&M::current_leader>, since(0).tag(0));
}

template <class V>
void describe(Fields<V, FetchSnapshotResponse::Topic>& m) {
  using M = FetchSnapshotResponse::Topic;
  m.field(named<&M::topic_name>.as("name"));
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, FetchSnapshotResponse>& m) {
  using M = FetchSnapshotResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::topics>);
  m.field(named<&M::node_endpoints>, since(1).tag(0));
}

template <class V>
void describe(Fields<V, DescribeQuorumRequest::Partition>& m) {
  m.field(named<&DescribeQuorumRequest::Partition::partition_index>);
}

template <class V>
void describe(Fields<V, DescribeQuorumRequest::Topic>& m) {
  using M = DescribeQuorumRequest::Topic;
  m.field(named<&M::topic_name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, DescribeQuorumRequest>& m) {
  m.field(named<&DescribeQuorumRequest::topics>);
}

template <class V>
void describe(Fields<V, DescribeQuorumResponse::Replica>& m) {
  using M = DescribeQuorumResponse::Replica;
  m.field(named<&M::replica_id>);
  m.field(named<&M::replica_directory_id>, since(2));
  m.field(named<&M::log_end_offset>);
  m.field(named<&M::last_fetch_timestamp>, since(1));
  m.field(named<&M::last_caught_up_timestamp>, since(1));
}

template <class V>
void describe(Fields<V, DescribeQuorumResponse::Partition>& m) {
  using M = DescribeQuorumResponse::Partition;
  m.field(named<&M::partition_index>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>, since(2));
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>);
  m.field(named<&M::high_watermark>);
  m.field(named<&M::current_voters>);
  m.field(named<&M::observers>);
}

template <class V>
void describe(Fields<V, DescribeQuorumResponse::Topic>& m) {
  using M = DescribeQuorumResponse::Topic;
  m.field(named<&M::topic_name>);
  m.field(named<&M::partitions>);
}

template <class V>
void describe(Fields<V, DescribeQuorumResponse::Node>& m) {
  using M = DescribeQuorumResponse::Node;
  m.field(named<&M::node_id>);
  m.field(named<&M::listeners>);
}

template <class V>
void describe(Fields<V, DescribeQuorumResponse>& m) {
  using M = DescribeQuorumResponse;
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>, since(2));
  m.field(named<&M::topics>);
  m.field(named<&M::nodes>, since(2));
}

constinit const Entries vote_entries = entries<VoteRequest, VoteResponse>({.oldest = 0, .newest = 2, .flexible = 0});
constinit const Entries begin_quorum_epoch_entries =
    entries<BeginQuorumEpochRequest, BeginQuorumEpochResponse>({.oldest = 0, .newest = 1, .flexible = 1});
constinit const Entries end_quorum_epoch_entries =
    entries<EndQuorumEpochRequest, EndQuorumEpochResponse>({.oldest = 0, .newest = 1, .flexible = 1});

constinit const Entries describe_quorum_entries =
    entries<DescribeQuorumRequest, DescribeQuorumResponse>({.oldest = 0, .newest = 2, .flexible = 0});
constinit const Entries fetch_snapshot_entries =
    entries<FetchSnapshotRequest, FetchSnapshotResponse>({.oldest = 0, .newest = 1, .flexible = 0});

}  // namespace kafkasim::wire
