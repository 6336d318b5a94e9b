#pragma once
// Botan's opinion on a trust case. Shares no code with pki/. Neither Botan nor any other library shows here.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki::oracle {

struct Question {
  std::vector<std::string> trusted_pem;  ///< each may hold several certificates; PEM, or one in DER
  std::string chain_pem;                 ///< leaf first; PEM, or one in DER
  /// A name or an IP literal; empty: the name is not asked about. Botan compares no IPv6 address: undecided, unless the
  /// chain is refused anyway.
  std::string host;
  Instant at;
};

enum class Verdict : std::uint8_t { accept, reject, undecided };
std::string_view word(Verdict verdict);

struct Opinion {
  Verdict verdict = Verdict::undecided;
  std::string reason;  ///< one sentence
  /// Botan's status codes, e.g. "CERT_ISSUER_NOT_FOUND", the gravest first; of an accepted chain its warnings. Three of
  /// our own come before Botan is asked: "CHAIN_EMPTY", "CHAIN_NOT_PARSED", "TRUSTED_NOT_PARSED".
  std::vector<std::string> codes;
};

struct Version {
  std::string name;     ///< "Botan"
  std::string version;  ///< "2.19.3"
};
Version version();

/// In this process. May take very long on hostile chains: only the child that judge() starts calls it, and tests.
/// What does not parse is a reject. More than 8 certificates of one subject: undecided without asking Botan.
Opinion judge_here(const Question& question);

/// How the child is started: the program runs itself with a hidden word, question on stdin, opinion on stdout (JSON).
struct Worker {
  std::vector<std::string> argv;
  std::chrono::milliseconds limit{4000};  ///< tests shorten it
};

/// Asks in a child that is killed after 4 s, so that the answer comes within 5 s whatever the chain; a killed or
/// crashed child is `undecided`, and the reason says so. Errc::internal only when no process can be started.
Result<Opinion> judge(const Question& question, const Worker& worker);

/// The child's main: reads one question (JSON) from stdin, prints one opinion. Returns the exit code.
int worker_main();

}  // namespace epki::oracle
