#include "config/project.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "config/keys.hpp"
#include "config/names.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::config {
namespace {

constexpr std::string_view smallest = "[ca]\nname = \"n\"\n[broker]\nhosts = [\"broker.test\"]\n";

Result<Project> read(std::string_view text) {
  return parse(text, "x.toml", "/p");
}

std::string complaint(std::string_view text) {
  const auto project = read(text);
  return project ? "accepted" : project.error().what;
}

TEST(Project, AbsentKeysKeepTheirDefaults) {
  const auto project = read(smallest);
  ASSERT_TRUE(project) << project.error().what;
  EXPECT_EQ(project->ca.key, "rsa-2048");
  EXPECT_EQ(project->broker.port, 8883);
  EXPECT_EQ(project->modem.spare_context, 5);
  EXPECT_EQ(project->folder, "/p");
  EXPECT_EQ(project->ledger_file(), "/p/ledger.db");
}

TEST(Project, WhatIsRenderedReadsBackEqual) {
  Project odd;
  odd.folder = "/p";
  odd.ca = {"Mühle \"7\" \\ # [x] = 'y'", "ec-p384", 100, 99};
  odd.ca.permit_names = {"plant.example", "192.0.2.7"};
  odd.broker = {{"b.test", "127.0.0.1"}, {"10.0.0.1", "::1", "127.0.0.1"}, 1, "::1", true};
  odd.modem = {"/dev/serial/by-id/a \"b\"", 921600, true, 0, 3, 5, 7, "iot.example"};
  odd.provision = {false, "192.0.2.1", "leave", "hold", 1, "ec200u/a/b"};
  odd.ledger.file = "ledger files/main.db";
  odd.station = {{"sim:strict", "usb:1-2.3"}, "[::1]:0", "jobs/line 7.toml", "Li"};
  const auto text = render(odd);
  const auto back = read(text);
  ASSERT_TRUE(back) << back.error().what << "\n" << text;
  for (const auto& key : all_keys()) EXPECT_EQ(key.write(*back), key.write(odd)) << key.name;
}

TEST(Project, EveryKeyIsRenderedWithAComment) {
  const auto text = render(Project{});
  for (const auto& key : all_keys()) {
    const auto at = text.find(")\n" + std::string(key.name) + " = ");
    EXPECT_NE(at, std::string::npos) << key.table << "." << key.name;
  }
}

TEST(Project, ComplaintsNameFileLineAndColumn) {
  EXPECT_EQ(complaint("[ca]\nname = \"n\"\n[broker]\nhosts = [\"b\"]\nport = 70000\n"),
            "x.toml:5:8: broker.port = 70000 is out of range");
  EXPECT_EQ(complaint("[ca]\nname = \"n\"\n[broker]\nhosts = [\"a b\"]\n"),
            "x.toml:4:9: broker.hosts = \"a b\" is no host name");
  EXPECT_EQ(complaint("[ca]\nname = \"n\"\ndays = 3\n[broker]\nhosts = [\"b\"]\n"),
            "x.toml:3:1: no such setting: ca.days");
  EXPECT_EQ(complaint("[ca]\nname = \"n\"\n[broker]\nhosts = [\"b\"]\n[stations]\n"),
            "x.toml:5:2: no such setting: stations");
  EXPECT_EQ(complaint("[ca]\nname = \n"), "x.toml:2:8: Error while parsing key-value pair: expected value, saw '\\n'")
      << "the wording is the TOML library's";
}

TEST(Project, TheSpareContextIsNotTheOneInUse) {
  const auto base = std::string(smallest);
  EXPECT_EQ(complaint(base + "[modem]\nspare_context = 1\n"),
            "x.toml:6:17: modem.spare_context and modem.ssl_context are both 1");
  EXPECT_EQ(complaint(base + "[modem]\nssl_context = 5\n"),
            "x.toml:6:15: modem.spare_context and modem.ssl_context are both 5");
}

TEST(Project, WhatHasNoDefaultMustBeThere) {
  EXPECT_EQ(complaint("[broker]\nhosts = [\"b\"]\n"), "x.toml:1:1: ca.name is missing");
  EXPECT_EQ(complaint("[ca]\nname = \"n\"\n"), "x.toml:1:1: broker.hosts names no host");
  EXPECT_EQ(complaint("[ca]\nname = \"n\"\n[broker]\nhosts = []\n"), "x.toml:4:9: broker.hosts names no host");
}

TEST(Project, ValuesThatWouldBreakWhatTheyGoIntoAreRefused) {
  const std::map<std::string, std::string> bad{
      {"[provision]\ntopic = \"other/x\"\n", "is not under ec200u/, where the broker lets it write"},
      {"[provision]\ntopic = \"ec200u/#\"\n", "holds a wildcard"},
      {"[provision]\nclock = \"sun\"\n", "is not a word it knows"},
      {"[provision]\nntp_server = \"\"\n", "is empty"},
      {"[modem]\napn = \"a\\\"b\"\n", "does not fit into an AT command"},
      {"[modem]\nport = \"\"\n", "is empty"},
      {"[modem]\nbaud = 300\n", "is out of range"},
      {"[ledger]\nfile = \"a\\nb\"\n", "holds a control character"},
      {"[ledger]\nfile = \"a/\"\n", "names a folder"},
  };
  for (const auto& [text, reason] : bad) {
    const auto said = complaint(std::string(smallest) + text);
    EXPECT_NE(said.find(reason), std::string::npos) << text << " -> " << said;
  }
  EXPECT_NE(complaint("[ca]\nname = \"\"\n[broker]\nhosts=[\"b\"]\n").find("is empty"), std::string::npos);
  EXPECT_NE(complaint("[ca]\nname = \"n\"\n[broker]\nhosts=[\"*.b\"]\n").find("is no host name"), std::string::npos);
  EXPECT_NE(complaint("[ca]\nname = \"n\"\n[broker]\nhosts=[\"müller.de\"]\n").find("xn--"), std::string::npos);
  EXPECT_NE(complaint("[ca]\nname = \"n\"\n[broker]\nhosts=[\"b\"]\nips=[\"b\"]\n").find("no IPv4 or IPv6"),
            std::string::npos);
}

TEST(Project, NoServerCertificateOutlivesItsRoot) {
  EXPECT_EQ(complaint("[ca]\nname = \"n\"\nroot_days = 10\nserver_days = 11\n[broker]\nhosts = [\"b\"]\n"),
            "x.toml:4:15: ca.server_days is more than ca.root_days: the root would end first");
}

TEST(Names, WhatStandsBehindANulIsNotThrownAway) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(is_address("192.0.2.1"));
  EXPECT_FALSE(is_address("192.0.2.1\0.example.com"sv));
  EXPECT_NE(why_no_host("192.0.2.1\0"sv), "");
  EXPECT_NE(why_no_host("broker.example\0.com"sv), "");
}

TEST(Project, AnAddressAmongTheHostsCountsAsAnAddressToo) {
  const auto project = read("[ca]\nname = \"n\"\n[broker]\nhosts = [\"b\", \"192.0.2.7\"]\n");
  ASSERT_TRUE(project);
  EXPECT_EQ(project->broker.ips, std::vector<std::string>{"192.0.2.7"});
}

TEST(Project, AMissingFileNamesTheFolderAndTheWayOut) {
  auto folder = TemporaryFolder::make("config-test");
  ASSERT_TRUE(folder);
  const auto project = load(folder->path());
  ASSERT_FALSE(project);
  EXPECT_EQ(project.error().code, Errc::input);
  EXPECT_EQ(project.error().what, "no ec200u-pki.toml in " + folder->path().string());
  EXPECT_EQ(project.error().hint, "run ec200u-pki init here, or name the project folder with -C");
}

TEST(Project, AFolderWhosePathDoesNotFitIntoALineIsRefused) {
  for (const auto* folder : {"/p/a\nb", "/p/\xff", "/p/\xc3"}) {
    const auto project = parse(smallest, "x.toml", folder);
    ASSERT_FALSE(project);
    EXPECT_EQ(project.error().code, Errc::input);
  }
  EXPECT_TRUE(parse(smallest, "x.toml", "/p/größe \"7\" #"));
}

TEST(Project, TheFolderIsAbsoluteHoweverItWasNamed) {
  auto folder = TemporaryFolder::make("config-test");
  ASSERT_TRUE(folder);
  ASSERT_TRUE(write_new_file(folder->path() / project_file, smallest, 0644));
  for (const auto* end : {"", "/", "/.", "/./"}) {
    const auto project = load(folder->path().string() + end);
    ASSERT_TRUE(project) << project.error().what;
    EXPECT_EQ(project->folder, folder->path()) << end;
  }
}

// docs/configuration.md has one row a key: | `table.key` | default | range | sentence |
TEST(Project, TheDocumentationListsEveryKeyWithItsDefaultAndRange) {
  const auto doc = read_file(std::filesystem::path(EPKI_SOURCE_DIR) / "docs/configuration.md");
  ASSERT_TRUE(doc);
  std::map<std::string, std::vector<std::string>> rows;
  for (const auto line : split(*doc, '\n')) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    for (const auto cell : split(line, '|')) cells.emplace_back(trimmed(cell));
    ASSERT_EQ(cells.size(), 6U) << line;
    ASSERT_TRUE(rows.emplace(cells[1], cells).second) << "twice: " << line;
  }
  const Project defaults;
  for (const auto& key : all_keys()) {
    const std::string name = "`" + std::string(key.table) + "." + std::string(key.name) + "`";
    ASSERT_TRUE(rows.contains(name)) << name << " is not documented";
    const auto& cells = rows.at(name);
    const auto preset = key.write(defaults);
    const bool required = name == "`ca.name`" || name == "`broker.hosts`";
    EXPECT_EQ(cells[2], required ? "none: must be there" : "`" + preset + "`") << name;
    EXPECT_EQ(cells[3], key.range) << name;
    EXPECT_EQ(cells[4], key.sentence) << name;
    rows.erase(name);
  }
  EXPECT_TRUE(rows.empty()) << rows.begin()->first << " is documented but not known";
  EXPECT_EQ(known_keys().size(), all_keys().size());
}

}  // namespace
}  // namespace epki::config
