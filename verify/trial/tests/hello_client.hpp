#pragma once
// The least of a TLS client that judges chains: it says a ClientHello, reads the server's Certificate message in the
// clear (RFC 5246, 7.4.2) and answers with one alert. It holds no key exchange, so it never completes a handshake. It
// shares nothing with the simulated modem.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "pki/ossl/certificate.hpp"

namespace epki::trial::testing {

/// Something that is no TLS, and then the wait for the end.
inline void say_plain(std::uint16_t port, const std::string& words) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    (void)!::write(fd, words.data(), words.size());
    char buffer[64];
    while (::read(fd, buffer, sizeof buffer) > 0) {
    }
  }
  ::close(fd);
}

/// `judge` gets the chain as it was presented and returns the alert to answer with.
template <class Judge>
void say_hello(std::uint16_t port, Judge judge) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(fd);
    return;
  }
  // TLS 1.2; ECDHE with ECDSA and RSA, AES-128-GCM; curves P-256, P-384; SHA-256 signatures; no server name.
  std::string body("\x03\x03", 2);
  body += std::string(32, 'r');
  body += std::string("\0\0\4\xc0\x2b\xc0\x2f\1\0", 9);
  const std::string extensions("\0\x0a\0\6\0\4\0\x17\0\x18\0\x0b\0\2\1\0\0\x0d\0\x0a\0\x8\4\3\4\1\5\3\5\1", 30);
  body += std::string("\0", 1) + static_cast<char>(extensions.size()) + extensions;
  const std::string message = std::string("\1\0\0", 3) + static_cast<char>(body.size()) + body;
  const std::string hello = std::string("\x16\3\1\0", 4) + static_cast<char>(message.size()) + message;
  (void)!::write(fd, hello.data(), hello.size());

  std::string records, handshake;
  ossl::Chain chain;
  bool done = false;
  while (!done) {
    char buffer[4096];
    const auto n = ::read(fd, buffer, sizeof buffer);
    if (n <= 0) break;
    records.append(buffer, static_cast<std::size_t>(n));
    const auto byte = [](const std::string& text, std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(text[i]));
    };
    while (records.size() >= 5 && records.size() >= 5 + byte(records, 3) * 256 + byte(records, 4)) {
      const auto size = byte(records, 3) * 256 + byte(records, 4);
      if (byte(records, 0) == 22) handshake += records.substr(5, size);
      done = done || byte(records, 0) == 21;
      records.erase(0, 5 + size);
    }
    const auto size3 = [&](std::size_t at) {
      return byte(handshake, at) * 65536 + byte(handshake, at + 1) * 256 + byte(handshake, at + 2);
    };
    while (handshake.size() >= 4 && handshake.size() >= 4 + size3(1)) {
      const auto end = 4 + size3(1);
      if (byte(handshake, 0) == 11) {
        for (std::size_t at = 7; at + 3 <= end;) {
          const auto length = size3(at);
          const auto der = std::as_bytes(std::span(handshake.data() + at + 3, length));
          if (auto certificate = ossl::Certificate::from_der(der)) chain.push_back(*certificate);
          at += 3 + length;
        }
      }
      done = done || byte(handshake, 0) == 14;
      handshake.erase(0, end);
    }
  }
  const std::string alert = std::string("\x15\3\3\0\2\2", 6) + static_cast<char>(judge(chain));
  (void)!::send(fd, alert.data(), alert.size(), MSG_NOSIGNAL);
  ::close(fd);
}

/// A plain TCP connection that says nothing: what AT+QIOPEN does.
inline void knock(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)!::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  ::close(fd);
}

/// Whether the chain leads to one of these roots, by signatures alone.
inline bool leads_to(const ossl::Chain& chain, const ossl::Chain& roots) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    for (const auto& root : roots) {
      if (chain[i].signed_by(root)) return true;
    }
    if (i + 1 < chain.size() && !chain[i].signed_by(chain[i + 1])) return false;
  }
  return false;
}

}  // namespace epki::trial::testing
