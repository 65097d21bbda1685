#pragma once
// Transactions in words: what a coordinator's state means to people. Plain data, without a window.
#include <string>

#include "sim/frame/frame.hpp"

namespace kafkasim::viz {

enum class TransactionPhase : std::uint8_t { none, open, committing, aborting, committed, aborted };
[[nodiscard]] TransactionPhase phase_of(const sim::FrameTransaction& transaction);
[[nodiscard]] std::string phase_text(const sim::FrameTransaction& transaction);  // "is being committed (PrepareCommit)"
// Of a partition that is in it: where its records begin there, and what they wait for.
[[nodiscard]] std::string part_text(const sim::FrameTransaction& transaction, const sim::FrameTransaction::Part& part);

}  // namespace kafkasim::viz
