#include "pki/ossl/tls_client_hello.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "pki/ossl/tls_wire.hpp"

namespace epki::ossl {

namespace {

constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kHandshakeHeader = 4;
// 2^14 of plain text (RFC 5246, 6.2.1). No ClientHello known comes near the second limit.
constexpr std::size_t kLongestRecord = 16384;
constexpr std::size_t kLongestHello = 65536;
constexpr std::uint16_t kRenegotiationScsv = 0x00ff;

Error malformed(std::string_view where) {
  return {Errc::input, "the ClientHello is malformed: " + std::string(where) + " does not fit its length"};
}

/// Two-byte numbers in a vector of `width` length bytes that fills `body`. Nothing when it does not.
std::optional<std::vector<std::uint16_t>> u16_list(std::span<const std::byte> body, std::size_t width) {
  WireReader outer(body);
  const auto list = outer.vector(width);
  if (outer.failed() || !outer.empty() || list.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint16_t> values;
  for (WireReader inner(list); !inner.empty();) values.push_back(inner.u16());
  return values;
}

bool read_server_name(std::span<const std::byte> body, std::string& sni) {
  WireReader outer(body);
  WireReader names(outer.vector(2));
  if (outer.failed() || !outer.empty()) return false;
  while (!names.empty()) {
    const auto type = names.u8();
    const auto name = names.vector(2);
    if (names.failed()) return false;
    if (type == 0 && sni.empty()) sni.assign(as_text(name));
  }
  return true;
}

bool read_extension(std::uint16_t type, std::span<const std::byte> body, ClientHello& hello) {
  switch (type) {
    case 0: return read_server_name(body, hello.sni);
    case 10: hello.groups = u16_list(body, 2); return hello.groups.has_value();
    case 11: hello.point_formats = true; return true;
    case 13: hello.signature_algorithms = u16_list(body, 2); return hello.signature_algorithms.has_value();
    case 43: hello.versions = u16_list(body, 1); return hello.versions.has_value();
    case 0xff01: hello.renegotiation_info = true; return true;
    default: return true;
  }
}

}  // namespace

bool ClientHello::offers_tls12() const {
  constexpr std::uint16_t tls12 = 0x0303;
  // With supported_versions the older field says nothing (RFC 8446, 4.1.2).
  if (versions) return std::find(versions->begin(), versions->end(), tls12) != versions->end();
  return version >= tls12;
}

Result<ClientHello> parse_client_hello(std::span<const std::byte> message) {
  WireReader outer(message);
  if (outer.u8() != 1) return Error{Errc::input, "the message is no ClientHello"};
  WireReader in(outer.vector(3));
  if (outer.failed() || !outer.empty()) return malformed("the message");

  ClientHello hello;
  hello.version = in.u16();
  in.raw(32);  // random
  in.vector(1);
  const auto suites = in.vector(2);
  const auto compression = in.vector(1);
  if (in.failed() || suites.empty() || suites.size() % 2 != 0) return malformed("the list of cipher suites");
  if (compression.empty()) return malformed("the list of compression methods");
  for (WireReader list(suites); !list.empty();) hello.suites.push_back(list.u16());
  hello.renegotiation_info =
      std::find(hello.suites.begin(), hello.suites.end(), kRenegotiationScsv) != hello.suites.end();
  if (in.empty()) return hello;  // extensions are optional (RFC 5246, 7.4.1.2)

  WireReader extensions(in.vector(2));
  if (in.failed() || !in.empty()) return malformed("the list of extensions");
  while (!extensions.empty()) {
    const auto type = extensions.u16();
    const auto body = extensions.vector(2);
    if (extensions.failed() || !read_extension(type, body, hello)) {
      return malformed("extension " + std::to_string(type));
    }
  }
  return hello;
}

HelloCollector::State HelloCollector::refuse(std::string reason) {
  reason_ = std::move(reason);
  return state_ = State::not_tls;
}

HelloCollector::State HelloCollector::feed(std::span<const std::byte> bytes) {
  if (state_ != State::waiting) return state_;
  record_.insert(record_.end(), bytes.begin(), bytes.end());
  take_records();
  return state_;
}

void HelloCollector::take_records() {
  while (state_ == State::waiting && !record_.empty()) {
    WireReader in(record_);
    const auto type = in.u8();
    if (type != 22) {
      // An SSL 2 hello has the high bit of its length set and its type, 1, in the third byte (RFC 5246, E.2).
      const bool ssl2 = (type & 0x80U) != 0 && (record_.size() < 3 || record_[2] == std::byte{1});
      refuse(ssl2 ? "the peer sent an SSL 2 hello, which carries no server name"
                  : "the peer does not speak TLS; its first bytes are " +
                        to_hex(std::span(record_).first(std::min<std::size_t>(record_.size(), 16))));
      return;
    }
    if (record_.size() >= 2 && record_[1] != std::byte{3}) {
      refuse("the peer's record has version byte " + to_hex(std::span(record_).subspan(1, 1)) + ", which is not TLS");
      return;
    }
    in.u16();
    const std::size_t size = in.u16();
    if (in.failed()) return;
    if (size == 0 || size > kLongestRecord) {
      refuse("the peer's record claims " + std::to_string(size) + " bytes");
      return;
    }
    const auto body = in.raw(size);
    if (in.failed()) return;
    message_.insert(message_.end(), body.begin(), body.end());
    record_.erase(record_.begin(), record_.begin() + static_cast<std::ptrdiff_t>(kRecordHeader + size));

    if (message_[0] != std::byte{1}) {
      refuse("the peer's first handshake message is no ClientHello");
      return;
    }
    if (message_.size() < kHandshakeHeader) continue;
    WireReader header{std::span<const std::byte>(message_).subspan(1)};
    const std::size_t whole = kHandshakeHeader + header.number(3);
    if (whole > kLongestHello) {
      refuse("the peer's ClientHello claims " + std::to_string(whole) + " bytes");
      return;
    }
    if (message_.size() < whole) continue;
    message_.resize(whole);
    state_ = State::complete;
  }
}

}  // namespace epki::ossl
