#include "sim/check/exactly_once_broken.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/pipeline_story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {
void one_transaction(PipelineTale& tale, const std::vector<std::int64_t>& inputs, std::int64_t offset) {
  tale.write(inputs, true);
  tale.send_offsets(offset);
  tale.mark(TransactionOutcome::commit);
  tale.commit_offsets(offset);
  tale.completed();
}
}  // namespace

TEST_CASE("a pipeline that makes one record of each is right", "[check]") {
  PipelineTale tale;
  one_transaction(tale, {0, 1}, 2);
  one_transaction(tale, {2, 3, 4}, 5);
  tale.judge({});
  CHECK(tale.findings(ExactlyOnceBroken::id) == 0);
}

TEST_CASE("a second record of one that was read breaks exactly-once-broken when it is committed", "[check]") {
  PipelineTale tale;
  one_transaction(tale, {0, 1}, 2);
  tale.write({1}, true);
  CHECK(tale.findings(ExactlyOnceBroken::id) == 0);
  tale.mark(TransactionOutcome::commit);
  CHECK(tale.violations(ExactlyOnceBroken::id) == 1);
}

TEST_CASE("a committed offset without the record made of what lies below breaks exactly-once-broken", "[check]") {
  PipelineTale tale;
  one_transaction(tale, {0, 2}, 3);
  CHECK(tale.violations(ExactlyOnceBroken::id) == 1);
  tale.judge({seconds(1), {{"copy", "not at rest"}}, {}});
  CHECK(tale.violations(ExactlyOnceBroken::id) == 1);
}

TEST_CASE("what a commit on its way has not written everywhere is not missed when the next instance commits", "[check]") {
  PipelineTale tale;
  tale.write({0, 1}, true);
  tale.send_offsets(2, "copy-1");
  tale.changed("copy-1", TransactionStatus::prepare_commit);
  tale.commit_offsets(2);  // the offsets topic has its marker, the output not yet
  tale.send_offsets(2, "copy-2");
  tale.changed("copy-2", TransactionStatus::prepare_commit);
  tale.changed("copy-2", TransactionStatus::complete_commit);
  CHECK(tale.findings(ExactlyOnceBroken::id) == 0);
  SECTION("and its marker comes") {
    tale.mark(TransactionOutcome::commit);
    tale.changed("copy-1", TransactionStatus::complete_commit);
    CHECK(tale.findings(ExactlyOnceBroken::id) == 0);
  }
  SECTION("and it ends without one") {
    tale.changed("copy-1", TransactionStatus::complete_commit);
    CHECK(tale.violations(ExactlyOnceBroken::id) == 2);
  }
}

TEST_CASE("an offset that is committed while the output is aborted is found when all has come to rest", "[check]") {
  PipelineTale tale;
  tale.write({0}, true);
  tale.send_offsets(1);
  tale.mark(TransactionOutcome::abort);
  tale.commit_offsets(1);
  CHECK(tale.findings(ExactlyOnceBroken::id) == 0);
  tale.judge({});
  CHECK(tale.violations(ExactlyOnceBroken::id) == 1);
}

TEST_CASE("a pipeline that promises less may write twice and forget", "[check]") {
  PipelineTale tale{false};
  tale.write({0, 0, 2}, false);
  tale.commit_offsets(3, "copy/1-a");
  tale.judge({});
  CHECK(tale.findings(ExactlyOnceBroken::id) == 0);
}
