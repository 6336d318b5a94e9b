#pragma once
// A modem at AT level for this room's tests. Strict: a command it does not know is remembered and answered ERROR, and
// what must hold at any moment is checked at every command. TLS is a function of the host dialled and the CA bound.

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "provision/transport/byte_stream.hpp"

namespace epki::plan::testing {

class FakeModem final : public transport::ByteStream {
 public:
  FakeModem();

  // ---- what the test decides
  std::map<std::string, std::string> files{};
  std::set<std::string> absent_keys{};
  std::map<std::string, std::vector<std::string>> dns{};
  std::set<std::string> tcp{};  ///< hosts that answer on TCP
  /// +QMTOPEN's result, from the host dialled and the content of the bound CA file.
  std::function<int(const std::string& host, const std::string& ca)> tls{};
  /// What a broker that wants a certificate says to the content of the two bound files; none: it wants none.
  std::function<bool(const std::string& certificate, const std::string& key)> takes_client{};
  std::string imei = "861234567890123";
  std::string clock = "26/11/22,15:46:00+00";
  std::string ntp = "+QNTP: 0,\"2026/11/22,15:46:00+32\"";
  std::size_t capacity = 200000;
  bool takes_empty_path = true;
  bool echoes_publish = true;
  bool refuses_delete = false;
  bool opens_early = false;  ///< +QMTOPEN says 0 before the handshake; what came of it shows at AT+QMTCONN

  // ---- faults
  std::size_t gone_after = SIZE_MAX;        ///< the port vanishes after so many bytes were written to it
  int lose_upload_results = 0;              ///< so many uploads succeed without their result line
  int lose_open_results = 0;                ///< so many +QMTOPEN do not reach the host
  int cut_uploads = 0;                      ///< so many uploads keep only half
  int swap_uploads = 0;                     ///< so many uploads store two words swapped, which the checksum cannot see
  std::map<std::string, int> unanswered{};  ///< commands that are carried out and not answered: beginning, how often
  std::map<std::string, int> lost{};        ///< commands that are neither
  std::map<std::string, std::string>
      refused{};             ///< commands this firmware lacks: beginning, what it says instead of OK
  int clock_falls_back = 0;  ///< so many times what AT+CCLK= sets is put back by the network
  std::function<void(const std::string& command)> on_command{};

  // ---- what the test looks at
  std::vector<std::string> heard{};
  std::vector<std::string> unexpected{};
  std::vector<std::string> violations{};
  std::array<std::map<std::string, std::string>, 6> ssl{};
  std::array<std::pair<bool, int>, 6> mqtt{};
  std::string name_of_bound(int context, const std::string& key = "cacert") const;
  std::size_t count(std::string_view prefix) const;
  std::size_t index_of(std::string_view prefix) const;  ///< heard.size() when it was never heard
  void power_cycle();
  /// The port works again, the modem is as it was.
  void plug_in() { gone_after = SIZE_MAX, written_ = 0, upload_.reset(), line_.clear(), out_.clear(); }

  Result<std::size_t> read_some(std::span<std::byte> into, Deadline by) override;
  Status write_all(std::span<const std::byte> bytes, Deadline by) override;
  std::string name() const override { return "fake"; }

 private:
  struct Upload {
    std::string name;
    std::size_t size = 0;
    std::string got{};
  };
  void take(char c);
  void run(const std::string& line);
  void answer(const std::string& command);
  bool basic(const std::string& line);
  bool network(const std::string& line);
  bool file_command(const std::string& line);
  bool ssl_command(const std::string& line);
  bool mqtt_command(const std::string& line);
  void finish_upload();
  void finish_publish();
  void open(int client, const std::string& host);
  void check();
  void reset_settings();
  void info(const std::string& line) { out_ += "\r\n" + line + "\r\n"; }
  void ok() { out_ += "\r\nOK\r\n"; }
  void error() { out_ += "\r\nERROR\r\n"; }
  void cme(int code) { out_ += "\r\n+CME ERROR: " + std::to_string(code) + "\r\n"; }

  std::string line_, out_;
  std::size_t written_ = 0;
  bool echo_ = true;
  std::optional<Upload> upload_{};
  std::optional<std::pair<std::size_t, std::string>> publish_{};  ///< bytes still to come, topic
  std::string payload_;
  std::set<int> open_{};
  bool fails_late_ = false;  ///< the last open was reported as good and was none
};

/// A trust function of a modem that does what it should: only `ca` for only `names`.
std::function<int(const std::string&, const std::string&)> strict_tls(std::string ca, std::vector<std::string> names);

}  // namespace epki::plan::testing
