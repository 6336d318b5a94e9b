#pragma once
// A project, a ledger and a strict fake modem, ready for a run.

#include "provision/plan/provision.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "core/file.hpp"
#include "core/tests/seeded_random.hpp"
#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/key.hpp"
#include "provision/plan/run.hpp"
#include "provision/plan/tests/fake_modem.hpp"

namespace epki::plan::testing {

inline constexpr const char* address = "192.0.2.7";  // RFC 5737
inline const Instant noon = *parse_rfc3339("2026-11-22T15:46:00Z");

class Listener final : public Reporter {
 public:
  void step(std::string_view sentence) override { told += std::string(sentence) + "\n"; }
  void detail(std::string_view sentence) override { told += std::string(sentence) + "\n"; }
  void warning(std::string_view sentence) override { told += std::string(sentence) + "\n"; }
  void progress(std::string_view, std::uint64_t, std::uint64_t) override {}
  std::string told{};
};

inline std::string root_pem(const ossl::PrivateKey& key, std::byte serial) {
  const auto root = ossl::build({.subject = {{"CN", "test root"}},
                                 .serial = {serial},
                                 .not_before = noon - std::chrono::hours(24),
                                 .not_after = noon + std::chrono::hours(24 * 365),
                                 .extensions = {{.name = "basicConstraints", .value = "CA:TRUE", .critical = true}}},
                                key, {.key = key});
  return root ? root->pem() : root.error().what;
}

inline const std::array<std::string, 3>& roots() {
  static const std::array<std::string, 3> all = [] {
    const auto key = ossl::PrivateKey::generate(ossl::KeyType::ec_p256);
    return std::array<std::string, 3>{root_pem(*key, std::byte{1}), root_pem(*key, std::byte{2}),
                                      root_pem(*key, std::byte{3})};
  }();
  return all;
}

class Provision : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("plan-test");
    ASSERT_TRUE(made);
    folder.emplace(std::move(*made));
    auto opened = ledger::Ledger::open(folder->path() / "ledger.db", clock);
    ASSERT_TRUE(opened) << opened.error().what;
    ledger.emplace(std::move(*opened));
    wanted.ca_pem = roots()[0];
    wanted.twin_pem = roots()[1];
    wanted.host = "broker.example";
    wanted.certificate_names = {"broker.example"};
    modem.dns["broker.example"] = {address};
    modem.tcp = {"broker.example", address};
    modem.tls = strict_tls(wanted.ca_pem, {"broker.example"});
    ca_file = file_name_for(wanted.ca_pem);
    twin_file = file_name_for(wanted.twin_pem);
  }

  void TearDown() override {
    EXPECT_EQ(modem.unexpected, std::vector<std::string>{});
    EXPECT_EQ(modem.violations, std::vector<std::string>{});
  }

  DeviceReport run() {
    modem.heard.clear();
    at::Engine engine(modem, ec200u::unsolicited_prefixes());
    return provision(engine, "/dev/ttyTEST", wanted, options,
                     {*ledger, clock, random, reporter, cancel, nullptr, issue});
  }

  void learn(const std::string& verdict, bool names_checked = true, const Json& detail = Json::object()) {
    ASSERT_TRUE(ledger->record_verdict({.key = {.model = "EC200U",
                                                .firmware = "EC200UCNAAR03A03M08",
                                                .path = "mqtt",
                                                .settings = settings_key(ssl_settings(""))},
                                        .verdict_class = verdict,
                                        .names_checked = names_checked,
                                        .imei = "861234567890123",
                                        .at = noon,
                                        .detail = detail}));
  }

  std::string verdict_status(const std::string& verdict) {
    learn(verdict);
    return std::string(word(run().status));
  }

  std::optional<TemporaryFolder> folder;
  ManualClock clock{noon};
  std::optional<ledger::Ledger> ledger;
  test::CountingRandom random;
  Listener reporter;
  Cancel cancel;
  FakeModem modem;
  Wanted wanted;
  Options options;
  IssueClient issue{};  ///< for wanted.mutual
  std::string ca_file, twin_file;
};

#define EXPECT_STATUS(report, expected) \
  EXPECT_EQ(word((report).status), expected) << (report).sentence << "\n" << reporter.told

}  // namespace epki::plan::testing
