#pragma once
// A folder of its own in which the real program is run as a user would run it.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/json.hpp"

namespace epki::test {

struct Ran {
  std::string command;  ///< for messages
  int exit = -1;
  std::string out, err;
  /// The one document on stdout; a test failure and null when it is none.
  Json json() const;
};
std::ostream& operator<<(std::ostream& stream, const Ran& ran);

class Sandbox {
 public:
  Sandbox();
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path operator/(const char* name) const { return folder() / name; }

  /// Runs ec200u-pki with the passphrase of this sandbox in its environment, stdin closed. Ends within two minutes.
  Ran run(std::vector<std::string> arguments);
  /// Under which every key of this sandbox is encrypted.
  static std::string passphrase();
  /// Any command line, through sh, in the folder; ec200u-pki and ec200u-sim are in PATH.
  Ran shell(const std::string& line);
  /// init with a free broker port; `more` are further words.
  /// How long one command may take from now on; two minutes at first.
  void may_take(std::chrono::minutes limit) { limit_ = limit; }
  Ran init(std::vector<std::string> more = {});
  std::uint16_t broker_port() const { return broker_port_; }

  /// A simulator that lives as long as the value; `pty` is what it printed.
  struct Modem {
    Child child;
    std::string pty;
  };
  Modem simulator(std::vector<std::string> arguments);
  /// The project's own broker, listening; or that of a project in a folder of this one, on its port.
  Child broker() { return broker(".", broker_port_); }
  Child broker(const std::string& project, std::uint16_t port);

  std::filesystem::path write(const std::string& name, const std::string& content);

 private:
  Ran finish(const std::string& shown, const Child::Options& options);
  TemporaryFolder folder_;
  TemporaryFolder output_;
  std::uint16_t broker_port_ = 0;
  std::chrono::minutes limit_{2};
  int runs_ = 0;
};

/// A loopback port nobody listens on just now.
std::uint16_t free_port();

}  // namespace epki::test
