// What verify leaves beside its answer, and what other commands make of it.
#include <gtest/gtest.h>

#include <map>

#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

TEST(VerifyFiles, AReportAPersonaAndTheirDifferenceGoTogether) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto first =
      box.run({"verify", "--port", "sim:union", "--report", "union.html", "--save-policy", "union.toml"});
  ASSERT_EQ(first.exit, 20) << first;
  const auto page = read_file(box / "union.html");
  const auto beside = read_file(box / "union.json");
  ASSERT_TRUE(page && beside);
  EXPECT_EQ(page->find("<script"), std::string::npos);
  EXPECT_NE(page->find("Yes: beside the uploaded CA"), std::string::npos);
  const auto document = Json::parse(*beside);
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["device"]["imei"].text_or("").size(), 8U + std::string("…").size()) << *beside;

  // The persona that was measured, measured.
  const auto again = box.run({"verify", "--port", "sim:union.toml", "--report", "again.html"});
  EXPECT_EQ(again.exit, 20) << again;
  EXPECT_EQ(box.run({"verify", "diff", "union.json", "again.json"}).exit, 0);
  const auto strict = box.run({"verify", "--port", "sim:strict", "--report", "strict.html"});
  EXPECT_EQ(strict.exit, 0) << strict;
  const auto changed = box.run({"--json", "verify", "diff", "union.json", "strict.json"});
  EXPECT_EQ(changed.exit, 1) << changed;
  EXPECT_EQ(changed.json()["changes"][0]["what"].text(), "class") << changed;
}

TEST(VerifyFiles, NothingIsOverwrittenAndThatIsSaidBeforeTheRun) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write("mine.html", "mine");
  const auto ran = box.run({"verify", "--port", "sim:strict", "--report", "mine.html"});
  EXPECT_EQ(ran.exit, 5) << ran;
  EXPECT_EQ(*read_file(box / "mine.html"), "mine");
  EXPECT_EQ(box.run({"verify", "--port", "sim:strict", "--report", "a.txt"}).exit, 2);
  EXPECT_EQ(box.run({"verify", "--port", "sim:strict", "--save-profile", "a.toml"}).exit, 2);
  box.write("no.json", "{}");
  EXPECT_EQ(box.run({"verify", "diff", "no.json", "no.json"}).exit, 3);
}

TEST(VerifyFiles, WhatAFirmwareTakesBecomesAProfileThatInitAndLintKeep) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write("short.toml",
            "[policy.mqtt]\nanchors = \"uploaded\"\nmax_intermediates = 2\nself_signed_upload = \"accepted\"\n");
  const auto ran = box.run({"--json", "verify", "--port", "sim:short.toml", "--repeat", "1", "--acceptance",
                            "--save-profile", "taken.toml"});
  const auto said = ran.json();
  const auto& table = said["acceptance"]["mqtt"];
  EXPECT_TRUE(table["untold"].is_null()) << ran;
  const auto answer = [&](std::string_view group, std::string_view what) {
    for (const auto& row : table["rows"].items())
      if (row["group"].text() == group && row["what"].text() == what) return row["answer"].text_or("");
    return std::string("no such row");
  };
  EXPECT_EQ(answer("key of the server", "rsa-2048"), "accepted") << ran;
  EXPECT_EQ(answer("key of the server", "rsa-1024"), "refused") << ran;
  EXPECT_EQ(answer("digest", "SHA1"), "refused") << ran;
  EXPECT_EQ(answer("length", "8 intermediates"), "refused") << ran;
  EXPECT_EQ(answer("length", "2 intermediates"), "accepted") << ran;
  const auto profile = read_file(box / "taken.toml");
  ASSERT_TRUE(profile);
  EXPECT_NE(profile->find("intermediates = 2"), std::string::npos) << *profile;
  EXPECT_EQ(box.run({"lint", "--profile", "./taken.toml", "broker/certs/server.pem", "ca/root.pem"}).exit, 0);
  ASSERT_EQ(box.shell("mkdir new").exit, 0);
  const auto made = box.run({"-C", "new", "init", "--host", "b.example.com", "--profile", "../taken.toml"});
  EXPECT_EQ(made.exit, 0) << made;
  // The project keeps to it: what the firmware was not seen to take is not issued, and what it takes is.
  EXPECT_EQ(box.run({"-C", "new", "issue", "server", "c.example.com"}).exit, 0);
  box.write("narrow.toml",
            "format = 1\nname = \"narrow\"\nkind = \"modem\"\ndescription = \"RSA alone\"\n"
            "[accept]\nkeys = [\"rsa-3072\"]\n");
  ASSERT_EQ(box.shell("mkdir narrow").exit, 0);
  EXPECT_EQ(box.run({"-C", "narrow", "init", "--host", "b.example.com", "--profile", "../narrow.toml"}).exit, 0);
  const auto other = box.run({"-C", "narrow", "issue", "server", "c.example.com", "--key", "ec-p256"});
  EXPECT_EQ(other.exit, 3) << other;
  EXPECT_EQ(box.run({"-C", "narrow", "issue", "server", "c.example.com"}).exit, 0);
}

TEST(VerifyFiles, WhatDoesNotSwitchABuiltInStoreOffIsListed) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  // Some two hundred handshakes.
  box.may_take(std::chrono::minutes(5));
  const auto ran = box.run({"--json", "verify", "--port", "sim:union", "--repeat", "1", "--mitigate"});
  const auto said = ran.json();
  const auto& found = said["mitigation"]["mqtt"];
  EXPECT_EQ(found["pinned_name"].text(), "refused") << ran;
  EXPECT_GT(found["swept"].size(), 20U) << ran;
  EXPECT_EQ(found["other_path"].text(), "accepted") << ran;
  // A suite that changes the ClientHello is no stranger's: what it offers is shown, and passes as before.
  std::map<std::string, std::string> suites;
  for (const auto& one : found["swept"].items()) {
    EXPECT_NE(one["effect"].text(), "closes") << one.dump();
    if (one["key"].text() == "ciphersuite") suites[one["value"].text_or("")] = one["effect"].text_or("");
  }
  EXPECT_EQ(suites["0XC030"], "no-effect") << ran;
  EXPECT_EQ(suites["0X0035"], "cannot-be-shown") << ran;
  EXPECT_NE(found["summary"].text_or("").find("None of"), std::string::npos) << ran;
  const auto strict = box.run({"--json", "verify", "--port", "sim:strict", "--repeat", "1", "--mitigate"});
  EXPECT_TRUE(strict.json()["mitigation"]["mqtt"]["unwanted"].is_null()) << strict;
}

}  // namespace
}  // namespace epki::test
