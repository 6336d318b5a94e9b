#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include "core/child.hpp"
#include "provision/transport/byte_stream.hpp"
#include "provision/transport/fd_stream.hpp"

namespace epki::transport {

namespace {

class ProgramStream final : public ByteStream {
 public:
  ProgramStream(std::unique_ptr<FdStream> wire, Child child) : child_(std::move(child)), wire_(std::move(wire)) {}

  Result<std::size_t> read_some(std::span<std::byte> into, Deadline by) override {
    auto got = wire_->read_some(into, by);
    return got || got.error().code != Errc::modem_gone ? std::move(got) : Result<std::size_t>(ended());
  }
  Status write_all(std::span<const std::byte> bytes, Deadline by) override {
    auto sent = wire_->write_all(bytes, by);
    if (sent || sent.error().code != Errc::modem_gone || child_.running()) return sent;
    return ended();
  }
  std::string name() const override { return wire_->name(); }

 private:
  Error ended() {
    const auto exit = child_.wait(after(std::chrono::milliseconds(500)));
    return {Errc::modem_gone,
            name() + " has ended" + (exit ? " with exit code " + std::to_string(*exit) : std::string()),
            "run that command alone: it must carry the modem's bytes on its standard input and output"};
  }

  Child child_;
  std::unique_ptr<FdStream> wire_;  // closed before the child is ended: the end of its input is what it waits for
};

}  // namespace

Result<std::unique_ptr<ByteStream>> open_program(const std::string& command, const Cancel& cancel) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return Error{Errc::internal, "no socket pair: " + std::generic_category().message(errno), {}};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);  // ours alone: the program's end stays as programs expect it
  auto wire = std::make_unique<FdStream>(ends[0], "exec:" + command, cancel);
  auto child = Child::start({.argv = {"/bin/sh", "-c", command}, .wire = ends[1]});
  ::close(ends[1]);
  if (!child) return std::move(child).error();
  return std::unique_ptr<ByteStream>(std::make_unique<ProgramStream>(std::move(wire), *std::move(child)));
}

}  // namespace epki::transport
