#pragma once
// What must hold of every message in every version, shown on generated values.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/base/random.hpp"
#include "core/message/message.hpp"
#include "core/wire/codec.hpp"
#include "tests/core/wire/generate.hpp"

namespace kafkasim::test {

// The functions below do not depend on the message's type, so they are compiled once, in round_trip.cpp.
struct Encoded {
  SharedBytes bytes;
  std::vector<Origin> origins;
};
Encoded encoded(const Message& message, std::int16_t version);
void check_cut_short(const Message& message, std::int16_t version);  // at every byte: an error
void check_mutations(const Message& message, std::int16_t version,
                     Random random);  // an error or another message, never a crash
void check_size_and_hash(const Message& message, std::int16_t version);
void check_dissected(const Message& message, std::int16_t version);  // every byte has its place

constexpr std::uint64_t round_trip_values = 40;

template <class T>
void check_round_trip(std::int16_t version, std::uint64_t seed) {
  const Message message = Message::of(Generator{Random{seed}, Wildness::wild}.template make<T>());
  const T seen = project(message, version).template as<T>();
  const Encoded out = encoded(message, version);
  const Result<Message> shared = decode(T::api, T::kind, version, out.bytes, {});
  INFO((shared ? std::string{} : shared.error().message));
  REQUIRE(shared.has_value());
  CHECK((shared->template as<T>() == seen));
  const Result<Message> rebuilt = decode(T::api, T::kind, version, out.bytes, out.origins);
  REQUIRE(rebuilt.has_value());
  CHECK((rebuilt->template as<T>() == seen));
  const Encoded again = encoded(*rebuilt, version);
  CHECK((again.bytes == out.bytes));
  CHECK((again.origins == out.origins));
  check_size_and_hash(message, version);
  check_dissected(message, version);
}

// `forget` takes from a message what its newest version no longer carries.
template <class T, class F>
void check_message(F forget) {
  for (std::int16_t version = oldest_version(T::api); version <= newest_version(T::api); ++version) {
    CAPTURE(api_name(T::api), version);
    for (std::uint64_t seed = 0; seed < round_trip_values; ++seed) check_round_trip<T>(version, seed);
    const Message message = Message::of(Generator{Random{1}, Wildness::canonical}.template make<T>());
    check_cut_short(message, version);
    check_mutations(message, version, Random{2});
  }
  for (std::uint64_t seed = 0; seed < round_trip_values; ++seed) {  // the newest version carries every other field
    T sent = Generator{Random{seed}, Wildness::canonical}.template make<T>();
    forget(sent);
    const Message seen = project(Message::of(sent), newest_version(T::api));
    CHECK((seen.template as<T>() == sent));
  }
}

template <class T>
void check_message() {
  check_message<T>([](T&) {});
}

}  // namespace kafkasim::test
