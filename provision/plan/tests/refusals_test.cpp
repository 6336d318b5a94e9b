// A firmware that lacks a command: what is said of it, and what is left on the modem.

#include "provision/plan/tests/fixture.hpp"

namespace epki::plan {
namespace {

using namespace testing;

class Refusals : public Provision {
 protected:
  // A modem and a ledger that know nothing yet.
  void begin_anew() {
    const auto tls = modem.tls;
    modem = FakeModem();
    modem.dns["broker.example"] = {address};
    modem.tcp = {"broker.example", address};
    modem.tls = tls;
    auto opened = ledger::Ledger::open(folder->path() / ("ledger" + std::to_string(++ledgers) + ".db"), clock);
    ASSERT_TRUE(opened) << opened.error().what;
    ledger.emplace(std::move(*opened));
    reporter.told.clear();
  }
  int ledgers = 0;
};

TEST_F(Refusals, WithoutTheListNoFileIsCalledBroken) {
  for (const auto* says : {"ERROR", "+CME ERROR: 4"}) {
    begin_anew();
    modem.refused["AT+QFLST"] = says;
    const auto report = run();
    EXPECT_STATUS(report, "failed");
    EXPECT_EQ(report.exit_code(), 7);
    EXPECT_NE(report.sentence.find("listing the modem's files: the modem answered"), std::string::npos)
        << report.sentence;
    EXPECT_NE(report.error->hint.find("AT+QFLST"), std::string::npos) << report.error->hint;
    EXPECT_LE(modem.count("AT+QFUPL"), 1U) << "more of the same is no remedy";
    EXPECT_TRUE(modem.files.empty());
    EXPECT_FALSE(report.files.at(0).verified);
    EXPECT_FALSE(report.files.at(0).safe);
  }
}

TEST_F(Refusals, WithoutReadingBackNoFileIsCalledBroken) {
  for (const auto* says : {"ERROR", "+CME ERROR: 3"}) {
    begin_anew();
    modem.refused["AT+QFDWL"] = says;
    const auto report = run();
    EXPECT_STATUS(report, "failed");
    EXPECT_EQ(report.exit_code(), 7);
    EXPECT_NE(report.sentence.find("reading back " + ca_file + ": the modem answered"), std::string::npos)
        << report.sentence;
    EXPECT_NE(report.error->hint.find("AT+QFDWL"), std::string::npos) << report.error->hint;
    EXPECT_TRUE(modem.files.empty());
    EXPECT_EQ(modem.name_of_bound(1), "") << "nothing is bound that could not be compared";
    EXPECT_FALSE(report.files.at(0).verified);
    EXPECT_FALSE(report.files.at(0).safe);
  }
}

// It was good when it was put there; that it cannot be read now is no reason to take it away.
TEST_F(Refusals, AFileThatCannotBeReadBackStaysBound) {
  (void)run();
  modem.refused["AT+QFDWL"] = "ERROR";
  options.deep = true;
  const auto report = run();
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(modem.files.at(ca_file), wanted.ca_pem);
  EXPECT_EQ(modem.name_of_bound(1), ca_file);
  EXPECT_EQ(modem.count("AT+QFDEL"), 0U);
  EXPECT_FALSE(report.files.at(0).verified);
}

// A code of the file store is about the file: it is replaced.
TEST_F(Refusals, AFileErrorIsAboutTheFile) {
  begin_anew();
  modem.files[ca_file] = std::string(wanted.ca_pem.size(), 'x');
  modem.refused["AT+QFDWL"] = "+CME ERROR: 410";
  modem.on_command = [&](const std::string& command) {
    if (command.starts_with("AT+QFUPL")) modem.refused.clear();
  };
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.files.at(ca_file), wanted.ca_pem);
}

TEST_F(Refusals, EachOneThatEndsARunSaysWhatToDo) {
  (void)run();
  std::set<std::string> commands;
  for (const auto& line : modem.heard)
    if (line != "AT" && !line.starts_with("ATE"))
      commands.insert(line.starts_with("AT+QSSLCFG=") ? line.substr(0, line.find(','))
                                                      : line.substr(0, line.find_first_of("=?")));
  ASSERT_GT(commands.size(), 20U);
  std::size_t failed = 0;
  for (const auto& command : commands)
    for (const auto* says : {"ERROR", "+CME ERROR: 4", "+CME ERROR: 410", "OK"}) {
      begin_anew();
      modem.refused[command] = says;
      const auto report = run();
      if (!report.error) continue;
      ++failed;
      EXPECT_FALSE(report.error->what.empty()) << command << ": " << says;
      EXPECT_FALSE(report.error->hint.empty()) << command << ": " << says << ": " << report.error->what;
      const auto json = report.json()["error"];
      EXPECT_NE(json["hint"].text_or(""), "") << command;
      modem.violations.clear();
      modem.unexpected.clear();
    }
  EXPECT_GT(failed, 20U);
}

}  // namespace
}  // namespace epki::plan
