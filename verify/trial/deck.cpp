#include "verify/trial/deck.hpp"

#include <algorithm>

#include "verify/infer/defects.hpp"
#include "verify/infer/forgeries.hpp"
#include "verify/probe/throw_away.hpp"
#include "verify/trial/moments.hpp"
#include "verify/trial/uploadable.hpp"

namespace epki::trial {

namespace {

using infer::Shown;
using What = infer::Bound::What;

/// A leaf's key costs nothing to the question: the smallest of the root's family.
ossl::KeyType leaf_key(ossl::KeyType root) {
  return is_rsa(root) ? ossl::KeyType::rsa_2048 : ossl::KeyType::ec_p256;
}

/// Some alternate: the chain's length, so that a limit on it shows as a contradiction and not as distrust; what a CA
/// lacks, because a firmware may mind one of the two.
std::string_view case_id(const Shot& shot) {
  const bool even = shot.turn % 2 == 0;
  switch (shot.shown) {
    case Shown::own_chain: return "ok_inter";
    case Shown::own_direct: return "ok_direct";
    case Shown::unknown: return even ? "unknown_inter" : "unknown_direct";
    case Shown::badsig: return "badsig";
    case Shown::wrong_host: return "wronghost";
    case Shown::expired: return "expired";
    case Shown::not_yet: return "notyet";
    case Shown::eku_client: return "eku_client";
    case Shown::usage_certsign: return "ku_certsign_only";
    case Shown::no_ca_attributes: return even ? "inter_nobc" : "inter_nokcs";
    case Shown::everything_wrong: return "everything_wrong";
    case Shown::own_certificate: return "device_certificate";
    case Shown::forgery: return infer::forgeries[static_cast<std::size_t>(shot.depth)].case_id;
    default: return "";
  }
}

/// The cases whose defects a chain of several has.
std::vector<std::string_view> cases_of(const Shot& shot) {
  std::vector<std::string_view> ids;
  const auto flags = static_cast<std::uint32_t>(shot.depth);
  for (const auto& defect : infer::defects_by_rank()) {
    if ((flags & defect.flag) == 0) continue;
    Shot alone = shot;
    alone.shown = defect.alone;
    alone.turn = 1;  // of the unknown chains the one without an intermediate: the date may need that place
    ids.push_back(case_id(alone));
  }
  return ids;
}

bool is_of_another_upload(const Shot& shot) {
  return shot.bound.what >= What::user_intermediate && shot.anchor < 0;
}

/// Two faultless chains take turns, so that a client which pins the first one it sees contradicts itself.
std::string card_key(const Shot& shot) {
  const bool turns = shot.shown == Shown::own_chain && shot.turn % 2 != 0;
  return std::string(case_id(shot)) + "/" + std::to_string(static_cast<int>(shot.shown)) + "/" +
         std::to_string(shot.anchor) + "/" + std::to_string(shot.depth) + (turns ? "/second/" : "/") +
         (is_of_another_upload(shot) ? std::to_string(static_cast<int>(shot.bound.what)) : "");
}

}  // namespace

Deck::Deck(std::string host, std::vector<probe::Genuine> genuine, ossl::KeyType key, probe::Material material,
           Instant now, RandomSource& random)
    : host_(std::move(host)),
      genuine_(std::move(genuine)),
      key_(key),
      material_(std::move(material)),
      now_(now),
      random_(&random) {
  std::vector<Span> spans;
  for (const auto& chain : genuine_) spans.push_back(span_of(chain));
  const auto own = probe::valid_at(now);
  moments_ = moments_for(spans, now, {own.from, own.to});
}

Result<Deck> Deck::open(ossl::KeyType key, const std::string& host, std::vector<probe::Genuine> genuine, Instant now,
                        RandomSource& random) {
  auto u = probe::mint_throw_away_root("verify", key, now, random);
  if (!u) return std::move(u).error();
  auto stranger = probe::mint_throw_away_root("stranger", key, now, random);
  if (!stranger) return std::move(stranger).error();
  probe::Material material{std::move(*u), std::move(*stranger), leaf_key(key), host, now};
  return Deck(host, std::move(genuine), key, std::move(material), now, random);
}

const std::string& Deck::host(const Shot& shot) const {
  const bool own = shot.anchor < 0 || shot.shown == Shown::replay_wrong_name || shot.shown == Shown::forged_genuine;
  return own ? host_ : genuine_[static_cast<std::size_t>(shot.anchor)].host;
}

std::string Deck::name(const infer::Bound& bound) const {
  switch (bound.what) {
    case What::user: return "U, the throw-away root";
    case What::nothing: return "nothing";
    case What::genuine: return genuine_[static_cast<std::size_t>(bound.anchor)].root.subject();
    case What::genuine_issuer:
      return "the intermediate under " + genuine_[static_cast<std::size_t>(bound.anchor)].root.subject();
    case What::user_intermediate: return "an intermediate of U";
    case What::other_key: return "a throw-away root with another kind of key";
    case What::no_attributes: return "a throw-away root that may not sign certificates";
    case What::no_attributes_issuer: return "an intermediate of U that may not sign certificates";
  }
  return {};
}

Result<probe::ThrowAwayCa> Deck::other_user(What what) {
  if (const auto known = others_.find(what); known != others_.end()) return known->second;
  const auto other = is_rsa(key_) ? ossl::KeyType::ec_p256 : ossl::KeyType::rsa_2048;
  const auto mint = [&]() -> Result<probe::ThrowAwayCa> {
    switch (what) {
      case What::other_key: return probe::mint_throw_away_root("verify", other, now_, *random_);
      case What::no_attributes: return probe::mint_without_attributes("verify", key_, nullptr, now_, *random_);
      case What::no_attributes_issuer:
        return probe::mint_without_attributes("verify", key_, &material_.u, now_, *random_);
      default: return probe::mint_intermediate("verify", key_, material_.u, now_, *random_);
    }
  };
  auto made = mint();
  if (!made) return made;
  others_.emplace(what, *made);
  return made;
}

Result<std::string> Deck::pem(const infer::Bound& bound) {
  if (bound.what == What::user) return material_.u.certificate.pem();
  if (bound.what == What::nothing) return std::string();
  if (bound.anchor >= 0) {
    const auto& chain = genuine_[static_cast<std::size_t>(bound.anchor)];
    if (bound.what == What::genuine) return uploadable(chain.root.pem());
    if (bound.what == What::genuine_issuer)
      return uploadable((chain.presented.size() > 1 ? chain.presented.back() : chain.root).pem());
  }
  auto other = other_user(bound.what);
  if (!other) return std::move(other).error();
  return other->certificate.pem();
}

Result<probe::Case> Deck::mint_replay(const Shot& shot) {
  const auto& genuine = genuine_[static_cast<std::size_t>(shot.anchor)];
  switch (shot.shown) {
    case Shown::unknown_like: return probe::unknown_like(genuine, now_, *random_);
    case Shown::flipped_twin: return probe::flipped_twin(genuine);
    case Shown::keyless: return probe::keyless_under(material_.u, genuine, now_, *random_);
    case Shown::keyless_other: {
      auto other = other_user(What::other_key);
      if (!other) return std::move(other).error();
      return probe::keyless_under(*other, genuine, now_, *random_);
    }
    case Shown::forged_genuine: return probe::forged_under(genuine, material_, *random_);
    default: break;
  }
  if (shot.shown == Shown::with_key || shot.shown == Shown::twin_with_key) return mint_with_key(shot);
  probe::Case replay;
  replay.id = "replay";
  replay.presented = "the genuine chain for " + genuine.host + " under " + genuine.root.subject() + ", without its key";
  if (shot.shown == Shown::replay_wrong_name) replay.presented += ", dialled as " + host_;
  replay.because = "RFC 5246, 7.4.2: the client judges the chain before the key exchange's signature";
  replay.chain = genuine.presented;
  return replay;
}

/// The user's own genuine certificate: handshakes that complete.
Result<probe::Case> Deck::mint_with_key(const Shot& shot) {
  const auto& genuine = genuine_[static_cast<std::size_t>(shot.anchor)];
  probe::Case made;
  if (shot.shown == Shown::twin_with_key) {
    auto twin = probe::flipped_twin(genuine);
    if (!twin) return twin;
    made = std::move(*twin);
    made.presented += ", with its key";
  } else {
    made.id = "genuine";
    made.presented = "the user's own chain for " + genuine.host + " under " + genuine.root.subject() + ", with its key";
    made.because = "RFC 5280, 6.1: the path ends at a public root, which is a trust anchor or is not";
    made.chain = genuine.presented;
  }
  made.key = genuine.key;
  return made;
}

Result<probe::Case> Deck::mint_under(const Shot& shot, const probe::Material& material) {
  if (shot.shown == Shown::own_deep) return probe::mint_deep(shot.depth, material, *random_);
  if (shot.shown == Shown::several) return probe::mint_together(cases_of(shot), material, *random_);
  return probe::mint_case(case_id(shot), material, *random_);
}

Result<probe::Case> Deck::named_case(std::string_view id) {
  return probe::mint_case(id, material_, *random_);
}

Result<probe::Case> Deck::deep_case(int intermediates) {
  return probe::mint_deep(intermediates, material_, *random_);
}

Result<probe::Case> Deck::mint(const Shot& shot) {
  if (shot.anchor >= 0) return mint_replay(shot);
  if (!is_of_another_upload(shot)) return mint_under(shot, material_);
  auto other = other_user(shot.bound.what);
  if (!other) return std::move(other).error();
  auto material = material_;  // the keys on the shelf are shared
  material.u = std::move(*other);
  return mint_under(shot, material);
}

std::optional<Instant> Deck::clock_for(const Shot& shot) const {
  if (shot.settings.clock == infer::Settings::Clock::past_the_end) return past_the_end(shot.anchor);
  return shot.anchor < 0 ? std::nullopt : moments_[static_cast<std::size_t>(shot.anchor)];
}

Instant Deck::past_the_end(int anchor) const {
  const auto end = genuine_[static_cast<std::size_t>(anchor)].presented.front().not_after();
  return std::max(end, now_) + std::chrono::days(30);
}

Result<const probe::Case*> Deck::card(const Shot& shot) {
  auto& place = cards_[card_key(shot)];
  if (!place) {
    auto made = mint(shot);
    if (!made) return std::move(made).error();
    place = std::make_unique<probe::Case>(std::move(*made));
  }
  return place.get();
}

}  // namespace epki::trial
