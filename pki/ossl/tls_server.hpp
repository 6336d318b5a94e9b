#pragma once
// One TLS 1.2 server conversation on a socket somebody else accepted: presents a chain, records what the peer did.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

/// How far a peer came. The words are those of the JSON (`stage`).
enum class Stage : std::uint8_t { none, tcp, client_hello, flight_sent, alert, complete, application_data };
std::string_view word(Stage stage);

/// The certificate that a peer showed and proved to hold the key of (CertificateVerify: RFC 5246, 7.4.8).
struct ShownCertificate {
  Certificate certificate;
  std::string key_sha256{};  ///< SHA-256 of its subjectPublicKeyInfo, 64 lower-case hex digits
  std::string problem{};     ///< why path validation under the anchors failed, in OpenSSL's words; empty: it holds
};

struct TlsRecordOfPeer {
  Stage stage = Stage::none;
  std::optional<int> alert{};               ///< the alert by which the peer refused (RFC 5246, 7.2), e.g. 48
  std::string sni{};                        ///< server_name of the ClientHello; empty when absent
  std::vector<std::byte> client_hello{};    ///< the handshake message as it came, for recognising a stack
  std::string application_data{};           ///< what the peer sent after the handshake, at most 64 KiB
  bool closed_by_peer = false;              ///< FIN without an alert
  bool reset_by_peer = false;               ///< RST
  std::string could_not_present{};          ///< non-empty: the server itself failed (e.g. no shared cipher); no verdict
  std::optional<ShownCertificate> shown{};  ///< with client_anchors, once the handshake is complete
};

/// What goes back to the peer. A plain text converts to it.
struct Answer {
  std::string text{};
  bool close = false;  ///< end the conversation after the text
  Answer() = default;
  Answer(std::string words, bool last = false) : text(std::move(words)), close(last) {}  // NOLINT(*-explicit-*)
};

struct TlsServerOptions {
  Chain chain;     ///< leaf first; sent exactly so, nothing added
  PrivateKey key;  ///< of the leaf
  /// Called with all application data so far; returns what to answer with (may be empty). Blocking is not allowed.
  std::function<Answer(const std::string&)> answer{};
  /// Not empty: the peer is asked for a certificate. It is judged under these anchors for client authentication, and
  /// one that does not hold, or none, does not end the handshake: the record says what came, so that the peer can be
  /// told. Such a server is nobody's experiment: it keeps OpenSSL's own security level.
  Chain client_anchors{};
};

/// Blocks until the peer is done, the deadline passes, or cancel. No session tickets, no session cache, security
/// level 0 without client_anchors (defective chains must be servable), TLS 1.2 only, SIGPIPE never. Owns and closes
/// `socket`. Errc::internal only when OpenSSL cannot be set up; whatever the peer does is in the record.
Result<TlsRecordOfPeer> serve_tls(int socket, const TlsServerOptions& options, Deadline by, const Cancel& cancel);

}  // namespace epki::ossl
