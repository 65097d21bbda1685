#include "core/wire/consumer_protocol_codec.hpp"

#include <catch2/catch.hpp>

#include "tests/core/wire/generate.hpp"

using namespace kafkasim;

TEST_CASE("a subscription of version 0 has topics and user data and later ones add to its end") {
  ConsumerProtocolSubscription subscription;
  subscription.topics = {"t"};
  subscription.owned_partitions = {{"t", {PartitionIndex{1}}}};
  subscription.generation_id = Generation{4};
  const std::string v0 =
      "00000001"
      "000174"
      "ffffffff";
  const std::string v1 = v0 + "00000001" "000174" "00000001" "00000001";
  CHECK(to_hex(encode_consumer_protocol(subscription, 0)) == "0000" + v0);
  CHECK(to_hex(encode_consumer_protocol(subscription, 1)) == "0001" + v1);
  CHECK(to_hex(encode_consumer_protocol(subscription, 3)) == "0003" + v1 + "00000004" "ffff");
}

TEST_CASE("subscriptions and assignments come back as they were written and never from a part") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    test::Generator generator{Random{seed}, test::Wildness::canonical};
    const auto subscription = generator.make<ConsumerProtocolSubscription>();
    const auto assignment = generator.make<ConsumerProtocolAssignment>();
    const std::vector<std::byte> bytes = encode_consumer_protocol(subscription);
    CHECK((decode_subscription(bytes).value() == subscription));
    CHECK((decode_assignment(encode_consumer_protocol(assignment)).value() == assignment));
    for (std::size_t size = 0; size < bytes.size(); ++size)
      CHECK_FALSE(decode_subscription(ByteSpan{bytes}.first(size)));
  }
}

TEST_CASE("what a newer version adds to an assignment is passed over") {
  ConsumerProtocolAssignment assignment;
  assignment.assigned_partitions = {{"t", {PartitionIndex{0}, PartitionIndex{1}}}};
  std::vector<std::byte> bytes = encode_consumer_protocol(assignment);
  bytes.push_back(std::byte{7});
  CHECK_FALSE(decode_assignment(bytes).has_value());
  bytes[1] = std::byte{4};
  CHECK((decode_assignment(bytes).value() == assignment));
}
