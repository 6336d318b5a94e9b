#include "sim/front/ssl_context.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace epki::sim {
namespace {

using Shape = SslKey::Shape;

// Defaults that nobody has seen on an EC200U are those of its nearest sibling.
constexpr SslKey keys[ssl_key_count] = {
    {"sslversion", Shape::number, 0, 4, "4"},
    {"ciphersuite", Shape::cipher, 0, 0, "0XFFFF"},
    {"cacert", Shape::path, 0, 0, ""},
    {"cacertex", Shape::path, 0, 0, ""},
    {"clientcert", Shape::path, 0, 0, ""},
    {"clientkey", Shape::secret, 0, 0, ""},
    {"seclevel", Shape::number, 0, 2, "0"},
    {"session_cache", Shape::number, 0, 1, "0"},
    {"ignorelocaltime", Shape::number, 0, 1, "1"},
    {"negotiatetime", Shape::number, 10, 300, "300"},
    {"sni", Shape::number, 0, 1, "0"},
    {"ignoreinvalidcertsign", Shape::number, 0, 1, "0"},
    {"ignoremulticertchainverify", Shape::number, 0, 1, "0"},
    {"ignorecertitem", Shape::number, 0, 1048575, "0"},
    {"closetimemode", Shape::number, 0, 1, "0"},
};

constexpr std::string_view ciphers[] = {"0X0035", "0X002F", "0X0005", "0X000A", "0X003D", "0XC003", "0XC004",
                                        "0XC005", "0XC008", "0XC009", "0XC00A", "0XC00D", "0XC00E", "0XC00F",
                                        "0XC012", "0XC013", "0XC014", "0XC023", "0XC024", "0XC025", "0XC026",
                                        "0XC027", "0XC028", "0XC029", "0XC02A", "0XC02F", "0XC030", "0XFFFF"};

/// Nothing: bound to a file that is not there. An empty name is not bound.
std::optional<std::optional<std::string>> bound(const FileStore& files, const std::string& path) {
  if (path.empty()) return std::optional<std::string>();
  const auto name = file_name(path);
  const auto* content = name ? files.find(*name) : nullptr;
  if (content == nullptr) return std::nullopt;
  return std::optional(*content);
}

}  // namespace

std::span<const SslKey, ssl_key_count> ssl_keys() {
  return keys;
}

std::optional<std::size_t> ssl_key(std::string_view name) {
  for (std::size_t i = 0; i < ssl_key_count; ++i)
    if (equal_ignoring_case(keys[i].name, name)) return i;
  return std::nullopt;
}

bool known_cipher(std::string_view word) {
  return std::any_of(std::begin(ciphers), std::end(ciphers),
                     [word](std::string_view known) { return equal_ignoring_case(known, word); });
}

std::string cipher_list() {
  std::string list;
  for (const auto cipher : ciphers) list += (list.empty() ? "" : ",") + std::string(cipher);
  return list;
}

SslContext::SslContext() {
  for (std::size_t i = 0; i < ssl_key_count; ++i) values_[i] = keys[i].initial;
}

const std::string& SslContext::text(std::string_view key) const {
  return values_[ssl_key(key).value()];
}

std::int64_t SslContext::number(std::string_view key) const {
  return parse_integer(text(key)).value_or(0);
}

std::optional<TlsSettings> SslContext::settings(const FileStore& files, ClockOffset clock) const {
  TlsSettings all;
  all.seclevel = static_cast<int>(number("seclevel"));
  all.sslversion = static_cast<int>(number("sslversion"));
  all.ciphersuite = text("ciphersuite");
  all.clientkey_password = password_;
  all.sni = number("sni") == 1;
  all.ignorelocaltime = number("ignorelocaltime") == 1;
  all.ignorecertitem = static_cast<std::uint32_t>(number("ignorecertitem"));
  all.ignoreinvalidcertsign = number("ignoreinvalidcertsign") == 1;
  all.ignoremulticertchainverify = number("ignoremulticertchainverify") == 1;
  all.clock = clock;
  const auto ca = bound(files, text("cacert")), second = bound(files, text("cacertex"));
  const auto certificate = bound(files, text("clientcert")), key = bound(files, text("clientkey"));
  if (!ca || !second || !certificate || !key) return std::nullopt;
  all.cacert = *ca;
  if (*second) all.cacert = all.cacert.value_or("") + "\n" + **second;
  all.clientcert = *certificate;
  all.clientkey = *key;
  return all;
}

}  // namespace epki::sim
