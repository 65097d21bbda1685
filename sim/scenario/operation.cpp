#include "sim/scenario/operation.hpp"

#include <array>

#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::array operations{
    OperationInfo{"crash", "TARGET", Undoable::yes,
                  "the process dies at once; the page cache survives; undone, it starts again"},
    OperationInfo{"power_off", "TARGET or {target, keep, torn}", Undoable::yes,
                  "the machine dies in silence and loses what was not synced; undone, it starts again"},
    OperationInfo{"wipe", "TARGET", Undoable::yes, "the machine dies and comes back with empty disks, after 'for' or at once"},
    OperationInfo{"restart", "TARGET", Undoable::no, "controlled shutdown, and back"},
    OperationInfo{"start", "TARGET", Undoable::no, "start what is down"},
    OperationInfo{"stop", "TARGET", Undoable::yes,
                  "controlled shutdown, a clean close for a client; undone, it starts again"},
    OperationInfo{"pause", "TARGET", Undoable::yes,
                  "the process freezes with its connections open; undone, it goes on"},
    OperationInfo{"slow_disk", "{broker, times}", Undoable::yes, "every disk operation takes that much longer"},
    OperationInfo{"slow_cpu", "{target, times}", Undoable::yes, "every step of that host costs that much more"},
    OperationInfo{"full_disk", "TARGET", Undoable::yes,
                  "writes get no space: the broker takes its log directory offline; undone, it starts again"},
    OperationInfo{"fail_disk", "TARGET", Undoable::yes,
                  "every disk operation is an I/O error, as above; undone, the disk works and the broker starts again"},
    OperationInfo{"corrupt", "{broker, partition, bits}", Undoable::no, "flips bits of a replica's records at rest"},
    OperationInfo{"clock", "{target, jump, drift}", Undoable::yes,
                  "the host's wall clock jumps, or gains so many ppm; undone, it is right again"},
    OperationInfo{"partition", "[[A...], [B...]] or [A...]", Undoable::yes,
                  "no packet passes between the groups, or the group and everyone else; 'one_way' cuts only A to B"},
    OperationInfo{"slow_link", "{between: [A, B], latency, bandwidth, loss}", Undoable::yes,
                  "a bad link between the two; loss costs retransmission time, as under TCP"},
    OperationInfo{"disconnect", "{between: [A, B]}", Undoable::no, "the connections are reset, the network is fine"},
    OperationInfo{"intercept", "{from, to, api, kind, then, skip, count}", Undoable::yes,
                  "drops, holds, delays, disconnects or answers with an error single messages in the network; undone, "
                  "what it held arrives"},
    OperationInfo{"release", "NAME, with 'count' beside it", Undoable::no,
                  "lets messages through that the intercept of that name holds, the oldest first"},
    OperationInfo{"freeze_metadata", "TARGET or {target, partition, leader_epoch}", Undoable::yes,
                  "the broker applies no further metadata records, or none after that epoch of the partition; undone, "
                  "the rest is applied as one image"},
    OperationInfo{"campaign", "TARGET", Undoable::no,
                  "that controller's election timer runs out: it stands in the next epoch, without pre-vote"},
    OperationInfo{"traffic", "{producer, times or rate}", Undoable::yes, "a spike or lull of a producer's traffic"},
    OperationInfo{"produce", "{topic, key, value, partition, headers, as}", Undoable::no, "one record, by hand"},
    OperationInfo{"expect", "{...}", Undoable::no, "an expectation at that moment"},
    OperationInfo{"note", "TEXT", Undoable::no, "a remark on the timeline"},
    OperationInfo{"undo", "NAME", Undoable::no, "ends what the entry of that name did"},
    OperationInfo{"elect_leader", "{partition, unclean, to}", Undoable::no,
                  "the preferred replica is to lead, or any live one; 'to' is made the preferred one first"},
    OperationInfo{"reassign", "{partition, to}", Undoable::no, "other replicas, or the same in another order of preference"},
    OperationInfo{"delete_records", "{partition, before}", Undoable::no,
                  "the log is to begin at that offset; -1 is the high watermark"},
    OperationInfo{"create_topic", "{name, partitions, replication_factor, assignment, config}", Undoable::no,
                  "a topic that comes in the middle of the run"},
    OperationInfo{"add_consumers", "{group, count}", Undoable::yes, "members join; undone, they leave"},
    OperationInfo{"remove_consumers", "{group, count}", Undoable::yes,
                  "the members that joined last leave; undone, they start again"},
    OperationInfo{"crash_consumers", "{group, count}", Undoable::yes,
                  "the members that joined last vanish; undone, they start again"},
    OperationInfo{"seek", "{group, to}", Undoable::no,
                  "stops the group, resets its offsets to earliest, latest, an offset or {time}, starts it again"},
    OperationInfo{"delete_topic", "NAME", Undoable::no, "the topic with all that it holds"},
    OperationInfo{"add_partitions", "{topic, to}", Undoable::no, "the topic is to have that many partitions"},
    OperationInfo{"configure", "{topic, config} or {broker, config}", Undoable::no,
                  "settings change while the topic or the broker is in use"},
    OperationInfo{"transaction", "{as, do}", Undoable::no, "a producer with transactional.id begins, commits or aborts, by hand"},
    OperationInfo{"add_voter", "TARGET", Undoable::no, "that controller is to vote in the metadata quorum (KIP-853)"},
    OperationInfo{"remove_voter", "TARGET", Undoable::no,
                  "that controller is to vote no more; one with a new disk goes by the disk that the quorum knows"},
};
static_assert(operations.size() == std::variant_size_v<Operation>);

std::string joined(const std::vector<Target>& targets) {
  std::string out;
  for (const Target& target : targets) out += (out.empty() ? "" : ", ") + target.text;
  return out;
}

std::string factor_text(std::int64_t permille) {
  const std::int64_t fraction = permille % 1000;
  std::string out = std::to_string(permille / 1000);
  if (fraction != 0) out += "." + std::to_string(1000 + fraction).substr(1);
  return out;
}

struct Then {
  std::string operator()(const DropIt&) const { return "drop"; }
  std::string operator()(const HoldIt&) const { return "hold"; }
  std::string operator()(const DisconnectIt&) const { return "disconnect"; }
  std::string operator()(const DelayIt& o) const { return "delay " + format_duration(o.by); }
  std::string operator()(const FailIt& o) const { return "error " + std::string{error_name(o.error)}; }
};
std::string rate_text(RecordRate rate) { return factor_text(rate.records_per_1000_s) + "/s"; }

struct Argument {
  std::string operator()(const Crash& o) const { return o.target.text; }
  std::string operator()(const PowerOff& o) const { return o.target.text; }
  std::string operator()(const Wipe& o) const { return o.target.text; }
  std::string operator()(const AddVoter& o) const { return o.target.text; }
  std::string operator()(const RemoveVoter& o) const { return o.target.text; }
  std::string operator()(const Restart& o) const { return o.target.text; }
  std::string operator()(const Start& o) const { return o.target.text; }
  std::string operator()(const Stop& o) const { return o.target.text; }
  std::string operator()(const Pause& o) const { return o.target.text; }
  std::string operator()(const SlowDisk& o) const { return o.target.text + " times " + factor_text(o.permille); }
  std::string operator()(const SlowCpu& o) const { return o.target.text + " times " + factor_text(o.permille); }
  std::string operator()(const FullDisk& o) const { return o.target.text; }
  std::string operator()(const FailDisk& o) const { return o.target.text; }
  std::string operator()(const Corrupt& o) const {
    return to_string(o.partition) + " on " + o.target.text + ": " + std::to_string(o.bits)
           + (o.bits == 1 ? " bit" : " bits");
  }
  std::string operator()(const ClockFault& o) const {
    std::string text = o.target.text;
    if (o.jump.ns != 0) text += " jumps " + format_duration(o.jump);
    if (o.drift != 0) text += " drifts " + std::to_string(o.drift) + "ppm";
    return text;
  }
  std::string operator()(const Partition& o) const {
    const std::string_view arrow = o.direction == CutDirection::one_way ? " to " : " from ";
    return joined(o.a) + std::string{arrow} + (o.b.empty() ? "everyone else" : joined(o.b));
  }
  std::string operator()(const SlowLink& o) const {
    std::string out = joined(o.a) + " to " + joined(o.b);
    if (o.latency) {
      out += ": latency " + format_duration(o.latency->least);
      if (o.latency->most != o.latency->least) out += ".." + format_duration(o.latency->most);
    }
    if (o.bytes_per_s) out += ": bandwidth " + format_size(*o.bytes_per_s) + "/s";
    if (o.loss_per_million) out += ": loss " + std::to_string(*o.loss_per_million) + " per million";
    return out;
  }
  std::string operator()(const ResetConnections& o) const { return joined(o.a) + " from " + joined(o.b); }
  std::string operator()(const Intercept& o) const {
    std::string out{o.api ? api_name(*o.api) : std::string_view{"any"}};
    out += !o.kind ? " messages" : *o.kind == MessageKind::request ? " requests" : " responses";
    if (!o.from.empty()) out += " from " + joined(o.from);
    if (!o.to.empty()) out += " to " + joined(o.to);
    out += ": " + std::visit(Then{}, o.then);
    if (o.skip > 0) out += ", skip " + std::to_string(o.skip);
    if (o.count) out += ", count " + std::to_string(*o.count);
    return out;
  }
  std::string operator()(const Release& o) const {
    return o.name + (o.count ? " count " + std::to_string(*o.count) : std::string{});
  }
  std::string operator()(const MetadataFreeze& o) const {
    if (!o.partition) return o.target.text;
    return o.target.text + " at epoch " + std::to_string(o.leader_epoch.value) + " of " + to_string(*o.partition);
  }
  std::string operator()(const StandForElection& o) const { return o.target.text; }
  std::string operator()(const Traffic& o) const {
    if (o.rate) return o.producer + " at " + rate_text(*o.rate);
    return o.producer + " times " + factor_text(o.permille.value_or(1000));
  }
  std::string operator()(const Produce& o) const {
    return (o.key ? quote(*o.key) : "no key") + " = " + (o.value ? quote(*o.value) : "null") + " to " + o.topic;
  }
  std::string operator()(const ExpectNow& o) const { return o.expectation.text; }
  std::string operator()(const NoteText& o) const { return o.text; }
  std::string operator()(const Undo& o) const { return o.name; }
  std::string operator()(const ElectLeader& o) const {
    const std::string to = o.to ? " to " + std::to_string(o.to->value) : "";
    return to_string(o.partition) + to + (o.mode == ElectionMode::unclean ? ", unclean" : "");
  }
  std::string operator()(const Reassign& o) const {
    if (!o.to) return to_string(o.partition) + ", given up";
    std::string ids;
    for (const NodeId id : *o.to) ids += (ids.empty() ? "" : ",") + std::to_string(id.value);
    return to_string(o.partition) + " to [" + ids + "]";
  }
  std::string operator()(const DeleteRecords& o) const {
    return to_string(o.partition) + " before " + (o.before ? std::to_string(o.before->value) : "the high watermark");
  }
  std::string operator()(const CreateTopic& o) const { return o.topic.name; }
  std::string operator()(const AddConsumers& o) const { return std::to_string(o.count) + " to " + o.group; }
  std::string operator()(const RemoveConsumers& o) const { return std::to_string(o.count) + " of " + o.group; }
  std::string operator()(const CrashConsumers& o) const { return std::to_string(o.count) + " of " + o.group; }
  std::string operator()(const Seek& o) const {
    if (const auto* end = std::get_if<SeekEnd>(&o.to))
      return o.group + " to " + (*end == SeekEnd::earliest ? "earliest" : "latest");
    if (const auto* offset = std::get_if<Offset>(&o.to)) return o.group + " to offset " + std::to_string(offset->value);
    return o.group + " to " + std::to_string(std::get<Duration>(o.to).whole_ms()) + " ms";
  }
  std::string operator()(const DeleteTopic& o) const { return o.topic; }
  std::string operator()(const AddPartitions& o) const { return o.topic + " to " + std::to_string(o.to); }
  std::string operator()(const Configure& o) const {
    const auto* topic = std::get_if<std::string>(&o.of);
    std::string text = topic ? *topic : std::get<Target>(o.of).text;
    for (const auto& [name, value] : o.config) text += ", " + name + "=" + value;
    return text;
  }
  std::string operator()(const Transact& o) const {
    return std::string{o.step == TransactionStep::begin ? "begin" : o.step == TransactionStep::commit ? "commit" : "abort"} + " by "
           + o.as;
  }
};

}  // namespace

std::span<const OperationInfo> operation_table() { return operations; }

const OperationInfo& operation_info(const Operation& operation) { return operations.at(operation.index()); }

std::string describe(const Operation& operation) {
  return std::string{operation_info(operation).name} + " " + std::visit(Argument{}, operation);
}

}  // namespace kafkasim::sim
