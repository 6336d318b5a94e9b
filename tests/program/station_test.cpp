#include <gtest/gtest.h>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

TEST(Station, OnceWorksOnAllPortsAndPrintsThem) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"station", "--ports", "sim:strict,sim:strict,sim:union", "--once", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["schema"].text(), "ec200u-pki/station/1");
  ASSERT_EQ(said["devices"].size(), 3U);
  std::vector<std::string> imeis;
  for (const auto& device : said["devices"].items()) {
    EXPECT_EQ(device["status"].text(), "connected-unproven") << device.dump();
    EXPECT_FALSE(device["slot"].text_or("").empty());
    imeis.push_back(device["imei"].text_or(""));
  }
  EXPECT_NE(imeis[0], imeis[1]) << "two modems of one persona are two modems";
}

TEST(Station, OnceWorksFromTheProjectFileAlone) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(
      box.shell("sed -i -e 's/^ports = .*/ports = [\"sim:strict\", \"sim:union\"]/' -e 's/^operator = .*/operator = "
                "\"Li\"/' -e 's/^connect = .*/connect = false/' ec200u-pki.toml")
          .exit,
      0);
  const auto ran = box.run({"station", "--once", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  ASSERT_EQ(ran.json()["devices"].size(), 2U) << ran;
  EXPECT_EQ(ran.json()["devices"][1]["port"].text(), "sim:union") << ran;
  EXPECT_NE(box.run({"ledger", "export", "events", "--format", "jsonl"}).out.find("\"Li\""), std::string::npos);
  // The job of the project file has slots and an operator of its own.
  box.write("line.toml",
            "format = 1\nname = \"pumps\"\n[steps]\nconnect = \"never\"\n[[slot]]\nname = \"A1\"\nport = "
            "\"sim:unverified\"\n");
  ASSERT_EQ(box.shell("sed -i 's/^job = .*/job = \"line.toml\"/' ec200u-pki.toml").exit, 0);
  const auto job = box.run({"station", "--once", "--json"});
  ASSERT_EQ(job.json()["devices"].size(), 1U) << job;
  EXPECT_EQ(job.json()["devices"][0]["slot"].text(), "A1") << job;
  ASSERT_EQ(box.shell("sed -i 's/^listen = \"127.*/listen = \"nowhere\"/' ec200u-pki.toml").exit, 0);
  EXPECT_NE(box.run({"station", "--once"}).err.find("station.listen = \"nowhere\""), std::string::npos);
}

TEST(Station, AFailingSlotIsSaidAndHoldsNoOtherUp) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"station", "--ports", "sim:strict,/dev/ttyNOTHERE", "--once", "--json"});
  EXPECT_EQ(ran.exit, 6) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["ok"].boolean(), false);
  EXPECT_EQ(said["devices"][0]["status"].text(), "connected-unproven");
  EXPECT_EQ(said["devices"][1]["status"].text(), "failed");
  EXPECT_EQ(said["devices"][1]["error"]["code"].text(), "modem-gone");
}

TEST(Station, EachNextStepIsSaidOnceWithItsSlots) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto hints = [](const Ran& ran) {
    std::vector<std::string> all;
    for (const auto line : split(ran.err, '\n'))
      if (line.starts_with("hint: ")) all.emplace_back(line.substr(6));
    return all;
  };
  // A port that is not there is no modem that --port would find: a slot has its port.
  const auto one = box.run({"station", "--ports", "/dev/ttyNOTHERE", "--once"});
  ASSERT_EQ(hints(one).size(), 1U) << one;
  EXPECT_TRUE(hints(one)[0].starts_with("check the board and the cable of the slot; ")) << one;
  EXPECT_EQ(one.err.find("--port "), std::string::npos) << one;
  box.write("job.toml",
            "format = 1\nname = \"pumps\"\n[firmware]\nallow = [\"NONE\"]\nothers = \"refuse\"\n[steps]\nconnect = "
            "\"never\"\n[[slot]]\nname = \"A1\"\nport = \"sim:strict\"\n[[slot]]\nname = \"A2\"\nport = "
            "\"/dev/ttyNOTHERE\"\n[[slot]]\nname = \"A3\"\nport = \"sim:union\"\n[[slot]]\nname = \"A4\"\nport = "
            "\"/dev/ttyNORHERE\"\n");
  const auto four = box.run({"station", "--job", "job.toml", "--once"});
  const auto said = hints(four);
  ASSERT_EQ(said.size(), 2U) << four;
  EXPECT_TRUE(said[0].starts_with("slots A1, A3: ")) << four;
  EXPECT_TRUE(said[1].starts_with("slots A2, A4: check the board and the cable of the slot; ")) << four;
  const auto json = box.run({"station", "--job", "job.toml", "--once", "--json"}).json();
  EXPECT_FALSE(json["error"]["hint"].text_or("").starts_with("slots")) << "the document says it a device";
  const auto ports = box.run({"provision", "--no-connect", "--port", "/dev/ttyNOTHERE", "--port", "/dev/ttyNORHERE"});
  EXPECT_EQ(hints(ports), std::vector<std::string>{"ports /dev/ttyNOTHERE, /dev/ttyNORHERE: plug the modem in and wait "
                                                   "for it to start, or let --port auto find it"})
      << ports;
}

TEST(Station, TheJobDecidesAndTheLedgerRemembers) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const std::string job =
      "format = 1\nname = \"pumps\"\nbatch = \"B1\"\n[firmware]\nallow = [\"EC200USIM_STRICT_R01\"]\nothers = "
      "\"refuse\"\n"
      "[steps]\nconnect = \"never\"\n[[slot]]\nname = \"A1\"\nport = \"sim:strict\"\n[[slot]]\nname = \"A2\"\nport = "
      "\"sim:union\"\n[label]\nto = [\"file:labels\"]\nqr = \"{{imei}};{{batch}}\"\n[on_result]\ncommand = \"cat >> "
      "results\"\n";
  box.write("job.toml", job);
  const auto ran = box.run({"station", "--job", "job.toml", "--operator", "Li", "--once", "--json"});
  EXPECT_EQ(ran.exit, 3) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["devices"][0]["status"].text(), "provisioned-untested") << ran;
  EXPECT_NE(said["devices"][1]["error"]["what"].text_or("").find("not on the job's list"), std::string::npos) << ran;
  EXPECT_TRUE(std::filesystem::exists(box / "labels/861234567100010.png"));
  EXPECT_FALSE(std::filesystem::exists(box / "labels/861234567200010.png")) << "a failed board gets no label";

  box.write("other.toml", "format = 1\nname = \"pumps\"\nbatch = \"B2\"\n[steps]\nconnect = \"never\"\n");
  const auto other = box.run({"station", "--job", "other.toml", "--ports", "sim:strict", "--once", "--json"});
  EXPECT_EQ(other.exit, 3) << other;
  EXPECT_NE(other.json()["devices"][0]["error"]["what"].text_or("").find("belongs to batch B1"), std::string::npos)
      << other;
}

TEST(Station, AWrongJobIsRefusedBeforeTheFirstBoard) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write("job.toml", "format = 1\nname = \"x\"\nbatc = \"B1\"\n");
  const auto ran = box.run({"station", "--job", "job.toml", "--once"});
  EXPECT_EQ(ran.exit, 3) << ran;
  EXPECT_NE(ran.err.find("job.toml:3:1"), std::string::npos) << ran;
  box.write("label.toml", "format = 1\nname = \"x\"\n[label]\nto = [\"fax:1\"]\n");
  EXPECT_EQ(box.run({"station", "--job", "label.toml", "--once"}).exit, 2);
  EXPECT_EQ(box.run({"station", "--listen", "nowhere"}).exit, 2);
  EXPECT_EQ(box.run({"station", "--listen", "0.0.0.0:0"}).exit, 2) << "a page for everybody needs a name";
}

TEST(Station, ThePageIsServedUntilItIsEnded) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  auto station = Child::start({.argv = {"sh", "-c",
                                        "cd '" + box.folder().string() + "' && exec '" + EPKI_BIN_DIR +
                                            "/ec200u-pki' station --ports sim:strict --listen 127.0.0.1:0 2>&1"}});
  ASSERT_TRUE(station);
  std::string address;
  const auto by = after(std::chrono::seconds(30));
  while (address.empty()) {
    auto line = station->read_line(by);
    ASSERT_TRUE(line) << line.error().what;
    ASSERT_TRUE(*line) << "it ended";
    if (const auto at = (*line)->find("http://"); at != std::string::npos) address = (*line)->substr(at);
  }
  EXPECT_NE(address.find("/?token="), std::string::npos);
  EXPECT_TRUE(station->running());
  station->signal(SIGTERM);
  const auto exit = station->wait(after(std::chrono::seconds(20)));
  EXPECT_EQ(exit, 0);
}

class MutualStation : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(
        box.run({"init", "--host", "broker.test", "--mutual", "--issuing", "--key", "ec-p256", "--no-passphrase"}).exit,
        0);
  }
  void job(const std::string& more) {
    box.write("job.toml", "format = 1\nname = \"pumps\"\n[steps]\nmutual = true\nconnect = \"never\"\n" + more);
  }
  Ran once(const std::string& ports) {
    return box.run({"station", "--job", "job.toml", "--ports", ports, "--once", "--json"});
  }
  std::vector<std::string> certificates(const std::string& status) {
    std::vector<std::string> serials;
    const auto ran = box.run({"ledger", "list", "--json"});
    const auto said = ran.json();
    for (const auto& row : said["rows"].items())
      if (row["kind"].text() == "device" && row["status"].text() == status)
        serials.push_back(row["serial"].text_or(""));
    return serials;
  }
  Sandbox box;
};

TEST_F(MutualStation, EveryDeviceProvesItsKeyToTheStation) {
  ASSERT_EQ(box.run({"issue", "server", "station.test"}).exit, 0);
  job("[acceptor]\nhost = \"station.test\"\nport = 0\nlisten = \"127.0.0.1\"\ncertificate = "
      "\"certs/station.test/station.test.pem\"\nkey = \"certs/station.test/station.test.key\"\n");
  auto modem = box.simulator({"--persona", "strict", "--state", "state", "--host", "station.test=127.0.0.1"});
  for (const bool first : {true, false}) {
    const auto ran = once(modem.pty);
    ASSERT_EQ(ran.exit, 0) << ran;
    const auto client = ran.json()["devices"][0]["client"];
    EXPECT_EQ(client["proved_at"].text_or("").substr(0, 13), "station.test:") << ran;
    EXPECT_EQ(client["issued"].boolean(), first);
  }
  // A server that the modem was not told to trust: nothing is proved, and that is said.
  ASSERT_EQ(box.run({"issue", "server", "other.test"}).exit, 0);
  job("[acceptor]\nhost = \"station.test\"\nport = 0\nlisten = \"127.0.0.1\"\ncertificate = "
      "\"certs/other.test/other.test.pem\"\nkey = \"certs/other.test/other.test.key\"\n");
  const auto wrong = once(modem.pty);
  EXPECT_EQ(wrong.exit, 3) << wrong;
  EXPECT_NE(wrong.err.find("does not carry station.test"), std::string::npos) << wrong;
}

TEST_F(MutualStation, ABoardThatCameBackIsIssuedAnew) {
  job("[reissue]\nwhen = \"known\"\nreason = \"cessationOfOperation\"\n");
  auto modem = box.simulator({"--persona", "strict", "--state", "state"});
  ASSERT_EQ(once(modem.pty).exit, 0);
  const auto before = certificates("valid");
  ASSERT_EQ(before.size(), 1U);
  const auto again = once(modem.pty);
  ASSERT_EQ(again.exit, 0) << again;
  EXPECT_EQ(certificates("revoked"), before);
  EXPECT_EQ(certificates("valid").size(), 1U);
  const auto shown = box.run({"show", before.front()});
  EXPECT_NE(shown.out.find("cessationOfOperation"), std::string::npos) << shown;
}

TEST_F(MutualStation, TheCaIsLockedWhenItsQuotaIsUsedUp) {
  job("[signing]\nquota = 2\n");
  const auto ran = once("sim:strict,sim:strict,sim:strict");
  EXPECT_EQ(ran.exit, 4) << ran;
  std::size_t locked = 0;
  const auto said = ran.json();
  for (const auto& device : said["devices"].items())
    if (device["error"]["what"].text_or("").find("unlocked for 2 certificates") != std::string::npos) ++locked;
  EXPECT_EQ(locked, 1U) << ran;
  EXPECT_EQ(certificates("valid").size(), 2U);
}

TEST_F(MutualStation, AKeyThatOthersCanReadIsNotUsed) {
  job("");
  std::filesystem::permissions(box / "ca/issuing-device.key", std::filesystem::perms(0640));
  const auto ran = once("sim:strict");
  EXPECT_EQ(ran.exit, 4) << ran;
  EXPECT_NE(ran.err.find("chmod 600"), std::string::npos) << ran;
}

}  // namespace
}  // namespace epki::test
