#include "core/controller/partition_change.hpp"

#include <algorithm>
#include <set>

namespace kafkasim {

namespace {

using Nodes = std::vector<NodeId>;

bool contains(const Nodes& list, NodeId id) { return std::ranges::find(list, id) != list.end(); }
bool contains_all(const Nodes& list, const Nodes& wanted) {
  return std::ranges::all_of(wanted, [&list](NodeId id) { return contains(list, id); });
}

Nodes without(const Nodes& list, const Nodes& taken) {
  Nodes rest;
  std::ranges::copy_if(list, std::back_inserter(rest), [&taken](NodeId id) { return !contains(taken, id); });
  return rest;
}

struct ElectionResult {
  std::optional<NodeId> leader;
  bool unclean{};
};

class Builder {
 public:
  explicit Builder(PartitionChange change)
      : asked_{std::move(change)},
        isr_{std::move(asked_.target_isr)},
        replicas_{asked_.target_replicas.value_or(now().replicas)},
        removing_{asked_.target_removing.value_or(now().removing())},
        adding_{asked_.target_adding.value_or(now().adding())},
        elr_{now().elr()} {}

  std::optional<PartitionChangeRecord> build() {
    record_.topic_id = asked_.partition.topic_id;
    record_.partition_id = asked_.partition.partition;
    complete_reassignment();
    populate_elr();
    try_election();
    // Who does not hold the partition any more must not be taken for one that does: a new epoch.
    if (!record_.leader && !contains_all(replicas_, now().replicas)) record_.leader = now().leader;
    tell_elr();
    if (!record_.isr && (!isr_.empty() || has_elr()) && isr_ != now().isr) record_.isr = isr_;
    tell_last_known_leader();
    if (!replicas_.empty() && replicas_ != now().replicas) record_.replicas = replicas_;
    if (removing_ != now().removing()) record_.removing_replicas = removing_;
    if (adding_ != now().adding()) record_.adding_replicas = adding_;
    const auto recovery = asked_.target_recovery_state;
    if (recovery && (*recovery == LeaderRecoveryState::recovering) != now().recovering)
      record_.leader_recovery_state = recovery;
    return changes() ? std::optional{std::move(record_)} : std::nullopt;
  }

 private:
  [[nodiscard]] const PartitionRegistration& now() const { return asked_.now; }
  [[nodiscard]] bool has_elr() const { return asked_.elr_min_isr.has_value(); }

  void complete_reassignment() {
    if (removing_.empty() && adding_.empty()) return;
    const Nodes staying_in_sync = without(isr_, removing_);
    const Nodes staying = without(replicas_, removing_);
    if (!removing_.empty() && (staying_in_sync.empty() || staying.empty())) return;
    if (!contains_all(staying_in_sync, staying)) return;
    isr_ = staying_in_sync;
    replicas_ = staying;
    removing_.clear();
    adding_.clear();
  }

  void populate_elr() {
    if (!has_elr()) return;
    if (std::ssize(isr_) >= *asked_.elr_min_isr) {
      elr_.clear();
      return;
    }
    std::set<NodeId> candidates{elr_.begin(), elr_.end()};
    candidates.insert(now().isr.begin(), now().isr.end());
    elr_.clear();
    std::ranges::copy_if(candidates, std::back_inserter(elr_), [this](NodeId id) {
      return !contains(isr_, id) && id != asked_.unclean_shutdown && contains(replicas_, id);
    });
  }

  [[nodiscard]] bool is_valid(NodeId id) const {
    return (contains(isr_, id) || (isr_.empty() && contains(elr_, id))) && asked_.is_acceptable_leader(id);
  }

  [[nodiscard]] bool may_elect_last_known_leader() const {
    return has_elr() && elr_.empty() && isr_.empty() && now().last_known_elr().size() == 1
           && asked_.is_acceptable_leader(now().last_known_elr().front());
  }

  [[nodiscard]] ElectionResult elect() const {
    if (asked_.election == Election::preferred && is_valid(replicas_.front())) return {replicas_.front(), false};
    if (now().leader && is_valid(*now().leader)) return {now().leader, false};
    const auto valid = std::ranges::find_if(replicas_, [this](NodeId id) { return is_valid(id); });
    if (valid != replicas_.end()) return {*valid, false};
    if (may_elect_last_known_leader()) return {now().last_known_elr().front(), true};
    if (asked_.election == Election::unclean_allowed) {
      const auto live = std::ranges::find_if(replicas_, asked_.is_acceptable_leader);
      if (live != replicas_.end()) return {*live, true};
    }
    return {};
  }

  void try_election() {
    const ElectionResult elected = elect();
    if (elected.leader == now().leader) return;
    record_.leader = elected.leader;
    if (!elected.leader) return;
    if (contains(elr_, *elected.leader)) {
      isr_ = {*elected.leader};
      std::erase(elr_, *elected.leader);
    }
    if (elected.unclean) {
      record_.isr = Nodes{*elected.leader};
      if (!now().recovering) record_.leader_recovery_state = LeaderRecoveryState::recovering;
    }
  }

  void tell_elr() {
    if (record_.isr || !has_elr()) elr_.clear();  // an unclean election, or the feature is off
    if (elr_ != now().elr()) record_.eligible_leader_replicas = elr_;
  }

  void tell_last_known_leader() {
    if (!has_elr()) {
      if (!now().last_known_elr().empty()) record_.last_known_elr = Nodes{};
      return;
    }
    const bool emptied = record_.isr && record_.isr->empty();
    if (emptied && now().leader && now().last_known_elr() != Nodes{*now().leader}) {
      record_.last_known_elr = Nodes{*now().leader};
      return;
    }
    const bool has_leader = record_.leader ? record_.leader->has_value() : now().leader.has_value();
    if (has_leader && !now().last_known_elr().empty()) record_.last_known_elr = Nodes{};
  }

  [[nodiscard]] bool changes() const {
    return record_.isr || record_.eligible_leader_replicas || record_.last_known_elr || record_.leader || record_.replicas
           || record_.removing_replicas || record_.adding_replicas || record_.leader_recovery_state;
  }

  PartitionChange asked_;
  Nodes isr_;
  Nodes replicas_;
  Nodes removing_;
  Nodes adding_;
  Nodes elr_;
  PartitionChangeRecord record_;
};

}  // namespace

std::optional<PartitionChangeRecord> build_change(PartitionChange change) { return Builder{std::move(change)}.build(); }

Reassignment reassignment_to(const std::vector<NodeId>& target, const PartitionRegistration& now) {
  Reassignment made{target, without(now.replicas, target), without(target, now.replicas)};
  std::ranges::sort(made.removing);
  std::ranges::sort(made.adding);
  made.replicas.insert(made.replicas.end(), made.removing.begin(), made.removing.end());
  return made;
}

std::optional<Revert> revert_of(const PartitionRegistration& now) {
  Revert made{without(now.replicas, now.adding()), without(now.isr, now.adding()), false};
  if (!made.isr.empty()) return made;
  if (made.replicas.empty()) return std::nullopt;
  made.isr.push_back(made.replicas.front());
  made.unclean = true;
  return made;
}

}  // namespace kafkasim
