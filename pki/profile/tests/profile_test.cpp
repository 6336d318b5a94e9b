#include "pki/profile/profile.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/file.hpp"

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
  EXPECT_NE(none.error().hint.find("broker, root"), std::string::npos) << none.error().hint;
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
      {replaced(text, "format = 1", "format = 2"), "p.toml:1:10: format = 2 is out of range"},
      {replaced(text, "ec-p256", "ec-p521"), "p.toml:3:7: \"ec-p521\" is no key type it knows"},
      {replaced(text, "\"digitalSignature\"", "\"digitalSignatur\""),
       "p.toml:7:7: \"digitalSignatur\" is no usage it knows"},
      {replaced(text, "\"digitalSignature\"", "\"cRLSign\", \"cRLSign\""), "p.toml:7:7: \"cRLSign\" comes twice"},
      {replaced(text, "ca = false", "ca = true"), "p.toml:7:7: a CA needs keyCertSign in key_usage.rsa"},
      {replaced(text, "\"digitalSignature\"", "\"keyCertSign\""),
       "p.toml:7:7: keyCertSign in key_usage.rsa is for a CA only"},
      {replaced(text, "ca = false", "ca = false\npath_length = 1"), "p.toml:6:15: path_length is for a CA only"},
      {replaced(text, "[key_usage]", "[key_usages]"), "p.toml:6:2: no such setting: key_usages"},
      {replaced(text, "rsa = [", "dsa = ["), "p.toml:7:1: no such setting: key_usage.dsa"},
      {replaced(text, "ca = false", "ca = "), "p.toml:5:6: "},
  };
  for (const auto& c : cases) {
    const auto what = complaint(c.text);
    EXPECT_TRUE(what.starts_with(c.complaint)) << what << "\n  wanted " << c.complaint;
  }
}

TEST(Profile, NamesEveryKeyThatMustNotBeMissing) {
  for (const std::string line :
       {"format = 1\n", "name = \"mine\"\n", "key = \"ec-p256\"\n", "days = 30\n", "ca = false\n"}) {
    const auto what = complaint(replaced(std::string(sound), line, ""));
    EXPECT_NE(what.find("lacks " + line.substr(0, line.find(' '))), std::string::npos) << what;
  }
}

TEST(Profile, SaysWhichFileIsMissing) {
  const auto none = load("/nowhere/at/all.toml");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::input);
  EXPECT_NE(none.error().what.find("/nowhere/at/all.toml"), std::string::npos);
}
