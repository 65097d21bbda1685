#include <algorithm>

#include <fmt/format.h>

#include "core/record/record.hpp"
#include "sim/fault/replica_bytes.hpp"
#include "sim/report/follow.hpp"
#include "sim/scenario/units.hpp"
#include "viz/panels/inspector_parts.hpp"
#include "viz/panels/strip_geometry.hpp"

namespace kafkasim::viz {

namespace {

bool has_broker(const std::vector<NodeId>& ids, NodeId id) { return std::ranges::find(ids, id) != ids.end(); }

std::optional<Duration> led_since(const sim::Story& story, const TopicPartition& partition) {
  const auto& elections = story.elections();
  for (std::size_t i = elections.size(); i > 0; --i) {
    if (elections[i - 1].partition == partition) return elections[i - 1].at;
  }
  return std::nullopt;
}

// At most so many bytes, whatever they are, on one line. What fills a value up, the same byte to its end, is left out.
std::string shown_bytes(ByteSpan bytes) {
  constexpr std::size_t most = 120;
  constexpr std::size_t filler = 8;
  std::string text;
  std::size_t end = bytes.size();
  while (end > 1 && bytes[end - 2] == bytes[bytes.size() - 1]) --end;
  if (bytes.size() - end >= filler) return shown_bytes(bytes.first(std::max<std::size_t>(1, end - 1))) + "...";
  for (const std::byte b : bytes.first(std::min(bytes.size(), most))) {
    const auto c = static_cast<char>(b);
    text += c >= ' ' && c != 0x7f ? std::string{c} : fmt::format("\\x{:02x}", static_cast<unsigned>(b));
  }
  return bytes.size() > most ? text + "..." : text;
}

RecordContents read_record(const App& app, const ChosenRecord& chosen) {
  RecordContents out{chosen, app.branch(), false, {}, {}, {}};
  const sim::FrameNode* node = app.frame().node(chosen.node);
  if (!node) return out;
  for (const sim::StoredSegment& segment : sim::stored_segments(app.run().world().disk(node->host), chosen.partition)) {
    for (const RecordBatch& batch : segment.batches) {
      if (chosen.offset < batch.base_offset() || batch.last_offset() < chosen.offset) continue;
      const auto records = decode_records(batch);
      if (!records) continue;
      const auto found = std::ranges::find(*records, chosen.offset, &Record::offset);
      if (found == records->end()) continue;
      out.found = true;
      out.key = found->key ? shown_bytes(*found->key) : "none";
      out.value = found->value ? fmt::format("{} ({} bytes)", shown_bytes(*found->value), found->value->size()) : "null: a tombstone";
      out.timestamp = fmt::format("{} ms since 1970", found->timestamp.value);
      return out;
    }
  }
  return out;
}

// A line of sim::follow(): "   10.647 s  shop/4           hands it to the producer", or one without a moment.
struct LifeLine {
  std::optional<Duration> at;
  std::string text;
};
LifeLine life_line(const std::string& line) {
  LifeLine out{{}, line};
  const std::size_t moment = line.find(" s  ");
  const std::size_t digits = line.find_first_not_of(' ');
  if (moment != std::string::npos && digits < moment && line.find_first_not_of("0123456789.", digits) == moment) {
    const Result<Duration> at = sim::parse_duration(line.substr(digits, moment - digits) + "s");
    if (at) out = {*at, line.substr(moment + 4)};
  }
  out.text.erase(0, std::min(out.text.find_first_not_of(' '), out.text.size()));
  for (std::size_t at = out.text.find("  "); at != std::string::npos; at = out.text.find("  ", at)) out.text.erase(at, 1);
  return out;
}

}  // namespace

void Inspector::replica_table(const sim::FramePartition& partition) {
  const auto leader = std::ranges::find_if(partition.replicas, [&](const sim::FrameReplica& r) { return partition.leader == r.node; });
  std::vector<std::vector<Cell>> rows;
  bool transactions = false;
  for (const sim::FrameReplica& r : partition.replicas) transactions = transactions || r.last_stable_offset.has_value();
  for (const sim::FrameReplica& r : partition.replicas) {
    const bool leads = partition.leader == r.node;
    const bool gone = r.state == sim::ReplicaState::absent || r.state == sim::ReplicaState::offline;
    const Colour colour = gone ? ui_.theme.bad : leads ? ui_.theme.accent : r.in_isr ? ui_.theme.text : ui_.theme.warning;
    const char* sign = leads && !gone                            ? "leader"
                       : r.eligible                              ? (gone ? "down, eligible" : "eligible")
                       : gone                                    ? "down"
                       : r.in_isr                                ? "in sync"
                       : has_broker(partition.adding, r.node)    ? "being added"
                                                                 : "behind";
    std::vector<Cell> row{{fmt::format("{} {}", r.node.value, sign), colour},
                          {std::to_string(r.log_end.value), {}},
                          {std::to_string(r.high_watermark.value), {}}};
    if (transactions) row.push_back({r.last_stable_offset ? std::to_string(r.last_stable_offset->value) : "\u2013", {}});
    const bool known = leader != partition.replicas.end() && !leads;
    const std::int64_t lag = known ? leader->log_end - r.log_end : 0;
    row.push_back({known ? std::to_string(lag) : "\u2013", lag > 0 ? std::optional{ui_.theme.warning} : std::nullopt});
    rows.push_back(std::move(row));
  }
  std::vector<std::string> head{"replica", "log end", "HW"};
  if (transactions) head.emplace_back("LSO");
  head.emplace_back("lag");
  if (const auto clicked = flow_.table(head, rows, "replica")) {
    if (const sim::FrameNode* node = app_.frame().node(partition.replicas[*clicked].node)) app_.choose(ChosenNode{node->host});
  }
}

void Inspector::readers_of(const sim::FramePartition& partition) {
  if (partition.readers.empty()) return;
  flow_.heading("Read by");
  std::vector<std::vector<Cell>> rows;
  for (const sim::FrameReader& r : partition.readers) {
    rows.push_back({{r.member.empty() ? r.group + ": nobody" : r.member, {}},
                    {r.position ? std::to_string(r.position->value) : "\u2013", {}},
                    {r.committed ? std::to_string(r.committed->value) : "\u2013", {}},
                    {std::to_string(r.lag), r.lag > 0 ? std::optional{ui_.theme.warning} : std::nullopt}});
  }
  const auto clicked = flow_.table({"member", "read to", "committed", "lag"}, rows, "reader");
  if (clicked && app_.frame().group(partition.readers[*clicked].group) != nullptr) app_.choose(ChosenGroup{partition.readers[*clicked].group});
}

void Inspector::partition(const ChosenPartition& chosen) {
  const std::string name = to_string(chosen.partition);
  const sim::FramePartition* p = app_.frame().partition(chosen.partition);
  if (!p) {
    flow_.title(name);
    return flow_.dim("It is not there at this moment.");
  }
  const bool whole = p->leader && !p->under_replicated();
  flow_.title(name, !p->leader ? "no leader" : whole ? "complete" : "under-replicated",
              !p->leader ? ui_.theme.bad : whole ? ui_.theme.good : ui_.theme.warning);
  const auto since = led_since(app_.run().story(), chosen.partition);
  if (p->leader) {
    const std::string text = fmt::format("led by broker {} in epoch {}", p->leader->value, p->epoch.value);
    if (!since) flow_.text(text + ", since the beginning");
    else if (flow_.timed_link("inspect.since", *since, text)) app_.want(SeekTo{*since});
  } else if (since && flow_.timed_link("inspect.since", *since, "since then it has no leader", ui_.theme.bad)) {
    app_.want(SeekTo{*since});
  }
  flow_.pair("in sync (ISR)", fmt::format("{} of {}", node_names(p->isr), node_names(p->assigned)));
  if (!p->elr.empty()) flow_.pair("eligible (ELR)", node_names(p->elr), ui_.theme.accent);
  if (!p->adding.empty()) flow_.pair("being added", node_names(p->adding), ui_.theme.accent);
  if (!p->removing.empty()) flow_.pair("to be removed", node_names(p->removing), ui_.theme.warning);
  flow_.pair("min. in sync", std::to_string(p->min_isr), p->isr.size() < p->min_isr ? std::optional{ui_.theme.bad} : std::nullopt);
  flow_.pair("committed to", with_commas(p->committed_to.value));
  if (p->lost > 0) flow_.coloured(ui_.theme.bad, fmt::format("{} acknowledged records are gone", p->lost));
  flow_.heading("Replicas");
  replica_table(*p);
  flow_.gap(4);
  ask("why.leader", sim::WhyLeader{p->name});
  for (const NodeId id : p->assigned) {
    if (!has_broker(p->isr, id)) ask(fmt::format("why.isr.{}", id.value), sim::WhyNotInSync{p->name, id});
  }
  readers_of(*p);
  act_buttons({"crash-leader", "elect-preferred", "elect-unclean", "cut-leader"});
}

// ---- a record ------------------------------------------------------------------------------------------------------------------------
void Inspector::record_replicas(const sim::FramePartition& partition, const ChosenRecord& chosen) {
  flow_.heading("Where it is");
  for (const sim::FrameReplica& r : partition.replicas) {
    const bool has = r.log_start <= chosen.offset && chosen.offset < r.log_end;
    const sim::LogRun* run = run_at(r, chosen.offset);
    std::string text = fmt::format("broker {}: ", r.node.value);
    Colour colour = ui_.theme.good;
    if (chosen.offset < r.log_start) {
      text += "no longer";
      colour = ui_.theme.dim;
    } else if (!has) {
      text += "not yet";
      colour = ui_.theme.warning;
    } else if (run != nullptr && run->differs) {
      text += fmt::format("another record, of epoch {}", run->epoch.value);
      colour = ui_.theme.bad;
    } else {
      text += run != nullptr ? fmt::format("yes, of epoch {}", run->epoch.value) : "yes";
      text += chosen.offset < r.synced ? ", on disk" : ", in the page cache";
    }
    if (flow_.link(fmt::format("record.on.{}", r.node.value), text, nullptr, colour)) app_.choose(ChosenRecord{chosen.partition, r.node, chosen.offset});
  }
}

void Inspector::record_contents(const ChosenRecord& chosen) {
  std::optional<RecordContents>& contents = state_.record;
  if (!contents || contents->record != chosen || contents->branch != app_.branch()) contents = read_record(app_, chosen);
  if (!contents->found) return;
  flow_.pair("key", contents->key);
  flow_.pair("value", contents->value);
  flow_.pair("timestamp", contents->timestamp);
}

void Inspector::life_of(const ChosenRecord& chosen) {
  if (!app_.tape().source().operations.empty()) return;  // a recording is no scenario
  std::optional<FollowedRecord>& followed = state_.followed;
  const bool told = followed && followed->partition == chosen.partition && followed->offset == chosen.offset;
  flow_.gap(6);
  if (!told) {
    if (flow_.press("record.follow", "Tell its whole life", "from the hash of its key to the committed offset: the run is gone through once more")) {
      const auto scenario = std::make_shared<const sim::Scenario>(app_.scenario());
      const auto life = sim::follow(app_.run(), scenario, sim::WireMode::fast, {chosen.partition, chosen.offset});
      followed = FollowedRecord{chosen.partition, chosen.offset, life ? *life : std::vector<std::string>{"", life.error().message}};
    }
    flow_.end_row();
    return;
  }
  flow_.heading("Its life so far");
  for (std::size_t i = 1; i < followed->lines.size(); ++i) {
    const LifeLine line = life_line(followed->lines[i]);
    if (line.text.starts_with("value ")) continue;  // it stands above
    if (!line.at) flow_.text(line.text);
    else if (flow_.timed_link(fmt::format("life.{}", i), *line.at, line.text)) app_.want(SeekTo{*line.at});
  }
}

void Inspector::record(const ChosenRecord& chosen) {
  const sim::FramePartition* p = app_.frame().partition(chosen.partition);
  const std::string name = to_string(chosen.partition);
  if (!p) {
    flow_.title("Record " + std::to_string(chosen.offset.value));
    return flow_.dim(name + " is not there at this moment.");
  }
  const auto replica = std::ranges::find(p->replicas, chosen.node, &sim::FrameReplica::node);
  const bool exists = replica != p->replicas.end() && replica->log_start <= chosen.offset && chosen.offset < replica->log_end;
  const bool committed = chosen.offset < p->committed_to;
  flow_.title(fmt::format("{} @ {}", name, chosen.offset.value), !exists ? "not there" : committed ? "committed" : "not committed",
              !exists ? ui_.theme.dim : committed ? ui_.theme.good : ui_.theme.warning);
  if (!exists) {
    flow_.dim(fmt::format("At this moment nothing stands there in the log of broker {}.", chosen.node.value));
  } else if (const sim::LogRun* run = run_at(*replica, chosen.offset)) {
    flow_.pair("epoch", std::to_string(run->epoch.value));
    flow_.pair("batches", run->batches == 1 ? fmt::format("one: offsets {} to {}", run->base.value, run->last.value)
                                           : fmt::format("{} side by side: {} to {}", run->batches, run->base.value, run->last.value));
    if (run->control) flow_.dim("A control record: the end of a transaction.");
    if (run->transactional && !run->control) flow_.dim("Written in a transaction.");
  }
  record_contents(chosen);
  flow_.text(committed ? "Committed: all replicas that were in sync had it, and consumers may read it."
                       : "Not committed: the high watermark has not passed it, and no consumer is given it.");
  partition_link("inspect.partition", chosen.partition, "partition " + name);
  record_replicas(*p, chosen);
  flow_.heading("Who has read it");
  if (p->readers.empty()) flow_.dim("No group reads this partition.");
  for (const sim::FrameReader& r : p->readers) {
    const bool read = r.position && *r.position > chosen.offset;
    const bool done = r.committed && *r.committed > chosen.offset;
    flow_.coloured(done ? ui_.theme.good : read ? ui_.theme.text : ui_.theme.dim,
                   fmt::format("{}: {}", r.group, done ? "read, and its offset committed" : read ? "read, offset not committed yet" : "not yet"));
  }
  life_of(chosen);
  act_buttons({"corrupt", "power-keep"});
}

}  // namespace kafkasim::viz
