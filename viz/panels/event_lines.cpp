#include "viz/panels/event_lines.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace kafkasim::viz {

namespace {

bool is_one_of(std::string_view kind, std::initializer_list<std::string_view> kinds) { return std::ranges::find(kinds, kind) != kinds.end(); }

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

bool holds_word(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same_letter) != text.end();
}

}  // namespace

EventKind event_kind(const sim::StoryLine& line) {
  if (line.tone == sim::Tone::violation || is_one_of(line.kind, {"finding", "expectation"})) return EventKind::always;
  if (line.tone == sim::Tone::fault || is_one_of(line.kind, {"fault", "heal", "process", "disk", "intercept", "release"})) return EventKind::faults;
  if (is_one_of(line.kind, {"election", "controller", "quorum"})) return EventKind::elections;
  if (is_one_of(line.kind, {"isr", "reassignment", "truncation", "recovery", "retention", "compaction", "internal"})) return EventKind::replication;
  if (is_one_of(line.kind, {"group", "position"})) return EventKind::groups;
  return EventKind::other;
}

bool passes(const EventFilter& filter, const sim::StoryLine& line) {
  switch (event_kind(line)) {
    case EventKind::faults: if (!filter.faults) return false; break;
    case EventKind::elections: if (!filter.elections) return false; break;
    case EventKind::replication: if (!filter.replication) return false; break;
    case EventKind::groups: if (!filter.groups) return false; break;
    case EventKind::other: if (!filter.other) return false; break;
    case EventKind::always: break;
  }
  std::string_view rest = filter.search;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!word.empty() && !holds_word(line.kind, word) && !holds_word(line.subject, word) && !holds_word(line.text, word)) return false;
  }
  return true;
}

std::vector<std::size_t> lines_passing(const EventFilter& filter, const sim::Chunked<sim::StoryLine>& lines) {
  std::vector<std::size_t> passing;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (passes(filter, lines[i])) passing.push_back(i);
  }
  return passing;
}

void draw_tone_sign(ImDrawList& list, sim::Tone tone, ImVec2 centre, float radius, Colour colour) {
  const float r = radius;
  const float thick = std::max(r * 0.36F, 1.0F);
  const auto at = [&](float x, float y) { return ImVec2{centre.x + x * r, centre.y + y * r}; };
  switch (tone) {
    case sim::Tone::fault: cross(list, centre, r * 0.85F, colour, thick); break;
    case sim::Tone::decision: list.AddQuadFilled(at(0, -1), at(1, 0), at(0, 1), at(-1, 0), colour); break;
    case sim::Tone::warning:
      list.AddLine(at(0, -0.95F), at(0, 0.3F), colour, thick * 1.2F);
      list.AddCircleFilled(at(0, 0.8F), thick * 0.75F, colour);
      break;
    case sim::Tone::good: {
      const std::array check{at(-0.9F, 0.05F), at(-0.25F, 0.7F), at(0.95F, -0.7F)};
      list.AddPolyline(check.data(), static_cast<int>(check.size()), colour, ImDrawFlags_None, thick);
      break;
    }
    case sim::Tone::violation: list.AddTriangleFilled(at(0, -1), at(1, 0.8F), at(-1, 0.8F), colour); break;
    case sim::Tone::note: list.AddCircle(centre, r * 0.75F, colour, 0, thick); break;
    case sim::Tone::plain: list.AddCircleFilled(centre, std::max(r * 0.36F, 1.0F), colour); break;
  }
}

}  // namespace kafkasim::viz
