#include "verify/probe/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/file.hpp"
#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "verify/probe/leaf_key.hpp"
#include "verify/probe/tests/seeded_random.hpp"
#include "verify/probe/throw_away.hpp"

namespace epki::probe {
namespace {

using ossl::KeyType;
using std::chrono::days;

const Instant kNow = *parse_rfc3339("2026-11-22T12:00:00Z");

Material material(RandomSource& random, KeyType type = KeyType::ec_p256) {
  return {*mint_throw_away_root("U", type, kNow, random), *mint_throw_away_root("stranger", type, kNow, random), type,
          "probe.test", kNow};
}

bool inside(const ossl::Certificate& certificate, Instant at) {
  return certificate.not_before() <= at && at <= certificate.not_after();
}

// One in some three hundred would hold "+++".
TEST(ThrowAway, WhatIsUploadedNeverEndsItsOwnUpload) {
  SeededRandom random;
  for (int i = 0; i < 1500; ++i) {
    const auto root = mint_throw_away_root("U", KeyType::ec_p256, kNow, random);
    ASSERT_TRUE(root) << root.error().what;
    ASSERT_EQ(root->certificate.pem().find("+++"), std::string::npos) << "root " << i;
  }
  const auto m = material(random);
  for (int i = 0; i < 1500; ++i) {
    const auto own = mint_case("device_certificate", m, random);
    ASSERT_TRUE(own) << own.error().what;
    ASSERT_EQ(own->chain.front().pem().find("+++"), std::string::npos) << "device certificate " << i;
  }
}

// U+FFBE behind a 3 spells "+++" at one of base64's three alignments, and an issuer's name is in every certificate
// below it.
constexpr const char* kSpellsIt = "3\xef\xbe\xbe";

TEST(ThrowAway, AnIssuersNameThatSpellsItEndsNoUploadAndNoRun) {
  SeededRandom random;
  for (const std::string pad : {"", "x", "xx"}) {
    const auto root = mint_throw_away_root(pad + kSpellsIt, KeyType::ec_p256, kNow, random);
    ASSERT_TRUE(root) << root.error().what;
    for (const std::string longer : {"i", "is", "iss"}) {
      const auto below = mint_intermediate(longer, KeyType::ec_p256, *root, kNow, random);
      ASSERT_TRUE(below) << below.error().what;
      EXPECT_TRUE(can_be_uploaded(below->certificate.pem())) << pad << longer;
    }
  }
}

TEST(ThrowAway, ANameThatSpellsItAtEveryAlignmentIsAnErrorAndNoEndlessSearch) {
  SeededRandom random;
  std::string label;
  for (int i = 0; i < 9; ++i) label += kSpellsIt;
  const auto root = mint_throw_away_root(label, KeyType::ec_p256, kNow, random);
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().code, Errc::internal);
}

// What does not hold of a chain under a root; each case must break exactly one thing.
std::vector<std::string> defects(const Case& c, const ossl::Certificate& root) {
  std::vector<std::string> found;
  const auto& leaf = c.chain.front();
  auto path = c.chain;
  path.push_back(root);
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (path[i].issuer_der() != path[i + 1].subject_der()) {
      found.emplace_back("issuer");
    } else if (!path[i].signed_by(path[i + 1])) {
      found.emplace_back("signature");
    }
    if (i > 0 && !path[i].is_ca()) found.emplace_back("ca");
  }
  if (leaf.not_after() < kNow) found.emplace_back("expired");
  if (leaf.not_before() > kNow) found.emplace_back("not yet");
  if (leaf.dns_names() != std::vector<std::string>{"probe.test"}) found.emplace_back("host");
  const auto extensions = ossl::extensions_of(leaf);
  const auto usage = std::find_if(extensions.begin(), extensions.end(),
                                  [](const ossl::Extension& e) { return e.name == "2.5.29.37"; });
  // SEQUENCE of one OID: id-kp-serverAuth is 1.3.6.1.5.5.7.3.1.
  if (usage == extensions.end() || to_hex(*usage->der) != "300a06082b06010505070301") found.emplace_back("usage");
  return found;
}

TEST(Cases, EachHasExactlyItsOwnDefect) {
  SeededRandom random;
  const auto m = material(random);
  const std::vector<std::pair<std::string_view, std::vector<std::string>>> expected{
      {"ok_direct", {}},         {"ok_inter", {}},        {"unknown_direct", {"issuer"}}, {"unknown_inter", {"issuer"}},
      {"badsig", {"signature"}}, {"wronghost", {"host"}}, {"expired", {"expired"}},       {"notyet", {"not yet"}},
      {"eku_client", {"usage"}}};
  ASSERT_GT(case_ids().size(), expected.size());
  for (const auto& [id, wanted] : expected) {
    const auto made = mint_case(id, m, random);
    ASSERT_TRUE(made) << made.error().what;
    EXPECT_EQ(defects(*made, m.u.certificate), wanted) << id;
    EXPECT_EQ(made->id, id);
    EXPECT_FALSE(made->presented.empty() || made->because.empty()) << id;
    EXPECT_TRUE(made->key->matches(made->chain.front())) << id;
    EXPECT_EQ(made->chain.size(), id.ends_with("_inter") ? 2U : 1U) << id;
  }
}

TEST(Cases, TheUnknownOnesAreFaultlessUnderTheStranger) {
  SeededRandom random;
  const auto m = material(random);
  for (const auto* id : {"unknown_direct", "unknown_inter"}) {
    EXPECT_EQ(defects(*mint_case(id, m, random), m.stranger.certificate), std::vector<std::string>{}) << id;
  }
}

TEST(Cases, SayInTheirSubjectThatTheyAreThrowAway) {
  SeededRandom random;
  const auto m = material(random);
  EXPECT_NE(m.u.certificate.subject().find("O=ec200u-pki throw-away"), std::string::npos);
  EXPECT_NE(m.u.certificate.subject().find("OU=never for use"), std::string::npos);
  EXPECT_TRUE(m.u.certificate.common_name().starts_with("U "));
  EXPECT_NE(m.u.certificate.subject_der(), m.stranger.certificate.subject_der());
  EXPECT_TRUE(m.u.certificate.signed_by(m.u.certificate));
}

TEST(Cases, AreValidForSlowClocksAndNotForLong) {
  SeededRandom random;
  const auto m = material(random, KeyType::rsa_2048);
  const auto made = *mint_case("ok_inter", m, random);
  for (const auto& c : {made.chain[0], made.chain[1], m.u.certificate}) {
    EXPECT_TRUE(inside(c, kNow - days(9 * 365)));
    EXPECT_TRUE(inside(c, kNow + days(5)));
    EXPECT_FALSE(inside(c, kNow + days(8)));
    EXPECT_EQ(c.key(), "rsa-2048");
    EXPECT_EQ(c.serial().size(), 32U);
  }
  // A clock that is somewhat off still takes the one for expired and the other for not yet valid.
  EXPECT_FALSE(inside(mint_case("expired", m, random)->chain[0], kNow - days(300)));
  EXPECT_FALSE(inside(mint_case("notyet", m, random)->chain[0], kNow + days(2)));
}

TEST(Cases, AnAddressIsEnteredBothWays) {
  SeededRandom random;
  auto m = material(random);
  m.host = "127.0.0.1";
  const auto made = *mint_case("ok_direct", m, random);
  EXPECT_EQ(made.chain[0].dns_names(), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(made.chain[0].ip_addresses(), std::vector<std::string>{"127.0.0.1"});
}

TEST(Cases, AMisspeltIdIsAnsweredWithTheOneMeant) {
  SeededRandom random;
  const auto made = mint_case("badsign", material(random), random);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::input);
  EXPECT_EQ(made.error().hint, "did you mean badsig?");
}

struct KeyRow {
  KeyType type;
  LeafKey::Kind kind;
  std::size_t bytes;
};
class LeafKeyOf : public testing::TestWithParam<KeyRow> {};
TEST_P(LeafKeyOf, IsReadFromTheCertificateAndNeverFromAPartOfIt) {
  SeededRandom random;
  const auto der = mint_throw_away_root("key", GetParam().type, kNow, random)->certificate.der();
  const auto key = leaf_key(der);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->kind, GetParam().kind);
  EXPECT_EQ(key->bytes, GetParam().bytes);
  for (std::size_t n = 0; n < der.size(); ++n) {
    const std::vector<std::byte> cut(der.begin(), der.begin() + static_cast<std::ptrdiff_t>(n));
    EXPECT_FALSE(leaf_key(cut)) << n;
    auto changed = der;
    changed[n] ^= std::byte{0xff};
    static_cast<void>(leaf_key(changed));
  }
}
INSTANTIATE_TEST_SUITE_P(Types, LeafKeyOf,
                         testing::Values(KeyRow{KeyType::rsa_2048, LeafKey::Kind::rsa, 256},
                                         KeyRow{KeyType::rsa_3072, LeafKey::Kind::rsa, 384},
                                         KeyRow{KeyType::ec_p256, LeafKey::Kind::ecdsa, 32},
                                         KeyRow{KeyType::ec_p384, LeafKey::Kind::ecdsa, 48}));

// ---- genuine chains ----

class GenuineFile : public testing::Test {
 protected:
  GenuineFile() : folder_(std::move(*TemporaryFolder::make("genuine"))) {}

  // Leaf, intermediate, root, as `capture` would write them.
  ossl::Chain mint(std::vector<std::string> names) {
    const auto root = *mint_throw_away_root("public", KeyType::ec_p384, kNow, random_);
    const auto intermediate = *mint_intermediate("issuing", KeyType::rsa_2048, root, kNow, random_);
    const auto leaf = *mint_leaf({.key = KeyType::ec_p256, .names = std::move(names), .period = valid_at(kNow)},
                                 as_issuer(intermediate), random_);
    return {leaf.certificate, intermediate.certificate, root.certificate};
  }
  Result<Genuine> read(const ossl::Chain& chain) {
    std::string text;
    for (const auto& c : chain) text += c.pem();
    const auto path = folder_.path() / "chain.pem";
    EXPECT_TRUE(replace_file(path, text, 0644));
    return read_genuine(path.string());
  }
  void refused(const ossl::Chain& chain, std::string_view why) {
    const auto genuine = read(chain);
    ASSERT_FALSE(genuine) << why;
    EXPECT_EQ(genuine.error().code, Errc::input);
    EXPECT_NE(genuine.error().what.find(why), std::string::npos) << genuine.error().what;
    EXPECT_FALSE(genuine.error().hint.empty());
  }

  SeededRandom random_;
  TemporaryFolder folder_;
};

TEST_F(GenuineFile, IsReadLeafFirstRootLast) {
  const auto chain = mint({"www.example.org", "example.org"});
  const auto genuine = read(chain);
  ASSERT_TRUE(genuine) << genuine.error().what;
  EXPECT_EQ(genuine->host, "www.example.org");
  EXPECT_EQ(genuine->presented.size(), 2U);
  EXPECT_EQ(genuine->root.der(), chain[2].der());
}

TEST_F(GenuineFile, AWildcardIsDialledUnderANameItMatches) {
  EXPECT_EQ(read(mint({"*.example.org"}))->host, "probe.example.org");
}

TEST_F(GenuineFile, ANameThatWouldBreakAnAtCommandIsPassedOver) {
  EXPECT_EQ(read(mint({"a\"b.example.org", "x*.example.org", "good.example.org"}))->host, "good.example.org");
  refused(mint({"a b"}), "no name that can be dialled");
}

TEST_F(GenuineFile, WhatIsWrongWithTheOrderIsSaid) {
  const auto chain = mint({"www.example.org"});
  refused({chain[0], chain[1]}, "the root is missing: the last certificate was issued by");
  refused({chain[0]}, "the root is missing");
  refused({chain[2], chain[1], chain[0]}, "the first certificate is a root");
  refused({chain[1], chain[0], chain[2]}, "the first certificate is a CA");
  refused({chain[0], chain[2]}, "certificate 1 (");
  refused({chain[0], *ossl::with_flipped_signature_bit(chain[1]), chain[2]}, "is not signed by certificate 3");
  refused({chain[0], chain[1], *ossl::with_flipped_signature_bit(chain[2])}, "the root's own signature is wrong");
  refused({}, "chain.pem");
  EXPECT_EQ(read_genuine("/no/such/file").error().code, Errc::input);
}

TEST_F(GenuineFile, ItsControlsHaveItsShape) {
  const auto genuine = *read(mint({"*.example.org", "example.org"}));
  const auto u = *mint_throw_away_root("U", KeyType::ec_p256, kNow, random_);
  const auto unknown = *unknown_like(genuine, kNow, random_);
  const auto under = *keyless_under(u, genuine, kNow, random_);
  for (const auto& control : {unknown, under}) {
    EXPECT_FALSE(control.key);
    ASSERT_EQ(control.chain.size(), genuine.presented.size());
    for (std::size_t i = 0; i < control.chain.size(); ++i) {
      EXPECT_EQ(control.chain[i].key(), genuine.presented[i].key());
      EXPECT_EQ(control.chain[i].dns_names(), genuine.presented[i].dns_names());
      EXPECT_TRUE(inside(control.chain[i], kNow));
    }
    EXPECT_TRUE(control.chain[0].signed_by(control.chain[1]));
  }
  EXPECT_TRUE(under.chain[1].signed_by(u.certificate));
  EXPECT_FALSE(unknown.chain[1].signed_by(u.certificate));
  EXPECT_NE(unknown.chain[1].issuer_der(), genuine.root.subject_der());
}

TEST_F(GenuineFile, ItsTwinDiffersInOneByteOfTheRootsSignature) {
  const auto genuine = *read(mint({"www.example.org"}));
  const auto twin = *flipped_twin(genuine);
  ASSERT_EQ(twin.chain.size(), 2U);
  EXPECT_EQ(twin.chain[0].der(), genuine.presented[0].der());
  const auto& before = genuine.presented[1].der();
  const auto& after = twin.chain[1].der();
  ASSERT_EQ(after.size(), before.size());
  std::size_t differing = 0;
  for (std::size_t i = 0; i < after.size(); ++i) differing += after[i] != before[i] ? 1U : 0U;
  EXPECT_EQ(differing, 1U);
  EXPECT_FALSE(twin.chain[1].signed_by(genuine.root));
  EXPECT_EQ(twin.chain[1].issuer_der(), genuine.root.subject_der());
}

}  // namespace
}  // namespace epki::probe
