// Entries that join a timeline while it runs: bound together with all that the scenario has named before.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "sim/scenario/binder.hpp"
#include "sim/scenario/faults.hpp"
#include "sim/scenario/json_edit.hpp"
#include "sim/scenario/json_tree.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_added = 1000;
constexpr std::string_view timeline_prefix = "/timeline/";

bool has_trigger(const JsonValue& entry) {
  constexpr std::array<std::string_view, 4> triggers{"at", "after", "when", "hit"};
  return std::ranges::any_of(triggers, [&entry](std::string_view key) { return entry.find(key) != nullptr; });
}

Diagnostic wrong(std::string message) { return {Severity::error, 1, 1, std::move(message), ""}; }

// The entries of a JSON text, whether it is one or a list.
std::optional<std::vector<JsonValue>> items_of(std::string_view text, std::vector<Diagnostic>& diagnostics, bool& is_list) {
  JsonDocument document = read_json(text);
  for (const JsonFault& fault : document.faults)
    diagnostics.push_back({Severity::error, fault.place.line, fault.place.column, fault.message, fault.pointer});
  if (!document.root || !document.faults.empty()) return std::nullopt;
  is_list = document.root->is(JsonKind::array);
  if (!is_list && !document.root->is(JsonKind::object)) {
    diagnostics.push_back(wrong("this must be an entry of a timeline, or a list of them"));
    return std::nullopt;
  }
  std::vector<JsonValue> items;
  if (is_list) {
    items = std::move(document.root->items);
  } else {
    items.push_back(std::move(*document.root));
  }
  if (items.size() <= most_added) return items;
  diagnostics.push_back(wrong("at most " + std::to_string(most_added) + " entries can be added at once"));
  return std::nullopt;
}

JsonValue& timeline_of(JsonValue& root) {
  if (member_of(root, "timeline") == nullptr) set_member(root, "timeline", json_list());
  return *member_of(root, "timeline");
}

// Of the scenario as a whole only what concerns the new entries is told, by its place among them.
void keep_own(std::vector<Diagnostic> all, std::size_t before, bool is_list, std::vector<Diagnostic>& kept) {
  for (Diagnostic& d : all) {
    if (!d.pointer.starts_with(timeline_prefix)) continue;
    const std::string rest = d.pointer.substr(timeline_prefix.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::size_t index = std::stoul(rest.substr(0, slash));
    if (index < before) continue;
    d.pointer = (is_list ? "/" + std::to_string(index - before) : "") + rest.substr(slash);
    kept.push_back(std::move(d));
  }
}

}  // namespace

ParsedEntries parse_entries(const ScenarioSource& source, const std::vector<std::string>& earlier, std::string_view added,
                            Duration now) {
  ParsedEntries out;
  bool is_list = false;
  std::optional<std::vector<JsonValue>> fresh = items_of(added, out.diagnostics, is_list);
  if (!fresh) return out;
  for (JsonValue& entry : *fresh) {
    if (entry.is(JsonKind::object) && !has_trigger(entry)) set_member(entry, "at", json_text(std::to_string(now.whole_us()) + "us"));
  }
  JsonDocument document = read_json(source.text);
  JsonValue root = std::move(*document.root);  // it was bound before
  for (const Patch& patch : source.patches) (void)patch_json(root, patch.pointer, patch.value);
  JsonValue& timeline = timeline_of(root);
  for (const std::string& text : earlier) {
    std::vector<Diagnostic> ignored;
    bool list = false;
    std::vector<JsonValue> entries = items_of(text, ignored, list).value_or(std::vector<JsonValue>{});
    for (JsonValue& entry : entries) {
      if (!has_trigger(entry)) set_member(entry, "at", json_text("0s"));
      timeline.items.push_back(std::move(entry));
    }
  }
  const std::size_t before = timeline.items.size();
  const std::size_t count = fresh->size();
  for (JsonValue& entry : *fresh) timeline.items.push_back(std::move(entry));
  link(root);
  Faults faults;
  Scenario scenario;
  try {
    Binder binder{faults, scenario, source.folder, Clients::real_ones_too};
    bind_scenario(binder, root);
  } catch (const TooManyFaults&) {
    // What was found so far says enough.
  }
  const bool good = !faults.any_error();
  keep_own(faults.take(), before, is_list, out.diagnostics);
  if (!good) {
    if (out.diagnostics.empty()) out.diagnostics.push_back(wrong("this cannot be added to the scenario that runs"));
    return out;
  }
  const auto first = scenario.timeline.end() - static_cast<std::ptrdiff_t>(count);
  out.entries.assign(std::make_move_iterator(first), std::make_move_iterator(scenario.timeline.end()));
  return out;
}

}  // namespace kafkasim::sim
