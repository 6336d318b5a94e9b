#pragma once
// How failure is spelled in every room: expected failures are values, never exceptions. An exception thrown by a
// library ends in the room that calls that library; our own code throws for programming errors only.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace epki {

/// What kind of failure it was. Each has one exit code (exit_code.hpp) and one stable word for JSON (word()).
enum class Errc : std::uint8_t {
  usage,          ///< the command line itself is wrong
  input,          ///< project folder, configuration or an input file is invalid or missing
  key,            ///< key or passphrase
  disk,           ///< disk full, permission, not writable
  modem_gone,     ///< port not found, silent, or vanished
  modem_refused,  ///< the modem answered ERROR, or something nobody can understand
  ledger,         ///< ledger locked, damaged, or written by a newer program
  network,        ///< broker or network not reachable
  interrupted,    ///< Ctrl-C; what was begun is safe to repeat
  internal,       ///< a defect of this program, or a library that failed where it must not
};

/// The stable word for JSON ("modem-refused"). Scripts compare it; never rename.
std::string_view word(Errc code);

struct [[nodiscard]] Error {
  Errc code = Errc::internal;
  std::string what;                  ///< what failed and where, one sentence in the operator's words
  std::string hint{};                ///< what to do next; empty: next_step() says the usual
  std::vector<std::string> trail{};  ///< what was being done, innermost step first; shown with -v

  /// Says where: the file comes in front of what is wrong with it.
  Error&& in(const std::string& place) && {
    what.insert(0, place + ": ");
    return std::move(*this);
  }
  Error&& during(std::string step) && {
    trail.push_back(std::move(step));
    return std::move(*this);
  }
};

/// The error's hint; where it has none, what helps with most failures of its kind. Nobody who reads an error is left
/// without a next step.
std::string next_step(const Error& error);

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const noexcept { return state_.index() == 0; }
  bool ok() const noexcept { return state_.index() == 0; }

  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<std::monostate>;
inline Status success() {
  return std::monostate{};
}

}  // namespace epki
