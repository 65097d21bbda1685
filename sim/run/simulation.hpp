#pragma once
// Simulation: a scenario at work. A World, the timeline's driver, the checks, the measures and the story, stepped
// together, event by event. A copyable value: a copy goes on alike; the epilogue runs on one.
//
//   Simulation run{scenario, WireMode::fast};
//   if (auto formed = run.form(); !formed) ...   // before time 0: quorum, brokers, topics, full ISRs, by the real code
//   while (run.step()) {}                        // to the scenario's duration
//   run.finish();                                // expectations at the end; then the epilogue, on a copy
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/checks.hpp"
#include "sim/check/probes.hpp"
#include "sim/fault/driver.hpp"
#include "sim/run/cluster.hpp"
#include "sim/run/disk_use.hpp"
#include "sim/run/guests.hpp"
#include "sim/run/measures.hpp"
#include "sim/run/story.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

struct ExpectationResult {
  std::string text;
  bool held{false};
  bool checked{true};  // false: the run ended before its time came
  std::optional<MetricValue> measured;
  std::optional<MetricUnit> unit;
  std::string pointer{};  // Expectation::pointer
};

enum class Watching : std::uint8_t { all, no_invariant, nothing };
struct Liveness {                 // what the epilogue has come to
  std::vector<std::string> core;  // the nodes that were healed: "broker 1"
  bool whole{false};              // that is all of them
  Duration budget;
  std::optional<Duration> after;  // how long it took; absent: it did not come to rest
  std::vector<Unmet> unmet;
  std::vector<std::string> unrecoverable;  // why it could not
};

class Simulation {
 public:
  Simulation(std::shared_ptr<const Scenario> scenario, WireMode mode);  // draws its chaos into the timeline

  [[nodiscard]] Result<void> form();
  bool step();    // false: the end is reached
  // For benchmarks, from now on. no_invariant: the history is kept, for measures and conditions, and no invariant looks at it;
  // nothing: nobody looks at what the World tells.
  void watch(Watching what) { watching_ = what; }
  void finish();  // once, at the end, or wherever an interrupted run stands

  // ---- with real clients: kafkasim serve, and what was recorded of it (serving.cpp) -------------------------------------
  // All of these happen now, between two events; the same calls between the same events give the same run.
  void serve_on();            // the run goes on until end_here(), whatever its duration
  void set_right_time(Timestamp now);  // what the wall clocks of all hosts show, those added later too
  void end_here();
  void advance(Instant to);   // no event is due until then
  [[nodiscard]] std::optional<Instant> next_event_at() const { return world_.next_event_at(); }
  GuestId dial(NodeId broker);
  [[nodiscard]] Result<void> receive(GuestId guest, const SharedBytes& frame);  // fails: hang up (guests.hpp)
  void hang_up(GuestId guest);
  [[nodiscard]] std::vector<GuestNews> take_news() { return guests_.take_news(); }  // after each step
  [[nodiscard]] const Guests& guests() const { return guests_; }
  void extend_timeline(std::vector<TimelineEntry> entries);

  void observe_details() { world_.observe_details(World::Details::yes); }  // of the World, from now on: see there
  [[nodiscard]] const Scenario& scenario() const { return *scenario_; }
  [[nodiscard]] const World& world() const { return world_; }
  [[nodiscard]] const Cluster& cluster() const { return cluster_; }
  [[nodiscard]] const Checks& checks() const { return checks_; }
  [[nodiscard]] const Measures& measures() const { return measures_; }
  [[nodiscard]] const Story& story() const { return story_; }
  [[nodiscard]] const DiskUses& disk_uses() const { return disk_uses_; }
  [[nodiscard]] const Driver& driver() const { return driver_; }
  [[nodiscard]] const Probes& probes() const { return probes_; }
  [[nodiscard]] Duration now() const { return world_.now() - origin_; }  // since the cluster had formed
  [[nodiscard]] Instant origin() const { return origin_; }
  [[nodiscard]] std::uint64_t events() const { return world_.events_executed() - events_before_; }
  [[nodiscard]] const std::vector<ExpectationResult>& expectations() const { return results_; }
  // Of the end of the run; what the epilogue found has been added to the findings.
  [[nodiscard]] const Findings& findings() const { return checks_.findings(); }

  // Absent before finish(), and where there is no epilogue.
  [[nodiscard]] const std::optional<Liveness>& liveness() const { return liveness_; }

  // The value of a metric now; absent where its subject does not exist.
  [[nodiscard]] std::optional<MetricValue> measure(const MetricQuery& query) const;
  [[nodiscard]] bool holds(const Condition& condition) const;

 private:
  struct Access;
  enum class Planned : std::uint8_t { driver, start_client, expectation, end };
  struct Plan {
    Planned kind{};
    std::uint64_t what{};
  };
  struct Watched {  // an expectation with a time of its own
    bool decided{false};
    bool held{false};
    std::optional<MetricValue> measured;
  };

  void appoint(Instant at, Planned kind, std::uint64_t what);
  void absorb();  // gives what was observed to everyone
  void look_at_disk(HostId host);
  void on_appointment(const Plan& plan);
  void note_interventions();  // tells the checks that something was done to the cluster
  void begin();
  [[nodiscard]] bool is_formed(bool topics_too) const;
  [[nodiscard]] bool disks_have_caught_up() const;
  bool advance_forming(Instant limit, const std::function<bool()>& done);

  [[nodiscard]] HostId administrator();
  [[nodiscard]] std::optional<HostId> join(const std::string& group);  // a further member, not started
  void introduce_newest_client();                                      // to all who look on

  // expectations (expectations.cpp)
  void plan_expectations();
  void watch_expectations();
  void decide(std::size_t i, const Condition& condition);
  [[nodiscard]] ExpectationResult evaluate(const Expectation& expectation, std::size_t i) const;
  [[nodiscard]] ExpectationResult evaluate_records(const ExpectRecords& records, ExpectationResult result) const;
  void expect_now(const Expectation& expectation);

  // the epilogue (epilogue.cpp)
  void run_epilogue();
  [[nodiscard]] Liveness converge(const Core& core);
  void final_read(const std::vector<HostId>& outside);  // final_read.cpp; outside of the core

  std::shared_ptr<const Scenario> scenario_;
  World world_;
  Cluster cluster_;
  std::optional<HostId> administrator_;  // once the timeline has needed one
  Checks checks_;
  Probes probes_;
  Measures measures_;
  Story story_;
  DiskUses disk_uses_;
  Guests guests_;
  Driver driver_;
  std::vector<Plan> plans_;
  std::size_t absorbed_{0};
  std::size_t findings_told_{0};
  Instant origin_{};
  Instant end_{};
  bool formed_{false};
  bool ended_{false};
  Watching watching_{Watching::all};
  std::uint64_t events_before_{0};
  std::vector<Watched> watched_;
  std::vector<ExpectationResult> results_;
  std::uint64_t interventions_{0};  // that the checks know of
  std::optional<Liveness> liveness_;
};

}  // namespace kafkasim::sim
