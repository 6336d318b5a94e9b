#include "verify/infer/policy.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "core/text.hpp"
#include "verify/infer/evidence.hpp"

namespace epki::infer {

namespace {

constexpr std::array<std::pair<Class, std::string_view>, 7> class_words{{
    {Class::uploaded, "uploaded"},
    {Class::union_of_both, "union"},
    {Class::built_in, "built-in"},
    {Class::built_in_when_nothing_uploaded, "built-in-when-nothing-uploaded"},
    {Class::unverified, "unverified"},
    {Class::uploaded_not_honoured, "uploaded-not-honoured"},
    {Class::inconclusive, "inconclusive"},
}};

constexpr std::array<std::string_view, 9> row_names{
    "anchors",       "hostname",          "validity",           "signature", "eku",
    "ca_attributes", "max_intermediates", "self_signed_upload", "decided"};

constexpr std::array<std::string_view, 3> knob_names{"ignorecertitem", "ignoreinvalidcertsign",
                                                     "ignoremulticertchainverify"};

/// Which rows still show from outside under this policy.
bool shows(std::string_view row, const Policy& policy) {
  const auto anchors = policy.at("anchors");
  const bool late = policy.at("decided") == "after-handshake";
  const bool only_direct = policy.at("max_intermediates") == "0";
  if (anchors == "unverified" || policy.at("decided") == "never") return row == "anchors";
  if ((late || only_direct) && row == "anchors") return false;
  if (anchors == "built-in") {
    // A forged chain that is accepted shows itself; one that is refused says nothing where no replay can be read.
    if (late || only_direct) return row == "decided" || (row == "signature" && policy.at(row) == "unchecked");
    return row == "anchors" || row == "hostname" || row == "validity" || row == "signature" || row == "decided";
  }
  return true;
}

std::optional<std::uint32_t> mask_of(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::uint32_t mask = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, mask, hex ? 16 : 10);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return mask;
}

// mbedTLS's verify flags (AT reference, 2).
constexpr std::uint32_t expired = 0x1, other_name = 0x4, not_trusted = 0x8, not_yet = 0x200, key_usage = 0x800,
                        extended_usage = 0x1000;

/// The flags that a chain of ours can have and a client of this policy minds.
std::uint32_t flags_minded(const Policy& policy) {
  std::uint32_t flags = not_trusted | key_usage;
  if (policy.at("hostname") != "unchecked") flags |= other_name;
  if (policy.at("validity") != "unchecked") flags |= expired | not_yet;
  if (policy.at("eku") != "unchecked") flags |= extended_usage;
  return flags;
}

/// ignorecertitem is a mask itself, so a value that waives nothing of ours tells "trusts-any" from a full mask.
std::string canonical_knob(std::string_view knob, const Policy& policy) {
  const auto value = policy.at(knob);
  const auto mask = mask_of(value);
  if (!mask) return std::string(value);
  const auto minded = flags_minded(policy);
  const auto seen = *mask & minded;
  if (seen == 0) return "no-effect";
  return seen == minded && knob != "ignorecertitem" ? "trusts-any" : mask_text(seen);
}

bool lets_unknown_pass(std::string_view knob) {
  const auto mask = mask_of(knob);
  return knob == "trusts-any" || (mask && (*mask & not_trusted) != 0);
}

}  // namespace

std::string_view word(Class value) {
  for (const auto& [known, text] : class_words) {
    if (known == value) return text;
  }
  return "inconclusive";
}

std::optional<Class> parse_class(std::string_view text) {
  for (const auto& [known, name] : class_words) {
    if (name == text) return known;
  }
  return std::nullopt;
}

std::vector<Class> every_class() {
  return {Class::uploaded,   Class::union_of_both,        Class::built_in, Class::built_in_when_nothing_uploaded,
          Class::unverified, Class::uploaded_not_honoured};
}

std::string_view word(Influence value) {
  switch (value) {
    case Influence::detected: return "detected";
    case Influence::not_found: return "not-found";
    case Influence::inconclusive: return "inconclusive";
  }
  return "inconclusive";
}

std::string_view Policy::at(std::string_view row) const {
  const auto found = rows.find(row);
  return found == rows.end() ? std::string_view("unknown") : std::string_view(found->second);
}

void Policy::set(std::string_view row, std::string_view value) {
  rows.insert_or_assign(std::string(row), std::string(value));
}

Json Policy::json() const {
  Json all = Json::object();
  for (const auto name : row_names) {
    const auto number = name == "max_intermediates" ? parse_integer(at(name)) : std::nullopt;
    all.set(name, number ? Json(*number) : Json(at(name)));
  }
  Json knobs = Json::object();
  for (const auto name : knob_names) knobs.set(name, at(name));
  return all.set("knobs", std::move(knobs));
}

Policy unknown_policy() {
  Policy policy;
  for (const auto name : row_names) policy.set(name, "unknown");
  for (const auto name : knob_names) policy.set(name, "unknown");
  return policy;
}

Policy canonical(const Policy& policy) {
  Policy result = unknown_policy();
  for (const auto name : row_names) {
    if (shows(name, policy)) result.set(name, policy.at(name));
  }
  for (const auto name : knob_names) {
    if (shows(name, policy)) result.set(name, canonical_knob(name, policy));
  }
  if (lets_unknown_pass(result.at("ignorecertitem")) && policy.at("ca_attributes") != "not-required")
    result.set("ca_attributes", "unknown");
  // A policy that verifies and ignores the result looks like one that never verifies.
  if (policy.at("decided") == "never") result.set("anchors", "unverified");
  return result;
}

}  // namespace epki::infer
