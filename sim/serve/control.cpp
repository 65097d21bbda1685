#include "sim/serve/control.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <sstream>

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/report/report.hpp"
#include "sim/scenario/json_tree.hpp"
#include "sim/scenario/units.hpp"
#include "sim/serve/control_page.hpp"

namespace kafkasim::sim {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using ControlJson = nlohmann::ordered_json;

namespace {

constexpr std::uint64_t most_body = 10U << 20;
constexpr std::size_t most_followers_lag = 16U << 20;  // bytes
constexpr std::size_t most_connections = 1000;
constexpr std::chrono::seconds longest_request{30};

struct Answer {
  http::status status{http::status::ok};
  std::string body;
  std::string_view type{"application/json"};
  std::string_view allow{};  // the methods that the resource has, where it was asked with another
};

struct Resource {
  std::string_view path;
  bool get{};
  bool post{};
  [[nodiscard]] std::string_view allow() const { return get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : "POST"; }
};
constexpr std::array resources{Resource{"/", true, false},      Resource{"/state", true, false},  Resource{"/timeline", true, true},
                               Resource{"/pause", false, true}, Resource{"/resume", false, true}, Resource{"/speed", false, true},
                               Resource{"/stop", false, true}};

Answer refused(http::status status, const std::string& why) {
  return {status, ControlJson{{"error", why}}.dump(-1, ' ', true, ControlJson::error_handler_t::replace) + "\n"};
}

Answer done(std::string_view what) { return {http::status::ok, ControlJson{{"ok", what}}.dump() + "\n"}; }

Answer not_understood(const std::vector<Diagnostic>& diagnostics) {
  ControlJson out;
  out["error"] = "this cannot be carried out";
  out["errors"] = ControlJson::array();
  for (const Diagnostic& d : diagnostics) {
    if (d.severity != Severity::error) continue;
    out["errors"].push_back({{"line", d.line}, {"column", d.column}, {"message", d.message}, {"at", d.pointer.empty() ? "/" : d.pointer}});
  }
  if (!out["errors"].empty()) out["error"] = out["errors"][0]["message"];
  return {http::status::bad_request, out.dump(-1, ' ', true, ControlJson::error_handler_t::replace) + "\n"};
}

// {"speed": 2}, in thousandths; else what is wrong and where.
tl::expected<std::int64_t, Diagnostic> read_speed(const std::string& body) {
  const auto wrong = [](const TextPlace& at, const std::string& message, const std::string& pointer) {
    return tl::unexpected{Diagnostic{Severity::error, at.line, at.column, message, pointer}};
  };
  if (body.empty()) return wrong({}, "the body must be {\"speed\": NUMBER}", "");
  const JsonDocument document = read_json(body);
  if (!document.faults.empty()) return wrong(document.faults[0].place, document.faults[0].message, document.faults[0].pointer);
  const JsonValue* given = document.root ? document.root->find("speed") : nullptr;
  if (given == nullptr || document.root->items.size() != 1) return wrong({}, "the body must be {\"speed\": NUMBER}", "");
  double speed = 0;
  if (given->is(JsonKind::integer)) speed = static_cast<double>(given->as_i64().value_or(0));
  if (given->is(JsonKind::fraction)) (void)std::from_chars(given->text.data(), given->text.data() + given->text.size(), speed);
  if (!(speed >= 0.001 && speed <= 1000)) return wrong(given->place, "a speed is a number from 0.001 to 1000", "/speed");
  return static_cast<std::int64_t>(speed * 1000 + 0.5);
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }
bool follows(std::string_view target) {
  const std::size_t query = target.find('?');
  return query != std::string_view::npos && target.substr(query + 1) == "follow=1";
}

std::string chunk(const std::string& text) {
  std::ostringstream out;
  out << std::hex << text.size() << "\r\n" << text << "\r\n";
  return out.str();
}

}  // namespace

class ControlConnection : public std::enable_shared_from_this<ControlConnection> {
 public:
  ControlConnection(Control& control, Tcp::socket socket)
      : control_{control}, socket_{std::move(socket)}, timer_{control.io_} {}

  void read() {
    request_.emplace();
    request_->body_limit(most_body);
    request_->header_limit(64U << 10);
    timer_.expires_after(longest_request);
    timer_.async_wait([self = weak_from_this()](const NetError& error) {
      const auto connection = self.lock();
      if (!error && connection) connection->close();
    });
    http::async_read_header(socket_, buffer_, *request_, [self = shared_from_this()](const NetError& error, std::size_t) {
      if (error || self->closed_) return self->on_read(error);
      const bool waits = self->request_->get().version() >= 11 && beast::iequals(self->request_->get()[http::field::expect], "100-continue");
      if (waits) self->queue("HTTP/1.1 100 Continue\r\n\r\n");
      http::async_read(self->socket_, self->buffer_, *self->request_, [self](const NetError& failed, std::size_t) { self->on_read(failed); });
    });
  }
  void tell_news() {
    if (!following_ || closed_) return;
    const auto& lines = control_.session_.run().story().lines();
    if (told_ == lines.size()) return;
    const std::string text = timeline_ndjson(control_.session_.run().story(), told_);
    told_ = lines.size();
    if (!text.empty()) queue(chunk(text));
  }
  void stopped(const std::string& report) {
    if (following_) {
      tell_news();
      queue("0\r\n\r\n");
      ends_ = true;
    } else if (awaits_end_) {
      awaits_end_ = false;
      answer({http::status::ok, report}, false);
    }
  }
  void close() {
    if (closed_) return;
    closed_ = true;
    timer_.cancel();
    NetError ignored;
    socket_.shutdown(Tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    control_.connections_.erase(shared_from_this());
  }
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }

 private:
  void on_read(const NetError& error) {
    timer_.cancel();
    if (closed_) return;
    if (error == http::error::body_limit) return answer(refused(http::status::payload_too_large, "a body has at most 10 MiB"), false);
    if (error && error.category() == http::make_error_code(http::error::bad_method).category() && error != http::error::end_of_stream)
      return answer(refused(http::status::bad_request, "this is no HTTP request: " + error.message()), false);
    if (error) return close();
    handle();
  }
  void handle() {
    const auto& request = request_->get();
    const std::string target{request.target()};
    const bool keep = request.keep_alive();
    // A page of another site must not steer a cluster because its reader has one.
    const auto origin = request[http::field::origin];
    if (!origin.empty() && origin != "http://" + std::string{request[http::field::host]})
      return answer(refused(http::status::forbidden, "this was asked by a page of another site"), keep);
    const std::string_view path = path_of(target);
    const bool get = request.method() == http::verb::get || request.method() == http::verb::head;
    const bool post = request.method() == http::verb::post;
    const auto resource = std::ranges::find(resources, path, &Resource::path);
    if (resource == resources.end()) return answer(unknown(path), keep);
    if (!(get && resource->get) && !(post && resource->post)) {
      Answer refusal = refused(http::status::method_not_allowed, fmt::format("{} has {} only", path, resource->allow()));
      refusal.allow = resource->allow();
      return answer(std::move(refusal), keep);
    }
    control_.steering_.catch_up();
    if (get && path == "/timeline" && follows(target)) return follow();
    if (post && path == "/stop") {
      awaits_end_ = true;
      return control_.steering_.stop();
    }
    answer(get ? get_answer(path) : post_answer(path, request.body()), keep);
  }
  Answer get_answer(std::string_view path) {
    if (path == "/") return {http::status::ok, std::string{control_page}, "text/html; charset=utf-8"};
    if (path == "/state") return {http::status::ok, control_.steering_.report()};
    return {http::status::ok, timeline_ndjson(control_.session_.run().story()), "application/x-ndjson"};
  }
  Answer post_answer(std::string_view path, const std::string& body) {
    const auto now = std::chrono::steady_clock::now();
    if (path == "/timeline") {
      const std::vector<Diagnostic> diagnostics = control_.session_.add_entries(body);
      for (const Diagnostic& d : diagnostics) {
        if (d.severity == Severity::error) return not_understood(diagnostics);
      }
      return done("added");
    }
    if (path == "/pause") {
      control_.pace_.pause(now);
      return done("paused");
    }
    if (path == "/resume") {
      control_.pace_.resume(now);
      return done("resumed");
    }
    const auto permille = read_speed(body);  // what is left
    if (!permille) return not_understood({permille.error()});
    control_.pace_.set_speed(now, *permille);
    return done("speed");
  }
  static Answer unknown(std::string_view path) {
    return refused(http::status::not_found, "there is no " + quote(path) + ": see GET /, /state, /timeline; POST /timeline, /pause, /resume, /speed, /stop");
  }

  void answer(Answer what, bool keep) {
    http::response<http::string_body> response{what.status, 11};
    response.set(http::field::content_type, std::string{what.type});
    response.set(http::field::cache_control, "no-store");
    if (!what.allow.empty()) response.set(http::field::allow, std::string{what.allow});
    response.keep_alive(keep);
    const bool head = request_->is_header_done() && request_->get().method() == http::verb::head;
    response.body() = std::move(what.body);
    response.prepare_payload();
    if (head) response.body().clear();
    std::ostringstream out;
    out << response;
    queue(out.str());
    ends_ = !keep;
    if (keep) read();
  }
  void follow() {
    following_ = true;
    queue("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nCache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n");
    tell_news();
  }
  void queue(std::string text) {
    unsent_bytes_ += text.size();
    if (following_ && unsent_bytes_ > most_followers_lag) return close();
    unsent_.push_back(std::move(text));
    write();
  }
  void write() {
    if (writing_ || closed_ || unsent_.empty()) return;
    writing_ = true;
    asio::async_write(socket_, asio::buffer(unsent_.front()), [self = shared_from_this()](const NetError& error, std::size_t) {
      self->writing_ = false;
      if (self->closed_) return;
      if (error) return self->close();
      self->unsent_bytes_ -= self->unsent_.front().size();
      self->unsent_.pop_front();
      if (self->unsent_.empty() && self->ends_) return self->close();
      self->write();
    });
  }

  Control& control_;
  Tcp::socket socket_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_{128U << 10};
  std::optional<http::request_parser<http::string_body>> request_;
  std::deque<std::string> unsent_;
  std::size_t unsent_bytes_{0};
  std::size_t told_{0};  // lines of the story
  bool writing_{false};
  bool following_{false};
  bool awaits_end_{false};
  bool ends_{false};
  bool closed_{false};
};

Control::Control(asio::io_context& io, Tcp::acceptor acceptor, Session& session, Pace& pace, Steering steering)
    : io_{io}, acceptor_{std::move(acceptor)}, session_{session}, pace_{pace}, steering_{std::move(steering)} {
  accept();
}

Control::~Control() = default;

void Control::accept() {
  acceptor_.async_accept([this](const NetError& error, Tcp::socket socket) {
    if (closed_ || error == asio::error::operation_aborted) return;
    if (!error && connections_.size() < most_connections) {
      const auto connection = std::make_shared<ControlConnection>(*this, std::move(socket));
      connections_.insert(connection);
      connection->read();
    }
    if (!error) return accept();
    auto later = std::make_shared<asio::steady_timer>(io_, std::chrono::milliseconds{100});
    later->async_wait([this, later](const NetError&) { accept(); });
  });
}

void Control::settle() {
  const auto connections = connections_;
  for (const auto& connection : connections) connection->tell_news();
}

void Control::stopped(const std::string& report) {
  const auto connections = connections_;
  for (const auto& connection : connections) connection->stopped(report);
}

bool Control::has_unsent() const {
  return std::ranges::any_of(connections_, [](const auto& connection) { return connection->has_unsent(); });
}

void Control::close() {
  closed_ = true;
  NetError ignored;
  acceptor_.close(ignored);
  const auto connections = connections_;
  for (const auto& connection : connections) connection->close();
}

}  // namespace kafkasim::sim
