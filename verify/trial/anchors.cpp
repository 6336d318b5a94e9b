#include "verify/trial/anchors.hpp"

namespace epki::trial {

namespace {
using infer::Bound;
using infer::Shown;
}  // namespace

Result<std::vector<infer::Anchor>> make_anchors(Deck& deck, Opinions& opinions, const Inspection& inspection,
                                                Reporter& reporter) {
  std::vector<infer::Anchor> anchors;
  for (const auto& genuine : deck.genuine()) {
    const int number = static_cast<int>(anchors.size());
    infer::Anchor anchor{genuine.root.subject(), genuine.root.sha256(), genuine.host};
    anchor.intermediates = static_cast<int>(genuine.presented.size()) - 1;
    anchor.lies_on_modem = inspection.holder_of(genuine.root);
    anchor.clock_is_moved = deck.clock_for({{Shown::replay, {}, number}}).has_value();
    // An intermediate that lies there may be an anchor as well: mbedTLS takes any CA for one.
    for (std::size_t i = 1; i < genuine.presented.size() && anchor.lies_on_modem.empty(); ++i) {
      anchor.lies_on_modem = inspection.holder_of(genuine.presented[i]);
    }
    const Shot positive{{Shown::replay, {Bound::What::genuine, number}, number}};
    auto joined = opinions.about(deck, positive);
    if (!joined) return std::move(joined).error();
    if (!joined->as_expected) {
      anchor.unusable =
          genuine.file + ": the oracle does not accept this chain under its own root (" + joined->uploaded.reason + ")";
      reporter.warning(anchor.unusable);
    }
    anchors.push_back(std::move(anchor));
  }
  return anchors;
}

}  // namespace epki::trial
