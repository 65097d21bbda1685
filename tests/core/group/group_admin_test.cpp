#include "core/message/delete_groups.hpp"
#include "core/message/describe_groups.hpp"
#include "core/message/list_groups.hpp"
#include "core/message/offset_delete.hpp"
#include "tests/core/group/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

using Listed = std::vector<ListGroupsResponse::Group>;

Listed list(Harness& h, ListGroupsRequest request = {}) {
  return h.answer<ListGroupsResponse>(h.send(std::move(request))).groups;
}

DescribeGroupsResponse::Group describe(Harness& h, const std::string& group, std::optional<std::int16_t> version = {}) {
  return h.answer<DescribeGroupsResponse>(h.send(DescribeGroupsRequest{.groups = {group}}, version)).groups.at(0);
}

std::vector<DeleteGroupsResponse::Result> remove(Harness& h, std::vector<std::string> groups) {
  return h.answer<DeleteGroupsResponse>(h.send(DeleteGroupsRequest{.groups_names = std::move(groups)})).results;
}

// Asks the coordinator as the broker does once it knows that the partitions exist.
int delete_offsets(Harness& h, const std::string& group, const std::string& topic, OffsetDeleteResponse so_far = {}) {
  static int last = 100'000;
  const RequestRef ref{{HostId{9}, 5}, ++last, 0};
  OffsetDeleteRequest request{.group_id = group};
  request.topics.push_back({topic, {{PartitionIndex{0}}}});
  h.step([&](Env& env) { h.coordinator.delete_offsets(request, std::move(so_far), ref, env); });
  return ref.correlation_id;
}

// One that reads the topics that it says it reads.
void reading(Harness& h, const std::string& topic) {
  const ConsumerProtocolSubscription subscription{.topics = {topic}};
  const std::vector<std::byte> bytes = encode_consumer_protocol(subscription);
  const std::string metadata{as_text(bytes)};
  const std::string member = h.obtain_id();
  h.join(member, {{"range", metadata}});
  h.pass(seconds(9));
  h.sync(member, h.generation(), {{member, assignment_of(topic, {PartitionIndex{0}})}});
  REQUIRE(h.state() == "Stable");
}

}  // namespace

TEST_CASE("ListGroups tells the groups of this coordinator with state and type", "[group]") {
  Harness h;
  h.elect();
  CHECK(list(h).empty());
  h.stable(1);
  CHECK(list(h) == Listed{{group_name, "consumer", "Stable", "classic"}});
  h.resign();
  CHECK(list(h).empty());
}

TEST_CASE("ListGroups leaves out what its filters do not name in whatever case", "[group]") {
  Harness h;
  h.elect();
  h.stable(1);
  CHECK(list(h, {.states_filter = {"empty", "stable"}}).size() == 1);
  CHECK(list(h, {.states_filter = {"Empty"}}).empty());
  CHECK(list(h, {.types_filter = {"Classic"}}).size() == 1);
  CHECK(list(h, {.types_filter = {"consumer"}}).empty());
}

TEST_CASE("an unknown group is dead and from DescribeGroups version 6 on an error", "[group]") {
  Harness h;
  h.elect();
  CHECK(describe(h, group_name, std::int16_t{5}).group_state == "Dead");
  CHECK(describe(h, group_name, std::int16_t{5}).error_code == ErrorCode::none);
  CHECK(describe(h, group_name, std::int16_t{6}).error_code == ErrorCode::group_id_not_found);
  h.resign();
  CHECK(describe(h, group_name).error_code == ErrorCode::not_coordinator);
}

TEST_CASE("a group without members is deleted with its offsets for good", "[group]") {
  Harness h;
  h.elect();
  h.commit({}, std::nullopt, 7);
  REQUIRE(h.fetch() == Offset{7});
  CHECK(remove(h, {group_name}) == std::vector<DeleteGroupsResponse::Result>{{group_name, ErrorCode::none}});
  CHECK(h.state() == "absent");
  CHECK_FALSE(h.fetch());
  REQUIRE(h.noted<trace::OffsetsRemoved>().size() == 1);
  h.resign();
  h.elect();  // another coordinator reads the tombstones
  CHECK(h.state() == "absent");
  CHECK_FALSE(h.fetch());
}

TEST_CASE("DeleteGroups refuses what has members and what is not there", "[group]") {
  Harness h;
  h.elect();
  h.elect("another");
  h.stable(1);
  const auto results = remove(h, {group_name, "another", ""});
  REQUIRE(results.size() == 3);
  CHECK(results[0].error_code == ErrorCode::non_empty_group);
  CHECK(results[1].error_code == ErrorCode::group_id_not_found);
  CHECK(results[2].error_code == ErrorCode::invalid_group_id);
  CHECK(h.state() == "Stable");
  h.resign();
  CHECK(remove(h, {group_name}).at(0).error_code == ErrorCode::not_coordinator);
}

TEST_CASE("a deletion is answered when its tombstones are replicated or cannot be", "[group]") {
  Harness h;
  h.elect();
  h.commit({}, std::nullopt, 7);
  h.appends = Appends::hold;
  const int request = h.send(DeleteGroupsRequest{.groups_names = {group_name}});
  CHECK_FALSE(h.answered(request));
  SECTION("they are") {
    h.complete_held(ErrorCode::none);
    CHECK(h.answer<DeleteGroupsResponse>(request).results.at(0).error_code == ErrorCode::none);
  }
  SECTION("they are not in time") {
    h.complete_held(ErrorCode::request_timed_out);
    CHECK(h.answer<DeleteGroupsResponse>(request).results.at(0).error_code == ErrorCode::coordinator_not_available);
  }
  SECTION("the coordinator moves") {
    h.resign();
    CHECK(h.answer<DeleteGroupsResponse>(request).results.at(0).error_code == ErrorCode::not_coordinator);
  }
}

TEST_CASE("a commit on its way when its group is deleted does not come back", "[group]") {
  Harness h;
  h.elect();
  h.commit({}, std::nullopt, 6);
  h.appends = Appends::hold;
  h.commit({}, std::nullopt, 7);
  h.send(DeleteGroupsRequest{.groups_names = {group_name}});
  h.complete_held(ErrorCode::none);
  h.resign();
  h.elect();
  CHECK_FALSE(h.fetch());
}

TEST_CASE("OffsetDelete forgets offsets of a topic that nobody in the group reads", "[group]") {
  Harness h;
  h.elect();
  h.commit({}, std::nullopt, 7);
  reading(h, "payments");
  const int request = delete_offsets(h, group_name, "orders");
  const auto& told = h.answer<OffsetDeleteResponse>(request);
  CHECK(told.error_code == ErrorCode::none);
  REQUIRE(told.topics.size() == 1);
  CHECK(told.topics[0].partitions.at(0).error_code == ErrorCode::none);
  CHECK_FALSE(h.fetch());
  h.resign();
  h.elect();
  CHECK_FALSE(h.fetch());
  CHECK(h.state() == "Stable");
}

TEST_CASE("OffsetDelete refuses a topic that the group reads and keeps what the broker found wrong", "[group]") {
  Harness h;
  h.elect();
  h.commit({}, std::nullopt, 7);
  reading(h, "orders");
  OffsetDeleteResponse so_far;
  so_far.topics.push_back({"orders", {{PartitionIndex{9}, ErrorCode::unknown_topic_or_partition}}});
  const int request = delete_offsets(h, group_name, "orders", so_far);
  const auto& told = h.answer<OffsetDeleteResponse>(request);
  REQUIRE(told.topics.size() == 1);
  CHECK(told.topics[0].partitions
        == std::vector<OffsetDeleteResponse::Partition>{{PartitionIndex{9}, ErrorCode::unknown_topic_or_partition},
                                                        {PartitionIndex{0}, ErrorCode::group_subscribed_to_topic}});
  CHECK(h.fetch() == Offset{7});
}

TEST_CASE("OffsetDelete of a group that is not there is refused as a whole", "[group]") {
  Harness h;
  h.elect();
  CHECK(h.answer<OffsetDeleteResponse>(delete_offsets(h, group_name, "orders")).error_code
        == ErrorCode::group_id_not_found);
  CHECK(h.answer<OffsetDeleteResponse>(delete_offsets(h, "", "orders")).error_code == ErrorCode::invalid_group_id);
  h.resign();
  CHECK(h.answer<OffsetDeleteResponse>(delete_offsets(h, group_name, "orders")).error_code
        == ErrorCode::not_coordinator);
}

TEST_CASE("offsets of a deleted topic are forgotten by a tombstone and others stay", "[group]") {
  Harness h;
  h.elect();
  h.commit({}, std::nullopt, 7);
  const auto gone = [&h](const std::string& topic) {
    h.step([&](Env& env) { h.coordinator.on_partitions_deleted({{topic, PartitionIndex{0}}}, env); });
  };
  gone("payments");
  CHECK(h.fetch() == Offset{7});
  gone("orders");
  CHECK_FALSE(h.fetch());
  h.commit({}, std::nullopt, 3);  // the topic was made again
  CHECK(h.fetch() == Offset{3});
  h.resign();
  h.elect();
  CHECK(h.fetch() == Offset{3});
}

TEST_CASE("a commit that was handed over before a tombstone does not outlive it whatever the order of their fates",
          "[group]") {
  Harness h;
  h.elect();
  h.appends = Appends::hold;
  h.commit({}, std::nullopt, 7);
  h.step([&](Env& env) { h.coordinator.on_partitions_deleted({{"orders", PartitionIndex{0}}}, env); });
  const std::vector<GroupAppend> two = h.held;
  REQUIRE(two.size() == 2);
  h.complete(two.at(1), ErrorCode::none);
  h.complete(two.at(0), ErrorCode::none);
  CHECK_FALSE(h.fetch());
}
