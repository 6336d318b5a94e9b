#include "pki/lint/gate.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "pki/lint/seen.hpp"
#include "pki/lint/use.hpp"

namespace epki::lint {

namespace {

// The signature is checked where it is made, with the key at hand.
constexpr std::array<std::string_view, 1> left_to_the_signer = {"e_signature_bad"};

SeenCertificate seen_of(const ossl::Certificate& certificate, std::size_t index) {
  SeenCertificate seen;
  seen.facts = ossl::certificate_facts(certificate);
  seen.certificate = certificate;
  seen.index = index;
  seen.bytes = certificate.der().size();
  return seen;
}

bool can_be_uploaded(const SeenCertificate& one) {
  if (one.use != Use::root && one.use != Use::client) return true;
  return one.certificate->pem().find("+++") == std::string::npos;
}

}  // namespace

struct Gate::Impl {
  profile::Profile profile;
  Question question;
  Document document;  // the certificate in question first, its issuers after it
  std::optional<ossl::Certificate> issuer;
  std::optional<ossl::PrivateKey> throw_away;

  explicit Impl(Terms terms)
      : profile(std::move(terms.profile)), question{terms.at, std::move(terms.host), &profile}, document{} {
    document.contents.pem = true;
    document.certificates.resize(1);
    if (!terms.issuers.empty()) issuer = terms.issuers.front();
    for (const auto& one : terms.issuers) document.certificates.push_back(seen_of(one, document.certificates.size()));
    auto& all = document.certificates;
    document.is_chain = all.size() > 1;
    for (std::size_t i = 1; i < all.size(); ++i) {
      all[i].issues = true;
      all[i].use = use_of(all[i].facts, true);
      all[i].document = &document;
      all[i].question = &question;
      if (i + 1 < all.size()) all[i].issuer = &all[i + 1];
    }
  }
};

Gate::Gate(Terms terms) : impl_(std::make_unique<Impl>(std::move(terms))) {}
Gate::Gate(Gate&&) noexcept = default;
Gate& Gate::operator=(Gate&&) noexcept = default;
Gate::~Gate() = default;

Findings Gate::judge(const ossl::Certificate& certificate, bool final) {
  auto& all = impl_->document.certificates;
  auto& one = all.front() = seen_of(certificate, 0);
  one.use = use_of(one.facts, false);
  one.document = &impl_->document;
  one.question = &impl_->question;
  if (all.size() > 1) one.issuer = &all[1];
  Findings findings;
  for (const auto* rule : certificate_rules()) {
    if (std::find(left_to_the_signer.begin(), left_to_the_signer.end(), rule->name) != left_to_the_signer.end())
      continue;
    if (rule->applies(one) && !rule->holds(one))
      findings.push_back({{}, 0, 0, severity_of(rule->name), rule->name, rule->found(one), rule->citation});
  }
  if (!final || can_be_uploaded(one)) return findings;
  for (const auto* rule : file_rules())
    if (rule->name == "e_plus_plus_plus")
      findings.push_back({{},
                          0,
                          0,
                          Severity::error,
                          rule->name,
                          "its text holds \"+++\", which ends an upload to the modem: sign it again",
                          rule->citation});
  return findings;
}

Result<Findings> Gate::judge_before_signing(const ossl::CertificateSpec& spec, const ossl::PrivateKey& subject_key) {
  if (!impl_->throw_away) {
    auto key = ossl::PrivateKey::generate(ossl::KeyType::ec_p256);
    if (!key) return std::move(key).error();
    impl_->throw_away = *std::move(key);
  }
  const auto draft = ossl::build(spec, subject_key, {impl_->issuer, *impl_->throw_away});
  if (!draft) return draft.error();
  return judge(*draft, false);
}

Findings check_to_be_issued(const ossl::Certificate& certificate, Terms terms) {
  return Gate(std::move(terms)).judge(certificate);
}

Status refuse_errors(const Findings& findings, std::string_view name) {
  const auto first = std::find_if(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.severity == Severity::error; });
  if (first == findings.end()) return success();
  const auto more = std::count_if(first + 1, findings.end(),
                                  [](const Finding& finding) { return finding.severity == Severity::error; });
  return Error{Errc::input,
               std::string(name) + " is not issued: " + first->what + " (" + std::string(first->rule) + ", " +
                   std::string(first->citation) + ")" +
                   (more == 0 ? "" : ", and " + counted(static_cast<std::size_t>(more), "error") + " more"),
               "docs/lint.md says what each rule asks for"};
}

}  // namespace epki::lint
