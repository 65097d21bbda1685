#include <catch2/catch.hpp>

#include "core/group/group_records.hpp"
#include "tests/core/group/harness.hpp"

using namespace kafkasim;
using namespace kafkasim::test;

namespace {

const TopicPartition orders_0{"orders", PartitionIndex{0}};

TxnOffsetCommitRequest commit_of(std::int64_t offset, std::int64_t producer = 7) {
  TxnOffsetCommitRequest request{.transactional_id = "billing", .group_id = group_name, .producer_id = ProducerId{producer}};
  request.topics.push_back({"orders", {{PartitionIndex{0}, Offset{offset}, std::nullopt, "m"}}});
  return request;
}

struct TxnGroupHarness : Harness {
  TxnGroupHarness() { elect(); }
  int commit_txn(const TxnOffsetCommitRequest& request) {
    const int id = 1'000 + ++commits;
    const RequestRef ref{{HostId{9}, static_cast<std::uint64_t>(id)}, id, 5};
    step([&](Env& env) { coordinator.commit_transactional(request, {}, ref, std::nullopt, env); });
    return id;
  }
  ErrorCode told(int id) { return answer<TxnOffsetCommitResponse>(id).topics.at(0).partitions.at(0).error_code; }
  void end(TransactionOutcome outcome, std::int64_t producer = 7) {
    log[partition(group_name)].push_back(
        build_end_transaction_batch(ProducerId{producer}, ProducerEpoch{1}, {outcome, 1}, Timestamp{5}));
    step([&](Env& env) { coordinator.on_transaction_ended(partition(group_name), ProducerId{producer}, outcome, env); });
  }
  OffsetFetchResponse::Partition fetched(bool stable) {
    OffsetFetchRequest request{.groups = {{.group_id = group_name}}, .require_stable = stable};
    request.groups[0].topics.emplace().push_back({"orders", {PartitionIndex{0}}});
    return answer<OffsetFetchResponse>(send(std::move(request))).groups.at(0).topics.at(0).partitions.at(0);
  }
  int commits{0};
};

}  // namespace

TEST_CASE("offsets of a transaction count once it is committed and until then who wants stable ones must wait", "[group]") {
  TxnGroupHarness rig;
  CHECK(rig.told(rig.commit_txn(commit_of(5))) == ErrorCode::none);
  CHECK(rig.fetched(true).error_code == ErrorCode::unstable_offset_commit);
  CHECK_FALSE(rig.fetched(false).committed_offset);
  rig.end(TransactionOutcome::commit);
  CHECK(rig.fetched(true).error_code == ErrorCode::none);
  CHECK(rig.fetched(true).committed_offset == Offset{5});
}

TEST_CASE("offsets of a transaction that is aborted never count", "[group]") {
  TxnGroupHarness rig;
  CHECK(rig.told(rig.commit_txn(commit_of(5))) == ErrorCode::none);
  rig.end(TransactionOutcome::abort);
  CHECK(rig.fetched(true).error_code == ErrorCode::none);
  CHECK_FALSE(rig.fetched(true).committed_offset);
}

TEST_CASE("the end of one producer's transaction says nothing of another's", "[group]") {
  TxnGroupHarness rig;
  CHECK(rig.told(rig.commit_txn(commit_of(5, 7))) == ErrorCode::none);
  rig.end(TransactionOutcome::commit, 8);
  CHECK(rig.fetched(true).error_code == ErrorCode::unstable_offset_commit);
}

TEST_CASE("the next coordinator finds open offsets open and ended ones as they ended", "[group]") {
  TxnGroupHarness rig;
  CHECK(rig.told(rig.commit_txn(commit_of(5))) == ErrorCode::none);
  rig.resign();
  rig.elect();
  CHECK(rig.fetched(true).error_code == ErrorCode::unstable_offset_commit);
  rig.end(TransactionOutcome::commit);
  CHECK(rig.fetched(true).committed_offset == Offset{5});
  rig.resign();
  rig.elect();
  CHECK(rig.fetched(true).committed_offset == Offset{5});
}

TEST_CASE("a producer that names a member which is none or an old generation is refused", "[group]") {
  TxnGroupHarness rig;
  TxnOffsetCommitRequest stranger = commit_of(5);
  stranger.generation_id = Generation{1};
  stranger.member_id = "stranger";
  CHECK(rig.told(rig.commit_txn(stranger)) == ErrorCode::illegal_generation);  // there is no such group
  CHECK(rig.told(rig.commit_txn(commit_of(5))) == ErrorCode::none);             // it names none
  CHECK(rig.told(rig.commit_txn(stranger)) == ErrorCode::unknown_member_id);
}

TEST_CASE("a group that another broker coordinates is NOT_COORDINATOR", "[group]") {
  TxnGroupHarness rig;
  rig.resign();
  CHECK(rig.told(rig.commit_txn(commit_of(5))) == ErrorCode::not_coordinator);
}
