#include "sim/logtool/json.hpp"

#include <array>
#include <cctype>
#include <string_view>

namespace kafkasim::sim::logtool {

namespace {

// Bytes of the character that begins at `at`, 0 if none does: neither overlong forms nor surrogates are characters.
std::size_t character_size(ByteSpan bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned>(bytes[i]) : 0U; };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  std::size_t size = 0;
  unsigned code = 0;
  unsigned least = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    size = 2, code = first & 0x1FU, least = 0x80;
  } else if (first >= 0xE0 && first <= 0xEF) {
    size = 3, code = first & 0x0FU, least = 0x800;
  } else if (first >= 0xF0 && first <= 0xF4) {
    size = 4, code = first & 0x07U, least = 0x10000;
  } else {
    return 0;
  }
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned next = byte(at + i);
    if ((next & 0xC0U) != 0x80U) return 0;
    code = code << 6 | (next & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < least || code > 0x10FFFF || surrogate ? 0 : size;
}

std::string camel(std::string_view snake) {
  std::string out;
  bool upper = false;
  for (const char c : snake) {
    if (c == '_') {
      upper = true;
    } else {
      out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      upper = false;
    }
  }
  return out;
}

}  // namespace

bool is_utf8(ByteSpan bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = character_size(bytes, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string base64(ByteSpan bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned>(bytes[i]) : 0U; };
    const unsigned group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    out += letters[group >> 18];
    out += letters[group >> 12 & 63];
    out += at + 1 < bytes.size() ? letters[group >> 6 & 63] : '=';
    out += at + 2 < bytes.size() ? letters[group & 63] : '=';
  }
  return out;
}

Json bytes_json(const std::optional<ByteSpan>& bytes) {
  if (!bytes) return nullptr;
  if (is_utf8(*bytes)) return std::string{as_text(*bytes)};
  return Json{{"base64", base64(*bytes)}};
}

std::string bytes_text(const std::optional<ByteSpan>& bytes) {
  if (!bytes) return "null";
  if (!is_utf8(*bytes)) return "0x" + to_hex(*bytes);
  std::string out;
  for (const std::byte b : *bytes) {
    const auto byte = static_cast<unsigned char>(b);
    if (byte >= 0x20 && byte != 0x7F) {
      out += static_cast<char>(byte);
    } else {
      out += "\\x" + to_hex(ByteSpan{&b, 1});
    }
  }
  return out;
}

std::string json_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string fields_text(const Json& fields) {
  std::string out;
  for (const auto& [name, value] : fields.items()) {
    if (!out.empty()) out += ' ';
    out += camel(name) + ": ";
    out += value.is_string() ? bytes_text(as_bytes(value.get_ref<const std::string&>())) : json_line(value);
  }
  return out;
}

}  // namespace kafkasim::sim::logtool
