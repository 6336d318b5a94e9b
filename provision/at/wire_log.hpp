#pragma once
// The wire log: both ways, line by line, CR and LF spelled out, secrets masked however the bytes were cut.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace epki::at {

class WireLog {
 public:
  using Sink = std::function<void(std::string_view line)>;

  WireLog() = default;
  WireLog(const WireLog&) = delete;
  WireLog& operator=(const WireLog&) = delete;
  ~WireLog();

  void to(Sink sink) { sink_ = std::move(sink); }
  /// A text of several lines (a PEM key) is masked line by line, so that any part of it that shows up alone is masked
  /// too. Its BEGIN and END lines are no secret.
  void mask(std::string_view secret);

  // What the other side says ends a line that has not ended: the order of the two is what a recording is for.
  void sent(std::string_view bytes) {
    write("< ", in_);
    take(out_, "> ", bytes);
  }
  void received(std::string_view bytes) {
    write("> ", out_);
    take(in_, "< ", bytes);
  }
  /// Writes out unfinished lines: at the end of an exchange.
  void flush();

  /// The text with every secret replaced: for sentences that name a command.
  std::string masked(std::string_view text) const;

 private:
  void take(std::string& pending, std::string_view mark, std::string_view bytes);
  void write(std::string_view mark, std::string& pending);
  std::string shown(std::string_view mark, std::string_view line);

  Sink sink_;
  std::vector<std::string> secrets_;  ///< longest first, without line ends
  std::string out_, in_;
  bool key_out_ = false, key_in_ = false;  ///< between BEGIN and END of a private key, which nobody need have named
};

}  // namespace epki::at
