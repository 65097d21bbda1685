#include <algorithm>

#include <fmt/format.h>

#include "sim/serve/recording.hpp"
#include "viz/panels/flow.hpp"
#include "viz/panels/lesson.hpp"
#include "viz/panels/panels.hpp"
#include "viz/panels/state.hpp"

namespace kafkasim::viz {

namespace {

constexpr double proving_ms = 10;  // of a frame, while the answer is worked out

std::string probe_of_node(const sim::Frame& frame, std::string_view name) {
  const sim::FrameNode* node = frame.node(name);
  return node ? "node." + node->name : std::string{};
}

}  // namespace

std::size_t step_at(const sim::Lesson& lesson, Duration now) {
  std::size_t step = 0;
  for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
    if (lesson.steps[i].at <= now) step = i;
  }
  return step;
}

std::string probe_of(const sim::Frame& frame, const std::string& look_at) {
  if (look_at.empty()) return {};
  if (look_at == "controller") return frame.controller && frame.node(*frame.controller) ? "node." + frame.node(*frame.controller)->name : std::string{};
  if (std::string node = probe_of_node(frame, look_at); !node.empty()) return node;
  if (std::string first = probe_of_node(frame, look_at + "/1"); !first.empty() && frame.group(look_at) == nullptr) return first;
  for (const sim::FramePartition& p : frame.partitions) {
    if (to_string(p.name) == look_at || p.name.topic == look_at) return "strip." + to_string(p.name);
  }
  if (frame.group(look_at) != nullptr) return "group." + look_at;
  const bool rack = std::ranges::any_of(frame.nodes, [&](const sim::FrameNode& n) { return n.rack == look_at; });
  return rack ? "rack." + look_at : std::string{};
}

namespace {

class LessonPanel {
 public:
  LessonPanel(Ui& ui, App& app) : ui_{ui}, app_{app}, state_{state_of(app)}, flow_{ui} {}

  void draw(const sim::Lesson& lesson) {
    flow_.title(app_.scenario().title.empty() ? app_.scenario().name : app_.scenario().title);
    if (!lesson.steps.empty()) narration(lesson);
    for (std::size_t q = 0; q < lesson.quiz.size(); ++q) {  // one after the other: what is asked next may tell the answer
      question(lesson.quiz[q], q, lesson.quiz.size());
      if (!app_.lesson.revealed[q]) break;
    }
    score(lesson);
  }
  void without_lesson();

 private:
  void narration(const sim::Lesson& lesson);
  void question(const sim::QuizQuestion& quiz, std::size_t q, std::size_t count);
  void choices(const sim::QuizQuestion& quiz, std::size_t q);
  void work_it_out(const sim::QuizQuestion& quiz, std::size_t q);
  void answer(const sim::QuizQuestion& quiz, std::size_t q);
  void score(const sim::Lesson& lesson);
  void story();
  void go_to(Duration at) { app_.want(SeekTo{std::clamp(at, Duration{}, app_.tape().duration())}); }

  Ui& ui_;
  App& app_;
  PanelState& state_;
  Flow flow_;
};

void LessonPanel::narration(const sim::Lesson& lesson) {
  const std::size_t k = step_at(lesson, app_.now());
  const sim::LessonStep& step = lesson.steps[k];
  const bool early = app_.now() < step.at;
  const std::string head = fmt::format("Step {} of {}, {}", k + 1, lesson.steps.size(), as_moment(step.at));
  const float pad = ui_.px(10);
  const float wide = flow_.width();
  const float room = wide - 2 * pad;
  const float head_height = flow_.measure_wrapped(ui_.fonts.small, head, room).y;
  const float height = head_height + flow_.measure_wrapped(ui_.fonts.text, step.say, room).y + pad * 2;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(at, {at.x + wide, at.y + height}, ui_.theme.raised, ui_.px(6));
  list.AddRectFilled(at, {at.x + ui_.px(3), at.y + height}, ui_.theme.accent, ui_.px(2));
  (void)ui_.write_wrapped(list, ui_.fonts.small, {at.x + pad, at.y + pad * 0.8F}, ui_.theme.dim, head, room);
  (void)ui_.write_wrapped(list, ui_.fonts.text, {at.x + pad, at.y + pad + head_height}, early ? ui_.theme.dim : ui_.theme.text, step.say, room);
  ImGui::Dummy({wide, height});
  ui_.probe_item("lesson.say");
  flow_.gap(2);
  if (k > 0 && flow_.press("lesson.previous", "Previous", "to the step before")) go_to(lesson.steps[k - 1].at);
  const bool at_it = app_.now() == step.at;
  if (!at_it && flow_.press("lesson.again", early ? "Begin" : "Again", "to the moment that this step speaks of", early)) go_to(step.at);
  if (k + 1 < lesson.steps.size() && flow_.press("lesson.next", "Next", "to the step after", !early)) go_to(lesson.steps[k + 1].at);
  flow_.end_row();
  const Popups& popups = app_.popups;
  const bool covered = popups.help || popups.palette || popups.browser || popups.save;
  app_.spotlight = early || covered ? std::string{} : probe_of(app_.frame(), step.look_at);
  if (!app_.spotlight.empty()) flow_.small("Look at what is framed: " + step.look_at);
}

void LessonPanel::choices(const sim::QuizQuestion& quiz, std::size_t q) {
  const bool revealed = app_.lesson.revealed[q];
  const std::optional<std::size_t> guess = app_.lesson.guesses[q];
  for (std::size_t c = 0; c < quiz.choices.size(); ++c) {
    Flow::Mark mark = guess == c ? Flow::Mark::chosen : Flow::Mark::none;
    if (revealed) mark = c == quiz.answer ? Flow::Mark::right : guess == c ? Flow::Mark::wrong : Flow::Mark::none;
    // Of the first question "lesson.choice.0"; of the second "lesson.choice.1.0".
    const std::string probe = q == 0 ? fmt::format("lesson.choice.{}", c) : fmt::format("lesson.choice.{}.{}", q, c);
    if (flow_.choice(probe, quiz.choices[c], mark) && !revealed && state_.proving != q) app_.lesson.guesses[q] = c;
  }
}

void LessonPanel::work_it_out(const sim::QuizQuestion& quiz, std::size_t q) {
  const std::string probe = q == 0 ? "lesson.reveal" : fmt::format("lesson.reveal.{}", q);
  if (state_.proving == q) {
    const bool more = state_.prover.go_on(proving_ms);
    flow_.bar("the run decides", static_cast<float>(state_.prover.progress()), fmt::format("{:.0f} %", state_.prover.progress() * 100), ui_.theme.accent);
    if (more) return;
    app_.lesson.proved[q] = state_.prover.results();
    app_.lesson.revealed[q] = true;
    state_.proving.reset();
    return;
  }
  if (!app_.lesson.guesses[q]) return flow_.small("Say first what you expect.");
  if (state_.proving) return;
  if (!flow_.press(probe, "Reveal", "the scenario is run to its end, and the run decides", true)) return;
  flow_.end_row();
  Result<sim::Scenario> scenario = sim::scenario_of(app_.tape().source().head);
  if (!scenario) return app_.notify(scenario.error().message, true);
  state_.prover.start(*scenario, quiz);
  state_.proving = q;
}

void LessonPanel::answer(const sim::QuizQuestion& quiz, std::size_t q) {
  const bool right = app_.lesson.guesses[q] == quiz.answer;
  flow_.coloured(right ? ui_.theme.good : ui_.theme.bad, right ? "Right." : "Not so.");
  if (!quiz.because.empty()) flow_.text(quiz.because);
  const std::vector<bool> proved = app_.lesson.proved[q].value_or(std::vector<bool>{});
  if (proved.empty()) return;
  for (std::size_t c = 0; c < std::min(proved.size(), quiz.proofs.size()); ++c) {
    if (c == quiz.answer && proved[c]) flow_.small("The run has shown it: " + quiz.proofs[c].expects.text);
  }
  bool agrees = quiz.answer < proved.size() && proved[quiz.answer];
  for (std::size_t c = 0; c < proved.size(); ++c) agrees = agrees && (c == quiz.answer || !proved[c]);
  if (!agrees) flow_.coloured(ui_.theme.warning, "In this run it came otherwise: the scenario is not as it was when the question was written.");
}

void LessonPanel::question(const sim::QuizQuestion& quiz, std::size_t q, std::size_t count) {
  flow_.rule();
  flow_.small(count == 1 ? std::string{"What do you expect?"} : fmt::format("Question {} of {}: what do you expect?", q + 1, count));
  flow_.text(quiz.question);
  flow_.gap(2);
  choices(quiz, q);
  if (app_.lesson.revealed[q]) answer(quiz, q);
  else work_it_out(quiz, q);
}

void LessonPanel::score(const sim::Lesson& lesson) {
  std::size_t told = 0;
  std::size_t right = 0;
  for (std::size_t q = 0; q < lesson.quiz.size(); ++q) {
    told += app_.lesson.revealed[q] ? 1U : 0U;
    right += app_.lesson.revealed[q] && app_.lesson.guesses[q] == lesson.quiz[q].answer ? 1U : 0U;
  }
  if (told == 0) return;
  flow_.rule();
  flow_.pair("score", fmt::format("{} of {} right", right, told), right == told ? std::optional{ui_.theme.good} : std::nullopt);
  ui_.probe_item("lesson.score");
  if (flow_.press("lesson.restart", "Answer anew", "all questions")) app_.lesson = {};
  flow_.end_row();
}

// ---- a scenario without a lesson ------------------------------------------------------------------------------------------------
void LessonPanel::story() {
  constexpr std::size_t most = 5;
  flow_.heading("Lately");
  const auto& lines = app_.run().story().lines();
  const std::size_t end = lines.partition_point([this](const sim::StoryLine& l) { return l.at <= app_.now(); });
  if (end == 0) flow_.dim("Nothing yet: press Space to let time pass.");
  for (std::size_t i = end > most ? end - most : 0; i < end; ++i) {
    const sim::StoryLine& line = lines[i];
    const std::string text = line.subject.empty() ? line.text : line.subject + ": " + line.text;
    const Colour colour = line.tone == sim::Tone::plain ? ui_.theme.text : of_tone(ui_.theme, line.tone);
    if (flow_.timed_link(fmt::format("story.{}", i), line.at, text, colour)) go_to(line.at);
  }
  const auto& known = app_.known().story().lines();
  const std::size_t next = known.partition_point([this](const sim::StoryLine& l) { return l.at <= app_.now(); });
  if (next >= known.size()) return;
  flow_.heading("Next");
  if (flow_.timed_link("story.next", known[next].at, known[next].subject + ": " + known[next].text, ui_.theme.dim)) go_to(known[next].at);
}

void LessonPanel::without_lesson() {
  const sim::Scenario& scenario = app_.scenario();
  flow_.title(scenario.title.empty() ? scenario.name : scenario.title);
  story();
  flow_.heading("What this is about");
  flow_.text(scenario.description.empty() ? "The scenario does not say." : scenario.description);
  flow_.heading("Try this");
  flow_.text("\u2022 Press a broker with the right button: crash it, cut it off, slow its disk. Another branch begins there; the run before stays.");
  flow_.text("\u2022 Step event by event with . and , \u2013 back as well as forth \u2013 and from one event of interest to the next with Shift.");
  flow_.text("\u2022 Press a partition, and ask why its leader leads and why a broker is not in sync.");
  flow_.gap();
  if (flow_.press("lesson.browse", "Other scenarios", "those that come with kafkasim (O)")) app_.popups.browser = true;
  if (flow_.press("lesson.help", "Keys and signs", "what all this means (?)")) app_.popups.help = true;
  flow_.end_row();
}

}  // namespace

void draw_lesson(Ui& ui, App& app, const Area& area) {
  const std::optional<sim::Lesson>& lesson = app.scenario().lesson;
  const bool any = lesson && (!lesson->steps.empty() || !lesson->quiz.empty());
  const Area inside = ui.begin_panel("lesson", any ? "" : "What happens here", area);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{ui.px(6), ui.px(3)});
  ImGui::BeginChild("scrolled", inside.size());
  LessonPanel panel{ui, app};
  if (any) {
    app.lesson.guesses.resize(lesson->quiz.size());
    app.lesson.revealed.resize(lesson->quiz.size());
    app.lesson.proved.resize(lesson->quiz.size());
    panel.draw(*lesson);
  } else {
    panel.without_lesson();
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
  ui.end_panel();
}

}  // namespace kafkasim::viz
