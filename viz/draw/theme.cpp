#include "viz/draw/theme.hpp"

#include <cmath>

namespace kafkasim::viz {

namespace {

// The hues of Okabe and Ito (orange, sky blue, bluish green, vermillion, reddish purple, yellow, blue), each lightened or darkened until
// it stands out from the panel by 3 to 1, as marks must, and those that letters are written in by 4.5 to 1. tests hold both.
constexpr Theme dark_theme{
    .kind = ThemeKind::dark,
    .background = rgb(0x12151a),
    .panel = rgb(0x1a1e25),
    .panel_edge = rgb(0x2a303a),
    .raised = rgb(0x262c36),
    .hover = rgb(0x333b48),
    .text = rgb(0xe6e9ee),
    .dim = rgb(0x9aa5b4),
    .faint = rgb(0x3a4350),
    .accent = rgb(0x56b4e9),
    .on_accent = rgb(0x08161f),
    .good = rgb(0x2fbf93),
    .warning = rgb(0xe69f00),
    .bad = rgb(0xff7043),
    .note = rgb(0xd38bb5),
    .cycle = {rgb(0xe69f00), rgb(0x56b4e9), rgb(0x1aab80), rgb(0xe8663a), rgb(0xcc79a7), rgb(0xe9dd5a), rgb(0x5f8bea)},
};

constexpr Theme light_theme{
    .kind = ThemeKind::light,
    .background = rgb(0xeaedf1),
    .panel = rgb(0xffffff),
    .panel_edge = rgb(0xd3d9e1),
    .raised = rgb(0xeef1f5),
    .hover = rgb(0xdfe5ec),
    .text = rgb(0x1a222d),
    .dim = rgb(0x586474),
    .faint = rgb(0xcbd2db),
    .accent = rgb(0x0068a8),
    .on_accent = rgb(0xffffff),
    .good = rgb(0x007a58),
    .warning = rgb(0x8f6000),
    .bad = rgb(0xb83c08),
    .note = rgb(0x9c4277),
    .cycle = {rgb(0xc47f00), rgb(0x2a8fcb), rgb(0x008f68), rgb(0xd0560a), rgb(0xb4588f), rgb(0x918400), rgb(0x3558c4)},
};

}  // namespace

Colour mixed(Colour a, Colour b, float share_of_b) {
  Colour result = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const auto of_a = static_cast<float>(a >> shift & 0xff);
    const auto of_b = static_cast<float>(b >> shift & 0xff);
    result |= static_cast<Colour>(std::lround(of_a + (of_b - of_a) * share_of_b)) << shift;
  }
  return result;
}

const Theme& theme(ThemeKind kind) { return kind == ThemeKind::dark ? dark_theme : light_theme; }

Colour of_epoch(const Theme& theme, LeaderEpoch epoch) {
  if (epoch.value < 0) return theme.faint;  // none is known
  return theme.cycle[static_cast<std::size_t>(epoch.value) % theme.cycle.size()];
}

Colour of_traffic(const Theme& theme, sim::Traffic2 traffic) {
  switch (traffic) {
    case sim::Traffic2::produce: return theme.cycle[0];
    case sim::Traffic2::fetch: return theme.cycle[1];
    case sim::Traffic2::replication: return theme.cycle[2];
    case sim::Traffic2::quorum: return theme.cycle[4];
    case sim::Traffic2::control: return theme.dim;
    case sim::Traffic2::group: return theme.cycle[5];
    case sim::Traffic2::metadata: return theme.cycle[6];
    case sim::Traffic2::admin: return theme.cycle[3];
  }
  return theme.text;
}

Colour of_tone(const Theme& theme, sim::Tone tone) {
  switch (tone) {
    case sim::Tone::fault:
    case sim::Tone::violation: return theme.bad;
    case sim::Tone::warning: return theme.warning;
    case sim::Tone::decision: return theme.accent;
    case sim::Tone::good: return theme.good;
    case sim::Tone::note: return theme.note;
    case sim::Tone::plain: break;
  }
  return theme.text;
}

}  // namespace kafkasim::viz
