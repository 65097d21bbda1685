#pragma once
// The visitor that goes through a message and hands what stands on the wire to a sink: SizeSink counts the bytes,
// ByteSink writes them, HashSink feeds a running hash with the values, DissectSink (dissect_sink.hpp) notes which bytes are which
// field's. So that all agree on what a version holds.
//
// A value that its version cannot carry (a string beyond 32767 bytes) is our own bug, checked in ByteSink.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/record/record_batch.hpp"
#include "core/wire/fields.hpp"
#include "core/wire/scalar.hpp"

namespace kafkasim::wire {

inline constexpr std::size_t longest_string = 32767;
inline constexpr std::int8_t absent_struct = -1;  // in the place of one that may be null; 1 stands before one that is there

class SizeSink {
 public:
  static constexpr bool needs_tag_sizes = true;
  template <class N>
  void number(N) {
    size_ += sizeof(N);
  }
  void uvarint(std::uint32_t x) { size_ += unsigned_varint_size(x); }
  void bytes(ByteSpan bytes) { size_ += bytes.size(); }
  void text(std::string_view text) { size_ += text.size(); }
  void batch(const RecordBatch& batch) { size_ += batch.size_bytes(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::size_t size_{0};
};

class ByteSink {
 public:
  static constexpr bool needs_tag_sizes = true;
  ByteSink(ByteWriter& out, std::vector<Origin>* origins) : out_{out}, origins_{origins} {}
  void number(std::int8_t x) { out_.i8(x); }
  void number(std::int16_t x) { out_.i16(x); }
  void number(std::uint16_t x) { out_.u16(x); }
  void number(std::int32_t x) { out_.i32(x); }
  void number(std::int64_t x) { out_.i64(x); }
  void number(std::uint64_t x) { out_.u64(x); }
  void uvarint(std::uint32_t x) { out_.unsigned_varint(x); }
  void bytes(ByteSpan bytes) { out_.bytes(bytes); }
  void text(std::string_view text) {
    KAFKASIM_CHECK(text.size() <= longest_string, "a string is too long for the wire");
    out_.bytes(as_bytes(text));
  }
  void batch(const RecordBatch& batch) {
    KAFKASIM_CHECK(batch.header.batch_length >= 0
                       && static_cast<std::size_t>(batch.header.batch_length) + log_overhead == batch.size_bytes(),
                   "a batch's header does not know the size of its body");
    write_batch_header(batch.header, out_);
    out_.bytes(batch.body.span());
    if (origins_ != nullptr) origins_->push_back(batch.body.origin());
  }

 private:
  ByteWriter& out_;
  std::vector<Origin>* origins_;
};

class HashSink {  // of a batch the header, whose checksum covers the body
 public:
  static constexpr bool needs_tag_sizes = false;
  explicit HashSink(RunningHash& hash) : hash_{hash} {}
  template <class N>
  void number(N x) {
    hash_.add(static_cast<std::uint64_t>(x));
  }
  void uvarint(std::uint32_t x) { number(x); }
  void bytes(ByteSpan bytes) { hash_.add(bytes); }
  void text(std::string_view text) { hash_.add(text); }
  void batch(const RecordBatch& batch) {
    const BatchHeader& h = batch.header;
    number(h.base_offset);
    number(h.batch_length);
    number(h.partition_leader_epoch);
    number(h.magic);
    number(h.crc);
    number(h.attributes);
    number(h.last_offset_delta);
    number(h.base_timestamp);
    number(h.max_timestamp);
    number(h.producer_id);
    number(h.producer_epoch);
    number(h.base_sequence);
    number(h.records_count);
    number(static_cast<std::uint64_t>(batch.body.size()));
  }

 private:
  RunningHash& hash_;
};

// Whether a tagged field may be left out: what would be written says no more than its default.
template <class T>
[[nodiscard]] bool is_default(const T& x, Rule rule, Layout layout);

// A sink that wants to know where a value begins and ends, and what it was.
template <class Sink>
concept TakesRows = requires(Sink sink) { sink.open(); };

template <class Sink>
class Encoder {
 public:
  template <class T>
  using Subject = const T&;

  Encoder(Layout layout, Sink& sink) : layout_{layout}, sink_{sink} {}

  template <class T, class F>
  static const F& at(const T& subject, F T::*member) {
    return subject.*member;
  }
  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] bool in_plain_pass() const { return pass_ == Pass::plain; }
  void next_field(std::string_view name) requires TakesRows<Sink> { sink_.next_field(name); }

  template <class T>
  void structure(const T& x) {
    const std::uint32_t outer_tags = tags_;
    const Pass outer_pass = pass_;
    tags_ = 0;
    pass_ = Pass::plain;
    Fields<Encoder, T> fields{*this, x};
    describe(fields);
    if (layout_.flexible()) {
      sink_.uvarint(tags_);
      if (tags_ != 0) {
        pass_ = Pass::tagged;
        describe(fields);
      }
    }
    tags_ = outer_tags;
    pass_ = outer_pass;
  }

  template <class T>
  void field(const T& x, Rule rule) {
    if (!rule.tagged()) {
      if (in_plain_pass()) value(x, rule);
    } else if (!is_default(x, rule, layout_)) {
      if (in_plain_pass()) {
        ++tags_;
      } else {
        tagged(x, rule);
      }
    }
  }

  template <class Rep, class T>
  void number(const T& x, Rule rule) {
    KAFKASIM_CHECK(!rule.tagged());
    if (!in_plain_pass()) return;
    if constexpr (TakesRows<Sink>) {
      const auto row = sink_.open();
      sink_.number(Scalar<T>::template to_wire<Rep>(x));
      sink_.template close_number<Rep>(row, x);
    } else {
      sink_.number(Scalar<T>::template to_wire<Rep>(x));
    }
  }

  template <class T>
  void element(const T& x) {
    value(x, always);
  }

  template <class T>
  const T& sole(const std::vector<T>& list) {
    static const T nothing{};
    return list.empty() ? nothing : list.front();
  }

  template <class E, class N>
  void column(const std::vector<E>& list, N E::*only, Rule rule) {
    if constexpr (TakesRows<Sink>) {
      const auto row = sink_.open();
      write_column(list, only, rule);
      sink_.close_value(row, list);
    } else {
      write_column(list, only, rule);
    }
  }

 private:
  template <class T>
  void tagged(const T& x, Rule rule) {
    sink_.uvarint(static_cast<std::uint32_t>(rule.tag_number));
    if constexpr (is_optional<T>) {
      if (x.has_value()) return tagged_value(*x, rule);  // the tag itself says that there is a value
    }
    tagged_value(x, rule);
  }
  template <class T>
  void tagged_value(const T& x, Rule rule) {
    if constexpr (Sink::needs_tag_sizes) {
      SizeSink inner;
      Encoder<SizeSink>{layout_, inner}.value(x, rule);
      sink_.uvarint(static_cast<std::uint32_t>(inner.size()));
    }
    value(x, rule);
  }

  template <class>
  friend class Encoder;

  template <class E, class N>
  void write_column(const std::vector<E>& list, N E::*only, Rule rule) {
    length(list.size(), std::size_t{4});
    for (const E& element : list) value(element.*only, rule);
  }

  template <class T>
  void value(const T& x, Rule rule) {
    if constexpr (TakesRows<Sink>) {
      const auto row = sink_.open();
      write(x, rule);
      sink_.close_value(row, x);
    } else {
      write(x, rule);
    }
  }
  template <class T>
  void write(const T& x, Rule rule) {
    if constexpr (IsScalar<T>) {
      sink_.number(Scalar<T>::template to_wire<typename Scalar<T>::rep>(x));
    } else if constexpr (is_sized_optional<T>) {
      if (x.has_value()) return write(*x, rule);
      if (rule.nullable(layout_.version)) return null<typename T::value_type>();
      write(typename T::value_type{}, rule);
    } else if constexpr (std::is_same_v<T, std::string>) {
      length(x.size(), std::size_t{2});
      sink_.text(x);
    } else if constexpr (is_bytes<T>) {
      length(x.size(), std::size_t{4});
      sink_.bytes(x);
    } else if constexpr (std::is_same_v<T, Uuid>) {
      sink_.number(x.high);
      sink_.number(x.low);
    } else if constexpr (std::is_same_v<T, Records>) {
      length(x.size_bytes(), std::size_t{4});
      for (const RecordBatch& batch : x.batches) sink_.batch(batch);
    } else if constexpr (is_list<T>) {
      length(x.size(), std::size_t{4});
      for (const auto& element : x) value(element, always);
    } else if constexpr (is_optional<T>) {
      sink_.number(x.has_value() ? std::int8_t{1} : absent_struct);
      if (x.has_value()) structure(*x);
    } else {
      structure(x);
    }
  }

  void length(std::size_t count, std::size_t width) {
    KAFKASIM_CHECK(count < static_cast<std::size_t>(INT32_MAX));
    if (layout_.flexible()) {
      sink_.uvarint(static_cast<std::uint32_t>(count) + 1);
    } else if (width == 2) {
      sink_.number(static_cast<std::int16_t>(count));
    } else {
      sink_.number(static_cast<std::int32_t>(count));
    }
  }
  template <class T>
  void null() {
    if (layout_.flexible()) {
      sink_.uvarint(0);
    } else if constexpr (std::is_same_v<T, std::string>) {
      sink_.number(std::int16_t{-1});
    } else {
      sink_.number(std::int32_t{-1});
    }
  }

  Layout layout_;
  Sink& sink_;
  Pass pass_{Pass::plain};
  std::uint32_t tags_{0};  // of the struct at hand: how many of its tagged fields do not hold their default
};

template <class T>
bool is_default(const T& x, Rule rule, Layout layout) {
  if constexpr (IsScalar<T>) {
    using Rep = typename Scalar<T>::rep;
    if (rule.default_number) return Scalar<T>::template to_wire<Rep>(x) == *rule.default_number;
    if constexpr (!is_optional<T>) return Scalar<T>::template to_wire<Rep>(x) == Rep{0};
  }
  if constexpr (is_optional<T>) {
    return !x.has_value();
  } else if constexpr (is_list<T>) {
    return x.empty();
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return x.is_zero();
  } else {  // a struct: compared as written, for a number of -1 is as good as an absent one
    RunningHash own;
    RunningHash none;
    HashSink own_sink{own};
    HashSink none_sink{none};
    Encoder<HashSink>{layout, own_sink}.element(x);
    Encoder<HashSink>{layout, none_sink}.element(T{});
    return own == none;
  }
}

}  // namespace kafkasim::wire
