#include "sim/scenario/keys.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "sim/scenario/operation.hpp"

using namespace kafkasim::sim;

TEST_CASE("no key of an object stands twice") {
  for (const ObjectKeys& object : object_keys()) {
    std::set<std::string_view> seen;
    for (const std::string_view key : object.known) CHECK(seen.insert(key).second);
  }
}

TEST_CASE("every operation is a key of a timeline entry") {
  const std::vector<std::string_view>& known = keys_of("entry").known;
  for (const OperationInfo& operation : operation_table()) {
    CHECK(std::find(known.begin(), known.end(), operation.name) != known.end());
  }
}

TEST_CASE("the invariants have different names") {
  CHECK(std::set<std::string_view>(invariant_ids().begin(), invariant_ids().end()).size() == invariant_ids().size());
}
