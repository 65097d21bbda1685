#include "sim/scenario/faults.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

TEST_CASE("faults come in the order of the file whatever the order of their finding") {
  JsonDocument document = read_json("[1,\n2, 3]");
  link(*document.root);
  Faults faults;
  faults.warning(document.root->items[2], "later");
  CHECK_FALSE(faults.any_error());
  faults.error(document.root->items[0], "earlier");
  CHECK(faults.any_error());
  const std::vector<Diagnostic> list = faults.take();
  REQUIRE(list.size() == 2);
  CHECK(to_line("f.json", list[0]) == "f.json:1:2: error: earlier (at /0)");
  CHECK(to_line("f.json", list[1]) == "f.json:2:4: warning: later (at /2)");
}

TEST_CASE("a thousand faults are enough and still an error") {
  JsonDocument document = read_json("1");
  Faults faults;
  for (int i = 0; i < 1000; ++i) faults.warning(*document.root, "again");
  CHECK_THROWS_AS(faults.warning(*document.root, "too many"), TooManyFaults);
  CHECK(faults.any_error());
  CHECK(faults.take().back().message == "more faults are not shown");
}

TEST_CASE("an object reports its unknown keys") {
  JsonDocument document = read_json(R"({"nane": 1, "zzz": [], "title": "p"})");
  link(*document.root);
  Faults faults;
  ObjectReader object{faults, *document.root, "scenario"};
  CHECK(object.ok());
  CHECK(object.find("title") != nullptr);
  const std::vector<Diagnostic> list = faults.take();
  REQUIRE(list.size() == 2);
  CHECK(list[0].message == "unknown key 'nane', did you mean 'name'?");
  CHECK(list[1].message == "unknown key 'zzz'");
}
