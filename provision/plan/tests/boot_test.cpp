// The boot sequence in its three forms, and the settings they share.

#include "provision/plan/boot.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::plan {
namespace {

BootSequence example() {
  BootFacts facts{.model = "EC200U",
                  .firmware = "EC200UCNAAR03A03M08",
                  .files = {{FileRole::ca, "cacert_0123456789ab.pem",
                             "0123456789ab0123456789ab0123456789ab0123456789ab0123456789ab0123"}},
                  .apn = "internet",
                  .ntp_server = "pool.ntp.org",
                  .minimum_year = 2026,
                  .host = "broker.example",
                  .port = 8883,
                  .settings = ssl_settings("cacert_0123456789ab.pem")};
  return boot_sequence(facts);
}

::testing::AssertionResult matches_golden(const std::string& name, const std::string& actual) {
  const std::filesystem::path golden = std::filesystem::path(EPKI_SOURCE_DIR) / "provision/plan/tests/golden" / name;
  if (std::getenv("EPKI_REGOLD") != nullptr) {
    const auto written = replace_file(golden, actual, 0644);
    if (!written) return ::testing::AssertionFailure() << written.error().what;
  }
  const auto expected = read_file(golden);
  if (expected && *expected == actual) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << golden << " differs\n--- expected\n"
                                       << (expected ? *expected : expected.error().what) << "\n--- actual\n"
                                       << actual << "\n--- if the new text is right: EPKI_REGOLD=1 plan_test";
}

TEST(BootSequence, IsWrittenAsText) {
  EXPECT_TRUE(matches_golden("boot.txt", boot_text(example())));
}

TEST(BootSequence, IsWrittenAsACHeader) {
  EXPECT_TRUE(matches_golden("boot.h", boot_c_header(example())));
}

TEST(BootSequence, IsWrittenAsJson) {
  EXPECT_TRUE(matches_golden("boot.json", boot_json(example()).dump() + "\n"));
}

TEST(BootSequence, IsWrittenAsAScript) {
  EXPECT_TRUE(matches_golden("boot.script", boot_script(example())));
}

TEST(BootSequence, ComesBackFromJson) {
  auto sequence = example();
  sequence.steps.back().fallback = ClockFallback::hold;
  const auto again = boot_from_json(boot_json(sequence));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(boot_json(*again).dump(), boot_json(sequence).dump());
  EXPECT_FALSE(boot_from_json(Json::object({{"schema", "ec200u-pki/provision/1"}})));
}

TEST(BootSequence, CompilesAsC99AndAsCpp) {
  auto hostile = example();
  hostile.firmware = "R03*/A03\"\\\n";
  hostile.host = "a\"b\\c";
  hostile.steps.push_back({.send = "AT+X=\"\\\"", .limit = std::chrono::seconds(1)});
  const auto folder = TemporaryFolder::make("boot-header");
  ASSERT_TRUE(folder);
  int number = 0;
  auto mutual = example();
  mutual.files.push_back({FileRole::client_certificate, "clientcert_0123456789ab.pem", "01"});
  mutual.files.push_back({FileRole::client_key, "clientkey_0123456789ab.pem", "02"});
  for (const auto& sequence : {example(), hostile, mutual}) {
    const auto stem = folder->path() / ("use" + std::to_string(number++));
    const std::string use = boot_c_header(sequence) +
                            "\nint main(void) {\n  unsigned long total = 0;\n  unsigned i;\n"
                            "  for (i = 0; i < EC200U_BOOT_STEPS; ++i) total += ec200u_boot[i].limit_ms;\n"
                            "  return total > 0 && EC200U_BOOT_OPEN[0] == 'A' ? 0 : 1;\n}\n";
    const auto c = stem.string() + ".c";
    const auto cpp = stem.string() + ".cpp";
    ASSERT_TRUE(write_new_file(c, use, 0600));
    ASSERT_TRUE(write_new_file(cpp, use, 0600));
    const std::array<std::vector<std::string>, 2> compilers{
        {{"cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", c},
         {"c++", "-std=c++11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", cpp}}};
    for (const auto& argv : compilers) {
      auto compiler = Child::start({.argv = argv});
      ASSERT_TRUE(compiler) << compiler.error().what;
      EXPECT_EQ(compiler->wait(after(std::chrono::seconds(60))), 0) << argv.front() << "\n" << use;
    }
  }
}

TEST(BootSequence, NeverIgnoresTheClockAndGatesOnIt) {
  const auto sequence = example();
  EXPECT_EQ(sequence.steps.front().expect, "RDY");
  EXPECT_EQ(sequence.steps.back().kind, BootStep::Kind::clock);
  EXPECT_EQ(sequence.steps.back().year, 2026);
  for (const auto& step : sequence.steps) EXPECT_FALSE(step.send.starts_with("AT+QSSLCFG=\"ignorelocaltime\",1,1"));
}

TEST(BootStem, NamesTheFirmwareAndIsSafeAsAFileName) {
  auto sequence = example();
  EXPECT_EQ(boot_stem(sequence), "ec200u-boot-EC200UCNAAR03A03M08");
  sequence.firmware = "../x y";
  EXPECT_EQ(boot_stem(sequence), "ec200u-boot-___x_y");
  EXPECT_EQ(boot_stem(sequence, "861234567890123"), "ec200u-boot-___x_y-861234567890123");
}

TEST(Settings, HaveOneCanonicalTextWhateverTheOrderAndTheFile) {
  auto shuffled = ssl_settings("cacert_0123456789ab.pem");
  std::swap(shuffled.front(), shuffled.back());
  EXPECT_EQ(settings_key(shuffled), settings_key(ssl_settings("")));
  EXPECT_EQ(settings_key(ssl_settings("")),
            "ciphersuite=0xffff closetimemode=0 ignorecertitem=0 ignoreinvalidcertsign=0 ignorelocaltime=0 "
            "ignoremulticertchainverify=0 seclevel=1 session_cache=0 sni=1 sslversion=3");
}

TEST(Settings, NameFilesByTheirContent) {
  EXPECT_EQ(file_name_for("abc"), "cacert_ba7816bf8f01.pem");  // FIPS 180-4, SHA-256 of "abc"
  EXPECT_TRUE(has_our_form("cacert_ba7816bf8f01.pem"));
  for (const char* other : {"cacert_BA7816BF8F01.pem", "cacert_ba7816bf8f0.pem", "cacert_ba7816bf8f01.pem2", "root.pem",
                            "cacert_ba7816bf8g01.pem", ""})
    EXPECT_FALSE(has_our_form(other)) << other;
  EXPECT_EQ(path_of("UFS:a.pem"), "UFS:a.pem");
  EXPECT_EQ(name_in("\"ufs:a.pem\""), "a.pem");
}

}  // namespace
}  // namespace epki::plan
