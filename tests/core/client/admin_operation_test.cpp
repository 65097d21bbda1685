#include "core/client/admin_operation.hpp"

#include <catch2/catch.hpp>

#include "tests/core/client/orders.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

TEST_CASE("an administrator's operation says in words all that it asks for") {
  CHECK(describe({ElectPartitionLeader{orders0, ElectionKind::preferred, NodeId{2}}}) == "elect_leader orders-0 to 2");
  CHECK(describe({ElectPartitionLeader{orders0, ElectionKind::unclean, {}}}) == "elect_leader orders-0, unclean");
  CHECK(describe({ReassignPartition{orders0, std::vector{NodeId{2}, NodeId{1}}}}) == "reassign orders-0 to [2,1]");
  CHECK(describe({DeleteRecordsBefore{orders0, Offset{7}}}) == "delete_records orders-0 before 7");
  CHECK(describe({DeleteRecordsBefore{orders0, {}}}) == "delete_records orders-0 before the high watermark");
  CHECK(describe({ResetGroupOffsets{"g", {"a", "b"}, Timestamp{5}}}) == "seek g to timestamp 5 in a, b");
  CreateTopicsRequest::Topic topic{.name = "t", .num_partitions = 3};
  topic.configs = {{"retention.ms", "5"}};
  CHECK(describe({CreateOneTopic{topic}}) == "create_topic t, 3 partitions, retention.ms=5");
  CHECK(describe({DeleteOneTopic{"t"}}) == "delete_topic t");
  CHECK(describe({AddPartitionsTo{"t", 6}}) == "add_partitions t to 6");
  CHECK(describe({AlterSettings{"t", {{"retention.ms", "5"}}}}) == "configure topic t, retention.ms=5");
  CHECK(describe({AlterSettings{NodeId{2}, {{"log.retention.ms", "5"}}}}) == "configure broker 2, log.retention.ms=5");
}

TEST_CASE("two operations that differ have different hashes") {
  const AdminCommand one = admin_command({DeleteRecordsBefore{orders0, Offset{7}}});
  const AdminCommand other = admin_command({DeleteRecordsBefore{orders0, Offset{8}}});
  CHECK(one.hash != other.hash);
  CHECK(one.hash == admin_command({DeleteRecordsBefore{orders0, Offset{7}}}).hash);
}
