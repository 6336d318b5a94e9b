#include <gtest/gtest.h>

#include <algorithm>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

std::vector<std::string> rules_of(const Json& document) {
  std::vector<std::string> rules;
  for (const auto& finding : document["findings"].items()) rules.push_back(finding["rule"].text_or("?"));
  return rules;
}

bool broke(const Ran& ran, std::string_view rule) {
  const auto rules = rules_of(ran.json());
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

TEST(Lint, HasNothingAgainstWhatInitMakes) {
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--mutual", "--issuing"}}) {
    Sandbox box;
    ASSERT_EQ(box.init(more).exit, 0);
    const auto ran = box.shell(
        "ec200u-pki lint --json --host broker.test --profile ec200u-ec broker/mosquitto.conf ca/*.pem ca/*.key");
    EXPECT_EQ(ran.exit, 0) << ran;
    const auto document = ran.json();
    for (const auto& finding : document["findings"].items()) {
      const auto rule = finding["rule"].text_or("");
      // The keys of the CAs are encrypted; and what the broker trusts of devices is in OpenSSL's own form, because only
      // so does Mosquitto end a path at an issuing CA.
      const bool anchors = rule == "w_pem_form" && finding["file"].text_or("").ends_with("client-ca.pem");
      EXPECT_TRUE(rule == "n_key_not_compared" || anchors) << finding.dump() << ran;
    }
    EXPECT_GE(ran.json()["files"].size(), 5U) << "the files that the broker configuration names are read too";
  }
}

TEST(Lint, TellsEachFindingWithItsPlaceSeverityAndCitation) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"lint", "--json", "--host", "other.test", "ca/root.pem", "broker/certs/server.pem"});
  EXPECT_EQ(ran.exit, 1) << ran;
  const auto document = ran.json();
  EXPECT_EQ(document["schema"].text(), "ec200u-pki/lint/1");
  EXPECT_EQ(document["ok"].boolean(), false);
  EXPECT_EQ(document["errors"].integer(), 1);
  const auto& finding = document["findings"][0];
  EXPECT_EQ(finding["file"].text(), "broker/certs/server.pem");
  EXPECT_EQ(finding["index"].integer(), 0);
  EXPECT_EQ(finding["line"].integer(), 1);
  EXPECT_EQ(finding["severity"].text(), "error");
  EXPECT_EQ(finding["rule"].text(), "e_host_not_named");
  EXPECT_NE(finding["what"].text_or("").find("other.test"), std::string::npos);
  EXPECT_NE(finding["citation"].text_or("").find("RFC"), std::string::npos);
  const auto text = box.run({"lint", "--host", "other.test", "broker/certs/server.pem"});
  EXPECT_EQ(text.exit, 1) << text;
  EXPECT_TRUE(text.out.starts_with("broker/certs/server.pem:1: error: no dNSName is \"other.test\"")) << text;
  EXPECT_NE(text.out.find("[e_host_not_named; RFC 9525"), std::string::npos) << text;
  EXPECT_NE(text.out.find("1 error, 0 warnings, 0 notices"), std::string::npos) << text;
}

TEST(Lint, AMissingFileIsExit3AndTheOthersAreJudgedAllTheSame) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write("garbage.pem", "nothing of the kind\n");
  const auto ran = box.run({"lint", "--json", "missing.pem", "garbage.pem", "ca/root.pem"});
  EXPECT_EQ(ran.exit, 3) << ran;
  EXPECT_EQ(ran.json()["error"]["code"].text(), "input");
  EXPECT_TRUE(broke(ran, "e_nothing_recognised")) << ran;
  EXPECT_EQ(ran.json()["files"].size(), 2U);
  EXPECT_EQ(box.run({"lint"}).exit, 2);
  EXPECT_EQ(box.run({"lint", "ca/root.pem", "--at", "tomorrow"}).exit, 2);
  EXPECT_EQ(box.run({"lint", "."}).exit, 3);
}

TEST(Lint, ReadsDerChainsBundlesAndForeignFiles) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto made = box.shell(
      "openssl x509 -in ca/root.pem -outform DER -out root.der && cat root.der root.der > two.der && "
      "cat broker/certs/server.key broker/certs/server.pem ca/root.pem > bundle.pem && "
      "cat ca/root.pem broker/certs/server.pem > reversed.pem && "
      "openssl x509 -in ca/root.pem -text -out text.pem && (cat ca/root.pem; echo rest) > rest.pem");
  ASSERT_EQ(made.exit, 0) << made;
  EXPECT_EQ(box.run({"lint", "root.der"}).exit, 0);
  EXPECT_TRUE(broke(box.run({"lint", "--json", "two.der"}), "w_several_anchors"));
  const auto bundle = box.run({"lint", "--json", "bundle.pem"});
  EXPECT_EQ(bundle.exit, 0) << bundle;
  EXPECT_FALSE(broke(bundle, "e_key_without_certificate")) << bundle;
  EXPECT_EQ(bundle.out.find("PRIVATE KEY"), std::string::npos) << "no key is ever shown";
  const auto reversed = box.run({"lint", "--json", "reversed.pem"});
  EXPECT_EQ(reversed.exit, 1) << reversed;
  EXPECT_TRUE(broke(reversed, "e_chain_order")) << reversed;
  EXPECT_TRUE(broke(box.run({"lint", "--json", "text.pem"}), "w_pem_text_before"));
  EXPECT_TRUE(broke(box.run({"lint", "--json", "rest.pem"}), "e_pem_stray_bytes"));
}

TEST(Lint, AKeyOfAnotherCertificateIsAnError) {
  Sandbox box, other;
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(other.init().exit, 0);
  EXPECT_EQ(box.run({"lint", "broker/certs/server.pem", "--key", "broker/certs/server.key"}).exit, 0);
  const auto ran =
      box.run({"lint", "--json", "broker/certs/server.pem", "--key", (other / "broker/certs/server.key").string()});
  EXPECT_EQ(ran.exit, 1) << ran;
  EXPECT_TRUE(broke(ran, "e_key_without_certificate")) << ran;
}

TEST(Lint, AProfileByNameOrByPathSaysWhatElseMustHold) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto strict = box.run({"lint", "--json", "--profile", "ec200u", "broker/certs/server.pem"});
  EXPECT_EQ(strict.exit, 1) << strict;
  EXPECT_TRUE(broke(strict, "e_profile_key_type")) << strict;
  EXPECT_EQ(box.run({"lint", "--profile", "broker", "broker/certs/server.pem"}).exit, 0);
  EXPECT_EQ(box.run({"lint", "--profile", "name-pinned", "broker/certs/server.pem"}).exit, 0) << ".test is reserved";
  box.write("mine.toml", "format = 1\nname = \"mine\"\nkind = \"modem\"\n[accept]\nuntil = \"2027-01-01T00:00:00Z\"\n");
  EXPECT_TRUE(broke(box.run({"lint", "--json", "--profile", "./mine.toml", "ca/root.pem"}), "e_profile_until"));
  box.write("wrong.toml", "format = 1\nname = \"wrong\"\nkind = \"modem\"\n[accept]\nkeyz = []\n");
  const auto wrong = box.run({"lint", "--profile", "wrong.toml", "ca/root.pem"});
  EXPECT_EQ(wrong.exit, 3) << wrong;
  EXPECT_NE(wrong.err.find("wrong.toml:5:1: no such setting: accept.keyz"), std::string::npos) << wrong;
  EXPECT_NE(wrong.err.find("did you mean keys?"), std::string::npos) << wrong;
  const auto none = box.run({"lint", "--profile", "ec200", "ca/root.pem"});
  EXPECT_EQ(none.exit, 3) << none;
  EXPECT_NE(none.err.find("did you mean ec200u"), std::string::npos) << none;
}

TEST(Lint, AnotherMomentIsAskedForWithAt) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  EXPECT_TRUE(broke(box.run({"lint", "--json", "ca/root.pem", "--at", "2060-01-01T00:00:00Z"}), "e_expired"));
  EXPECT_TRUE(broke(box.run({"lint", "--json", "ca/root.pem", "--at", "2020-01-01T00:00:00Z"}), "e_not_yet_valid"));
}

TEST(Lint, ABrokerThatSharesNothingWithTheModemIsAnError) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto changed = box.shell("sed -i 's/^ciphers .*/ciphers ECDHE-RSA-CHACHA20-POLY1305/' broker/mosquitto.conf");
  ASSERT_EQ(changed.exit, 0) << changed;
  const auto ran = box.run({"lint", "--json", "broker/mosquitto.conf"});
  EXPECT_EQ(ran.exit, 1) << ran;
  EXPECT_TRUE(broke(ran, "e_broker_ciphers")) << ran;
}

}  // namespace
}  // namespace epki::test
