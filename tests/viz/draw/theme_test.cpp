#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "viz/draw/theme.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;

namespace {

// WCAG 2.1: relative luminance, and the ratio of two
double theme_luminance(Colour c) {
  const auto linear = [c](int shift) {
    const double share = static_cast<double>(c >> shift & 0xff) / 255;
    return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(0) + 0.7152 * linear(8) + 0.0722 * linear(16);
}
double theme_contrast(Colour a, Colour b) {
  const double x = theme_luminance(a) + 0.05;
  const double y = theme_luminance(b) + 0.05;
  return std::max(x, y) / std::min(x, y);
}

}  // namespace

TEST_CASE("what is written can be read on every ground of both themes") {
  CHECK(theme_contrast(rgb(0x000000), rgb(0xffffff)) == Approx(21));
  for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light}) {
    const Theme& t = theme(kind);
    CHECK(t.kind == kind);
    const std::vector<std::pair<std::string, Colour>> letters{{"text", t.text}, {"dim", t.dim},     {"accent", t.accent}, {"good", t.good},
                                                              {"bad", t.bad},   {"note", t.note}, {"warning", t.warning}};
    for (const auto& [name, colour] : letters) {
      INFO(name << " in theme " << static_cast<int>(kind));
      CHECK(theme_contrast(colour, t.panel) >= 4.5);
      CHECK(theme_contrast(colour, t.raised) >= 4.5);
      CHECK(theme_contrast(colour, t.background) >= 4.5);
    }
    CHECK(theme_contrast(t.text, t.hover) >= 7);
    CHECK(theme_contrast(t.on_accent, t.accent) >= 4.5);
  }
}

TEST_CASE("marks of every colour stand out from the panel and letters fit on them") {
  for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light}) {
    const Theme& t = theme(kind);
    for (const Colour c : t.cycle) {
      INFO("colour " << std::hex << c);
      CHECK(theme_contrast(c, t.panel) >= 3);
      CHECK(std::max(theme_contrast(c, rgb(0x000000)), theme_contrast(c, rgb(0xffffff))) >= 4.5);
    }
    CHECK(std::set<Colour>(t.cycle.begin(), t.cycle.end()).size() == t.cycle.size());
  }
}

TEST_CASE("an epoch has another colour than the one before and none is faint") {
  const Theme& t = theme(ThemeKind::dark);
  for (std::int32_t epoch = 0; epoch < 30; ++epoch) CHECK(of_epoch(t, LeaderEpoch{epoch}) != of_epoch(t, LeaderEpoch{epoch + 1}));
  CHECK(of_epoch(t, LeaderEpoch{-1}) == t.faint);
  CHECK(of_epoch(t, LeaderEpoch{7}) == of_epoch(t, LeaderEpoch{0}));
}

TEST_CASE("each kind of traffic has its own colour") {
  for (const ThemeKind kind : {ThemeKind::dark, ThemeKind::light}) {
    std::set<Colour> colours;
    for (int i = 0; i <= static_cast<int>(sim::Traffic2::admin); ++i) colours.insert(of_traffic(theme(kind), static_cast<sim::Traffic2>(i)));
    CHECK(colours.size() == 8);
  }
}

TEST_CASE("a mixture lies between its colours and an alpha is scaled") {
  CHECK(mixed(rgb(0x000000), rgb(0xffffff), 0.5F) == rgb(0x808080));
  CHECK(mixed(rgb(0x123456), rgb(0xffffff), 0) == rgb(0x123456));
  CHECK(mixed(rgb(0x123456), rgb(0xabcdef), 1) == rgb(0xabcdef));
  CHECK(faded(rgb(0x123456), 0.5F) == rgb(0x123456, 127));
  CHECK(rgb(0x112233) == 0xff332211U);
}

TEST_CASE("a finding and a fault are as bad as each other and plain lines are text") {
  const Theme& t = theme(ThemeKind::light);
  CHECK(of_tone(t, sim::Tone::violation) == t.bad);
  CHECK(of_tone(t, sim::Tone::fault) == t.bad);
  CHECK(of_tone(t, sim::Tone::good) == t.good);
  CHECK(of_tone(t, sim::Tone::plain) == t.text);
}
