#pragma once
// What the panels keep for themselves from frame to frame: texts that are being typed, answers that were asked for. One for each App.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/wire/dissect.hpp"
#include "sim/frame/why.hpp"
#include "viz/app/app.hpp"
#include "viz/app/prover.hpp"

namespace kafkasim::viz {

struct WhyAnswer {
  std::string key;  // the probe of the button that asked
  sim::Question question;
  std::vector<sim::Reason> reasons;
  std::uint64_t events{};  // of the run that was asked
  std::size_t branch{};
  double clock{};  // of the App
};
struct FollowedRecord {  // by sim::follow, and its key and value
  TopicPartition partition;
  Offset offset;
  std::vector<std::string> lines;
};
struct RecordContents {
  ChosenRecord record;
  std::size_t branch{};
  bool found{};
  std::string key;
  std::string value;
  std::string timestamp;
};
struct MessageContents {  // kept after the message has arrived
  sim::MessageRef message;
  std::int16_t version{};
  std::string client;
  Dissected parts;
};
struct ScenarioCard {  // the head of a scenario file
  std::string path;
  std::string stem;
  std::string title;
  std::string summary;  // the first sentence of its description
  bool lesson{};
};
struct Bookmark {
  std::size_t branch{};
  Duration at;
};
struct ProduceForm {
  std::string key;
  std::string value{"hello"};
};

struct PanelState {
  const sim::Tape* of{};
  Chosen inspected;  // what the inspector told of last: another is told from its beginning
  std::optional<WhyAnswer> why;
  std::optional<FollowedRecord> followed;
  std::optional<RecordContents> record;
  std::optional<MessageContents> message;
  std::vector<Bookmark> bookmarks;
  ProduceForm produce;

  Prover prover;
  std::optional<std::size_t> proving;  // which question

  std::vector<ScenarioCard> cards;  // of the library that is named here
  std::vector<std::string> cards_of;
  std::string browser_search;
  std::string palette_text;
  std::size_t palette_row{};
  std::string save_path;
  std::optional<std::size_t> hovered_field;  // of the message
  bool focus_search{};                       // the search field of the events is to have the keyboard
};

[[nodiscard]] PanelState& state_of(App& app);  // made when first asked for

}  // namespace kafkasim::viz
