#include "sim/logtool/schema_reader.hpp"

#include <bit>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/model/ids.hpp"

namespace kafkasim::sim::logtool {

namespace {

// An object of JSON looks its fields up one by one: what no message has must not take minutes.
constexpr std::uint32_t most_tagged_fields = 1000;

struct Field {
  std::string_view name;
  std::int16_t first{0};
  std::int16_t last{INT16_MAX};
  std::optional<std::uint32_t> tag;
  enum class Shape : std::uint8_t { scalar, list, structure, structure_or_absent } shape{};
  std::string_view scalar;
  std::vector<Field> inner;  // one of a list: what it is of; the fields of a struct
};

// The text of a schema as a tree. Schemas are ours: a fault in one is a bug.
class SchemaText {
 public:
  explicit SchemaText(std::string_view text) : text_{text} {}

  std::vector<Field> fields() {
    std::vector<Field> all;
    while (!text_.empty() && text_.front() != '}') {
      all.push_back(field());
      if (!take(',')) break;
      take(' ');
    }
    return all;
  }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::string_view word() {
    const std::string_view found = text_.substr(0, text_.find_first_of(" ,[]{}?"));
    KAFKASIM_CHECK(!found.empty(), "a schema lacks a word");
    text_.remove_prefix(found.size());
    return found;
  }
  template <class T>
  T number() {
    T value{};
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    KAFKASIM_CHECK(error == std::errc{}, "a schema lacks a number");
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }
  void type(Field& out) {
    if (take('[')) {
      out.shape = Field::Shape::list;
      type(out.inner.emplace_back());
      KAFKASIM_CHECK(take(']'), "a list of a schema has no end");
    } else if (take('{')) {
      out.inner = fields();
      KAFKASIM_CHECK(take('}'), "a struct of a schema has no end");
      out.shape = take('?') ? Field::Shape::structure_or_absent : Field::Shape::structure;
    } else {
      out.scalar = word();
    }
  }
  Field field() {
    Field out;
    out.name = word();
    KAFKASIM_CHECK(take(' '), "a field of a schema has no type");
    type(out);
    while (take(' ')) {
      if (take('#')) {
        out.tag = number<std::uint32_t>();
        continue;
      }
      out.first = number<std::int16_t>();
      if (!take('+')) {
        KAFKASIM_CHECK(take('-'), "versions of a schema are a range");
        out.last = number<std::int16_t>();
      }
    }
    return out;
  }

  std::string_view text_;
};

class MessageReader {
 public:
  MessageReader(std::int16_t version, bool flexible, ByteReader& in)
      : version_{version}, flexible_{flexible}, in_{in} {}

  Json structure(const std::vector<Field>& fields) {
    Json out = Json::object();
    for (const Field& field : fields) {
      if (!in_.ok()) return out;
      if (field.tag || version_ < field.first || version_ > field.last) continue;
      out[std::string{field.name}] = value(field);
    }
    if (flexible_) tagged(fields, out);
    return out;
  }

 private:
  void tagged(const std::vector<Field>& fields, Json& out) {
    const std::uint32_t count = in_.unsigned_varint();
    if (count > most_tagged_fields) return in_.fail("far too many tagged fields");
    for (std::uint32_t i = 0; i < count && in_.ok(); ++i) {
      const std::uint32_t tag = in_.unsigned_varint();
      const std::uint32_t size = in_.unsigned_varint();
      const ByteSpan bytes = in_.take(size);
      if (!in_.ok()) return;
      const Field* known = nullptr;
      for (const Field& field : fields) {
        if (field.tag == tag && version_ >= field.first && version_ <= field.last) known = &field;
      }
      if (known == nullptr) {
        out["unknownTaggedFields"][std::to_string(tag)] = to_hex(bytes);
        continue;
      }
      ByteReader inner{bytes};
      Json read = MessageReader{version_, flexible_, inner}.value(*known);
      if (!inner.ok()) return in_.fail(std::string{known->name} + ": " + inner.error());
      out[std::string{known->name}] = std::move(read);
    }
  }

  Json value(const Field& field) {
    switch (field.shape) {
      case Field::Shape::scalar: return scalar(field.scalar);
      case Field::Shape::list: return list(field.inner.front());
      case Field::Shape::structure_or_absent:
        if (in_.i8() < 0) return nullptr;
        break;
      case Field::Shape::structure: break;
    }
    return structure(field.inner);
  }

  // Absent: null. More than is left fails: every element takes a byte at least.
  std::optional<std::size_t> length(bool two_bytes) {
    std::int64_t size = 0;
    if (flexible_) {
      size = static_cast<std::int64_t>(in_.unsigned_varint()) - 1;
    } else {
      size = two_bytes ? in_.i16() : in_.i32();
    }
    if (size < 0) return std::nullopt;
    if (static_cast<std::uint64_t>(size) > in_.remaining()) in_.fail("a length beyond the end");
    return in_.ok() ? static_cast<std::size_t>(size) : 0;
  }
  Json list(const Field& element) {
    const std::optional<std::size_t> size = length(false);
    if (!size) return nullptr;
    Json out = Json::array();
    for (std::size_t i = 0; i < *size && in_.ok(); ++i) out.push_back(value(element));
    return out;
  }
  Json scalar(std::string_view name) {
    if (name == "bool") return in_.i8() != 0;
    if (name == "i8") return in_.i8();
    if (name == "i16") return in_.i16();
    if (name == "u16") return in_.u16();
    if (name == "i32") return in_.i32();
    if (name == "i64") return in_.i64();
    if (name == "f64") return std::bit_cast<double>(in_.u64());
    if (name == "uuid") {
      const std::uint64_t high = in_.u64();
      const std::uint64_t low = in_.u64();
      return to_string(Uuid{high, low});
    }
    KAFKASIM_CHECK(name == "string" || name == "bytes", name);
    const std::optional<std::size_t> size = length(name == "string");
    if (!size) return nullptr;
    const ByteSpan bytes = in_.take(*size);
    if (name == "string") return bytes_json(bytes);
    return Json{{"base64", base64(bytes)}};
  }

  std::int16_t version_;
  bool flexible_;
  ByteReader& in_;
};

}  // namespace

Result<Json> read_message(const StoredSchema& schema, std::int16_t version, ByteReader& in) {
  if (version < 0 || version > schema.newest) return fail("unknown version " + std::to_string(version));
  SchemaText text{schema.fields};
  const std::vector<Field> fields = text.fields();
  KAFKASIM_CHECK(text.at_end(), schema.name);
  Json out = MessageReader{version, version >= schema.flexible_from, in}.structure(fields);
  if (!in.ok()) return fail(in.error());
  if (in.remaining() > 0) out["trailingBytes"] = to_hex(in.take(in.remaining()));
  return out;
}

}  // namespace kafkasim::sim::logtool
