#pragma once
// A quorum under test: nodes with simulated disks, a network that can lose, delay and cut, and a checker that looks at
// every step. All of it deterministic from one seed.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/raft/raft_node.hpp"
#include "sim/disk/sim_disk.hpp"

namespace kafkasim::raft_test {

enum class Power : std::uint8_t { kept, lost };

// What must hold after every step, whatever happens (Raft, figure 3; RaftEventSimulationTest's invariants).
class Checker {
 public:
  struct Entry {
    std::int64_t base{};
    std::int64_t last{};
    std::int32_t epoch{};
    std::uint64_t hash{};
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  void on_note(NodeId node, const trace::Event& event);
  void on_wipe(NodeId node);                     // its disk was replaced: it may forget its epoch and its votes
  void on_restart(NodeId node, Offset log_end);  // what recovery left
  void on_step(NodeId node, const RaftNode& raft);
  enum class Acts : std::uint8_t { no, yes };  // it is the active leader
  void on_applied(NodeId node, const CommittedBatch& batch, Acts acts);
  void set_voters(std::set<NodeId> voters) { voters_ = std::move(voters); }
  // As that node's log has them; absent: nobody has told.
  [[nodiscard]] const std::set<NodeId>& voters_of(NodeId node) const {
    const auto told = told_voters_.find(node);
    return told == told_voters_.end() ? voters_ : told->second;
  }
  [[nodiscard]] const std::vector<Entry>& committed() const { return committed_; }
  [[nodiscard]] const std::vector<Entry>& log(NodeId node) { return logs_[node]; }

 private:
  void append(NodeId node, Entry entry);
  void commit(NodeId node, std::int64_t high_watermark, std::int32_t epoch);
  void check_majority(NodeId leader, std::int64_t high_watermark);
  // So many entries are committed below that offset, where one ends there.
  [[nodiscard]] std::size_t committed_below(std::int64_t end, std::int32_t epoch) const;

  std::map<NodeId, std::vector<Entry>> logs_;
  std::map<std::pair<std::int32_t, std::int64_t>, std::pair<Entry, std::optional<Entry>>> by_epoch_and_offset_;
  std::map<std::int32_t, NodeId> leaders_;
  std::map<std::pair<NodeId, std::int32_t>, NodeId> votes_;
  std::map<NodeId, std::int32_t> epochs_;
  std::map<NodeId, std::int64_t> high_watermarks_;  // of the running process
  std::map<NodeId, std::int64_t> applied_;          // the next offset
  std::vector<Entry> committed_;
  std::set<NodeId> voters_;
  std::map<NodeId, std::set<NodeId>> told_voters_;
  bool wiped_{false};  // a voter has lost its disk: a majority may not hold what it held
};

struct Link {  // faults of the whole network
  Duration latency_least{microseconds(200)};
  Duration latency_most{microseconds(800)};
  std::uint64_t lost_permille{0};
};

class Cluster {
 public:
  // In the log the voters may change, and the observers are controllers that may be made voters.
  Cluster(int voters, int observers, std::uint64_t seed, const NodeConfig& config = {},
          VoterSource source = VoterSource::configuration);  // ids from 1; observers last

  void start(NodeId id);
  void start_all();
  void crash(NodeId id, Power power = Power::kept);
  void wipe(NodeId id);  // a new disk, while it is down
  void resign(NodeId id);
  void cut(NodeId a, NodeId b);
  void isolate(NodeId id);
  void heal();
  Link link;
  std::uint64_t crash_permille{0};  // of steps: the process dies when its effects should leave
  std::int64_t snapshot_every{0};   // so many offsets: each node makes one of what it has applied; 0: none

  void run(Duration time);
  template <class Predicate>
  [[nodiscard]] bool run_until(Predicate holds, Duration limit) {
    const Instant end = now_ + limit;
    while (!holds()) {
      if (now_ >= end) return false;
      run(milliseconds(5));
    }
    return true;
  }
  [[nodiscard]] bool elect(Duration limit = seconds(20)) {
    return run_until([this] { return leader().has_value(); }, limit);
  }
  // The active leader with the highest epoch.
  [[nodiscard]] std::optional<NodeId> leader() const;
  // Ask that node for the change of the voters; answer_of() tells what became of it. `remove` means the voter that the node
  // knows, `add` the one with the disk that it has now.
  std::int32_t add_voter(NodeId leader, NodeId voter);
  std::int32_t remove_voter(NodeId leader, NodeId voter);
  [[nodiscard]] std::optional<ErrorCode> answer_of(std::int32_t request) const;
  // The voter that the leader knows by that id is the node with the disk that it has now.
  [[nodiscard]] bool has_its_disk(NodeId leader, NodeId voter) const;
  [[nodiscard]] bool all_have_their_disks(NodeId leader) const;
  std::optional<Offset> append(NodeId id, const std::string& text);
  std::optional<Offset> append(const std::string& text);  // by the active leader, if there is one

  [[nodiscard]] bool is_up(NodeId id) const { return nodes_.at(id).raft.has_value(); }
  [[nodiscard]] const RaftNode& raft(NodeId id) const { return *nodes_.at(id).raft; }
  [[nodiscard]] const std::vector<std::string>& applied(NodeId id) const { return nodes_.at(id).applied; }
  [[nodiscard]] std::vector<NodeId> ids() const;
  [[nodiscard]] const std::vector<NodeId>& voters() const { return first_voters_; }  // that the quorum began with
  [[nodiscard]] const std::vector<std::pair<NodeId, trace::Event>>& notes() const { return notes_; }
  [[nodiscard]] const std::vector<std::string>& exits() const { return exits_; }
  [[nodiscard]] Checker& checker() { return checker_; }
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] Instant now() const { return now_; }

 private:
  void format(NodeId id, std::uint64_t generation);
  std::int32_t ask(NodeId node, Message request);
  struct Node {
    RaftOptions options;
    sim::SimDisk disk;
    Random random;
    std::optional<RaftNode> raft;
    std::uint32_t incarnation{0};
    std::vector<std::string> applied;
    std::int64_t applied_end{0};
    std::int64_t snapshot_end{0};  // of the last that it made or loaded
  };
  struct Wire {
    NodeId dialler;
    NodeId acceptor;
    Instant last_delivery;  // order is kept
  };
  struct Delivery {
    NodeId to;
    std::uint32_t incarnation{};
    Input input;
  };

  template <class Act>
  void act(NodeId id, Act act);
  void carry_out(NodeId id, const std::vector<Effect>& effects);
  void connect(NodeId from, const Connect& effect);
  void send(NodeId from, const Send& effect);
  void close(NodeId from, const ConnectionId& connection);
  void deliver(NodeId to, Input input, Instant at);
  void apply(Node& node, NodeId id, Env& env);
  void note(NodeId id, const trace::Event& event);
  [[nodiscard]] bool is_cut(NodeId a, NodeId b) const { return cuts_.contains(std::minmax(a, b)); }
  [[nodiscard]] Duration latency() { return random_.between(link.latency_least, link.latency_most); }

  Instant now_{};
  Random random_;
  std::vector<NodeId> first_voters_;
  std::map<NodeId, Node> nodes_;
  std::map<ConnectionId, Wire> wires_;
  std::map<std::pair<Instant, std::uint64_t>, Delivery> events_;
  std::uint64_t sequence_{0};
  std::set<std::pair<NodeId, NodeId>> cuts_;
  std::vector<std::pair<NodeId, trace::Event>> notes_;
  std::vector<std::string> exits_;
  std::map<std::int32_t, ErrorCode> answers_;
  std::int32_t asked_{0};
  std::map<NodeId, std::uint64_t> disks_;  // how many each has had
  Checker checker_;
};

}  // namespace kafkasim::raft_test
