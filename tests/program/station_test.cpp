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

}  // namespace
}  // namespace epki::test
