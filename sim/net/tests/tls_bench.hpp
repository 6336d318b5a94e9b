#pragma once
// Chains made by the openssl command line and presented by `openssl s_server`, so that what our client does is judged
// by another TLS stack. Everything lives in a temporary folder and on ports of the kernel's choice.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/child.hpp"
#include "core/file.hpp"
#include "sim/net/network.hpp"

namespace epki::sim::bench {

/// The name every client dials; it resolves to 127.0.0.1.
inline constexpr std::string_view kHost = "probe.test";

/// The certificates of these tests, made once for a test program: P-256, valid from now, roots and intermediates for 25
/// years, leaves for one. Called without extension: "uploaded" -> uploaded.pem, uploaded.key.
class Pki {
 public:
  static Pki& instance();

  std::string path(std::string_view file) const;
  std::string pem(std::string_view name) const;                      ///< content of <name>.pem
  std::string key(std::string_view name) const;                      ///< content of <name>.key
  std::string openssl(const std::vector<std::string>& words) const;  ///< runs it; its stdout

 private:
  Pki();
  void make(const std::string& name, const std::string& subject, const std::string& profile, const std::string& issuer,
            int days) const;
  TemporaryFolder folder_;
};

/// What a server presents: leaf first.
struct Chain {
  std::string leaf;
  std::vector<std::string> more{};
};

/// `openssl s_server` for exactly one connection, TLS 1.2 at most.
class Server {
 public:
  explicit Server(const Chain& chain, std::vector<std::string> extra = {});
  std::uint16_t port() const { return port_; }

  struct Saw {
    bool complete = false;  ///< the handshake, as the server sees it
    bool application_data = false;
    int alert = 0;      ///< received from the client; 0: none
    std::string all{};  ///< everything it printed
  };
  /// Waits for the end of the connection.
  Saw saw();

 private:
  std::optional<Child> child_{};
  std::uint16_t port_ = 0;
};

struct Client {
  TlsSettings settings{};
  TrustPolicy policy{};
  std::vector<std::string> built_in{};
};

/// seclevel 1, "uploaded" bound, SNI on, validity checked; `built-in` holds the root "built-in".
Client client_of(Anchors anchors);

/// Opens to `port` by kHost, sends a byte if that worked, closes.
Opened open_as(const Client& client, std::uint16_t port);

/// One handshake in the words of the trust-probing reference, section 6: "ACC+app", "ACC-noapp", or the alert's number.
/// Checks that what the client reports fits what the server saw.
std::string outcome(const Client& client, const Chain& chain);

}  // namespace epki::sim::bench
