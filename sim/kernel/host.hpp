#pragma once
// Host: one machine with its disk and clocks, and the process on it. A copyable value, held by the World in a Cow. The
// World moves it; everyone else may look.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "sim/disk/sim_disk.hpp"
#include "sim/kernel/any_machine.hpp"
#include "sim/kernel/disk_queue.hpp"
#include "sim/kernel/host_spec.hpp"
#include "sim/kernel/lanes.hpp"
#include "sim/kernel/wall_clock.hpp"

namespace kafkasim::sim {

// down -> launching (its first event is in the queue) -> starting (the service time of Started) -> running
enum class ProcessPhase : std::uint8_t { down, launching, starting, running };

class Host {
 public:
  Host(HostId id, std::shared_ptr<const HostSpec> spec, WallClock clock, const Random& root);

  [[nodiscard]] HostId id() const { return id_; }
  [[nodiscard]] const HostSpec& spec() const { return *spec_; }
  [[nodiscard]] ProcessPhase phase() const { return phase_; }
  [[nodiscard]] bool is_up() const { return phase_ != ProcessPhase::down; }
  [[nodiscard]] bool is_stopping() const { return is_up() && stopping_; }  // it was asked to
  [[nodiscard]] bool is_running() const { return phase_ == ProcessPhase::running; }
  [[nodiscard]] bool has_power() const { return has_power_; }
  [[nodiscard]] bool is_paused() const { return paused_since_.has_value(); }
  [[nodiscard]] std::uint32_t incarnation() const { return incarnation_; }
  [[nodiscard]] const AnyMachine* machine() const { return machine_ ? &*machine_ : nullptr; }
  [[nodiscard]] const SimDisk& disk() const { return disk_; }
  [[nodiscard]] const WallClock& clock() const { return clock_; }
  [[nodiscard]] const Lanes& lanes() const { return lanes_; }
  [[nodiscard]] Instant disk_free_at() const { return disk_queue_.busy_until(); }
  [[nodiscard]] std::int64_t cpu_permille() const { return cpu_permille_; }
  [[nodiscard]] std::int64_t disk_permille() const { return disk_queue_.pace(); }

  // ---- for the World
  // --------------------------------------------------------------------------------------------------
  struct Flushing {
    std::uint32_t incarnation{};
    FlushToken token;
    std::optional<FlushPoint> point;  // absent: there is nothing to wait for
    Instant due{};
  };
  struct WakeUp {  // the one that is in the queue
    Instant at;
    std::uint64_t generation{};
  };
  [[nodiscard]] SimDisk& disk() { return disk_; }
  [[nodiscard]] WallClock& clock() { return clock_; }
  [[nodiscard]] Lanes& lanes() { return lanes_; }
  [[nodiscard]] Random& random() { return random_; }
  void set_cpu_permille(std::int64_t permille);
  // What of the disk's work is not done yet takes that much longer or shorter as well.
  void set_disk_permille(Instant now, std::int64_t permille);

  void launch();  // down -> launching
  void starting();
  void running();
  void process_gone();
  void lose_power(const PowerLossSpec& survives);
  void ask_to_stop() { stopping_ = true; }
  void pause(Instant now);
  void resume(Instant now);  // the services that were cut short by the pause end that much later

  void step(const Input& in, Env& env);
  void wipe() { disk_.wipe(); }
  // What the step costs that the thread has just done: processor, then the disk in its turn. Gives the thread its due.
  const LaneThread& charge(Instant now, std::uint32_t thread, std::uint64_t bytes);
  std::uint64_t begin_flush(Instant now, Flushing flushing);  // its number
  [[nodiscard]] std::optional<Flushing> end_flush(Instant now, std::uint64_t number);  // absent: it ends at another moment
  [[nodiscard]] const std::map<std::uint64_t, Flushing>& flushes() const { return flushes_; }
  // Services and flushes that end at other moments than was said, since the last call: the disk's turns, another pace, a pause.
  [[nodiscard]] std::vector<MovedEnd> take_moved() { return std::exchange(moved_, {}); }

  // A wake-up for that moment, unless an earlier one is in the queue already. Absent: nothing to push.
  [[nodiscard]] std::optional<WakeUp> arm(Instant now);
  // True if the wake-up is the one that counts, and the machine has a deadline that has come.
  [[nodiscard]] bool wake(Instant now, std::uint64_t generation);
  void woken_queued() { woken_waits_ = true; }
  void woken_served() { woken_waits_ = false; }

 private:
  [[nodiscard]] Duration disk_time(const DiskCosts& costs) const;
  void note_moved();  // what the disk's queue says of it
  [[nodiscard]] std::optional<Instant> deadline();  // the machine's: it is asked again only after it has been given something

  HostId id_;
  std::shared_ptr<const HostSpec> spec_;
  ProcessPhase phase_{};
  bool has_power_{true};
  bool stopping_{false};
  std::optional<Instant> paused_since_;
  std::uint32_t incarnation_{0};
  std::optional<AnyMachine> machine_;
  SimDisk disk_;
  WallClock clock_;
  Lanes lanes_;
  Random random_;        // the machine's
  Random power_random_;  // of what a power loss spares
  DiskQueue disk_queue_;
  std::vector<MovedEnd> moved_;
  std::int64_t cpu_permille_{1000};
  std::map<std::uint64_t, Flushing> flushes_;
  std::uint64_t flushes_made_{0};
  std::optional<Instant> deadline_;
  bool deadline_known_{false};
  std::optional<WakeUp> wake_up_;
  std::uint64_t wake_generation_{0};
  bool woken_waits_{false};  // a Woken is in a lane
  Instant last_woken_{};
  std::uint32_t woken_at_once_{0};  // how often in a row at that moment
};

}  // namespace kafkasim::sim
