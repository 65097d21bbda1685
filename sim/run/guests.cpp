#include "sim/run/guests.hpp"

#include <algorithm>

#include "core/group/classic_group.hpp"
#include "core/message/api_versions.hpp"
#include "core/message/consumer_group_describe.hpp"
#include "core/message/describe_groups.hpp"
#include "core/message/fetch.hpp"
#include "core/message/produce.hpp"
#include "core/message/write_txn_markers.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/frame.hpp"
#include "core/wire/listener.hpp"

namespace kafkasim::sim {

namespace {

// With Kafka's defaults nothing keeps a client from fetching as a replica does, but what a stranger has fetched in a replica's name would
// make a verdict worthless. Who asks for offsets may call itself what it likes, and some call themselves broker 0.
bool in_the_name_of_a_replica(const Message& message) {
  const auto* fetch = message.get_if<FetchRequest>();
  return fetch != nullptr && fetch->replica_state.replica_id.has_value();
}

std::string named(const RequestHeader& header) {
  const std::string api = is_known_api(header.api_key) ? std::string{api_name(static_cast<ApiKey>(header.api_key))}
                                                       : "API " + std::to_string(header.api_key);
  return api + " version " + std::to_string(header.api_version) + " of client '" + header.client_id.substr(0, 100) + "'";
}

// Members that come from `host` have that name inside the World alone.
template <class Response>
void readdress(Message& answer, HostId host) {
  const auto* told = answer.get_if<Response>();
  if (!told) return;
  Response outside = *told;
  for (auto& group : outside.groups) {
    for (auto& member : group.members) {
      if (member.client_host == client_host_of(host)) member.client_host = "/127.0.0.1";
    }
  }
  answer = Message::of(std::move(outside));
}

}  // namespace

GuestId Guests::dial(NodeId broker, const Scenario& scenario, World& world) {
  if (!host_) host_ = add_real_clients(world);
  const GuestId guest = ++last_;
  open_[guest];
  const auto spec = std::ranges::find(scenario.cluster.brokers, broker, &NodeSpec::id);
  world.dial(connection(guest), endpoint_of(*spec));
  return guest;
}

Result<Guests::Asked> Guests::admit(const SharedBytes& frame, Envelope& envelope) const {
  const Result<RequestHeader> header = read_request_header(frame.span());
  if (!header) return tl::unexpected<Error>{header.error()};
  const auto api = static_cast<ApiKey>(header->api_key);
  switch (admission(header->api_key, header->api_version)) {
    case Admission::served: break;
    case Admission::unsupported_api_versions:
      envelope = Envelope{header->correlation_id, 0, header->client_id, Message::of(ApiVersionsRequest{})};
      return Asked{header->correlation_id, api, 0, true, 0, {}, {}, {}};
    case Admission::refused: {
      const bool old_format = api == ApiKey::produce && header->api_version < oldest_version(api);
      return fail(named(*header) + " is not served" + (old_format ? ": it would carry messages in a format from before Kafka 0.11" : ""));
    }
  }
  Result<Envelope> decoded = decode_request_frame(frame, {}, BytesAfterTheEnd::passed_over);
  if (!decoded) return fail("client '" + header->client_id.substr(0, 100) + "': " + decoded.error().message);
  envelope = std::move(*decoded);
  if (in_the_name_of_a_replica(envelope.message)) return fail(named(*header) + " in the name of a replica");
  return Asked{header->correlation_id, api, header->api_version, false, 0, {}, {}, {}};
}

void Guests::remember_batches(const Envelope& envelope, Asked& asked, const World& world) const {
  const auto* produce = envelope.message.get_if<ProduceRequest>();
  if (!produce) return;
  asked.acks = produce->acks;
  asked.at = world.now();
  for (const ProduceRequest::Topic& topic : produce->topic_data) {
    for (const ProduceRequest::Partition& partition : topic.partition_data) {
      for (const RecordBatch& batch : partition.records.batches)
        asked.sent[{topic.name, topic.topic_id, partition.index}] += batch.header.last_offset_delta + 1;
    }
  }
}

Result<void> Guests::receive(GuestId guest, const SharedBytes& frame, World& world) {
  const auto known = open_.find(guest);
  if (known == open_.end()) return {};  // it is over already
  Envelope envelope{0, 0, {}, Message::of(ApiVersionsRequest{})};
  Result<Asked> asked = admit(frame, envelope);
  if (!asked) return tl::unexpected<Error>{asked.error()};
  remember_batches(envelope, *asked, world);
  if (const auto* markers = envelope.message.get_if<WriteTxnMarkersRequest>()) {
    for (const WriteTxnMarkersRequest::Marker& marker : markers->markers)
      world.note_outside(*host_, trace::MarkerAskedFor{marker.producer_id, marker.producer_epoch});
  }
  const bool answered = asked->api != ApiKey::produce || asked->acks != 0;
  if (answered) known->second.asked.push_back(std::move(*asked));
  world.send_from_outside(connection(guest), std::move(envelope), frame.size() + frame_size_bytes);
  return {};
}

void Guests::hang_up(GuestId guest, World& world) {
  if (open_.erase(guest) > 0) world.hang_up(connection(guest));
}

Guests::Load Guests::load(GuestId guest, const World& world) const {
  Load load;
  const auto known = open_.find(guest);
  if (known == open_.end()) return load;
  load.unanswered = known->second.asked.size();
  load.fetching = std::ranges::any_of(known->second.asked, [](const Asked& a) { return a.api == ApiKey::fetch; });
  load.bytes_waiting = world.bytes_under_way(connection(guest));
  return load;
}

void Guests::hang_up_all(World& world) {
  for (const auto& [guest, open] : std::exchange(open_, {})) world.hang_up(connection(guest));
}

void Guests::collect(const History& history, World& world) {
  for (const Delivery& delivery : world.take_outside()) {
    if (const auto* opened = std::get_if<Connected>(&delivery.input)) {
      if (open_.contains(opened->connection.number)) news_.push_back({opened->connection.number, GuestOpened{}});
    } else if (const auto* ended = std::get_if<Disconnected>(&delivery.input)) {
      if (open_.erase(ended->connection.number) > 0)
        news_.push_back({ended->connection.number, GuestEnded{ended->reason}});
    } else if (const auto* received = std::get_if<Received>(&delivery.input)) {
      on_answer(*received, history, world);
    }
  }
}

void Guests::on_answer(const Received& received, const History& history, World& world) {
  const auto known = open_.find(received.connection.number);
  if (known == open_.end()) return;
  std::deque<Asked>& asked = known->second.asked;
  const auto mine = std::ranges::find(asked, received.envelope.correlation_id, &Asked::correlation_id);
  if (mine == asked.end()) return;
  mine->answer = received.envelope;
  // In the order of the requests, as bytes on one connection come: what a fault holds holds up what follows, and after an answer that is
  // lost there comes none.
  while (!asked.empty() && asked.front().answer) {
    const Asked question = std::move(asked.front());
    asked.pop_front();
    Envelope answer = *question.answer;
    tell(question, answer.message, history, world);
    readdress<DescribeGroupsResponse>(answer.message, *host_);
    readdress<ConsumerGroupDescribeResponse>(answer.message, *host_);
    if (question.beyond_us) answer.message = Message::of(unsupported_api_versions());
    ByteWriter out;
    encode_frame(answer, out, nullptr);
    news_.push_back({received.connection.number, GuestAnswer{out.take()}});
  }
}

void Guests::tell(const Asked& asked, const Message& answer, const History& history, World& world) const {
  const auto saw = [&](ApiKey api, ErrorCode error) { world.note_outside(*host_, trace::ClientSawError{api, error}); };
  if (const auto* fetched = answer.get_if<FetchResponse>()) {
    for (const FetchResponse::Topic& topic : fetched->responses) {
      for (const FetchResponse::Partition& partition : topic.partitions) {
        if (partition.error_code != ErrorCode::none) saw(ApiKey::fetch, partition.error_code);
      }
    }
  }
  const auto* produced = answer.get_if<ProduceResponse>();
  if (!produced) return;
  for (const ProduceResponse::Topic& topic : produced->responses) {
    for (const ProduceResponse::Partition& partition : topic.partition_responses) {
      if (partition.error_code != ErrorCode::none) saw(ApiKey::produce, partition.error_code);
      const auto sent = asked.sent.find({topic.name, topic.topic_id, partition.index});
      if (partition.error_code != ErrorCode::none || sent == asked.sent.end() || !partition.base_offset) continue;
      TopicPartition name{topic.name, partition.index};
      if (topic.name.empty()) {
        const PartitionHistory* known = history.partition(TopicIdPartition{topic.topic_id, partition.index});
        if (known) name = known->name;
      }
      world.note_outside(*host_, trace::RecordsAcked{name, Origin{}, sent->second, asked.acks, partition.base_offset,
                                                     world.now() - asked.at});
    }
  }
}

}  // namespace kafkasim::sim
