#pragma once
// Where a lesson stands, and what it points at.
#include <cstddef>
#include <string>

#include "sim/frame/frame.hpp"
#include "sim/scenario/lesson.hpp"

namespace kafkasim::viz {

[[nodiscard]] std::size_t step_at(const sim::Lesson& lesson, Duration now);  // the last that has begun; before any, the first
// The probe of what a step looks at ("broker 2", "orders-0", a topic, a group, a client, a rack); empty if it is not there.
[[nodiscard]] std::string probe_of(const sim::Frame& frame, const std::string& look_at);

}  // namespace kafkasim::viz
