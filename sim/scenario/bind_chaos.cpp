// The object "chaos": a family is a timeline entry that has a period in place of a moment.
#include <array>

#include "sim/scenario/binder.hpp"
#include "sim/scenario/chaos.hpp"
#include "sim/scenario/keys.hpp"

namespace kafkasim::sim {

namespace {

// How often a family comes, at most: counted before anything is drawn.
std::int64_t times(const ChaosSpec& chaos, Duration every) {
  return chaos.to < chaos.from ? 0 : (chaos.to - chaos.from).ns / every.ns + 1;
}

void read_family(Binder& b, const JsonValue& value, ChaosSpec& chaos) {
  ObjectReader object{b.faults, value, "entry"};
  if (!object.ok()) return;
  for (const std::string_view key : {"at", "when", "after", "plus", "name", "hit"}) {
    if (const JsonValue* v = object.find(key))
      b.faults.error(*v, quote(key) + " does not stand in 'chaos': a family comes by its 'every'");
  }
  ChaosFamily family;
  family.pointer = pointer_to(value);
  const EntryOperation what = read_entry_operation(b, value, object);
  constexpr std::array<std::string_view, 4> no_faults{"expect", "note", "undo", "release"};
  if (what.info && std::ranges::find(no_faults, what.info->name) != no_faults.end())
    b.faults.error(value, quote(what.info->name) + " is no fault: it stands only in the timeline");
  const JsonValue* every = object.require("every");
  const std::optional<Duration> period = every ? read_duration(b.faults, *every) : std::nullopt;
  if (period == Duration{}) b.faults.error(*every, "a period must last some time");
  if (const JsonValue* v = object.find("for")) {
    family.lasts = read_quantity(b.faults, *v, parse_duration_range);
    if (what.info && what.info->undoable == Undoable::no)
      b.faults.error(*v, "'for' cannot stand here: " + quote(what.info->name) + " cannot be undone");
  }
  if (!what.operation || period.value_or(Duration{}) == Duration{}) return;
  family.operation = *what.operation;
  family.every = *period;
  const std::int64_t taken = brokers_taken(family.operation, b.out);
  if (taken > chaos.most_down) {
    b.faults.warning(value, "this takes " + std::to_string(taken) + " brokers at once, 'most_down' allows "
                                + std::to_string(chaos.most_down) + ": it never comes");
  }
  chaos.faults.push_back(std::move(family));
}

}  // namespace

void bind_chaos(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "chaos"};
  if (!object.ok()) return;
  ChaosSpec chaos;
  chaos.to = b.out.duration;
  if (const JsonValue* v = object.find("from")) chaos.from = read_duration(b.faults, *v).value_or(Duration{});
  if (const JsonValue* v = object.find("to")) {
    chaos.to = read_duration(b.faults, *v).value_or(chaos.to);
    warn_if_late(b, *v, chaos.to);
    if (chaos.to < chaos.from) b.faults.error(*v, "this is before 'from'");
  }
  if (const JsonValue* v = object.find("most_down"))
    chaos.most_down = static_cast<std::int32_t>(read_integer(b.faults, *v, 0, INT32_MAX).value_or(1));
  const JsonValue* faults = object.require("faults");
  if (!faults || !expect_kind(b.faults, *faults, JsonKind::array)) return;
  if (faults->items.empty()) b.faults.error(*faults, "chaos needs at least one fault");
  for (const JsonValue& item : faults->items) read_family(b, item, chaos);
  std::int64_t all = 0;
  for (const ChaosFamily& family : chaos.faults) all += std::min(times(chaos, family.every), most_chaos_faults + 1);
  if (all > most_chaos_faults)
    b.faults.error(*faults, "these come more than " + std::to_string(most_chaos_faults) + " times");
  if (!chaos.faults.empty()) b.out.chaos = std::move(chaos);
}

}  // namespace kafkasim::sim
