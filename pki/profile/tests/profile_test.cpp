#include "pki/profile/profile.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/file.hpp"
#include "core/text.hpp"

using namespace epki;
using namespace epki::profile;

namespace {

constexpr std::string_view sound = R"(format = 1
name = "mine"
key = "ec-p256"
days = 30
ca = false
[key_usage]
rsa = ["digitalSignature"]
ec = ["digitalSignature"]
)";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

std::string complaint(std::string_view text) {
  const auto profile = parse(text, "p.toml");
  if (profile) return "(accepted)";
  EXPECT_EQ(profile.error().code, Errc::input);
  return profile.error().what;
}

}  // namespace

TEST(Profile, BuiltInRootIsACaThatSignsCertificatesAndLists) {
  const auto root = built_in("root");
  ASSERT_TRUE(root) << root.error().what;
  EXPECT_TRUE(root->ca);
  EXPECT_EQ(root->key, "rsa-2048");
  EXPECT_EQ(root->lifetime, std::chrono::days(3650));
  EXPECT_EQ(root->backdate, std::chrono::days(1));
  EXPECT_EQ(root->key_usage_rsa, (std::vector<std::string>{"keyCertSign", "cRLSign"}));
  EXPECT_EQ(root->key_usage_ec, root->key_usage_rsa);
  EXPECT_FALSE(root->path_length);
  EXPECT_FALSE(root->subject_alt_name);
}

TEST(Profile, BuiltInBrokerEnciphersKeysWithRsaOnly) {
  const auto broker = built_in("broker");
  ASSERT_TRUE(broker) << broker.error().what;
  EXPECT_FALSE(broker->ca);
  EXPECT_EQ(broker->key_usage_rsa, (std::vector<std::string>{"digitalSignature", "keyEncipherment"}));
  EXPECT_EQ(broker->key_usage_ec, (std::vector<std::string>{"digitalSignature"}));
  EXPECT_EQ(broker->extended_key_usage, (std::vector<std::string>{"serverAuth"}));
  EXPECT_TRUE(broker->subject_alt_name);
}

TEST(Profile, CompiledInProfilesAreTheFilesOfTheTree) {
  ASSERT_FALSE(built_in_names().empty());
  for (const auto name : built_in_names()) {
    const auto embedded = built_in(name);
    const auto file = load(std::string(EPKI_SOURCE_DIR) + "/templates/profiles/" + std::string(name) + ".toml");
    ASSERT_TRUE(embedded) << embedded.error().what;
    ASSERT_TRUE(file) << file.error().what;
    EXPECT_EQ(embedded->name, name) << "the name inside differs from the file's";
    EXPECT_EQ(embedded->description, file->description);
    EXPECT_EQ(embedded->lifetime, file->lifetime);
    EXPECT_EQ(embedded->key_usage_rsa, file->key_usage_rsa);
  }
}

TEST(Profile, ListsTheNamesWhenAskedForAnUnknownOne) {
  const auto none = built_in("brokr");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::input);
  EXPECT_TRUE(none.error().hint.starts_with("did you mean broker? use one of: broker, device, ")) << none.error().hint;
  EXPECT_NE(none.error().hint.find("name-pinned, root"), std::string::npos) << none.error().hint;
}

TEST(Profile, TakesDefaultsForWhatIsNotSaid) {
  const auto profile = parse(sound, "p.toml");
  ASSERT_TRUE(profile) << profile.error().what;
  EXPECT_EQ(profile->backdate, std::chrono::days(1));
  EXPECT_TRUE(profile->extended_key_usage.empty());
  EXPECT_FALSE(profile->subject_alt_name);
  EXPECT_EQ(profile->description, "");
}

TEST(Profile, ComplainsWithThePlace) {
  const std::string text(sound);
  const struct {
    std::string text, complaint;
  } cases[] = {
      {replaced(text, "days = 30", "dayz = 30\ndays = 30"), "p.toml:4:1: no such setting: dayz"},
      {replaced(text, "days = 30", "days = 0"), "p.toml:4:8: days = 0 is out of range"},
      {replaced(text, "days = 30", "days = \"30\""), "p.toml:4:8: days must be a whole number"},
      {replaced(text, "format = 1", "format = 2"), "p.toml:1:10: this profile has format 2, and this program knows 1"},
      {"name = 7\ndayz = 1\n[key_usages]\n[meta]\nx = 1\n", "p.toml:1:1: the profile lacks format"},
      {"name = \"later\"\nlifetime = 5\nformat = 2\n", "p.toml:3:10: this profile has format 2"},
      {replaced(text, "format = 1", "format = 0"), "p.toml:1:10: this profile has format 0"},
      {replaced(text, "format = 1", "format = \"1\""), "p.toml:1:10: format must be a whole number"},
      {replaced(text, "ec-p256", "ec-p521"), "p.toml:3:7: \"ec-p521\" is no key type it knows"},
      {replaced(text, "\"digitalSignature\"", "\"digitalSignatur\""),
       "p.toml:7:7: \"digitalSignatur\" is no usage it knows"},
      {replaced(text, "\"digitalSignature\"", "\"cRLSign\", \"cRLSign\""), "p.toml:7:7: \"cRLSign\" comes twice"},
      {replaced(text, "ca = false", "ca = true"), "p.toml:7:7: a CA needs keyCertSign in key_usage.rsa"},
      {replaced(text, "\"digitalSignature\"", "\"keyCertSign\""),
       "p.toml:7:7: keyCertSign in key_usage.rsa is for a CA only"},
      {replaced(text, "ca = false", "ca = false\npath_length = 1"), "p.toml:6:15: path_length is for a CA only"},
      {replaced(text, "ca = false", "ca = false\npermitted_names = [\"a.example\"]"),
       "p.toml:6:19: permitted_names is for a CA only"},
      {replaced(text, "ca = false", "ca = true\npermitted_names = [\"*.example\"]"),
       "p.toml:6:19: \"*.example\" begins with *"},
      {replaced(text, "ca = false", "ca = true\npermitted_names = [\"192.0.2.0/24\"]"),
       "p.toml:6:19: \"192.0.2.0/24\" is a range of addresses"},
      {replaced(text, "[key_usage]", "[key_usages]"), "p.toml:6:2: no such setting: key_usages"},
      {replaced(text, "rsa = [", "dsa = ["), "p.toml:7:1: no such setting: key_usage.dsa"},
      {replaced(text, "ca = false", "ca = "), "p.toml:5:6: "},
      {replaced(text, "ca = false", "ca = false\nmodem = \"ec200\""), "p.toml:6:9: \"ec200\" is no modem profile"},
      {replaced(text, "ca = false", "ca = false\nmodem = \"root\""), "p.toml:6:9: \"root\" is no modem profile"},
      {replaced(text, "ca = false", "ca = false\nkind = \"moden\""), "p.toml:6:8: "},
      {text + "[accept]\nkeys = [\"ED25519\"]\n", "p.toml:10:8: \"ED25519\" is no key type it knows"},
      {text + "[accept]\ndigests = [\"SHA1\"]\n", "p.toml:10:11: \"SHA1\" is no digest it knows"},
      {text + "[accept]\nintermediates = 9\n", "p.toml:10:17: accept.intermediates = 9 is out of range"},
      {text + "[accept]\nuntil = \"2049\"\n", "p.toml:10:9: \"2049\" is no RFC 3339 moment"},
      {text + "[accept]\nnames = \"pined\"\n", "p.toml:10:9: "},
      {text + "[accept]\nkeys = [\"rsa-2048\"]\n", "p.toml:3:7: the default key ec-p256 is not among accept.keys"},
      {text + "[accept]\ndays = 30\n", "p.toml:4:8: the default lifetime of 31 days"},
      {text + "[accept]\nuntill = \"2049-12-31T23:59:59Z\"\n", "p.toml:10:1: no such setting: accept.untill"},
  };
  for (const auto& c : cases) {
    const auto what = complaint(c.text);
    EXPECT_TRUE(what.starts_with(c.complaint)) << what << "\n  wanted " << c.complaint;
  }
}

TEST(Profile, PermitsANameAndAllBelowItAndAnAddressByItself) {
  const std::vector<std::string> permitted{"plant.example", "192.0.2.7", "2001:db8::7"};
  for (const char* inside : {"plant.example", "a.b.Plant.Example", "192.0.2.7", "2001:DB8:0::7", "*.plant.example"})
    EXPECT_TRUE(permits(permitted, inside)) << inside;
  for (const char* outside : {"example", "otherplant.example", "plant.example.org", "192.0.2.70", "2001:db8::8", ""})
    EXPECT_FALSE(permits(permitted, outside)) << outside;
  EXPECT_TRUE(permits({}, "anything.example"));
  EXPECT_FALSE(permits({"7"}, "192.0.2.7")) << "an address is no name below another";
}

TEST(Profile, NamesEveryKeyThatMustNotBeMissing) {
  for (const std::string line :
       {"format = 1\n", "name = \"mine\"\n", "key = \"ec-p256\"\n", "days = 30\n", "ca = false\n"}) {
    const auto what = complaint(replaced(std::string(sound), line, ""));
    EXPECT_NE(what.find("lacks " + line.substr(0, line.find(' '))), std::string::npos) << what;
  }
}

TEST(Profile, AModemHasLimitsAndNothingElse) {
  const auto modem = built_in("ec200u");
  ASSERT_TRUE(modem) << modem.error().what;
  EXPECT_EQ(modem->kind, Kind::modem);
  EXPECT_EQ(modem->accept.keys, (std::vector<std::string>{"rsa-2048", "rsa-3072", "rsa-4096"}));
  EXPECT_EQ(modem->accept.intermediates, 8);
  const auto what = complaint("format = 1\nname = \"m\"\nkind = \"modem\"\ndays = 3\n");
  EXPECT_TRUE(what.starts_with("p.toml:4:1: no such setting: days")) << what;
}

TEST(Profile, TakesFromItsModemWhatItDoesNotSayItself) {
  const auto profile = parse(std::string(sound) + "[accept]\nintermediates = 1\n", "p.toml");
  ASSERT_TRUE(profile) << profile.error().what;
  EXPECT_TRUE(profile->accept.keys.empty());
  const auto of_modem = parse(
      replaced(std::string(sound), "ca = false", "ca = false\nmodem = \"ec200u-ec\"") + "[accept]\nintermediates = 1\n",
      "p.toml");
  ASSERT_TRUE(of_modem) << of_modem.error().what;
  EXPECT_EQ(of_modem->accept.intermediates, 1);
  EXPECT_EQ(of_modem->accept.keys.size(), 5U);
  EXPECT_EQ(of_modem->accept.until, parse_rfc3339("2049-12-31T23:59:59Z"));
}

TEST(Profile, AnUnknownKeyNamesTheRightPage) {
  const auto profile = parse(std::string(sound) + "[accept]\nsomething_else = 1\n", "p.toml");
  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().hint, "see docs/profiles.md");
}

TEST(Profile, PinnedNamesAreThoseNoPublicCaMayCertify) {
  for (const auto* name : {"broker.internal", "a.b.TEST", "x.invalid", "broker.home.arpa", "*.plant.internal", "broker",
                           "10.0.0.1", "fd00::1", "host.local", "broker.internal."})
    EXPECT_TRUE(is_pinned_name(name)) << name;
  for (const auto* name : {"broker.example.com", "test.mosquitto.org", "internal.com", "arpa.com", "x.arpa",
                           "abcdefghijklmnop.onion", "", "*."})
    EXPECT_FALSE(is_pinned_name(name)) << name;
}

TEST(Profile, NamePinnedIsABrokerWithThatRule) {
  const auto pinned = find("name-pinned");
  const auto broker = find("broker");
  ASSERT_TRUE(pinned && broker);
  EXPECT_EQ(pinned->accept.names, NameRule::pinned);
  EXPECT_EQ(broker->accept.names, NameRule::any);
  EXPECT_EQ(pinned->extended_key_usage, broker->extended_key_usage);
  EXPECT_EQ(pinned->key_usage_rsa, broker->key_usage_rsa);
  EXPECT_TRUE(pinned->subject_alt_name);
}

TEST(Profile, APathIsAFileAndAWordIsABuiltInOne) {
  const auto file = find(std::string(EPKI_SOURCE_DIR) + "/templates/profiles/root.toml");
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->name, "root");
  EXPECT_FALSE(find("./root.toml"));
  EXPECT_FALSE(find("roots"));
}

// docs/profiles.md has one row a key: | `key` | default | range | sentence |
TEST(Profile, EveryKeyIsDocumentedAndEveryDocumentedKeyIsOne) {
  const auto page = read_file(std::string(EPKI_SOURCE_DIR) + "/docs/profiles.md");
  ASSERT_TRUE(page) << page.error().what;
  std::vector<std::string> documented;
  const auto table = page->find("\n## Keys\n");
  ASSERT_NE(table, std::string::npos);
  for (const auto line : split(std::string_view(*page).substr(table), '\n'))
    if (line.starts_with("| `")) documented.emplace_back(line.substr(3, line.find('`', 3) - 3));
  const auto keys = schema_keys();
  EXPECT_EQ(documented, std::vector<std::string>(keys.begin(), keys.end()));
}

TEST(Profile, TakesEveryKeyOfTheSchema) {
  const std::string all = R"(format = 1
name = "all"
description = "all of them"
kind = "certificate"
key = "ec-p256"
key_form = "traditional"
days = 30
backdate_days = 2
ca = true
path_length = 0
permitted_names = ["plant.example", "192.0.2.7"]
subject_alt_name = false
extended_key_usage = ["serverAuth"]
modem = "ec200u-ec"
[key_usage]
rsa = ["keyCertSign"]
ec = ["keyCertSign"]
[accept]
keys = ["ec-p256"]
digests = ["SHA256"]
intermediates = 0
chain_bytes = 4000
days = 32
until = "2040-01-01T00:00:00Z"
names = "pinned"
)";
  const auto profile = parse(all, "p.toml");
  ASSERT_TRUE(profile) << profile.error().what;
  for (const auto key : schema_keys()) {
    const auto last = key.substr(key.rfind('.') == std::string_view::npos ? 0 : key.rfind('.') + 1);
    EXPECT_NE(all.find(std::string(last) + " = "), std::string::npos) << key << " is not in this test's file";
  }
}

TEST(Profile, SaysWhichFileIsMissing) {
  const auto none = load("/nowhere/at/all.toml");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::input);
  EXPECT_NE(none.error().what.find("/nowhere/at/all.toml"), std::string::npos);
}
