#include "tests/program/described.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/json.hpp"

namespace epki::test {

namespace {

Json described_by(const std::filesystem::path& program) {
  auto folder = TemporaryFolder::make("epki-described");
  if (!folder) throw std::runtime_error(folder.error().what);
  const auto said = folder->path() / "said";
  auto child = Child::start({.argv = {program.string(), "__describe"}, .output_file = said});
  if (!child) throw std::runtime_error(child.error().what);
  if (child->wait(after(std::chrono::seconds(60))) != 0)
    throw std::runtime_error(program.string() + " __describe failed");
  auto document = Json::parse(*read_file(said));
  if (!document) throw std::runtime_error(program.string() + " __describe: " + document.error().what);
  return *document;
}

}  // namespace

std::vector<DescribedCommand> described_commands() {
  std::vector<DescribedCommand> all;
  for (const char* program : {"ec200u-pki", "ec200u-pki-judge", "ec200u-pki-verify", "ec200u-pki-station"}) {
    const auto said = described_by(std::filesystem::path(EPKI_BIN_DIR) / program);
    for (const auto& item : said.items()) {
      DescribedCommand command{.name = item["command"].text_or(""),
                               .summary = item["summary"].text_or(""),
                               .examples = item["examples"].text_or("")};
      for (const auto& option : item["options"].items())
        command.options.emplace_back(option["names"].text_or(""), option["help"].text_or(""));
      const auto known = std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.name == command.name; });
      if (!known) all.push_back(std::move(command));
    }
  }
  for (auto& command : all)
    command.group = command.name.empty() || std::any_of(all.begin(), all.end(), [&](const auto& other) {
                      return other.name.starts_with(command.name + " ");
                    });
  if (all.size() < 10) throw std::runtime_error("the programs describe hardly any command");
  return all;
}

}  // namespace epki::test
