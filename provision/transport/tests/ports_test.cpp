// Locks, programs in place of ports, and ports that go away and come back.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <fstream>

#include "core/file.hpp"
#include "core/text.hpp"
#include "provision/transport/byte_stream.hpp"
#include "provision/transport/port_lock.hpp"
#include "provision/transport/port_spec.hpp"
#include "provision/transport/tests/read_text.hpp"
#include "provision/transport/usb_watch.hpp"

namespace epki::transport {
namespace {

using namespace std::chrono_literals;

TEST(PortLock, IsAFileThatOtherProgramsKnow) {
  auto folder = TemporaryFolder::make("epki-lock");
  ASSERT_TRUE(folder);
  const auto file = folder->path() / "LCK..ttyS9";
  {
    auto lock = PortLock::take(folder->path(), "/dev/ttyS9");
    ASSERT_TRUE(lock && *lock);
    std::string number = std::to_string(::getpid());
    EXPECT_EQ(*read_file(file), std::string(10 - number.size(), ' ') + number + "\n");
    auto second = PortLock::take(folder->path(), "/dev/ttyS9");
    ASSERT_FALSE(second) << "a process that lives holds it";
    EXPECT_EQ(second.error().code, Errc::modem_gone);
    EXPECT_NE(second.error().what.find("/dev/ttyS9 is in use by"), std::string::npos) << second.error().what;
  }
  EXPECT_FALSE(read_file(file)) << "given back";
}

TEST(PortLock, OfAProgramThatEndedIsReplaced) {
  auto folder = TemporaryFolder::make("epki-lock");
  ASSERT_TRUE(folder);
  ASSERT_TRUE(write_new_file(folder->path() / "LCK..ttyS9", "2147483646\n", 0644));  // above any process number
  auto lock = PortLock::take(folder->path(), "/dev/ttyS9");
  ASSERT_TRUE(lock && *lock) << lock.error().what;
}

TEST(PortLock, IsNotNeededWhereThereIsNoPlaceForIt) {
  auto lock = PortLock::take("/nowhere/at/all", "/dev/ttyS9");
  ASSERT_TRUE(lock);
  EXPECT_FALSE(*lock);
}

TEST(Program, CarriesBytesBothWays) {
  Cancel cancel;
  auto stream = open_program("exec cat", cancel);
  ASSERT_TRUE(stream) << stream.error().what;
  EXPECT_EQ((*stream)->name(), "exec:exec cat");
  const std::string said("AT+CSQ\r\n\0\xff", 10);
  ASSERT_TRUE((*stream)->write_all(as_bytes(said), after(5s)));
  EXPECT_EQ(test::read_text(**stream, said.size()), said);
}

TEST(Program, SaysHowItEnded) {
  Cancel cancel;
  auto stream = open_program("exit 3", cancel);
  ASSERT_TRUE(stream);
  std::array<std::byte, 8> chunk{};
  auto got = (*stream)->read_some(chunk, after(5s));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::modem_gone);
  EXPECT_NE(got.error().what.find("has ended with exit code 3"), std::string::npos) << got.error().what;
}

TEST(Program, IsAPort) {
  auto spec = parse_port("exec:ssh bench socat - /dev/ttyUSB0");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->kind, PortSpec::Kind::program);
  EXPECT_EQ(spec->command, "ssh bench socat - /dev/ttyUSB0");
  EXPECT_FALSE(parse_port("exec: "));
}

/// Says one word, then is gone.
class ShortLived final : public ByteStream {
 public:
  explicit ShortLived(std::string word) : word_(std::move(word)) {}
  Result<std::size_t> read_some(std::span<std::byte> into, Deadline) override {
    if (word_.empty()) return Error{Errc::modem_gone, "it is gone (unplugged?)", {}};
    const auto size = word_.size();
    std::copy_n(as_bytes(word_).begin(), size, into.begin());
    word_.clear();
    return size;
  }
  Status write_all(std::span<const std::byte>, Deadline) override { return success(); }
  std::string name() const override { return "short"; }

 private:
  std::string word_;
};

TEST(ReturningPort, IsOpenedAgainAndCountsItsLosses) {
  Cancel cancel;
  int looked = 0;
  const auto open = [&]() -> Result<std::unique_ptr<ByteStream>> {
    if (++looked < 3) return Error{Errc::modem_gone, "not there yet", {}};
    return std::unique_ptr<ByteStream>(std::make_unique<ShortLived>("two"));
  };
  auto stream = keep_open(std::make_unique<ShortLived>("one"), open, 10s, cancel);
  EXPECT_EQ(test::read_text(*stream, 3), "one");
  EXPECT_EQ(stream->losses(), 0U);
  std::array<std::byte, 8> chunk{};
  auto got = stream->read_some(chunk, after(5s));
  ASSERT_TRUE(got) << got.error().what;
  EXPECT_EQ(*got, 0U) << "the loss is told before the new port is read";
  EXPECT_EQ(stream->losses(), 1U);
  EXPECT_TRUE(stream->write_all(as_bytes("AT\r"), Deadline::min())) << "lost, as with a modem that is switched off";
  EXPECT_EQ(test::read_text(*stream, 3), "two");
}

TEST(ReturningPort, IsGoneWhenItStaysAway) {
  Cancel cancel;
  const auto open = []() -> Result<std::unique_ptr<ByteStream>> { return Error{Errc::modem_gone, "no port", {}}; };
  auto stream = keep_open(std::make_unique<ShortLived>("one"), open, 0ms, cancel);
  EXPECT_EQ(test::read_text(*stream, 3), "one");
  std::array<std::byte, 8> chunk{};
  EXPECT_EQ(*stream->read_some(chunk, after(5s)), 0U);
  auto got = stream->read_some(chunk, after(5s));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().what, "it is gone (unplugged?)");
}

TEST(UsbWatch, EndsWithTheDeadlineAndWithTheCancel) {
  auto watch = UsbWatch::open();
  ASSERT_TRUE(watch) << watch.error().what;
  Cancel cancel;
  (void)watch->wait(after(0ms), cancel);  // what another program did just now
  EXPECT_FALSE(watch->wait(after(1ms), cancel));
  cancel.request();
  EXPECT_FALSE(watch->wait(after(1h), cancel));
}

// The kernel repeats its announcement of a device when it is asked to (kernel documentation, ABI/stable/sysfs-uevent).
TEST(UsbWatch, HearsOfASerialPort) {
  auto watch = UsbWatch::open(UsbWatch::From::kernel);
  ASSERT_TRUE(watch) << watch.error().what;
  std::ofstream announce("/sys/class/tty/ttyS0/uevent");
  if (!(announce << "change" << std::flush)) GTEST_SKIP() << "only root may ask a ttyS0 to be announced";
  const Cancel cancel;
  EXPECT_TRUE(watch->wait(after(10s), cancel));
}

}  // namespace
}  // namespace epki::transport
