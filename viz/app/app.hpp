#pragma once
// App: what the window shows and what its user wants, without a window. It holds the tape, a cursor on it, and the Frame that the
// panels draw. Panels never touch the run: what their user asks for they leave as intents, carried out between two frames.
//
//   app->advance(seconds);   app->draw(ui, area);     // once a frame
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "sim/frame/capture.hpp"
#include "sim/frame/frame.hpp"
#include "sim/frame/space_time.hpp"
#include "sim/frame/why.hpp"
#include "sim/travel/tape.hpp"
#include "viz/draw/ui.hpp"

namespace kafkasim::viz {

using sim::TapeSource;

// ---- what is chosen ------------------------------------------------------------------------------------------------------------
struct ChosenNode {
  HostId host;
  friend bool operator==(const ChosenNode&, const ChosenNode&) = default;
};
struct ChosenPartition {
  TopicPartition partition;
  friend bool operator==(const ChosenPartition&, const ChosenPartition&) = default;
};
struct ChosenRecord {  // a place in a replica's log
  TopicPartition partition;
  NodeId node;
  Offset offset;
  friend bool operator==(const ChosenRecord&, const ChosenRecord&) = default;
};
struct ChosenGroup {
  std::string group;
  friend bool operator==(const ChosenGroup&, const ChosenGroup&) = default;
};
struct ChosenMessage {
  sim::MessageRef message;
  friend bool operator==(const ChosenMessage&, const ChosenMessage&) = default;
};
struct ChosenLink {  // between two hosts, in both directions
  HostId a;
  HostId b;
  friend bool operator==(const ChosenLink&, const ChosenLink&) = default;
};
struct ChosenFinding {
  std::size_t index{};  // in the verdict
  friend bool operator==(const ChosenFinding&, const ChosenFinding&) = default;
};
using Chosen = std::variant<std::monostate, ChosenNode, ChosenPartition, ChosenRecord, ChosenGroup, ChosenMessage, ChosenLink, ChosenFinding>;

// ---- what the user wants ---------------------------------------------------------------------------------------------------------
struct SeekTo {
  Duration at;
};
struct StepBy {
  int events{};  // +1 or -1
};
struct StepStory {
  int lines{};  // +1: the next interesting event; -1: the one before
};
struct TogglePlay {};
struct SetSpeed {
  double times{};  // of real time, 0.01 to 1000
};
struct ActBy {
  std::string entry;  // an entry of a timeline without a time, as JSON: {"crash": 1}
  std::string text;   // "crash broker 1"
};
struct UndoAct {};
struct GoToBranch {
  std::size_t branch{};
};
struct CompareWith {
  std::optional<std::size_t> branch;  // side by side; absent: no more
};
struct SaveScenario {
  std::string path;
};
struct OpenFile {
  std::string path;
};
struct Quit {};
using Intent = std::variant<SeekTo, StepBy, StepStory, TogglePlay, SetSpeed, ActBy, UndoAct, GoToBranch, CompareWith, SaveScenario,
                            OpenFile, Quit>;

enum class Preset : std::uint8_t { learn, inspect, compare };  // F1, F2, F3: which panels are there
enum class LowerTab : std::uint8_t { groups, space_time, plots };
enum class SideTab : std::uint8_t { lesson, inspector, events };

// How logs are looked at. A place is where the strip of a partition begins, in offsets; unpinned, its end stays in view.
struct StripPlace {
  std::optional<double> pinned;
  double shown{};    // glides to where it should be
  double clock{-1};  // when it was there
  double cell{};     // pixels an offset took then
};
struct StripsLook {
  float zoom{0};  // points an offset takes; 0: so that what matters fits
  std::map<TopicPartition, StripPlace> places;
  std::optional<Offset> from;  // strips look further back than a capture tells by itself: for FrameWish::strip_from
};

// What panels read and change freely; none of it touches the run. Parts with state of their own keep it in a struct of theirs.
struct Look {
  ThemeKind theme{};
  float type{1.0F};  // 1.5 for lectures
  Preset preset{Preset::learn};
  LowerTab lower{LowerTab::groups};
  SideTab side{SideTab::lesson};
  float left_share{0.40F};   // splitters
  float upper_share{0.56F};
  float side_share{0.26F};
  float middle_share{0.58F};
  float right_share{0.52F};
  bool heartbeats{false};    // shown in topology and space-time
  bool internal_topics{false};
  StripsLook strips;
  Duration window{milliseconds(60)};  // of the space-time diagram: how much time it shows
};
struct EventFilter {
  std::string search;
  bool faults{true}, elections{true}, replication{true}, groups{true}, other{true};
};
struct LessonState {
  std::vector<std::optional<std::size_t>> guesses;      // by question
  std::vector<bool> revealed;
  std::vector<std::optional<std::vector<bool>>> proved;  // which proofs held, once run
};
struct Popups {  // which are open
  bool help{false};
  bool palette{false};
  bool browser{false};
  bool save{false};
};

struct Notice {  // a line that goes away by itself
  std::string text;
  bool error{};
  double until{};  // seconds of the App's own clock
};

struct PanelState;  // viz/panels/state.hpp

class App {
 public:
  // Fails as Tape::begin does.
  [[nodiscard]] static Result<std::unique_ptr<App>> open(TapeSource source);

  // ---- a frame ---------------------------------------------------------------------------------------------------------------
  // Real time has passed: plays on, explores what is ahead within `spare` seconds. True if the picture may have changed.
  bool advance(double seconds, double spare);
  void draw(Ui& ui, const Area& window);

  // ---- what panels read -------------------------------------------------------------------------------------------------------
  [[nodiscard]] const sim::Frame& frame() const { return frame_; }
  [[nodiscard]] const sim::Frame* other_frame() const { return other_frame_ ? &*other_frame_ : nullptr; }  // side by side
  [[nodiscard]] const sim::Tape& tape() const { return *tape_; }
  [[nodiscard]] const sim::Cursor& cursor() const { return *cursor_; }
  [[nodiscard]] std::size_t branch() const { return cursor_->branch; }
  [[nodiscard]] std::optional<std::size_t> compared() const;
  [[nodiscard]] const sim::Simulation& run() const { return cursor_->run; }      // to read
  [[nodiscard]] const sim::Simulation& known() const { return tape_->furthest(cursor_->branch); }  // as far as it was explored
  [[nodiscard]] const sim::Scenario& scenario() const { return cursor_->run.scenario(); }
  [[nodiscard]] Duration now() const { return cursor_->shown; }
  [[nodiscard]] bool playing() const { return playing_; }
  [[nodiscard]] double speed() const { return speed_; }
  [[nodiscard]] bool exploring() const { return !tape_->verdict(branch()); }  // there is more of the run to be known
  [[nodiscard]] bool closing() const { return closing_; }
  [[nodiscard]] const std::vector<Notice>& notices() const { return notices_; }
  [[nodiscard]] double clock() const { return clock_; }  // seconds since it was opened: for what blinks
  // The diagram around now, by the look's window; made when first asked for after a change.
  [[nodiscard]] const sim::SpaceTime& space_time();

  void restless() { stale_ = true; }  // the look has changed: the Frame is to be taken anew

  void want(Intent intent) { intents_.push_back(std::move(intent)); }
  void choose(Chosen chosen) {
    chosen_ = std::move(chosen);
    space_time_.reset();  // the causal cone is of another
  }
  [[nodiscard]] const Chosen& chosen() const { return chosen_; }
  void notify(std::string text, bool error = false);
  void forget_notices() { notices_.clear(); }

  Look look;
  EventFilter events;
  LessonState lesson;
  Popups popups;
  std::optional<std::string> tip;     // of the thing under the mouse: shown beside it
  std::set<TopicPartition> strips;    // whose logs are shown; empty: the first few
  std::string spotlight;              // the probe that the lesson points at
  std::vector<std::string> library;   // scenario files that the browser offers
  std::shared_ptr<PanelState> panels; // what the panels keep for themselves; made when first needed
  std::function<Result<TapeSource>(const std::string& path)> opener;  // reads one of them

 private:
  App() = default;
  struct Carrier;
  [[nodiscard]] Result<void> load(TapeSource source);
  void carry_out();
  void play(double seconds);
  void refresh();

  std::unique_ptr<sim::Tape> tape_;
  std::optional<sim::Cursor> cursor_;
  std::optional<sim::Cursor> other_;
  sim::Frame frame_;
  std::optional<sim::Frame> other_frame_;
  std::optional<sim::SpaceTime> space_time_;
  std::pair<Duration, bool> space_time_of_;  // the look that it was made with
  std::vector<Intent> intents_;
  std::vector<Notice> notices_;
  Chosen chosen_;
  bool playing_{false};
  double speed_{1.0};
  double clock_{0};
  bool closing_{false};
  Duration told_;  // how far the run was known when the picture was last said to have changed
  bool stale_{true};
};

}  // namespace kafkasim::viz
