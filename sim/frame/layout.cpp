#include "sim/frame/layout.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace kafkasim::sim {

namespace {

constexpr float sheet_margin = 0.07F;  // of the centres of nodes, left and right
constexpr float controllers_y = 0.12F;
constexpr float brokers_y = 0.45F;
constexpr float clients_y = 0.82F;
constexpr std::size_t brokers_in_a_row = 6;
constexpr std::size_t clients_in_a_row = 8;
constexpr std::size_t clients_in_two_rows = 24;

// Nodes that stand side by side without a gap: a rack, all producers.
using Block = std::vector<FrameNode*>;
struct Band {  // of the sheet, in which nodes of a kind stand
  float y{};
  float row_height{};
  std::size_t rows{1};
  float widest{};  // distance of two columns
  float gap{};     // between two blocks, in columns
};

// Blocks from left to right; in each, columns from left to right that are filled from above. In the middle of the sheet.
void place(const std::vector<Block>& blocks, const Band& band) {
  float width = -1.0F;  // between the first column and the last, in columns
  for (const Block& block : blocks) width += static_cast<float>((block.size() + band.rows - 1) / band.rows);
  width += band.gap * static_cast<float>(blocks.size() - 1);
  const float step = width > 0 ? std::min(band.widest, (1.0F - 2 * sheet_margin) / width) : 0.0F;
  const float top = band.y - band.row_height * static_cast<float>(band.rows - 1) / 2;
  float x = 0.5F - width * step / 2;
  for (const Block& block : blocks) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::size_t row = i % band.rows;
      block[i]->place = {x, top + band.row_height * static_cast<float>(row)};
      if (row + 1 == band.rows || i + 1 == block.size()) x += step;
    }
    x += band.gap * step;
  }
}

std::size_t placed_in(const std::vector<Block>& blocks) {
  std::size_t count = 0;
  for (const Block& block : blocks) count += block.size();
  return count;
}

void place_controllers(std::vector<FrameNode>& nodes) {
  Block all;
  for (FrameNode& node : nodes) {
    if (node.kind == NodeKind::controller) all.push_back(&node);
  }
  if (!all.empty()) place({all}, {controllers_y, 0, 1, 0.16F, 0});
}

void place_brokers(std::vector<FrameNode>& nodes) {
  std::map<std::string, Block> racks;
  for (FrameNode& node : nodes) {
    if (node.kind == NodeKind::broker) racks[node.rack].push_back(&node);
  }
  std::vector<Block> blocks;
  for (const auto& [rack, block] : racks) blocks.push_back(block);
  if (blocks.empty()) return;
  const std::size_t rows = placed_in(blocks) <= brokers_in_a_row ? 1 : 2;
  place(blocks, {brokers_y, 0.15F, rows, 0.2F, 0.5F});
}

// "shop" of "shop/2".
std::string owner_of(const FrameNode& node) { return node.group.empty() ? node.name.substr(0, node.name.find('/')) : node.group; }

// Producers, then who is neither, then consumers.
std::size_t client_section(NodeKind kind) { return kind == NodeKind::producer ? 0 : kind == NodeKind::consumer ? 2 : 1; }

void place_clients(std::vector<FrameNode>& nodes) {
  std::map<std::pair<std::size_t, std::string>, Block> owners;  // those who stand alone in a section share a block
  std::map<std::string, std::size_t> members;
  for (const FrameNode& node : nodes) ++members[owner_of(node)];
  for (FrameNode& node : nodes) {
    if (node.kind == NodeKind::broker || node.kind == NodeKind::controller) continue;
    const std::string owner = owner_of(node);
    owners[{client_section(node.kind), members[owner] > 1 ? owner : ""}].push_back(&node);
  }
  std::vector<Block> blocks;
  for (const auto& [owner, block] : owners) blocks.push_back(block);
  if (blocks.empty()) return;
  const std::size_t count = placed_in(blocks);
  const std::size_t rows = count <= clients_in_a_row ? 1 : count <= clients_in_two_rows ? 2 : 3;
  place(blocks, {clients_y, rows == 3 ? 0.09F : 0.13F, rows, 0.13F, 0.6F});
}

}  // namespace

void lay_out(std::vector<FrameNode>& nodes) {
  place_controllers(nodes);
  place_brokers(nodes);
  place_clients(nodes);
}

std::vector<RackBox> rack_boxes(const std::vector<FrameNode>& nodes) {
  std::map<std::string, RackBox> racks;
  for (const FrameNode& node : nodes) {
    if (node.kind != NodeKind::broker) continue;
    RackBox& box = racks.try_emplace(node.rack, RackBox{node.rack, node.place, node.place}).first->second;
    box.from = {std::min(box.from.x, node.place.x), std::min(box.from.y, node.place.y)};
    box.to = {std::max(box.to.x, node.place.x), std::max(box.to.y, node.place.y)};
  }
  // Room around the brokers, but not into the next rack's. All racks begin in the first row.
  float beside = 0.07F;
  for (const auto& [left, a] : racks) {
    for (const auto& [right, b] : racks) {
      if (a.to.x < b.from.x) beside = std::min(beside, 0.45F * (b.from.x - a.to.x));
    }
  }
  std::vector<RackBox> boxes;
  float bottom = 0;
  for (const auto& [rack, box] : racks) bottom = std::max(bottom, box.to.y);
  for (const auto& [rack, box] : racks) {
    if (!rack.empty()) boxes.push_back({rack, {box.from.x - beside, box.from.y - 0.08F}, {box.to.x + beside, bottom + 0.08F}});
  }
  return boxes;
}

}  // namespace kafkasim::sim
