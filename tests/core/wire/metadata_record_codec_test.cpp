#include "core/wire/metadata_record_codec.hpp"

#include <catch2/catch.hpp>

#include "tests/core/wire/generate.hpp"

using namespace kafkasim;

namespace {

template <class T>
void check_record(std::uint64_t seed) {
  const MetadataRecord record{test::Generator{Random{seed}, test::Wildness::canonical}.make<T>()};
  const std::vector<std::byte> bytes = encode_metadata_record(record);
  CHECK(bytes.size() == encoded_size(record));
  const Result<MetadataRecord> back = decode_metadata_record(bytes);
  INFO((back ? std::string{} : back.error().message));
  REQUIRE(back.has_value());
  CHECK((*back == record));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_metadata_record(ByteSpan{bytes}.first(size)));
  Random random{seed};
  for (int round = 0; round < 50; ++round) {
    std::vector<std::byte> changed = bytes;
    changed[random.below(changed.size())] = static_cast<std::byte>(random.below(256));
    const Result<MetadataRecord> other = decode_metadata_record(changed);
    if (other) CHECK(decode_metadata_record(encode_metadata_record(*other)).has_value());
  }
}

template <class... T>
void check_each(const std::variant<T...>*, std::uint64_t seed) {
  (check_record<T>(seed), ...);
}

}  // namespace

TEST_CASE("every record of the metadata log comes back as it was written") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) check_each(static_cast<const MetadataRecord*>(nullptr), seed);
}

TEST_CASE("a metadata record stands in a frame of version and key and version") {
  CHECK(to_hex(encode_metadata_record(NoOpRecord{})) == "01140000");
  CHECK(to_hex(encode_metadata_record(FenceBrokerRecord{NodeId{2}, BrokerEpoch{9}})) == "010700" "00000002" "0000000000000009" "00");
}

TEST_CASE("a partition change tells no leader from an unchanged leader") {
  PartitionChangeRecord unchanged;
  PartitionChangeRecord none;
  none.leader.emplace();
  const auto leader_of = [](const PartitionChangeRecord& record) {
    return std::get<PartitionChangeRecord>(decode_metadata_record(encode_metadata_record(record)).value()).leader;
  };
  CHECK_FALSE(leader_of(unchanged).has_value());
  REQUIRE(leader_of(none).has_value());
  CHECK_FALSE(leader_of(none)->has_value());
  CHECK(to_hex(encode_metadata_record(none))
            .ends_with("01"
                       "01"
                       "04"
                       "ffffffff"));
}

TEST_CASE("a metadata record of an unknown kind or version or frame is refused") {
  const auto decode_bytes = [](std::vector<int> numbers) {
    std::vector<std::byte> bytes;
    for (const int x : numbers) bytes.push_back(static_cast<std::byte>(x));
    return decode_metadata_record(bytes).has_value();
  };
  CHECK(decode_bytes({1, 20, 0, 0}));
  CHECK_FALSE(decode_bytes({1, 21, 0, 0}));
  CHECK_FALSE(decode_bytes({1, 20, 1, 0}));
  CHECK_FALSE(decode_bytes({0, 20, 0, 0}));
  CHECK_FALSE(decode_bytes({1, 20, 0, 0, 0}));
}
