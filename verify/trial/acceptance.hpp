#pragma once
// Which certificates this firmware takes (--acceptance): keys, hashes, curves, lengths, names, extensions, and the
// forms of the uploaded file. Faultless chains of the throw-away CA that differ in one thing each.

#include <optional>
#include <string>
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
};
std::string_view word(Accepted::Answer answer);

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
