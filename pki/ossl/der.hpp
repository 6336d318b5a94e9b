#pragma once
// For this room's own files: tags and lengths of DER, where OpenSSL's parsers are more forgiving than the standard.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace epki::ossl {

struct DerElement {
  std::uint8_t tag = 0;  ///< the identifier octet; tags above 30 are not used in certificates and not read
  std::span<const std::byte> content{};
  std::size_t size = 0;  ///< header and content
};

/// The element the bytes begin with, its length definite and minimal (X.690, 10.1). Nothing otherwise.
std::optional<DerElement> der_element(std::span<const std::byte> bytes);

/// The elements that fill the bytes exactly, in their order. Nothing when they do not.
std::optional<std::vector<DerElement>> der_elements(std::span<const std::byte> bytes);

/// Why the one element is no DER, judged by what can be seen without knowing the type: lengths, BOOLEAN and INTEGER
/// contents, unused bits (X.690, 8 to 11). Constructed elements are walked to 32 deep; OCTET STRINGs are not looked
/// into. "" when nothing was found.
std::string der_defect(std::span<const std::byte> bytes);

}  // namespace epki::ossl
