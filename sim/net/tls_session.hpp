#pragma once
// One TLS client connection: configured from what the SSL context held, then shaken hands with.

#include <optional>
#include <string>
#include <vector>

#include "sim/net/network.hpp"
#include "sim/net/socket.hpp"
#include "sim/net/tls_handles.hpp"
#include "sim/net/tls_verdict.hpp"

namespace epki::sim {

class TlsSession {
 public:
  TlsSession(const TlsSettings& settings, const TrustPolicy& policy);

  /// All that can fail before a packet is sent. Nothing: ready. Otherwise what is wrong, for the log.
  std::optional<std::string> prepare(std::string_view host, const std::vector<std::string>& built_in_pem);

  /// Takes over the connected socket. On failure the alert was sent and the connection is finished.
  OpenFailure handshake(TcpSocket socket, const Patience& patience, std::string& detail);

  /// After a good handshake. Neither waits; both give an mbedTLS result, WANT_READ and WANT_WRITE included.
  int read_now(std::string& into);
  int write_now(std::string_view bytes);
  void say_goodbye();  ///< close_notify

  const TcpSocket& socket() const { return *socket_; }

 private:
  std::optional<std::string> set_versions_and_suites();
  std::optional<std::string> set_client_certificate();
  OpenFailure judge_afterwards(std::string& detail) const;

  // Copies: the session outlives the settings and the persona's table it was opened with.
  TlsSettings settings_;
  TrustPolicy policy_;
  std::optional<TcpSocket> socket_{};
  Entropy entropy_{};
  Generator generator_{};
  Certificates anchors_{}, client_chain_{};
  PrivateKey client_key_{};
  std::vector<int> suites_{};
  std::optional<Verdict> verdict_{};
  TlsConfig config_{};
  TlsContext context_{};  // last: freed first, it refers to the rest
};

}  // namespace epki::sim
