#pragma once
// The list of transactions below the groups: a row for each transactional id that a coordinator knows, and the partitions in it.
#include "viz/app/app.hpp"
#include "viz/draw/ui.hpp"

namespace kafkasim::viz {

// Both without a transaction: no height, nothing drawn.
[[nodiscard]] float transactions_height(const Ui& ui, const sim::Frame& frame);
void draw_transactions(Ui& ui, App& app, ImVec2 at, float width);

}  // namespace kafkasim::viz
