#include "sim/kernel/lane.hpp"

#include <algorithm>

#include "core/message/fetch.hpp"

namespace kafkasim::sim {
namespace {

struct LaneRow {
  ApiKey api;
  Lane request;
  Lane response;
};

constexpr LaneRow row(ApiKey api) {
  switch (api) {
    case ApiKey::fetch:
    case ApiKey::offset_for_leader_epoch: return {api, Lane::request, Lane::fetcher};
    case ApiKey::fetch_snapshot: return {api, Lane::control, Lane::background};
    case ApiKey::vote:
    case ApiKey::begin_quorum_epoch:
    case ApiKey::end_quorum_epoch:
    case ApiKey::update_raft_voter:
    case ApiKey::alter_partition:
    case ApiKey::broker_registration:
    case ApiKey::broker_heartbeat: return {api, Lane::control, Lane::control};
    case ApiKey::produce:
    case ApiKey::list_offsets:
    case ApiKey::metadata:
    case ApiKey::offset_commit:
    case ApiKey::offset_fetch:
    case ApiKey::find_coordinator:
    case ApiKey::join_group:
    case ApiKey::heartbeat:
    case ApiKey::leave_group:
    case ApiKey::sync_group:
    case ApiKey::consumer_group_heartbeat:
    case ApiKey::consumer_group_describe:
    case ApiKey::describe_groups:
    case ApiKey::list_groups:
    case ApiKey::delete_topics:
    case ApiKey::describe_configs:
    case ApiKey::alter_configs:
    case ApiKey::describe_log_dirs:
    case ApiKey::create_partitions:
    case ApiKey::delete_groups:
    case ApiKey::incremental_alter_configs:
    case ApiKey::list_partition_reassignments:
    case ApiKey::offset_delete:
    case ApiKey::describe_cluster:
    case ApiKey::describe_quorum:
    case ApiKey::api_versions:
    case ApiKey::create_topics:
    case ApiKey::delete_records:
    case ApiKey::elect_leaders:
    case ApiKey::alter_partition_reassignments:
    case ApiKey::init_producer_id:
    case ApiKey::add_partitions_to_txn:
    case ApiKey::add_offsets_to_txn:
    case ApiKey::end_txn:
    case ApiKey::write_txn_markers:
    case ApiKey::txn_offset_commit:
    case ApiKey::describe_producers:
    case ApiKey::describe_transactions:
    case ApiKey::list_transactions:
    case ApiKey::describe_topic_partitions:
    case ApiKey::add_raft_voter:
    case ApiKey::remove_raft_voter:
    case ApiKey::allocate_producer_ids: return {api, Lane::request, Lane::network};
  }
  return {api, Lane::request, Lane::network};
}

// The metadata log is no partition that replica fetchers care for: KafkaRaftClient has a thread of its own.
bool brings_metadata(const Message& message) {
  const auto* fetched = message.get_if<FetchResponse>();
  return fetched != nullptr && !fetched->responses.empty() && fetched->responses.front().topic_id == metadata_topic_id;
}

struct Classify {
  Lane operator()(const Started&) const { return Lane::control; }
  Lane operator()(const Connected&) const { return Lane::network; }
  Lane operator()(const Disconnected&) const { return Lane::network; }
  Lane operator()(const Received& in) const {
    const Message& message = in.envelope.message;
    return brings_metadata(message) ? Lane::background : lane_of(message.api(), message.kind());
  }
  Lane operator()(const Woken&) const { return Lane::background; }
  Lane operator()(const Flushed&) const { return Lane::background; }
  Lane operator()(const StopRequested&) const { return Lane::control; }
  Lane operator()(const Command&) const { return Lane::background; }
};

}  // namespace

std::uint32_t LaneThreads::of(Lane lane) const {
  std::uint32_t count = 1;
  switch (lane) {
    case Lane::network: count = network; break;
    case Lane::request: count = request; break;
    case Lane::fetcher: count = fetcher; break;
    case Lane::background: count = background; break;
    case Lane::control: break;
  }
  return std::max(count, 1U);
}

Lane lane_of(ApiKey api, MessageKind kind) {
  return kind == MessageKind::request ? row(api).request : row(api).response;
}

Lane lane_of(const Input& input) { return std::visit(Classify{}, input); }

std::string_view lane_name(Lane lane) {
  switch (lane) {
    case Lane::network: return "network";
    case Lane::request: return "request";
    case Lane::fetcher: return "fetcher";
    case Lane::background: return "background";
    case Lane::control: return "control";
  }
  return "";
}

}  // namespace kafkasim::sim
