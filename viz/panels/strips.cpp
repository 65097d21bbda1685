#include "viz/panels/panels.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "viz/panels/strips_parts.hpp"

namespace kafkasim::viz {

namespace {

using Partitions = std::vector<const sim::FramePartition*>;

constexpr double told_by_itself = 110;  // offsets of a log's end that a capture tells without being asked

// ---- chips ------------------------------------------------------------------------------------------------------------------------

std::string strip_chip_tip(const sim::FramePartition& partition) {
  const Health health = health_of(partition);
  std::string text = to_string(partition.name);
  if (health != Health::good) text += fmt::format(": {}", health_text(health));
  text += fmt::format("\n{}", header_texts(partition).front());
  return text + "\nclick: show this log alone; Ctrl+click: show it beside the others, or hide it";
}

void press_strip_chip(App& app, const sim::FramePartition& partition, const Partitions& shown) {
  const bool is_shown = std::find(shown.begin(), shown.end(), &partition) != shown.end();
  if (ImGui::GetIO().KeyCtrl || ImGui::GetIO().KeyShift) {
    if (app.strips.empty()) {
      for (const sim::FramePartition* each : shown) app.strips.insert(each->name);
    }
    if (is_shown) app.strips.erase(partition.name);
    else app.strips.insert(partition.name);
  } else if (app.strips == std::set<TopicPartition>{partition.name}) {
    app.strips.clear();  // back to the first that fit
  } else {
    app.strips = {partition.name};
  }
  app.choose(ChosenPartition{partition.name});
  app.restless();
}

void draw_strip_chip(StripsPaint& paint, const sim::FramePartition& partition, const Area& at, bool shown, bool hovered, bool with_name) {
  const Theme& theme = paint.ui.theme;
  const Health health = health_of(partition);
  const Colour state = of_health(theme, health);
  if (!with_name) {  // a cell of the compact grid: colour, and a cross where something is wrong
    paint.list.AddRectFilled(at.min, at.max, health == Health::good ? faded(state, 0.55F) : state, paint.ui.px(1.5F));
    if (health != Health::good) cross(paint.list, at.centre(), at.height() * 0.25F, ink_on(state), paint.ui.px(1.2F));
    if (shown || hovered) paint.list.AddRect(at.min, at.max, theme.text, paint.ui.px(1.5F), 0, paint.ui.px(1.5F));
    return;
  }
  paint.list.AddRectFilled(at.min, at.max, hovered ? theme.hover : theme.raised, paint.ui.px(4));
  if (shown) paint.list.AddRect(at.min, at.max, theme.accent, paint.ui.px(4), 0, paint.ui.px(1.5F));
  const float radius = paint.ui.px(3.5F);
  const ImVec2 dot{at.min.x + paint.ui.px(9), at.centre().y};
  if (health == Health::good) paint.list.AddCircleFilled(dot, radius, state);
  else draw_warning_sign(paint.ui, paint.list, {dot.x - radius * 1.3F, dot.y - radius * 1.3F}, radius * 2.6F, state);
  ImFont* const font = paint.ui.fonts.small;
  const ImVec2 text{at.min.x + paint.ui.px(17), at.centre().y - font->FontSize / 2};
  paint.ui.write(paint.list, font, text, shown ? theme.text : theme.dim, to_string(partition.name));
}

// The chips, from `at` on; returns their height.
float draw_strip_chips(StripsPaint& paint, const Partitions& all, const Partitions& shown, ImVec2 at, float width) {
  constexpr std::size_t most_lines = 2;
  Ui& ui = paint.ui;
  std::vector<float> widths;
  for (const sim::FramePartition* partition : all) widths.push_back(ui.measure(ui.fonts.small, to_string(partition->name)).x + ui.px(24));
  float height = ui.fonts.small->FontSize + ui.px(5);
  float gap = ui.px(5);
  auto places = lay_chips(widths, width, gap, most_lines);
  const bool with_names = places.has_value();
  if (!with_names) {
    height = ui.px(11);
    gap = ui.px(2);
    const std::vector<float> squares(all.size(), height);
    constexpr std::size_t any = 1'000'000;
    places = lay_chips(squares, std::max(width, height), gap, any);
  }
  float bottom = at.y;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const sim::FramePartition& partition = *all[i];
    const ChipPlace& place = (*places)[i];
    const ImVec2 from{at.x + place.x, at.y + static_cast<float>(place.line) * (height + gap)};
    const Area chip{from, {from.x + (with_names ? widths[i] : height), from.y + height}};
    bottom = std::max(bottom, chip.max.y);
    const std::string probe = "chip." + to_string(partition.name);
    ImGui::SetCursorScreenPos(chip.min);
    if (ImGui::InvisibleButton(probe.c_str(), chip.size())) press_strip_chip(paint.app, partition, shown);
    ui.probe(probe, chip.min, chip.max);
    const bool hovered = ImGui::IsItemHovered();
    if (hovered) paint.app.tip = strip_chip_tip(partition);
    draw_strip_chip(paint, partition, chip, std::find(shown.begin(), shown.end(), &partition) != shown.end(), hovered, with_names);
  }
  return bottom - at.y;
}

// ---- which partitions, and how large ---------------------------------------------------------------------------------------------------

StripSizes strip_sizes(const Ui& ui, float width, const sim::Frame& frame) {
  StripSizes sizes;
  const float line = ui.fonts.small->FontSize;
  sizes.header = ui.fonts.bold->FontSize + ui.px(6);
  sizes.strip = line + ui.px(4);
  sizes.carets = line;
  sizes.gap = ui.px(3);
  sizes.ticks = line;
  sizes.flag = line + ui.px(2);
  sizes.between = ui.px(12);
  sizes.long_labels = width > ui.px(520);
  std::int32_t highest = 1;
  for (const sim::FrameNode& node : frame.nodes) highest = node.kind == sim::NodeKind::broker && node.id ? std::max(highest, node.id->value) : highest;
  const std::string longest = fmt::format("b{} {}", highest, sizes.long_labels ? "follower" : "L?");
  sizes.label = std::ceil(ui.measure(ui.fonts.text, longest).x + ui.px(18));
  return sizes;
}

// Sets the block's scale as the look has it, and lets it glide there.
void set_strip_scale(StripsPaint& paint, StripBlock& block) {
  StripPlace& place = paint.app.look.strips.places[block.partition->name];
  const StripExtent extent = strip_extent(*block.partition);
  StripScale& scale = block.scale;
  scale.x0 = std::floor(block.left + paint.sizes.label);
  scale.x1 = std::max(scale.x0 + 1, block.right);
  const float width = scale.x1 - scale.x0;
  const Measure measure = paint.measure();
  const std::string longest = fmt::format("{}", std::max<std::int64_t>(10, extent.end.value));
  const float label = std::ceil(measure(longest) + paint.ui.px(8));
  const float room = std::min(width * 0.4F, measure("HW = LEO " + longest) + paint.ui.px(12));
  const double clock = paint.app.clock();
  const bool at_rest = clock <= 0 || place.clock < 0;
  double cell = static_cast<double>(paint.ui.px(paint.app.look.strips.zoom));
  if (cell <= 0) {
    cell = strip_cell(extent, width, label, room);
    if (!at_rest && place.cell > 0 && cell > place.cell) {  // larger only if there is room to spare, or it would change all the time
      StripExtent wider = extent;
      wider.interesting = Offset{extent.interesting.value - (extent.end - extent.interesting) / 2 - 4};
      cell = std::max(place.cell, strip_cell(wider, width, label, room));
    }
  }
  scale.cell = cell;
  const double target = place.pinned.value_or(strip_left(extent, width, cell, room));
  const bool jump = at_rest || place.pinned || std::abs(place.cell - cell) > 1e-9;
  place.shown = jump ? target : glided(place.shown, target, clock - place.clock, scale.span());
  if (place.shown != target) paint.app.restless();  // there is more to draw
  place.clock = clock;
  place.cell = cell;
  scale.left = place.shown;
  block.ticks = cell < static_cast<double>(label) * 0.95;
  block.flags = std::min(most_flags, block.partition->readers.size());
}

Partitions wanted_partitions(const App& app) {
  Partitions wanted;
  for (const sim::FramePartition& partition : app.frame().partitions) {
    if (app.strips.empty() || app.strips.contains(partition.name)) wanted.push_back(&partition);
  }
  return wanted;
}

// Strips grow into what is left of the height, within reason.
void grow_strips(StripSizes& sizes, const std::vector<StripBlock>& blocks, float used, float height, float most) {
  std::size_t rows = 0;
  for (const StripBlock& block : blocks) rows += block.partition->replicas.size();
  if (rows == 0 || used >= height) return;
  sizes.strip = std::floor(std::min(most, sizes.strip + (height - used) / static_cast<float>(rows)));
}

// Asks for more of the logs than a capture tells by itself, where the view reaches further back.
void ask_for_logs(App& app, const std::vector<StripBlock>& blocks) {
  constexpr std::int64_t stride = 50;
  std::optional<Offset> from;
  for (const StripBlock& block : blocks) {
    const bool far_back = app.look.strips.places[block.partition->name].pinned || block.scale.span() > told_by_itself;
    if (!far_back) continue;
    const std::int64_t at = std::max<std::int64_t>(0, static_cast<std::int64_t>(block.scale.left) / stride * stride - stride);
    from = from ? std::min(*from, Offset{at}) : Offset{at};
  }
  if (from) {  // it goes for all of them
    for (const StripBlock& block : blocks) from = std::min(*from, Offset{std::max<std::int64_t>(0, static_cast<std::int64_t>(block.scale.left))});
  }
  if (from == app.look.strips.from) return;
  app.look.strips.from = from;
  app.restless();
}

// The blocks and the legend, in a child window that scrolls when they do not fit.
void draw_strip_blocks(StripsPaint& paint, std::vector<StripBlock>& blocks, const Area& area) {
  const float legend = paint.ui.fonts.small->FontSize + paint.ui.px(6);
  float used = 0;
  for (const StripBlock& block : blocks) used += block.height(paint.sizes) + paint.sizes.between;
  const bool with_legend = used + legend <= area.height();
  grow_strips(paint.sizes, blocks, used, area.height() - legend, paint.ui.fonts.small->FontSize + paint.ui.px(16));
  float height = 0;
  for (const StripBlock& block : blocks) height += block.height(paint.sizes) + paint.sizes.between;
  float y = ImGui::GetCursorScreenPos().y;
  const float top = y;
  for (StripBlock& block : blocks) {
    ImGui::PushID(to_string(block.partition->name).c_str());
    use_strip_block(paint, block, y);
    draw_strip_block(paint, block, y);
    ImGui::PopID();
    y += block.height(paint.sizes) + paint.sizes.between;
  }
  if (with_legend) draw_strip_legend(paint, {area.min.x, area.max.y - paint.ui.fonts.small->FontSize}, area.width());
  ImGui::SetCursorScreenPos({area.min.x, top + height - 1});
  if (height > area.height()) ImGui::Dummy({1, 1});  // how far it can be scrolled
}

}  // namespace

void draw_strips(Ui& ui, App& app, const Area& area) {
  const Area inside = ui.begin_panel("strips", "", area);
  StripsPaint paint{ui, app, *ImGui::GetWindowDrawList(), strip_sizes(ui, inside.width(), app.frame())};
  const float title = ui.write(paint.list, ui.fonts.bold, inside.min, ui.theme.dim, "Logs").x + ui.px(12);

  Partitions all;
  for (const sim::FramePartition& partition : app.frame().partitions) all.push_back(&partition);
  const Partitions wanted = wanted_partitions(app);
  if (all.empty()) {
    ui.write_wrapped(paint.list, ui.fonts.text, {inside.min.x, inside.min.y + ui.px(28)}, ui.theme.dim,
                     "No topics yet. Each partition of a topic is a log, kept by several brokers: its replicas are drawn here.", inside.width());
    ui.end_panel();
    return;
  }
  const float bar = ui.px(10);  // of the child window, where it scrolls
  const float about = inside.height() - ui.px(34);
  std::vector<StripBlock> blocks;
  Partitions shown;
  float used = ui.fonts.small->FontSize + ui.px(6);
  for (const sim::FramePartition* partition : wanted) {
    StripBlock block{.partition = partition, .left = inside.min.x, .right = inside.max.x - bar};
    set_strip_scale(paint, block);
    used += block.height(paint.sizes) + paint.sizes.between;
    if (app.strips.empty() && !blocks.empty() && used > about) break;
    blocks.push_back(block);
    shown.push_back(partition);
  }
  ask_for_logs(app, blocks);

  const float chips = draw_strip_chips(paint, all, shown, {inside.min.x + title, inside.min.y}, inside.width() - title);
  const Area below{{inside.min.x, inside.min.y + chips + ui.px(9)}, {inside.max.x, inside.max.y}};
  ImGui::SetCursorScreenPos(below.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_ScrollbarSize, ui.px(8));
  const ImVec2 size{std::max(1.0F, below.width()), std::max(1.0F, below.height())};
  ImGui::BeginChild("logs", size, false, ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar(2);
  StripsPaint inner{ui, app, *ImGui::GetWindowDrawList(), paint.sizes};
  draw_strip_blocks(inner, blocks, below);
  ImGui::EndChild();
  ui.end_panel();
}

}  // namespace kafkasim::viz
