#include "core/replica/replication_quota.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {
constexpr Uuid throttled_topic{1, 1};
Instant at_ms(std::int64_t ms) { return Instant{0} + milliseconds(ms); }
}  // namespace

// The figures are those of Kafka's ReplicationQuotaManagerTest.
TEST_CASE("a replication quota is exceeded by a byte too many and no longer as time goes by", "[replica]") {
  ReplicationQuota quota{10, 1};
  quota.set_rate(100);
  CHECK_FALSE(quota.is_exceeded(at_ms(0)));
  quota.record(1, at_ms(1'500));
  CHECK_FALSE(quota.is_exceeded(at_ms(1'500)));
  quota.record(149, at_ms(1'500));
  CHECK_FALSE(quota.is_exceeded(at_ms(1'500)));  // 150 bytes in 1.5 s
  quota.record(1, at_ms(1'500));
  CHECK(quota.is_exceeded(at_ms(1'500)));
  CHECK_FALSE(quota.is_exceeded(at_ms(2'000)));
  quota.record(99, at_ms(2'500));
  CHECK_FALSE(quota.is_exceeded(at_ms(2'500)));
  quota.record(1, at_ms(2'500));
  CHECK(quota.is_exceeded(at_ms(2'500)));
  CHECK_FALSE(quota.is_exceeded(at_ms(4'500)));
}

TEST_CASE("the first sample of a replication quota counts as a whole one", "[replica]") {
  ReplicationQuota quota{10, 1};
  quota.set_rate(100);
  quota.record(100, at_ms(5'000));
  CHECK_FALSE(quota.is_exceeded(at_ms(5'001)));
  quota.record(1, at_ms(5'001));
  CHECK(quota.is_exceeded(at_ms(5'001)));
}

TEST_CASE("a replication quota forgets what lies before its window", "[replica]") {
  ReplicationQuota quota{11, 1};
  quota.set_rate(10);
  quota.record(1'000'000, at_ms(0));
  CHECK(quota.is_exceeded(at_ms(10'999)));
  CHECK_FALSE(quota.is_exceeded(at_ms(11'000)));
  // Samples go round: what is recorded each second stays a rate.
  for (std::int64_t second = 11; second < 60; ++second) quota.record(10, at_ms(second * 1'000));
  CHECK_FALSE(quota.is_exceeded(at_ms(60'000)));
  quota.record(100, at_ms(60'000));
  CHECK(quota.is_exceeded(at_ms(60'000)));
}

TEST_CASE("a replication quota without a rate is never exceeded", "[replica]") {
  ReplicationQuota quota{11, 1};
  quota.record(UINT64_MAX / 4, at_ms(0));
  CHECK_FALSE(quota.is_exceeded(at_ms(1)));
  quota.set_rate(0);
  CHECK(quota.is_exceeded(at_ms(1)));
}

TEST_CASE("a replication quota throttles the partitions that were named last", "[replica]") {
  ReplicationQuota quota{11, 1};
  CHECK_FALSE(quota.throttles_any());
  quota.throttle(throttled_topic, {.all = false, .partitions = {PartitionIndex{1}, PartitionIndex{2}}});
  CHECK(quota.throttles_any());
  CHECK(quota.is_throttled({throttled_topic, PartitionIndex{1}}));
  CHECK_FALSE(quota.is_throttled({throttled_topic, PartitionIndex{4}}));
  CHECK_FALSE(quota.is_throttled({Uuid{2, 2}, PartitionIndex{1}}));
  quota.throttle(throttled_topic, {.all = true, .partitions = {}});
  CHECK(quota.is_throttled({throttled_topic, PartitionIndex{4}}));
  quota.throttle(throttled_topic, {});
  CHECK_FALSE(quota.throttles_any());
}
