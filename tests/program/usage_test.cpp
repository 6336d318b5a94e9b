#include <gtest/gtest.h>

#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

constexpr const char* commands[] = {"init", "provision", "verify", "judge"};

TEST(Usage, EveryCommandHasHelpWithAnExample) {
  Sandbox box;
  const auto all = box.run({"--help"});
  EXPECT_EQ(all.exit, 0) << all;
  for (const char* command : commands) {
    EXPECT_NE(all.out.find(command), std::string::npos) << command;
    const auto ran = box.run({command, "--help"});
    EXPECT_EQ(ran.exit, 0) << ran;
    EXPECT_NE(ran.out.find("Examples:"), std::string::npos) << ran;
  }
  EXPECT_EQ(box.run({}).exit, 0);
}

TEST(Usage, TheSimulatorGetsItsWordsAsTheyAre) {
  Sandbox box;
  const auto help = box.run({"sim", "--help"});
  EXPECT_EQ(help.exit, 0) << help;
  EXPECT_NE(help.out.find("--persona NAME|FILE"), std::string::npos) << help;
  const auto listed = box.run({"-q", "sim", "--seed", "7", "--host", "a.test=127.0.0.1", "--list-personas"});
  EXPECT_EQ(listed.exit, 0) << listed;
  EXPECT_NE(listed.out.find("field-report"), std::string::npos) << listed;
  const auto wrong = box.run({"-C", box.folder().string(), "sim", "--persona", "nobody-knows"});
  EXPECT_EQ(wrong.exit, 3) << wrong;
  EXPECT_NE(wrong.err.find("nobody-knows"), std::string::npos) << wrong;
}

TEST(Usage, WrongWordsExit2WithOneSentenceAndAHint) {
  Sandbox box;
  for (const auto& words : std::vector<std::vector<std::string>>{{"frobnicate"},
                                                                 {"init", "--nonsense"},
                                                                 {"provision", "--context", "6"},
                                                                 {"provision", "--context", "x"},
                                                                 {"judge"},
                                                                 {"init", "--key", "dsa"},
                                                                 {"verify", "--path", "smtp"}}) {
    const auto ran = box.run(words);
    EXPECT_EQ(ran.exit, 2) << ran;
    EXPECT_NE(ran.err.find("error: "), std::string::npos) << ran;
    EXPECT_NE(ran.err.find("hint: "), std::string::npos) << ran;
    EXPECT_EQ(ran.out, "") << ran;
  }
}

TEST(Usage, JsonIsOneDocumentOnFailureToo) {
  Sandbox box;
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"--json", "provision"},
                                             {"provision", "--json", "--nonsense"},
                                             {"--json", "judge", "--chain", "x", "--trusted", "y"}}) {
    const auto ran = box.run(words);
    EXPECT_NE(ran.exit, 0) << ran;
    const auto said = ran.json();
    EXPECT_EQ(said["ok"].boolean(), false) << ran;
    EXPECT_TRUE(said["error"]["code"].text()) << ran;
    EXPECT_TRUE(said["error"]["what"].text()) << ran;
    EXPECT_TRUE(said["error"]["hint"].text()) << ran;
    EXPECT_TRUE(said["schema"].text_or("").starts_with("ec200u-pki/")) << ran;
  }
}

TEST(Usage, AFolderWithoutAProjectExits3) {
  Sandbox box;
  for (const char* command : {"provision", "verify"}) {
    const auto ran = box.run({command, "--port", "sim"});
    EXPECT_EQ(ran.exit, 3) << ran;
    EXPECT_NE(ran.err.find("init"), std::string::npos) << ran;
  }
  EXPECT_EQ(box.run({"-C", "missing", "init"}).exit, 3);
}

TEST(Usage, AnUnknownKeyInTheProjectFileIsPointedAt) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  auto text = *read_file(box / "ec200u-pki.toml");
  box.write("ec200u-pki.toml", "nonsense = 1\n" + text);
  const auto ran = box.run({"provision", "--port", "sim"});
  EXPECT_EQ(ran.exit, 3) << ran;
  EXPECT_NE(ran.err.find("ec200u-pki.toml:1:1"), std::string::npos) << ran;
  EXPECT_NE(ran.err.find("nonsense"), std::string::npos) << ran;
}

TEST(Usage, CWorksFromElsewhere) {
  Sandbox box;
  std::filesystem::create_directory(box / "p");
  const auto ran = box.run({"-C", "p", "init", "--host", "broker.test", "--key", "ec-p256"});
  EXPECT_EQ(ran.exit, 0) << ran;
  EXPECT_TRUE(std::filesystem::exists(box / "p/ca/root.pem"));
}

// In a real bash, as after a press of Tab behind these words.
TEST(Usage, CompletionOffersWordsAndTheirValues) {
  Sandbox box;
  const auto offered = [&](const std::string& words) {
    return box
        .shell("eval \"$(ec200u-pki completion bash)\"; COMP_WORDS=(ec200u-pki " + words +
               "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _ec200u_pki; echo \"${COMPREPLY[*]}\"")
        .out;
  };
  EXPECT_EQ(offered("pro"), "provision\n");
  EXPECT_EQ(offered("broker ''"), "render check test -h --help\n");
  EXPECT_EQ(offered("init --key ec"), "ec-p256 ec-p384\n");
  EXPECT_EQ(offered("-C . list --status re"), "revoked\n");
  EXPECT_EQ(offered("verify --path ''"), "mqtt ssl both\n") << "a command of another program";
  EXPECT_EQ(offered("completion ''"), "bash zsh fish -h --help\n");
  box.write("pass", "x\n");
  EXPECT_EQ(offered("init --passphrase-file pa"), "pass\n");
  EXPECT_EQ(offered("init --passphrase-file --"), "\n") << "a file is wanted, no option";
}

TEST(Usage, TheHelpOfAGroupIsAboutIt) {
  Sandbox box;
  const auto ran = box.run({"issue", "--help"});
  EXPECT_NE(ran.out.find("ec200u-pki issue COMMAND --help"), std::string::npos) << ran;
  EXPECT_EQ(ran.out.find("init --host"), std::string::npos) << ran;
  const auto list = box.run({"list", "--help"});
  EXPECT_EQ(list.out.find(":{"), std::string::npos) << "the choices once: " << list;
}

TEST(Usage, AResultThatCannotBeWrittenIsNoSuccess) {
  Sandbox box;
  const auto ran = box.shell("ec200u-pki --help >/dev/full");
  EXPECT_EQ(ran.exit, 5) << ran;
}

}  // namespace
}  // namespace epki::test
