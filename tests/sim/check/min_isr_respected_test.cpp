#include "sim/check/min_isr_respected.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/check/story.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::test;

namespace {

trace::ProduceAnswered answered(std::uint32_t isr, std::int64_t high_watermark, std::int16_t acks = -1) {
  trace::ProduceAnswered e;
  e.partition = tp;
  e.acks = acks;
  e.base = Offset{0};
  e.last = Offset{4};
  e.high_watermark = Offset{high_watermark};
  e.isr_size = isr;
  e.min_insync_replicas = 2;
  return e;
}

}  // namespace

TEST_CASE("an acknowledgement of acks=all by too few in-sync replicas breaks min-isr-respected", "[check]") {
  Tale tale;
  tale.tell(0, answered(2, 5));
  tale.tell(0, answered(1, 0, 1));  // acks=1 asks for nothing
  trace::ProduceAnswered refused = answered(1, 0);
  refused.error = ErrorCode::not_enough_replicas_after_append;
  tale.tell(0, refused);
  CHECK(tale.findings(MinIsrRespected::id) == 0);
  tale.tell(0, answered(1, 5));
  CHECK(tale.violations(MinIsrRespected::id) == 1);
}

TEST_CASE("an acknowledgement of acks=all before the record is committed breaks min-isr-respected", "[check]") {
  Tale tale;
  tale.tell(0, answered(2, 4));
  CHECK(tale.violations(MinIsrRespected::id) == 1);
}

TEST_CASE("a high watermark that moves under min.insync.replicas breaks min-isr-respected", "[check]") {
  Tale tale;
  tale.append(1, {0, 4});
  tale.append(2, {0, 4});
  tale.isr_view(1, {1, 2}, {1, 2});
  tale.commit(1, 0, 2);
  CHECK(tale.findings(MinIsrRespected::id) == 0);
  tale.isr_view(1, {1}, {1, 2});
  tale.commit(1, 2, 5);
  CHECK(tale.violations(MinIsrRespected::id) == 1);
}
