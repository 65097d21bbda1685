#include "sim/kernel/trace_hash.hpp"

#include <optional>
#include <variant>

#include "sim/kernel/wire_mode.hpp"

namespace kafkasim::sim {
namespace {

class Hasher {
 public:
  explicit Hasher(RunningHash& hash) : hash_{hash} {}

  // ---- inputs
  void operator()(const Started& in) const { add(in.kind), add(in.incarnation); }
  void operator()(const Connected& in) const { add(in.connection); }
  void operator()(const Disconnected& in) const { add(in.connection), add(in.reason); }
  void operator()(const Received& in) const { add(in.connection), add(in.envelope.correlation_id); }
  void operator()(const Woken&) const {}
  void operator()(const Flushed& in) const { add(in.token.value), add(in.ok); }
  void operator()(const StopRequested&) const {}
  void operator()(const Command& in) const {
    add(in.index());
    std::visit(*this, in);
  }
  void operator()(const ProduceCommand& in) const {
    hash_.add(in.topic);
    add(in.key);
    add(in.value);
    add(in.partition.has_value());
    add(in.partition.value_or(PartitionIndex{}).value);
    add(in.headers.size());
    for (const auto& [name, value] : in.headers) {
      hash_.add(std::string_view{name});
      add(value);
    }
  }
  void operator()(const SetRate& in) const {
    add(in.permille.has_value());
    add(in.permille.value_or(0));
    add(in.records_per_1000_s.has_value());
    add(in.records_per_1000_s.value_or(0));
  }
  void operator()(const Finish&) const {}
  void operator()(const Campaign&) const {}
  void operator()(const FreezeMetadata& in) const {
    add(in.partition.has_value());
    if (in.partition) hash_.add(std::string_view{to_string(*in.partition)});
    add(in.leader_epoch.value);
  }
  void operator()(const ThawMetadata&) const {}
  void operator()(const AdminCommand& in) const { add(in.hash); }
  void operator()(const TransactionCommand& in) const { add(in.step); }

  // ---- effects
  void operator()(const Connect& out) const {
    add(out.connection);
    hash_.add(std::string_view{out.to.host});
    add(out.to.port);
  }
  void operator()(const Send& out) const {
    add(out.connection);
    add(out.envelope.correlation_id);
    add(wire_hash(out.envelope));
  }
  void operator()(const NoAnswer& out) const { add(out.connection), add(out.correlation_id); }
  void operator()(const Close& out) const { add(out.connection); }
  void operator()(const Flush& out) const { add(out.file ? out.file->value : 0), add(out.token.value); }
  void operator()(const Note&) const {}
  void operator()(const Exit& out) const {
    add(out.orderly);
    hash_.add(std::string_view{out.reason});
  }

 private:
  template <class T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void add(T x) const { hash_.add(static_cast<std::uint64_t>(x)); }
  void add(const ConnectionId& id) const {
    add(id.dialler.value);
    add(id.number);
  }
  void add(const std::optional<std::string>& text) const {
    add(text.has_value());
    if (text) hash_.add(std::string_view{*text});
  }
  RunningHash& hash_;
};

}  // namespace

void hash_input(RunningHash& hash, const Input& input) {
  hash.add(static_cast<std::uint64_t>(input.index()));
  std::visit(Hasher{hash}, input);
}

void hash_effect(RunningHash& hash, const Leaving& leaving) {
  hash.add(static_cast<std::uint64_t>(leaving.effect.index()));
  hash.add(leaving.bytes);
  std::visit(Hasher{hash}, leaving.effect);
}

void hash_net_event(RunningHash& hash, const NetEvent& event) {
  hash.add(static_cast<std::uint64_t>(event.kind));
  hash.add(static_cast<std::uint64_t>(event.from));
  hash.add(static_cast<std::uint64_t>(event.connection.dialler.value));
  hash.add(event.connection.number);
  hash.add(static_cast<std::uint64_t>(event.number));
}

}  // namespace kafkasim::sim
