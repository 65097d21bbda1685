#include "core/machine/seam.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim;

TEST_CASE("what a machine wants done leaves in order and once and a note is one of its effects") {
  Effects effects;
  effects.add(Close{{HostId{1}, 1}});
  effects.note(trace::Remark{"between"});
  effects.add(Exit{true, "done"});
  const std::vector<Effect> taken = effects.take();
  REQUIRE(taken.size() == 3);
  CHECK(std::holds_alternative<Close>(taken[0]));
  CHECK(std::get<Note>(taken[1]).event.get_if<trace::Remark>()->text == "between");
  CHECK(std::get<Exit>(taken[2]).orderly);
  CHECK(effects.list().empty());
}
