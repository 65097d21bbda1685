#include <catch2/catch.hpp>

#include "core/message/add_offsets_to_txn.hpp"
#include "core/message/add_partitions_to_txn.hpp"
#include "core/message/end_txn.hpp"
#include "core/message/txn_offset_commit.hpp"
#include "core/message/write_txn_markers.hpp"
#include "tests/core/wire/round_trip.hpp"

using namespace kafkasim;
using kafkasim::test::check_message;

TEST_CASE("the requests that add to a transaction come through the wire in every version as their projection") {
  check_message<AddPartitionsToTxnRequest>();
  check_message<AddPartitionsToTxnResponse>();
  check_message<AddOffsetsToTxnRequest>();
  check_message<AddOffsetsToTxnResponse>();
  check_message<TxnOffsetCommitRequest>();
  check_message<TxnOffsetCommitResponse>();
}

TEST_CASE("the requests that end a transaction come through the wire in every version as their projection") {
  check_message<EndTxnRequest>();
  check_message<EndTxnResponse>();
  check_message<WriteTxnMarkersRequest>();
  check_message<WriteTxnMarkersResponse>();
}
