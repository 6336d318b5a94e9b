#pragma once
// The conversation between a board and the simulated modem, line by line, for whoever judges it.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace epki::sim {

class Teller {
 public:
  /// Gets one line of JSON for each line of the conversation: {"from":"board","ms":1234,"text":"AT+QMTOPEN=…"}.
  using Tell = std::function<void(const std::string& line)>;
  explicit Teller(Tell tell) : tell_(std::move(tell)) {}

  /// `since` counts from when the modem was switched on.
  void board(std::string_view bytes, std::chrono::milliseconds since) { take("board", board_, bytes, since); }
  void modem(std::string_view bytes, std::chrono::milliseconds since) { take("modem", modem_, bytes, since); }

 private:
  void take(std::string_view from, std::string& pending, std::string_view bytes, std::chrono::milliseconds since);
  Tell tell_;
  std::string board_, modem_;
};

}  // namespace epki::sim
