// Every trust case against the three libraries: that each says what its file states, that the mark is true, and that
// the oracle's known differences are exactly those listed.
#include <gtest/gtest.h>

#include <time.h>

#include <algorithm>
#include <map>

#include "core/clock.hpp"
#include "core/toml.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/probe/case_file.hpp"
#include "verify/probe/ladder.hpp"
#include "verify/probe/tests/ask.hpp"
#include "verify/probe/tests/seeded_random.hpp"

namespace epki::probe {
namespace testing {

bool botan_accepts(const Asked& asked) {
  std::string chain;
  for (const auto& one : asked.chain) chain += one.pem();
  return oracle::judge_here({{asked.bound.pem()}, chain, asked.host, SystemClock().now()}).verdict ==
         oracle::Verdict::accept;
}

}  // namespace testing

namespace {

using testing::Asked;

struct Verdicts {
  bool openssl, mbedtls, botan;
  bool operator==(const Verdicts&) const = default;
  bool agree() const { return openssl == mbedtls && mbedtls == botan; }
};

std::ostream& operator<<(std::ostream& out, const Verdicts& verdicts) {
  const auto word = [](bool accepts) { return accepts ? "accept" : "reject"; };
  return out << "openssl = " << word(verdicts.openssl) << ", mbedtls = " << word(verdicts.mbedtls)
             << ", botan = " << word(verdicts.botan);
}

/// Each case, minted once, and what the libraries say.
const std::map<std::string, Verdicts>& measured() {
  static const auto all = [] {
    std::map<std::string, Verdicts> found;
    SeededRandom random;
    const Instant now = SystemClock().now();
    const auto type = ossl::KeyType::rsa_2048;
    const Material material{*mint_throw_away_root("U", type, now, random),
                            *mint_throw_away_root("stranger", type, now, random), type, "probe.test", now};
    auto files = case_files();
    if (!files) {
      ADD_FAILURE() << files.error().what;
      return found;
    }
    for (const auto& file : **files) {
      auto made = mint_case(file.id, material, random);
      if (!made) {
        ADD_FAILURE() << file.id << ": " << made.error().what;
        continue;
      }
      const Asked asked{made->bind.value_or(material.u.certificate), made->chain, material.host};
      found.emplace(file.id, Verdicts{openssl_accepts(asked), mbedtls_accepts(asked), botan_accepts(asked)});
    }
    return found;
  }();
  return all;
}

TEST(ThreeLibraries, SayWhatEachCaseStates) {
  auto files = case_files();
  ASSERT_TRUE(files) << files.error().what;
  for (const auto& file : **files) {
    const auto found = measured().find(file.id);
    ASSERT_NE(found, measured().end()) << file.id;
    EXPECT_EQ(found->second, (Verdicts{file.openssl, file.mbedtls, file.botan}))
        << "verify/probe/cases/" << file.id << ".toml states something else than this build's libraries say";
  }
}

TEST(ThreeLibraries, MakeTheMarkTrue) {
  auto files = case_files();
  ASSERT_TRUE(files) << files.error().what;
  for (const auto& file : **files) {
    const bool agree = measured().at(file.id).agree();
    EXPECT_EQ(agree, file.mark != Mark::fingerprint)
        << "verify/probe/cases/" << file.id
        << ".toml: evidence is what the three agree on, a fingerprint what they do not";
  }
}

/// The processor's time of this thread for one look at the chain, the least of three.
double cost_of(const Asked& asked, std::uint32_t flags) {
  double least = 0;
  for (int i = 0; i < 3; ++i) {
    timespec from{}, to{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    EXPECT_EQ(testing::mbedtls_flags(asked), flags);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    const double cost =
        static_cast<double>(to.tv_sec - from.tv_sec) * 1e9 + static_cast<double>(to.tv_nsec - from.tv_nsec);
    least = i == 0 ? cost : std::min(least, cost);
  }
  return least;
}

// What the timing ladder rests on: the same answer, and one check of the root's signature a rung.
TEST(Ladder, CostsAClientThatKnowsTheRootOneCheckARung) {
  SeededRandom random;
  const Instant now = SystemClock().now();
  for (const auto& [type, times] : {std::pair(ossl::KeyType::rsa_2048, 1.5), std::pair(ossl::KeyType::ec_p384, 4.0)}) {
    const auto root = *mint_throw_away_root("R", type, now, random);
    const auto all = mint_ladder({root.certificate, type, most_rungs, "probe.test", now}, random);
    const auto none = mint_ladder({root.certificate, type, 0, "probe.test", now}, random);
    ASSERT_TRUE(all) << all.error().what;
    ASSERT_TRUE(none) << none.error().what;
    const auto asked = [&](const Case& card) { return Asked{root.certificate, card.chain, "probe.test"}; };
    constexpr std::uint32_t not_trusted = 0x08;  // MBEDTLS_X509_BADCERT_NOT_TRUSTED: alert 48 (trust probing, 3)
    const double unknown = cost_of(asked(all->unknown), not_trusted), known = cost_of(asked(all->known), not_trusted);
    const double single = cost_of(asked(none->known), not_trusted);
    EXPECT_GT(known, times * unknown) << word(type) << ": " << known << " and " << unknown << " ns";
    EXPECT_GT(known, times * single) << word(type) << ": " << known << " and " << single << " ns";
  }
}

TEST(Oracle, DiffersExactlyWhereItsListSays) {
  auto list = TomlReader::read(EPKI_SOURCE_DIR "/verify/oracle/known-differences.toml");
  ASSERT_TRUE(list) << list.error().what;
  std::map<std::string, std::string> reasons;
  for (auto& entry : list->tables("difference")) {
    std::string id, reason;
    entry.text("case", id);
    entry.text("reason", reason);
    EXPECT_FALSE(reason.empty()) << id;
    EXPECT_TRUE(reasons.emplace(id, reason).second) << id << " is listed twice";
  }
  const auto read = list->finish();
  ASSERT_TRUE(read) << read.error().what;
  for (const auto& [id, verdicts] : measured()) {
    const bool differs = verdicts.botan != verdicts.mbedtls || verdicts.botan != verdicts.openssl;
    EXPECT_EQ(differs, reasons.contains(id)) << id << ": " << verdicts << (differs ? "; not in" : "; a stale entry of")
                                             << " verify/oracle/known-differences.toml";
    reasons.erase(id);
  }
  for (const auto& [id, reason] : reasons)
    ADD_FAILURE() << "known-differences.toml lists " << id << ", which is no case";
}

}  // namespace
}  // namespace epki::probe
