#include "sim/scenario/keys.hpp"

#include <algorithm>
#include <array>

#include "core/base/check.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

const std::vector<ObjectKeys>& object_keys() {
  static const std::vector<ObjectKeys> table{
      {"scenario",
       {"$schema", "name", "title", "question", "description", "seed", "duration", "cluster", "network", "topics", "producers",
        "consumers", "pipelines", "queues", "stores", "timeline", "chaos", "expect", "epilogue", "lesson", "variants"}},
      {"queue", {"name", "mode", "prefetch", "visibility_timeout"}},
      {"store", {"name"}},
      {"lesson", {"steps", "quiz"}},
      {"lesson_step", {"at", "say", "look_at"}},
      {"question", {"question", "choices", "answer", "because", "proofs"}},
      {"variant", {"name", "set"}},
      {"cluster",
       {"brokers", "controllers", "spare_controllers", "racks", "disk", "config", "overrides", "profile", "features", "legacy"}},
      {"disk",
       {"capacity", "write", "read", "seek", "sync", "page_cache", "zero_copy", "sequential"}},
      {"override", {"broker", "disk", "config"}},
      {"features", {"eligible_leader_replicas", "transaction_version", "kraft_version"}},
      {"network", {"latency", "bandwidth", "links"}},
      {"link", {"between", "latency", "bandwidth"}},
      {"topic", {"name", "partitions", "replication_factor", "assignment", "config"}},
      {"producer",
       {"id", "topic", "count", "rate", "from", "to", "records", "keys", "value_size", "partition", "rack",
        "transaction_size", "abort_ratio", "config", "queue", "claim_check"}},
      {"rate", {"steps", "trace", "column", "row_lasts", "peak"}},
      {"keys", {"distribution", "cardinality"}},
      {"consumer",
       {"id", "group", "assign", "topics", "topics_matching", "count", "process_time", "commit", "poison", "instance_id", "from", "rack", "config", "queue",
        "claim_check"}},
      {"pipeline",
       {"id", "group", "from", "to", "count", "exactly_once", "commit", "rate", "process_time", "starts", "rack", "consumer_config",
        "producer_config"}},
      {"poison", {"partition", "offset", "then"}},
      {"entry",
       {"at", "when", "after", "hit", "plus", "name", "for", "every", "crash", "power_off", "wipe", "restart", "start",
        "stop", "pause", "slow_disk", "slow_cpu", "full_disk", "fail_disk", "corrupt", "clock", "partition", "one_way",
        "slow_link", "disconnect", "intercept", "release", "count", "freeze_metadata", "campaign", "traffic", "produce",
        "expect", "note", "undo", "elect_leader", "reassign", "delete_records", "create_topic", "add_consumers",
        "remove_consumers", "crash_consumers", "seek", "delete_topic", "add_partitions", "configure",
        "transaction", "add_voter", "remove_voter"}},
      {"chaos", {"from", "to", "most_down", "faults"}},
      {"power_off", {"target", "keep", "torn"}},
      {"keep", {"partition", "records"}},
      {"slow_link", {"between", "latency", "bandwidth", "loss"}},
      {"disconnect", {"between"}},
      {"intercept", {"from", "to", "api", "kind", "then", "skip", "count"}},
      {"then", {"delay", "error"}},
      {"freeze_metadata", {"target", "partition", "leader_epoch"}},
      {"elect_leader", {"partition", "unclean", "to"}},
      {"reassign", {"partition", "to", "cancel"}},
      {"delete_records", {"partition", "before"}},
      {"add_partitions", {"topic", "to"}},
      {"configure", {"topic", "broker", "config"}},
      {"transaction", {"as", "do"}},
      {"members", {"group", "count"}},
      {"seek", {"group", "to"}},
      {"seek_time", {"time"}},
      {"slow_disk", {"broker", "times"}},
      {"slow_cpu", {"target", "times"}},
      {"corrupt", {"broker", "partition", "bits"}},
      {"clock", {"target", "jump", "drift"}},
      {"traffic", {"producer", "times", "rate"}},
      {"produce", {"topic", "key", "value", "partition", "headers", "as"}},
      {"condition", {"metric", "of", "on", "is", "not", "at_least", "at_most"}},
      {"conditions", {"all"}},
      {"expectation",
       {"metric", "of",    "on",   "is", "not",      "at_least", "at_most", "at",      "always",  "from",     "to",
        "within", "after", "text", "no", "violates", "records",  "are",     "include", "exclude", "isolation",
        "variant"}},
  };
  return table;
}

const ObjectKeys& keys_of(std::string_view kind) {
  const auto& table = object_keys();
  const auto found = std::ranges::find(table, kind, &ObjectKeys::kind);
  KAFKASIM_CHECK(found != table.end(), kind);
  return *found;
}

std::span<const std::string_view> invariant_ids() {
  static constexpr std::array<std::string_view, 37> ids{
      "log-offsets-ordered",   "replicas-match",      "epoch-offset-unique",
      "epochs-monotonic",      "isr-holds-committed", "candidates-complete",
      "leader-complete",       "acked-somewhere",     "committed-not-truncated",
      "maximal-isr-respected", "min-isr-respected",   "isr-valid",
      "one-leader-per-epoch",  "reads-below-limit",   "producer-state-replayable",
      "recovery-complete",     "acked-record-lost",   "offset-inconsistent",
      "record-duplicated",     "order-broken",        "poll-skipped",
      "poll-went-back",        "aborted-read",        "precommitted-read",
      "transaction-torn",      "zombie-not-fenced",   "marker-invalid",
      "transaction-cycle",     "group-double-owner",  "commit-regressed",
      "membership-lost",       "exactly-once-broken", "raft-safety",
      "not-converged",         "operation-unanswered", "transaction-hanging",
      "churn"};
  return ids;
}

}  // namespace kafkasim::sim
