#include "core/log/log_cleaner.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace kafkasim {

namespace {

bool may_have_work(const UnifiedLog& log) {
  return log.config().compaction == Compaction::on && log.segment_count() > 1;
}

}  // namespace

LogCleaner::LogCleaner(const NodeConfig& config)
    : enabled_{config.log_cleaner_enable},
      backoff_{std::max(config.log_cleaner_backoff, milliseconds(1))},
      bytes_per_second_{config.log_cleaner_io_max_bytes_per_second},
      limits_{static_cast<std::uint64_t>(config.log_cleaner_dedupe_buffer_size),
              config.log_cleaner_io_buffer_load_factor.millionths,
              static_cast<std::uint64_t>(config.log_cleaner_io_buffer_size) / 2} {}

DiskResult<void> LogCleaner::start(Instant now, Disk& disk) {
  started_ = now;
  return manager_.edit().load(disk);
}

Instant LogCleaner::next_beat(Instant now) const {
  const std::int64_t beats = (now - started_).ns / backoff_.ns;
  return started_ + backoff_ * (beats + 1);
}

Duration LogCleaner::throttled(std::uint64_t bytes) const {
  constexpr std::uint64_t second = 1'000'000'000;
  const auto rate = static_cast<std::uint64_t>(bytes_per_second_);
  if (bytes > std::numeric_limits<std::uint64_t>::max() / second / 2) return seconds(1);
  return nanoseconds(static_cast<std::int64_t>(bytes * second / rate));
}

std::optional<TopicIdPartition> LogCleaner::cleaning() const {
  if (!work_) return std::nullopt;
  return (*work_)->id;
}

DiskResult<std::optional<LogCleaner::Event>> LogCleaner::step(LogDirectory& directory, Instant now, Timestamp wall,
                                                              Disk& disk) {
  if (!enabled_) return std::nullopt;
  if (!work_) return choose(directory, now, wall, disk);
  Work& work = work_->edit();
  UnifiedLog& log = *directory.edit(work.id);
  const bool was_copying = work.pass.is_copying();
  const DiskResult<CleaningPass::Slice> slice = work.pass.step(log, disk);
  if (!slice) return tl::unexpected(slice.error());
  switch (slice->progress) {
    case CleaningPass::Progress::working:
      next_ = now + throttled(slice->bytes);
      if (work.pass.is_copying() && !was_copying) return Event{Began{work.id, work.pass.bound()}};
      return std::nullopt;
    case CleaningPass::Progress::done: return finish(log, directory, now, disk);
    case CleaningPass::Progress::aborted: break;
    case CleaningPass::Progress::unreadable: {
      manager_.edit().mark_uncleanable(log.partition());
      const Uncleanable uncleanable{work.id, work.pass.problem()};
      work_.reset();
      next_ = next_beat(now);
      return Event{uncleanable};
    }
  }
  work_.reset();
  next_ = next_beat(now);
  return std::nullopt;
}

DiskResult<std::optional<LogCleaner::Event>> LogCleaner::choose(const LogDirectory& directory, Instant now,
                                                                Timestamp wall, Disk& disk) {
  const auto dirtiest = manager_.edit().dirtiest(directory.logs(), wall, disk);
  if (!dirtiest) return tl::unexpected(dirtiest.error());
  next_.reset();
  if (*dirtiest) {
    const UnifiedLog& log = *directory.find((*dirtiest)->id);
    work_ = Cow{Work{(*dirtiest)->id,
                     CleaningPass{log, (*dirtiest)->first_dirty, (*dirtiest)->first_uncleanable, wall, limits_}}};
    next_ = now;
  } else if (std::ranges::any_of(directory.logs(), [](const auto& log) { return may_have_work(*log.second); })) {
    next_ = next_beat(now);
  }
  return std::nullopt;
}

DiskResult<std::optional<LogCleaner::Event>> LogCleaner::finish(const UnifiedLog& log, const LogDirectory& directory,
                                                                Instant now, Disk& disk) {
  const CleaningPass& pass = (*work_)->pass;
  const Finished finished{(*work_)->id, pass.begin(), pass.end(), pass.stats()};
  work_.reset();
  next_ = finished.to > finished.from ? now : next_beat(now);
  DiskResult<void> done = manager_.edit().cleaned(log.partition(), finished.to, directory.logs(), disk);
  if (!done) return tl::unexpected(done.error());
  return Event{finished};
}

// ---- what happens to logs ---------------------------------------------------------------------------

void LogCleaner::rolled(const UnifiedLog& log, Instant now) {
  if (enabled_ && !next_ && may_have_work(log)) next_ = next_beat(now);
}

DiskResult<void> LogCleaner::give_up(const TopicIdPartition& id, const UnifiedLog& log, Instant now, Disk& disk) {
  if (cleaning() != id) return {};
  DiskResult<void> done = work_->edit().pass.abandon(log, disk);
  work_.reset();
  next_ = next_beat(now);
  return done;
}

DiskResult<void> LogCleaner::truncated(const UnifiedLog& log, Disk& disk) {
  if (manager_->checkpoint(log.partition()).value_or(Offset{0}) <= log.log_end_offset()) return {};
  return manager_.edit().truncated(log.partition(), log.log_end_offset(), disk);
}

DiskResult<void> LogCleaner::removed(const TopicPartition& partition, Disk& disk) {
  return manager_.edit().removed(partition, disk);
}

DiskResult<void> LogCleaner::stop(const LogDirectory& directory, Disk& disk) {
  next_.reset();
  if (!work_) return {};
  const UnifiedLog* log = directory.find((*work_)->id);
  DiskResult<void> done = log == nullptr ? DiskResult<void>{} : work_->edit().pass.abandon(*log, disk);
  work_.reset();
  return done;
}

}  // namespace kafkasim
