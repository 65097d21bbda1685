#pragma once
// Admin: an administrator's client (org.apache.kafka.clients.admin.KafkaAdminClient). A machine.
//
// At Started it creates its topics: it asks any broker, and asks again, with backoff, for those that got a retriable
// error or no answer. A topic is settled when it was created, exists already, or was refused for good (a Remark tells
// why). When all are settled, done() holds.
// AdminCommand: an operation (admin_task.hpp), carried out beside the others. Its end, by success, by an error that
// trying again does not help, or after default.api.timeout.ms, is a Remark. StopRequested: Exit.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/client/admin_task.hpp"
#include "core/client/backoff.hpp"
#include "core/client/client_identity.hpp"
#include "core/client/cluster_view.hpp"
#include "core/message/create_topics.hpp"

namespace kafkasim {

class Admin {
 public:
  Admin(const ClientIdentity& who, const ClientConfig& config, std::vector<CreateTopicsRequest::Topic> topics);

  void step(const Input& in, Env& env);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] bool done() const { return topics_.empty(); }
  [[nodiscard]] const std::map<std::string, ErrorCode>& refused() const { return refused_; }
  // The operation of that command, counted from 1, has come to its end.
  [[nodiscard]] bool is_over(std::uint64_t operation) const;

 private:
  struct Running {
    AdminTask task;
    Instant deadline;
    Instant may_ask_at;
    std::optional<std::uint64_t> request;
    std::int32_t failures{0};
  };

  void run(Env& env);
  void run_tasks(Env& env);
  void ask(Running& running, Env& env);
  void on_completion(const Completion& done, Env& env);
  void on_task_completion(std::uint64_t number, const Completion& done, Env& env);
  void on_answer(const CreateTopicsResponse& answer, Env& env);
  void try_later(Env& env);

  Duration request_timeout_;
  Backoff backoff_;
  RequestChannel channel_;
  ClusterView cluster_;
  std::vector<CreateTopicsRequest::Topic> topics_;  // not settled
  std::map<std::string, ErrorCode> refused_;
  std::optional<std::uint64_t> request_;
  bool closed_{false};
  std::int32_t failures_{0};
  Instant may_ask_at_{};
  std::map<std::uint64_t, Running> running_;  // by number
  std::uint64_t commanded_{0};
};

}  // namespace kafkasim
