#include "core/raft/roles.hpp"

#include <catch2/catch.hpp>

namespace kafkasim::raft {
namespace {

const std::set<NodeId> three{NodeId{1}, NodeId{2}, NodeId{3}};
const std::set<NodeId> five{NodeId{1}, NodeId{2}, NodeId{3}, NodeId{4}, NodeId{5}};

}  // namespace

TEST_CASE("A voter that has not voted grants its vote to a log that is up to date and then to that candidate only") {
  Unattached voter;
  CHECK(voter.can_grant_vote(NodeId{2}, LogUpToDate::yes));
  CHECK_FALSE(voter.can_grant_vote(NodeId{2}, LogUpToDate::no));
  voter.voted_for = NodeId{2};
  CHECK(voter.can_grant_vote(NodeId{2}, LogUpToDate::no));
  CHECK_FALSE(voter.can_grant_vote(NodeId{3}, LogUpToDate::yes));
}

TEST_CASE("A voter that asks for pre-votes votes like any other but for nobody in an epoch that has its leader") {
  Prospective voter{NodeId{1}, three};
  CHECK(voter.can_grant_vote(NodeId{2}, LogUpToDate::yes));
  CHECK_FALSE(voter.can_grant_vote(NodeId{2}, LogUpToDate::no));
  voter.leader = NodeId{3};
  CHECK_FALSE(voter.can_grant_vote(NodeId{2}, LogUpToDate::yes));
  voter.voted_for = NodeId{2};
  CHECK(voter.can_grant_vote(NodeId{2}, LogUpToDate::no));
  CHECK_FALSE(voter.can_grant_vote(NodeId{3}, LogUpToDate::yes));
}

TEST_CASE("Whoever has no live leader grants pre-votes to a log that is up to date") {
  Follower fetching;
  fetching.has_fetched = true;
  CHECK_FALSE(can_grant_pre_vote(Leader{NodeId{1}, three, Offset{0}}, LogUpToDate::yes));
  CHECK_FALSE(can_grant_pre_vote(fetching, LogUpToDate::yes));
  Unattached voted;
  voted.voted_for = NodeId{3};
  for (const Role& role : {Role{Unattached{}}, Role{voted}, Role{Follower{}}, Role{Prospective{NodeId{1}, three}},
                           Role{Candidate{NodeId{1}, three}}, Role{Resigned{}}}) {
    CHECK(can_grant_pre_vote(role, LogUpToDate::yes));
    CHECK_FALSE(can_grant_pre_vote(role, LogUpToDate::no));
  }
}

TEST_CASE("A candidate wins with a majority and has lost when none can come any more") {
  Candidate candidate{NodeId{1}, five};
  candidate.votes[NodeId{2}] = Candidate::Vote::granted;
  CHECK_FALSE(candidate.is_elected());
  candidate.votes[NodeId{3}] = Candidate::Vote::rejected;
  candidate.votes[NodeId{4}] = Candidate::Vote::rejected;
  CHECK_FALSE(candidate.is_rejected());
  Candidate other = candidate;
  candidate.votes[NodeId{5}] = Candidate::Vote::granted;
  CHECK(candidate.is_elected());
  other.votes[NodeId{5}] = Candidate::Vote::rejected;
  CHECK(other.is_rejected());
  CHECK(Candidate{NodeId{1}, {NodeId{1}}}.is_elected());
}

TEST_CASE("The high watermark of a leader is what a majority has but only beyond the start of its epoch") {
  Leader leader{NodeId{1}, three, Offset{10}};
  leader.voters[NodeId{1}].end_offset = Offset{14};
  CHECK_FALSE(leader.advance_high_watermark());
  leader.voters[NodeId{2}].end_offset = Offset{10};
  CHECK_FALSE(leader.advance_high_watermark());
  CHECK_FALSE(leader.high_watermark);
  leader.voters[NodeId{2}].end_offset = Offset{12};
  CHECK(leader.advance_high_watermark());
  CHECK(leader.high_watermark == Offset{12});
  leader.voters[NodeId{2}].end_offset = Offset{11};  // it lost something
  CHECK_FALSE(leader.advance_high_watermark());
  CHECK(leader.high_watermark == Offset{12});
}

TEST_CASE("Fetches of a majority need as many voters as make one with the leader") {
  Leader leader{NodeId{1}, five, Offset{0}};
  CHECK_FALSE(leader.majority_fetched(NodeId{2}));
  CHECK_FALSE(leader.majority_fetched(NodeId{2}));
  CHECK(leader.majority_fetched(NodeId{4}));
  CHECK_FALSE(leader.majority_fetched(NodeId{4}));
}

TEST_CASE("The preferred successors of a leader are those with the longest logs") {
  Leader leader{NodeId{1}, five, Offset{0}};
  leader.voters[NodeId{2}].end_offset = Offset{5};
  leader.voters[NodeId{4}].end_offset = Offset{9};
  CHECK(leader.successors(NodeId{1}) == std::vector{NodeId{4}, NodeId{2}, NodeId{3}, NodeId{5}});
}

TEST_CASE("A voter set that changes takes observers for voters and voters for observers") {
  const auto voter = [](std::uint64_t disk) { return Voter{Uuid{1, disk}, {}, known_kraft_versions}; };
  const VoterSet before{{{NodeId{1}, voter(1)}, {NodeId{2}, voter(2)}, {NodeId{3}, voter(3)}}};
  Leader leader{ReplicaKey{NodeId{1}, Uuid{1, 1}}, before, Offset{5}};
  leader.replica({NodeId{2}, Uuid{1, 2}}).end_offset = Offset{7};
  leader.replica({NodeId{4}, Uuid{1, 4}}).end_offset = Offset{9};
  leader.replica({NodeId{3}, Uuid{1, 33}}).end_offset = Offset{8};  // another disk: an observer
  CHECK(leader.observers.size() == 2);
  CHECK_FALSE(leader.voters.at(NodeId{3}).end_offset);
  leader.fetched_voters = {NodeId{2}};
  leader.follow(VoterSet{{{NodeId{1}, voter(1)}, {NodeId{3}, voter(3)}, {NodeId{4}, voter(4)}}});
  CHECK(leader.voters.at(NodeId{4}).end_offset == Offset{9});
  CHECK(leader.observers.at({NodeId{2}, Uuid{1, 2}}).end_offset == Offset{7});
  CHECK(leader.observers.contains({NodeId{3}, Uuid{1, 33}}));
  CHECK(leader.fetched_voters.empty());
  CHECK(leader.voters.at(NodeId{1}).end_offset == Offset{5});
}

TEST_CASE("A leader that is removed from the voters counts the others alone") {
  const auto voter = [](std::uint64_t disk) { return Voter{Uuid{1, disk}, {}, known_kraft_versions}; };
  Leader leader{ReplicaKey{NodeId{1}, Uuid{1, 1}}, VoterSet{{{NodeId{2}, voter(2)}, {NodeId{3}, voter(3)}}}, Offset{5}};
  CHECK_FALSE(leader.is_voter(leader.self));
  leader.replica(leader.self).end_offset = Offset{20};
  leader.replica({NodeId{2}, Uuid{1, 2}}).end_offset = Offset{20};
  CHECK_FALSE(leader.advance_high_watermark());  // one of two is no majority, whatever the leader has
  leader.replica({NodeId{3}, Uuid{1, 3}}).end_offset = Offset{15};
  CHECK(leader.advance_high_watermark());
  CHECK(leader.high_watermark == Offset{15});
  CHECK_FALSE(leader.majority_fetched(NodeId{2}));
  CHECK(leader.majority_fetched(NodeId{3}));
}

TEST_CASE("An observer has caught up when it had all and has fetched within the hour") {
  Leader leader{NodeId{1}, three, Offset{0}};
  const ReplicaKey spare{NodeId{4}, Uuid{1, 4}};
  CHECK_FALSE(leader.has_caught_up(spare, Instant{}));
  leader.replica(spare).fetches(Offset{3}, Offset{10}, Instant{}, Timestamp{1});
  CHECK_FALSE(leader.has_caught_up(spare, Instant{}));
  leader.replica(spare).fetches(Offset{10}, Offset{10}, Instant{}, Timestamp{2});
  CHECK(leader.has_caught_up(spare, Instant{} + seconds(3'599)));
  CHECK_FALSE(leader.has_caught_up(spare, Instant{} + seconds(3'600)));
}

TEST_CASE("A replica has caught up when it fetches from the end or from where the end was at its fetch before") {
  Leader::Replica replica;
  const Instant now{1};
  replica.fetches(Offset{3}, Offset{10}, now, Timestamp{100});
  CHECK_FALSE(replica.caught_up_at);
  replica.fetches(Offset{9}, Offset{20}, now, Timestamp{200});
  CHECK_FALSE(replica.caught_up_at);
  replica.fetches(Offset{20}, Offset{30}, now, Timestamp{300});
  CHECK(replica.caught_up_at == Timestamp{200});
  replica.fetches(Offset{30}, Offset{30}, now, Timestamp{400});
  CHECK(replica.caught_up_at == Timestamp{400});
  CHECK(replica.fetched_at == Timestamp{400});
  replica.fetches(Offset{30}, Offset{30}, now, Timestamp{350});  // the leader's clock went back
  CHECK(replica.caught_up_at == Timestamp{400});
  CHECK(replica.end_offset == Offset{30});
}

}  // namespace kafkasim::raft
