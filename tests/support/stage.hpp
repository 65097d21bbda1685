#pragma once
// What a machine, or a part of one, is lent for a step, kept by the test: time, chance, a disk; and the effects that
// have come out so far.
#include <utility>
#include <variant>
#include <vector>

#include "core/machine/seam.hpp"
#include "tests/support/memory_disk.hpp"

namespace kafkasim::test {

class Stage {
 public:
  template <class Action>
  decltype(auto) act(Action action) {
    Effects out;
    Env env{now, wall, random, disk, out};
    const Collect collect{*this, out};
    return action(env);
  }
  // The effects of one kind, in order; they are taken away.
  template <class E>
  std::vector<E> take() {
    std::vector<E> found;
    for (const Effect& effect : effects) {
      if (const auto* one = std::get_if<E>(&effect)) found.push_back(*one);
    }
    std::erase_if(effects, [](const Effect& effect) { return std::holds_alternative<E>(effect); });
    return found;
  }

  Instant now{seconds(1'000).ns};
  Timestamp wall{1'700'000'000'000};
  Random random{7};
  MemoryDisk disk;
  std::vector<Effect> effects;

 private:
  struct Collect {  // also when the action gives something back
    Stage& stage;
    Effects& out;
    Collect(Stage& s, Effects& o) : stage{s}, out{o} {}
    Collect(const Collect&) = delete;
    Collect& operator=(const Collect&) = delete;
    ~Collect() {
      for (Effect& effect : out.take()) stage.effects.push_back(std::move(effect));
    }
  };
};

}  // namespace kafkasim::test
