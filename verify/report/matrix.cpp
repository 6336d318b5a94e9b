#include "verify/report/matrix.hpp"

#include <algorithm>
#include <map>

namespace epki::report {

namespace {

constexpr std::int64_t decrypt_error = 51;  // RFC 5246, 7.2

// What one attempt says of trust: true passed, false refused, nothing when it says nothing.
std::optional<bool> passed(const Json& probe) {
  const auto outcome = probe["outcome"].text_or("");
  if (outcome == "accepted") return true;
  const auto alert = probe["server"]["alert"].integer();
  if (!alert) return std::nullopt;
  if (probe["keyless"].boolean().value_or(false)) return *alert == decrypt_error;
  return false;
}

Agreement compared(const Json& probe) {
  const auto modem = passed(probe);
  const auto oracle = probe["oracle"]["uploaded"].text_or("");
  if (!modem || (oracle != "accept" && oracle != "reject")) return Agreement::silent;
  return *modem == (oracle == "accept") ? Agreement::agrees : Agreement::differs;
}

std::string said(const Json& probe) {
  if (const auto alert = probe["server"]["alert"].integer()) {
    const bool through = probe["keyless"].boolean().value_or(false) && *alert == decrypt_error;
    return "alert " + std::to_string(*alert) + (through ? " (chain passed)" : "");
  }
  const auto outcome = probe["outcome"].text_or("");
  return outcome.empty() ? probe["server"]["stage"].text_or("nothing") : outcome;
}

// All attempts of one cell put together.
class Gathering {
 public:
  void add(const Json& probe) {
    ++counts_[said(probe)];
    const auto now = compared(probe);
    if (now == Agreement::silent) return;
    if (agreement_ == Agreement::silent) agreement_ = now;
    if (agreement_ != now) agreement_ = Agreement::mixed;
  }
  Cell cell() const {
    Cell cell{true, agreement_, {}};
    for (const auto& [text, count] : counts_)
      cell.text += (cell.text.empty() ? "" : ", ") + text + " " + std::to_string(count) + "x";
    return cell;
  }

 private:
  std::map<std::string, int> counts_;
  Agreement agreement_ = Agreement::silent;
};

template <class T, class Same>
std::size_t place(std::vector<T>& list, Same same, T fresh) {
  const auto found = std::find_if(list.begin(), list.end(), same);
  if (found != list.end()) return static_cast<std::size_t>(found - list.begin());
  list.push_back(std::move(fresh));
  return list.size() - 1;
}

}  // namespace

std::string_view word(Agreement value) {
  switch (value) {
    case Agreement::agrees: return "agrees";
    case Agreement::differs: return "differs";
    case Agreement::silent: return "silent";
    case Agreement::mixed: return "mixed";
  }
  return "silent";
}

Matrix matrix_of(const Json& probes, std::string_view path) {
  Matrix matrix;
  std::map<std::pair<std::size_t, std::size_t>, Gathering> cells;
  for (const auto& probe : probes.items()) {
    if (probe["path"].text_or("mqtt") != path) continue;
    const auto id = probe["id"].text_or("?");
    const auto presented = probe["presented"].text_or("");
    const auto bound = probe["bound"].text_or("?");
    const auto settings = probe["settings"].text_or("");
    const auto column = place(
        matrix.columns, [&](const std::string& known) { return known == bound; }, std::string(bound));
    const auto row = place(
        matrix.rows,
        [&](const Row& known) { return known.id == id && known.presented == presented && known.settings == settings; },
        Row{id, presented, settings, {}});
    cells[{row, column}].add(probe);
  }
  for (std::size_t row = 0; row < matrix.rows.size(); ++row)
    for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
      const auto found = cells.find({row, column});
      matrix.rows[row].cells.push_back(found == cells.end() ? Cell{} : found->second.cell());
    }
  return matrix;
}

}  // namespace epki::report
