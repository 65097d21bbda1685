#pragma once
// The invariants of this release, a line each. checks.cpp alone includes this: what an invariant looks like inside is
// nobody's business.
#include <tuple>

#include "sim/check/acked_record_lost.hpp"
#include "sim/check/epoch_offset_unique.hpp"
#include "sim/check/log_offsets_ordered.hpp"
#include "sim/check/one_leader_per_epoch.hpp"
#include "sim/check/order_broken.hpp"
#include "sim/check/raft_safety.hpp"
#include "sim/check/record_duplicated.hpp"
#include "sim/check/replicas_match.hpp"

namespace kafkasim::sim {

using Invariants = std::tuple<  // in the order of the list
    LogOffsetsOrdered,          //
    ReplicasMatch,              //
    EpochOffsetUnique,          //
    OneLeaderPerEpoch,          //
    AckedRecordLost,            //
    RecordDuplicated,           //
    OrderBroken,                //
    RaftSafety                  //
    >;

}  // namespace kafkasim::sim
