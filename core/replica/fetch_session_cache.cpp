#include "core/replica/fetch_session_cache.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace kafkasim {

namespace {

constexpr SessionId ids_a_shard = INT32_MAX / static_cast<SessionId>(FetchSessionCache::shard_count);

FetchContext refused_fetch(ErrorCode error) { return {.kind = FetchContext::Kind::refused, .error = error}; }

}  // namespace

FetchSessionCache::FetchSessionCache(std::int64_t slots, const Random& random)
    : slots_{static_cast<std::size_t>(std::max<std::int64_t>(slots, 0)) / shard_count}, random_{random} {}

const FetchSession* FetchSessionCache::find(SessionId id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &*found->second.session;
}

FetchSession* FetchSessionCache::edit(SessionId id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second.session.edit();
}

std::size_t FetchSessionCache::size() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) count += shard.sessions.size();
  return count;
}

std::size_t FetchSessionCache::partitions() const {
  std::size_t count = 0;
  for (const auto& [id, held] : sessions_) count += held.cached ? held.size : 0;
  return count;
}

// ---- requests --------------------------------------------------------------------------------------------

FetchContext FetchSessionCache::begin(const FetchRequest& request, std::int16_t version, Instant now) {
  const FetchMetadata asked{request.session_id, request.session_epoch};
  if (asked.is_full()) {  // closes the session that it names
    if (asked.session != FetchMetadata::no_session) remove(asked.session);
    const bool last = asked.epoch == FetchMetadata::final_epoch;
    return {.kind = last ? FetchContext::Kind::sessionless : FetchContext::Kind::full};
  }
  const auto found = sessions_.find(asked.session);
  if (found == sessions_.end() || !found->second.cached) return refused_fetch(ErrorCode::fetch_session_id_not_found);
  Held& held = found->second;
  if (held.session->epoch() != asked.epoch) return refused_fetch(ErrorCode::invalid_fetch_session_epoch);
  if (held.session->naming() != naming_of(version)) return refused_fetch(ErrorCode::fetch_session_topic_id_error);
  FetchSession& session = held.session.edit();
  not_quiet(asked.session, session.update(request, version));
  if (session.size() == 0) {
    remove(asked.session);
    return {.kind = FetchContext::Kind::sessionless};
  }
  touch(asked.session, held, now);
  session.begin_epoch();
  return {.kind = FetchContext::Kind::incremental, .session = asked.session, .epoch = session.epoch()};
}

// ---- making and evicting ---------------------------------------------------------------------------------

FetchSessionCache::Shard& FetchSessionCache::shard_of(SessionId id) {
  return shards_[std::min(static_cast<std::size_t>(id / ids_a_shard), shard_count - 1)];
}

SessionId FetchSessionCache::new_id(std::size_t shard) {
  const auto least = static_cast<std::int64_t>(shard) * ids_a_shard;
  for (;;) {
    const std::int64_t id = random_.between(std::max<std::int64_t>(1, least), least + ids_a_shard - 1);
    if (!sessions_.contains(static_cast<SessionId>(id))) return static_cast<SessionId>(id);
  }
}

FetchSession* FetchSessionCache::create(std::size_t size, FetchedBy who, Naming naming, Instant now) {
  const std::size_t number = next_shard_;
  next_shard_ = (next_shard_ + 1) % shard_count;
  Shard& shard = shards_[number];
  if (shard.sessions.size() >= slots_ && !make_room(shard, Evictable{who, size, 0}, now)) return nullptr;
  const SessionId id = new_id(number);
  Held& held = sessions_.emplace(id, Held{Cow{FetchSession{id, who, naming, now}}, true, now, 0, {}}).first->second;
  shard.sessions.insert(id);
  return &held.session.edit();
}

void FetchSessionCache::admitted(SessionId id, Instant now) { touch(id, sessions_.at(id), now); }

bool FetchSessionCache::make_room(Shard& shard, const Evictable& newcomer, Instant now) {
  if (shard.last_used.empty()) return false;
  const auto [used, stale] = *shard.last_used.begin();
  SessionId victim = stale;
  if (now - used <= eviction) {
    const std::set<Evictable>& evictable =
        std::get<FetchedBy>(newcomer) == FetchedBy::follower ? shard.by_privileged : shard.by_all;
    if (evictable.empty() || newcomer < *evictable.begin()) return false;
    victim = std::get<SessionId>(*evictable.begin());
  }
  remove(victim);
  ++evictions_;
  return true;
}

void FetchSessionCache::take_off_record(SessionId id, Held& held) {
  Shard& shard = shard_of(id);
  const Evictable known{held.session->who(), held.size, id};
  shard.last_used.erase({held.last_used, id});
  shard.by_all.erase(known);
  shard.by_privileged.erase(known);
}

void FetchSessionCache::touch(SessionId id, Held& held, Instant now) {
  take_off_record(id, held);
  Shard& shard = shard_of(id);
  const FetchSession& session = *held.session;
  held.last_used = now;
  held.size = session.size();
  shard.last_used.emplace(now, id);
  const bool old = now - session.created() > eviction;
  const Evictable now_known{session.who(), held.size, id};
  if (session.who() == FetchedBy::consumer || old) shard.by_privileged.insert(now_known);
  if (old) shard.by_all.insert(now_known);
}

void FetchSessionCache::remove(SessionId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || !found->second.cached) return;
  take_off_record(id, found->second);
  shard_of(id).sessions.erase(id);
  found->second.cached = false;
  release(id);
}

void FetchSessionCache::release(SessionId id) {
  const auto found = sessions_.find(id);
  if (found->second.cached || !found->second.waiting.empty()) return;
  Ended ended{id, found->second.session.edit().wake_all()};
  not_quiet(id, ended.quiet);
  ended_.push_back(std::move(ended));
  sessions_.erase(found);
}

// ---- quiet partitions ------------------------------------------------------------------------------------

void FetchSessionCache::hush(SessionId session, const FetchKey& key, const TopicIdPartition& id) {
  FetchSession& asleep = *edit(session);
  asleep.hush(key, id);
  quiet_in_[id].insert(session);
}

void FetchSessionCache::not_quiet(SessionId session, const std::vector<TopicIdPartition>& ids) {
  for (const TopicIdPartition& id : ids) {
    const auto found = quiet_in_.find(id);
    if (found == quiet_in_.end()) continue;
    found->second.erase(session);
    if (found->second.empty()) quiet_in_.erase(found);
  }
}

std::vector<FetchSessionCache::Woken> FetchSessionCache::wake(const TopicIdPartition& id) {
  std::vector<Woken> woken;
  const auto found = quiet_in_.find(id);
  if (found == quiet_in_.end()) return woken;
  for (const SessionId number : found->second) {
    Held& held = sessions_.at(number);
    FetchSession& session = held.session.edit();
    const FetchKey key = *session.quiet_key(id);
    session.wake(key);
    woken.push_back({id, session.find(key)->want, held.waiting});
  }
  quiet_in_.erase(found);
  return woken;
}

std::vector<FetchSessionCache::Woken> FetchSessionCache::wake_all() {
  std::vector<TopicIdPartition> all;
  for (const auto& [id, sessions] : quiet_in_) all.push_back(id);
  std::vector<Woken> woken;
  for (const TopicIdPartition& id : all) {
    for (Woken& one : wake(id)) woken.push_back(std::move(one));
  }
  return woken;
}

// ---- waiting ---------------------------------------------------------------------------------------------

void FetchSessionCache::began_to_wait(SessionId session, std::uint64_t operation) {
  sessions_.at(session).waiting.push_back(operation);
}

void FetchSessionCache::waited(SessionId session, std::uint64_t operation) {
  std::erase(sessions_.at(session).waiting, operation);
  release(session);
}

}  // namespace kafkasim
