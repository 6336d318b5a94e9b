#pragma once
// The certificates of one run: the throw-away CAs, their cases, and the genuine chains. Minted when first needed.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "pki/ossl/key.hpp"
#include "verify/probe/cases.hpp"
#include "verify/trial/bench.hpp"

namespace epki::trial {

class Deck {
 public:
  /// Mints U and the stranger. `host` is the name our own cases are for.
  static Result<Deck> open(ossl::KeyType key, const std::string& host, std::vector<probe::Genuine> genuine, Instant now,
                           RandomSource& random);

  /// The chain that a shot presents. Lives as long as the deck.
  Result<const probe::Case*> card(const Shot& shot);
  /// A case of the collection by its name, or a faultless chain with so many intermediates; minted anew.
  Result<probe::Case> named_case(std::string_view id);
  Result<probe::Case> deep_case(int intermediates);
  ossl::KeyType key() const { return key_; }
  /// The name that is dialled for it.
  const std::string& host(const Shot& shot) const;
  /// The certificate that a binding needs, one PEM block; empty for `nothing`.
  Result<std::string> pem(const infer::Bound& bound);
  /// "U", "nothing", or the subject of what is bound.
  std::string name(const infer::Bound& bound) const;

  const std::vector<probe::Genuine>& genuine() const { return genuine_; }
  /// Where the modem's clock must stand for a shot: past the end of a genuine chain's leaf where the shot says so,
  /// inside that chain's validity where now is not. Nothing: at the run's own time.
  std::optional<Instant> clock_for(const Shot& shot) const;

 private:
  Deck(std::string host, std::vector<probe::Genuine> genuine, ossl::KeyType key, probe::Material material, Instant now,
       RandomSource& random);
  Instant past_the_end(int anchor) const;
  Result<probe::Case> mint(const Shot& shot);
  Result<probe::Case> mint_under(const Shot& shot, const probe::Material& material);
  Result<probe::Case> mint_replay(const Shot& shot);
  Result<probe::Case> mint_with_key(const Shot& shot);
  Result<probe::ThrowAwayCa> other_user(infer::Bound::What what);

  std::string host_;
  std::vector<probe::Genuine> genuine_;
  ossl::KeyType key_;
  probe::Material material_;
  Instant now_;
  RandomSource* random_;
  std::vector<std::optional<Instant>> moments_;  ///< by anchor
  std::map<std::string, std::unique_ptr<probe::Case>> cards_;
  std::map<infer::Bound::What, probe::ThrowAwayCa> others_;
};

}  // namespace epki::trial
