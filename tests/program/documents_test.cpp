// Every document of --json against its published schema: schemas/<first word>.schema.json. What is run for each command
// stands in tests/json/<first word>.run, one command line a line; `# exit N` at its end is the exit code it must have.
// A new command needs both files, and no line here. Afterwards no secret may be anywhere but in its own file.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "tests/program/described.hpp"
#include "tests/program/json_reference.hpp"
#include "tests/program/json_schema.hpp"
#include "tests/program/sandbox.hpp"
#include "tests/program/secrets.hpp"

namespace epki::test {
namespace {

const std::filesystem::path sources = EPKI_SOURCE_DIR;

struct Line {
  std::string text;
  int exit = 0;
};

std::vector<Line> lines_of(const std::filesystem::path& file) {
  std::vector<Line> lines;
  std::istringstream text(*read_file(file));
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || line.starts_with("#")) continue;
    const auto mark = line.rfind("# exit ");
    Line one{line.substr(0, mark)};
    if (mark != std::string::npos) one.exit = std::stoi(line.substr(mark + 7));
    lines.push_back(one);
  }
  return lines;
}

std::string document_of(const std::string& out) {
  return out.starts_with("{") ? out : "";
}

// Which commands printed a document, and which of them one without an error.
struct Seen {
  std::set<std::string> any, good;
};

void run_all(const std::filesystem::path& file, Seen& seen) {
  Sandbox box;
  std::filesystem::create_directory(box / "mutual");
  box.write("passphrase", "correct horse battery staple\n");
  std::filesystem::permissions(box / "passphrase", std::filesystem::perms::owner_read);
  std::filesystem::create_directory(box / "tmp");
  const auto port = std::to_string(box.broker_port());
  std::vector<std::string> printed;
  for (const auto& line : lines_of(file)) {
    const auto ran = box.shell("export TMPDIR=$PWD/tmp PORT=" + port + "; " + line.text);
    printed.push_back(ran.out);
    printed.push_back(ran.err);
    EXPECT_EQ(ran.exit, line.exit) << file << "\n" << ran;
    if (line.text.find("--json") == std::string::npos) continue;
    const auto document = document_of(ran.out);
    ASSERT_FALSE(document.empty()) << file << ": no document\n" << ran;
    for (const auto& fault : document_faults(document)) ADD_FAILURE() << file << ": " << fault << "\n" << ran;
    const auto said = ran.json();
    const auto id = said["schema"].text_or("");
    auto name = id.substr(0, id.rfind('/')).substr(11);
    if (said.has("action")) name += " " + said["action"].text_or("");
    seen.any.insert(name);
    if (!said.has("error")) seen.good.insert(name);
  }
  EXPECT_EQ(secret_faults(box.folder(), printed), std::vector<std::string>{}) << file;
}

TEST(Documents, OfEveryCommandAreAsTheirSchemaSays) {
  Seen seen;
  // What cannot succeed without more than this machine has, and where it is tried instead.
  std::string elsewhere;
  for (const auto& entry : std::filesystem::directory_iterator(sources / "tests/json")) {
    if (entry.path().extension() != ".run") continue;
    run_all(entry.path(), seen);
    elsewhere += *read_file(entry.path());
  }
  for (const auto& command : described_commands()) {
    if (command.group || command.name == "sim") continue;  // the simulator prints lines, no document; see below
    EXPECT_TRUE(seen.any.contains(command.name))
        << "no line of tests/json/" << command.first_word() << ".run made `" << command.name
        << " --json` print a document: add one, and describe its keys in schemas/" << command.first_word()
        << ".schema.json";
    if (elsewhere.find("# " + command.name + " succeeds in ") == std::string::npos) {
      EXPECT_TRUE(seen.good.contains(command.name)) << "tests/json/" << command.first_word() << ".run: `"
                                                    << command.name << " --json` printed nothing but errors";
    }
  }
}

TEST(Documents, EverySchemaBelongsToACommandAndDescribesEachKey) {
  std::map<std::string, std::set<std::string>> actions;
  for (const auto& command : described_commands())
    if (!command.group) actions[command.first_word()].insert(command.second_word());
  for (const auto& entry : std::filesystem::directory_iterator(sources / "schemas")) {
    const auto name = entry.path().filename().string();
    SCOPED_TRACE(name);
    const auto text = read_file(entry.path());
    const auto schema = Json::parse(*text);
    ASSERT_TRUE(schema) << schema.error().what;
    EXPECT_EQ((*schema)["$id"].text_or(""), name);
    const auto command = name.substr(0, name.find('.'));
    if (command == "usage") continue;
    EXPECT_TRUE(actions.contains(command)) << "there is no command of this name";
    std::set<std::string> said;
    for (const auto& action : (*schema)["properties"]["action"]["enum"].items()) said.insert(action.text_or(""));
    auto wanted = actions[command];
    wanted.erase("");
    EXPECT_EQ(said, wanted) << "its actions are not the command's";
    for (const auto& [key, property] : (*schema)["properties"].members())
      if (key != "schema" && !property.has("$ref")) {
        EXPECT_NE(property["description"].text_or(""), "") << key << " has no description";
      }
  }
}

TEST(Documents, AreExplainedOnTheirPage) {
  const auto page = sources / "docs/json.md";
  const auto wanted = json_reference();
  if (std::getenv("EPKI_REGOLD") != nullptr) {
    ASSERT_TRUE(replace_file(page, wanted, 0644));
  }
  const auto found = read_file(page);
  ASSERT_TRUE(found);
  EXPECT_TRUE(*found == wanted)
      << "docs/json.md is not what the schemas say; write it again: EPKI_REGOLD=1 ctest --preset "
         "dev -R program_documents";
}

TEST(Documents, OfAnUnknownCommandAreUsageErrors) {
  Sandbox box;
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"--json", "frobnicate"}, {"--json"}, {"-q", "--json"}}) {
    const auto ran = box.run(words);
    EXPECT_EQ(ran.exit, 2) << ran;
    EXPECT_EQ(document_faults(ran.out), std::vector<std::string>{}) << ran;
    EXPECT_EQ(ran.json()["error"]["code"].text_or(""), "usage") << ran;
  }
}

TEST(Documents, OfHelpAndVersionHoldTheText) {
  Sandbox box;
  for (const auto& [words, key] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{{{"--json", "--help"}, "help"},
                                                                     {{"init", "--help", "--json"}, "help"},
                                                                     {{"--version", "--json"}, "version"}}) {
    const auto ran = box.run(words);
    EXPECT_EQ(ran.exit, 0) << ran;
    EXPECT_EQ(document_faults(ran.out), std::vector<std::string>{}) << ran;
    EXPECT_NE(ran.json()[key].text_or("").find("ec200u-pki"), std::string::npos) << ran;
  }
}

TEST(Documents, TheSimulatorsReadyLineIsAsItsSchemaSays) {
  Sandbox box;
  auto child = Child::start({.argv = {EPKI_BIN_DIR "/ec200u-sim", "--persona", "strict"}, .folder = box.folder()});
  ASSERT_TRUE(child);
  const auto line = child->read_line(after(std::chrono::seconds(60)));
  ASSERT_TRUE(line && *line);
  EXPECT_EQ(faults_against(*read_file(sources / "schemas/sim.schema.json"), **line), std::vector<std::string>{})
      << **line;
  for (const char* key : {"pty", "imei", "persona", "link"}) EXPECT_NE((*line)->find(key), std::string::npos) << **line;
}

TEST(Documents, OfASimulatorThatCannotBeginAreErrors) {
  Sandbox box;
  for (const auto& [words, exit, code] : std::vector<std::tuple<std::vector<std::string>, int, std::string>>{
           {{"--json", "sim", "--persona", "nobody"}, 3, "input"}, {{"sim", "--frobnicate", "--json"}, 2, "usage"}}) {
    const auto ran = box.run(words);
    EXPECT_EQ(ran.exit, exit) << ran;
    EXPECT_EQ(document_faults(ran.out), std::vector<std::string>{}) << ran;
    EXPECT_EQ(ran.json()["error"]["code"].text_or(""), code) << ran;
  }
  EXPECT_NE(box.run({"--json", "sim", "--help"}).json()["help"].text_or("").find("--persona"), std::string::npos);
}

// The guard itself: a key without a description, a wrong type and a missing key are found.
TEST(Documents, ThatDriftAreFound) {
  const std::string good = R"({"schema":"ec200u-pki/completion/1","ok":true,"shell":"bash","script":"x"})";
  EXPECT_EQ(document_faults(good), std::vector<std::string>{});
  for (const std::string bad :
       {R"({"schema":"ec200u-pki/completion/1","ok":true,"shell":"bash","script":"x","more":1})",
        R"({"schema":"ec200u-pki/completion/1","ok":true,"shell":"bash","script":7})",
        R"({"schema":"ec200u-pki/completion/1","ok":true,"shell":"bash"})",
        R"({"schema":"ec200u-pki/completion/1","ok":false,"error":{"code":"nonsense","what":"","hint":""}})",
        R"({"schema":"ec200u-pki/no-such-command/1","ok":true})", R"({"ok":true})"})
    EXPECT_FALSE(document_faults(bad).empty()) << bad;
}

}  // namespace
}  // namespace epki::test
