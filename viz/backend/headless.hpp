#pragma once
// Headless: ImGui without a display, for pictures and for tests. Each test "hand" (click, key...) runs as many frames as ImGui needs
// to notice it: 1.86 has no queue of inputs, so that what is pressed and let go within one frame never happened.
//
//   Headless head{1280, 720};
//   head.frame([&](Ui& ui) { app.draw(ui, head.area()); });
//   head.click("btn.play");         // runs frames with the function given last, which must still be alive
//   write_png("out.png", head.image());
//
// Keys have GLFW's numbers, as in the window: GLFW_KEY_A is 'A'. The mouse is nowhere until it is moved.
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "viz/backend/raster.hpp"
#include "viz/draw/ui.hpp"

namespace kafkasim::viz {

// Pixels a point: 1 at 1280 x 720, 1.25 at 1600 x 1000, 3 at 3840 x 2160, between them by the shorter of both ratios, in quarters.
[[nodiscard]] float scale_for(int width, int height);

class Headless {
 public:
  using Draw = std::function<void(Ui&)>;

  explicit Headless(int width, int height, ThemeKind kind = ThemeKind::dark);  // the scale by the size
  Headless(int width, int height, float scale, ThemeKind kind = ThemeKind::dark);
  ~Headless();
  Headless(const Headless&) = delete;
  Headless& operator=(const Headless&) = delete;
  Headless(Headless&&) = delete;
  Headless& operator=(Headless&&) = delete;

  void frame(const Draw& draw);
  void frame();  // once more with the same function
  void frames(int count);

  [[nodiscard]] Ui& ui();
  [[nodiscard]] Area area() const { return {{0, 0}, {static_cast<float>(width_), static_cast<float>(height_)}}; }
  void set_theme(ThemeKind kind);  // from the next frame on

  // At the centre of what was probed in the last frame; an InternalError, with the names that there are, if it was not.
  void move_to(std::string_view probe);
  void click(std::string_view probe);
  void double_click(std::string_view probe);
  void right_click(std::string_view probe);

  void move_to(ImVec2 place);
  void click(ImVec2 place);
  void right_click(ImVec2 place);
  void drag(ImVec2 from, ImVec2 to, int button = 0);
  void wheel(float notches);  // up: positive; where the mouse is
  void mouse_away();

  void key(ImGuiKey key);                                            // ImGui's name: ImGuiKey_Space
  void press(int native_key, bool ctrl = false, bool shift = false);  // GLFW's number
  void type(char character);                                         // as text
  void type(std::string_view text);

  // The last frame.
  [[nodiscard]] Image image();

 private:
  struct State;
  [[nodiscard]] ImVec2 place_of(std::string_view probe) const;
  void press_button(int button);

  int width_;
  int height_;
  std::unique_ptr<State> state_;
};

}  // namespace kafkasim::viz
