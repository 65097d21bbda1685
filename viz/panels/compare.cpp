#include "viz/panels/panels.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "viz/panels/branch_differences.hpp"
#include "viz/panels/strips_parts.hpp"

namespace kafkasim::viz {

namespace {

struct BranchSide {  // one of the two branches
  const sim::Frame* frame{};
  std::size_t branch{};
  bool here{false};  // the window stands in it
};

struct ComparePaint {
  Ui& ui;
  App& app;
  ImDrawList& list;
  BranchSide first;
  BranchSide second;
};

std::string name_of_branch(const App& app, std::size_t branch) { return app.tape().branch(branch).name; }

std::string story_of_branch(const App& app, std::size_t branch) {
  const std::vector<sim::Act>& acts = app.tape().branch(branch).acts;
  if (acts.empty()) return "as it was";
  std::string text;
  for (const sim::Act& act : acts) text += fmt::format("{}{} at {:.3f} s", text.empty() ? "" : "; ", act.text, static_cast<double>(act.at.ns) / 1e9);
  return text;
}

// The colour of a branch, and its letter: the same in titles, strips and tables.
Colour colour_of_side(const Ui& ui, bool second) { return ui.theme.cycle[second ? 5 : 4]; }

float draw_side_plate(Ui& ui, ImDrawList& list, ImVec2 at, const std::string& name, bool second, float height) {
  const Colour colour = colour_of_side(ui, second);
  const float width = std::max(height, ui.measure(ui.fonts.bold, name).x + ui.px(8));
  list.AddRectFilled(at, {at.x + width, at.y + height}, colour, ui.px(3));
  ui.write_centred(list, ui.fonts.bold, {at, {at.x + width, at.y + height}}, ink_on(colour), name);
  return width;
}

// ---- titles ---------------------------------------------------------------------------------------------------------------------

float draw_branch_titles(ComparePaint& paint, const Area& inside) {
  Ui& ui = paint.ui;
  const float gap = ui.px(10);
  const float width = (inside.width() - gap) / 2;
  const float plate = ui.fonts.bold->FontSize + ui.px(4);
  float tallest = plate;
  for (const bool second : {false, true}) {
    const BranchSide& side = second ? paint.second : paint.first;
    const float x = inside.min.x + (second ? width + gap : 0);
    const std::string name = name_of_branch(paint.app, side.branch);
    const float text_x = x + draw_side_plate(ui, paint.list, {x, inside.min.y}, name, second, plate) + ui.px(8);
    const std::string text = fmt::format("Branch {}: {}{}", name, story_of_branch(paint.app, side.branch), side.here ? "  (you are here)" : "");
    const ImVec2 size = ui.write_wrapped(paint.list, ui.fonts.text, {text_x, inside.min.y + ui.px(2)}, ui.theme.text, text, x + width - text_x);
    tallest = std::max(tallest, size.y + ui.px(2));
    ui.probe("compare." + name, {x, inside.min.y}, {x + width, inside.min.y + std::max(plate, size.y)});
    ImGui::SetCursorScreenPos({x, inside.min.y});
    ImGui::PushID(second ? 1 : 0);
    if (ImGui::InvisibleButton("enter", {width, plate}) && !side.here) {  // stand in the other one, and go on comparing
      const std::size_t left = paint.app.branch();
      paint.app.want(GoToBranch{side.branch});
      paint.app.want(CompareWith{left});
    }
    if (ImGui::IsItemHovered() && !side.here) paint.app.tip = fmt::format("click: go to branch {}", name);
    ImGui::PopID();
  }
  return tallest;
}

// ---- logs -----------------------------------------------------------------------------------------------------------------------

struct LogMiniature {
  StripScale scale;
  float label{};
  float row{};
};

// On one scale, or, where one of them is far ahead, each on its own.
constexpr std::int64_t far_apart = 80;

StripExtent extent_of_both(const sim::FramePartition& first, const sim::FramePartition& second) {
  const StripExtent a = strip_extent(first);
  const StripExtent b = strip_extent(second);
  return {std::min(a.first, b.first), std::min({a.interesting, b.interesting, a.end, b.end}), std::max(a.end, b.end)};
}

LogMiniature log_miniature_of(const ComparePaint& paint, const StripExtent& extent, float left, float right) {
  const Ui& ui = paint.ui;
  LogMiniature mini;
  mini.row = ui.fonts.small->FontSize + ui.px(3);
  mini.label = ui.measure(ui.fonts.small, "b99 L").x + ui.px(32);
  mini.scale.x0 = left + mini.label;
  mini.scale.x1 = std::max(mini.scale.x0 + 1, right);
  const float label = std::ceil(ui.measure(ui.fonts.small, fmt::format("{}", std::max<std::int64_t>(10, extent.end.value))).x + ui.px(8));
  const float room = ui.px(12);
  const float width = mini.scale.x1 - mini.scale.x0;
  mini.scale.cell = strip_cell(extent, width, label, room);
  mini.scale.left = strip_left(extent, width, mini.scale.cell, room);
  return mini;
}

const char* replica_letter(sim::ReplicaState state) {
  switch (state) {
    case sim::ReplicaState::leader: return "L";
    case sim::ReplicaState::follower: return "F";
    case sim::ReplicaState::offline: return "x";
    case sim::ReplicaState::absent: return "-";
  }
  return "";
}

void draw_mini_row(ComparePaint& paint, const LogMiniature& mini, const sim::FrameReplica& replica, float left, float y) {
  Ui& ui = paint.ui;
  const Area band{{mini.scale.x0, y}, {mini.scale.x1, y + mini.row - ui.px(2)}};
  const bool leads = replica.state == sim::ReplicaState::leader;
  const float radius = ui.px(3);
  const ImVec2 dot{left + radius, band.centre().y};
  if (replica.in_isr) paint.list.AddCircleFilled(dot, radius, ui.theme.good);
  else paint.list.AddCircle(dot, radius, ui.theme.warning, 0, ui.px(1.3F));
  const Colour ink = leads ? ui.theme.text : replica.state == sim::ReplicaState::offline ? ui.theme.bad : ui.theme.dim;
  ui.write(paint.list, ui.fonts.small, {left + ui.px(10), band.centre().y - ui.fonts.small->FontSize / 2}, ink,
           fmt::format("b{} {}", replica.node.value, replica_letter(replica.state)));
  paint.list.AddLine({band.min.x, band.max.y}, {band.max.x, band.max.y}, ui.theme.faint, ui.px(1));
  const CellRules rules{[&](std::string_view text) { return ui.measure(ui.fonts.small, text).x; }, ui.px(6), ui.px(2.5F)};
  draw_strip_cells(ui, paint.list, lay_cells(replica, mini.scale, rules), band, replica.state == sim::ReplicaState::offline ? 0.5F : 1.0F);
  if (mini.scale.x_of(replica.log_end) < mini.scale.x0 + 1) {
    const std::string text = replica.log_end > replica.log_start ? fmt::format("\u2190 ends at {}", replica.log_end.value) : "empty";
    ui.write(paint.list, ui.fonts.small, {band.min.x + ui.px(3), band.centre().y - ui.fonts.small->FontSize / 2}, ui.theme.dim, text);
  }
  if (const float x = mini.scale.x_of(replica.high_watermark); mini.scale.shows(x)) {
    paint.list.AddLine({x, band.min.y - ui.px(1)}, {x, band.max.y + ui.px(1)}, ui.theme.text, ui.px(1.6F));
  }
}

// Both branches' logs of a partition, one above the other on one scale; returns the height.
float draw_log_pair(ComparePaint& paint, const TopicPartition& name, float left, float right, float y) {
  Ui& ui = paint.ui;
  const sim::FramePartition* both[] = {paint.first.frame->partition(name), paint.second.frame->partition(name)};
  const bool apart = both[0] != nullptr && both[1] != nullptr && std::abs(strip_extent(*both[0]).end - strip_extent(*both[1]).end) > far_apart;
  const bool shared = both[0] != nullptr && both[1] != nullptr && !apart;
  const float top = y;
  const float name_width = ui.write(paint.list, ui.fonts.bold, {left, y}, ui.theme.text, to_string(name), right - left).x;
  const std::string note = apart ? "far apart: each on a scale of its own" : logs_differ(both[0], both[1]) ? "" : "the same in both";
  const float note_x = left + name_width + ui.px(10);
  if (!note.empty() && note_x < right) ui.write(paint.list, ui.fonts.small, {note_x, y + ui.px(1)}, ui.theme.dim, note, right - note_x);
  y += ui.fonts.bold->FontSize + ui.px(3);
  for (const bool second : {false, true}) {
    const sim::FramePartition* partition = both[second ? 1 : 0];
    const std::string letter = name_of_branch(paint.app, (second ? paint.second : paint.first).branch);
    const float begin = y;
    const float plate = ui.px(15);
    if (partition == nullptr) {
      ui.write(paint.list, ui.fonts.small, {left + plate + ui.px(7), y}, ui.theme.dim, "does not exist here");
      y += ui.fonts.small->FontSize + ui.px(3);
    } else {
      const LogMiniature mini = log_miniature_of(paint, shared ? extent_of_both(*both[0], *both[1]) : strip_extent(*partition), left, right);
      for (const sim::FrameReplica& replica : partition->replicas) {
        draw_mini_row(paint, mini, replica, left + plate + ui.px(7), std::round(y));
        y += mini.row;
      }
    }
    const Area band{{left, begin}, {left + plate, y - ui.px(2)}};
    paint.list.AddRectFilled(band.min, band.max, colour_of_side(ui, second), ui.px(3));
    ui.write_centred(paint.list, ui.fonts.small, band, ink_on(colour_of_side(ui, second)), letter.substr(0, 2));
    ui.probe(fmt::format("compare.{}.{}", letter, to_string(name)), band.min, {right, y});
    y += ui.px(3);
  }
  return y - top + ui.px(10);
}

// ---- the table --------------------------------------------------------------------------------------------------------------------

struct DifferenceColumns {
  float name{};
  float first{};
  float second{};
  float right{};
};

Colour ink_of_difference(const Ui& ui, const DifferenceRow& row, Favour self) {
  if (!row.differs()) return ui.theme.dim;
  if (row.favour == Favour::neither) return ui.theme.accent;
  return row.favour == self ? ui.theme.good : ui.theme.bad;
}

float draw_difference(ComparePaint& paint, const DifferenceRow& row, const DifferenceColumns& at, float y) {
  Ui& ui = paint.ui;
  const float height = ui.fonts.small->FontSize + ui.px(4);
  const float sign = ui.px(12);
  if (row.differs()) {
    paint.list.AddRectFilled({at.name, y}, {at.right, y + height - ui.px(1)}, faded(ui.theme.accent, 0.10F), ui.px(2));
    ui.write(paint.list, ui.fonts.bold, {at.name + ui.px(2), y - ui.px(1)}, ui.theme.accent, "\u2260");
  }
  ui.write(paint.list, ui.fonts.small, {at.name + sign + ui.px(3), y + ui.px(1)}, row.differs() ? ui.theme.text : ui.theme.dim, row.name,
           at.first - at.name - sign - ui.px(8));
  ui.write(paint.list, ui.fonts.small, {at.first, y + ui.px(1)}, ink_of_difference(ui, row, Favour::first), row.first, at.second - at.first - ui.px(6));
  ui.write(paint.list, ui.fonts.small, {at.second, y + ui.px(1)}, ink_of_difference(ui, row, Favour::second), row.second, at.right - at.second - ui.px(2));
  return height;
}

float draw_difference_table(ComparePaint& paint, const DifferenceTable& table, const DifferenceColumns& at, float y) {
  Ui& ui = paint.ui;
  const float top = y;
  ui.write(paint.list, ui.fonts.bold, {at.name, y}, ui.theme.text, table.title, at.first - at.name - ui.px(6));
  if (!table.differs()) {
    ui.write(paint.list, ui.fonts.small, {at.first, y + ui.px(1)}, ui.theme.dim, "the same", at.right - at.first);
    return ui.fonts.bold->FontSize + ui.px(6);
  }
  for (const bool second : {false, true}) {
    const std::string name = name_of_branch(paint.app, (second ? paint.second : paint.first).branch);
    draw_side_plate(ui, paint.list, {second ? at.second : at.first, y}, name, second, ui.fonts.bold->FontSize);
  }
  y += ui.fonts.bold->FontSize + ui.px(4);
  for (const DifferenceRow& row : table.rows) y += draw_difference(paint, row, at, std::round(y));
  ui.probe("differences." + table.title, {at.name, top}, {at.right, y});
  return y - top + ui.px(10);
}

float draw_difference_tables(ComparePaint& paint, float left, float right, float y) {
  const float top = y;
  const float width = right - left;
  const DifferenceColumns at{left, left + width * 0.5F, left + width * 0.75F, right};
  y += draw_difference_table(paint, totals_table(*paint.first.frame, *paint.second.frame), at, std::round(y));
  for (const TopicPartition& name : partitions_of_both(*paint.first.frame, *paint.second.frame)) {
    y += draw_difference_table(paint, partition_table(paint.first.frame->partition(name), paint.second.frame->partition(name)), at, std::round(y));
  }
  return y - top;
}

// ---- when there is nothing to compare -------------------------------------------------------------------------------------------------

void draw_lone_branch(Ui& ui, App& app, const Area& inside) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const std::size_t branches = app.tape().branch_count();
  const char* text = "Choose the branch to see beside this one:";
  if (branches < 2) {
    text = "There is one branch so far. Go back in time and do something to a node (right-click), or press F: a second branch begins "
           "there, and both can be seen side by side.";
  }
  float y = inside.min.y + ui.write_wrapped(list, ui.fonts.text, inside.min, ui.theme.dim, text, inside.width()).y + ui.px(10);
  for (std::size_t i = 0; i < branches && branches > 1; ++i) {
    if (i == app.branch()) continue;
    const std::string name = name_of_branch(app, i);
    ImGui::SetCursorScreenPos({inside.min.x, y});
    if (button(ui, "btn.compare." + name, ("Branch " + name).c_str(), "See this branch beside the one where you are")) app.want(CompareWith{i});
    const float x = ImGui::GetItemRectMax().x + ui.px(10);
    ui.write(list, ui.fonts.text, {x, y + ui.px(4)}, ui.theme.dim, story_of_branch(app, i), std::max(1.0F, inside.max.x - x));
    y += ui.px(32);
  }
}

void draw_both_branches(ComparePaint& paint, const Area& inside) {
  Ui& ui = paint.ui;
  const float titles = draw_branch_titles(paint, inside);
  const Area below{{inside.min.x, inside.min.y + titles + ui.px(10)}, inside.max};
  ImGui::SetCursorScreenPos(below.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, ui.px(8));
  ImGui::BeginChild("both", {std::max(1.0F, below.width()), std::max(1.0F, below.height())}, false, ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar(2);
  ComparePaint inner{ui, paint.app, *ImGui::GetWindowDrawList(), paint.first, paint.second};
  const ImVec2 begin = ImGui::GetCursorScreenPos();
  const float right = begin.x + below.width() - ui.px(10);
  const bool beside = below.width() > ui.px(640);
  const float strips_right = beside ? begin.x + below.width() * 0.56F : right;
  float y = begin.y;
  for (const TopicPartition& name : partitions_of_both(*paint.first.frame, *paint.second.frame)) {
    y += draw_log_pair(inner, name, begin.x, strips_right, std::round(y));
  }
  if (beside) y = std::max(y, begin.y + draw_difference_tables(inner, strips_right + ui.px(18), right, begin.y));
  else y += draw_difference_tables(inner, begin.x, right, y + ui.px(4));
  ImGui::SetCursorScreenPos({begin.x, y - 1});
  if (y - begin.y > below.height()) ImGui::Dummy({1, 1});
  ImGui::EndChild();
}

}  // namespace

void draw_compare(Ui& ui, App& app, const Area& area) {
  const Area inside = ui.begin_panel("compare", "Two branches at the same moment", area);
  const sim::Frame* other = app.other_frame();
  if (other == nullptr || !app.compared()) {
    draw_lone_branch(ui, app, inside);
  } else {
    BranchSide here{&app.frame(), app.branch(), true};
    BranchSide there{other, *app.compared(), false};
    if (there.branch < here.branch) std::swap(here, there);  // the older one on the left, wherever the window stands
    ComparePaint paint{ui, app, *ImGui::GetWindowDrawList(), here, there};
    draw_both_branches(paint, inside);
  }
  ui.end_panel();
}

}  // namespace kafkasim::viz
