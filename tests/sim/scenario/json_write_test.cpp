#include <catch2/catch.hpp>

#include "core/base/random.hpp"
#include "sim/scenario/json_tree.hpp"
#include "tests/sim/scenario/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;

namespace {

bool equal(const JsonValue& a, const JsonValue& b) {
  if (a.kind != b.kind || a.boolean != b.boolean || a.negative != b.negative || a.bits != b.bits || a.text != b.text
      || a.items.size() != b.items.size() || a.keys.size() != b.keys.size())
    return false;
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    if (a.keys[i].name != b.keys[i].name) return false;
  }
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!equal(a.items[i], b.items[i])) return false;
  }
  return true;
}

JsonValue any_tree(Random& random, int depth) {
  constexpr std::string_view letters[] = {"a", "\"", "\\", "\n", "\t", "/", "\x01", "\x7f", "\xc3\xa9", "\xe2\x82\xac", " "};
  JsonValue v;
  const auto text = [&] {
    std::string out;
    for (std::uint64_t i = random.below(40); i > 0; --i) out += letters[random.below(std::size(letters))];
    return out;
  };
  v.kind = static_cast<JsonKind>(random.below(depth > 0 ? 7 : 5));
  if (v.is(JsonKind::boolean)) v.boolean = random.chance(1, 2);
  if (v.is(JsonKind::integer)) {
    v.bits = random.next();
    v.negative = random.chance(1, 2) && static_cast<std::int64_t>(v.bits) < 0;
  }
  if (v.is(JsonKind::fraction)) v.text = std::to_string(random.below(1000)) + ".50";
  if (v.is(JsonKind::string)) v.text = text();
  if (!v.is(JsonKind::array) && !v.is(JsonKind::object)) return v;
  for (std::uint64_t i = random.below(6); i > 0; --i) {
    if (v.is(JsonKind::object)) v.keys.push_back({text() + std::to_string(i), {}});
    v.items.push_back(any_tree(random, depth - 1));
  }
  return v;
}

}  // namespace

TEST_CASE("what was written is read again as the same tree") {
  Random random{7};
  for (int i = 0; i < 500; ++i) {
    const JsonValue tree = any_tree(random, 6);
    const std::string text = write_json(tree);
    const JsonDocument again = read_json(text);
    INFO(text);
    REQUIRE(again.faults.empty());
    REQUIRE(again.root);
    CHECK(equal(*again.root, tree));
    CHECK(write_json(*again.root) == text);
  }
}

TEST_CASE("a scenario that was written is the same scenario") {
  for (const std::string& name : library) {
    const JsonDocument document = read_json(file_text(library_file(name)));
    REQUIRE(document.root);
    const std::string text = write_json(*document.root);
    CHECK(equal(*read_json(text).root, *document.root));
    const std::string folder = kafkasim::test::source_dir() + "/scenarios";
    CHECK(good(text, {}, folder).timeline.size() == good(file_text(library_file(name)), {}, folder).timeline.size());
  }
}

TEST_CASE("small objects stand on one line and large ones in a line for each member") {
  const std::string text = R"({"name": "t", "list": [{"at": "1s", "crash": 1}, {"at": "2s", "note": ")" + std::string(100, 'x') + R"("}]})";
  CHECK(write_json(*read_json(text).root)
        == "{\n  \"name\": \"t\",\n  \"list\": [\n    {\"at\": \"1s\", \"crash\": 1},\n    {\n      \"at\": \"2s\",\n      \"note\": \""
               + std::string(100, 'x') + "\"\n    }\n  ]\n}\n");
}
