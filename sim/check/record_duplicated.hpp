#pragma once
// record-duplicated (C-DUP): a record that an idempotent producer sent once stands once in the committed log. A new
// producer id or epoch, taken after a fatal error, starts over: that may repeat.
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class RecordDuplicated {
 public:
  static constexpr std::string_view id = "record-duplicated";
  static constexpr std::string_view promise = "a record that an idempotent producer sent once stands once";
  void on(const Observation& o, const NewlyCommitted& committed, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
