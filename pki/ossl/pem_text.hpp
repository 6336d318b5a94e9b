#pragma once
// PEM as text (RFC 7468): the blocks with their lines, and every byte that belongs to none. OpenSSL's reader passes
// over what it does not like; here it is told. Outside bytes of any size and kind.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace epki::ossl {

struct PemBlock {
  std::string label;             ///< "CERTIFICATE"; at most 64 characters of it
  std::size_t line = 0;          ///< of its BEGIN, from 1
  std::string_view text{};       ///< from BEGIN to END, within the text that was scanned
  std::vector<std::byte> der{};  ///< decoded; empty for private keys, whose content is left alone
  bool encrypted = false;        ///< "Proc-Type: 4,ENCRYPTED", or an ENCRYPTED PRIVATE KEY
  std::string damage{};          ///< why it does not decode; empty when it does
  std::string oddity{};          ///< decodes, but is not as RFC 7468, 3 writes it: which stricter readers refuse
};

/// Bytes outside of blocks, other than white space.
struct PemStray {
  enum class Kind : std::uint8_t {
    text_before,  ///< readable text before a block, as RFC 7468, 2 permits
    text_after,   ///< after the last block
    bytes,        ///< NUL, other control characters, a byte order mark, bytes that are no UTF-8
  };
  Kind kind = Kind::bytes;
  std::size_t line = 0;  ///< the first one's
  std::size_t bytes = 0;
};

struct PemText {
  std::vector<PemBlock> blocks;
  std::vector<PemStray> strays;  ///< one for each run between blocks and kind
};

inline bool looks_like_pem(std::string_view bytes) {
  return bytes.find("-----BEGIN ") != std::string_view::npos;
}

bool is_private_key_label(std::string_view label);

/// Never fails: a block that is cut off or damaged is reported as such. Linear in the size of the text.
PemText scan_pem(std::string_view text);

}  // namespace epki::ossl
