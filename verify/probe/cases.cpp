#include "verify/probe/cases.hpp"

#include <utility>

#include "verify/probe/case_file.hpp"
#include "verify/probe/recipe.hpp"
#include "verify/probe/throw_away.hpp"

namespace epki::probe {

Result<ossl::PrivateKey> KeyShelf::get(const std::string& role, ossl::KeyType type) {
  const auto name = role + "/" + std::string(ossl::word(type));
  if (const auto known = keys_.find(name); known != keys_.end()) return known->second;
  for (;;) {
    auto key = ossl::PrivateKey::generate(type);
    if (!key) return key;
    const auto pem = key->to_pem();  // the device's own key goes onto the modem
    if (!pem) return pem.error();
    if (!can_be_uploaded(pem->view())) continue;
    keys_.emplace(name, *key);
    return key;
  }
}

std::vector<std::string_view> case_ids() {
  std::vector<std::string_view> ids;
  auto all = case_files();
  if (!all) return ids;
  for (const auto& one : **all) ids.push_back(one.id);
  return ids;
}

Result<Case> mint_case(std::string_view id, const Material& material, RandomSource& random) {
  auto file = case_file(id);
  if (!file) return std::move(file).error();
  auto made = cook(**file, material, random);
  if (!made) return std::move(made).error().during("minting the trust case " + std::string(id));
  return made;
}

Result<Case> mint_deep(int intermediates, const Material& material, RandomSource& random) {
  auto file = case_file("ok_direct");
  if (!file) return std::move(file).error();
  CaseFile deep = **file;
  deep.id = "depth_" + std::to_string(intermediates);
  deep.presented = "a faultless leaf under " + std::to_string(intermediates) + " intermediates of the bound root";
  deep.because = "RFC 5280, 6.1: the number of certificates in a path is not limited";
  deep.intermediates.assign(static_cast<std::size_t>(intermediates), {});
  return cook(deep, material, random);
}

namespace {

template <class Field>
void take(Field& into, const Field& from) {
  if (from) into = from;
}

/// Adds the one defect of `file`.
void add_defect(CaseFile& all, const CaseFile& file) {
  const auto& leaf = file.leaf;
  if (!leaf.key.empty()) all.leaf.key = leaf.key;
  take(all.leaf.names, leaf.names);
  take(all.leaf.to_days, leaf.to_days);
  take(all.leaf.extended_key_usage, leaf.extended_key_usage);
  take(all.leaf.key_usage, leaf.key_usage);
  if (leaf.from_days && all.leaf.to_days) {
    CertificateRecipe not_yet;
    not_yet.from_days = leaf.from_days;
    all.intermediates.assign(1, not_yet);
  } else {
    take(all.leaf.from_days, leaf.from_days);
  }
  if (file.root != "bound") all.root = file.root;
}

}  // namespace

Result<Case> mint_together(const std::vector<std::string_view>& ids, const Material& material, RandomSource& random) {
  auto faultless = case_file("ok_direct");
  if (!faultless) return std::move(faultless).error();
  CaseFile all = **faultless;
  all.id.clear();
  std::string defects;
  for (const auto id : ids) {
    auto file = case_file(id);
    if (!file) return std::move(file).error();
    add_defect(all, **file);
    all.id += (all.id.empty() ? "" : "+") + std::string(id);
    defects += (defects.empty() ? "" : "; ") + (*file)->defect;
  }
  all.presented = "a chain with several defects at once: " + defects;
  all.because = "RFC 5280, 6.1: each of them alone makes the path invalid";
  return cook(all, material, random);
}

}  // namespace epki::probe
