#pragma once
// ReplicaFetchers: one loop for each leader that this broker follows (AbstractFetcherThread, ReplicaFetcherThread,
// RemoteLeaderEndPoint): one request at a time, a Fetch with all partitions that are ready, or ListOffsets for those
// that were told OFFSET_OUT_OF_RANGE. Sends requests and keeps positions; what an answer means for the logs is its
// owner's.
//
//   position of a partition   event                                        next
//   ready                     any error but those below; no answer         delayed for replica.fetch.backoff.ms
//   ready                     FENCED_LEADER_EPOCH for the present epoch    removed until the leader epoch changes
//   ready                     OFFSET_OUT_OF_RANGE                          needs_leader_end
//   needs_leader_end          leader's end told                            ready, or needs_leader_start
//   needs_leader_start        leader's start told                          ready
//   needs_*                   an error                                     ready, delayed
//   delayed                   its time has come                            ready
//   ready                     throttled, behind its leader, quota exceeded held back: left out of the next fetch (KIP-73)
//   held back                 another fetch is built, and that is over     ready
//
// Fetches are incremental, in a session with each leader (KIP-227), at most max.bytes a partition; who got data goes to
// the end of the order. A partition that is delayed or held back is forgotten by the session until then. What a request costs follows
// the partitions that have changed since the last.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/base/cow.hpp"
#include "core/machine/deadlines.hpp"
#include "core/machine/fetch_session_handler.hpp"
#include "core/machine/request_channel.hpp"
#include "core/message/fetch.hpp"
#include "core/message/list_offsets.hpp"
#include "core/model/config.hpp"
#include "core/replica/leader.hpp"
#include "core/replica/replication_quota.hpp"

namespace kafkasim {

struct FetchPosition {
  Offset offset;
  LeaderEpoch leader_epoch;
  std::optional<LeaderEpoch> last_fetched_epoch;
  friend bool operator==(const FetchPosition&, const FetchPosition&) = default;
};

// One partition of an answered Fetch that is still at the position it was asked for, under the same leader epoch.
struct FetchedPartition {
  TopicIdPartition id;
  FetchRequest::Partition requested;
  FetchResponse::Partition response;
};
enum class LogEndKind : std::uint8_t { end, start };
struct LeaderOffset {  // an end of the leader's log, for a partition that was out of range
  TopicIdPartition id;
  LogEndKind which{};
  std::optional<LeaderEpoch> requested_epoch;
  ErrorCode error{};
  Offset offset;
};
using FetcherEvent = std::variant<FetchedPartition, LeaderOffset>;

class ReplicaFetchers {
 public:
  ReplicaFetchers(NodeId self, const NodeConfig& config, std::uint8_t channel_tag, LegacyBehaviours legacy = {});
  void start(const Started& started) { channel_.start(started); }

  void follow(const TopicIdPartition& id, const std::string& topic, NodeId leader, const FetchPosition& position);
  void unfollow(const TopicIdPartition& id);  // an answer under way is then ignored
  void unfollow_all(Env& env);
  [[nodiscard]] std::optional<FetchPosition> position(const TopicIdPartition& id) const;

  // After an event, one of these:
  enum class Got : std::uint8_t { nothing, data };
  void advance(const TopicIdPartition& id, Offset offset, std::optional<LeaderEpoch> last_fetched_epoch, Got got);
  // A fetch was answered well: whether what is there reaches the leader's high watermark. Before, nobody knows.
  enum class Lag : std::uint8_t { none, some };
  void tell_lag(const TopicIdPartition& id, Lag lag);
  void back_off(const TopicIdPartition& id, Instant now);
  void fenced(const TopicIdPartition& id, std::optional<LeaderEpoch> requested_epoch, Instant now);
  void ask_leader_offset(const TopicIdPartition& id, LogEndKind which);
  void log_start_moved(const TopicIdPartition& id) { (void)edit(id); }  // of the own log: the leader is told

  [[nodiscard]] bool owns(const ConnectionId& connection) const { return channel_.owns(connection); }
  [[nodiscard]] std::vector<FetcherEvent> step(const Input& in, Env& env);
  // Sends what is to be sent: after follow() and after the events of a step were dealt with.
  struct Sender {
    std::optional<BrokerEpoch> broker_epoch;
    const BrokerMap& brokers;                                         // where leaders are
    std::function<Offset(const TopicIdPartition&)> log_start_offset;  // of the own log
    ReplicationQuota& quota;                                          // of what is fetched
  };
  void send_requests(const Sender& sender, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

 private:
  enum class Phase : std::uint8_t { ready, needs_leader_end, needs_leader_start };
  struct State {
    std::string topic;
    FetchPosition position;
    Phase phase{};
    std::optional<Instant> delayed_until;
    std::uint64_t order{};
  };
  struct Source {  // a leader
    std::map<TopicIdPartition, State> partitions;
    std::set<TopicIdPartition> changed;  // since the last fetch was built
    std::set<TopicIdPartition> asking;   // not ready: they want to know an end of the leader's log
    std::set<std::pair<Instant, TopicIdPartition>> delayed;
    std::set<TopicIdPartition> behind;     // not known to reach the leader's high watermark
    std::set<TopicIdPartition> held_back;  // some of them, while the quota is exceeded
    FetchSessionHandler session;
    std::optional<std::uint64_t> in_flight;
    void set_phase(const TopicIdPartition& id, State& state, Phase phase);
    void delay(const TopicIdPartition& id, State& state, Instant now, Duration backoff);
    void erase(const TopicIdPartition& id);
    void release(Instant now);  // those whose delay is over
    void hold_back(ReplicationQuota& quota, Instant now);
  };

  [[nodiscard]] Source* source_of(const TopicIdPartition& id);
  [[nodiscard]] State* edit(const TopicIdPartition& id);  // the leader will be told what changes in it
  void on_fetch_answer(NodeId leader, const FetchResponse& response, Instant now, std::vector<FetcherEvent>& events);
  void on_no_fetch_answer(NodeId leader, const FetchResponse* error);
  void on_list_offsets_answer(NodeId leader, const ListOffsetsRequest& request, const ListOffsetsResponse& response,
                              std::vector<FetcherEvent>& events) const;
  void delay_all(NodeId leader, Instant now);
  void send_one(NodeId leader, const Sender& sender, Env& env);
  [[nodiscard]] std::optional<ListOffsetsRequest> build_list_offsets(const Source& source) const;
  [[nodiscard]] std::optional<FetchRequest> build_fetch(Source& source, const Sender& sender, Instant now) const;

  NodeId self_;
  Cow<NodeConfig> config_;
  LegacyBehaviours legacy_;
  RequestChannel channel_;
  std::map<NodeId, Cow<Source>> sources_;
  std::map<TopicIdPartition, NodeId> leader_of_;
  std::set<NodeId> to_send_;      // sources that may have something to send
  DeadlineIndex<NodeId> delays_;  // when a delayed partition of an idle source is ready again
  std::uint64_t last_order_{0};
};

}  // namespace kafkasim
