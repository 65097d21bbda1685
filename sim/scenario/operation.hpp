#pragma once
// The timeline: what happens to the cluster and when, as data. Each entry fires once. `operation_table()` tells what
// there is.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/machine/seam.hpp"
#include "core/message/message.hpp"
#include "core/model/error_code.hpp"
#include "core/model/ids.hpp"
#include "sim/disk/power_loss.hpp"
#include "sim/scenario/admin_operations.hpp"
#include "sim/scenario/expectation.hpp"
#include "sim/scenario/host_faults.hpp"
#include "sim/scenario/range.hpp"
#include "sim/scenario/target.hpp"

namespace kafkasim::sim {

struct RecordRate {  // records a second, exact to the thousandth
  std::int64_t records_per_1000_s{};
  friend auto operator<=>(const RecordRate&, const RecordRate&) = default;
};

struct Crash {
  Target target;
};
struct KeepRecords {                                  // that replica keeps its first N records
  TopicPartition partition;
  std::int64_t records{};
};
enum class LeftTorn : std::uint8_t { no, yes };  // yes: a part of the next record is left too
struct PowerOff {
  Target target;
  std::variant<Keep, KeepRecords> keep;  // of what was not synced
  LeftTorn torn{};
};
struct Restart {  // controlled shutdown and back
  Target target;
};
struct Start {  // what is down
  Target target;
};
struct Stop {  // controlled shutdown; a clean close for a client
  Target target;
};
struct Pause {
  Target target;
};
enum class CutDirection : std::uint8_t { both_ways, one_way };  // one_way: only from a to b
struct Partition {
  std::vector<Target> a;
  std::vector<Target> b;  // empty: everyone else
  CutDirection direction{};
};
struct SlowLink {  // what is absent stays as it is
  std::vector<Target> a;
  std::vector<Target> b;
  std::optional<Range<Duration>> latency;
  std::optional<std::int64_t> bytes_per_s;
  std::optional<std::uint32_t> loss_per_million;
};
struct ResetConnections {  // `disconnect`
  std::vector<Target> a;
  std::vector<Target> b;
};
struct DropIt {};
struct HoldIt {};
struct DisconnectIt {};
struct DelayIt {
  Duration by;
};
struct FailIt {
  ErrorCode error{};
};
struct Intercept {  // messages that are in the network; what is absent is anyone's or any
  std::vector<Target> from;
  std::vector<Target> to;
  std::optional<ApiKey> api;
  std::optional<MessageKind> kind;
  std::variant<DropIt, HoldIt, DisconnectIt, DelayIt, FailIt> then;
  std::uint64_t skip{0};
  std::optional<std::uint64_t> count;  // at least 1
};
struct Release {  // of what the intercept of that name holds
  std::string name;
  std::optional<std::uint64_t> count;  // absent: all
};
struct MetadataFreeze {  // `freeze_metadata`
  Target target;
  std::optional<TopicPartition> partition;  // up to and including the record that gives it that epoch
  LeaderEpoch leader_epoch;
};
struct StandForElection {  // `campaign`
  Target target;
};
struct Traffic {  // exactly one of both
  std::string producer;
  std::optional<std::int64_t> permille;  // of the producer's own rate
  std::optional<RecordRate> rate;
};
struct Produce {
  std::string topic;
  std::optional<std::string> key;
  std::optional<std::string> value;  // absent: null, a tombstone
  std::optional<PartitionIndex> partition;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::optional<std::string>
      as;  // a producer's id, also "shop/2"; absent: one of its own with acks=all and idempotence
};
struct Transact {  // `transaction`
  std::string as;    // a producer's id, also "shop/2"
  TransactionStep step{};
};
struct ExpectNow {
  Expectation expectation;  // its time is AtEnd and means this moment
};
struct NoteText {
  std::string text;
};
struct Undo {
  std::string name;  // of an entry that can be undone
};
using Operation =
    std::variant<Crash, PowerOff, Wipe, Restart, Start, Stop, Pause, SlowDisk, SlowCpu, FullDisk, FailDisk, Corrupt,
                 ClockFault, Partition, SlowLink, ResetConnections, Intercept, Release, MetadataFreeze, StandForElection,
                 Traffic, Produce, ExpectNow, NoteText, Undo, ElectLeader, Reassign, DeleteRecords, CreateTopic,
                 AddConsumers, RemoveConsumers, CrashConsumers, Seek, DeleteTopic, AddPartitions, Configure,
                 Transact, AddVoter, RemoveVoter>;

struct Trigger {
  // At most one of `at`, `after` and `hit`; `when` alone looks from time 0 on, else from that moment + plus on.
  std::optional<Duration> at;
  std::optional<std::string> after;  // the name of an entry: when that has fired
  std::optional<std::string> hit;    // the name of an intercept: when it acts for the first time
  std::vector<Condition> when;       // fires when all hold for the first time; empty: no condition
  Duration plus{};                   // after `at`, `after` or `hit`; where `when` stands alone, after it holds
};

struct TimelineEntry {
  std::string name;  // empty: none
  Trigger trigger;
  std::optional<Duration> undo_after;  // `for`
  Operation operation;
  std::string pointer;  // "/timeline/0"
};

enum class Undoable : std::uint8_t { no, yes };
struct OperationInfo {
  std::string_view name;  // the key in a timeline entry
  std::string_view argument;
  Undoable undoable{};
  std::string_view meaning;
};
[[nodiscard]] std::span<const OperationInfo> operation_table();  // in the order of the variant
[[nodiscard]] const OperationInfo& operation_info(const Operation& operation);
[[nodiscard]] std::string describe(const Operation& operation);  // "crash leader(orders-0)"

}  // namespace kafkasim::sim
