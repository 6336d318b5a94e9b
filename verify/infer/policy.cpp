#include "verify/infer/policy.hpp"

#include <array>
#include <utility>

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

/// Which rows still show from outside under this policy.
bool shows(std::string_view row, const Policy& policy) {
  const auto anchors = policy.at("anchors");
  const auto decided = policy.at("decided");
  if (anchors == "unverified" || decided == "never") return row == "anchors";
  if (decided == "after-handshake" && row == "anchors") return false;
  if (anchors == "built-in") {
    return row == "anchors" || row == "hostname" || row == "validity" || row == "signature" || row == "decided";
  }
  return true;
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
  for (const auto name : row_names) all.set(name, std::string(at(name)));
  return all;
}

Policy unknown_policy() {
  Policy policy;
  for (const auto name : row_names) policy.set(name, "unknown");
  return policy;
}

Policy canonical(const Policy& policy) {
  Policy result = unknown_policy();
  for (const auto name : row_names) {
    if (shows(name, policy)) result.set(name, policy.at(name));
  }
  // A policy that verifies and ignores the result looks like one that never verifies.
  if (policy.at("decided") == "never") result.set("anchors", "unverified");
  return result;
}

}  // namespace epki::infer
