#include <algorithm>

#include <fmt/format.h>

#include "viz/panels/inspector_parts.hpp"

namespace kafkasim::viz {

namespace {

constexpr std::size_t most_listed = 12;  // messages, each way

}  // namespace

// What is between two machines, and what passes there at this moment.
void Inspector::link(const ChosenLink& chosen) {
  const sim::FrameNode* a = app_.frame().node(chosen.a);
  const sim::FrameNode* b = app_.frame().node(chosen.b);
  if (!a || !b) return flow_.dim("One of its ends is not there at this moment.");
  flow_.title(fmt::format("{} and {}", a->name, b->name));
  flow_.dim("what is between them");
  node_link("link.a", *a);
  node_link("link.b", *b);
  link_way(*a, *b);
  link_way(*b, *a);
  act_buttons({"cut-both", "slow-100", "reset"});
}

void Inspector::link_way(const sim::FrameNode& from, const sim::FrameNode& to) {
  const sim::Frame& frame = app_.frame();
  flow_.heading(fmt::format("From {} to {}", from.name, to.name));
  const auto state = std::ranges::find_if(frame.links, [&](const sim::FrameLink& l) { return l.from == from.host && l.to == to.host; });
  const bool cut = state != frame.links.end() && state->cut;
  const bool poor = state != frame.links.end() && state->poor;
  if (cut) flow_.coloured(ui_.theme.bad, "Cut: no packet passes.");
  else if (poor) flow_.coloured(ui_.theme.warning, "Slower or lossier than it should be.");
  else flow_.coloured(ui_.theme.good, "As it should be.");
  std::size_t count = 0;
  for (const sim::FrameMessage& m : frame.messages) {
    if (m.from != from.host || m.to != to.host || ++count > most_listed) continue;
    const std::string text = fmt::format("{} {}, {}", api_name(m.api), m.kind == MessageKind::request ? "request" : "response", words_of_fate(m.state));
    if (flow_.link(fmt::format("link.{}.{}", from.name, count), text)) app_.choose(ChosenMessage{{m.connection, m.correlation_id, m.api, m.kind}});
  }
  if (count == 0) flow_.dim("No message is under way.");
  if (count > most_listed) flow_.dim(fmt::format("and {} more", count - most_listed));
}

}  // namespace kafkasim::viz
