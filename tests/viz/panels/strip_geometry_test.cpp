#include "viz/panels/strip_geometry.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

namespace kafkasim::viz {

namespace {

constexpr float letter = 7;

float seven_a_letter(std::string_view text) { return letter * static_cast<float>(text.size()); }

CellRules cell_rules() { return {seven_a_letter, 6, 2}; }

StripScale strip_scale(double left, double cell, float width) { return {left, cell, 100, 100 + width}; }

sim::FrameReplica replica_with(std::int64_t high_watermark, std::vector<sim::LogRun> runs) {
  sim::FrameReplica replica;
  replica.node = NodeId{1};
  replica.state = sim::ReplicaState::leader;
  replica.in_isr = true;
  replica.high_watermark = Offset{high_watermark};
  replica.runs = std::move(runs);
  replica.log_start = replica.runs.empty() ? Offset{0} : replica.runs.front().base;
  replica.log_end = replica.runs.empty() ? Offset{0} : replica.runs.back().last.next();
  return replica;
}

sim::LogRun log_run(std::int64_t base, std::int64_t last, std::int32_t epoch, std::uint32_t batches = 1) {
  return {.base = Offset{base}, .last = Offset{last}, .epoch = LeaderEpoch{epoch}, .batches = batches};
}

std::vector<sim::LogRun> single_records(std::int64_t from, std::int64_t to, std::int32_t epoch) {
  std::vector<sim::LogRun> runs;
  for (std::int64_t at = from; at < to; ++at) runs.push_back(log_run(at, at, epoch));
  return runs;
}

sim::FramePartition partition_of(std::vector<sim::FrameReplica> replicas) {
  sim::FramePartition partition;
  partition.name = {"orders", PartitionIndex{0}};
  partition.leader = NodeId{1};
  partition.epoch = LeaderEpoch{4};
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    replicas[i].node = NodeId{static_cast<std::int32_t>(i) + 1};
    partition.assigned.push_back(replicas[i].node);
    if (replicas[i].in_isr) partition.isr.push_back(replicas[i].node);
  }
  partition.replicas = std::move(replicas);
  return partition;
}

bool labels_apart(const std::vector<std::pair<float, float>>& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t k = i + 1; k < labels.size(); ++k) {
      if (labels[i].first < labels[k].second && labels[k].first < labels[i].second) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("an offset lies at one place of the scale and is found there again", "[viz][strips]") {
  const StripScale scale = strip_scale(790, 12.5, 400);
  CHECK(scale.x_of(Offset{790}) == Approx(100));
  CHECK(scale.x_of(Offset{800}) == Approx(225));
  CHECK(scale.offset_at(scale.x_of(Offset{812})) == Approx(812));
  CHECK(scale.span() == Approx(32));
}

TEST_CASE("records below the high watermark are committed and those above are not", "[viz][strips]") {
  const auto cells = lay_cells(replica_with(803, single_records(800, 806, 2)), strip_scale(798, 30, 400), cell_rules());
  REQUIRE(cells.size() == 6);
  for (const StripCell& cell : cells) CHECK(cell.committed == (cell.base < Offset{803}));
  CHECK(cells[1].label == "801");
  CHECK(cells[0].x0 == Approx(160));
  CHECK(cells[0].x1 == Approx(190));
}

TEST_CASE("each change of the leader epoch carries its number", "[viz][strips]") {
  auto runs = single_records(10, 13, 3);
  for (const sim::LogRun& run : single_records(13, 16, 5)) runs.push_back(run);
  const auto cells = lay_cells(replica_with(16, runs), strip_scale(10, 40, 400), cell_rules());
  REQUIRE(cells.size() == 6);
  CHECK(cells[0].tag == "e3");
  CHECK(cells[3].tag == "e5");
  CHECK(cells[1].tag.empty());
  CHECK(cells[3].label == "13");  // both fit into a cell of 40
}

TEST_CASE("epoch numbers that would stand upon each other give way to the latest", "[viz][strips]") {
  std::vector<sim::LogRun> runs = single_records(0, 20, 1);
  runs.push_back(log_run(20, 20, 2));
  runs.push_back(log_run(21, 21, 3));
  for (const sim::LogRun& run : single_records(22, 40, 3)) runs.push_back(run);
  const auto cells = lay_cells(replica_with(40, runs), strip_scale(0, 7, 400), cell_rules());
  std::vector<std::string> tags;
  for (const StripCell& cell : cells) {
    if (!cell.tag.empty()) tags.push_back(cell.tag);
  }
  CHECK(tags == std::vector<std::string>{"e1", "e3"});  // e2 would touch e3
}

TEST_CASE("a batch of several records is one cell with its first and last offset", "[viz][strips]") {
  const auto cells = lay_cells(replica_with(830, {log_run(810, 814, 1), log_run(815, 819, 1)}), strip_scale(810, 20, 400), cell_rules());
  REQUIRE(cells.size() == 2);
  CHECK_FALSE(cells[0].bar);
  CHECK(cells[1].label == "815-819");
}

TEST_CASE("cells that would be too narrow become bars with the count and part at the high watermark", "[viz][strips]") {
  const auto cells = lay_cells(replica_with(80, single_records(0, 100, 1)), strip_scale(0, 3, 400), cell_rules());
  REQUIRE(cells.size() == 2);
  CHECK(cells[0].bar);
  CHECK(cells[0].committed);
  CHECK(cells[0].label == "80 records");
  CHECK_FALSE(cells[1].committed);
  CHECK(cells[1].base == Offset{80});
}

TEST_CASE("what a capture does not tell of a log is drawn as records that are there", "[viz][strips]") {
  sim::FrameReplica replica = replica_with(120, single_records(100, 120, 1));
  replica.log_start = Offset{0};
  const auto cells = lay_cells(replica, strip_scale(90, 20, 400), cell_rules());
  REQUIRE(cells.size() > 2);
  CHECK_FALSE(cells[0].known);
  CHECK(cells[0].x0 == Approx(100));
  CHECK(cells[1].known);
  CHECK(cells[1].tag == "e1");
}

TEST_CASE("labels of cells stay within them and out of what is blocked", "[viz][strips]") {
  CellRules rules = cell_rules();
  rules.blocked = {{200, 260}};
  const auto cells = lay_cells(replica_with(900, single_records(800, 820, 1)), strip_scale(799, 26, 400), rules);
  for (const StripCell& cell : cells) {
    if (cell.label.empty()) continue;
    CHECK(seven_a_letter(cell.label) <= cell.x1 - cell.x0);
    CHECK((cell.x1 <= 200 || cell.x0 >= 234));
  }
}

TEST_CASE("control batches and transactions are told by a letter", "[viz][strips]") {
  sim::LogRun control = log_run(2, 2, 1);
  control.control = true;
  sim::LogRun transactional = log_run(1, 1, 1);
  transactional.transactional = true;
  const auto cells = lay_cells(replica_with(3, {log_run(0, 0, 1), transactional, control}), strip_scale(0, 30, 400), cell_rules());
  REQUIRE(cells.size() == 3);
  CHECK(cells[1].label == "1t");
  CHECK(cells[2].label == "2c");
}

TEST_CASE("carets never put a label upon another label or caret", "[viz][strips]") {
  for (int ahead = 0; ahead < 12; ++ahead) {
    for (int stable = 0; stable < 6; ++stable) {
      sim::FrameReplica replica = replica_with(812, single_records(790, 812 + ahead, 1));
      replica.last_stable_offset = Offset{812 - stable};
      const float half = 4;
      std::vector<std::pair<float, float>> labels;
      std::vector<StripCaret> carets = lay_carets(replica, strip_scale(788, 11, 420), seven_a_letter, half);
      for (const StripCaret& caret : carets) {
        if (caret.label.empty()) continue;
        labels.emplace_back(caret.label_x, caret.label_x + seven_a_letter(caret.label));
        for (const StripCaret& other : carets) CHECK((other.x + half <= labels.back().first || other.x - half >= labels.back().second));
      }
      CHECK(labels_apart(labels));
      REQUIRE_FALSE(carets.empty());
      CHECK(carets.front().kind == CaretKind::high_watermark);
      CHECK_FALSE(carets.front().label.empty());
    }
  }
}

TEST_CASE("a high watermark at the log end is told as both", "[viz][strips]") {
  const auto carets = lay_carets(replica_with(820, single_records(800, 820, 1)), strip_scale(800, 12, 400), seven_a_letter, 4);
  REQUIRE(carets.size() == 2);
  CHECK(carets[0].label == "HW = LEO 820");
  CHECK(carets[1].kind == CaretKind::log_start);
}

TEST_CASE("a reader's flag tells all where there is room and less where there is not", "[viz][strips]") {
  const sim::FrameReader reader{"analytics", "analytics/1", Offset{800}, Offset{805}, 12};
  const StripFlag wide = lay_flag(reader, strip_scale(780, 14, 600), seven_a_letter, 40, 4);
  CHECK(wide.text == "analytics/1 reads 805, committed 800 (lag 12)");
  const StripFlag narrow = lay_flag(reader, strip_scale(796, 14, 260), seven_a_letter, 90, 4);
  CHECK(narrow.text == "analytics/1");
  REQUIRE(narrow.position);
  CHECK(narrow.text_x > *narrow.position);
  const StripFlag far_behind = lay_flag({"analytics", "analytics/1", Offset{3}, Offset{805}, 12}, strip_scale(770, 14, 600), seven_a_letter, 90, 4);
  CHECK(far_behind.before);
  CHECK(far_behind.text == "analytics/1 reads 805, committed 3 (lag 12)");  // between the mark at the edge and the place where it reads
  CHECK(far_behind.text_x > 108);
}

TEST_CASE("a reader that is out of sight is pointed at", "[viz][strips]") {
  const sim::FrameReader reader{"analytics", "", Offset{3}, std::nullopt, 800};
  const StripFlag flag = lay_flag(reader, strip_scale(780, 14, 500), seven_a_letter, 90, 4);
  CHECK(flag.before);
  CHECK_FALSE(flag.committed);
  CHECK(flag.text == "analytics: nobody reads, committed 3 (lag 800)");
  CHECK(flag.text_x > 100);
}

TEST_CASE("round offsets are written far enough apart", "[viz][strips]") {
  for (const double cell : {0.05, 0.3, 1.0, 3.5, 8.0}) {
    const StripScale scale = strip_scale(123, cell, 400);
    std::vector<std::pair<float, float>> labels;
    for (const StripTick& tick : lay_ticks(scale, seven_a_letter)) {
      labels.emplace_back(tick.label_x, tick.label_x + seven_a_letter(tick.label));
      CHECK(tick.label_x >= scale.x0);
      CHECK(labels.back().second <= scale.x1 + 0.01F);
    }
    CHECK(labels.size() >= 2);
    CHECK(labels_apart(labels));
  }
}

TEST_CASE("the scale keeps in view what is not yet the same everywhere", "[viz][strips]") {
  const float width = 400;
  const float room = 60;
  for (const std::int64_t behind : {0, 5, 12, 40, 80}) {
    const StripExtent extent{Offset{0}, Offset{1000 - behind}, Offset{1000}};
    const double cell = strip_cell(extent, width, 30, room);
    const double left = strip_left(extent, width, cell, room);
    CHECK(left <= static_cast<double>(1000 - behind));
    CHECK((1000 - left) * cell <= static_cast<double>(width - room) + 0.01);
  }
  CHECK(strip_cell({Offset{0}, Offset{1000}, Offset{1000}}, width, 30, room) == Approx(30));  // labels fit
  CHECK(strip_left({Offset{0}, Offset{3}, Offset{3}}, width, 30, room) == Approx(0));          // a short log begins at its beginning
}

TEST_CASE("a reader far behind does not make everything else small", "[viz][strips]") {
  sim::FramePartition partition = partition_of({replica_with(2000, single_records(1900, 2000, 1))});
  partition.readers = {{"analytics", "analytics/1", Offset{5}, Offset{1996}, 1995}};
  CHECK(strip_extent(partition).interesting == Offset{2000});
  partition.readers[0].committed = Offset{1950};
  CHECK(strip_extent(partition).interesting == Offset{1950});
}

TEST_CASE("a strip glides to where it should be and rests there", "[viz][strips]") {
  double at = 100;
  for (int i = 0; i < 10; ++i) {
    const double next = glided(at, 104, 1.0 / 60, 30);
    CHECK(next > at);
    at = next;
  }
  CHECK(at < 104);
  for (int i = 0; i < 120; ++i) at = glided(at, 104, 1.0 / 60, 30);
  CHECK(at == 104);
  CHECK(glided(0, 5000, 1.0 / 60, 30) == 5000);  // too far to glide
}

TEST_CASE("a partition's health is the worst that can be said of it", "[viz][strips]") {
  sim::FramePartition partition = partition_of({replica_with(5, single_records(0, 5, 1)), replica_with(5, single_records(0, 5, 1)), replica_with(5, {})});
  partition.min_isr = 2;
  CHECK(health_of(partition) == Health::good);
  partition.isr.pop_back();
  CHECK(health_of(partition) == Health::under_replicated);
  partition.isr.pop_back();
  CHECK(health_of(partition) == Health::below_min_isr);
  CHECK(header_texts(partition)[1] == "epoch 4   leader broker 1   ISR {1} of 3   min 2");
  partition.leader.reset();
  CHECK(health_of(partition) == Health::leaderless);
}

TEST_CASE("what is told of a record says who else has it", "[viz][strips]") {
  sim::FrameReplica stray = replica_with(3, single_records(0, 3, 1));
  stray.runs.push_back(log_run(3, 3, 1));
  stray.runs.back().differs = true;
  stray.log_end = Offset{4};
  auto runs = single_records(0, 3, 1);
  runs.push_back(log_run(3, 3, 2));
  const sim::FramePartition partition = partition_of({replica_with(4, runs), stray, replica_with(2, single_records(0, 2, 1))});
  const std::string early = record_text(partition, partition.replicas[0], Offset{1});
  CHECK(early.find("also on broker 2, broker 3") != std::string::npos);
  CHECK(early.find("written in leader epoch 1, committed") != std::string::npos);
  const std::string late = record_text(partition, partition.replicas[1], Offset{3});
  CHECK(late.find("NOT what the leader has") != std::string::npos);
  CHECK(late.find("not on broker 1 (has another record there), broker 3") != std::string::npos);
}

TEST_CASE("chips break into lines and give up beyond the most that are allowed", "[viz][strips]") {
  const auto two = lay_chips({60, 60, 60}, 130, 5, 2);
  REQUIRE(two);
  CHECK((*two)[1].x == Approx(65));
  CHECK((*two)[2].line == 1);
  CHECK_FALSE(lay_chips(std::vector<float>(200, 60), 400, 5, 2));
}

}  // namespace kafkasim::viz
