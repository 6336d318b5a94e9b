#include <memory>

#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/file.hpp"
#include "verify/report/difference.hpp"

namespace epki::cli {

namespace cmd_verify_diff {

struct Options {
  std::string before{}, after{};
};

Result<Json> document_in(const std::string& file) {
  auto text = read_file(file);
  if (!text) return std::move(text).error();
  auto json = Json::parse(*text);
  if (!json) return Error{Errc::input, file + ": " + json.error().what, "give what verify --json or --report wrote"};
  if (!(*json)["schema"].text_or("").starts_with("ec200u-pki/verify/") || (*json)["verdict"].size() == 0)
    return Error{Errc::input, file + " holds no verdict", "give what verify --json or --report wrote"};
  return json;
}

Result<Outcome> compare(const Options& options) {
  auto before = document_in(options.before);
  if (!before) return std::move(before).error();
  auto after = document_in(options.after);
  if (!after) return std::move(after).error();
  auto difference = report::difference(*before, *after);
  if (!difference) return std::move(difference).error();
  Outcome outcome{.exit = difference->changes.empty() ? 0 : 1, .text = difference->text()};
  outcome.document = difference->json();
  outcome.document.set("action", "diff");
  return outcome;
}

}  // namespace cmd_verify_diff

void add_verify_diff(CommandLine& line) {
  using namespace cmd_verify_diff;
  auto options = std::make_shared<Options>();
  line.add("verify diff", "What changed between two verdicts: firmwares, variants, before and after an update")
      .option("before", options->before, "JSON of a run (verify --json, or the file beside --report)")
      .required()
      .option("after", options->after, "JSON of the other run")
      .required()
      .examples(
          "  ec200u-pki verify diff old.json new.json\n"
          "  ec200u-pki verify diff old.json new.json && echo 'nothing changed'")
      .run([options](Context&) { return compare(*options); });
}

}  // namespace epki::cli
