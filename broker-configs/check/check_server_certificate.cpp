#include <algorithm>

#include "broker-configs/check/subject.hpp"
#include "broker-configs/render.hpp"
#include "core/file.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"
#include "pki/ossl/key.hpp"

namespace epki::broker {

namespace {

constexpr std::size_t largest_pem = 4U << 20U;

void check_server_dates(const Subject& subject, const Setting& setting, const ossl::Certificate& certificate,
                        bool leaf) {
  const auto& now = subject.question.now;
  const std::string who = (leaf ? "the certificate " : "the issuing certificate ") + certificate.subject();
  if (certificate.not_after() <= now)
    subject.add("e_certificate_expired", setting.place, who + " ended on " + day(certificate.not_after()));
  else if (certificate.not_before() > now)
    subject.add("e_certificate_not_yet", setting.place, who + " begins on " + day(certificate.not_before()));
  else if (certificate.not_after() <= now + subject.question.soon)
    subject.add("w_certificate_ends_soon", setting.place, who + " ends on " + day(certificate.not_after()));
}

// mbedTLS 2.28, the family of the modem's TLS: dNSName entries alone count, an address among them as its text; a CN
// only where there is no subjectAltName. A star stands for one whole label.
bool carries(const ossl::Certificate& certificate, std::string_view host) {
  auto names = certificate.dns_names();
  if (names.empty() && certificate.ip_addresses().empty()) names.push_back(certificate.common_name());
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    if (equal_ignoring_case(name, host)) return true;
    const auto dot = host.find('.');
    return name.starts_with("*.") && dot != std::string_view::npos && dot > 0 &&
           equal_ignoring_case(std::string_view(name).substr(1), host.substr(dot));
  });
}

void check_names(const Subject& subject, const Setting& setting, const ossl::Certificate& leaf) {
  if (!subject.question.host || carries(leaf, *subject.question.host)) return;
  const auto ips = leaf.ip_addresses();
  const bool as_address = std::find(ips.begin(), ips.end(), *subject.question.host) != ips.end();
  subject.add("e_host_missing", setting.place,
              *subject.question.host + " is not among the names of the certificate" +
                  (as_address ? ": it is there as an address, and the modem looks at DNS names alone" : ""));
}

void check_order(const Subject& subject, const Setting& setting, const ossl::Chain& chain) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (!chain[i - 1].signed_by(chain[i])) {
      subject.add("e_chain_order", setting.place,
                  "certificate " + std::to_string(i + 1) + " of the file, " + chain[i].subject() +
                      ", did not sign the one before it, " + chain[i - 1].subject());
      return;
    }
  }
  if (chain.size() > 1 && chain.back().self_issued())
    subject.add("n_root_in_chain", setting.place, "the file ends with the root " + chain.back().subject());
}

void check_key(const Subject& subject, const Setting& setting, const ossl::Certificate& leaf) {
  auto text = read_file(Subject::named(setting).path, largest_pem);
  if (!text) return;  // said already
  const Secret pem{*text};
  wipe(std::as_writable_bytes(std::span(*text)));
  if (ossl::PrivateKey::is_encrypted(pem.view())) {
    subject.add("e_key_encrypted", setting.place, setting.value + " needs a passphrase");
    return;
  }
  const auto key = ossl::PrivateKey::from_pem(pem.view(), nullptr);
  if (!key)
    subject.add("e_certificate_damaged", setting.place, setting.value + " holds no private key: " + key.error().what);
  else if (!key->matches(leaf))
    subject.add("e_key_mismatch", setting.place,
                setting.value + " is not the key of the certificate " + leaf.subject());
}

void check_served(const Subject& subject, const Listener& listener) {
  const auto* certfile = listener.settings.find("certfile");
  if (certfile == nullptr || !Subject::named(*certfile).exists) return;
  auto text = read_file(Subject::named(*certfile).path, largest_pem);
  if (!text) return;
  const auto chain = ossl::chain_from_pem(*text);
  if (!chain) {
    subject.add("e_certificate_damaged", certfile->place, certfile->value + ": " + chain.error().what);
    return;
  }
  for (std::size_t i = 0; i < chain->size(); ++i) check_server_dates(subject, *certfile, (*chain)[i], i == 0);
  check_names(subject, *certfile, chain->front());
  check_order(subject, *certfile, *chain);
  const auto* keyfile = listener.settings.find("keyfile");
  const auto* form = listener.settings.find("tls_keyform");
  if (keyfile != nullptr && (form == nullptr || form->value != "engine")) check_key(subject, *keyfile, chain->front());
}

}  // namespace

ossl::Chain certificates_of(const Listener& listener, std::string_view setting) {
  const auto* named = listener.settings.find(setting);
  if (named == nullptr) return {};
  const auto text = read_file(Subject::named(*named).path, largest_pem);
  if (!text) return {};
  const auto chain = read_anchors(*text);
  return chain ? *chain : ossl::Chain{};
}

void check_server_certificate(const Subject& subject) {
  for (const auto& listener : subject.model.listeners) check_served(subject, listener);
}

}  // namespace epki::broker
