#pragma once
// Driver: carries out a scenario's timeline. It decides when an entry is due (by the clock, a condition, or another
// entry), whom it hits, and how it is undone; the World does the rest. A value, copied with the run.
//
//   armed --(its moment, or its condition holds for the first time)--> fired --(`for` is over, or undo)--> undone
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/client/admin_operation.hpp"
#include "sim/fault/targets.hpp"
#include "sim/run/story.hpp"
#include "sim/scenario/scenario.hpp"

namespace kafkasim::sim {

struct FaultRecord {  // for the report
  Duration at;
  std::string fault;   // "crash"
  std::string target;  // "broker 1"
  std::string reason{};  // of what nobody asked for: why a log directory went offline
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
    [[nodiscard]] virtual HostId administrator() = 0;  // a running Admin
    // A further member of the group, not started; absent where there are too many clients.
    [[nodiscard]] virtual std::optional<HostId> add_member(const std::string& group) = 0;

   protected:
    Host(World& w, const Cluster& c, const History& h, const Measures& m, Story& s)
        : world{w}, cluster{c}, history{h}, measures{m}, story{s} {}
    Host(const Host&) = default;
    Host& operator=(const Host&) = delete;
  };

  Driver(std::shared_ptr<const Scenario> scenario, Random random);
  void begin(Instant origin, Host& host);
  // The scenario has more entries now, behind those that it had.
  void extend(std::shared_ptr<const Scenario> scenario, Host& host);
  void on_appointment(std::uint64_t what, Host& host);
  void on_observations(std::span<const Observation> observations, Host& host);  // conditions, restarts
  void on_interceptions(std::span<const Interception> messages, Host& host);    // `hit`
  // How often it has done or undone something, and whether a fault that can be undone is still in force.
  [[nodiscard]] std::uint64_t interventions() const { return interventions_; }
  [[nodiscard]] bool has_faults_in_force() const;
  struct InForce {
    std::size_t entry{};  // of the scenario's timeline
    Instant since;
  };
  [[nodiscard]] std::vector<InForce> faults_in_force() const;
  [[nodiscard]] const std::vector<FaultRecord>& faults() const { return faults_; }
  // Whom an entry of the timeline has hit; empty before it fires.
  [[nodiscard]] const std::vector<HostId>& hit_by(std::size_t i) const { return entries_[i].hit; }

 private:
  struct Entry {
    bool fired{false};
    bool condition_armed{false};  // its `when` is looked at
    bool undone{false};
    Instant fired_at{};
    std::vector<HostId> hit;
    std::optional<CutId> cut;
    std::optional<ImpairmentId> impairment;
    std::optional<InterceptId> intercept;
    std::uint64_t taken{0};  // messages, by the intercept
  };
  enum class What : std::uint8_t { fire, arm, undo };
  static std::uint64_t appointment(What what, std::size_t entry) {
    return static_cast<std::uint64_t>(entry) * 4 + static_cast<std::uint64_t>(what);
  }
  [[nodiscard]] const TimelineEntry& entry(std::size_t i) const { return scenario_->timeline[i]; }

  [[nodiscard]] bool is_in_force(std::size_t i) const;
  void arm(std::size_t i, Host& host);  // it counts from now on
  void fall_due(std::size_t i, Instant when, Host& host);
  void fire_due(Host& host);
  void fire(std::size_t i, Host& host);
  void undo(std::size_t i, Host& host);
  void come(std::size_t i, Instant when, Host& host);  // its moment, or the moment from which its condition counts
  // Why nothing can be done to a host as it is; empty: it can. Who is left out is told.
  using Unfit = std::function<std::string_view(const sim::Host&)>;
  std::vector<HostId> hit(std::size_t i, const Target& target, Host& host, const Unfit& unfit = {});
  void remember(std::size_t i, Host& host);
  [[nodiscard]] static std::string spoken_names(const std::vector<HostId>& hosts, const Host& host);
  void tell_end(std::size_t i, Host& host) const;

  void warn(std::size_t i, std::string text, Host& host) const;  // a line of the story: it does not do what it says

  void act(std::size_t i, const Crash& op, Host& host);
  void act(std::size_t i, const PowerOff& op, Host& host);
  void act(std::size_t i, const Restart& op, Host& host);
  void act(std::size_t i, const Start& op, Host& host);
  void act(std::size_t i, const Stop& op, Host& host);
  void take_down(HostId h, std::size_t i);  // by that entry: no other's end, and no restart under way, starts it
  void stop(HostId h, Host& host);
  void act(std::size_t i, const Pause& op, Host& host);
  void act(std::size_t i, const Partition& op, Host& host);
  void act(std::size_t i, const Traffic& op, Host& host);
  void act(std::size_t i, const Produce& op, Host& host);
  void act(std::size_t i, const Transact& op, Host& host);
  void act(std::size_t i, const ExpectNow& op, Host& host);
  void act(std::size_t i, const NoteText& op, Host& host);
  void act(std::size_t i, const Undo& op, Host& host);

  // network, messages, metadata (driver_network.cpp)
  struct Pair {
    std::vector<HostId> a;
    std::vector<HostId> b;
  };
  std::optional<Pair> hit_pair(std::size_t i, const std::vector<Target>& one, const std::vector<Target>& two,
                               Host& host);  // absent: one of them is nobody
  void act(std::size_t i, const SlowLink& op, Host& host);
  void act(std::size_t i, const ResetConnections& op, Host& host);
  void act(std::size_t i, const Intercept& op, Host& host);
  void act(std::size_t i, const Release& op, Host& host);
  void act(std::size_t i, const MetadataFreeze& op, Host& host);
  void act(std::size_t i, const StandForElection& op, Host& host);
  void thaw(std::size_t i, HostId h, Host& host);
  void end_freezes(HostId h, Host& host);  // its process has ended, and the next one begins with all that is known
  void undo_network(std::size_t i, Host& host);

  // driver_admin.cpp
  void act(std::size_t i, const ElectLeader& op, Host& host);
  void act(std::size_t i, const Reassign& op, Host& host);
  void act(std::size_t i, const AddVoter& op, Host& host);
  void act(std::size_t i, const RemoveVoter& op, Host& host);
  void act(std::size_t i, const DeleteRecords& op, Host& host);
  void act(std::size_t i, const CreateTopic& op, Host& host);
  void act(std::size_t i, const DeleteTopic& op, Host& host);
  void act(std::size_t i, const AddPartitions& op, Host& host);
  void act(std::size_t i, const Configure& op, Host& host);
  void act(std::size_t i, const AddConsumers& op, Host& host);
  void act(std::size_t i, const RemoveConsumers& op, Host& host);
  void act(std::size_t i, const CrashConsumers& op, Host& host);
  void act(std::size_t i, const Seek& op, Host& host);
  void command_admin(std::size_t i, AdminOperation operation, Host& host);
  [[nodiscard]] static std::vector<HostId> members(const std::string& group, const Host& host);  // that are up
  std::vector<HostId> last_members(std::size_t i, const std::string& group, std::int32_t count, Host& host);
  void go_on_seeking(Host& host);
  [[nodiscard]] ResetGroupOffsets reset_of(const Seek& op, Host& host) const;
  // machines, disks and clocks (host_faults.cpp)
  void act(std::size_t i, const Wipe& op, Host& host);
  void act(std::size_t i, const SlowDisk& op, Host& host);
  void act(std::size_t i, const SlowCpu& op, Host& host);
  void act(std::size_t i, const FullDisk& op, Host& host);
  void act(std::size_t i, const FailDisk& op, Host& host);
  void act(std::size_t i, const Corrupt& op, Host& host);
  void act(std::size_t i, const ClockFault& op, Host& host);
  void undo_host_fault(std::size_t i, HostId hit, Host& host);
  // Entries of that kind that are in force on the host, the last that fired last.
  template <class Op>
  [[nodiscard]] std::vector<const Op*> in_force(HostId host) const;
  template <class Op>
  [[nodiscard]] std::int64_t times_in_force(HostId host) const;  // per thousand: the slowest counts
  void set_disk(HostId hit, Host& host);
  void on_disk_failure(const Observation& o, Host& host);

  std::shared_ptr<const Scenario> scenario_;
  Random random_;
  Instant origin_{};
  std::vector<Entry> entries_;
  std::set<std::pair<Instant, std::size_t>> due_;  // in the order in which they fire
  std::set<HostId> restarting_;  // told to stop, to be started again when they are down
  std::map<HostId, std::size_t> taken_down_by_;  // the last entry that did: only its end starts the host again
  std::set<HostId> gave_up_;     // ended because of a disk fault that is in force
  std::vector<FaultRecord> faults_;
  std::uint64_t commanded_{0};                                  // operations of the administrator
  std::map<std::size_t, std::optional<std::uint64_t>> seeks_;  // under way, by entry: the operation, once all have left
  std::uint64_t interventions_{0};
};

}  // namespace kafkasim::sim
