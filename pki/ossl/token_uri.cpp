#include <algorithm>

#include "core/text.hpp"
#include "core/toml.hpp"
#include "pki/ossl/token.hpp"

namespace epki::ossl {

namespace {

constexpr std::string_view scheme = "pkcs11:";

// RFC 3986, 2.1.
std::optional<std::string> unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    plain += static_cast<char>(byte->front());
    i += 2;
  }
  return plain;
}

Error bad_uri(std::string what) {
  return {Errc::usage, std::move(what),
          "write it as pkcs11:token=LABEL;object=LABEL?module-path=/path/of/module.so (RFC 7512)"};
}

Status take_attribute(TokenUri& uri, std::string_view name, const std::string& value) {
  if (name == "pin-value") return bad_uri("the key's URI holds the PIN: it would be readable wherever the URI is");
  if (name == "token")
    uri.token = value;
  else if (name == "serial")
    uri.serial = value;
  else if (name == "object")
    uri.object = value;
  else if (name == "module-path")
    uri.module_path = value;
  else if (name == "pin-source")
    uri.pin_source = value.starts_with("file:") ? value.substr(5) : value;
  else if (name == "id")
    uri.id = {as_bytes(value).begin(), as_bytes(value).end()};
  else if (name != "type" && name != "manufacturer" && name != "model")
    return bad_uri("the key's URI has an attribute that is not understood: " + visible(name));
  return success();
}

}  // namespace

Result<TokenUri> parse_token_uri(std::string_view text) {
  TokenUri uri{std::string(text)};
  if (!text.starts_with(scheme)) return bad_uri("\"" + visible(text) + "\" is no PKCS#11 URI");
  text.remove_prefix(scheme.size());
  std::string parts(text);
  std::replace_if(
      parts.begin(), parts.end(), [](char c) { return c == '?' || c == '&'; }, ';');
  for (const auto part : split(parts, ';')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const auto value = equals == part.npos ? std::nullopt : unescaped(part.substr(equals + 1));
    if (!value) return bad_uri("the key's URI has a part that cannot be read");
    if (auto taken = take_attribute(uri, part.substr(0, equals), *value); !taken) return std::move(taken).error();
  }
  if (uri.object.empty() && uri.id.empty()) return bad_uri("the key's URI names no key: object= and id= are missing");
  return uri;
}

Result<std::optional<TokenUri>> token_in_key_file(std::string_view text) {
  if (text.find("-----BEGIN") != text.npos || text.find(scheme) == text.npos) return std::optional<TokenUri>();
  auto file = TomlReader::parse(text, "the key file");
  if (!file) return std::move(file).error();
  std::string key;
  file->text("key", key);
  if (auto read = file->finish(); !read) return std::move(read).error();
  auto uri = parse_token_uri(key);
  if (!uri) return Error{Errc::input, uri.error().what, uri.error().hint};
  return std::optional(*std::move(uri));
}

std::string key_file_for(const TokenUri& uri) {
  return "# The key is in a PKCS#11 token and stays there.\nkey = " + toml_quoted(uri.text) + "\n";
}

}  // namespace epki::ossl
