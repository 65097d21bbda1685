#pragma once
// The commands: all that the window does at the press of a key, in one table that key handling, the help sheet and the palette share.
#include <cstdint>
#include <span>
#include <string_view>

#include "viz/app/app.hpp"

namespace kafkasim::viz {

enum class CommandKind : std::uint8_t { time, acting, branches, looking, files };
[[nodiscard]] std::string_view kind_title(CommandKind kind);  // "Time"

// What is pressed. Letters, function keys and the like by their key (GLFW's numbers, which ImGui's headless backend shares); signs that
// keyboards have in different places by the character that comes.
enum class With : std::uint8_t { nothing, shift, ctrl, ctrl_shift };
struct Press {
  int key{0};         // 0: none
  With with{};
  char character{0};  // instead of the key; 0: none
  bool repeats{false};
};
struct AppCommand {
  std::string_view id;     // "play", for probes: "help.play"
  std::string_view title;  // "Play or pause"
  std::string_view keys;   // "Space"; empty: in the palette alone
  CommandKind kind{};
  Press press;
  Press also{};
  void (*run)(App&){};
};

[[nodiscard]] std::span<const AppCommand> commands();
[[nodiscard]] const AppCommand* command(std::string_view id);

// Runs what was pressed in this frame. While a text is typed, only Escape and what has Ctrl.
void handle_keys(App& app);

// 1, 2, 5, 10...: the next speed up or down.
[[nodiscard]] double next_speed(double now, int direction);

}  // namespace kafkasim::viz
