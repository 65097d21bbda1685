#pragma once
// Where the cards of the topology stand in pixels, how much each has room to tell, and the lanes between them. From a Frame, the size
// of the sheet and the fonts alone; nothing is drawn here.
#include <array>
#include <map>
#include <string>
#include <vector>

#include "sim/frame/frame.hpp"
#include "viz/draw/ui.hpp"

namespace kafkasim::viz {

enum class CardForm : std::uint8_t { full, brief, tiny };  // name and figures; b1; a mark
enum class CardClass : std::uint8_t { controller, broker, client };
[[nodiscard]] CardClass card_class(sim::NodeKind kind);

struct TopologyCard {
  const sim::FrameNode* node{};
  Area area;
  CardForm form{};
  std::string name;    // as it stands on the card; empty: none
  std::string detail;  // the second line; empty: none
  float room{};        // pixels below the card for a text, with its middle under the card's
};

struct TopologyPlan {
  Area sheet;
  std::vector<TopologyCard> cards;  // in the order of the frame's nodes
  std::map<HostId, std::size_t> of;
  std::array<CardForm, 3> forms{};  // by CardClass

  [[nodiscard]] const TopologyCard* card(HostId host) const;
};

// No two cards overlap, unless there are so many that even their marks do.
[[nodiscard]] TopologyPlan plan_topology(const Ui& ui, const sim::Frame& frame, const Area& sheet);

// What is said of a node in a word or two: "leads 3", "down", "active, epoch 5", "lag 12".
[[nodiscard]] std::string card_detail(const sim::Frame& frame, const sim::FrameNode& node);
// "b1", "c3000"; of a client its number: what they are called stands above them
[[nodiscard]] std::string brief_name(const sim::FrameNode& node);

// The way of messages from one card to another: a curve on the left of the straight line, so that those of the other direction have
// theirs. It bends around cards that stand between.
struct Lane {
  ImVec2 from;
  ImVec2 bend;
  ImVec2 to;
  [[nodiscard]] ImVec2 at(float progress) const;
  [[nodiscard]] float length() const;  // about
};
[[nodiscard]] Lane lane_between(const TopologyPlan& plan, const TopologyCard& from, const TopologyCard& to, float unit);

// The lanes of a plan, each looked for once: what is between hundreds of cards takes long to go around.
class Lanes {
 public:
  Lanes(const TopologyPlan& plan, float unit) : plan_{plan}, unit_{unit} {}
  [[nodiscard]] const Lane& between(const TopologyCard& from, const TopologyCard& to);
  [[nodiscard]] float unit() const { return unit_; }

 private:
  const TopologyPlan& plan_;
  float unit_;
  std::map<std::pair<HostId, HostId>, Lane> known_;
};

}  // namespace kafkasim::viz
