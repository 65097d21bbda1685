#include "sim/serve/control.hpp"

#include "tests/sim/serve/live_server.hpp"

namespace kafkasim::sim {

namespace {
int status_of(const std::string& answer) { return std::stoi(answer.substr(9, 3)); }
nlohmann::json json_of(const std::string& answer) { return nlohmann::json::parse(body_of(answer)); }
}  // namespace

TEST_CASE("the state is the report so far and time can be stopped and made faster") {
  LiveServer server;
  CHECK(json_of(http(server.control(), "GET /state")).at("scenario") == "served");
  CHECK(status_of(http(server.control(), "POST /pause")) == 200);
  const auto virtual_ms = [&] { return json_of(http(server.control(), "GET /state")).at("virtual_ms").get<std::int64_t>(); };
  const std::int64_t paused = virtual_ms();
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  CHECK(virtual_ms() == paused);
  CHECK(status_of(http(server.control(), "POST /speed", R"({"speed": 50})")) == 200);
  CHECK(status_of(http(server.control(), "POST /resume")) == 200);
  // Two seconds pass in less: how much less depends on what else the machine does.
  for (int i = 0; i < 60 && virtual_ms() < paused + 2000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{25});
  CHECK(virtual_ms() >= paused + 2000);
}

TEST_CASE("entries that are posted fire and stand in the timeline") {
  LiveServer server;
  server.fire(R"([{"note": "posted"}, {"pause": 1, "for": "100ms"}])");
  const std::string timeline = body_of(http(server.control(), "GET /timeline"));
  CHECK(timeline.find("\"text\":\"posted\"") != std::string::npos);
  CHECK(timeline.find("pause 1") != std::string::npos);
}

TEST_CASE("a follower of the timeline is told what comes and then that it is over") {
  LiveServer server;
  std::string followed;
  std::thread follower{[&] { followed = http(server.control(), "GET /timeline?follow=1"); }};
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  server.fire(R"({"note": "while following"})");
  (void)server.stop();
  follower.join();
  CHECK(followed.find("while following") != std::string::npos);
  CHECK(followed.ends_with("0\r\n\r\n"));
}

TEST_CASE("bad input gets 400 and says what is wrong and where") {
  LiveServer server;
  const std::string answer = http(server.control(), "POST /timeline", R"([{"note": "x"}, {"crash": 9}])");
  CHECK(status_of(answer) == 400);
  CHECK(json_of(answer).at("error") == "there is no node 9");
  CHECK(json_of(answer).at("errors")[0].at("at") == "/1/crash");
  CHECK(json_of(answer).at("errors")[0].at("line") == 1);
  for (const char* body : {"", "{}", "[]", "2", R"({"speed": 0})", R"({"speed": 1e9})", R"({"speed": "2"})", R"({"speed": 1, "x": 1})"})
    CHECK(status_of(http(server.control(), "POST /speed", body)) == 400);
  CHECK(status_of(http(server.control(), "GET /nothing")) == 404);
  CHECK(status_of(http(server.control(), "POST /nothing")) == 404);
  const auto wrong = json_of(http(server.control(), "POST /speed", "{\n \"speed\": 1e9}"));
  CHECK(wrong.at("errors")[0].at("at") == "/speed");
  CHECK(wrong.at("errors")[0].at("line") == 2);
  CHECK(json_of(http(server.control(), "POST /speed", "{")).at("errors")[0].contains("column"));
}

TEST_CASE("another method than a resource has is refused with those that it has") {
  LiveServer server;
  const auto refused = [&](const char* request, const char* allow) {
    const std::string answer = http(server.control(), request);
    CHECK(status_of(answer) == 405);
    CHECK(answer.find(std::string{"Allow: "} + allow + "\r\n") != std::string::npos);
  };
  refused("POST /state", "GET, HEAD");
  refused("DELETE /timeline", "GET, HEAD, POST");
  refused("GET /stop", "POST");
}

TEST_CASE("who waits to be asked for the body of a request is asked") {
  LiveServer server;
  const std::string answer = http(server.control(), "POST /speed HTTP/1.1\r\nExpect: 100-continue\r\nX:", R"({"speed": 2})");
  CHECK(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"));
  const std::string of_old = http(server.control(), "POST /speed HTTP/1.0\r\nExpect: 100-continue\r\nX:", R"({"speed": 2})");
  CHECK(of_old.find("100 Continue") == std::string::npos);  // HTTP/1.0 knows no such answer
  CHECK(of_old.find(" 200 ") != std::string::npos);
}

TEST_CASE("a speed that is not given is told to be missing") {
  LiveServer server;
  for (const char* body : {"", "{}"}) {
    const std::string answer = http(server.control(), "POST /speed", body);
    CHECK(status_of(answer) == 400);
    CHECK(answer.find("the body must be") != std::string::npos);
  }
}

TEST_CASE("the page for people is there and needs nothing from elsewhere") {
  LiveServer server;
  const std::string page = http(server.control(), "GET /");
  CHECK(status_of(page) == 200);
  CHECK(page.find("text/html") != std::string::npos);
  CHECK(page.find("://") == std::string::npos);
}

}  // namespace kafkasim::sim
