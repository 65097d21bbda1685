#include "viz/panels/transactions.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "viz/panels/panels.hpp"
#include "viz/panels/strips_parts.hpp"
#include "viz/panels/transaction_rows.hpp"

namespace kafkasim::viz {

namespace {

struct TransactionPaint {
  Ui& ui;
  App& app;
  ImDrawList& list;
  float left{};
  float right{};
};

float heading_height(const Ui& ui) { return ui.fonts.bold->FontSize + ui.px(6); }
float chip_height(const Ui& ui) { return ui.fonts.small->FontSize + ui.px(5); }
float row_height(const Ui& ui) { return ui.fonts.small->FontSize + ui.px(4) + chip_height(ui) + ui.px(8); }

Colour colour_of_phase(const Theme& theme, TransactionPhase phase) {
  switch (phase) {
    case TransactionPhase::open:
    case TransactionPhase::committing: return theme.accent;
    case TransactionPhase::committed: return theme.good;
    case TransactionPhase::aborting:
    case TransactionPhase::aborted: return theme.warning;
    case TransactionPhase::none: return theme.dim;
  }
  return theme.dim;
}

// Open: a ring; on its way to an end: a half-filled one; ended: a disc, or a cross.
void draw_phase_sign(Ui& ui, ImDrawList& list, TransactionPhase phase, ImVec2 centre) {
  const float radius = ui.px(4.5F);
  const Colour colour = colour_of_phase(ui.theme, phase);
  switch (phase) {
    case TransactionPhase::none:
    case TransactionPhase::open: list.AddCircle(centre, radius, colour, 0, ui.px(1.5F)); break;
    case TransactionPhase::committing:
    case TransactionPhase::aborting:
      list.AddCircle(centre, radius, colour, 0, ui.px(1.5F));
      list.AddCircleFilled(centre, radius * 0.55F, colour);
      break;
    case TransactionPhase::committed: list.AddCircleFilled(centre, radius, colour); break;
    case TransactionPhase::aborted: cross(list, centre, radius, colour, ui.px(2)); break;
  }
}

std::vector<std::string> transaction_texts(const sim::FrameTransaction& transaction) {  // the longest first
  const std::string phase = phase_text(transaction);
  const std::string epoch = transaction.epoch ? fmt::format("epoch {}", transaction.epoch->value) : "no epoch yet";
  return {fmt::format("{}   producer {} {}   coordinator broker {}", phase, transaction.producer.value, epoch, transaction.coordinator.value),
          fmt::format("{}   {}   coord. b{}", phase, epoch, transaction.coordinator.value),
          fmt::format("{}   coord. b{}", phase.substr(0, phase.find(" (")), transaction.coordinator.value), phase.substr(0, phase.find(" (")), ""};
}

void draw_title(TransactionPaint& paint, const sim::FrameTransaction& transaction, float y) {
  Ui& ui = paint.ui;
  const float line = ui.fonts.small->FontSize;
  float x = paint.left + ui.px(7);
  draw_phase_sign(ui, paint.list, phase_of(transaction), {x, y + line / 2});
  x += ui.px(11);
  const std::vector<std::string> texts = transaction_texts(transaction);
  x += ui.write(paint.list, ui.fonts.small, {x, y}, ui.theme.text, transaction.id, (paint.right - x) * 0.5F).x + ui.px(12);
  write_first_that_fits(ui, paint.list, {x, y}, ui.theme.dim, texts, paint.right - x);
  const sim::FrameNode* user = paint.app.frame().node(std::string_view{transaction.client});
  ImGui::SetCursorScreenPos({paint.left, y});
  if (ImGui::InvisibleButton("transaction", {std::max(1.0F, paint.right - paint.left), line + ui.px(3)})) {
    const sim::FrameNode* coordinator = paint.app.frame().node(transaction.coordinator);
    if (const sim::FrameNode* chosen = user != nullptr ? user : coordinator) paint.app.choose(ChosenNode{chosen->host});
  }
  ui.probe_item("transaction." + transaction.id);
  if (ImGui::IsItemHovered()) paint.app.tip = fmt::format("transactional id {}\n{}", transaction.id, texts.front());
}

// A plate for each partition: filled where records of it wait for their marker.
void draw_parts(TransactionPaint& paint, const sim::FrameTransaction& transaction, float y) {
  Ui& ui = paint.ui;
  const Colour colour = colour_of_phase(ui.theme, phase_of(transaction));
  float x = paint.left + ui.px(18);
  for (std::size_t i = 0; i < transaction.parts.size(); ++i) {
    const sim::FrameTransaction::Part& part = transaction.parts[i];
    const std::string name = to_string(part.partition);
    const float width = ui.measure(ui.fonts.small, name).x + ui.px(10);
    const std::string more = fmt::format("{} more", transaction.parts.size() - i);
    const bool is_last = i + 1 == transaction.parts.size();
    if (x + width + (is_last ? 0 : ui.px(4) + ui.measure(ui.fonts.small, more).x) > paint.right) {
      ui.write(paint.list, ui.fonts.small, {x, y + ui.px(2)}, ui.theme.dim, more, paint.right - x);
      return;
    }
    const Area box{{std::round(x), std::round(y)}, {std::round(x + width), std::round(y + chip_height(ui))}};
    if (part.open_since) paint.list.AddRectFilled(box.min, box.max, colour, ui.px(3));
    else paint.list.AddRect(box.min, box.max, ui.theme.panel_edge, ui.px(3), 0, ui.px(1));
    ui.write_centred(paint.list, ui.fonts.small, box, part.open_since ? ink_on(colour) : ui.theme.dim, name);
    ImGui::SetCursorScreenPos(box.min);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("part", box.size())) paint.app.choose(ChosenPartition{part.partition});
    ImGui::PopID();
    ui.probe_item(fmt::format("transaction.{}.{}", transaction.id, name));
    if (ImGui::IsItemHovered()) paint.app.tip = part_text(transaction, part);
    x += width + ui.px(4);
  }
}

}  // namespace

float transactions_height(const Ui& ui, const sim::Frame& frame) {
  if (frame.transactions.empty()) return 0;
  return heading_height(ui) + static_cast<float>(frame.transactions.size()) * row_height(ui);
}

void draw_transactions(Ui& ui, App& app, ImVec2 at, float width) {
  if (app.frame().transactions.empty()) return;
  TransactionPaint paint{ui, app, *ImGui::GetWindowDrawList(), at.x, at.x + width};
  ui.write(paint.list, ui.fonts.bold, at, ui.theme.text, "Transactions", width);
  float y = at.y + heading_height(ui);
  for (const sim::FrameTransaction& transaction : app.frame().transactions) {
    ImGui::PushID(transaction.id.c_str());
    draw_title(paint, transaction, std::round(y));
    draw_parts(paint, transaction, y + ui.fonts.small->FontSize + ui.px(4));
    ImGui::PopID();
    y += row_height(ui);
  }
}

}  // namespace kafkasim::viz
