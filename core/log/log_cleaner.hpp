#pragma once
// LogCleaner: compacts the logs of a directory, one after another, in the background (kafka.log.LogCleaner, with one
// thread). Its owner lends it the directory and the disk for each step, and calls step() when next_deadline() has come.
//
//   resting   nothing is dirty enough: looks again every log.cleaner.backoff.ms. While no compacted log has a segment
//             that it could clean, it does not even do that: rolled() wakes it, and it keeps to the same beat
//   cleaning  a slice a step, as fast as log.cleaner.io.max.bytes.per.second allows; then looks for the next log at once
//   A pass that gets no further (the map does not hold even one batch), that was given up or could not read its log is
//   followed by a rest.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/base/cow.hpp"
#include "core/log/cleaner_manager.hpp"
#include "core/log/cleaning_pass.hpp"

namespace kafkasim {

class LogCleaner {
 public:
  explicit LogCleaner(const NodeConfig& config);
  // Reads the checkpoint of the cleaned logs. Without log.cleaner.enable nothing is ever cleaned.
  [[nodiscard]] DiskResult<void> start(Instant now, Disk& disk);

  struct Began {  // from the next step on segments below `to` may be replaced. Recovery points must be on disk then
    TopicIdPartition id;
    Offset to;
  };
  struct Finished {
    TopicIdPartition id;
    Offset from;  // the part that was dirty
    Offset to;
    CleaningPass::Stats stats;
  };
  struct Uncleanable {  // left alone from now on
    TopicIdPartition id;
    std::string problem;
  };
  using Event = std::variant<Began, Finished, Uncleanable>;
  [[nodiscard]] DiskResult<std::optional<Event>> step(LogDirectory& directory, Instant now, Timestamp wall, Disk& disk);
  [[nodiscard]] std::optional<Instant> next_deadline() const { return next_; }

  // ---- what happens to logs -------------------------------------------------------------------------
  void rolled(const UnifiedLog& log, Instant now);  // or was loaded, or has other settings
  // It is about to be truncated, deleted or no longer compacted: a pass over it is given up.
  [[nodiscard]] DiskResult<void> give_up(const TopicIdPartition& id, const UnifiedLog& log, Instant now, Disk& disk);
  [[nodiscard]] DiskResult<void> truncated(const UnifiedLog& log, Disk& disk);
  [[nodiscard]] DiskResult<void> removed(const TopicPartition& partition, Disk& disk);
  // Before the process ends: what was begun is removed.
  [[nodiscard]] DiskResult<void> stop(const LogDirectory& directory, Disk& disk);

  [[nodiscard]] const CleanerManager& manager() const { return *manager_; }
  [[nodiscard]] std::optional<TopicIdPartition> cleaning() const;

 private:
  struct Work {
    TopicIdPartition id;
    CleaningPass pass;
  };
  [[nodiscard]] Instant next_beat(Instant now) const;
  [[nodiscard]] DiskResult<std::optional<Event>> choose(const LogDirectory& directory, Instant now, Timestamp wall,
                                                        Disk& disk);
  [[nodiscard]] DiskResult<std::optional<Event>> finish(const UnifiedLog& log, const LogDirectory& directory,
                                                        Instant now, Disk& disk);
  [[nodiscard]] Duration throttled(std::uint64_t bytes) const;

  bool enabled_;
  Duration backoff_;
  std::int64_t bytes_per_second_;
  CleanerLimits limits_;
  Instant started_{};
  Cow<CleanerManager> manager_;
  std::optional<Cow<Work>> work_;
  std::optional<Instant> next_;
};

}  // namespace kafkasim
