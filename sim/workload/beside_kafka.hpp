#pragma once
// What the queue broker and the object store have in common: each is one process that lessons compare Kafka with. They are no part of
// Kafka, and speak with their clients in Kafka's own messages only so that sizes and bytes on the wire are exact: Produce hands
// something in and is answered with the number that it got (as base offset), Fetch asks for it, DeleteRecords is done with it. A name stands for one
// topic with one partition, which this process leads.
#include <cstdint>
#include <string>
#include <vector>

#include "core/machine/seam.hpp"
#include "core/message/fetch.hpp"

namespace kafkasim::sim {

struct BesideAddress {  // of a queue or a store
  std::string name;
  Uuid id;
  Endpoint endpoint;
  friend bool operator==(const BesideAddress&, const BesideAddress&) = default;
};

// Answers that request on its connection.
void answer(const Received& request, Message message, Env& env);
// Answers Metadata as a cluster of this one process would. False if it is another request.
bool answer_metadata(const BesideAddress& self, const Received& received, Env& env);
// To the hand-in: the numbers begin at `first`. With acks=0 there is no answer.
void answer_produce(const BesideAddress& self, const Received& received, std::int64_t first, Env& env);
[[nodiscard]] Message fetch_answer(const BesideAddress& self, std::vector<RecordBatch> batches, ErrorCode error = ErrorCode::none);
[[nodiscard]] Message fetch_question(const BesideAddress& of, std::int64_t number, Duration max_wait);

}  // namespace kafkasim::sim
