#pragma once
// The visitor that fills a message from bytes that anyone may have sent. Every length is checked against what is left
// before anything is allocated for it: an array of n elements needs n times the least size of one. Nesting is bounded
// by the types. What is wrong makes the ByteReader fail at its place; the message is then worthless.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/record/record_batch.hpp"
#include "core/wire/encoder.hpp"
#include "core/wire/fields.hpp"
#include "core/wire/scalar.hpp"

namespace kafkasim::wire {

// Where record batches come from: slices of `body`, or rebuilt with the origins that encode() handed out.
class BatchSource {
 public:
  BatchSource() = default;
  BatchSource(const SharedBytes& body, const std::vector<Origin>& origins) : body_{&body}, origins_{&origins} {}
  [[nodiscard]] Records read(ByteReader& in, std::size_t from, std::size_t count);

 private:
  const SharedBytes* body_{nullptr};
  const std::vector<Origin>* origins_{nullptr};
  std::size_t next_{0};
};

class Reader {
 public:
  template <class T>
  using Subject = T&;

  Reader(Layout layout, ByteReader& in, BatchSource& batches) : layout_{layout}, in_{in}, batches_{batches} {}

  template <class T, class F>
  static F& at(T& subject, F T::*member) {
    return subject.*member;
  }
  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] bool in_plain_pass() const { return at_.pass == Pass::plain; }

  template <class T>
  void structure(T& x) {
    const At outer = std::exchange(at_, At{});
    Fields<Reader, T> fields{*this, x};
    describe(fields);
    if (layout_.flexible() && in_.ok()) {
      const std::uint32_t count = in_.unsigned_varint();
      for (std::uint32_t i = 0; i < count && in_.ok(); ++i) tag(fields);
    }
    at_ = outer;
  }

  template <class T>
  void field(T& x, Rule rule) {
    if (!in_.ok() || rule.tagged() == in_plain_pass()) return;
    if (rule.tagged()) {
      if (rule.tag_number != at_.tag) return;
      at_.seen = TagSeen::yes;
      if constexpr (is_optional<T>) {
        if (!rule.default_number) return value(x.emplace(), rule);
      }
    }
    value(x, rule);
  }

  template <class Rep, class T>
  void number(T& x, Rule rule) {
    if (rule.tagged() || !in_plain_pass()) return;
    scalar<Rep>(x);
  }

  template <class T>
  T& sole(std::vector<T>& list) {
    list.resize(1);
    return list.front();
  }

  template <class E, class N>
  void column(std::vector<E>& list, N E::*only, Rule rule) {
    const std::optional<std::size_t> count = length(std::size_t{4});
    if (!count) return not_null();
    if (*count == 0 || !fits(*count, least_size<N>())) return;
    list.reserve(*count);
    for (std::size_t i = 0; i < *count && in_.ok(); ++i) value(list.emplace_back().*only, rule);
  }

 private:
  enum class TagSeen : std::uint8_t { no, yes };
  struct At {  // where in the struct at hand
    Pass pass{Pass::plain};
    std::int32_t tag{-1};  // in the tagged pass: the one to read
    TagSeen seen{TagSeen::no};
  };

  template <class T>
  void tag(Fields<Reader, T>& fields) {
    const std::uint32_t number = in_.unsigned_varint();
    const std::uint32_t size = in_.unsigned_varint();
    if (!in_.ok()) return;
    if (number > INT32_MAX) return in_.fail("tag number is too large");
    if (size > in_.remaining()) return in_.fail("tagged field is longer than the message");
    const std::size_t end = in_.position() + size;
    at_ = {Pass::tagged, static_cast<std::int32_t>(number), TagSeen::no};
    describe(fields);
    if (at_.seen == TagSeen::no) in_.skip(size);
    if (in_.ok() && in_.position() != end) in_.fail("tagged field has another length than told");
  }

  template <class T>
  void value(T& x, Rule rule) {
    if constexpr (IsScalar<T>) {
      scalar<typename Scalar<T>::rep>(x);
    } else if constexpr (is_sized_optional<T>) {
      optional(x, rule);
    } else if constexpr (std::is_same_v<T, Uuid>) {
      x.high = in_.u64();
      x.low = in_.u64();
    } else if constexpr (std::is_same_v<T, Records>) {
      const std::optional<std::size_t> count = length(std::size_t{4});
      if (count && fits(*count, 1)) x = batches_.read(in_, in_.position(), *count);
    } else if constexpr (is_sized<T>) {
      const std::optional<std::size_t> count = length(std::is_same_v<T, std::string> ? std::size_t{2} : std::size_t{4});
      if (!count) return not_null();
      content(x, *count);
    } else if constexpr (is_optional<T>) {
      x.reset();
      if (in_.i8() != absent_struct && in_.ok()) structure(x.emplace());
    } else {
      structure(x);
    }
  }

  template <class T>
  void optional(std::optional<T>& x, Rule rule) {
    const auto width = std::is_same_v<T, std::string> ? std::size_t{2} : std::size_t{4};
    const std::optional<std::size_t> count = length(width);
    if (!in_.ok()) return;
    if (!count && !rule.nullable(layout_.version)) return not_null();
    const bool means_all = rule.empty_means_all && !rule.nullable(layout_.version) && count == std::size_t{0};
    if (!count || means_all) return x.reset();
    content(x.emplace(), *count);
  }

  void content(std::string& x, std::size_t count) {
    if (count > longest_string) return in_.fail("string is too long");
    x = std::string{as_text(in_.take(count))};
  }
  void content(std::vector<std::byte>& x, std::size_t count) { x = to_vector(in_.take(count)); }
  template <class T>
  void content(std::vector<T>& x, std::size_t count) {
    if (count == 0 || !fits(count, least_size<T>())) return;
    x.reserve(count);
    for (std::size_t i = 0; i < count && in_.ok(); ++i) value(x.emplace_back(), always);
  }

  // What an element takes at least: its fields empty, its tags left out.
  template <class T>
  [[nodiscard]] std::size_t least_size() const {
    SizeSink sink;
    Encoder<SizeSink>{layout_, sink}.element(T{});
    return sink.size();
  }
  [[nodiscard]] bool fits(std::size_t count, std::size_t least) {
    if (!in_.ok()) return false;
    if (least == 0 || count > in_.remaining() / least) return in_.fail("more elements or bytes than are left"), false;
    return true;
  }

  template <class Rep, class T>
  void scalar(T& x) {
    const std::optional<T> value = Scalar<T>::template from_wire<Rep>(raw<Rep>());
    if (!value) return in_.fail("a number that means nothing here");
    x = *value;
  }
  template <class Rep>
  Rep raw() {
    if constexpr (std::is_same_v<Rep, std::int8_t>) return in_.i8();
    if constexpr (std::is_same_v<Rep, std::int16_t>) return in_.i16();
    if constexpr (std::is_same_v<Rep, std::uint16_t>) return in_.u16();
    if constexpr (std::is_same_v<Rep, std::int32_t>) return in_.i32();
    if constexpr (std::is_same_v<Rep, std::int64_t>) return in_.i64();
  }

  // The length of a string, array or bytes; absent for null, and after a failure.
  std::optional<std::size_t> length(std::size_t width) {
    std::int64_t count = 0;
    if (layout_.flexible()) {
      count = static_cast<std::int64_t>(in_.unsigned_varint()) - 1;
    } else {
      count = width == 2 ? in_.i16() : in_.i32();
    }
    if (count < -1) in_.fail("negative length");
    if (!in_.ok() || count < 0) return std::nullopt;
    return static_cast<std::size_t>(count);
  }
  void not_null() { in_.fail("null where a value must be"); }

  Layout layout_;
  ByteReader& in_;
  BatchSource& batches_;
  At at_;
};

}  // namespace kafkasim::wire
