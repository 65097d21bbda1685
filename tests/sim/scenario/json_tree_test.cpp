#include "sim/scenario/json_tree.hpp"

#include <catch2/catch.hpp>

using namespace kafkasim::sim;

namespace {
JsonFault only_fault(std::string_view text) {
  const JsonDocument document = read_json(text);
  REQUIRE(document.faults.size() == 1);
  return document.faults[0];
}
}  // namespace

TEST_CASE("every value and key knows its line and column in characters") {
  JsonDocument document = read_json("// first\n{\"\xc3\xa9\": /* here */ 1,\n \"b\": [true, \"x\\\"y\", -2.5]}");
  REQUIRE(document.root);
  link(*document.root);
  CHECK(document.root->place == TextPlace{2, 1});
  CHECK(document.root->keys[0].place == TextPlace{2, 2});
  CHECK(document.root->items[0].place == TextPlace{2, 18});
  const JsonValue& list = document.root->items[1];
  CHECK(list.place == TextPlace{3, 7});
  CHECK(list.items[1].place == TextPlace{3, 14});
  CHECK(list.items[1].text == "x\"y");
  CHECK(list.items[2].place == TextPlace{3, 22});
  CHECK(list.items[2].text == "-2.5");
  CHECK(pointer_to(list.items[2]) == "/b/2");
}

TEST_CASE("a pointer escapes slashes and tildes") {
  JsonDocument document = read_json(R"({"a/b~c": [7]})");
  link(*document.root);
  CHECK(pointer_to(document.root->items[0].items[0]) == "/a~1b~0c/0");
}

TEST_CASE("the second of two equal keys is a fault and the first one stays") {
  const JsonDocument document = read_json("{\"x\": {\"a\": 1, \"a\": 2}}");
  REQUIRE(document.faults.size() == 1);
  CHECK(document.faults[0].place == TextPlace{1, 16});
  CHECK(document.faults[0].pointer == "/x/a");
  CHECK(document.root->items[0].items[0].as_i64() == 1);
}

TEST_CASE("a number that no 64-bit integer holds is a fault") {
  const JsonFault fault = only_fault("{\"a\": [1, 18446744073709551616]}");
  CHECK(fault.place == TextPlace{1, 11});
  CHECK(fault.pointer == "/a/1");
  CHECK(fault.message == "no 64-bit integer holds this number");
  CHECK(read_json("18446744073709551615").root->as_u64() == UINT64_MAX);
  CHECK_FALSE(read_json("18446744073709551615").root->as_i64().has_value());
  CHECK(read_json("-9223372036854775808").root->as_i64() == INT64_MIN);
  CHECK(read_json("-9223372036854775809").faults.size() == 1);
  CHECK(read_json("1e999").faults.size() == 1);
}

TEST_CASE("a syntax error points at the token that does not fit") {
  CHECK(only_fault("{\"a\": 1,}").place == TextPlace{1, 9});
  CHECK(only_fault("{\"a\": 1\n \"b\": 2}").place == TextPlace{2, 2});
  CHECK(only_fault("{\"a\": [1, 2}").place == TextPlace{1, 12});
  CHECK(only_fault("{\"a\": }").place == TextPlace{1, 7});
  CHECK(only_fault("{\"a\": nul}").place == TextPlace{1, 7});
  CHECK(only_fault("{\"a\": 1").place == TextPlace{1, 8});
  CHECK(only_fault("{} x").place == TextPlace{1, 4});
  CHECK(only_fault("{\"a\": ").place.line == 1);
  CHECK(only_fault("{\"a\": \"abc").message.find("missing closing quote") != std::string::npos);
}

TEST_CASE("what is no text or too much of it is refused at once") {
  CHECK(only_fault("").message == "the file is empty");
  CHECK(only_fault(" \n\t").message == "the file is empty");
  CHECK(only_fault("{\"a\": \"\xff\"}").message == "this is not UTF-8");
  CHECK(only_fault("{\"a\":\n \"\xc0\x80\"}").place == TextPlace{2, 3});
  CHECK(only_fault("// \xed\xa0\x80\n1").message == "this is not UTF-8");
  CHECK(only_fault(std::string_view{"{}\0{", 4}).message.find("zero byte") != std::string::npos);
  CHECK(only_fault(std::string(json_most_bytes + 1, ' ')).message == "the file is larger than 10 MiB");
  CHECK(only_fault(std::string(10'000'000, '[')).message == "more than 64 levels of brackets");
  std::string zeros = "[0";
  for (std::size_t i = 0; i < json_most_values; ++i) zeros += ",0";
  CHECK(only_fault(zeros + "]").message == "more than 500000 values");
}

TEST_CASE("sixty-four levels of brackets are still read") {
  const std::string deep = std::string(64, '[') + std::string(64, ']');
  CHECK(read_json(deep).root != nullptr);
  CHECK(read_json("[" + deep + "]").root == nullptr);
}

TEST_CASE("a byte order mark is no fault") {
  const JsonDocument document = read_json("\xef\xbb\xbf{\"a\": 1}");
  REQUIRE(document.root);
  CHECK(document.root->items[0].place == TextPlace{1, 7});
}
