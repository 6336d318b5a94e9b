#include "verify/infer/rows.hpp"

#include "verify/infer/reading.hpp"

namespace epki::infer {

namespace {

using What = Bound::What;

const Bound user{What::user, -1};

Reading under_user(const Evidence& evidence, Shown shown, Knob knob = Knob::none) {
  return read(evidence, {shown, user, -1, knob, 1});
}

/// A chain of U with one defect: its row is "checked" when the defect alone makes the difference. A close without an
/// alert says nothing here either: a word of this table may end up in a promise of protection.
std::string_view checked(const Reading& reading) {
  if (reading.is(Outcome::accepted)) return "unchecked";
  if (reading.is(Outcome::refused) || reading.is(Outcome::completed)) return "checked";
  return "unknown";
}

std::string_view hostname(const Evidence& evidence) {
  const auto verdict = checked(under_user(evidence, Shown::wrong_host));
  if (verdict != "checked") return verdict;
  return under_user(evidence, Shown::wrong_host, Knob::no_sni).is(Outcome::accepted) ? "checked-with-sni" : "checked";
}

/// Under `built-in` nobody holds a key: the genuine chain dialled by a name it does not carry has to do.
std::string_view hostname_by_replay(const Evidence& evidence) {
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    const int anchor = static_cast<int>(i);
    const auto right = read(evidence, {Shown::replay, user, anchor});
    const auto wrong = read(evidence, {Shown::replay_wrong_name, user, anchor});
    if (!right.passed() || !wrong.settled()) continue;
    if (wrong.passed()) return "unchecked";
    if (wrong.rejected()) return "checked";
  }
  return "unknown";
}

std::string_view validity(const Evidence& evidence) {
  const auto expired = checked(under_user(evidence, Shown::expired));
  const auto not_yet = checked(under_user(evidence, Shown::not_yet));
  // Only one of the two accepted: the modem's clock is wrong, not unchecked.
  if (expired != not_yet) return "unknown";
  if (expired != "checked") return expired;
  const auto ignored = under_user(evidence, Shown::expired, Knob::ignore_time);
  if (ignored.is(Outcome::accepted)) return "by-knob";
  return checked(ignored) == "checked" ? "checked" : "unknown";
}

std::string_view signature_by_twin(const Evidence& evidence) {
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    const int anchor = static_cast<int>(i);
    if (!read(evidence, {Shown::replay, user, anchor}).passed()) continue;
    if (read(evidence, {Shown::flipped_twin, user, anchor}).rejected()) return "checked";
  }
  return "unknown";
}

std::string_view decided(const Evidence& evidence) {
  const auto unknown = under_user(evidence, Shown::unknown);
  if (unknown.is(Outcome::refused)) return "in-handshake";
  if (unknown.is(Outcome::completed)) return "after-handshake";
  return "unknown";
}

std::string_view anchors(Class verdict) {
  switch (verdict) {
    case Class::inconclusive: return "unknown";
    case Class::uploaded_not_honoured: return "uploaded";  // others that were uploaded count
    default: return word(verdict);
  }
}

}  // namespace

Policy read_rows(const Evidence& evidence, Class verdict) {
  Policy policy = unknown_policy();
  policy.set("anchors", anchors(verdict));
  policy.set("decided", decided(evidence));
  if (under_user(evidence, Shown::own_chain).is(Outcome::accepted)) {
    policy.set("hostname", hostname(evidence));
    policy.set("validity", validity(evidence));
    policy.set("signature", checked(under_user(evidence, Shown::badsig)));
    policy.set("eku", checked(under_user(evidence, Shown::eku_client)));
    policy.set("self_signed_upload", "accepted");
  } else {
    policy.set("hostname", hostname_by_replay(evidence));
    policy.set("signature", signature_by_twin(evidence));
    const Bound issuer{What::user_intermediate, -1};
    const bool length_is_fine = !under_user(evidence, Shown::own_direct).is(Outcome::accepted);
    if (length_is_fine && read(evidence, {Shown::own_chain, issuer}).is(Outcome::accepted))
      policy.set("self_signed_upload", "refused");
  }
  return canonical(policy);
}

}  // namespace epki::infer
