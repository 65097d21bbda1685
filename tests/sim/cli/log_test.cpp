#include <cstdlib>
#include <set>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tests/sim/cli/support.hpp"
#include "tests/sim/logtool/rig.hpp"

using namespace kafkasim;
using namespace kafkasim::sim::testing;
using kafkasim::sim::logtool::testing::lines_of;
using kafkasim::sim::logtool::testing::LogFolder;
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

namespace {

// Root may read everything: for that time it is somebody else.
class OrdinaryUser {
 public:
  OrdinaryUser() : root_{::geteuid() == 0} { done_ = !root_ || ::seteuid(65534) == 0; }
  ~OrdinaryUser() {
    if (root_ && ::seteuid(0) != 0) std::abort();
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;
  [[nodiscard]] bool done() const { return done_; }

 private:
  bool root_;
  bool done_{false};
};

}  // namespace

TEST_CASE("log dump tells a directory that it must not read") {
  const Rig rig;
  const LogFolder folder{"permissions"};
  folder.write(rig.disk);
  folder.write("bills-0/00000000000000000000.log", "");
  const auto set = [&](std::filesystem::perms to) { std::filesystem::permissions(folder.at("bills-0"), to); };
  set(std::filesystem::perms::none);
  Outcome all;
  Outcome one;
  Outcome verified;
  bool hidden = false;
  {
    const OrdinaryUser user;
    // Where nobody can be told to keep out, or this user does not reach the directory, there is nothing to see.
    hidden = user.done() && ::faccessat(AT_FDCWD, folder.path().c_str(), R_OK | X_OK, AT_EACCESS) == 0;
    all = call({"log", "dump", folder.path()});
    one = call({"log", "dump", folder.at("bills-0")});
    verified = call({"log", "verify", folder.path()});
  }
  set(std::filesystem::perms::owner_all);
  if (!hidden) return;
  CHECK(all.code == 2);
  CHECK(all.err == "kafkasim: " + folder.at("bills-0") + ": cannot be read\n");
  CHECK(all.out.find("baseOffset: 0 ") != std::string::npos);
  CHECK(one.code == 2);
  CHECK(one.err == "kafkasim: " + folder.at("bills-0") + ": cannot be read\n");
  CHECK(verified.code == 1);
  CHECK(verified.out.find("bills-0: cannot be read\n") != std::string::npos);
}

TEST_CASE("log dump finds the files of all brokers below a directory") {
  const Rig rig;
  const LogFolder folder{"brokers"};
  for (const std::string& path : rig.disk.paths()) folder.write("broker-1/" + path, rig.disk.text_of(path));
  const Outcome all = call({"log", "dump", folder.path()});
  CHECK(all.code == 0);
  CHECK(all.out.find("broker-1/orders-0/00000000000000000000.log") != std::string::npos);
  const LogFolder empty{"no-files"};
  CHECK(call({"log", "dump", empty.path()}).err == "kafkasim: " + empty.path() + ": no file of a Kafka log is here\n");
}

TEST_CASE("log verify of a directory without logs ends with 2") {
  const LogFolder folder{"no-logs"};
  folder.write("dbus-1/system.conf", "x");
  const Outcome verified = call({"log", "verify", folder.path()});
  CHECK(verified.code == 2);
  CHECK(verified.out.empty());
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
