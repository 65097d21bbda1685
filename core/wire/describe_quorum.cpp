// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
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

constinit const Entries vote_entries = entries<VoteRequest, VoteResponse>({.oldest = 0, .newest = 2, .flexible = 0});
constinit const Entries begin_quorum_epoch_entries =
    entries<BeginQuorumEpochRequest, BeginQuorumEpochResponse>({.oldest = 0, .newest = 1, .flexible = 1});
constinit const Entries end_quorum_epoch_entries =
    entries<EndQuorumEpochRequest, EndQuorumEpochResponse>({.oldest = 0, .newest = 1, .flexible = 1});

}  // namespace kafkasim::wire
