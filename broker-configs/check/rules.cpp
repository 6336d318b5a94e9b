#include "broker-configs/check/rules.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace epki::broker {

namespace {

constexpr auto table = std::to_array<Rule>({
    // ---- the text -------------------------------------------------------------------------------------------------
    {"e_unknown_directive", "Mosquitto does not start with a line it does not know", "correct or remove the line"},
    {"e_newer_directive", "an older Mosquitto does not start with a line it does not know",
     "remove the line, or say which version you have with --for-version"},
    {"e_bad_value", "Mosquitto does not start with a value it cannot read", "write a value the setting takes"},
    {"e_twice", "Mosquitto 2.0 does not start when a setting comes twice for one listener", "remove one of the lines"},
    {"e_indented_comment", "only a line whose very first character is # is a comment: Mosquitto does not start",
     "begin the line with #"},
    {"e_outside", "Mosquitto does not start with such a line outside of a bridge", "move it below its connection line"},
    {"e_include", "Mosquitto does not start without the files it is told to include",
     "correct the folder; include_dir may stand in the main file only"},
    {"e_setting_lost", "Mosquitto takes the line without a word and uses it for nothing",
     "move it below the listener it is meant for, in the same file"},
    {"e_per_listener_late", "Mosquitto does not start: the setting changes what the lines above it mean",
     "make per_listener_settings the first line"},
    {"w_outdated", "it does nothing any more, or will be gone in a later version", "remove it"},
    {"w_trailing_comment", "a # in the middle of a line begins no comment", "put the comment on a line of its own"},
    {"w_relative_path",
     "Mosquitto looks for it below the folder it is started in, which a service does not share with you",
     "write the whole path"},

    // ---- listeners ------------------------------------------------------------------------------------------------
    {"e_plain_listener", "everything on this port can be read and changed on the way, passwords too",
     "give it certfile and keyfile, bind it to 127.0.0.1, or remove it"},
    {"e_half_tls", "before 2.0.21 Mosquitto silently opens such a listener without TLS; later it does not start",
     "give all of certfile and keyfile, and cafile where clients show certificates"},
    {"e_listener_by_accident",
     "Mosquitto opens port 1883 on every address for such a line, and the listener it was meant for goes without",
     "move the line below its listener line, in the same file"},
    {"w_local_only", "without a listener line Mosquitto serves this machine only, without TLS, and lets everybody in",
     "add: listener 8883, with certfile and keyfile below it"},
    {"e_same_port", "the second one cannot be bound: Mosquitto does not start", "give each listener a port of its own"},

    // ---- files ----------------------------------------------------------------------------------------------------
    {"e_file_missing", "Mosquitto does not start without it", "correct the path, or put the file there"},
    {"e_file_unreadable",
     "started as root, Mosquitto becomes its own account before it reads its files, and then does not start",
     "give the file to the broker's account (chown mosquitto, chmod 0400), and let it pass every folder above"},
    {"w_one_account_only",
     "it starts for the file's owner and for nobody else: not as a service that drops to its own account",
     "start it as that account, or give the file to the account of the service"},
    {"e_key_exposed", "whoever has an account on this machine can take the key and play the broker",
     "chmod 0400, then make a new key and certificate: this one may be known already"},
    {"w_list_exposed",
     "a password file is worth guessing at; since 2.0.20 Mosquitto warns of any such list, and will refuse it later",
     "chmod 0600, owned by the broker's account"},
    {"w_symlink", "Mosquitto 2.1 refuses symbolic links for these files", "name the file itself"},
    {"w_persistence_unwritable", "Mosquitto starts, and loses every retained and queued message when it ends",
     "make the folder writable for the broker's account, or set persistence false"},
    {"w_runs_as_root", "a mistake in the broker is then a mistake of root",
     "remove the line; give the files to the account mosquitto"},

    // ---- the server's certificate ---------------------------------------------------------------------------------
    {"e_certificate_damaged", "Mosquitto does not start, or no client can use what it shows", "make the file again"},
    {"e_certificate_expired", "every client that looks at dates refuses the broker",
     "renew it (ec200u-pki renew), then kill -HUP: clients stay connected"},
    {"e_certificate_not_yet", "every client that looks at dates refuses the broker until then",
     "set this machine's clock, or make the certificate again"},
    {"w_certificate_ends_soon", "every client that looks at dates refuses the broker from that moment on",
     "renew it (ec200u-pki renew), then kill -HUP: clients stay connected"},
    {"e_host_missing", "a client that dials this name and checks it refuses the broker",
     "make a certificate with the name: ec200u-pki issue server, and for an address also as a DNS name"},
    {"e_key_mismatch", "Mosquitto does not start", "put the key that was made with the certificate beside it"},
    {"e_key_encrypted", "Mosquitto asks for the passphrase on its terminal; a service has none and does not start",
     "store the key without passphrase, readable for the broker's account alone"},
    {"e_chain_order", "strict clients, this modem among them, find no path from the certificate to their root",
     "order the file: the server's certificate, then each one's issuer; the root may be left out"},
    {"n_root_in_chain", "clients have the root or do not trust it; sending it costs bytes on every handshake",
     "leave the root out of certfile"},

    // ---- TLS ------------------------------------------------------------------------------------------------------
    {"e_tls13_only", "the modem speaks TLS 1.2 at most: it is shut out", "tls_version tlsv1.2, which is a minimum"},
    {"e_bad_tls_version", "Mosquitto does not start", "tls_version tlsv1.2"},
    {"w_old_tls", "TLS 1.0 and 1.1 are broken, and the modem does not need them", "tls_version tlsv1.2"},
    {"e_no_shared_cipher", "no handshake with the modem can succeed",
     "remove the line, or take the list that ec200u-pki broker render writes"},

    // ---- client certificates --------------------------------------------------------------------------------------
    {"e_require_without_ca", "no certificate can be verified: every client is refused",
     "cafile with the CA of the devices"},
    {"e_certificate_not_required", "a client without a certificate is let in like any other",
     "require_certificate true, use_identity_as_username true, allow_anonymous false"},
    {"w_certificate_not_required", "a client may leave its certificate away and come in by password alone",
     "require_certificate true"},
    {"e_cn_unused", "the CN is not the user name, so no certificate is enough to come in: every client gets CONNACK 5",
     "use_identity_as_username true"},
    {"w_cn_unused", "the CN is not the user name: any device may use any name", "use_identity_as_username true"},
    {"w_client_id_free", "a device can take the client id of another and so end its session, again and again",
     "use_username_as_clientid true"},
    {"e_anchors_damaged", "Mosquitto does not start, or knows no CA for clients", "make the file again"},
    {"e_anchor_no_root",
     "OpenSSL ends a path at a root only, unless the file says otherwise: every client certificate is refused",
     "add the root above it, or write it as an anchor: openssl x509 -in FILE -addtrust clientAuth -trustout"},
    {"e_anchor_expired", "every client certificate below it is refused",
     "put the renewed CA there and restart the broker"},
    {"w_server_root_for_clients",
     "one root for both: a stolen device certificate may play the broker towards modems that do not look at its usage",
     "use a root of their own for devices (ec200u-pki init --mutual)"},
    {"w_many_anchors", "every CA in the file can mint any user name", "keep only the CA of the devices in it"},

    // ---- revocation -----------------------------------------------------------------------------------------------
    {"e_crl_expired", "once nextUpdate has passed, every client is refused, revoked or not",
     "make it again (ec200u-pki crl), then kill -HUP; let a timer do it"},
    {"e_crl_not_yet", "before thisUpdate every client is refused, revoked or not",
     "set the clocks of this machine and of the one that signs, make it again (ec200u-pki crl), then kill -HUP"},
    {"w_crl_ends_soon", "once nextUpdate has passed, every client is refused, revoked or not",
     "make it again (ec200u-pki crl), then kill -HUP; let a timer do it"},
    {"e_crl_damaged", "Mosquitto does not start", "make it again (ec200u-pki crl)"},
    {"e_crl_of_another",
     "Mosquitto wants a CRL of the CA that issued the client's certificate: without it every client is refused",
     "put the CRL of that CA into the file; several may stand in one"},
    {"e_crl_websockets", "Mosquitto does not look at the CRL on websockets: revoked devices come in by that door",
     "remove the websockets listener, or let devices use the other one only"},
    {"n_no_crl", "a revoked certificate stays good until it ends", "crlfile, with a timer that renews it"},

    // ---- who may do what ------------------------------------------------------------------------------------------
    {"e_anonymous", "anybody who reaches the port may read and write every topic",
     "allow_anonymous false, or an acl_file that names what everybody may use"},
    {"w_anonymous", "anybody who reaches the port may use the topics of the list without saying who they are",
     "client certificates: require_certificate true, use_identity_as_username true, allow_anonymous false"},
    {"e_nobody_gets_in", "every client gets CONNACK 5: anonymous is off by default, and nothing else lets anybody in",
     "use_identity_as_username true with client certificates, or a password_file"},
    {"w_no_acl", "every client may read and write every topic, those of other devices too",
     "acl_file with: pattern readwrite ec200u/%u/#"},
    {"e_acl_refused", "Mosquitto 2.0 does not start, or later ends at the reload", "correct the line"},
    {"e_acl_open", "every device may use the topics of all others", "pattern readwrite ec200u/%u/#"},
    {"e_acl_client_id", "the client chooses its id: whoever takes the id of another has its topics",
     "use %u in the pattern, or add use_username_as_clientid true to the listener"},
    {"e_acl_not_alone",
     "Mosquitto takes %u and %c only where they are a whole level of the topic: the pattern matches nobody",
     "put %u between slashes"},
    {"e_acl_subject",
     "with use_subject_as_username the user name is the whole subject: an entry for the bare CN never holds",
     "use_identity_as_username true, or write the whole subject behind user"},
    {"w_acl_anonymous_only",
     "topic lines above the first user line hold for clients without a user name, and here everybody has one",
     "make it a pattern, or put it below a user line"},
    {"w_acl_no_name", "the list gives no client topics of its own", "pattern readwrite ec200u/%u/#"},

    // ---- limits ---------------------------------------------------------------------------------------------------
    {"n_no_packet_limit", "before 2.1 a client may send packets of 256 MB, which the broker keeps in memory",
     "max_packet_size 262144"},
});

}  // namespace

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::notice: return "notice";
  }
  return "?";
}

std::span<const Rule> all_rules() {
  return table;
}

const Rule& rule_named(std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Rule& one) { return one.name == name; });
  if (found == table.end()) throw std::logic_error("no rule " + std::string(name));
  return *found;
}

}  // namespace epki::broker
