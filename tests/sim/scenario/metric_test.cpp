#include <set>

#include <catch2/catch.hpp>

#include "sim/scenario/expectation.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

TEST_CASE("the table of metrics is complete and in order") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < metric_table().size(); ++i) {
    CHECK(metric_table()[i].metric == static_cast<Metric>(i));
    CHECK(names.insert(metric_table()[i].name).second);
  }
  CHECK(metric_table().size() == static_cast<std::size_t>(Metric::errors) + 1);
  CHECK(metric_info(Metric::unavailable).name == "unavailable.ms");
}

TEST_CASE("a condition compares numbers with numbers and words with words") {
  Condition condition{{Metric::isr_size, {}, TopicPartition{"orders", PartitionIndex{0}}, NodeId{2}},
                      Comparison::at_least,
                      std::int64_t{2}};
  CHECK(compares(condition, std::int64_t{2}));
  CHECK_FALSE(compares(condition, std::int64_t{1}));
  CHECK_FALSE(compares(condition, std::string{"2"}));
  CHECK(describe(condition) == "isr.size of orders-0 on 2 is at least 2");
  condition.comparison = Comparison::at_most;
  CHECK_FALSE(compares(condition, std::int64_t{3}));
  condition.comparison = Comparison::is;
  CHECK(compares(condition, std::int64_t{2}));
  condition.comparison = Comparison::is_not;
  CHECK_FALSE(compares(condition, std::int64_t{2}));
}

TEST_CASE("values are described in their unit") {
  CHECK(describe(MetricUnit::size, std::int64_t{20 << 20}) == "20MiB");
  CHECK(describe(MetricUnit::duration, milliseconds(1500).ns) == "1500ms");
  CHECK(describe(MetricUnit::node, std::int64_t{-1}) == "none");
  CHECK(describe(MetricQuery{Metric::errors, ErrorCode::not_leader_or_follower, ClientName{"shop", 2}, {}})
        == "errors.NOT_LEADER_OR_FOLLOWER of shop/2");
}
