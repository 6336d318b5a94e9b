// The reading of mosquitto.conf, held against a real Mosquitto 2.0.11 wherever it claims to read as that does.
#include <algorithm>
#include <set>

#include "bench.hpp"
#include "broker-configs/acl_list.hpp"
#include "broker-configs/conf_lines.hpp"
#include "broker-configs/conf_model.hpp"
#include "broker-configs/directives.hpp"
#include "core/text.hpp"

namespace epki::broker {
namespace {

Model read(std::string text, Version version = Version::v2_0_11) {
  return read_model(
      {"m.conf", std::move(text)},
      [](const std::string&) -> Result<std::vector<NamedText>> { return std::vector<NamedText>{}; }, version);
}

std::vector<std::string> rules_of(const Model& model) {
  std::vector<std::string> rules;
  for (const auto& problem : model.problems) rules.push_back(problem.rule + ":" + std::to_string(problem.place.line));
  return rules;
}

using Rules = std::vector<std::string>;

TEST(ConfLines, CommentsAreLinesThatBeginWithAHash) {
  const auto lines = conf_lines("# one\n#two\r\n\n   \nlistener 8883  127.0.0.1 \r\n  ciphers  HIGH\nlast");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].number, 5U);
  EXPECT_EQ(lines[0].key, "listener");
  EXPECT_EQ(lines[0].value, "8883  127.0.0.1");
  EXPECT_EQ(lines[1].key, "ciphers");
  EXPECT_EQ(lines[1].value, "HIGH");
  EXPECT_EQ(lines[2].key, "last");
  EXPECT_EQ(lines[2].value, "");
}

TEST(ConfModel, ListenersHaveTheLinesBelowThem) {
  const auto model = read("max_packet_size 9\nlistener 1 a\ncertfile c\nkeyfile k\nlistener 2\nprotocol websockets\n");
  ASSERT_EQ(model.listeners.size(), 2U);
  EXPECT_EQ(model.listeners[0].address, "a");
  EXPECT_TRUE(model.listeners[0].is_tls());
  EXPECT_FALSE(model.listeners[1].is_tls());
  EXPECT_TRUE(model.listeners[1].is_websockets());
  EXPECT_EQ(model.broker.value("max_packet_size"), "9");
  EXPECT_EQ(rules_of(model), Rules{});
}

TEST(ConfModel, SecuritySettingsHoldForAllOrForTheListenerAbove) {
  const auto all = read("listener 1\nallow_anonymous true\nlistener 2\n");
  EXPECT_NE(all.security(all.listeners[1], "allow_anonymous"), nullptr);
  const auto each = read("per_listener_settings true\nlistener 1\nallow_anonymous true\nlistener 2\n");
  EXPECT_NE(each.security(each.listeners[0], "allow_anonymous"), nullptr);
  EXPECT_EQ(each.security(each.listeners[1], "allow_anonymous"), nullptr);
  EXPECT_EQ(rules_of(read("per_listener_settings true\nacl_file a\nlistener 1\n")), Rules{"e_setting_lost:2"});
  EXPECT_EQ(rules_of(read("acl_file a\nper_listener_settings true\nlistener 1\n")), Rules{"e_per_listener_late:2"});
}

TEST(ConfModel, LinesNobodyKnowsAreNamedWithWhatWasMeant) {
  const auto model = read("listener 1\nallow_anonymus true\ncertfile\tx\n  # note\n");
  EXPECT_EQ(rules_of(model), (Rules{"e_unknown_directive:2", "e_unknown_directive:3", "e_indented_comment:4"}));
  EXPECT_EQ(model.problems[0].remedy, "did you mean allow_anonymous?");
}

TEST(ConfModel, LaterVersionsKnowMore) {
  const std::string text = "listener 1\nlistener_allow_anonymous true\n";
  EXPECT_EQ(rules_of(read(text)), Rules{"e_newer_directive:2"});
  const auto model = read(text, Version::v2_1);
  EXPECT_EQ(rules_of(model), Rules{});
  EXPECT_NE(model.security(model.listeners[0], "allow_anonymous"), nullptr);
  EXPECT_EQ(rules_of(read("listener 1\ncertfile a\ncertfile b\n")), Rules{"e_twice:3"});
  EXPECT_EQ(rules_of(read("listener 1\ncertfile a\ncertfile b\n", Version::v2_1)), Rules{});
}

TEST(ConfModel, HostileTextIsReadToItsEnd) {
  for (const std::string& text :
       {std::string(), std::string("\0\0listener", 10), std::string(200000, 'x'), std::string(50000, '\n'),
        "listener " + std::string(100, '9'), std::string("listener -1\nport x\ninclude_dir\nuser\n"),
        std::string("listener 1\xff\xfe\nacl_file \xc3\n")})
    (void)read(text);
  (void)read_acl(std::string("pattern\ntopic read\nuser \nzz\n\0", 32));
}

// Every line ends with one that stops Mosquitto: it never opens a port.
class RealParser : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("conf-test");
    ASSERT_TRUE(made);
    folder.emplace(*std::move(made));
    ASSERT_EQ(::chmod(folder->path().c_str(), 0755), 0);
  }
  std::string complaint(const std::string& text) {
    const auto path = folder->path() / "m.conf";
    EXPECT_TRUE(replace_file(path, text, 0644));
    const auto log = folder->path() / "log";
    std::filesystem::remove(log);
    auto child = Child::start({.argv = {"mosquitto", "-c", path.string()}, .error_file = log});
    EXPECT_TRUE(child && child->wait(soon()));
    return *read_file(log);
  }
  void issue_certificate() {
    const auto said = run({"openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=x", "-newkey", "ec",
                           "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", (folder->path() / "k.pem").string(),
                           "-out", (folder->path() / "c.pem").string()});
    ASSERT_EQ(said.code, 0) << said.text;
    ASSERT_EQ(::chmod((folder->path() / "k.pem").c_str(), 0644), 0);
    ASSERT_TRUE(make_folder(folder->path() / "d"));
    ASSERT_TRUE(write_new_file(folder->path() / "d/a.conf", filled("certfile C\nkeyfile K\n", 0), 0644));
  }
  std::string filled(std::string_view text, int port) const {
    std::string out;
    for (const char c : text) {
      if (c == 'P')
        out += std::to_string(port);
      else if (c == 'C')
        out += (folder->path() / "c.pem").string();
      else if (c == 'K')
        out += (folder->path() / "k.pem").string();
      else if (c == 'D')
        out += (folder->path() / "d").string();
      else
        out += c;
    }
    return out;
  }
  // What it says it opens, until it runs or ends. In a network of its own, so that nobody's port 1883 is taken.
  std::set<int> opened(const std::string& text) {
    const auto path = folder->path() / "m.conf";
    EXPECT_TRUE(replace_file(path, text, 0644));
    auto child = Child::start({{"sh", "-c", "exec unshare -n mosquitto -c \"$1\" 2>&1", "sh", path.string()}});
    EXPECT_TRUE(child);
    std::set<int> ports;
    for (;;) {
      auto line = child->read_line(soon());
      if (!line || !*line || (*line)->ends_with("running")) break;
      constexpr std::string_view before = "socket on port ";
      const auto at = (*line)->find(before);
      if (at == std::string::npos) continue;
      const auto number = std::string_view(**line).substr(at + before.size());
      ports.insert(static_cast<int>(parse_integer(number.substr(0, number.find('.'))).value_or(-1)));
    }
    return ports;
  }
  std::optional<TemporaryFolder> folder;
};

bool is_simple(const Directive& one) {
  return (one.kind == Kind::truth || one.kind == Kind::number) && one.name != "memory_limit" &&
         one.name != "max_keepalive" && one.name != "max_packet_size" && one.name != "auth_plugin_deny_special_chars";
}

TEST_F(RealParser, TakesEveryTruthAndNumberOfTheTable) {
  std::string text = "listener 1 127.0.0.1\nconnection c\n";
  for (const auto& one : all_directives())
    if (is_simple(one) && !one.since && one.name != "per_listener_settings")
      text += std::string(one.name) + (one.kind == Kind::truth ? " true\n" : " 1\n");
  const auto said = complaint(text + "zz_end 1\n");
  EXPECT_NE(said.find("Unknown configuration variable \"zz_end\""), std::string::npos) << said;
}

TEST_F(RealParser, KnowsExactlyTheOthersAndRefusesASecondOneWhereTheTableSaysSo) {
  // More than a value is wanted of these, or another message comes first.
  const std::set<std::string_view> left_out{"pid_file",    "plugin",      "auth_plugin", "bind_address",
                                            "mount_point", "include_dir", "listener",    "tls_engine_kpass_sha1"};
  for (const auto& one : all_directives()) {
    if (left_out.contains(one.name) || (is_simple(one) && !one.since)) continue;
    const auto name = std::string(one.name) + (one.name.ends_with('_') ? "x" : "");
    const auto line = name + " /tmp/\n";
    const auto said = complaint("listener 1 127.0.0.1\nconnection c\n" + line + line + "zz_end 1\n");
    const bool unknown = said.find("Unknown configuration variable \"" + name + "\"") != std::string::npos;
    EXPECT_EQ(unknown, one.since.has_value()) << name << ": " << said;
    if (one.once && !one.since) {
      EXPECT_NE(said.find("Duplicate " + name), std::string::npos) << name << ": " << said;
    }
  }
}

// Ports that a broker opens for a text, and those that the model has.
struct Opened {
  const char* text;
  std::set<int> ports;  // beside P, the free one
};

TEST_F(RealParser, OpensTheListenersOfTheModel) {
  if (run({"unshare", "-n", "true"}).code != 0) GTEST_SKIP() << "needs root, for a network namespace";
  issue_certificate();
  const std::vector<Opened> cases{
      {"listener P\n", {}},
      {"certfile C\nkeyfile K\nlistener P\n", {1883}},
      {"max_connections 5\nlistener P\n", {1883}},
      {"tls_version tlsv1.2\nlistener P\n", {}},
      {"listener P\ninclude_dir D\n", {1883}},
      {"per_listener_settings true\nallow_anonymous true\nlistener P\n", {}},
  };
  for (const auto& one : cases) {
    const int port = Held(false).port();
    const auto text = filled(one.text, port);
    std::set<int> expected = one.ports;
    expected.insert(port);
    std::set<int> modelled;
    const auto model = read_model(
        {(folder->path() / "m.conf").string(), text},
        [&](const std::string& where) -> Result<std::vector<NamedText>> {
          return std::vector<NamedText>{{where + "/a.conf", *read_file(std::filesystem::path(where) / "a.conf")}};
        },
        Version::v2_0_11);
    for (const auto& listener : model.listeners) modelled.insert(static_cast<int>(listener.port));
    EXPECT_EQ(modelled, expected) << text;
    EXPECT_EQ(opened(text), expected) << text;
  }
}

}  // namespace
}  // namespace epki::broker
