// What administrators' tools ask of a broker: answered from the image, by the coordinator, or by the active controller
// (KafkaApis).
#include <algorithm>

#include "core/broker/broker.hpp"
#include "core/broker/describe_configs.hpp"
#include "core/broker/unknown_partitions.hpp"
#include "core/message/alter_partition_reassignments.hpp"
#include "core/message/create_partitions.hpp"
#include "core/message/delete_topics.hpp"
#include "core/message/elect_leaders.hpp"
#include "core/message/list_partition_reassignments.hpp"
#include "core/wire/listener.hpp"

namespace kafkasim {

namespace {

constexpr std::int16_t first_api_versions_with_features = 3;
constexpr std::int16_t first_api_versions_with_level_0 = 4;  // older clients may not read a feature that begins there (KAFKA-17492)

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// KIP-511: letters and digits, between them dots and hyphens.
bool is_software_name(const std::string& text) {
  if (text.empty() || !is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back())) return false;
  return std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; });
}

// BrokerFeatures, of what exists here.
std::vector<ApiVersionsResponse::SupportedFeature> supported_features() {
  return {{std::string{metadata_version_feature}, oldest_metadata_version, newest_metadata_version},
          {std::string{eligible_leader_replicas_feature}, 0, 1},
          {std::string{group_version_feature}, 0, newest_group_version},
          {std::string{kraft_version_feature}, raft::known_kraft_versions.min_supported_version, raft::known_kraft_versions.max_supported_version},
          {std::string{transaction_version_feature}, 0, static_cast<std::int16_t>(TransactionVersion::v2)}};
}

bool is_for_controller(ApiKey api) {
  switch (api) {
    case ApiKey::create_topics:
    case ApiKey::delete_topics:
    case ApiKey::create_partitions:
    case ApiKey::elect_leaders:
    case ApiKey::alter_partition_reassignments:
    case ApiKey::describe_quorum:
    case ApiKey::add_raft_voter:
    case ApiKey::remove_raft_voter:
    case ApiKey::list_partition_reassignments: return true;
    default: return false;
  }
}

}  // namespace

bool Broker::administer(const Message& message, const RequestRef& from, Env& env) {
  if (is_for_controller(message.api())) {
    forward(message, from, env);
  } else if (const auto* versions = message.get_if<ApiVersionsRequest>()) {
    on_api_versions(*versions, from, env);
  } else if (const auto* cluster = message.get_if<DescribeClusterRequest>()) {
    on_describe_cluster(*cluster, from, env);
  } else if (const auto* configs = message.get_if<DescribeConfigsRequest>()) {
    answer(from, describe_configs(*configs, {options_.id, options_.config, image_}), env);
  } else if (const auto* change = message.get_if<IncrementalAlterConfigsRequest>()) {
    forward_alter_configs(message, preprocess(*change, options_.id), from, env);
  } else if (const auto* alter = message.get_if<AlterConfigsRequest>()) {
    forward_alter_configs(message, preprocess(*alter, options_.id), from, env);
  } else if (const auto* offsets = message.get_if<OffsetDeleteRequest>()) {
    on_offset_delete(*offsets, from, env);
  } else {
    return false;
  }
  return true;
}

// A client must not address the controllers: with KRaft any live broker stands in for the controller (KIP-631).
std::optional<NodeId> Broker::any_live_broker(Env& env) const {
  std::vector<NodeId> alive;
  for (const auto& [id, broker] : image_.brokers) {
    if (!broker.fenced) alive.push_back(id);
  }
  if (alive.empty()) return std::nullopt;
  return alive[env.random.below(alive.size())];
}

void Broker::on_api_versions(const ApiVersionsRequest& request, const RequestRef& from, Env& env) {
  ApiVersionsResponse response;
  const bool names_itself = from.version >= first_api_versions_with_features;
  if (names_itself
      && !(is_software_name(request.client_software_name) && is_software_name(request.client_software_version))) {
    response.error_code = ErrorCode::invalid_request;
    return answer(from, std::move(response), env);
  }
  response.api_keys = listed_api_versions();
  response.supported_features = supported_features();
  if (from.version < first_api_versions_with_level_0)
    std::erase_if(response.supported_features, [](const auto& feature) { return feature.min_version == 0; });
  auto finalized = image_.features;
  finalized.try_emplace(std::string{group_version_feature}, newest_group_version);  // of which the log says nothing here
  const bool voters_in_log = raft_ ? raft_->is_reconfigurable() : options_.voter_source == VoterSource::log;
  if (voters_in_log) finalized.try_emplace(std::string{kraft_version_feature}, raft::reconfigurable_version);
  for (const auto& [name, level] : finalized) response.finalized_features.push_back({name, level, level});
  response.finalized_features_epoch = image_.end_offset - 1;
  answer(from, std::move(response), env);
}

void Broker::on_describe_cluster(const DescribeClusterRequest& request, const RequestRef& from, Env& env) {
  DescribeClusterResponse response{.endpoint_type = request.endpoint_type};
  if (request.endpoint_type != endpoints_of_brokers) {
    const bool known = request.endpoint_type == endpoints_of_controllers;
    response.error_code = known ? ErrorCode::mismatched_endpoint_type : ErrorCode::unsupported_endpoint_type;
    response.error_message =
        known ? "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
              : "Unsupported endpoint type " + std::to_string(request.endpoint_type);
    return answer(from, std::move(response), env);
  }
  response.cluster_id = options_.cluster_id;
  response.controller_id = any_live_broker(env);
  for (const auto& [id, broker] : image_.brokers) {
    if (broker.fenced && !request.include_fenced_brokers) continue;
    response.brokers.push_back({id, broker.endpoint.host, broker.endpoint.port, broker.rack, broker.fenced});
  }
  answer(from, std::move(response), env);
}

void Broker::on_offset_commit(const OffsetCommitRequest& request, const RequestRef& from, Env& env) {
  OffsetCommitRequest known = request;
  auto refused = take_unknown<OffsetCommitResponse>(known.topics, image_);
  if (known.topics.empty()) return answer(from, std::move(refused), env);
  groups_.commit(known, std::move(refused), from, env);
}

void Broker::on_offset_delete(const OffsetDeleteRequest& request, const RequestRef& from, Env& env) {
  OffsetDeleteRequest known = request;
  auto refused = take_unknown<OffsetDeleteResponse>(known.topics, image_);
  groups_.delete_offsets(known, std::move(refused), from, env);
}

void Broker::forward_alter_configs(const Message& request, std::vector<ResourceVerdict> verdicts,
                                   const RequestRef& from, Env& env) {
  std::optional<Message> rest = remaining(request, verdicts);
  if (!rest) {
    const Message refused = reassembled(request.api(), verdicts, std::nullopt);
    return env.out.add(Send{from.connection, Envelope{from.correlation_id, from.version, {}, refused}});
  }
  const std::uint64_t id = channel_.send(std::move(*rest), options_.config.request_timeout,
                                         ControllerChannel::Retry::until_deadline, active_controller(), env);
  asked_.emplace(id, ForConfigs{from, request.api(), std::move(verdicts)});
}

}  // namespace kafkasim
