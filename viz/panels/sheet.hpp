#pragma once
// A sheet: a window above all others, in the middle, on a veil. A press on the veil closes it.
//
//   if (begin_sheet(ui, "help", "Keys and signs", window, {900, 600}, app.popups.help)) { ... }   end_sheet();
#include "viz/draw/ui.hpp"

namespace kafkasim::viz {

// `wanted` in points; never larger than the window allows. Its content begins below the title and can be scrolled.
[[nodiscard]] Area begin_sheet(Ui& ui, const char* name, const char* title, const Area& window, ImVec2 wanted, bool& open);
void end_sheet();

}  // namespace kafkasim::viz
