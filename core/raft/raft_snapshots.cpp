// Snapshots of the metadata image (KIP-630): made here, given piece by piece to who is behind the start of the log, fetched
// from the leader, and what retention leaves of them and of the log (KafkaRaftClient, RaftMetadataLogCleanerManager).
#include <algorithm>
#include <utility>

#include "core/raft/metadata_log.hpp"
#include "core/raft/raft_messages.hpp"
#include "core/raft/raft_node.hpp"

namespace kafkasim {
namespace {

constexpr Duration cleaning_interval = seconds(60);  // RaftMetadataLogCleanerManager

}  // namespace

// False if the latest one cannot be read, or is not known to be committed: a leader may tell less than others have told.
bool RaftNode::take_snapshot(std::vector<CommittedBatch>& taken, Env& env) {
  const std::optional<raft::SnapshotId> id = log_->snapshots().latest();
  if (!id || id->end_offset > *high_watermark()) return false;
  Result<raft::SnapshotContent> content = log_->snapshots().content(*id, env.disk);
  if (!content) {
    halt_of(content.error(), env);
    return false;
  }
  CommittedBatch one{Offset{0}, Offset{id->end_offset.value - 1}, id->epoch.value, content->last_contained,
                     std::move(content->records), CommittedBatch::Source::snapshot, 0};
  taken.push_back(std::move(one));
  next_committed_ = id->end_offset;
  return true;
}

void RaftNode::create_snapshot(const raft::SnapshotId& id, const raft::SnapshotContent& content, Env& env) {
  if (failed_) return;
  KAFKASIM_CHECK(id.end_offset <= next_committed_, "a snapshot of what its maker has not been given");
  raft::SnapshotContent whole = content;
  whole.voters = history_.at(id.end_offset.value - 1);
  const Result<bool> made = log_.edit().create_snapshot(id, whole, env.wall, env.disk);
  if (!made) return halt_of(made.error(), env);
  if (!*made) return;
  env.out.note(trace::RaftSnapshotKept{id.end_offset.value, id.epoch.value, log_->snapshots().kept().at(id), false});
  plan_cleaning(env);
}

void RaftNode::plan_cleaning(Env& env) {
  if (log_->snapshots().kept().size() < 2) return clean_at_.reset();
  if (!clean_at_) clean_at_ = env.now + cleaning_interval;
}

void RaftNode::clean_log(Env& env) {
  clean_at_.reset();
  const Result<bool> moved = log_.edit().clean(env.wall, env.disk);
  if (!moved) return halt_of(moved.error(), env);
  if (*moved) env.out.note(trace::RaftLogStartMoved{log_->start().value});
  history_.forget_before(log_->start());
  plan_cleaning(env);
}

Message RaftNode::fetch_snapshot_request(const raft::SnapshotId& id) const {
  FetchSnapshotRequest::Partition partition;
  partition.current_leader_epoch = epoch_;
  partition.snapshot_id = id;
  partition.replica_directory_id = directory_id_;
  partition.position = static_cast<std::int64_t>(log_->snapshots().fetched_bytes());
  FetchSnapshotRequest request;
  request.cluster_id = options_.cluster_id;
  request.replica_id = options_.self;
  request.max_bytes = static_cast<std::int32_t>(raft::max_batch_bytes);
  request.topics = raft::sole_topic<FetchSnapshotRequest>(partition);
  return Message::of(std::move(request));
}

void RaftNode::on_fetch_snapshot(const FetchSnapshotRequest& fetch, const RequestRef& from, Env& env) {
  const auto refuse = [&](ErrorCode error) {
    answer(from, FetchSnapshotResponse{.error_code = error}, env);
  };
  const auto* asked = raft::sole_partition(fetch);
  if (!is_own_cluster(fetch.cluster_id)) return refuse(ErrorCode::inconsistent_cluster_id);
  if (!asked) return refuse(ErrorCode::unknown_topic_or_partition);
  FetchSnapshotResponse::Partition piece;
  piece.snapshot_id = asked->snapshot_id;
  if (const auto error = validate_leader_request(asked->current_leader_epoch)) return answer_snapshot(from, *error, piece, env);
  const raft::SnapshotStore& store = log_->snapshots();
  const auto kept = store.kept().find(asked->snapshot_id);
  if (kept == store.kept().end()) return answer_snapshot(from, ErrorCode::snapshot_not_found, piece, env);
  piece.size = static_cast<std::int64_t>(kept->second);
  // Kafka's POSITION_OUT_OF_RANGE would leave the fetcher where it is; so it begins anew.
  if (asked->position < 0 || asked->position >= piece.size) return answer_snapshot(from, ErrorCode::snapshot_not_found, piece, env);
  const auto most = static_cast<std::uint64_t>(std::clamp<std::int64_t>(fetch.max_bytes, 1, raft::max_batch_bytes));
  Result<std::vector<std::byte>> bytes =
      store.piece(asked->snapshot_id, static_cast<std::uint64_t>(asked->position), most, env.disk);
  if (!bytes) return halt_of(bytes.error(), env);
  piece.position = asked->position;
  piece.unaligned_records = *std::move(bytes);
  if (fetch.replica_id) check_in({*fetch.replica_id, asked->replica_directory_id}, env);
  answer_snapshot(from, ErrorCode::none, std::move(piece), env);
}

void RaftNode::answer_snapshot(const RequestRef& request, ErrorCode error, FetchSnapshotResponse::Partition partition,
                               Env& env) const {
  partition.error_code = error;
  partition.current_leader = LeaderIdAndEpoch{known_leader(), epoch_};
  FetchSnapshotResponse response;
  response.topics = raft::sole_topic<FetchSnapshotResponse>(std::move(partition));
  const auto where = known_leader() ? endpoint_of(*known_leader()) : std::nullopt;
  if (where) response.node_endpoints.push_back({*known_leader(), where->host, where->port});
  answer(request, std::move(response), env);
}

// The leader's log begins behind what this one has: its snapshot comes first.
bool RaftNode::begin_snapshot(const raft::SnapshotId& id, Env& env) {
  if (id.end_offset.value < 0 || id.epoch.value < 0) return false;
  if (log_->snapshots().kept().contains(id)) return false;  // fetched before: the leader is not to be understood
  if (const auto begun = log_.edit().snapshots().begin_fetched(id, env.disk); !begun) {
    halt_of(begun.error(), env);
    return false;
  }
  std::get<raft::Follower>(role_).fetching = id;
  return true;
}

RaftNode::Handled RaftNode::on_snapshot_answer(const FetchSnapshotResponse& response, Env& env) {
  const auto* told = raft::sole_partition(response);
  if (response.error_code != ErrorCode::none || !told) return Handled::no;
  const bool gone = told->error_code == ErrorCode::snapshot_not_found || told->snapshot_id.end_offset.value < 0;
  const LeaderIdAndEpoch leader = told->current_leader.value_or(LeaderIdAndEpoch{});
  const ErrorCode error = gone ? ErrorCode::none : told->error_code;
  if (const auto handled = on_knowledge({error, leader.leader_id, leader.leader_epoch}, env)) return *handled;
  auto* follower = std::get_if<raft::Follower>(&role_);
  if (!follower || !follower->fetching) return Handled::no;
  follower->fetch_deadline = env.now + options_.config.quorum_fetch_timeout;
  if (gone) {  // the leader has made a newer one since: the next fetch tells which
    follower->fetching.reset();
    return Handled::yes;
  }
  raft::SnapshotStore& store = log_.edit().snapshots();
  const bool fits = told->snapshot_id == *follower->fetching && told->position >= 0
                    && static_cast<std::uint64_t>(told->position) == store.fetched_bytes();
  if (!fits || told->size <= told->position || told->unaligned_records.empty()) return Handled::no;
  if (const auto kept = store.append_fetched(told->unaligned_records, env.disk); !kept) {
    halt_of(kept.error(), env);
    return Handled::yes;
  }
  if (store.fetched_bytes() >= static_cast<std::uint64_t>(told->size)) replace_log(env);
  return Handled::yes;
}

// The snapshot is whole: the log begins anew behind it.
void RaftNode::replace_log(Env& env) {
  auto& follower = std::get<raft::Follower>(role_);
  const raft::SnapshotId id = *std::exchange(follower.fetching, std::nullopt);
  if (const auto kept = log_.edit().snapshots().finish_fetched(env.disk); !kept) return halt_of(kept.error(), env);
  env.out.note(trace::RaftSnapshotKept{id.end_offset.value, id.epoch.value, log_->snapshots().kept().at(id), true});
  const Result<bool> replaced = log_.edit().replace_by_snapshot(env.wall, env.disk);
  if (!replaced) return halt_of(replaced.error(), env);
  if (!*replaced) return halt("the leader's snapshot has less than the log here", env);
  env.out.note(trace::RaftLogReplaced{id.end_offset.value, id.epoch.value});
  history_.restart();
  follow_log(env);
  if (failed_) return;
  if (!follower.high_watermark || *follower.high_watermark < id.end_offset) {
    follower.high_watermark = id.end_offset;
    high_watermark_moved(id.end_offset, env);
  }
  plan_cleaning(env);
}

}  // namespace kafkasim
