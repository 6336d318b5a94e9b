#pragma once
// The dates of a certificate revocation list (RFC 5280, 5), for checks that do not need its entries.

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki::ossl {

struct RevocationListFacts {
  std::string issuer;  ///< RFC 4514
  std::optional<Instant> this_update{}, next_update{};
  std::size_t entries = 0;
};

/// Errc::input when the bytes are no revocation list. The signature is not checked.
Result<RevocationListFacts> revocation_list_facts(std::span<const std::byte> der);

}  // namespace epki::ossl
