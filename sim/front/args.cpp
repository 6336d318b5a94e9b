#include "sim/front/args.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace epki::sim {

std::optional<Args> Args::parse(std::string_view text) {
  Args args;
  for (std::size_t i = 0;;) {
    Arg arg;
    if (i < text.size() && text[i] == '"') {
      const auto close = text.find('"', i + 1);
      if (close == std::string_view::npos) return std::nullopt;
      arg = {Arg::Kind::quoted, std::string(text.substr(i + 1, close - i - 1))};
      i = close + 1;
      if (i < text.size() && text[i] != ',') return std::nullopt;
    } else {
      const auto comma = std::min(text.find(',', i), text.size());
      const auto word = text.substr(i, comma - i);
      if (word.find('"') != std::string_view::npos) return std::nullopt;
      if (!word.empty()) arg = {Arg::Kind::bare, std::string(word)};
      i = comma;
    }
    args.all_.push_back(std::move(arg));
    if (i >= text.size()) return args;
    ++i;  // the comma
  }
}

std::optional<std::int64_t> Args::number(std::size_t i, std::int64_t least, std::int64_t most) const {
  if (i >= all_.size() || all_[i].kind != Arg::Kind::bare) return std::nullopt;
  const auto& word = all_[i].text;
  if (!std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  const auto value = parse_integer(word);
  if (!value || *value < least || *value > most) return std::nullopt;
  return value;
}

std::optional<std::int64_t> Args::number_or(std::size_t i, std::int64_t otherwise, std::int64_t least,
                                            std::int64_t most) const {
  return absent(i) ? std::optional(otherwise) : number(i, least, most);
}

std::optional<std::string> Args::text(std::size_t i, std::size_t most) const {
  if (i >= all_.size() || all_[i].kind != Arg::Kind::quoted || all_[i].text.size() > most) return std::nullopt;
  return all_[i].text;
}

std::optional<std::string> Args::text_or(std::size_t i, std::string_view otherwise, std::size_t most) const {
  return absent(i) ? std::optional(std::string(otherwise)) : text(i, most);
}

std::optional<std::string> Args::bare(std::size_t i) const {
  if (i >= all_.size() || all_[i].kind != Arg::Kind::bare) return std::nullopt;
  return all_[i].text;
}

}  // namespace epki::sim
