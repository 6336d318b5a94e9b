#include "pki/lint/chain.hpp"

#include <algorithm>

namespace epki::lint {

std::size_t chain_bytes(const SeenCertificate& c) {
  std::size_t bytes = 3;
  for (const auto& one : c.document->certificates) bytes += 3 + one.bytes;
  return bytes;
}

std::int64_t intermediates_above(const SeenCertificate& c) {
  const auto path = c.path();
  return std::count_if(path.begin() + 1, path.end(), [](const SeenCertificate* one) { return one->use != Use::root; });
}

const SeenCertificate* exceeded(const SeenCertificate& c) {
  std::int64_t below = c.is_ca() && !c.facts.self_issued() ? 1 : 0;
  const auto path = c.path();
  for (std::size_t i = 1; i < path.size(); ++i) {
    const auto& constraints = path[i]->facts.basic_constraints;
    if (constraints && constraints->path_length && *constraints->path_length >= 0 && below > *constraints->path_length)
      return path[i];
    if (!path[i]->facts.self_issued()) ++below;
  }
  return nullptr;
}

bool is_constrained(const SeenCertificate& c) {
  if (c.is_ca() && c.facts.self_issued()) return false;
  const auto path = c.path();
  return std::any_of(path.begin() + 1, path.end(), [](const SeenCertificate* one) {
    return one->certificate && one->facts.extension("nameConstraints") != nullptr;
  });
}

std::optional<OutsideConstraints> outside_constraints(const SeenCertificate& c) {
  for (const auto* one : c.path()) {
    if (one == &c || !one->certificate || one->facts.extension("nameConstraints") == nullptr) continue;
    if (auto outside = ossl::name_outside(*c.certificate, *one->certificate))
      return OutsideConstraints{one, *std::move(outside)};
  }
  return std::nullopt;
}

std::optional<std::size_t> look_alike(const SeenCertificate& c) {
  const auto wanted = ossl::folded_name(c.facts.issuer_der);
  if (!wanted) return std::nullopt;
  for (const auto& one : c.document->certificates)
    if (one.index != c.index && one.is_ca() && ossl::folded_name(one.facts.subject_der) == wanted) return one.index;
  return std::nullopt;
}

}  // namespace epki::lint
