#pragma once
// The seam: how every machine of Kafka meets the world. READ THIS FIRST.
//
//   A machine (Broker, Controller, Producer, Consumer, Admin) is a copyable value. It is given an Input and an Env for the
//   length of one step, changes itself, and leaves what it wants done in env.out, as data. It keeps no reference
//   to anything it does not own, reads no clock, starts no thread; nobody calls back into it.
//
// Whoever owns the machine delivers inputs and carries out effects: a unit test, sim::World, or `kafkasim serve`. It asks
// next_deadline() after each step, and sends Woken at that moment; a machine that is woken early does nothing.
//
// Connections are TCP's: the dialler names one by (its host, a number it never used before) and says Connect; it hears Connected or
// Disconnected. The accepting side first hears of it by Received. Messages on one connection arrive in order
// or not at all. Requests carry a correlation id; the answer carries the same one back. A broker is given one request
// per connection at a time: the next comes when it has sent the answer, or NoAnswer (acks=0).
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/machine/disk.hpp"
#include "core/machine/trace.hpp"
#include "core/message/message.hpp"
#include "core/model/ids.hpp"

namespace kafkasim {

struct ConnectionId {
  HostId dialler;
  std::uint64_t number{};  // the dialler's: incarnation in the upper half, a counter in the lower
  friend constexpr auto operator<=>(const ConnectionId&, const ConnectionId&) = default;
};

struct Envelope {  // a message on a connection: the request or response header beside the body
  std::int32_t correlation_id{};
  std::int16_t version{};
  std::string client_id;  // requests only
  Message message;
};

// ---- inputs ---------------------------------------------------------------------------------------
enum class StartKind : std::uint8_t { first, restart };
struct Started {  // the process begins; its memory is empty, its disk is as the last process or the last power loss left it
  StartKind kind{};
  HostId host;
  std::uint32_t incarnation{};  // counts the processes of this host
};
struct Connected {
  ConnectionId connection;
};
enum class DisconnectReason : std::uint8_t { refused, reset, closed_by_peer, timed_out };
struct Disconnected {  // after this nothing comes on it any more, and what was not answered never will be
  ConnectionId connection;
  DisconnectReason reason{};
};
enum class Listener : std::uint8_t { first, second };  // a combined node has two: the broker's, and the controller's
struct Received {
  ConnectionId connection;
  Envelope envelope;
  Listener listener{};  // by which the connection came in; first where this process dialled
};
struct Woken {};
using FlushToken = Id<struct FlushTokenTag, std::uint64_t>;
struct Flushed {
  FlushToken token;
  bool ok{};
};
struct StopRequested {};  // SIGTERM, or close() of a client: shut down in an orderly way, then Exit

// What the user of a client asks of it, by hand. `as_user` numbers it, so that what follows can be told apart.
struct ProduceCommand {
  std::string topic;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::optional<PartitionIndex> partition;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::optional<trace::RecordAt> source{};  // what it was made of: told, not sent
};
enum class TransactionStep : std::uint8_t { begin, commit, abort };
struct TransactionCommand {  // of a producer with a transactional.id
  TransactionStep step{};
};
struct SetRate {  // traffic: of a producing application, in records per 1000 seconds; absent restores the configured one
  std::optional<std::int64_t> permille;  // of the configured rate
  std::optional<std::int64_t> records_per_1000_s;
};
struct Finish {};  // producing applications stop producing; nothing else changes
struct Campaign {};  // a voter's election timer runs out now: it stands in the next epoch, without pre-vote
struct FreezeMetadata {  // a broker applies no further metadata records; with `partition`, none after the one that gives it that epoch
  std::optional<TopicPartition> partition;
  LeaderEpoch leader_epoch;
};
struct ThawMetadata {};  // what was held back is applied, as one image
struct AdminOperation;   // core/client/admin_operation.hpp
struct AdminCommand {    // an administrator's request, for an Admin
  std::shared_ptr<const AdminOperation> operation;
  std::uint64_t hash{};  // of what it says
};
using Command =
    std::variant<ProduceCommand, SetRate, Finish, Campaign, FreezeMetadata, ThawMetadata, AdminCommand, TransactionCommand>;

using Input = std::variant<Started, Connected, Disconnected, Received, Woken, Flushed, StopRequested, Command>;

// ---- effects --------------------------------------------------------------------------------------
struct Connect {
  ConnectionId connection;
  Endpoint to;
};
struct Send {
  ConnectionId connection;
  Envelope envelope;
};
struct NoAnswer {  // the request of that correlation id is dealt with and gets no response
  ConnectionId connection;
  std::int32_t correlation_id{};
};
struct Close {
  ConnectionId connection;
};
struct Flush {  // fdatasync in the background; Flushed answers, once what the step itself did with the disk is done, too
  std::optional<FileId> file;  // absent: nothing but that
  FlushToken token;
};
struct Note {
  trace::Event event;
};
struct Exit {  // the process ends by its own decision: orderly, or because it cannot go on
  bool orderly{};
  std::string reason;
};
using Effect = std::variant<Connect, Send, NoAnswer, Close, Flush, Note, Exit>;

class Effects {
 public:
  template <class E>
  void add(E effect) {
    make_room();
    list_.emplace_back(std::in_place_type<E>, std::move(effect));
  }
  void note(trace::Event event);
  [[nodiscard]] const std::vector<Effect>& list() const { return list_; }
  [[nodiscard]] std::vector<Effect> take();

 private:
  void make_room() {
    if (list_.capacity() == 0) list_.reserve(usual);
  }
  static constexpr std::size_t usual = 6;  // most steps that have an effect have a few
  std::vector<Effect> list_;
};

struct Env {  // lent for one step, never kept
  Instant now;      // the node's monotonic clock: deadlines
  Timestamp wall;   // the node's wall clock: record timestamps; may be wrong, may jump
  Random& random;   // the host's own stream
  Disk& disk;
  Effects& out;
};

template <class M>
concept Machine = std::copyable<M> && requires(M m, const M c, const Input& in, Env& env) {
  { m.step(in, env) } -> std::same_as<void>;
  { c.next_deadline() } -> std::same_as<std::optional<Instant>>;
};

}  // namespace kafkasim
