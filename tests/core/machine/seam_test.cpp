#include "core/machine/seam.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("effects leave in the order in which a step left them and only once") {
  Effects out;
  out.note(trace::Remark{"first"});
  out.add(Close{ConnectionId{HostId{1}, 2}});
  const std::vector<Effect> taken = out.take();
  REQUIRE(taken.size() == 2);
  CHECK(std::get<Note>(taken[0]).event.get_if<trace::Remark>()->text == "first");
  CHECK(std::get<Close>(taken[1]).connection == ConnectionId{HostId{1}, 2});
  CHECK(out.take().empty());
}

TEST_CASE("a trace event is of one kind and is visited as that") {
  const trace::Event event{trace::LogTruncated{{}, Offset{9}, Offset{5}}};
  CHECK(event.is<trace::LogTruncated>());
  CHECK_FALSE(event.get_if<trace::LogAppended>());
  std::int64_t seen = 0;
  event.visit([&seen](const auto& e) {
    if constexpr (requires { e.from; e.to.value; }) seen = e.to.value;
  });
  CHECK(seen == 5);
}
