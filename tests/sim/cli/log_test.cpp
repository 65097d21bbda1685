#include <set>

#include <nlohmann/json.hpp>

#include "tests/sim/cli/support.hpp"
#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::testing;
using kafkasim::sim::logtool::testing::LogFolder;
using kafkasim::sim::logtool::testing::lines_of;
using kafkasim::sim::logtool::testing::Rig;

TEST_CASE("log dump reads real files and whole directories") {
  const Rig rig;
  const LogFolder folder{"cli"};
  folder.write(rig.disk);
  const Outcome one = call({"log", "dump", folder.at("orders-0/00000000000000000000.log")});
  CHECK(one.code == 0);
  CHECK(one.out.find("baseOffset: 0 ") != std::string::npos);
  const Outcome all = call({"log", "dump", "--json", "--records", folder.path()});
  CHECK(all.code == 0);
  CHECK(all.err.empty());
  std::set<std::string> kinds;
  for (const auto& line : lines_of(all.out)) kinds.insert(line["kind"].get<std::string>());
  CHECK(kinds
        == std::set<std::string>{"aborted_transaction", "batch", "epoch", "index_entry", "producer", "record",
                                 "time_index_entry"});
}

TEST_CASE("log verify ends with 0 for sound directories and 1 for findings and 2 for what it cannot read") {
  Rig rig;
  const LogFolder folder{"verify"};
  folder.write(rig.disk);
  const Outcome sound = call({"log", "verify", folder.path()});
  CHECK(sound.code == 0);
  CHECK(sound.out == folder.path() + ": 1 partition, 48 batches: ok\n");
  rig.flip("orders-0/00000000000000000000.log", 90);
  folder.write(rig.disk);
  const Outcome damaged = call({"log", "verify", folder.path()});
  CHECK(damaged.code == 1);
  CHECK(damaged.out.find(".log:0: the batch of offset 0 does not match its checksum\n") != std::string::npos);
  CHECK(damaged.out.find("1 finding\n") != std::string::npos);
  CHECK(call({"log", "dump", folder.at("orders-0/00000000000000000000.log")}).code == 1);
  CHECK(call({"log", "verify", folder.at("missing")}).code == 2);
  CHECK(call({"log", "dump", folder.at("missing.log")}).code == 2);
  CHECK(call({"log", "dump", folder.at("notes.txt")}).code == 2);
}

TEST_CASE("log and its subcommands have help with an example") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"log", "--help"}, {"log", "dump", "--help"}, {"log", "verify", "--help"}}) {
    const Outcome help = call(arguments);
    CHECK(help.code == 0);
    CHECK(help.out.find("Example:\n  kafkasim log ") != std::string::npos);
  }
  CHECK(call({"log"}).code == 2);
}
