#pragma once
// The descriptions of what several messages share.
#include "core/message/common.hpp"
#include "core/wire/fields.hpp"

namespace kafkasim::wire {

template <class V>
void describe(Fields<V, LeaderIdAndEpoch>& m) {
  m.field(&LeaderIdAndEpoch::leader_id);
  m.field(&LeaderIdAndEpoch::leader_epoch);
}

template <class V>
void describe(Fields<V, NodeEndpoint>& m) {
  m.field(&NodeEndpoint::node_id);
  m.field(&NodeEndpoint::host);
  m.template field_as<std::int32_t>(&NodeEndpoint::port);
  m.field(&NodeEndpoint::rack);
}

template <class V>
void describe(Fields<V, QuorumNodeEndpoint>& m) {
  m.field(&QuorumNodeEndpoint::node_id);
  m.field(&QuorumNodeEndpoint::host);
  m.field(&QuorumNodeEndpoint::port);
}

template <class V>
void describe(Fields<V, LeaderEndpoint>& m) {
  m.field(&LeaderEndpoint::name);
  m.field(&LeaderEndpoint::host);
  m.field(&LeaderEndpoint::port);
}

}  // namespace kafkasim::wire
