#include "pki/lint/broker_tls.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "pki/lint/host.hpp"
#include "pki/ossl/cipher_list.hpp"

namespace epki::lint {

namespace {

// The numbers that the modem's ciphersuite setting names (AT interface of the EC200U, SSL contexts). 0XFFFF stands for
// all that it has, which may be more.
constexpr std::array<std::uint16_t, 27> named = {
    0x0035, 0x002F, 0x0005, 0x000A, 0x003D, 0xC003, 0xC004, 0xC005, 0xC008, 0xC009, 0xC00A, 0xC00D, 0xC00E, 0xC00F,
    0xC012, 0xC013, 0xC014, 0xC023, 0xC024, 0xC025, 0xC026, 0xC027, 0xC028, 0xC029, 0xC02A, 0xC02F, 0xC030};
// ECDHE-ECDSA with AES-GCM: not among them, though the libraries of this class have them.
constexpr std::array<std::uint16_t, 2> likely = {0xC02B, 0xC02C};

struct ServerKeys {
  bool rsa = false;
  bool ec = false;
};

// What the given server certificates can authenticate with; without any, everything.
ServerKeys server_keys(const Corpus& corpus) {
  ServerKeys keys;
  for (const auto& document : corpus.documents)
    for (const auto& one : document.certificates) {
      if (one.use != Use::server) continue;
      keys.rsa = keys.rsa || one.facts.key.kind == ossl::KeyFacts::Kind::rsa;
      keys.ec = keys.ec || one.facts.key.kind == ossl::KeyFacts::Kind::ec;
    }
  if (!keys.rsa && !keys.ec) keys = {true, true};
  return keys;
}

enum class Shared : std::uint8_t { proven, unproven, wrong_key, nothing };

Shared shared(const std::vector<ossl::CipherSuite>& suites, ServerKeys keys) {
  auto best = Shared::nothing;
  for (const auto& suite : suites) {
    const bool is_named = std::find(named.begin(), named.end(), suite.number) != named.end();
    const bool is_likely = std::find(likely.begin(), likely.end(), suite.number) != likely.end();
    if (!is_named && !is_likely) continue;
    const bool fits = (suite.rsa && keys.rsa) || (suite.ecdsa && keys.ec);
    const auto this_one = !fits ? Shared::wrong_key : is_named ? Shared::proven : Shared::unproven;
    best = std::min(best, this_one);
  }
  return best;
}

template <class Judge>
std::optional<Problem> first_problem(const SeenFile& f, Judge judge) {
  for (const auto& listener : f.file.broker->listeners)
    if (listener.is_tls())
      if (auto problem = judge(listener)) return problem;
  return std::nullopt;
}

}  // namespace

std::vector<std::uint16_t> modem_suites() {
  std::vector<std::uint16_t> all(named.begin(), named.end());
  all.insert(all.end(), likely.begin(), likely.end());
  return all;
}

bool tls_listener(const SeenFile& f) {
  return f.file.broker && std::any_of(f.file.broker->listeners.begin(), f.file.broker->listeners.end(),
                                      [](const MosquittoListener& one) { return one.is_tls(); });
}

std::optional<Problem> unshared(const SeenFile& f) {
  const auto keys = server_keys(f.corpus);
  return first_problem(f, [&](const MosquittoListener& listener) -> std::optional<Problem> {
    if (!listener.ciphers) return std::nullopt;
    const auto suites = ossl::expand_cipher_list(*listener.ciphers);
    if (!suites) return Problem{listener.ciphers_line, suites.error().what};
    switch (shared(*suites, keys)) {
      case Shared::nothing:
        return Problem{listener.ciphers_line, "the cipher list " + in_quotes(*listener.ciphers) +
                                                  " shares no suite with the modem: every handshake fails"};
      case Shared::wrong_key:
        return Problem{listener.ciphers_line, "the suites that " + in_quotes(*listener.ciphers) +
                                                  " shares with the modem do not go with the server's " +
                                                  (keys.rsa ? "RSA" : "EC") + " key: every handshake fails"};
      case Shared::proven:
      case Shared::unproven: return std::nullopt;
    }
    return std::nullopt;
  });
}

std::optional<Problem> unproven(const SeenFile& f) {
  const auto keys = server_keys(f.corpus);
  return first_problem(f, [&](const MosquittoListener& listener) -> std::optional<Problem> {
    if (!listener.ciphers) return std::nullopt;
    const auto suites = ossl::expand_cipher_list(*listener.ciphers);
    if (!suites || shared(*suites, keys) != Shared::unproven) return std::nullopt;
    return Problem{listener.ciphers_line,
                   "the only suites that " + in_quotes(*listener.ciphers) +
                       " may share with the modem are ECDHE-ECDSA with AES-GCM, which it does not name: add "
                       "ECDHE-ECDSA-AES128-SHA256"};
  });
}

std::optional<Problem> too_new(const SeenFile& f) {
  return first_problem(f, [](const MosquittoListener& listener) -> std::optional<Problem> {
    if (!listener.tls_version || *listener.tls_version != "tlsv1.3") return std::nullopt;
    return Problem{listener.tls_version_line, "tls_version tlsv1.3 refuses the modem, which speaks TLS 1.2 at most"};
  });
}

}  // namespace epki::lint
