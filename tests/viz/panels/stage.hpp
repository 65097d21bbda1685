#pragma once
// A panel on a display that does not exist, with a small cluster behind it: three brokers, a partition whose leader crashes after two
// seconds, a group, a lesson. Tests press what the panel probes, and read what it wrote.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "viz/app/app.hpp"
#include "viz/backend/headless.hpp"

namespace kafkasim::viz::test {

inline constexpr const char* small_cluster = R"({
  "name": "small", "title": "A leader crashes", "description": "Three brokers hold a topic. The leader of one partition crashes. And so on.",
  "seed": 7, "duration": "8s",
  "cluster": {"brokers": 3, "controllers": 1, "racks": ["a", "b", "c"], "profile": "fast", "config": {"min.insync.replicas": 2}},
  "topics": [{"name": "orders", "partitions": 2, "replication_factor": 3, "assignment": [[1, 2, 3], [2, 3, 1]]}],
  "producers": [{"id": "shop", "topic": "orders", "count": 2, "rate": "40/s", "keys": {"cardinality": 50}, "config": {"acks": "all"}}],
  "consumers": [{"group": "analytics", "topics": ["orders"], "count": 2, "config": {"auto.offset.reset": "earliest"}}],
  "timeline": [{"at": "2s", "name": "crash", "crash": 1}, {"at": "5s", "name": "back", "start": 1}],
  "lesson": {"steps": [{"at": "1s", "say": "Broker 1 leads orders-0.", "look_at": "broker 1"},
                       {"at": "2s", "say": "It dies. Watch the other replicas.", "look_at": "orders-0"}],
             "quiz": [{"question": "Who leads orders-0 after the crash?", "choices": ["Broker 1, when it is back", "Another in-sync replica"],
                       "answer": 1, "because": "A leader is chosen among the replicas that are in sync.",
                       "proofs": [{"metric": "leader", "of": "orders-0", "is": 1, "at": "4s"},
                                  {"metric": "leader", "of": "orders-0", "not": 1, "at": "4s"}]}]}
})";

inline TapeSource source_of(std::string scenario) {
  TapeSource source;
  source.head.source.text = std::move(scenario);
  source.head.file = "small.json";
  return source;
}

inline std::unique_ptr<App> open_app(const std::string& scenario = small_cluster) {
  Result<std::unique_ptr<App>> app = App::open(source_of(scenario));
  REQUIRE(app);
  return std::move(*app);
}

class Stage {
 public:
  using Panel = std::function<void(Ui&, App&, const Area&)>;

  explicit Stage(Panel panel, int width = 330, int height = 560, float scale = 1, const std::string& scenario = small_cluster)
      : app{open_app(scenario)}, head{width, height, scale}, draw_{[this, panel = std::move(panel)](Ui& ui) { panel(ui, *app, head.area()); }} {}

  // What was wanted is done, and drawn.
  void settle() {
    for (int i = 0; i < 3; ++i) {
      (void)app->advance(1.0 / 60, 0);
      head.frame(draw_);
    }
  }
  void go(Duration at) {
    app->want(SeekTo{at});
    settle();
  }
  void click(const std::string& probe) {
    head.click(probe);
    settle();
  }
  [[nodiscard]] bool shows(const std::string& probe) { return head.ui().find(probe) != nullptr; }
  [[nodiscard]] std::string text() {
    std::string all;
    for (const Ui::Written& w : head.ui().written()) all += w.text + " ";
    return all;
  }
  [[nodiscard]] bool wrote(const std::string& words) { return text().find(words) != std::string::npos; }

  // What a reader would stumble over: text upon text, cut, or reaching out of the window at its sides.
  [[nodiscard]] std::vector<std::string> blemishes() {
    std::vector<std::string> found;
    const std::vector<Ui::Written>& all = head.ui().written();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].cut) found.push_back("cut: " + all[i].text);
      if (all[i].area.max.x > head.area().max.x + 1) found.push_back("outside: " + all[i].text);
      for (std::size_t k = i + 1; k < all.size(); ++k) {
        const Area& a = all[i].area;
        const Area& b = all[k].area;
        constexpr float touching = 3;  // lines are higher than their letters
        const bool apart = a.max.x <= b.min.x + touching || b.max.x <= a.min.x + touching || a.max.y <= b.min.y + touching || b.max.y <= a.min.y + touching;
        if (!apart) found.push_back("'" + all[i].text + "' upon '" + all[k].text + "'");
      }
    }
    return found;
  }
  [[nodiscard]] std::vector<sim::Act> acts() const { return app->tape().branch(app->branch()).acts; }

  std::unique_ptr<App> app;
  Headless head;

 private:
  Headless::Draw draw_;
};

}  // namespace kafkasim::viz::test
