#pragma once
// ClusterView: what a client knows of the cluster, and how it keeps that fresh (org.apache.kafka.clients.Metadata and
// the metadata updater of NetworkClient). A part of a producer, consumer or admin client, which lends it its channel.
//
//   fresh --(request_update, a topic nobody asked for yet, metadata.max.age)--> wanted --(backoff over, a node)-->
//   asked asked --(answer)--> fresh     asked --(no answer, or a topic or partition without leader in it)--> wanted
//
// One Metadata request at a time. Between two refreshes lies the retry backoff, growing while requests fail or answers
// bring nothing new. A leader epoch older than the one known for that partition is ignored, unless the topic id is
// another (KIP-516). An answer may also name a new leader by itself (KIP-951): see update_leader().
//
// Whom to ask: a connected node with the fewest unanswered requests, else one that can be connected to, starting at a
// random place; the bootstrap endpoints until brokers are known, and again when all of them are in their reconnect
// backoff (KIP-899).
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/cow.hpp"
#include "core/client/backoff.hpp"
#include "core/client/client_identity.hpp"
#include "core/machine/request_channel.hpp"
#include "core/message/common.hpp"
#include "core/message/metadata.hpp"

namespace kafkasim {

struct PartitionView {
  std::optional<NodeId> leader;
  std::optional<LeaderEpoch> leader_epoch;
  friend bool operator==(const PartitionView&, const PartitionView&) = default;
};

struct TopicView {
  Uuid id;
  std::vector<PartitionView> partitions;      // by index
  std::vector<std::vector<NodeId>> replicas{};  // of each
  friend bool operator==(const TopicView&, const TopicView&) = default;
};

// How the channel names whom a client talks to. A group's coordinator has a connection of its own, so that a fetch that
// waits does not hold up heartbeats (AbstractCoordinator).
[[nodiscard]] constexpr std::int32_t broker_peer(NodeId node) { return node.value; }
[[nodiscard]] constexpr std::int32_t coordinator_peer(NodeId node) { return INT32_MAX - node.value; }
[[nodiscard]] constexpr std::int32_t bootstrap_peer(std::size_t index) { return -1 - static_cast<std::int32_t>(index); }

class ClusterView {
 public:
  struct Peer {
    std::int32_t key{};
    Endpoint endpoint;
  };

  enum class AutoCreation : std::uint8_t { asked_for, refused };  // of topics that do not exist, by brokers that do so
  ClusterView(std::vector<Endpoint> bootstrap, const ClientConfig& config, AutoCreation creation = AutoCreation::asked_for);
  void start();  // the process begins: nothing is known

  // What is known.
  [[nodiscard]] const TopicView* topic(const std::string& name) const;  // null: unknown, or does not exist
  [[nodiscard]] const std::string* topic_named(const Uuid& id) const;  // null: not among those that were asked for
  [[nodiscard]] PartitionView partition(const TopicPartition& tp) const;
  [[nodiscard]] std::vector<std::set<std::string>> racks_of(const TopicView& topic) const;  // of each partition's replicas
  [[nodiscard]] std::optional<Endpoint> endpoint(NodeId node) const;
  [[nodiscard]] bool was_answered(const std::string& topic) const;  // even if only to say that there is none
  [[nodiscard]] std::optional<Peer> any_node(const RequestChannel& channel, Env& env) const;

  // What is wanted.
  void add_topic(const std::string& name);
  // One that is known by its id alone: asked for until an answer names it.
  void add_topic(const Uuid& id);
  void forget_topics_but(const std::set<std::string>& names);
  void request_update();  // as soon as the backoff allows
  // What another answer said of a leader. True if that was news.
  bool update_leader(const TopicPartition& tp, const LeaderIdAndEpoch& leader,
                     const std::vector<NodeEndpoint>& endpoints);

  // Somebody has read what this epoch wrote: a leader of an older one is not to be asked any more
  // (Metadata.updateLastSeenEpochIfNewer).
  void saw_epoch(const TopicPartition& tp, LeaderEpoch epoch);

  // The refresh. pump() after every step of the owner; take() says whether the completion was this part's.
  void pump(RequestChannel& channel, Env& env);
  [[nodiscard]] bool take(const Completion& done, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

 private:
  void ask_anew();  // a new question: no backoff for the old ones
  struct Known {
    std::map<NodeId, Endpoint> brokers;
    std::map<NodeId, std::string> racks;
    std::map<std::string, TopicView> topics;
    friend bool operator==(const Known&, const Known&) = default;
  };
  void learn(const MetadataResponse& answer, Env& env);
  void learn_topic(const MetadataResponse::Topic& topic, Known& known);

  std::vector<Endpoint> bootstrap_;
  Duration max_age_;
  AutoCreation creation_;
  Backoff backoff_;
  std::set<std::string> wanted_topics_;
  std::set<Uuid> nameless_topics_;  // wanted as well
  std::set<std::string> answered_topics_;
  Cow<Known> known_;
  std::optional<std::uint64_t> request_;
  bool update_wanted_{true};
  Instant may_ask_at_{};               // the backoff
  std::optional<Instant> refresh_at_;  // metadata.max.age after the last answer
  std::int32_t failures_{0};
  std::int32_t answers_without_news_{0};
};

}  // namespace kafkasim
