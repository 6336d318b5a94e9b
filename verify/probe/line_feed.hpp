#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace epki::probe {

/// Cuts a stream of bytes into lines, however they arrive.
class LineFeed {
 public:
  explicit LineFeed(std::size_t longest) : longest_(longest) {}
  void feed(std::string_view bytes) { pending_ += bytes; }
  /// The next whole line, without its LF and a CR before it; nothing while there is none.
  std::optional<std::string> next() {
    const auto end = pending_.find('\n', searched_);
    if (end == std::string::npos) {
      searched_ = pending_.size();
      return std::nullopt;
    }
    std::string line = pending_.substr(0, end);
    pending_.erase(0, end + 1);
    searched_ = 0;
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }
  /// Call when next() has nothing: whether the line that is being received is longer than any may be.
  bool overlong() const { return pending_.size() > longest_; }

 private:
  std::string pending_;
  std::size_t longest_;
  std::size_t searched_ = 0;
};

}  // namespace epki::probe
