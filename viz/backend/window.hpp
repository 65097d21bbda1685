#pragma once
// Window: GLFW makes it, OpenGL 3 draws into it. Only compiled where both were found (KAFKASIM_WINDOW).
//
// It draws when something changed: the run went on, the user did something, or an input's answer still settles. Otherwise it waits for
// events, a quarter of a second at a time. Letters are made anew when the window comes onto a display of another density.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/base/result.hpp"
#include "viz/draw/ui.hpp"

namespace kafkasim::viz {

struct WindowWish {  // of the program, asked for before each frame
  ThemeKind theme{};
  float type{1.0F};  // how much larger than usual letters are, and all that is measured in points
  bool go_on{true};     // false: the loop ends
  bool at_work{false};  // there is more to do, though nothing of it is seen: no waiting
  std::string title{};  // empty: as it was made
};

class Window {
 public:
  using Advance = std::function<bool(double seconds, double spare)>;  // both in seconds; true: what is shown may have changed
  using Draw = std::function<void(Ui&, const Area&)>;
  using Wish = std::function<WindowWish()>;

  // `size` in pixels, else as it was left, else 1280 x 800 points; `scale` in pixels a point, else as the display asks. Where it stood is kept in
  // the file `memory` (empty: nowhere). Fails if there is no display, or none with OpenGL 3.
  [[nodiscard]] static Result<std::unique_ptr<Window>> create(const std::string& title, std::optional<std::pair<int, int>> size,
                                                              std::optional<float> scale, std::string memory);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  Window(Window&&) = delete;
  Window& operator=(Window&&) = delete;

  // Until the user closes it, or the program does not wish to go on.
  void loop(const Advance& advance, const Draw& draw, const Wish& wish);

 private:
  struct State;
  explicit Window(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kafkasim::viz
