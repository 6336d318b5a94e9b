#include "cli/boot_file.hpp"

#include <algorithm>
#include <vector>

#include "core/file.hpp"
#include "core/json.hpp"

namespace epki::cli {

namespace fs = std::filesystem;

namespace {

Result<fs::path> only_sequence() {
  std::vector<fs::path> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(plan::boot_folder, failed))
    if (entry.path().extension() == ".json") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  if (found.size() == 1) return found.front();
  if (found.empty())
    return Error{Errc::input, "no boot sequence below " + std::string(plan::boot_folder) + "/",
                 "ec200u-pki provision writes it; or name one with --sequence FILE.json"};
  std::string list;
  for (const auto& path : found) list += (list.empty() ? "" : ", ") + path.string();
  return Error{Errc::input, "several boot sequences: " + list, "name the one of this firmware with --sequence"};
}

}  // namespace

Result<plan::BootSequence> read_boot_sequence(const std::optional<std::string>& file) {
  auto path = file ? Result<fs::path>(fs::path(*file)) : only_sequence();
  if (!path) return std::move(path).error();
  auto text = read_file(*path, 1U << 20U);
  if (!text) return std::move(text).error();
  auto document = Json::parse(*text);
  if (!document) return std::move(document).error().during("reading " + path->string());
  auto sequence = plan::boot_from_json(*document);
  if (!sequence) {
    auto error = std::move(sequence).error();
    error.what = path->string() + ": " + error.what;
    return error;
  }
  return sequence;
}

}  // namespace epki::cli
