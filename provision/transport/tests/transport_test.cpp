#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <thread>

#include "core/file.hpp"
#include "core/text.hpp"
#include "provision/transport/byte_stream.hpp"
#include "provision/transport/port_holder.hpp"
#include "provision/transport/port_spec.hpp"
#include "provision/transport/tests/read_text.hpp"
#include "provision/transport/usb_ports.hpp"

namespace epki::transport {
namespace {

using namespace std::chrono_literals;

/// The modem's end of a pseudo-terminal.
class Pty {
 public:
  Pty() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(::grantpt(master_), 0);
    EXPECT_EQ(::unlockpt(master_), 0);
    std::array<char, 128> name{};
    EXPECT_EQ(::ptsname_r(master_, name.data(), name.size()), 0);
    path_ = name.data();
  }
  ~Pty() { close(); }
  void close() {
    if (master_ >= 0) ::close(std::exchange(master_, -1));
  }
  void say(std::string_view text) {
    EXPECT_EQ(::write(master_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string hear(std::size_t size) {
    std::string heard(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const auto n = ::read(master_, heard.data() + got, size - got);
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
    heard.resize(got);
    return heard;
  }
  const std::string& path() const { return path_; }
  int fd() const { return master_; }

 private:
  int master_;
  std::string path_;
};

TEST(Serial, CarriesEveryByteBothWays) {
  Cancel cancel;
  Pty pty;
  auto port = open_serial(pty.path(), 115200, cancel);
  ASSERT_TRUE(port) << port.error().what;
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  ASSERT_TRUE((*port)->write_all(as_bytes(all), after(5s)));
  EXPECT_EQ(pty.hear(all.size()), all);
  pty.say(all);
  EXPECT_EQ(test::read_text(**port, all.size()), all);
  EXPECT_EQ((*port)->name(), pty.path());
}

TEST(Serial, WritesMoreThanThePortHolds) {
  Cancel cancel;
  Pty pty;
  auto port = open_serial(pty.path(), 115200, cancel);
  ASSERT_TRUE(port);
  const std::string much(200000, 'x');
  std::string heard;
  std::thread modem([&] { heard = pty.hear(much.size()); });
  auto written = (*port)->write_all(as_bytes(much), after(20s));
  modem.join();
  ASSERT_TRUE(written) << written.error().what;
  EXPECT_EQ(heard, much);
}

TEST(Serial, SaysThatNoMoreBytesAreTaken) {
  Cancel cancel;
  Pty pty;
  auto port = open_serial(pty.path(), 115200, cancel);
  ASSERT_TRUE(port);
  auto written = (*port)->write_all(as_bytes(std::string(200000, 'x')), after(20ms));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::modem_gone);
  EXPECT_EQ(written.error().what, pty.path() + " takes no more bytes");
}

TEST(Serial, ReturnsNothingAtTheDeadline) {
  Cancel cancel;
  Pty pty;
  auto port = open_serial(pty.path(), 115200, cancel);
  ASSERT_TRUE(port);
  std::array<std::byte, 8> chunk{};
  auto got = (*port)->read_some(chunk, after(5ms));
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, 0U);
  pty.say("x");
  pollfd arrived{pty.fd(), 0, 0};
  ::poll(&arrived, 1, 0);
  EXPECT_EQ(test::read_text(**port, 1), "x");
}

TEST(Serial, SaysThatTheOtherSideIsGone) {
  Cancel cancel;
  Pty pty;
  auto port = open_serial(pty.path(), 115200, cancel);
  ASSERT_TRUE(port);
  std::thread unplug([&] { pty.close(); });
  std::array<std::byte, 8> chunk{};
  auto got = (*port)->read_some(chunk, after(10s));
  unplug.join();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::modem_gone);
  EXPECT_EQ(got.error().what, (*port)->name() + " is gone (unplugged?)");
  auto written = (*port)->write_all(as_bytes("AT\r"), after(5s));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::modem_gone);
}

TEST(Serial, EndsAWaitWhenCancelled) {
  Cancel cancel;
  Pty pty;
  auto port = open_serial(pty.path(), 115200, cancel);
  ASSERT_TRUE(port);
  std::thread interrupt([&] { cancel.request(); });
  std::array<std::byte, 8> chunk{};
  auto got = (*port)->read_some(chunk, after(10s));
  interrupt.join();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::interrupted);
}

TEST(Serial, IsOpenedByOneOnly) {
  Cancel cancel;
  Pty pty;
  auto first = open_serial(pty.path(), 115200, cancel);
  ASSERT_TRUE(first);
  auto second = open_serial(pty.path(), 115200, cancel);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::modem_gone);
  EXPECT_TRUE(second.error().what.starts_with(pty.path() + " is in use")) << second.error().what;
  first->reset();
  auto third = open_serial(pty.path(), 115200, cancel);
  EXPECT_TRUE(third) << third.error().what;
}

TEST(Serial, DoesNotHangUpWhenClosed) {
  Cancel cancel;
  Pty pty;
  termios settings{};
  ASSERT_EQ(::tcgetattr(pty.fd(), &settings), 0);
  settings.c_cflag |= HUPCL;
  ASSERT_EQ(::tcsetattr(pty.fd(), TCSANOW, &settings), 0);
  ASSERT_TRUE(open_serial(pty.path(), 9600, cancel));
  ASSERT_EQ(::tcgetattr(pty.fd(), &settings), 0);
  EXPECT_EQ(settings.c_cflag & HUPCL, 0U);
  EXPECT_NE(settings.c_cflag & CLOCAL, 0U);
  EXPECT_EQ(::cfgetospeed(&settings), static_cast<speed_t>(B9600));
}

TEST(Serial, SaysWhatIsWrongWithThePath) {
  Cancel cancel;
  auto absent = open_serial("/dev/ttyUSB-absent", 115200, cancel);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::modem_gone);
  EXPECT_EQ(absent.error().what, "/dev/ttyUSB-absent does not exist");
  EXPECT_FALSE(absent.error().hint.empty());
  auto null = open_serial("/dev/null", 115200, cancel);
  ASSERT_FALSE(null);
  EXPECT_EQ(null.error().what, "/dev/null is no serial port");
  Pty pty;
  auto odd = open_serial(pty.path(), 12345, cancel);
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().code, Errc::usage);
}

TEST(Holder, IsNamedWithItsRemedy) {
  const auto manager = port_in_use("/dev/ttyUSB0", Holder{812, "ModemManager"}, false);
  EXPECT_EQ(manager.what, "/dev/ttyUSB0 is in use by ModemManager (process 812)");
  EXPECT_NE(manager.hint.find("systemctl stop ModemManager"), std::string::npos);
  EXPECT_NE(port_in_use("/dev/ttyUSB0", {}, true).what.find("ModemManager"), std::string::npos);
  EXPECT_EQ(port_in_use("/dev/ttyUSB0", Holder{7, "minicom"}, true).what,
            "/dev/ttyUSB0 is in use by minicom (process 7)");
}

class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
    socklen_t size = sizeof at;
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    port_ = ntohs(at.sin_port);
  }
  ~Listener() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int accept() const { return ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC); }
  std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

TEST(Tcp, CarriesBytesAndSeesTheEnd) {
  Cancel cancel;
  Listener listener;
  auto stream = open_tcp("127.0.0.1", listener.port(), after(5s), cancel);
  ASSERT_TRUE(stream) << stream.error().what;
  const int peer = listener.accept();
  ASSERT_TRUE((*stream)->write_all(as_bytes("AT\r"), after(5s)));
  std::array<char, 3> heard{};
  EXPECT_EQ(::recv(peer, heard.data(), heard.size(), MSG_WAITALL), 3);
  EXPECT_EQ(::send(peer, "OK", 2, MSG_NOSIGNAL), 2);
  EXPECT_EQ(test::read_text(**stream, 2), "OK");
  ::close(peer);
  std::array<std::byte, 8> chunk{};
  auto got = (*stream)->read_some(chunk, after(5s));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::modem_gone);
}

TEST(Tcp, SaysWhatItCouldNotReach) {
  Cancel cancel;
  Listener listener;
  const auto port = listener.port();
  listener.close();
  auto stream = open_tcp("127.0.0.1", port, after(5s), cancel);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Errc::modem_gone);
  EXPECT_EQ(stream.error().what, "tcp:127.0.0.1:" + std::to_string(port) + " cannot be reached: Connection refused");
}

TEST(Port, IsReadFromItsForms) {
  EXPECT_EQ(parse_port("auto")->kind, PortSpec::Kind::automatic);
  EXPECT_EQ(parse_port("/dev/ttyUSB0")->path, "/dev/ttyUSB0");
  EXPECT_EQ(parse_port("./modem")->kind, PortSpec::Kind::path);
  EXPECT_EQ(parse_port("sim")->persona, "strict");
  EXPECT_EQ(parse_port("sim:union")->persona, "union");
  EXPECT_EQ(parse_port("sim:/tmp/a.toml")->persona, "/tmp/a.toml");
  EXPECT_EQ(parse_port("sim:union#2")->persona, "union");
  EXPECT_EQ(parse_port("sim:union#2")->number, 2);
  EXPECT_EQ(parse_port("sim:./a#b.toml")->persona, "./a#b.toml");
  EXPECT_EQ(parse_port("tcp:host:7000")->host, "host");
  EXPECT_EQ(parse_port("tcp:host:7000")->port, 7000);
  EXPECT_EQ(parse_port("tcp:[::1]:7000")->host, "::1");
  for (const char* wrong : {"", "ttyUSB-absent", "sim:", "tcp:", "tcp:host", "tcp:host:", "tcp:host:0",
                            "tcp:host:65536", "tcp::7000", "tcp:::1:7000", "auto "}) {
    auto port = parse_port(wrong);
    ASSERT_FALSE(port) << wrong;
    EXPECT_EQ(port.error().code, Errc::usage);
    EXPECT_FALSE(port.error().hint.empty());
  }
}

TEST(UsbPorts, AreChosenByInterfaceAndOrderedByPosition) {
  const UsbPort at{"/dev/ttyUSB3", "2c7c", "0901", "02", "1-2", "A"};
  const UsbPort other{"/dev/ttyUSB0", "2c7c", "0901", "02", "1-1", "B"};
  const UsbPort nmea{"/dev/ttyUSB4", "2c7c", "0901", "08", "1-2", "A"};
  const UsbPort stranger{"/dev/ttyUSB5", "0403", "6001", "02", "1-3", ""};
  auto found = choose_ports({at, nmea, stranger, other});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].path, "/dev/ttyUSB0");
  EXPECT_EQ((*found)[1].path, "/dev/ttyUSB3");
}

TEST(UsbPorts, NameABootRomOnlyWhereThereIsNoModem) {
  const UsbPort rom{"", "1782", "4d12", "", "1-2", ""};
  auto found = choose_ports({rom});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::modem_gone);
  EXPECT_NE(found.error().what.find("1782:4d12"), std::string::npos);
  EXPECT_TRUE(choose_ports({rom, {"/dev/ttyUSB0", "2c7c", "0901", "02", "1-1", ""}}));
  EXPECT_TRUE(choose_ports({})->empty());
}

TEST(UsbPorts, CanBeListedOnAnyMachine) {
  EXPECT_TRUE(find_ports());
}

}  // namespace
}  // namespace epki::transport
