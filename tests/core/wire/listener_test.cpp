#include "core/wire/listener.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "core/wire/codec.hpp"

using namespace kafkasim;

namespace {

std::optional<ApiVersionsResponse::ApiVersion> listed(ApiKey api) {
  for (const auto& one : listed_api_versions()) {
    if (one.api_key == static_cast<std::int16_t>(api)) return one;
  }
  return std::nullopt;
}

Admission admitted(ApiKey api, std::int16_t version) { return admission(static_cast<std::int16_t>(api), version); }

}  // namespace

TEST_CASE("a broker lists what it serves to clients and not what nodes ask of controllers") {
  using Range = ApiVersionsResponse::ApiVersion;
  CHECK(listed(ApiKey::fetch) == Range{1, 4, 18});
  CHECK(listed(ApiKey::metadata) == Range{3, 0, 13});
  CHECK(listed(ApiKey::delete_topics) == Range{20, 1, 6});
  CHECK(listed(ApiKey::describe_quorum) == Range{55, 0, 2});
  for (const ApiKey api : {ApiKey::vote, ApiKey::begin_quorum_epoch, ApiKey::end_quorum_epoch, ApiKey::alter_partition, ApiKey::fetch_snapshot,
                           ApiKey::broker_registration, ApiKey::broker_heartbeat, ApiKey::allocate_producer_ids}) {
    INFO(api_name(api));
    CHECK_FALSE(listed(api));
    CHECK(admitted(api, newest_version(api)) == Admission::refused);
  }
  CHECK(std::ranges::is_sorted(listed_api_versions(), {}, &Range::api_key));
}

TEST_CASE("Produce is listed from version 0 on and served from version 3 on") {
  CHECK(listed(ApiKey::produce)->min_version == 0);
  CHECK(admitted(ApiKey::produce, 2) == Admission::refused);
  CHECK(admitted(ApiKey::produce, 3) == Admission::served);
}

TEST_CASE("an ApiVersions of an unknown version is answered and any other unknown request closes the connection") {
  CHECK(admitted(ApiKey::api_versions, 4) == Admission::served);
  CHECK(admitted(ApiKey::api_versions, 5) == Admission::unsupported_api_versions);
  CHECK(admitted(ApiKey::api_versions, -1) == Admission::unsupported_api_versions);
  CHECK(admitted(ApiKey::metadata, 14) == Admission::refused);
  CHECK(admission(17, 0) == Admission::refused);
  CHECK(admission(-1, 0) == Admission::refused);
  const ApiVersionsResponse told = unsupported_api_versions();
  CHECK(told.error_code == ErrorCode::unsupported_version);
  REQUIRE(told.api_keys.size() == 1);
  CHECK(told.api_keys.front() == ApiVersionsResponse::ApiVersion{18, 0, 4});
}

TEST_CASE("what librdkafka 2.0.2 and KafkaJS 2.2.4 and kafka-python 2.0.2 send at most is served") {
  struct Sent {
    ApiKey api;
    std::vector<std::int16_t> versions;  // the newest of each client
  };
  const std::vector<Sent> clients{
      {ApiKey::produce, {7}},
      {ApiKey::fetch, {11}},
      {ApiKey::list_offsets, {1, 2, 3}},
      {ApiKey::metadata, {0, 4, 5, 6}},
      {ApiKey::offset_commit, {2, 5, 7}},
      {ApiKey::offset_fetch, {1, 4, 7}},
      {ApiKey::find_coordinator, {0, 2}},
      {ApiKey::join_group, {0, 2, 5}},
      {ApiKey::heartbeat, {0, 3}},
      {ApiKey::leave_group, {0, 1, 3}},
      {ApiKey::sync_group, {0, 3}},
      {ApiKey::describe_groups, {0, 2, 3, 4}},
      {ApiKey::list_groups, {0, 2, 4}},
      {ApiKey::api_versions, {0, 2, 3}},
      {ApiKey::create_topics, {3, 4}},
      {ApiKey::delete_topics, {1, 3}},
      {ApiKey::delete_records, {1}},
      {ApiKey::init_producer_id, {1, 4}},
      {ApiKey::describe_configs, {1, 2}},
      {ApiKey::alter_configs, {0, 1}},
      {ApiKey::create_partitions, {0, 1}},
      {ApiKey::delete_groups, {1}},
      {ApiKey::offset_delete, {0}},
      {ApiKey::list_partition_reassignments, {0}},
  };
  for (const Sent& sent : clients) {
    for (const std::int16_t version : sent.versions) {
      INFO(api_name(sent.api) << " v" << version);
      CHECK(admitted(sent.api, version) == Admission::served);
    }
  }
}
