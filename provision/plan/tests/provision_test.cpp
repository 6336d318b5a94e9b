// Whole runs against a strict fake modem: what is sent, what must hold at any moment, and what is reported.

#include "provision/plan/tests/fixture.hpp"

namespace epki::plan {
namespace {

using namespace testing;

TEST_F(Provision, FirstRunUploadsBindsConnectsAndProves) {
  learn("uploaded");
  const auto report = run();
  EXPECT_STATUS(report, "protected");
  EXPECT_EQ(modem.files.at(ca_file), wanted.ca_pem);
  EXPECT_EQ(modem.name_of_bound(1), ca_file);
  EXPECT_EQ(modem.mqtt[0], std::pair(true, 1));
  EXPECT_TRUE(report.connect.opened && report.connect.published);
  EXPECT_EQ(report.protection.unknown_ca, Protection::refused) << report.protection.unknown_ca_note;
  EXPECT_EQ(report.protection.wrong_host, Protection::refused) << report.protection.wrong_host_note;
  EXPECT_EQ(report.protection.alternate, address);
  for (const auto& [key, value] : ssl_settings(ca_file)) {
    EXPECT_EQ(modem.count("AT+QSSLCFG=\"" + key + "\",1,"), 1U) << key;
    EXPECT_TRUE(ec200u::same_ssl_value(key, modem.ssl[1][key], value)) << key;
  }
  EXPECT_GT(report.exchanges, 30U);
  EXPECT_EQ(report.exit_code(), 0);
}

TEST_F(Provision, LeavesNoTraceOfTheWrongCaControl) {
  const auto before = modem.ssl[5];
  const auto report = run();
  EXPECT_EQ(report.protection.unknown_ca, Protection::refused) << report.protection.unknown_ca_note;
  EXPECT_FALSE(modem.files.contains(twin_file));
  EXPECT_EQ(modem.ssl[5], before);
  EXPECT_TRUE(ledger->journal_open_all()->empty());
}

TEST_F(Provision, SecondRunUploadsNothingAndSaysSo) {
  wanted.twin_pem.clear();
  (void)run();
  const auto report = run();
  EXPECT_EQ(modem.count("AT+QFUPL"), 0U);
  EXPECT_EQ(modem.count("AT+QFDWL"), 0U);
  EXPECT_NE(reporter.told.find("nothing to upload"), std::string::npos);
  ASSERT_EQ(report.files.size(), 1U);
  EXPECT_TRUE(report.files[0].verified);
  EXPECT_EQ(report.files[0].evidence, "known from an earlier read-back");
}

TEST_F(Provision, DeepReadsBackWhatTheLedgerKnows) {
  wanted.twin_pem.clear();
  (void)run();
  options.deep = true;
  const auto report = run();
  EXPECT_EQ(modem.count("AT+QFUPL"), 0U);
  EXPECT_EQ(modem.count("AT+QFDWL"), 1U);
  EXPECT_EQ(report.files.at(0).evidence, "read-back");
}

TEST_F(Provision, WritesAgainWhatAPowerCycleForgot) {
  (void)run();
  modem.power_cycle();
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.name_of_bound(1), ca_file);
}

TEST_F(Provision, ReplacesAPartialFileOfOurs) {
  modem.files[ca_file] = wanted.ca_pem.substr(0, 100);
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_EQ(modem.files.at(ca_file), wanted.ca_pem);
  EXPECT_LT(modem.index_of("AT+QFDEL"), modem.index_of("AT+QFUPL"));
}

TEST_F(Provision, ReplacesAFileOfTheRightSizeAndTheWrongContent) {
  modem.files[ca_file] = std::string(wanted.ca_pem.size(), 'x');
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.files.at(ca_file), wanted.ca_pem);
}

TEST_F(Provision, AsksWhatIsThereWhenAnUploadsResultIsLost) {
  wanted.twin_pem.clear();
  modem.lose_upload_results = 1;
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.count("AT+QFUPL"), 1U);
}

TEST_F(Provision, ReadsBackWhatAChecksumCannotTell) {
  wanted.twin_pem.clear();
  modem.swap_uploads = 1;
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.files.at(ca_file), wanted.ca_pem);
  EXPECT_EQ(modem.count("AT+QFUPL"), 2U);
}

TEST_F(Provision, UnbindsABrokenFileBeforeItIsReplaced) {
  modem.files[ca_file] = wanted.ca_pem.substr(0, 100);
  modem.ssl[1]["cacert"] = "UFS:" + ca_file;
  (void)run();
  EXPECT_LT(modem.index_of("AT+QSSLCFG=\"cacert\",1,\"\""), modem.index_of("AT+QFDEL"));
  EXPECT_EQ(modem.name_of_bound(1), ca_file);
  modem.violations.clear();  // it was found bound to a partial file
}

TEST_F(Provision, RemovesATwinWhoseJournalIsLost) {
  modem.files[twin_file] = wanted.twin_pem.substr(0, 50);
  options.connect = false;
  (void)run();
  EXPECT_FALSE(modem.files.contains(twin_file));
}

TEST_F(Provision, TriesAnUploadThreeTimesAndNoMore) {
  wanted.twin_pem.clear();
  modem.cut_uploads = 2;
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.count("AT+QFUPL"), 3U);
  modem.files.clear();
  modem.power_cycle();
  modem.cut_uploads = 9;
  const auto report = run();
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(report.exit_code(), 7);
  EXPECT_EQ(modem.count("AT+QFUPL"), 3U);
  EXPECT_EQ(modem.name_of_bound(1), "");
}

TEST_F(Provision, ReplacesTheOldFileAndDeletesItLast) {
  (void)run();
  const auto old_file = ca_file;
  wanted.ca_pem = roots()[2];
  modem.tls = strict_tls(wanted.ca_pem, {"broker.example"});
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_FALSE(modem.files.contains(old_file));
  EXPECT_TRUE(modem.files.contains(file_name_for(wanted.ca_pem)));
  EXPECT_LT(modem.index_of("AT+QMTOPEN"), modem.index_of("AT+QFDEL=\"UFS:" + old_file + "\""));
  EXPECT_EQ(modem.heard.back().substr(0, 8), "AT+QFDEL");
}

TEST_F(Provision, KeepsAnOldFileThatAnotherContextIsBoundTo) {
  (void)run();
  const auto old_file = ca_file;
  modem.ssl[3]["cacert"] = "UFS:" + old_file;
  wanted.ca_pem = roots()[2];
  modem.tls = strict_tls(wanted.ca_pem, {"broker.example"});
  const auto report = run();
  EXPECT_TRUE(modem.files.contains(old_file));
  EXPECT_FALSE(report.warnings.empty());
}

TEST_F(Provision, RecognisesAnOldFileByItsContentAloneAndLeavesForeignOnes) {
  const auto strangers = file_name_for(roots()[2]);
  modem.files[strangers] = roots()[2];               // the ledger never heard of it, the name tells
  modem.files["cacert_000000000000.pem"] = "other";  // our form, not the content
  modem.files["cacert.pem"] = "END CERTIFICATE";
  modem.files["ring.amr"] = "sound";
  (void)run();
  EXPECT_FALSE(modem.files.contains(strangers));
  for (const char* name : {"cacert_000000000000.pem", "cacert.pem", "ring.amr"})
    EXPECT_TRUE(modem.files.contains(name)) << name;
}

TEST_F(Provision, ADeleteThatFailsIsAWarning) {
  modem.files[file_name_for(roots()[2])] = roots()[2];
  wanted.twin_pem.clear();
  modem.refuses_delete = true;
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_EQ(report.warnings.size(), 1U);
}

TEST_F(Provision, IsFinishedByTheNextRunWhereverItIsCut) {
  wanted.certificate_names.clear();
  for (std::size_t cut = 0; cut < 6000; cut += 97) {
    FakeModem fresh;
    fresh.files["ring.amr"] = "sound";
    fresh.dns = modem.dns;
    fresh.tcp = modem.tcp;
    fresh.tls = modem.tls;
    modem = fresh;
    modem.gone_after = cut;
    const auto first = run();
    if (first.status != DeviceStatus::failed) break;  // the cut lies behind the end
    EXPECT_EQ(first.exit_code(), 6) << cut << ": " << first.sentence;
    modem.plug_in();
    EXPECT_STATUS(run(), "connected-unproven") << "cut at " << cut;
    EXPECT_EQ(modem.files.size(), 2U) << "cut at " << cut;
    EXPECT_EQ(modem.name_of_bound(1), ca_file);
    EXPECT_EQ(modem.name_of_bound(5), "") << "cut at " << cut;
    EXPECT_EQ(modem.mqtt[0], std::pair(true, 1));
    ASSERT_EQ(modem.violations, std::vector<std::string>{}) << "cut at " << cut;
  }
  EXPECT_TRUE(ledger->journal_open_all()->empty());
}

TEST_F(Provision, RemovesALeftOverTwinFirst) {
  modem.on_command = [&](const std::string& command) {
    if (command.starts_with("AT+QMTOPEN") && modem.name_of_bound(5) == twin_file) modem.gone_after = 0;
  };
  EXPECT_STATUS(run(), "failed");
  modem.on_command = {};
  ASSERT_TRUE(modem.files.contains(twin_file));
  ASSERT_EQ(modem.name_of_bound(5), twin_file);
  modem.plug_in();
  wanted.twin_pem.clear();  // even a run that does not know the twin
  (void)run();
  EXPECT_FALSE(modem.files.contains(twin_file));
  EXPECT_EQ(modem.name_of_bound(5), "");
  EXPECT_LT(modem.index_of("AT+QFDEL=\"UFS:" + twin_file), modem.index_of("AT+CEREG?"));
}

TEST_F(Provision, NeverLeavesASpareContextBoundToAMissingTwinWhereEmptyPathsAreRefused) {
  modem.takes_empty_path = false;
  const auto report = run();
  EXPECT_EQ(report.protection.unknown_ca, Protection::refused);
  EXPECT_EQ(modem.name_of_bound(5), ca_file);
}

TEST_F(Provision, RemovesTheTwinWhenItIsInterrupted) {
  modem.on_command = [&](const std::string& command) {
    if (command.starts_with("AT+QMTOPEN") && modem.name_of_bound(5) == twin_file) cancel.request();
  };
  const auto report = run();
  EXPECT_EQ(report.exit_code(), 130) << report.sentence;
  EXPECT_FALSE(modem.files.contains(twin_file));
  EXPECT_EQ(modem.mqtt[0], std::pair(true, 1));
  EXPECT_TRUE(ledger->journal_open_all()->empty());
}

TEST_F(Provision, LeavesTheOldBindingWhenAnUploadIsCut) {
  (void)run();
  const auto old_file = ca_file;
  wanted.ca_pem = roots()[2];
  modem.cut_uploads = 3;
  EXPECT_STATUS(run(), "failed");
  EXPECT_EQ(modem.name_of_bound(1), old_file);
  EXPECT_EQ(modem.files.size(), 1U);
}

TEST_F(Provision, ToleratesAnAbsentKeyUnlessItIsRequired) {
  modem.absent_keys = {"ignoremulticertchainverify"};
  auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  const auto absent = std::ranges::find(report.settings, "absent", &SettingReport::state);
  ASSERT_NE(absent, report.settings.end());
  EXPECT_EQ(absent->key, "ignoremulticertchainverify");
  for (const auto& step : report.boot->steps)
    EXPECT_EQ(step.send.find("ignoremulticertchainverify"), std::string::npos);
  modem.absent_keys = {"sni"};
  report = run();
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(report.exit_code(), 7);
  EXPECT_EQ(modem.count("AT+QMTOPEN"), 0U);
}

TEST_F(Provision, WithoutConnectingNothingIsOpenedAndNoNetworkIsNeeded) {
  options.connect = false;
  const auto report = run();
  EXPECT_STATUS(report, "provisioned-untested");
  EXPECT_EQ(modem.count("AT+QMTOPEN") + modem.count("AT+QIOPEN") + modem.count("AT+CEREG?"), 0U);
  EXPECT_EQ(report.json()["protection"]["unknown_ca"].text(), "untested");
}

TEST_F(Provision, DryRunChangesNothing) {
  options.dry_run = true;
  const auto report = run();
  EXPECT_FALSE(report.error) << report.error->what;
  EXPECT_TRUE(report.json()["status"].is_null());
  EXPECT_EQ(report.json()["plan"][0]["action"].text(), "upload");
  for (const auto& line : modem.heard) {
    EXPECT_FALSE(line.starts_with("AT+QFUPL") || line.starts_with("AT+QFDEL") || line.starts_with("AT+CCLK=")) << line;
    EXPECT_FALSE(line.starts_with("AT+QSSLCFG") && std::ranges::count(line, ',') > 1) << line;
    EXPECT_FALSE(line.starts_with("AT+QMT")) << line;
  }
  EXPECT_TRUE(ledger->runs()->empty());
}

TEST_F(Provision, SaysWhetherNameTcpOrTlsFailed) {
  modem.dns.clear();
  modem.tls = {};
  auto report = run();
  EXPECT_EQ(report.exit_code(), 9);
  EXPECT_NE(report.sentence.find("cannot resolve broker.example"), std::string::npos) << report.sentence;
  modem.dns["broker.example"] = {address};
  modem.tcp.clear();
  report = run();
  EXPECT_EQ(report.exit_code(), 9);
  EXPECT_NE(report.sentence.find("plain TCP"), std::string::npos) << report.sentence;
  modem.tcp = {"broker.example"};
  report = run();
  EXPECT_EQ(report.exit_code(), 9);
  EXPECT_NE(report.sentence.find("TLS is not established"), std::string::npos) << report.sentence;
  wanted.certificate_names = {"other.example"};
  EXPECT_NE(run().sentence.find("does not carry the name broker.example"), std::string::npos);
}

TEST_F(Provision, AMessageThatDoesNotComeBackFailsTheRun) {
  modem.echoes_publish = false;
  const auto report = run();
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(report.exit_code(), 9);
}

TEST_F(Provision, SetsAnImplausibleClockAndLeavesAPlausibleOne) {
  auto report = run();
  EXPECT_NE(report.clock.find("left as found"), std::string::npos) << report.clock;
  EXPECT_EQ(modem.count("AT+CCLK=") + modem.count("AT+CTZU="), 0U);
  modem.clock = "80/01/06,00:00:00+00";
  report = run();
  EXPECT_NE(report.clock.find("pool.ntp.org"), std::string::npos) << report.clock;
  modem.clock = "80/01/06,00:00:00+00";
  modem.ntp = "+QNTP: 561";
  report = run();
  EXPECT_NE(report.clock.find("this computer"), std::string::npos) << report.clock;
  EXPECT_TRUE(modem.clock.starts_with("26/11/22")) << modem.clock;
  EXPECT_EQ(modem.count("AT+CTZU="), 0U);
}

TEST_F(Provision, SwitchesNetworkTimeOffOnlyWhenItPutsTheClockBack) {
  options.clock = ClockSource::host;
  modem.clock = "80/01/06,00:00:00+00";
  modem.clock_falls_back = 2;
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_EQ(modem.count("AT+CTZU=0"), 1U);
}

TEST_F(Provision, RebootsAndReplaysWhatItWroteOut) {
  options.reboot_check = true;
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_EQ(report.reboot_check, true);
  const auto reboot = modem.index_of("AT+CFUN=1,1");
  std::size_t at = reboot;
  for (const auto& step : report.boot->steps) {
    if (step.send.empty() || step.kind == BootStep::Kind::clock || step.kind == BootStep::Kind::registered) continue;
    const auto found = std::find(modem.heard.begin() + static_cast<std::ptrdiff_t>(at), modem.heard.end(), step.send);
    ASSERT_NE(found, modem.heard.end()) << step.send;
    at = static_cast<std::size_t>(found - modem.heard.begin());
  }
  EXPECT_EQ(ledger
                ->file_evidence(report.identity.imei, ca_file, wanted.ca_pem.size(),
                                ossl::sha256_hex(as_bytes(wanted.ca_pem)))
                .
                operator*(),
            "read-back-after-reboot");
}

TEST_F(Provision, CountsRestartsAndRefusesOneTooMany) {
  options.reboot_check = true;
  ASSERT_EQ(run().reboot_check, true);
  options.dry_run = true;
  const auto planned = run();
  EXPECT_NE(describe(planned.plan.back()).find("restart 2 of at most 30 in 24 hours"), std::string::npos)
      << describe(planned.plan.back());
  options.dry_run = false;
  const auto before = ledger->runs(planned.identity.imei);
  ASSERT_TRUE(before);
  for (int n = 1; n < most_restarts_a_day; ++n) ASSERT_TRUE(ledger->record_run(before->front()));
  const auto refused = run();
  EXPECT_STATUS(refused, "failed");
  EXPECT_EQ(refused.exit_code(), 2);
  EXPECT_NE(refused.sentence.find("restarted 30 times"), std::string::npos) << refused.sentence;
  EXPECT_EQ(modem.count("AT+CFUN=1,1"), 0U);
  clock.advance(std::chrono::hours(25));
  EXPECT_EQ(run().reboot_check, true);
}

TEST_F(Provision, RefusesAFullStore) {
  modem.capacity = 100;
  const auto report = run();
  EXPECT_EQ(report.exit_code(), 7);
  EXPECT_EQ(modem.count("AT+QFUPL"), 0U);
}

TEST_F(Provision, RecordsTheRunAndReportsEveryField) {
  const auto report = run();
  const auto json = report.json();
  for (const char* key : {"port", "imei", "model", "firmware", "status", "plan", "files", "settings", "connect",
                          "protection", "boot_sequence", "exchanges", "bytes_out", "bytes_in", "duration_ms", "error"})
    EXPECT_TRUE(json.has(key)) << key;
  const auto runs = ledger->runs("861234567890123");
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(runs->front().status, "connected-unproven");
}

TEST_F(Provision, ShowReadsAllSixContextsAndChangesNothing) {
  (void)run();
  modem.heard.clear();
  at::Engine engine(modem, ec200u::unsolicited_prefixes());
  const auto shown = show(engine, "/dev/ttyTEST");
  ASSERT_TRUE(shown) << shown.error().what;
  EXPECT_EQ(shown->contexts.size(), 6U);
  EXPECT_EQ(shown->mqtt.size(), 6U);
  EXPECT_NE(shown->text().find(ca_file), std::string::npos);
  for (const auto& line : modem.heard) EXPECT_FALSE(line.starts_with("AT+QFDEL") || line.starts_with("AT+QFUPL"));
}

}  // namespace
}  // namespace epki::plan
