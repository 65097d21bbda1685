#pragma once
// Tape: a run as something that can be wound to and fro, and forked. It keeps copies of the run every so often; any other moment is
// reached from the copy before it by running on, which gives the same events each time. What is done to the run by hand stands in a
// branch: its operations are part of it, so that it can be gone through again, and saved as a scenario that gives the same trace
// hash without a window.
//
//   auto tape = Tape::begin(source);  Cursor at = (*tape)->start();
//   (*tape)->seek(at, seconds(12));   (*tape)->step_back(at);   (*tape)->act(at, R"({"crash": 1})", "crash broker 1");
//
// A Tape belongs to one thread. explore() runs a branch ahead in slices, so that its future is known before it is shown.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/frame/recorder.hpp"
#include "sim/run/series.hpp"
#include "sim/run/simulation.hpp"
#include "sim/serve/recording.hpp"

namespace kafkasim::sim {

struct TapeSource {
  RecordingHead head;                         // the scenario, and how it was changed
  std::vector<RecordedOperation> operations;  // of a recording of real clients: nothing can be done to it by hand
};
struct TapeLimits {
  std::uint64_t bytes{768ULL << 20};               // of copies, about
  Duration lookback{milliseconds(600)};            // what a cursor knows of the past at the least, after seeking
  std::function<std::uint64_t()> memory_in_use{};  // by the process; absent: the allocator is asked
};

struct Act {  // done by hand
  Duration at;
  std::string entry;  // the timeline entry, as JSON
  std::string text;   // "crash broker 1"
};

struct Cursor {  // a place on a tape; a value
  std::size_t branch{0};
  Simulation run;
  Recorder recent;
  std::size_t operation{0};  // how many of its branch have been done
  Duration shown;            // not before the run's last event, and before its next
};

class Tape {
 public:
  using Branch = std::size_t;
  struct BranchInfo {
    std::string name;               // "A", "B"
    std::optional<Branch> parent;
    Duration forked_at;
    std::vector<Act> acts;          // all that was done by hand, its parent's before the fork included
    Duration seen;                  // as far as a cursor has been
    bool superseded{false};         // another took its place: it goes on where this had not been looked at
  };

  // Forms the cluster. Fails if the source is no scenario that this build runs, or the cluster does not form.
  [[nodiscard]] static Result<std::unique_ptr<Tape>> begin(TapeSource source, TapeLimits limits = {});
  ~Tape();

  [[nodiscard]] const TapeSource& source() const;
  [[nodiscard]] Duration duration() const;  // of the scenario, or of what was recorded
  [[nodiscard]] std::size_t branch_count() const;
  [[nodiscard]] const BranchInfo& branch(Branch b) const;

  // ---- cursors -----------------------------------------------------------------------------------------------------------
  [[nodiscard]] Cursor start() const;  // at time 0
  [[nodiscard]] Cursor at(Branch b, Duration moment);
  void seek(Cursor& cursor, Duration moment);  // within 0..duration; all events up to and including it have happened
  bool step(Cursor& cursor);                   // one event further; false at the end
  bool step_back(Cursor& cursor);              // one event less; false at the beginning
  void enter(Cursor& cursor, Branch b);        // the same moment there

  // ---- acting: a new branch from here, which the cursor enters --------------------------------------------------------------
  // `entry`: an entry of a timeline without a time of its own. Fails with what is wrong with it; then nothing has happened.
  Result<void> act(Cursor& cursor, const std::string& entry, const std::string& text);
  // Takes the last act of the cursor's branch back: the cursor is where it stood before it. False if there is none.
  bool undo(Cursor& cursor);
  // The branch as a scenario file. Fails for a recording.
  [[nodiscard]] Result<std::string> as_scenario(Branch b) const;

  // ---- ahead of the cursors --------------------------------------------------------------------------------------------------
  // Runs the branch on while `go_on` says so, asked after each few events. True once its end is known.
  bool explore(Branch b, const std::function<bool()>& go_on);
  [[nodiscard]] const Simulation& furthest(Branch b) const;  // as far as it has been explored
  [[nodiscard]] const Series& series(Branch b) const;        // likewise
  [[nodiscard]] const Simulation* verdict(Branch b) const;   // its end with expectations and epilogue; null until that is known

  [[nodiscard]] std::size_t copies() const;       // of the run that are kept, in all branches
  [[nodiscard]] std::uint64_t copied_bytes() const;  // what they take, about

 private:
  struct State;
  void keep_copy(Branch b);
  explicit Tape(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kafkasim::sim
