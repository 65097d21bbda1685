#pragma once
// FetchSession: what a broker remembers of one fetcher between its requests (KIP-227, kafka.server.FetchSession): the
// partitions with what was asked of each, and what was told of it last, so that an answer holds only news.
//
// Kafka goes through all partitions of a session at each fetch. Here a partition is either active, and is read, or
// quiet: when it was read last there was nothing to tell, and nothing has happened in it since, so that reading it again
// would find the same. The owner says when a partition may be quiet and wakes it when something happens; a request that
// changes what is asked of it wakes it too. The cost of a fetch follows the active ones.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "core/machine/fetch_session_handler.hpp"
#include "core/message/fetch.hpp"

namespace kafkasim {

// A partition as a request names it: up to version 12 by the topic's name, then by its id.
struct FetchKey {
  Uuid topic_id;
  std::string topic;
  PartitionIndex partition;
  friend auto operator<=>(const FetchKey&, const FetchKey&) = default;
};
enum class Naming : std::uint8_t { by_name, by_id };
[[nodiscard]] Naming naming_of(std::int16_t version);
template <class Topic>  // of a FetchRequest, forgotten or not
[[nodiscard]] FetchKey key_of(const Topic& topic, PartitionIndex partition, Naming naming) {
  return naming == Naming::by_id ? FetchKey{topic.topic_id, {}, partition} : FetchKey{{}, topic.topic, partition};
}

using SessionId = std::int32_t;

enum class FetchedBy : std::uint8_t { consumer, follower };  // sessions of followers are privileged

class FetchSession {
 public:
  struct Entry {  // CachedPartition
    FetchRequest::Partition want;
    std::optional<Offset> high_watermark;  // as told last; absent: an error was
    std::optional<Offset> log_start;
    std::uint64_t order{};
    std::optional<TopicIdPartition> quiet_as;  // absent: active
  };

  FetchSession(SessionId id, FetchedBy who, Naming naming, Instant now)
      : id_{id}, who_{who}, naming_{naming}, created_{now} {}

  // ---- requests
  void add(const FetchKey& key, const FetchRequest::Partition& want);
  // Takes in what an incremental request says; gives back who was quiet and is active or gone now.
  [[nodiscard]] std::vector<TopicIdPartition> update(const FetchRequest& request, std::int16_t version);
  void begin_epoch() { epoch_ = FetchMetadata::next_epoch(epoch_); }

  // ---- answers
  // True if the answer holds news. `told`: it is given, and remembered (maybeUpdateResponseData); who got records goes
  // behind the others.
  [[nodiscard]] bool has_news(const FetchKey& key, const FetchResponse::Partition& answer) const;
  void told(const FetchKey& key, const FetchResponse::Partition& answer);

  // ---- quiet and active
  void hush(const FetchKey& key, const TopicIdPartition& id);
  void wake(const FetchKey& key);
  [[nodiscard]] const FetchKey* quiet_key(const TopicIdPartition& id) const;
  [[nodiscard]] std::vector<TopicIdPartition> wake_all();  // those that were quiet
  // In the order in which they are read.
  [[nodiscard]] const std::map<std::uint64_t, FetchKey>& active() const { return active_; }

  [[nodiscard]] const Entry* find(const FetchKey& key) const;
  [[nodiscard]] SessionId id() const { return id_; }
  [[nodiscard]] FetchedBy who() const { return who_; }
  [[nodiscard]] Naming naming() const { return naming_; }
  [[nodiscard]] Instant created() const { return created_; }
  [[nodiscard]] std::int32_t epoch() const { return epoch_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct AskedAs {  // what else decides on an answer: with another, all are read again
    FetchRequest::ReplicaState replica;
    IsolationLevel isolation{};
    std::int16_t version{};
    friend bool operator==(const AskedAs&, const AskedAs&) = default;
  };

  SessionId id_;
  FetchedBy who_;
  Naming naming_;
  Instant created_;
  std::int32_t epoch_{FetchMetadata::next_epoch(FetchMetadata::initial_epoch)};
  std::uint64_t last_order_{0};
  std::map<FetchKey, Entry> entries_;
  std::map<std::uint64_t, FetchKey> active_;
  std::map<TopicIdPartition, FetchKey> quiet_;
  std::optional<AskedAs> asked_as_;
};

}  // namespace kafkasim
