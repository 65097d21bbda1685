#include "tests/core/group/consumer_harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;
using Owned = ConsumerHarness::Owned;

namespace {

constexpr Uuid eu_id{7, 1};
constexpr Uuid us_id{7, 2};

struct RegexHarness : ConsumerHarness {
  RegexHarness() { put({{"orders-eu", {eu_id, 2}}, {"invoices", {Uuid{7, 3}, 1}}}, 10); }
  void put(GroupTopics topics, std::int64_t version) { coordinator.set_topics(std::move(topics), version); }
  void add_us() { put({{"orders-eu", {eu_id, 2}}, {"orders-us", {us_id, 1}}, {"invoices", {Uuid{7, 3}, 1}}}, 20); }

  int enter_by(const std::string& member, std::optional<std::string> regex, std::optional<std::string> instance = {}) {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = group_name;
    request.member_id = member;
    request.instance_id = std::move(instance);
    request.rebalance_timeout = seconds(30);
    request.subscribed_topic_regex = std::move(regex);
    request.topic_partitions.emplace();
    return send(request);
  }
  int change(const std::string& member, std::int32_t epoch, const std::string& regex) {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = group_name;
    request.member_id = member;
    request.member_epoch = epoch;
    request.subscribed_topic_regex = regex;
    return send(request);
  }
  // How many partitions a response assigns; absent: it assigns nothing anew.
  [[nodiscard]] std::optional<std::size_t> given(int request) const {
    const auto& response = beaten(request);
    if (!response.assignment) return std::nullopt;
    std::size_t count = 0;
    for (const auto& topic : response.assignment->topic_partitions) count += topic.partitions.size();
    return count;
  }
  [[nodiscard]] ConsumerGroupDescribeResponse::Group described() {
    return answer<ConsumerGroupDescribeResponse>(send(ConsumerGroupDescribeRequest{{group_name}})).groups.at(0);
  }
  // Time goes on in which the member is heard of, in its epoch.
  void live(const std::string& member, std::int32_t epoch, int beats) {
    for (int i = 0; i < beats; ++i) {
      wait(seconds(5));
      (void)beat(member, epoch);
    }
  }
  void wait(Duration time) {
    pass(time);
    wall = wall.plus(time.whole_ms());
  }
};

}  // namespace

TEST_CASE("a member that subscribes by regular expression is given what matches with its second heartbeat", "[group]") {
  RegexHarness h;
  const int entered = h.enter_by("a", "orders-.*");
  CHECK(h.beaten(entered).error_code == ErrorCode::none);
  CHECK(h.given(entered) == 0);
  const int second = h.beat("a", h.beaten(entered).member_epoch);
  CHECK(h.given(second) == 2);
  CHECK(h.state() == "Stable");
  const auto group = h.described();
  CHECK(group.members.at(0).subscribed_topic_regex == "orders-.*");
  CHECK(group.members.at(0).subscribed_topic_names.empty());
}

TEST_CASE("a subscription that is no regular expression is refused and one is needed to join", "[group]") {
  RegexHarness h;
  CHECK(h.beaten(h.enter_by("a", "orders-[")).error_code == ErrorCode::invalid_regular_expression);
  CHECK(h.beaten(h.enter_by("a", "")).error_code == ErrorCode::invalid_request);
  CHECK(h.beaten(h.enter_by("a", std::nullopt)).error_code == ErrorCode::invalid_request);
  CHECK_FALSE(h.report());
}

TEST_CASE("a topic that comes later and matches is found but not within ten seconds of the last look", "[group]") {
  RegexHarness h;
  (void)h.enter_by("a", "orders-.*");
  const std::int32_t epoch = h.beaten(h.beat("a", 1)).member_epoch;
  h.add_us();
  h.wait(seconds(5));
  CHECK_FALSE(h.given(h.beat("a", epoch)));
  h.wait(seconds(6));
  (void)h.beat("a", epoch);  // looks again
  CHECK(h.given(h.beat("a", epoch)) == 3);
}

TEST_CASE("a topic that matches no longer is taken away", "[group]") {
  RegexHarness h;
  h.add_us();
  (void)h.enter_by("a", "orders-.*");
  const int second = h.beat("a", 1);
  REQUIRE(h.given(second) == 3);
  h.put({{"orders-eu", {eu_id, 2}}}, 30);
  h.wait(seconds(11));
  CHECK(h.given(h.beat("a", h.beaten(second).member_epoch)) == 2);
}

TEST_CASE("members of one expression share what it means and the second has it at once", "[group]") {
  RegexHarness h;
  (void)h.enter_by("a", "orders-.*");
  const std::int32_t epoch = h.beaten(h.beat("a", 1)).member_epoch;
  const int second = h.enter_by("b", "orders-.*");
  CHECK(h.given(second) == 0);  // the first has to give up one
  (void)h.beat("a", epoch);
  ConsumerGroupHeartbeatRequest given_up;
  given_up.group_id = group_name;
  given_up.member_id = "a";
  given_up.member_epoch = epoch;
  given_up.topic_partitions = std::vector<ConsumerGroupTopicPartitions>{{eu_id, {PartitionIndex{0}}}};
  (void)h.send(given_up);
  CHECK(h.given(h.beat("b", h.beaten(second).member_epoch)) == 1);
}

TEST_CASE("a member that changes its expression gives up what the new one does not match", "[group]") {
  RegexHarness h;
  (void)h.enter_by("a", "orders-.*");
  const std::int32_t epoch = h.beaten(h.beat("a", 1)).member_epoch;
  h.wait(seconds(11));
  CHECK(h.given(h.change("a", epoch, "invoices")) == 0);  // of orders nothing is left
  CHECK(h.given(h.beat("a", epoch, Owned{})) == 1);
  CHECK(h.described().members.at(0).subscribed_topic_regex == "invoices");
}

TEST_CASE("what regular expressions mean is there for the next coordinator and goes with their last member", "[group]") {
  RegexHarness h;
  (void)h.enter_by("a", "orders-.*");
  const std::int32_t epoch = h.beaten(h.beat("a", 1)).member_epoch;
  h.resign();
  h.elect();
  CHECK(h.generation() == Generation{epoch});
  CHECK(h.described().members.at(0).subscribed_topic_regex == "orders-.*");
  CHECK(h.described().members.at(0).assignment.topic_partitions.size() == 1);
  CHECK(h.beaten(h.beat("a", epoch)).member_epoch == epoch);  // nothing has changed
  const auto regexes_stored = [&h] {
    std::size_t living = 0;
    const LoadedGroups loaded = read_group_log(h.log[h.partition(group_name)]);
    std::map<std::string, bool> last;
    for (const auto& [key, value] : loaded.groups.at(group_name).consumer) {
      if (key.record == ConsumerGroupRecord::regular_expression) last[key.member] = value.has_value();
    }
    for (const auto& [regex, lives] : last) living += lives ? 1 : 0;
    return living;
  };
  CHECK(regexes_stored() == 1);
  (void)h.beat("a", leaving_epoch);
  CHECK(regexes_stored() == 0);
}

TEST_CASE("a static member that is back keeps its regular expression", "[group]") {
  RegexHarness h;
  (void)h.enter_by("a", "orders-.*", "one");
  const std::int32_t epoch = h.beaten(h.beat("a", 1, {}, "one")).member_epoch;
  (void)h.beat("a", leaving_for_a_while_epoch, {}, "one");
  const int back = h.enter_by("b", "orders-.*", "one");
  CHECK(h.beaten(back).error_code == ErrorCode::none);
  CHECK(h.beaten(back).member_epoch == epoch);
  CHECK(h.given(back) == 2);
}
