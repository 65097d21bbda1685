#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "viz/panels/inspector_parts.hpp"

namespace kafkasim::viz {

namespace {

const sim::FrameMessage* frame_message(const sim::Frame& frame, const sim::MessageRef& ref) {
  const auto found = std::ranges::find_if(frame.messages, [&](const sim::FrameMessage& m) {
    return m.connection == ref.connection && m.correlation_id == ref.correlation_id && m.api == ref.api && m.kind == ref.kind;
  });
  return found == frame.messages.end() ? nullptr : &*found;
}

// While it is under way its contents can be seen; they are kept.
void catch_message(PanelState& state, const App& app, const sim::MessageRef& ref) {
  if (state.message && state.message->message == ref) return;
  state.message.reset();
  for (const sim::InFlight& one : app.run().world().network().in_flight()) {
    if (one.connection != ref.connection || one.api != ref.api || one.kind != ref.kind || one.envelope == nullptr) continue;
    if (one.envelope->correlation_id != ref.correlation_id) continue;
    state.message = MessageContents{ref, one.envelope->version, one.envelope->client_id, dissect(*one.envelope)};
    return;
  }
}

constexpr std::size_t most_fields_shown = 2000;

}  // namespace

std::string_view words_of_fate(sim::MessageState state) {
  switch (state) {
    case sim::MessageState::on_wire: return "on its way";
    case sim::MessageState::waiting: return "waiting";
    case sim::MessageState::lost: return "lost, to be sent again";
    case sim::MessageState::held: return "held back";
    case sim::MessageState::delayed: return "delayed";
  }
  return "";
}

void Inspector::message_path(const ChosenMessage& chosen) {
  const sim::FrameMessage* message = frame_message(app_.frame(), chosen.message);
  const auto& flights = app_.space_time().flights;
  const auto flight = std::ranges::find(flights, chosen.message, &sim::Flight::message);
  const bool seen = flight != flights.end();
  const HostId from = message ? message->from : seen ? flight->from : HostId{-1};
  const HostId to = message ? message->to : seen ? flight->to : HostId{-1};
  if (const sim::FrameNode* node = app_.frame().node(from)) node_link("message.from", *node, "from " + node->name);
  if (const sim::FrameNode* node = app_.frame().node(to)) node_link("message.to", *node, "to " + node->name);
  if (seen && flow_.timed_link("message.left", flight->left, "left")) app_.want(SeekTo{flight->left});
  if (seen && flight->arrived && flow_.timed_link("message.arrived", *flight->arrived, "arrives")) app_.want(SeekTo{*flight->arrived});
  const std::uint64_t bytes = message ? message->bytes : seen ? flight->bytes : 0;
  if (bytes > 0) flow_.pair("size", fmt::format("{} bytes", with_commas(static_cast<std::int64_t>(bytes))));
  if (message || seen) flow_.pair("part of", sim::traffic_name(message ? message->traffic : flight->traffic));
  if (message && message->error) flow_.coloured(ui_.theme.bad, "It carries an error.");
  flow_.pair("correlation", std::to_string(chosen.message.correlation_id));
}

// As a hex dump, as wide as there is room; what belongs to the field under the mouse is lit.
void Inspector::message_bytes(const Dissected& parts) {
  const std::vector<std::byte>& bytes = parts.bytes;
  ImFont* mono = ui_.fonts.mono;
  const float letter = ui_.measure(mono, "0").x;
  const float line = std::round(mono->FontSize * 1.25F);
  const float wide = flow_.width() - ImGui::GetStyle().ScrollbarSize;
  std::size_t columns = 4;
  while (columns < 16 && letter * (6.0F + 4.0F * static_cast<float>(columns * 2)) <= wide) columns *= 2;
  const std::size_t rows = (bytes.size() + columns - 1) / columns;
  // Bytes and fields are seen together: both get about half of what is left of the panel.
  const float room = ImGui::GetContentRegionAvail().y * 0.45F - ui_.px(40);
  const auto fitting = static_cast<std::size_t>(std::clamp(room / line, 4.0F, 14.0F));
  const std::size_t shown = std::min(rows, fitting);
  flow_.heading(fmt::format("Bytes ({})", bytes.size()));
  ImGui::BeginChild("bytes", {flow_.width(), static_cast<float>(shown) * line + ui_.px(4)});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const DissectedField* lit = state_.hovered_field && *state_.hovered_field < parts.fields.size() ? &parts.fields[*state_.hovered_field] : nullptr;
  if (lit != nullptr) {
    const float top = static_cast<float>(lit->at / columns) * line;
    if (top < ImGui::GetScrollY() || top > ImGui::GetScrollY() + static_cast<float>(shown - 1) * line) ImGui::SetScrollY(top - line);
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows), line);
  while (clipper.Step()) {
    for (int r = clipper.DisplayStart; r < clipper.DisplayEnd; ++r) {
      const std::size_t from = static_cast<std::size_t>(r) * columns;
      const ImVec2 at = ImGui::GetCursorScreenPos();
      ImGui::Dummy({wide, line - ImGui::GetStyle().ItemSpacing.y});
      (void)ui_.write(list, mono, at, ui_.theme.dim, fmt::format("{:04x}", from));
      for (std::size_t i = from; i < std::min(from + columns, bytes.size()); ++i) {
        const auto column = static_cast<float>(i - from);
        const float x = at.x + letter * (6 + 3 * column);
        const float ascii = at.x + letter * (6 + 3 * static_cast<float>(columns) + column);
        const bool in_it = lit != nullptr && i >= lit->at && i < lit->at + lit->size;
        if (in_it) {
          list.AddRectFilled({x - letter * 0.4F, at.y}, {x + letter * 2.4F, at.y + line}, faded(ui_.theme.accent, 0.45F));
          list.AddRectFilled({ascii, at.y}, {ascii + letter, at.y + line}, faded(ui_.theme.accent, 0.45F));
        }
        const auto value = static_cast<unsigned>(bytes[i]);
        const bool readable = value >= 0x20 && value < 0x7f;
        (void)ui_.write(list, mono, {x, at.y}, value == 0 && !in_it ? ui_.theme.dim : ui_.theme.text, fmt::format("{:02x}", value));
        (void)ui_.write(list, mono, {ascii, at.y}, readable ? ui_.theme.text : ui_.theme.faint, readable ? std::string{static_cast<char>(value)} : ".");
      }
    }
  }
  ImGui::EndChild();
}

void Inspector::message_fields(const Dissected& parts) {
  flow_.heading("Fields");
  flow_.small("Point at a field to see its bytes.");
  std::optional<std::size_t> hovered;
  ImGui::BeginChild("fields", {flow_.width(), std::max(ui_.px(150), ImGui::GetContentRegionAvail().y)});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float line = std::round(ui_.fonts.text->FontSize * 1.35F);
  const std::size_t rows = std::min(parts.fields.size(), most_fields_shown);
  const float spacing = ImGui::GetStyle().ItemSpacing.y;
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows), line + spacing);
  while (clipper.Step()) {
    for (int r = clipper.DisplayStart; r < clipper.DisplayEnd; ++r) {
      const auto i = static_cast<std::size_t>(r);
      const DissectedField& field = parts.fields[i];
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const float wide = flow_.width();
      ImGui::Dummy({wide, line});
      if (ImGui::IsItemHovered()) {
        hovered = i;
        list.AddRectFilled(at, {at.x + wide, at.y + line}, ui_.theme.hover, ui_.px(3));
        if (!field.value.empty()) app_.tip = fmt::format("{} = {}\nbytes {} to {}", field.name, field.value, field.at, field.at + field.size);
      }
      const float x = at.x + ui_.px(10) * static_cast<float>(field.depth);
      const ImVec2 name = ui_.write(list, ui_.fonts.text, {x, at.y + ui_.px(1)}, field.value.empty() ? ui_.theme.text : ui_.theme.dim, field.name,
                                    std::max(ui_.px(20), at.x + wide - x));
      const float value_x = x + name.x + ui_.px(8);
      if (!field.value.empty() && value_x + ui_.px(16) < at.x + wide)
        (void)ui_.write(list, ui_.fonts.text, {value_x, at.y + ui_.px(1)}, ui_.theme.text, field.value, at.x + wide - value_x);
    }
  }
  if (parts.fields.size() > rows) flow_.dim(fmt::format("and {} more", parts.fields.size() - rows));
  ImGui::EndChild();
  state_.hovered_field = hovered;
}

void Inspector::message(const ChosenMessage& chosen) {
  const sim::MessageRef& ref = chosen.message;
  catch_message(state_, app_, ref);
  const sim::FrameMessage* under_way = frame_message(app_.frame(), ref);
  const std::string_view kind = ref.kind == MessageKind::request ? "request" : "response";
  flow_.title(fmt::format("{} {}", api_name(ref.api), kind), under_way ? words_of_fate(under_way->state) : std::string_view{"not under way"},
              under_way ? ui_.theme.accent : ui_.theme.dim);
  message_path(chosen);
  act_buttons({"drop"});
  if (!state_.message) {
    flow_.gap(4);
    flow_.dim("What it says can be seen while it is under way: go to a moment between its departure and its arrival.");
    return;
  }
  const MessageContents& contents = *state_.message;
  flow_.gap(2);
  flow_.pair("version", std::to_string(contents.version) + (contents.client.empty() ? "" : ", client id " + contents.client));
  message_bytes(contents.parts);
  message_fields(contents.parts);
}

}  // namespace kafkasim::viz
