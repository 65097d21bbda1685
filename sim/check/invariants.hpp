#pragma once
// The invariants of this release, a line each. checks.cpp alone includes this: what an invariant looks like inside is
// nobody's business.
#include <tuple>

#include "sim/check/aborted_read.hpp"
#include "sim/check/acked_record_lost.hpp"
#include "sim/check/acked_somewhere.hpp"
#include "sim/check/candidates_complete.hpp"
#include "sim/check/churn.hpp"
#include "sim/check/commit_regressed.hpp"
#include "sim/check/committed_not_truncated.hpp"
#include "sim/check/epoch_offset_unique.hpp"
#include "sim/check/epochs_monotonic.hpp"
#include "sim/check/exactly_once_broken.hpp"
#include "sim/check/group_double_owner.hpp"
#include "sim/check/isr_holds_committed.hpp"
#include "sim/check/isr_valid.hpp"
#include "sim/check/leader_complete.hpp"
#include "sim/check/log_offsets_ordered.hpp"
#include "sim/check/marker_invalid.hpp"
#include "sim/check/maximal_isr_respected.hpp"
#include "sim/check/membership_lost.hpp"
#include "sim/check/min_isr_respected.hpp"
#include "sim/check/not_converged.hpp"
#include "sim/check/offset_inconsistent.hpp"
#include "sim/check/one_leader_per_epoch.hpp"
#include "sim/check/operation_unanswered.hpp"
#include "sim/check/order_broken.hpp"
#include "sim/check/poll_skipped.hpp"
#include "sim/check/poll_went_back.hpp"
#include "sim/check/precommitted_read.hpp"
#include "sim/check/producer_state_replayable.hpp"
#include "sim/check/raft_safety.hpp"
#include "sim/check/reads_below_limit.hpp"
#include "sim/check/record_duplicated.hpp"
#include "sim/check/recovery_complete.hpp"
#include "sim/check/replicas_match.hpp"
#include "sim/check/transaction_cycle.hpp"
#include "sim/check/transaction_hanging.hpp"
#include "sim/check/transaction_torn.hpp"
#include "sim/check/zombie_not_fenced.hpp"

namespace kafkasim::sim {

using Invariants = std::tuple<  // in the order of the list
    LogOffsetsOrdered,          //
    ReplicasMatch,              //
    EpochOffsetUnique,          //
    EpochsMonotonic,            //
    IsrHoldsCommitted,          //
    CandidatesComplete,         //
    LeaderComplete,             //
    AckedSomewhere,             //
    CommittedNotTruncated,      //
    MaximalIsrRespected,        //
    MinIsrRespected,            //
    IsrValid,                   //
    OneLeaderPerEpoch,          //
    ReadsBelowLimit,            //
    ProducerStateReplayable,    //
    RecoveryComplete,           //
    AckedRecordLost,            //
    OffsetInconsistent,         //
    RecordDuplicated,           //
    OrderBroken,                //
    PollSkipped,                //
    PollWentBack,               //
    AbortedRead,                //
    PrecommittedRead,           //
    TransactionTorn,            //
    ZombieNotFenced,            //
    MarkerInvalid,              //
    TransactionCycle,           //
    GroupDoubleOwner,           //
    CommitRegressed,            //
    MembershipLost,             //
    ExactlyOnceBroken,          //
    RaftSafety,                 //
    NotConverged,               //
    OperationUnanswered,        //
    TransactionHanging,         //
    Churn                       //
    >;

}  // namespace kafkasim::sim
