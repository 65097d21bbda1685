// kafkasim learn: a lesson in the terminal. The scene, then what one expects of the run, then the run with its story, then what it has proved.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "sim/cli/cli.hpp"
#include "sim/cli/course.hpp"
#include "sim/cli/diagnose.hpp"
#include "sim/cli/one_run.hpp"
#include "sim/cli/outputs.hpp"
#include "sim/cli/score.hpp"
#include "sim/cli/terminal.hpp"
#include "sim/run/lesson_runs.hpp"
#include "sim/scenario/faults.hpp"
#include "sim/scenario/units.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t page_columns = 78;
constexpr std::size_t most_lines_between = 12;  // of the timeline, between two steps of the narration

struct LearnOptions {
  std::string lesson;
  std::string score;
};

char letter(std::size_t choice) { return static_cast<char>('a' + choice); }

// What the learner types: lines of standard input. At its end everything goes on without answers.
class Pupil {
 public:
  explicit Pupil(const Terminal& terminal) : out_{terminal.out}, present_{::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0} {}
  std::optional<std::string> line() {
    out_ << std::flush;
    std::string text;
    if (!std::getline(std::cin, text)) return std::nullopt;
    while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.pop_back();
    text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
    return text;
  }
  void go_on() {  // waits for one who sits there; a script has no need to read
    if (!present_) return;
    out_ << "  (Enter goes on) ";
    (void)line();
  }

 private:
  std::ostream& out_;
  bool present_;
};

class Teacher {
 public:
  Teacher(const Scenario& scenario, const Terminal& terminal) : scenario_{scenario}, lesson_{*scenario.lesson}, terminal_{terminal}, pupil_{terminal} {}

  // False: the learner has left.
  bool teach() {
    heading(scenario_.title.empty() ? scenario_.name : scenario_.title);
    while (told_ < lesson_.steps.size() && lesson_.steps[told_].at.ns == 0) tell_step(true);
    if (!predict()) return false;
    if (!run_all()) return true;
    for (std::size_t q = 0; q < lesson_.quiz.size(); ++q) answer(q);
    return true;
  }
  [[nodiscard]] LessonScore score() const {
    LessonScore score{0, lesson_.quiz.size()};
    for (std::size_t q = 0; q < guesses_.size(); ++q) score.right += guesses_[q] == lesson_.quiz[q].answer ? 1U : 0U;
    return score;
  }
  [[nodiscard]] bool proved() const { return proved_; }
  [[nodiscard]] bool answered() const {
    return std::ranges::any_of(guesses_, [](const std::optional<std::size_t>& guess) { return guess.has_value(); });
  }

 private:
  void heading(const std::string& text) const {
    terminal_.out << '\n' << tinted(terminal_.out_colour, Tint::bold, text) << '\n' << std::string(std::min(page_columns, text.size()), '-') << '\n';
  }
  void say(const std::string& text, std::size_t indent = 2) const {
    if (!text.empty()) terminal_.out << folded(std::string(indent, ' ') + text, indent, page_columns) << '\n';
  }
  void tell_step(bool waits) {
    const LessonStep& step = lesson_.steps[told_++];
    terminal_.out << '\n';
    if (step.at.ns > 0) terminal_.out << tinted(terminal_.out_colour, Tint::bold, fmt::format("at {} s", seconds_text(step.at)))
                                      << (step.look_at.empty() ? "" : ", look at " + step.look_at) << '\n';
    say(step.say);
    if (waits) pupil_.go_on();
  }

  std::optional<std::size_t> choice_of(const std::string& text, std::size_t count) const {
    if (text.size() != 1) return std::nullopt;
    const char c = text.front();
    std::size_t choice = count;
    if (c >= '1' && c <= '9') choice = static_cast<std::size_t>(c - '1');
    if (c >= 'a' && c <= 'i') choice = static_cast<std::size_t>(c - 'a');
    if (c >= 'A' && c <= 'I') choice = static_cast<std::size_t>(c - 'A');
    return choice < count ? std::optional{choice} : std::nullopt;
  }
  bool predict() {
    if (!lesson_.quiz.empty()) heading("What do you expect?");
    bool here = true;  // there is input
    for (std::size_t q = 0; q < lesson_.quiz.size(); ++q) {
      const QuizQuestion& question = lesson_.quiz[q];
      terminal_.out << '\n';
      say(fmt::format("{}. {}", q + 1, question.question));
      for (std::size_t c = 0; c < question.choices.size(); ++c) say(fmt::format("{}) {}", letter(c), question.choices[c]), 5);
      guesses_.emplace_back();
      while (here && !guesses_.back()) {
        terminal_.out << fmt::format("  your answer (a to {}, q leaves): ", letter(question.choices.size() - 1));
        const std::optional<std::string> line = pupil_.line();
        here = line.has_value();
        if (line == "q" || line == "Q") return false;
        if (line) guesses_.back() = choice_of(*line, question.choices.size());
        if (!guesses_.back()) terminal_.out << (here ? "  that is none of them\n" : "\n");
      }
    }
    return true;
  }

  void tell_until(const Simulation& run) {  // narration and story as far as the run has come
    const auto& lines = run.story().lines();
    for (; seen_ < lines.size(); ++seen_) {
      while (told_ < lesson_.steps.size() && lesson_.steps[told_].at <= lines[seen_].at) next_step();
      if (lines[seen_].tone == Tone::plain) continue;
      if (++between_ <= most_lines_between) terminal_.out << cut_line(lines[seen_]) << '\n';
    }
    while (told_ < lesson_.steps.size() && lesson_.steps[told_].at <= run.now()) next_step();
  }
  void next_step() {
    if (between_ > most_lines_between) terminal_.out << fmt::format("  ... and {} more lines\n", between_ - most_lines_between);
    between_ = 0;
    tell_step(true);
  }
  static std::string cut_line(const StoryLine& line) {
    return cut(fmt::format("  {:>9} s  {:<10} {:<14} {}", seconds_text(line.at), line.kind, line.subject, line.text), page_columns);
  }

  // The runs that decide; of a scenario with variants also their table.
  bool run_all() {
    heading(scenario_.variants.empty() ? "The run" : "The runs");
    std::vector<VariantColumn> table;
    bool narrated = false;
    std::vector<LessonRun> runs = runs_of(scenario_, lesson_.quiz);
    for (const Variant& variant : scenario_.variants) {  // those that no proof is about stand in the table all the same
      if (std::ranges::find(runs, variant.name, &LessonRun::variant) == runs.end()) runs.push_back({variant.name, variant.scenario});
    }
    if (runs.empty()) runs.push_back({"", std::make_shared<const Scenario>(scenario_)});
    for (const LessonRun& one : runs) {
      Simulation run{one.scenario, WireMode::fast};
      if (const Result<void> formed = run.form(); !formed) {
        terminal_.err << "kafkasim: " << formed.error().message << '\n';
        proved_ = false;
        return false;
      }
      while (run.step()) {
        if (!narrated && one.variant.empty()) tell_until(run);
      }
      narrated = narrated || one.variant.empty();
      run.finish();
      collect(run, results_);
      if (!one.variant.empty()) table.push_back(variant_column(run, {"", outcome_of(run, Strict::no), 0, one.variant}));
    }
    while (told_ < lesson_.steps.size()) next_step();
    if (table.size() > 1) print_table(std::move(table));
    return true;
  }
  void print_table(std::vector<VariantColumn> table) {
    const auto place = [this](const VariantColumn& column) {
      return std::ranges::find(scenario_.variants, column.name, &Variant::name) - scenario_.variants.begin();
    };
    std::ranges::sort(table, {}, place);
    for (VariantColumn& column : table) {  // what it came to says nothing here: the expectations are those of the questions
      column.expectations.clear();
      column.metrics.erase(column.metrics.begin());
    }
    print_variants(variant_table(table), terminal_);
  }

  void answer(std::size_t q) {
    const QuizQuestion& question = lesson_.quiz[q];
    const std::optional<std::size_t> guess = guesses_[q];
    heading(fmt::format("Question {} of {}", q + 1, lesson_.quiz.size()));
    say(question.question);
    if (guess) {
      const bool right = *guess == question.answer;
      terminal_.out << "  " << tinted(terminal_.out_colour, right ? Tint::green : Tint::red, right ? "Right: " : "Not so: ")
                    << fmt::format("you said {}, it is {}.\n", letter(*guess), letter(question.answer));
    } else {
      terminal_.out << fmt::format("  It is {}.\n", letter(question.answer));
    }
    if (!question.because.empty()) say(question.because);
    if (question.proofs.empty()) return;
    terminal_.out << "  The run has shown:\n";
    for (std::size_t c = 0; c < question.proofs.size(); ++c) {
      const auto result = results_.find(question.proofs[c].expects.pointer);
      if (result == results_.end()) continue;
      const bool held = result->second.held;
      std::string text = fmt::format("{}) {}: {}", letter(c), held ? "yes" : "no", question.proofs[c].expects.text);
      if (!question.proofs[c].variant.empty()) text += fmt::format(" [{}]", question.proofs[c].variant);
      if (result->second.measured) text += fmt::format(" ({})", value_text(result->second.unit.value_or(MetricUnit::count), *result->second.measured));
      say(text, 4);
    }
    if (proved_choice(question, results_) == question.answer) return;
    proved_ = false;
    say("In this run it came otherwise: the scenario is not as it was when the question was written.");
  }

  const Scenario& scenario_;
  const Lesson& lesson_;
  const Terminal& terminal_;
  Pupil pupil_;
  std::size_t told_{0};     // steps
  std::size_t seen_{0};     // lines of the story
  std::size_t between_{0};  // of those since the last step
  std::vector<std::optional<std::size_t>> guesses_;
  ProofResults results_;
  bool proved_{true};
};

void print_course(const std::vector<CourseLesson>& course, const Scores& scores, const Terminal& terminal) {
  std::string chapter;
  for (std::size_t i = 0; i < course.size(); ++i) {
    if (course[i].chapter != chapter) terminal.out << '\n' << tinted(terminal.out_colour, Tint::bold, course[i].chapter) << '\n';
    chapter = course[i].chapter;
    const Parsed parsed = load_scenario(course[i].file);
    const std::string title = parsed.scenario ? parsed.scenario->title : "(cannot be read)";
    const auto score = scores.find(course[i].name);
    const std::string reached = score == scores.end() ? "" : fmt::format("{}/{}", score->second.right, score->second.of);
    terminal.out << cut(fmt::format("{:>3}  {:<4} {}", i + 1, reached, title), page_columns) << '\n';
  }
}

// By its number in the course, its name, or its path.
std::optional<std::string> file_of(const std::string& text, const std::vector<CourseLesson>& course) {
  std::size_t number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && at == text.data() + text.size())
    return number >= 1 && number <= course.size() ? std::optional{course[number - 1].file} : std::nullopt;
  const auto named = std::ranges::find(course, text, &CourseLesson::name);
  if (named != course.end()) return named->file;
  std::error_code ignored;
  return std::filesystem::is_regular_file(text, ignored) ? std::optional{text} : std::nullopt;
}

std::optional<std::string> choose(const LearnOptions& options, const std::vector<CourseLesson>& course, const Scores& scores, const Terminal& terminal) {
  if (!options.lesson.empty()) {
    std::optional<std::string> file = file_of(options.lesson, course);
    std::vector<std::string_view> known;
    for (const CourseLesson& lesson : course) known.push_back(lesson.name);
    const std::string near = suggestion(options.lesson, known);
    if (!file) terminal.err << "kafkasim: there is no lesson " << quote(options.lesson) << (near.empty() ? ": see 'kafkasim list lessons'" : near) << '\n';
    return file;
  }
  terminal.out << "A lesson shows a cluster, asks what you expect of it, runs it, and lets the run decide.\n";
  print_course(course, scores, terminal);
  const auto is_open = [&scores](const CourseLesson& lesson) { return !scores.contains(lesson.name); };
  const auto next = std::ranges::find_if(course, is_open);
  const std::size_t usual = next == course.end() ? 1 : static_cast<std::size_t>(next - course.begin()) + 1;
  Pupil pupil{terminal};
  for (;;) {
    terminal.out << fmt::format("\nWhich one (1 to {}, q leaves) [{}]: ", course.size(), usual);
    const std::optional<std::string> line = pupil.line();
    if (!line || *line == "q") {
      terminal.out << "\n";
      return std::nullopt;
    }
    if (std::optional<std::string> file = file_of(line->empty() ? std::to_string(usual) : *line, course)) return file;
    terminal.out << "there is no such lesson\n";
  }
}

int run_learn(const LearnOptions& options, const Terminal& terminal) {
  std::error_code ignored;
  const bool by_path = std::filesystem::is_regular_file(options.lesson, ignored);
  const Result<std::vector<CourseLesson>> course = by_path ? std::vector<CourseLesson>{} : load_course();
  if (!course) {
    terminal.err << "kafkasim: " << course.error().message << '\n';
    return exit_code::bad_input;
  }
  Result<Scores> scores = options.score.empty() ? Scores{} : read_scores(options.score);
  if (!scores) {
    terminal.err << "kafkasim: " << scores.error().message << '\n';
    return exit_code::bad_input;
  }
  const std::optional<std::string> file = choose(options, *course, *scores, terminal);
  if (!file) return options.lesson.empty() ? exit_code::held : exit_code::bad_input;
  const Parsed parsed = load_scenario(*file);
  print_diagnostics(terminal, *file, parsed.diagnostics);
  if (!parsed.scenario) return exit_code::bad_input;
  if (!parsed.scenario->lesson) {
    terminal.err << *file << ": this scenario has no lesson\n";
    return exit_code::bad_input;
  }
  Outputs outputs{{*file}};
  if (!options.score.empty()) outputs.add("--score", options.score);
  if (!outputs.are_sound(terminal)) return exit_code::bad_input;
  Teacher teacher{*parsed.scenario, terminal};
  if (!teacher.teach()) return exit_code::held;
  if (teacher.answered()) {
    const LessonScore score = teacher.score();
    terminal.out << fmt::format("\n{} of {} right.", score.right, score.of);
    (*scores)[std::filesystem::path{*file}.stem().string()] = score;
    if (!options.score.empty() && !write_scores(options.score, *scores, terminal)) return exit_code::bad_input;
  }
  terminal.out << "\nThe same run in a window: kafkasim view " << *file << '\n';
  return teacher.proved() ? exit_code::held : exit_code::failed;
}

}  // namespace

void add_learn(CLI::App& app, const Terminal& terminal, int& code) {
  auto options = std::make_shared<LearnOptions>();
  CLI::App* command = app.add_subcommand("learn", "lessons in the terminal: predict what a cluster will do, and let a run decide");
  command->add_option("LESSON", options->lesson, "its number or name (kafkasim list lessons), or a scenario file with a lesson; left out: choose");
  command->add_option("--score", options->score, "keep in this file how many answers were right")->type_name("F.json");
  command->footer("Examples:\n  kafkasim learn\n  kafkasim learn leader-crash --score my-score.json");
  command->callback([options, &terminal, &code] { code = run_learn(*options, terminal); });
}

}  // namespace kafkasim::sim
