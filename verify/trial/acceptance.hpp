#pragma once
// Which certificates this firmware takes (--acceptance): keys, hashes, curves, lengths, names, extensions, and the
// forms of the uploaded file. Faultless chains of the throw-away CA that differ in one thing each.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/trial/deck.hpp"
#include "verify/trial/modem_bench.hpp"

namespace epki::trial {

struct Accepted {
  std::string
      group;  ///< "key of the server", "key of the root", "digest", "length", "name", "extension", "uploaded file"
  std::string what;  ///< "rsa-2048", "SHA384", "4 intermediates", "CRLF line ends"
  enum class Answer { accepted, refused, unclear } answer = Answer::unclear;
  std::optional<int> alert{};
  bool oracle_accepts = true;
  std::vector<std::size_t> probes{};  ///< what it rests on, by their places in Report::probes
};
std::string_view word(Accepted::Answer answer);
/// Application data settle it at once; a refusal must come twice. What was refused before any packet, or closed, counts
/// as refused where the plain chain was accepted right after.
Accepted::Answer answer_of(const std::vector<infer::Outcome>& seen, bool plain_accepted_after);
/// Of the plain chain, asked in between.
inline constexpr std::string_view acceptance_control = "A-control";

struct Acceptance {
  Path path = Path::mqtt;
  /// Why there is no table: the plain chain itself was not accepted. Empty: there is one.
  std::string untold{};
  std::vector<Accepted> rows{};
  bool is_accepted(std::string_view group, std::string_view what) const;
  /// The most intermediates that were accepted, searched up to 8; nothing when not even none was.
  std::optional<int> intermediates() const;
  Json json() const;
};

/// Two to four handshakes for each of some fifty rows. What is refused is asked twice, with the plain chain in between
/// when nothing arrives.
Result<Acceptance> find_acceptance(ModemBench& bench, Deck& deck, Path path, Reporter& reporter);

/// A profile of kind "modem" (docs/profiles.md) of what every path takes. Nothing where a path has no table or takes
/// none of the keys. `firmware` is named in its description.
std::optional<std::string> acceptance_profile(const std::vector<Acceptance>& paths, const std::string& firmware);

}  // namespace epki::trial
