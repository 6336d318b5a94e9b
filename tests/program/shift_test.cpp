// A shift at a line of sixteen boards, as an operator works: the station's real program, real simulated modems with
// mixed faults, a real broker, and a real Chromium that types and clicks. EPKI_PICTURES names a folder for the pictures
// of docs/station.md (scripts/station-pictures); without it they go to the build folder, under screenshots/.

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>

#include "core/text.hpp"
#include "provision/station/tests/browser.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

using std::chrono::seconds;

constexpr const char* enter = "\ue007";  // W3C WebDriver, 17.4.2
constexpr const char* other_firmware = "EC200UCNAAR02A09M08";

/// A station, its page in a browser, and boards that come into its slots.
class AtThePage : public testing::Test {
 protected:
  /// A new board: where it is put in, how it behaves, and its number (its IMEI ends with it).
  struct Board {
    std::string slot, persona, number;
  };

  /// With the box's job.toml, whose page has so many tiles; `words` are further ones of the command.
  void open_page(int tiles, const std::string& words = {}) {
    station =
        *Child::start({.argv = {"sh", "-c",
                                "cd '" + box.folder().string() + "' && exec '" + EPKI_BIN_DIR +
                                    "/ec200u-pki' station --job job.toml --listen 127.0.0.1:0 " + words + " 2>&1"}});
    std::string address;
    while (address.empty()) {
      auto line = station->read_line(after(seconds(30)));
      ASSERT_TRUE(line && *line) << "the station did not start";
      if (const auto at = (*line)->find("http://"); at != std::string::npos) address = (*line)->substr(at);
    }
    auto opened = station::Browser::start();
    ASSERT_TRUE(opened) << opened.error().what << " (packages chromium and chromium-driver)";
    browser = *std::move(opened);
    ASSERT_TRUE(browser->size(1280, 1250));
    ASSERT_TRUE(browser->open(address));
    ASSERT_TRUE(sees("document.querySelectorAll('.tile').length === " + std::to_string(tiles), seconds(30)));
  }
  void TearDown() override {
    browser.reset();
    if (station) {
      station->signal(SIGTERM);
      EXPECT_EQ(station->wait(after(seconds(60))), 0) << "Ctrl-C in the middle of a shift";
    }
  }

  std::string slot_of(const std::string& name) const {
    return "[[slot]]\nname = \"" + name + "\"\nport = \"" + (box.folder() / name).string() + "\"\n";
  }

  void plug(const Board& board) {
    in.insert_or_assign(board.slot,
                        box.simulator({"--persona", board.persona + ".toml", "--first", board.number, "--state",
                                       "board-" + board.number + "-" + board.slot, "--link",
                                       (box.folder() / board.slot).string(), "--host", "broker.test=127.0.0.1"}));
  }
  void take_out(const std::string& slot) {
    auto& modem = in.at(slot);
    modem.child.signal(SIGTERM);
    (void)modem.child.wait(after(seconds(20)));
    in.erase(slot);
  }

  bool sees(const std::string& expression, std::chrono::milliseconds limit = seconds(60)) {
    return browser->until(expression, after(limit));
  }
  static std::string tile(const std::string& slot) { return "document.querySelector('[data-slot=" + slot + "]')"; }
  bool word_is(const std::string& slot, const char* word, std::chrono::milliseconds limit = seconds(120)) {
    return sees(tile(slot) + ".querySelector('.word').textContent === '" + word + "'", limit);
  }
  std::string text_of(const std::string& slot) {
    const auto text = browser->value(tile(slot) + ".innerText");
    return text ? text->text_or("") : text.error().what;
  }
  bool choose(const char* id, const char* value) {
    const auto done =
        browser->value("(() => { const s = document.getElementById('" + std::string(id) + "'); s.value = '" + value +
                       "'; s.dispatchEvent(new Event('change')); return true; })()");
    return static_cast<bool>(done);
  }
  void picture(const std::string& name) {
    const char* wanted = std::getenv("EPKI_PICTURES");
    const auto folder = wanted != nullptr ? std::filesystem::path(wanted)
                                          : std::filesystem::path(EPKI_BIN_DIR).parent_path() / "screenshots";
    const auto taken = browser->screenshot(folder / name);
    EXPECT_TRUE(taken) << taken.error().what;
  }

  Sandbox box;
  std::optional<Child> broker, station;
  std::map<std::string, Sandbox::Modem> in;
  std::unique_ptr<station::Browser> browser;
};

class Shift : public AtThePage {
 protected:
  void SetUp() override {
    ASSERT_EQ(box.init().exit, 0);
    ASSERT_EQ(box.shell("sed -i 's/^registration_seconds.*/registration_seconds = 5/' ec200u-pki.toml").exit, 0);
    broker.emplace(box.broker());
    write_personas();
    write_job();
    open_page(16);
  }

  void write_personas() {
    const std::string paced = "baud = 115200\nthink_ms = 5\n";
    const std::string checked = "[policy.mqtt]\nanchors = \"uploaded\"\nhostname = \"checked\"\n";
    const auto persona = [&](const std::string& name, const std::string& more) {
      box.write(name + ".toml", paced + checked + more);
    };
    persona("good", "");
    persona("other", std::string("[identity]\nrevision = \"") + other_firmware + "\"\n");
    persona("reboots", "[faults]\nreboot_at_command = 20\n");
    persona("loses", "[faults]\nlose_upload_completion = 1\n");
    persona("alters", "[faults]\nalter_upload = 1\n");
    persona("no-sim", "[radio]\nsim = \"missing\"\nregistration = 3\n");
    persona("no-name", "[faults]\ndns_fails = 2\n");
    persona("full", "[faults]\nstorage_bytes = 300\n");
    box.write("careless.toml", paced + "[policy.mqtt]\nanchors = \"uploaded\"\nhostname = \"unchecked\"\n");
  }
  void write_job() {
    std::string job =
        "format = 1\nname = \"Pump controllers\"\nbatch = \"B17\"\n[firmware]\nallow = [\"EC200UCNAAR03A03M08\"]\n"
        "others = \"refuse\"\n[label]\nto = [\"file:labels\"]\n";
    for (const char* row : {"A", "B"})
      for (int i = 1; i <= 8; ++i) {
        job += slot_of(row + std::to_string(i));
      }
    box.write("job.toml", job);
  }
};

TEST_F(Shift, SixteenBoardsWithMixedFaults) {
  ASSERT_TRUE(choose("look", "light"));
  ASSERT_TRUE(browser->click("#operator"));
  ASSERT_TRUE(browser->type("Li"));
  ASSERT_TRUE(browser->click("#ask button[value=yes]"));
  EXPECT_TRUE(sees("document.getElementById('operator').textContent === 'Li'"));

  // The scanner tells the serial number of the board that comes into A1, before it is there.
  ASSERT_TRUE(browser->type("s"));
  EXPECT_TRUE(sees("document.activeElement.id === 'scanned'"));
  ASSERT_TRUE(browser->type(std::string("A1") + enter + "SN-0042" + enter));
  EXPECT_TRUE(sees("document.getElementById('scan-says').textContent.includes('SN-0042')"));

  // Plug: all slots, one after the other, as hands do.
  const std::map<std::string, const char*> persona{{"A3", "no-name"}, {"A5", "reboots"},  {"A6", "other"},
                                                   {"A8", "loses"},   {"B2", "careless"}, {"B4", "no-sim"},
                                                   {"B5", "alters"},  {"B7", "full"}};
  int number = 1;
  for (const char* row : {"A", "B"})
    for (int i = 1; i <= 8; ++i, ++number) {
      const auto slot = row + std::to_string(i);
      const auto at = persona.find(slot);
      plug({slot, at == persona.end() ? "good" : at->second, std::to_string(number)});
    }

  // Progress; of several at once where a picture is wanted, which needs a machine that is not busy.
  const std::string many = std::getenv("EPKI_PICTURES") != nullptr ? "3" : "1";
  EXPECT_TRUE(sees("document.querySelectorAll('[data-light=working] progress[max]').length >= " + many));
  picture("station-working.png");

  // Pass and fail: the good ones pass beside the others, whatever those do.
  for (const char* slot : {"A1", "A2", "A4", "A5", "A7", "A8", "B1", "B3", "B5", "B6", "B8"})
    EXPECT_TRUE(word_is(slot, "PASS")) << slot << ": " << text_of(slot);
  const std::map<std::string, const char*> causes{{"A3", "resolve broker.test"},
                                                  {"A6", "is not on the job's list"},
                                                  {"B2", "does not check the broker's name"},
                                                  {"B4", "SIM"},
                                                  {"B7", "bytes left"}};
  for (const auto& [slot, cause] : causes) {
    EXPECT_TRUE(word_is(slot, "FAIL")) << slot << ": " << text_of(slot);
    EXPECT_NE(text_of(slot).find(cause), std::string::npos) << slot << ": " << text_of(slot);
    EXPECT_TRUE(sees("parseFloat(getComputedStyle(" + tile(slot) + ".querySelector('.cause')).fontSize) >= 20"));
    EXPECT_TRUE(sees(tile(slot) + ".querySelector('.remedy') !== null")) << slot << " has no remedy";
  }
  EXPECT_NE(text_of("A1").find("SN-0042"), std::string::npos);
  EXPECT_TRUE(sees("document.getElementById('passed').textContent === '11'"));
  EXPECT_TRUE(sees("document.getElementById('failed').textContent === '5'"));
  picture("station-pass-and-fail.png");
  ASSERT_TRUE(choose("look", "dark"));
  picture("station-dark.png");
  ASSERT_TRUE(choose("look", "light"));

  // Retry, by keyboard: the network has come back.
  ASSERT_TRUE(browser->value("(document.activeElement.blur(), true)"));
  ASSERT_TRUE(browser->type("3"));
  EXPECT_TRUE(sees("document.activeElement.dataset.slot === 'A3'"));
  ASSERT_TRUE(browser->type("r"));
  EXPECT_TRUE(word_is("A3", "PASS")) << text_of("A3");

  // Label, by keyboard: once more, for the board in A2.
  ASSERT_TRUE(browser->value("(document.activeElement.blur(), true)"));
  const auto label = box / "labels/861234567890124.png";
  ASSERT_TRUE(std::filesystem::exists(label));
  std::filesystem::remove(label);
  ASSERT_TRUE(browser->type("2"));
  EXPECT_TRUE(sees("document.activeElement.dataset.slot === 'A2'"));
  ASSERT_TRUE(browser->type("l"));
  EXPECT_TRUE(sees(tile("A2") + ".innerText.includes('861234567890124.png')"));
  const auto printed = after(seconds(30));
  while (!std::filesystem::exists(label) && std::chrono::steady_clock::now() < printed) (void)word_is("A2", "PASS");
  EXPECT_TRUE(std::filesystem::exists(label));

  // A board is taken out and put in again; a board comes into a slot while it is in another one.
  take_out("A2");
  EXPECT_TRUE(word_is("A2", "empty"));
  plug({"A2", "good", "2"});
  EXPECT_TRUE(word_is("A2", "PASS")) << text_of("A2");
  EXPECT_NE(text_of("A2").find("provisioned before"), std::string::npos) << text_of("A2");
  take_out("B7");
  EXPECT_TRUE(word_is("B7", "empty"));
  plug({"B7", "good", "1"});
  EXPECT_TRUE(word_is("B7", "FAIL"));
  EXPECT_NE(text_of("B7").find("is in slot A1 too"), std::string::npos) << text_of("B7");

  // Search, by serial number and by IMEI.
  ASSERT_TRUE(browser->click("#search"));
  ASSERT_TRUE(browser->type("SN-0042"));
  EXPECT_TRUE(
      sees("document.querySelectorAll('#devices tr').length === 1 && "
           "document.querySelector('#devices').textContent.includes('861234567890123')"));
  ASSERT_TRUE(browser->value("(document.getElementById('last').scrollIntoView(), true)"));
  picture("station-search.png");

  // What the page said is what the ledger holds.
  const auto whole = box.run({"ledger", "check"});
  EXPECT_EQ(whole.exit, 0) << whole;
}

// A line whose devices have keys of their own: the CA may sign once, then somebody must unlock it; a board that a
// customer sent back is issued anew.
TEST_F(AtThePage, ALockedCaAndABoardThatCameBack) {
  ASSERT_EQ(box.init({"--mutual", "--issuing"}).exit, 0);
  broker.emplace(box.broker());
  box.write("good.toml", "[policy.mqtt]\nanchors = \"uploaded\"\nhostname = \"checked\"\n");
  box.write("job.toml",
            "format = 1\nname = \"Pumps\"\noperator = \"Li\"\n[steps]\nmutual = true\n[signing]\nquota = 1\n" +
                slot_of("A1") + slot_of("A2"));
  box.write("passphrase", Sandbox::passphrase());
  std::filesystem::permissions(box / "passphrase", std::filesystem::perms(0600));
  open_page(2, "--passphrase-file passphrase");
  plug({"A1", "good", "1"});
  EXPECT_TRUE(word_is("A1", "PASS")) << text_of("A1");
  EXPECT_TRUE(sees("document.getElementById('locked').hidden"));
  EXPECT_TRUE(sees("document.getElementById('signing-left').textContent.startsWith('0')"));

  plug({"A2", "good", "2"});
  EXPECT_TRUE(word_is("A2", "FAIL")) << text_of("A2");
  EXPECT_NE(text_of("A2").find("unlocked for 1 certificate"), std::string::npos) << text_of("A2");
  ASSERT_TRUE(sees("!document.getElementById('locked').hidden"));
  const auto unlock = [&](const std::string& passphrase) {
    ASSERT_TRUE(browser->click("#passphrase"));
    ASSERT_TRUE(browser->type(passphrase + enter));
    EXPECT_TRUE(sees("document.getElementById('passphrase').value === ''"));
  };
  unlock("not the passphrase");
  EXPECT_TRUE(sees("document.getElementById('unlock-says').textContent.includes('passphrase')"));
  EXPECT_TRUE(sees("!document.getElementById('locked').hidden"));
  picture("station-locked.png");
  unlock(Sandbox::passphrase());
  EXPECT_TRUE(sees("document.getElementById('locked').hidden"));
  ASSERT_TRUE(browser->click("[data-slot=A2] .retry"));
  EXPECT_TRUE(word_is("A2", "PASS")) << text_of("A2");

  // By keyboard, with a question; the CA is locked once more, and what was asked for is not forgotten meanwhile.
  const auto serials = [&](const char* status) {
    std::vector<std::string> all;
    const auto said = box.run({"ledger", "list", "--json"}).json();
    for (const auto& row : said["rows"].items())
      if (row["kind"].text() == "device" && row["status"].text() == status) all.push_back(row["serial"].text_or(""));
    return all;
  };
  const auto before = serials("valid");
  ASSERT_EQ(before.size(), 2U);
  ASSERT_TRUE(browser->value("(document.activeElement.blur(), true)"));
  ASSERT_TRUE(browser->type("1"));
  EXPECT_TRUE(sees("document.activeElement.dataset.slot === 'A1'"));
  ASSERT_TRUE(browser->type("i"));
  ASSERT_TRUE(sees("document.getElementById('sure').open"));
  ASSERT_TRUE(browser->click("#sure button[value=yes]"));
  EXPECT_TRUE(word_is("A1", "FAIL")) << text_of("A1");
  unlock(Sandbox::passphrase());
  EXPECT_TRUE(sees("document.getElementById('locked').hidden"));
  ASSERT_TRUE(browser->click("[data-slot=A1] .retry"));
  EXPECT_TRUE(word_is("A1", "PASS")) << text_of("A1");
  const auto revoked = serials("revoked");
  ASSERT_EQ(revoked.size(), 1U);
  EXPECT_NE(std::find(before.begin(), before.end(), revoked.front()), before.end()) << "the board's former certificate";
  EXPECT_EQ(serials("valid").size(), 2U);
}

}  // namespace
}  // namespace epki::test
