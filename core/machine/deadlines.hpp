#pragma once
// DeadlineIndex: the earliest of many named moments. Sub-machines keep their deadlines as plain fields and tell their owner's index
// when one changes; the owner answers next_deadline() in O(1) and takes what is due in the order (moment, key).
// A copyable value: an ordered set of (moment, key) beside a map of key to moment.
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/time.hpp"

namespace kafkasim {

template <class Key>
class DeadlineIndex {
 public:
  void set(const Key& key, std::optional<Instant> at) {
    const auto known = moments_.find(key);
    if (known != moments_.end()) {
      if (at && known->second == *at) return;
      order_.erase({known->second, key});
      moments_.erase(known);
    }
    if (at) {
      moments_.emplace(key, *at);
      order_.emplace(*at, key);
    }
  }
  [[nodiscard]] std::optional<Instant> next() const {
    return order_.empty() ? std::nullopt : std::optional{order_.begin()->first};
  }
  // The keys whose moment has come, earliest first; they are taken out of the index.
  [[nodiscard]] std::vector<Key> take_due(Instant now) {
    std::vector<Key> due;
    while (!order_.empty() && order_.begin()->first <= now) {
      due.push_back(order_.begin()->second);
      moments_.erase(order_.begin()->second);
      order_.erase(order_.begin());
    }
    return due;
  }
  // Only the earliest of them: for owners whose work on one key may move the moments of others that are due too.
  [[nodiscard]] std::optional<Key> take_first_due(Instant now) {
    if (order_.empty() || order_.begin()->first > now) return std::nullopt;
    std::optional<Key> key{order_.begin()->second};
    moments_.erase(*key);
    order_.erase(order_.begin());
    return key;
  }
  [[nodiscard]] std::optional<Instant> of(const Key& key) const {
    const auto known = moments_.find(key);
    return known == moments_.end() ? std::nullopt : std::optional{known->second};
  }
  [[nodiscard]] bool empty() const { return order_.empty(); }

 private:
  std::map<Key, Instant> moments_;
  std::set<std::pair<Instant, Key>> order_;
};

[[nodiscard]] constexpr std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a || (b && *b < *a)) return b;
  return a;
}
[[nodiscard]] constexpr bool is_due(const std::optional<Instant>& deadline, Instant now) { return deadline && *deadline <= now; }

}  // namespace kafkasim
