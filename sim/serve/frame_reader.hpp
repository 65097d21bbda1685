#pragma once
// FrameReader: cuts what comes on a stream into frames (a size, i32, and as many bytes). A frame's memory grows with what
// has come of it, never with what its size promises.
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/wire/frame.hpp"

namespace kafkasim::sim {

class FrameReader {
 public:
  explicit FrameReader(std::size_t most) : most_{most} {}

  // Takes all of `bytes`; the frames that are complete, without their sizes, go behind `frames`. Fails on an impossible size:
  // nothing more can be read then.
  [[nodiscard]] Result<void> feed(ByteSpan bytes, std::vector<SharedBytes>& frames) {
    while (!bytes.empty()) {
      if (!expected_) {
        const std::size_t take = std::min(frame_size_bytes - have_, bytes.size());
        std::copy_n(bytes.begin(), take, size_.begin() + static_cast<std::ptrdiff_t>(have_));
        have_ += take;
        bytes = bytes.subspan(take);
        if (have_ < frame_size_bytes) return {};
        const Result<std::optional<std::size_t>> length = next_frame_length(size_, most_);
        if (!length) return tl::unexpected<Error>{length.error()};
        expected_ = *length;
        body_.reserve(std::min(*expected_, first_room));
      }
      const std::size_t take = std::min(*expected_ - body_.size(), bytes.size());
      body_.insert(body_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(take));
      bytes = bytes.subspan(take);
      if (body_.size() < *expected_) return {};
      frames.emplace_back(std::exchange(body_, {}));
      expected_.reset();
      have_ = 0;
    }
    return {};
  }
  [[nodiscard]] std::size_t buffered() const { return body_.capacity(); }

 private:
  static constexpr std::size_t first_room = 1U << 20;  // bytes: enough for nearly all
  std::size_t most_;
  std::array<std::byte, frame_size_bytes> size_{};
  std::size_t have_{0};  // bytes of the size
  std::optional<std::size_t> expected_;
  std::vector<std::byte> body_;
};

}  // namespace kafkasim::sim
