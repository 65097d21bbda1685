#include "sim/cli/score.hpp"

#include <filesystem>

#include "sim/cli/outputs.hpp"
#include "sim/scenario/json_edit.hpp"
#include "sim/scenario/parse.hpp"

namespace kafkasim::sim {

namespace {

std::optional<std::size_t> count_in(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  const auto number = value != nullptr ? value->as_i64() : std::nullopt;
  return number && *number >= 0 ? std::optional{static_cast<std::size_t>(*number)} : std::nullopt;
}

}  // namespace

Result<Scores> read_scores(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return Scores{};
  const Result<std::string> text = read_scenario_file(path);
  if (!text) return fail(path + ": " + text.error().message);
  const JsonDocument document = read_json(*text);
  const JsonValue* lessons = document.root ? document.root->find("lessons") : nullptr;
  if (!document.faults.empty() || lessons == nullptr || !lessons->is(JsonKind::object)) return fail(path + ": this is no file of scores");
  Scores scores;
  for (std::size_t i = 0; i < lessons->keys.size(); ++i) {
    const auto right = count_in(lessons->items[i], "right");
    const auto of = count_in(lessons->items[i], "of");
    if (!right || !of) return fail(path + ": this is no file of scores");
    scores[lessons->keys[i].name] = {*right, *of};
  }
  return scores;
}

bool write_scores(const std::string& path, const Scores& scores, const Terminal& terminal) {
  JsonValue lessons = json_object();
  for (const auto& [name, score] : scores) {
    JsonValue one = json_object();
    set_member(one, "right", json_number(score.right));
    set_member(one, "of", json_number(score.of));
    set_member(lessons, name, std::move(one));
  }
  JsonValue file = json_object();
  set_member(file, "lessons", std::move(lessons));
  return write_file(path, write_json(file) + "\n", terminal);
}

}  // namespace kafkasim::sim
