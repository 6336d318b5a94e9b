#pragma once
// A modem from a script, for tests of every room that talks to one. Strict: bytes the script does not expect fail the
// exchange and are remembered. What it says arrives in pieces of 1 to 7 bytes, never as a whole reply.

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "provision/transport/byte_stream.hpp"

namespace epki::at::test {

/// The modem hears exactly `hears` and says `says`. `later` arrives only after one read has waited in vain, so it is
/// late for whoever asked. `gone`: after what it says, the port is unplugged.
struct Turn {
  std::string hears{}, says{}, later{};
  bool gone = false;
};

/// The turns of Engine::synchronise with a modem that has its echo on.
inline std::vector<Turn> synchronise_turns() {
  return {{"AT\r", "AT\r\r\nOK\r\n"}, {"ATE0\r", "ATE0\r\r\nOK\r\n"}, {"AT+CSQ\r", "\r\n+CSQ: 31,99\r\n\r\nOK\r\n"}};
}

/// A command and its reply without echo: turn("AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n").
inline Turn turn(const std::string& line, const std::string& reply) {
  return {line + "\r", reply};
}

/// What the engine of a script is told to expect unasked.
inline const std::vector<std::string> unsolicited{"+QMTSTAT:", "+QMTOPEN:", "+CREG:", "+CEREG:", "RDY"};

inline Deadline soon() {
  return after(std::chrono::seconds(5));
}

/// Takes every line.
inline bool any(std::string_view) {
  return true;
}

class ScriptedStream final : public transport::ByteStream {
 public:
  explicit ScriptedStream(std::vector<Turn> turns) : turns_(turns.begin(), turns.end()) {}

  void expect(std::vector<Turn> more) { turns_.insert(turns_.end(), more.begin(), more.end()); }
  void expect(Turn more) { turns_.push_back(std::move(more)); }
  /// A wait in vain lasts to its deadline in this time.
  void passes(ManualTime& time) { time_ = &time; }
  /// Said by the modem on its own.
  void say(std::string_view unasked) { add(std::string(unasked)); }

  Status write_all(std::span<const std::byte> bytes, Deadline) override {
    if (gone_ && said_.empty()) return unplugged();
    heard_ += as_text(bytes);
    everything_ += as_text(bytes);
    while (!turns_.empty() && !heard_.empty() && heard_.starts_with(turns_.front().hears)) {
      Turn now = std::move(turns_.front());
      turns_.pop_front();
      heard_.erase(0, now.hears.size());
      add(now.says);
      if (!now.later.empty()) {
        said_.emplace_back();  // an empty piece: one wait in vain
        add(now.later);
      }
      gone_ = gone_ || now.gone;
    }
    if (heard_.empty() || (!turns_.empty() && turns_.front().hears.starts_with(heard_))) return success();
    trouble_ = "the script did not expect " + visible(heard_) +
               (turns_.empty() ? ", it is at its end" : ", but " + visible(turns_.front().hears));
    return Error{Errc::internal, trouble_, {}};
  }

  Result<std::size_t> read_some(std::span<std::byte> into, Deadline by) override {
    if (said_.empty()) {
      if (gone_) return unplugged();
      if (time_ != nullptr) time_->advance_to(by);
      return std::size_t{0};
    }
    if (said_.front().empty()) {
      // A look without waiting does not make time pass.
      if (by > monotonic_now()) said_.pop_front();
      return std::size_t{0};
    }
    const std::size_t piece = piece_++ % 7 + 1;
    std::string& front = said_.front();
    const auto n = std::min({into.size(), front.size(), piece});
    std::memcpy(into.data(), front.data(), n);
    front.erase(0, n);
    if (front.empty()) said_.pop_front();
    return n;
  }

  std::string name() const override { return "the script"; }

  /// All turns were played and nothing unexpected came.
  bool finished() const { return turns_.empty() && heard_.empty() && trouble_.empty(); }
  /// For a failing assertion: what is left of the script.
  std::string left() const {
    if (!trouble_.empty()) return trouble_;
    return turns_.empty() ? "nothing is left" : "still expected: " + visible(turns_.front().hears);
  }
  const std::string& everything_heard() const { return everything_; }

 private:
  void add(const std::string& text) {
    if (!text.empty()) said_.push_back(text);
  }
  Error unplugged() const { return {Errc::modem_gone, "the script is gone (unplugged?)", {}}; }

  std::deque<Turn> turns_;
  std::deque<std::string> said_;
  std::string heard_, everything_, trouble_;
  std::size_t piece_ = 0;
  bool gone_ = false;
  ManualTime* time_ = nullptr;
};

}  // namespace epki::at::test
