#include "core/base/java_hash.hpp"

namespace kafkasim {

std::uint32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  const auto add = [&hash](std::uint32_t unit) { hash = hash * 31 + unit; };
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    const int more = lead < 0x80                   ? 0
                     : lead >= 0xc2 && lead < 0xe0 ? 1
                     : lead >= 0xe0 && lead < 0xf0 ? 2
                     : lead >= 0xf0 && lead < 0xf5 ? 3
                                                   : -1;
    std::uint32_t point = more <= 0 ? lead : lead & (0x3fU >> more);
    int seen = 0;
    while (seen < more && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) {
      point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3fU);
      ++seen;
    }
    if (more < 0 || seen < more) point = 0xfffd;
    if (point < 0x10000) {
      add(point);
    } else {
      add(0xd800 + ((point - 0x10000) >> 10));
      add(0xdc00 + ((point - 0x10000) & 0x3ff));
    }
  }
  return hash;
}

std::int32_t java_bucket(std::string_view text, std::int32_t count) {
  std::uint32_t magnitude = java_hash(text);
  if (magnitude >= 0x80000000U) magnitude = 0U - magnitude;
  if (magnitude == 0x80000000U) magnitude = 0;  // Utils.abs of the least integer
  return static_cast<std::int32_t>(magnitude % static_cast<std::uint32_t>(count));
}

}  // namespace kafkasim
