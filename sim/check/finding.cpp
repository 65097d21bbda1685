#include "sim/check/finding.hpp"

namespace kafkasim::sim {

namespace {
constexpr std::uint64_t most_findings = 32;  // of each invariant, violations and excused apart
}

std::string_view excuse_name(Excuse excuse) {
  switch (excuse) {
    case Excuse::unclean_election: return "unclean-election";
    case Excuse::power_loss: return "power-loss";
    case Excuse::corruption: return "corruption";
    case Excuse::acks: return "acks";
    case Excuse::last_replica_standing: return "last-replica-standing";
    case Excuse::unknown_producer: return "unknown-producer";
    case Excuse::group_downgrade: return "group-downgrade";
    case Excuse::quiet_high_watermark: return "quiet-high-watermark";
    case Excuse::start_within_a_batch: return "start-within-a-batch";
    case Excuse::missed_epoch: return "missed-epoch";
  }
  return "";
}

void Findings::add(Finding finding) {
  finding.in_epilogue = epilogue_;
  Count& count = counts_[finding.invariant];
  std::uint64_t& mine = finding.excuse ? count.excused : count.violations;
  ++mine;
  ++(finding.excuse ? excused_ : violations_);
  if (mine <= most_findings) kept_.push_back(std::move(finding));
}

std::uint64_t Findings::violations_of(std::string_view invariant) const {
  const auto count = counts_.find(invariant);
  return count == counts_.end() ? 0 : count->second.violations;
}

std::uint64_t Findings::findings_of(std::string_view invariant) const {
  const auto count = counts_.find(invariant);
  return count == counts_.end() ? 0 : count->second.violations + count->second.excused;
}

}  // namespace kafkasim::sim
