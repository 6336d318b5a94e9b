#include "provision/station/labels/printer.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/file.hpp"

namespace epki::labels {
namespace {

Label sample() {
  auto label = make_label(shipped_template(), Json::object({{"imei", "861234567890123"}, {"name", "pump-7"}}));
  EXPECT_TRUE(label);
  return *label;
}

Deadline soon() {
  return after(std::chrono::seconds(10));
}

// A printer's raw port: takes bytes until the peer closes.
class RawPort {
 public:
  RawPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
  }
  RawPort(const RawPort&) = delete;
  RawPort& operator=(const RawPort&) = delete;
  ~RawPort() { ::close(fd_); }

  std::string received() {
    const int peer = ::accept(fd_, nullptr, nullptr);
    std::string all;
    char chunk[4096];
    for (ssize_t n = 0; (n = ::read(peer, chunk, sizeof chunk)) > 0;) all.append(chunk, static_cast<std::size_t>(n));
    ::close(peer);
    return all;
  }
  std::uint16_t port = 0;

 private:
  int fd_;
};

TEST(Printer, DestinationsAreParsedOrRefused) {
  EXPECT_EQ(parse_destination("file:labels")->where, "labels");
  EXPECT_EQ(parse_destination("cups:Zebra")->kind, Destination::Kind::cups);
  EXPECT_EQ(parse_destination("raw:10.0.0.9")->port, 9100);
  EXPECT_EQ(parse_destination("raw:printer:9101")->port, 9101);
  EXPECT_EQ(parse_destination("raw:/dev/usb/lp0")->kind, Destination::Kind::raw_device);
  for (const char* wrong :
       {"", "file", "file:", "fax:1", "raw:", "raw:host:0", "raw:host:99999", "raw::1", "cups:-x"}) {
    const auto parsed = parse_destination(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().code, Errc::usage) << wrong;
  }
}

TEST(Printer, AFolderGetsAllThreeForms) {
  auto folder = TemporaryFolder::make("labels");
  const Cancel cancel;
  const auto where =
      print(sample(), "../pump/7", {Destination::Kind::file, (folder->path() / "out").string()}, 203, soon(), cancel);
  ASSERT_TRUE(where) << where.error().what;
  for (const char* ending : {".svg", ".png", ".zpl"})
    EXPECT_TRUE(std::filesystem::exists(folder->path() / "out" / (std::string("label.._pump_7") + ending))) << ending;
}

TEST(Printer, ARawPortGetsTheZplAsItIs) {
  RawPort printer;
  const Cancel cancel;
  const auto label = sample();
  const auto where =
      print(label, "pump-7", {Destination::Kind::raw_network, "127.0.0.1", printer.port}, 203, soon(), cancel);
  ASSERT_TRUE(where) << where.error().what;
  EXPECT_EQ(printer.received(), label.zpl);
}

TEST(Printer, APrinterThatIsNotThereIsSaid) {
  std::uint16_t port = 0;
  { port = RawPort().port; }
  const Cancel cancel;
  const auto where = print(sample(), "x", {Destination::Kind::raw_network, "127.0.0.1", port}, 203, soon(), cancel);
  ASSERT_FALSE(where);
  EXPECT_EQ(where.error().code, Errc::network);
  auto bare = sample();
  bare.zpl.clear();
  EXPECT_EQ(print(bare, "x", {Destination::Kind::raw_network, "127.0.0.1", port}, 203, soon(), cancel).error().code,
            Errc::input);
  const auto device = print(sample(), "x", {Destination::Kind::raw_device, "/nonexistent/lp0"}, 203, soon(), cancel);
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().code, Errc::disk);
}

}  // namespace
}  // namespace epki::labels
