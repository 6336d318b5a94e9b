// What the product's own boot left, compared with the plan. Nothing is changed.

#include "provision/plan/audit.hpp"

#include <gtest/gtest.h>

#include "provision/plan/tests/fixture.hpp"

namespace epki::plan {
namespace {

class Audited : public testing::Provision {
 protected:
  void SetUp() override {
    Provision::SetUp();
    ASSERT_EQ(word(run().status), "connected-unproven");
  }

  AuditReport look() {
    modem.heard.clear();
    at::Engine engine(modem, ec200u::unsolicited_prefixes());
    const auto report = audit(engine, "/dev/ttyTEST", wanted, options, {*ledger, clock, random, reporter, cancel});
    EXPECT_TRUE(report) << report.error().what;
    for (const auto& line : modem.heard) {
      EXPECT_FALSE(line.starts_with("AT+QFDEL") || line.starts_with("AT+QFUPL") || line.starts_with("AT+CCLK="))
          << line;
      EXPECT_FALSE(line.starts_with("AT+QMTOPEN") || line.starts_with("AT+CFUN")) << line;
      const bool writes = line.starts_with("AT+QSSLCFG=") && std::ranges::count(line, ',') != 1;
      EXPECT_FALSE(writes) << line;
    }
    return report ? *report : AuditReport{};
  }

  static std::vector<std::string> wrong(const AuditReport& report) {
    std::vector<std::string> all;
    for (const auto& item : report.items)
      if (!item.ok) all.push_back(item.item);
    return all;
  }
  using Items = std::vector<std::string>;
};

TEST_F(Audited, AfterTheWholeSequenceEverythingIsAsPlanned) {
  const auto report = look();
  EXPECT_TRUE(report.as_planned()) << report.text();
  EXPECT_EQ(report.json()["as_planned"].boolean(), true);
}

TEST_F(Audited, SaysWhatTheFirmwareLeftOut) {
  modem.ssl[1]["sni"] = "0";
  modem.ssl[1]["ignorelocaltime"] = "1";
  modem.mqtt[0] = {false, 0};
  modem.clock = "80/01/06,00:00:00+00";
  EXPECT_EQ(wrong(look()), (Items{"sni", "ignorelocaltime", "MQTT client 0", "clock"}));
}

TEST_F(Audited, ABootThatSendsNothingIsNotAsPlanned) {
  modem.power_cycle();
  const auto report = look();
  EXPECT_FALSE(report.as_planned());
  EXPECT_TRUE(report.items.front().ok) << "the file stays over a reboot";
}

TEST_F(Audited, ReadsFilesThatTheLedgerKnowsWhenAskedTo) {
  modem.files[ca_file][300] = modem.files[ca_file][300] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(look().items.front().ok);
  options.deep = true;
  EXPECT_EQ(wrong(look()), Items{"file " + ca_file});
  modem.files.erase(ca_file);
  modem.ssl[1]["cacert"] = "";
  EXPECT_EQ(wrong(look()), (Items{"file " + ca_file, "cacert"}));
}

TEST_F(Audited, ASecondCaIsNotAsPlanned) {
  modem.files["other.pem"] = testing::roots()[2];
  modem.ssl[1]["cacertex"] = "UFS:other.pem";
  EXPECT_EQ(wrong(look()), Items{"cacertex"});
}

TEST_F(Audited, ADeviceWithoutItsOwnCertificateIsNotAsPlanned) {
  wanted.mutual = true;
  const auto items = wrong(look());
  EXPECT_NE(std::ranges::find(items, "client certificate"), items.end());
  EXPECT_NE(std::ranges::find(items, "seclevel"), items.end());
}

}  // namespace
}  // namespace epki::plan
