#pragma once
// What can be done by hand to a thing of the cluster: the faults and operations of a timeline that fit it, as entries. Plain data, for
// menus and for tests. An entry has no time of its own: it happens now, and what can be undone stays until it is undone by its name.
#include <string>
#include <vector>

#include "sim/frame/frame.hpp"
#include "sim/scenario/scenario.hpp"
#include "viz/app/app.hpp"

namespace kafkasim::viz {

struct ActItem {
  std::string id;     // "crash", for probes: "menu.crash"
  std::string label;  // "Crash"
  std::string entry;  // as JSON: {"crash": 1}
  std::string text;   // "crash broker 1": how the branch tells of it
  std::string hint;   // what happens then
};
struct ActSection {
  std::string title;  // empty: stands at the top of the menu, not in a menu of its own
  std::vector<ActItem> items;
};
struct ActMenu {
  std::string title;  // "Broker 1"
  std::vector<ActSection> sections;
};
// Empty sections are left out; without sections nothing can be done to it.
[[nodiscard]] ActMenu act_items(const sim::Frame& frame, const sim::Scenario& scenario, const Chosen& thing);

// One record by hand to that topic. `producer`: its name in the scenario, or empty for one of its own.
[[nodiscard]] ActItem produce_item(const std::string& topic, const std::string& producer, const std::string& key, const std::string& value);
// Ends a fault that has a name.
[[nodiscard]] ActItem undo_item(const sim::FrameFault& fault);
// The name by which a timeline knows the host: "1", "\"shop/1\"", as JSON; empty for hosts that it cannot name.
[[nodiscard]] std::string target_of(const sim::FrameNode& node);
// A fault in force that can be undone and is of that kind ("crash", "pause"), on that host.
[[nodiscard]] const sim::FrameFault* fault_on(const sim::Frame& frame, HostId host, std::string_view kind);

}  // namespace kafkasim::viz
