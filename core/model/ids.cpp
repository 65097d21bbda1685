#include "core/model/ids.hpp"

#include <string_view>

namespace kafkasim {

namespace {
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
}

std::string to_string(const Uuid& id) {
  std::array<std::uint8_t, 18> bytes{};  // 16 bytes and two zeros, so that six groups of three cover them
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(id.high >> (56 - 8 * i));
    bytes[i + 8] = static_cast<std::uint8_t>(id.low >> (56 - 8 * i));
  }
  std::string text;
  for (std::size_t i = 0; i < 18; i += 3) {
    const std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16 | static_cast<std::uint32_t>(bytes[i + 1]) << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) text.push_back(alphabet[group >> shift & 63]);
  }
  text.resize(22);
  return text;
}

Result<Uuid> parse_uuid(const std::string& text) {
  if (text.size() != 22) return fail("a uuid has 22 characters of base64", text);
  std::array<std::uint64_t, 2> words{};
  std::uint64_t buffer = 0;
  int bits = 0;
  std::size_t count = 0;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return fail("not a character of URL-safe base64", text);
    buffer = buffer << 6 | digit;
    bits += 6;
    if (bits >= 8 && count < 16) {
      bits -= 8;
      words[count / 8] = words[count / 8] << 8 | (buffer >> bits & 0xff);
      ++count;
    }
  }
  return Uuid{words[0], words[1]};
}

std::string to_string(const TopicPartition& tp) { return tp.topic + "-" + std::to_string(tp.partition.value); }

}  // namespace kafkasim
