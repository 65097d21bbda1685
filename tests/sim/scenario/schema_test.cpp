// The JSON Schema that editors use says the same about keys as the binder. The one file that includes valijson: it
// compiles slowly.
#include <set>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "sim/scenario/keys.hpp"
#include "tests/sim/scenario/support.hpp"
#include "tests/support/source_dir.hpp"

using namespace kafkasim::sim;
using namespace kafkasim::sim::testing;
using Json = nlohmann::json;

namespace {

Json schema_text() { return Json::parse(file_text(kafkasim::test::source_dir() + "/scenarios/scenario.schema.json")); }

class Checker {
 public:
  Checker() : text_(schema_text()) {  // braces would make a list of it

    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter{text_}, schema_);
  }
  bool accepts(const Json& document) {
    valijson::Validator validator;
    return validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter{document}, nullptr);
  }

 private:
  Json text_;
  valijson::Schema schema_;
};

// Objects whose keys the author of the scenario chooses.
bool is_free(const std::string& key) { return key == "config" || key == "headers"; }

// Calls `use` with copies of the document in each of which one object has one key more.
template <class Use>
void with_a_key_more(Json& whole, Json& at, const Use& use) {
  if (at.is_object()) {
    at["surplus"] = 1;
    use(whole);
    at.erase("surplus");
  }
  for (auto it = at.begin(); at.is_structured() && it != at.end(); ++it) {
    if (!at.is_object() || !is_free(it.key())) with_a_key_more(whole, *it, use);
  }
}

}  // namespace

TEST_CASE("the library's scenarios fit the schema") {
  Checker checker;
  for (const std::string& name : library) {
    INFO(name);
    CHECK(checker.accepts(Json::parse(file_text(library_file(name)))));
  }
}

TEST_CASE("the schema knows exactly the keys that the binder knows") {
  const Json schema = schema_text();
  for (const ObjectKeys& object : object_keys()) {
    INFO(std::string{object.kind});
    const bool root = object.kind == "scenario";
    const Json& definition = root ? schema : schema.at("definitions").at(std::string{object.kind});
    CHECK(definition.at("additionalProperties") == false);
    std::set<std::string> in_schema;
    for (const auto& [key, value] : definition.at("properties").items()) in_schema.insert(key);
    std::set<std::string> in_table(object.known.begin(), object.known.end());
    CHECK(in_schema == in_table);
  }
}

TEST_CASE("a key that the binder does not know is an error of the schema too") {
  Checker checker;
  Json document = Json::parse(world + R"("network": {"links": [{"between": ["rack:a", "rack:b"]}]},
    "timeline": [{"at": "1s", "power_off": {"target": 1, "keep": {"partition": "orders-0", "records": 1}}},
                 {"at": "1s", "traffic": {"producer": "shop", "times": 2}}, {"at": "2s", "produce": {"topic": "orders"}},
                 {"when": {"all": [{"metric": "lag", "is": 0}]}, "expect": {"metric": "lag", "is": 0}}],
    "chaos": {"faults": [{"crash": "any broker", "every": "8s", "for": "1s..2s"}]},
    "lesson": {"steps": [{"at": "1s", "say": "look"}],
               "quiz": [{"question": "?", "choices": ["a", "b"], "answer": 0, "proofs": [{"metric": "lag", "is": 0}, {"metric": "lag", "not": 0}]}]},
    "expect": [{"no": "violations"}]})");
  document["cluster"]["disk"] = {{"capacity", "1GiB"}};
  document["cluster"]["features"] = {{"transaction_version", 1}};
  document["cluster"]["overrides"] = {{{"broker", 1}}};
  document["producers"][0]["keys"] = {{"cardinality", 5}};
  CHECK(checker.accepts(document));
  CHECK(parse_scenario(document.dump()).scenario.has_value());
  int tried = 0;
  with_a_key_more(document, document, [&](const Json& wrong) {
    INFO(wrong.dump());
    CHECK_FALSE(checker.accepts(wrong));
    CHECK_FALSE(parse_scenario(wrong.dump()).scenario.has_value());
    ++tried;
  });
  CHECK(tried > 20);
}

TEST_CASE("a missing key and a misspelt choice and a wrong form are errors of the schema too") {
  Checker checker;
  for (const char* wrong :
       {R"({"name": "n", "duration": "1s"})", R"({"name": "n", "duration": "1 s", "cluster": {"brokers": 1}})",
        R"({"name": "n", "duration": "1s", "cluster": {"brokers": 1, "profile": "quick"}})",
        R"({"name": "n", "duration": "1s", "cluster": {"brokers": 1}, "expect": [{"metric": "lagg", "is": 0}]})",
        R"({"name": "n", "duration": "1s", "cluster": {"brokers": 1}, "expect": [{"no": "lost"}]})"}) {
    INFO(wrong);
    CHECK_FALSE(checker.accepts(Json::parse(wrong)));
    CHECK_FALSE(parse_scenario(wrong).scenario.has_value());
  }
}
