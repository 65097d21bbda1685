#include "sim/explore/shrink_recording.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/explore/ddmin.hpp"
#include "sim/serve/session.hpp"

namespace kafkasim::sim {

namespace {

using KeptOperations = std::vector<bool>;  // by operation

struct BrokenPromise {
  std::string invariant;
  std::string detail;
  bool excused{false};
  bool in_epilogue{false};
  Instant at;
};

std::optional<BrokenPromise> first_broken(const Simulation& run) {
  std::optional<BrokenPromise> excused;
  for (const Finding& finding : run.findings().kept()) {
    const BrokenPromise broken{finding.invariant, finding.detail, finding.excuse.has_value(), finding.in_epilogue, finding.at};
    if (!finding.excuse) return broken;
    if (!excused) excused = broken;
  }
  return excused;
}

// The recording without what is not kept, each operation at its time.
class LesserRecording {
 public:
  LesserRecording(const Recording& recording, const KeptOperations& kept, Instant end) : recording_{recording}, kept_{kept}, end_{end} {}

  [[nodiscard]] Result<std::unique_ptr<Session>> run(const std::optional<std::string>& record) {
    Result<std::unique_ptr<Session>> begun = Session::begin(recording_.head, record);
    if (!begun) return begun;
    Session& session = **begun;
    for (std::size_t i = 0; i < recording_.operations.size(); ++i) {
      const RecordedOperation& operation = recording_.operations[i];
      if (!kept_[i] || operation.at > end_) continue;
      go_to(session, operation.at);
      apply(session, operation);
    }
    go_to(session, end_);
    session.end();
    return begun;
  }

 private:
  static void go_to(Session& session, Instant at) {
    constexpr std::size_t some = 1024;
    while (session.run().world().now() < at && !session.step_to(at, some)) (void)session.run().take_news();
    (void)session.run().take_news();
  }
  void apply(Session& session, const RecordedOperation& operation) {
    if (const auto* dial = std::get_if<RecordedDial>(&operation.what)) {
      if (session.run().cluster().brokers.contains(dial->broker)) guests_[dial->guest] = session.dial(dial->broker);
    } else if (const auto* frame = std::get_if<RecordedFrame>(&operation.what)) {
      const auto guest = guests_.find(frame->guest);
      if (guest != guests_.end()) (void)session.receive(guest->second, frame->frame);
    } else if (const auto* hang_up = std::get_if<RecordedHangUp>(&operation.what)) {
      const auto guest = guests_.find(hang_up->guest);
      if (guest != guests_.end()) session.hang_up(guest->second);
    } else if (const auto* entries = std::get_if<RecordedEntries>(&operation.what)) {
      (void)session.add_entries(entries->json);
    }
  }

  const Recording& recording_;
  const KeptOperations& kept_;
  Instant end_;
  std::map<GuestId, GuestId> guests_;  // as recorded, as now
};

class RecordingReduction {
 public:
  RecordingReduction(const Recording& recording, const ShrinkRecordingLimits& limits)
      : recording_{recording}, limits_{limits}, kept_(recording.operations.size(), true) {
    if (!recording.operations.empty()) end_ = recording.operations.back().at;
  }

  [[nodiscard]] Result<BrokenPromise> begin() {
    Result<std::unique_ptr<Session>> whole = LesserRecording{recording_, kept_, end_}.run(std::nullopt);
    ++runs_;
    if (!whole) return tl::unexpected<Error>{whole.error()};
    const std::optional<BrokenPromise> broken = first_broken((*whole)->run());
    if (!broken) return fail("the recording breaks no promise: there is nothing to shrink");
    wanted_ = *broken;
    if (!broken->in_epilogue) end_ = std::min(end_, broken->at + milliseconds(1));
    return *broken;
  }

  // RecordingUnits are operations that go together.
  void leave_out(const std::vector<std::vector<std::size_t>>& units) {
    const auto with_only = [&](const std::vector<std::size_t>& left) {
      KeptOperations kept = kept_;
      for (const auto& unit : units) {
        for (const std::size_t operation : unit) kept[operation] = false;
      }
      for (const std::size_t unit : left) {
        for (const std::size_t operation : units[unit]) kept[operation] = true;
      }
      return kept;
    };
    kept_ = with_only(ddmin(units.size(), [&](const std::vector<std::size_t>& left) { return !over() && breaks(with_only(left)); }));
  }

  [[nodiscard]] const KeptOperations& kept() const { return kept_; }
  [[nodiscard]] Instant end() const { return end_; }
  [[nodiscard]] std::uint64_t runs() const { return runs_; }
  [[nodiscard]] bool over() const { return runs_ >= limits_.most_runs || (limits_.stop && limits_.stop()); }

 private:
  [[nodiscard]] bool breaks(const KeptOperations& kept) {
    ++runs_;
    const Result<std::unique_ptr<Session>> session = LesserRecording{recording_, kept, end_}.run(std::nullopt);
    if (!session) return false;
    const auto& findings = (*session)->run().findings().kept();
    return std::ranges::any_of(findings, [this](const Finding& finding) {
      return finding.invariant == wanted_.invariant && finding.excuse.has_value() == wanted_.excused;
    });
  }

  const Recording& recording_;
  const ShrinkRecordingLimits& limits_;
  KeptOperations kept_;
  Instant end_{};
  BrokenPromise wanted_;
  std::uint64_t runs_{0};
};

struct RecordingUnits {
  std::vector<std::vector<std::size_t>> connections;
  std::vector<std::vector<std::size_t>> entries;
  std::vector<std::vector<std::size_t>> frames;
};

std::optional<GuestId> guest_of(const RecordedOperation& operation) {
  if (const auto* dial = std::get_if<RecordedDial>(&operation.what)) return dial->guest;
  if (const auto* frame = std::get_if<RecordedFrame>(&operation.what)) return frame->guest;
  if (const auto* hang_up = std::get_if<RecordedHangUp>(&operation.what)) return hang_up->guest;
  return std::nullopt;
}

RecordingUnits units_of(const Recording& recording, const KeptOperations& kept) {
  RecordingUnits units;
  std::map<GuestId, std::vector<std::size_t>> by_guest;
  for (std::size_t i = 0; i < recording.operations.size(); ++i) {
    const RecordedOperation& operation = recording.operations[i];
    if (!kept[i]) continue;
    if (const std::optional<GuestId> guest = guest_of(operation)) by_guest[*guest].push_back(i);
    if (std::holds_alternative<RecordedFrame>(operation.what)) units.frames.push_back({i});
    if (std::holds_alternative<RecordedEntries>(operation.what)) units.entries.push_back({i});
  }
  for (auto& [guest, operations] : by_guest) units.connections.push_back(std::move(operations));
  return units;
}

}  // namespace

Result<ShrunkRecording> shrink_recording(const Recording& recording, const std::string& path, const ShrinkRecordingLimits& limits) {
  RecordingReduction reduction{recording, limits};
  const Result<BrokenPromise> broken = reduction.begin();
  if (!broken) return tl::unexpected<Error>{broken.error()};
  reduction.leave_out(units_of(recording, reduction.kept()).connections);
  reduction.leave_out(units_of(recording, reduction.kept()).entries);
  reduction.leave_out(units_of(recording, reduction.kept()).frames);
  const Result<std::unique_ptr<Session>> least = LesserRecording{recording, reduction.kept(), reduction.end()}.run(path);
  if (!least) return tl::unexpected<Error>{least.error()};
  if ((*least)->recording_failed()) return fail("cannot write " + path);
  ShrunkRecording shrunk{broken->invariant, broken->detail, 0, recording.operations.size(), reduction.runs(), !reduction.over()};
  for (std::size_t i = 0; i < recording.operations.size(); ++i) {
    const bool there = reduction.kept()[i] && recording.operations[i].at <= reduction.end();
    if (there && !std::holds_alternative<RecordedEnd>(recording.operations[i].what)) ++shrunk.operations;
  }
  return shrunk;
}

}  // namespace kafkasim::sim
