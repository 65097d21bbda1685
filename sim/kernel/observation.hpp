#pragma once
// Observations: what a World tells of itself, in the order in which it happened. Notes of the machines, and beside them
// what only the kernel sees. They are for checkers, reports and windows: they change nothing and are not in the trace
// hash.
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/machine/seam.hpp"

namespace kafkasim::sim {

struct ProcessStarted {  // and begins to recover
  std::uint32_t incarnation{};
  StartKind kind{};
};
struct ProcessReady {  // its first step is over: it listens, and works
  std::uint32_t incarnation{};
};
struct ProcessCrashed {};
struct PowerLost {};
struct ProcessExited {  // by its own decision
  bool orderly{};
  std::string reason;
};
struct ProcessPaused {};
struct ProcessResumed {};
struct DisksWiped {};  // after PowerLost: nothing is left of what the machine had stored
struct DataCorrupted {  // bits flipped in stored data at rest: not noticed before somebody reads them
  std::string path;
  std::uint64_t at{};  // the byte in the file
  std::byte mask{};
};
struct ConnectionOpened {  // told by the dialler
  ConnectionId connection;
};
struct ConnectionLost {  // told by each side that hears of it
  ConnectionId connection;
  DisconnectReason reason{};
};

// ---- only while a World is asked for details (World::observe_details): who sent what to whom, and which step followed from it
struct MessageRef {
  ConnectionId connection;
  std::int32_t correlation_id{};
  ApiKey api{};
  MessageKind kind{};
  friend auto operator<=>(const MessageRef&, const MessageRef&) = default;
};
enum class InputKind : std::uint8_t { started, connected, disconnected, message, woken, flushed, stop, command };
struct StepBegan {  // the notes that follow, up to its StepCharged, are the step's
  std::uint32_t thread{};
  InputKind input{};
  std::optional<MessageRef> message;
};
struct StepCharged {
  std::uint32_t thread{};
  Duration service;  // its effects leave when that is over
};
struct MessageLeft {
  MessageRef message;
  std::uint64_t bytes{};
};
[[nodiscard]] MessageRef reference(const ConnectionId& connection, const Envelope& envelope);
[[nodiscard]] StepBegan step_began(std::uint32_t thread, const Input& input);

using KernelEvent = std::variant<ProcessStarted, ProcessReady, ProcessCrashed, PowerLost, ProcessExited, ProcessPaused,
                                 ProcessResumed, DisksWiped, DataCorrupted, ConnectionOpened, ConnectionLost, StepBegan,
                                 StepCharged, MessageLeft>;

template <class T, class... Es>
[[nodiscard]] constexpr bool is_kernel_event(const std::variant<Es...>* /*only its type*/) {
  return (std::same_as<T, Es> || ...);
}

struct Observation {
  Instant at;
  std::uint64_t seq{};  // counts the observations of the run
  HostId host;
  std::variant<KernelEvent, trace::Event> what;

  [[nodiscard]] const trace::Event* note() const { return std::get_if<trace::Event>(&what); }
  [[nodiscard]] const KernelEvent* kernel() const { return std::get_if<KernelEvent>(&what); }
  template <class T>
  [[nodiscard]] const T* get_if() const {  // T: one of either variant
    if constexpr (is_kernel_event<T>(static_cast<const KernelEvent*>(nullptr))) {
      return kernel() ? std::get_if<T>(kernel()) : nullptr;
    } else {
      return note() ? note()->get_if<T>() : nullptr;
    }
  }
};

}  // namespace kafkasim::sim
