#include "viz/panels/panels.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "viz/panels/group_matrix.hpp"
#include "viz/panels/strips_parts.hpp"
#include "viz/panels/transactions.hpp"

namespace kafkasim::viz {

namespace {

struct GroupSizes {
  float line{};     // of small text
  float header{};
  float row{};      // a member
  float bar{};      // of progress, with its number below
  float names{};    // the column of members' names
  float column{};
};

struct GroupPaint {
  Ui& ui;
  App& app;
  ImDrawList& list;
  const sim::FrameGroup& group;
  const GroupMatrix& matrix;
  GroupSizes sizes;
  float left{};
  float right{};
  [[nodiscard]] float column_x(std::size_t i) const { return left + sizes.names + static_cast<float>(i) * sizes.column; }
  [[nodiscard]] Colour colour(std::size_t member) const { return ui.theme.cycle[member % ui.theme.cycle.size()]; }
};

GroupSizes group_sizes(const Ui& ui, const sim::FrameGroup& group, const GroupMatrix& matrix, float width) {
  GroupSizes sizes;
  sizes.line = ui.fonts.small->FontSize;
  sizes.header = ui.fonts.bold->FontSize + ui.px(6);
  sizes.row = sizes.line + ui.px(5);
  sizes.bar = ui.px(9) + sizes.line;
  float longest = ui.measure(ui.fonts.small, "nobody").x;
  for (const sim::FrameMember& member : group.members) longest = std::max(longest, ui.measure(ui.fonts.small, member.name).x);
  sizes.names = std::min(longest + ui.px(28), width * 0.4F);
  const auto columns = static_cast<float>(std::max<std::size_t>(1, matrix.columns.size()));
  sizes.column = std::floor(std::clamp((width - sizes.names) / columns, ui.px(26), ui.px(112)));
  return sizes;
}

float group_height(const GroupSizes& sizes, const sim::FrameGroup& group, const GroupMatrix& matrix, const Ui& ui) {
  const std::size_t rows = group.members.size() + (matrix.unassigned > 0 ? 1 : 0);
  const float table = matrix.columns.empty() ? sizes.row * static_cast<float>(std::max<std::size_t>(1, rows))
                                             : sizes.line * 2 + static_cast<float>(rows) * sizes.row + sizes.bar + ui.px(6);
  return sizes.header + table + ui.px(12);
}

// ---- header ---------------------------------------------------------------------------------------------------------------------

Colour colour_of_calm(const Theme& theme, GroupCalm calm) {
  switch (calm) {
    case GroupCalm::stable: return theme.good;
    case GroupCalm::rebalancing: return theme.warning;
    case GroupCalm::empty: return theme.dim;
    case GroupCalm::dead: return theme.bad;
  }
  return theme.dim;
}

void draw_calm_sign(Ui& ui, ImDrawList& list, GroupCalm calm, ImVec2 centre) {
  const float radius = ui.px(4.5F);
  const Colour colour = colour_of_calm(ui.theme, calm);
  switch (calm) {
    case GroupCalm::stable: list.AddCircleFilled(centre, radius, colour); break;
    case GroupCalm::rebalancing: draw_warning_sign(ui, list, {centre.x - radius * 1.2F, centre.y - radius * 1.2F}, radius * 2.3F, colour); break;
    case GroupCalm::empty: list.AddCircle(centre, radius, colour, 0, ui.px(1.5F)); break;
    case GroupCalm::dead: cross(list, centre, radius, colour, ui.px(2)); break;
  }
}

std::vector<std::string> group_header_texts(const sim::FrameGroup& group) {  // the longest first
  const std::string coordinator = group.coordinator ? fmt::format("coordinator broker {}", group.coordinator->value) : "no coordinator";
  const std::string short_coordinator = group.coordinator ? fmt::format("coord. b{}", group.coordinator->value) : "no coord.";
  const std::string state = state_text(group);
  const std::string rebalances = fmt::format("{} rebalance{}", group.rebalances, group.rebalances == 1 ? "" : "s");
  const std::string short_state = state.substr(0, state.find(" ("));
  const bool consumer = group.type == "consumer";  // its members go towards their targets each in an epoch of its own
  const std::string generation = fmt::format("{} {}", consumer ? "epoch" : "generation", group.generation.value);
  const std::string short_generation = fmt::format("{} {}", consumer ? "epoch" : "gen.", group.generation.value);
  return {fmt::format("{}   {}   {}   {}", state, generation, coordinator, rebalances),
          fmt::format("{}   {}   {}   {}", state, short_generation, short_coordinator, rebalances),
          fmt::format("{}   {}   {}", short_state, short_generation, short_coordinator),
          fmt::format("{}   {}", short_state, short_generation), short_state, ""};
}

void draw_group_header(GroupPaint& paint, float y) {
  Ui& ui = paint.ui;
  const float small_y = y + (ui.fonts.bold->FontSize - ui.fonts.small->FontSize) / 2;
  const auto* chosen = std::get_if<ChosenGroup>(&paint.app.chosen());
  const std::string lag = "lag " + short_count(paint.group.lag);
  const float lag_width = ui.measure(ui.fonts.bold, lag).x;
  float x = paint.left + ui.px(7);
  draw_calm_sign(ui, paint.list, calm_of(paint.group), {x, y + ui.fonts.bold->FontSize / 2});
  x += ui.px(11);
  const Colour name = chosen != nullptr && chosen->group == paint.group.name ? ui.theme.accent : ui.theme.text;
  x += ui.write(paint.list, ui.fonts.bold, {x, y}, name, paint.group.name, (paint.right - x) * 0.4F).x + ui.px(12);
  ui.write(paint.list, ui.fonts.bold, {paint.right - lag_width, y}, paint.group.lag > 0 ? ui.theme.text : ui.theme.dim, lag);
  const float room = paint.right - lag_width - ui.px(10) - x;
  write_first_that_fits(ui, paint.list, {x, small_y}, ui.theme.dim, group_header_texts(paint.group), room);
  ImGui::SetCursorScreenPos({paint.left, y});
  if (ImGui::InvisibleButton("group", {std::max(1.0F, paint.right - paint.left), paint.sizes.header})) paint.app.choose(ChosenGroup{paint.group.name});
  ui.probe_item("group." + paint.group.name);
  if (ImGui::IsItemHovered()) paint.app.tip = fmt::format("group {}\n{}", paint.group.name, group_header_texts(paint.group).front());
  if (ImGui::IsItemClicked(ImGuiMouseButton_Right)) ImGui::OpenPopup("group menu");
  if (ImGui::BeginPopup("group menu")) {
    act_menu(ui, paint.app, ChosenGroup{paint.group.name});
    ImGui::EndPopup();
  }
}

// ---- the table --------------------------------------------------------------------------------------------------------------------

void draw_group_columns(GroupPaint& paint, float y) {
  Ui& ui = paint.ui;
  std::size_t first = 0;
  for (const GroupMatrix::Topic& topic : paint.matrix.topics) {
    const float x0 = paint.column_x(first);
    const float x1 = paint.column_x(first + topic.columns);
    ui.write(paint.list, ui.fonts.small, {x0 + ui.px(2), y}, ui.theme.dim, topic.name, x1 - x0 - ui.px(4));
    for (std::size_t i = first; i < first + topic.columns; ++i) {
      const Area cell{{paint.column_x(i), y + paint.sizes.line}, {paint.column_x(i + 1), y + 2 * paint.sizes.line}};
      ui.write_centred(paint.list, ui.fonts.small, cell, ui.theme.text, fmt::format("{}", paint.matrix.columns[i].partition.partition.value));
    }
    if (first > 0) paint.list.AddLine({x0 - 1, y + ui.px(2)}, {x0 - 1, y + 2 * paint.sizes.line}, ui.theme.panel_edge, ui.px(1));
    first += topic.columns;
  }
}

void use_group_cell(GroupPaint& paint, std::size_t member, const GroupColumn& column, const Area& box) {
  const std::string& name = paint.group.members[member].name;
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushID(static_cast<int>(column.partition.partition.value));
  ImGui::PushID(column.partition.topic.c_str());
  if (ImGui::InvisibleButton("cell", box.size())) paint.app.choose(ChosenPartition{column.partition});
  paint.ui.probe_item(fmt::format("assign.{}.{}", name, to_string(column.partition)));
  if (ImGui::IsItemHovered()) {
    std::string text = fmt::format("{} reads {}", name, to_string(column.partition));
    if (column.position) text += fmt::format("\nnext it reads offset {}", column.position->value);
    text += column.committed ? fmt::format("\ncommitted {}: after a restart it goes on there", column.committed->value) : "\nnothing committed yet";
    paint.app.tip = text + fmt::format("\nlag {}: committed records that the group has not done", column.lag);
  }
  ImGui::PopID();
  ImGui::PopID();
}

// Who the member is; on the right side of its row if it reads nothing, why.
void draw_member_name(GroupPaint& paint, std::size_t member, float y) {
  Ui& ui = paint.ui;
  const sim::FrameMember& who = paint.group.members[member];
  const bool idle = who.partitions.empty();
  const Colour colour = paint.colour(member);
  const float text_y = y + (paint.sizes.row - paint.sizes.line) / 2;
  const Area plate{{paint.left, y + ui.px(2)}, {paint.left + ui.px(18), y + paint.sizes.row - ui.px(2)}};
  if (idle) paint.list.AddRect(plate.min, plate.max, colour, ui.px(3), 0, ui.px(1.3F));
  else paint.list.AddRectFilled(plate.min, plate.max, colour, ui.px(3));
  ui.write_centred(paint.list, ui.fonts.small, plate, idle ? ui.theme.text : ink_on(colour), fmt::format("{}", member + 1));
  ui.write(paint.list, ui.fonts.small, {plate.max.x + ui.px(5), text_y}, idle ? ui.theme.dim : ui.theme.text, who.name, paint.sizes.names - ui.px(27));
  ImGui::SetCursorScreenPos({paint.left, y});
  ImGui::PushID(static_cast<int>(member));
  const sim::FrameNode* node = paint.app.frame().node(std::string_view{who.name});
  if (ImGui::InvisibleButton("member", {paint.sizes.names - ui.px(2), paint.sizes.row}) && node != nullptr) paint.app.choose(ChosenNode{node->host});
  ui.probe_item("member." + who.name);
  if (ImGui::IsItemHovered()) {
    const std::size_t count = who.partitions.size();
    paint.app.tip = fmt::format("member {} of group {}\nreads {} partition{}", who.name, paint.group.name, count, count == 1 ? "" : "s");
  }
  if (node != nullptr && ImGui::IsItemClicked(ImGuiMouseButton_Right)) ImGui::OpenPopup("member menu");
  if (node != nullptr && ImGui::BeginPopup("member menu")) {
    act_menu(ui, paint.app, ChosenNode{node->host});
    ImGui::EndPopup();
  }
  ImGui::PopID();
}

void draw_member_row(GroupPaint& paint, std::size_t member, float y) {
  Ui& ui = paint.ui;
  const bool moving = calm_of(paint.group) == GroupCalm::rebalancing;
  const Colour colour = paint.colour(member);
  draw_member_name(paint, member, y);
  const std::string idle = idle_text(paint.group, paint.matrix, member);
  ImGui::PushID(static_cast<int>(member));
  for (std::size_t i = 0; i < paint.matrix.columns.size(); ++i) {
    const GroupColumn& column = paint.matrix.columns[i];
    const Area box{{paint.column_x(i) + ui.px(1), y + ui.px(1)}, {paint.column_x(i + 1) - ui.px(1), y + paint.sizes.row - ui.px(1)}};
    if (column.owner != member) {
      if (idle.empty()) paint.list.AddRect(box.min, box.max, ui.theme.faint, ui.px(2));
      continue;
    }
    paint.list.AddRectFilled(box.min, box.max, moving ? faded(colour, 0.25F) : colour, ui.px(3));
    if (moving) dashed_rect(paint.list, box, colour, ui.px(1.5F), ui.px(3));
    ui.write_centred(paint.list, ui.fonts.small, box, moving ? ui.theme.text : ink_on(colour), fmt::format("{}", member + 1));
    use_group_cell(paint, member, column, box);
  }
  ImGui::PopID();
  if (idle.empty()) return;
  const Area box{{paint.left + paint.sizes.names, y + ui.px(1)}, {paint.right, y + paint.sizes.row - ui.px(1)}};
  const bool warn = !moving;
  dashed_rect(paint.list, box, faded(warn ? ui.theme.warning : ui.theme.dim, 0.6F), ui.px(1), ui.px(3));
  ui.write(paint.list, ui.fonts.small, {box.min.x + ui.px(6), y + (paint.sizes.row - paint.sizes.line) / 2}, warn ? ui.theme.warning : ui.theme.dim, idle,
           box.width() - ui.px(8));
}

void draw_nobody_row(GroupPaint& paint, float y) {
  Ui& ui = paint.ui;
  const float text_y = y + (paint.sizes.row - paint.sizes.line) / 2;
  draw_warning_sign(ui, paint.list, {paint.left + ui.px(2), text_y + ui.px(1)}, paint.sizes.line * 0.85F, ui.theme.warning);
  ui.write(paint.list, ui.fonts.small, {paint.left + ui.px(23), text_y}, ui.theme.warning, "nobody", paint.sizes.names - ui.px(27));
  for (std::size_t i = 0; i < paint.matrix.columns.size(); ++i) {
    if (paint.matrix.columns[i].owner) continue;
    const Area box{{paint.column_x(i) + ui.px(1), y + ui.px(1)}, {paint.column_x(i + 1) - ui.px(1), y + paint.sizes.row - ui.px(1)}};
    hatch(paint.list, box, faded(ui.theme.warning, 0.8F), ui.px(5), ui.px(1.2F));
    paint.list.AddRect(box.min, box.max, ui.theme.warning, ui.px(2), 0, ui.px(1.2F));
    ui.probe("unassigned." + paint.group.name + "." + to_string(paint.matrix.columns[i].partition), box.min, box.max);
    if (box.contains(ImGui::GetIO().MousePos) && ImGui::IsWindowHovered()) {
      paint.app.tip = fmt::format("nobody reads {} for group {}: its lag grows", to_string(paint.matrix.columns[i].partition), paint.group.name);
    }
  }
}

// Per partition: solid as far as the group has committed, light as far as it has read, and empty up to the end.
void draw_group_progress(GroupPaint& paint, float y) {
  Ui& ui = paint.ui;
  ui.write(paint.list, ui.fonts.small, {paint.left, y + ui.px(7)}, ui.theme.dim, "lag", paint.sizes.names);
  const float span = static_cast<float>(paint.matrix.span);
  for (std::size_t i = 0; i < paint.matrix.columns.size(); ++i) {
    const GroupColumn& column = paint.matrix.columns[i];
    const Area bar{{paint.column_x(i) + ui.px(2), y}, {paint.column_x(i + 1) - ui.px(2), y + ui.px(6)}};
    const auto x_of = [&](Offset offset) {
      return std::clamp(bar.max.x - static_cast<float>(column.end - offset) / span * bar.width(), bar.min.x, bar.max.x);
    };
    const Colour colour = column.owner ? paint.colour(*column.owner) : ui.theme.dim;
    paint.list.AddRectFilled(bar.min, bar.max, ui.theme.faint, ui.px(1.5F));
    const float done = x_of(column.committed.value_or(Offset{std::max<std::int64_t>(0, column.end.value - column.lag)}));
    const float read = std::max(done, column.position ? x_of(*column.position) : done);
    paint.list.AddRectFilled({done, bar.min.y}, {read, bar.max.y}, faded(colour, 0.45F));
    paint.list.AddRectFilled(bar.min, {done, bar.max.y}, colour, ui.px(1.5F));
    const Area below{{bar.min.x, bar.max.y + ui.px(1)}, {bar.max.x, bar.max.y + ui.px(1) + paint.sizes.line}};
    ui.write_centred(paint.list, ui.fonts.small, below, column.lag > 0 ? ui.theme.text : ui.theme.dim, short_count(column.lag));
    ui.probe(fmt::format("progress.{}.{}", paint.group.name, to_string(column.partition)), bar.min, below.max);
    if (ImGui::IsWindowHovered() && Area{bar.min, below.max}.contains(ImGui::GetIO().MousePos)) {
      paint.app.tip = fmt::format("{}: {} of {} committed, lag {}\nthe whole bar stands for the last {} records", to_string(column.partition),
                                  column.committed ? fmt::format("{}", column.committed->value) : "nothing", column.end.value, column.lag, paint.matrix.span);
    }
  }
}

void draw_group(GroupPaint& paint, float y) {
  draw_group_header(paint, y);
  y += paint.sizes.header;
  if (paint.matrix.columns.empty() && paint.group.members.empty()) {
    paint.ui.write(paint.list, paint.ui.fonts.small, {paint.left + paint.ui.px(18), y}, paint.ui.theme.dim, "no members, nothing committed");
    return;
  }
  if (!paint.matrix.columns.empty()) {
    draw_group_columns(paint, y);
    y += 2 * paint.sizes.line;
  }
  for (std::size_t i = 0; i < paint.group.members.size(); ++i) {
    draw_member_row(paint, i, std::round(y));
    y += paint.sizes.row;
  }
  if (paint.matrix.columns.empty()) return;
  if (paint.matrix.unassigned > 0) {
    draw_nobody_row(paint, std::round(y));
    y += paint.sizes.row;
  }
  draw_group_progress(paint, std::round(y + paint.ui.px(4)));
}

void draw_no_groups(Ui& ui, const Area& inside) {
  ui.write_wrapped(*ImGui::GetWindowDrawList(), ui.fonts.text, inside.min, ui.theme.dim,
                   "No consumer group yet. Consumers with the same group name share the partitions of a topic: each partition is read by one of them.",
                   inside.width());
}

}  // namespace

void draw_groups(Ui& ui, App& app, const Area& area) {
  const bool transactions = !app.frame().transactions.empty();
  const char* const both = "Consumer groups and transactions";
  const bool has_room = ui.measure(ui.fonts.bold, both).x < area.width() - ui.px(24);
  const Area inside = ui.begin_panel("groups", !transactions ? "Consumer groups" : has_room ? both : "Groups, transactions", area);
  const std::vector<sim::FrameGroup>& groups = app.frame().groups;
  if (groups.empty() && !transactions) {
    draw_no_groups(ui, inside);
    ui.end_panel();
    return;
  }
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, ui.px(8));
  ImGui::BeginChild("tables", {std::max(1.0F, inside.width()), std::max(1.0F, inside.height())}, false,
                    ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar(2);
  const ImVec2 begin = ImGui::GetCursorScreenPos();
  const float width = inside.width() - ui.px(10);
  float y = begin.y;
  float widest_group = width;
  for (const sim::FrameGroup& group : groups) {
    const GroupMatrix matrix = group_matrix(app.frame(), group);
    GroupPaint paint{ui, app, *ImGui::GetWindowDrawList(), group, matrix, group_sizes(ui, group, matrix, width), begin.x, 0};
    const float table = paint.sizes.names + static_cast<float>(matrix.columns.size()) * paint.sizes.column;
    widest_group = std::max(widest_group, table);
    paint.right = begin.x + width;
    ImGui::PushID(group.name.c_str());
    draw_group(paint, std::round(y));
    ImGui::PopID();
    y += group_height(paint.sizes, group, matrix, ui);
  }
  draw_transactions(ui, app, {begin.x, std::round(y)}, width);
  y += transactions_height(ui, app.frame());
  ImGui::SetCursorScreenPos({begin.x + widest_group - 1, y - 1});
  if (widest_group > width || y - begin.y > inside.height()) ImGui::Dummy({1, 1});
  ImGui::EndChild();
  ui.end_panel();
}

}  // namespace kafkasim::viz
