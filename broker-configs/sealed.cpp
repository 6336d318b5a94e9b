#include "broker-configs/sealed.hpp"

#include <algorithm>
#include <vector>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::broker {

namespace {

constexpr std::string_view seal_mark =
    "# Untouched since it was rendered, so that the next broker render may replace it, while the sum is ";
constexpr std::size_t digits = 16;

// Beyond this many pairs of lines no shortest way from one to the other is looked for.
constexpr std::size_t most_pairs = 4'000'000;

std::string sum_of(std::string_view text) {
  return ossl::sha256_hex(as_bytes(text)).substr(0, digits);
}

struct Unsealed {
  std::string rest;
  std::string sum;
  bool found = false;
};

Unsealed unsealed(std::string_view text) {
  const auto at = text.rfind(seal_mark);
  if (at == std::string_view::npos || (at != 0 && text[at - 1] != '\n')) return {std::string(text), "", false};
  const auto end = text.find('\n', at);
  const auto stop = end == std::string_view::npos ? text.size() : end + 1;
  auto sum =
      text.substr(at + seal_mark.size(), (end == std::string_view::npos ? text.size() : end) - at - seal_mark.size());
  return {std::string(text.substr(0, at)) + std::string(text.substr(stop)), std::string(sum), true};
}

// Lengths of the longest common subsequences of all tails.
std::vector<std::vector<std::size_t>> common_tails(const std::vector<std::string_view>& a,
                                                   const std::vector<std::string_view>& b) {
  std::vector<std::vector<std::size_t>> length(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      length[i][j] = a[i] == b[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
  return length;
}

}  // namespace

std::string sealed(std::string_view text) {
  return std::string(text) + std::string(seal_mark) + sum_of(text) + "\n";
}

Seal seal_of(std::string_view text) {
  const auto parts = unsealed(text);
  if (!parts.found) return Seal::none;
  return parts.sum == sum_of(parts.rest) ? Seal::intact : Seal::broken;
}

std::string difference(std::string_view before, std::string_view after) {
  const auto old_text = unsealed(before).rest, new_text = unsealed(after).rest;
  if (old_text == new_text) return {};
  const auto a = split(old_text, '\n'), b = split(new_text, '\n');
  if (a.size() * b.size() > most_pairs)
    return "- " + counted(a.size(), "line") + ", too many to compare\n+ " + counted(b.size(), "line") + "\n";
  const auto tails = common_tails(a, b);
  std::string out;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      ++i;
      ++j;
    } else if (j == b.size() || (i < a.size() && tails[i + 1][j] >= tails[i][j + 1])) {
      out += "- " + std::string(a[i++]) + "\n";
    } else {
      out += "+ " + std::string(b[j++]) + "\n";
    }
  }
  return out;
}

}  // namespace epki::broker
