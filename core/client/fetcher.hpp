#pragma once
// Fetcher: gets records from the leaders ahead of poll() (AbstractFetch, FetchCollector), and offsets for partitions
// whose position has to be found (OffsetFetcher).
//
// One Fetch a broker at a time, in a session with it (KIP-227), for the partitions that it leads, or that their leaders have sent
// this consumer to it for (client.rack, KIP-392), and that have a position; none while something fetched from it is in store. An
// answer for a partition that is no longer owned, or whose position has changed, is dropped. Records below the position, control
// batches and, with read_committed, aborted transactions are skipped. A partition whose fetch failed waits for the retry backoff,
// or for a newer leader.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/client/aborted_transactions.hpp"
#include "core/client/backoff.hpp"
#include "core/client/cluster_view.hpp"
#include "core/client/consumer_record.hpp"
#include "core/client/subscription.hpp"
#include "core/machine/fetch_session_handler.hpp"
#include "core/message/fetch.hpp"
#include "core/message/list_offsets.hpp"

namespace kafkasim {

class Fetcher {
 public:
  Fetcher(const ConsumerConfig& config, LegacyBehaviours legacy);

  // What a part of a consumer works with, lent for one call.
  struct Parts {
    RequestChannel& channel;
    ClusterView& cluster;
    Subscription& subscription;
  };

  void start();                      // the process begins
  void pump(Parts parts, Env& env);  // sends what there is to ask
  [[nodiscard]] bool take(const Completion& done, Parts parts, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline(const Subscription& subscription, Instant now) const;

  // Something is in store; it may turn out to be nothing for the application.
  [[nodiscard]] bool has_records() const { return !store_.empty(); }
  [[nodiscard]] ConsumerRecords collect(Subscription& subscription, std::int64_t most);  // moves positions
  void forget(const std::vector<TopicPartition>& revoked);  // what is in store of them
  void close_sessions(Parts parts, Env& env);  // the last thing that is asked for (AbstractFetch.close)
  [[nodiscard]] bool has_unanswered() const { return !fetches_.empty(); }

  // What the application would get as an exception: auto.offset.reset=none without an offset, or a damaged batch.
  [[nodiscard]] const std::optional<std::string>& fatal() const { return fatal_; }

 private:
  struct Store {  // fetched and not yet returned
    TopicPartition tp;
    Offset fetched_at;  // the position that it was fetched for; moves on as records are returned
    std::deque<RecordBatch> batches;
    AbortedTransactions aborted;
  };
  void send_fetches(Parts parts, Env& env);
  void send_list_offsets(Parts parts, Env& env);
  [[nodiscard]] Timestamp reset_timestamp(Timestamp wall) const;
  [[nodiscard]] std::set<NodeId> busy_brokers(const ClusterView& cluster, const Subscription& subscription, Instant now) const;
  static void forget_preferred(const FetchSessionHandler& session, Subscription& subscription);
  [[nodiscard]] FetchRequest header() const;
  void tell_session(FetchSessionHandler& session, const std::vector<TopicPartition>& wanted, Parts parts) const;
  void on_fetch(FetchSessionHandler& session, const FetchResponse& answer, Parts parts, Env& env);
  void on_fetched_partition(const TopicPartition& tp, const FetchRequest::Partition& asked,
                            const FetchResponse::Partition& got, const std::vector<NodeEndpoint>& endpoints,
                            Parts parts, Env& env);
  void on_fetch_error(const TopicPartition& tp, const FetchRequest::Partition& asked,
                      const FetchResponse::Partition& got, const std::vector<NodeEndpoint>& endpoints, Parts parts,
                      Env& env);
  void on_list_offsets(const ListOffsetsResponse& answer, Parts parts, Env& env);
  std::int64_t collect_from(Store& store, ConsumerRecords& out, std::int64_t most, OwnedPartition& owned);
  static void append_part(ConsumerRecords& out, PartitionRecords part);
  [[nodiscard]] bool in_store(const TopicPartition& tp) const;

  ConsumerConfig config_;
  bool tells_epochs_;
  Backoff backoff_;
  std::map<NodeId, std::uint64_t> fetches_;                            // unanswered, by broker
  std::map<NodeId, FetchSessionHandler> sessions_;                     // one a broker, as long as the client runs
  std::map<std::uint64_t, std::vector<TopicPartition>> list_offsets_;  // unanswered
  std::deque<Store> store_;                                            // in order of arrival
  std::set<TopicPartition> ends_wanted_;  // no record is as young as auto.offset.reset=by_duration asks for
  std::optional<std::string> fatal_;
};

}  // namespace kafkasim
