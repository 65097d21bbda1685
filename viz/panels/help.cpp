#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "viz/app/commands.hpp"
#include "viz/panels/flow.hpp"
#include "viz/panels/panels.hpp"
#include "viz/panels/sheet.hpp"

namespace kafkasim::viz {

namespace {

class HelpSheet {
 public:
  HelpSheet(Ui& ui, App& app) : ui_{ui}, app_{app} {}

  void keys(CommandKind kind) {
    Flow flow{ui_};
    flow.heading(kind_title(kind));
    for (const AppCommand& one : commands()) {
      const bool other_broker = one.id.starts_with("broker") && one.id != "broker1";
      if (one.kind == kind && !one.keys.empty() && !other_broker) key_row(one);
    }
  }
  void messages();
  void logs();
  void findings();
  void mouse();

 private:
  void key_row(const AppCommand& one);
  // A sign at the left of its meaning.
  template <class Draw>
  void sign_row(std::string_view meaning, const Draw& draw);

  Ui& ui_;
  App& app_;
};

void HelpSheet::key_row(const AppCommand& one) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = ImGui::GetContentRegionAvail().x;
  const float column = ui_.px(86);
  const Flow flow{ui_};
  // Keys stand on caps; "Ctrl+Shift+P  or  :" is two of them, one below the other.
  float y = at.y;
  std::string_view keys = one.keys;
  constexpr std::string_view alternative = "  or  ";
  while (!keys.empty()) {
    const std::size_t end = std::min(keys.find(alternative), keys.size());
    const std::string_view cap = keys.substr(0, end);
    const ImVec2 size = ui_.measure(ui_.fonts.small, cap);
    const Area box{{at.x, y}, {at.x + size.x + ui_.px(10), y + size.y + ui_.px(4)}};
    ImGui::GetWindowDrawList()->AddRectFilled(box.min, box.max, ui_.theme.raised, ui_.px(3));
    ImGui::GetWindowDrawList()->AddRect(box.min, box.max, ui_.theme.panel_edge, ui_.px(3), 0, ui_.px(1));
    (void)ui_.write(*ImGui::GetWindowDrawList(), ui_.fonts.small, {box.min.x + ui_.px(5), y + ui_.px(2)}, ui_.theme.text, cap);
    y = box.max.y + ui_.px(3);
    keys.remove_prefix(std::min(end + alternative.size(), keys.size()));
  }
  const float room = wide - column;
  const ImVec2 size = flow.measure_wrapped(ui_.fonts.text, one.title, room);
  (void)ui_.write_wrapped(*ImGui::GetWindowDrawList(), ui_.fonts.text, {at.x + column, at.y + ui_.px(1)}, ui_.theme.text, one.title, room);
  const std::string probe = "help." + std::string{one.id};
  if (ImGui::InvisibleButton(probe.c_str(), {wide, std::max(y - at.y, size.y)})) {
    app_.popups.help = false;
    one.run(app_);
  }
  ui_.probe_item(probe);
  if (ImGui::IsItemHovered()) ImGui::GetWindowDrawList()->AddLine({at.x + column, at.y + size.y}, {at.x + column + size.x, at.y + size.y}, ui_.theme.accent);
}

template <class Draw>
void HelpSheet::sign_row(std::string_view meaning, const Draw& draw) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = ImGui::GetContentRegionAvail().x;
  const float column = ui_.px(46);
  const float height = ui_.fonts.text->FontSize + ui_.px(2);
  draw(*ImGui::GetWindowDrawList(), Area{at, {at.x + column - ui_.px(12), at.y + height}});
  const Flow flow{ui_};
  const float text_height = flow.measure_wrapped(ui_.fonts.text, meaning, wide - column).y;
  (void)ui_.write_wrapped(*ImGui::GetWindowDrawList(), ui_.fonts.text, {at.x + column, at.y}, ui_.theme.text, meaning, wide - column);
  ImGui::Dummy({wide, std::max(height, text_height)});
}

void HelpSheet::messages() {
  Flow flow{ui_};
  flow.heading("Messages");
  constexpr std::array kinds{sim::Traffic2::produce, sim::Traffic2::fetch,    sim::Traffic2::replication, sim::Traffic2::quorum,
                             sim::Traffic2::control, sim::Traffic2::metadata, sim::Traffic2::group,       sim::Traffic2::admin};
  constexpr std::array meanings{"a producer writes",   "a consumer reads",           "a follower copies from its leader", "controllers: votes, metadata",
                                "brokers and controller", "who leads what", "group membership, offsets",     "administration"};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    sign_row(meanings[i], [&](ImDrawList& list, const Area& box) {
      const Colour colour = of_traffic(ui_.theme, kinds[i]);
      const float r = ui_.px(6);
      traffic_shape(list, kinds[i], {box.min.x + r * 1.4F, box.centre().y}, r, colour, true);
      traffic_shape(list, kinds[i], {box.min.x + r * 4.2F, box.centre().y}, r, colour, false);
    });
  }
  flow.small("Filled: a request. Hollow: its answer. Crossed out: lost.");
}

void HelpSheet::logs() {
  Flow flow{ui_};
  flow.heading("Logs");
  const auto cell = [&](const Area& box) { return Area{{box.min.x, box.min.y + ui_.px(1)}, {box.max.x, box.max.y - ui_.px(1)}}; };
  sign_row("records; the colour is the leader epoch", [&](ImDrawList& list, const Area& box) {
    const Area a = cell(box);
    const float middle = a.centre().x;
    list.AddRectFilled(a.min, {middle - ui_.px(1), a.max.y}, of_epoch(ui_.theme, LeaderEpoch{0}), ui_.px(2));
    list.AddRectFilled({middle, a.min.y}, a.max, of_epoch(ui_.theme, LeaderEpoch{1}), ui_.px(2));
  });
  sign_row("above the high watermark: not committed", [&](ImDrawList& list, const Area& box) {
    const Area a = cell(box);
    list.AddRectFilled(a.min, a.max, faded(of_epoch(ui_.theme, LeaderEpoch{0}), 0.2F), ui_.px(2));
    list.AddRect(a.min, a.max, of_epoch(ui_.theme, LeaderEpoch{0}), ui_.px(2), 0, ui_.px(1.4F));
  });
  sign_row("cut off: this replica had what its leader has not", [&](ImDrawList& list, const Area& box) {
    const Area a = cell(box);
    hatch(list, a, ui_.theme.bad, ui_.px(5), ui_.px(1.4F));
    list.AddRect(a.min, a.max, ui_.theme.bad, 0, 0, ui_.px(1));
  });
  flow.gap(2);
  const auto caret = [&](bool filled) {
    return [this, filled](ImDrawList& list, const Area& box) {
      const float r = ui_.px(5);
      const ImVec2 c = box.centre();
      if (filled) list.AddTriangleFilled({c.x, c.y - r}, {c.x + r, c.y + r}, {c.x - r, c.y + r}, ui_.theme.text);
      else list.AddTriangle({c.x, c.y - r}, {c.x + r, c.y + r}, {c.x - r, c.y + r}, ui_.theme.text, ui_.px(1.3F));
    };
  };
  sign_row("HW, high watermark: below it all is committed and may be read", caret(true));
  sign_row("LEO, log end offset: where the next record goes", caret(false));
  const auto letters = [this](const char* text) {
    return [this, text](ImDrawList& list, const Area& box) { (void)ui_.write(list, ui_.fonts.bold, box.min, ui_.theme.text, text); };
  };
  sign_row("last stable offset: where the first open transaction begins", letters("LSO"));
  sign_row("a partition in a transaction: filled while its records wait for their marker", [&](ImDrawList& list, const Area& box) {
    const Area plate = cell(box);
    list.AddRectFilled(plate.min, plate.max, ui_.theme.accent, ui_.px(3));
  });
  sign_row("in-sync replicas: acks=all waits for them, and one of them leads", letters("ISR"));
}

void HelpSheet::findings() {
  Flow flow{ui_};
  flow.heading("Findings");
  flow.coloured(ui_.theme.bad, "A violation: Kafka broke a promise.");
  flow.coloured(ui_.theme.warning, "Excused: the faults here allow it.");
}

void HelpSheet::mouse() {
  Flow flow{ui_};
  flow.heading("Mouse");
  flow.pair("left", "choose: see Inspect");
  flow.pair("right", "what can be done to it");
  flow.pair("wheel", "zoom in logs and diagrams");
  flow.text("What is done in the past begins a new branch. The run before stays as it was, and playing it again gives the same.");
}

}  // namespace

void draw_help(Ui& ui, App& app, const Area& window) {
  if (!app.popups.help) return;
  const Area inside = begin_sheet(ui, "help", "Keys and signs", window, {1120, 680}, app.popups.help);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{ui.px(6), ui.px(2)});
  ImGui::BeginChild("content", inside.size());
  const float wide = ImGui::GetContentRegionAvail().x;
  const int columns = wide >= ui.px(860) ? 3 : wide >= ui.px(560) ? 2 : 1;
  HelpSheet sheet{ui, app};
  const auto part = [&](int n) {
    if (n == 0) sheet.keys(CommandKind::time), sheet.keys(CommandKind::branches), sheet.keys(CommandKind::files);
    if (n == 1) sheet.keys(CommandKind::acting), sheet.keys(CommandKind::looking), sheet.mouse();
    if (n == 2) sheet.messages(), sheet.logs(), sheet.findings();
  };
  if (ImGui::BeginTable("columns", columns, ImGuiTableFlags_SizingStretchSame | ImGuiTableFlags_PadOuterX)) {
    for (int n = 0; n < 3; ++n) {
      ImGui::TableNextColumn();
      part(n);
    }
    ImGui::EndTable();
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
  end_sheet();
}

}  // namespace kafkasim::viz
