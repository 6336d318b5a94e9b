// Other TLS libraries as the modem's client: openssl s_client, gnutls-cli and a client on wolfSSL behind a small AT
// front. What they trust is known, so the verdict must be that, or inconclusive with a reason; and the library must be
// recognised.
#include <gtest/gtest.h>

#include <optional>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/tests/seeded_random.hpp"
#include "core/text.hpp"
#include "provision/plan/tests/fake_modem.hpp"
#include "verify/trial/tests/hello_client.hpp"
#include "verify/trial/tests/public_chain.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {
namespace {

using plan::testing::FakeModem;

/// A client program that is told whom to trust in a file. True: the handshake went through.
using Program = std::vector<std::string> (*)(const std::string& port, const std::string& host, bool sni,
                                             const std::string& trusted);

std::vector<std::string> openssl(const std::string& port, const std::string& host, bool sni,
                                 const std::string& trusted) {
  std::vector<std::string> argv{"openssl",
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + port,
                                "-tls1_2",
                                "-no_ign_eof",
                                "-verify_return_error",
                                "-verify_hostname",
                                host,
                                "-CAfile",
                                trusted,
                                "-no-CApath",
                                "-no-CAstore"};
  if (sni) {
    argv.insert(argv.end(), {"-servername", host});
  } else {
    argv.emplace_back("-noservername");
  }
  return argv;
}

std::vector<std::string> gnutls(const std::string& port, const std::string& host, bool sni,
                                const std::string& trusted) {
  std::vector<std::string> argv{"gnutls-cli",   "--port",     port,
                                "--x509cafile", trusted,      "--verify-hostname",
                                host,           "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                                "127.0.0.1"};
  if (sni) {
    argv.insert(argv.end(), {"--sni-hostname", host});
  } else {
    argv.emplace_back("--disable-sni");
  }
  return argv;
}

#ifndef WOLFSSL_CLIENT
#define WOLFSSL_CLIENT ""
#endif

std::vector<std::string> wolfssl(const std::string& port, const std::string& host, bool sni,
                                 const std::string& trusted) {
  return {WOLFSSL_CLIENT, port, host, sni ? "1" : "0", trusted};
}

class Stacks : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("stacks-test");
    ASSERT_TRUE(made);
    folder.emplace(std::move(*made));
    auto opened = ledger::Ledger::open(folder->path() / "ledger.db", clock);
    ASSERT_TRUE(opened) << opened.error().what;
    ledger.emplace(std::move(*opened));
    const auto chain = testing::public_chain_at(clock.now());
    public_root = chain.back().pem();
    ASSERT_TRUE(write_new_file(folder->path() / "public.pem", chain[0].pem() + chain[1].pem() + public_root, 0644));
    setup.reach_host = "probe.test";
    setup.key_type = ossl::KeyType::ec_p256;
    setup.replay_files = {(folder->path() / "public.pem").string()};
    setup.repeat = 1;
    setup.simulated = true;
    setup.grace = std::chrono::milliseconds(500);
    setup.allow_reboot = true;
    setup.worker.argv = {ORACLE_WORKER};
    modem.dns = {{"probe.test", {"192.0.2.7"}}, {"www.public.test", {"192.0.2.7"}}};
    modem.tcp = {"probe.test", "www.public.test"};
    modem.on_command = [this](const std::string& command) {
      if (command.starts_with("AT+QMTOPEN=")) port = command.substr(command.rfind(',') + 1);
      if (command.starts_with("AT+QIOPEN=")) testing::knock(static_cast<std::uint16_t>(*parse_integer(port)));
    };
  }

  /// The modem's client is `program`, which trusts what is bound and `built_in`.
  void play(Program program, std::string built_in) {
    modem.tls = [this, program, built_in = std::move(built_in)](const std::string& host, const std::string& ca) {
      const auto trusted = folder->path() / "trusted.pem";
      EXPECT_TRUE(replace_file(trusted, ca + built_in, 0600));
      Child::Options options{program(port, host, modem.ssl[1]["sni"] == "1", trusted.string())};
      options.pipe_input = true;
      options.output_file = options.error_file = folder->path() / "client.log";
      auto child = Child::start(options);
      EXPECT_TRUE(child) << child.error().what;
      if (!child) return 5;
      const auto by = after(std::chrono::seconds(20));
      // MQTT 3.1.1, 3.1: CONNECT of client "a", clean session.
      (void)child->write_input(std::string("\x10\x0d\0\4MQTT\4\2\0\x3c\0\1a", 15), by);
      child->close_input();
      const auto code = child->wait(by);
      EXPECT_TRUE(code.has_value()) << "the client did not end: " << options.argv.front();
      return code == 0 ? 0 : 5;
    };
  }

  PathVerdict judge() {
    at::Engine engine(modem, ec200u::unsolicited_prefixes());
    SilentReporter quiet;
    auto report = epki::trial::run(engine, "/dev/ttyTEST", setup, {*ledger, clock, random, quiet, cancel});
    EXPECT_TRUE(report) << report.error().what;
    return report ? report->verdicts.front() : PathVerdict{};
  }

  std::optional<TemporaryFolder> folder;
  SystemClock clock;
  std::optional<ledger::Ledger> ledger;
  test::CountingRandom random{7, 41};
  Cancel cancel;
  FakeModem modem;
  trial::Setup setup;
  std::string port, public_root;
};

TEST_F(Stacks, OpenSslThatTrustsWhatIsBound) {
  play(openssl, "");
  const auto verdict = judge();
  EXPECT_EQ(infer::word(verdict.verdict_class), "uploaded") << verdict.because;
  EXPECT_EQ(infer::word(verdict.influence), "not-found");
  EXPECT_EQ(verdict.policy.at("hostname"), "checked");
  EXPECT_EQ(verdict.policy.at("validity"), "checked");
  EXPECT_EQ(verdict.policy.at("signature"), "checked");
  EXPECT_EQ(verdict.policy.at("max_intermediates"), "unknown");  // more than was sought
  EXPECT_EQ(verdict.stack.name, "OpenSSL") << verdict.stack.json().dump();
}

TEST_F(Stacks, OpenSslWithAStoreOfItsOwn) {
  play(openssl, public_root);
  const auto verdict = judge();
  EXPECT_EQ(infer::word(verdict.verdict_class), "union") << verdict.because;
  EXPECT_EQ(infer::word(verdict.influence), "detected");
  ASSERT_EQ(verdict.anchors_found.size(), 1U);
}

TEST_F(Stacks, GnuTlsThatTrustsWhatIsBound) {
  play(gnutls, "");
  const auto verdict = judge();
  EXPECT_EQ(infer::word(verdict.verdict_class), "uploaded") << verdict.because;
  EXPECT_NE(infer::word(verdict.influence), "detected");
  EXPECT_EQ(verdict.stack.name, "GnuTLS") << verdict.stack.json().dump();
}

TEST_F(Stacks, GnuTlsWithAStoreOfItsOwn) {
  play(gnutls, public_root);
  const auto verdict = judge();
  EXPECT_EQ(infer::word(verdict.verdict_class), "union") << verdict.because;
}

/// It closes without an alert where a genuine chain has passed (trust probing, 4), so a replay cannot be read: that is
/// said, with the means that would tell, and no class is.
TEST_F(Stacks, WolfSslIsNeverGivenAClassByReplays) {
  if (std::string_view(WOLFSSL_CLIENT).empty()) GTEST_SKIP() << "built without libwolfssl-dev";
  for (const auto& store : {std::string(), public_root}) {
    play(wolfssl, store);
    const auto verdict = judge();
    EXPECT_EQ(infer::word(verdict.verdict_class), "inconclusive") << verdict.because;
    EXPECT_EQ(infer::word(verdict.influence), "inconclusive") << verdict.because;
    EXPECT_NE(verdict.because.find("closed without an alert (P1"), std::string::npos) << verdict.because;
    EXPECT_NE(verdict.next_step.find("--genuine"), std::string::npos) << verdict.next_step;
    EXPECT_EQ(verdict.policy.at("hostname"), "checked");
    EXPECT_EQ(verdict.policy.at("decided"), "in-handshake");
    EXPECT_EQ(verdict.stack.name, "wolfSSL") << verdict.stack.json().dump();
  }
}

}  // namespace
}  // namespace epki::trial
