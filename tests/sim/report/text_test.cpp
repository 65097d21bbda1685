#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "sim/report/report.hpp"
#include "tests/sim/run/support.hpp"
#include "tests/support/text.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using kafkasim::test::has;

namespace {

std::string printed(const StoryLine& line, Colour colour = Colour::off) {
  std::ostringstream out;
  std::ostringstream err;
  print_line(line, {out, err, colour, Colour::off});
  CHECK(err.str().empty());
  return out.str();
}
StoryLine line(Tone tone) { return {milliseconds(12'345), 1, "isr", "orders-0", "ISR [1,2]", tone, {}}; }

std::string verdict(const Simulation& run, Outcome outcome, Colour colour = Colour::off) {
  std::ostringstream out;
  std::ostringstream err;
  print_verdict(run, {"f.json", outcome, 1'234'567, "", Strict::no}, {"how it came about"}, {out, err, colour, Colour::off});
  return out.str();
}

// One broker; ten records; the power goes off at 1 s if `loses`.
Simulation run_of(bool loses, const std::string& expect = "[]") {
  std::vector<Patch> patches{{"/expect", expect}};
  if (loses)
    patches.push_back({"/timeline", R"([{"at": "1s", "power_off": {"target": 1, "keep": "none"}, "for": "100ms"}])"});
  return run_to_end(scenario(
      small(
          1, "3s",
          R"("title": "Ten records", "topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 10}], "epilogue": false, )"),
      patches));
}

}  // namespace

TEST_CASE("a line of the timeline has its moment and mark and kind and subject") {
  CHECK(printed(line(Tone::plain)) == "   12.345 s    isr         orders-0       ISR [1,2]\n");
  CHECK(printed(line(Tone::fault)) == "   12.345 s  ! isr         orders-0       ISR [1,2]\n");
  std::set<std::string> marks;
  for (const Tone tone :
       {Tone::plain, Tone::fault, Tone::warning, Tone::decision, Tone::good, Tone::note, Tone::violation})
    marks.insert(printed(line(tone)));
  CHECK(marks.size() == 7);
}

TEST_CASE("colour is only where it is wanted and on what is not plain") {
  CHECK(has(printed(line(Tone::fault), Colour::on), "\033[31m"));
  CHECK(has(printed(line(Tone::good), Colour::on), "\033[32m"));
  CHECK(has(printed(line(Tone::warning), Colour::on), "\033[33m"));
  CHECK_FALSE(has(printed(line(Tone::plain), Colour::on), "\033"));
  CHECK_FALSE(has(printed(line(Tone::fault)), "\033"));
}

TEST_CASE("a run that keeps its promises passes and tells its numbers") {
  const Simulation run = run_of(false);
  CHECK(outcome_of(run, Strict::yes) == Outcome::pass);
  const std::string text = verdict(run, Outcome::pass);
  CHECK(has(text, "PASS: nothing acknowledged was lost"));
  CHECK(has(text, "produced 10, acknowledged 10, failed 0, lost 0, duplicated 0, consumed 0"));
  CHECK(has(text, "3.000 s of virtual time in 1.234 s"));
  CHECK(has(text, "  held"));
  CHECK_FALSE(has(text, "\033"));
  CHECK(has(verdict(run, Outcome::pass, Colour::on), "\033[32mPASS"));
}

TEST_CASE("an expectation that does not hold fails the run and stands there with what was measured") {
  const Simulation run = run_of(false, R"([{"metric": "records.acked", "is": 11, "text": "eleven"}])");
  CHECK(outcome_of(run, Strict::no) == Outcome::fail);
  const std::string text = verdict(run, Outcome::fail);
  CHECK(has(text, "NOT HELD     eleven  (10)"));
  CHECK(has(text, "FAIL: 1 expectation not held; nothing acknowledged was lost"));
}

TEST_CASE("excused findings are told and fail the run only where that is strict") {
  const Simulation run = run_of(true);
  CHECK(outcome_of(run, Strict::no) == Outcome::pass);
  CHECK(outcome_of(run, Strict::yes) == Outcome::fail);
  const std::string text = verdict(run, Outcome::pass);
  CHECK(has(text, "excused (power-loss) acked-record-lost at "));
  CHECK(has(text, "findings, all excused by the run's own faults and settings"));
  CHECK(has(text, "lost 10,"));
}

TEST_CASE("a run that was broken off says so") {
  CHECK(has(verdict(run_of(false), Outcome::interrupted), "INTERRUPTED: "));
  CHECK(outcome_name(Outcome::pass) == "pass");
  CHECK(outcome_name(Outcome::fail) == "fail");
  CHECK(outcome_name(Outcome::interrupted) == "interrupted");
}

TEST_CASE("the header has the title or else the name and the size of the cluster") {
  const auto header = [](const std::vector<Patch>& patches) {
    const Simulation run{scenario(small(2, "90s", R"("title": "Two brokers", )"), patches), WireMode::fast};
    std::ostringstream out;
    std::ostringstream err;
    print_header(run, {}, {out, err, Colour::off, Colour::off});
    return out.str();
  };
  CHECK(header({}) == "Two brokers\nsmall: 2 brokers, 1 controller, 90.000 s, seed 5\n\n");
  CHECK(header({{"/title", "\"\""}}).starts_with("small\n"));
}
