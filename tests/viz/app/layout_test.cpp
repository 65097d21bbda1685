#include "viz/app/layout.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;

namespace {

void put(const std::string& path, const std::string& text) { std::ofstream{path, std::ios::binary} << text; }

}  // namespace

TEST_CASE("the layout of the last time is there again at the next start") {
  const kafkasim::test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/layout.json";
  Look look;
  look.theme = ThemeKind::light;
  look.preset = Preset::inspect;
  look.type = 1.5F;
  look.left_share = 0.61F;
  look.right_share = 0.33F;
  REQUIRE(write_layout(look, path));
  Look again;
  read_layout(again, path);
  CHECK(again.theme == ThemeKind::light);
  CHECK(again.preset == Preset::inspect);
  CHECK(again.type == 1.5F);
  CHECK(again.left_share == 0.61F);
  CHECK(again.right_share == 0.33F);
}

TEST_CASE("a damaged layout changes nothing") {
  const kafkasim::test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/layout.json";
  const Look usual;
  for (const char* text : {"", "{", "[]", R"({"left": 7})", R"({"left": "wide", "theme": 3, "type": -1})", R"({"theme": "purple", "panels": null})"}) {
    put(path, text);
    Look look;
    read_layout(look, path);
    CAPTURE(text);
    CHECK(look.left_share == usual.left_share);
    CHECK(look.theme == usual.theme);
    CHECK(look.preset == usual.preset);
    CHECK(look.type == usual.type);
  }
  Look look;
  read_layout(look, folder.path() + "/nothing.json");
  CHECK(look.type == usual.type);
}

TEST_CASE("a layout that cannot be written is told and nothing else happens") { CHECK_FALSE(write_layout(Look{}, "/dev/null/layout.json")); }
