#include "sim/explore/failing.hpp"

#include <fstream>

#include <fmt/format.h>

#include "sim/scenario/chaos.hpp"
#include "sim/scenario/json_edit.hpp"

namespace kafkasim::sim {

namespace {

// The value at a pointer such as "/expect/3": of those that the parser itself has made.
const JsonValue* value_at(const JsonValue& root, const std::string& list, const std::string& pointer) {
  const JsonValue* items = root.find(list);
  const std::string before = "/" + list + "/";
  if (!items || !pointer.starts_with(before)) return nullptr;
  for (std::size_t i = 0; i < items->items.size(); ++i) {
    if (pointer == before + std::to_string(i)) return &items->items[i];
  }
  return nullptr;
}

// What the timeline expects becomes a note: other entries may come after it, and all keep their places.
void silence(JsonValue& timeline, const std::string& kept) {
  for (std::size_t i = 0; i < timeline.items.size(); ++i) {
    JsonValue& entry = timeline.items[i];
    if (!member_of(entry, "expect") || kept == fmt::format("/timeline/{}/expect", i)) continue;
    set_member(entry, "note", json_text("an expectation stood here"));
    erase_member(entry, "expect");
  }
}

std::string described(const Scenario& scenario, const Breach& breach) {
  const std::string what = breach.kind == BreachKind::invariant ? "breaks " + breach.invariant : "fails";
  return fmt::format("Seed {} of {} {}. {}", scenario.seed, scenario.name, what, breach.detail);
}

}  // namespace

std::string file_text(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::string text(json_most_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

JsonValue failing_scenario(JsonValue file, const Scenario& scenario, const Breach& breach) {
  JsonValue expect = json_list();
  if (breach.kind == BreachKind::invariant) {
    JsonValue no = json_object();
    set_member(no, "no", json_text(breach.invariant));
    expect.items.push_back(std::move(no));
  } else if (const JsonValue* own = value_at(file, "expect", breach.pointer)) {
    expect.items.push_back(*own);
  }
  for (const std::string_view key : {"$schema", "lesson", "variants"}) erase_member(file, key);
  set_member(file, "description", json_text(described(scenario, breach)));
  set_member(file, "seed", json_number(scenario.seed));
  write_drawn_chaos(file, draw_chaos(scenario));
  if (JsonValue* timeline = member_of(file, "timeline")) silence(*timeline, breach.pointer);
  set_member(file, "expect", std::move(expect));
  return file;
}

}  // namespace kafkasim::sim
