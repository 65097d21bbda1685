#pragma once
// AnyMachine: a machine whose kind the kernel does not know. A copyable value: a copy has a copy of the machine.
//   AnyMachine m{Broker{...}};   m.step(in, env);   if (const Broker* broker = m.target<Broker>()) ...
// target() is for looking (reports, frames, tests), never for changing. It finds the parts of a machine that is made of
// others (a combined node's broker and controller), if it has parts(), a tuple of references.
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "core/machine/seam.hpp"

namespace kafkasim::sim {

class AnyMachine {
 public:
  // In this order: else clang asks for ever whether an AnyMachine is a machine.
  template <class M>
  requires(!std::same_as<M, AnyMachine>)
      && Machine<M> explicit AnyMachine(M machine) : self_{std::make_unique<Holder<M>>(std::move(machine))} {}
  AnyMachine(const AnyMachine& o) : self_{o.self_->copy()} {}
  AnyMachine(AnyMachine&&) noexcept = default;
  AnyMachine& operator=(AnyMachine o) noexcept {
    self_ = std::move(o.self_);
    return *this;
  }
  ~AnyMachine() = default;

  void step(const Input& in, Env& env) { self_->step(in, env); }
  [[nodiscard]] std::optional<Instant> next_deadline() const { return self_->next_deadline(); }
  // The machine itself, or its part that is an M; else null.
  template <class M>
  [[nodiscard]] const M* target() const {
    return static_cast<const M*>(self_->find(typeid(M)));
  }

 private:
  struct Base {
    Base() = default;
    Base(const Base&) = default;
    Base& operator=(const Base&) = delete;
    virtual ~Base() = default;
    // By its type, so that who only looks need not know how to copy an M.
    [[nodiscard]] virtual const void* find(const std::type_info& type) const = 0;
    [[nodiscard]] virtual std::unique_ptr<Base> copy() const = 0;
    virtual void step(const Input& in, Env& env) = 0;
    [[nodiscard]] virtual std::optional<Instant> next_deadline() const = 0;
  };
  template <class M>
  struct Holder final : Base {
    explicit Holder(M m) : machine{std::move(m)} {}
    [[nodiscard]] const void* find(const std::type_info& type) const override {
      const void* found = type == typeid(M) ? &machine : nullptr;
      if constexpr (requires(const M& m) { m.parts(); }) {
        const auto look_at = [&]<class Part>(const Part& part) {
          if (type == typeid(Part)) found = &part;
        };
        std::apply([&](const auto&... parts) { (look_at(parts), ...); }, machine.parts());
      }
      return found;
    }
    [[nodiscard]] std::unique_ptr<Base> copy() const override { return std::make_unique<Holder>(*this); }
    void step(const Input& in, Env& env) override { machine.step(in, env); }
    [[nodiscard]] std::optional<Instant> next_deadline() const override { return machine.next_deadline(); }
    M machine;
  };
  std::unique_ptr<Base> self_;
};

}  // namespace kafkasim::sim
