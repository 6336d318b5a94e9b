#include "cli/verify_output.hpp"

#include <filesystem>
#include <set>

#include "cli/version.hpp"
#include "core/file.hpp"
#include "verify/probe/cases.hpp"
#include "verify/report/html.hpp"
#include "verify/report/masking.hpp"
#include "verify/report/saved_policy.hpp"

namespace epki::cli {

namespace {

namespace fs = std::filesystem;

std::string json_beside(const std::string& html) {
  return fs::path(html).replace_extension(".json").string();
}

Status check_new(std::string_view flag, const std::string& file, std::string_view ending) {
  if (fs::path(file).extension() != ending)
    return Error{Errc::usage, std::string(flag) + " " + file + " does not end in " + std::string(ending), {}};
  return check_new_file(file);
}

/// The PEM files of the roots that were found to be trusted, beside the persona that names them.
class FoundRoots {
 public:
  explicit FoundRoots(const Json& document) {
    for (const auto& [path, verdict] : document["verdict"].members())
      for (const auto& anchor : verdict["anchors_found"].items()) wanted_.insert(anchor["sha256"].text_or(""));
  }

  Status write(const trial::Setup& setup, const fs::path& persona, std::vector<std::string>& written) {
    std::vector<std::string> files = setup.replay_files;
    files.insert(files.end(), setup.census.begin(), setup.census.end());
    for (const auto& file : files) {
      const auto genuine = probe::read_genuine(file);
      if (!genuine) continue;  // a census passes over what is no chain, and has said so
      if (auto done = take(genuine->root, persona, written); !done) return done;
    }
    for (const auto& live : setup.publics) {
      if (auto done = take(live.chain.root, persona, written); !done) return done;
    }
    return setup.genuine ? take(setup.genuine->root, persona, written) : success();
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  Status take(const ossl::Certificate& root, const fs::path& persona, std::vector<std::string>& written) {
    if (wanted_.erase(root.sha256()) == 0) return success();
    auto file = persona;
    file.replace_extension("");
    file += "-root-" + root.sha256().substr(0, 12) + ".pem";
    names_.push_back(file.filename().string());
    std::error_code failed;
    if (fs::exists(file, failed)) return success();  // its name says its content
    written.push_back(file.string());
    return write_new_file(file, root.pem(), 0644);
  }

  std::set<std::string> wanted_;
  std::vector<std::string> names_{};
};

}  // namespace

Status check_new_file(const std::string& file) {
  const fs::path path(file);
  std::error_code failed;
  if (fs::exists(path, failed))
    return Error{Errc::disk, file + " exists already", "nothing is overwritten: name another file"};
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, failed))
    return Error{Errc::disk, "the folder " + folder.string() + " for " + file + " does not exist", {}};
  return success();
}

Status check_outputs(const OutputOptions& options) {
  if (options.report) {
    if (auto ready = check_new("--report", *options.report, ".html"); !ready) return ready;
    if (auto ready = check_new("--report", json_beside(*options.report), ".json"); !ready) return ready;
  }
  if (options.save_profile) {
    if (auto ready = check_new("--save-profile", *options.save_profile, ".toml"); !ready) return ready;
  }
  return options.save_policy ? check_new("--save-policy", *options.save_policy, ".toml") : success();
}

Result<std::vector<std::string>> write_outputs(const OutputOptions& options, const trial::Report& report,
                                               const trial::Setup& setup, const std::string& repeat,
                                               const Context& context) {
  const Json document = report.json();
  std::vector<std::string> written;
  if (options.report) {
    auto page =
        epki::report::html(document, {"ec200u-pki " + std::string(version), rfc3339(context.clock.now()), repeat});
    if (!page) return std::move(page).error();
    if (auto done = write_new_file(*options.report, *page, 0644); !done) return std::move(done).error();
    written.push_back(*options.report);
    const auto beside = json_beside(*options.report);
    if (auto done =
            write_new_file(beside, epki::report::for_others(document, report.exit_code() == 0).dump() + "\n", 0644);
        !done)
      return std::move(done).error();
    written.push_back(beside);
  }
  if (options.save_policy) {
    FoundRoots roots(document);
    if (auto done = roots.write(setup, *options.save_policy, written); !done) return std::move(done).error();
    const auto text = epki::report::saved_policy(document, roots.names());
    if (auto done = write_new_file(*options.save_policy, text, 0644); !done) return std::move(done).error();
    written.push_back(*options.save_policy);
  }
  if (options.save_profile) {
    if (report.acceptance_profile.empty())
      return Error{Errc::modem_refused, "no profile is written: a path took none of the keys that a profile can name",
                   "the table of --acceptance says what was refused, and how"};
    if (auto done = write_new_file(*options.save_profile, report.acceptance_profile, 0644); !done)
      return std::move(done).error();
    written.push_back(*options.save_profile);
  }
  return written;
}

}  // namespace epki::cli
