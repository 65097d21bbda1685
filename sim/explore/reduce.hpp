#pragma once
// Ways to make a scenario file smaller: each tries candidates, and keeps those that still fail. They know the keys of a
// scenario, but not what they mean together: what fits no longer does not parse, and is no candidate.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "sim/scenario/json_tree.hpp"

namespace kafkasim::sim {

class Reduction {
 public:
  // `attempt` runs a candidate and tells whether it still fails; it may say no for want of time.
  Reduction(JsonValue start, std::function<bool(const JsonValue&)> attempt)
      : best_{std::move(start)}, attempt_{std::move(attempt)} {}
  [[nodiscard]] const JsonValue& best() const { return best_; }

  bool try_instead(JsonValue candidate);

  // "any broker" becomes the one that was hit, so that taking out another entry changes nothing: by entry, its name.
  void settle_targets(const std::map<std::size_t, std::string>& hit);
  void take_out_faults();
  void take_out_clients();
  void take_out_topics();
  void take_out_nodes();       // brokers, controllers, racks, links, settings
  void end_at(Duration when);  // if it fails by then
  void shorten();              // by halves
  void lighten();              // fewer of a kind, rates, records

 private:
  // Delta debugging over the elements of some list of the tree, or the members of some object.
  using Path = std::vector<std::string>;
  void take_out_of(const Path& path);
  void take_out_lists(const Path& to_list, const std::string& key);  // of the key in each element of the list
  void drop(const Path& object, const std::string& key);
  void set(const Path& object, const std::string& key, JsonValue value);
  void take_out_broker(std::int64_t id);
  void halve_rate(std::size_t producer);
  [[nodiscard]] std::size_t size_of(const std::string& list) const;

  JsonValue best_;
  std::function<bool(const JsonValue&)> attempt_;
};

}  // namespace kafkasim::sim
