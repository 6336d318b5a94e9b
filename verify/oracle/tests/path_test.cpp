// What Botan says of each chain, against what was measured with Botan 2.19 on the same kinds of chain.
#include "chains.hpp"
#include "core/text.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/oracle/status.hpp"

namespace epki::oracle {
namespace {

struct Case {
  std::string name;
  std::string trusted;   ///< names, separated by spaces
  std::string chain;     ///< names, separated by spaces, leaf first
  std::string expected;  ///< "accept" or the first code
  std::string host = "probe.test";
  int in_days = 1;
};

std::string joined(const Chains& chains, const std::string& names) {
  std::string all;
  for (const auto name : split(names, ' '))
    if (!name.empty()) all += chains.pem(std::string(name));
  return all;
}

class PathTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    chains = new Chains;
    make_authorities();
    make_leaves();
  }
  static void TearDownTestSuite() { delete chains; }

  static void make_authorities() {
    chains->make("root", {"/CN=Root", "", ca_extensions});
    chains->make("other", {"/CN=Other Root", "", ca_extensions});
    chains->make("spoof", {"/CN=Root", "", ca_extensions});
    chains->make("inter", {"/CN=Inter", "root", ca_extensions + "authorityKeyIdentifier=keyid\n"});
    chains->make("inter_unknown", {"/CN=Inter", "other", ca_extensions + "authorityKeyIdentifier=keyid\n"});
    chains->make("inter_short", {"/CN=Inter Short", "root", ca_extensions, "ec", "sha256", 100});
    chains->make("inter_cafalse", {"/CN=Inter", "root", "basicConstraints=critical,CA:FALSE\n"});
    chains->make("inter_nobc", {"/CN=Inter", "root", "keyUsage=critical,keyCertSign\n"});
    chains->make("inter_nokcs", {"/CN=Inter", "root", "basicConstraints=critical,CA:TRUE\nkeyUsage=cRLSign\n"});
    const std::string no_path = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n";
    chains->make("root_pathlen0", {"/CN=Root", "", no_path});
    chains->make("inter_under_pathlen0", {"/CN=Inter", "root_pathlen0", ca_extensions});
    chains->make("root_nobc", {"/CN=Root", "", "subjectKeyIdentifier=hash\n"});
    chains->make("root_cafalse", {"/CN=Root", "", "basicConstraints=critical,CA:FALSE\n"});
    chains->make("root_nokcs", {"/CN=Root", "", "basicConstraints=critical,CA:TRUE\nkeyUsage=cRLSign\n"});
    chains->make("root_noku", {"/CN=Root", "", "basicConstraints=critical,CA:TRUE\n"});
    chains->make("root_crit", {"/CN=Root", "", ca_extensions + "1.2.3.4=critical,DER:0500\n"});
    chains->make("root_weak", {"/CN=Root", "", ca_extensions, "1024"});
    chains->make("root_rsa", {"/CN=Root", "", ca_extensions, "2048"});
  }

  static void make_leaves() {
    const auto leaf = [](const std::string& name, const std::string& issuer, const std::string& extensions) {
      chains->make(name, {"/CN=probe.test", issuer, extensions});
    };
    for (const auto* issuer : {"root", "other", "inter", "inter_unknown", "inter_short", "inter_cafalse", "inter_nobc",
                               "inter_nokcs", "root_pathlen0", "inter_under_pathlen0", "root_nobc", "root_cafalse",
                               "root_nokcs", "root_noku", "root_crit", "root_weak", "root_rsa"})
      leaf(std::string("leaf_") + issuer, issuer, leaf_extensions());
    const std::string plain = "subjectAltName=DNS:probe.test\n";
    leaf("badsig", "spoof", "extendedKeyUsage=serverAuth\n" + plain + "authorityKeyIdentifier=none\n");
    leaf("aki_bad", "spoof", leaf_extensions());
    leaf("wronghost", "root", leaf_extensions("DNS:other.test"));
    leaf("cn_only", "root", leaf_extensions(""));
    leaf("wildcard", "root", leaf_extensions("DNS:*.test"));
    leaf("wildcard2", "root", leaf_extensions("DNS:*.probe.test"));
    leaf("upper", "root", leaf_extensions("DNS:PROBE.TEST"));
    leaf("ip", "root", leaf_extensions("IP:127.0.0.1,IP:::1"));
    leaf("dns_ip", "root", leaf_extensions("DNS:127.0.0.1"));
    leaf("eku_client", "root", "extendedKeyUsage=clientAuth\n" + plain);
    leaf("eku_any", "root", "extendedKeyUsage=anyExtendedKeyUsage\n" + plain);
    leaf("eku_none", "root", plain);
    leaf("ku_nodsig", "root_rsa", "keyUsage=keyEncipherment\n" + plain);
    leaf("is_ca", "root", "basicConstraints=critical,CA:TRUE\nkeyUsage=digitalSignature,keyCertSign\n" + plain);
    leaf("crit_unknown", "root", plain + "1.2.3.4=critical,DER:0500\n");
    leaf("selfsigned", "", leaf_extensions());
    chains->make("short", {"/CN=probe.test", "root", leaf_extensions(), "ec", "sha256", 10});
    chains->make("sha1", {"/CN=probe.test", "root", leaf_extensions(), "ec", "sha1"});
    chains->make("weak_leaf", {"/CN=probe.test", "root", leaf_extensions(), "1024"});
  }

  static Instant in_days(int days) {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + std::chrono::hours(24 * days);
  }

  static Opinion ask(const Case& c) {
    Question question{{}, joined(*chains, c.chain), c.host, in_days(c.in_days)};
    for (const auto name : split(c.trusted, ' '))
      if (!name.empty()) question.trusted_pem.push_back(chains->pem(std::string(name)));
    return judge_here(question);
  }

  static inline Chains* chains = nullptr;
};

TEST_F(PathTest, SaysOfEveryKindOfChainWhatWasMeasured) {
  const Case cases[] = {
      {"ok_direct", "root", "leaf_root", "accept"},
      {"ok_inter", "root", "leaf_inter inter", "accept"},
      {"ok_rootsent", "root", "leaf_inter inter root", "accept"},
      {"several trusted", "other root", "leaf_root", "accept"},
      {"unknown_direct", "root", "leaf_other", "CERT_ISSUER_NOT_FOUND"},
      {"unknown_rootsent", "root", "leaf_other other", "CANNOT_ESTABLISH_TRUST"},
      {"unknown_inter", "root", "leaf_inter_unknown inter_unknown", "CERT_ISSUER_NOT_FOUND"},
      {"nothing trusted", "", "leaf_root", "CERT_ISSUER_NOT_FOUND"},
      {"missing_inter", "root", "leaf_inter", "CERT_ISSUER_NOT_FOUND"},
      {"expired", "root", "short", "CERT_HAS_EXPIRED", "probe.test", 11},
      {"inter_expired", "root", "leaf_inter_short inter_short", "CERT_HAS_EXPIRED", "probe.test", 101},
      {"root_expired", "root", "leaf_root", "CERT_HAS_EXPIRED", "probe.test", 1001},
      {"notyet", "root", "leaf_root", "CERT_NOT_YET_VALID", "probe.test", -1},
      {"wronghost", "root", "wronghost", "CERT_NAME_NOMATCH"},
      {"no host asked", "root", "wronghost", "accept", ""},
      {"cn_only", "root", "cn_only", "accept"},
      {"wildcard", "root", "wildcard", "CERT_NAME_NOMATCH"},
      {"wildcard2", "root", "wildcard2", "accept", "a.probe.test"},
      {"san_upper", "root", "upper", "accept"},
      {"san_ip", "root", "ip", "accept", "127.0.0.1"},
      {"another ip", "root", "ip", "CERT_NAME_NOMATCH", "127.0.0.2"},
      {"san_dns_ip", "root", "dns_ip", "CERT_NAME_NOMATCH", "127.0.0.1"},
      {"eku_client", "root", "eku_client", "INVALID_USAGE"},
      {"eku_any", "root", "eku_any", "INVALID_USAGE"},
      {"eku_none", "root", "eku_none", "accept"},
      {"ku_nodsig", "root_rsa", "ku_nodsig", "accept"},
      {"leaf_is_ca", "root", "is_ca", "accept"},
      {"sha1", "root", "sha1", "UNTRUSTED_HASH"},
      {"crit_unknown", "root", "crit_unknown", "UNKNOWN_CRITICAL_EXTENSION"},
      {"badsig", "root", "badsig", "SIGNATURE_ERROR"},
      {"aki_bad", "root", "aki_bad", "CERT_ISSUER_NOT_FOUND"},
      {"selfsigned_leaf", "root", "selfsigned", "CANNOT_ESTABLISH_TRUST"},
      {"selfsigned_leaf_up", "selfsigned", "selfsigned", "CANNOT_ESTABLISH_TRUST"},
      {"leaf_pinned", "leaf_root", "leaf_root", "CERT_ISSUER_NOT_FOUND"},
      {"inter_as_anchor", "inter", "leaf_inter", "CERT_ISSUER_NOT_FOUND"},
      {"inter_as_anchor_sent", "inter", "leaf_inter inter", "CERT_ISSUER_NOT_FOUND"},
      {"inter_cafalse", "root", "leaf_inter_cafalse inter_cafalse", "CA_CERT_NOT_FOR_CERT_ISSUER"},
      {"inter_nobc", "root", "leaf_inter_nobc inter_nobc", "CA_CERT_NOT_FOR_CERT_ISSUER"},
      {"inter_nokcs", "root", "leaf_inter_nokcs inter_nokcs", "CA_CERT_NOT_FOR_CERT_ISSUER"},
      {"pathlen0_ok", "root_pathlen0", "leaf_root_pathlen0", "accept"},
      {"pathlen0_viol_root", "root_pathlen0", "leaf_inter_under_pathlen0 inter_under_pathlen0", "CERT_CHAIN_TOO_LONG"},
      {"root_nobc", "root_nobc", "leaf_root_nobc", "CA_CERT_NOT_FOR_CERT_ISSUER"},
      {"root_cafalse", "root_cafalse", "leaf_root_cafalse", "CA_CERT_NOT_FOR_CERT_ISSUER"},
      {"root_nokcs", "root_nokcs", "leaf_root_nokcs", "CA_CERT_NOT_FOR_CERT_ISSUER"},
      {"root_noku", "root_noku", "leaf_root_noku", "accept"},
      {"root_crit", "root_crit", "leaf_root_crit", "UNKNOWN_CRITICAL_EXTENSION"},
      {"rootkey_rsa1024", "root_weak", "leaf_root_weak", "SIGNATURE_METHOD_TOO_WEAK"},
      {"leafkey_rsa1024", "root", "weak_leaf", "accept"},
      {"extra_certs", "root", "leaf_inter other inter", "accept"},
      {"dup_certs", "root", "leaf_inter inter inter", "accept"},
      {"cross_bad_first", "root", "leaf_inter inter_unknown inter", "accept"},
      {"two_same_dn", "spoof root", "leaf_root", "accept"},
  };
  for (const auto& c : cases) {
    const auto opinion = ask(c);
    const auto said = opinion.verdict == Verdict::reject && !opinion.codes.empty() ? opinion.codes.front()
                                                                                   : std::string(word(opinion.verdict));
    EXPECT_EQ(said, c.expected) << c.name << ": " << opinion.reason;
    EXPECT_FALSE(opinion.reason.empty()) << c.name;
  }
}

TEST_F(PathTest, AllFaultsAreListedTheGravestFirst) {
  const auto opinion = ask({"", "root", "eku_client", "", "elsewhere.test", 1001});
  EXPECT_EQ(opinion.codes, (std::vector<std::string>{"CERT_NAME_NOMATCH", "CERT_HAS_EXPIRED", "INVALID_USAGE"}))
      << opinion.reason;
}

TEST_F(PathTest, AnIPv6NameIsBeyondBotanUnlessTheChainIsBadAnyway) {
  EXPECT_EQ(ask({"", "root", "ip", "", "::1"}).verdict, Verdict::undecided);
  EXPECT_EQ(ask({"", "other", "ip", "", "::1"}).verdict, Verdict::reject);
}

TEST_F(PathTest, WhatDoesNotParseIsRefused) {
  auto good = chains->pem("leaf_root");
  auto bad = good;
  bad[bad.size() / 2] = '!';
  const auto at = in_days(1);
  const auto root = chains->pem("root");
  const auto code = [](const Opinion& opinion) {
    return opinion.verdict == Verdict::reject && opinion.codes.size() == 1 ? opinion.codes[0] : opinion.reason;
  };
  EXPECT_EQ(code(judge_here({{root}, bad, "", at})), "CHAIN_NOT_PARSED");
  EXPECT_EQ(code(judge_here({{root}, good + bad, "", at})), "CHAIN_NOT_PARSED");
  EXPECT_EQ(code(judge_here({{root}, good.substr(0, good.size() / 2), "", at})), "CHAIN_NOT_PARSED");
  EXPECT_EQ(code(judge_here({{root}, "", "", at})), "CHAIN_EMPTY");
  EXPECT_EQ(code(judge_here({{root}, std::string("no\0certificate\xff", 15), "", at})), "CHAIN_EMPTY");
  EXPECT_EQ(code(judge_here({{root}, std::string("0\x82\x01\x00 junk", 9), "", at})), "CHAIN_NOT_PARSED");
  EXPECT_EQ(code(judge_here({{bad}, good, "", at})), "TRUSTED_NOT_PARSED");
  EXPECT_EQ(code(judge_here({{root, "junk"}, good, "", at})), "TRUSTED_NOT_PARSED");
  EXPECT_EQ(judge_here({{"", root}, good, "", at}).verdict, Verdict::accept) << "an empty file trusts nobody";
}

TEST_F(PathTest, TextAndKeysAroundCertificatesAreNoMatter) {
  const auto at = in_days(1);
  const auto bundle = "0 subject: leaf\n" + chains->pem("leaf_inter") +
                      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n\r\n" + chains->pem("inter");
  EXPECT_EQ(judge_here({{chains->pem("other") + chains->pem("root")}, bundle, "probe.test", at}).verdict,
            Verdict::accept);
}

TEST_F(PathTest, MoreThanEightOfOneSubjectAreNotTried) {
  std::string many = chains->pem("leaf_root");
  for (int i = 0; i < 9; ++i) {
    const auto name = "same" + std::to_string(i);
    chains->make(name, {i % 2 == 0 ? "/CN=Same" : "/CN=same", "", ca_extensions});
    many += chains->pem(name);
    const auto opinion = judge_here({{chains->pem("root")}, many, "probe.test", in_days(1)});
    EXPECT_EQ(opinion.verdict, i < 8 ? Verdict::accept : Verdict::undecided) << i << ": " << opinion.reason;
  }
}

TEST(Status, KnowsBotansNamesAndKeepsUnknownNumbers) {
  EXPECT_EQ(status_name(3000), "CERT_ISSUER_NOT_FOUND");
  EXPECT_EQ(status_name(4999), "4999");
}

}  // namespace
}  // namespace epki::oracle
