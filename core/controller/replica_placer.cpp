#include "core/controller/replica_placer.hpp"

#include <algorithm>
#include <map>

namespace kafkasim {

namespace {

template <class T>
void shuffle(std::vector<T>& list, Random& random) {  // Fisher and Yates
  for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
}

// Brokers that take turns. Each round starts one further than the last, so that the load of neighbours spreads.
class Ring {
 public:
  void add(NodeId broker) { brokers_.push_back(broker); }
  void initialize(Random& random) {
    if (brokers_.empty()) return;
    std::ranges::sort(brokers_);
    offset_ = random.below(brokers_.size());
  }
  void mix(Random& random) { shuffle(brokers_, random); }
  std::optional<NodeId> next(std::uint64_t round) {
    if (brokers_.empty()) return std::nullopt;
    if (round_ != round) {
      round_ = round;
      index_ = 0;
      offset_ = (offset_ + 1) % brokers_.size();
    }
    if (index_ >= brokers_.size()) return std::nullopt;
    return brokers_[(index_++ + offset_) % brokers_.size()];
  }

 private:
  std::vector<NodeId> brokers_;
  std::size_t index_{0};
  std::size_t offset_{0};
  std::uint64_t round_{0};
};

struct Rack {
  Ring unfenced;
  Ring fenced;
  std::optional<NodeId> next(std::uint64_t round) {
    const std::optional<NodeId> broker = unfenced.next(round);
    return broker ? broker : fenced.next(round);
  }
};

class Racks {
 public:
  Racks(const std::vector<UsableBroker>& brokers, Random& random) : random_{random} {
    std::map<std::optional<std::string>, Rack> by_name;
    for (const UsableBroker& broker : brokers) {
      Rack& rack = by_name[broker.rack];
      (broker.fenced ? rack.fenced : rack.unfenced).add(broker.id);
      if (!broker.fenced) ++unfenced_;
    }
    for (auto& [name, rack] : by_name) {
      rack.fenced.initialize(random_);
      rack.unfenced.initialize(random_);
      racks_.push_back(std::move(rack));
    }
    offset_ = random_.below(racks_.size());
  }

  std::vector<NodeId> place(std::int32_t replication_factor) {
    if (round_ == unfenced_ && unfenced_ > 1) {  // every broker has led once: mix, so that assignments do not repeat
      shuffle(racks_, random_);
      for (Rack& rack : racks_) {
        rack.fenced.mix(random_);
        rack.unfenced.mix(random_);
      }
      round_ = 0;
    }
    if (offset_ == racks_.size()) offset_ = 0;
    std::size_t first_rack = offset_;
    std::optional<NodeId> first = racks_[first_rack].unfenced.next(round_);
    while (!first) {
      first_rack = (first_rack + 1) % racks_.size();
      first = racks_[first_rack].unfenced.next(round_);
    }
    std::vector<NodeId> replicas{*first};
    std::size_t rack = offset_;
    bool skip_first = true;  // the first replica's rack has had its turn in the first lap
    while (std::ssize(replicas) < replication_factor) {
      if (skip_first && rack == first_rack) {
        skip_first = false;
      } else if (const std::optional<NodeId> broker = racks_[rack].next(round_)) {
        replicas.push_back(*broker);
      }
      rack = (rack + 1) % racks_.size();
    }
    ++round_;
    ++offset_;
    return replicas;
  }

 private:
  Random& random_;
  std::vector<Rack> racks_;  // sorted by name until mixed
  std::size_t offset_{0};
  std::uint64_t round_{0};
  std::uint64_t unfenced_{0};
};

}  // namespace

Result<std::vector<std::vector<NodeId>>> place_replicas(std::int32_t partitions, std::int32_t replication_factor,
                                                        const std::vector<UsableBroker>& brokers, Random& random) {
  if (replication_factor <= 0) {
    return fail("Invalid replication factor " + std::to_string(replication_factor)
                + ": the replication factor must be positive.");
  }
  if (std::ranges::all_of(brokers, &UsableBroker::fenced)) return fail("All brokers are currently fenced.");
  if (replication_factor > std::ssize(brokers)) {
    return fail("The target replication factor of " + std::to_string(replication_factor)
                + " cannot be reached because only " + std::to_string(brokers.size()) + " broker(s) are registered.");
  }
  Racks racks{brokers, random};
  std::vector<std::vector<NodeId>> placements;
  for (std::int32_t i = 0; i < partitions; ++i) placements.push_back(racks.place(replication_factor));
  return placements;
}

}  // namespace kafkasim
