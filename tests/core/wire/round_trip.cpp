#include "tests/core/wire/round_trip.hpp"

namespace kafkasim::test {

namespace {

std::uint64_t hash_of(const Message& message, std::int16_t version) {
  RunningHash hash;
  hash_message(message, version, hash);
  return hash.value();
}

}  // namespace

Encoded encoded(const Message& message, std::int16_t version) {
  ByteWriter out;
  Encoded result;
  encode(message, version, out, &result.origins);
  result.bytes = SharedBytes{out.take()};
  return result;
}

void check_size_and_hash(const Message& message, std::int16_t version) {
  CHECK(encoded_size(message, version) == encoded(message, version).bytes.size());
  CHECK(hash_of(message, version) == hash_of(project(message, version), version));
}

void check_cut_short(const Message& message, std::int16_t version) {
  const SharedBytes whole = encoded(message, version).bytes;
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (decode(message.api(), message.kind(), version, SharedBytes{to_vector(whole.slice(0, size).span())}, {}))
      ++accepted;
  }
  CHECK(accepted == 0);
  std::vector<std::byte> longer = to_vector(whole.span());
  longer.push_back(std::byte{0});
  CHECK_FALSE(decode(message.api(), message.kind(), version, SharedBytes{longer}, {}));
}

void check_mutations(const Message& message, std::int16_t version, Random random) {
  const SharedBytes whole = encoded(message, version).bytes;
  if (whole.empty()) return;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::byte> bytes = to_vector(whole.span());
    for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
      const std::size_t at = random.below(bytes.size());
      bytes[at] = random.chance(1, 3) ? std::byte{0xff} : static_cast<std::byte>(random.below(256));
    }
    const Result<Message> other = decode(message.api(), message.kind(), version, SharedBytes{std::move(bytes)}, {});
    if (!other) continue;
    const Message seen = project(*other, version);
    CHECK(encoded(seen, version).bytes == encoded(*other, version).bytes);
  }
}

}  // namespace kafkasim::test
