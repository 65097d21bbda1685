#include "viz/app/layout.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string_view>

#include <nlohmann/json.hpp>

namespace kafkasim::viz {

namespace {

using LayoutJson = nlohmann::ordered_json;

constexpr std::array<std::string_view, 2> theme_names{"dark", "light"};
constexpr std::array<std::string_view, 3> preset_names{"learn", "inspect", "compare"};
constexpr std::array<std::pair<std::string_view, float Look::*>, 5> shares{{{"left", &Look::left_share},
                                                                           {"upper", &Look::upper_share},
                                                                           {"side", &Look::side_share},
                                                                           {"middle", &Look::middle_share},
                                                                           {"right", &Look::right_share}}};

template <class Enum, std::size_t N>
void take_name(Enum& out, const LayoutJson& json, const char* key, const std::array<std::string_view, N>& names) {
  if (!json.contains(key) || !json[key].is_string()) return;
  const auto found = std::ranges::find(names, json[key].get<std::string>());
  if (found != names.end()) out = static_cast<Enum>(found - names.begin());
}

void take_number(float& out, const LayoutJson& json, const std::string& key, float least, float most) {
  if (!json.contains(key) || !json[key].is_number()) return;
  const auto number = json[key].get<float>();
  if (number >= least && number <= most) out = number;
}

}  // namespace

void read_layout(Look& look, const std::string& path) {
  constexpr std::size_t longest = 64U << 10;
  std::ifstream in{path, std::ios::binary};
  std::string text(longest, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  const LayoutJson json = LayoutJson::parse(text, nullptr, false);
  if (!json.is_object()) return;
  take_name(look.theme, json, "theme", theme_names);
  take_name(look.preset, json, "panels", preset_names);
  take_number(look.type, json, "type", 0.5F, 3);
  for (const auto& [key, share] : shares) take_number(look.*share, json, std::string{key}, 0.1F, 0.9F);
}

bool write_layout(const Look& look, const std::string& path) {
  LayoutJson json{{"theme", theme_names.at(static_cast<std::size_t>(look.theme))},
                  {"panels", preset_names.at(static_cast<std::size_t>(look.preset))},
                  {"type", look.type}};
  for (const auto& [key, share] : shares) json[std::string{key}] = look.*share;
  std::ofstream out{path, std::ios::binary};
  out << json.dump(2) << '\n' << std::flush;
  return out.good();
}

}  // namespace kafkasim::viz
