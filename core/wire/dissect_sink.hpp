#pragma once
// The encoder's sink that writes as ByteSink does and notes what it was that was written, where: see dissect.hpp.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/wire/dissect.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/scalar.hpp"

namespace kafkasim::wire {

[[nodiscard]] std::string text_of(ErrorCode code);
[[nodiscard]] std::string counted(std::size_t count, std::string_view what);  // "1 byte", "3 bytes"

// Of a number as it stands on the wire.
template <class Rep, class T>
[[nodiscard]] std::string number_text(const T& x) {
  if constexpr (std::is_same_v<T, bool>) return x ? "true" : "false";
  if constexpr (std::is_same_v<T, ErrorCode>) return text_of(x);
  return std::to_string(Scalar<T>::template to_wire<Rep>(x));
}
// A field whose name, in Kafka, says its unit.
template <class T>
inline constexpr bool is_in_milliseconds = std::is_same_v<T, Duration> || std::is_same_v<T, std::optional<Duration>>;

class DissectSink {
 public:
  static constexpr bool needs_tag_sizes = true;
  explicit DissectSink(ByteWriter& out) : out_{out}, bytes_{out, nullptr} {}
  template <class N>
  void number(N x) {
    bytes_.number(x);
  }
  void uvarint(std::uint32_t x) { bytes_.uvarint(x); }
  void bytes(ByteSpan bytes) { bytes_.bytes(bytes); }
  void text(std::string_view text) { bytes_.text(text); }
  void batch(const RecordBatch& batch);

  // The field that may come next: what is written from here on belongs to it. Without a name, an element of a list.
  void next_field(std::string_view member) { next_ = Next{member, out_.size()}; }
  struct Row {
    std::size_t index{};
  };
  [[nodiscard]] Row open();
  void close(Row row, std::string value);
  template <class Rep, class T>
  void close_number(Row row, const T& x) {
    if constexpr (is_in_milliseconds<T>) rows_[row.index].name += "Ms";
    close(row, number_text<Rep>(x));
  }
  template <class T>
  void close_value(Row row, const T& x) {
    if constexpr (is_optional<T> && !IsScalar<T>) {
      if (!x) return close(row, "null");
      close_value(row, *x);
    } else if constexpr (IsScalar<T>) {
      close_number<typename Scalar<T>::rep>(row, x);
    } else if constexpr (std::is_same_v<T, std::string>) {
      close(row, '"' + x + '"');
    } else if constexpr (std::is_same_v<T, Uuid>) {
      close(row, to_string(x));
    } else if constexpr (is_bytes<T>) {
      close(row, counted(x.size(), "byte"));
    } else if constexpr (is_list<T>) {
      close(row, counted(x.size(), "element"));
    } else if constexpr (std::is_same_v<T, Records>) {
      close(row, (x.batches.size() == 1 ? "1 batch" : std::to_string(x.batches.size()) + " batches") + ", "
                     + counted(x.size_bytes(), "byte"));
    } else {
      close(row, {});
    }
  }

  [[nodiscard]] std::vector<DissectedField> take();  // when all is written

 private:
  struct Next {
    std::string_view member;
    std::size_t at{};
  };
  struct Open {  // a row that is not closed
    std::size_t index{};
    std::size_t elements{0};  // that it had so far
  };
  void add(int depth, std::string name, std::string value, std::size_t at, std::size_t size);
  void records(const RecordBatch& batch, std::size_t at, int depth);

  ByteWriter& out_;
  ByteSink bytes_;
  std::optional<Next> next_;
  std::vector<Open> open_;
  std::vector<DissectedField> rows_;
};

}  // namespace kafkasim::wire
