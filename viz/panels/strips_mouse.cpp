// What the mouse does in a partition's block of the strips panel.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "viz/panels/panels.hpp"
#include "viz/panels/strips_parts.hpp"

namespace kafkasim::viz {

namespace {

constexpr float narrowest_offset = 3;  // points an offset, or less where a log is longer than that shows
constexpr float widest_offset = 90;

// The replica whose row is at y, from where the rows begin.
const sim::FrameReplica* strip_replica_at(const StripSizes& sizes, const sim::FramePartition& partition, float rows_top, float y) {
  const float row = sizes.strip + sizes.carets + sizes.gap;
  const float index = std::floor((y - rows_top) / row);
  if (index < 0 || index >= static_cast<float>(partition.replicas.size())) return nullptr;
  return &partition.replicas[static_cast<std::size_t>(index)];
}

std::string strip_replica_text(const sim::FrameReplica& replica) {
  std::string text = fmt::format("broker {}: ", replica.node.value);
  switch (replica.state) {
    case sim::ReplicaState::leader: text += "leader"; break;
    case sim::ReplicaState::follower: text += "follower"; break;
    case sim::ReplicaState::offline: text += "offline"; break;
    case sim::ReplicaState::absent: text += "has no log of this partition"; break;
  }
  text += replica.in_isr     ? ", in sync (in the ISR)"
          : replica.eligible ? ", not in sync, but eligible (in the ELR)"
                             : ", not in sync (not in the ISR)";
  if (replica.acting && replica.state != sim::ReplicaState::leader) text += fmt::format("\nbelieves itself leader, in epoch {}", replica.leader_epoch.value);
  text += fmt::format("\nlog from {} to {}, high watermark {}, on disk below {}", replica.log_start.value, replica.log_end.value, replica.high_watermark.value,
                      replica.synced.value);
  return text + fmt::format("\n{} bytes in {} segment{}", replica.size_bytes, replica.segments, replica.segments == 1 ? "" : "s");
}

void zoom_strip(App& app, const StripBlock& block, float x, float wheel, float scale) {
  StripsLook& look = app.look.strips;
  StripPlace& place = look.places[block.partition->name];
  const double offset = block.scale.offset_at(x);
  const StripExtent extent = strip_extent(*block.partition);
  const auto all = static_cast<float>(std::max<std::int64_t>(1, extent.end - extent.first));
  const float least = std::min(narrowest_offset, (block.scale.x1 - block.scale.x0) * 0.5F / all / scale);  // the whole log takes half the width
  const auto cell = std::clamp(static_cast<float>(block.scale.cell) / scale * std::pow(1.2F, wheel), least, widest_offset);
  look.zoom = cell;
  if (place.pinned) place.pinned = std::max(0.0, offset - static_cast<double>((x - block.scale.x0) / (cell * scale)));
  place.shown = place.pinned.value_or(place.shown);
}

void pan_strip(App& app, const StripBlock& block, float pixels) {
  StripPlace& place = app.look.strips.places[block.partition->name];
  const StripExtent extent = strip_extent(*block.partition);
  const double most = std::max(static_cast<double>(extent.first.value), static_cast<double>(extent.end.value) - 1);
  const double left = place.pinned.value_or(block.scale.left) - static_cast<double>(pixels) / block.scale.cell;
  place.pinned = std::clamp(left, static_cast<double>(extent.first.value), most);
}

void click_strip(App& app, const StripBlock& block, const sim::FrameReplica* replica, ImVec2 mouse) {
  const auto offset = static_cast<std::int64_t>(std::floor(block.scale.offset_at(mouse.x)));
  const bool holds = replica != nullptr && mouse.x >= block.scale.x0 && Offset{offset} >= replica->log_start && Offset{offset} < replica->log_end;
  if (holds) app.choose(ChosenRecord{block.partition->name, replica->node, Offset{offset}});
  else app.choose(ChosenPartition{block.partition->name});
}

void tell_strip(App& app, const StripBlock& block, const sim::FrameReplica* replica, ImVec2 mouse) {
  if (replica == nullptr) return;
  if (mouse.x < block.scale.x0) {
    app.tip = strip_replica_text(*replica);
    return;
  }
  const Offset offset{static_cast<std::int64_t>(std::floor(block.scale.offset_at(mouse.x)))};
  if (offset >= replica->log_start && offset < replica->log_end) app.tip = record_text(*block.partition, *replica, offset);
}

void use_strip_header(StripsPaint& paint, const StripBlock& block, float top) {
  ImGui::SetCursorScreenPos({block.left, top});
  const bool pressed = ImGui::InvisibleButton("header", {std::max(1.0F, block.right - block.left), paint.sizes.header});
  if (pressed) paint.app.choose(ChosenPartition{block.partition->name});
  paint.ui.probe_item("partition." + to_string(block.partition->name));
  if (ImGui::IsItemClicked(ImGuiMouseButton_Right)) ImGui::OpenPopup("what to do");
}

}  // namespace

void use_strip_block(StripsPaint& paint, const StripBlock& block, float top) {
  App& app = paint.app;
  const StripSizes& sizes = paint.sizes;
  StripPlace& place = app.look.strips.places[block.partition->name];
  if (place.pinned) {  // a way back to the end; first, so that it gets the click
    const float width = paint.ui.measure(paint.ui.fonts.text, "to the end").x + paint.ui.px(18);
    ImGui::SetCursorScreenPos({block.right - width, top - paint.ui.px(2)});
    if (button(paint.ui, "btn.follow." + to_string(block.partition->name), "to the end", "Show the end of the log again and follow it")) {
      place.pinned.reset();
      app.restless();
    }
  }
  use_strip_header(paint, block, top);

  const float rows_top = top + sizes.header + (block.ticks ? sizes.ticks : 0);
  ImGui::SetCursorScreenPos({block.left, top + sizes.header});
  const float height = block.height(sizes) - sizes.header;
  const bool released = ImGui::InvisibleButton("rows", {std::max(1.0F, block.right - block.left), std::max(1.0F, height)});
  const ImGuiIO& io = ImGui::GetIO();
  const sim::FrameReplica* replica = strip_replica_at(sizes, *block.partition, rows_top, io.MousePos.y);
  const bool dragged = io.MouseDragMaxDistanceSqr[0] > io.MouseDragThreshold * io.MouseDragThreshold;
  if (ImGui::IsItemActive() && dragged && io.MouseDelta.x != 0) pan_strip(app, block, io.MouseDelta.x);
  if (released && !dragged) click_strip(app, block, replica, io.MousePos);
  if (ImGui::IsItemHovered()) {
    const bool on_strip = io.MousePos.x >= block.scale.x0;
    if (io.MouseWheel != 0 && on_strip && !io.KeyShift) zoom_strip(app, block, io.MousePos.x, io.MouseWheel, paint.ui.scale);
    else if (io.MouseWheel != 0) ImGui::SetScrollY(ImGui::GetScrollY() - io.MouseWheel * paint.ui.px(40));
    if (!ImGui::IsItemActive()) tell_strip(app, block, replica, io.MousePos);
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Right)) ImGui::OpenPopup("what to do");
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
      place.pinned.reset();
      app.look.strips.zoom = 0;
    }
  }
  if (ImGui::BeginPopup("what to do")) {
    act_menu(paint.ui, app, ChosenPartition{block.partition->name});
    ImGui::EndPopup();
  }
}

}  // namespace kafkasim::viz
