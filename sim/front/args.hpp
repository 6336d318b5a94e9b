#pragma once
// The parameters of one command, as strictly as the modem takes them: a number is bare, a text is in quotes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epki::sim {

struct Arg {
  enum class Kind : std::uint8_t { absent, bare, quoted } kind = Kind::absent;
  std::string text{};
};

class Args {
 public:
  /// Splits `1,"a,b",,0XFFFF`. Nothing when a quote stays open or something follows a closing quote.
  static std::optional<Args> parse(std::string_view text);

  std::size_t size() const { return all_.size(); }
  bool between(std::size_t least, std::size_t most) const { return size() >= least && size() <= most; }
  /// Beyond the end, and empty between two commas.
  bool absent(std::size_t i) const { return i >= all_.size() || all_[i].kind == Arg::Kind::absent; }

  /// A bare decimal number in range.
  std::optional<std::int64_t> number(std::size_t i, std::int64_t least, std::int64_t most) const;
  /// The same, `otherwise` when absent; nothing when it is there and wrong.
  std::optional<std::int64_t> number_or(std::size_t i, std::int64_t otherwise, std::int64_t least,
                                        std::int64_t most) const;
  /// A text in quotes, at most `most` bytes.
  std::optional<std::string> text(std::size_t i, std::size_t most = 2048) const;
  std::optional<std::string> text_or(std::size_t i, std::string_view otherwise, std::size_t most = 2048) const;
  /// A word that must stand bare (a cipher number).
  std::optional<std::string> bare(std::size_t i) const;

 private:
  std::vector<Arg> all_;
};

}  // namespace epki::sim
