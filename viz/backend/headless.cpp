#include "viz/backend/headless.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/base/check.hpp"
#include "viz/backend/keys.hpp"
#include "viz/draw/fonts.hpp"

namespace kafkasim::viz {

struct Headless::State {
  ImFontAtlas atlas;
  ImGuiContext* context{};
  Fonts fonts;
  float scale{};
  ThemeKind kind{};
  std::optional<Ui> ui;
  Draw draw;

  State(int width, int height, float pixels_a_point) : fonts{build_fonts(atlas, pixels_a_point)}, scale{pixels_a_point} {
    context = ImGui::CreateContext(&atlas);
    ImGui::SetCurrentContext(context);
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    io.DeltaTime = 1.0F / 60;
    io.MousePos = {-FLT_MAX, -FLT_MAX};
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;  // 16-bit indices reach 65,535 vertices of a list, and no further
    io.ConfigInputTextCursorBlink = false;
    std::copy(native_keys.begin(), native_keys.end(), io.KeyMap);
  }
  ~State() { ImGui::DestroyContext(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ImGuiIO& io() const {
    ImGui::SetCurrentContext(context);
    return ImGui::GetIO();
  }
  void wear(ThemeKind worn) {
    kind = worn;
    ui.emplace(fonts, theme(kind), scale);
    ImGui::SetCurrentContext(context);
    style_imgui(ImGui::GetStyle(), theme(kind), scale);
  }
};

float scale_for(int width, int height) {
  const float ratio = std::min(static_cast<float>(width) / 1280, static_cast<float>(height) / 720);
  return std::max(1.0F, std::floor(ratio * 4 + 0.001F) / 4);
}

Headless::Headless(int width, int height, ThemeKind kind) : Headless{width, height, scale_for(width, height), kind} {}

Headless::Headless(int width, int height, float scale, ThemeKind kind)
    : width_{width}, height_{height}, state_{std::make_unique<State>(width, height, scale)} {
  state_->wear(kind);
}

Headless::~Headless() = default;

void Headless::frame(const Draw& draw) {
  state_->draw = draw;
  frame();
}

void Headless::frame() {
  KAFKASIM_CHECK(state_->draw, "nothing was drawn yet");
  (void)state_->io();
  ImGui::NewFrame();
  state_->ui->begin_frame();
  state_->draw(*state_->ui);
  ImGui::Render();
}

void Headless::frames(int count) {
  for (int i = 0; i < count; ++i) frame();
}

Ui& Headless::ui() { return *state_->ui; }

void Headless::set_theme(ThemeKind kind) {
  if (kind != state_->kind) state_->wear(kind);
}

ImVec2 Headless::place_of(std::string_view probe) const {
  const Area* const area = state_->ui->find(probe);
  if (area == nullptr) {
    std::string names;
    for (const auto& [name, where] : state_->ui->probes()) names += ' ' + name;
    KAFKASIM_CHECK(area != nullptr, fmt::format("nothing is named {}; there are:{}", probe, names));
  }
  return area->centre();
}

void Headless::move_to(ImVec2 place) {
  state_->io().MousePos = place;
  frame();
}

void Headless::mouse_away() { move_to(ImVec2{-FLT_MAX, -FLT_MAX}); }

void Headless::press_button(int button) {
  state_->io().MouseDown[button] = true;
  frame();
  state_->io().MouseDown[button] = false;
  frame();
  frame();  // what it did is drawn: popups open in the frame behind
}

void Headless::move_to(std::string_view probe) { move_to(place_of(probe)); }
void Headless::click(std::string_view probe) { click(place_of(probe)); }
void Headless::right_click(std::string_view probe) { right_click(place_of(probe)); }

void Headless::double_click(std::string_view probe) {
  move_to(probe);
  press_button(0);
  press_button(0);
}

void Headless::click(ImVec2 place) {
  move_to(place);
  press_button(0);
}

void Headless::right_click(ImVec2 place) {
  move_to(place);
  press_button(1);
}

void Headless::drag(ImVec2 from, ImVec2 to, int button) {
  constexpr int steps = 4;
  move_to(from);
  state_->io().MouseDown[button] = true;
  frame();
  for (int i = 1; i <= steps; ++i) {
    const float share = static_cast<float>(i) / steps;
    move_to(ImVec2{from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share});
  }
  state_->io().MouseDown[button] = false;
  frame();
  frame();
}

void Headless::wheel(float notches) {
  state_->io().MouseWheel = notches;
  frame();
  frame();
}

void Headless::key(ImGuiKey key) { press(state_->io().KeyMap[key]); }

void Headless::press(int native_key, bool ctrl, bool shift) {
  ImGuiIO& io = state_->io();
  io.KeyCtrl = ctrl;
  io.KeyShift = shift;
  io.KeysDown[native_key] = true;
  frame();
  state_->io();
  io.KeysDown[native_key] = false;
  frame();
  state_->io();
  io.KeyCtrl = io.KeyShift = false;
  frame();
}

void Headless::type(char character) { type(std::string_view{&character, 1}); }

void Headless::type(std::string_view text) {
  state_->io().AddInputCharactersUTF8(std::string{text}.c_str());
  frame();
  frame();
}

Image Headless::image() {
  (void)state_->io();
  const ImDrawData* const data = ImGui::GetDrawData();
  KAFKASIM_CHECK(data != nullptr && data->Valid, "nothing was drawn yet");
  return rasterise(*data, alpha_texture(state_->atlas), theme(state_->kind).background);
}

}  // namespace kafkasim::viz
