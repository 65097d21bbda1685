#pragma once
// isr-valid (P-ISRVAL): in what the controller decides, the leader is in the ISR, the ISR holds replicas of the partition
// only, each once, and no fenced broker, save the last member, which stays (without KIP-966); a broker that is shutting
// down does not join (KIP-841). That it joins by a fetch of its registered process (KIP-903) no event tells: if not, and
// if it lost anything, candidates-complete finds it.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class IsrValid {
 public:
  static constexpr std::string_view id = "isr-valid";
  static constexpr std::string_view promise =
      "the controller elects from the ISR, and keeps it to replicas that are alive and registered";
  void on(const Observation& o, const trace::PartitionChanged& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::BrokerFenced& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  void report(const Observation& o, const PartitionHistory& partition, std::string detail, const History& history,
              Findings& findings);
};

}  // namespace kafkasim::sim
