#include "pki/profile/profile.hpp"

#include <algorithm>
#include <span>

#include "core/text.hpp"
#include "core/toml.hpp"
#include "pki/profile/embedded.hpp"

namespace epki::profile {

namespace {

constexpr std::string_view key_types[] = {"rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"};
// RFC 5280, 4.2.1.3 and 4.2.1.12, by OpenSSL's words.
constexpr std::string_view usages[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                       "dataEncipherment", "keyAgreement",   "keyCertSign",
                                       "cRLSign",          "encipherOnly",   "decipherOnly"};
constexpr std::string_view extended_usages[] = {"serverAuth",   "clientAuth",  "codeSigning",        "emailProtection",
                                                "timeStamping", "OCSPSigning", "anyExtendedKeyUsage"};

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
                std::span<const std::string_view> known) {
  std::vector<std::string> words;
  if (!table.texts(key, words)) return;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!contains(known, words[i]))
      table.complain(key, "\"" + words[i] + "\" is no usage it knows", "use some of: " + listed(known));
    if (std::find(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i), words[i]) !=
        words.begin() + static_cast<std::ptrdiff_t>(i))
      table.complain(key, "\"" + words[i] + "\" comes twice");
  }
  into = std::move(words);
}

void require_keys(TomlReader& file) {
  for (const auto* key : {"format", "name", "key", "days", "ca"})
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
  if (!profile.ca && profile.path_length) file.complain("path_length", "path_length is for a CA only");
}

Result<Profile> interpret(TomlReader file) {
  Profile profile;
  require_keys(file);
  file.integer("format", profile.format, 1, 1);
  file.text("name", profile.name);
  file.text("description", profile.description);
  if (file.text("key", profile.key) && !contains(key_types, profile.key))
    file.complain("key", "\"" + profile.key + "\" is no key type it knows", "use one of: " + listed(key_types));
  std::int64_t days = 0;
  std::int64_t backdate = profile.backdate.count();
  file.integer("days", days, 1, 36500);
  file.integer("backdate_days", backdate, 0, 3650);
  profile.lifetime = std::chrono::days(days);
  profile.backdate = std::chrono::days(backdate);
  file.boolean("ca", profile.ca);
  if (std::int64_t length = 0; file.integer("path_length", length, 0, 8)) profile.path_length = length;
  file.boolean("subject_alt_name", profile.subject_alt_name);
  read_words(file, "extended_key_usage", profile.extended_key_usage, extended_usages);
  auto usage = file.table("key_usage");
  read_words(usage, "rsa", profile.key_usage_rsa, usages);
  read_words(usage, "ec", profile.key_usage_ec, usages);
  check_sense(file, usage, profile);
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
  return Error{Errc::input, "there is no built-in profile named " + std::string(name),
               "use one of: " + listed(built_in_names())};
}

std::vector<std::string_view> built_in_names() {
  std::vector<std::string_view> names;
  for (const auto& embedded : embedded_profiles()) names.push_back(embedded.name);
  return names;
}

}  // namespace epki::profile
