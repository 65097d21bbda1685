#include "sim/report/follow.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "core/base/murmur2.hpp"
#include "core/record/record.hpp"
#include "sim/fault/replica_bytes.hpp"
#include "sim/report/record_events.hpp"
#include "sim/report/report.hpp"
#include "sim/scenario/faults.hpp"

namespace kafkasim::sim {

namespace {

struct Happened {
  Duration at;
  std::uint64_t seq{};
  std::string who;
  RecordEvent event;
};

// What is known of the partition's log: its leader's, then what was committed, then any replica's.
std::vector<const BatchChain*> chains_of(const Simulation& run, const PartitionHistory& partition) {
  std::vector<const BatchChain*> chains;
  if (const ReplicaHistory* leader = partition.acting_leader()) chains.push_back(&leader->log);
  if (const CommittedLog* committed = run.checks().committed(partition.id)) chains.push_back(&committed->batches());
  for (const auto& [id, replica] : partition.replicas) chains.push_back(&replica->log);
  return chains;
}

const StoredBatch* batch_at(const BatchChain& chain, Offset offset) {
  const std::size_t i = chain.index_at(offset);
  return i == chain.size() || offset < chain[i].base ? nullptr : &chain[i];
}

// Who sent the record that stands, or stood, at that offset.
std::optional<Origin> find_origin(const std::vector<const BatchChain*>& chains, Offset offset) {
  for (const BatchChain* chain : chains) {
    const StoredBatch* batch = batch_at(*chain, offset);
    if (batch && batch->origin.known()) return Origin{batch->origin.client, batch->origin.first_send + (offset - batch->base)};
  }
  return std::nullopt;
}

// The log that tells of the offset first, if it has a marker there.
const BatchChain* chain_with_marker(const std::vector<const BatchChain*>& chains, Offset offset) {
  for (const BatchChain* chain : chains) {
    if (const StoredBatch* batch = batch_at(*chain, offset)) return batch->marker ? chain : nullptr;
  }
  return nullptr;
}

// The first of the batches that a marker ends there: its producer's since that one's last marker. Null if there is none.
const StoredBatch* first_ended(const BatchChain& chain, const StoredBatch& marker) {
  const StoredBatch* first = nullptr;
  for (std::size_t i = chain.index_at(marker.base); i-- > 0;) {
    if (chain[i].producer_id != marker.producer_id) continue;
    if (chain[i].marker) break;
    if (chain[i].transactional) first = &chain[i];
  }
  return first;
}

struct Followed {
  WatchedRecord record;
  std::vector<std::string> about;  // a marker, which has neither key nor value to tell
};

Followed find_marker(const Simulation& done, const BatchChain& chain, const FollowRequest& request) {
  const StoredBatch& marker = *batch_at(chain, request.offset);
  const History& history = done.checks().history();
  Followed found{{request.partition, request.offset, Origin{}}, {}};
  found.record.marker = WatchedMarker{*marker.marker, marker.producer_id, marker.producer_epoch};
  std::string whose = fmt::format("producer id {}", marker.producer_id);
  if (const StoredBatch* first = first_ended(chain, marker)) {
    if (first->origin.known()) {
      whose += fmt::format(", of client {}", history.subjects().client(first->origin).name);
      found.record.transaction = history.transactions().transaction_of(request.partition, first->origin);
    }
    whose += fmt::format(", whose records here begin at offset {}", first->base.value);
  }
  found.about = {fmt::format("  marker  the {} marker of the transaction of {}",
                             *marker.marker == TransactionOutcome::commit ? "commit" : "abort", whose),
                 "          written by the leader when the coordinator asked for it: no consumer is given it, and no key places it"};
  return found;
}

Followed find_followed(const Simulation& done, const PartitionHistory& partition, const FollowRequest& request) {
  const std::vector<const BatchChain*> chains = chains_of(done, partition);
  if (const BatchChain* chain = chain_with_marker(chains, request.offset)) return find_marker(done, *chain, request);
  const std::optional<Origin> origin = find_origin(chains, request.offset);
  Followed found{{request.partition, request.offset, origin.value_or(Origin{})}, {}};
  const TransactionLedger& transactions = done.checks().history().transactions();
  if (const auto* part = transactions.run_at(request.partition, request.offset)) found.record.producer = part->producer;
  if (origin) found.record.transaction = transactions.transaction_of(request.partition, *origin);
  return found;
}

// Looks at a run that tells its details, for what happens to the record.
class LifeWatcher {
 public:
  LifeWatcher(const Simulation& run, const WatchedRecord& record, HostId producer) : run_{run}, record_{record}, producer_{producer} {}

  void look(const Observation& o) {
    look_at_request(o);
    std::optional<RecordEvent> event = record_event(o, run_.checks().history(), record_);
    if (!event || event->stage == Stage::around || is_told(o.host, *event)) return;
    if (event->stage == Stage::appended || event->stage == Stage::repeated) note_written(o.host);
    keep({o.at, o.seq, o.host}, std::move(*event));
  }
  [[nodiscard]] std::vector<Happened> take() {
    std::ranges::sort(life_, {}, &Happened::seq);  // that it was sent again is known when it is written again
    return std::move(life_);
  }

 private:
  struct When {
    Instant at;
    std::uint64_t seq{};
    HostId host;
  };
  struct Written {  // by a leader, because of a request that its producer had sent
    HostId leader;
    std::optional<MessageRef> request;
    std::optional<ErrorCode> error;  // with which it was answered
  };

  void keep(const When& when, RecordEvent event) {
    life_.push_back({when.at - run_.origin(), when.seq, run_.story().host(when.host), std::move(event)});
  }

  bool is_told(HostId host, const RecordEvent& event) {
    switch (event.stage) {
      case Stage::gone:
      case Stage::appended:
      case Stage::copied:
      case Stage::repeated: return false;
      case Stage::decided:
        if (!record_.marker) break;
        // The last decision before it is written, of those of its producer.
        if (!written_) std::erase_if(life_, [](const Happened& h) { return h.event.stage == Stage::decided; });
        return written_.has_value();
      default: break;
    }
    // One broker coordinates many groups.
    return !told_.insert({event.stage, event.group.empty() ? host : HostId{-1}, event.group}).second;
  }

  static MessageRef question_of(MessageRef answer) {
    answer.kind = MessageKind::request;
    return answer;
  }

  void look_at_request(const Observation& o) {
    if (const auto* step = o.get_if<StepBegan>()) {
      step_ = step->message;
      if (o.host == producer_ && step_ && step_->kind == MessageKind::response) sent_.erase(question_of(*step_));
    } else if (o.host != producer_) {
      return;
    } else if (const auto* left = o.get_if<MessageLeft>()) {
      if (left->message.api == ApiKey::produce) sent_[left->message] = {o.at, o.seq, o.host};
    } else if (const auto* error = o.get_if<trace::ClientSawError>(); error && error->api == ApiKey::produce && written_ && step_) {
      if (written_->request == question_of(*step_)) written_->error = error->error;
    }
  }

  void note_written(HostId leader) {
    const bool by_request = step_ && sent_.contains(*step_);
    if (by_request && written_ && written_->request && written_->request != step_) {
      const std::string reason = written_->error ? fmt::format("the answer was {}", error_name(*written_->error))
                                                 : fmt::format("the answer of {} did not come", run_.story().host(written_->leader));
      keep(sent_.at(*step_), {Stage::sent_again, "sends it again: " + reason});
    }
    written_ = Written{leader, by_request ? step_ : std::nullopt, std::nullopt};
  }

  const Simulation& run_;
  const WatchedRecord& record_;
  HostId producer_;
  std::vector<Happened> life_;
  std::set<std::tuple<Stage, HostId, std::string>> told_;
  std::optional<MessageRef> step_;   // with which the step began that is on
  std::map<MessageRef, When> sent_;  // what the producer has sent to be written, and is not answered
  std::optional<Written> written_;   // the last time
};

std::vector<Happened> watch(const Simulation& done, const std::shared_ptr<const Scenario>& scenario, WireMode mode,
                            const WatchedRecord& record) {
  Simulation run{scenario, mode};
  if (!run.form()) return {};
  run.observe_details();
  const HostId producer = record.origin.known() ? done.checks().history().subjects().client(record.origin).host : HostId{-1};
  LifeWatcher watcher{run, record, producer};
  while (run.now() <= done.now() && run.step()) {
    for (const Observation& o : run.world().observations()) watcher.look(o);
  }
  return watcher.take();
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
        if (batch.is_control() || offset < batch.base_offset() || batch.last_offset() < offset) continue;
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

// Where else its leader's log has the record: who is not idempotent sends again what was written already, when no answer comes.
std::vector<std::string> other_places(const Simulation& done, const PartitionHistory& partition, const WatchedRecord& record) {
  std::vector<std::string> lines;
  const ReplicaHistory* leader = partition.acting_leader();
  if (!leader || !record.origin.known()) return lines;
  for (std::size_t i = 0; i < leader->log.size(); ++i) {
    const StoredBatch& batch = leader->log[i];
    const std::int64_t sent_after = record.origin.first_send - batch.origin.first_send;
    if (batch.origin.client != record.origin.client || sent_after < 0 || sent_after >= batch.count()) continue;
    const Offset place = batch.base.plus(sent_after);
    if (place == *record.offset || place < leader->log_start) continue;
    lines.push_back(fmt::format("it also stands at offset {}{}", place.value,
                                done.checks().history().subjects().client(record.origin).idempotent
                                    ? ""
                                    : ": its producer is not idempotent, so the leader could not know it again"));
  }
  return lines;
}

std::vector<std::string> missing(const Simulation& done, const PartitionHistory& partition, const std::vector<Happened>& life,
                                 const WatchedRecord& record) {
  std::vector<std::string> lines;
  const Offset offset = *record.offset;
  const ReplicaHistory* leader = partition.acting_leader();
  if (!has(life, Stage::committed)) {
    lines.push_back(leader ? fmt::format("never committed: the leader's high watermark stands at {}, its ISR has {} of {} replicas",
                                         leader->high_watermark.value, partition.isr.size(), partition.assigned.size())
                           : std::string{"never committed: the partition has no leader now"});
  }
  if (record.marker) return lines;  // it is for no consumer
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

std::string no_such_partition(const Simulation& done, const TopicPartition& wanted) {
  std::vector<std::string> names;
  for (const auto& [id, partition] : done.checks().history().partitions()) names.push_back(to_string(partition->name));
  return fmt::format("--follow: there is no partition {} at the end of the run{}", to_string(wanted),
                     suggestion(to_string(wanted), {names.begin(), names.end()}));
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

Result<std::vector<std::string>> follow(const Simulation& done, const std::shared_ptr<const Scenario>& scenario, WireMode mode,
                                        const FollowRequest& request) {
  const PartitionHistory* partition = done.checks().history().partition(request.partition);
  if (!partition) return fail(no_such_partition(done, request.partition));
  std::vector<std::string> lines{fmt::format("The life of {}@{}", to_string(request.partition), request.offset.value)};
  Followed followed = find_followed(done, *partition, request);
  const std::vector<Happened> life = watch(done, scenario, mode, followed.record);
  for (std::string& line : followed.record.marker ? followed.about : contents(done, *partition, request.offset)) lines.push_back(std::move(line));
  for (const Happened& h : life)
    lines.push_back(fmt::format("{:>9} s  {:<16} {}", seconds_text(h.at), h.who, h.event.text));
  if (life.empty()) {
    const ReplicaHistory* leader = partition->acting_leader();
    lines.push_back(leader ? fmt::format("  nothing ever stood there: the log goes from {} to {}", leader->log_start.value,
                                         leader->log_end.value)
                           : std::string{"  nothing ever stood there"});
    return lines;
  }
  for (const std::string& place : other_places(done, *partition, followed.record)) lines.push_back("  " + place);
  for (const std::string& reason : missing(done, *partition, life, followed.record)) lines.push_back("  missing  " + reason);
  lines.push_back("  " + who_has(*partition, request.offset));
  return lines;
}

}  // namespace kafkasim::sim
