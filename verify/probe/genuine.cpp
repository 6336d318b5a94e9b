// Genuine public chains, and the controls that stand beside a replay of one.

#include <algorithm>
#include <utility>

#include "core/file.hpp"
#include "core/text.hpp"
#include "verify/probe/cases.hpp"
#include "verify/probe/throw_away.hpp"

namespace epki::probe {

namespace {

constexpr const char* kShape = "the file must hold PEM: the leaf first, then its intermediates, the root last";

Error wrong_file(const std::string& file, const std::string& what) {
  return {Errc::input, file + ": " + what, kShape};
}

// "the 2nd certificate" would not tell a reader more than its number and its name do.
std::string numbered(const ossl::Chain& chain, std::size_t i) {
  return "certificate " + std::to_string(i + 1) + " (" + chain[i].subject() + ")";
}

// The first thing wrong with the order of a chain; empty when it is as it must be.
std::string disorder(const ossl::Chain& chain) {
  if (chain.size() < 2) return "there is one certificate only, so the root is missing";
  const auto& last = chain.back();
  if (chain.front().self_issued()) return "the first certificate is a root; the leaf comes first";
  if (chain.front().is_ca()) return "the first certificate is a CA (" + chain.front().subject() + "), not a server's";
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (chain[i].issuer_der() != chain[i + 1].subject_der()) {
      return numbered(chain, i) + " was issued by " + chain[i].issuer() + ", but " + numbered(chain, i + 1) +
             " follows";
    }
    if (!chain[i].signed_by(chain[i + 1])) return numbered(chain, i) + " is not signed by " + numbered(chain, i + 1);
  }
  if (!last.self_issued()) return "the root is missing: the last certificate was issued by " + last.issuer();
  if (!last.signed_by(last)) return "the root's own signature is wrong, so the file is damaged";
  return {};
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// A name of a certificate goes into an AT command between quotes: letters, digits, hyphens and dots, nothing else.
bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  const auto labels = split(name, '.');
  return std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && std::all_of(label.begin(), label.end(), is_host_character);
  });
}

// A name that can be dialled and that this entry matches; empty when there is none (RFC 6125, 6.4.3).
std::string dialable(const std::string& entry) {
  const std::string host = entry.starts_with("*.") ? "probe" + entry.substr(1) : entry;
  return is_host_name(host) ? host : std::string();
}

std::vector<std::string> names_of(const ossl::Certificate& leaf) {
  auto names = leaf.dns_names();
  if (names.empty() && leaf.ip_addresses().empty()) names = {leaf.common_name()};
  return names;
}

// As many certificates as the genuine chain shows, of the same kinds of key and for the same names, under `root`.
Result<ossl::Chain> same_shape(const Genuine& genuine, const ThrowAwayCa& root, Instant now, RandomSource& random) {
  const auto& model = genuine.presented;
  ossl::Chain chain;  // built from the root down, turned at the end
  ThrowAwayCa above = root;
  for (std::size_t i = model.size() - 1; i > 0; --i) {
    auto next = mint_intermediate("issuing", key_type_like(model[i]), above, now, random);
    if (!next) return std::move(next).error();
    above = std::move(*next);
    chain.push_back(above.certificate);
  }
  LeafPlan plan{.key = key_type_like(model.front()), .period = valid_at(now)};
  for (const auto& name : names_of(model.front())) {
    if (!dialable(name).empty()) plan.names.push_back(name);
  }
  if (plan.names.empty()) plan.names.push_back(genuine.host);
  auto leaf = mint_leaf(plan, as_issuer(above), random);
  if (!leaf) return std::move(leaf).error();
  chain.push_back(std::move(leaf->certificate));
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace

Result<Genuine> genuine_from(ossl::Chain chain, const std::string& file) {
  if (const auto wrong = disorder(chain); !wrong.empty()) return wrong_file(file, wrong);
  std::string host;
  for (const auto& name : names_of(chain.front())) {
    if (host = dialable(name); !host.empty()) break;
  }
  if (host.empty())
    return wrong_file(file, "the leaf (" + chain.front().subject() + ") has no name that can be dialled");
  const ossl::Certificate root = chain.back();
  chain.pop_back();
  return Genuine{file, std::move(chain), root, std::move(host)};
}

Result<Genuine> read_genuine(const std::string& file) {
  auto text = read_file(file);
  if (!text) return std::move(text).error();
  auto chain = ossl::chain_from_pem(*text);
  if (!chain) return wrong_file(file, chain.error().what);
  return genuine_from(std::move(*chain), file);
}

Result<Case> forged_under(const Genuine& genuine, const Material& material, RandomSource& random) {
  auto forger = material.shelf->get("forger", key_type_like(genuine.root));
  if (!forger) return std::move(forger).error();
  const LeafPlan plan{.key = material.leaf_key, .names = {material.host}, .period = valid_at(material.now)};
  auto leaf = mint_leaf(plan, {genuine.root, *forger}, random);
  if (!leaf) return std::move(leaf).error();
  Case made{.id = "forged_genuine",
            .presented = "a leaf for our name that claims to be issued by " + genuine.root.subject() +
                         ", signed by a key of ours",
            .because = "RFC 5280, 6.1.3 (a)(1): the signature must verify with the issuer's public key",
            .chain = {std::move(leaf->certificate)}};
  made.key = std::move(leaf->key);
  return made;
}

Result<Case> unknown_like(const Genuine& genuine, Instant now, RandomSource& random) {
  // Names of its own: under the genuine root's name a client could tell that root's presence from its absence.
  auto root = mint_throw_away_root("unknown", key_type_like(genuine.root), now, random);
  if (!root) return std::move(root).error();
  auto chain = same_shape(genuine, *root, now, random);
  if (!chain) return std::move(chain).error();
  return Case{
      .id = "unknown_like",
      .presented = "a key-less chain for " + genuine.host + " of the genuine one's shape, under a root nobody has",
      .because = "RFC 5280, 6.1.1 (d): a path is valid only from a trust anchor, and this root is none",
      .chain = std::move(*chain)};
}

Result<Case> flipped_twin(const Genuine& genuine) {
  auto chain = genuine.presented;
  auto twin = ossl::with_flipped_signature_bit(chain.back());
  if (!twin) return std::move(twin).error();
  chain.back() = std::move(*twin);
  return Case{.id = "flipped_twin",
              .presented = "the genuine chain for " + genuine.host + " with one bit of its root's signature flipped",
              .because = "RFC 5280, 6.1.3 (a)(1): the signature must verify with the issuer's public key",
              .chain = std::move(chain)};
}

Result<Case> keyless_under(const ThrowAwayCa& u, const Genuine& genuine, Instant now, RandomSource& random) {
  auto chain = same_shape(genuine, u, now, random);
  if (!chain) return std::move(chain).error();
  return Case{.id = "keyless_under",
              .presented = "a key-less chain for " + genuine.host + " of the genuine one's shape, under the bound root",
              .because = "RFC 5246, 7.4.3: the chain is faultless, so only the key exchange's signature can be minded",
              .chain = std::move(*chain)};
}

}  // namespace epki::probe
