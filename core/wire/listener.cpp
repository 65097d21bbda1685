#include "core/wire/listener.hpp"

#include <algorithm>

#include "core/wire/codec.hpp"

namespace kafkasim {

namespace {

// What only controllers serve, or that only nodes send to them.
bool is_for_controllers_only(ApiKey api) {
  switch (api) {
    case ApiKey::vote:
    case ApiKey::begin_quorum_epoch:
    case ApiKey::end_quorum_epoch:
    case ApiKey::fetch_snapshot:
    case ApiKey::alter_partition:
    case ApiKey::broker_registration:
    case ApiKey::broker_heartbeat:
    case ApiKey::update_raft_voter:
    case ApiKey::allocate_producer_ids: return true;
    default: return false;
  }
}

// What brokers serve by passing it on, and what everybody serves.
bool is_for_controllers_too(ApiKey api) {
  switch (api) {
    case ApiKey::fetch:
    case ApiKey::api_versions:
    case ApiKey::create_topics:
    case ApiKey::delete_topics:
    case ApiKey::create_partitions:
    case ApiKey::alter_configs:
    case ApiKey::incremental_alter_configs:
    case ApiKey::elect_leaders:
    case ApiKey::alter_partition_reassignments:
    case ApiKey::list_partition_reassignments:
    case ApiKey::describe_quorum:
    case ApiKey::add_raft_voter:
    case ApiKey::remove_raft_voter: return true;
    default: return false;
  }
}

ApiVersionsResponse::ApiVersion listed(ApiKey api) {
  const std::int16_t oldest = api == ApiKey::produce ? std::int16_t{0} : oldest_version(api);
  return {static_cast<std::int16_t>(api), oldest, newest_version(api)};
}

}  // namespace

Admission admission(std::int16_t api_key, std::int16_t version) {
  const auto api = static_cast<ApiKey>(api_key);
  if (!is_known_api(api_key) || is_for_controllers_only(api)) return Admission::refused;
  if (version >= oldest_version(api) && version <= newest_version(api)) return Admission::served;
  return api == ApiKey::api_versions ? Admission::unsupported_api_versions : Admission::refused;
}

std::vector<ApiVersionsResponse::ApiVersion> listed_api_versions() {
  std::vector<ApiVersionsResponse::ApiVersion> list;
  for (const ApiKey api : known_apis()) {
    if (!is_for_controllers_only(api)) list.push_back(listed(api));
  }
  std::ranges::sort(list, {}, &ApiVersionsResponse::ApiVersion::api_key);
  return list;
}

std::vector<ApiVersionsResponse::ApiVersion> listed_controller_api_versions() {
  std::vector<ApiVersionsResponse::ApiVersion> list;
  for (const ApiKey api : known_apis()) {
    if (is_for_controllers_only(api) || is_for_controllers_too(api)) list.push_back(listed(api));
  }
  std::ranges::sort(list, {}, &ApiVersionsResponse::ApiVersion::api_key);
  return list;
}

ApiVersionsResponse unsupported_api_versions() {
  return {.error_code = ErrorCode::unsupported_version, .api_keys = {listed(ApiKey::api_versions)}};
}

}  // namespace kafkasim
