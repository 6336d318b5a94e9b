#pragma once
// The lines of a Mosquitto configuration that decide whether a modem and the broker can agree on TLS. Everything else
// about such a file is the broker room's subject.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epki::lint {

struct MosquittoListener {
  std::size_t line = 0;                                       ///< of its `listener`; 0: the default listener
  std::string certificate_file, key_file, ca_file, crl_file;  ///< as written; empty: not set
  bool requires_certificate = false;
  std::optional<std::string> ciphers{}, tls_version{};
  std::size_t ciphers_line = 0, tls_version_line = 0;

  bool is_tls() const { return !certificate_file.empty() || !key_file.empty(); }
};

struct MosquittoFile {
  std::vector<MosquittoListener> listeners;
};

/// Nothing when the text does not look like one: no `listener`, `port` or `certfile` line.
std::optional<MosquittoFile> read_mosquitto_file(std::string_view text);

}  // namespace epki::lint
