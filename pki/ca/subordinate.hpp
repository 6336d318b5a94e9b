#pragma once
// Issuing CAs whose root is on another machine: their names, and the request that travels.

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "pki/ca/authority.hpp"

namespace epki::ca {

/// Which issuing CA of a project: what it is for, and a label where there are several.
struct IssuingName {
  Purpose purpose = Purpose::client;
  std::string label{};  ///< empty for the first

  /// Of its files below ca/: "issuing-device", "issuing-server-line-2".
  std::string stem() const;
};

/// Errc::usage for a label that is not 1 to 20 lower-case letters, digits and hyphens, a letter or digit first.
Status check_label(std::string_view label);

/// The request for a certificate of this issuing CA, PEM. Errc::usage for an impossible name or label.
Result<std::string> request_issuing(std::string_view project, const IssuingName& name, const ossl::PrivateKey& key);

/// What an issuing CA's common name says, the other way round; nothing for any other name.
std::optional<IssuingName> read_issuing_name(std::string_view project, std::string_view common_name);

}  // namespace epki::ca
