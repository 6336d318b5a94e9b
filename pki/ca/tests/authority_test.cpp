#include "pki/ca/authority.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/tests/seeded_random.hpp"
#include "core/text.hpp"
#include "pki/ca/release.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/digest.hpp"

using namespace epki;
using namespace epki::ca;
using ossl::KeyType;
using std::chrono::days;

namespace {

class ConstantRandom final : public RandomSource {
 public:
  explicit ConstantRandom(unsigned char value) : value_(value) {}
  void fill(std::span<std::byte> bytes) override { std::fill(bytes.begin(), bytes.end(), std::byte{value_}); }

 private:
  unsigned char value_;
};

struct Authority : ::testing::Test {
  ManualClock clock{*parse_rfc3339("2026-11-22T12:00:00Z")};
  test::SeededRandom random{2026};
  World world{clock, random};
  profile::Profile root_profile = *profile::built_in("root");
  profile::Profile broker_profile = *profile::built_in("broker");

  Identity root(KeyType key = KeyType::ec_p256, days lifetime = days(3650)) {
    auto made = mint_root(root_profile, "Trial", key, lifetime, world);
    EXPECT_TRUE(made) << made.error().what;
    return *std::move(made);
  }
  Result<Identity> server(const Identity& issuer, const ServerNames& names, KeyType key = KeyType::ec_p256,
                          days lifetime = days(825)) {
    return mint_server(broker_profile, names, key, lifetime, issuer, world);
  }
};

// stdout and the exit code of an openssl command.
std::pair<int, std::string> openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  Child::Options options;
  options.argv = std::move(arguments);
  options.error_file = "/dev/null";
  auto child = Child::start(options);
  if (!child) return {-1, child.error().what};
  auto text = child->read_all(after(std::chrono::seconds(20)));
  const auto code = child->wait(after(std::chrono::seconds(20)));
  return {code.value_or(-1), text ? *text : text.error().what};
}

std::string dump(const ossl::Certificate& certificate) {
  auto folder = TemporaryFolder::make("ca-test");
  const auto file = folder->path() / "c.pem";
  EXPECT_TRUE(write_new_file(file, certificate.pem(), 0600));
  return openssl({"x509", "-noout", "-text", "-in", file.string()}).second;
}

int verify(const ossl::Certificate& root, const ossl::Certificate& leaf, std::vector<std::string> more) {
  auto folder = TemporaryFolder::make("ca-test");
  const auto top = folder->path() / "root.pem";
  const auto end = folder->path() / "leaf.pem";
  EXPECT_TRUE(write_new_file(top, root.pem(), 0600));
  EXPECT_TRUE(write_new_file(end, leaf.pem(), 0600));
  std::vector<std::string> all{"verify", "-x509_strict", "-purpose", "sslserver", "-attime", "1795348800"};
  all.insert(all.end(), more.begin(), more.end());
  all.insert(all.end(), {"-CAfile", top.string(), end.string()});
  return openssl(all).first;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> extension_names(const ossl::Certificate& certificate) {
  std::vector<std::string> names;
  for (const auto& extension : ossl::extensions_of(certificate))
    names.push_back(extension.name + (extension.critical ? "!" : ""));
  return names;
}

}  // namespace

TEST_F(Authority, RootIsWhatTheModemNeeds) {
  for (const auto key : {KeyType::rsa_2048, KeyType::ec_p256, KeyType::ec_p384}) {
    const auto made = root(key);
    const auto& c = made.certificate;
    EXPECT_EQ(c.key(), word(key));
    EXPECT_EQ(c.subject(), "CN=Trial root,O=Trial");
    EXPECT_TRUE(c.self_issued());
    EXPECT_TRUE(c.is_ca());
    EXPECT_EQ(c.version(), 3);
    EXPECT_EQ(c.digest(), "SHA256");
    EXPECT_EQ(rfc3339(c.not_before()), "2026-11-21T12:00:00Z");
    EXPECT_EQ(rfc3339(c.not_after()), "2036-11-19T12:00:00Z");
    EXPECT_EQ(c.serial().size(), 32U);
    EXPECT_EQ(extension_names(c), (std::vector<std::string>{"2.5.29.19!", "2.5.29.15!", "2.5.29.14"}));
    const auto text = dump(c);
    EXPECT_TRUE(has(text, "X509v3 Basic Constraints: critical\n                CA:TRUE\n")) << text;
    EXPECT_TRUE(has(text, "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n")) << text;
    EXPECT_TRUE(made.key.matches(c));
  }
}

TEST_F(Authority, ServerCertificateStandsUpToOpenSslsStrictCheck) {
  const auto top = root(KeyType::rsa_2048);
  const auto made =
      server(top, {{"broker.example", "Broker.Example", "*.example"}, {"127.0.0.1", "2001:db8::1"}}, KeyType::rsa_2048);
  ASSERT_TRUE(made) << made.error().what;
  const auto& c = made->certificate;
  EXPECT_EQ(c.subject(), "CN=broker.example");
  EXPECT_EQ(c.issuer_der(), top.certificate.subject_der());
  EXPECT_EQ(c.dns_names(), (std::vector<std::string>{"broker.example", "*.example", "127.0.0.1", "2001:db8::1"}));
  EXPECT_EQ(c.ip_addresses(), (std::vector<std::string>{"127.0.0.1", "2001:db8::1"}));
  EXPECT_FALSE(c.is_ca());
  EXPECT_EQ(rfc3339(c.not_before()), "2026-11-21T12:00:00Z");
  EXPECT_EQ(rfc3339(c.not_after()), "2029-02-24T12:00:00Z");
  const auto text = dump(c);
  EXPECT_TRUE(has(text, "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment\n")) << text;
  EXPECT_TRUE(has(text, "TLS Web Server Authentication\n")) << text;
  EXPECT_TRUE(has(text, "X509v3 Basic Constraints: critical\n                CA:FALSE\n")) << text;
  EXPECT_TRUE(has(text, "X509v3 Authority Key Identifier")) << text;
  EXPECT_EQ(verify(top.certificate, c, {"-verify_hostname", "broker.example"}), 0);
  EXPECT_EQ(verify(top.certificate, c, {"-verify_ip", "2001:db8::1"}), 0);
  EXPECT_NE(verify(top.certificate, c, {"-verify_hostname", "other.test"}), 0);
  EXPECT_NE(verify(root(KeyType::ec_p256).certificate, c, {}), 0);
}

TEST_F(Authority, EllipticServerKeyOnlySigns) {
  const auto top = root();
  const auto made = server(top, {{"broker.example"}, {}}, KeyType::ec_p384);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_TRUE(has(dump(made->certificate), "X509v3 Key Usage: critical\n                Digital Signature\n"));
  EXPECT_EQ(made->certificate.digest(), "SHA256");
  EXPECT_EQ(verify(top.certificate, made->certificate, {"-verify_hostname", "broker.example"}), 0);
}

TEST_F(Authority, ServerWithAddressesOnlyHasTheFirstAsItsName) {
  const auto made = server(root(), {{}, {"192.0.2.7"}});
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->certificate.common_name(), "192.0.2.7");
}

TEST_F(Authority, AddressAmongTheHostsKeepsItsPlaceAndCountsAsAnAddressToo) {
  const auto made = server(root(), {{"192.0.2.7", "broker.example"}, {"192.0.2.8"}});
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->certificate.common_name(), "192.0.2.7");
  EXPECT_EQ(made->certificate.dns_names(), (std::vector<std::string>{"192.0.2.7", "broker.example", "192.0.2.8"}));
  EXPECT_EQ(made->certificate.ip_addresses(), (std::vector<std::string>{"192.0.2.7", "192.0.2.8"}));
}

TEST_F(Authority, NameTooLongForACnLeavesTheSubjectEmptyAndTheSanCritical) {
  const auto top = root();
  const auto fits = std::string(56, 'a') + ".example";  // 64 bytes
  EXPECT_EQ(server(top, {{fits}, {}})->certificate.common_name(), fits);
  const auto host = "b" + fits;
  const auto made = server(top, {{host}, {}});
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->certificate.subject(), "");
  EXPECT_EQ(extension_names(made->certificate).back(), "2.5.29.17!");
  EXPECT_EQ(verify(top.certificate, made->certificate, {"-verify_hostname", host}), 0);
}

TEST_F(Authority, RefusesNamesThatCannotWorkAsAMistakeOnTheCommandLine) {
  const auto top = root();
  const struct {
    ServerNames names;
    std::string_view says;
  } cases[] = {{{{}, {}}, "at least one name"},
               {{{"host_name.example"}, {}}, "no host name"},
               {{{"ok.example", "mqtts://x"}, {}}, "\"mqtts://x\" is no host name"},
               {{{"a.example,DNS:evil.example"}, {}}, "no host name"},
               {{{std::string(300, 'a')}, {}}, "300 bytes"},
               {{{"a.example"}, {"1.2.3"}}, "no IP address"}};
  for (const auto& c : cases) {
    const auto made = server(top, c.names);
    ASSERT_FALSE(made) << c.says;
    EXPECT_EQ(made.error().code, Errc::usage);
    EXPECT_TRUE(has(made.error().what, c.says)) << made.error().what;
    EXPECT_FALSE(made.error().hint.empty());
  }
}

TEST_F(Authority, RefusesProjectNamesThatDoNotFitACertificate) {
  for (const std::string& name :
       {std::string(), std::string("  "), std::string(60, 'x'), std::string("a\nb"), std::string("\xff"),
        std::string("\xc0\xaf"), std::string("\xed\xa0\x80"), std::string("a\0b", 3)}) {
    const auto made = mint_root(root_profile, name, KeyType::ec_p256, days(10), world);
    ASSERT_FALSE(made) << visible(name);
    EXPECT_EQ(made.error().code, Errc::usage);
  }
  std::string umlauts;
  for (int i = 0; i < 59; ++i) umlauts += "\xc3\xa4";
  const auto made = mint_root(root_profile, umlauts, KeyType::ec_p256, days(10), world);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->certificate.common_name(), umlauts + " root");
}

// U+FFBE behind a 3 spells "+++" at one of base64's three alignments; so many of them spell it at all.
TEST_F(Authority, RefusesANameThatSpellsTheEndOfAnUploadWhereverItStands) {
  std::string name;
  for (int i = 0; i < 9; ++i) name += "3\xef\xbe\xbe";
  for (const auto key : {KeyType::ec_p256, KeyType::rsa_2048}) {
    const auto made = mint_root(root_profile, name, key, days(10), world);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::usage);
    EXPECT_TRUE(has(made.error().what, "+++")) << made.error().what;
    EXPECT_FALSE(made.error().hint.empty());
  }
  const auto device = mint_client(*profile::built_in("device"), name, KeyType::ec_p256, days(10), root(), world);
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().code, Errc::usage);
  for (const std::string pad : {"", "x", "xx"}) {
    const auto once = mint_root(root_profile, pad + "3\xef\xbe\xbe", KeyType::ec_p256, days(10), world);
    EXPECT_TRUE(once || once.error().code == Errc::usage);
    if (once) {
      EXPECT_FALSE(has(once->certificate.pem(), "+++"));
    }
  }
}

TEST_F(Authority, NameConstraintsAreNotCriticalAndOpenSslKeepsToThem) {
  root_profile.permitted_names = {"plant.example", "192.0.2.7", "2001:db8::7"};
  const auto top = root();
  EXPECT_TRUE(has(dump(top.certificate), "X509v3 Name Constraints: \n"));
  const auto names = extension_names(top.certificate);
  EXPECT_NE(std::find(names.begin(), names.end(), "2.5.29.30"), names.end()) << "not critical";
  const std::vector<std::pair<ServerNames, bool>> tried{
      {{{"broker.plant.example"}, {}}, true},
      {{{"plant.example"}, {"192.0.2.7"}}, true},
      {{{"plant.example"}, {"2001:db8::7"}}, true},
      {{{"Broker.PLANT.example"}, {}}, true},
      {{{"*.plant.example"}, {}}, true},
      {{{"elsewhere.example"}, {}}, false},
      {{{"broker.plant.example", "elsewhere.example"}, {}}, false},
      {{{"otherplant.example"}, {}}, false},
      {{{"plant.example"}, {"192.0.2.8"}}, false},
      {{{"plant.example"}, {"2001:db8::8"}}, false},
  };
  for (const auto& [names_of_server, inside] : tried) {
    const auto made = server(top, names_of_server);
    ASSERT_TRUE(made);
    SCOPED_TRACE(names_of_server.hosts.back() + (names_of_server.ips.empty() ? "" : " " + names_of_server.ips.back()));
    EXPECT_EQ(verify(top.certificate, made->certificate, {}) == 0, inside);
    const auto judged = refuse_what_lint_refuses(made->certificate, broker_profile, {top.certificate}, clock.now());
    EXPECT_EQ(static_cast<bool>(judged), inside);
    if (!judged) {
      EXPECT_TRUE(has(judged.error().what, "e_name_outside_constraints")) << judged.error().what;
    }
  }
}

TEST_F(Authority, NamesAlonePermitNoAddress) {
  root_profile.permitted_names = {"plant.example"};
  const auto top = root();
  for (const char* address : {"192.0.2.7", "2001:db8::7"}) {
    const auto made = server(top, {{"plant.example"}, {address}});
    ASSERT_TRUE(made);
    EXPECT_NE(verify(top.certificate, made->certificate, {}), 0) << address;
    const auto judged = refuse_what_lint_refuses(made->certificate, broker_profile, {top.certificate}, clock.now());
    ASSERT_FALSE(judged);
    EXPECT_TRUE(has(judged.error().what, address)) << judged.error().what;
  }
}

TEST_F(Authority, RefusesLifetimesThatAreNone) {
  const auto top = root();
  for (const auto lifetime : {days(0), days(-5), days(36501), days(4000000)}) {
    EXPECT_EQ(mint_root(root_profile, "T", KeyType::ec_p256, lifetime, world).error().code, Errc::usage);
    EXPECT_EQ(server(top, {{"a.example"}, {}}, KeyType::ec_p256, lifetime).error().code, Errc::usage);
  }
}

TEST_F(Authority, RootMayOutliveTheYear2049) {
  const auto made = root(KeyType::ec_p256, days(36500));
  EXPECT_EQ(rfc3339(made.certificate.not_after()), "2126-10-29T12:00:00Z");
}

TEST_F(Authority, ServerCertificateNeverOutlivesItsRoot) {
  const auto top = root(KeyType::ec_p256, days(100));
  const auto made = server(top, {{"a.example"}, {}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->certificate.not_after(), top.certificate.not_after());
}

TEST_F(Authority, WrongIssuersAreRefusedEachWithItsReason) {
  const auto top = root();
  const auto other = root();
  const auto leaf = server(top, {{"a.example"}, {}});
  ASSERT_TRUE(leaf);
  EXPECT_EQ(server(*leaf, {{"b.example"}, {}}).error().code, Errc::input);
  EXPECT_EQ(server({top.certificate, other.key}, {{"b.example"}, {}}).error().code, Errc::key);
  ManualClock late{top.certificate.not_after() + std::chrono::seconds(1)};
  EXPECT_TRUE(
      has(mint_server(broker_profile, {{"b.example"}, {}}, KeyType::ec_p256, days(1), top, {late, random}).error().what,
          "expired on 2036-11-19T12:00:00Z"));
  ManualClock early{top.certificate.not_before() - std::chrono::seconds(1)};
  EXPECT_TRUE(has(
      mint_server(broker_profile, {{"b.example"}, {}}, KeyType::ec_p256, days(1), top, {early, random}).error().hint,
      "clock"));
}

TEST_F(Authority, ProfilesAreNotMixedUp) {
  EXPECT_EQ(mint_root(broker_profile, "T", KeyType::ec_p256, days(1), world).error().code, Errc::input);
  EXPECT_EQ(mint_server(root_profile, {{"a.example"}, {}}, KeyType::ec_p256, days(1), root(), world).error().code,
            Errc::input);
}

TEST_F(Authority, TwinDiffersFromTheRootInKeyAndSerialOnly) {
  for (const auto key : {KeyType::rsa_2048, KeyType::ec_p256, KeyType::ec_p384}) {
    const auto top = root(key);
    const auto twin = mint_twin(top.certificate, world);
    ASSERT_TRUE(twin) << twin.error().what;
    EXPECT_EQ(twin->subject_der(), top.certificate.subject_der());
    EXPECT_EQ(twin->issuer_der(), top.certificate.issuer_der());
    EXPECT_EQ(twin->key(), top.certificate.key());
    EXPECT_EQ(twin->not_before(), top.certificate.not_before());
    EXPECT_EQ(twin->not_after(), top.certificate.not_after());
    EXPECT_EQ(twin->digest(), top.certificate.digest());
    EXPECT_NE(twin->serial(), top.certificate.serial());
    EXPECT_EQ(twin->serial().size(), top.certificate.serial().size());
    EXPECT_EQ(extension_names(*twin), extension_names(top.certificate));
    const auto ours = ossl::extensions_of(top.certificate);
    const auto its = ossl::extensions_of(*twin);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      SCOPED_TRACE(ours[i].name);
      EXPECT_EQ(*ours[i].der == *its[i].der, ours[i].name != "2.5.29.14");
    }
    EXPECT_TRUE(twin->signed_by(*twin));
    EXPECT_FALSE(twin->signed_by(top.certificate));
    EXPECT_FALSE(top.key.matches(*twin));
    const auto leaf = server(top, {{"a.example"}, {}});
    EXPECT_NE(verify(*twin, leaf->certificate, {}), 0);
    if (ossl::is_rsa(key)) {
      EXPECT_EQ(twin->der().size(), top.certificate.der().size());
    }
  }
}

TEST_F(Authority, TwinOfALeafIsRefused) {
  const auto leaf = server(root(), {{"a.example"}, {}});
  EXPECT_EQ(mint_twin(leaf->certificate, world).error().code, Errc::input);
}

TEST_F(Authority, SerialsArePositiveNeverZeroInFrontAndDiffer) {
  std::set<std::vector<std::byte>> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto serial = random_serial(random);
    ASSERT_EQ(serial.size(), 16U);
    ASSERT_NE(serial.front(), std::byte{0});
    ASSERT_LT(serial.front(), std::byte{0x80});
    seen.insert(serial);
  }
  EXPECT_EQ(seen.size(), 1000U);
  ConstantRandom zero{0}, ones{0xff};
  EXPECT_EQ(random_serial(zero).front(), std::byte{1});
  EXPECT_EQ(random_serial(ones).front(), std::byte{0x7f});
}

TEST_F(Authority, LedgerRowHoldsWhatIdentifiesTheCertificateAndNoKey) {
  const auto top = root();
  const auto leaf = server(top, {{"a.example"}, {}});
  const auto row = ledger_row(leaf->certificate, "server", "a.example");
  EXPECT_EQ(row.serial, leaf->certificate.serial());
  EXPECT_EQ(row.issuer, ossl::sha256_hex(top.certificate.subject_der()));
  EXPECT_EQ(row.kind, "server");
  EXPECT_EQ(row.name, "a.example");
  EXPECT_EQ(row.subject, "CN=a.example");
  EXPECT_EQ(row.sha256, leaf->certificate.sha256());
  EXPECT_EQ(row.not_before, leaf->certificate.not_before());
  EXPECT_EQ(row.not_after, leaf->certificate.not_after());
  EXPECT_EQ(row.pem, leaf->certificate.pem());
  EXPECT_FALSE(has(row.pem, "PRIVATE"));
}
