#pragma once
// FetchSessionHandler: the fetching side of an incremental fetch session with one broker (KIP-227,
// org.apache.kafka.clients.FetchSessionHandler). The broker remembers what it was asked for, so that a request names only
// what has changed since the one before, and the answer only what is news. Told in changes, so that building a request
// costs what has changed, not what is fetched.
//
//   handler.want(id, "orders", partition, order); handler.drop(other);
//   if (handler.build(request)) ... send;  if (handler.handle(response)) ... each partition: handler.asked(id)
//
//   next request         event                                               the one after it
//   full, new session    answered with a session id                          incremental, epoch 1
//   full, new session    answered without: the broker keeps none             full, new session
//   incremental          answered                                            incremental, next epoch
//   incremental          answered with session id 0: the broker closed it    full, new session
//   any                  FETCH_SESSION_ID_NOT_FOUND                          full, new session
//   any                  another error, no answer, partitions unasked for    full, closes this session for a new one
//
// One request at a time. Versions from 13 only, which know topics by id.
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/message/fetch.hpp"

namespace kafkasim {

struct FetchMetadata {  // org.apache.kafka.common.requests.FetchMetadata
  static constexpr std::int32_t no_session = 0;
  static constexpr std::int32_t initial_epoch = 0;
  static constexpr std::int32_t final_epoch = -1;
  std::int32_t session{no_session};
  std::int32_t epoch{initial_epoch};
  [[nodiscard]] constexpr bool is_full() const { return epoch == initial_epoch || epoch == final_epoch; }
  [[nodiscard]] static constexpr std::int32_t next_epoch(std::int32_t epoch) {
    if (epoch < 0) return final_epoch;
    return epoch == INT32_MAX ? 1 : epoch + 1;
  }
  friend bool operator==(const FetchMetadata&, const FetchMetadata&) = default;
};

class FetchSessionHandler {
 public:
  struct Asked {
    std::string topic;
    FetchRequest::Partition partition;
    std::uint64_t order{};  // the smaller the earlier it stands in a full request
  };

  void want(const TopicIdPartition& id, const std::string& topic, const FetchRequest::Partition& partition,
            std::uint64_t order);
  void drop(const TopicIdPartition& id);
  // Fills in session, topics and forgotten topics. False: nothing is fetched and there is no session to tell so.
  [[nodiscard]] bool build(FetchRequest& request);
  // False: nothing in it may be used.
  [[nodiscard]] bool handle(const FetchResponse& response);
  void handle_failure() { next_.epoch = FetchMetadata::initial_epoch; }  // no answer came
  // A request that ends the session; false if there is none.
  [[nodiscard]] bool build_close(FetchRequest& request);

  [[nodiscard]] const Asked* asked(const TopicIdPartition& id) const;  // as the broker knows it from the last request
  [[nodiscard]] const std::map<TopicIdPartition, Asked>& session() const { return session_; }
  [[nodiscard]] const FetchMetadata& next() const { return next_; }

 private:
  [[nodiscard]] bool was_asked_for(const FetchResponse& response, bool for_all) const;

  FetchMetadata next_;
  std::map<TopicIdPartition, Asked> session_;
  std::map<TopicIdPartition, std::optional<Asked>> changes_;  // since the last request; absent: no longer wanted
};

}  // namespace kafkasim
