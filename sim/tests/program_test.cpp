// The pseudo-terminal and the executable.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <filesystem>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sim/run/pty.hpp"

namespace epki::sim {
namespace {

using namespace std::chrono_literals;

/// The host's side of a pty.
class Line {
 public:
  explicit Line(const std::string& path) : fd_(open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {}
  ~Line() { close(fd_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  bool good() const { return fd_ >= 0; }
  void write(std::string_view bytes) { ASSERT_EQ(::write(fd_, bytes.data(), bytes.size()), std::ssize(bytes)); }
  /// Reads until `text` is there.
  std::string until(std::string_view text) {
    std::string out;
    while (out.find(text) == std::string::npos) {
      pollfd watched{fd_, POLLIN, 0};
      char buffer[256];
      if (poll(&watched, 1, 5000) <= 0) return out + "<nothing more>";
      const auto got = read(fd_, buffer, sizeof buffer);
      if (got <= 0) return out + "<hung up>";
      out.append(buffer, static_cast<std::size_t>(got));
    }
    return out;
  }

 private:
  int fd_;
};

TEST(PseudoTerminal, IsRawAndMayBeClosedAndOpenedAgain) {
  auto pty = Pty::open();
  ASSERT_TRUE(pty) << pty.error().what;
  for (int round = 0; round < 2; ++round) {
    Line line(pty->name());
    ASSERT_TRUE(line.good());
    EXPECT_EQ(pty->write("\r\nOK\r\n\x03\x04"), 8u);
    EXPECT_EQ(line.until("\x04"), "\r\nOK\r\n\x03\x04");
    line.write("AT\r\x11\x13");
    EXPECT_EQ(pty->read(), "AT\r\x11\x13");
    EXPECT_EQ(pty->read(), "");
  }
}

std::string program() {
  return std::string(EPKI_BIN_DIR) + "/ec200u-sim";
}

TEST(Program, RunsUntilItIsTerminated) {
  auto folder = TemporaryFolder::make("epki-sim-test");
  ASSERT_TRUE(folder);
  const auto link = folder->path() / "modem";
  auto child = Child::start({.argv = {program(), "--persona", "union", "--link", link, "--state", folder->path()}});
  ASSERT_TRUE(child) << child.error().what;
  auto line = child->read_line(after(10s));
  ASSERT_TRUE(line && *line);
  auto told = Json::parse(**line);
  ASSERT_TRUE(told) << **line;
  EXPECT_EQ((*told)["imei"].text_or(""), "861234567200010");
  EXPECT_EQ((*told)["persona"].text_or(""), "union");
  EXPECT_EQ((*told)["link"].text_or(""), link.string());
  EXPECT_EQ(std::filesystem::read_symlink(link), (*told)["pty"].text_or(""));
  Line port(link);
  ASSERT_TRUE(port.good());
  port.until("PB DONE\r\n");
  port.write("ATI\r");
  EXPECT_TRUE(
      port.until("OK\r\n").ends_with("ATI\r\r\nQuectel\r\nEC200U\r\nRevision: EC200USIM_UNION_R01\r\n\r\nOK\r\n"));
  port.write("AT+QFUPL=\"a.pem\",2\r");
  port.until("CONNECT\r\n");
  port.write("xy");
  port.until("OK\r\n");
  port.write("AT+QPOWD=1\r");
  port.until("POWERED DOWN\r\n");
  child->signal(SIGUSR1);
  EXPECT_TRUE(port.until("PB DONE\r\n").starts_with("\r\nRDY\r\n"));
  child->signal(SIGTERM);
  EXPECT_EQ(child->wait(after(10s)), 0);
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(link)));
  EXPECT_EQ(*read_file(folder->path() / "ufs" / "a.pem"), "xy");
}

TEST(Program, RunsSeveralModems) {
  auto folder = TemporaryFolder::make("epki-sim-test");
  ASSERT_TRUE(folder);
  const std::string link = folder->path() / "slot";
  auto child = Child::start({.argv = {program(), "--count", "3", "--link", link}});
  ASSERT_TRUE(child);
  for (int i = 0; i < 3; ++i) {
    auto line = child->read_line(after(10s));
    ASSERT_TRUE(line && *line);
    EXPECT_NE((*line)->find("86123456710001" + std::to_string(i)), std::string::npos) << **line;
  }
  Line third(link + "3");
  third.write("AT+CGSN\r");
  EXPECT_NE(third.until("OK\r\n").find("861234567100012"), std::string::npos);
  child->signal(SIGINT);
  EXPECT_EQ(child->wait(after(10s)), 0);
}

TEST(Program, NeverOverwritesWhatIsNoLink) {
  auto folder = TemporaryFolder::make("epki-sim-test");
  ASSERT_TRUE(folder);
  const auto file = folder->path() / "precious";
  ASSERT_TRUE(write_new_file(file, "content", 0600));
  auto child = Child::start({.argv = {program(), "--link", file}, .error_file = folder->path() / "err"});
  ASSERT_TRUE(child);
  EXPECT_EQ(child->wait(after(10s)), 5);
  EXPECT_EQ(*read_file(file), "content");
}

TEST(Program, EndsWhenThePortVanishes) {
  auto folder = TemporaryFolder::make("epki-sim-test");
  ASSERT_TRUE(folder);
  ASSERT_TRUE(write_new_file(folder->path() / "p.toml", "[faults]\ngone_at_upload_byte = 3\n", 0600));
  auto child = Child::start({.argv = {program(), "--persona", folder->path() / "p.toml"}});
  ASSERT_TRUE(child);
  auto line = child->read_line(after(10s));
  ASSERT_TRUE(line && *line);
  Line port(Json::parse(**line).operator*()["pty"].text_or(""));
  port.write("AT+QFUPL=\"a\",9\r");
  port.until("CONNECT\r\n");
  port.write("12345");
  EXPECT_TRUE(port.until("never").ends_with("<hung up>"));
  EXPECT_EQ(child->wait(after(10s)), 0);
}

TEST(Program, EndsWithTheCodesOfTheContract) {
  auto folder = TemporaryFolder::make("epki-sim-test");
  ASSERT_TRUE(folder);
  const auto code = [&](std::vector<std::string> argv) {
    argv.insert(argv.begin(), program());
    auto child = Child::start({.argv = argv, .error_file = folder->path() / "err"});
    return child ? child->wait(after(10s)) : std::nullopt;
  };
  EXPECT_EQ(code({"--help"}), 0);
  EXPECT_EQ(code({"--version"}), 0);
  EXPECT_EQ(code({"--list-personas"}), 0);
  EXPECT_EQ(code({"--nosuch"}), 2);
  EXPECT_EQ(code({"--persona", "nobody"}), 3);
  EXPECT_EQ(code({"--persona", "no/such.toml"}), 3);
  EXPECT_EQ(code({"--built-in", "missing.pem"}), 3);
  EXPECT_EQ(code({"--state", "/proc/nowhere"}), 5);
}

}  // namespace
}  // namespace epki::sim
