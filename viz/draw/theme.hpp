#pragma once
// Colours by what they mean. Colour-blind-safe (Okabe and Ito 2008), and never alone: shape, hatch or a letter says the same.
#include <array>
#include <cstdint>

#include "core/model/ids.hpp"
#include "sim/frame/frame.hpp"
#include "sim/run/story.hpp"

namespace kafkasim::viz {

using Colour = std::uint32_t;  // as ImGui has it: 0xAABBGGRR

[[nodiscard]] constexpr Colour rgb(std::uint32_t hex, std::uint32_t alpha = 255) {  // 0xRRGGBB
  return alpha << 24 | (hex & 0xff) << 16 | (hex & 0xff00) | hex >> 16;
}
[[nodiscard]] constexpr Colour faded(Colour c, float share) {  // its alpha times that
  return (c & 0x00ffffff) | static_cast<Colour>(static_cast<float>(c >> 24) * share) << 24;
}
[[nodiscard]] Colour mixed(Colour a, Colour b, float share_of_b);

enum class ThemeKind : std::uint8_t { dark, light };
struct Theme {
  ThemeKind kind{};
  Colour background, panel, panel_edge, raised, hover;
  Colour text, dim, faint;        // faint: grid lines, marks without weight
  Colour accent, on_accent;       // what is chosen, what can be pressed
  Colour good, warning, bad, note;
  std::array<Colour, 7> cycle;    // leader epochs, groups, series of plots: by number modulo
};
[[nodiscard]] const Theme& theme(ThemeKind kind);

[[nodiscard]] Colour of_epoch(const Theme& theme, LeaderEpoch epoch);
[[nodiscard]] Colour of_traffic(const Theme& theme, sim::Traffic2 traffic);
[[nodiscard]] Colour of_tone(const Theme& theme, sim::Tone tone);

}  // namespace kafkasim::viz
