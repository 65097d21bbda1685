// A partition's block: its header, a log for each replica, what was cut off lately, and those who read.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "viz/panels/strips_parts.hpp"

namespace kafkasim::viz {

namespace {

constexpr double cut_shown = 3;  // seconds of the run

struct StripRow {  // a replica's
  const sim::FrameReplica& replica;
  Area band;      // of the cells
  float opacity;  // less where the broker is offline
};

// ---- header -------------------------------------------------------------------------------------------------------------------------

void draw_strip_header(StripsPaint& paint, const StripBlock& block, float top, bool pinned) {
  Ui& ui = paint.ui;
  const sim::FramePartition& partition = *block.partition;
  const Health health = health_of(partition);
  const float y = top + ui.px(2);
  const float small_y = y + (ui.fonts.bold->FontSize - ui.fonts.small->FontSize) / 2;
  float right = block.right;
  if (pinned) right -= ui.measure(ui.fonts.text, "to the end").x + ui.px(26);
  float x = block.left;
  const auto* chosen = std::get_if<ChosenPartition>(&paint.app.chosen());
  const Colour name = chosen != nullptr && chosen->partition == partition.name ? ui.theme.accent : ui.theme.text;
  x += ui.write(paint.list, ui.fonts.bold, {x, y}, name, to_string(partition.name), (right - x) * 0.45F).x + ui.px(12);

  std::vector<std::pair<std::string, Colour>> warnings;
  if (health != Health::good) warnings.emplace_back(health_text(health), of_health(ui.theme, health));
  if (partition.lost > 0) warnings.emplace_back(fmt::format("{} acked record{} lost", partition.lost, partition.lost == 1 ? "" : "s"), ui.theme.bad);
  float warnings_width = 0;
  for (const auto& [text, colour] : warnings) warnings_width += ui.measure(ui.fonts.small, text).x + ui.px(26);

  const float room = right - x - ui.px(12) - warnings_width;
  if (const auto width = write_first_that_fits(ui, paint.list, {x, small_y}, ui.theme.dim, header_texts(partition), room)) x += *width + ui.px(14);
  for (const auto& [text, colour] : warnings) {
    const float sign = ui.fonts.small->FontSize * 0.85F;
    if (x + sign > right) break;
    x += draw_warning_sign(ui, paint.list, {x, small_y + ui.px(1)}, sign, colour) + ui.px(4);
    const float width = right - x;
    if (width > ui.px(20)) x += ui.write(paint.list, ui.fonts.small, {x, small_y}, colour, text, width).x + ui.px(8);
  }
}

// ---- a replica's row ------------------------------------------------------------------------------------------------------------------

void draw_strip_label(StripsPaint& paint, const StripRow& row, float left) {
  Ui& ui = paint.ui;
  const sim::FrameReplica& replica = row.replica;
  const bool wide = paint.sizes.long_labels;
  std::string role;
  switch (replica.state) {
    case sim::ReplicaState::leader: role = wide ? "leader" : "L"; break;
    case sim::ReplicaState::follower: role = wide ? "follower" : "F"; break;
    case sim::ReplicaState::offline: role = wide ? "offline" : "x"; break;
    case sim::ReplicaState::absent: role = wide ? "no log" : "-"; break;
  }
  const bool pretends = replica.acting && replica.state != sim::ReplicaState::leader;
  if (pretends) role = wide ? "leader?" : "L?";
  const bool leads = replica.state == sim::ReplicaState::leader;
  const Colour colour = pretends ? ui.theme.warning : replica.state == sim::ReplicaState::offline ? ui.theme.bad : leads ? ui.theme.text : ui.theme.dim;
  const float radius = ui.px(3.5F);
  const ImVec2 dot{left + radius, row.band.centre().y};
  if (replica.in_isr) paint.list.AddCircleFilled(dot, radius, ui.theme.good);
  else paint.list.AddCircle(dot, radius, ui.theme.warning, 0, ui.px(1.5F));
  const float x = left + ui.px(11);
  const std::string text = fmt::format("b{} {}", replica.node.value, role);
  ImFont* font = leads ? ui.fonts.bold : ui.fonts.text;
  const float room = paint.sizes.label - ui.px(13);
  if (ui.measure(font, text).x > room) font = ui.fonts.small;
  ui.write(paint.list, font, {x, row.band.centre().y - font->FontSize / 2}, colour, text, room);
}

void draw_strip_caret(Ui& ui, ImDrawList& list, const StripCaret& caret, const Area& band, float lane_bottom, float opacity) {
  const Colour colour = faded(caret.kind == CaretKind::high_watermark ? ui.theme.text : ui.theme.dim, opacity);
  const float half = ui.px(4);
  const float top = band.max.y + ui.px(1);
  const float low = std::min(lane_bottom, top + ui.px(8));
  const float x = std::round(caret.x);
  const float line = ui.px(1.2F);
  switch (caret.kind) {
    case CaretKind::high_watermark:
      list.AddLine({x, band.min.y - ui.px(2)}, {x, top}, colour, ui.px(1.6F));
      list.AddTriangleFilled({x, top}, {x + half, low}, {x - half, low}, colour);
      break;
    case CaretKind::log_end: list.AddTriangle({x, top}, {x + half, low}, {x - half, low}, colour, line); break;
    case CaretKind::stable:
      list.AddQuad({x, top}, {x + half, (top + low) / 2}, {x, low}, {x - half, (top + low) / 2}, colour, line);
      break;
    case CaretKind::log_start:
      list.AddLine({x, top}, {x, low}, colour, line);
      list.AddLine({x + half * 2, top}, {x + half, (top + low) / 2}, colour, line);
      list.AddLine({x + half * 2, low}, {x + half, (top + low) / 2}, colour, line);
      break;
  }
  if (!caret.label.empty()) ui.write(list, ui.fonts.small, {caret.label_x, band.max.y}, colour, caret.label);
}

// Up to there all is on disk: a thin double line.
void draw_strip_synced(StripsPaint& paint, const StripBlock& block, const StripRow& row) {
  const float x = std::round(block.scale.x_of(row.replica.synced));
  if (!block.scale.shows(x) || row.replica.synced <= row.replica.log_start) return;
  for (const float at : {x - paint.ui.px(1.5F), x + paint.ui.px(1.5F)}) {
    paint.list.AddLine({at, row.band.min.y - paint.ui.px(1)}, {at, row.band.max.y + paint.ui.px(1)}, faded(paint.ui.theme.text, 0.75F), paint.ui.px(0.8F));
  }
}

struct StripCut {
  const sim::FrameCut* cut{};
  Area ghost;
  std::string text;
  float text_x{};
  float opacity{};
};

// What was cut off this replica's log lately, and where the words for it go: beside the log's end, else before the place of the cut.
std::optional<StripCut> strip_cut_of(const StripsPaint& paint, const StripBlock& block, const StripRow& row) {
  const sim::FrameCut* last = nullptr;
  for (const sim::FrameCut& cut : block.partition->cuts) {
    if (cut.node == row.replica.node && (last == nullptr || cut.at >= last->at)) last = &cut;
  }
  if (last == nullptr) return std::nullopt;
  const double age = static_cast<double>((paint.app.frame().at - last->at).ns) / 1e9;
  const StripScale& scale = block.scale;
  StripCut cut{last, row.band, {}, 0, static_cast<float>(std::clamp(1.15 - age / cut_shown, 0.0, 1.0))};
  cut.ghost.min.x = std::clamp(scale.x_of(last->to), scale.x0, scale.x1);
  cut.ghost.max.x = std::clamp(scale.x_of(last->from), scale.x0, scale.x1);
  const float pad = paint.ui.px(5);
  const float end = std::clamp(scale.x_of(row.replica.log_end), scale.x0, scale.x1);
  const std::string offsets = fmt::format("{} to {}", last->from.value, last->to.value);
  for (std::string text : {"cut back from " + offsets, fmt::format("cut {} \u2192 {}", last->from.value, last->to.value)}) {
    const float width = paint.ui.measure(paint.ui.fonts.small, text).x + 2 * pad;
    const float free = std::max(end, cut.ghost.min.x);
    const bool within = cut.ghost.max.x - free >= width;
    const float after = std::max(end, cut.ghost.max.x) + pad;
    float at = within ? free + (cut.ghost.max.x - free - width) / 2 : after;
    if (!within && at + width > scale.x1) at = cut.ghost.min.x - pad - width;
    if (at < scale.x0) continue;
    cut.text = std::move(text);
    cut.text_x = at;
    break;
  }
  return cut;
}

void draw_strip_cut(StripsPaint& paint, const StripCut& cut, const Area& band) {
  Ui& ui = paint.ui;
  const Colour red = faded(ui.theme.bad, cut.opacity);
  if (cut.ghost.width() > 0) {
    hatch(paint.list, cut.ghost, red, ui.px(5), ui.px(1.4F));
    dashed_rect(paint.list, cut.ghost, red, ui.px(1.2F), ui.px(3));
  }
  if (cut.text.empty()) return;
  const float width = ui.measure(ui.fonts.small, cut.text).x;
  const float half = ui.fonts.small->FontSize / 2;
  const ImVec2 at{cut.text_x + ui.px(5), band.centre().y - half};
  paint.list.AddRectFilled({cut.text_x, at.y}, {at.x + width + ui.px(5), at.y + 2 * half}, ui.theme.panel, ui.px(3));
  ui.write(paint.list, ui.fonts.small, at, faded(ui.theme.bad, std::max(0.6F, cut.opacity)), cut.text);
}

void probe_strip_cells(StripsPaint& paint, const StripBlock& block, const StripRow& row, const std::vector<StripCell>& cells) {
  const std::string name = fmt::format("{}.b{}", to_string(block.partition->name), row.replica.node.value);
  paint.ui.probe("strip." + name, row.band.min, row.band.max);
  for (const StripCell& cell : cells) {
    if (cell.known) paint.ui.probe(fmt::format("cell.{}.{}", name, cell.base.value), {cell.x0, row.band.min.y}, {cell.x1, row.band.max.y});
  }
}

void draw_strip_row(StripsPaint& paint, const StripBlock& block, const StripRow& row) {
  Ui& ui = paint.ui;
  draw_strip_label(paint, row, block.left);
  paint.list.AddLine({block.scale.x0, row.band.max.y}, {block.scale.x1, row.band.max.y}, ui.theme.faint, ui.px(1));
  if (row.replica.state == sim::ReplicaState::absent) return;
  const std::optional<StripCut> cut = strip_cut_of(paint, block, row);
  CellRules rules{paint.measure(), ui.px(6), ui.px(2.5F)};
  if (cut) rules.blocked.emplace_back(cut->ghost.min.x, cut->ghost.max.x);
  if (cut && !cut->text.empty()) rules.blocked.emplace_back(cut->text_x, cut->text_x + ui.measure(ui.fonts.small, cut->text).x + ui.px(10));
  const std::vector<StripCell> cells = lay_cells(row.replica, block.scale, rules);
  draw_strip_cells(ui, paint.list, cells, row.band, row.opacity);
  draw_strip_synced(paint, block, row);
  if (cut) draw_strip_cut(paint, *cut, row.band);
  if (const float end = block.scale.x_of(row.replica.log_end); end < block.scale.x0 + 1) {  // far behind
    const std::string text = row.replica.log_end > row.replica.log_start ? fmt::format("\u2190 ends at {}", row.replica.log_end.value) : "empty";
    ui.write(paint.list, ui.fonts.small, {block.scale.x0 + ui.px(3), row.band.centre().y - ui.fonts.small->FontSize / 2}, ui.theme.warning, text);
  }
  const float bottom = row.band.max.y + paint.sizes.carets;
  for (const StripCaret& caret : lay_carets(row.replica, block.scale, paint.measure(), ui.px(4))) {
    draw_strip_caret(ui, paint.list, caret, row.band, bottom, row.opacity);
  }
  const auto* chosen = std::get_if<ChosenRecord>(&paint.app.chosen());
  if (chosen != nullptr && chosen->partition == block.partition->name && chosen->offset < row.replica.log_end) {
    draw_strip_choice(ui, paint.list, block.scale, row.band, chosen->offset);
  }
  probe_strip_cells(paint, block, row, cells);
}

// ---- readers --------------------------------------------------------------------------------------------------------------------------

Colour colour_of_group(const StripsPaint& paint, const std::string& group) {
  const auto& groups = paint.app.frame().groups;
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const sim::FrameGroup& each) { return each.name == group; });
  return paint.ui.theme.cycle[static_cast<std::size_t>(found - groups.begin()) % paint.ui.theme.cycle.size()];
}

void draw_strip_flag(StripsPaint& paint, const StripBlock& block, const sim::FrameReader& reader, float y) {
  Ui& ui = paint.ui;
  const float height = paint.sizes.flag - ui.px(2);
  const float half = ui.px(4);
  const Colour colour = colour_of_group(paint, reader.group);
  const StripFlag flag = lay_flag(reader, block.scale, paint.measure(), block.left + ui.px(2), half);
  if (flag.committed) {  // a flag at its pole
    const float x = std::round(*flag.committed);
    paint.list.AddLine({x, y}, {x, y + height}, colour, ui.px(1.5F));
    paint.list.AddTriangleFilled({x, y}, {x + 2 * half, y + height * 0.3F}, {x, y + height * 0.6F}, colour);
  }
  if (flag.position) {  // reading on: an open triangle that points up at what comes next
    const float x = std::round(*flag.position);
    paint.list.AddTriangle({x, y}, {x + half, y + height * 0.7F}, {x - half, y + height * 0.7F}, colour, ui.px(1.5F));
  }
  if (flag.committed && flag.position) {
    const float low = y + height - ui.px(1);
    paint.list.AddLine({*flag.committed, low}, {*flag.position, low}, faded(colour, 0.7F), ui.px(1.2F));
  }
  if (flag.before) {
    const float x = block.scale.x0;
    const float middle = y + height / 2;
    paint.list.AddTriangleFilled({x, middle}, {x + 1.5F * half, middle - half}, {x + 1.5F * half, middle + half}, colour);
  }
  const Colour ink = reader.member.empty() ? ui.theme.warning : ui.theme.dim;
  if (!flag.text.empty()) ui.write(paint.list, ui.fonts.small, {flag.text_x, y}, ink, flag.text);
  const std::string& who = reader.group.empty() ? reader.member : reader.group;
  ui.probe(fmt::format("flag.{}.{}", who, to_string(block.partition->name)), {block.left, y}, {block.right, y + height});
}

void draw_strip_ticks(StripsPaint& paint, const StripBlock& block, float y) {
  for (const StripTick& tick : lay_ticks(block.scale, paint.measure())) {
    paint.ui.write(paint.list, paint.ui.fonts.small, {tick.label_x, y - paint.ui.px(2)}, paint.ui.theme.dim, tick.label);
    paint.list.AddLine({tick.x, y + paint.sizes.ticks - paint.ui.px(3)}, {tick.x, y + paint.sizes.ticks}, paint.ui.theme.dim, paint.ui.px(1));
  }
}

}  // namespace

float StripBlock::height(const StripSizes& sizes) const {
  const auto rows = static_cast<float>(partition->replicas.size());
  const float more = partition->readers.size() > flags ? sizes.flag : 0;
  return sizes.header + (ticks ? sizes.ticks : 0) + rows * (sizes.strip + sizes.carets + sizes.gap) + static_cast<float>(flags) * sizes.flag + more;
}

void draw_strip_block(StripsPaint& paint, const StripBlock& block, float top) {
  const StripSizes& sizes = paint.sizes;
  const sim::FramePartition& partition = *block.partition;
  draw_strip_header(paint, block, top, paint.app.look.strips.places[partition.name].pinned.has_value());
  paint.ui.probe("strip." + to_string(partition.name), {block.left, top}, {block.right, top + block.height(sizes)});
  float y = top + sizes.header;
  if (block.ticks) {
    draw_strip_ticks(paint, block, y);
    y += sizes.ticks;
  }
  for (const sim::FrameReplica& replica : partition.replicas) {
    const Area band{{block.scale.x0, std::round(y)}, {block.scale.x1, std::round(y + sizes.strip)}};
    draw_strip_row(paint, block, {replica, band, replica.state == sim::ReplicaState::offline ? 0.5F : 1.0F});
    y += sizes.strip + sizes.carets + sizes.gap;
  }
  for (std::size_t i = 0; i < block.flags; ++i) {
    draw_strip_flag(paint, block, partition.readers[i], std::round(y));
    y += sizes.flag;
  }
  if (partition.readers.size() > block.flags) {
    paint.ui.write(paint.list, paint.ui.fonts.small, {block.left + paint.ui.px(2), y}, paint.ui.theme.dim,
                   fmt::format("and {} more groups read it", partition.readers.size() - block.flags));
  }
}

}  // namespace kafkasim::viz
