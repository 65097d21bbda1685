#include "viz/panels/toolbar_fit.hpp"

#include <algorithm>
#include <numeric>

namespace kafkasim::viz {

float fitted_width(const std::vector<ToolWidth>& tools, const std::vector<ToolForm>& forms) {
  float sum = 0;
  for (std::size_t i = 0; i < tools.size(); ++i) {
    if (forms[i] != ToolForm::gone) sum += tools[i].gap + (forms[i] == ToolForm::full ? tools[i].full : tools[i].brief);
  }
  return sum;
}

std::vector<ToolForm> fit_tools(const std::vector<ToolWidth>& tools, float width) {
  std::vector<ToolForm> forms(tools.size(), ToolForm::full);
  std::vector<std::size_t> order(tools.size());  // who gives way, in this order
  std::iota(order.rbegin(), order.rend(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&tools](std::size_t i) { return tools[i].worth; });
  for (const std::size_t i : order) {
    if (fitted_width(tools, forms) <= width) return forms;
    if (tools[i].brief > 0) forms[i] = ToolForm::brief;
  }
  for (const std::size_t i : order) {
    if (fitted_width(tools, forms) <= width) return forms;
    forms[i] = ToolForm::gone;
  }
  return forms;
}

}  // namespace kafkasim::viz
