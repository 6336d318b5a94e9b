#include "pki/ca/csr.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "pki/ossl/file_contents.hpp"
#include "pki/ossl/tests/tool.hpp"

using namespace epki;
using namespace epki::ca;
using ossl::test::Tool;

namespace {

// Made by the program that most requests come from.
std::string request(const std::vector<std::string>& more, const std::string& subject = "/O=Other/CN=device-7",
                    const std::vector<std::string>& key = {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"}) {
  Tool tool;
  std::vector<std::string> line = {
      "req",     "-new",           "-nodes",
      "-keyout", tool.path("key"), "-subj",
      subject,   "-config",        tool.put("empty.cnf", "[req]\ndistinguished_name=n\n[n]\n")};
  line.insert(line.end(), key.begin(), key.end());
  line.insert(line.end(), more.begin(), more.end());
  const auto made = tool.run(line);
  EXPECT_EQ(made.code, 0) << tool.get("stderr");
  return made.text;
}

ossl::Request read(const std::string& text) {
  auto read = ossl::read_request(text);
  EXPECT_TRUE(read) << read.error().what;
  if (!read) throw std::runtime_error(read.error().what);
  return *std::move(read);
}

profile::Profile built_in(std::string_view name) {
  return *profile::built_in(name);
}

using Words = std::vector<std::string>;

}  // namespace

TEST(Csr, ADeviceGetsItsNameAndKeyAndNothingElse) {
  const auto asked = read(request({"-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                                   "subjectAltName=DNS:broker.example.com", "-addext", "extendedKeyUsage=serverAuth"}));
  const auto granted = grant_client(asked, built_in("device"), "");
  ASSERT_TRUE(granted) << granted.error().what;
  EXPECT_EQ(granted->name, "device-7");
  EXPECT_EQ(granted->key.name(), "ec-p256");
  EXPECT_EQ(granted->passed_over, (Words{"subject O", "basicConstraints", "subjectAltName", "extendedKeyUsage"}));
}

TEST(Csr, TheOperatorsNameStandsAndTheRequestsDoesNot) {
  const auto granted = grant_client(read(request({})), built_in("device"), "device-8");
  ASSERT_TRUE(granted) << granted.error().what;
  EXPECT_EQ(granted->name, "device-8");
  EXPECT_EQ(granted->passed_over, (Words{"subject O", "subject CN device-7"}));
}

TEST(Csr, AServerGetsItsHostsAndAddresses) {
  const auto asked = read(request({"-addext", "subjectAltName=DNS:broker.example.com,IP:10.1.2.3,email:a@example.com"},
                                  "/CN=broker.example.com"));
  const auto granted = grant_server(asked, built_in("broker"), {});
  ASSERT_TRUE(granted) << granted.error().what;
  EXPECT_EQ(granted->names.hosts, (Words{"broker.example.com"}));
  EXPECT_EQ(granted->names.ips, (Words{"10.1.2.3"}));
  EXPECT_EQ(granted->passed_over, (Words{"a subjectAltName that is no host name or address"}));
}

TEST(Csr, WithoutAlternativeNamesTheCnIsTheHost) {
  const auto granted = grant_server(read(request({}, "/CN=broker.example.com")), built_in("broker"), {});
  ASSERT_TRUE(granted) << granted.error().what;
  EXPECT_EQ(granted->names.hosts, (Words{"broker.example.com"}));
  EXPECT_TRUE(granted->passed_over.empty());
}

TEST(Csr, ARequestThatNamesNothingUsableIsRefused) {
  const auto spaces = grant_server(read(request({}, "/CN=my broker")), built_in("broker"), {});
  ASSERT_FALSE(spaces);
  EXPECT_EQ(spaces.error().code, Errc::input);
  const auto topic = grant_client(read(request({}, "/CN=a#b")), built_in("device"), "");
  ASSERT_FALSE(topic);
  EXPECT_EQ(topic.error().code, Errc::input);
  EXPECT_FALSE(grant_client(read(request({}, "/O=nobody")), built_in("device"), ""));
  EXPECT_FALSE(grant_client(read(request({}, "/CN=a/CN=b")), built_in("device"), ""));
  EXPECT_FALSE(grant_server(read(request({}, "/O=nobody")), built_in("broker"), {}));
}

TEST(Csr, AnUnusableNameOfTheOperatorIsAMistakeOnTheCommandLine) {
  const auto wrong = grant_client(read(request({})), built_in("device"), "a/b");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::usage);
}

TEST(Csr, KeysThatTheProfileDoesNotAcceptAreRefused) {
  const struct {
    Words key;
    const char* named;
  } cases[] = {
      {{"-newkey", "rsa:1024"}, "rsa-1024"},
      {{"-newkey", "ed25519"}, "ED25519"},
      {{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"}, "secp256k1"},
      {{"-newkey", "rsa", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_keygen_pubexp:3"}, "exponent 3"},
  };
  for (const auto& c : cases) {
    const auto refused = grant_client(read(request({}, "/CN=device-7", c.key)), built_in("device"), "");
    ASSERT_FALSE(refused) << c.named;
    EXPECT_EQ(refused.error().code, Errc::input);
    EXPECT_NE(refused.error().what.find(c.named), std::string::npos) << refused.error().what;
  }
}

TEST(Csr, AProofWithSha1IsNone) {
  const auto refused = grant_client(read(request({"-sha1"})), built_in("device"), "");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("SHA1"), std::string::npos) << refused.error().what;
}

TEST(Csr, OnlyOneWholeRequestWithAProofIsRead) {
  const auto good = request({});
  EXPECT_FALSE(ossl::read_request(good + good));
  EXPECT_FALSE(ossl::read_request(good.substr(0, 200)));
  EXPECT_FALSE(ossl::read_request("nothing"));
  EXPECT_FALSE(ossl::read_request(""));
  // Another key in the place of the one that signed: possession is not proved.
  const auto contents = ossl::file_contents(good);
  ASSERT_EQ(contents.items.size(), 1U);
  auto der = contents.items.front().der;
  der.back() ^= std::byte{1};
  const auto altered = ossl::read_request_der(der);
  ASSERT_FALSE(altered);
  EXPECT_EQ(altered.error().code, Errc::input);
  // Version, subject and public key stand in this order; a bit of the public point.
  der = contents.items.front().der;
  der[der.size() / 2] ^= std::byte{1};
  EXPECT_FALSE(ossl::read_request_der(der));
}

TEST(Csr, ADerFileIsReadToo) {
  const auto good = request({});
  const auto contents = ossl::file_contents(good);
  const auto& der = contents.items.front().der;
  const auto read = ossl::read_request(std::string(reinterpret_cast<const char*>(der.data()), der.size()));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->common_names, (Words{"device-7"}));
}
