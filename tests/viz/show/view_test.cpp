#include "viz/show/view.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.hpp"
#include "tests/viz/app/small_app.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::testing;

namespace {

ViewOptions small_view() {
  ViewOptions options;
  options.file = "small.json";
  options.open = [](const std::string& path) -> Result<TapeSource> {
    if (path != "small.json") return fail("there is no such file");
    return small_source();
  };
  options.size = {640, 400};
  return options;
}

struct Said {
  int code{};
  std::string out;
  std::string err;
};
Said show(const ViewOptions& options) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = view(options, out, err);
  return {code, out.str(), err.str()};
}

std::string bytes_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

TEST_CASE("a screenshot is a PNG file that is the same each time") {
  const kafkasim::test::TemporaryDirectory folder;
  ViewOptions options = small_view();
  options.at = milliseconds(2500);
  options.screenshot = folder.path() + "/a.png";
  const Said first = show(options);
  REQUIRE(first.code == 0);
  CHECK(first.out.find("640 x 400 at 2500ms") != std::string::npos);
  const std::string picture = bytes_of(*options.screenshot);
  CHECK(picture.starts_with("\x89PNG"));
  options.screenshot = folder.path() + "/b.png";
  REQUIRE(show(options).code == 0);
  CHECK(bytes_of(*options.screenshot) == picture);
  options.at = milliseconds(1500);
  REQUIRE(show(options).code == 0);
  CHECK(bytes_of(*options.screenshot) != picture);
}

TEST_CASE("a film is a picture for each span of virtual time") {
  const kafkasim::test::TemporaryDirectory folder;
  ViewOptions options = small_view();
  options.frames = folder.path() + "/film";
  options.at = seconds(1);
  options.to = milliseconds(1400);
  const Said film = show(options);
  REQUIRE(film.code == 0);
  std::size_t pictures = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{*options.frames}) ++pictures;
  CHECK(pictures == 5);
  CHECK(std::filesystem::exists(*options.frames + "/000004.png"));
}

TEST_CASE("what cannot be shown is told in a line and nothing is written") {
  const kafkasim::test::TemporaryDirectory folder;
  const auto refused = [&folder](auto change) {
    ViewOptions options = small_view();
    options.screenshot = folder.path() + "/x.png";
    change(options);
    const Said said = show(options);
    CHECK(said.code == 2);
    CHECK(said.err.starts_with("kafkasim: "));
    CHECK_FALSE(std::filesystem::exists(folder.path() + "/x.png"));
  };
  refused([](ViewOptions& options) { options.file = "nothing.json"; });
  refused([](ViewOptions& options) { options.screenshot = "/dev/null/x.png"; });
  refused([](ViewOptions& options) { options.tab = "everything"; });
  refused([](ViewOptions& options) { options.look_at = "broker 9"; });
  refused([](ViewOptions& options) { options.look_at = "payments-0@5"; });
  refused([](ViewOptions& options) { options.acts = {R"({"crash": 1})"}; });
  refused([](ViewOptions& options) { options.acts = {R"({"at": "1s", "crash": 9})"}; });
  refused([](ViewOptions& options) { options.acts = {R"({"at": "1h", "crash": 1})"}; });
  refused([](ViewOptions& options) {
    options.screenshot.reset();
    options.frames = "/dev/null/film";
  });
}

TEST_CASE("what is chosen and done by options is in the picture") {
  const kafkasim::test::TemporaryDirectory folder;
  ViewOptions options = small_view();
  options.at = milliseconds(1500);
  options.screenshot = folder.path() + "/plain.png";
  REQUIRE(show(options).code == 0);
  const std::string plain = bytes_of(*options.screenshot);
  const auto differs = [&](auto change) {
    ViewOptions other = options;
    other.screenshot = folder.path() + "/other.png";
    change(other);
    const Said said = show(other);
    CAPTURE(said.err);
    REQUIRE(said.code == 0);
    CHECK(bytes_of(*other.screenshot) != plain);
  };
  differs([](ViewOptions& other) { other.shade = Shade::light; });
  differs([](ViewOptions& other) { other.picture = Picture::inspect; });
  differs([](ViewOptions& other) { other.tab = "plots"; });
  differs([](ViewOptions& other) { other.look_at = "t-0"; other.tab = "inspect"; });
  differs([](ViewOptions& other) { other.acts = {R"({"at": "1s", "crash": 3})"}; });
  differs([](ViewOptions& other) { other.type = 1.5F; });
}
