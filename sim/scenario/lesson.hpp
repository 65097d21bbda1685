#pragma once
// A lesson that goes with a scenario: what is told at which moment, and questions whose answers are proved by running it.
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "sim/scenario/expectation.hpp"

namespace kafkasim::sim {

struct LessonStep {
  Duration at;
  std::string say;
  std::string look_at{};  // "orders-0", "broker 2", a group, a client, a topic; empty: the whole
};

struct Proof {
  std::string variant;  // whose run it is about; empty: the scenario as it stands
  Expectation expects;
};

struct QuizQuestion {
  std::string question;
  std::vector<std::string> choices;
  std::size_t answer{};  // into choices
  std::string because;
  std::vector<Proof> proofs;  // one a choice: exactly the answer's holds
};

struct Lesson {
  std::vector<LessonStep> steps;  // ascending
  std::vector<QuizQuestion> quiz;
};

}  // namespace kafkasim::sim
