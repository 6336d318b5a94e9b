#include "tls_bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "core/text.hpp"

namespace epki::sim::bench {

namespace {

using std::chrono::seconds;

constexpr std::string_view kMessage = "a byte of application data\n";

constexpr std::string_view kProfiles = R"([req]
distinguished_name = dn
prompt = no
[dn]
CN = set on the command line
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[root_ca_false]
basicConstraints = critical,CA:FALSE
[inter]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[inter_ca_false]
basicConstraints = critical,CA:FALSE
keyUsage = critical,keyCertSign
[inter_no_sign]
basicConstraints = critical,CA:TRUE
keyUsage = critical,digitalSignature
[inter_pathlen_0]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign
[leaf]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:probe.test
[leaf_other_host]
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:other.test
[leaf_client_only]
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = DNS:probe.test
[leaf_no_signature]
keyUsage = critical,keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:probe.test
[device]
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
)";

constexpr int kRootDays = 9125, kLeafDays = 365;

TemporaryFolder make_bench_folder() {
  auto folder = TemporaryFolder::make("epki-simnet");
  if (!folder) throw std::runtime_error(folder.error().what);
  return std::move(*folder);
}

}  // namespace

Pki& Pki::instance() {
  static Pki pki;
  return pki;
}

Pki::Pki() : folder_(make_bench_folder()) {
  if (auto written = write_new_file(path("profiles.cnf"), kProfiles, 0600); !written)
    throw std::runtime_error(written.error().what);
  make("uploaded", "uploaded root", "root", "", kRootDays);
  make("built-in", "built-in root", "root", "", kRootDays);
  make("unknown", "unknown root", "root", "", kRootDays);
  make("forged", "uploaded root", "root", "", kRootDays);  // the uploaded root's name, another key
  make("root-ca-false", "root without CA", "root_ca_false", "", kRootDays);

  make("ok", "probe.test", "leaf", "uploaded", kLeafDays);
  make("built-in-ok", "probe.test", "leaf", "built-in", kLeafDays);
  make("unknown-leaf", "probe.test", "leaf", "unknown", kLeafDays);
  make("badsig", "probe.test", "leaf", "forged", kLeafDays);
  make("other-host", "other.test", "leaf_other_host", "uploaded", kLeafDays);
  make("client-only", "probe.test", "leaf_client_only", "uploaded", kLeafDays);
  make("no-signature", "probe.test", "leaf_no_signature", "uploaded", kLeafDays);
  make("root-ca-false-leaf", "probe.test", "leaf", "root-ca-false", kLeafDays);
  make("device", "861234567890123", "device", "unknown", kLeafDays);

  for (const std::string profile : {"inter", "inter_ca_false", "inter_no_sign", "inter_pathlen_0"}) {
    make(profile, "issuing " + profile, profile, "uploaded", kRootDays);
    make(profile + "-leaf", "probe.test", "leaf", profile, kLeafDays);
  }
  make("below_pathlen_0", "too deep", "inter", "inter_pathlen_0", kRootDays);
  make("below_pathlen_0-leaf", "probe.test", "leaf", "below_pathlen_0", kLeafDays);
  // deep-1 under the uploaded root, deep-2 under deep-1 …; deep-N-leaf has N intermediates above it.
  for (int depth = 1; depth <= 9; ++depth) {
    const std::string name = "deep-" + std::to_string(depth);
    make(name, name, "inter", depth == 1 ? "uploaded" : "deep-" + std::to_string(depth - 1), kRootDays);
  }
  for (const std::string depth : {"2", "3", "8", "9"})
    make("deep-" + depth + "-leaf", "probe.test", "leaf", "deep-" + depth, kLeafDays);
}

std::string Pki::path(std::string_view file) const {
  return (folder_.path() / file).string();
}

std::string Pki::pem(std::string_view name) const {
  auto content = read_file(path(std::string(name) + ".pem"));
  return content ? *content : std::string{};
}

std::string Pki::key(std::string_view name) const {
  auto content = read_file(path(std::string(name) + ".key"));
  return content ? *content : std::string{};
}

std::string Pki::openssl(const std::vector<std::string>& words) const {
  std::vector<std::string> argv{"openssl"};
  argv.insert(argv.end(), words.begin(), words.end());
  auto child = Child::start({.argv = argv, .folder = folder_.path(), .error_file = path("openssl.log")});
  if (!child) throw std::runtime_error(child.error().what);
  auto printed = child->read_all(after(seconds(20)));
  if (child->wait(after(seconds(20))) != 0) throw std::runtime_error("openssl " + words.front() + " failed");
  return printed ? *printed : std::string{};
}

void Pki::make(const std::string& name, const std::string& subject, const std::string& profile,
               const std::string& issuer, int days) const {
  std::vector<std::string> words{"req",
                                 "-x509",
                                 "-config",
                                 "profiles.cnf",
                                 "-extensions",
                                 profile,
                                 "-newkey",
                                 "ec",
                                 "-pkeyopt",
                                 "ec_paramgen_curve:P-256",
                                 "-nodes",
                                 "-keyout",
                                 name + ".key",
                                 "-out",
                                 name + ".pem",
                                 "-subj",
                                 "/CN=" + subject,
                                 "-days",
                                 std::to_string(days)};
  if (!issuer.empty()) words.insert(words.end(), {"-CA", issuer + ".pem", "-CAkey", issuer + ".key"});
  openssl(words);
}

Server::Server(const Chain& chain, std::vector<std::string> extra) {
  const Pki& pki = Pki::instance();
  std::vector<std::string> argv{"sh",
                                "-c",
                                "exec \"$@\" 2>&1",
                                "sh",
                                "openssl",
                                "s_server",
                                "-accept",
                                "127.0.0.1:0",
                                "-naccept",
                                "1",
                                "-no_tls1_3",
                                "-no-CAfile",
                                "-no-CApath",
                                "-tlsextdebug",
                                "-cert",
                                pki.path(chain.leaf + ".pem"),
                                "-key",
                                pki.path(chain.leaf + ".key")};
  if (!chain.more.empty()) {
    std::string bundle, name = chain.leaf;
    for (const auto& each : chain.more) {
      bundle += pki.pem(each);
      name += "+" + each;
    }
    const auto written = replace_file(pki.path(name + ".bundle"), bundle, 0600);
    EXPECT_TRUE(written.ok());
    argv.insert(argv.end(), {"-cert_chain", pki.path(name + ".bundle")});
  }
  argv.insert(argv.end(), extra.begin(), extra.end());
  // A stdin that stays open: at its end the server would close the connection.
  auto child = Child::start({.argv = argv, .pipe_input = true});
  if (!child) throw std::runtime_error(child.error().what);
  child_.emplace(std::move(*child));
  for (;;) {
    auto line = child_->read_line(after(seconds(20)));
    if (!line || !*line) throw std::runtime_error("openssl s_server did not start");
    if (!(**line).starts_with("ACCEPT 127.0.0.1:")) continue;
    port_ = static_cast<std::uint16_t>(*parse_integer((**line).substr(17)));
    return;
  }
}

Server::Saw Server::saw() {
  Saw saw;
  auto all = child_->read_all(after(seconds(20)));
  EXPECT_TRUE(all) << all.error().what;
  if (!all) return saw;
  saw.all = *all;
  saw.complete = saw.all.find("CIPHER is ") != std::string::npos;
  saw.application_data = saw.all.find(kMessage) != std::string::npos;
  constexpr std::string_view mark = "SSL alert number ";
  if (const auto at = saw.all.find(mark); at != std::string::npos)
    saw.alert = std::stoi(saw.all.substr(at + mark.size()));
  return saw;
}

Client client_of(Anchors anchors) {
  Client client;
  client.settings.seclevel = 1;
  client.settings.sslversion = 3;
  client.settings.cacert = Pki::instance().pem("uploaded");
  client.settings.sni = true;
  client.settings.ignorelocaltime = false;
  client.policy.anchors = anchors;
  client.policy.validity = Validity::checked;
  client.built_in = {Pki::instance().pem("built-in")};
  return client;
}

Opened open_as(const Client& client, std::uint16_t port) {
  Persona persona;
  persona.hosts[std::string(kHost)] = {"127.0.0.1"};
  Resolver resolver(persona);
  const std::atomic<bool> cancel{false};
  auto opened = open_tls(resolver, kHost, port, client.settings, client.policy, client.built_in, seconds(20), cancel);
  if (opened.channel) {
    EXPECT_TRUE(opened.channel->send(kMessage));
    opened.channel->close();
  }
  return opened;
}

std::string outcome(const Client& client, const Chain& chain) {
  Server server(chain);
  const Opened opened = open_as(client, server.port());
  const Server::Saw saw = server.saw();
  EXPECT_EQ(opened.failure == OpenFailure::none, saw.application_data) << opened.detail << "\n" << saw.all;
  if (opened.failure != OpenFailure::none) {
    EXPECT_EQ(opened.failure, OpenFailure::tls) << opened.detail;
  }
  if (saw.complete) return saw.application_data ? "ACC+app" : "ACC-noapp";
  return saw.alert != 0 ? std::to_string(saw.alert) : "no alert: " + saw.all;
}

}  // namespace epki::sim::bench
