#pragma once
// The shape of a rule. One file in rules/ holds one, named as the file; rules/list.cpp lists them all.

#include <span>
#include <string>
#include <string_view>

#include "pki/lint/finding.hpp"

namespace epki::lint {

struct SeenCertificate;
struct SeenFile;

/// A rule knows no other. `Seen` is what it looks at.
template <class Seen>
struct Rule {
  std::string_view name;      ///< e_, w_ or n_ decides what a breach means: a rule cannot change its mind
  std::string_view rule;      ///< what must hold, one sentence
  std::string_view citation;  ///< document and section
  bool (*applies)(const Seen&);
  bool (*holds)(const Seen&);                  ///< asked only where it applies
  std::string (*found)(const Seen&);           ///< what was found instead; asked only where it does not hold
  std::size_t (*line)(const Seen&) = nullptr;  ///< where in the file; null: where the thing looked at begins
};

using CertificateRule = Rule<SeenCertificate>;
using FileRule = Rule<SeenFile>;

constexpr Severity severity_of(std::string_view rule_name) {
  switch (rule_name.front()) {
    case 'e': return Severity::error;
    case 'w': return Severity::warning;
    default: return Severity::notice;
  }
}

/// Every rule there is.
std::span<const CertificateRule* const> certificate_rules();
std::span<const FileRule* const> file_rules();

}  // namespace epki::lint
