#include "verify/probe/observer.hpp"

#include <utility>
#include <vector>

#include "core/text.hpp"
#include "pki/ossl/tls_alert.hpp"
#include "pki/ossl/tls_client_hello.hpp"
#include "pki/ossl/tls_wire.hpp"
#include "verify/probe/server_flight.hpp"

namespace epki::probe {

namespace {

using ossl::HelloCollector;
using ossl::Stage;

constexpr unsigned kAlertRecord = 21, kHandshakeRecord = 22, kUnexpectedMessage = 10, kDecodeError = 50;
constexpr std::size_t kRecordHeader = 5;
// 2^14 and what encryption may add (RFC 5246, 6.2.3).
constexpr std::size_t kLongestRecord = 16384 + 2048;

class Observer final : public ossl::Conversation {
 public:
  explicit Observer(ossl::Chain chain) : chain_(std::move(chain)) { record_.stage = Stage::tcp; }

  void feed(std::span<const std::byte> bytes) override {
    if (finished_) return;
    if (hello_.state() == HelloCollector::State::waiting) {
      take_hello(bytes);
    } else {
      pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    }
    while (!finished_ && take_record()) {
    }
  }

  void peer_closed(bool reset) override {
    if (finished_) return;
    (reset ? record_.reset_by_peer : record_.closed_by_peer) = true;
    finished_ = true;
  }

  std::string take_output() override { return std::exchange(output_, {}); }
  bool finished() const override { return finished_; }
  const ossl::TlsRecordOfPeer& record() const override { return record_; }

 private:
  void take_hello(std::span<const std::byte> bytes) {
    const auto state = hello_.feed(bytes);
    if (state == HelloCollector::State::not_tls) give_up(kUnexpectedMessage, hello_.reason());
    if (state != HelloCollector::State::complete) return;
    pending_ = hello_.rest();
    answer_hello();
  }

  // One record of those after the hello; false when there is none yet.
  bool take_record() {
    ossl::WireReader in(pending_);
    const unsigned type = in.u8();
    in.u16();
    const std::size_t size = in.u16();
    if (in.failed()) return false;
    if (size > kLongestRecord) {
      give_up(kDecodeError, "the peer's record claims " + std::to_string(size) + " bytes");
      return false;
    }
    const auto body = in.raw(size);
    if (in.failed()) return false;
    type == kAlertRecord ? take_alert(body) : went_on(type, body);
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(kRecordHeader + size));
    return true;
  }

  void take_alert(std::span<const std::byte> body) {
    if (body.size() != 2) return give_up(kDecodeError, "the peer sent an alert of a wrong size");
    const auto level = std::to_integer<unsigned>(body[0]);
    const auto description = std::to_integer<unsigned>(body[1]);
    if (ossl::is_refusal(level, description)) {
      record_.alert = static_cast<int>(description);
      record_.stage = Stage::alert;
      finished_ = true;
    } else if (description == 0) {
      record_.closed_by_peer = true;
      finished_ = true;
    }
  }

  void answer_hello() {
    record_.stage = Stage::client_hello;
    record_.client_hello = hello_.message();
    const auto hello = ossl::parse_client_hello(hello_.message());
    if (!hello) return give_up(kDecodeError, hello.error().what);
    record_.sni = hello->sni;
    auto flight = server_flight(*hello, hello_.message(), chain_);
    output_ += flight.bytes;
    if (flight.refused.empty()) {
      record_.stage = Stage::flight_sent;
    } else {
      record_.could_not_present = "the observer cannot show this chain: " + flight.refused;
      finished_ = true;
    }
  }

  // Anything but an alert after the flight. A ClientKeyExchange (16) says that the false signature was not minded.
  void went_on(unsigned type, std::span<const std::byte> body) {
    const bool key_exchange = type == kHandshakeRecord && !body.empty() && body[0] == std::byte{16};
    give_up(kUnexpectedMessage,
            key_exchange
                ? "the peer went on past a key exchange whose signature is wrong; without the key nobody can answer it"
                : "the peer answered the server's flight with a record of type " + std::to_string(type));
  }

  void give_up(unsigned alert, std::string why) {
    output_ += fatal_alert(alert);
    record_.could_not_present = std::move(why);
    finished_ = true;
  }

  ossl::Chain chain_;
  HelloCollector hello_;
  ossl::TlsRecordOfPeer record_;
  std::vector<std::byte> pending_;
  std::string output_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ossl::Conversation> observe(ossl::Chain chain) {
  return std::make_unique<Observer>(std::move(chain));
}

}  // namespace epki::probe
