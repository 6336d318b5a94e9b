#pragma once
// One visit to a TLS server by a client that trusts nobody: what the server presents, what it agrees on, whether it
// asks for a client certificate, and what it answers to a few bytes.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::ossl {

/// The connection under it. `read` returns 0 when the deadline passed first and fails when the connection is gone.
struct VisitWire {
  std::function<Result<std::size_t>(std::span<std::byte> into, Deadline by)> read;
  std::function<Status(std::span<const std::byte> bytes, Deadline by)> write;
};

struct VisitOptions {
  std::string server_name{};  ///< SNI; empty: none (RFC 6066, 3: never an address)
  bool newest = false;        ///< true: TLS 1.3 as well; false: TLS 1.2 is the most
  /// Only these suites are offered, by their IANA numbers; those OpenSSL does not have are left out. Empty: all.
  std::vector<std::uint16_t> suites{};
  std::string request{};  ///< sent after the handshake; empty: nothing, and nothing is read
};

struct Visit {
  bool complete = false;              ///< the handshake was
  std::string version{}, suite{};     ///< "TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"; empty: none was agreed on
  Chain chain{};                      ///< as presented, end-entity certificate first; empty: none came
  std::string unreadable{};           ///< why a presented certificate is none
  bool asks_for_certificate = false;  ///< CertificateRequest was sent (RFC 5246, 7.4.4)
  std::optional<int> alert{};         ///< by which the server refused (RFC 5246, 7.2)
  std::string failure{};              ///< how it ended where it did not complete, in OpenSSL's words
  std::string reply{};                ///< the first bytes that came back after `request`
  std::optional<Error> lost{};        ///< the connection ended under it
};

/// Blocks until the server is done or the deadline passes. Verifies nothing. Errc::internal when OpenSSL cannot be set
/// up, Errc::interrupted as `wire` says; whatever the server does is in the Visit.
Result<Visit> visit_tls(const VisitWire& wire, const VisitOptions& options, Deadline by);

}  // namespace epki::ossl
