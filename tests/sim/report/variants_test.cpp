#include <sstream>

#include "sim/report/report.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

TEST_CASE("variants stand side by side in those rows that differ and with what was expected of them") {
  std::ostringstream out;
  std::ostringstream err;
  const VariantTable table = variant_table({{"acks=1", {{"outcome", "fail"}, {"lag", "0"}, {"records.lost", "3"}}, {{"nothing is lost", "NOT HELD"}}},
                                            {"acks=all", {{"outcome", "pass"}, {"lag", "0"}}, {{"nothing is lost", "held"}}}});
  print_variants(table, {out, err, Colour::off, Colour::off});
  CHECK(out.str() ==
        "\n                     acks=1  acks=all\n"
        "  outcome              fail      pass\n"
        "  records.lost            3         -\n"
        "  nothing is lost  NOT HELD      held\n");
}

TEST_CASE("a table of variants stays within 80 columns as long as its values do") {
  std::ostringstream out;
  std::ostringstream err;
  const std::string sentence = "in the end every record that was acknowledged is in the log of every replica that is in sync";
  print_variants(variant_table({{"one", {}, {{sentence, "held"}}}, {"two", {}, {{sentence, "held"}}}}), {out, err, Colour::off, Colour::off});
  std::istringstream lines{out.str()};
  for (std::string line; std::getline(lines, line);) CHECK(line.size() < 80);
  CHECK(out.str().find(" ...") != std::string::npos);
}

TEST_CASE("a variant's column holds its outcome and its expectations and the metrics that need no subject") {
  const Simulation run = testing::run_to_end(testing::scenario(testing::small(
      1, "1s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 5}], "epilogue": false,
      "expect": [{"metric": "records.acked", "is": 6, "text": "six"}], )")));
  const VariantColumn column = variant_column(run, {"f", Outcome::fail, 0, "v"});
  const std::pair<std::string, std::string> acked{"records.acked", "5"};
  CHECK(column.name == "v");
  CHECK(std::ranges::find(column.metrics, acked) != column.metrics.end());
  CHECK(column.metrics.front() == std::pair<std::string, std::string>{"outcome", "fail"});
  CHECK(column.expectations.front() == std::pair<std::string, std::string>{"six", "NOT HELD"});
}
