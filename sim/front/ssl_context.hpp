#pragma once
// An SSL context: what AT+QSSLCFG knows, as a table (AT reference, 2).

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/front/files.hpp"
#include "sim/net/network.hpp"

namespace epki::sim {

struct SslKey {
  enum class Shape : std::uint8_t {
    number,  ///< bare decimal, least to most
    path,    ///< a file name in quotes; empty unbinds
    secret,  ///< a path, and a password after it
    cipher,  ///< bare hex, never in quotes
  };
  std::string_view name;
  Shape shape;
  std::int64_t least, most;
  std::string_view initial;
};

inline constexpr std::size_t ssl_key_count = 15;
std::span<const SslKey, ssl_key_count> ssl_keys();
/// Position in ssl_keys(); case does not matter.
std::optional<std::size_t> ssl_key(std::string_view name);
/// The numbers AT+QSSLCFG="ciphersuite" takes, 0XFFFF among them.
bool known_cipher(std::string_view word);
/// All of them, with commas between.
std::string cipher_list();

class SslContext {
 public:
  SslContext();
  const std::string& value(std::size_t key) const { return values_[key]; }
  void set(std::size_t key, std::string value) { values_[key] = std::move(value); }
  void set_password(std::string password) { password_ = std::move(password); }

  /// File contents in place of names. Nothing when a bound file is not there.
  std::optional<TlsSettings> settings(const FileStore& files, ClockOffset clock) const;

 private:
  std::int64_t number(std::string_view key) const;
  const std::string& text(std::string_view key) const;
  std::array<std::string, ssl_key_count> values_;
  std::string password_;
};

}  // namespace epki::sim
