#pragma once
// Where the library of scenarios lies: ./scenarios, else the folder of that name beside or above the program
// (build/release/kafkasim finds the repository's).
#include <string>
#include <vector>

namespace kafkasim::sim {

[[nodiscard]] std::string library_folder();  // empty if there is none
// The scenario files there, sorted; the schema and the course are none of them. Empty if there is no such folder.
[[nodiscard]] std::vector<std::string> library_scenarios();

}  // namespace kafkasim::sim
