#pragma once
// What of a row of tools is shown where there is not room for all: first the least worthy become brief, then the least worthy go.
#include <cstdint>
#include <vector>

namespace kafkasim::viz {

struct ToolWidth {
  float full{};
  float brief{};  // 0: it has no brief form
  float gap{};    // before it
  int worth{};    // the higher, the longer it stays
};
enum class ToolForm : std::uint8_t { full, brief, gone };

// One for each tool. Of tools of equal worth the later one gives way first.
[[nodiscard]] std::vector<ToolForm> fit_tools(const std::vector<ToolWidth>& tools, float width);
[[nodiscard]] float fitted_width(const std::vector<ToolWidth>& tools, const std::vector<ToolForm>& forms);

}  // namespace kafkasim::viz
