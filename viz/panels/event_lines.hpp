#pragma once
// Which lines of a story the list of events shows, and the sign that says a line's tone without its colour.
#include <cstddef>
#include <string_view>
#include <vector>

#include "sim/check/chunked.hpp"
#include "sim/run/story.hpp"
#include "viz/app/app.hpp"

namespace kafkasim::viz {

enum class EventKind : std::uint8_t {
  faults,       // and their ends
  elections,    // of leaders and of controllers
  replication,  // what happens to logs and ISRs
  groups,
  other,
  always        // violations: no filter hides them
};
[[nodiscard]] EventKind event_kind(const sim::StoryLine& line);

// The search looks for each of its words in kind, subject and text, whatever the case.
[[nodiscard]] bool passes(const EventFilter& filter, const sim::StoryLine& line);
[[nodiscard]] std::vector<std::size_t> lines_passing(const EventFilter& filter, const sim::Chunked<sim::StoryLine>& lines);

// Fault: a cross; election: a diamond; warning: "!" ; good: a check; violation: a filled triangle; note: a ring; plain: a dot.
void draw_tone_sign(ImDrawList& list, sim::Tone tone, ImVec2 centre, float radius, Colour colour);

}  // namespace kafkasim::viz
