#include <algorithm>

#include "broker-configs/check/subject.hpp"
#include "broker-configs/render.hpp"
#include "pki/ossl/cipher_list.hpp"

namespace epki::broker {

namespace {

void check_tls_version(const Subject& subject, const Listener& listener) {
  const auto* version = listener.settings.find("tls_version");
  if (version == nullptr) return;
  const auto& value = version->value;
  if (value == "tlsv1.3")
    subject.add("e_tls13_only", version->place, "tls_version tlsv1.3 is the least this listener speaks");
  else if (value == "tlsv1.1" || value == "tlsv1" || value == "tlsv1.0")
    subject.add("w_old_tls", version->place, "tls_version " + value + " lets old versions in");
  if (value != "tlsv1.3" && value != "tlsv1.2" && value != "tlsv1.1")
    subject.add("e_bad_tls_version", version->place, "Mosquitto 2 knows no tls_version " + value);
}

// What a modem can offer is what a rendered configuration lists.
bool shared_with_modem(const std::vector<ossl::CipherSuite>& suites, const std::string& key) {
  const auto modem = ossl::expand_cipher_list(modem_ciphers());
  if (!modem) return true;
  return std::any_of(suites.begin(), suites.end(), [&](const ossl::CipherSuite& one) {
    const bool offered = std::any_of(modem->begin(), modem->end(),
                                     [&](const ossl::CipherSuite& other) { return other.number == one.number; });
    const bool fits = key.empty() || (key.starts_with("rsa") && one.rsa) || (key.starts_with("ec") && one.ecdsa);
    return offered && fits;
  });
}

void check_ciphers(const Subject& subject, const Listener& listener) {
  const auto* list = listener.settings.find("ciphers");
  if (list == nullptr) return;
  const auto suites = ossl::expand_cipher_list(list->value);
  if (!suites) {
    subject.add("e_no_shared_cipher", list->place, suites.error().what + ": Mosquitto does not start");
    return;
  }
  const auto chain = certificates_of(listener, "certfile");
  if (!shared_with_modem(*suites, ""))
    subject.add("e_no_shared_cipher", list->place, "none of the suites of this list is one the modem can offer");
  else if (!chain.empty() && !shared_with_modem(*suites, chain.front().key()))
    subject.add("e_no_shared_cipher", list->place,
                "the suites shared with the modem do not go with the server's key, " + chain.front().key());
}

}  // namespace

void check_tls(const Subject& subject) {
  for (const auto& listener : subject.model.listeners) {
    check_tls_version(subject, listener);
    check_ciphers(subject, listener);
  }
}

}  // namespace epki::broker
