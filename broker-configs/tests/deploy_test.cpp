// What render writes beside the project's own configuration: every mosquitto.conf is loaded by a real Mosquitto,
// scripts and units are read by the programs they are for.
#include <algorithm>

#include "bench.hpp"
#include "broker-configs/check/finding.hpp"
#include "broker-configs/conf_lines.hpp"
#include "broker-configs/directives.hpp"
#include "broker-configs/sealed.hpp"
#include "core/text.hpp"

namespace epki::broker {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// What only later versions read is put back as 2.0.11 reads it; which lines those are, the table of directives says.
std::string as_2_0_11_reads_it(const std::string& text) {
  std::string out;
  for (const auto& line : conf_lines(text)) {
    const auto* directive = find_directive(line.key);
    EXPECT_NE(directive, nullptr) << line.key;
    if (directive == nullptr || directive->since) continue;
    const bool of_plugin = line.key == "plugin_opt_acl_file";
    out += std::string(of_plugin ? "acl_file" : line.key) + " " + std::string(line.value) + "\n";
  }
  return out;
}

class Deploy : public BrokerTest {
 protected:
  void make_files(const RenderOptions& options) {
    issue(certs, "client-ca", "/CN=Device Root", "", "basicConstraints=critical,CA:TRUE");
    auto files = render(project, options);
    ASSERT_TRUE(files) << files.error().what;
    for (const auto& file : *files) {
      ASSERT_TRUE(make_folder((project.broker_folder() / file.path).parent_path()));
      ASSERT_TRUE(replace_file(project.broker_folder() / file.path, file.text, file.mode));
    }
  }
  std::filesystem::path at(const std::string& name) const { return project.broker_folder() / name; }

  // A configuration for another place, loaded from here.
  Result<RunningBroker> load(const std::string& name) {
    auto text = as_2_0_11_reads_it(*read_file(at(name)));
    const auto here = project.broker_folder().string();
    for (const char* there : {"/etc/mosquitto/ec200u", "/mosquitto/config"}) text = replaced(text, there, here);
    const auto data = temporary->path() / "data";
    EXPECT_TRUE(make_folder(data));
    EXPECT_EQ(::chmod(data.c_str(), 0777), 0);
    for (const char* there : {"/var/lib/mosquitto/", "/mosquitto/data/"})
      text = replaced(text, there, data.string() + "/");
    const auto moved = temporary->path() / "moved.conf";
    EXPECT_TRUE(replace_file(moved, text, 0644));
    return RunningBroker::start(moved, port(), temporary->path() / "log", soon());
  }
};

TEST_F(Deploy, EveryConfigurationIsLoadedByARealBroker) {
  for (const auto version : {Version::v2_0_11, Version::v2_0_22, Version::v2_1})
    for (const bool mutual : {false, true}) {
      project.broker.mutual = mutual;
      make_files(
          {.version = version, .websockets = mutual ? std::nullopt : std::optional(Endpoint{"", Held(false).port()})});
      for (const char* name : {"mosquitto.conf", "deploy/host/mosquitto.conf", "deploy/container/mosquitto.conf"}) {
        SCOPED_TRACE(std::string(word(version)) + " " + name);
        if (version != Version::v2_1) {
          EXPECT_EQ(replaced(as_2_0_11_reads_it(*read_file(at(name))), "\n", ""), [&] {
            std::string all;
            for (const auto& line : conf_lines(*read_file(at(name))))
              all += std::string(line.key) + " " + std::string(line.value);
            return all;
          }()) << "nothing but what 2.0.11 reads";
        }
        auto broker = load(name);
        ASSERT_TRUE(broker) << broker.error().what;
        if (!mutual) {
          EXPECT_EQ(handshake({"-tls1_2"}).code, 0);
        }
      }
    }
}

TEST_F(Deploy, RenderedFilesPassTheirOwnCheck) {
  for (const bool mutual : {false, true}) {
    project.broker.mutual = mutual;
    make_files({});
    const auto report = check_configuration(
        configuration(), {.now = SystemClock().now(), .host = "localhost", .account = own_account()});
    ASSERT_TRUE(report);
    for (const auto& finding : report->findings)
      EXPECT_NE(finding.severity, Severity::error) << finding.rule << ": " << finding.what;
  }
}

TEST_F(Deploy, AListNeedsItsTimerAndNoWebsockets) {
  project.broker.mutual = true;
  const auto with_list = render(project, {.crl = true});
  ASSERT_TRUE(with_list);
  const auto has = [&](std::string_view path) {
    return std::any_of(with_list->begin(), with_list->end(), [&](const auto& file) { return file.path == path; });
  };
  EXPECT_TRUE(has("deploy/ca/ec200u-crl.timer"));
  EXPECT_NE(with_list->front().text.find("crlfile " + project.broker_folder().string() + "/certs/crl.pem\n"),
            std::string::npos);
  const auto both = render(project, {.websockets = Endpoint{"", 9001}, .crl = true});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code, Errc::input);
  project.ca.crl_days = 1;
  EXPECT_FALSE(render(project, {.crl = true})) << "a list of one day is dead before the next";
  const auto without = render(project, {});
  ASSERT_TRUE(without);
  for (const auto& file : *without) EXPECT_EQ(file.text.find("crl.pem"), std::string::npos) << file.path;
}

TEST_F(Deploy, AListThatWillRunOutIsNotEnforced) {
  issue(certs, "client-ca", "/CN=Device Root", "", "basicConstraints=critical,CA:TRUE");
  const auto folder = certs.string();
  ASSERT_EQ(run({"sh", "-c",
                 "cd \"$1\" && touch index.txt && printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\n"
                 "default_md=sha256\\n' > ca.cnf && openssl ca -config ca.cnf -gencrl -cert client-ca.pem "
                 "-keyfile client-ca.key -crldays 30 -out crl.pem",
                 "sh", folder})
                .code,
            0);
  const auto list = *read_file(certs / "crl.pem");
  const auto anchors = *ossl::chain_from_pem(*read_file(certs / "client-ca.pem"));
  const auto now = SystemClock().now();
  EXPECT_TRUE(check_crl_lasts(list, anchors, now));
  const auto early = check_crl_lasts(list, anchors, now - std::chrono::days(2));
  ASSERT_FALSE(early);
  EXPECT_NE(early.error().what.find("begins on"), std::string::npos) << early.error().what;
  EXPECT_TRUE(check_crl_lasts(list, anchors, now + std::chrono::days(27)));
  for (const auto& [later, word] : {std::pair(28, "before the daily timer"), {31, "refuses every client"}}) {
    const auto refused = check_crl_lasts(list, anchors, now + std::chrono::days(later));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find(word), std::string::npos) << refused.error().what;
  }
  EXPECT_FALSE(check_crl_lasts("", anchors, now));
  const auto server = *ossl::chain_from_pem(*read_file(certs / "root.pem"));
  EXPECT_FALSE(check_crl_lasts(list, server, now)) << "the list of another CA";
}

TEST_F(Deploy, TheInstallerSetsModesAndFindsWhatDiffers) {
  project.broker.mutual = true;
  make_files({});
  const auto root = temporary->path() / "root";
  for (const auto& path : {"etc/mosquitto", "etc/systemd/system", "srv"}) ASSERT_TRUE(make_folder(root / path));
  const auto install = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"sh", at("deploy/install.sh").string(), "--root", root.string()});
    return run(more);
  };
  const auto first = install({});
  ASSERT_EQ(first.code, 0) << first.text;
  const auto mode = [&](const std::string& path) {
    struct stat facts {};
    return ::stat((root / path).c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0U;
  };
  EXPECT_EQ(mode("etc/mosquitto/ec200u/certs/server.key"), 0400U);
  EXPECT_EQ(mode("etc/mosquitto/ec200u/acl"), 0600U);
  EXPECT_EQ(mode("etc/mosquitto/ec200u/mosquitto.conf"), 0644U);
  EXPECT_EQ(*read_file(root / "etc/mosquitto/ec200u/certs/client-ca.pem"), *read_file(certs / "client-ca.pem"));
  EXPECT_EQ(install({}).code, 0) << "again";
  if (::geteuid() == 0 && mosquitto_account()) {
    EXPECT_EQ(install({"--check"}).code, 0) << install({"--check"}).text;
    ASSERT_EQ(::chmod((root / "etc/mosquitto/ec200u/certs/server.key").c_str(), 0644), 0);
    ASSERT_TRUE(replace_file(certs / "server.pem", *read_file(certs / "root.pem"), 0644));
    const auto differs = install({"--check"});
    EXPECT_EQ(differs.code, 1);
    EXPECT_NE(differs.text.find("differs   " + root.string() + "/etc/mosquitto/ec200u/certs/server.key"),
              std::string::npos)
        << differs.text;
    EXPECT_NE(differs.text.find("outdated  "), std::string::npos) << differs.text;
    EXPECT_EQ(install({"--certs"}).code, 0);
    EXPECT_EQ(install({"--check"}).code, 0);
  }
  EXPECT_EQ(install({"--container"}).code, 0);
  EXPECT_EQ(*read_file(root / "srv/ec200u-broker/compose.yaml"), *read_file(at("deploy/container/compose.yaml")));
  EXPECT_EQ(install({"--nonsense"}).code, 2);
  std::filesystem::remove(certs / "server.key");
  EXPECT_EQ(install({}).code, 3) << "a file is missing";
}

TEST_F(Deploy, ThePathUnitIsReadByTheServiceManager) {
  if (run({"sh", "-c", "command -v systemd-analyze"}).code != 0) GTEST_SKIP() << "systemd-analyze is not installed";
  project.broker.mutual = true;
  make_files({.crl = true, .program = "/bin/true"});
  for (const char* unit : {"host/ec200u-broker-reload.path", "host/ec200u-broker-reload.service", "ca/ec200u-crl.timer",
                           "ca/ec200u-crl.service", "ca/ec200u-renew.timer", "ca/ec200u-renew.service"}) {
    const auto said = run({"systemd-analyze", "verify", at("deploy/" + std::string(unit)).string()});
    EXPECT_EQ(said.code, 0) << unit << "\n" << said.text;
    EXPECT_EQ(said.text.find(std::filesystem::path(unit).filename().string() + ":"), std::string::npos) << said.text;
  }
}

TEST(Sealed, TellsItsOwnTextFromAnEditedOne) {
  const auto text = sealed("one\ntwo\n");
  EXPECT_EQ(seal_of(text), Seal::intact);
  EXPECT_EQ(seal_of(replaced(text, "two", "three")), Seal::broken);
  EXPECT_EQ(seal_of(text + "more\n"), Seal::broken);
  EXPECT_EQ(seal_of("one\ntwo\n"), Seal::none);
  EXPECT_EQ(seal_of(""), Seal::none);
}

TEST(Sealed, ShowsWhatChanges) {
  EXPECT_EQ(difference(sealed("a\nb\nc\n"), sealed("a\nx\nc\n")), "- b\n+ x\n");
  EXPECT_EQ(difference("a\n", sealed("a\n")), "");
  EXPECT_EQ(difference("", "a\n"), "+ a\n");
}

TEST(Endpoint, IsReadInEveryForm) {
  const auto text = [](std::string_view one) {
    const auto at = parse_endpoint(one);
    return at ? at->address + "|" + std::to_string(at->port) : "-";
  };
  EXPECT_EQ(text("8883"), "|8883");
  EXPECT_EQ(text(":8883"), "|8883");
  EXPECT_EQ(text("192.0.2.1:1"), "192.0.2.1|1");
  EXPECT_EQ(text("[2001:db8::1]:8883"), "2001:db8::1|8883");
  for (const char* wrong : {"", "x", "1.2.3.4", "::1:8883", "a b:1", "a:0", "a:65536", "[]:1"})
    EXPECT_EQ(text(wrong), "-") << wrong;
}

}  // namespace
}  // namespace epki::broker
