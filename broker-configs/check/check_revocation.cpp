#include <algorithm>

#include "broker-configs/check/subject.hpp"
#include "core/file.hpp"
#include "pki/ossl/file_contents.hpp"
#include "pki/ossl/revocation_list.hpp"

namespace epki::broker {

namespace {

// A list is made for days or weeks; a week is enough to see that the timer has stopped.
constexpr auto crl_soon = std::chrono::days(7);

std::vector<ossl::RevocationListFacts> lists_of(const Subject& subject, const Setting& setting) {
  std::vector<ossl::RevocationListFacts> lists;
  const auto bytes = read_file(Subject::named(setting).path, 64U << 20U);
  if (!bytes) return lists;
  for (const auto& item : ossl::file_contents(*bytes).items) {
    if (item.kind != ossl::FileItem::Kind::crl) continue;
    if (auto facts = ossl::revocation_list_facts(item.der)) lists.push_back(*std::move(facts));
  }
  if (lists.empty()) subject.add("e_crl_damaged", setting.place, setting.value + " holds no CRL");
  return lists;
}

void check_crl_dates(const Subject& subject, const Setting& setting, const ossl::RevocationListFacts& list) {
  const auto& now = subject.question.now;
  if (list.this_update && *list.this_update > now)
    subject.add("e_crl_not_yet", setting.place,
                "the CRL of " + list.issuer + " begins on " + rfc3339(*list.this_update));
  if (!list.next_update) return;
  if (*list.next_update <= now)
    subject.add("e_crl_expired", setting.place,
                "the CRL of " + list.issuer + " ran out on " + rfc3339(*list.next_update));
  else if (*list.next_update <= now + crl_soon)
    subject.add("w_crl_ends_soon", setting.place,
                "the CRL of " + list.issuer + " runs out on " + rfc3339(*list.next_update));
}

// CAs that sign clients: all in the bundle but those that only sign another one of it.
void check_issuers(const Subject& subject, const Setting& setting, const ossl::Chain& anchors,
                   const std::vector<ossl::RevocationListFacts>& lists) {
  for (const auto& anchor : anchors) {
    const bool only_above = std::any_of(anchors.begin(), anchors.end(), [&](const auto& other) {
      return !other.self_issued() && other.issuer_der() == anchor.subject_der();
    });
    const bool covered =
        std::any_of(lists.begin(), lists.end(), [&](const auto& list) { return list.issuer == anchor.subject(); });
    if (!only_above && !covered)
      subject.add("e_crl_of_another", setting.place, "no CRL of " + anchor.subject() + " is in " + setting.value);
  }
}

}  // namespace

void check_revocation(const Subject& subject) {
  for (const auto& listener : subject.model.listeners) {
    const auto* crl = listener.settings.find("crlfile");
    if (!listener.is_tls()) continue;
    if (crl == nullptr) {
      if (listener.settings.is_true("require_certificate"))
        subject.add("n_no_crl", listener.place, "client certificates are required, and no crlfile is set");
      continue;
    }
    if (listener.is_websockets()) subject.add("e_crl_websockets", crl->place, "this listener speaks websockets");
    if (!Subject::named(*crl).exists) continue;
    const auto lists = lists_of(subject, *crl);
    for (const auto& list : lists) check_crl_dates(subject, *crl, list);
    if (!lists.empty()) check_issuers(subject, *crl, certificates_of(listener, "cafile"), lists);
  }
  // Devices are kept out at one door and come in by the other.
  const auto& all = subject.model.listeners;
  const bool enforced = std::any_of(all.begin(), all.end(), [](const Listener& one) {
    return !one.is_websockets() && one.settings.find("crlfile") != nullptr;
  });
  for (const auto& listener : all)
    if (enforced && listener.is_websockets() && listener.settings.find("crlfile") == nullptr && listener.is_tls())
      subject.add("e_crl_websockets", listener.place, "another listener has a crlfile, and this one speaks websockets");
}

}  // namespace epki::broker
