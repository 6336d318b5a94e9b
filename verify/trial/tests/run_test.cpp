// A whole run against a modem at AT level and a client that judges chains: what comes out, and that everything is put
// back, also when the run is cut at any place.
#include <gtest/gtest.h>

#include <optional>

#include "core/connect.hpp"
#include "core/file.hpp"
#include "core/tests/seeded_random.hpp"
#include "core/text.hpp"
#include "provision/plan/settings.hpp"
#include "provision/plan/tests/fake_modem.hpp"
#include "verify/trial/tests/hello_client.hpp"
#include "verify/trial/tests/public_chain.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {
namespace {

using plan::testing::FakeModem;
using testing::leads_to;
using testing::noon;
using testing::public_chain;
using testing::say_hello;

constexpr const char* imei = "861234567890123";

class Listener final : public Reporter {
 public:
  void step(std::string_view) override {}
  void detail(std::string_view sentence) override { told += std::string(sentence) + "\n"; }
  void warning(std::string_view sentence) override { warned += std::string(sentence) + "\n"; }
  void progress(std::string_view, std::uint64_t, std::uint64_t) override {}
  std::string told, warned;
};

class Run : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("trial-test");
    ASSERT_TRUE(made);
    folder.emplace(std::move(*made));
    auto opened = ledger::Ledger::open(folder->path() / "ledger.db", clock);
    ASSERT_TRUE(opened) << opened.error().what;
    ledger.emplace(std::move(*opened));
    std::string pem;
    for (const auto& certificate : public_chain()) pem += certificate.pem();
    ASSERT_TRUE(write_new_file(folder->path() / "public.pem", pem, 0644));
    setup.reach_host = "probe.test";
    setup.key_type = ossl::KeyType::ec_p256;
    setup.replay_files = {(folder->path() / "public.pem").string()};
    setup.repeat = 1;
    setup.simulated = true;
    setup.grace = std::chrono::milliseconds(50);  // all on this machine
    setup.allow_reboot = true;
    setup.worker.argv = {ORACLE_WORKER};
    furnish();
  }

  void TearDown() override {
    EXPECT_EQ(modem.unexpected, std::vector<std::string>{});
    EXPECT_EQ(modem.violations, std::vector<std::string>{});
  }

  /// A modem that was in use before.
  void furnish() {
    modem.files = {{"old.pem", testing::make_entity("Old Root", std::byte{9}, nullptr, true).certificate.pem()},
                   {"tone.wav", "RIFF"}};
    modem.ssl[1]["cacert"] = "UFS:old.pem";
    modem.ssl[1]["seclevel"] = "1";
    modem.ssl[3]["sslversion"] = "2";
    modem.mqtt[0] = {true, 3};
    modem.dns = {{"probe.test", {"192.0.2.7"}}, {"www.public.test", {"192.0.2.7"}}};
    modem.tcp = {"probe.test", "www.public.test"};
    before = {modem.files, modem.ssl, modem.mqtt};
    modem.on_command = [this](const std::string& command) {
      if (!command.starts_with("AT+QMTOPEN=")) return;
      port = static_cast<std::uint16_t>(*parse_integer(command.substr(command.rfind(',') + 1)));
    };
    modem.tls = [this](const std::string&, const std::string& ca) {
      say_hello(port, [&](const ossl::Chain& chain) { return alert_for(chain, ca); });
      return 5;
    };
  }

  /// A client that trusts what is built in, whatever is bound.
  int alert_for(const ossl::Chain& chain, const std::string&) { return leads_to(chain, built_in) ? 51 : 48; }

  Result<Report> run() {
    modem.heard.clear();
    at::Engine engine(modem, ec200u::unsolicited_prefixes());
    return epki::trial::run(engine, "/dev/ttyTEST", setup, {*ledger, clock, random, reporter, cancel});
  }

  Status undo() {
    at::Engine engine(modem, ec200u::unsolicited_prefixes());
    ec200u::Modem device(engine);
    auto identity = device.identify(after(std::chrono::seconds(5)));
    if (!identity) return std::move(identity).error();
    return undo_open_journal(device, identity->imei, *ledger, clock, reporter, cancel);
  }

  void expect_as_before(const std::string& where) {
    EXPECT_EQ(modem.files, before.files) << where;
    EXPECT_EQ(modem.ssl, before.ssl) << where;
    EXPECT_EQ(modem.mqtt, before.mqtt) << where;
    EXPECT_TRUE(ledger->journal_open(imei)->empty()) << where;
  }

  struct {
    std::map<std::string, std::string> files;
    std::array<std::map<std::string, std::string>, 6> ssl;
    std::array<std::pair<bool, int>, 6> mqtt;
  } before;
  std::optional<TemporaryFolder> folder;
  ManualClock clock{noon};
  std::optional<ledger::Ledger> ledger;
  test::CountingRandom random{1, 37};
  Listener reporter;
  Cancel cancel;
  FakeModem modem;
  trial::Setup setup;
  ossl::Chain built_in{public_chain()[2]};
  std::uint16_t port = 0;
};

TEST_F(Run, RecognisesAModemThatTrustsOnlyWhatIsBuiltIn) {
  setup.repeat = 2;
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(word(report->verdicts[0].verdict_class), "built-in") << report->verdicts[0].because << reporter.told;
  EXPECT_EQ(report->exit_code(), 20);
  ASSERT_EQ(report->verdicts[0].anchors_found.size(), 1U);
  EXPECT_EQ(report->verdicts[0].anchors_found[0].sha256, public_chain()[2].sha256());
  EXPECT_EQ(report->verdicts[0].policy.at("decided"), "in-handshake");
  EXPECT_EQ(report->reboots, 2);
  expect_as_before("after the run");

  const auto json = report->json();
  EXPECT_EQ(json["verdict"]["mqtt"]["class"].text(), "built-in");
  EXPECT_EQ(json["device"]["imei"].text(), imei);
  ASSERT_GT(json["probes"].size(), 10U);
  const auto& first = json["probes"][0];
  EXPECT_EQ(first["id"].text(), "P2");
  EXPECT_EQ(first["server"]["alert"].integer(), 51);
  EXPECT_EQ(first["oracle"]["uploaded"].text(), "reject");
  EXPECT_EQ(first["oracle"]["with_built_in"].text(), "accept");
  EXPECT_EQ(first["at"]["result"].text(), "+QMTOPEN: 0,5");

  const auto stored =
      ledger->verdict_for({"EC200U", "EC200UCNAAR03A03M08", "mqtt", plan::settings_key(plan::ssl_settings(""))});
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ((*stored)->verdict_class, "built-in");
  EXPECT_FALSE((*stored)->names_checked && report->verdicts[0].policy.at("hostname") != "checked");
}

TEST_F(Run, ALostResultLineIsNotWaitedForOnceTheServerHasSeenTheEnd) {
  modem.lose_open_results = 2;
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(word(report->verdicts[0].verdict_class), "built-in") << report->verdicts[0].because << reporter.told;
  ASSERT_GE(report->probes.size(), 3U);
  for (const auto number : {0U, 1U}) {
    EXPECT_EQ(report->probes[number].outcome, "refused");
    EXPECT_TRUE(report->probes[number].at_result.starts_with("no result in ")) << report->probes[number].at_result;
    EXPECT_NE(report->probes[number].at_result, "no result in 121 s");
    EXPECT_NE(report->probes[number].note.find("result line was lost"), std::string::npos);
  }
  EXPECT_EQ(report->probes[2].note.find("result line was lost"), std::string::npos);
  expect_as_before("after the run");
}

// The modem says that it failed before its packets are there: what comes behind its word is the attempt's all the same,
// and the plain TCP connection that comes behind that ends the waiting.
TEST_F(Run, APacketThatComesBehindTheModemsWordCounts) {
  setup.grace = std::chrono::minutes(10);
  std::string bound;
  modem.tls = [&](const std::string&, const std::string& ca) {
    bound = ca;
    return 5;
  };
  const auto plain = modem.on_command;
  modem.on_command = [&](const std::string& command) {
    plain(command);
    if (command.starts_with("AT+QIOPEN="))
      say_hello(port, [&](const ossl::Chain& chain) { return alert_for(chain, bound); });
  };
  const auto late = run();
  ASSERT_TRUE(late) << late.error().what;
  EXPECT_EQ(word(late->verdicts[0].verdict_class), "built-in") << late->verdicts[0].because << reporter.told;

  modem.on_command = [&](const std::string& command) {
    plain(command);
    if (!command.starts_with("AT+QIOPEN=")) return;
    EXPECT_TRUE(connect_tcp({"127.0.0.1", port}, after(std::chrono::seconds(20)), cancel));
  };
  const auto never = run();
  ASSERT_TRUE(never) << never.error().what;
  EXPECT_EQ(never->exit_code(), 22);
  EXPECT_EQ(never->json()["probes"][0]["outcome"].text(), "refused-before-any-packet");
  expect_as_before("after the run");
}

TEST_F(Run, WithoutReplayIsInconclusiveAndStoresNothing) {
  setup.replay_files.clear();
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->exit_code(), 22);
  EXPECT_NE(report->verdicts[0].because.find("no genuine chain"), std::string::npos) << report->verdicts[0].because;
  const auto stored =
      ledger->verdict_for({"EC200U", "EC200UCNAAR03A03M08", "mqtt", plan::settings_key(plan::ssl_settings(""))});
  ASSERT_TRUE(stored);
  EXPECT_FALSE(stored->has_value());
  expect_as_before("after the run");
}

TEST_F(Run, ANameThatDoesNotResolveIsSaid) {
  modem.dns.clear();
  modem.tcp.clear();
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->exit_code(), 22);
  EXPECT_NE(report->verdicts[0].because.find("cannot resolve probe.test"), std::string::npos)
      << report->verdicts[0].because;
  EXPECT_NE(report->verdicts[0].next_step.find("--reach-as"), std::string::npos);
  expect_as_before("after the run");
}

TEST_F(Run, ANameThatLeadsElsewhereIsSaid) {
  modem.tls = [](const std::string&, const std::string&) { return 5; };  // nothing ever arrives here
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->exit_code(), 22);
  EXPECT_NE(report->verdicts[0].because.find("leads elsewhere"), std::string::npos) << report->verdicts[0].because;
  expect_as_before("after the run");
}

TEST_F(Run, AModemThatSpeaksNoTlsIsSaidAndNotAskedForLong) {
  modem.tls = [&](const std::string&, const std::string&) {
    testing::say_plain(port, std::string("\x10\x0c\0\4MQTT\4\2\0\x78\0\0", 14));
    return 0;
  };
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->exit_code(), 22);
  EXPECT_NE(report->verdicts[0].because.find("is not TLS"), std::string::npos) << report->verdicts[0].because;
  EXPECT_LE(report->handshakes, 8);
  expect_as_before("after the run");
}

TEST_F(Run, AWrongClockIsSetForTheRunAndPutBack) {
  modem.clock = "80/01/06,00:00:00+00";
  setup.replay_files.clear();
  bool was_right = false;
  const auto plain = modem.on_command;
  modem.on_command = [&](const std::string& command) {
    plain(command);
    if (command.starts_with("AT+QMTOPEN=")) was_right = modem.clock.starts_with("26/11/22");
  };
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_TRUE(was_right);
  EXPECT_TRUE(modem.clock.starts_with("80/01/06")) << modem.clock;
  expect_as_before("after the run");
}

TEST_F(Run, ARootThatLiesOnTheModemIsNamed) {
  modem.files["amazon.pem"] = public_chain()[2].pem();
  before.files = modem.files;
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->exit_code(), 22);
  EXPECT_NE(report->verdicts[0].because.find("amazon.pem"), std::string::npos) << report->verdicts[0].because;
  expect_as_before("after the run");
}

TEST_F(Run, CutAnywhereIsUndoneByTheNextRun) {
  std::size_t total = 0;
  {
    const auto report = run();
    ASSERT_TRUE(report);
    for (const auto& command : modem.heard) total += command.size() + 1;
    modem.power_cycle();
    modem.ssl = before.ssl;
    modem.mqtt = before.mqtt;
  }
  constexpr std::size_t cuts = 9;
  for (std::size_t i = 1; i < cuts; ++i) {
    modem.plug_in();
    modem.gone_after = total * i / cuts;
    const auto report = run();
    const auto where = "cut after " + std::to_string(total * i / cuts) + " bytes";
    ASSERT_FALSE(report) << where;
    EXPECT_EQ(report.error().code, Errc::modem_gone) << where << ": " << report.error().what;
    modem.plug_in();
    const auto undone = undo();
    ASSERT_TRUE(undone) << where << ": " << undone.error().what;
    expect_as_before(where);
  }
}

TEST_F(Run, CancelPutsEverythingBack) {
  int opens = 0;
  const auto plain = modem.on_command;
  modem.on_command = [&](const std::string& command) {
    plain(command);
    if (command.starts_with("AT+QMTOPEN=") && ++opens == 9) cancel.request();
  };
  const auto report = run();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::interrupted);
  expect_as_before("after the cancel");
}

TEST_F(Run, AFileThatCannotBeDeletedStaysInTheJournal) {
  setup.replay_files.clear();
  modem.refuses_delete = true;
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_NE(reporter.warned.find("could not be deleted"), std::string::npos) << reporter.warned;
  EXPECT_FALSE(report->warnings.empty());
  EXPECT_GE(ledger->journal_open(imei)->size(), 1U);
  modem.refuses_delete = false;
  ASSERT_TRUE(undo());
  expect_as_before("after the next run");
}

TEST_F(Run, ADamagedUploadIsSentAgain) {
  modem.swap_uploads = 1;
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  expect_as_before("after the run");
}

TEST_F(Run, AModemThatRestartsWithoutAWordIsNotJudgedByWhatItThenTakes) {
  int opens = 0;
  modem.tls = [&](const std::string&, const std::string& ca) {
    if (++opens == 9) modem.ssl[1]["seclevel"] = "0";
    const bool looks = modem.ssl[1]["seclevel"] != "0";
    say_hello(port, [&](const ossl::Chain& chain) { return looks ? alert_for(chain, ca) : 51; });
    return 5;
  };
  const auto report = run();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::modem_gone);
  EXPECT_NE(report.error().what.find("lost its settings"), std::string::npos) << report.error().what;
  expect_as_before("after the run");
}

TEST_F(Run, AnUploadWhoseResultIsLostIsLookedAt) {
  modem.lose_upload_results = 2;
  const auto report = run();
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(word(report->verdicts[0].verdict_class), "built-in") << report->verdicts[0].because;
  expect_as_before("after the run");
}

TEST_F(Run, AMissingReplayFileIsAnInputErrorBeforeTheModemIsTouched) {
  setup.replay_files = {"/nowhere/chain.pem"};
  const auto report = run();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::input);
  EXPECT_TRUE(modem.heard.empty());
}

PathVerdict verdict(infer::Class name, infer::Influence influence = infer::Influence::inconclusive) {
  PathVerdict one;
  one.verdict_class = name;
  one.influence = influence;
  return one;
}

TEST(ExitCode, FollowsTheVerdictAndTheWorstPathWins) {
  using infer::Class;
  const auto code = [](std::vector<PathVerdict> verdicts) {
    Report report;
    report.verdicts = std::move(verdicts);
    return report.exit_code();
  };
  const auto detected = verdict(Class::inconclusive, infer::Influence::detected);
  EXPECT_EQ(code({verdict(Class::unverified)}), 21);
  EXPECT_EQ(code({verdict(Class::uploaded)}), 0);
  EXPECT_EQ(code({verdict(Class::uploaded_not_honoured)}), 23);
  EXPECT_EQ(code({verdict(Class::inconclusive)}), 22);
  EXPECT_EQ(code({detected}), 20);
  EXPECT_EQ(code({verdict(Class::uploaded), verdict(Class::inconclusive)}), 22);
  EXPECT_EQ(code({verdict(Class::inconclusive), verdict(Class::uploaded_not_honoured)}), 23);
  EXPECT_EQ(code({verdict(Class::uploaded_not_honoured), detected}), 20);
  EXPECT_EQ(code({detected, verdict(Class::unverified)}), 21);
}

}  // namespace
}  // namespace epki::trial
