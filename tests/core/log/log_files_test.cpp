#include "core/log/log_files.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("a segment file is named by 20 digits of its base offset") {
  CHECK(segment_path("orders-0", Offset{42}, log_suffix) == "orders-0/00000000000000000042.log");
  CHECK(segment_path("orders-0", Offset{INT64_MAX}, index_suffix) == "orders-0/09223372036854775807.index");
  CHECK(offset_of_name("00000000000000000042.log", log_suffix) == Offset{42});
  CHECK(offset_of_name("09223372036854775807.snapshot", snapshot_suffix) == Offset{INT64_MAX});
}

TEST_CASE("other names are no segment files") {
  for (const char* name :
       {"42.log", "0000000000000000004x.log", "00000000000000000042.index", "-0000000000000000042.log",
        "09223372036854775808.log", "00000000000000000042.log.deleted", ""}) {
    CHECK_FALSE(offset_of_name(name, log_suffix).has_value());
  }
}

TEST_CASE("a directory belongs to the partition behind its last dash") {
  CHECK(partition_of_directory("orders-7") == TopicPartition{"orders", PartitionIndex{7}});
  CHECK(partition_of_directory("a-b-0") == TopicPartition{"a-b", PartitionIndex{0}});
  for (const char* name : {"orders", "orders-", "-3", "orders-x", "orders-007", "orders-99999999999",
                           "orders-0.abc-delete", "orders-0.abc-future", "orders-0.abc-stray", "", "-"}) {
    CHECK_FALSE(partition_of_directory(name).has_value());
  }
}
