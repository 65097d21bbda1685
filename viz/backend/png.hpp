#pragma once
// PNG files (ISO/IEC 15948): 8 bits a channel, without alpha, since our pictures are opaque.
#include <string>

#include "core/base/result.hpp"
#include "viz/backend/raster.hpp"

namespace kafkasim::viz {

// The same bytes for the same picture, as long as zlib is the same.
[[nodiscard]] std::string to_png(const Image& image);

// Fails with the system's reason, and leaves no half a file.
[[nodiscard]] Result<void> write_png(const std::string& path, const Image& image);

}  // namespace kafkasim::viz
