#pragma once
// Driver: carries out a scenario's timeline. It decides when an entry is due (by the clock, a condition, or another
// entry), whom it hits, and how it is undone; the World does the rest. A value, copied with the run.
//
//   armed --(its moment, or its condition holds for the first time)--> fired --(`for` is over, or undo)--> undone
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/fault/targets.hpp"
#include "sim/run/story.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

struct FaultRecord {  // for the report
  Duration at;
  std::string fault;   // "crash"
  std::string target;  // "broker 1"
};

class Driver {
 public:
  // What the owner does for it: it owns the appointments, and knows how to measure.
  struct Host {
    World& world;
    const Cluster& cluster;
    const History& history;
    const Measures& measures;
    Story& story;
    virtual ~Host() = default;
    virtual void appoint(Instant at, std::uint64_t what) = 0;  // on_appointment(what) comes then
    [[nodiscard]] virtual bool holds(const Condition& condition) const = 0;
    virtual void expect_now(const Expectation& expectation) = 0;
    [[nodiscard]] virtual std::vector<HostId> all_hosts() const = 0;

   protected:
    Host(World& w, const Cluster& c, const History& h, const Measures& m, Story& s)
        : world{w}, cluster{c}, history{h}, measures{m}, story{s} {}
    Host(const Host&) = default;
    Host& operator=(const Host&) = delete;
  };

  Driver(std::shared_ptr<const Scenario> scenario, Random random);
  void begin(Instant origin, Host& host);
  void on_appointment(std::uint64_t what, Host& host);
  void on_observations(std::span<const Observation> observations, Host& host);  // conditions, restarts
  // How often it has done or undone something, and whether a fault that can be undone is still in force.
  [[nodiscard]] std::uint64_t interventions() const { return interventions_; }
  [[nodiscard]] bool has_faults_in_force() const;
  [[nodiscard]] const std::vector<FaultRecord>& faults() const { return faults_; }

 private:
  struct Entry {
    bool fired{false};
    bool condition_armed{false};  // its `when` is looked at
    bool undone{false};
    std::vector<HostId> hit;
    std::optional<CutId> cut;
  };
  enum class What : std::uint8_t { fire, arm, undo };
  static std::uint64_t appointment(What what, std::size_t entry) {
    return static_cast<std::uint64_t>(entry) * 4 + static_cast<std::uint64_t>(what);
  }
  [[nodiscard]] const TimelineEntry& entry(std::size_t i) const { return scenario_->timeline[i]; }

  void fire(std::size_t i, Host& host);
  void undo(std::size_t i, Host& host);
  void come(std::size_t i, Instant when, Host& host);  // its moment, or the moment from which its condition counts
  std::vector<HostId> hit(std::size_t i, const Target& target, Host& host);
  void remember(std::size_t i, Host& host);

  void act(std::size_t i, const Crash& op, Host& host);
  void act(std::size_t i, const PowerOff& op, Host& host);
  void act(std::size_t i, const Restart& op, Host& host);
  void act(std::size_t i, const Start& op, Host& host);
  void act(std::size_t i, const Stop& op, Host& host);
  void act(std::size_t i, const Pause& op, Host& host);
  void act(std::size_t i, const Partition& op, Host& host);
  void act(std::size_t i, const Traffic& op, Host& host);
  void act(std::size_t i, const Produce& op, Host& host);
  void act(std::size_t i, const ExpectNow& op, Host& host);
  void act(std::size_t i, const NoteText& op, Host& host);
  void act(std::size_t i, const Undo& op, Host& host);

  std::shared_ptr<const Scenario> scenario_;
  Random random_;
  Instant origin_{};
  std::vector<Entry> entries_;
  std::set<HostId> restarting_;  // told to stop, to be started again when they have
  std::vector<FaultRecord> faults_;
  std::uint64_t interventions_{0};
};

}  // namespace kafkasim::sim
