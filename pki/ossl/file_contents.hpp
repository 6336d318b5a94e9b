#pragma once
// What a file holds, whoever wrote it: certificates, keys, requests, revocation lists, as PEM or DER, alone or in a
// bundle. Understands and tells; refuses nothing. Private keys are recognised and left alone.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pki/ossl/pem_text.hpp"

namespace epki::ossl {

struct FileItem {
  enum class Kind : std::uint8_t {
    certificate,
    private_key,
    public_key,
    request,  ///< PKCS#10
    crl,
    pkcs7,   ///< its certificates follow as items of their own
    pkcs12,  ///< not opened: it needs a passphrase
    parameters,
    unknown,  ///< a PEM block of another label
  };
  Kind kind = Kind::unknown;
  std::string label{};           ///< the PEM label; empty for DER
  std::size_t line = 0;          ///< of its BEGIN; 0 for DER
  std::vector<std::byte> der{};  ///< empty for private keys and for what is damaged
  std::string_view text{};       ///< PEM: the block, within the bytes that were read
  bool encrypted = false;        ///< a private key that needs a passphrase
  std::string damage{};          ///< why it cannot be read; empty when it can
  std::string oddity{};          ///< as PemBlock::oddity
};

std::string_view word(FileItem::Kind kind);  ///< "certificate", "private key" …

struct FileContents {
  bool pem = false;
  std::vector<FileItem> items;
  std::vector<PemStray> strays;    ///< PEM only
  std::size_t trailing_bytes = 0;  ///< DER only: bytes after the last object that is one
};

/// Views into `bytes`: it must outlive the result. DER objects one after the other are read as a bundle. Empty `items`:
/// nothing was recognised.
FileContents file_contents(std::string_view bytes);

}  // namespace epki::ossl
