#pragma once
// A served cluster without sockets: a Session, and clients that speak bytes to it.
#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/message/produce.hpp"
#include "core/record/record.hpp"
#include "core/wire/frame.hpp"
#include "sim/serve/session.hpp"

namespace kafkasim::sim {

inline RecordingHead three_brokers(const std::string& more = "") {
  RecordingHead head;
  head.version = "test";
  head.file = "served.json";
  head.source.text = R"({"name": "served", "duration": "60s", "cluster": {"brokers": 3, "profile": "fast"},
      "topics": [{"name": "orders", "partitions": 1, "replication_factor": 3, "config": {"min.insync.replicas": 2}}])"
                     + more + "}";
  for (std::int32_t id = 1; id <= 3; ++id)
    head.advertised.emplace_back(NodeId{id}, Endpoint{"127.0.0.1", static_cast<std::uint16_t>(9091 + id)});
  return head;
}

inline std::unique_ptr<Session> begun(RecordingHead head = three_brokers(), const std::optional<std::string>& record = {}) {
  Result<std::unique_ptr<Session>> session = Session::begin(std::move(head), record);
  if (!session) FAIL(session.error().message);
  return std::move(*session);
}

inline SharedBytes as_frame(const Message& message, std::int16_t version, std::int32_t correlation_id) {
  ByteWriter out;
  encode_frame(Envelope{correlation_id, version, "test", message}, out, nullptr);
  const SharedBytes whole{out.take()};
  return whole.slice(frame_size_bytes, whole.size() - frame_size_bytes);
}

// What has come for guests, gathered while virtual time goes on.
struct Mailbox {
  Session& session;
  std::vector<GuestNews> news{};

  void run(Duration span) {
    const Instant until = session.run().world().now() + span;
    while (!session.step_to(until, 1)) collect();
    collect();
  }
  void collect() {
    for (GuestNews& one : session.run().take_news()) news.push_back(std::move(one));
  }
  template <class What>
  [[nodiscard]] std::vector<What> of(GuestId guest) const {
    std::vector<What> found;
    for (const GuestNews& one : news) {
      if (const auto* what = std::get_if<What>(&one.what); what && one.guest == guest) found.push_back(*what);
    }
    return found;
  }
  // The answer to the only request under way on the connection.
  [[nodiscard]] std::optional<Envelope> ask(GuestId guest, const Message& message, std::int16_t version, Duration patience = seconds(5)) {
    const std::size_t before = of<GuestAnswer>(guest).size();
    REQUIRE(session.receive(guest, as_frame(message, version, ++correlation_id)).has_value());
    for (Duration waited{}; waited < patience; waited = waited + milliseconds(10)) {
      run(milliseconds(10));
      const std::vector<GuestAnswer> answers = of<GuestAnswer>(guest);
      if (answers.size() == before) continue;
      const SharedBytes frame{std::vector<std::byte>(answers.back().frame.begin() + frame_size_bytes, answers.back().frame.end())};
      const Result<Envelope> answer = decode_response_frame(message.api(), version, frame, {});
      REQUIRE(answer.has_value());
      CHECK(answer->correlation_id == correlation_id);
      return *answer;
    }
    return std::nullopt;
  }
  std::int32_t correlation_id{0};
};

inline ProduceRequest produce_values(const std::vector<std::string>& values, std::int16_t acks = -1) {
  BatchBuilder builder;
  for (const std::string& value : values) builder.append(Timestamp{1'700'000'000'000}, std::nullopt, as_bytes(value));
  ProduceRequest request{.acks = acks, .timeout = seconds(5)};
  request.topic_data.push_back({.name = "orders"});
  request.topic_data.back().partition_data.push_back({PartitionIndex{0}, Records{{builder.build({}, std::nullopt, Transactional::no)}, {}}});
  return request;
}

}  // namespace kafkasim::sim
