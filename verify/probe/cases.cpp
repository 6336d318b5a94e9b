#include "verify/probe/cases.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "verify/probe/throw_away.hpp"

namespace epki::probe {

namespace {

using std::chrono::days;

// RFC 2606, 2: a name that belongs to nobody and resolves nowhere.
constexpr const char* kOtherHost = "other-name.invalid";

LeafPlan good_leaf(const Material& m) {
  return {.key = m.leaf_key, .names = {m.host}, .period = valid_at(m.now)};
}

// A case without its texts yet.
using Minted = Result<Case>;

Minted shown(ossl::Chain above, Result<Leaf> leaf) {
  if (!leaf) return std::move(leaf).error();
  Case made;
  made.chain.push_back(std::move(leaf->certificate));
  made.chain.insert(made.chain.end(), above.begin(), above.end());
  made.key = std::move(leaf->key);
  return made;
}

Minted direct(const ThrowAwayCa& root, const Material& m, RandomSource& random) {
  return shown({}, mint_leaf(good_leaf(m), as_issuer(root), random));
}

Minted through_intermediate(const ThrowAwayCa& root, const Material& m, RandomSource& random) {
  auto intermediate = mint_intermediate("issuing", key_type_like(root.certificate), root, m.now, random);
  if (!intermediate) return std::move(intermediate).error();
  return shown({intermediate->certificate}, mint_leaf(good_leaf(m), as_issuer(*intermediate), random));
}

Minted bad_signature(const Material& m, RandomSource& random) {
  auto other = ossl::PrivateKey::generate(key_type_like(m.u.certificate));
  if (!other) return std::move(other).error();
  return shown({}, mint_leaf(good_leaf(m), {m.u.certificate, *other}, random));
}

Minted wrong_host(const Material& m, RandomSource& random) {
  auto plan = good_leaf(m);
  plan.names = {kOtherHost};
  return shown({}, mint_leaf(plan, as_issuer(m.u), random));
}

// A year over, so that a clock which is months slow does not hide it.
Minted expired(const Material& m, RandomSource& random) {
  auto plan = good_leaf(m);
  plan.period.to = m.now - days(365);
  return shown({}, mint_leaf(plan, as_issuer(m.u), random));
}

// Days ahead: more than any time zone is off, less than the root lives.
Minted not_yet(const Material& m, RandomSource& random) {
  auto plan = good_leaf(m);
  plan.period.from = m.now + days(3);
  return shown({}, mint_leaf(plan, as_issuer(m.u), random));
}

Minted client_usage(const Material& m, RandomSource& random) {
  auto plan = good_leaf(m);
  plan.usage = "clientAuth";
  return shown({}, mint_leaf(plan, as_issuer(m.u), random));
}

struct Entry {
  std::string_view id;
  std::string_view presented;
  std::string_view because;
  Minted (*mint)(const Material&, RandomSource&);
};

constexpr std::array<Entry, 9> kCases{{
    {"ok_direct", "a faultless leaf signed by the bound root itself",
     "RFC 5280, 6.1: the path ends at a trust anchor and every check holds",
     [](const Material& m, RandomSource& r) { return direct(m.u, m, r); }},
    {"ok_inter", "a faultless leaf under one intermediate of the bound root",
     "RFC 5280, 6.1: the path ends at a trust anchor and every check holds",
     [](const Material& m, RandomSource& r) { return through_intermediate(m.u, m, r); }},
    {"unknown_direct", "a faultless leaf signed by a root that the modem was never given",
     "RFC 5280, 6.1.1 (d): a path is valid only from a trust anchor, and this root is none",
     [](const Material& m, RandomSource& r) { return direct(m.stranger, m, r); }},
    {"unknown_inter", "a faultless leaf under one intermediate of a root that the modem was never given",
     "RFC 5280, 6.1.1 (d): a path is valid only from a trust anchor, and this root is none",
     [](const Material& m, RandomSource& r) { return through_intermediate(m.stranger, m, r); }},
    {"badsig", "a leaf that names the bound root as its issuer but was signed by another key of the same type",
     "RFC 5280, 6.1.3 (a)(1): the signature must verify with the issuer's public key", bad_signature},
    {"wronghost", "a leaf of the bound root for another host name",
     "RFC 6125, 6.4: a name of the certificate must match the name that was dialled", wrong_host},
    {"expired", "a leaf of the bound root that expired a year ago",
     "RFC 5280, 6.1.3 (a)(2): the validity period must include the current time", expired},
    {"notyet", "a leaf of the bound root that becomes valid in three days",
     "RFC 5280, 6.1.3 (a)(2): the validity period must include the current time", not_yet},
    {"eku_client", "a leaf of the bound root whose extended key usage is client authentication alone",
     "RFC 5280, 4.2.1.12: the certificate may be used for the purposes it names only", client_usage},
}};

}  // namespace

std::vector<std::string_view> case_ids() {
  std::vector<std::string_view> ids;
  for (const auto& entry : kCases) ids.push_back(entry.id);
  return ids;
}

Result<Case> mint_case(std::string_view id, const Material& material, RandomSource& random) {
  const auto* const entry = std::find_if(kCases.begin(), kCases.end(), [&](const Entry& e) { return e.id == id; });
  if (entry == kCases.end()) {
    const auto ids = case_ids();
    const auto meant = nearest(id, ids);
    return Error{Errc::input, "there is no trust case \"" + std::string(id) + "\"",
                 meant.empty() ? "" : "did you mean " + std::string(meant) + "?"};
  }
  auto made = entry->mint(material, random);
  if (!made) return std::move(made).error().during("minting the trust case " + std::string(id));
  made->id = entry->id;
  made->presented = entry->presented;
  made->because = entry->because;
  return made;
}

}  // namespace epki::probe
