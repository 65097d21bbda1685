// The first byte chooses the codec, the rest is compressed input. Whatever comes out keeps the limit, and is what comes
// out again when it was compressed.
#include <cstddef>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/record/compression.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kafkasim;
  if (size == 0) return 0;
  constexpr std::size_t limit = std::size_t{1} << 20;
  const auto codec = static_cast<Codec>(data[0] & 7);
  const ByteSpan input = std::as_bytes(std::span{data + 1, size - 1});
  const auto plain = decompress(codec, input, limit);
  if (!plain) {
    KAFKASIM_CHECK(!plain.error().message.empty());
    return 0;
  }
  KAFKASIM_CHECK(plain->size() <= limit);
  const auto again = decompress(codec, compress({codec}, *plain), limit);
  KAFKASIM_CHECK(again.has_value() && *again == *plain);
  const auto small = decompress(codec, input, plain->size() / 2);
  KAFKASIM_CHECK(!small == !plain->empty());
  return 0;
}
