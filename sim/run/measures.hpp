#pragma once
// Measures: counts and times gathered from the observations of a run, for metrics and the report. Integers only: a
// latency percentile comes from buckets of at most 1/16 relative width (as HdrHistogram's), told as the bucket's upper
// edge.
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/history.hpp"
#include "sim/kernel/observation.hpp"
#include "sim/kernel/wall_clock.hpp"

namespace kafkasim::sim {

class LatencyHistogram {
 public:
  void add(Duration d);
  LatencyHistogram& operator+=(const LatencyHistogram& o);
  [[nodiscard]] std::optional<Duration> percentile(std::int64_t percent) const;  // absent while empty
  [[nodiscard]] std::optional<Duration> most() const { return count_ ? std::optional{most_} : std::nullopt; }

 private:
  static std::size_t bucket(std::uint64_t us);
  static std::uint64_t upper_edge(std::size_t bucket);
  std::array<std::uint32_t, 16 * 45> buckets_{};  // microseconds, up to 2^44
  std::uint64_t count_{0};
  Duration most_{};
};

struct Counts {
  std::int64_t produced{};
  std::int64_t acked{};
  std::int64_t failed{};
  std::int64_t consumed{};
  std::int64_t bytes_in{};
  std::int64_t bytes_out{};
  Counts& operator+=(const Counts& o);
};

struct GroupState {
  std::string state{"Empty"};
  Generation generation;
  std::vector<trace::GroupChanged::Member> members;
  std::int64_t rebalances{0};
  std::string type{"classic"};
  std::string protocol;                        // the assignor
  std::optional<Generation> assignment_epoch;  // of a consumer group
  std::int64_t partitions_revoked{0};          // taken from members, in all
  std::int64_t partitions_moved{0};            // given to another member than the one before
  std::map<TopicPartition, HostId> owners{};   // the last ones
};

enum class LatencyOf : std::uint8_t { produce, end_to_end };

class Measures {
 public:
  void begin(Instant origin) { origin_ = origin; }
  void set_right_clock(const WallClock& clock) { right_clock_ = clock; }  // by it end-to-end latencies count
  void name_client(HostId host, std::string name) { clients_[host] = std::move(name); }
  void observe(const Observation& o, const History& history);

  // By client name and partition; sums over what is left out.
  [[nodiscard]] Counts counts(const std::optional<std::string>& client, const std::optional<std::string>& topic,
                              const std::optional<TopicPartition>& partition) const;
  [[nodiscard]] Counts bytes_of(NodeId broker) const;  // what it took and gave to clients; nothing else is filled in
  [[nodiscard]] std::int64_t errors(ErrorCode code, const std::optional<std::string>& client) const;
  // Records that retention deleted at the leader before a poll of that group, or of anybody, had returned them.
  [[nodiscard]] std::int64_t expired(const TopicPartition& partition, const std::optional<std::string>& group) const;
  // Records that a group, or a reader without one, got after a later one of that partition. Where a position is set anew, what comes
  // after it is read again in its order.
  [[nodiscard]] std::int64_t out_of_order(const TopicPartition& partition, const std::optional<std::string>& group) const;
  [[nodiscard]] const std::map<std::string, GroupState>& groups() const { return groups_; }
  // Of the clients named, in a topic or partition; of all where nothing is said.
  [[nodiscard]] LatencyHistogram latency(LatencyOf what, const std::optional<std::vector<std::string>>& clients = {},
                                         const std::optional<std::string>& topic = {},
                                         const std::optional<TopicPartition>& partition = {}) const;
  // Of the client, or of all members of a group or instances of a producer or pipeline, of which it is the most.
  [[nodiscard]] std::optional<Duration> most_percentile(LatencyOf what, std::int64_t percent) const;
  [[nodiscard]] std::optional<std::pair<NodeId, std::int32_t>> controller() const { return controller_; }
  [[nodiscard]] std::int32_t controller_epoch() const { return controller_epoch_; }
  [[nodiscard]] const std::map<NodeId, bool>& brokers_fenced() const { return brokers_; }  // registered ones
  // How long the partition had no leader that takes writes, up to `now`.
  [[nodiscard]] Duration unavailable(const TopicPartition& partition, Instant now) const;
  [[nodiscard]] std::vector<ErrorCode> errors_seen() const;
  // How often cleaners went over a replica of that partition.
  [[nodiscard]] std::int64_t cleanings(const TopicPartition& partition) const;

 private:
  struct Availability {
    bool available{true};
    Instant since{};
    Duration missing{};
  };
  struct Expiry {  // of a partition
    std::int64_t deleted{};
    std::map<std::string, std::int64_t> read;  // how many of those each group had read; "": any
    std::map<std::string, Offset> positions;   // how far each has come; "": the furthest
  };
  struct Reading {  // of a partition by a group, or by a client without one
    Offset next;
    std::int64_t out_of_order{};
  };
  using Key = std::pair<std::string, TopicPartition>;  // client, partition
  struct KeyView {
    std::string_view client;
    const TopicPartition& partition;
  };
  struct KeyLess {  // for Keys and views of them: looked up for every record that is sent, without making a string
    using is_transparent = void;
    static KeyView view(const Key& key) { return {key.first, key.second}; }
    static KeyView view(const KeyView& key) { return key; }
    bool operator()(const auto& a, const auto& b) const {
      const auto clients = view(a).client <=> view(b).client;
      return clients != 0 ? clients < 0 : view(a).partition < view(b).partition;
    }
  };
  template <class Value>
  using ByKey = std::map<Key, Value, KeyLess>;
  template <class Value>
  static Value& at(ByKey<Value>& map, const KeyView& key) {
    const auto known = map.find(key);
    return known != map.end() ? known->second : map[{std::string{key.client}, key.partition}];
  }
  struct Latencies {  // the sums are kept too: conditions ask for them again and again
    Cow<LatencyHistogram> all;
    Cow<std::map<std::string, Cow<LatencyHistogram>, std::less<>>> by_owner;  // "analytics/2" is one of "analytics"
    Cow<ByKey<Cow<LatencyHistogram>>> apart;
    void add(const KeyView& key, Duration d);
  };
  [[nodiscard]] KeyView key_of(HostId host, const TopicPartition& partition) const;
  void count(const KeyView& key, std::int64_t Counts::* what, std::int64_t more);
  void watch_availability(const Observation& o, const History& history);
  void watch_availability(const PartitionHistory& partition, Instant at, const History& history);
  void on(const Observation& o, const trace::GroupChanged& e);
  void on(const Observation& o, const trace::PartitionsAssigned& e);
  void on(const Observation& o, const trace::RecordsDelivered& e, const History& history);
  Reading& reading(const Observation& o, const TopicPartition& partition, const History& history);
  void on(const Observation& o, const trace::SegmentsDeleted& e, const History& history);
  void on(const Observation& o, const trace::LogAppended& e, const History& history);
  void on(const Observation& o, const trace::FetchAnswered& e, const History& history);

  std::optional<Instant> origin_;
  WallClock right_clock_{wall_clock_at_zero};
  std::map<HostId, std::string> clients_;
  Cow<ByKey<Counts>> counts_;
  Counts all_counts_;  // their sum: asked for by every picture and sample
  Cow<std::map<std::pair<NodeId, TopicPartition>, Counts>> broker_bytes_;
  std::map<std::pair<std::string, ErrorCode>, std::int64_t> errors_;
  Cow<std::map<TopicPartition, Expiry>> expiries_;
  Cow<ByKey<Reading>> readings_;  // by group or client
  std::map<TopicPartition, std::int64_t> cleanings_;
  std::map<std::string, GroupState> groups_;
  Latencies produce_latency_;
  Latencies end_to_end_latency_;
  std::optional<std::pair<NodeId, std::int32_t>> controller_;
  std::int32_t controller_epoch_{0};
  std::map<NodeId, bool> brokers_;
  std::int64_t last_decision_{-1};
  std::map<TopicPartition, Availability> availability_;
  std::map<HostId, bool> frozen_;
};

}  // namespace kafkasim::sim
