#include "verify/probe/ladder.hpp"

#include <algorithm>
#include <utility>

#include "verify/probe/throw_away.hpp"

namespace epki::probe {

namespace {

// An ECDSA signature's length varies by a few bytes (RFC 3279, 2.2.3): another serial number, another length.
constexpr int most_tries = 64;
constexpr std::size_t fewest_letters = 6;

bool is_letter(std::byte value) {
  const auto c = std::to_integer<unsigned char>(value);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Where the strings of a Name lie, in its DER: those of two letters are countries, which must stay two letters of a
/// country (X.520, 6.3.1). Walks into every SEQUENCE and SET (RFC 5280, 4.1.2.4).
void find_letters(std::span<const std::byte> der, std::size_t from, std::size_t to, std::vector<std::size_t>& letters) {
  while (to - from >= 2) {
    const auto tag = std::to_integer<unsigned>(der[from]);
    std::size_t size = std::to_integer<std::size_t>(der[from + 1]), start = from + 2;
    if (size >= 0x80) {
      const std::size_t width = size & 0x7fU;
      if (width == 0 || width > 3 || to - start < width) return;
      size = 0;
      for (std::size_t i = 0; i < width; ++i) size = size << 8U | std::to_integer<std::size_t>(der[start++]);
    }
    if (to - start < size) return;
    const bool inner = tag == 0x30 || tag == 0x31, identifier = tag == 0x06;
    if (inner) find_letters(der, start, start + size, letters);
    for (std::size_t i = start; !inner && !identifier && size > 2 && i < start + size; ++i)
      if (is_letter(der[i])) letters.push_back(i);
    from = start + size;
  }
}

/// Another Name of the same length: other letters, everything else as it was.
Result<std::vector<std::byte>> name_like(const ossl::Certificate& root, RandomSource& random) {
  auto der = root.subject_der();
  std::vector<std::size_t> letters;
  find_letters(der, 0, der.size(), letters);
  if (letters.size() < fewest_letters) {
    return Error{Errc::input, "the name " + root.subject() + " has too few letters for another one like it", {}};
  }
  const auto drawn = random_bytes(letters.size(), random);
  for (std::size_t i = 0; i < letters.size(); ++i)
    der[letters[i]] = static_cast<std::byte>('a' + std::to_integer<int>(drawn[i]) % 26);
  return der;
}

class Minting {
 public:
  struct Keys {
    ossl::PrivateKey forger, leaf, rung;
  };
  Minting(const LadderPlan& plan, Keys keys, RandomSource& random)
      : plan_(plan), keys_(std::move(keys)), random_(random) {}

  Result<Ladder> run() {
    auto like = name_like(plan_.root, random_);
    if (!like) return std::move(like).error();
    auto known = bearer(plan_.root.subject_der()), unknown = bearer(*like);
    if (!known) return std::move(known).error();
    if (!unknown) return std::move(unknown).error();
    const auto certificates = "a ladder of " + std::to_string(plan_.rungs) + " certificates that name ";
    Ladder ladder{empty(certificates + plan_.root.subject() + " as their issuer, signed by a key of ours"),
                  empty(certificates + "an issuer nobody has, by a name as long as that of " + plan_.root.subject() +
                        ", signed by a key of ours")};
    for (int rung = -1; rung < plan_.rungs; ++rung) {
      auto pair = equal_pair(rung, *known, *unknown);
      if (!pair) return std::move(pair).error();
      ladder.known.chain.push_back(std::move(pair->first));
      ladder.unknown.chain.push_back(std::move(pair->second));
    }
    return ladder;
  }

 private:
  static Case empty(std::string presented) {
    return Case{.id = "ladder",
                .presented = std::move(presented),
                .because = "RFC 5280, 6.1.3 (a)(1): the signature must verify with the issuer's public key",
                .chain = {}};
  }

  ossl::CertificateSpec spec(const std::vector<std::byte>& subject) {
    const auto period = valid_at(plan_.now);
    ossl::CertificateSpec spec;
    spec.subject_der = subject;
    spec.serial = random_serial(random_);
    spec.not_before = period.from;
    spec.not_after = period.to;
    return spec;
  }

  /// Gives its subject to what is issued in its name.
  Result<ossl::Certificate> bearer(const std::vector<std::byte>& subject) {
    return ossl::build(spec(subject), keys_.forger, {std::nullopt, keys_.forger});
  }

  /// The leaf is number -1. Neither has key identifiers: a root may have none, and mbedTLS does not look at them.
  Result<ossl::Certificate> certificate(int rung, const ossl::Certificate& bearer) {
    auto made = spec(bearer.subject_der());
    if (rung < 0) {
      made.subject_der.reset();
      made.subject = {{"O", "ec200u-pki throw-away"}, {"CN", plan_.host}};
      made.extensions = {{"basicConstraints", "CA:FALSE", true},
                         {"keyUsage", "digitalSignature,keyEncipherment", true},
                         {"extendedKeyUsage", "serverAuth"},
                         {"subjectAltName", alternative_names({plan_.host})}};
    } else {
      made.extensions = {{"basicConstraints", "CA:TRUE", true}, {"keyUsage", "keyCertSign,cRLSign", true}};
    }
    return ossl::build(made, rung < 0 ? keys_.leaf : keys_.rung, {bearer, keys_.forger});
  }

  Result<std::pair<ossl::Certificate, ossl::Certificate>> equal_pair(int rung, const ossl::Certificate& known,
                                                                     const ossl::Certificate& unknown) {
    for (int i = 0; i < most_tries; ++i) {
      auto one = certificate(rung, known);
      if (!one) return std::move(one).error();
      for (int j = 0; j < most_tries; ++j) {
        auto other = certificate(rung, unknown);
        if (!other) return std::move(other).error();
        if (other->der().size() == one->der().size()) return std::pair(std::move(*one), std::move(*other));
      }
    }
    return Error{Errc::internal, "no two certificates of a ladder came out equally long", {}};
  }

  const LadderPlan& plan_;
  Keys keys_;
  RandomSource& random_;
};

}  // namespace

Result<Ladder> mint_ladder(const LadderPlan& plan, RandomSource& random) {
  auto forger = ossl::PrivateKey::generate(plan.key), leaf = ossl::PrivateKey::generate(ossl::KeyType::rsa_2048);
  if (!forger) return std::move(forger).error();
  if (!leaf) return std::move(leaf).error();
  // Of the family that the signatures are not of: else each rung is tried as the issuer of the one before it, and the
  // ladder nobody knows takes its time as well (trust probing, 4).
  auto rung = is_rsa(plan.key) ? ossl::PrivateKey::generate(ossl::KeyType::ec_p256) : leaf;
  if (!rung) return std::move(rung).error();
  return Minting(plan, {std::move(*forger), std::move(*leaf), std::move(*rung)}, random).run();
}

}  // namespace epki::probe
