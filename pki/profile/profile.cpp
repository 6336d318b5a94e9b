#include "pki/profile/profile.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/text.hpp"
#include "core/toml.hpp"
#include "pki/profile/embedded.hpp"

namespace epki::profile {

namespace {

constexpr std::string_view key_types[] = {"rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"};
constexpr std::string_view digests[] = {"SHA256", "SHA384", "SHA512"};
// RFC 5280, 4.2.1.3 and 4.2.1.12, by OpenSSL's words.
constexpr std::string_view usages[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                       "dataEncipherment", "keyAgreement",   "keyCertSign",
                                       "cRLSign",          "encipherOnly",   "decipherOnly"};
constexpr std::string_view extended_usages[] = {"serverAuth",   "clientAuth",  "codeSigning",        "emailProtection",
                                                "timeStamping", "OCSPSigning", "anyExtendedKeyUsage"};
constexpr std::array<std::pair<std::string_view, Kind>, 2> kinds = {
    {{"certificate", Kind::certificate}, {"modem", Kind::modem}}};
constexpr std::array<std::pair<std::string_view, NameRule>, 2> name_rules = {
    {{"any", NameRule::any}, {"pinned", NameRule::pinned}}};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string listed(std::span<const std::string_view> words) {
  std::string list;
  for (const auto word : words) list += (list.empty() ? "" : ", ") + std::string(word);
  return list;
}

void read_words(TomlReader& table, std::string_view key, std::vector<std::string>& into,
                std::span<const std::string_view> known, std::string_view what) {
  std::vector<std::string> words;
  if (!table.texts(key, words)) return;
  bool known_all = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!contains(known, words[i])) {
      known_all = false;
      const auto meant = nearest(words[i], known);
      table.complain(
          key, "\"" + words[i] + "\" is no " + std::string(what) + " it knows",
          (meant.empty() ? "" : "did you mean " + std::string(meant) + "? ") + "use some of: " + listed(known));
    }
    if (std::find(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i), words[i]) !=
        words.begin() + static_cast<std::ptrdiff_t>(i))
      table.complain(key, "\"" + words[i] + "\" comes twice");
  }
  if (known_all) into = std::move(words);
}

void require(TomlReader& file, std::initializer_list<const char*> keys) {
  for (const auto* key : keys)
    if (!file.has(key)) file.complain(key, std::string("the profile lacks ") + key, "add it; see docs/profiles.md");
}

// Sets that no verifier would take (RFC 5280, 4.2.1.3 and 4.2.1.9).
void check_sense(TomlReader& file, TomlReader& usage, const Profile& profile) {
  for (const auto& [key, words] : {std::pair("rsa", &profile.key_usage_rsa), std::pair("ec", &profile.key_usage_ec)}) {
    if (profile.ca && !contains(*words, "keyCertSign"))
      usage.complain(key, std::string("a CA needs keyCertSign in key_usage.") + key);
    if (!profile.ca && contains(*words, "keyCertSign"))
      usage.complain(key, std::string("keyCertSign in key_usage.") + key + " is for a CA only");
  }
  if (!profile.ca && !profile.permitted_names.empty())
    file.complain("permitted_names", "permitted_names is for a CA only");
  if (!profile.ca && profile.path_length) file.complain("path_length", "path_length is for a CA only");
}

constexpr std::array<std::pair<std::string_view, KeyForm>, 2> key_forms{
    {{"pkcs8", KeyForm::pkcs8}, {"traditional", KeyForm::traditional}}};

void read_certificate(TomlReader& file, Profile& profile) {
  require(file, {"key", "days", "ca"});
  if (file.text("key", profile.key) && !contains(key_types, profile.key))
    file.complain("key", "\"" + profile.key + "\" is no key type it knows", "use one of: " + listed(key_types));
  file.word("key_form", profile.key_form, std::span<const std::pair<std::string_view, KeyForm>>(key_forms));
  std::int64_t days = 0;
  std::int64_t backdate = profile.backdate.count();
  file.integer("days", days, 1, 36500);
  file.integer("backdate_days", backdate, 0, 3650);
  profile.lifetime = std::chrono::days(days);
  profile.backdate = std::chrono::days(backdate);
  file.boolean("ca", profile.ca);
  if (std::int64_t length = 0; file.integer("path_length", length, 0, 8)) profile.path_length = length;
  if (file.texts("permitted_names", profile.permitted_names))
    for (const auto& name : profile.permitted_names)
      if (const auto why = why_not_permitted_name(name); !why.empty())
        file.complain("permitted_names", "\"" + name + "\" " + why,
                      "name a host name, which permits all names below it too, or an address");
  file.boolean("subject_alt_name", profile.subject_alt_name);
  read_words(file, "extended_key_usage", profile.extended_key_usage, extended_usages, "usage");
  auto usage = file.table("key_usage");
  read_words(usage, "rsa", profile.key_usage_rsa, usages, "usage");
  read_words(usage, "ec", profile.key_usage_ec, usages, "usage");
  check_sense(file, usage, profile);
}

void read_number(TomlReader& table, std::string_view key, std::optional<std::int64_t>& into, std::int64_t least,
                 std::int64_t most) {
  if (std::int64_t value = 0; table.integer(key, value, least, most)) into = value;
}

void read_limits(TomlReader& table, Limits& limits) {
  read_words(table, "keys", limits.keys, key_types, "key type");
  read_words(table, "digests", limits.digests, digests, "digest");
  read_number(table, "intermediates", limits.intermediates, 0, 8);
  read_number(table, "chain_bytes", limits.chain_bytes, 512, 65536);
  read_number(table, "days", limits.days, 1, 36500);
  table.word("names", limits.names, std::span<const std::pair<std::string_view, NameRule>>(name_rules));
  if (std::string until; table.text("until", until)) {
    limits.until = parse_rfc3339(until);
    if (!limits.until)
      table.complain("until", "\"" + until + "\" is no RFC 3339 moment", "write it as \"2049-12-31T23:59:59Z\"");
  }
}

// What the profile does not say itself, the modem says.
void inherit(Limits& limits, const Limits& modem) {
  if (limits.keys.empty()) limits.keys = modem.keys;
  if (limits.digests.empty()) limits.digests = modem.digests;
  if (!limits.intermediates) limits.intermediates = modem.intermediates;
  if (!limits.chain_bytes) limits.chain_bytes = modem.chain_bytes;
  if (!limits.days) limits.days = modem.days;
  if (!limits.until) limits.until = modem.until;
  if (limits.names == NameRule::any) limits.names = modem.names;
}

void take_modem(TomlReader& file, Profile& profile) {
  if (!file.text("modem", profile.modem)) return;
  const auto modem = built_in(profile.modem);
  if (!modem || modem->kind != Kind::modem) {
    file.complain("modem", "\"" + profile.modem + "\" is no modem profile", "use one of: ec200u, ec200u-ec");
    return;
  }
  inherit(profile.accept, modem->accept);
}

// A profile that refuses what it makes by default is a mistake, and better told here than at every issue.
void check_defaults(TomlReader& file, const Profile& profile) {
  const auto& accept = profile.accept;
  if (!accept.keys.empty() && !profile.key.empty() && !contains(accept.keys, profile.key))
    file.complain("key", "the default key " + profile.key + " is not among accept.keys",
                  "add it there, or choose one of them");
  const auto whole = (profile.lifetime + profile.backdate).count();
  if (accept.days && whole > *accept.days)
    file.complain(
        "days",
        "the default lifetime of " + std::to_string(whole) + " days, backdate_days included, is more than accept.days",
        "lower days, or raise accept.days");
}

Result<Profile> interpret(TomlReader file) {
  file.documented_in("docs/profiles.md");
  Profile profile;
  if (auto known = file.format(profile.format, "profile"); !known) return std::move(known).error();
  require(file, {"format", "name"});
  file.text("name", profile.name);
  file.text("description", profile.description);
  file.word("kind", profile.kind, std::span<const std::pair<std::string_view, Kind>>(kinds));
  auto accept = file.table("accept");
  read_limits(accept, profile.accept);
  if (profile.kind == Kind::certificate) {
    read_certificate(file, profile);
    take_modem(file, profile);
    check_defaults(file, profile);
  }
  if (auto finished = file.finish(); !finished) return std::move(finished).error();
  return profile;
}

}  // namespace

Result<Profile> load(const std::filesystem::path& file) {
  auto reader = TomlReader::read(file);
  if (!reader) return std::move(reader).error();
  return interpret(*std::move(reader));
}

Result<Profile> parse(std::string_view text, std::string_view name) {
  auto reader = TomlReader::parse(text, name);
  if (!reader) return std::move(reader).error();
  return interpret(*std::move(reader));
}

Result<Profile> built_in(std::string_view name) {
  for (const auto& embedded : embedded_profiles())
    if (embedded.name == name) return parse(embedded.text, "built-in profile " + std::string(name));
  const auto names = built_in_names();
  const auto meant = nearest(name, names);
  return Error{Errc::input, "there is no built-in profile named " + std::string(name),
               (meant.empty() ? "" : "did you mean " + std::string(meant) + "? ") + "use one of: " + listed(names)};
}

std::vector<std::string_view> built_in_names() {
  std::vector<std::string_view> names;
  for (const auto& embedded : embedded_profiles()) names.push_back(embedded.name);
  return names;
}

Result<Profile> find(std::string_view name_or_file) {
  if (name_or_file.find('/') != std::string_view::npos || name_or_file.ends_with(".toml"))
    return load(std::filesystem::path(name_or_file));
  auto found = built_in(name_or_file);
  if (!found) found.error().hint += "; a file of your own is given with its path, ./mine.toml";
  return found;
}

std::vector<std::string_view> schema_keys() {
  return {"format",
          "name",
          "description",
          "kind",
          "key",
          "key_form",
          "days",
          "backdate_days",
          "ca",
          "path_length",
          "permitted_names",
          "subject_alt_name",
          "extended_key_usage",
          "key_usage.rsa",
          "key_usage.ec",
          "modem",
          "accept.keys",
          "accept.digests",
          "accept.intermediates",
          "accept.chain_bytes",
          "accept.days",
          "accept.until",
          "accept.names"};
}

}  // namespace epki::profile
