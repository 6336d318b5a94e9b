#include "verify/trial/census_files.hpp"

#include <algorithm>
#include <filesystem>

#include "verify/trial/moments.hpp"

namespace epki::trial {

namespace fs = std::filesystem;

namespace {

bool better(const probe::Genuine& a, const probe::Genuine& b, Instant now) {
  const auto first = span_of(a), second = span_of(b);
  const auto valid = [now](const Span& span) { return span.from <= now && now <= span.to; };
  if (valid(first) != valid(second)) return valid(first);
  return first.to > second.to;
}

}  // namespace

Result<std::vector<std::string>> census_files(const std::string& folder) {
  std::error_code failed;
  std::vector<std::string> files;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == ".pem" && fs::is_regular_file(at->path(), failed))
      files.push_back(at->path().string());
  }
  if (failed) return Error{Errc::input, folder + " cannot be listed: " + failed.message(), "name a folder of chains"};
  std::sort(files.begin(), files.end());
  if (!files.empty()) return files;
  return Error{Errc::input, folder + " holds no .pem file", "fill it with ec200u-pki capture --out " + folder};
}

Result<std::vector<probe::Genuine>> read_census(const std::vector<std::string>& files, Instant now,
                                                Reporter& reporter) {
  std::vector<probe::Genuine> all;
  for (const auto& file : files) {
    auto genuine = probe::read_genuine(file);
    if (!genuine && genuine.error().code != Errc::input) return std::move(genuine).error();
    if (!genuine) {
      reporter.warning(genuine.error().what + "; left out of the census");
      continue;
    }
    const auto same = std::find_if(all.begin(), all.end(), [&](const probe::Genuine& known) {
      return known.root.sha256() == genuine->root.sha256();
    });
    if (same == all.end()) {
      all.push_back(std::move(*genuine));
    } else if (better(*genuine, *same, now)) {
      *same = std::move(*genuine);
    }
  }
  if (!all.empty()) return all;
  return Error{Errc::input, "none of the census's files holds a chain", "take them with ec200u-pki capture"};
}

}  // namespace epki::trial
