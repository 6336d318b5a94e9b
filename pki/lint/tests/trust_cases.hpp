#pragma once
// The shapes of chains that were shown to TLS clients, and what mbedTLS 2.28 answered to each: the measure of the rules
// for this modem.

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "pki/lint/tests/maker.hpp"

namespace epki::lint::test {

enum class Answer : std::uint8_t {
  accepts,
  refuses,         ///< and the reason can be seen in the files
  cannot_be_seen,  ///< refuses because of what it trusts, which no file tells
};

struct TrustCase {
  std::string_view id;
  Answer mbedtls;
  std::function<Given()> given;
};

std::vector<TrustCase> leaf_cases();  ///< something about the end-entity certificate
std::vector<TrustCase> ca_cases();    ///< something about the root, an intermediate, or the order

/// The host that all of them are dialled by, unless a case says otherwise.
inline constexpr std::string_view dialled = "probe.test";

/// A chain as a server shows it, and the file that is bound on the modem.
Given shown(const std::vector<ossl::Certificate>& chain, const ossl::Certificate& uploaded);
/// A server certificate for `dialled`.
Made probe(const Made& above, const Change& change = {}, std::optional<ossl::PrivateKey> key = {});

}  // namespace epki::lint::test
