// The general case of AbstractStickyAssignor: members want different topics. What was owned and is still wanted stays;
// the rest goes to whoever has least; then partitions move from members with more to members with less, as long as
// that brings some balance, and never in a circle within a topic.
#include <algorithm>
#include <optional>

#include "core/base/check.hpp"
#include "core/client/assignor_rules.hpp"

namespace kafkasim {

namespace {

// PartitionMovements: which partitions of a topic have moved from whom to whom, so that of two partitions one does not
// go there and the other back.
class Movements {
 public:
  void moved(const TopicPartition& tp, const std::string& from, const std::string& to) {
    std::string source = from;
    if (const auto known = moves_.find(tp); known != moves_.end()) {
      source = known->second.first;
      by_topic_[tp.topic][known->second].erase(tp);
      moves_.erase(known);
      if (source == to) return;  // it is back
    }
    moves_[tp] = {source, to};
    by_topic_[tp.topic][{source, to}].insert(tp);
  }
  // Instead of moving `tp`, one that came the other way may go back.
  [[nodiscard]] TopicPartition better(const TopicPartition& tp, std::string from, const std::string& to) const {
    const auto topic = by_topic_.find(tp.topic);
    if (topic == by_topic_.end()) return tp;
    if (const auto known = moves_.find(tp); known != moves_.end()) from = known->second.first;
    const auto back = topic->second.find({to, from});
    return back == topic->second.end() || back->second.empty() ? tp : *back->second.begin();
  }

 private:
  using FromTo = std::pair<std::string, std::string>;
  std::map<TopicPartition, FromTo> moves_;
  std::map<std::string, std::map<FromTo, std::set<TopicPartition>>> by_topic_;
};

class GeneralBuilder {
 public:
  GeneralBuilder(const std::vector<AssignorMember>& members, PreviousOwners before, const AssignorTopics& topics)
      : topics_{topics}, current_{std::move(before.owned)} {
    for (const auto& [name, topic] : topics) takers_[name];
    for (const AssignorMember& member : members) {
      std::set<std::string>& wanted = wants_[member.member_id];
      for (const std::string& topic : member.topics) {
        if (topics.contains(topic) && wanted.insert(topic).second) takers_[topic].push_back(member.member_id);
      }
      remember(member, before.newest);
    }
    std::vector<std::string> names;
    for (const auto& [name, takers] : takers_) names.push_back(name);
    std::ranges::stable_sort(names, {}, [this](const std::string& name) { return takers_.at(name).size(); });
    for (const std::string& name : names) {
      for (std::int32_t p = 0; p < topics.at(name).partitions; ++p) all_.push_back({name, PartitionIndex{p}});
    }
  }

  MemberAssignments run() {
    keep_what_is_wanted();
    for (const auto& [member, partitions] : current_) by_load_.insert({partitions.size(), member});
    if (by_load_.empty()) return current_;
    const bool initializing = by_load_.rbegin()->first == 0;
    std::vector<TopicPartition> unassigned;
    for (const TopicPartition& tp : all_) {
      if (!owners_.contains(tp)) unassigned.push_back(tp);
    }
    for (const TopicPartition& tp : unassigned) give_to_least(tp);
    const auto is_fixed = [this](const TopicPartition& tp) { return takers_.at(tp.topic).size() < 2; };
    std::erase_if(all_, is_fixed);
    std::erase_if(unassigned, is_fixed);
    MemberAssignments fixed;
    for (const auto& [member, topics] : wants_) {
      if (can_take_part(member)) continue;
      by_load_.erase({current_.at(member).size(), member});
      fixed[member] = std::move(current_.at(member));
      current_.erase(member);
    }
    const MemberAssignments before = current_;
    if (!must_revoke_) (void)improve(unassigned);
    const bool improved = improve(all_);
    if (!initializing && improved && score(current_) >= score(before)) current_ = before;
    current_.merge(fixed);
    return std::move(current_);
  }

 private:
  void remember(const AssignorMember& member, std::optional<Generation> newest) {
    if (!newest || (member.generation && *member.generation >= *newest)) return;
    for (const TopicPartition& tp : member.owned) {
      const auto known = previous_.find(tp);
      if (known == previous_.end() || member.generation > known->second.second)
        previous_[tp] = {member.member_id, member.generation};
    }
  }

  void keep_what_is_wanted() {
    for (auto& [member, partitions] : current_) {
      const std::size_t had = partitions.size();
      const std::set<std::string>& wanted = wants_.at(member);
      std::erase_if(partitions, [&wanted](const TopicPartition& tp) { return !wanted.contains(tp.topic); });
      must_revoke_ = must_revoke_ || partitions.size() < had;
      for (const TopicPartition& tp : partitions) owners_[tp] = member;
    }
  }

  void put(const TopicPartition& tp, const std::string& member) {
    std::vector<TopicPartition>& has = current_.at(member);
    by_load_.erase({has.size(), member});
    has.push_back(tp);
    by_load_.insert({has.size(), member});
    owners_[tp] = member;
  }
  void take(const TopicPartition& tp, const std::string& member) {
    std::vector<TopicPartition>& has = current_.at(member);
    by_load_.erase({has.size(), member});
    std::erase(has, tp);
    by_load_.insert({has.size(), member});
  }

  [[nodiscard]] const std::string* least_loaded(const std::string& topic) const {
    for (const auto& [load, member] : by_load_) {
      if (wants_.at(member).contains(topic)) return &member;
    }
    return nullptr;
  }
  void give_to_least(const TopicPartition& tp) {
    if (const std::string* found = least_loaded(tp.topic)) put(tp, std::string{*found});
  }

  [[nodiscard]] std::size_t most_possible(const std::string& member) const {
    std::size_t most = 0;
    for (const std::string& topic : wants_.at(member)) most += static_cast<std::size_t>(topics_.at(topic).partitions);
    return most;
  }
  [[nodiscard]] bool can_take_part(const std::string& member) const {
    const std::vector<TopicPartition>& has = current_.at(member);
    if (has.size() < most_possible(member)) return true;
    return std::ranges::any_of(has, [this](const TopicPartition& tp) { return takers_.at(tp.topic).size() >= 2; });
  }

  [[nodiscard]] std::size_t load(const std::string& member) const {
    const auto known = current_.find(member);
    return known == current_.end() ? SIZE_MAX / 2 : known->second.size();
  }
  [[nodiscard]] bool is_balanced() const {
    if (by_load_.empty() || by_load_.begin()->first + 1 >= by_load_.rbegin()->first) return true;
    for (const auto& [count, member] : by_load_) {
      if (count == most_possible(member)) continue;
      for (const std::string& topic : wants_.at(member)) {
        for (std::int32_t p = 0; p < topics_.at(topic).partitions; ++p) {
          const auto owner = owners_.find({topic, PartitionIndex{p}});
          if (owner == owners_.end() || owner->second == member || !current_.contains(owner->second)) continue;
          if (count + 1 < load(owner->second)) return false;
        }
      }
    }
    return true;
  }

  bool improve(const std::vector<TopicPartition>& partitions) {
    bool ever = false;
    for (bool modified = true; modified;) {
      modified = false;
      for (const TopicPartition& tp : partitions) {
        if (is_balanced()) break;
        modified = improve_one(tp) || modified;
      }
      ever = ever || modified;
    }
    return ever;
  }

  bool improve_one(const TopicPartition& tp) {
    const auto owner = owners_.find(tp);
    if (owner == owners_.end() || !current_.contains(owner->second)) return false;
    const std::size_t mine = load(owner->second);
    const auto previous = previous_.find(tp);
    if (previous != previous_.end() && mine > load(previous->second.first) + 1) {
      move(tp, previous->second.first);
      return true;
    }
    const auto has_less = [&, this](const std::string& member) { return mine > load(member) + 1; };
    if (std::ranges::none_of(takers_.at(tp.topic), has_less)) return false;
    const std::string* least = least_loaded(tp.topic);
    KAFKASIM_CHECK(least != nullptr, tp.topic);
    move(tp, std::string{*least});
    return true;
  }

  void move(const TopicPartition& wish, const std::string& to) {
    const TopicPartition tp = movements_.better(wish, owners_.at(wish), to);
    const std::string from = owners_.at(tp);
    movements_.moved(tp, from, to);
    take(tp, from);
    put(tp, to);
  }

  // The sum of the differences of all pairs: 0 is perfect.
  static std::uint64_t score(const MemberAssignments& assignment) {
    std::uint64_t sum = 0;
    for (auto a = assignment.begin(); a != assignment.end(); ++a) {
      for (auto b = std::next(a); b != assignment.end(); ++b) {
        const std::size_t more = std::max(a->second.size(), b->second.size());
        sum += more - std::min(a->second.size(), b->second.size());
      }
    }
    return sum;
  }

  const AssignorTopics& topics_;
  MemberAssignments current_;
  std::map<std::string, std::vector<std::string>> takers_;   // by topic
  std::map<std::string, std::set<std::string>> wants_;       // topics, by member
  std::map<TopicPartition, std::string> owners_;
  std::map<TopicPartition, std::pair<std::string, std::optional<Generation>>> previous_;  // of an earlier generation
  std::set<std::pair<std::size_t, std::string>> by_load_;    // those who take part
  std::vector<TopicPartition> all_;
  Movements movements_;
  bool must_revoke_{};
};

}  // namespace

MemberAssignments assign_general(const std::vector<AssignorMember>& members, PreviousOwners before,
                                 const AssignorTopics& topics) {
  return GeneralBuilder{members, std::move(before), topics}.run();
}

}  // namespace kafkasim
