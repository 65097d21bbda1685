#pragma once
// Why something is as it is, as the chain of events that led to it, oldest first: why is broker 2 out of the ISR, who leads and since
// when, why does a group lag. Found in the observations that led here; each line with its moment, so that one can go there.
#include <string>
#include <variant>
#include <vector>

#include "sim/frame/frame.hpp"
#include "sim/run/simulation.hpp"

namespace kafkasim::sim {

struct Reason {
  Duration at;
  std::string text;
};
struct WhyLeader {
  TopicPartition partition;
};
struct WhyNotInSync {
  TopicPartition partition;
  NodeId broker;
};
struct WhyDown {
  HostId host;
};
struct WhyLag {
  std::string group;
};
using Question = std::variant<WhyLeader, WhyNotInSync, WhyDown, WhyLag>;
[[nodiscard]] std::string question_text(const Question& question);  // "Why is broker 2 not in the ISR of orders-0?"
[[nodiscard]] std::vector<Reason> why(const Simulation& run, const Question& question);

}  // namespace kafkasim::sim
