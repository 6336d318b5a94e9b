// What the broker presents, held against what the modem trusts. A chain is judged for its signatures and attributes,
// its name and its dates apart, so that one does not hide behind another.

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "pki/lint/lint.hpp"
#include "provision/doctor/examination.hpp"

namespace epki::doctor {

namespace {

constexpr const char* served = "what the broker presents";

std::string names_in(const ossl::Certificate& certificate) {
  std::string text;
  for (const auto& name : certificate.dns_names()) text += (text.empty() ? "" : ", ") + name;
  if (text.empty()) text = certificate.common_name().empty() ? "none" : "only the CN " + certificate.common_name();
  return text;
}

std::string walk_text(const ossl::Chain& chain) {
  std::string text;
  for (const auto& one : chain) text += (text.empty() ? "" : ", issued by ") + one.subject();
  return text;
}

/// The anchor in `anchors` that the presented chain ends at. Each certificate's issuer is looked for among the anchors
/// first, then among those presented (mbedTLS: trusted ones first, then the rest of the chain).
const ossl::Certificate* end_of(const ossl::Chain& chain, const ossl::Chain& anchors, std::string& stuck_at) {
  const auto issued = [](const ossl::Certificate& child) {
    return [&child](const ossl::Certificate& parent) {
      return child.issuer_der() == parent.subject_der() && child.signed_by(parent);
    };
  };
  const ossl::Certificate* at = &chain.front();
  for (std::size_t depth = 0; depth <= chain.size(); ++depth) {
    for (const auto& anchor : anchors)
      if (anchor.der() == at->der()) return &anchor;
    if (const auto anchor = std::ranges::find_if(anchors, issued(*at)); anchor != anchors.end()) return &*anchor;
    const auto next = std::find_if(chain.begin() + 1, chain.end(), issued(*at));
    stuck_at = at->subject() + ", issued by " + at->issuer();
    if (next == chain.end() || &*next == at) return nullptr;
    at = &*next;
  }
  return nullptr;
}

struct Judged {
  std::string chain, hostname;  ///< what lint has against it; empty: nothing
};

Judged lint_of(const Examination& e, const ossl::Chain& chain, const std::string& anchors) {
  std::string text;
  for (const auto& one : chain) text += one.pem();
  const auto report =
      lint::judge({{.name = served, .bytes = text, .role = lint::Role::unknown},
                   {.name = "what the modem trusts", .bytes = anchors, .role = lint::Role::broker_root}},
                  {.at = e.around.clock.now(), .host = e.wanted.host});
  // Each of these has a check of its own, or is about a PEM file and not about what is presented.
  constexpr std::array<std::string_view, 4> elsewhere{"e_expired", "e_not_yet_valid", "e_plus_plus_plus",
                                                      "e_nothing_recognised"};
  Judged judged;
  for (const auto& finding : report.findings) {
    if (finding.severity != lint::Severity::error || finding.file != served) continue;
    if (std::ranges::find(elsewhere, finding.rule) != elsewhere.end()) continue;
    auto& into = finding.rule == "e_host_not_named" ? judged.hostname : judged.chain;
    if (into.empty()) into = finding.what + " (" + std::string(finding.rule) + ")";
  }
  return judged;
}

struct Anchors {
  std::string pem, file;
  ossl::Chain certificates;
};

/// What the modem trusts: the bound file, or what it shall be bound to where that is not to be had.
Anchors anchors_of(const Examination& e) {
  Anchors anchors{.pem = e.anchors_pem.empty() ? e.wanted.ca_pem : e.anchors_pem,
                  .file = e.anchors_pem.empty() || e.bound.empty() ? e.wanted.ca_file : e.bound,
                  .certificates = {}};
  if (auto parsed = ossl::chain_from_pem(anchors.pem)) anchors.certificates = std::move(*parsed);
  return anchors;
}

void check_anchor(Examination& e, const Anchors& anchors, const Judged& judged) {
  const auto& chain = e.broker.visit.chain;
  const std::string wanted = "a chain that ends at " + anchors.file;
  std::string stuck;
  const auto* end = end_of(chain, anchors.certificates, stuck);
  if (end == nullptr) {
    std::string remedy =
        "let the broker present a certificate of this project: broker/certs/server.pem, issuing CAs "
        "included, then restart the broker";
    std::string unused;
    if (const auto own = ossl::chain_from_pem(e.wanted.ca_pem);
        own && anchors.pem != e.wanted.ca_pem && end_of(chain, *own, unused) != nullptr)
      remedy = "the modem trusts another CA than the project's: " + e.wanted.provision_command;
    return e.failed(Id::chain, "the chain ends at " + stuck + ", which is not in " + anchors.file, wanted,
                    std::move(remedy));
  }
  if (!judged.chain.empty())
    return e.failed(Id::chain, judged.chain, wanted,
                    "issue the broker's certificate again with ec200u-pki; ec200u-pki lint explains the rule");
  e.passed(Id::chain, walk_text(chain) + "; ends at " + end->subject(), wanted);
}

void check_dates(Examination& e, const Anchors& anchors) {
  const auto now = e.around.clock.now();
  const std::string wanted = "every certificate valid at " + rfc3339(now);
  ossl::Chain all = e.broker.visit.chain;
  std::string unused;
  if (const auto* end = end_of(all, anchors.certificates, unused)) all.push_back(*end);
  for (const auto& one : all) {
    if (one.not_after() < now)
      return e.failed(Id::expired, one.subject() + " expired on " + rfc3339(one.not_after()), wanted,
                      "renew it and restart the broker");
    if (one.not_before() > now)
      return e.failed(Id::expired, one.subject() + " is valid from " + rfc3339(one.not_before()), wanted,
                      "check this computer's clock, or issue it again");
  }
  // Valid here and now; the modem judges by its own clock. One that is far off is a cause of its own.
  if (e.modem_time && e.good(Id::clock))
    for (const auto& one : all)
      if (one.not_after() < *e.modem_time || one.not_before() > *e.modem_time)
        return e.failed(Id::expired, one.subject() + " is not valid by the modem's clock, " + rfc3339(*e.modem_time),
                        wanted, "set the modem's clock");
  auto soonest = std::ranges::min_element(all, {}, [](const auto& one) { return one.not_after(); });
  e.passed(Id::expired, "valid; the first to expire is " + soonest->subject() + " on " + rfc3339(soonest->not_after()),
           wanted);
}

/// No certificate to judge. True: said so.
bool check_nothing_presented(Examination& e) {
  const auto& seen = e.broker;
  if (!seen.visit.chain.empty()) return false;
  std::string rest = "not checked: no certificate was presented";
  if (seen.at.empty()) {
    rest = "not checked: this computer does not reach the broker: " + seen.why_not;
    e.skipped(Id::chain, rest);
  } else if (!seen.visit.unreadable.empty()) {
    e.failed(Id::chain, "what the broker presents cannot be read: " + seen.visit.unreadable,
             "a chain of X.509 certificates", "issue the broker's certificate again");
  } else if (seen.any && !seen.any->chain.empty()) {
    rest = "not checked: no handshake with what the modem offers";
    e.skipped(Id::chain, rest);
  } else {
    e.failed(Id::chain,
             "what listens at " + seen.at + " presents no certificate: " +
                 (seen.visit.failure.empty() ? std::string("the handshake failed") : seen.visit.failure),
             "a TLS server", "check that this is the broker's TLS listener ([broker] port), and the broker's log");
  }
  e.skipped(Id::hostname, rest);
  e.skipped(Id::expired, rest);
  return true;
}

}  // namespace

void check_presented(Examination& e) {
  if (check_nothing_presented(e)) return;
  const auto& chain = e.broker.visit.chain;
  const auto anchors = anchors_of(e);
  const auto judged = lint_of(e, chain, anchors.pem);
  check_anchor(e, anchors, judged);
  const std::string wanted = "the name that the modem dials, " + e.wanted.host + ", as a dNSName";
  const std::string found = "names: " + names_in(chain.front());
  if (judged.hostname.empty())
    e.passed(Id::hostname, found, wanted);
  else
    e.failed(Id::hostname, found, wanted,
             "dial a name that the certificate carries ([broker] hosts), or issue the certificate again for " +
                 e.wanted.host);
  check_dates(e, anchors);
}

}  // namespace epki::doctor
