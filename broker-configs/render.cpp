// The text of mosquitto.conf. Each line says why it is there: the file is read by people who run brokers.

#include "broker-configs/mosquitto.hpp"

namespace epki::broker {

namespace {

// TLS 1.2 names of what the modem can offer (AT reference, 2) and OpenSSL 3 still has at security level 2: forward
// secrecy first, then the RSA key exchanges that every firmware has. Static ECDH, 3DES and RC4 are gone from OpenSSL 3.
constexpr std::string_view ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA";

constexpr std::string_view head = R"(# Mosquitto 2.0.11, written by ec200u-pki from ec200u-pki.toml.
# Start it with: mosquitto -c FILE, as the account that owns certs/server.key, or as root. Started as root, Mosquitto
# becomes the account mosquitto before it reads the key.

# Nothing is written to disk, so that it starts anywhere. For retained messages across a restart, name a folder that the
# broker may write: persistence true, persistence_location /var/lib/mosquitto/
persistence false

# The log goes where the terminal or the service manager looks.
log_dest stderr
log_type error
log_type warning
log_type notice
log_type information

# Small packets go out at once: a handshake over a cellular link has waited long enough.
set_tcp_nodelay true

# No device sends more; a client that does is cut off before it fills the memory.
max_packet_size 262144

)";

constexpr std::string_view anonymous_access =
    R"(# Clients are not asked who they are: TLS proves the broker to them, nothing proves them to the broker. The list lets them
# reach ec200u/# and nothing else.
allow_anonymous true
)";

constexpr std::string_view certificate_access =
    R"(# Every client shows a certificate (below), and its CN is its user name; the list gives each its own topics.
allow_anonymous false
)";

constexpr std::string_view tls_comment =
    R"(# The key and the certificate, the issuing ones behind it. kill -HUP reads them again after a renewal.
)";

constexpr std::string_view client_certificates =
    R"(# Who may issue client certificates: the device root and no other, for whoever is in this file can mint user names.
# A change of it needs a restart.
)";

constexpr std::string_view version_comment =
    R"(# The least version; it pins nothing: clients that can speak TLS 1.3 do, and the list of ciphers is for TLS 1.2 alone.
)";

}  // namespace

std::string render_configuration(const config::Project& project) {
  const std::string folder = project.broker_folder().string();
  std::string out(head);
  out += project.broker.mutual ? certificate_access : anonymous_access;
  out += "acl_file " + folder + "/acl\n\n";
  out += project.broker.listen.empty() ? "# On every address of this machine, IPv4 and IPv6.\n" : "";
  out += "listener " + std::to_string(project.broker.port) +
         (project.broker.listen.empty() ? "" : " " + project.broker.listen) + "\n";
  out += tls_comment;
  out += "certfile " + folder + "/certs/server.pem\nkeyfile " + folder + "/certs/server.key\n";
  if (project.broker.mutual) {
    out += client_certificates;
    out += "cafile " + folder + "/certs/client-ca.pem\nrequire_certificate true\nuse_identity_as_username true\n";
  }
  out += version_comment;
  out += "tls_version tlsv1.2\nciphers " + std::string(ciphers) + "\n";
  return out;
}

std::string acl_text(const config::Project& project) {
  if (project.broker.mutual)
    return "# Each client under its own name, the CN of its certificate, and all on the topic of the self-test. "
           "Mosquitto\n"
           "# warns that the second pattern holds neither %c nor %u: that is meant.\n"
           "pattern readwrite ec200u/%u/#\n"
           "pattern readwrite " +
           project.provision.topic + "\n";
  // "topic" lines hold for clients that give no user name, "pattern" lines also for those that give one.
  return "# Every client, whether it gives a user name or not, may use ec200u/# and nothing else. Mosquitto warns that "
         "the\n"
         "# pattern holds neither %c nor %u: that is meant.\n"
         "topic readwrite ec200u/#\n"
         "pattern readwrite ec200u/#\n";
}

std::string reachable_at(const config::Project& project) {
  const auto& listen = project.broker.listen;
  if (listen.empty() || listen == "0.0.0.0") return "127.0.0.1";
  return listen == "::" ? "::1" : listen;
}

}  // namespace epki::broker
