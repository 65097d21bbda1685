#include <algorithm>

#include "sim/scenario/binder.hpp"

namespace kafkasim::sim {

namespace {

constexpr std::size_t most_choices = 9;  // one key each

// An expectation with a time of its own and, where it is not about the scenario as it stands, the variant whose run it is about.
std::optional<Proof> read_proof(Binder& b, const JsonValue& value) {
  Proof proof;
  if (const JsonValue* variant = value.is(JsonKind::object) ? value.find("variant") : nullptr) {
    proof.variant = read_string(b.faults, *variant).value_or("");
    if (variant->is(JsonKind::string) && find_variant(b.out, proof.variant) == nullptr) {
      std::vector<std::string_view> known;
      for (const Variant& one : b.out.variants) known.push_back(one.name);
      b.faults.error(*variant, "there is no variant " + quote(proof.variant) + suggestion(proof.variant, known));
    }
  }
  std::optional<Expectation> expects = read_expectation(b, value, Timed::proof);
  if (!expects) return std::nullopt;
  proof.expects = std::move(*expects);
  return proof;
}

// What a step may point at: anything of the scenario that has a name.
bool can_be_looked_at(Binder& b, const JsonValue& at, const std::string& text) {
  if (b.names.topics.contains(text) || b.names.groups.contains(text) || b.names.racks.contains(text)) return true;
  if (find_client(b.names, text) || text == "controller") return true;
  constexpr std::string_view broker = "broker ";
  if (text.starts_with(broker)) {
    const std::string_view id = std::string_view{text}.substr(broker.size());
    const auto bears = [&id](NodeId node) { return std::to_string(node.value) == id; };
    if (b.names.brokers.empty() || std::ranges::any_of(b.names.brokers, bears)) return true;
    b.faults.error(at, "there is no broker " + quote(id));
    return false;
  }
  return resolve_partition(b, at, text).has_value();
}

void read_step(Binder& b, const JsonValue& item, Lesson& lesson) {
  ObjectReader object{b.faults, item, "lesson_step"};
  if (!object.ok()) return;
  LessonStep step;
  if (const JsonValue* at = object.require("at")) {
    step.at = read_duration(b.faults, *at).value_or(Duration{});
    warn_if_late(b, *at, step.at);
    if (!lesson.steps.empty() && step.at < lesson.steps.back().at)
      b.faults.error(*at, "the steps of a lesson stand in the order of their times");
  }
  if (const JsonValue* say = object.require("say")) step.say = read_string(b.faults, *say).value_or("");
  if (const JsonValue* look_at = object.find("look_at")) {
    const std::optional<std::string> text = read_string(b.faults, *look_at);
    if (text && can_be_looked_at(b, *look_at, *text)) step.look_at = *text;
  }
  lesson.steps.push_back(std::move(step));
}

std::vector<std::string> read_choices(Binder& b, const JsonValue& value) {
  std::vector<std::string> choices;
  if (!expect_kind(b.faults, value, JsonKind::array)) return choices;
  for (const JsonValue& item : value.items) choices.push_back(read_string(b.faults, item).value_or(""));
  if (choices.size() < 2 || choices.size() > most_choices)
    b.faults.error(value, "a question has 2 to " + std::to_string(most_choices) + " choices");
  return choices;
}

void read_question(Binder& b, const JsonValue& item, Lesson& lesson) {
  ObjectReader object{b.faults, item, "question"};
  if (!object.ok()) return;
  QuizQuestion question;
  if (const JsonValue* v = object.require("question")) question.question = read_string(b.faults, *v).value_or("");
  if (const JsonValue* v = object.require("choices")) question.choices = read_choices(b, *v);
  if (const JsonValue* v = object.require("answer")) {
    const std::int64_t last = std::max<std::int64_t>(0, static_cast<std::int64_t>(question.choices.size()) - 1);
    question.answer = static_cast<std::size_t>(read_integer(b.faults, *v, 0, last).value_or(0));
  }
  if (const JsonValue* v = object.find("because")) question.because = read_string(b.faults, *v).value_or("");
  if (const JsonValue* v = object.find("proofs"); v != nullptr && expect_kind(b.faults, *v, JsonKind::array)) {
    for (const JsonValue& proof : v->items) {
      if (std::optional<Proof> read = read_proof(b, proof)) question.proofs.push_back(std::move(*read));
    }
    if (v->items.size() != question.choices.size()) b.faults.error(*v, "there is one proof for each choice");
  }
  lesson.quiz.push_back(std::move(question));
}

}  // namespace

void bind_lesson(Binder& b, const JsonValue& value) {
  ObjectReader object{b.faults, value, "lesson"};
  if (!object.ok()) return;
  Lesson lesson;
  if (const JsonValue* steps = object.find("steps"); steps != nullptr && expect_kind(b.faults, *steps, JsonKind::array)) {
    for (const JsonValue& item : steps->items) read_step(b, item, lesson);
  }
  if (const JsonValue* quiz = object.find("quiz"); quiz != nullptr && expect_kind(b.faults, *quiz, JsonKind::array)) {
    for (const JsonValue& item : quiz->items) read_question(b, item, lesson);
  }
  b.out.lesson = std::move(lesson);
}

}  // namespace kafkasim::sim
