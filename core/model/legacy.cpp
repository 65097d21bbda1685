#include "core/model/legacy.hpp"

#include <algorithm>
#include <array>

namespace kafkasim {
namespace {

constexpr std::array table{
    LegacyInfo{Legacy::hw_truncate_loss, "hw-truncate-loss", "KIP-101 (0.11, 2017)",
               "a follower cuts its log to its own high watermark whenever it begins to follow",
               "an acknowledged record is lost when its leader dies before the follower has fetched it again"},
    LegacyInfo{Legacy::single_epoch_lookup, "single-epoch-lookup", "KIP-279, KAFKA-6361 (2.0, 2018)",
               "a leader answers only where the follower's epoch ends by its own epochs, not which epoch that was",
               "after two fast elections a follower keeps records that the leader never had: the logs part"},
    LegacyInfo{Legacy::isr_join_by_hw, "isr-join-by-hw", "KAFKA-7128 (2.1, 2018)",
               "a follower joins the ISR once it has reached the leader's high watermark",
               "a new leader whose high watermark lags admits a replica that lacks committed records"},
    LegacyInfo{Legacy::committed_isr_for_hw, "committed-isr-for-hw", "KIP-497, KAFKA-8836 (2.7, 2020)",
               "the high watermark waits for the ISR that the controller has confirmed, not for one that is asked for",
               "the controller may elect a replica that lacks what was acknowledged meanwhile"},
    LegacyInfo{Legacy::local_isr_shrink, "local-isr-shrink", "KIP-497, KAFKA-8836 (2.7, 2020)",
               "a leader drops a slow follower from its ISR without waiting for the controller",
               "a leader that is cut off acknowledges by itself what the next leader does not have"},
    LegacyInfo{Legacy::fenced_joins_isr, "fenced-joins-isr", "KIP-841, KAFKA-13916 (3.3, 2022)",
               "a follower that keeps up joins the ISR although its broker is fenced or shutting down",
               "it is taken out and put back for ever, and may be the last whom the ISR names"},
    LegacyInfo{Legacy::stale_broker_epoch_joins_isr, "stale-broker-epoch-joins-isr", "KIP-903, KAFKA-14139 (3.5, 2023)",
               "nobody asks whether the process that caught up is still the one that is registered",
               "a replica that came back with an empty disk is in sync, and loses all when it is elected"},
    LegacyInfo{Legacy::last_replica_standing, "last-replica-standing", "KIP-966, KAFKA-15583 (3.7, 2023)",
               "the high watermark advances although the ISR is smaller than min.insync.replicas",
               "readers see, and later lose, what only one replica has"},
    LegacyInfo{Legacy::double_hw_read, "double-hw-read", "KAFKA-9807, KAFKA-9835 (2.6, 2020)",
               "how far a consumer may read is looked up again after the high watermark was: here, as the log end",
               "a consumer reads records that are not committed, and that may be replaced by others"},
    LegacyInfo{Legacy::no_fetch_fencing, "no-fetch-fencing", "KIP-320, KAFKA-7395 (2.1, 2018)",
               "a leader does not compare the epoch that a fetch names with its own",
               "a leader that was replaced goes on serving followers and consumers"},
    LegacyInfo{Legacy::no_epoch_on_reelection, "no-epoch-on-reelection", "what KIP-101 (0.11, 2017) rests on",
               "the leader epoch rises only when the leadership moves from one broker to another",
               "a leader that lost its tail writes other records under the same epoch and offset"},
    LegacyInfo{Legacy::no_check_quorum, "no-check-quorum", "KAFKA-15489 (3.7, 2023)",
               "a leader of the metadata quorum never resigns for want of fetches from a majority",
               "a controller that is cut off stays, and brokers on its side are stuck with it"},
    LegacyInfo{Legacy::no_client_epoch_check, "no-client-epoch-check", "KIP-320 (2.1, 2018)",
               "a consumer does not tell which leader epoch it knows, nor look whether its position is still there when the leader changes",
               "after records were lost it goes on in the middle of those that took their place, and skips the rest"},
    LegacyInfo{Legacy::offsets_expire_by_commit_time, "offsets-expire-by-commit-time", "KIP-211, KAFKA-4682 (2.1, 2018)",
               "an offset expires when it was committed long enough ago, whether its group lives or not",
               "a consumer that is alive and has nothing to read goes on at auto.offset.reset after a rebalance"},
    LegacyInfo{Legacy::static_rejoin_not_persisted, "static-rejoin-not-persisted", "KAFKA-10284 (2.7, 2020)",
               "a coordinator does not store the new member id of a static member that comes back",
               "the next coordinator knows the old id, and fences the member that lives"},
    LegacyInfo{Legacy::fetch_during_revocation, "fetch-during-revocation", "KAFKA-14196 (3.3, 2022)",
               "a consumer goes on handing out records while it commits before a rebalance",
               "they are processed and not committed: whoever owns the partition next gets them again"},
    LegacyInfo{Legacy::no_generation_fencing, "no-generation-fencing", "what KIP-62 and its predecessors rest on",
               "a coordinator takes commits of members of a generation that is over, and of members it has removed",
               "a member that was paused takes the group's offset back to where it was"},
    LegacyInfo{Legacy::txn_timeout_no_epoch_bump, "txn-timeout-no-epoch-bump", "KAFKA-6119 (1.0, 2017)",
               "a coordinator aborts a transaction that took too long without fencing its producer",
               "what the producer sends afterwards joins a new transaction, and half of its own is committed"},
    LegacyInfo{Legacy::hanging_txn, "hanging-txn", "KIP-890, KAFKA-14402 (3.5, 2023)",
               "a leader takes a transactional batch without asking the coordinator whether the transaction is open",
               "a batch that comes after its transaction's end opens one that nobody ends: read_committed readers stand still"},
    LegacyInfo{Legacy::verify_aba, "verify-aba", "KAFKA-14884 (3.5, 2023)",
               "a leader takes a transactional batch once the coordinator has answered, whatever was written while it was asked",
               "the answer comes after the abort: the batch opens a transaction that nobody ends"},
    LegacyInfo{Legacy::producer_state_of_leaders_only, "producer-state-of-leaders-only", "what KIP-98 (0.11, 2017) rests on",
               "only a leader remembers what producers wrote: who takes over knows nothing of them",
               "a batch whose acknowledgement was lost is sent again to the next leader, and stands there twice"},
    LegacyInfo{Legacy::producer_state_by_log_retention, "producer-state-by-log-retention", "KIP-360, KAFKA-7190 (2.4, 2019)",
               "a producer is forgotten when the last record that it wrote is deleted",
               "a batch whose acknowledgement was lost is written again when its first copy is deleted meanwhile"},
    LegacyInfo{Legacy::no_epoch_on_elect, "no-epoch-on-elect", "KAFKA-7415 (2.1, 2018)",
               "a leader puts its epoch on record with its first append, not when it is elected",
               "a follower that asks where an epoch ends which the leader never saw learns nothing, and stands still until somebody writes"},
    LegacyInfo{Legacy::skip_missed_epoch_truncation, "skip-missed-epoch-truncation", "KAFKA-7164 (2.1, 2018)",
               "a follower does nothing when its leader stays the same in another epoch",
               "it goes on fetching in the old epoch, is fenced, and follows nobody any more"},
    LegacyInfo{Legacy::hw_before_truncate, "hw-before-truncate", "KAFKA-14704 (3.5, 2023)",
               "a follower takes the leader's high watermark before it cuts off what the leader never had",
               "for a moment it calls records committed that it cuts off next: its high watermark goes back"},
    LegacyInfo{Legacy::full_truncate_keeps_hw, "full-truncate-keeps-hw", "KAFKA-9491 (2.5, 2020)",
               "a follower that starts afresh at its leader's log start keeps its old high watermark",
               "the high watermark lies before the log: who is elected so answers reads with an error"},
    LegacyInfo{Legacy::truncate_noop_keeps_epochs, "truncate-noop-keeps-epochs", "KAFKA-10706 (2.8, 2020)",
               "cutting a log at its end or beyond leaves its record of epochs as it is",
               "an epoch in which nothing was written stays on record: the follower is told for ever that its log parts from the leader's"},
    LegacyInfo{Legacy::hw_waits_for_ineligible, "hw-waits-for-ineligible", "KAFKA-15021 (3.6, 2023)",
               "the high watermark waits for a replica that was caught up lately, even if it may not join the ISR",
               "after a controlled shutdown nothing is acknowledged with acks=all for replica.lag.time.max.ms"},
    LegacyInfo{Legacy::removed_partition_truncates, "removed-partition-truncates", "KAFKA-13207 (3.0, 2021)",
               "a follower obeys an answer that tells it to cut its log although it follows another leader by now",
               "it cuts off what the new leader has committed meanwhile"},
};

}  // namespace

std::span<const LegacyInfo> legacy_table() { return table; }

std::optional<Legacy> legacy_by_name(std::string_view name) {
  const auto found = std::ranges::find(table, name, &LegacyInfo::name);
  return found == table.end() ? std::nullopt : std::optional{found->behaviour};
}

}  // namespace kafkasim
