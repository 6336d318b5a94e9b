// The page as an operator uses it, in a real browser: plug, progress, pass, fail, retry, scan, search, label. The
// pictures stay in the build folder, under screenshots/.

#include "provision/station/tests/browser.hpp"

#include <gtest/gtest.h>

#include "provision/station/page_server.hpp"
#include "provision/station/tests/fakes.hpp"

namespace epki::station {
namespace {

constexpr const char* enter = "\ue007";  // W3C WebDriver, 17.4.2
constexpr const char* imei_1 = "861234567890123";
constexpr const char* imei_2 = "861234567890131";

struct Operator : ::testing::Test {
  ManualClock clock{*parse_rfc3339("2026-11-27T12:00:00Z")};
  SilentReporter reporter;
  Cancel cancel;
  FakeRecords records;
  std::map<std::string, Socket> sockets;
  std::atomic<int> labels = 0;
  std::unique_ptr<Line> line;
  std::unique_ptr<PageServer> server;
  std::unique_ptr<Browser> browser;

  void SetUp() override {
    auto job = config::parse_job(
        "format = 1\nname = \"Pump controllers\"\nbatch = \"B17\"\n[steps]\nconnect = \"sample\"\nsample_every = 2\n"
        "[[slot]]\nname = \"A1\"\nport = \"p1\"\n[[slot]]\nname = \"A2\"\nport = \"p2\"\n[[slot]]\nname = \"A3\"\nport "
        "= \"p3\"\n",
        "j", "/p");
    ASSERT_TRUE(job) << job.error().what;
    for (const auto& slot : job->slots) sockets[slot.name];
    line = std::make_unique<Line>(
        *job, Line::World{clock, reporter, cancel, records},
        [this](const config::JobSlot& slot) -> Result<std::unique_ptr<Bench>> {
          return std::unique_ptr<Bench>(std::make_unique<FakeBench>(sockets.at(slot.name)));
        },
        [this](const Tile&, const Outcome& outcome) -> Result<std::string> {
          if (!outcome.passed()) return std::string();
          return "labels/" + std::to_string(++labels) + ".png";
        });
    line->start();
    auto started = PageServer::start({.port = 0, .token = "0123456789abcdef"}, *line, records);
    ASSERT_TRUE(started) << started.error().what;
    server = std::make_unique<PageServer>(*std::move(started));
    auto opened = Browser::start();
    ASSERT_TRUE(opened) << opened.error().what << " (packages chromium and chromium-driver)";
    browser = *std::move(opened);
    ASSERT_TRUE(browser->open(server->address()));
    ASSERT_TRUE(sees("document.querySelectorAll('.tile').length === 3"));
  }
  void TearDown() override {
    browser.reset();
    cancel.request();
    for (auto& [name, socket] : sockets) socket.close();
    server.reset();
    line.reset();
  }
  bool sees(const std::string& expression) { return browser->until(expression, after(std::chrono::seconds(20))); }
  bool word_is(const char* slot, const char* word) {
    return sees("document.querySelector('[data-slot=" + std::string(slot) + "] .word').textContent === '" + word + "'");
  }
  void picture(const char* name) {
    const auto taken = browser->screenshot(std::filesystem::path(EPKI_BIN_DIR).parent_path() / "screenshots" / name);
    EXPECT_TRUE(taken) << taken.error().what;
  }
};

TEST_F(Operator, RunsAShiftWithoutAMouse) {
  // The token is gone from the address line, and no error stands in the way.
  EXPECT_TRUE(sees("!location.href.includes('token')"));

  // Plug, progress, pass.
  sockets.at("A1").hold_work();
  sockets.at("A1").plug({.board = {imei_1, "EC200U", "EC200UCNAAR03A03M08"}});
  EXPECT_TRUE(sees("document.querySelector('[data-slot=A1] progress[max=\"1024\"]') !== null"));
  EXPECT_TRUE(word_is("A1", "working"));
  picture("1-working.png");
  sockets.at("A1").go();
  EXPECT_TRUE(word_is("A1", "PASS"));
  EXPECT_TRUE(sees("document.getElementById('passed').textContent === '1'"));

  // Fail: the cause and the remedy in large type.
  sockets.at("A2").plug({.board = {imei_2, "EC200U", "EC200UCNAAR03A03M08"},
                         .error = Error{Errc::modem_refused, "the modem's file store is full",
                                        "delete files with AT+QFDEL, or take another board"}});
  EXPECT_TRUE(word_is("A2", "FAIL"));
  EXPECT_TRUE(
      sees("document.querySelector('[data-slot=A2] .cause').textContent === \"the modem's file store is full\""));
  EXPECT_TRUE(sees("parseFloat(getComputedStyle(document.querySelector('[data-slot=A2] .cause')).fontSize) >= 20"));
  picture("2-pass-and-fail.png");

  // Retry, by keyboard alone: 2 chooses the second slot, r tries again.
  sockets.at("A2").plug({.board = {imei_2, "EC200U", "EC200UCNAAR03A03M08"}});
  ASSERT_TRUE(browser->type("2"));
  EXPECT_TRUE(sees("document.activeElement.dataset.slot === 'A2'"));
  ASSERT_TRUE(browser->type("r"));
  EXPECT_TRUE(word_is("A2", "PASS"));

  // Label, by keyboard; it says where it went.
  EXPECT_TRUE(sees("document.querySelector('[data-slot=A2]').textContent.includes('.png')"));
  const int before = labels;
  EXPECT_TRUE(sees("document.activeElement.closest('[data-slot=A2]') !== null"));
  ASSERT_TRUE(browser->type("l"));
  EXPECT_TRUE(
      sees("document.querySelector('[data-slot=A2]').textContent.includes('" + std::to_string(before + 1) + ".png')"));

  // A keyboard-wedge scanner: the slot's code, Enter, the board's, Enter.
  ASSERT_TRUE(browser->type("s"));
  EXPECT_TRUE(sees("document.activeElement.id === 'scanned'"));
  ASSERT_TRUE(browser->type(std::string("A3") + enter + "SN-0042" + enter));
  EXPECT_TRUE(sees("document.getElementById('scan-says').textContent.includes('SN-0042')"));
  sockets.at("A3").plug({.board = {"861234567890149", "EC200U", "EC200UCNAAR03A03M08"}});
  EXPECT_TRUE(word_is("A3", "PASS"));
  EXPECT_EQ(records.owner_of("SN-0042"), "861234567890149");

  // Search.
  ASSERT_TRUE(browser->click("#search"));
  ASSERT_TRUE(browser->type("86123456789014"));
  EXPECT_TRUE(
      sees("document.querySelectorAll('#devices tr').length === 1 && "
           "document.querySelector('#devices').textContent.includes('861234567890149')"));
  picture("3-search.png");
}

TEST_F(Operator, SpeaksThreeLanguagesInLightAndDark) {
  for (const auto& [language, word] : {std::pair("de", "leer"), std::pair("zh", "空"), std::pair("en", "empty")}) {
    ASSERT_TRUE(browser->value("(() => { const s = document.getElementById('language'); s.value = '" +
                               std::string(language) + "'; s.dispatchEvent(new Event('change')); return true; })()"));
    EXPECT_TRUE(word_is("A1", word)) << language;
    EXPECT_TRUE(sees("document.documentElement.lang === '" + std::string(language) + "'"));
    picture((std::string("4-") + language + ".png").c_str());
  }
  for (const char* look : {"dark", "light"}) {
    ASSERT_TRUE(browser->value("(() => { const s = document.getElementById('look'); s.value = '" + std::string(look) +
                               "'; s.dispatchEvent(new Event('change')); return true; })()"));
    const auto dark = browser->value("getComputedStyle(document.body).backgroundColor");
    ASSERT_TRUE(dark);
    EXPECT_EQ(dark->text_or("") == "rgb(18, 22, 26)", std::string_view(look) == "dark") << dark->dump();
    picture((std::string("5-") + look + ".png").c_str());
  }
}

TEST_F(Operator, AHeldBatchIsReleasedBySomebodyWithAName) {
  sockets.at("A1").plug({.board = {imei_1, "EC200U", "R03"},
                         .error = Error{Errc::network, "the broker is not reached", "check its cable"}});
  EXPECT_TRUE(sees("!document.getElementById('held').hidden"));
  picture("6-held.png");
  ASSERT_TRUE(browser->click("#release"));
  EXPECT_TRUE(sees("document.getElementById('scan-says').textContent.includes('who releases')"));
  ASSERT_TRUE(browser->click("#operator"));
  ASSERT_TRUE(browser->type("Li"));
  ASSERT_TRUE(browser->click("dialog button[value=yes]"));
  EXPECT_TRUE(sees("document.getElementById('operator').textContent === 'Li'"));
  ASSERT_TRUE(browser->click("#release"));
  EXPECT_TRUE(sees("document.getElementById('held').hidden"));
  EXPECT_EQ(records.released_by, "Li");
}

TEST_F(Operator, TheConnectionComesBackByItself) {
  server.reset();
  EXPECT_TRUE(sees("!document.getElementById('lost').hidden"));
  picture("7-lost.png");
}

// Every text of the page stands in every language.
TEST(Strings, NoLanguageLacksAWord) {
  const auto text = read_file(std::string(EPKI_SOURCE_DIR) + "/templates/station/strings.json");
  ASSERT_TRUE(text);
  const auto strings = Json::parse(*text);
  ASSERT_TRUE(strings);
  for (const auto& [key, value] : (*strings)["en"].members())
    for (const char* language : {"de", "zh"}) EXPECT_TRUE((*strings)[language].has(key)) << language << " " << key;
  for (const char* language : {"de", "zh"}) EXPECT_EQ((*strings)[language].size(), (*strings)["en"].size()) << language;
}

}  // namespace
}  // namespace epki::station
