#include "sim/disk/directory_tree.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace kafkasim::sim {
namespace {

std::string names(const DirectoryTree& tree) {
  std::string all;
  for (const auto& [path, file] : tree.files_within({})) all += path + "=" + std::to_string(file.value) + " ";
  for (const std::string& path : tree.directories()) all += path + "/ ";
  return all;
}

DirectoryTree with_files(const std::vector<std::string>& paths) {
  DirectoryTree tree;
  for (std::uint32_t i = 0; i < paths.size(); ++i) {
    REQUIRE(tree.make_directories(parent_of(paths[i])));
    tree.add(paths[i], {i});
  }
  (void)tree.commit_first(tree.journal_size());
  return tree;
}

TEST_CASE("A path lies within a directory by whole names") {
  CHECK(is_within("a/b", "a"));
  CHECK(is_within("a", "a"));
  CHECK(is_within("a", ""));
  CHECK_FALSE(is_within("ab", "a"));
  CHECK_FALSE(is_within("a", "a/b"));
  CHECK(parent_of("a/b/c") == "a/b");
  CHECK(parent_of("a").empty());
}

TEST_CASE("Every change of names can be undone in the reverse order") {
  DirectoryTree tree = with_files({"a/1", "a/2", "b/1", "c"});
  std::vector<std::string> states{names(tree)};
  const auto changed = [&] {  // a step may be several changes: remember the state of each length of the journal
    while (states.size() < tree.journal_size()) states.emplace_back();
    states.push_back(names(tree));
  };
  REQUIRE(tree.make_directories("a/deep"));
  changed();
  tree.add("a/deep/3", {7});
  changed();
  CHECK(tree.rename("c", "a/1") == FileNumber{0});
  changed();
  CHECK_FALSE(tree.rename("a", "z").has_value());
  changed();
  CHECK_FALSE(tree.rename("z/2", "b/2").has_value());
  changed();
  tree.remove("z");
  changed();
  tree.remove("b/1");
  changed();
  CHECK(names(tree) == "b/2=1 b/ ");
  for (std::size_t keep = 0; keep <= tree.journal_size(); ++keep) {
    DirectoryTree copy = tree;
    (void)copy.commit_first(keep);
    copy.undo_all();
    if (!states[keep].empty()) CHECK(names(copy) == states[keep]);
    CHECK(copy.journal_size() == 0);
  }
  CHECK(tree.journal_size() == 10);
}

TEST_CASE("A file is given back by the journal when the loss of its name is durable") {
  DirectoryTree tree = with_files({"a", "b", "d/1", "d/2"});
  (void)tree.rename("a", "b");
  tree.remove("d");
  CHECK(tree.commit_first(1) == std::vector<FileNumber>{{1}});
  CHECK(tree.commit_first(tree.journal_size()) == std::vector<FileNumber>{{2}, {3}});
  CHECK(names(tree) == "b=0 ");
}

TEST_CASE("The names in a directory need the changes up to the last one in it") {
  DirectoryTree tree = with_files({"a/1", "b/1"});
  tree.add("a/2", {5});
  tree.add("b/2", {6});
  CHECK(tree.needed_for_directory("a") == 1);
  CHECK(tree.needed_for_directory("b") == 2);
  CHECK(tree.needed_for_directory("") == 0);
  (void)tree.rename("b/2", "a/3");
  CHECK(tree.needed_for_directory("a") == 3);
  CHECK(tree.needed_for_directory("b") == 3);
  tree.add("c", {8});
  CHECK(tree.needed_for_directory("") == 4);
  CHECK(tree.needed_for_directory("a") == 3);
}

TEST_CASE("What happened in a directory before it was renamed is found by its new name") {
  DirectoryTree tree = with_files({"a/1", "x"});
  tree.add("a/2", {5});
  (void)tree.rename("a", "b");
  tree.add("y", {6});
  CHECK(tree.needed_for_directory("b") == 1);
  CHECK(tree.needed_for_directory("") == 3);
  CHECK(tree.needed_for_file({5}) == 1);
}

TEST_CASE("The names of a file need the changes up to its last one") {
  DirectoryTree tree = with_files({"a"});
  CHECK(tree.needed_for_file({0}) == 0);
  tree.add("b.tmp", {1});
  tree.add("c", {2});
  CHECK(tree.needed_for_file({1}) == 1);
  (void)tree.rename("b.tmp", "b");
  CHECK(tree.needed_for_file({1}) == 3);
  CHECK(tree.needed_for_file({2}) == 2);
}

TEST_CASE("No directory is made where a file is") {
  DirectoryTree tree = with_files({"a/1"});
  CHECK_FALSE(tree.make_directories("a/1"));
  CHECK_FALSE(tree.make_directories("a/1/x/y"));
  CHECK(tree.journal_size() == 0);
  CHECK(tree.make_directories(""));
  CHECK(tree.path_of({0}) == "a/1");
  CHECK(tree.path_of({9}).empty());
}

}  // namespace
}  // namespace kafkasim::sim
