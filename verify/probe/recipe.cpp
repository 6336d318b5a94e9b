#include "verify/probe/recipe.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/rare_key.hpp"
#include "verify/probe/throw_away.hpp"

namespace epki::probe {

namespace {

using std::chrono::days;

// RFC 2606, 2: a name that belongs to nobody and resolves nowhere.
constexpr const char* kOtherHost = "other-name.invalid";
// RFC 9562: an object identifier that is nobody's, from a UUID drawn for this purpose.
constexpr const char* kUnknownExtension = "2.25.189837498461043283740230741903548";

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::string filled(std::string text, const std::string& host) {
  const auto dot = host.rfind('.');
  text = replaced(std::move(text), "{host}", host);
  text = replaced(std::move(text), "{HOST}", upper(host));
  text = replaced(std::move(text), "{wild_top}", "*" + (dot == std::string::npos ? std::string() : host.substr(dot)));
  return replaced(std::move(text), "{other}", kOtherHost);
}

/// Both faultless and what a recipe leaves open.
struct Defaults {
  std::string role;  ///< names the key on the shelf
  ossl::KeyType key;
  ossl::Name subject;
  Period period;
  std::string basic_constraints, key_usage{}, extended_key_usage{};
  std::vector<std::string> names{};
};

class Kitchen {
 public:
  Kitchen(const Material& material, RandomSource& random) : m_(material), random_(random) {}

  /// What the keys on the shelf are kept by.
  void stand_on(const ThrowAwayCa& root) { root_ = root.certificate.sha256(); }

  Result<ThrowAwayCa> root(const CertificateRecipe& recipe) {
    return ca(recipe, "bound", nullptr, {m_.now - kBack, m_.now + kAhead});
  }
  Result<ThrowAwayCa> intermediate(const CertificateRecipe& recipe, const ThrowAwayCa& above) {
    ++intermediates_;
    return ca(recipe, "issuing", &above, valid_at(m_.now));
  }
  Result<ThrowAwayCa> leaf(const CertificateRecipe& recipe, const ThrowAwayCa& above) {
    Defaults defaults{"leaf " + turn() + " of " + root_, m_.leaf_key, {}, valid_at(m_.now), "CA:FALSE"};
    const auto name =
        filled(recipe.common_name.value_or(recipe.names && !recipe.names->empty() ? recipe.names->front()
                                                                                  : std::string("{host}")),
               m_.host);
    if (!name.empty()) defaults.subject = {{"O", "ec200u-pki throw-away"}, {"CN", name}};
    const bool rsa = recipe.key.empty() ? is_rsa(m_.leaf_key) : recipe.key.starts_with("rsa");
    defaults.key_usage = rsa ? "digitalSignature,keyEncipherment" : "digitalSignature";
    defaults.extended_key_usage = "serverAuth";
    defaults.names = {"{host}"};
    return bake(recipe, defaults, recipe.self_signed ? nullptr : &above);
  }

 private:
  /// Neighbours in a chain have different keys, and so have the leaves of chains that differ by one certificate.
  std::string turn() const { return intermediates_ % 2 == 0 ? "even" : "odd"; }

  Result<ThrowAwayCa> ca(const CertificateRecipe& recipe, std::string_view label, const ThrowAwayCa* above,
                         Period period) {
    Defaults defaults{std::string(label) + " " + turn() + " of " + root_,
                      key_type_like(above != nullptr ? above->certificate : m_.u.certificate),
                      ca_name(label, random_),
                      period,
                      "CA:TRUE",
                      "keyCertSign,cRLSign"};
    return bake(recipe, defaults, above);
  }

  Result<ThrowAwayCa> bake(const CertificateRecipe& recipe, const Defaults& defaults, const ThrowAwayCa* above) {
    auto key = recipe.key.empty() ? m_.shelf->get(defaults.role, defaults.key) : ossl::generate_rare(recipe.key);
    if (!key) return std::move(key).error();
    auto issuer = above != nullptr ? as_issuer(*above) : ossl::Issuer{std::nullopt, *key};
    if (recipe.forged) {
      auto other = m_.shelf->get("forger", key_type_like(above != nullptr ? above->certificate : m_.u.certificate));
      if (!other) return std::move(other).error();
      issuer.key = *other;
    }
    ossl::CertificateSpec spec;
    spec.subject = defaults.subject;
    spec.not_before = recipe.from_days ? m_.now + days(*recipe.from_days) : defaults.period.from;
    spec.not_after = recipe.to_days ? m_.now + days(*recipe.to_days) : defaults.period.to;
    spec.version = recipe.version;
    spec.digest = recipe.digest;
    if (recipe.version == 3) spec.extensions = extensions(recipe, defaults, issuer);
    auto certificate = build_uploadable(spec, *key, issuer, random_);
    if (!certificate) return std::move(certificate).error();
    return ThrowAwayCa{std::move(*certificate), std::move(*key)};
  }

  std::vector<ossl::Extension> extensions(const CertificateRecipe& recipe, const Defaults& defaults,
                                          const ossl::Issuer& issuer) {
    std::vector<ossl::Extension> all;
    const auto add = [&](const char* name, const std::string& value, bool critical) {
      if (!value.empty() && value != "none") all.push_back({name, filled(value, m_.host), critical});
    };
    add("basicConstraints", recipe.basic_constraints.value_or(defaults.basic_constraints), true);
    add("keyUsage", recipe.key_usage.value_or(defaults.key_usage), true);
    add("extendedKeyUsage", recipe.extended_key_usage.value_or(defaults.extended_key_usage), false);
    add("nameConstraints", recipe.name_constraints.value_or(""), recipe.critical_constraints);
    std::vector<std::string> names;
    for (const auto& name : recipe.names.value_or(defaults.names)) names.push_back(filled(name, m_.host));
    for (int i = 0; i < (recipe.names_twice ? 2 : 1); ++i) {
      add("subjectAltName", alternative_names(names), recipe.critical_names);
    }
    if (recipe.critical_unknown) all.push_back({kUnknownExtension, "", true, {{std::byte{5}, std::byte{0}}}});
    if (recipe.subject_key_id) add("subjectKeyIdentifier", "hash", false);
    add_authority(all, recipe, issuer);
    return all;
  }

  void add_authority(std::vector<ossl::Extension>& all, const CertificateRecipe& recipe, const ossl::Issuer& issuer) {
    if (recipe.authority_key_id == "wrong") {
      // SEQUENCE { [0] keyIdentifier } (RFC 5280, 4.2.1.1), of 20 bytes that belong to no key.
      std::vector<std::byte> der{std::byte{0x30}, std::byte{0x16}, std::byte{0x80}, std::byte{0x14}};
      const auto id = random_bytes(20, random_);
      der.insert(der.end(), id.begin(), id.end());
      all.push_back({"2.5.29.35", "", false, std::move(der)});
      return;
    }
    if (recipe.authority_key_id != "keyid" || !issuer.certificate) return;
    const auto of_issuer = ossl::extensions_of(*issuer.certificate);
    const bool has_id = std::any_of(of_issuer.begin(), of_issuer.end(),
                                    [](const ossl::Extension& one) { return one.name == "2.5.29.14"; });
    if (has_id) all.push_back({"authorityKeyIdentifier", "keyid"});
  }

  const Material& m_;
  RandomSource& random_;
  std::string root_{};
  int intermediates_ = 0;
};

struct Cooked {
  ThrowAwayCa root;
  std::vector<ThrowAwayCa> intermediates;  ///< from the root down
  ThrowAwayCa leaf;
};

/// A root that says it is U, down to the key identifier, with a key that anybody may have.
Result<ThrowAwayCa> impostor(const Material& material, RandomSource& random) {
  const auto& u = material.u.certificate;
  auto key = material.shelf->get("impostor", key_type_like(u));
  if (!key) return std::move(key).error();
  ossl::CertificateSpec spec;
  spec.subject_der = u.subject_der();
  spec.not_before = material.now - kBack;
  spec.not_after = material.now + kAhead;
  spec.extensions = ossl::extensions_of(u);
  auto certificate = build_uploadable(spec, *key, {std::nullopt, *key}, random);
  if (!certificate) return std::move(certificate).error();
  return ThrowAwayCa{std::move(*certificate), std::move(*key)};
}

Result<ThrowAwayCa> root_of(const CaseFile& file, const Material& material, Kitchen& kitchen, RandomSource& random) {
  if (file.bound) return kitchen.root(*file.bound);
  if (file.root == "stranger") return material.stranger;
  if (file.root == "impostor") return impostor(material, random);
  if (file.root == "device")
    return mint_throw_away_root("device", key_type_like(material.u.certificate), material.now, random);
  return material.u;
}

Result<Cooked> cook_chain(const CaseFile& file, const Material& material, RandomSource& random) {
  Kitchen kitchen(material, random);
  auto root = root_of(file, material, kitchen, random);
  if (!root) return std::move(root).error();
  kitchen.stand_on(*root);
  std::vector<ThrowAwayCa> intermediates;
  for (const auto& recipe : file.intermediates) {
    auto next = kitchen.intermediate(recipe, intermediates.empty() ? *root : intermediates.back());
    if (!next) return std::move(next).error();
    intermediates.push_back(std::move(*next));
  }
  auto leaf = kitchen.leaf(file.leaf, intermediates.empty() ? *root : intermediates.back());
  if (!leaf) return std::move(leaf).error();
  return Cooked{std::move(*root), std::move(intermediates), std::move(*leaf)};
}

Result<ossl::Certificate> part(std::string_view name, const Cooked& cooked, const Material& material) {
  if (name == "leaf") return cooked.leaf.certificate;
  if (name == "root") return cooked.root.certificate;
  if (name == "unrelated") return material.stranger.certificate;
  if (name == "bound") return material.u.certificate;
  const auto number = parse_integer(name);
  if (number && *number >= 1 && *number <= static_cast<std::int64_t>(cooked.intermediates.size()))
    return cooked.intermediates[static_cast<std::size_t>(*number - 1)].certificate;
  return Error{Errc::internal, "a trust case names a part \"" + std::string(name) + "\" that it does not have"};
}

Result<ossl::Chain> sent(const CaseFile& file, const Cooked& cooked, const Material& material) {
  ossl::Chain chain;
  if (file.order.empty()) {
    chain.push_back(cooked.leaf.certificate);
    for (auto one = cooked.intermediates.rbegin(); one != cooked.intermediates.rend(); ++one)
      chain.push_back(one->certificate);
    return chain;
  }
  for (const auto& name : file.order) {
    auto certificate = part(name, cooked, material);
    if (!certificate) return std::move(certificate).error();
    chain.push_back(std::move(*certificate));
  }
  return chain;
}

}  // namespace

Result<Case> cook(const CaseFile& file, const Material& material, RandomSource& random) {
  auto cooked = cook_chain(file, material, random);
  if (!cooked) return std::move(cooked).error();
  auto chain = sent(file, *cooked, material);
  if (!chain) return std::move(chain).error();
  Case made{.id = file.id, .presented = file.presented, .because = file.because, .chain = std::move(*chain)};
  made.key = cooked->leaf.key;
  if (file.bound) made.bind = cooked->root.certificate;
  if (file.bind == "other-leaf") {
    auto other = Kitchen(material, random).leaf({}, cooked->root);
    if (!other) return std::move(other).error();
    made.bind = other->certificate;
  } else if (file.bind != "root") {
    auto bound = part(file.bind, *cooked, material);
    if (!bound) return std::move(bound).error();
    made.bind = std::move(*bound);
  }
  return made;
}

}  // namespace epki::probe
