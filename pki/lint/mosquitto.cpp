#include "pki/lint/mosquitto.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace epki::lint {

namespace {

bool is_text(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
}

void take(MosquittoListener& listener, std::string_view key, std::string_view value, std::size_t line) {
  if (key == "certfile") listener.certificate_file = value;
  if (key == "keyfile") listener.key_file = value;
  if (key == "cafile") listener.ca_file = value;
  if (key == "crlfile") listener.crl_file = value;
  if (key == "require_certificate") listener.requires_certificate = value == "true";
  if (key == "ciphers") {
    listener.ciphers = value;
    listener.ciphers_line = line;
  }
  if (key == "tls_version") {
    listener.tls_version = value;
    listener.tls_version_line = line;
  }
}

}  // namespace

std::optional<MosquittoFile> read_mosquitto_file(std::string_view text) {
  if (!is_text(text)) return std::nullopt;
  MosquittoFile file;
  file.listeners.emplace_back();
  bool recognised = false;
  std::size_t number = 0;
  for (const auto raw : split(text, '\n')) {
    ++number;
    const auto line = trimmed(raw);
    if (line.empty() || line.front() == '#') continue;
    const auto end = line.find_first_of(" \t");
    const auto key = line.substr(0, end);
    const auto value = end == std::string_view::npos ? std::string_view() : trimmed(line.substr(end));
    if (key == "listener") {
      file.listeners.emplace_back();
      file.listeners.back().line = number;
    }
    recognised = recognised || ((key == "listener" || key == "port" || key == "certfile") && !value.empty());
    take(file.listeners.back(), key, value, number);
  }
  if (!recognised) return std::nullopt;
  return file;
}

}  // namespace epki::lint
