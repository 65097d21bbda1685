#include "core/wire/control_record_codec.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

namespace {

LeaderChangeMessage message(std::int16_t version) {
  LeaderChangeMessage m;
  m.version = version;
  m.leader_id = NodeId{1};
  m.voters = {{NodeId{1}, Uuid{}}, {NodeId{2}, Uuid{}}};
  m.granting_voters = {{NodeId{2}, Uuid{}}};
  return m;
}

}  // namespace

TEST_CASE("a leader change of version 0 names voters by their ids alone") {
  const std::vector<std::byte> bytes = encode_leader_change(message(0));
  CHECK(to_hex(bytes) == "0000" "00000001" "03" "0000000100" "0000000200" "02" "0000000200" "00");
  CHECK((decode_leader_change(bytes).value() == message(0)));
}

TEST_CASE("a leader change of version 1 also carries the directory ids of the voters") {
  LeaderChangeMessage sent = message(1);
  sent.voters[0].voter_directory_id = Uuid{5, 6};
  const std::vector<std::byte> bytes = encode_leader_change(sent);
  CHECK(bytes.size() == encode_leader_change(message(0)).size() + 3 * 16);
  CHECK((decode_leader_change(bytes).value() == sent));
}

TEST_CASE("a leader change that is cut short is refused at every byte") {
  const std::vector<std::byte> bytes = encode_leader_change(message(1));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_leader_change(ByteSpan{bytes}.first(size)));
}

TEST_CASE("the header of a snapshot tells when the last record in it was written and the footer only its version") {
  const SnapshotHeader header{0, 0x0102030405060708};
  CHECK(to_hex(encode_snapshot_header(header)) == "0000" "0102030405060708" "00");
  CHECK((decode_snapshot_header(encode_snapshot_header(header)).value() == header));
  CHECK(to_hex(encode_snapshot_footer({})) == "0000" "00");
  const std::vector<std::byte> bytes = encode_snapshot_header(header);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_snapshot_header(ByteSpan{bytes}.first(size)));
  CHECK_FALSE(decode_snapshot_header(std::vector<std::byte>(11, std::byte{0xff})));
}

TEST_CASE("voters and kraft version are control records of their own") {
  const KRaftVersionRecord version{0, 1};
  CHECK(to_hex(encode_kraft_version(version)) == "0000" "0001" "00");
  CHECK((decode_kraft_version(encode_kraft_version(version)).value() == version));
  VotersRecord voters;
  voters.voters.push_back({NodeId{1}, Uuid{5, 6}, {{"CONTROLLER", "a", 9093}}, {0, 1}});
  const std::vector<std::byte> bytes = encode_voters(voters);
  // version; one voter: id, directory, one endpoint, versions 0 to 1
  CHECK(to_hex(bytes) == "0000" "02" "00000001" "00000000000000050000000000000006" "02" "0b434f4e54524f4c4c4552" "0261" "2385" "00"
                         "0000" "0001" "00" "00" "00");
  CHECK((decode_voters(bytes).value() == voters));
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_voters(ByteSpan{bytes}.first(size)));
}
