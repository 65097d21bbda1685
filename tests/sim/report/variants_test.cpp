#include <sstream>

#include "sim/report/report.hpp"
#include "tests/sim/run/support.hpp"

using namespace kafkasim;
using namespace kafkasim::sim;

TEST_CASE("variants stand side by side in those rows that differ") {
  std::ostringstream out;
  std::ostringstream err;
  print_variants({"acks=1", "acks=all"},
                 {{{"outcome", "fail"}, {"lag", "0"}, {"records.lost", "3"}}, {{"outcome", "pass"}, {"lag", "0"}}}, {out, err, Colour::off, Colour::off});
  CHECK(out.str() ==
        "\n                acks=1  acks=all\n"
        "  outcome         fail      pass\n"
        "  records.lost       3         -\n");
}

TEST_CASE("a variant's column holds its outcome and the metrics that need no subject") {
  const Simulation run = testing::run_to_end(testing::scenario(testing::small(
      1, "1s", R"("topics": [{"name": "t"}], "producers": [{"id": "p", "topic": "t", "records": 5}], "epilogue": false, )")));
  const auto column = variant_column(run, {"f", Outcome::pass, 0});
  const std::pair<std::string, std::string> acked{"records.acked", "5"};
  CHECK(std::ranges::find(column, acked) != column.end());
  CHECK(column.front() == std::pair<std::string, std::string>{"outcome", "pass"});
}
