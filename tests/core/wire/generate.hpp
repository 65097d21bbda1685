#pragma once
// Random values of any message struct, field by field, without knowing its description: what a description forgets, a
// test sees.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/random.hpp"
#include "core/record/record_batch.hpp"
#include "core/wire/scalar.hpp"

namespace kafkasim::test {

// Canonical values arrive as they were sent; wild ones also hold what the wire rounds: parts of a millisecond, a
// present -1.
enum class Wildness : std::uint8_t { canonical, wild };

template <class T>
constexpr int arity() {
  // clang-format off
  if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) return -1;  // more than the lines below know
  else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) return 13;
  else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) return 12;
  else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) return 11;
  else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) return 10;
  else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}}; }) return 9;
  else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}}; }) return 8;
  else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}}; }) return 7;
  else if constexpr (requires { T{{}, {}, {}, {}, {}, {}}; }) return 6;
  else if constexpr (requires { T{{}, {}, {}, {}, {}}; }) return 5;
  else if constexpr (requires { T{{}, {}, {}, {}}; }) return 4;
  else if constexpr (requires { T{{}, {}, {}}; }) return 3;
  else if constexpr (requires { T{{}, {}}; }) return 2;
  else if constexpr (requires { T{{}}; }) return 1;
  else return 0;
  // clang-format on
}

class Generator {
 public:
  Generator(Random random, Wildness wildness) : random_{random}, wildness_{wildness} {}

  template <class T>
  T make() {
    T x{};
    fill(x);
    return x;
  }

 private:
  template <class T>
  void fill(T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      x = random_.chance(1, 2);
    } else if constexpr (std::is_integral_v<T>) {
      x = number<T>();
    } else if constexpr (std::is_same_v<T, ErrorCode>) {
      x = error_by_number(static_cast<std::int16_t>(random_.between(std::int64_t{-1}, std::int64_t{129})));
    } else if constexpr (std::is_enum_v<T>) {
      do x = static_cast<T>(random_.between(std::int64_t{-1}, std::int64_t{32}));
      while (!wire::known(x));
    } else if constexpr (std::is_same_v<T, Duration>) {
      x = milliseconds(number<std::int32_t>());
      if (wildness_ == Wildness::wild && random_.chance(1, 4))
        x = nanoseconds(static_cast<std::int64_t>(random_.next()));
    } else if constexpr (std::is_same_v<T, Uuid>) {
      x.high = random_.next();
      x.low = random_.next();
    } else if constexpr (std::is_same_v<T, std::string>) {
      for (std::uint64_t n = size(); n > 0; --n) x.push_back(static_cast<char>('a' + random_.below(26)));
    } else if constexpr (wire::is_bytes<T>) {
      for (std::uint64_t n = size(); n > 0; --n) x.push_back(static_cast<std::byte>(random_.below(256)));
    } else if constexpr (wire::is_optional<T>) {
      if (random_.chance(1, 3)) return x.reset();
      fill(x.emplace());
      if constexpr (wire::IsScalar<T>) {
        using Rep = typename wire::Scalar<T>::rep;
        const bool reads_as_absent = wire::Scalar<T>::template to_wire<Rep>(x) == static_cast<Rep>(-1);
        if (wildness_ == Wildness::canonical && reads_as_absent) x.reset();
      }
    } else if constexpr (wire::is_list<T>) {
      for (std::uint64_t n = random_.below(4); n > 0; --n) fill(x.emplace_back());
    } else if constexpr (std::is_same_v<T, Records>) {
      for (std::uint64_t n = random_.below(3); n > 0; --n) x.batches.push_back(batch());
    } else if constexpr (requires { typename T::rep; }) {
      x.value = number<typename T::rep>();
    } else {
      fields(x);
    }
  }

  std::uint64_t size() { return random_.chance(1, 20) ? 100 + random_.below(300) : random_.below(12); }

  template <class T>
  T number() {
    const std::uint64_t bits = random_.next();
    switch (random_.below(4)) {
      case 0: return static_cast<T>(bits % 3);
      case 1: return static_cast<T>(bits % 1000);
      case 2: return static_cast<T>(0 - bits % 3);
      default: return static_cast<T>(bits);
    }
  }

  RecordBatch batch() {
    RecordBatch b;
    std::vector<std::byte> body;
    fill(body);
    b.header.base_offset = static_cast<std::int64_t>(random_.below(1'000'000));
    b.header.partition_leader_epoch = number<std::int32_t>();
    b.header.crc = number<std::uint32_t>();
    b.header.attributes = number<std::int16_t>();
    b.header.producer_id = number<std::int64_t>();
    b.header.records_count = static_cast<std::int32_t>(random_.below(9));
    b.header.batch_length = static_cast<std::int32_t>(batch_header_size - log_overhead + body.size());
    const auto client = static_cast<std::int32_t>(random_.below(5));
    const auto first_send = static_cast<std::int64_t>(random_.below(1000));
    b.body = SharedBytes{std::move(body), Origin{client, first_send}};
    return b;
  }

  template <class... F>
  void all(F&... field) {
    (fill(field), ...);
  }

  template <class T>
  void fields(T& x) {
    constexpr int count = arity<T>();
    static_assert(count >= 0, "a struct with more fields than this knows");
    // clang-format off
    if constexpr (count == 0) { (void)x; }
    if constexpr (count == 1) { auto& [a] = x; all(a); }
    if constexpr (count == 2) { auto& [a, b] = x; all(a, b); }
    if constexpr (count == 3) { auto& [a, b, c] = x; all(a, b, c); }
    if constexpr (count == 4) { auto& [a, b, c, d] = x; all(a, b, c, d); }
    if constexpr (count == 5) { auto& [a, b, c, d, e] = x; all(a, b, c, d, e); }
    if constexpr (count == 6) { auto& [a, b, c, d, e, f] = x; all(a, b, c, d, e, f); }
    if constexpr (count == 7) { auto& [a, b, c, d, e, f, g] = x; all(a, b, c, d, e, f, g); }
    if constexpr (count == 8) { auto& [a, b, c, d, e, f, g, h] = x; all(a, b, c, d, e, f, g, h); }
    if constexpr (count == 9) { auto& [a, b, c, d, e, f, g, h, i] = x; all(a, b, c, d, e, f, g, h, i); }
    if constexpr (count == 10) { auto& [a, b, c, d, e, f, g, h, i, j] = x; all(a, b, c, d, e, f, g, h, i, j); }
    if constexpr (count == 11) { auto& [a, b, c, d, e, f, g, h, i, j, k] = x; all(a, b, c, d, e, f, g, h, i, j, k); }
    if constexpr (count == 12) { auto& [a, b, c, d, e, f, g, h, i, j, k, l] = x; all(a, b, c, d, e, f, g, h, i, j, k, l); }
    if constexpr (count == 13) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = x; all(a, b, c, d, e, f, g, h, i, j, k, l, m); }
    // clang-format on
  }

  Random random_;
  Wildness wildness_;
};

}  // namespace kafkasim::test
