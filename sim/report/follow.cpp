#include "sim/report/follow.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/base/murmur2.hpp"
#include "core/record/record.hpp"
#include "sim/fault/replica_bytes.hpp"
#include "sim/report/record_events.hpp"
#include "sim/report/report.hpp"

namespace kafkasim::sim {

namespace {

struct Happened {
  Duration at;
  std::string who;
  RecordEvent event;
};

// Who sent the record that stands, or stood, at that offset: by the leader's log, else by what was committed, else by any replica's.
std::optional<Origin> find_origin(const Simulation& run, const PartitionHistory& partition, Offset offset) {
  std::vector<const BatchChain*> chains;
  if (const ReplicaHistory* leader = partition.acting_leader()) chains.push_back(&leader->log);
  if (const CommittedLog* committed = run.checks().committed(partition.id)) chains.push_back(&committed->batches());
  for (const auto& [id, replica] : partition.replicas) chains.push_back(&replica->log);
  for (const BatchChain* chain : chains) {
    const std::size_t i = chain->index_at(offset);
    if (i == chain->size() || offset < (*chain)[i].base || !(*chain)[i].origin.known()) continue;
    const StoredBatch& batch = (*chain)[i];
    return Origin{batch.origin.client, batch.origin.first_send + (offset - batch.base)};
  }
  return std::nullopt;
}

std::vector<Happened> watch(const Simulation& done, const std::shared_ptr<const Scenario>& scenario, WireMode mode,
                            const WatchedRecord& record) {
  Simulation run{scenario, mode};
  std::vector<Happened> life;
  std::set<std::pair<Stage, HostId>> told;
  if (!run.form()) return life;
  while (run.now() <= done.now() && run.step()) {
    for (const Observation& o : run.world().observations()) {
      std::optional<RecordEvent> event = record_event(o, run.checks().history(), record);
      if (!event || event->stage == Stage::around) continue;
      const bool again = event->stage != Stage::gone && event->stage != Stage::appended && event->stage != Stage::copied;
      if (again && !told.insert({event->stage, o.host}).second) continue;
      life.push_back({o.at - run.origin(), run.story().host(o.host), std::move(*event)});
    }
  }
  return life;
}

// At most 60 bytes, whatever they are, on one line.
std::string printable(ByteSpan bytes) {
  constexpr std::size_t most = 60;
  std::string text;
  for (const std::byte b : bytes.first(std::min(bytes.size(), most))) {
    const auto c = static_cast<char>(b);
    text += c >= ' ' && c != 0x7f ? std::string{c} : fmt::format("\\x{:02x}", static_cast<unsigned>(b));
  }
  return bytes.size() > most ? text + "..." : text;
}

// Its key and value as some replica's disk holds them.
std::vector<std::string> contents(const Simulation& run, const PartitionHistory& partition, Offset offset) {
  for (const NodeId id : partition.assigned) {
    const auto host = run.cluster().node(id);
    if (!host) continue;
    for (const StoredSegment& segment : stored_segments(run.world().disk(*host), partition.name)) {
      for (const RecordBatch& batch : segment.batches) {
        if (offset < batch.base_offset() || batch.last_offset() < offset) continue;
        const auto records = decode_records(batch);
        if (!records) continue;
        const auto found = std::ranges::find(*records, offset, &Record::offset);
        if (found == records->end()) continue;
        std::vector<std::string> lines;
        const auto partitions = std::ranges::count_if(run.checks().history().partitions(), [&partition](const auto& one) {
          return one.second->name.topic == partition.name.topic;
        });
        if (found->key) {
          lines.push_back(fmt::format("  key     {}: murmur2 {}, so partition {} of {}", printable(*found->key), murmur2(*found->key),
                                      partition_for_key(*found->key, static_cast<std::int32_t>(partitions)), partitions));
        } else {
          lines.push_back("  key     none: the producer chose the partition");
        }
        lines.push_back(fmt::format("  value   {}", found->value ? fmt::format("{} ({} bytes)", printable(*found->value), found->value->size())
                                                                : std::string{"null: a tombstone"}));
        return lines;
      }
    }
  }
  return {};
}

bool has(const std::vector<Happened>& life, Stage stage) {
  return std::ranges::any_of(life, [stage](const Happened& h) { return h.event.stage == stage; });
}

std::string who_has(const PartitionHistory& partition, Offset offset) {
  std::string text;
  for (const auto& [id, replica] : partition.replicas) {
    if (replica->log_start <= offset && offset < replica->log_end) text += (text.empty() ? "" : ", ") + std::to_string(id.value);
  }
  return text.empty() ? "no replica holds it now" : "held now by broker " + text;
}

std::vector<std::string> missing(const Simulation& done, const PartitionHistory& partition, const std::vector<Happened>& life,
                                 Offset offset) {
  std::vector<std::string> lines;
  const ReplicaHistory* leader = partition.acting_leader();
  if (!has(life, Stage::committed)) {
    lines.push_back(leader ? fmt::format("never committed: the leader's high watermark stands at {}, its ISR has {} of {} replicas",
                                         leader->high_watermark.value, partition.isr.size(), partition.assigned.size())
                           : std::string{"never committed: the partition has no leader now"});
  }
  const TransactionLedger::Run* run = done.checks().history().transactions().run_at(partition.name, offset);
  if (run != nullptr && run->fate == TransactionLedger::Fate::open)
    lines.push_back(has(life, Stage::decided) ? "its transaction is decided, and no marker is replicated here yet: read_committed waits"
                                              : "its transaction is open: nobody has decided it, and read_committed waits");
  if (run != nullptr && run->fate == TransactionLedger::Fate::aborted) lines.push_back("its transaction was aborted: read_committed never gets it");
  if (!has(life, Stage::acknowledged) && has(life, Stage::sent))
    lines.push_back(has(life, Stage::failed) ? "never acknowledged: its producer gave it up"
                                             : "not acknowledged: no answer had come when the run ended");
  for (const auto& [name, group] : done.measures().groups()) {
    const std::optional<Offset> committed = done.checks().history().vitals().committed(name, partition.name);
    if (!committed) {
      lines.push_back(fmt::format("group {} has committed no offset of {}", name, to_string(partition.name)));
    } else if (*committed <= offset) {
      lines.push_back(fmt::format("group {} has not come so far: its committed offset is {}", name, committed->value));
    }
  }
  if (!has(life, Stage::delivered)) lines.push_back("no consumer has got it from poll");
  return lines;
}

}  // namespace

Result<FollowRequest> parse_follow(std::string_view text) {
  const auto wrong = [] { return fail("--follow takes TOPIC-PARTITION@OFFSET, as in orders-0@501"); };
  const std::size_t at = text.rfind('@');
  const std::size_t dash = at == std::string_view::npos ? at : text.rfind('-', at);
  if (dash == std::string_view::npos || dash == 0) return wrong();
  const auto whole = [](std::string_view digits, auto& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size() && number >= 0;
  };
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  if (!whole(text.substr(dash + 1, at - dash - 1), partition) || !whole(text.substr(at + 1), offset)) return wrong();
  return FollowRequest{{std::string{text.substr(0, dash)}, PartitionIndex{partition}}, Offset{offset}};
}

std::vector<std::string> follow(const Simulation& done, const std::shared_ptr<const Scenario>& scenario, WireMode mode,
                                const FollowRequest& request) {
  std::vector<std::string> lines{fmt::format("The life of {}@{}", to_string(request.partition), request.offset.value)};
  const PartitionHistory* partition = done.checks().history().partition(request.partition);
  if (!partition) {
    lines.push_back("  there is no such partition");
    return lines;
  }
  const std::optional<Origin> origin = find_origin(done, *partition, request.offset);
  WatchedRecord record{request.partition, request.offset, origin.value_or(Origin{})};
  const TransactionLedger& transactions = done.checks().history().transactions();
  if (const auto* part = transactions.run_at(request.partition, request.offset)) record.producer = part->producer;
  if (origin) record.transaction = transactions.transaction_of(request.partition, *origin);
  const std::vector<Happened> life = watch(done, scenario, mode, record);
  for (std::string& line : contents(done, *partition, request.offset)) lines.push_back(std::move(line));
  for (const Happened& h : life)
    lines.push_back(fmt::format("{:>9} s  {:<16} {}", seconds_text(h.at), h.who, h.event.text));
  if (life.empty()) {
    const ReplicaHistory* leader = partition->acting_leader();
    lines.push_back(leader ? fmt::format("  nothing ever stood there: the log goes from {} to {}", leader->log_start.value,
                                         leader->log_end.value)
                           : std::string{"  nothing ever stood there"});
    return lines;
  }
  for (const std::string& reason : missing(done, *partition, life, request.offset)) lines.push_back("  missing  " + reason);
  lines.push_back("  " + who_has(*partition, request.offset));
  return lines;
}

}  // namespace kafkasim::sim
