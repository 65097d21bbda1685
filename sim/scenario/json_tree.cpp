#include "sim/scenario/json_tree.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_faults = 1000;

// Walks over the text beside the parser, so that each value's beginning is known: only over what the parser has
// accepted.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_{text} {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  TextPlace next_token() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '/') {
        skip_comment();
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ':') {
        step();
      } else {
        break;
      }
    }
    return place_;
  }

  void skip_token() {
    const char first = at_ < text_.size() ? text_[at_] : '\0';
    step();
    if (first == '"') {
      while (at_ < text_.size() && text_[at_] != '"') {
        if (text_[at_] == '\\') step();
        step();
      }
      step();
    } else if (first != '{' && first != '}' && first != '[' && first != ']') {
      constexpr std::string_view ends = " \t\n\r,:/{}[]\"";
      while (at_ < text_.size() && ends.find(text_[at_]) == std::string_view::npos) step();
    }
  }

  TextPlace place_of(std::size_t offset) {  // not before where it stands now
    while (at_ < offset && at_ < text_.size()) step();
    return place_;
  }

 private:
  void step() {
    if (at_ >= text_.size()) return;
    const char c = text_[at_++];
    if (c == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if (at_ >= text_.size() || (static_cast<unsigned char>(text_[at_]) & 0xc0) != 0x80) {
      ++place_.column;
    }
  }
  void skip_comment() {
    step();
    const bool block = at_ < text_.size() && text_[at_] == '*';
    step();
    if (block) {
      while (at_ < text_.size() && !text_.substr(at_).starts_with("*/")) step();
      step();
      step();
    } else {
      while (at_ < text_.size() && text_[at_] != '\n') step();
    }
  }

  std::string_view text_;
  std::size_t at_{0};
  TextPlace place_;
};

void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

std::string shortened(std::string text) {
  constexpr std::size_t most = 300;
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

// What nlohmann_json says after "line N, column M: ".
std::string plain_reason(std::string_view what) {
  if (const std::size_t column = what.find(", column "); column != std::string_view::npos) {
    if (const std::size_t colon = what.find(": ", column); colon != std::string_view::npos)
      what = what.substr(colon + 2);
  } else if (const std::size_t bracket = what.find("] "); bracket != std::string_view::npos) {
    what = what.substr(bracket + 2);
  }
  if (const std::size_t read = what.find("; last read:"); read != std::string_view::npos) what = what.substr(0, read);
  std::string out;
  for (const char c : what.substr(0, 200)) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return out;
}

class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(std::string_view text) : text_{text}, scanner_{text} {}

  bool null() override { return add(scalar(JsonKind::null)); }
  bool boolean(bool value) override {
    JsonValue v = scalar(JsonKind::boolean);
    v.boolean = value;
    return add(std::move(v));
  }
  bool number_integer(number_integer_t value) override {
    JsonValue v = scalar(JsonKind::integer);
    v.bits = static_cast<std::uint64_t>(value);
    v.negative = value < 0;
    return add(std::move(v));
  }
  bool number_unsigned(number_unsigned_t value) override {
    JsonValue v = scalar(JsonKind::integer);
    v.bits = value;
    return add(std::move(v));
  }
  bool number_float(number_float_t /*value*/, const string_t& written) override {
    JsonValue v = scalar(JsonKind::fraction);
    if (written.find_first_of(".eE") == std::string::npos) {
      fault(v.place, "no 64-bit integer holds this number", "");
      v.kind = JsonKind::unusable;
    } else {
      v.text = written;
    }
    return add(std::move(v));
  }
  bool string(string_t& value) override {
    JsonValue v = scalar(JsonKind::string);
    v.text = std::move(value);
    return add(std::move(v));
  }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*elements*/) override { return open(JsonKind::object); }
  bool start_array(std::size_t /*elements*/) override { return open(JsonKind::array); }
  bool key(string_t& name) override {
    const TextPlace place = scanner_.next_token();
    scanner_.skip_token();
    open_.back().keys.push_back(JsonKey{std::move(name), place});
    return true;
  }
  bool end_object() override {
    (void)scanner_.next_token();
    scanner_.skip_token();
    drop_duplicates(open_.back());
    return close();
  }
  bool end_array() override {
    (void)scanner_.next_token();
    scanner_.skip_token();
    return close();
  }
  bool parse_error(std::size_t position, const std::string& token, const nlohmann::json::exception& error) override {
    const std::string reason = plain_reason(error.what());
    const std::size_t at = token_start(std::min(position, text_.size()), token, reason);
    fault(scanner_.place_of(at), reason, "");
    return false;
  }

  // The parser says where it stopped, and what it has read since the last string or number: the token is the end of
  // that.
  [[nodiscard]] std::size_t token_start(std::size_t end, std::string_view read, std::string_view reason) const {
    if (reason.find("end of input") != std::string_view::npos || end == 0) return end;
    const bool of_string = reason.find("unexpected string") != std::string_view::npos
                           || reason.find("invalid string") != std::string_view::npos;
    if (of_string && text_.substr(0, end).ends_with(read)) return end - read.size();
    constexpr std::string_view ends = " \t\n\r,:{}[]\"";
    std::size_t at = end - 1;
    const bool of_word = reason.find("invalid literal") != std::string_view::npos
                         || reason.find("invalid number") != std::string_view::npos;
    if (!of_word && ends.find(text_[at]) != std::string_view::npos) return at;
    while (at > 0 && ends.find(text_[at - 1]) == std::string_view::npos) --at;
    return at;
  }

  JsonDocument take(bool complete) {
    JsonDocument document{nullptr, std::move(faults_)};
    if (complete && root_) document.root = std::make_unique<JsonValue>(std::move(*root_));
    return document;
  }

 private:
  JsonValue scalar(JsonKind kind) {
    JsonValue v;
    v.kind = kind;
    v.place = scanner_.next_token();
    scanner_.skip_token();
    return v;
  }
  bool open(JsonKind kind) {
    JsonValue v = scalar(kind);
    if (open_.size() == json_most_depth) {
      fault(v.place, "more than " + std::to_string(json_most_depth) + " levels of brackets", "");
      return false;
    }
    open_.push_back(std::move(v));
    return true;
  }
  bool close() {
    JsonValue v = std::move(open_.back());
    open_.pop_back();
    return add(std::move(v));
  }
  bool add(JsonValue value) {
    if (++values_ > json_most_values) {
      fault(value.place, "more than " + std::to_string(json_most_values) + " values", "");
      return false;
    }
    if (open_.empty()) {
      root_ = std::move(value);
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }
  // The first of two equal keys stays.
  void drop_duplicates(JsonValue& object) {
    std::vector<std::size_t> order(object.keys.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, [&](std::size_t i) -> const std::string& { return object.keys[i].name; });
    std::vector<std::size_t> extra;
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (object.keys[order[i]].name == object.keys[order[i - 1]].name) extra.push_back(order[i]);
    }
    std::ranges::sort(extra, std::greater<>{});
    for (const std::size_t i : extra) {
      const auto offset = static_cast<std::ptrdiff_t>(i);
      fault(object.keys[i].place, "this key stands here twice", object.keys[i].name);
      object.keys.erase(object.keys.begin() + offset);
      object.items.erase(object.items.begin() + offset);
    }
  }
  // `inside`: a key of the innermost open object, where that is not the one being read.
  void fault(TextPlace place, std::string message, std::string_view inside) {
    if (faults_.size() >= most_faults) return;
    std::string pointer;
    for (const JsonValue& v : open_) {
      if (v.is(JsonKind::array)) {
        append_token(pointer, std::to_string(v.items.size()));
      } else if (&v == &open_.back() && !inside.empty()) {
        append_token(pointer, inside);
      } else if (v.keys.size() > v.items.size()) {
        append_token(pointer, v.keys.back().name);
      }
      if (pointer.size() > 1000) break;
    }
    faults_.push_back(JsonFault{place, std::move(message), shortened(std::move(pointer))});
  }

  std::string_view text_;
  Scanner scanner_;
  std::vector<JsonValue> open_;
  std::optional<JsonValue> root_;
  std::vector<JsonFault> faults_;
  std::size_t values_{0};
};

// The offset of the first byte that is not UTF-8 or is zero (the parser would take that for the end); npos if there is
// none.
std::size_t first_bad_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned c = byte(at);
    if (c == 0) return at;
    const std::size_t more = c < 0x80                ? 0
                             : c >= 0xc2 && c < 0xe0 ? 1
                             : c >= 0xe0 && c < 0xf0 ? 2
                             : c >= 0xf0 && c < 0xf5 ? 3
                                                     : 9;
    if (more == 9) return at;
    for (std::size_t i = 1; i <= more; ++i) {
      if ((byte(at + i) & 0xc0) != 0x80) return at;
    }
    const unsigned second = byte(at + 1);
    const bool overlong = (c == 0xe0 && second < 0xa0) || (c == 0xf0 && second < 0x90);
    const bool surrogate_or_beyond = (c == 0xed && second > 0x9f) || (c == 0xf4 && second > 0x8f);
    if (overlong || surrogate_or_beyond) return at;
    at += more + 1;
  }
  return std::string_view::npos;
}

JsonDocument refused(TextPlace place, std::string message) {
  JsonDocument document;
  document.faults.push_back(JsonFault{place, std::move(message), ""});
  return document;
}

}  // namespace

JsonDocument read_json(std::string_view text) {
  if (text.size() > json_most_bytes) return refused({}, "the file is larger than 10 MiB");
  if (const std::size_t bad = first_bad_byte(text); bad != std::string_view::npos) {
    return refused(Scanner{text}.place_of(bad),
                   text[bad] == '\0' ? "a zero byte: this is not a text file" : "this is not UTF-8");
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return refused({}, "the file is empty");
  Builder builder{text};
  const bool complete =
      nlohmann::json::sax_parse(text.begin(), text.end(), &builder, nlohmann::json::input_format_t::json,
                                /*strict=*/true, /*ignore_comments=*/true);
  return builder.take(complete);
}

const JsonValue* JsonValue::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].name == key) return &items[i];
  }
  return nullptr;
}

std::optional<std::int64_t> JsonValue::as_i64() const {
  const auto value = static_cast<std::int64_t>(bits);
  if (kind != JsonKind::integer || (!negative && value < 0)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> JsonValue::as_u64() const {
  if (kind != JsonKind::integer || negative) return std::nullopt;
  return bits;
}

std::string_view kind_name(JsonKind kind) {
  switch (kind) {
    case JsonKind::null: return "null";
    case JsonKind::boolean: return "true or false";
    case JsonKind::integer: return "a whole number";
    case JsonKind::fraction: return "a fraction";
    case JsonKind::string: return "a string";
    case JsonKind::array: return "a list";
    case JsonKind::object: return "an object";
    case JsonKind::unusable: break;
  }
  return "nothing usable";
}

std::string pointer_to(const JsonValue& value) {
  std::vector<std::string> tokens;
  for (const JsonValue* v = &value; v->parent != nullptr; v = v->parent) {
    const JsonValue& parent = *v->parent;
    tokens.push_back(parent.is(JsonKind::object) ? parent.keys[v->position].name : std::to_string(v->position));
  }
  std::string pointer;
  for (std::size_t i = tokens.size(); i-- > 0 && pointer.size() < 1000;) append_token(pointer, tokens[i]);
  return shortened(std::move(pointer));
}

std::string pointer_to(const JsonValue& object, std::string_view key) {
  std::string pointer = pointer_to(object);
  append_token(pointer, key.substr(0, 1000));
  return shortened(std::move(pointer));
}

void link(JsonValue& root) {
  for (std::size_t i = 0; i < root.items.size(); ++i) {
    root.items[i].parent = &root;
    root.items[i].position = i;
    link(root.items[i]);
  }
}

}  // namespace kafkasim::sim
