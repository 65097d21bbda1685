// JSON trees as text: what read_json() reads again as the same tree. Containers that fit stand on one line.
#include "sim/scenario/json_tree.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t columns = 120;

void write_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void write_scalar(std::string& out, const JsonValue& value) {
  switch (value.kind) {
    case JsonKind::boolean: out += value.boolean ? "true" : "false"; break;
    case JsonKind::integer:
      out += value.negative ? std::to_string(static_cast<std::int64_t>(value.bits)) : std::to_string(value.bits);
      break;
    case JsonKind::fraction: out += value.text; break;
    case JsonKind::string: write_string(out, value.text); break;
    default: out += "null"; break;
  }
}

bool is_container(const JsonValue& value) { return value.is(JsonKind::object) || value.is(JsonKind::array); }

// False, and nonsense in `out`, if it takes more than `most` bytes.
bool write_line(std::string& out, const JsonValue& value, std::size_t most) {
  if (!is_container(value)) {
    write_scalar(out, value);
    return out.size() <= most;
  }
  const bool object = value.is(JsonKind::object);
  out += object ? '{' : '[';
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) out += ", ";
    if (object) {
      write_string(out, value.keys[i].name);
      out += ": ";
    }
    if (!write_line(out, value.items[i], most)) return false;
  }
  out += object ? '}' : ']';
  return out.size() <= most;
}

void write_block(std::string& out, const JsonValue& value, std::size_t indent) {
  std::string line;
  const bool inner = indent > 0;  // the file itself always stands in lines of its own
  if (!is_container(value) || value.items.empty() || (inner && write_line(line, value, columns))) {
    if (line.empty()) (void)write_line(line, value, SIZE_MAX);
    out += line;
    return;
  }
  const bool object = value.is(JsonKind::object);
  out += object ? "{\n" : "[\n";
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    out += std::string(indent + 2, ' ');
    if (object) {
      write_string(out, value.keys[i].name);
      out += ": ";
    }
    write_block(out, value.items[i], indent + 2);
    out += i + 1 < value.items.size() ? ",\n" : "\n";
  }
  out += std::string(indent, ' ') + (object ? "}" : "]");
}

}  // namespace

std::string write_json(const JsonValue& root) {
  std::string out;
  write_block(out, root, 0);
  return out + "\n";
}

}  // namespace kafkasim::sim
