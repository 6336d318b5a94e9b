#include "verify/probe/ladder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "verify/probe/answer_delay.hpp"
#include "verify/probe/tests/seeded_random.hpp"
#include "verify/probe/throw_away.hpp"

namespace epki::probe {
namespace {

using ossl::KeyType;
using std::chrono::microseconds;

const Instant kToday = *parse_rfc3339("2026-11-22T12:00:00Z");

std::size_t size_of(const ossl::Chain& chain) {
  std::size_t size = 0;
  for (const auto& one : chain) size += one.der().size();
  return size;
}

class LadderOf : public testing::TestWithParam<KeyType> {};

TEST_P(LadderOf, TwoKindsDifferInTheNameAlone) {
  SeededRandom random;
  const auto root = *mint_throw_away_root("R", GetParam(), kToday, random);
  const auto made = mint_ladder({root.certificate, GetParam(), most_rungs, "probe.test", kToday}, random);
  ASSERT_TRUE(made) << made.error().what;
  const auto &known = made->known.chain, &unknown = made->unknown.chain;
  ASSERT_EQ(known.size(), 9U);
  ASSERT_EQ(unknown.size(), 9U);
  const auto name = root.certificate.subject_der(), like = unknown.front().issuer_der();
  EXPECT_NE(name, like);
  EXPECT_EQ(name.size(), like.size());
  std::set<std::string> serials;
  for (std::size_t i = 0; i < known.size(); ++i) {
    EXPECT_EQ(known[i].issuer_der(), name) << i;
    EXPECT_EQ(unknown[i].issuer_der(), like) << i;
    EXPECT_EQ(known[i].der().size(), unknown[i].der().size()) << i;
    EXPECT_FALSE(known[i].signed_by(root.certificate)) << i;
    EXPECT_EQ(known[i].is_ca(), i > 0);
    EXPECT_EQ(known[i].self_issued(), i > 0);
    if (i > 0) {
      EXPECT_NE(known[i].key().starts_with("rsa"), is_rsa(GetParam())) << "rungs must not check one another";
    }
    serials.insert(known[i].serial());
    serials.insert(unknown[i].serial());
  }
  EXPECT_EQ(serials.size(), 18U);
  EXPECT_EQ(known.front().dns_names(), std::vector<std::string>{"probe.test"});
  EXPECT_FALSE(made->known.key);
  RecordProperty("bytes", static_cast<int>(size_of(known)));
}

INSTANTIATE_TEST_SUITE_P(RootKeys, LadderOf, testing::Values(KeyType::rsa_2048, KeyType::ec_p256, KeyType::ec_p384),
                         [](const auto& shown) {
                           std::string name(word(shown.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// A root's name may be in PrintableString, without key identifiers, and with a country that must stay one.
TEST(Ladder, BearsTheRootsNameByteForByte) {
  SeededRandom random;
  // C=XY, O=Example Trust as PrintableString (X.690, 8.9 to 8.11).
  const auto name = *from_hex("3025310b300906035504061302585931163014060355040a130d4578616d706c65205472757374");
  ossl::CertificateSpec spec;
  spec.subject_der = name;
  spec.serial = random_serial(random);
  spec.not_before = kToday;
  spec.not_after = kToday + std::chrono::days(1);
  const auto key = *ossl::PrivateKey::generate(KeyType::ec_p256);
  const auto root = ossl::build(spec, key, {std::nullopt, key});
  ASSERT_TRUE(root) << root.error().what;
  const auto made = mint_ladder({*root, KeyType::ec_p256, 2, "probe.test", kToday}, random);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->known.chain.size(), 3U);
  EXPECT_EQ(made->known.chain.back().subject_der(), name);
  const auto like = to_hex(made->unknown.chain.back().subject_der());
  EXPECT_EQ(like.substr(0, 52), to_hex(name).substr(0, 52)) << "the country and every tag stay";
  EXPECT_NE(like, to_hex(name));
}

TEST(Ladder, ANameOfTwoLettersHasNoLikeness) {
  SeededRandom random;
  ossl::CertificateSpec spec;
  spec.subject = {{"C", "XY"}};
  spec.serial = random_serial(random);
  spec.not_before = kToday;
  spec.not_after = kToday + std::chrono::days(1);
  const auto key = *ossl::PrivateKey::generate(KeyType::ec_p256);
  const auto made =
      mint_ladder({*ossl::build(spec, key, {std::nullopt, key}), KeyType::ec_p256, 2, "probe.test", kToday}, random);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("too few letters"), std::string::npos) << made.error().what;
}

ossl::WireTap tap(const std::vector<std::pair<bool, int>>& pieces) {
  ossl::WireTap made;
  made.of_the_attempt = true;
  for (const auto& [from_peer, after] : pieces) {
    made.take(from_peer, "x");
    made.pieces.back().after = microseconds(after);
  }
  return made;
}

TEST(AnswerDelay, IsFromTheLastOfTheFlightToTheAlert) {
  constexpr bool peer = true, server = false;
  const auto whole = tap({{peer, 10}, {server, 20}, {server, 25}, {peer, 125}, {peer, 130}});
  auto stray = tap({{peer, 1}, {server, 2}, {peer, 3}});
  stray.of_the_attempt = false;
  EXPECT_EQ(answer_delay({stray, whole}), microseconds(100));
  EXPECT_EQ(answer_delay({stray}), std::nullopt);
  EXPECT_EQ(answer_delay({tap({{peer, 10}, {server, 20}})}), std::nullopt) << "no answer";
  EXPECT_EQ(answer_delay({tap({{peer, 10}})}), std::nullopt) << "no flight";
  EXPECT_EQ(answer_delay({tap({{peer, 1}, {server, 2}, {peer, 3}, {server, 4}})}), std::nullopt)
      << "the responder had the last word";
  auto cut = whole;
  cut.cut = true;
  EXPECT_EQ(answer_delay({cut}), std::nullopt);
}

}  // namespace
}  // namespace epki::probe
