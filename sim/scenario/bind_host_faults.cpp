// Entries of a timeline that happen to machines, disks and clocks.
#include <array>

#include "sim/scenario/binder.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::int64_t most_bits = 10'000;

// Whom, under that key of the object.
std::optional<Target> read_whom(Binder& b, ObjectReader& object, std::string_view key) {
  const JsonValue* whom = object.require(key);
  return whom != nullptr ? read_target(b, *whom) : std::nullopt;
}

template <class Op>
std::optional<Operation> read_slow(Binder& b, const JsonValue& value, std::string_view kind, std::string_view whom) {
  ObjectReader object{b.faults, value, kind};
  if (!object.ok()) return std::nullopt;
  const JsonValue* times = object.require("times");
  const std::optional<std::int64_t> permille = times != nullptr ? read_factor(b, *times) : std::nullopt;
  if (permille == 0) b.faults.error(*times, "'times' must be more than zero");
  std::optional<Target> target = read_whom(b, object, whom);
  if (!target || !permille) return std::nullopt;
  return Operation{Op{std::move(*target), *permille}};
}

std::optional<Operation> read_corrupt(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "corrupt"};
  if (!object.ok()) return std::nullopt;
  Corrupt out;
  const JsonValue* partition = object.require("partition");
  const auto tp = partition != nullptr ? read_partition(b, *partition) : std::nullopt;
  if (const JsonValue* bits = object.find("bits")) out.bits = read_integer(b.faults, *bits, 1, most_bits).value_or(1);
  std::optional<Target> target = read_whom(b, object, "broker");
  if (!target || !tp) return std::nullopt;
  out.target = std::move(*target);
  out.partition = *tp;
  return Operation{std::move(out)};
}

std::optional<Operation> read_clock(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "clock"};
  if (!object.ok()) return std::nullopt;
  ClockFault out;
  const JsonValue* jump = object.find("jump");
  const JsonValue* drift = object.find("drift");
  if (jump == nullptr && drift == nullptr) b.faults.error(value, "'clock' needs a 'jump' or a 'drift'");
  if (jump != nullptr) out.jump = read_quantity(b.faults, *jump, parse_signed_duration).value_or(Duration{});
  if (drift != nullptr) out.drift = read_quantity(b.faults, *drift, parse_drift).value_or(0);
  std::optional<Target> target = read_whom(b, object, "target");
  if (!target) return std::nullopt;
  out.target = std::move(*target);
  return Operation{std::move(out)};
}

using ReadHostFault = std::optional<Operation> (*)(Binder&, const JsonValue&);
struct HostFault {
  std::string_view key;
  ReadHostFault read;
};
constexpr std::array<HostFault, 7> readers{
    HostFault{"wipe", of_target<Wipe>},
    HostFault{"slow_disk",
              [](Binder& b, const JsonValue& value) { return read_slow<SlowDisk>(b, value, "slow_disk", "broker"); }},
    HostFault{"slow_cpu",
              [](Binder& b, const JsonValue& value) { return read_slow<SlowCpu>(b, value, "slow_cpu", "target"); }},
    HostFault{"full_disk", of_target<FullDisk>},
    HostFault{"fail_disk", of_target<FailDisk>},
    HostFault{"corrupt", read_corrupt},
    HostFault{"clock", read_clock}};

}  // namespace

bool is_host_fault(std::string_view key) {
  return std::ranges::find(readers, key, &HostFault::key) != readers.end();
}

std::optional<Operation> read_host_fault(Binder& b, std::string_view key, const JsonValue& value) {
  return std::ranges::find(readers, key, &HostFault::key)->read(b, value);
}

}  // namespace kafkasim::sim
