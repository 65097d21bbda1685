#include "core/group/consumer_group_assignors.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace kafkasim {

namespace {

using Subscribers = std::map<std::string, ConsumerGroupSubscriber>;

std::vector<std::string> in_order(const Subscribers& members) {
  std::vector<std::string> ids;
  for (const auto& [id, member] : members) ids.push_back(id);
  std::ranges::sort(ids, [&members](const std::string& a, const std::string& b) {
    const auto& first = members.at(a).instance_id;
    const auto& second = members.at(b).instance_id;
    if (first && second) return *first < *second;
    if (first || second) return first.has_value();
    return a < b;
  });
  return ids;
}

TargetAssignment by_ranges(const Subscribers& members, const std::map<Uuid, std::int32_t>& partitions) {
  TargetAssignment target;
  const std::vector<std::string> ids = in_order(members);
  for (const std::string& id : ids) target[id];
  for (const auto& [topic, count] : partitions) {
    std::vector<std::string> takers;
    for (const std::string& id : ids) {
      if (members.at(id).topics.contains(topic)) takers.push_back(id);
    }
    if (takers.empty()) continue;
    const auto shares = static_cast<std::int32_t>(takers.size());
    std::int32_t next = 0;
    for (std::int32_t i = 0; i < shares; ++i) {
      const std::int32_t quota = count / shares + (i < count % shares ? 1 : 0);
      PartitionSet& taken = target[takers[static_cast<std::size_t>(i)]];
      for (std::int32_t n = 0; n < quota; ++n) taken.insert({topic, PartitionIndex{next++}});
    }
  }
  return target;
}

// All want the same: each gets its quota, what it had first (UniformHomogeneousAssignmentBuilder).
TargetAssignment by_quotas(const Subscribers& members, PartitionSet unassigned) {
  TargetAssignment target;
  const auto count = static_cast<std::int64_t>(members.size());
  const std::int64_t least = std::ssize(unassigned) / count;
  std::int64_t extras = std::ssize(unassigned) % count;
  std::vector<std::string> unfilled;
  for (const auto& [id, member] : members) {
    PartitionSet& mine = target[id];
    const std::int64_t quota = least + (extras > 0 ? 1 : 0);
    for (const TopicIdPartition& tp : member.before) {
      if (std::ssize(mine) == quota) break;
      if (unassigned.erase(tp) > 0) mine.insert(tp);
    }
    if (std::ssize(mine) < least || (std::ssize(mine) == least && extras > 0)) {
      unfilled.push_back(id);
    } else if (std::ssize(mine) > least) {
      --extras;
    }
  }
  for (const std::string& id : unfilled) {
    PartitionSet& mine = target[id];
    const std::int64_t quota = least + (extras > 0 ? 1 : 0);
    while (std::ssize(mine) < quota && !unassigned.empty()) {
      mine.insert(*unassigned.begin());
      unassigned.erase(unassigned.begin());
    }
    if (std::ssize(mine) > least) --extras;
  }
  return target;
}

TargetAssignment by_load(const Subscribers& members, const PartitionSet& all) {
  TargetAssignment target;
  std::map<TopicIdPartition, std::string> owners;
  for (const auto& [id, member] : members) {
    target[id];
    for (const TopicIdPartition& tp : member.before) {
      if (all.contains(tp) && member.topics.contains(tp.topic_id)) owners.emplace(tp, id);
    }
  }
  for (const auto& [tp, id] : owners) target[id].insert(tp);
  const auto least = [&](const Uuid& topic) {
    std::string best;
    for (const auto& [id, mine] : target) {
      if (!members.at(id).topics.contains(topic)) continue;
      if (best.empty() || mine.size() < target.at(best).size()) best = id;
    }
    return best;
  };
  for (const TopicIdPartition& tp : all) {
    if (owners.contains(tp)) continue;
    const std::string id = least(tp.topic_id);
    if (id.empty()) continue;
    target[id].insert(tp);
    owners[tp] = id;
  }
  for (bool moved = true; moved;) {
    moved = false;
    for (auto& [tp, owner] : owners) {
      const std::string id = least(tp.topic_id);
      if (target.at(owner).size() < target.at(id).size() + 2) continue;
      target[owner].erase(tp);
      target[id].insert(tp);
      owner = id;
      moved = true;
    }
  }
  return target;
}

}  // namespace

TargetAssignment assign_on_the_server(std::string_view assignor, const Subscribers& members,
                                      const std::map<Uuid, std::int32_t>& partitions) {
  if (members.empty()) return {};
  if (assignor == "range") return by_ranges(members, partitions);
  KAFKASIM_CHECK(assignor == "uniform", assignor);
  PartitionSet all;
  const std::set<Uuid>& wanted = members.begin()->second.topics;
  bool alike = true;
  std::set<Uuid> topics;
  for (const auto& [id, member] : members) {
    alike = alike && member.topics == wanted;
    topics.insert(member.topics.begin(), member.topics.end());
  }
  for (const Uuid& topic : topics) {
    const auto known = partitions.find(topic);
    const std::int32_t count = known == partitions.end() ? 0 : known->second;
    for (std::int32_t p = 0; p < count; ++p) all.insert({topic, PartitionIndex{p}});
  }
  return alike ? by_quotas(members, std::move(all)) : by_load(members, all);
}

}  // namespace kafkasim
