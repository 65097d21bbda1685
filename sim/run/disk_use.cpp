#include "sim/run/disk_use.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_stretches = 128;
constexpr std::int64_t day = 86'400'000'000'000;

// The largest unit of which there are two, with a digit behind the point: "4.9 days", "27.3 h".
std::string rough(Duration d) {
  struct Unit {
    std::int64_t ns;
    const char* name;
  };
  for (const Unit unit : {Unit{day, "days"}, Unit{3'600'000'000'000, "h"}, Unit{60'000'000'000, "min"}}) {
    if (d.ns >= 2 * unit.ns) return fmt::format("{}.{} {}", d.ns / unit.ns, d.ns % unit.ns / (unit.ns / 10), unit.name);
  }
  return fmt::format("{}.{:03} s", d.whole_ms() / 1000, d.whole_ms() % 1000);
}

std::string rough(std::uint64_t bytes) {
  struct Unit {
    std::uint64_t bytes;
    const char* name;
  };
  for (const Unit unit : {Unit{std::uint64_t{1} << 30, "GiB"}, Unit{std::uint64_t{1} << 20, "MiB"}, Unit{1024, "KiB"}}) {
    if (bytes >= unit.bytes)
      return fmt::format("{}.{} {}", bytes / unit.bytes, bytes % unit.bytes * 10 / unit.bytes, unit.name);
  }
  return fmt::format("{} B", bytes);
}

// a * b / c, at most the largest Duration.
std::int64_t proportion(std::uint64_t a, std::int64_t b, std::uint64_t c) {
  __extension__ using Wide = unsigned __int128;
  const Wide result = static_cast<Wide>(a) * static_cast<Wide>(b) / static_cast<Wide>(c);
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return result > static_cast<Wide>(most) ? most : static_cast<std::int64_t>(result);
}

}  // namespace

void Inflow::add(Duration at, std::uint64_t bytes) {
  bytes_ += bytes;
  std::size_t index = static_cast<std::size_t>(at.ns / stretch_.ns);
  while (index >= most_stretches) {
    for (std::size_t i = 0; i < stretches_.size(); ++i) {
      const std::uint64_t here = std::exchange(stretches_[i], 0);
      stretches_[i / 2] += here;
    }
    stretches_.resize((stretches_.size() + 1) / 2);
    stretch_ = stretch_ * 2;
    index /= 2;
  }
  if (index >= stretches_.size()) stretches_.resize(index + 1);
  stretches_[index] += bytes;
}

std::uint64_t Inflow::busiest() const {
  return stretches_.empty() ? 0 : *std::ranges::max_element(stretches_);
}

void DiskUses::add_disk(NodeId broker, std::uint64_t capacity, std::uint64_t free) {
  disks_[broker].capacity = capacity;
  disks_[broker].free_at_start = free;
}

void DiskUses::observe(const Observation& o, const History& history) {
  if (!origin_) return;
  const std::optional<NodeId> node = history.node(o.host);
  const auto disk = node ? disks_.find(*node) : disks_.end();
  if (disk == disks_.end()) return;
  if (const auto* appended = o.get_if<trace::LogAppended>()) {
    std::uint64_t bytes = 0;
    for (const trace::AppendedBatch& batch : appended->batches) bytes += batch.size_bytes;
    disk->second.inflow.add(o.at - *origin_, bytes);
  } else if (const auto* failed = o.get_if<trace::LogDirectoryFailed>(); failed && !disk->second.failed_at) {
    disk->second.failed_at = o.at - *origin_;
    disk->second.reason = failed->reason;
  }
}

std::optional<Duration> lasts(std::uint64_t room, std::uint64_t bytes, Duration in) {
  if (bytes == 0) return std::nullopt;
  return Duration{proportion(room, in.ns, bytes)};
}

std::optional<Duration> longest_retention(const Scenario& scenario) {
  std::optional<Duration> longest;
  for (const TopicSpec& topic : scenario.topics) {
    TopicConfig config = scenario.cluster.brokers.front().config.topic_defaults;
    for (const auto& [name, value] : topic.config) (void)set(config, name, SettingValue{value});
    if (config.retention_ms < 0) return std::nullopt;
    const std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1'000'000;
    const Duration asked = milliseconds(std::min(config.retention_ms, most));
    longest = std::max(longest.value_or(asked), asked);
  }
  return longest;
}

std::string describe_failure(NodeId broker, const DiskUse& use, const Scenario& scenario) {
  const Duration measured = use.failed_at.value_or(Duration{});
  std::string text = fmt::format("broker {} went offline after {}: {}", broker.value, rough(measured), use.reason);
  const auto usual = lasts(use.free_at_start, use.inflow.bytes(), measured);
  const auto busiest = lasts(use.free_at_start, use.inflow.busiest(), use.inflow.stretch());
  if (!usual || !busiest || measured.ns <= 0) return text;
  const auto a_day = [](std::uint64_t bytes, Duration in) {
    return rough(static_cast<std::uint64_t>(proportion(bytes, day, static_cast<std::uint64_t>(in.ns))));
  };
  const std::optional<Duration> asked = longest_retention(scenario);
  return text
         + fmt::format("\n    {} of its {} were free at the start, {} a day came in: room for {} of retention"
                       "\n    in the busiest time {} a day: room for {}; asked for: {}",
                       rough(use.free_at_start), rough(use.capacity), a_day(use.inflow.bytes(), measured), rough(*usual),
                       a_day(use.inflow.busiest(), use.inflow.stretch()), rough(*busiest),
                       asked ? rough(*asked) : "for ever");
}

}  // namespace kafkasim::sim
