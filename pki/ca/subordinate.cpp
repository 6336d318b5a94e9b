#include "pki/ca/subordinate.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "pki/ca/subject.hpp"
#include "pki/ossl/request_builder.hpp"

namespace epki::ca {

std::string IssuingName::stem() const {
  std::string stem = purpose == Purpose::server ? "issuing-server" : "issuing-device";
  return label.empty() ? stem : stem + "-" + label;
}

Status check_label(std::string_view label) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const bool good = !label.empty() && label.size() <= 20 && plain(label.front()) &&
                    std::all_of(label.begin(), label.end(), [&](char c) { return plain(c) || c == '-'; });
  if (good) return success();
  return Error{Errc::usage, "\"" + visible(label) + "\" cannot tell an issuing CA from others",
               "use 1 to 20 lower-case letters, digits and hyphens: line-2"};
}

Result<std::string> request_issuing(std::string_view project, const IssuingName& name, const ossl::PrivateKey& key) {
  if (!name.label.empty())
    if (auto fine = check_label(name.label); !fine) return std::move(fine).error();
  auto subject = ca_subject(project, issuing_role(name.purpose, name.label));
  if (!subject) return std::move(subject).error();
  return ossl::write_request(*subject, key);
}

std::optional<IssuingName> read_issuing_name(std::string_view project, std::string_view common_name) {
  if (!common_name.starts_with(project)) return std::nullopt;
  common_name.remove_prefix(project.size());
  for (const auto purpose : {Purpose::server, Purpose::client}) {
    const auto role = issuing_role(purpose, {});
    if (!common_name.starts_with(role)) continue;
    auto rest = common_name.substr(role.size());
    if (rest.empty()) return IssuingName{purpose, {}};
    if (!rest.starts_with(' ')) continue;
    rest.remove_prefix(1);
    if (check_label(rest)) return IssuingName{purpose, std::string(rest)};
  }
  return std::nullopt;
}

}  // namespace epki::ca
