// What a product's firmware sends after its boot: judged from a capture, and by playing its modem on a serial line.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

class Boot : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(box.init({"--no-passphrase"}).exit, 0);
    const auto ran = box.run({"provision", "--port", "sim", "--no-connect", "--json"});
    ASSERT_EQ(ran.exit, 0) << ran;
    const auto said = ran.json();
    for (const auto& path : said["devices"][0]["boot_sequence"].items())
      if (path.text_or("").ends_with(".json")) file = path.text_or("");
    const auto text = read_file(file);
    ASSERT_TRUE(text) << file;
    auto parsed = Json::parse(*text);
    ASSERT_TRUE(parsed);
    sequence = *std::move(parsed);
  }

  /// The lines a device sends, without those that hold `left_out`.
  std::vector<std::string> lines(const std::string& left_out = "") {
    std::vector<std::string> all;
    for (const auto& step : sequence["steps"].items())
      if (const auto send = step["send"].text_or("");
          !send.empty() && (left_out.empty() || send.find(left_out) == std::string::npos))
        all.push_back(send);
    all.push_back(sequence["then"][0].text_or(""));
    return all;
  }

  static std::string answer(const std::string& line) {
    if (line == "AT+CEREG?") return "+CEREG: 0,1\r\n\r\nOK";
    if (line == "AT+CCLK?") return "+CCLK: \"30/01/01,00:00:00+00\"\r\n\r\nOK";
    return "OK";
  }
  std::string capture(const std::string& left_out = "") {
    std::string text = "\r\nRDY\r\n";
    for (const auto& line : lines(left_out))
      if (line != "ATE0") text += line + "\r\r\n" + answer(line) + "\r\n";  // a device that leaves the echo on
    return text + "\r\n+QMTOPEN: 0,0\r\n";
  }

  Sandbox box;
  std::string file;
  Json sequence;
};

TEST_F(Boot, ACaptureIsJudged) {
  box.write("good.log", capture());
  const auto good = box.run({"boot", "check", "good.log", "--json"});
  EXPECT_EQ(good.exit, 0) << good;
  EXPECT_EQ(good.json()["schema"].text(), "ec200u-pki/boot/1");
  EXPECT_EQ(good.json()["action"].text(), "check");
  EXPECT_EQ(good.json()["verdict"].text(), "right") << good;

  box.write("bad.log", capture("\"sni\""));
  const auto bad = box.run({"boot", "check", "bad.log"});
  EXPECT_EQ(bad.exit, 1) << bad;
  EXPECT_NE(bad.out.find("AT+QSSLCFG=\"sni\",1,1: not sent"), std::string::npos) << bad;

  // As PowerShell writes it.
  for (const auto* name : {"good", "bad"})
    ASSERT_EQ(box.shell("{ printf '\\377\\376'; iconv -f UTF-8 -t UTF-16LE " + std::string(name) + ".log; } > " + name +
                        "16.log")
                  .exit,
              0);
  const auto wide = box.run({"boot", "check", "good16.log"});
  EXPECT_EQ(wide.exit, 0) << wide;
  EXPECT_NE(wide.err.find("read good16.log as UTF-16LE"), std::string::npos) << wide;
  EXPECT_EQ(box.run({"boot", "check", "bad16.log"}).exit, 1);
  box.write("good32.log", std::string("\xff\xfe\0\0R\0\0\0", 8));
  const auto wider = box.run({"boot", "check", "good32.log"});
  EXPECT_EQ(wider.exit, 3) << wider;
  EXPECT_NE(wider.err.find("good32.log: the capture is UTF-32"), std::string::npos) << wider;

  box.write("half.log", "\r\nOK\r\n");
  EXPECT_EQ(box.run({"boot", "check", "half.log"}).exit, 22);
  EXPECT_EQ(box.run({"boot", "check", "nothing.log"}).exit, 3);
  EXPECT_EQ(box.run({"boot", "check", "good.log", "--sequence", "ec200u-pki.toml"}).exit, 3);
}

/// The board's end of a serial cable.
class Board {
 public:
  Board() : fd_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_TRUE(fd_ >= 0 && ::grantpt(fd_) == 0 && ::unlockpt(fd_) == 0);
    name_ = ::ptsname(fd_);
    termios settings{};
    EXPECT_EQ(::tcgetattr(fd_, &settings), 0);
    ::cfmakeraw(&settings);
    EXPECT_EQ(::tcsetattr(fd_, TCSANOW, &settings), 0);
  }
  ~Board() { ::close(fd_); }
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;
  const std::string& port() const { return name_; }

  void send(const std::string& line) {
    const auto text = line + "\r";
    ASSERT_EQ(::write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  /// Hears until a line begins so. False: it does not come.
  bool hear(const std::vector<std::string>& beginnings, Deadline by) {
    for (;;) {
      for (auto end = heard_.find('\n'); end != std::string::npos; end = heard_.find('\n')) {
        const auto line = std::string(trimmed(heard_.substr(0, end)));
        heard_.erase(0, end + 1);
        for (const auto& beginning : beginnings)
          if (line.starts_with(beginning)) return true;
      }
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(by - std::chrono::steady_clock::now());
      pollfd watched{fd_, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&watched, 1, static_cast<int>(left.count())) <= 0) return false;
      std::array<char, 512> bytes{};
      const auto got = ::read(fd_, bytes.data(), bytes.size());
      if (got > 0) heard_.append(bytes.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  int fd_;
  std::string name_, heard_;
};

/// A board that boots beside `sim --serial`, and what it was told.
Json told(Sandbox& box, const std::vector<std::string>& lines, int exit) {
  Board board;
  auto judge = Child::start({.argv = {EPKI_BIN_DIR "/ec200u-pki", "-C", box.folder().string(), "--json", "sim",
                                      "--serial", board.port(), "--once"}});
  EXPECT_TRUE(judge) << judge.error().what;
  const auto by = after(std::chrono::seconds(60));
  EXPECT_TRUE(board.hear({"RDY"}, by));
  for (const auto& line : lines) {
    board.send(line);
    EXPECT_TRUE(board.hear({"OK", "ERROR", "+CME ERROR"}, by)) << line;
  }
  const auto out = judge->read_all(by);
  EXPECT_TRUE(out);
  EXPECT_EQ(judge->wait(by), exit) << *out;
  auto said = Json::parse(*out);
  EXPECT_TRUE(said) << *out;
  return said ? *said : Json();
}

TEST_F(Boot, ABoardOnASerialLineIsToldWhetherItIsRight) {
  const auto right = told(box, lines(), 0);
  EXPECT_EQ(right["boots"][0]["verdict"].text(), "right") << right.dump();
  const auto wrong = told(box, lines("\"ssl\""), 1);
  EXPECT_EQ(wrong["boots"][0]["verdict"].text(), "wrong") << wrong.dump();
}

}  // namespace
}  // namespace epki::test
