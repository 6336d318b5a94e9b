#pragma once
// A project folder with certificates made by the openssl program, and a port that was free a moment ago.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker-configs/access.hpp"
#include "broker-configs/mosquitto.hpp"
#include "broker-configs/render.hpp"
#include "core/child.hpp"
#include "core/file.hpp"

namespace epki::broker {

inline Deadline soon() {
  return after(std::chrono::seconds(30));
}

/// A loopback socket on a port of the system's choice.
class Held {
 public:
  explicit Held(bool listening) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(listening ? ::listen(fd_, 8) : 0, 0);
    socklen_t size = sizeof at;
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    port_ = ntohs(at.sin_port);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { ::close(fd_); }
  std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

struct Said {
  int code;
  std::string text;
};

/// Runs a program to its end; what it wrote to stdout and stderr.
inline Said run(std::vector<std::string> argv) {
  argv.insert(argv.begin(), {"sh", "-c", "exec \"$@\" 2>&1", "sh"});
  auto child = Child::start({argv});
  EXPECT_TRUE(child) << child.error().what;
  const auto text = child->read_all(soon());
  std::string words;
  for (std::size_t i = 4; i < argv.size(); ++i) words += " " + argv[i];
  EXPECT_TRUE(text) << text.error().what << ":" << words;
  return {child->wait(soon()).value_or(-1), text ? *text : ""};
}

class BrokerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("broker-test");
    ASSERT_TRUE(made);
    temporary.emplace(std::move(*made));
    ASSERT_EQ(::chmod(temporary->path().c_str(), 0755), 0);  // root's broker becomes the account mosquitto
    project.folder = temporary->path() / "größe #7 of them";
    project.ca.name = "Test";
    project.broker.hosts = {"localhost"};
    project.broker.port = Held(false).port();
    certs = project.broker_folder() / "certs";
    ASSERT_TRUE(make_folder(certs));
    for (const auto* name : {"root.pem", "root.key", "server.pem", "server.key"})
      ASSERT_TRUE(write_new_file(certs / name, *read_file(shared->path() / name), 0600));
    ASSERT_EQ(::chmod((certs / "server.pem").c_str(), 0644), 0);
    give_key_to_broker();
  }

  // RSA keys take their time: one pair for all tests.
  static void SetUpTestSuite() {
    shared.emplace(*TemporaryFolder::make("broker-test-keys"));
    issue(shared->path(), "root", "/CN=Test Root", "", "basicConstraints=critical,CA:TRUE", rsa);
    issue(shared->path(), "server", "/CN=localhost", "root", "subjectAltName=DNS:localhost", rsa);
  }
  static void TearDownTestSuite() { shared.reset(); }

  static inline const std::vector<std::string> rsa{"-newkey", "rsa:2048"};
  static inline const std::vector<std::string> ec{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"};

  static void issue(const std::filesystem::path& folder, const std::string& name, const std::string& subject,
                    const std::string& issuer, const std::string& extension, const std::vector<std::string>& key = ec) {
    const auto path = [&](const std::string& file) { return (folder / file).string(); };
    std::vector<std::string> argv{"openssl", "req",
                                  "-x509",   "-nodes",
                                  "-days",   "30",
                                  "-subj",   subject,
                                  "-addext", extension,
                                  "-keyout", path(name + ".key"),
                                  "-out",    path(name + ".pem")};
    argv.insert(argv.end(), key.begin(), key.end());
    if (!issuer.empty()) argv.insert(argv.end(), {"-CA", path(issuer + ".pem"), "-CAkey", path(issuer + ".key")});
    const auto said = run(argv);
    ASSERT_EQ(said.code, 0) << said.text;
  }

  void give_key_to_broker() {
    const auto account = mosquitto_account();
    if (::geteuid() != 0 || !account) return;
    ASSERT_EQ(::chown((certs / "server.key").c_str(), account->uid, account->gid), 0);
    ASSERT_EQ(::chmod((certs / "server.key").c_str(), 0400), 0);
  }

  void write_configuration() {
    ASSERT_TRUE(replace_file(configuration(), *render_configuration(project), 0644));
    ASSERT_TRUE(replace_file(project.broker_folder() / "acl", *acl_text(project), 0644));
  }

  Result<RunningBroker> start() {
    return RunningBroker::start(configuration(), port(), temporary->path() / "log", soon());
  }

  std::filesystem::path configuration() const { return project.broker_folder() / "mosquitto.conf"; }
  std::uint16_t port() const { return static_cast<std::uint16_t>(project.broker.port); }

  Said handshake(std::vector<std::string> more = {}) {
    std::vector<std::string> argv{"openssl",
                                  "s_client",
                                  "-connect",
                                  reachable_at(project) + ":" + std::to_string(port()),
                                  "-CAfile",
                                  (certs / "root.pem").string(),
                                  "-verify_return_error",
                                  "-verify_hostname",
                                  "localhost"};
    if (reachable_at(project).find(':') != std::string::npos) argv[3] = "[::1]:" + std::to_string(port());
    argv.insert(argv.end(), more.begin(), more.end());
    return run(argv);
  }

  Said client(std::string program, std::vector<std::string> more) {
    std::vector<std::string> argv{std::move(program),
                                  "-h",
                                  "localhost",
                                  "-p",
                                  std::to_string(port()),
                                  "--cafile",
                                  (certs / "root.pem").string(),
                                  "-V",
                                  "5",
                                  "-q",
                                  "1"};
    argv.insert(argv.end(), more.begin(), more.end());
    return run(argv);
  }
  static bool clients_installed() { return run({"sh", "-c", "command -v mosquitto_pub mosquitto_sub"}).code == 0; }

  static inline std::optional<TemporaryFolder> shared;
  std::optional<TemporaryFolder> temporary;
  std::filesystem::path certs;
  config::Project project;
};

}  // namespace epki::broker
