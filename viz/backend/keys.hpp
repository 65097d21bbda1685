#pragma once
// GLFW's numbers of the keys that ImGui has names for, without GLFW: a program without a window has the same keys. The window's file
// holds them against GLFW's header.
#include <array>

#include <imgui.h>

namespace kafkasim::viz {

inline constexpr std::array<int, ImGuiKey_COUNT> native_keys = [] {
  std::array<int, ImGuiKey_COUNT> keys{};
  keys[ImGuiKey_Tab] = 258;
  keys[ImGuiKey_LeftArrow] = 263;
  keys[ImGuiKey_RightArrow] = 262;
  keys[ImGuiKey_UpArrow] = 265;
  keys[ImGuiKey_DownArrow] = 264;
  keys[ImGuiKey_PageUp] = 266;
  keys[ImGuiKey_PageDown] = 267;
  keys[ImGuiKey_Home] = 268;
  keys[ImGuiKey_End] = 269;
  keys[ImGuiKey_Insert] = 260;
  keys[ImGuiKey_Delete] = 261;
  keys[ImGuiKey_Backspace] = 259;
  keys[ImGuiKey_Space] = 32;
  keys[ImGuiKey_Enter] = 257;
  keys[ImGuiKey_Escape] = 256;
  keys[ImGuiKey_KeyPadEnter] = 335;
  keys[ImGuiKey_A] = 'A';
  keys[ImGuiKey_C] = 'C';
  keys[ImGuiKey_V] = 'V';
  keys[ImGuiKey_X] = 'X';
  keys[ImGuiKey_Y] = 'Y';
  keys[ImGuiKey_Z] = 'Z';
  return keys;
}();

}  // namespace kafkasim::viz
