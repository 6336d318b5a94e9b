#pragma once
// What a verdict should be for a policy, said once for the tests that draw policies at random: the class, and the
// canonical form where the firmware's store may not hold the roots that are tried.

#include "verify/infer/policy.hpp"

namespace epki::infer::testing {

struct Expectation {
  Class verdict = Class::inconclusive;
  bool influenced = false;  ///< a built-in anchor makes a difference that can be seen
  Policy canonical_form = unknown_policy();
};

/// `stored`: the roots of the replayed chains are in the firmware's store. The chains have one intermediate.
inline Expectation expect(Policy policy, bool stored) {
  const auto is = [&](std::string_view row, std::string_view value) { return policy.at(row) == value; };
  Expectation wanted;
  const bool blind = is("anchors", "unverified") || is("decided", "never");
  // Anchors that nobody shows are not there; with nothing else that counts, every chain is refused.
  if (!blind && !stored && is("anchors", "built-in")) {
    wanted.canonical_form.set("decided", policy.at("decided"));
    return wanted;
  }
  if (!stored && (is("anchors", "union") || is("anchors", "built-in-when-nothing-uploaded")))
    policy.set("anchors", "uploaded");
  wanted.canonical_form = canonical(policy);
  const bool late = is("decided", "after-handshake");
  const bool only_direct = is("max_intermediates", "0");
  if (blind) {
    wanted.verdict = Class::unverified;
    return wanted;
  }
  const bool hidden = late || only_direct;
  wanted.influenced = !hidden && !is("anchors", "uploaded");
  if (is("signature", "unchecked")) {
    wanted.verdict = Class::unverified;
  } else if (!hidden) {
    wanted.verdict = is("anchors", "uploaded") && is("self_signed_upload", "refused")
                         ? Class::uploaded_not_honoured
                         : *parse_class(policy.at("anchors"));
  }
  return wanted;
}

}  // namespace epki::infer::testing
