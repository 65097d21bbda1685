#include "core/log/leader_epoch_cache.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "core/base/check.hpp"
#include "core/log/checkpoint_files.hpp"
#include "core/log/log_files.hpp"

namespace kafkasim {

namespace {

// "0", the number of entries, then "epoch startOffset" a line.
std::string format(const std::vector<EpochEntry>& entries) {
  std::string text = "0\n" + std::to_string(entries.size()) + "\n";
  for (const EpochEntry& entry : entries) {
    text += std::to_string(entry.epoch.value) + " " + std::to_string(entry.start.value) + "\n";
  }
  return text;
}

template <class T>
bool take_number(std::string_view& text, char end, T& number) {
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || at == text.data() + text.size() || *at != end || number < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()) + 1);
  return true;
}

std::optional<std::vector<EpochEntry>> parse(std::string_view text) {
  std::int32_t version = 0;
  std::uint64_t count = 0;
  if (!take_number(text, '\n', version) || version != 0 || !take_number(text, '\n', count)) return std::nullopt;
  std::vector<EpochEntry> entries;
  while (!text.empty()) {
    EpochEntry entry;
    if (!take_number(text, ' ', entry.epoch.value) || !take_number(text, '\n', entry.start.value)) return std::nullopt;
    if (!entries.empty() && (entry.epoch <= entries.back().epoch || entry.start <= entries.back().start))
      return std::nullopt;
    entries.push_back(entry);
  }
  if (entries.size() != count) return std::nullopt;
  return entries;
}

}  // namespace

DiskResult<LeaderEpochCache::Loaded> LeaderEpochCache::load(Disk& disk, const std::string& directory) {
  const auto text = read_text(disk, path_of(directory, leader_epoch_file));
  if (!text) return tl::unexpected(text.error());
  Loaded loaded;
  if (!*text) return loaded;
  std::optional<std::vector<EpochEntry>> entries = parse(**text);
  loaded.readable = entries.has_value();
  if (entries) loaded.cache.entries_ = std::move(*entries);
  return loaded;
}

bool LeaderEpochCache::assign_in_memory(EpochEntry entry) {
  KAFKASIM_CHECK(entry.epoch.value >= 0 && entry.start.value >= 0);
  if (!entries_.empty() && entries_.back().epoch == entry.epoch && entry.start >= entries_.back().start) return false;
  while (!entries_.empty() && (entries_.back().epoch >= entry.epoch || entries_.back().start >= entry.start))
    entries_.pop_back();
  entries_.push_back(entry);
  return true;
}

void LeaderEpochCache::remove_above_in_memory(LeaderEpoch epoch) {
  while (!entries_.empty() && entries_.back().epoch > epoch) entries_.pop_back();
}

DiskResult<void> LeaderEpochCache::assign(Disk& disk, const std::string& directory, EpochEntry entry) {
  if (!assign_in_memory(entry)) return {};
  return write(disk, directory);
}

std::optional<OffsetAndEpoch> LeaderEpochCache::end_offset_for(LeaderEpoch epoch, Offset log_end) const {
  if (entries_.empty() || epoch.value < 0 || epoch > entries_.back().epoch) return std::nullopt;
  if (epoch == entries_.back().epoch) return OffsetAndEpoch{log_end, epoch};
  const auto higher = std::ranges::upper_bound(entries_, epoch, {}, &EpochEntry::epoch);
  if (higher == entries_.begin()) return OffsetAndEpoch{higher->start, epoch};
  return OffsetAndEpoch{higher->start, std::prev(higher)->epoch};
}

std::optional<LeaderEpoch> LeaderEpochCache::epoch_of(Offset offset, Offset log_end) const {
  if (offset >= log_end) return std::nullopt;
  const auto after = std::ranges::upper_bound(entries_, offset, {}, &EpochEntry::start);
  if (after == entries_.begin()) return std::nullopt;
  return std::prev(after)->epoch;
}

std::optional<LeaderEpoch> LeaderEpochCache::latest() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.back().epoch;
}

std::optional<EpochEntry> LeaderEpochCache::earliest() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.front();
}

DiskResult<void> LeaderEpochCache::truncate_from_end(Disk& disk, const std::string& directory, Offset end) {
  if (entries_.empty() || entries_.back().start < end) return {};
  while (!entries_.empty() && entries_.back().start >= end) entries_.pop_back();
  return write(disk, directory);
}

DiskResult<void> LeaderEpochCache::truncate_from_start(Disk& disk, const std::string& directory, Offset start) {
  const auto after = std::ranges::upper_bound(entries_, start, {}, &EpochEntry::start);
  if (after == entries_.begin()) return {};
  const auto holding = std::prev(after);
  if (holding == entries_.begin() && holding->start == start) return {};
  holding->start = start;
  entries_.erase(entries_.begin(), holding);
  return write(disk, directory);
}

DiskResult<void> LeaderEpochCache::clear(Disk& disk, const std::string& directory) {
  entries_.clear();
  return write(disk, directory);
}

DiskResult<void> LeaderEpochCache::write(Disk& disk, const std::string& directory) const {
  return replace_file(disk, path_of(directory, leader_epoch_file), format(entries_));
}

}  // namespace kafkasim
