#pragma once
// Cow<T>: a value that copies share until one of them writes. Reading is `*c` or `c->`; writing is `c.edit()`, which
// makes this copy the only owner first. So that `World b = a;` costs a pointer a host, not a cluster.
#include <memory>
#include <utility>

namespace kafkasim {

template <class T>
class Cow {
 public:
  Cow() : shared_{std::make_shared<T>()} {}
  explicit Cow(T value) : shared_{std::make_shared<T>(std::move(value))} {}

  const T& operator*() const { return *shared_; }
  const T* operator->() const { return shared_.get(); }
  T& edit() {
    if (shared_.use_count() != 1) shared_ = std::make_shared<T>(std::as_const(*shared_));
    return *shared_;
  }
  [[nodiscard]] bool shares_with(const Cow& other) const { return shared_ == other.shared_; }

 private:
  std::shared_ptr<T> shared_;
};

}  // namespace kafkasim
