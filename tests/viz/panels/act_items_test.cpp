#include "viz/panels/act_items.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "sim/scenario/parse.hpp"
#include "tests/viz/panels/stage.hpp"

using namespace kafkasim;
using namespace kafkasim::viz;
using namespace kafkasim::viz::test;

namespace {

std::vector<Chosen> everything(const App& app) {
  std::vector<Chosen> all{std::monostate{}};
  const sim::Frame& frame = app.frame();
  for (const sim::FrameNode& node : frame.nodes) all.emplace_back(ChosenNode{node.host});
  for (const sim::FramePartition& p : frame.partitions) {
    all.emplace_back(ChosenPartition{p.name});
    for (const sim::FrameReplica& r : p.replicas) all.emplace_back(ChosenRecord{p.name, r.node, Offset{std::max<std::int64_t>(0, r.log_end.value - 1)}});
  }
  for (const sim::FrameGroup& group : frame.groups) all.emplace_back(ChosenGroup{group.name});
  for (const sim::FrameNode& node : frame.nodes) all.emplace_back(ChosenLink{frame.nodes.front().host, node.host});
  for (const sim::FrameMessage& m : frame.messages) all.emplace_back(ChosenMessage{{m.connection, m.correlation_id, m.api, m.kind}});
  return all;
}

std::size_t check_entries(const App& app, std::set<std::string>& ids) {
  std::size_t checked = 0;
  for (const Chosen& thing : everything(app)) {
    for (const ActSection& section : act_items(app.frame(), app.scenario(), thing).sections) {
      for (const ActItem& item : section.items) {
        INFO(item.entry);
        const sim::ParsedEntries parsed = sim::parse_entries({small_cluster, {}, {}}, {}, item.entry, app.now());
        for (const sim::Diagnostic& d : parsed.diagnostics) FAIL_CHECK(d.message);
        REQUIRE(parsed.entries.size() == 1);
        REQUIRE_FALSE(item.label.empty());
        REQUIRE_FALSE(item.text.empty());
        ids.insert(item.id);
        ++checked;
      }
    }
  }
  return checked;
}

}  // namespace

TEST_CASE("Every entry that a menu can emit is a good entry of a timeline") {
  const std::unique_ptr<App> app = open_app();
  app->look.internal_topics = true;
  std::set<std::string> ids;
  std::size_t checked = 0;
  for (const Duration at : {milliseconds(1500), milliseconds(1513), milliseconds(3000), seconds(6)}) {
    app->want(SeekTo{at});
    (void)app->advance(0, 0);
    checked += check_entries(*app, ids);
  }
  REQUIRE(checked > 300);
  for (const char* id : {"crash", "crash-5s", "pause", "stop", "restart", "start", "cut", "power_off", "power-none", "power-torn", "wipe", "slow-disk",
                         "full_disk", "fail_disk", "corrupt-orders-0", "slow-cpu", "clock", "freeze", "campaign", "crash-leader", "elect-preferred",
                         "elect-unclean", "reassign", "delete-records", "add-partitions", "retention", "add-consumer", "remove-consumer",
                         "crash-consumer", "seek-earliest", "seek-latest", "traffic-10", "drop", "delay", "hold", "disconnect-on", "undo-crash"}) {
    INFO(id);
    REQUIRE(ids.contains(id));
  }
}

TEST_CASE("What is typed into a record by hand reaches the timeline whatever its characters") {
  const ActItem item = produce_item("orders", "shop/1", "a\"b", "line\nand \\ more");
  const sim::ParsedEntries parsed = sim::parse_entries({small_cluster, {}, {}}, {}, item.entry, seconds(1));
  REQUIRE(parsed.entries.size() == 1);
  const auto& produce = std::get<sim::Produce>(parsed.entries[0].operation);
  REQUIRE(produce.key == "a\"b");
  REQUIRE(produce.value == "line\nand \\ more");
  REQUIRE(produce.as == "shop/1");
}
