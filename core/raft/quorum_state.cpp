#include "core/raft/quorum_state.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

#include "core/base/bytes.hpp"

namespace kafkasim::raft {
namespace {

std::string number(const std::optional<NodeId>& id) { return std::to_string(id ? id->value : -1); }

// Reads the JSON that this file can hold, and nothing else. After the first error everything fails.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_{text} {}

  bool skip(char wanted) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!skip(wanted)) stop(std::string{"expected "} + wanted);
  }
  std::string_view string() {
    expect('"');
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') ++at_;
    const std::string_view read = text_.substr(from, at_ - from);
    expect('"');
    return read;
  }
  std::int64_t integer(std::int64_t least, std::int64_t most) {
    skip_space();
    std::int64_t read = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), read);
    if (error != std::errc{} || read < least || read > most) {
      stop("expected a number within its range");
      return least;
    }
    at_ = static_cast<std::size_t>(end - text_.data());
    return read;
  }
  void expect_end() {
    skip_space();
    if (at_ != text_.size()) stop("something follows the object");
  }
  void stop(std::string why) {
    if (!error_) error_ = Error{std::move(why), std::to_string(at_)};
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }
  std::string_view text_;
  std::size_t at_{0};
  std::optional<Error> error_;
};

constexpr std::int64_t most_int32 = std::numeric_limits<std::int32_t>::max();

std::optional<NodeId> read_id(Parser& in) {
  const auto id = static_cast<std::int32_t>(in.integer(-1, most_int32));
  return id < 0 ? std::nullopt : std::optional{NodeId{id}};
}

void read_voters(Parser& in, ElectionState& state) {
  in.expect('[');
  if (in.skip(']')) return;
  do {
    in.expect('{');
    if (in.string() != "voterId") in.stop("expected voterId");
    in.expect(':');
    const NodeId voter{static_cast<std::int32_t>(in.integer(0, most_int32))};
    if (!state.voters.insert(voter).second) in.stop("a voter stands there twice");
    in.expect('}');
  } while (!in.error() && in.skip(','));
  in.expect(']');
}

void read_field(Parser& in, std::string_view name, ElectionState& state) {
  if (name == "clusterId") {
    (void)in.string();
  } else if (name == "leaderId") {
    state.leader = read_id(in);
  } else if (name == "leaderEpoch") {
    state.epoch = LeaderEpoch{static_cast<std::int32_t>(in.integer(0, most_int32))};
  } else if (name == "votedId") {
    state.voted_for = read_id(in);
  } else if (name == "appliedOffset") {
    (void)in.integer(0, std::numeric_limits<std::int64_t>::max());
  } else if (name == "currentVoters") {
    read_voters(in, state);
  } else if (name == "votedDirectoryId") {
    const Result<Uuid> id = parse_uuid(std::string{in.string()});
    if (id) state.voted_directory = *id;
    else in.stop("expected a directory id");
  } else if (name == "data_version") {
    (void)in.integer(0, 1);
  } else {
    in.stop("unknown field " + std::string{name});
  }
}

}  // namespace

std::string format_quorum_state(const ElectionState& state, QuorumStateVersion version) {
  if (version == QuorumStateVersion::with_directories) {
    return R"({"leaderId":)" + number(state.leader) + R"(,"leaderEpoch":)" + std::to_string(state.epoch.value) + R"(,"votedId":)"
           + number(state.voted_for) + R"(,"votedDirectoryId":")" + to_string(state.voted_directory) + R"(","data_version":1})";
  }
  std::string out = R"({"clusterId":"","leaderId":)" + number(state.leader);
  out += R"(,"leaderEpoch":)" + std::to_string(state.epoch.value);
  out += R"(,"votedId":)" + number(state.voted_for);
  out += R"(,"appliedOffset":0,"currentVoters":[)";
  bool first = true;
  for (const NodeId voter : state.voters) {
    if (!std::exchange(first, false)) out += ',';
    out += R"({"voterId":)" + std::to_string(voter.value) + '}';
  }
  return out + R"(],"data_version":0})";
}

Result<ElectionState> parse_quorum_state(std::string_view text) {
  Parser in{text};
  ElectionState state;
  std::set<std::string_view> seen;
  in.expect('{');
  do {
    const std::string_view name = in.string();
    in.expect(':');
    if (!seen.insert(name).second) in.stop("a field stands there twice");
    if (!in.error()) read_field(in, name, state);
  } while (!in.error() && in.skip(','));
  in.expect('}');
  in.expect_end();
  for (const std::string_view required : {"leaderId", "leaderEpoch", "votedId", "data_version"}) {
    if (!seen.contains(required)) in.stop("missing field " + std::string{required});
  }
  if (in.error()) return tl::unexpected<Error>{*in.error()};
  return state;
}

Result<std::optional<ElectionState>> read_quorum_state(Disk& disk) {
  if (!disk.exists(quorum_state_path)) return std::optional<ElectionState>{};
  const auto content = read_file(disk, quorum_state_path);
  if (!content) return fail("cannot be read", std::string{quorum_state_path});
  auto state = parse_quorum_state(as_text(*content));
  if (!state) return fail(state.error().message, std::string{quorum_state_path} + ":" + state.error().place);
  return std::optional{*std::move(state)};
}

DiskResult<void> write_quorum_state(Disk& disk, const ElectionState& state, QuorumStateVersion version) {
  return replace_file(disk, quorum_state_path, format_quorum_state(state, version));
}

}  // namespace kafkasim::raft
