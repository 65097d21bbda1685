#pragma once
namespace kafkasim::sim {

template <class T>
struct Range {  // both ends included, least <= most
  T least{};
  T most{};
  friend bool operator==(const Range&, const Range&) = default;
};

}  // namespace kafkasim::sim
