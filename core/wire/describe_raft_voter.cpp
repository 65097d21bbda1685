// See the schemas of the same names in org.apache.kafka.common.message; fields.hpp tells how to read this.
#include "core/message/raft_voter.hpp"
#include "core/wire/describe_common.hpp"
#include "core/wire/entry.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, AddRaftVoterRequest>& m) {
  using M = AddRaftVoterRequest;
  m.field(named<&M::cluster_id>);
  m.field(named<&M::timeout>);
  m.field(named<&M::voter_id>);
  m.field(named<&M::voter_directory_id>);
  m.field(named<&M::listeners>);
}

template <class V>
void describe(Fields<V, AddRaftVoterResponse>& m) {
  using M = AddRaftVoterResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
}

template <class V>
void describe(Fields<V, RemoveRaftVoterRequest>& m) {
  using M = RemoveRaftVoterRequest;
  m.field(named<&M::cluster_id>);
  m.field(named<&M::voter_id>);
  m.field(named<&M::voter_directory_id>);
}

template <class V>
void describe(Fields<V, RemoveRaftVoterResponse>& m) {
  using M = RemoveRaftVoterResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::error_message>);
}

template <class V>
void describe(Fields<V, UpdateRaftVoterRequest>& m) {
  using M = UpdateRaftVoterRequest;
  m.field(named<&M::cluster_id>);
  m.field(named<&M::current_leader_epoch>);
  m.field(named<&M::voter_id>);
  m.field(named<&M::voter_directory_id>);
  m.field(named<&M::listeners>);
  m.field(named<&M::kraft_version_feature>);
}

template <class V>
void describe(Fields<V, RaftLeaderEndpoint>& m) {
  using M = RaftLeaderEndpoint;
  m.field(named<&M::leader_id>);
  m.field(named<&M::leader_epoch>);
  m.field(named<&M::host>);
  m.field(named<&M::port>);
}

template <class V>
void describe(Fields<V, UpdateRaftVoterResponse>& m) {
  using M = UpdateRaftVoterResponse;
  m.field(named<&M::throttle_time>);
  m.field(named<&M::error_code>);
  m.field(named<&M::current_leader>, since(0).tag(0));
}

constinit const Entries add_raft_voter_entries =
    entries<AddRaftVoterRequest, AddRaftVoterResponse>({.oldest = 0, .newest = 0, .flexible = 0});
constinit const Entries remove_raft_voter_entries =
    entries<RemoveRaftVoterRequest, RemoveRaftVoterResponse>({.oldest = 0, .newest = 0, .flexible = 0});
constinit const Entries update_raft_voter_entries =
    entries<UpdateRaftVoterRequest, UpdateRaftVoterResponse>({.oldest = 0, .newest = 0, .flexible = 0});

}  // namespace kafkasim::wire
