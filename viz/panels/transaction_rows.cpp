#include "viz/panels/transaction_rows.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace kafkasim::viz {

namespace {

struct PhaseRow {
  std::string_view status;  // as Kafka prints it
  TransactionPhase phase;
  std::string_view words;
};
constexpr std::array<PhaseRow, 7> phases{{{"Empty", TransactionPhase::none, "nothing written yet"},
                                          {"Ongoing", TransactionPhase::open, "open"},
                                          {"PrepareCommit", TransactionPhase::committing, "is being committed"},
                                          {"PrepareAbort", TransactionPhase::aborting, "is being aborted"},
                                          {"PrepareEpochFence", TransactionPhase::aborting, "is being aborted"},
                                          {"CompleteCommit", TransactionPhase::committed, "committed"},
                                          {"CompleteAbort", TransactionPhase::aborted, "aborted"}}};

const PhaseRow* row_of(const sim::FrameTransaction& transaction) {
  for (const PhaseRow& row : phases) {
    if (row.status == transaction.status) return &row;
  }
  return nullptr;
}

}  // namespace

TransactionPhase phase_of(const sim::FrameTransaction& transaction) {
  const PhaseRow* row = row_of(transaction);
  return row ? row->phase : TransactionPhase::none;
}

std::string phase_text(const sim::FrameTransaction& transaction) {
  const PhaseRow* row = row_of(transaction);
  return row ? fmt::format("{} ({})", row->words, row->status) : transaction.status;
}

std::string part_text(const sim::FrameTransaction& transaction, const sim::FrameTransaction::Part& part) {
  const std::string name = to_string(part.partition);
  const TransactionPhase phase = phase_of(transaction);
  const bool ends = phase == TransactionPhase::committing || phase == TransactionPhase::aborting;
  if (part.open_since) {
    return fmt::format("{}: its records begin at offset {} and wait for the {}.\nReaders of committed records do not pass there.", name,
                       part.open_since->value, ends ? "marker, which is on its way" : "marker that ends the transaction");
  }
  if (!part.known) return name + ": nobody leads it who could tell what stands there.";
  return name + (ends ? ": no record waits there; if there was one, its marker is written." : ": is in the transaction; no record stands there yet.");
}

}  // namespace kafkasim::viz
