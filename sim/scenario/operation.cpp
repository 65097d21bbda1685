#include "sim/scenario/operation.hpp"

#include <array>

#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::array table{
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
    OperationInfo{"traffic", "{producer, times or rate}", Undoable::yes, "a spike or lull of a producer's traffic"},
    OperationInfo{"produce", "{topic, key, value, partition, headers, as}", Undoable::no, "one record, by hand"},
    OperationInfo{"expect", "{...}", Undoable::no, "an expectation at that moment"},
    OperationInfo{"note", "TEXT", Undoable::no, "a remark on the timeline"},
    OperationInfo{"undo", "NAME", Undoable::no, "ends what the entry of that name did"},
};
static_assert(table.size() == std::variant_size_v<Operation>);

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

std::string rate_text(RecordRate rate) { return factor_text(rate.records_per_1000_s) + "/s"; }

struct Argument {
  std::string operator()(const Crash& o) const { return o.target.text; }
  std::string operator()(const PowerOff& o) const { return o.target.text; }
  std::string operator()(const Wipe& o) const { return o.target.text; }
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
};

}  // namespace

std::span<const OperationInfo> operation_table() { return table; }

const OperationInfo& operation_info(const Operation& operation) { return table.at(operation.index()); }

std::string describe(const Operation& operation) {
  return std::string{operation_info(operation).name} + " " + std::visit(Argument{}, operation);
}

}  // namespace kafkasim::sim
