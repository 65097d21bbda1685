#include "core/machine/seam.hpp"

namespace kafkasim {

void Effects::note(trace::Event event) {
  make_room();
  list_.emplace_back(std::in_place_type<Note>, Note{std::move(event)});
}

std::vector<Effect> Effects::take() { return std::exchange(list_, {}); }

}  // namespace kafkasim
