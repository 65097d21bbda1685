#include "viz/panels/plot_geometry.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace kafkasim::viz {
namespace {

using Sample = sim::Series::Sample;

Sample sampled(std::int64_t ms, std::int64_t acked, std::optional<NodeId> leader = NodeId{1}) {
  Sample sample;
  sample.at = milliseconds(ms);
  sample.acked = acked;
  sample.leaders[{"orders", PartitionIndex{0}}] = leader;
  return sample;
}

TEST_CASE("An axis of values begins at 0 and ends at a round tick that nothing exceeds") {
  REQUIRE(value_axis(7, 3, 0).ticks == std::vector<double>{0, 5, 10});
  REQUIRE(value_axis(10, 3, 0).ticks == std::vector<double>{0, 5, 10});
  REQUIRE(value_axis(1'234, 3, 0).ticks == std::vector<double>{0, 1'000, 2'000});
  REQUIRE(value_axis(3, 4, 1).ticks == std::vector<double>{0, 1, 2, 3});
  REQUIRE(value_axis(3, 3, 1).ticks == std::vector<double>{0, 3});
  REQUIRE(value_axis(4, 3, 1).ticks == std::vector<double>{0, 2, 4});
  REQUIRE(value_axis(0, 3, 1).ticks == std::vector<double>{0, 1});
  for (const double highest : {0.003, 1.0, 4.9, 99.0, 12'345.0, 7e9}) {
    for (const std::size_t most : {std::size_t{2}, std::size_t{3}, std::size_t{5}}) {
      const ValueAxis axis = value_axis(highest, most, 0);
      REQUIRE(axis.top >= highest);
      REQUIRE(axis.ticks.size() >= 2);
      REQUIRE(axis.ticks.size() <= most);
      REQUIRE(axis.ticks.back() == axis.top);
    }
  }
}

TEST_CASE("Ticks of time are round and say as much as tells them apart") {
  const TimeAxis whole = time_axis({}, seconds(60), 5);
  REQUIRE(whole.step == seconds(15));
  REQUIRE(whole.ticks.size() == 5);
  REQUIRE(moment_text(whole.ticks[1], whole.step) == "15 s");
  const TimeAxis close = time_axis(milliseconds(12'401), milliseconds(12'409), 5);
  REQUIRE(close.step == milliseconds(2));
  REQUIRE(close.ticks.front() == milliseconds(12'402));
  REQUIRE(moment_text(close.ticks.front(), close.step) == "12.402 s");
  REQUIRE(moment_text(seconds(125), seconds(60)) == "2:05");
  REQUIRE(moment_text(microseconds(12'480'500), microseconds(500)) == "12.4805 s");
}

TEST_CASE("Numbers are short and carry their unit") {
  REQUIRE(number_text(7) == "7");
  REQUIRE(number_text(0.25) == "0.25");
  REQUIRE(number_text(1'234) == "1.23k");
  REQUIRE(number_text(20'000) == "20k");
  REQUIRE(bytes_text(512) == "512 B");
  REQUIRE(bytes_text(1'500'000) == "1.5 MB");
  REQUIRE(span_text(milliseconds(400)) == "400 ms");
  REQUIRE(span_text(microseconds(1'500)) == "1.5 ms");
}

TEST_CASE("However many points there are no more than four of each pixel column are drawn and the extremes stay") {
  std::vector<PixelPoint> points;
  for (int i = 0; i < 10'000; ++i) points.push_back({static_cast<float>(i) / 100.0F, static_cast<float>(i * 37 % 101)});
  points[4'321].y = 500;
  points[8'765].y = -500;
  const std::vector<PixelPoint> kept = decimated(points);
  REQUIRE(kept.size() <= 400);
  REQUIRE(std::ranges::count_if(kept, [](const PixelPoint& p) { return p.y == 500; }) == 1);
  REQUIRE(std::ranges::count_if(kept, [](const PixelPoint& p) { return p.y == -500; }) == 1);
  REQUIRE(std::ranges::is_sorted(kept, {}, &PixelPoint::x));
  REQUIRE(kept.front().x == points.front().x);
  REQUIRE(kept.back().x == points.back().x);
  const std::vector<PixelPoint> few{{0, 1}, {5, 2}, {9, 0}};
  REQUIRE(decimated(few).size() == 3);
}

TEST_CASE("A rate is what came between two samples") {
  const std::vector<Sample> samples{sampled(0, 0), sampled(500, 50), sampled(1'000, 50)};
  const auto rates = rate_per_second(samples, Counter::acked);
  REQUIRE(rates.size() == 2);
  REQUIRE(rates[0].value == Approx(100));
  REQUIRE(rates[1].value == Approx(0));
  REQUIRE(rates[1].at == milliseconds(1'000));
}

TEST_CASE("A partition's leaders are spans without a gap as long as it exists") {
  std::vector<Sample> samples{sampled(0, 0), sampled(100, 0), sampled(200, 0, std::nullopt), sampled(300, 0, NodeId{2}), sampled(400, 0, NodeId{2})};
  auto spans = leader_spans(samples, {"orders", PartitionIndex{0}});
  REQUIRE(spans.size() == 3);
  REQUIRE(spans[0].to == milliseconds(200));
  REQUIRE_FALSE(spans[1].leader.has_value());
  REQUIRE(spans[2].leader == NodeId{2});
  REQUIRE(spans[2].to == milliseconds(400));
  samples[1].leaders.clear();  // deleted and made again
  spans = leader_spans(samples, {"orders", PartitionIndex{0}});
  REQUIRE(spans.size() == 3);
  REQUIRE(spans[0].to == milliseconds(100));
  REQUIRE(spans[1].from == milliseconds(200));
}

TEST_CASE("The sample of a moment is the last that is not after it") {
  const std::vector<Sample> samples{sampled(100, 1), sampled(200, 2)};
  REQUIRE(sample_at(samples, milliseconds(99)) == nullptr);
  REQUIRE(sample_at(samples, milliseconds(150))->acked == 1);
  REQUIRE(sample_at(samples, seconds(9))->acked == 2);
}

}  // namespace
}  // namespace kafkasim::viz
