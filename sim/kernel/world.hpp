#pragma once
// World: hosts, their processes, disks and clocks, and the network between them, in virtual time. A copyable value:
// after `World b = a;` both go on alike for ever, and share what neither has changed since. Everything follows from the
// seed and from what is called between the steps; sim/kernel/README.md tells how one event flows.
//
// Processes (state and what moves it):
//   down      -> starting   start(): a new incarnation, a fresh machine, which is given Started
//   starting  -> up         when the service time of that first step is over: it listens, and takes other inputs
//   any       -> down       crash(), power_off(), or the machine emits Exit
//   starting and up may be paused: nothing is executed and nothing leaves until resume().
// A machine is stepped only within step(); what is called between steps takes its place in the order of events at once.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/cow.hpp"
#include "core/base/hash.hpp"
#include "core/base/random.hpp"
#include "sim/disk/power_loss.hpp"
#include "sim/kernel/event_queue.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/host_spec.hpp"
#include "sim/kernel/observation.hpp"
#include "sim/kernel/wire_mode.hpp"
#include "sim/net/intercepts.hpp"
#include "sim/net/network.hpp"

namespace kafkasim::sim {

struct StepResult {
  Instant at;
  std::uint64_t seq{};
  std::optional<std::uint64_t> appointment;  // the event was this one, made by schedule()
};

class World {
 public:
  World(std::uint64_t seed, WireMode mode, LinkQuality everywhere = {});

  // ---- hosts: added at any time, never removed; ids count from 0 -----------------------------------------------
  HostId add_host(HostSpec spec);
  [[nodiscard]] std::size_t host_count() const { return hosts_.size(); }
  [[nodiscard]] std::optional<HostId> find_host(std::string_view name) const;
  [[nodiscard]] const Host& host(HostId id) const;
  [[nodiscard]] const HostSpec& spec(HostId id) const { return host(id).spec(); }
  [[nodiscard]] bool is_up(HostId id) const { return host(id).is_up(); }  // has a process: starting counts
  [[nodiscard]] bool is_paused(HostId id) const { return host(id).is_paused(); }
  [[nodiscard]] std::uint32_t incarnation(HostId id) const { return host(id).incarnation(); }
  template <class M>
  [[nodiscard]] const M* machine(HostId id) const {  // absent: the process is down, or not an M
    return host(id).machine() ? host(id).machine()->target<M>() : nullptr;
  }
  [[nodiscard]] const SimDisk& disk(HostId id) const { return host(id).disk(); }
  [[nodiscard]] SimDisk& edit_disk(HostId id) { return edit(id).disk(); }  // for faults
  [[nodiscard]] const Network& network() const { return network_; }

  // ---- what happens to hosts; on a host in the wrong state these do nothing ----------------------------------------
  void start(HostId id);                                     // a process that is down, with power if need be
  void crash(HostId id);                                     // connections are reset, the page cache survives
  void power_off(HostId id, const PowerLossSpec& survives);  // silence; also of a machine whose process is down
  void wipe(HostId id);  // power_off, and the disks are empty when it comes back
  void pause(HostId id);
  void resume(HostId id);
  void request_stop(HostId id);
  void command(HostId id, Command command);
  void jump_clock(HostId id, Duration by);                    // the wall clock
  void set_clock_drift(HostId id, std::int64_t per_million);  // what it gains; without a jump
  void set_cpu_times(HostId id, std::int64_t permille);       // every step costs that much of its ordinary cost
  void set_disk_times(HostId id, std::int64_t permille);      // every disk operation takes that much of its ordinary time,
                                                              // what is left of those under way too
  void set_disk_full(HostId id, Switch to);
  void set_disk_failing(HostId id, Switch to);
  // Flips bits of one stored byte; nothing if it is not there.
  void corrupt(HostId id, const std::string& path, std::uint64_t at, std::byte mask);
  [[nodiscard]] Timestamp wall_clock(HostId id) const { return host(id).clock().at(now_); }
  // Moves the right time, and with it the wall clocks of all hosts, those added later too: what they are off stays.
  void set_right_time(Timestamp now);
  [[nodiscard]] const WallClock& right_clock() const { return right_clock_; }

  // ---- what happens to the network ----------------------------------------------------------------------------------
  CutId cut(std::vector<HostId> a, std::vector<HostId> b, OneWay one_way = OneWay::no);
  void heal(CutId id);
  void set_link(const Place& a, const Place& b, const LinkQuality& quality);
  void remove_link(const Place& a, const Place& b);
  // No cut, impairment or intercept counts between two of them any more; what was held for one of them arrives.
  void heal_among(std::vector<HostId> hosts);
  void spare_too(HostId id);  // nor does an intercept between it and one of them
  void reset_connections(const std::vector<HostId>& a, const std::vector<HostId>& b);
  ImpairmentId impair(std::vector<HostId> a, std::vector<HostId> b, const Impairment& how);
  void mend(ImpairmentId id);

  // ---- what happens to messages (intercepting.cpp) -----------------------------------------------------------------
  InterceptId intercept(InterceptRule rule);
  void release(InterceptId id, std::optional<std::uint64_t> most = {});  // of what it holds; absent: all
  void lift(InterceptId id);                                             // it is over; what it held arrives
  [[nodiscard]] const Intercepts& intercepts() const { return intercepts_; }
  // Those since the last step() or run_until() began.
  [[nodiscard]] std::span<const Interception> interceptions() const { return interceptions_; }

  // ---- hosts whose processes are outside (outside.cpp) --------------------------------------------------------------
  // What they do to the network, at this moment; as a machine's Connect, Send and Close.
  void dial(const ConnectionId& connection, const Endpoint& to);
  void send_from_outside(const ConnectionId& connection, Envelope envelope, std::uint64_t bytes);
  void hang_up(const ConnectionId& connection);
  void note_outside(HostId id, trace::Event event);  // what such a process tells of itself
  [[nodiscard]] std::vector<Delivery> take_outside();  // what came for them since it was last called, in order
  // How many bytes of requests of the connection are still on their way to the accepter's process, or wait there.
  [[nodiscard]] std::uint64_t bytes_under_way(const ConnectionId& connection) const;

  // ---- time ---------------------------------------------------------------------------------------------------------
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] std::optional<Instant> next_event_at() const { return queue_.next_at(); }
  std::uint64_t schedule(Instant at, std::uint64_t appointment);  // not before now; returns its sequence number
  std::optional<StepResult> step();                               // nothing if nothing is to happen
  // Executes all events up to and including `until`, then it is `until`. Stops right after an appointment and returns
  // it.
  std::optional<StepResult> run_until(Instant until);

  // What was observed since the last step() or run_until() began.
  [[nodiscard]] std::span<const Observation> observations() const { return observations_; }
  [[nodiscard]] std::uint64_t trace_hash() const { return hash_.value(); }
  [[nodiscard]] std::uint64_t events_executed() const { return events_; }
  enum class Details : std::uint8_t { no, yes };
  void observe_details(Details wanted) { details_ = wanted; }  // steps and messages too: many; what happens stays the same
  [[nodiscard]] Random random(std::string_view name) const { return root_.fork(name); }  // a stream of the caller's own

 private:
  struct Launch {  // the first step of a process
    HostId host;
    std::uint32_t incarnation{};
  };
  struct Dispatch {  // lanes look at their queues
    HostId host;
    std::uint32_t incarnation{};
  };
  struct Release {  // a service time is over
    HostId host;
    std::uint32_t incarnation{};
    std::uint32_t thread{};
  };
  struct Wake {
    HostId host;
    std::uint64_t generation{};
  };
  struct FlushDone {
    HostId host;
    std::uint64_t number{};
  };
  struct Appointment {
    std::uint64_t id{};
  };
  struct ParcelDue {  // a message that was held or delayed
    std::uint64_t number{};
  };
  using Event = std::variant<Appointment, NetEvent, Launch, Dispatch, Release, Wake, FlushDone, ParcelDue>;

  [[nodiscard]] Host& edit(HostId id);
  std::optional<StepResult> execute_next();
  void execute(const Event& event);
  void execute(const Launch& launch);
  void execute(const Release& due);
  void execute(const Wake& wake);
  void execute(const FlushDone& done);
  void execute(const ParcelDue& due);

  void hand(HostId id, Waiting input);
  void dispatch(HostId id);
  void serve(HostId id, std::uint32_t thread, const Waiting& input);
  void release(HostId id, std::uint32_t thread);
  void carry_out(HostId id, Leaving& leaving);
  void send(HostId id, Send& sent, std::uint64_t bytes, NetOut& out);
  void push_moved(Host& host);  // services and flushes that end at another moment than was said
  void flush(HostId id, const Flush& flush);
  void end_process(HostId id, ProcessEnd how);
  void arm(HostId id);
  void drain(NetOut& out);
  void come_outside(Delivery delivery);
  void intercept_deliveries(NetOut& out);  // takes out those that an intercept has taken
  [[nodiscard]] std::optional<Delivery> intercepted(Delivery delivery, NetOut& out);  // what is left of it to deliver
  [[nodiscard]] Parcel parcel_of(Delivery delivery) const;
  void observe(HostId id, std::variant<KernelEvent, trace::Event> what);
  void operation(std::string_view name, HostId id);  // into the hash

  Random root_;
  WireMode mode_;
  Instant now_{};
  EventQueue<Event> queue_;
  std::vector<Cow<Host>> hosts_;
  WallClock right_clock_{wall_clock_at_zero};
  Network network_;
  Intercepts intercepts_;
  RunningHash hash_;
  std::uint64_t events_{0};
  std::vector<Observation> observations_;
  std::vector<Interception> interceptions_;
  std::vector<Delivery> outside_;
  std::uint64_t observed_{0};
  Details details_{};
};

}  // namespace kafkasim::sim
