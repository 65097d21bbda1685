#pragma once
// What the timeline's driver may do with the run that it belongs to.
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

struct Simulation::Access final : Driver::Host {
  Simulation& sim;
  explicit Access(Simulation& s)
      : Driver::Host{s.world_, s.cluster_, s.checks_.history(), s.measures_, s.story_}, sim{s} {}
  void appoint(Instant at, std::uint64_t what) override { sim.appoint(at, Planned::driver, what); }
  [[nodiscard]] bool holds(const Condition& condition) const override { return sim.holds(condition); }
  void expect_now(const Expectation& expectation) override { sim.expect_now(expectation); }
  [[nodiscard]] std::vector<HostId> all_hosts() const override {
    std::vector<HostId> hosts;
    for (std::size_t i = 0; i < sim.world_.host_count(); ++i) hosts.push_back(HostId{static_cast<std::int32_t>(i)});
    return hosts;
  }
  [[nodiscard]] HostId administrator() override { return sim.administrator(); }
  [[nodiscard]] std::optional<HostId> add_member(const std::string& group) override { return sim.join(group); }
};

}  // namespace kafkasim::sim
