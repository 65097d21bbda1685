#include "viz/panels/event_lines.hpp"

#include <catch2/catch.hpp>

namespace kafkasim::viz {
namespace {

sim::StoryLine told(std::string kind, std::string subject, std::string text, sim::Tone tone = sim::Tone::plain) {
  return {milliseconds(1), 1, std::move(kind), std::move(subject), std::move(text), tone, {}};
}

TEST_CASE("Each kind of line of a story belongs to one filter") {
  REQUIRE(event_kind(told("fault", "crash", "x", sim::Tone::fault)) == EventKind::faults);
  REQUIRE(event_kind(told("process", "broker 1", "starts again")) == EventKind::faults);
  REQUIRE(event_kind(told("election", "orders-0", "x", sim::Tone::decision)) == EventKind::elections);
  REQUIRE(event_kind(told("controller", "controller 3000", "x")) == EventKind::elections);
  REQUIRE(event_kind(told("isr", "orders-0", "x")) == EventKind::replication);
  REQUIRE(event_kind(told("group", "analytics", "x")) == EventKind::groups);
  REQUIRE(event_kind(told("topic", "orders", "x")) == EventKind::other);
  REQUIRE(event_kind(told("finding", "orders-0", "x", sim::Tone::violation)) == EventKind::always);
}

TEST_CASE("A filter that is off hides its lines but never a violation") {
  EventFilter filter;
  filter.faults = filter.elections = filter.replication = filter.groups = filter.other = false;
  REQUIRE_FALSE(passes(filter, told("fault", "crash", "x", sim::Tone::fault)));
  REQUIRE_FALSE(passes(filter, told("isr", "orders-0", "x")));
  REQUIRE(passes(filter, told("finding", "orders-0", "x", sim::Tone::violation)));
  filter.elections = true;
  REQUIRE(passes(filter, told("election", "orders-0", "x")));
}

TEST_CASE("A search wants each of its words somewhere in the line whatever the case") {
  EventFilter filter;
  filter.search = "LEADS orders";
  REQUIRE(passes(filter, told("election", "orders-0", "broker 2 leads in epoch 1")));
  REQUIRE_FALSE(passes(filter, told("election", "payments-0", "broker 2 leads in epoch 1")));
  filter.search = "  ";
  REQUIRE(passes(filter, told("topic", "a", "b")));
  sim::Chunked<sim::StoryLine> lines;
  lines.push_back(told("topic", "orders", "is created"));
  lines.push_back(told("isr", "orders-0", "ISR [1]"));
  filter.search = "isr";
  REQUIRE(lines_passing(filter, lines) == std::vector<std::size_t>{1});
}

}  // namespace
}  // namespace kafkasim::viz
