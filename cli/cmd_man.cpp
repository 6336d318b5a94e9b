#include <cstdlib>
#include <memory>

#include "cli/commands.hpp"
#include "cli/man.hpp"
#include "cli/siblings.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace cmd_man {

// A build that shall give the same bytes twice says which day it is (reproducible-builds.org, SOURCE_DATE_EPOCH).
Instant day_of_pages(const Clock& clock) {
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  const auto seconds = epoch == nullptr ? std::nullopt : parse_integer(epoch);
  return seconds ? Instant(std::chrono::seconds(*seconds)) : clock.now();
}

}  // namespace cmd_man

void add_man(CommandLine& line) {
  auto folder = std::make_shared<std::string>();
  line.add("man", "Write the manual pages of every command into a folder")
      .option("--out", *folder, "The folder; it is made if need be, and pages of the same name are replaced")
      .required()
      .examples("  ec200u-pki man --out ~/.local/share/man/man1")
      .run([folder, &line](Context& context) -> Result<Outcome> {
        if (auto made = make_folder(*folder); !made) return std::move(made).error();
        Outcome outcome;
        Json files = Json::array();
        for (const auto& page :
             man_pages(describe_all(line, context.executable), rfc3339(cmd_man::day_of_pages(context.clock)))) {
          const auto path = std::filesystem::path(*folder) / page.file;
          if (auto written = replace_file(path, page.text, 0644); !written) return std::move(written).error();
          files.push(path.string());
        }
        outcome.text = counted(files.size(), "page") + " in " + *folder + "\n";
        outcome.document.set("files", files);
        return outcome;
      });
}

}  // namespace epki::cli
