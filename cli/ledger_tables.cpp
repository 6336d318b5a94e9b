#include <algorithm>

#include "cli/ledger_commands.hpp"
#include "cli/ledger_place.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace {

// Characters, not bytes: names are UTF-8.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace

std::string text_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  widths.reserve(header.size());
  for (const auto& name : header) widths.push_back(width_of(name));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  std::string text;
  const auto put = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(i + 1 < row.size() ? widths[i] - width_of(row[i]) + 2 : 0, ' ');
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  put(header);
  for (const auto& row : rows) put(row);
  return text;
}

Result<std::chrono::seconds> parse_span(std::string_view option, std::string_view text) {
  const auto wrong =
      Error{Errc::usage, std::string(option) + " " + std::string(text) + " is no span of time", "write 12h, 30d or 8w"};
  if (text.size() < 2) return wrong;
  const auto number = parse_integer(text.substr(0, text.size() - 1));
  if (!number || *number < 0 || *number > 100000) return wrong;
  switch (text.back()) {
    case 'h': return std::chrono::seconds(std::chrono::hours(*number));
    case 'd': return std::chrono::seconds(std::chrono::hours(24 * *number));
    case 'w': return std::chrono::seconds(std::chrono::hours(7 * 24L * *number));
    default: return wrong;
  }
}

Result<ledger::Ledger> ledger_here(const Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  return open_ledger(*project, context);
}

Result<ledger::Ledger> ledger_to_read(const Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  return open_kept_ledger_to_read(*project, context);
}

}  // namespace epki::cli
