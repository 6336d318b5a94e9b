#include "provision/at/recording.hpp"

#include <gtest/gtest.h>

#include "core/file.hpp"
#include "provision/at/engine.hpp"
#include "provision/at/tests/scripted_stream.hpp"

namespace epki::at {
namespace {

using namespace std::chrono_literals;
using test::ScriptedStream;
using test::turn;

TEST(Recording, SavesWhatWasSaidWithoutNumbersAndSecrets) {
  auto folder = TemporaryFolder::make("epki-recording");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "said.txt";
  {
    auto recording = Recording::create(path, "about this");
    ASSERT_TRUE(recording) << recording.error().what;
    ScriptedStream wire({turn("AT+CGSN", "\r\n861234567890123\r\n\r\nOK\r\n"),
                         turn("AT+QCCID", "\r\n+QCCID: 89860012345678901234\r\n\r\nOK\r\n"),
                         turn("AT+QMTCONN=0,\"epki-861234567890123\",\"u\",\"hunter2\"", "\r\nOK\r\n"),
                         {"AT+QFUPL=\"f\",5,60\r", "\r\nCONNECT\r\n"},
                         {"a\\\n\x1a-", "\r\n+QFUPL: 5,abcd\r\n\r\nOK\r\n"}});
    Engine engine(wire, {});
    engine.log_to([&](std::string_view line) { (*recording)->take(line); });
    engine.mask("hunter2");
    EXPECT_TRUE(engine.command("AT+CGSN", after(5s)));
    EXPECT_TRUE(engine.command("AT+QCCID", after(5s), "+QCCID:"));
    EXPECT_TRUE(engine.command("AT+QMTCONN=0,\"epki-861234567890123\",\"u\",\"hunter2\"", after(5s)));
    EXPECT_TRUE(engine.upload("AT+QFUPL=\"f\",5,60", "a\\\n\x1a-", false, after(5s)));
    EXPECT_TRUE((*recording)->status());
  }
  const auto text = read_file(path);
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "# about this\n# Secrets, IMEI, IMSI and ICCID are masked.\n"
            "> AT+CGSN\\r\n< \\r\\n\n< 861230000000000\\r\\n\n< \\r\\n\n< OK\\r\\n\n"
            "> AT+QCCID\\r\n< \\r\\n\n< +QCCID: 89860000000000000000\\r\\n\n< \\r\\n\n< OK\\r\\n\n"
            "> AT+QMTCONN=0,\"epki-861230000000000\",\"u\",\"<secret>\"\\r\n< \\r\\n\n< OK\\r\\n\n"
            "> AT+QFUPL=\"f\",5,60\\r\n< \\r\\n\n< CONNECT\\r\\n\n> a\\\\\\n\n> \\x1a-\n< \\r\\n\n< +QFUPL: "
            "5,abcd\\r\\n\n< \\r\\n\n"
            "< OK\\r\\n\n");
}

TEST(Recording, OverwritesNothing) {
  auto folder = TemporaryFolder::make("epki-recording");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "said.txt";
  ASSERT_TRUE(write_new_file(path, "old", 0600));
  auto recording = Recording::create(path, "new");
  ASSERT_FALSE(recording);
  EXPECT_EQ(recording.error().code, Errc::disk);
  EXPECT_EQ(*read_file(path), "old");
}

TEST(Recording, LeavesShortNumbersAlone) {
  EXPECT_EQ(without_personal_numbers("+QFUPL: 1234,0a0b 2026-11-27 1234567890123"),
            "+QFUPL: 1234,0a0b 2026-11-27 1234567890123");
  EXPECT_EQ(without_personal_numbers("12345678901234"), "12345000000000");
}

}  // namespace
}  // namespace epki::at
