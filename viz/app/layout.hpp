#pragma once
// How the window is divided and looked at, kept between two starts as a small JSON file. A file that is damaged or from another time
// changes nothing but what it says sensibly.
#include <string>

#include "viz/app/app.hpp"

namespace kafkasim::viz {

void read_layout(Look& look, const std::string& path);
// False if it could not be written: the next start is as the one before this.
bool write_layout(const Look& look, const std::string& path);

}  // namespace kafkasim::viz
