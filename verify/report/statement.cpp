#include "verify/report/statement.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace epki::report {

namespace {

using Words = std::pair<std::string_view, std::string_view>;

std::string_view find_in(std::span<const Words> table, std::string_view key) {
  for (const auto& [known, text] : table)
    if (known == key) return text;
  return {};
}

// {class, answer}. The words are those of docs/verify.md.
constexpr std::array answers{
    Words{"uploaded", "No built-in trust anchor influenced the result: only the uploaded CA decided."},
    Words{"union", "Yes: beside the uploaded CA, trust anchors inside the firmware are accepted."},
    Words{"built-in", "Yes: only trust anchors inside the firmware are accepted, and the uploaded CA is not."},
    Words{"built-in-when-nothing-uploaded",
          "Partly: trust anchors inside the firmware are accepted while no CA is bound, and not otherwise."},
    Words{"unverified", "The question does not arise: this client accepts any server, whoever signed its certificate."},
    Words{"uploaded-not-honoured", "No built-in trust anchor was found, but the uploaded CA is not accepted either."},
};

// {class, what a product's specification may say}.
constexpr std::array statements{
    Words{"uploaded",
          "a TLS server is accepted only if its certificate chains to the CA that was uploaded and bound; none of the "
          "other trust anchors tried had any influence"},
    Words{"union",
          "a TLS server is accepted if its certificate chains to the uploaded CA or to a trust anchor inside the "
          "firmware. A private CA therefore does not exclude servers under those other anchors"},
    Words{"built-in",
          "a TLS server is accepted only if its certificate chains to a trust anchor inside the firmware. A private CA "
          "cannot be used"},
    Words{
        "built-in-when-nothing-uploaded",
        "a TLS server is accepted only if its certificate chains to the uploaded CA while one is bound. While none is "
        "bound, trust anchors inside the firmware are accepted. The product must bind its CA before it connects"},
    Words{"unverified",
          "a TLS server is accepted whoever signed its certificate. TLS does not protect against an impostor here"},
    Words{"uploaded-not-honoured",
          "no TLS server was accepted, neither under the uploaded CA nor under the other trust anchors tried"},
};

constexpr std::array means{
    Words{"anchors", "a genuine certificate under a public root with its key (--genuine), or a live server (--public)"},
    Words{"hostname",
          "a run in which a server under a trusted CA is accepted, then dialled by a name it does not carry"},
    Words{"validity", "a run with the modem's clock set, under both values of ignorelocaltime"},
    Words{"signature", "a run in which a server under the uploaded CA is accepted"},
    Words{"eku", "a run in which a server under the uploaded CA is accepted"},
    Words{"ca_attributes", "a run in which a server under the uploaded CA is accepted, also with ignorecertitem 8"},
    Words{"max_intermediates", "a run in which a server under the uploaded CA is accepted"},
    Words{"self_signed_upload", "an upload of an issuing CA that is not self-signed beside a self-signed one"},
    Words{"decided", "the server's record of a refused certificate: whether the handshake ended first"},
};

std::string client_words(std::string_view path) {
  return path == "ssl" ? "the TLS client of the SSL socket commands" : "the TLS client of the MQTT commands";
}

std::string upper_first(std::string text) {
  if (text.starts_with('t')) text[0] = 'T';
  return text;
}

// {row and value of the policy, what a specification may say of it}.
constexpr std::array row_words{
    Words{"hostname checked", "The server's name is checked."},
    Words{"hostname checked-with-sni", "The server's name is checked while the setting sni is 1, and not otherwise."},
    Words{"hostname unchecked", "The server's name is not checked."},
    Words{"validity checked", "Validity dates are checked."},
    Words{"validity by-knob", "Validity dates are checked unless the setting ignorelocaltime is 1."},
    Words{"validity unchecked", "Validity dates are not checked."},
};

std::string rows_words(const Json& verdict) {
  const auto found = verdict["class"].text_or("");
  if (found == "unverified" || found == "uploaded-not-honoured") return {};
  std::string text;
  for (const auto& [row, name] : {std::pair{"hostname", "the server's name is"}, {"validity", "validity dates are"}}) {
    const auto says = find_in(row_words, std::string(row) + " " + verdict["policy"][row].text_or("unknown"));
    text += " " + (says.empty() ? "Whether " + std::string(name) + " checked was not established." : std::string(says));
  }
  return text;
}

std::string mutual_words(const Json& verdict) {
  const auto& mutual = verdict["mutual"];
  if (mutual.is_null()) return {};
  const auto word = mutual["class"].text_or("");
  const std::string when = " With a client certificate bound (seclevel 2) ";
  if (word == verdict["class"].text_or("")) return when + "the same anchors count.";
  const auto says = find_in(statements, word);
  return when + (says.empty() ? "it was not established which trust anchors count" : std::string(says)) + ".";
}

}  // namespace

std::string_view tone(const Json& verdict) {
  const auto of = [](const Json& one) -> int {
    const auto word = one["class"].text_or("");
    if (one["built_in_influence"].text_or("") == "detected" || word == "unverified") return 2;
    return word == "uploaded" ? 0 : 1;
  };
  constexpr std::array words{"good", "open", "bad"};
  const auto& mutual = verdict["mutual"];
  return words.at(static_cast<std::size_t>(std::max(of(verdict), mutual.is_null() ? 0 : of(mutual))));
}

std::string answer(const Json& verdict) {
  const auto known = find_in(answers, verdict["class"].text_or(""));
  if (!known.empty()) return std::string(known);
  if (verdict["built_in_influence"].text_or("") == "detected")
    return "Yes: a trust anchor inside the firmware influenced the result. What else counts was not settled.";
  return "This run does not answer the question; the reason and the next step are below.";
}

std::string statement(std::string_view path, const Json& verdict, const Json& device, const Json& oracle) {
  const auto client =
      path == "ssl" ? "the TLS client of its SSL socket commands" : "the TLS client of its MQTT commands";
  const auto who = "With firmware " + device["firmware"].text_or("(unknown)") + " of the " +
                   device["model"].text_or("(unknown)") + " and " + client +
                   ", set to verify the server (seclevel 1, every ignore setting off)";
  const auto says = find_in(statements, verdict["class"].text_or(""));
  if (says.empty())
    return who + ", it was not established which trust anchors count. No statement about a private CA can be made.";
  std::string text = who + ": " + std::string(says) + "." + rows_words(verdict) + mutual_words(verdict);
  const auto tried = verdict["anchors_tried"].integer().value_or(0);
  text +=
      " Measured with " + std::to_string(tried) + (tried == 1 ? " genuine trust anchor" : " genuine trust anchors") +
      " whose own positive control passed; anchors that were not tried are not covered. Each chain was judged beside " +
      oracle["name"].text_or("an oracle") + " " + oracle["version"].text_or("") +
      ". The statement holds for this firmware revision and these settings only.";
  if (device["simulated"].boolean().value_or(false)) text += " It was measured on a simulated modem.";
  return text;
}

std::string_view tone_for_all(const Json& verdicts) {
  std::string_view worst = "good";
  for (const auto& [path, verdict] : verdicts.members()) {
    const auto one = tone(verdict);
    if (one == "bad" || worst == "good") worst = one;
  }
  return verdicts.size() == 0 ? "open" : worst;
}

std::string answer_for_all(const Json& verdicts) {
  constexpr std::array worst_first{
      "unverified",   "union",   "built-in", "built-in-when-nothing-uploaded", "uploaded-not-honoured",
      "inconclusive", "uploaded"};
  std::string text;
  std::string said;
  for (const std::string_view word : worst_first) {
    for (const auto& [path, verdict] : verdicts.members()) {
      if (verdict["class"].text_or("inconclusive") != word) continue;
      const auto one = answer(verdict);
      if (one == said) {
        text += " The same holds for " + client_words(path) + ".";
      } else {
        text += (text.empty() ? "" : " ") +
                (verdicts.size() > 1 ? upper_first(client_words(path)) + ": " : std::string()) + one;
      }
      said = one;
    }
  }
  return text;
}

namespace {

/// Why a row stays open: the class hides it, or the run did not come to it.
std::string why_open(std::string_view row, const Json& verdict) {
  const auto found = verdict["class"].text_or("");
  const auto decided = verdict["policy"]["decided"].text_or("");
  if (found == "unverified") return "this client accepts any server, so no check of its own can show";
  if (decided == "never") return "this client ignores what its own checks say, so none of them can show";
  if (found == "built-in")
    return "nobody holds a key under a built-in root, so only what a replay without its key answers can show";
  if (decided == "after-handshake" && row == "anchors")
    return "this client judges after the handshake, so every replay without its key is answered alike";
  if (found == "uploaded-not-honoured")
    return "no server under an uploaded CA was accepted, so there was nothing to vary";
  if (found == "inconclusive" || found.empty())
    return "the run did not come to a verdict: " + verdict["because"].text_or("no reason is given");
  if (row.starts_with("knob "))
    return "with it set the answers left more than one reading, or the check that it loosens was not seen at work";
  return "the answers left more than one value, or the run ended before it was asked";
}

}  // namespace

std::vector<Open> not_established(const Json& verdict) {
  std::vector<Open> open;
  for (const auto& [row, value] : verdict["policy"].members())
    if (!value.is_object() && value.text_or("unknown") == "unknown" && !value.integer())
      open.push_back({row, why_open(row, verdict), std::string(find_in(means, row))});
  for (const auto& [knob, value] : verdict["policy"]["knobs"].members())
    if (value.text_or("unknown") == "unknown")
      open.push_back({"knob " + knob, why_open("knob " + knob, verdict),
                      "a run in which a server under the uploaded CA is accepted, with the setting on and off"});
  return open;
}

}  // namespace epki::report
