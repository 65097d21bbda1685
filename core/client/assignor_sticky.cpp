// AbstractStickyAssignor: who had what before, and the cases where all members want the same topics; and
// CooperativeStickyAssignor, which holds back what has to be revoked first.
#include <algorithm>
#include <deque>

#include "core/base/check.hpp"
#include "core/client/assignor_rules.hpp"

namespace kafkasim {

namespace {

constexpr Generation before_all{-1};  // AbstractStickyAssignor.DEFAULT_GENERATION

bool all_want_the_same(const std::vector<AssignorMember>& members) {
  const auto wanted = [](const AssignorMember& member) {
    return std::set<std::string>{member.topics.begin(), member.topics.end()};
  };
  if (members.empty()) return true;
  const auto first = wanted(members.front());
  return std::ranges::all_of(members, [&](const AssignorMember& member) { return wanted(member) == first; });
}

// The quotas of the constrained case: every member gets at least `least`, and `extras` of them one more.
class Quotas {
 public:
  Quotas(const PreviousOwners& before, const AssignorTopics& topics) : before_{before} {
    std::int32_t all = 0;
    for (const auto& [name, topic] : topics) {
      all += topic.partitions;
      for (std::int32_t p = 0; p < topic.partitions; ++p) unassigned_.insert({name, PartitionIndex{p}});
    }
    const auto members = static_cast<std::int32_t>(before.owned.size());
    least_ = all / members;
    extras_ = all % members;
    most_ = least_ + (extras_ > 0 ? 1 : 0);
    for (const auto& [member, owned] : before.owned) out_.assignments[member];
    out_.moving.emplace();
  }

  StickyAssignment run() {
    for (const auto& [member, owned] : before_.owned) keep(member, owned);
    std::ranges::sort(below_);
    std::ranges::sort(at_least_);
    std::size_t turn = 0;
    for (const TopicPartition& tp : std::set<TopicPartition>{unassigned_}) {
      if (below_.empty()) {
        KAFKASIM_CHECK(!at_least_.empty(), "no member has room for a partition");
        give(tp, at_least_.front());
        at_least_.pop_front();
        continue;
      }
      if (turn >= below_.size()) turn = 0;
      const std::string member = below_[turn];
      if (give(tp, member) == least_) {
        below_.erase(below_.begin() + static_cast<std::ptrdiff_t>(turn));
        at_least_.push_back(member);
      } else {
        ++turn;
      }
    }
    return std::move(out_);
  }

 private:
  // What it owned, up to its quota.
  void keep(const std::string& member, std::vector<TopicPartition> owned) {
    std::ranges::sort(owned, [](const TopicPartition& a, const TopicPartition& b) {
      return std::tie(a.partition, a.topic) < std::tie(b.partition, b.topic);
    });
    std::erase_if(owned, [this](const TopicPartition& tp) { return before_.doubly_claimed.contains(tp); });
    const auto has = static_cast<std::int32_t>(owned.size());
    std::int32_t kept = has;
    if (has < least_) {
      below_.push_back(member);
    } else if (has >= most_ && with_extra_ < extras_) {
      ++with_extra_;
      if (with_extra_ == extras_) at_least_.clear();
      kept = most_;
    } else {
      kept = least_;
      if (with_extra_ < extras_) at_least_.push_back(member);
    }
    std::vector<TopicPartition>& out = out_.assignments[member];
    for (std::int32_t i = 0; i < has; ++i) {
      const TopicPartition& tp = owned[static_cast<std::size_t>(i)];
      if (i < kept) {
        out.push_back(tp);
        unassigned_.erase(tp);
      } else {
        taken_from_[tp] = member;
      }
    }
  }

  std::int32_t give(const TopicPartition& tp, const std::string& member) {
    std::vector<TopicPartition>& out = out_.assignments[member];
    out.push_back(tp);
    const auto from = taken_from_.find(tp);
    const bool moves = (from != taken_from_.end() && from->second != member) || before_.doubly_claimed.contains(tp);
    if (moves) out_.moving->insert_or_assign(tp, member);
    return static_cast<std::int32_t>(out.size());
  }

  const PreviousOwners& before_;
  StickyAssignment out_;
  std::set<TopicPartition> unassigned_;
  std::map<TopicPartition, std::string> taken_from_;
  std::vector<std::string> below_;
  std::deque<std::string> at_least_;
  std::int32_t least_{};
  std::int32_t most_{};
  std::int32_t extras_{};
  std::int32_t with_extra_{};
};

}  // namespace

PreviousOwners previous_owners(const std::vector<AssignorMember>& members, const AssignorTopics& topics) {
  PreviousOwners before;
  std::map<TopicPartition, const AssignorMember*> owners;
  for (const AssignorMember& member : members) {
    before.owned[member.member_id];
    if (member.generation && (!before.newest || *member.generation > *before.newest)) before.newest = member.generation;
    for (const TopicPartition& tp : member.owned) {
      const auto topic = topics.find(tp.topic);
      if (topic == topics.end()) continue;
      if (tp.partition.value < 0 || tp.partition.value >= topic->second.partitions) continue;  // nonsense from outside
      const auto [owner, is_first] = owners.emplace(tp, &member);
      if (is_first) {
        before.owned[member.member_id].push_back(tp);
        continue;
      }
      if (owner->second == &member) continue;  // it says so twice
      const Generation mine = member.generation.value_or(before_all);
      const Generation other = owner->second->generation.value_or(before_all);
      if (mine < other) continue;
      std::erase(before.owned[owner->second->member_id], tp);
      if (mine == other) {
        before.doubly_claimed[tp] = member.member_id;
      } else {
        before.owned[member.member_id].push_back(tp);
      }
      owner->second = &member;
    }
  }
  return before;
}

StickyAssignment assign_constrained(const PreviousOwners& before, const AssignorTopics& topics) {
  if (before.owned.empty()) return {};
  return Quotas{before, topics}.run();
}

StickyAssignment assign_sticky(const std::vector<AssignorMember>& members, const AssignorTopics& topics) {
  PreviousOwners before = previous_owners(members, topics);
  if (all_want_the_same(members)) return assign_constrained(before, topics);
  return {assign_general(members, std::move(before), topics), std::nullopt};
}

MemberAssignments assign_cooperative_sticky(const std::vector<AssignorMember>& members, const AssignorTopics& topics) {
  StickyAssignment result = assign_sticky(members, topics);
  if (!result.moving) {
    std::set<TopicPartition> revoked;
    std::map<TopicPartition, std::string> added;
    for (const AssignorMember& member : members) {
      const auto& given = result.assignments.at(member.member_id);
      const std::set<TopicPartition> now{given.begin(), given.end()};
      const std::set<TopicPartition> owned{member.owned.begin(), member.owned.end()};
      std::ranges::set_difference(owned, now, std::inserter(revoked, revoked.end()));
      for (const TopicPartition& tp : now) {
        if (!owned.contains(tp)) added[tp] = member.member_id;
      }
    }
    std::erase_if(added, [&revoked](const auto& entry) { return !revoked.contains(entry.first); });
    result.moving = std::move(added);
  }
  for (const auto& [tp, member] : *result.moving) std::erase(result.assignments[member], tp);
  return std::move(result.assignments);
}

}  // namespace kafkasim
