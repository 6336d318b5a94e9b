// capture as a user runs it, against a real OpenSSL server that shows the project's own certificate.

#include <gtest/gtest.h>

#include "sandbox.hpp"

namespace epki::test {
namespace {

struct Server {
  Child child;
  std::string place;
};

Server serve(const Sandbox& box) {
  const auto place = "127.0.0.1:" + std::to_string(free_port());
  auto child = Child::start({.argv = {"openssl", "s_server", "-accept", place, "-cert", "broker/certs/server.pem",
                                      "-key", "broker/certs/server.key"},
                             .folder = box.folder(),
                             .error_file = box.folder() / "server.log",
                             .pipe_input = true});  // it ends with its stdin
  EXPECT_TRUE(child);
  // It says ACCEPT once it listens.
  for (;;) {
    const auto line = child->read_line(after(std::chrono::seconds(20)));
    EXPECT_TRUE(line) << line.error().what;
    if (!line || !*line || **line == "ACCEPT") break;
  }
  return {std::move(*child), place};
}

TEST(Capture, SavesWhatReplayTakes) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto server = serve(box);
  box.write("list.txt", "# a comment\n\nhttps://" + server.place + "/  # the same as below\n" + server.place + "\n");
  const auto first = box.run({"--json", "capture", "--list", "list.txt", "--roots", "ca/root.pem", "--out", "chains"});
  ASSERT_EQ(first.exit, 0) << first;
  const auto document = first.json();
  ASSERT_EQ(document["captured"].size(), 1U) << first;
  EXPECT_EQ(document["captured"][0]["state"].text(), "written");
  const auto file = document["captured"][0]["file"].text();
  ASSERT_TRUE(file);
  const auto saved = read_file(box.folder() / *file);
  ASSERT_TRUE(saved);
  EXPECT_EQ(*saved, *read_file(box / "broker/certs/server.pem") + *read_file(box / "ca/root.pem"));

  const auto again = box.run({"--json", "capture", server.place, "--roots", "ca/root.pem", "--out", "chains"});
  EXPECT_EQ(again.json()["captured"][0]["state"].text(), "unchanged") << again;
  box.write(*file, "something older");
  const auto kept = box.run({"--json", "capture", server.place, "--roots", "ca/root.pem", "--out", "chains"});
  EXPECT_EQ(kept.json()["captured"][0]["state"].text(), "kept") << kept;
  EXPECT_EQ(*read_file(box.folder() / *file), "something older");
  const auto replaced =
      box.run({"--json", "capture", server.place, "--roots", "ca/root.pem", "--out", "chains", "--replace"});
  EXPECT_EQ(replaced.json()["captured"][0]["state"].text(), "replaced") << replaced;
  EXPECT_EQ(*read_file(box.folder() / *file), *saved);
}

TEST(Capture, GoesOnAfterAServerThatFailsAndSaysWhich) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto server = serve(box);
  const auto ran =
      box.run({"--json", "capture", "127.0.0.1:1", server.place, "--roots", "ca/root.pem", "--out", "chains"});
  EXPECT_EQ(ran.exit, 9) << ran;
  EXPECT_EQ(ran.json()["captured"].size(), 1U) << ran;
  EXPECT_EQ(ran.json()["failed"][0]["port"].integer(), 1) << ran;
  EXPECT_EQ(ran.json()["error"]["code"].text(), "network") << ran;
  // A private root is none of the system's.
  const auto foreign = box.run({"--json", "capture", server.place, "--out", "chains"});
  EXPECT_EQ(foreign.exit, 3) << foreign;
  EXPECT_EQ(box.run({"capture"}).exit, 2);
  EXPECT_EQ(box.run({"capture", "a b c"}).exit, 2);
}

}  // namespace
}  // namespace epki::test
