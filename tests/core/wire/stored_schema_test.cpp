#include "core/wire/stored_schema.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("stored records are found by the number that their log names them by") {
  REQUIRE(metadata_schema(5) != nullptr);
  CHECK(metadata_schema(5)->name == "PARTITION_CHANGE_RECORD");
  CHECK(metadata_schema(27)->name == "REGISTER_CONTROLLER_RECORD");
  CHECK(metadata_schema(6) == nullptr);
  CHECK(metadata_schema(0xFFFFFFFF) == nullptr);
  CHECK(group_schema(1)->value->name == "OffsetCommitValue");
  CHECK(group_schema(8)->key->name == "ConsumerGroupCurrentMemberAssignmentKey");
  CHECK_FALSE(group_schema(-1));
  CHECK(transaction_schema(0)->value->newest == 1);
  CHECK_FALSE(transaction_schema(1));
}

TEST_CASE("records of groups whose layout is not known have a name") {
  CHECK(group_record_name(2) == "GroupMetadata");
  CHECK(group_record_name(11) == "ShareGroupMetadata");
  CHECK(group_record_name(99).empty());
}

TEST_CASE("every control record has its schema") {
  CHECK(control_schema(ControlType::abort).name == "ABORT");
  CHECK(control_schema(ControlType::leader_change).name == "LEADER_CHANGE");
  CHECK(control_schema(ControlType::kraft_voters).name == "KRAFT_VOTERS");
  CHECK(subscription_schema().newest == 3);
  CHECK(assignment_schema().newest == 3);
}
