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

}  // namespace epki::probe
