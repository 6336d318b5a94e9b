#include "verify/probe/relay_view.hpp"

#include <algorithm>
#include <utility>

#include "pki/ossl/tls_alert.hpp"
#include "pki/ossl/tls_wire.hpp"

namespace epki::probe {

namespace {

using ossl::HelloCollector;
using ossl::Stage;
using ossl::WireReader;

constexpr unsigned kChangeCipherSpec = 20, kAlert = 21, kHandshake = 22, kApplicationData = 23;
constexpr unsigned kServerHello = 2, kCertificate = 11, kServerHelloDone = 14;
constexpr unsigned kSupportedVersions = 43;
constexpr std::size_t kRecordHeader = 5, kMessageHeader = 4;
constexpr std::size_t kLongestRecord = 16384 + 2048;  // RFC 5246, 6.2.3
constexpr std::size_t kLongestMessage = 256U << 10U;  // far more than any chain

// A server that chooses TLS 1.3 says so in an extension (RFC 8446, 4.2.1).
bool chooses_tls13(std::span<const std::byte> hello) {
  WireReader in(hello);
  in.u16();
  in.raw(32);
  in.vector(1);
  in.u16();
  in.u8();
  if (in.failed() || in.empty()) return false;
  WireReader extensions(in.vector(2));
  while (!extensions.empty() && !extensions.failed()) {
    const unsigned type = extensions.u16();
    WireReader body(extensions.vector(2));
    if (type == kSupportedVersions) return body.u16() >= 0x0304;
  }
  return false;
}

// RFC 5246, 7.4.2. A certificate that cannot be read ends the list.
ossl::Chain certificates_of(std::span<const std::byte> message) {
  ossl::Chain chain;
  WireReader list(WireReader(message).vector(3));
  while (!list.empty() && !list.failed()) {
    auto certificate = ossl::Certificate::from_der(list.vector(3));
    if (!certificate) break;
    chain.push_back(std::move(*certificate));
  }
  return chain;
}

}  // namespace

RelayView::RelayView() {
  record_.stage = Stage::tcp;
}

void RelayView::reach(Stage stage) {
  record_.stage = std::max(record_.stage, stage);
}

void RelayView::give_up(Side& side, std::string why) {
  side.unreadable = true;
  side.pending.clear();
  side.handshake.clear();
  if (record_.could_not_present.empty()) record_.could_not_present = std::move(why);
}

void RelayView::from_client(std::span<const std::byte> bytes) {
  if (hello_.state() == HelloCollector::State::waiting) {
    hello_.feed(bytes);
    if (hello_.state() == HelloCollector::State::complete) {
      reach(Stage::client_hello);
      record_.client_hello = hello_.message();
      if (const auto hello = ossl::parse_client_hello(hello_.message())) record_.sni = hello->sni;
    }
  }
  take(client_, Who::client, bytes);
}

void RelayView::from_server(std::span<const std::byte> bytes) {
  take(server_, Who::server, bytes);
}

void RelayView::client_closed(bool reset) {
  if (!record_.alert) (reset ? record_.reset_by_peer : record_.closed_by_peer) = true;
}

void RelayView::take(Side& side, Who who, std::span<const std::byte> bytes) {
  side.total += bytes.size();
  if (side.unreadable) return;
  side.pending.insert(side.pending.end(), bytes.begin(), bytes.end());
  std::size_t used = 0;
  while (!side.unreadable) {
    WireReader in(std::span(side.pending).subspan(used));
    const unsigned type = in.u8();
    in.u16();
    const std::size_t size = in.u16();
    if (in.failed()) break;
    if (type < kChangeCipherSpec || type > kApplicationData || size > kLongestRecord) {
      return give_up(side, who == Who::client ? "the peer does not speak TLS" : "the live server does not speak TLS");
    }
    const auto body = in.raw(size);
    if (in.failed()) break;
    take_record(side, who, type, body);
    used += kRecordHeader + size;
  }
  if (!side.unreadable)
    side.pending.erase(side.pending.begin(), side.pending.begin() + static_cast<std::ptrdiff_t>(used));
}

void RelayView::take_record(Side& side, Who who, unsigned type, std::span<const std::byte> body) {
  switch (type) {
    case kChangeCipherSpec: side.keys_changed = true; break;
    case kAlert:
      if (!side.keys_changed) take_alert(who, body);
      break;
    case kHandshake:
      if (!side.keys_changed) {
        take_handshake(side, who, body);
      } else if (who == Who::server) {
        reach(Stage::complete);
      }
      break;
    case kApplicationData:
      if (who == Who::client && client_.keys_changed && server_.keys_changed) reach(Stage::application_data);
      break;
    default: break;
  }
}

void RelayView::take_handshake(Side& side, Who who, std::span<const std::byte> body) {
  side.handshake.insert(side.handshake.end(), body.begin(), body.end());
  if (side.handshake.size() > kLongestMessage) return give_up(side, "a handshake message is too long to be read");
  std::size_t used = 0;
  while (!side.unreadable) {
    WireReader in(std::span(side.handshake).subspan(used));
    const unsigned type = in.u8();
    const auto content = in.vector(3);
    if (in.failed()) break;
    if (who == Who::server) take_server_message(type, content);
    used += kMessageHeader + content.size();
  }
  if (!side.unreadable)
    side.handshake.erase(side.handshake.begin(), side.handshake.begin() + static_cast<std::ptrdiff_t>(used));
}

void RelayView::take_server_message(unsigned type, std::span<const std::byte> body) {
  if (type == kServerHello && chooses_tls13(body)) {
    give_up(server_, "peer and server speak TLS 1.3, which hides what follows");
    client_.unreadable = true;
  }
  if (type == kCertificate && presented_.empty()) presented_ = certificates_of(body);
  if (type == kServerHelloDone) reach(Stage::flight_sent);
}

void RelayView::take_alert(Who who, std::span<const std::byte> body) {
  if (body.size() != 2) return;
  const auto level = std::to_integer<unsigned>(body[0]);
  const auto description = std::to_integer<unsigned>(body[1]);
  if (!ossl::is_refusal(level, description)) return;
  if (who == Who::client) {
    record_.alert = static_cast<int>(description);
    reach(Stage::alert);
  } else if (record_.could_not_present.empty()) {
    record_.could_not_present = "the live server refused with alert " + std::to_string(description);
  }
}

}  // namespace epki::probe
