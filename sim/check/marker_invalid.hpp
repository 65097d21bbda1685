#pragma once
// marker-invalid (T-MARK): every marker says what its coordinator has decided, and every transactional record belongs to a transaction
// that its coordinator knows to be open there (KIP-98, KIP-890).
#include "sim/check/invariant.hpp"

namespace kafkasim::sim {

class MarkerInvalid {
 public:
  static constexpr std::string_view id = "marker-invalid";
  static constexpr std::string_view promise = "partitions hold what coordinators decided: no marker that differs, no data outside a transaction";
  void on(const Observation& o, const NewlyCommitted& n, const History& history, Findings& findings);
  std::uint64_t evaluations{0};
};

}  // namespace kafkasim::sim
