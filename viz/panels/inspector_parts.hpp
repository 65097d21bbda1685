#pragma once
// What the files of the inspector share. It tells all there is to tell of the one thing that is chosen; with nothing chosen, of the
// cluster at a glance. What it names can be pressed to be chosen in turn.
#include <string>
#include <string_view>
#include <vector>

#include "viz/panels/act_items.hpp"
#include "viz/panels/flow.hpp"
#include "viz/panels/panels.hpp"
#include "viz/panels/state.hpp"

namespace kafkasim::viz {

class Inspector {
 public:
  Inspector(Ui& ui, App& app) : ui_{ui}, app_{app}, state_{state_of(app)}, flow_{ui} {}
  void draw();

 private:
  // inspector.cpp
  void glance();
  void glance_totals();
  void glance_partitions();
  void glance_verdict();
  void bookmarks();
  void finding(const ChosenFinding& chosen);
  // inspector_node.cpp
  void node(const ChosenNode& chosen);
  void node_facts(const sim::FrameNode& node);
  void transaction_of(const sim::FrameNode& node);
  void replicas_on(const sim::FrameNode& node);
  // inspector_partition.cpp
  void partition(const ChosenPartition& chosen);
  void replica_table(const sim::FramePartition& partition);
  void readers_of(const sim::FramePartition& partition);
  void record(const ChosenRecord& chosen);
  void record_replicas(const sim::FramePartition& partition, const ChosenRecord& chosen);
  void record_contents(const ChosenRecord& chosen);
  void life_of(const ChosenRecord& chosen);
  // inspector_group.cpp
  void group(const ChosenGroup& chosen);
  // inspector_link.cpp
  void link(const ChosenLink& chosen);
  void link_way(const sim::FrameNode& from, const sim::FrameNode& to);
  // inspector_message.cpp
  void message(const ChosenMessage& chosen);
  void message_path(const ChosenMessage& chosen);
  void message_bytes(const Dissected& parts);
  void message_fields(const Dissected& parts);

  // A button that asks, and its answer below once it was pressed.
  void ask(const std::string& probe, const sim::Question& question, const char* label = nullptr);
  void node_link(const std::string& probe, const sim::FrameNode& node, const std::string& text = {});
  void partition_link(const std::string& probe, const TopicPartition& partition, const std::string& text);
  void faults(std::optional<HostId> host);   // in force, with buttons to undo them
  void act_buttons(const std::vector<std::string>& ids);  // some of the menu's items, and all in a menu
  [[nodiscard]] std::string node_names(const std::vector<NodeId>& ids) const;

  Ui& ui_;
  App& app_;
  PanelState& state_;
  Flow flow_;
};

[[nodiscard]] std::string_view words_of_fate(sim::MessageState state);
[[nodiscard]] std::string_view words_of_state(const sim::FrameNode& node);
[[nodiscard]] Colour colour_of_state(const Theme& theme, const sim::FrameNode& node);

}  // namespace kafkasim::viz
