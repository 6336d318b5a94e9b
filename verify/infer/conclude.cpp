#include "verify/infer/conclude.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "verify/infer/findings.hpp"
#include "verify/infer/forgeries.hpp"
#include "verify/infer/gate.hpp"
#include "verify/infer/reading.hpp"
#include "verify/infer/rows.hpp"

namespace epki::infer {

namespace {

void drop(std::vector<Class>& from, std::initializer_list<Class> gone) {
  std::erase_if(from, [&](Class value) { return std::find(gone.begin(), gone.end(), value) != gone.end(); });
}

std::vector<Class> still_possible(const Controls& controls, const Findings& findings) {
  auto possible = every_class();
  // A client that minds an unknown CA may still mind no signature.
  const auto is_minded = [](const Reading& reading) { return reading.settled() && !reading.is(Outcome::accepted); };
  if (is_minded(controls.unknown) && is_minded(controls.forged)) drop(possible, {Class::unverified});
  if (controls.own.is(Outcome::accepted)) drop(possible, {Class::built_in, Class::uploaded_not_honoured});
  if (controls.user_refused()) drop(possible, {Class::uploaded});
  if (!findings.trusted.empty()) {
    drop(possible, {Class::uploaded, Class::built_in_when_nothing_uploaded, Class::uploaded_not_honoured});
  } else if (!findings.refused.empty() && !findings.open) {
    drop(possible, {Class::union_of_both});
  }
  if (findings.uploads_count) drop(possible, {Class::built_in});
  if (!findings.with_nothing.empty()) drop(possible, {Class::uploaded, Class::uploaded_not_honoured});
  return possible;
}

Conclusion inconclusive(std::string because, std::string next_step) {
  Conclusion result;
  result.because = std::move(because);
  result.next_step = std::move(next_step);
  return result;
}

Conclusion decided(Class verdict, Influence influence, std::string because) {
  Conclusion result;
  result.verdict = verdict;
  result.influence = influence;
  result.because = std::move(because);
  result.possible = {verdict};
  return result;
}

/// The run has no ClientHello at all: C0.
std::optional<Conclusion> without_hello(const Evidence& evidence) {
  const auto arrived = [](const Attempt& attempt) {
    return attempt.outcome != Outcome::unreachable && attempt.outcome != Outcome::not_sent;
  };
  if (std::any_of(evidence.attempts.begin(), evidence.attempts.end(), arrived)) return std::nullopt;
  if (evidence.attempts.empty()) {
    return inconclusive(
        "No attempt was made" + (evidence.ended_early.empty() ? "." : ": " + evidence.ended_early + "."),
        "Run again without a budget.");
  }
  const bool local = std::any_of(evidence.attempts.begin(), evidence.attempts.end(),
                                 [](const Attempt& attempt) { return attempt.outcome == Outcome::not_sent; });
  auto result = inconclusive(
      std::string("C0 failed: no ClientHello from this path reached the responder") +
          (evidence.absence.empty() ? "." : ", because " + evidence.absence + "."),
      local ? "The modem refuses locally whatever is bound: read its files back (provision --show), and give two "
              "--replay files under different roots so that cross-binding can decide."
            : "Let the name lead to this computer: --reach-as NAME:PORT with a name that the modem can resolve and a "
              "port that is forwarded to --listen. Then run again.");
  result.possible = every_class();
  return result;
}

/// C2 and C3 end a run when they contradict themselves, and decide it when they are accepted.
std::optional<Conclusion> by_controls(const Evidence& evidence, const Controls& controls) {
  const std::string early = evidence.ended_early.empty() ? "." : ": " + evidence.ended_early + ".";
  const auto& unknown = controls.unknown;
  const auto& forged = controls.forged;
  for (const auto* control : {&controls.own, &unknown, &forged}) {
    if (control->state != Reading::State::mixed) continue;
    const std::string must = control == &controls.own ? "one kind of chain " : "a chain that must be refused ";
    auto result = inconclusive("The control " + control->name + " contradicts itself: " + must + control->words + ".",
                               "Run again; if it stays so, with a fresh power-up of the modem before each run.");
    result.contradictory = true;
    return result;
  }
  if (unknown.is(Outcome::accepted)) {
    return decided(Class::unverified, Influence::inconclusive,
                   "A server under a CA that the modem never saw " + unknown.words +
                       ": with application data, while another CA was bound. The server is not verified, so what the "
                       "anchors are makes no difference.");
  }
  if (forged.is(Outcome::accepted)) {
    return decided(Class::unverified, Influence::inconclusive,
                   "A certificate that names the bound CA as its issuer and carries another key's signature " +
                       forged.words + ": signatures are not verified, although an unknown CA's chain " + unknown.words +
                       ".");
  }
  if (controls.forged_genuine.is(Outcome::accepted)) {
    return decided(Class::unverified, Influence::inconclusive,
                   "A certificate that names a built-in root as its issuer and carries our own key's signature " +
                       controls.forged_genuine.words +
                       ": signatures are not verified, although an unknown CA's chain " + unknown.words + ".");
  }
  if (controls.forgery_number >= 0) {
    return decided(
        Class::unverified, Influence::inconclusive,
        std::string(forgeries[static_cast<std::size_t>(controls.forgery_number)].what) + " " + controls.forgery.words +
            ": anybody can make such a chain, so the server is not verified, although an unknown CA's chain " +
            unknown.words + ".");
  }
  if (controls.own_certificate.is(Outcome::accepted)) {
    return decided(Class::unverified, Influence::inconclusive,
                   "The certificate that the device itself shows " + controls.own_certificate.words +
                       " as a server's, although nobody bound its issuer: whoever holds a device's key can play the "
                       "broker.");
  }
  if (unknown.state == Reading::State::no_case || forged.state == Reading::State::no_case) {
    return inconclusive("The oracle does not agree with what C2 and C3 are meant to be.",
                        "Report this as a defect, with the oracle's name and version.");
  }
  if (unknown.rejected() || unknown.is(Outcome::closed) || unknown.is(Outcome::completed)) return std::nullopt;
  if (unknown.passed()) {
    return inconclusive(
        "An unknown CA's chain " + unknown.words +
            ": the modem gives for an untrusted chain the answer that a replay needs for a trusted one.",
        "Only a live server with a genuine certificate can tell on such a modem.");
  }
  if (controls.across) {
    return inconclusive("With the test CA bound the modem " +
                            std::string("refuses before any packet: a server under it ") + controls.own.words +
                            ". Under a genuine root, a chain of an unknown CA " + unknown.words + early,
                        "Give two --replay files under different roots, so that cross-binding can decide.");
  }
  const auto lost = [](const Reading& reading) {
    return reading.state != Reading::State::absent && reading.outcome == Outcome::unreachable;
  };
  if (lost(controls.own) || lost(unknown)) {
    return inconclusive(
        "C0 failed: the run's own chains do not reach the responder" +
            (evidence.absence.empty() ? "." : ", because " + evidence.absence + "."),
        "Let the name of --reach-as lead to this computer, at the port that --listen has. Then run again.");
  }
  const bool answers = unknown.state == Reading::State::too_few && is_telling(unknown.outcome);
  return inconclusive(
      std::string(answers ? "The control C2 was not repeated often enough" : "The control C2 does not answer") +
          ": a chain of an unknown CA " + unknown.words + early,
      evidence.ended_early.empty() ? "Run again." : "Run again with a larger budget.");
}

Conclusion after_handshake(const Controls& controls) {
  auto result = inconclusive(
      "An unknown CA's chain " + controls.unknown.words +
          ": the modem judges after the handshake, so it answers 51 to every replayed chain, and a union with built-in "
          "anchors looks like the uploaded CA alone.",
      "Only a live server with a genuine certificate can tell; a replay never can on such a modem.");
  return result;
}

std::string own_words(const Controls& controls) {
  return "A server under the uploaded test CA " + controls.own.words + "; one under an unknown CA " +
         controls.unknown.words + ". ";
}

/// The words after a chain of U was refused: whether something other than trust explains it.
std::string confounder(const Controls& controls) {
  if (!controls.own.settled()) return "C1 gave no settled answer";
  if (controls.own.refused(42)) return "42 points to the name or to a certificate the modem cannot read";
  if (controls.own.refused(43)) return "43 points to the key or its usage";
  if (controls.own.refused(45) || controls.own.refused(46)) return "the answer points to the modem's clock";
  if (controls.only_direct()) {
    return "a chain without an intermediate was accepted (" +
           (controls.direct.is(Outcome::accepted) ? controls.direct.name : controls.issuer_direct.name) +
           "), so it is the chain's length and not its root";
  }
  return "the answer does not say that the CA was judged unknown";
}

std::string after_confounder(const Controls& controls) {
  if (controls.only_direct()) {
    return "This firmware's limit on intermediates must be known first: use a broker certificate signed by the root "
           "itself, and a genuine chain without intermediates.";
  }
  return "Set the modem's clock, use a name that the modem resolves, and run again.";
}

bool other_upload_accepted(const Controls& controls) {
  return controls.issuer_direct.is(Outcome::accepted) || controls.issuer.is(Outcome::accepted) ||
         controls.other_key.is(Outcome::accepted);
}

std::string variant_words(const Controls& controls) {
  if (controls.issuer.is(Outcome::accepted)) {
    return "An uploaded intermediate was accepted (" + controls.issuer.name +
           "), so it is self-signed roots that are refused. ";
  }
  if (controls.other_key.is(Outcome::accepted)) {
    return "A root with another kind of key was accepted (" + controls.other_key.name + "), so it is the kind of key. ";
  }
  return {};
}

Conclusion influence_detected(const Controls& controls, const Findings& findings) {
  const std::string found = "Built-in anchors influence validation: " + findings.words + ". ";
  if (controls.user_counts()) {
    return decided(Class::union_of_both, Influence::detected,
                   found + own_words(controls) + "So the uploaded CA and built-in anchors both count.");
  }
  const bool refused = controls.user_refused();
  if (refused && (findings.uploads_count || other_upload_accepted(controls))) {
    return decided(Class::union_of_both, Influence::detected,
                   found + own_words(controls) + variant_words(controls) +
                       "Other uploaded CAs count, so both sets do; the test CA itself is not honoured.");
  }
  if (refused) {
    return decided(Class::built_in, Influence::detected,
                   found + own_words(controls) + "So the uploaded CA does not count and the built-in anchors do.");
  }
  auto result = inconclusive(
      found + own_words(controls) + "Whether the uploaded CA counts beside them is open: " + confounder(controls) + ".",
      after_confounder(controls));
  result.influence = Influence::detected;
  return result;
}

Conclusion by_nothing_bound(const Controls& controls, const Findings& findings) {
  return decided(Class::built_in_when_nothing_uploaded, Influence::detected,
                 own_words(controls) + "While a CA is bound, " + findings.words + "; but " + findings.nothing_words +
                     ". So built-in anchors count exactly while nothing is bound.");
}

Conclusion none_found(const Controls& controls, const Findings& findings) {
  const std::string none = "none of these " + std::to_string(findings.refused.size()) +
                           " anchors influenced the result; other roots were not tried.";
  const std::string why =
      own_words(controls) + "Against that, " + findings.words + "; " + findings.nothing_words + ". ";
  if (controls.unbound.is(Outcome::accepted)) {
    auto result = inconclusive(
        why + "But a server under the test CA " + controls.unbound.words +
            " while another root was bound: what was bound before, or only lies on the modem, counts as well, and no "
            "class of the vocabulary says that.",
        "Keep no CA file on the modem that is not meant to be trusted, and restart it after each change of CA. Then "
        "run again.");
    result.influence = Influence::not_found;
    result.contradictory = true;
    return result;
  }
  // An accepted C3 has its own verdict; here it only says which anchors count beside that.
  const bool forged_known = controls.forged.is(Outcome::refused) || controls.forged.is(Outcome::closed) ||
                            controls.forged.is(Outcome::accepted);
  if (controls.user_counts() && forged_known) {
    return decided(Class::uploaded, Influence::not_found, why + "So only the uploaded CA counts: " + none);
  }
  const bool refused = controls.user_refused();
  if (refused && (findings.uploads_count || other_upload_accepted(controls))) {
    return decided(Class::uploaded_not_honoured, Influence::not_found,
                   why + variant_words(controls) + "Other uploaded CAs count, the test CA does not; and " + none);
  }
  auto result = inconclusive(
      why + (controls.user_counts() ? "But the control " + controls.forged.words + "."
                                    : "Why the uploaded CA is refused is open: " + confounder(controls) + "."),
      after_confounder(controls));
  result.influence = Influence::not_found;
  return result;
}

/// With its own root bound a genuine chain is answered by silence, where an unknown one gets an alert (wolfSSL).
bool passes_in_silence(const Evidence& evidence, const Controls& controls) {
  if (!controls.unknown.rejected()) return false;
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    const int anchor = static_cast<int>(i);
    if (answer_to(evidence, {Shown::replay, {Bound::What::genuine, anchor}, anchor}).is(Outcome::closed)) return true;
  }
  return false;
}

std::string next_after_obstacle(const Evidence& evidence, const Controls& controls) {
  if (evidence.anchors.empty()) {
    return "Give a genuine public chain with --replay FILE: leaf, intermediates and root in one PEM file (README, \"A "
           "chain "
           "to replay\").";
  }
  if (!evidence.ended_early.empty()) return "Run again with a larger budget.";
  if (passes_in_silence(evidence, controls)) {
    return "This client closes without an alert where a genuine chain may have passed, so a replay cannot be read: "
           "give a certificate of your own under a public root with its key (--genuine), or a live server (--public).";
  }
  if (controls.only_direct()) {
    return "This firmware takes no intermediate: give a genuine chain without one, or the live answer of --genuine.";
  }
  if (controls.user_refused()) {
    return "Nothing that was uploaded made a difference. Give --replay chains under other public roots: one whose root "
           "is built in will pass.";
  }
  return "The replayed chain must be valid today, its root must not lie on the modem already, and its host name must "
         "lead to this computer: set it at a DNS server that the modem asks (AT+QIDNSCFG). Or give another chain.";
}

Conclusion open_question(const Evidence& evidence, const Controls& controls, const Findings& findings) {
  std::string reason = findings.obstacle;
  if (evidence.anchors.empty()) reason = "no genuine chain was given to replay";
  auto result =
      inconclusive(own_words(controls) + "Whether built-in anchors count as well is open: " + reason + "." +
                       (evidence.ended_early.empty() ? "" : " The run ended early: " + evidence.ended_early + "."),
                   next_after_obstacle(evidence, controls));
  result.contradictory = findings.contradictory;
  if (!findings.with_nothing.empty()) {
    result.influence = Influence::detected;
    result.because =
        "Built-in anchors influence validation at least while nothing is bound: " + findings.nothing_words + ". " +
        result.because;
  }
  return result;
}

Conclusion by_replay(const Evidence& evidence, const Controls& controls, const Findings& findings) {
  if (!findings.trusted.empty()) return influence_detected(controls, findings);
  if (!controls.own.settled()) {
    auto result =
        inconclusive("The control C1 gives no settled answer: a chain of the bound CA " + controls.own.words + ".",
                     evidence.ended_early.empty() ? "Run again." : "Run again with a larger budget.");
    result.contradictory = controls.own.state == Reading::State::mixed;
    return result;
  }
  if (findings.refused.empty() || findings.open) return open_question(evidence, controls, findings);
  if (!findings.with_nothing.empty()) return by_nothing_bound(controls, findings);
  if (findings.nothing_open) return open_question(evidence, controls, findings);
  return none_found(controls, findings);
}

void append(std::vector<int>& to, const std::vector<int>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void add_anchors(Conclusion& conclusion, const Findings& findings) {
  conclusion.found = findings.trusted.empty() ? findings.with_nothing : findings.trusted;
  append(conclusion.counted, findings.trusted);
  append(conclusion.counted, findings.refused);
}

struct Judged {
  Conclusion conclusion;
  Class anchors;  ///< what the policy's first row says; differs from the verdict where only signatures are unverified
  /// A server that nobody vouched for was accepted, and one under U was not refused: that needs no model.
  bool plainly_unverified = false;
};

Judged judged(const Evidence& evidence) {
  if (auto result = without_hello(evidence)) return {*result, Class::inconclusive};
  const auto controls = read_controls(evidence);
  const auto findings = read_findings(evidence, controls.across);
  auto by_control = by_controls(evidence, controls);
  const bool only_signature =
      by_control && by_control->verdict == Class::unverified && !controls.unknown.is(Outcome::accepted);
  if (by_control && !only_signature) {
    if (by_control->possible.empty()) by_control->possible = still_possible(controls, findings);
    const bool plain = controls.unknown.is(Outcome::accepted) && !controls.own.rejected();
    return {*by_control, by_control->verdict, plain};
  }
  auto result =
      controls.unknown.is(Outcome::completed) ? after_handshake(controls) : by_replay(evidence, controls, findings);
  if (result.possible.empty()) result.possible = still_possible(controls, findings);
  const bool forged = controls.forgery_number >= 0;
  const auto anchors = forged ? Class::unverified : result.verdict;
  if (only_signature) {
    by_control->influence = result.influence;
    by_control->because += " Beside that: " + result.because;
    result = *by_control;
  }
  if (result.verdict == Class::uploaded) result.untried = untried_forgeries(evidence);
  std::string names;
  for (const auto& one : result.untried) names += (names.empty() ? "" : ", ") + one;
  if (!names.empty())
    result.because += " What a stranger can make was not tried to the end: no answer to " + names + ".";
  add_anchors(result, findings);
  return {std::move(result), anchors, forged || controls.own_certificate.is(Outcome::accepted)};
}

}  // namespace

Conclusion conclude(const Evidence& evidence) {
  auto [result, anchors, plainly_unverified] = judged(evidence);
  check_against_the_model(result, evidence, plainly_unverified);
  result.policy = read_rows(evidence, result.outside_the_model ? Class::inconclusive : anchors);
  result.names_checked = !result.outside_the_model && names_checked(evidence);
  return result;
}

}  // namespace epki::infer
