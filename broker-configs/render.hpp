#pragma once
// What a project's broker needs, as texts: its configuration and access list, the files that put it on a machine or
// into a container, and the timers that keep its certificates alive. Pure: reads the project's values, no file.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker-configs/version.hpp"
#include "config/project.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::broker {

/// Where a listener binds; an empty address: everywhere.
struct Endpoint {
  std::string address{};
  std::uint16_t port = 0;
};

/// "8883", ":8883", "192.0.2.1:8883", "[2001:db8::1]:8883". Errc::usage for anything else.
Result<Endpoint> parse_endpoint(std::string_view text);

struct RenderOptions {
  Version version = Version::v2_0_11;
  std::optional<Endpoint> listen{};      ///< instead of broker.listen and broker.port
  std::optional<Endpoint> websockets{};  ///< a second TLS listener, for MQTT in websockets
  bool as_root = false;                  ///< the project's folder is private to root: the broker stays root
  bool crl = false;                      ///< with broker.mutual: certs/crl.pem is enforced
  std::string folder{};                  ///< where the files will stand; empty: broker/ of the project
  std::string program = "ec200u-pki";    ///< what the timers run, an absolute path
  std::string owner = "root";            ///< account the timers run as: who owns the project
};

struct RenderedFile {
  std::string path;  ///< relative to the broker folder: "mosquitto.conf", "deploy/install.sh"
  std::string text;  ///< with its seal (sealed.hpp)
  unsigned mode = 0644;
};

/// Every file for these options, broker/mosquitto.conf (absolute paths into the project, starts there as it is) first.
/// Errc::input for a set that must not be written: a CRL with websockets, which Mosquitto does not look at there
/// (reference: Mosquitto #3042), or a CRL that lives shorter than the timer's day.
Result<std::vector<RenderedFile>> render(const config::Project& project, const RenderOptions& options);

/// broker/mosquitto.conf alone: the first `listener` line is the TLS one. Anonymous clients on the list of acl_text(),
/// or client certificates with CN as user name when broker.mutual.
Result<std::string> render_configuration(const config::Project& project, const RenderOptions& options = {});
Result<std::string> acl_text(const config::Project& project);

/// The cipher list of a rendered file: what this modem can offer and OpenSSL 3 still has, in OpenSSL's names.
std::string_view modem_ciphers();

/// The certificates of a cafile: PEM or DER, and OpenSSL's own form for a trust anchor, TRUSTED CERTIFICATE, which is
/// what this project writes. Errc::input when there is none, or one cannot be read.
Result<ossl::Chain> read_anchors(std::string_view bytes);

/// Whether this revocation list may be enforced: it is the issuing CA's own (Mosquitto checks the client's certificate
/// alone, against the list of its issuer), and will not run out before the daily reissue with a day to spare. `anchors`
/// are the certificates of certs/client-ca.pem. Errc::input says what is wrong: an expired list refuses every client.
Status check_crl_lasts(std::string_view bytes, const ossl::Chain& anchors, Instant now);

}  // namespace epki::broker
