#include "tests/program/sandbox.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ostream>

#include "tests/program/json_schema.hpp"

namespace epki::test {

namespace {

constexpr const char* the_passphrase = "correct horse battery staple";

TemporaryFolder made(std::string_view stem) {
  auto folder = TemporaryFolder::make(stem);
  if (!folder) throw std::runtime_error(folder.error().what);
  // The broker's own account must be able to pass.
  ::chmod(folder->path().c_str(), 0755);
  return *std::move(folder);
}

std::string text_of(const std::filesystem::path& path) {
  auto text = read_file(path);
  return text ? *text : "";
}

bool accepts(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

}  // namespace

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free loopback port");
  ::close(fd);
  return ntohs(address.sin_port);
}

Json Ran::json() const {
  auto document = Json::parse(out);
  EXPECT_TRUE(document) << *this;
  return document ? *document : Json();
}

std::ostream& operator<<(std::ostream& stream, const Ran& ran) {
  return stream << "$ " << ran.command << "\nexit " << ran.exit << "\n--- stdout\n"
                << ran.out << "\n--- stderr\n"
                << ran.err;
}

Sandbox::Sandbox() : folder_(made("epki-test")), output_(made("epki-out")), broker_port_(free_port()) {}

Ran Sandbox::finish(const std::string& shown, const Child::Options& wanted) {
  Child::Options options = wanted;
  const auto number = std::to_string(++runs_);
  options.output_file = output_.path() / (number + ".out");
  options.error_file = output_.path() / (number + ".err");
  auto child = Child::start(options);
  if (!child) throw std::runtime_error(child.error().what);
  Ran ran{.command = shown, .exit = -1, .out = {}, .err = {}};
  ran.exit = child->wait(after(limit_)).value_or(-1);
  ran.out = text_of(options.output_file);
  ran.err = text_of(options.error_file);
  // Whatever a test is about: each document it meets must be as the published schema says.
  if (ran.out.starts_with("{\n  \"schema\": \"ec200u-pki/"))
    for (const auto& fault : document_faults(ran.out)) ADD_FAILURE() << fault << "\n" << ran;
  return ran;
}

Ran Sandbox::run(std::vector<std::string> arguments) {
  std::string shown = "ec200u-pki";
  for (const auto& argument : arguments) shown += " " + argument;
  std::vector<std::string> argv{"env", std::string("EC200U_PKI_PASSPHRASE=") + the_passphrase,
                                EPKI_BIN_DIR "/ec200u-pki"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return finish(shown, {.argv = argv, .folder = folder()});
}

Ran Sandbox::shell(const std::string& line) {
  return finish(line, {.argv = {"env", std::string("PATH=" EPKI_BIN_DIR ":") + ::getenv("PATH"), "bash", "-c", line},
                       .folder = folder()});
}

std::string Sandbox::passphrase() {
  return the_passphrase;
}

Ran Sandbox::init(std::vector<std::string> more) {
  std::vector<std::string> words{"init",  "--host", "broker.test", "--broker-port", std::to_string(broker_port_),
                                 "--key", "ec-p256"};
  words.insert(words.end(), more.begin(), more.end());
  return run(words);
}

Sandbox::Modem Sandbox::simulator(std::vector<std::string> arguments) {
  std::vector<std::string> argv{EPKI_BIN_DIR "/ec200u-sim"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  auto child = Child::start({.argv = argv, .folder = folder()});
  if (!child) throw std::runtime_error(child.error().what);
  auto line = child->read_line(after(std::chrono::seconds(20)));
  if (!line || !*line) throw std::runtime_error("the simulator printed no line");
  auto said = Json::parse(**line);
  if (!said) throw std::runtime_error("the simulator printed " + **line);
  return {*std::move(child), (*said)["pty"].text_or("")};
}

Child Sandbox::broker(const std::string& project, std::uint16_t port) {
  auto child = Child::start({.argv = {"mosquitto", "-c", (folder() / project / "broker/mosquitto.conf").string()},
                             .error_file = output_.path() / "broker.err",
                             .output_file = output_.path() / "broker.out"});
  if (!child) throw std::runtime_error(child.error().what);
  const auto by = after(std::chrono::seconds(20));
  while (!accepts(port)) {
    // Waiting on the broker's end wakes us at once when it dies, and paces the look at its port otherwise.
    if (child->wait(after(std::chrono::milliseconds(10))) || std::chrono::steady_clock::now() > by)
      throw std::runtime_error("the broker did not start: " + text_of(output_.path() / "broker.err"));
  }
  return *std::move(child);
}

std::filesystem::path Sandbox::write(const std::string& name, const std::string& content) {
  const auto path = folder() / name;
  if (auto written = replace_file(path, content, 0644); !written) throw std::runtime_error(written.error().what);
  return path;
}

}  // namespace epki::test
