#include "sim/check/vitals.hpp"

#include <algorithm>

namespace kafkasim::sim {

const Vitals::Process& Vitals::process(HostId host) const {
  static const Process none;
  const auto found = processes_.find(host);
  return found == processes_.end() ? none : found->second;
}

const Vitals::Controller& Vitals::controller(HostId host) const {
  static const Controller none;
  const auto found = controllers_.find(host);
  return found == controllers_.end() ? none : found->second;
}

bool Vitals::unfenced(NodeId broker) const {
  const auto found = brokers_.find(broker);
  return found != brokers_.end() && found->second.unfenced;
}

const Vitals::Group* Vitals::group(const std::string& name, HostId coordinator) const {
  const auto found = groups_.find({name, coordinator});
  return found == groups_.end() ? nullptr : &found->second;
}

std::optional<Generation> Vitals::downgraded(const std::string& group) const {
  const auto found = downgrades_.find(group);
  return found == downgrades_.end() ? std::nullopt : found->second;
}

namespace {
using OffsetsOfGroups = std::map<std::string, Vitals::Offsets>;
const Vitals::Offsets& offsets_in(const OffsetsOfGroups& all, const std::string& group) {
  static const Vitals::Offsets none;
  const auto found = all.find(group);
  return found == all.end() ? none : found->second;
}
std::optional<Offset> offset_in(const Vitals::Offsets& offsets, const TopicPartition& partition) {
  const auto found = offsets.find(partition);
  return found == offsets.end() ? std::nullopt : std::optional{found->second};
}
}  // namespace

const Vitals::Offsets& Vitals::committed(const std::string& group) const { return offsets_in(committed_, group); }
std::optional<Offset> Vitals::committed(const std::string& group, const TopicPartition& partition) const {
  return offset_in(offsets_in(committed_, group), partition);
}
std::optional<Offset> Vitals::reached(const std::string& group, const TopicPartition& partition) const {
  return offset_in(offsets_in(reached_, group), partition);
}

std::optional<Offset> Vitals::position(HostId reader, const TopicPartition& partition) const {
  const auto found = positions_.find({reader, partition});
  return found == positions_.end() ? std::nullopt : std::optional{found->second};
}

// ---- quiet ----------------------------------------------------------------------------------------------------------

void Vitals::disturb(Instant at, Faults faults) {
  disturbed_ = std::max(disturbed_, at);
  faults_ = faults;
}

std::optional<Instant> Vitals::quiet_since() const {
  return faults_ == Faults::in_force ? std::nullopt : std::optional{disturbed_};
}

// ---- processes ------------------------------------------------------------------------------------------------------

void Vitals::on(const Observation& o, const ProcessStarted&) {
  Process& process = processes_[o.host];
  process.up = true;
  process.paused = false;
  disturb(o.at, faults_);
  forget_reader(o.host);
}

void Vitals::ended(const Observation& o, Ended how, std::string reason) {
  processes_[o.host] = {false, false, how, std::move(reason)};
  disturb(o.at, faults_);
  controllers_[o.host].active = false;
  std::erase_if(waiting_, [&o](const auto& entry) { return entry.first.first == o.host; });
  forget_reader(o.host);
}

void Vitals::on(const Observation& o, const ProcessCrashed&) { ended(o, Ended::crashed, "crashed"); }
void Vitals::on(const Observation& o, const PowerLost&) { ended(o, Ended::power_lost, "lost power"); }
void Vitals::on(const Observation& o, const ProcessExited& e) {
  ended(o, e.orderly ? Ended::left : Ended::failed, e.reason);
}

void Vitals::on(const Observation& o, const ProcessPaused&) {
  processes_[o.host].paused = true;
  disturb(o.at, faults_);
}

// Nothing could be answered meanwhile: the time of what waits begins again.
void Vitals::on(const Observation& o, const ProcessResumed&) {
  processes_[o.host].paused = false;
  disturb(o.at, faults_);
  for (auto& [key, sends] : waiting_) {
    if (key.first != o.host) continue;
    for (auto& [send, at] : sends) at = o.at;
  }
}

// ---- who is in charge -----------------------------------------------------------------------------------------------

void Vitals::on(const Observation& o, const trace::PartitionChanged& e) {
  const auto [known, is_new] = partition_epochs_.try_emplace(e.partition, e.partition_epoch);
  if (!is_new && e.partition_epoch <= known->second) return;  // another controller has told it
  known->second = e.partition_epoch;
  last_change_ = o.at;
}

void Vitals::decide(NodeId broker, std::int64_t metadata_offset, bool unfenced) {
  Broker& known = brokers_[broker];
  if (metadata_offset <= known.decided) return;
  known.decided = metadata_offset;
  known.unfenced = unfenced;
}

void Vitals::on(const Observation&, const trace::BrokerRegistered& e) {
  Broker& known = brokers_[e.broker];
  if (known.epoch == e.epoch) return;  // the same process again
  known.epoch = e.epoch;
  decide(e.broker, e.metadata_offset, false);
}
void Vitals::on(const Observation&, const trace::BrokerFenced& e) { decide(e.broker, e.metadata_offset, false); }
void Vitals::on(const Observation&, const trace::BrokerUnfenced& e) { decide(e.broker, e.metadata_offset, true); }

void Vitals::on(const Observation& o, const trace::ControllerActivated& e) {
  controllers_[o.host] = {e.epoch, true};
  if (e.epoch <= controller_epoch_) return;
  controller_epoch_ = e.epoch;
  last_change_ = o.at;
}

void Vitals::on(const Observation& o, const trace::ControllerResigned&) { controllers_[o.host].active = false; }

void Vitals::on(const Observation& o, const trace::GroupChanged& e) {
  Group& group = groups_[{e.group, o.host}];
  if (group.generation != e.generation) last_change_ = o.at;
  const bool of_consumer_group = e.type == "consumer";
  const auto known = downgrades_.find(e.group);
  if (of_consumer_group) {
    downgrades_[e.group].reset();
  } else if (known != downgrades_.end() && e.state != "Dead") {  // by a coordinator of former times
    if (!known->second) known->second = e.generation;
    if (*known->second < e.generation) downgrades_.erase(known);
  }
  group = {e.state, e.generation, e.members};
}

// ---- clients --------------------------------------------------------------------------------------------------------

void Vitals::on(const Observation&, const trace::OffsetsCommitted& e) {
  for (const auto& one : e.offsets) {
    committed_[e.group][one.partition] = one.offset;
    Offset& reached = reached_[e.group][one.partition];
    reached = e.member_id.empty() ? one.offset : std::max(reached, one.offset);
  }
}

void Vitals::on(const Observation&, const trace::OffsetsLoaded& e) {
  Offsets& committed = committed_[e.group];
  committed.clear();
  for (const auto& one : e.offsets) {  // some perhaps that its predecessor appended and did not live to tell of
    committed[one.partition] = one.offset;
    Offset& reached = reached_[e.group][one.partition];
    reached = std::max(reached, one.offset);
  }
}

void Vitals::on(const Observation&, const trace::OffsetsRemoved& e) {
  Offsets& committed = committed_[e.group];
  for (const TopicPartition& partition : e.partitions) committed.erase(partition);
}

void Vitals::on(const Observation& o, const trace::RecordSent& e) {
  Sends& sends = waiting_[{o.host, e.partition}];
  sends.emplace_hint(sends.end(), e.origin.first_send, o.at);
}

void Vitals::answered(HostId host, const TopicPartition& partition, const Origin& first, std::int32_t count) {
  const auto found = waiting_.find({host, partition});
  if (found == waiting_.end()) return;
  Sends& sends = found->second;
  sends.erase(sends.lower_bound(first.first_send), sends.lower_bound(first.first_send + count));
}

void Vitals::on(const Observation& o, const trace::RecordsAcked& e) {
  answered(o.host, e.partition, e.origin, e.count);
}
void Vitals::on(const Observation& o, const trace::RecordsFailed& e) {
  answered(o.host, e.partition, e.origin, e.count);
}

void Vitals::on(const Observation& o, const trace::RecordsDelivered& e) {
  positions_[{o.host, e.partition}] = e.position;
}
void Vitals::on(const Observation& o, const trace::PositionReset& e) { positions_[{o.host, e.partition}] = e.to; }
// What it keeps it goes on with; where it begins with the rest it tells when it knows.
void Vitals::on(const Observation& o, const trace::PartitionsAssigned& e) {
  std::erase_if(positions_, [&](const auto& entry) {
    if (entry.first.first != o.host) return false;
    const TopicPartition& tp = entry.first.second;
    return std::ranges::find(e.partitions, tp) == e.partitions.end()
           || std::ranges::find(e.added, tp) != e.added.end();
  });
}

void Vitals::forget_reader(HostId host) {
  std::erase_if(positions_, [host](const auto& entry) { return entry.first.first == host; });
}

}  // namespace kafkasim::sim
