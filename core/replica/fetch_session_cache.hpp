#pragma once
// FetchSessionCache: the fetch sessions of a broker, and what a request makes of them (kafka.server.FetchManager,
// FetchSessionCache, FetchSessionCacheShard).
//
// There are max.incremental.fetch.session.cache.slots in 8 shards, each with its range of ids; new sessions go round
// the shards. Where a shard is full a new session takes the place of
//   1. the one that was used least recently, if that is more than 2 minutes ago; else
//   2. the smallest one that is not privileged, or was created more than 2 minutes ago, if the new one is privileged;
//      or the smallest one created that long ago, privileged ones last, if it is not - but only if the new one is no
//      smaller. Else there is none: the fetcher goes on with full requests.
//
// A session that has left the cache lives on while a request waits that was made in it.
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/cow.hpp"
#include "core/base/random.hpp"
#include "core/replica/fetch_session.hpp"

namespace kafkasim {

struct FetchContext {  // how a request is to be served
  enum class Kind : std::uint8_t { refused, sessionless, full, incremental };
  Kind kind{};
  ErrorCode error{};     // of refused
  SessionId session{};   // of incremental
  std::int32_t epoch{};  // of the session while nothing newer is asked in it
};

class FetchSessionCache {
 public:
  static constexpr std::size_t shard_count = 8;
  static constexpr Duration eviction = seconds(120);

  FetchSessionCache(std::int64_t slots, const Random& random);

  [[nodiscard]] FetchContext begin(const FetchRequest& request, std::int16_t version, Instant now);
  // A session for what a full request has read, or null; add() its partitions, then admitted().
  [[nodiscard]] FetchSession* create(std::size_t size, FetchedBy who, Naming naming, Instant now);
  void admitted(SessionId id, Instant now);

  [[nodiscard]] const FetchSession* find(SessionId id) const;  // also one that has left the cache
  [[nodiscard]] FetchSession* edit(SessionId id);
  void hush(SessionId session, const FetchKey& key, const TopicIdPartition& id);
  // Something happened in that partition: those in which it was quiet, and what was asked for.
  struct Woken {
    TopicIdPartition id;
    FetchRequest::Partition want;
    std::vector<std::uint64_t> waiting;  // operations that have to watch it from now on
  };
  [[nodiscard]] std::vector<Woken> wake(const TopicIdPartition& id);
  [[nodiscard]] std::vector<Woken> wake_all();

  void began_to_wait(SessionId session, std::uint64_t operation);
  void waited(SessionId session, std::uint64_t operation);

  // Partitions that were quiet in a session that is no more.
  struct Ended {
    SessionId session{};
    std::vector<TopicIdPartition> quiet;
  };
  [[nodiscard]] std::vector<Ended> take_ended() { return std::exchange(ended_, {}); }

  [[nodiscard]] std::size_t size() const;  // sessions in the cache
  [[nodiscard]] std::size_t partitions() const;
  [[nodiscard]] std::uint64_t evictions() const { return evictions_; }

 private:
  using Evictable = std::tuple<FetchedBy, std::size_t, SessionId>;  // the least valuable first
  struct Shard {
    std::set<SessionId> sessions;
    std::set<std::pair<Instant, SessionId>> last_used;
    std::set<Evictable> by_all;
    std::set<Evictable> by_privileged;
  };
  struct Held {
    Cow<FetchSession> session;
    bool cached{false};
    Instant last_used{};
    std::size_t size{};  // as the shard has it on record
    std::vector<std::uint64_t> waiting;
  };

  [[nodiscard]] Shard& shard_of(SessionId id);
  [[nodiscard]] bool make_room(Shard& shard, const Evictable& newcomer, Instant now);
  [[nodiscard]] SessionId new_id(std::size_t shard);
  void take_off_record(SessionId id, Held& held);
  void touch(SessionId id, Held& held, Instant now);
  void remove(SessionId id);
  void release(SessionId id);  // if nothing needs it
  void not_quiet(SessionId session, const std::vector<TopicIdPartition>& ids);

  std::size_t slots_;  // of a shard
  Random random_;
  std::size_t next_shard_{0};
  std::array<Shard, shard_count> shards_;
  std::map<SessionId, Held> sessions_;
  std::map<TopicIdPartition, std::set<SessionId>> quiet_in_;
  std::vector<Ended> ended_;
  std::uint64_t evictions_{0};
};

}  // namespace kafkasim
