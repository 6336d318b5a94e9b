#pragma once
// A peer's first words: finding the ClientHello in the bytes of a connection, and reading it (RFC 5246, 7.4.1.2).
// Outside bytes: every length is checked, nothing is taken on trust.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace epki::ossl {

struct ClientHello {
  std::uint16_t version = 0;  ///< legacy_version: 0x0303 is TLS 1.2
  std::vector<std::uint16_t> suites{};
  std::string sni{};  ///< host_name of server_name (RFC 6066, 3); empty when absent
  std::optional<std::vector<std::uint16_t>> groups{};
  std::optional<std::vector<std::uint16_t>> signature_algorithms{};
  std::optional<std::vector<std::uint16_t>> versions{};  ///< supported_versions (RFC 8446, 4.2.1)
  bool point_formats = false;                            ///< ec_point_formats was offered (RFC 8422, 5.1.2)
  bool renegotiation_info = false;                       ///< the extension or its SCSV was offered (RFC 5746)

  /// Whether the peer can speak TLS 1.2.
  bool offers_tls12() const;
};

/// Reads one whole handshake message, its four-byte header included. Errc::input says where it stops making sense.
Result<ClientHello> parse_client_hello(std::span<const std::byte> message);

/// Gathers the ClientHello from a connection's bytes, however they are cut into segments and records.
class HelloCollector {
 public:
  enum class State : std::uint8_t { waiting, complete, not_tls };

  /// All bytes of the connection so far are fed in order. Does nothing once the state has left `waiting`.
  State feed(std::span<const std::byte> bytes);
  State state() const { return state_; }
  /// The handshake message with its header; what there is of it while waiting.
  const std::vector<std::byte>& message() const { return message_; }
  /// Once complete: what came after it.
  const std::vector<std::byte>& rest() const { return record_; }
  /// Why the state is not_tls, as a sentence; empty otherwise.
  const std::string& reason() const { return reason_; }

 private:
  void take_records();
  State refuse(std::string reason);

  State state_ = State::waiting;
  std::vector<std::byte> record_;  // the record being received, from its header on
  std::vector<std::byte> message_;
  std::string reason_;
};

}  // namespace epki::ossl
