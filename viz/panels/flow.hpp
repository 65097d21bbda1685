#pragma once
// Flow: text and small controls one below the other, as wide as the window that they stand in, wrapped and never cut. For panels that
// tell of one thing: the inspector, the lesson, sheets.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "viz/draw/ui.hpp"

namespace kafkasim::viz {

[[nodiscard]] std::string as_moment(Duration at);                      // "12.480 s"
[[nodiscard]] std::string as_size(std::uint64_t bytes);                // "1.2 MiB"
[[nodiscard]] std::string with_commas(std::int64_t number);             // "12,345"
[[nodiscard]] std::string first_sentence(std::string_view text);        // up to its full stop

struct Cell {
  std::string text;
  std::optional<Colour> colour{};
};

class Flow {
 public:
  explicit Flow(Ui& ui);

  void title(std::string_view text, std::string_view tag = {}, std::optional<Colour> tag_colour = {});  // the tag at the right, framed
  void heading(std::string_view text);
  void text(std::string_view text);
  void dim(std::string_view text);
  void small(std::string_view text);
  void coloured(Colour colour, std::string_view text);
  void mono(Colour colour, std::string_view text);
  void pair(std::string_view name, std::string_view value, std::optional<Colour> colour = {});
  void bar(std::string_view name, float share, std::string_view value, Colour colour);
  // Right-aligned columns, the first to the left. Returns the row that was clicked.
  std::optional<std::size_t> table(const std::vector<std::string>& head, const std::vector<std::vector<Cell>>& rows,
                                   const std::string& probe = {});
  // True when it was pressed.
  bool link(const std::string& probe, std::string_view text, const char* hint = nullptr, std::optional<Colour> colour = {});
  bool timed_link(const std::string& probe, Duration at, std::string_view text, std::optional<Colour> colour = {});  // "12.480 s  text"
  // A framed, wrapped text that can be pressed; `chosen` stands out.
  enum class Mark : std::uint8_t { none, chosen, right, wrong };
  bool choice(const std::string& probe, std::string_view text, Mark mark);
  // Buttons side by side, as many as fit in a row.
  bool press(const std::string& probe, const char* label, const char* hint, bool chosen = false);
  void end_row();

  void gap(float points = 6);
  void rule();
  [[nodiscard]] float width() const;
  [[nodiscard]] ImVec2 measure_wrapped(ImFont* font, std::string_view text, float width) const;  // as Ui::write_wrapped() sets it

 private:
  void paragraph(ImFont* font, Colour colour, std::string_view text);

  Ui& ui_;
  float row_x_{-1};  // where the next button of the row may stand; below 0: no row is open
};

}  // namespace kafkasim::viz
