#include "tests/core/wire/round_trip.hpp"

#include "core/wire/dissect.hpp"

namespace kafkasim::test {

namespace {

std::uint64_t hash_of(const Message& message, std::int16_t version) {
  RunningHash hash;
  hash_message(message, version, hash);
  return hash.value();
}

// The rows from `i` on that lie in from..to at that depth, and their parts: in order, none beside its whole, no two over each other. How
// many bytes are in none of them goes to `gaps`.
std::size_t check_rows(const std::vector<DissectedField>& rows, std::size_t i, int depth, std::size_t from, std::size_t to, std::size_t& gaps) {
  std::size_t at = from;
  bool holds = true;
  while (i < rows.size() && rows[i].depth == depth) {
    const DissectedField& row = rows[i];
    holds = holds && !row.name.empty() && row.at >= at && row.at + row.size <= to;
    gaps += row.at - at;
    at = row.at + row.size;
    const bool has_parts = i + 1 < rows.size() && rows[i + 1].depth > depth;
    i = has_parts ? check_rows(rows, i + 1, depth + 1, row.at, at, gaps) : i + 1;
  }
  CHECK(holds);
  gaps += to - at;
  return i;
}

}  // namespace

void check_dissected(const Message& message, std::int16_t version) {
  const Dissected apart = dissect(message, version);
  const bool same_bytes = SharedBytes{apart.bytes} == encoded(message, version).bytes;
  CHECK(same_bytes);
  std::size_t gaps = 0;
  CHECK(check_rows(apart.fields, 0, 0, 0, apart.bytes.size(), gaps) == apart.fields.size());
  // Left over are lengths of lists and records, and the tags: at most seven bytes a row.
  std::size_t wholes = 1;
  for (std::size_t i = 0; i + 1 < apart.fields.size(); ++i) wholes += apart.fields[i + 1].depth > apart.fields[i].depth ? std::size_t{1} : 0;
  CHECK(gaps <= 7 * wholes);
}

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
