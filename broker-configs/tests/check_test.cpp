// Every rule of check: a configuration that breaks it, and the good one that breaks none.
#include <algorithm>
#include <set>

#include "bench.hpp"
#include "broker-configs/check/finding.hpp"
#include "broker-configs/check/rules.hpp"
#include "core/text.hpp"

namespace epki::broker {
namespace {

// One folder of certificates for all cases: a server's and a device root, made by openssl.
class Check : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared.emplace(*TemporaryFolder::make("check-test"));
    ASSERT_EQ(::chmod(shared->path().c_str(), 0755), 0);
    const auto in = [](const std::string& command) {
      const auto said = run({"sh", "-c", "cd '" + shared->path().string() + "' && " + command});
      ASSERT_EQ(said.code, 0) << command << "\n" << said.text;
    };
    const std::string ca = "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign ";
    const std::string ec = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 ";
    in("openssl " + ec + ca + "-days 3650 -subj '/CN=root' -keyout root.key -out root.pem");
    in("openssl " + ec + ca + "-days 3650 -subj '/CN=devices' -keyout devices.key -out devices.pem");
    in("openssl " + ec + ca + "-days 3650 -subj '/CN=other' -keyout other.key -out other.pem");
    in("openssl " + ec +
       "-days 300 -subj /CN=broker.test -addext subjectAltName=DNS:broker.test,DNS:*.plant.test,IP:192.0.2.1 "
       "-addext basicConstraints=CA:FALSE -CA root.pem -CAkey root.key -keyout server.key -out server.pem");
    in("openssl ec -in server.key -aes256 -passout pass:secret -out sealed.key");
    in("cat server.pem root.pem > with-root.pem; cat server.pem other.pem > wrong-order.pem");
    // openssl ca keeps a database; two lists, one that is out of date.
    in("touch index.txt; echo 01 > crlnumber; printf "
       "'[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\ncrlnumber=crlnumber\\n"
       "default_md=sha256\\n' > ca.cnf");
    in("openssl " + ec + ca +
       "-days 900 -subj /CN=issuing -CA devices.pem -CAkey devices.key -keyout issuing.key -out issuing.pem");
    in("openssl x509 -in issuing.pem -addtrust clientAuth -trustout -out trusted.pem");
    in("openssl ca -config ca.cnf -gencrl -cert issuing.pem -keyfile issuing.key -crldays 60 -out crl-of-issuing.pem");
    in("cat devices.pem other.pem > two-roots.pem; echo nothing > damaged.pem");
    in("openssl ca -config ca.cnf -gencrl -cert devices.pem -keyfile devices.key -crldays 60 -out crl.pem");
    in("openssl ca -config ca.cnf -gencrl -cert devices.pem -keyfile devices.key -crldays 3 -out short.pem");
    in("openssl ca -config ca.cnf -gencrl -cert other.pem -keyfile other.key -crldays 60 -out crl-of-other.pem");
    in("chmod 644 *.pem; chmod 400 *.key; cp server.key open.key; chmod 644 open.key");
    in("printf 'pattern readwrite ec200u/%%u/#\\n' > acl; chmod 600 acl");
    in("cp acl open-acl; chmod 644 open-acl; ln -s acl linked-acl; mkdir d closed; chmod 700 closed; cp server.pem "
       "closed/");
    if (::geteuid() == 0 && mosquitto_account())
      in("chown mosquitto:mosquitto server.key open.key sealed.key acl other.key");
  }
  static void TearDownTestSuite() { shared.reset(); }

  static std::string path(const std::string& name) { return (shared->path() / name).string(); }

  static inline const std::string good =
      "max_packet_size 262144\nallow_anonymous false\nacl_file F/acl\nlistener 8883\ncertfile F/server.pem\n"
      "keyfile F/server.key\ncafile F/devices.pem\nrequire_certificate true\nuse_identity_as_username true\n"
      "use_username_as_clientid true\ncrlfile F/crl.pem\ntls_version tlsv1.2\n";

  // F is the folder; a line that begins with a minus takes the line of the good file that begins so away.
  static std::string with(const std::string& changes) {
    std::string text = good;
    for (const auto line : split(changes, '\n')) {
      if (line.empty()) continue;
      if (!line.starts_with('-')) {
        text += std::string(line) + "\n";
        continue;
      }
      const auto at = text.find(line.substr(1));
      EXPECT_NE(at, std::string::npos) << line;
      text.erase(at, text.find('\n', at) + 1 - at);
    }
    return text;
  }

  // Goes on behind what it put in: the folder's name is drawn at random and may itself end in an F.
  static std::string placed(std::string text, const std::string& folder) {
    for (auto at = text.find("F/"); at != std::string::npos; at = text.find("F/", at + folder.size()))
      text.replace(at, 1, folder);
    return text;
  }
  static std::string placed(std::string text) { return placed(std::move(text), shared->path().string()); }

  static std::set<std::string> found(const std::string& text, CheckQuestion question = {}) {
    if (question.now == Instant{}) question.now = SystemClock().now();
    if (!question.account) question.account = mosquitto_account() ? *mosquitto_account() : own_account();
    const auto file = shared->path() / "m.conf";
    EXPECT_TRUE(replace_file(file, placed(text), 0644));
    const auto report = check_configuration(file, question);
    EXPECT_TRUE(report);
    std::set<std::string> rules;
    for (const auto& finding : report->findings) {
      rules.insert(std::string(finding.rule));
      EXPECT_FALSE(finding.what.empty() || finding.why.empty() || finding.remedy.empty()) << finding.rule;
      EXPECT_EQ(finding.severity, rule_named(finding.rule).severity());
    }
    seen.insert(rules.begin(), rules.end());
    return rules;
  }

  static inline std::optional<TemporaryFolder> shared;
  static inline std::set<std::string> seen;
};

using Found = std::set<std::string>;

TEST_F(Check, IsNotLedAroundByTheNameOfItsFolder) {
  EXPECT_EQ(placed("certfile F/a\nkeyfile F/b\n", "/tmp/xF/check-test.abcdeF"),
            "certfile /tmp/xF/check-test.abcdeF/a\nkeyfile /tmp/xF/check-test.abcdeF/b\n");
}

TEST_F(Check, FindsNothingWrongWithAGoodConfiguration) {
  EXPECT_EQ(found(good, {.host = "broker.test"}), Found{});
  EXPECT_EQ(found(good, {.host = "line3.plant.test"}), Found{});
  EXPECT_EQ(found(with("-cafile\ncafile F/trusted.pem\n-crlfile\ncrlfile F/crl-of-issuing.pem")), Found{});
}

struct Case {
  const char* rule;
  std::string changes;
  Found also{};
};

TEST_F(Check, NamesEachTrap) {
  const std::vector<Case> cases{
      {"e_unknown_directive", "foo bar"},
      {"e_newer_directive", "listener_allow_anonymous false"},
      {"e_bad_value", "persistence yes"},
      {"e_twice", "tls_version tlsv1.2"},
      {"e_indented_comment", "  # a note"},
      {"e_outside", "bridge_insecure true"},
      {"e_include", "include_dir F/no-such-folder"},
      {"w_outdated", "retry_interval 20"},
      {"w_trailing_comment", "persistence_file a # the file"},
      {"w_relative_path", "-certfile\ncertfile server.pem"},
      {"e_plain_listener", "listener 1883", {"e_nobody_gets_in"}},
      {"e_half_tls", "-certfile", {"e_plain_listener"}},
      {"e_same_port", "listener 8883 127.0.0.1\ncertfile F/server.pem\nkeyfile F/server.key", {"e_nobody_gets_in"}},
      {"e_file_missing", "-crlfile\ncrlfile F/no-such.pem"},
      {"e_key_exposed", "-keyfile\nkeyfile F/open.key"},
      {"e_certificate_damaged", "-certfile\ncertfile F/damaged.pem"},
      {"e_key_mismatch", "-keyfile\nkeyfile F/other.key"},
      {"e_key_encrypted", "-keyfile\nkeyfile F/sealed.key"},
      {"e_chain_order", "-certfile\ncertfile F/wrong-order.pem"},
      {"n_root_in_chain", "-certfile\ncertfile F/with-root.pem"},
      {"e_tls13_only", "-tls_version\ntls_version tlsv1.3"},
      {"e_bad_tls_version", "-tls_version\ntls_version sslv3"},
      {"w_old_tls", "-tls_version\ntls_version tlsv1.1"},
      {"e_no_shared_cipher", "ciphers ECDHE-ECDSA-CHACHA20-POLY1305"},
      {"e_no_shared_cipher", "ciphers ECDHE-RSA-AES128-GCM-SHA256"},  // the key is an elliptic one
      {"e_no_shared_cipher", "ciphers NOSUCH"},
      {"e_require_without_ca", "-cafile"},
      {"w_certificate_not_required",
       "-require_certificate\n-use_identity_as_username\n-use_username\npassword_file F/acl"},
      {"e_certificate_not_required",
       "-require_certificate\n-use_identity_as_username\n-allow_anonymous\nallow_anonymous true",
       {"w_anonymous"}},
      {"e_cn_unused", "-use_identity_as_username"},
      {"w_cn_unused", "-use_identity_as_username\npassword_file F/acl"},
      {"w_client_id_free", "-use_username"},
      {"e_anchors_damaged", "-cafile\ncafile F/damaged.pem"},
      {"e_anchor_no_root", "-cafile\ncafile F/issuing.pem\n-crlfile\ncrlfile F/crl-of-issuing.pem"},
      {"w_server_root_for_clients", "-cafile\ncafile F/root.pem", {"e_crl_of_another"}},
      {"w_many_anchors", "-cafile\ncafile F/two-roots.pem", {"e_crl_of_another"}},
      {"w_crl_ends_soon", "-crlfile\ncrlfile F/short.pem"},
      {"e_crl_damaged", "-crlfile\ncrlfile F/damaged.pem"},
      {"e_crl_of_another", "-crlfile\ncrlfile F/crl-of-other.pem"},
      {"e_crl_websockets", "protocol websockets"},
      {"n_no_crl", "-crlfile"},
      {"w_no_acl", "-acl_file"},
      {"e_nobody_gets_in", "-require_certificate\n-use_identity_as_username\n-use_username\n-cafile\n-crlfile"},
      {"n_no_packet_limit", "-max_packet_size"},
      {"w_persistence_unwritable", "persistence true\npersistence_location /proc/"},
      {"w_runs_as_root", "user root"},
      {"w_list_exposed", "password_file F/open-acl"},
  };
  for (const auto& one : cases) {
    auto expected = one.also;
    expected.insert(one.rule);
    auto rules = found(with(one.changes));
    EXPECT_EQ(rules, expected) << one.changes;
  }
}

TEST_F(Check, NamesTrapsThatNeedMoreThanALine) {
  EXPECT_EQ(found("certfile F/server.pem\nkeyfile F/server.key\nlistener 8883 127.0.0.1\nallow_anonymous true\n"
                  "max_packet_size 9\nacl_file F/acl\n"),
            (Found{"e_listener_by_accident", "w_anonymous"}));
  EXPECT_EQ(found("tls_version tlsv1.2\nmax_packet_size 9\nlistener 1883 127.0.0.1\nallow_anonymous true\n"),
            Found{"e_setting_lost"});
  EXPECT_EQ(found("allow_anonymous true\nper_listener_settings true\nmax_packet_size 9\nlistener 1883 ::1\n"
                  "allow_anonymous true\n"),
            Found{"e_per_listener_late"});
  EXPECT_EQ(found("max_packet_size 9\n"), Found{"w_local_only"});
  EXPECT_EQ(
      found("max_packet_size 9\nlistener 8883\ncertfile F/server.pem\nkeyfile F/server.key\nallow_anonymous true\n"),
      Found{"e_anonymous"});
  EXPECT_EQ(found(with("listener 9001\nprotocol websockets\ncertfile F/server.pem\nkeyfile F/server.key\n"
                       "cafile F/devices.pem\nrequire_certificate true\nuse_identity_as_username true\n"
                       "use_username_as_clientid true")),
            (Found{"e_crl_websockets", "n_no_crl"}));
  EXPECT_EQ(found(with("-acl_file\nacl_file F/open-acl"), {.version = Version::v2_0_22}), Found{"w_list_exposed"});
  EXPECT_EQ(found(with("-acl_file\nacl_file F/linked-acl"), {.version = Version::v2_1}), Found{"w_symlink"});
  EXPECT_EQ(found(with("listener_allow_anonymous false"), {.version = Version::v2_1}), Found{});
}

TEST_F(Check, ReadsTheAccessList) {
  const std::vector<std::pair<std::string, Found>> lists{
      {"pattern readwrite ec200u/%c/#\n", {}},  // the client id is the CN here
      {"pattern readwrite ec200u/dev%u/#\n", {"e_acl_not_alone"}},
      {"pattern readwrite #\n", {"e_acl_open", "w_acl_no_name"}},
      {"topic readwrite ec200u/#\n", {"w_acl_anonymous_only", "w_acl_no_name"}},
      {"user 861234567890123\ntopic readwrite #\n", {}},
      {"# good\ntopc x\nuser a\ntopic b\n", {"e_acl_refused"}},
      {"user a\ntopic b\n pattern\n", {"e_acl_refused"}},
  };
  for (const auto& [list, rules] : lists) {
    ASSERT_TRUE(replace_file(path("acl2"), list, 0600));
    if (::geteuid() == 0 && mosquitto_account()) {
      ASSERT_EQ(::chown(path("acl2").c_str(), mosquitto_account()->uid, mosquitto_account()->gid), 0);
    }
    EXPECT_EQ(found(with("-acl_file\nacl_file F/acl2")), rules) << list;
  }
  ASSERT_TRUE(replace_file(path("acl2"), "pattern readwrite ec200u/%c/#\n", 0644));
  EXPECT_EQ(found(with("-acl_file\nacl_file F/acl2\n-use_username")), (Found{"e_acl_client_id", "w_client_id_free"}));
  ASSERT_TRUE(replace_file(path("acl2"), "user 861234567890123\ntopic readwrite a/#\n", 0644));
  EXPECT_EQ(found(with("-acl_file\nacl_file F/acl2\n-use_identity_as_username\nuse_subject_as_username true")),
            Found{"e_acl_subject"});
}

TEST_F(Check, LooksAtDatesAndNames) {
  const auto now = SystemClock().now();
  EXPECT_EQ(found(good, {.now = now + std::chrono::days(280)}), (Found{"w_certificate_ends_soon", "e_crl_expired"}));
  EXPECT_EQ(found(good, {.now = now + std::chrono::days(301)}), (Found{"e_certificate_expired", "e_crl_expired"}));
  EXPECT_EQ(found(good, {.now = now - std::chrono::days(2)}), Found{"e_certificate_not_yet"});
  EXPECT_EQ(found(with("-crlfile"), {.now = now + std::chrono::days(4000)}),
            (Found{"e_certificate_expired", "e_anchor_expired", "n_no_crl"}));
  EXPECT_EQ(found(good, {.host = "broker.example.org"}), Found{"e_host_missing"});
  EXPECT_EQ(found(good, {.host = "a.b.plant.test"}), Found{"e_host_missing"});
  EXPECT_EQ(found(good, {.host = "192.0.2.1"}), Found{"e_host_missing"})
      << "an address entry is not looked at by the modem";
}

TEST_F(Check, SeesWhatTheBrokersAccountMayNotRead) {
  if (::geteuid() != 0 || !mosquitto_account()) GTEST_SKIP() << "needs root and the account mosquitto";
  ASSERT_TRUE(replace_file(path("roots.key"), *read_file(path("server.key")), 0400));
  EXPECT_EQ(found(with("-keyfile\nkeyfile F/roots.key")), Found{"e_file_unreadable"});
  EXPECT_EQ(found(with("-certfile\ncertfile F/closed/server.pem")), Found{"e_file_unreadable"});
  ASSERT_EQ(::chown(path("roots.key").c_str(), 65534, 65534), 0);
  EXPECT_EQ(found(with("-keyfile\nkeyfile F/roots.key")), Found{"w_one_account_only"});
}

TEST_F(Check, FollowsIncludedFilesAndNamesThem) {
  ASSERT_TRUE(replace_file(path("d/b.conf"), "tls_version tlsv1.3\n", 0644));
  ASSERT_TRUE(replace_file(path("d/a.conf"), "include_dir /etc\nallow_anonymous maybe\n", 0644));
  ASSERT_TRUE(replace_file(path("d/ignored.txt"), "nonsense\n", 0644));
  ASSERT_TRUE(replace_file(path("m.conf"), placed(with("include_dir F/d")), 0644));
  const auto report = check_configuration(path("m.conf"), {.now = SystemClock().now()});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files, (std::vector<std::string>{path("m.conf"), path("d/a.conf"), path("d/b.conf")}));
  std::vector<std::string> places;
  for (const auto& one : report->findings)
    if (one.place.file != path("m.conf"))
      places.push_back(std::filesystem::path(one.place.file).filename().string() + ":" +
                       std::to_string(one.place.line) + " " + std::string(one.rule));
  EXPECT_EQ(places,
            (std::vector<std::string>{"a.conf:1 e_include", "a.conf:2 e_bad_value", "b.conf:1 e_setting_lost"}));
}

TEST_F(Check, AFileThatIsNotThereIsAnInputError) {
  const auto report = check_configuration(path("no-such.conf"), {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::input);
}

// Last in this file: what the cases above have seen.
TEST_F(Check, ZEveryRuleWasBrokenOnce) {
  for (const auto& rule : all_rules()) {
    const bool needs_root = rule.name == "e_file_unreadable" || rule.name == "w_one_account_only";
    if (needs_root && (::geteuid() != 0 || !mosquitto_account())) continue;
    EXPECT_TRUE(seen.contains(std::string(rule.name)))
        << rule.name << " has no case in " << __FILE__ << " (run all of Check.*)";
  }
}

TEST(Rules, AreDocumentedEach) {
  const auto page = read_file(std::filesystem::path(EPKI_SOURCE_DIR) / "docs/broker.md");
  ASSERT_TRUE(page);
  for (const auto& rule : all_rules())
    EXPECT_NE(page->find("`" + std::string(rule.name) + "`"), std::string::npos)
        << rule.name << " is not in docs/broker.md";
}

}  // namespace
}  // namespace epki::broker
