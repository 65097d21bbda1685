#pragma once
// Session: a run with real clients. Whatever comes to the run from outside goes through here: it gets its place in the order of
// events and, if wanted, into a recording. Replaying feeds a recording to the same run.
//
//   auto session = Session::begin(head, "run.ksrec");          // the cluster has formed: time 0
//   session->step_to(pace.at(now), 1000);                      // what is due
//   GuestId guest = session->dial(NodeId{1});  ...             // as sockets have it
//   session->end();                                            // the verdict, and the end of the recording
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/run/simulation.hpp"
#include "sim/serve/recording.hpp"

namespace kafkasim::sim {

class Session {
 public:
  // Fails if the scenario is none, the cluster does not form, or the recording cannot be written.
  [[nodiscard]] static Result<std::unique_ptr<Session>> begin(RecordingHead head, const std::optional<std::string>& record);

  // Steps what is due at that moment, `most` events at most; true if nothing more is, and then it is that moment.
  bool step_to(Instant moment, std::size_t most);

  GuestId dial(NodeId broker);
  [[nodiscard]] Result<void> receive(GuestId guest, const SharedBytes& frame);  // fails: hang up
  void hang_up(GuestId guest);
  // An error among the diagnostics: nothing was added.
  [[nodiscard]] std::vector<Diagnostic> add_entries(const std::string& json);
  void end();  // here and now, once: expectations, epilogue
  void flush() {
    if (recorder_) recorder_->flush();
  }
  [[nodiscard]] bool recording_failed() const { return recorder_ && !recorder_->ok(); }

  [[nodiscard]] Simulation& run() { return run_; }
  [[nodiscard]] const Simulation& run() const { return run_; }
  [[nodiscard]] const RecordingHead& head() const { return head_; }

 private:
  Session(RecordingHead head, std::shared_ptr<const Scenario> scenario);
  template <class What>
  void record(What what);

  RecordingHead head_;
  Simulation run_;
  std::vector<std::string> added_;  // entries, as they came
  std::optional<RecordingWriter> recorder_;
};

struct Replayed {
  std::unique_ptr<Session> session;       // at its end
  std::optional<std::string> difference;  // how it is not what was recorded
};
// `onlooker` is called once the cluster has formed, and after each step. Fails as Session::begin does.
[[nodiscard]] Result<Replayed> replay(const Recording& recording, const std::function<void(const Simulation&)>& onlooker);

}  // namespace kafkasim::sim
