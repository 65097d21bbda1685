// Pictures of the window, compared with those in tests/viz/show/pictures: a stranger's view of the main moments. They are kept at half
// their size, so that what a compiler rounds otherwise in the edge of a letter does not count. KAFKASIM_REWRITE_GOLDENS=1 in the environment
// writes them anew; look at them before they are committed.
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <catch2/catch.hpp>
#include <stb/stb_image.h>

#include "sim/cli/scenario_options.hpp"
#include "tests/support/source_dir.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/text.hpp"
#include "viz/backend/png.hpp"
#include "viz/show/view.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;

namespace {

struct GoldenPicture {
  const char* name;
  const char* scenario;
  Duration at;
  const char* tab{""};
  const char* look_at{""};
  Picture panels{};
  std::vector<std::string> acts{};
};

std::vector<GoldenPicture> golden_pictures() {
  return {
      {"before-the-crash", "leader-crash", milliseconds(9'500), "lesson"},
      {"election", "leader-crash", milliseconds(18'930), "inspect", "orders-0"},
      {"old-leader-returns", "leader-crash", milliseconds(25'290), "events"},
      {"after", "leader-crash", milliseconds(40'000), "plots"},
      {"rebalance", "consumer-crash", milliseconds(23'000), "groups"},
      {"full-disk", "disk-full-and-failing", milliseconds(12'000), "events", "broker 1", Picture::inspect},
      {"fork", "leader-crash", milliseconds(14'000), "", "", Picture::compare, {R"({"at": "11s", "crash": 3, "for": "5s"})"}},
  };
}

Image read_picture(const std::string& path) {
  Image image;
  int channels = 0;
  unsigned char* bytes = stbi_load(path.c_str(), &image.width, &image.height, &channels, 3);
  if (bytes == nullptr) FAIL(path << ": " << stbi_failure_reason());
  for (std::size_t i = 0; i < image.row(image.height); ++i)
    image.pixels.push_back(rgb(static_cast<std::uint32_t>(bytes[3 * i] << 16 | bytes[3 * i + 1] << 8 | bytes[3 * i + 2])));
  stbi_image_free(bytes);
  return image;
}

int channel(Colour colour, int shift) { return static_cast<int>(colour >> shift & 255); }

Image half(const Image& image) {
  Image small{image.width / 2, image.height / 2, {}};
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      Colour mean = 0xFF000000U;
      for (const int shift : {0, 8, 16}) {
        int sum = 0;
        for (const int i : {0, 1, 2, 3}) sum += channel(image.pixel(2 * x + i % 2, 2 * y + i / 2), shift);
        mean |= static_cast<Colour>(sum / 4) << shift;
      }
      small.pixels.push_back(mean);
    }
  }
  return small;
}

// Of a thousand pixels, how many differ in a channel by more than an eighth of its range.
std::int64_t per_mille_that_differ(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) return 1'000;
  std::int64_t differ = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    bool far = false;
    for (const int shift : {0, 8, 16}) far = far || std::abs(channel(a.pixels[i], shift) - channel(b.pixels[i], shift)) > 32;
    differ += far ? 1 : 0;
  }
  return (differ * 1'000 + static_cast<std::int64_t>(a.pixels.size()) - 1) / static_cast<std::int64_t>(a.pixels.size());
}
constexpr std::int64_t tolerance = 5;  // per mille

Image drawn(const GoldenPicture& golden) {
  const kafkasim::test::TemporaryDirectory folder;
  ViewOptions options;
  options.file = kafkasim::test::source_dir() + "/scenarios/" + golden.scenario + ".json";
  options.open = [](const std::string& path) -> Result<sim::TapeSource> {
    return sim::TapeSource{sim::recording_head(path, kafkasim::test::content(path), {}), {}};
  };
  options.size = {1280, 720};
  options.at = golden.at;
  options.tab = golden.tab;
  options.look_at = golden.look_at;
  options.picture = golden.panels;
  options.acts = golden.acts;
  options.screenshot = folder.path() + "/drawn.png";
  std::ostringstream out;
  std::ostringstream err;
  const int code = view(options, out, err);
  CAPTURE(err.str());
  REQUIRE(code == 0);
  return half(read_picture(*options.screenshot));
}

std::string golden_path(const GoldenPicture& golden) {
  return kafkasim::test::source_dir() + "/tests/viz/show/pictures/" + golden.name + ".png";
}

}  // namespace

TEST_CASE("the pictures of the main moments are as they were when somebody looked at them") {
  for (const GoldenPicture& golden : golden_pictures()) {
    CAPTURE(golden.name);
    const Image image = drawn(golden);
    if (std::getenv("KAFKASIM_REWRITE_GOLDENS") != nullptr) REQUIRE(write_png(golden_path(golden), image));
    const std::int64_t differ = per_mille_that_differ(image, read_picture(golden_path(golden)));
    CHECK(differ <= tolerance);
    if (differ > tolerance) {
      const std::string path = (std::filesystem::temp_directory_path() / (std::string{"kafkasim-"} + golden.name + ".png")).string();
      (void)write_png(path, image);
      WARN("what was drawn is in " << path);
    }
  }
}

TEST_CASE("pictures of different moments differ by more than what is tolerated") {
  const std::vector<GoldenPicture> all = golden_pictures();
  const Image before = read_picture(golden_path(all[0]));
  CHECK(per_mille_that_differ(before, before) == 0);
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(per_mille_that_differ(before, read_picture(golden_path(all[i]))) > tolerance);
  GoldenPicture later = all[0];
  later.at = milliseconds(9'000);
  CHECK(per_mille_that_differ(before, drawn(later)) > 0);
}
