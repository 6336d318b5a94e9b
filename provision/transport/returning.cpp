// A port that goes away and comes back.

#include <poll.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/poll.hpp"
#include "provision/transport/byte_stream.hpp"
#include "provision/transport/fd_stream.hpp"

namespace epki::transport {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds look_again{200};

class ReturningStream final : public ByteStream {
 public:
  ReturningStream(std::unique_ptr<ByteStream> opened, OpenPort open, milliseconds patience, const Cancel& cancel)
      : wire_(std::move(opened)),
        open_(std::move(open)),
        patience_(patience),
        cancel_(cancel),
        name_(wire_->name()),
        speed_(wire_->speed()),
        first_speed_(speed_) {}

  Result<std::size_t> read_some(std::span<std::byte> into, Deadline by) override {
    for (;;) {
      if (!wire_) {
        auto back = wait_for_port(by);
        if (!back) return std::move(back).error();
        if (!*back) return std::size_t{0};
      }
      auto got = wire_->read_some(into, by);
      if (got || got.error().code != Errc::modem_gone) return got;
      lose(std::move(got).error());
      // Whoever reads learns of the loss before the new port's first byte.
      return std::size_t{0};
    }
  }

  Status write_all(std::span<const std::byte> bytes, Deadline by) override {
    if (!wire_) {
      auto back = wait_for_port(by);
      if (!back) return std::move(back).error();
      if (!*back) return success();  // lost, as with a modem that is switched off
    }
    auto sent = wire_->write_all(bytes, by);
    // A port that takes no more is there and stuck: only one that cannot be written at all is away.
    if (sent || sent.error().code != Errc::modem_gone || monotonic_now() >= by) return sent;
    lose(std::move(sent).error());
    return success();
  }

  std::string name() const override { return name_; }
  std::int64_t speed() const override { return speed_; }
  std::size_t losses() const override { return losses_; }
  Status set_speed(std::int64_t baud) override {
    if (wire_)
      if (auto set = wire_->set_speed(baud); !set) return set;
    speed_ = baud;
    return success();
  }

 private:
  void lose(Error why) {
    wire_.reset();
    ++losses_;
    last_ = std::move(why);
    gone_at_ = monotonic_now();
  }

  /// True: it is there again. False: the deadline passed first.
  Result<bool> wait_for_port(Deadline by) {
    for (;;) {
      if (cancel_.requested()) return interrupted();
      if (auto again = open_()) {
        wire_ = *std::move(again);
        name_ = wire_->name();
        // A modem that went away has restarted, and with it its line speed.
        speed_ = first_speed_;
        return true;
      } else if (again.error().code != Errc::modem_gone && again.error().code != Errc::disk) {
        return std::move(again).error();  // a node that has just appeared may not have its group yet: that passes
      }
      const auto now = monotonic_now();
      if (now - gone_at_ >= patience_) return *last_;
      if (now >= by) return false;
      pollfd cancelled{cancel_.fd(), POLLIN, 0};
      ::poll(&cancelled, 1, std::min(milliseconds_until(by), static_cast<int>(look_again.count())));
    }
  }

  std::unique_ptr<ByteStream> wire_;
  OpenPort open_;
  milliseconds patience_;
  const Cancel& cancel_;
  std::string name_;
  std::int64_t speed_, first_speed_;
  std::size_t losses_ = 0;
  std::optional<Error> last_{};
  Deadline gone_at_{};
};

}  // namespace

std::unique_ptr<ByteStream> keep_open(std::unique_ptr<ByteStream> opened, OpenPort open, milliseconds patience,
                                      const Cancel& cancel) {
  return std::make_unique<ReturningStream>(std::move(opened), std::move(open), patience, cancel);
}

}  // namespace epki::transport
