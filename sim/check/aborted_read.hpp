#pragma once
// aborted-read (C-G1A, Jepsen's G1a): no poll, whatever becomes of it, returns a record of which its producer was told
// that it is surely not written; and none with isolation.level=read_committed one of a transaction that was aborted.
#include <map>
#include <utility>

#include "core/base/cow.hpp"
#include "sim/check/intervals.hpp"
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class AbortedRead {
 public:
  static constexpr std::string_view id = "aborted-read";
  static constexpr std::string_view promise = "no consumer reads a record that was surely not written";
  void on(const Observation& o, const trace::RecordsFailed& e, const History& history, Findings& findings);
  void on(const Observation& o, const trace::RecordsDelivered& e, const History& history, Findings& findings);
  std::uint64_t evaluations{0};

 private:
  struct Sends {
    Intervals failed;  // surely
    Intervals read;
  };
  std::map<std::pair<TopicPartition, std::int32_t>, Cow<Sends>> sends_;  // by client
};

}  // namespace kafkasim::sim
